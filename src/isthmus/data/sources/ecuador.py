"""Ecuador: entries and exits by nationality and month, from published tables or from the yearly register of movements."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from isthmus.data.reading import country_code, month_of
from isthmus.data.reading.numbers import whole
from isthmus.data.reading.rows import Row
from isthmus.data.sources.contract import About, Delivery, Reading, SeriesAbout, Wanted
from isthmus.data.store.records import Finding
from isthmus.data.web import Answer, Web
from isthmus.errors import SourceError

PAGE = "https://www.ecuadorencifras.gob.ec/entradas-y-salidas-internacionales/"
_FILE = re.compile(r"(entradas|esi|movimientos)[^/]*\.(csv|xlsx)$", re.IGNORECASE)
_TABLE = ("Año", "Mes", "Nacionalidad", "Entradas", "Salidas")
_REGISTER = ("tip_movi", "anio_movi", "mes_movi", "nac_migr")
PLACE = "ecuador"

_Sums = dict[tuple[str, str, str], float]


class Ecuador:
    """Adds rows up as they are read: the register has one row for each movement, and none is kept."""

    about = About(
        name="ecuador",
        title="Entradas y salidas internacionales",
        publisher="INEC Ecuador, Registro de Entradas y Salidas",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        home=PAGE,
        release_days=45,
        series=(
            SeriesAbout(
                "ecuador_entries",
                "flow",
                "persons",
                "entries through border posts and airports by nationality; one person may enter several times, and who enters "
                "elsewhere is not counted",
                distinct_from=("ecuador_exits",),
            ),
            SeriesAbout("ecuador_exits", "flow", "persons", "exits through border posts and airports by nationality"),
        ),
    )

    def fetch(self, web: Web, wanted: Wanted) -> Delivery:
        """Return monthly sums by nationality of all files that the page links."""
        del wanted
        page = web.get(PAGE)
        files = list(dict.fromkeys(link.url for link in page.links() if _FILE.search(link.url)))
        if not files:
            raise SourceError.one(
                where=page.where,
                expected="links to CSV or XLSX files of entries and exits",
                found="none",
                remedy="save the table by hand and use --from, or a mapping file; report the page's new form",
            )
        sums: _Sums = defaultdict(float)
        unknown: dict[str, float] = defaultdict(float)
        for url in files:
            answer = web.get(url)
            if _is_register(answer):
                _add_register(answer.rows(_REGISTER), sums, unknown)
            else:
                _add_table(answer.records(_TABLE), sums, unknown)
        readings = [Reading(series, PLACE, group, month, value) for (series, group, month), value in sorted(sums.items())]
        remarks = [Finding("name", f"{name!r} is no known country: {n:,.0f} counted as other") for name, n in unknown.items()]
        return Delivery(readings, remarks=tuple(remarks))


def _is_register(answer: Answer) -> bool:
    answer.body.seek(0)
    start = answer.body.read(4096).lower()
    answer.body.seek(0)
    return b"tip_movi" in start


def _add_table(rows: Iterable[Row], sums: _Sums, unknown: dict[str, float]) -> None:
    for row in rows:
        month = _month(row, "Mes", "Año")
        counts: dict[str, float] = {}
        for column, series in (("Entradas", "ecuador_entries"), ("Salidas", "ecuador_exits")):
            try:
                value = whole(row[column])
            except ValueError:
                raise row.error(at=column, expected="a count") from None
            if value is not None:
                counts[series] = value
        group = _group(row["Nacionalidad"], sum(counts.values()), unknown)
        for series, value in counts.items():
            sums[series, group, month] += value


def _add_register(rows: Iterable[Row], sums: _Sums, unknown: dict[str, float]) -> None:
    for row in rows:
        movement = row["tip_movi"].casefold()
        if movement not in {"entrada", "salida", "1", "2"}:
            raise row.error(at="tip_movi", expected="Entrada or Salida")
        series = "ecuador_entries" if movement in {"entrada", "1"} else "ecuador_exits"
        sums[series, _group(row["nac_migr"], 1.0, unknown), _month(row, "mes_movi", "anio_movi")] += 1.0


def _month(row: Row, month: str, year: str) -> str:
    try:
        return month_of(row[month], row[year])
    except ValueError:
        raise row.error(at=month, expected="a month and a year, such as enero and 2024") from None


def _group(name: str, count: float, unknown: dict[str, float]) -> str:
    if name.casefold().startswith("total"):
        return "ALL"
    group = country_code(name)
    if group is None:
        unknown[name] += count
        return "OTH"
    return group
