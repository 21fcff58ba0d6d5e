"""World Bank, World Development Indicators: a few yearly drivers by country."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.data.sources.contract import About, Delivery, Reading, SeriesAbout, Wanted
from isthmus.data.web import Web
from isthmus.errors import SourceError

API = "https://api.worldbank.org/v2/country/{country}/indicator/{indicator}"
PAGE = 1000

# Rates and shares are typed as stocks because they may not be added up over time.
INDICATORS = {
    "NY.GDP.MKTP.KD.ZG": SeriesAbout("wb_gdp_growth", "stock", "percent", "growth of gross domestic product at constant prices"),
    "NY.GDP.PCAP.PP.KD": SeriesAbout(
        "wb_gdp_per_head", "stock", "dollars", "gross domestic product per head, at 2021 purchasing power"
    ),
    "SL.UEM.1524.ZS": SeriesAbout(
        "wb_youth_unemployment", "stock", "percent", "unemployed aged 15-24 in percent of the labour force, modelled by the ILO"
    ),
    "SP.POP.TOTL": SeriesAbout("wb_population", "stock", "persons", "people at the middle of the year"),
    "FP.CPI.TOTL.ZG": SeriesAbout("wb_inflation", "stock", "percent", "rise of consumer prices over the year"),
}


class WorldBank:
    """Asks for each country and indicator, page by page."""

    about = About(
        name="world_bank",
        title="World Development Indicators",
        publisher="World Bank, World Development Indicators",
        licence="CC BY 4.0",
        licence_url="https://datacatalog.worldbank.org/public-licenses",
        home="https://data.worldbank.org",
        cadence="year",
        release_days=180,
        seconds_between=0.5,
        series=tuple(INDICATORS.values()),
    )

    def fetch(self, web: Web, wanted: Wanted) -> Delivery:
        """Return the indicators of the countries that the groups are nationals of."""
        return Delivery(
            [
                reading
                for country in wanted.groups
                for indicator, series in INDICATORS.items()
                for reading in _readings(web, wanted, country, indicator, series.name)
            ]
        )


def _readings(web: Web, wanted: Wanted, country: str, indicator: str, series: str) -> Iterator[Reading]:
    page, last = 1, 1
    while page <= last:
        years = f"{wanted.since}:{min(wanted.today.year, 2100)}"
        query: dict[str, str | int] = {"format": "json", "per_page": PAGE, "page": page, "date": years}
        answer = web.get(API.format(country=country, indicator=indicator), query=query)
        content = answer.json()
        # An error comes as a list of one object with a 'message', and with status 200.
        if not isinstance(content, list) or len(content) != 2 or "pages" not in content[0]:
            raise _form(answer.where, "a list of two: pages and rows", str(content)[:160])
        for row in content[1] or []:
            yield _reading(row, country, series, answer.where)
        last = int(content[0]["pages"] or 1)
        page += 1


def _reading(row: Any, country: str, series: str, where: str) -> Reading:
    if not isinstance(row, dict) or not {"date", "value", "countryiso3code"} <= set(row):
        raise _form(where, "rows with countryiso3code, date and value", str(row)[:120])
    value, year = row["value"], str(row["date"])
    if not (value is None or isinstance(value, (int, float))) or not (year.isdigit() and len(year) == 4):
        raise _form(where, "a year and a number", f"{year!r} and {value!r}")
    if row["countryiso3code"] not in {country, ""}:
        raise _form(where, f"rows of {country}", str(row["countryiso3code"]))
    return Reading(series, country.lower(), country, year, None if value is None else float(value))


def _form(where: str, expected: str, found: str) -> SourceError:
    return SourceError.one(
        where=where, expected=expected, found=found, remedy="the API has changed: nothing was stored; report it"
    )
