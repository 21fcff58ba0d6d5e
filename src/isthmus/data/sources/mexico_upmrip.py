"""Mexico, Unidad de Política Migratoria: events of people in an irregular situation, by nationality and month."""

from __future__ import annotations

import re

from isthmus.data.reading.crosstab import crosstab
from isthmus.data.sources.contract import About, Delivery, Reading, SeriesAbout, Stated, Wanted
from isthmus.data.store.records import Finding
from isthmus.data.web import Web
from isthmus.errors import SourceError

PAGE = "https://portales.segob.gob.mx/es/PoliticaMigratoria/Boletines_Estadisticos"
_FILE = re.compile(r"(3\.1\.1|cuadro3_?1_?1|irregular).*\.xlsx$", re.IGNORECASE)
_TITLE = re.compile(r"situaci[oó]n migratoria irregular", re.IGNORECASE)

SERIES, PLACE = "mexico_events", "mexico"


class MexicoUpmrip:
    """Reads table 3.1.1 of the monthly bulletins."""

    about = About(
        name="mexico_upmrip",
        title="Boletines estadísticos, cuadro 3.1.1",
        publisher="Unidad de Política Migratoria, Registro e Identidad de Personas (UPMRIP), Mexico",
        licence="Libre Uso MX",
        licence_url="https://datos.gob.mx/libreusomx",
        home=PAGE,
        release_days=45,
        series=(
            SeriesAbout(
                SERIES,
                "flow",
                "events",
                "events of people in an irregular migration situation presented to or channelled by the authority; one person "
                "may have several, and months are revised for up to a year",
                closed=True,
            ),
        ),
    )

    def fetch(self, web: Web, wanted: Wanted) -> Delivery:
        """Return the bulletins' counts by nationality and month, and their own totals."""
        del wanted
        page = web.get(PAGE)
        files = list(dict.fromkeys(link.url for link in page.links() if _FILE.search(link.url) or _is_table(link.text, link.url)))
        if not files:
            raise SourceError.one(
                where=page.where,
                expected="a link to the workbook of table 3.1.1",
                found="none",
                remedy="save the workbook by hand and use --from; report the page's new form",
            )
        readings: list[Reading] = []
        stated: list[Stated] = []
        remarks: list[Finding] = []
        for url in files:
            answer = web.get(url)
            for table in crosstab(answer.grids(), where=answer.where):
                readings += [Reading(SERIES, PLACE, group, month, value) for (group, month), value in table.values.items()]
                first, last = f"{table.year}-01", table.last
                stated += [Stated(SERIES, PLACE, group, first, last, total) for group, total in table.stated.items() if last]
                remarks += [
                    Finding("name", f"{table.year}: no country and not counted by nationality: {text}") for text in table.unknown
                ]
        return Delivery(readings, tuple(stated), remarks=tuple(remarks))


def _is_table(text: str, url: str) -> bool:
    return bool(_TITLE.search(text)) and url.lower().endswith(".xlsx")
