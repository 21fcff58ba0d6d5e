"""US Customs and Border Protection: nationwide encounters by citizenship, fiscal years turned into months."""

from __future__ import annotations

import re
from collections import defaultdict

from isthmus.data.reading import country_code, month_number
from isthmus.data.reading.numbers import whole
from isthmus.data.reading.rows import Row
from isthmus.data.sources.contract import About, Delivery, Reading, SeriesAbout, Wanted
from isthmus.data.store.records import Finding
from isthmus.data.web import Answer, Web
from isthmus.errors import SourceError
from isthmus.timegrid import month_range

PAGE = "https://www.cbp.gov/document/stats/nationwide-encounters"
_FILE = re.compile(r"nationwide-encounters-fy(\d\d)-fy(\d\d)[^/]*-aor\.csv$", re.IGNORECASE)
_COLUMNS = ("Fiscal Year", "Month (abbv)", "Component", "Land Border Region", "Citizenship", "Encounter Count")

BORDER, COUNTRY = "us_border", "usa"


class Cbp:
    """Finds the newest file on the page and adds up its rows."""

    about = About(
        name="cbp",
        title="CBP nationwide encounters",
        publisher="US Customs and Border Protection",
        licence="Public domain (US Government work)",
        home=PAGE,
        release_days=20,
        series=(
            SeriesAbout(
                "us_encounters",
                "flow",
                "events",
                "encounters at the southwest land border, at and between ports of entry (OFO and USBP, Titles 8 and 42); one "
                "person may be encountered several times; 21 nationalities are named, the rest is 'other'",
                closed=True,
            ),
            SeriesAbout(
                "us_apprehensions", "flow", "events", "those of them between ports of entry, by the Border Patrol", closed=True
            ),
            SeriesAbout(
                "us_encounters_nationwide", "flow", "events", "encounters at all borders, airports and seaports", closed=True
            ),
        ),
    )

    def fetch(self, web: Web, wanted: Wanted) -> Delivery:
        """Return monthly sums by citizenship; the rows by office and age are not kept."""
        del wanted
        files = sorted({link.url for link in web.get(PAGE).links() if _FILE.search(link.url)}, key=_years)
        if not files:
            raise SourceError.one(
                where=f"cbp: {PAGE}",
                expected="a link to a file nationwide-encounters-fyNN-fyNN-…-aor.csv",
                found="none",
                remedy="the page has changed: save the file by hand and use --from; report the page's new form",
            )
        answer = web.get(files[-1], only_if_changed=True)
        return delivery_of(answer)


def delivery_of(answer: Answer) -> Delivery:
    """Add up the rows of a file by month and citizenship.

    The file lists only combinations that occurred: a named nationality without a row in a month that the file covers
    was encountered no times.
    """
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    months: set[str] = set()
    unknown: dict[str, float] = defaultdict(float)
    for row in answer.rows(_COLUMNS):
        month = _month(row)
        months.add(month)
        try:
            count = whole(row["Encounter Count"])
        except ValueError:
            count = None
        if count is None:
            raise row.error(at="Encounter Count", expected="a count")
        group = country_code(row["Citizenship"])
        if group is None:
            unknown[row["Citizenship"]] += count
            group = "OTH"
        for series in _series_of(row):
            sums[series, group, month] += count
            sums[series, "ALL", month] += count
    covered = month_range(min(months), max(months)) if months else ()
    places = {"us_encounters_nationwide": COUNTRY}
    groups = {(series, group) for series, group, _ in sums}
    readings = [
        Reading(series, places.get(series, BORDER), group, month, sums.get((series, group, month), 0.0))
        for series, group in sorted(groups)
        for month in covered
        if month in months
    ]
    remarks = [
        Finding("name", f"citizenship {name!r} is no known country: {n:,.0f} counted as other") for name, n in unknown.items()
    ]
    return Delivery(readings, remarks=tuple(remarks), published=answer.published)


def _series_of(row: Row) -> list[str]:
    found = ["us_encounters_nationwide"]
    if row["Land Border Region"].casefold() == "southwest land border":
        found.append("us_encounters")
        if "border patrol" in row["Component"].casefold():
            found.append("us_apprehensions")
    return found


def _month(row: Row) -> str:
    """Return the calendar month of a fiscal one: the fiscal year 2024 runs from October 2023 to September 2024."""
    year, month = re.match(r"(20\d\d)\b", row["Fiscal Year"]), month_number(row["Month (abbv)"])
    if year is None or month is None:
        raise row.error(
            at="Fiscal Year" if year is None else "Month (abbv)", expected="a fiscal year and a month, such as 2024 and OCT"
        )
    return f"{int(year[1]) - (month >= 10)}-{month:02d}"


def _years(url: str) -> tuple[int, int, str]:
    match = _FILE.search(url)
    return (int(match[2]), int(match[1]), url) if match else (0, 0, url)
