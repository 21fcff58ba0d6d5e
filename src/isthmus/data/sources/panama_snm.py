"""Panama, Servicio Nacional de Migración: people in irregular transit through the Darién, by nationality and month."""

from __future__ import annotations

import re

from isthmus.data.reading.crosstab import Crosstab, crosstab
from isthmus.data.sources.contract import About, Delivery, Reading, SeriesAbout, Stated, Wanted
from isthmus.data.store.records import Finding
from isthmus.data.web import Answer, Web
from isthmus.errors import SourceError

PAGE = "https://www.migracion.gob.pa/estadisticas/"
_FILE = re.compile(r"(transito|tr[aá]nsito|irregular).*(dari[eé]n).*\.xlsx$", re.IGNORECASE)

SERIES, PLACE = "darien_transits", "darien"


class PanamaSnm:
    """Reads the monthly table, as a spreadsheet where the page links one, else from the page itself."""

    about = About(
        name="panama_snm",
        title="Tránsito irregular de extranjeros por Darién",
        publisher="Servicio Nacional de Migración, Panama",
        licence="Open data of the Republic of Panama; name the source",
        home=PAGE,
        release_days=10,
        series=(
            SeriesAbout(
                SERIES,
                "flow",
                "persons",
                "people registered at the reception stations after crossing the Darién; nobody who passes by them is counted",
                closed=True,
            ),
        ),
    )

    def fetch(self, web: Web, wanted: Wanted) -> Delivery:
        """Return the table's counts by nationality and month, and its own totals."""
        del wanted
        page = web.get(PAGE)
        files = list(dict.fromkeys(link.url for link in page.links() if _FILE.search(link.url) or _FILE.search(link.text)))
        answers = [web.get(url) for url in files] or [page]
        readings: list[Reading] = []
        stated: list[Stated] = []
        remarks: list[Finding] = []
        for answer in answers:
            for table in _tables(answer):
                readings += [Reading(SERIES, PLACE, group, month, value) for (group, month), value in table.values.items()]
                first, last = f"{table.year}-01", table.last
                stated += [Stated(SERIES, PLACE, group, first, last, total) for group, total in table.stated.items() if last]
                remarks += _remarks(table)
        return Delivery(readings, tuple(stated), remarks=tuple(remarks), published=answers[-1].published)


def _tables(answer: Answer) -> list[Crosstab]:
    found = [table for table in crosstab(answer.grids(), where=answer.where) if table.values]
    if not found:
        raise SourceError.one(
            where=answer.where,
            expected="counts by nationality and month",
            found="a table without any",
            remedy="the table has changed: save it by hand and use a mapping file",
        )
    return found


def _remarks(table: Crosstab) -> list[Finding]:
    remarks = [Finding("name", f"{table.year}: no country and not counted by nationality: {text}") for text in table.unknown]
    regions = sum(table.regions.values())
    total = table.stated.get("ALL")
    if regions and total is not None and abs(regions - total) > 0.5:
        remarks.append(Finding("sum", f"{table.year}: the regions add up to {regions:,.0f}, the table's total is {total:,.0f}"))
    return remarks + [Finding("name", f"{table.year}: in several lines, which were added: {name}") for name in table.merged]
