"""HDX Humanitarian API: refugees and asylum-seekers by origin and asylum, as UNHCR reports them through HDX."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from isthmus.data.sources.contract import About, Delivery, Reading, SeriesAbout, Wanted
from isthmus.data.web import Web
from isthmus.errors import SourceError

API = "https://hapi.humdata.org/api/v2/affected-people/refugees-persons-of-concern"
KEY = "ISTHMUS_HDX_IDENTIFIER"
"""Variable of the environment with the app identifier: ``name:mail`` in base64, made at the API's own page."""
PAGE = 10_000

_GROUPS = {"REF": "hdx_refugees", "ASY": "hdx_asylum_seekers"}
_FIELDS = {
    "origin_location_code",
    "asylum_location_code",
    "population_group",
    "gender",
    "age_range",
    "population",
    "reference_period_end",
}


class HdxHapi:
    """Asks for each origin, page by page; needs an app identifier."""

    about = About(
        name="hdx_hapi",
        title="HDX HAPI, refugees and persons of concern",
        publisher="OCHA Centre for Humanitarian Data, from UNHCR",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        home="https://hapi.humdata.org/docs",
        cadence="year",
        release_days=200,
        series=(
            SeriesAbout("hdx_refugees", "stock", "persons", "refugees at the end of the year, all ages and genders"),
            SeriesAbout(
                "hdx_asylum_seekers", "stock", "persons", "asylum-seekers pending at the end of the year, all ages and genders"
            ),
        ),
    )

    def fetch(self, web: Web, wanted: Wanted) -> Delivery:
        """Return the totals over ages and genders."""
        identifier = os.environ.get(KEY, "")
        if not identifier:
            raise SourceError.one(
                where="hdx_hapi",
                expected=f"an app identifier in the variable {KEY}",
                found="none",
                remedy=f"make one at {self.about.home} (free, at once) and set the variable",
            )
        readings: list[Reading] = []
        for origin in wanted.groups:
            sums: dict[tuple[str, str, str], float] = defaultdict(float)
            for row, where in _rows(web, origin, identifier):
                _take(row, where, origin, sums)
            readings += [Reading(series, place, origin, year, value) for (series, place, year), value in sorted(sums.items())]
        return Delivery([reading for reading in readings if int(reading.period) >= wanted.since])


def _rows(web: Web, origin: str, identifier: str) -> Iterator[tuple[dict[str, Any], str]]:
    offset = 0
    while True:
        query: dict[str, str | int] = {
            "origin_location_code": origin,
            "gender": "all",
            "age_range": "all",
            "output_format": "json",
            "limit": PAGE,
            "offset": offset,
        }
        answer = web.get(API, query=query, headers={"X-HDX-HAPI-APP-IDENTIFIER": identifier})
        content = answer.json()
        data = content.get("data") if isinstance(content, dict) else None
        if not isinstance(data, list):
            raise _form(answer.where, "an object with a list 'data'", str(content)[:120])
        for row in data:
            if not isinstance(row, dict) or not set(row) >= _FIELDS:
                raise _form(answer.where, f"rows with {', '.join(sorted(_FIELDS))}", str(row)[:120])
            yield row, answer.where
        if len(data) < PAGE:
            return
        offset += PAGE


def _take(row: dict[str, Any], where: str, origin: str, sums: dict[tuple[str, str, str], float]) -> None:
    series = _GROUPS.get(str(row["population_group"]))
    # Rows by gender and age add up to the rows for all: taking both would count people twice.
    if series is None or row["gender"] != "all" or row["age_range"] != "all":
        return
    count, year = row["population"], str(row["reference_period_end"])[:4]
    if row["origin_location_code"] != origin or not isinstance(count, (int, float)) or count < 0 or not year.isdigit():
        raise _form(where, f"a count of people from {origin} in a year", str(row)[:160])
    for place in (str(row["asylum_location_code"]).lower(), "world"):
        sums[series, place, year] += float(count)


def _form(where: str, expected: str, found: str) -> SourceError:
    return SourceError.one(
        where=where, expected=expected, found=found, remedy="the API has changed: nothing was stored; report it"
    )
