"""Counts of people that the sections of the blocks show, or that their money and shares are made of, as rows for the gate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.disclosure.table import ALL
from isthmus.report.intervals import interval
from isthmus.report.sections import draws
from isthmus.report.view import RunView
from isthmus.timegrid import shift_month

Floats = NDArray[np.float64]
Rows = Iterator[dict[str, Any]]

KEPT = ("measure", "place", "leg", "group", "item", "period")
"""What a count of a section is told apart by."""
AHEAD = "ahead"
LAST = 12
"""Last fitted months that sections of one year look at."""
SOURCE = "isthmus"


def cell(measure: str, period: str, *, place: str = "", leg: str = "", group: str = "", item: str = "") -> tuple[str, ...]:
    """Name of a count, in the order of `KEPT`."""
    return measure, place, leg, group, item, period


def block_rows(view: RunView) -> list[dict[str, Any]]:
    """All counts of the sections, with totals that are known besides."""
    return [
        *_harm(view), *_claims(view), *_journeys(view), *_waiting(view), *_paying(view), *_returning(view), *_believing(view),
    ]  # fmt: skip


def shown_months(view: RunView) -> list[str]:
    """Months to whose end claims are counted: the last of each year, of the fit and of the forecast."""
    return [month for month in view.months if month.endswith("-12") or month in (view.fitted[-1], view.ahead[-1])]


def since_january(view: RunView, month: str) -> list[str]:
    """Months modelled of a month's year, up to it."""
    return [one for one in view.months if one[:4] == month[:4] and one <= month]


def months_of(first: str, last: str) -> str:
    """Months from one to another as a period: a month, a year or a span."""
    if first == last:
        return first
    return first[:4] if first[:4] == last[:4] and (first[5:], last[5:]) == ("01", "12") else f"{first}/{last}"


def whole(view: RunView) -> str:
    """All months modelled, as one period."""
    return months_of(view.months[0], view.months[-1])


def waiting_months(view: RunView) -> list[str]:
    """Months for which the queues are shown: the last year of the fit, and those ahead."""
    return [*view.fitted[-LAST:], *view.ahead]


def year_period(view: RunView, year: str) -> str:
    """The fitted months of a year as a period."""
    inside = [month for month in view.fitted if month.startswith(year)]
    return months_of(inside[0], inside[-1]) if inside else year


def fitted_period(view: RunView) -> str:
    """All fitted months as a period."""
    return months_of(view.fitted[0], view.fitted[-1])


def queued(view: RunView, queue: str, month: str) -> Floats:
    """People of all nationalities in a queue, mean over a month, ``(sample,)``."""
    data = view.outcomes
    assert data is not None  # noqa: S101  asked only where there are queues
    found = (data["queued"].sum("group") + data["queued_others"]).sel(queue=queue, month=month)
    return np.asarray(found.values, dtype=np.float64)


def short_of_money(view: RunView) -> Floats:
    """People who could not pay the next leg in the last months of the fit, ``(sample,)``."""
    data = view.outcomes
    assert data is not None  # noqa: S101  asked only where there is money
    found = data["short"].sel(month=list(view.fitted[-LAST:])).sum(["short_leg", "group", "month"])
    return np.asarray(found.values, dtype=np.float64)


def passing(view: RunView, name: str, leg: str, group: str) -> Floats:
    """People who passed a leg in the fitted months, as believed (``belief_flow``) or informed, ``(sample,)``."""
    data = view.outcomes
    assert data is not None  # noqa: S101  asked only where there are beliefs
    found = data[name].sel(belief_leg=leg, group=group, month=list(view.fitted)).sum("month")
    return np.asarray(found.values, dtype=np.float64)


def harm_period(view: RunView, name: str) -> str:
    """A period of the harm block: a year, or the months ahead."""
    return months_of(view.ahead[0], view.ahead[-1]) if name == AHEAD else name


def _row(named: tuple[str, ...], values: Floats, kind: str = "flow") -> dict[str, Any]:
    found = interval(values)
    # what is asked of the gate is whether the count may be known; few draws may all agree on it, which is no bare number here
    lo, hi = min(found.lo90, 0.99 * found.median), max(found.hi90, 1.01 * found.median)
    numbers = {"lo90": lo, "lo50": found.lo50, "median": found.median, "hi50": found.hi50, "hi90": hi}
    return {**dict(zip(KEPT, named, strict=True)), **numbers, "kind": kind, "unit": "persons", "source": SOURCE}


def _harm(view: RunView) -> Rows:
    data = view.outcomes
    if data is None or "harm_groups" not in data:
        return
    for period in (str(p) for p in data["period"].values):
        for group in (str(g) for g in data["group"].values):
            where = {"group": group, "period": period}
            for leg in (str(name) for name in data["harm_leg"].values):
                for kind in (str(k) for k in data["harm_open"].values):
                    named = cell(f"harm_{kind}", harm_period(view, period), leg=leg, group=group)
                    yield _row(named, draws(data, "harm_groups", harm_leg=leg, harm_open=kind, **where))
            for record in (str(r) for r in data["death_record"].values):
                named = cell(f"recorded_{record}", harm_period(view, period), group=group)
                yield _row(named, draws(data, "harm_recorded", death_record=record, **where))


def _claims(view: RunView) -> Rows:
    """Claims since January to the end of some months, and between them: whoever subtracts gets those."""
    data = view.outcomes
    if data is None or "claims_made" not in data:
        return
    for month in shown_months(view):
        yield _row(cell("claims_pending", month), draws(data, "claims_pending", month=month), "stock")
    for name in ("claims_made", "claims_recognised"):
        for first, last in sorted(_spans(view)):
            months = [month for month in view.months if first <= month <= last]
            yield _row(cell(name, months_of(first, last)), data[name].sel(month=months).sum("month").values)


def _spans(view: RunView) -> set[tuple[str, str]]:
    shown = shown_months(view)
    spans = {(since_january(view, month)[0], month) for month in shown}
    return spans | {(shift_month(one, 1), then) for one, then in pairwise(shown) if one[:4] == then[:4]}


def _waiting(view: RunView) -> Rows:
    """People in queues by month, without money by place, and who could not pay."""
    data = view.outcomes
    if data is None:
        return
    for queue in (str(q) for q in data["queue"].values) if "queued" in data else ():
        for month in waiting_months(view):
            yield _row(cell("queued", month, place=queue, group=ALL), queued(view, queue, month), "stock")
    if "stranded" in data:
        last = view.fitted[-1]
        stuck = data["stranded"].sum("group").sel(month=last)
        for place in (str(p) for p in data["place"].values):
            named = cell("stranded", last, place=place, group=ALL)
            yield _row(named, np.asarray(stuck.sel(place=place).values, dtype=np.float64), "stock")
        months = view.fitted[-LAST:]
        yield _row(cell("short_of_money", months_of(months[0], months[-1]), place=ALL, group=ALL), short_of_money(view))


def _paying(view: RunView) -> Rows:
    """People of the corridor's groups who paid a fee: who knows what they paid in all knows about how many they were."""
    data, block = view.outcomes, view.corridor.facilitators
    if data is None or block is None or "ledger_groups" not in data:
        return
    flows = view.posterior["leg_flow"]
    known = {str(leg) for leg in flows["leg"].values}
    for year in (str(y) for y in data["ledger_year"].values):
        months = [month for month in view.fitted if month.startswith(year)]
        for name, fee in block.fees.items():
            legs = [leg for leg in fee.legs if leg in known]
            people = fee.share * flows.sel(leg=legs, month=months).sum(("leg", "group", "month"))
            named = cell("paying", year_period(view, year), leg="+".join(fee.legs), group=ALL, item=name)
            yield _row(named, np.asarray(people.values, dtype=np.float64))


def _returning(view: RunView) -> Rows:
    """Reverse flows by group and year, and ahead."""
    data = view.outcomes
    if data is None or "reverse" not in data:
        return
    for name in (str(n) for n in data["reverse_flow"].values):
        for group in (str(g) for g in data["group"].values):
            for period in (str(p) for p in data["reverse_period"].values):
                named = cell("reverse", harm_period(view, period), group=group, item=name)
                yield _row(named, draws(data, "reverse", reverse_flow=name, group=group, reverse_period=period))


def _believing(view: RunView) -> Rows:
    """People who passed a leg under their beliefs, and had all known the truth: the change of the one is of people too."""
    data = view.outcomes
    if data is None or "believed" not in data:
        return
    for leg in (str(name) for name in data["belief_leg"].values):
        for group in (str(name) for name in data["group"].values):
            for name in ("belief_flow", "informed_flow"):
                yield _row(cell(name, fitted_period(view), leg=leg, group=group), passing(view, name, leg, group))


def _journeys(view: RunView) -> Rows:
    """How journeys stand, where people gave up or ran short, and who was harmed how often, of all who passed."""
    data = view.journeys
    if data is None or data.attrs.get("engine") != "agents":
        return
    period = whole(view)
    for group in (str(g) for g in data["group"].values):
        counts = np.asarray(data["people"].sel(group=group).values, dtype=np.float64)
        names = [str(name) for name in data["stands"].values]
        yield from _parts("journeys", period, group, names, counts)
        for place in (str(p) for p in data["place"].values):
            named = cell("journeys", period, place=place, group=group, item="turned back")
            yield _row(named, np.asarray(data["turned_back"].sel(group=group, place=place).values, dtype=np.float64))
        for leg in (str(k) for k in data["leg"].values):
            short = np.asarray(data["short"].sel(group=group, leg=leg).values, dtype=np.float64)
            yield _row(cell("journeys_short", period, leg=leg, group=group), short)
        for kind in (str(k) for k in data["harm"].values) if "met_people" in data else ():
            often = times_met(np.asarray(data["met"].sel(group=group, harm=kind).values, dtype=np.float64))
            passed = np.asarray(data["met_people"].sel(group=group).values, dtype=np.float64)
            yield from _parts(f"met_{kind}", period, group, [str(n) for n in range(often.shape[1])], often * passed[:, None])


def _parts(measure: str, period: str, group: str, names: Sequence[str], counts: Floats) -> Rows:
    """Parts of a whole, ``(draw, part)``, and the whole."""
    for n, name in enumerate(names):
        yield _row(cell(measure, period, place=ALL, group=group, item=name), counts[:, n])
    yield _row(cell(measure, period, place=ALL, group=group, item=ALL), counts.sum(axis=1))


def times_met(table: Floats) -> Floats:
    """Shares never, once, twice, three times or more, ``(draw, 4)``, of shares by number of times."""
    return np.concatenate([table[:, :3], table[:, 3:].sum(axis=1, keepdims=True)], axis=1)
