"""Honduras, Instituto Nacional de Migración: regular and irregular entries, by nationality and month."""

from __future__ import annotations

import re
from collections import defaultdict

from isthmus.data.reading import country_code, month_of
from isthmus.data.reading.numbers import whole
from isthmus.data.reading.rows import Row
from isthmus.data.sources.contract import About, Delivery, Reading, SeriesAbout, Stated, Wanted
from isthmus.data.store.records import Finding
from isthmus.data.web import Web
from isthmus.errors import SourceError

PAGE = "https://inm.gob.hn/estadisticas.html"
_FILE = re.compile(r"\.(csv|xlsx)$", re.IGNORECASE)
_COLUMNS = ("Año", "Mes", "País", "Ingresos regulares", "Ingresos irregulares")
_SERIES = {"Ingresos irregulares": "honduras_entries", "Ingresos regulares": "honduras_entries_regular"}
PLACE = "honduras"


class HondurasInm:
    """Reads columns by their names, and nationalities by the country's name and not by the code beside it."""

    about = About(
        name="honduras_inm",
        title="Ingresos regulares e irregulares",
        publisher="Instituto Nacional de Migración, Honduras",
        licence="Open data of the Republic of Honduras; name the source",
        home=PAGE,
        release_days=10,
        series=(
            SeriesAbout(
                "honduras_entries",
                "flow",
                "persons",
                "irregular entries: people who registered with the institute after entering away from a border post; about half "
                "of those who crossed the Darién in 2023",
                distinct_from=("honduras_entries_regular",),
            ),
            SeriesAbout(
                "honduras_entries_regular",
                "flow",
                "persons",
                "entries at border posts and airports; returns of residents included",
            ),
        ),
    )

    def fetch(self, web: Web, wanted: Wanted) -> Delivery:
        """Return the counts by nationality and month of all files that the page links."""
        del wanted
        page = web.get(PAGE)
        files = list(dict.fromkeys(link.url for link in page.links() if _FILE.search(link.url)))
        if not files:
            raise SourceError.one(
                where=page.where,
                expected="links to CSV or XLSX files",
                found="none",
                remedy="save the table by hand and use --from, or a mapping file; report the page's new form",
            )
        sums: dict[tuple[str, str, str], float] = defaultdict(float)
        stated: list[Stated] = []
        remarks: dict[str, Finding] = {}
        for url in files:
            for row in web.get(url).records(_COLUMNS):
                self._take(row, sums, stated, remarks)
        readings = [Reading(series, PLACE, group, month, value) for (series, group, month), value in sorted(sums.items())]
        return Delivery(readings, tuple(stated), remarks=tuple(remarks.values()))

    def _take(self, row: Row, sums: dict[tuple[str, str, str], float], stated: list[Stated], remarks: dict[str, Finding]) -> None:
        name = row["País"]
        total = name.casefold().startswith("total")
        group = "ALL" if total else country_code(name)
        if group is None:
            remarks[name] = Finding("name", f"{name!r} is no known country: counted as other")
            group = "OTH"
        code = row.get("Código").upper()
        if code and len(code) == 3 and not total and code != group:
            # One file has China under another country's code; the name is what a person read.
            text = f"{name!r} stands beside the code {code}: counted as {group}, by its name"
            remarks[f"{name} {code}"] = Finding("code", text)
        try:
            month = month_of(row["Mes"], row["Año"])
        except ValueError:
            raise row.error(at="Mes", expected="a month and a year, such as enero and 2024") from None
        for column, series in _SERIES.items():
            try:
                value = whole(row[column])
            except ValueError:
                raise row.error(at=column, expected="a count") from None
            if value is None:
                continue
            if total:
                stated.append(Stated(series, PLACE, "ALL", month, month, value))
            sums[series, group, month] += value
