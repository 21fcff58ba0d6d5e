"""The natural experiments, each with its date, its source and the groups that it did not touch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Experiment:
    """A dated event and where it should be seen.

    Attributes:
        group: Nationality that it touches, ISO3.
        date: From when it is in force.
        until: Day from which it no longer is; absent: it stays.
        announced: When it became known.
        on: What it moves: departures, or crossing the Darien.
        size: Prior of the shift, mean and standard deviation on the log or value scale.
        series: Series of the table of figures in which it should be seen, the first one first.
        donors: Nationalities that it does not touch, ISO3; empty: all others in the table.
        touched: Nationalities that it touches too, never donors.
        first: First month fitted where an earlier rule cuts the figures in two; absent: as far back as they go.
    """

    name: str
    label: str
    group: str
    date: dt.date
    source: str
    confidence: Literal["S", "S2", "D", "C", "B"]
    size: tuple[float, float]
    size_source: str
    series: tuple[str, ...]
    announced: dt.date | None = None
    until: dt.date | None = None
    on: Literal["departures", "crossing"] = "departures"
    ramp_days: float = 0.0
    donors: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    months: int = 6
    first: str = ""
    note: str = ""

    @property
    def known(self) -> dt.date:
        """Day on which it became known."""
        return self.announced or self.date


AGREED = 1.05
"""R-hat up to which the chains of an experiment's fit agree."""
MEXICO_VISA = "2022-02"
"""Mexico asks Venezuelans for a visa from 21 January 2022 (Passport Index: visa-free until then, required on 10 February): until
then most flew there, so that earlier months say nothing of the way by land."""
WEAK = "weak prior, set before any figure after the event was looked at"
CLOSURE = "past closures by visa took away 80-95 % of entries: minus 1.6 to 3 on the log scale"
CAREFUL = (
    "CHN",
    "IND",
    "TUR",
    "UZB",
    "BGD",
    "NPL",
    "AFG",
    "RUS",
    "CMR",
    "AGO",
    "GHA",
    "SEN",
    "MRT",
    "GIN",
    "BRA",
    "PER",
    "COL",
    "DOM",
)
"""Nationalities that were hardly ever expelled to Mexico under Title 42."""

EXPERIMENTS: tuple[Experiment, ...] = (
    Experiment(
        name="venezuela-october-2022",
        label="Venezuelans may be returned to Mexico, others may apply from abroad (12 October 2022)",
        group="VEN",
        date=dt.date(2022, 10, 12),
        source="US Department of Homeland Security, 12 October 2022",
        confidence="B",
        size=(-1.0, 0.8),
        size_source=WEAK,
        first=MEXICO_VISA,
        series=("darien_transits", "us_encounters", "honduras_entries"),
    ),
    Experiment(
        name="uzbekistan-e-visa-ecuador",
        label="Ecuador asks Uzbek nationals for an e-visa (by September 2022)",
        group="UZB",
        date=dt.date(2022, 9, 1),
        source="Passport Index: visa-free on 19 November 2020, e-visa on 15 August 2023; month from entries to Ecuador",
        confidence="D",
        size=(-2.0, 0.7),
        size_source=CLOSURE,
        series=("ecuador_entries", "darien_transits"),
        note=(
            "The month was taken from the fall of entries to Ecuador itself (105 in August 2022, 8 in September), so that "
            "entries cannot test the date; the Darien can. Many then went round by Nicaragua: Honduras counted more, not fewer."
        ),
    ),
    Experiment(
        name="haiti-visa-ecuador",
        label="Ecuador asks Haitian nationals for a visa (17 May 2021)",
        group="HTI",
        date=dt.date(2021, 5, 17),
        announced=dt.date(2021, 5, 15),
        source="Ministry of Foreign Affairs of Ecuador, by Metro Ecuador, 15 May 2021",
        confidence="S2",
        size=(-2.0, 0.7),
        size_source=CLOSURE,
        series=("ecuador_entries", "darien_transits"),
    ),
    Experiment(
        name="boats-february-2024",
        label="Boats at Necoclí stop (23 February to 1 March 2024): Venezuelans",
        group="VEN",
        date=dt.date(2024, 2, 23),
        until=dt.date(2024, 3, 1),
        source="El Tiempo, AP",
        confidence="S",
        on="crossing",
        size=(-4.0, 1.0),
        size_source="nobody is carried while boats stop",
        first=MEXICO_VISA,
        series=("darien_transits",),
        touched=("CHN", "ECU", "COL", "PER", "BRA"),
        months=2,
        note="People waited and crossed in March; waiting is not in this small corridor, so that a rebound cannot be predicted.",
    ),
    Experiment(
        name="title-42-ends",
        label="Title 42 ends (11 May 2023): Venezuelans",
        group="VEN",
        date=dt.date(2023, 5, 11),
        source="US Department of Homeland Security",
        confidence="S",
        size=(0.0, 0.7),
        size_source=WEAK + "; its sign was open: easier to be let in, quicker to be removed",
        first=MEXICO_VISA,
        series=("us_encounters", "darien_transits"),
        donors=CAREFUL,
    ),
    Experiment(
        name="china-reopens",
        label="China ends border quarantine and issues passports again (8 January 2023)",
        group="CHN",
        date=dt.date(2023, 1, 8),
        announced=dt.date(2022, 12, 27),
        source="National Immigration Administration of China",
        confidence="S",
        size=(0.3, 0.5),
        size_source="as in the corridor china-ecuador-us",
        series=("ecuador_entries", "darien_transits", "us_encounters"),
        ramp_days=60,
    ),
)
