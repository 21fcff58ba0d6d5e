"""People on each leg, month by month, for the map with its slider: through the gate, as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from isthmus.disclosure import Ledger, Table, release
from isthmus.disclosure.policy import Policy
from isthmus.errors import DisclosureError
from isthmus.report.block_counts import months_of
from isthmus.report.gated import vocabulary_of
from isthmus.report.intervals import WITHHELD, Interval, count_words, interval, intervals
from isthmus.report.map import thickness
from isthmus.report.parameters import leg_name
from isthmus.report.view import RunView
from isthmus.report.words import period_name

NUMBERS = ("lo90", "lo50", "median", "hi50", "hi90")


@dataclass(frozen=True, slots=True)
class Flows:
    """Months and legs of a run.

    Attributes:
        months: Name, words and whether it lies ahead.
        legs: Id, name, and per month the line's width (pixels) and the number in words.
    """

    months: tuple[tuple[str, str, bool], ...]
    legs: tuple[tuple[str, str, tuple[float, ...], tuple[str, ...]], ...]

    def plain(self) -> dict[str, object]:
        """For the script."""
        return {
            "months": [{"name": words, "ahead": ahead} for _, words, ahead in self.months],
            "legs": {leg: {"name": name, "widths": widths, "words": words} for leg, name, widths, words in self.legs},
        }


def flows(view: RunView, policy: Policy) -> Flows:
    """Median and interval of the people who set out on each leg in each fitted and forecast month, or withheld."""
    months = (*view.fitted, *view.ahead)
    named = tuple((month, period_name(month), month > view.origin) for month in months)
    cells = _released(view, months, policy)
    most = max((value.median for value in cells.values() if value is not None), default=1.0)
    legs = []
    for leg in dict.fromkeys(leg for leg, _ in cells):
        row = [cells[leg, month] for month in months]
        widths = tuple(round(thickness(0.0 if value is None else value.median, most), 1) for value in row)
        words = tuple(WITHHELD if value is None else count_words(value) for value in row)
        legs.append((leg, leg_name(view.corridor, leg), widths, words))
    return Flows(named, tuple(legs))


def _released(view: RunView, months: Sequence[str], policy: Policy) -> dict[tuple[str, str], Interval | None]:
    """The numbers that the gate lets out; none of them where it cannot hide the small ones behind others.

    The last fitted year and the months ahead together are told of each leg elsewhere (the map of the page, the export), so they
    stand in the table as well, and no month is told where the gate would need to withhold one of them.
    """
    draws = view.posterior["leg_flow"].sel(month=list(months)).sum("group").transpose("leg", "sample", "month")
    found = {str(leg): intervals(np.asarray(values)) for leg, values in zip(draws["leg"].values, draws.values, strict=True)}
    exact = {
        (leg, month): value for leg in view.corridor.legs if leg in found for month, value in zip(months, found[leg], strict=True)
    }
    rows = [_row(leg, month, value) for (leg, month), value in exact.items()]
    spans = [months for months in (view.last_year, view.ahead) if len(months) > 1]
    rows += [
        _row(leg, months_of(span[0], span[-1]), interval(view.leg_total(leg, span)))
        for leg in view.corridor.legs
        if leg in found
        for span in spans
    ]
    scope, edition = view.corridor.name, str(view.manifest.get("hash", ""))
    try:
        known = vocabulary_of(view.corridor)
        table = Table.of(rows)
        out = release(table, policy, Ledger(), scope=scope, edition=edition, vocabulary=known, where="map by month").rows()
    except DisclosureError:
        return dict.fromkeys(exact)
    spent = zip(out[len(exact) :], rows[len(exact) :], strict=True)
    if any(row["median"] is None and given["median"] >= policy.smallest_count for row, given in spent):
        return dict.fromkeys(exact)
    return {key: _interval(row) for key, row in zip(exact, out, strict=False)}


def _row(leg: str, month: str, value: Interval) -> dict[str, Any]:
    numbers = dict(zip(NUMBERS, value.values, strict=True))
    about = {
        "measure": "leg_flow",
        "place": "all",
        "leg": leg,
        "group": "all",
        "period": month,
        "kind": "flow",
        "unit": "persons",
    }
    return {**about, **numbers, "source": "isthmus"}


def _interval(row: Mapping[str, Any]) -> Interval | None:
    return None if row["median"] is None else Interval(*(row[name] for name in NUMBERS))
