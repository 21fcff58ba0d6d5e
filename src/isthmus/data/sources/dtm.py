"""IOM Displacement Tracking Matrix: people displaced inside a country, by assessment round."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import Any

from isthmus.data.reading import country_code
from isthmus.data.sources.contract import About, Delivery, Reading, SeriesAbout, Wanted
from isthmus.data.web import Web
from isthmus.errors import SourceError

API = "https://dtmapi.iom.int/v3/displacement/admin0"
KEY = "ISTHMUS_DTM_KEY"
"""Variable of the environment with the subscription key; free, from the DTM API portal."""


class Dtm:
    """Asks for each country of the groups; needs a key."""

    about = About(
        name="dtm",
        title="DTM displacement, country level",
        publisher="IOM, Displacement Tracking Matrix",
        licence="CC BY 4.0, with IOM's terms for DTM data",
        licence_url="https://dtm.iom.int/terms-and-conditions",
        home="https://dtm.iom.int/data-and-analysis/dtm-api",
        release_days=60,
        series=(
            SeriesAbout(
                "dtm_displaced",
                "stock",
                "persons",
                "people displaced inside the country when the month's last round was assessed",
            ),
        ),
    )

    def fetch(self, web: Web, wanted: Wanted) -> Delivery:
        """Return the last round of each month."""
        key = os.environ.get(KEY, "")
        if not key:
            raise SourceError.one(
                where="dtm",
                expected=f"a subscription key in the variable {KEY}",
                found="none",
                remedy=f"ask for one at {self.about.home} (free) and set the variable",
            )
        readings: list[Reading] = []
        for country in wanted.groups:
            answer = web.get(API, query={"Admin0Pcode": country}, headers={"Ocp-Apim-Subscription-Key": key})
            content = answer.json()
            rows = content.get("result") if isinstance(content, dict) else None
            if not isinstance(rows, list):
                raise _form(answer.where, "an object with a list 'result'", str(content)[:120])
            readings += _monthly(rows, country, answer.where)
        return Delivery(readings)


def _monthly(rows: list[Any], country: str, where: str) -> list[Reading]:
    """Add up the reasons for displacement of each round and keep the last round of each month."""
    rounds: dict[tuple[str, str, int], float] = defaultdict(float)
    for row in rows:
        if not isinstance(row, dict) or not {"reportingDate", "numPresentIdpInd", "roundNumber"} <= set(row):
            raise _form(where, "rows with reportingDate, roundNumber and numPresentIdpInd", str(row)[:120])
        date, count = str(row["reportingDate"])[:10], row["numPresentIdpInd"]
        if count is None:
            continue
        if len(date) != 10 or not isinstance(count, (int, float)) or count < 0:
            raise _form(where, "a date and a count", f"{date!r} and {count!r}")
        named = str(row.get("admin0Pcode") or country)
        if country_code(named) == country or named == country:
            rounds[str(row.get("operation") or ""), date, int(row["roundNumber"] or 0)] += float(count)
    last: dict[tuple[str, str], tuple[str, int]] = {}
    for operation, date, number in sorted(rounds):
        last[operation, date[:7]] = (date, number)
    months: dict[str, float] = defaultdict(float)
    for (operation, month), (date, number) in last.items():
        months[month] += rounds[operation, date, number]
    return [Reading("dtm_displaced", country.lower(), "ALL", month, value) for month, value in sorted(months.items())]


def _form(where: str, expected: str, found: str) -> SourceError:
    return SourceError.one(
        where=where, expected=expected, found=found, remedy="the API has changed: nothing was stored; report it"
    )
