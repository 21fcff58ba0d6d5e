"""UNHCR Refugee Statistics: asylum-seekers pending, new applications, decisions, by origin, asylum and year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from isthmus.data.reading.numbers import whole
from isthmus.data.sources.contract import About, Delivery, Reading, SeriesAbout, Wanted
from isthmus.data.store.records import Finding
from isthmus.data.web import Web
from isthmus.errors import SourceError

API = "https://api.unhcr.org/population/v1/"
PAGE = 1000
WORLD = "world"
FIRST_COMPLETE = 2006
"""First year in which new applications (type N) are reported by more than one country."""
US_BREAK = 2021
"""First year without the affirmative applications of the United States."""

_DECISIONS = {
    "dec_recognized": "unhcr_decisions_recognized",
    "dec_other": "unhcr_decisions_complementary",
    "dec_rejected": "unhcr_decisions_rejected",
    "dec_closed": "unhcr_decisions_closed",
}

_Sums = dict[tuple[str, str], float]
"""(country of asylum, year) to a sum."""


class Unhcr:
    """Asks three endpoints for each origin, page by page."""

    about = About(
        name="unhcr",
        title="UNHCR Refugee Population Statistics",
        publisher="UNHCR, Refugee Population Statistics",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        home="https://www.unhcr.org/refugee-statistics/",
        cadence="year",
        release_days=165,
        series=(
            SeriesAbout("unhcr_pending", "stock", "persons", "asylum-seekers whose claims are pending at the end of the year"),
            SeriesAbout("unhcr_refugees", "stock", "persons", "refugees at the end of the year"),
            SeriesAbout(
                "unhcr_new_applications",
                "flow",
                "applications",
                "new applications (type N) lodged in the year, without appeals and repeats; some countries count cases",
            ),
            *(
                SeriesAbout(
                    name, "flow", "cases", f"decisions in the year: {field.removeprefix('dec_')}; all levels, cases or persons"
                )
                for field, name in _DECISIONS.items()
            ),
        ),
    )

    def fetch(self, web: Web, wanted: Wanted) -> Delivery:
        """Return the figures of each origin, by country of asylum and for the world."""
        readings: list[Reading] = []
        remarks: list[Finding] = []
        for origin in wanted.groups:
            readings += self._stocks(web, wanted, origin)
            readings += self._applications(web, wanted, origin, remarks)
            readings += self._decisions(web, wanted, origin)
        return Delivery(readings, remarks=tuple(remarks))

    def _stocks(self, web: Web, wanted: Wanted, origin: str) -> Iterator[Reading]:
        pending: _Sums = defaultdict(float)
        refugees: _Sums = defaultdict(float)
        for item in _items(web, "population/", wanted, origin):
            for sums, field in ((pending, "asylum_seekers"), (refugees, "refugees")):
                _add(sums, item, field)
        yield from _readings("unhcr_pending", origin, pending)
        yield from _readings("unhcr_refugees", origin, refugees)

    def _applications(self, web: Web, wanted: Wanted, origin: str, remarks: list[Finding]) -> Iterator[Reading]:
        sums: _Sums = defaultdict(float)
        bases: dict[str, set[str]] = defaultdict(set)
        for item in _items(web, "asylum-applications/", wanted, origin):
            if item.get("app_type") == "N":
                _add(sums, item, "applied")
                bases[str(item["year"])].add(str(item.get("app_pc", "")))
        years = sorted({year for _, year in sums})
        if early := [year for year in years if int(year) < FIRST_COMPLETE]:
            span = f"{early[0]} to {early[-1]}"
            text = f"{origin}: new applications before {FIRST_COMPLETE} are those of the United States alone ({span})"
            remarks.append(Finding("definition", text))
        if years and int(years[0]) < US_BREAK <= int(years[-1]):
            text = (
                f"{origin}: new applications have a level break at {US_BREAK}: the United States counted affirmative claims in "
                "cases until then and reports none since"
            )
            remarks.append(Finding("definition", text))
        for reading in _readings("unhcr_new_applications", origin, sums):
            mixed = reading.place == WORLD and len(bases[reading.period]) > 1
            yield Reading(
                reading.series,
                reading.place,
                reading.group,
                reading.period,
                reading.value,
                "type N; part counted in cases" if mixed else "type N",
            )

    def _decisions(self, web: Web, wanted: Wanted, origin: str) -> Iterator[Reading]:
        sums: dict[str, _Sums] = {field: defaultdict(float) for field in _DECISIONS}
        for item in _items(web, "asylum-decisions/", wanted, origin):
            for field, by_place in sums.items():
                _add(by_place, item, field)
        for field, by_place in sums.items():
            yield from _readings(_DECISIONS[field], origin, by_place)


def _items(web: Web, endpoint: str, wanted: Wanted, origin: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of all pages."""
    page, last = 1, 1
    while page <= last:
        # coo_iso and coa_iso are ISO codes; coo and coa are UNHCR's own, in which CHI is China and not Chile.
        query: dict[str, str | int] = {
            "cf_type": "ISO",
            "coo": origin,
            "coa_all": "true",
            "yearFrom": wanted.since,
            "yearTo": min(wanted.today.year, 2100),
            "limit": PAGE,
            "page": page,
        }
        answer = web.get(API + endpoint, query=query)
        content = answer.json()
        if not isinstance(content, dict) or not isinstance(content.get("items"), list):
            raise _form(answer.where, "an object with 'items' and 'maxPages'", type(content).__name__)
        for item in content["items"]:
            if not isinstance(item, dict) or not {"year", "coo_iso", "coa_iso"} <= set(item):
                raise _form(answer.where, "items with year, coo_iso and coa_iso", str(item)[:120])
            if item["coo_iso"] == origin:
                yield item
        last = int(content.get("maxPages") or 1)
        page += 1


def _add(sums: _Sums, item: dict[str, Any], field: str) -> None:
    where = f"unhcr: {item.get('coo_iso')} {item.get('year')}"
    if field not in item:
        raise _form(where, f"a field {field!r}", ", ".join(map(str, item)))
    try:
        value = whole(str(item[field]))
    except ValueError as error:
        raise _form(where, f"a count or '-' as {field}", str(error)) from None
    if value is None:
        return
    asylum = str(item["coa_iso"]).lower()
    sums[asylum if len(asylum) == 3 and asylum.isalpha() else "unknown", str(item["year"])] += value


def _readings(series: str, origin: str, sums: _Sums) -> Iterator[Reading]:
    world: dict[str, float] = defaultdict(float)
    for (asylum, year), value in sorted(sums.items()):
        world[year] += value
        yield Reading(series, asylum, origin, year, value)
    for year, value in sorted(world.items()):
        yield Reading(series, WORLD, origin, year, value, "sum over countries of asylum")


def _form(where: str, expected: str, found: str) -> SourceError:
    return SourceError.one(
        where=where, expected=expected, found=found, remedy="the API has changed: nothing was stored; report it"
    )
