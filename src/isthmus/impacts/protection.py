"""Expected protection cases by kind, and the part of them that comes to be known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isthmus.impacts.entries import Entry, interval, row
from isthmus.impacts.presence import Presence
from isthmus.scenarios.rows import Row
from isthmus.scenarios.strengths import Strengths
from isthmus.spec.impacts import Impacts


def case_rows(scenario: str, block: Impacts, people: Presence, months: Sequence[str], strengths: Strengths) -> Iterator[Row]:
    """Cases of everybody at a place together, never by nationality, over all months; a band for those that are reported."""
    span = f"{months[0]}/{months[-1]}"
    for name, case in block.cases.items():
        came = people.arrivals[:, people.places.index(case.place)].sum(axis=(1, 2))
        cases = came * strengths.draw(f"impacts.cases.{name}.share", case.share)
        known = cases * strengths.draw(f"impacts.cases.{name}.reported", case.reported)
        about = {"source": case.source, "sector": "protection", "item": case.label}
        yield row(
            scenario, Entry(f"cases_{name}", "flow", "cases", **about), period=span, place=case.place, values=interval(cases)
        )
        entry = Entry(f"cases_{name}_reported", "flow", "cases that come to be known", **about)
        yield row(scenario, entry, period=span, place=case.place, values=interval(known))
