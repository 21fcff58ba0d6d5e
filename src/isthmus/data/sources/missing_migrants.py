"""IOM Missing Migrants Project: recorded deaths and disappearances by route and month, always a minimum."""

from __future__ import annotations

from collections import defaultdict

from isthmus.data.reading import month_number, place_name
from isthmus.data.reading.numbers import whole
from isthmus.data.reading.rows import Row
from isthmus.data.sources.contract import About, Delivery, Reading, SeriesAbout, Wanted
from isthmus.data.store.records import Finding
from isthmus.data.web import Web

FILE = (
    "https://missingmigrants.iom.int/sites/g/files/tmzbdl601/files/report-migrant-incident/"
    "Missing_Migrants_Global_Figures_allData.csv"
)
_COLUMNS = ("Incident Year", "Month", "Migration Route", "Total Number of Dead and Missing")
NO_ROUTE = "route_not_named"


class MissingMigrants:
    """Adds incidents up as they are read; what the file says of places and people is not kept."""

    about = About(
        name="missing_migrants",
        title="Missing Migrants Project",
        publisher="IOM, Missing Migrants Project",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        home="https://missingmigrants.iom.int/downloads",
        release_days=7,
        series=(
            SeriesAbout(
                "deaths_and_disappearances",
                "flow",
                "persons",
                "people recorded as dead or missing on a route: a minimum, revised upwards for years",
            ),
        ),
    )

    def fetch(self, web: Web, wanted: Wanted) -> Delivery:
        """Return monthly sums by route."""
        del wanted
        answer = web.get(FILE, only_if_changed=True)
        sums: dict[tuple[str, str], float] = defaultdict(float)
        uncounted = 0
        for row in answer.rows(_COLUMNS):
            month = _month(row)
            try:
                value = whole(row["Total Number of Dead and Missing"])
            except ValueError:
                raise row.error(at="Total Number of Dead and Missing", expected="a count") from None
            if value is None:
                uncounted += 1
                continue
            route = row["Migration Route"]
            sums[place_name(route) if route else NO_ROUTE, month] += value
        readings = [
            Reading("deaths_and_disappearances", place, "ALL", month, value, "minimum")
            for (place, month), value in sorted(sums.items())
        ]
        text = f"{uncounted} incidents without a number: people died or disappeared, and how many is not known"
        return Delivery(readings, remarks=(Finding("uncounted", text),) if uncounted else (), published=answer.published)


def _month(row: Row) -> str:
    month = month_number(row["Month"])
    if month is None or not row["Incident Year"].isdigit():
        raise row.error(at="Month", expected="a year and a month, such as 2024 and January")
    return f"{row['Incident Year']}-{month:02d}"
