"""Who collects what: totals of the corridor, no vendor and no price of a service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr

from isthmus.disclosure.table import ALL
from isthmus.report.block_counts import cell, year_period
from isthmus.report.language import say
from isthmus.report.charts import NBSP, Table
from isthmus.report.intervals import WITHHELD, Interval, interval, percent, plain
from isthmus.report.sections import Row, Section, draws, learned_table, millions, rows_chart
from isthmus.report.view import RunView
from isthmus.report.words import listed, span
from isthmus.spec.facilitators import Facilitators

COLLECTORS = {
    "carriers": "carriers",
    "facilitators": "facilitators",
    "armed_groups": "armed groups",
    "officials": "officials",
    "hosts": "hosts",
}


def ledger(view: RunView) -> Section | None:
    """Totals by fee for the last full year, for the groups and for all nationalities, and published totals beside them."""
    data, block = view.outcomes, view.corridor.facilitators
    if data is None or block is None or "ledger_groups" not in data:
        return None
    years = [str(y) for y in data["ledger_year"].values]
    year = _last_whole(view, years)
    names = listed([group.label for group in view.corridor.groups.values()])
    paid = {
        name: interval(_own(data, name, year))
        for name, fee in block.fees.items()
        if cell("paying", year_period(view, year), leg="+".join(fee.legs), group=ALL, item=name) not in view.held
    }
    if not paid:
        return None
    outer = [name for name, fee in block.fees.items() if fee.within is None]
    whole = outer if all(name in paid for name in outer) else []
    total = interval(sum((_own(data, name, year) for name in whole), np.zeros(1)))
    columns = (
        "What", "Collected by", "Kind", "Where", f"{names} (90{NBSP}%)", say("All nationalities (90\N{NO-BREAK SPACE}%)"),
        "Their share of all", "Not counted twice", "Source",
    )  # fmt: skip
    chart = rows_chart(
        "ledger",
        # a total would give away the one part that is withheld
        say("{names} paid about {total} along the corridor in {year}", names=names, total=millions(total), year=year)
        if whole
        else say("What {names} paid along the corridor in {year}, by fee", names=names, year=year),
        say(
            "US$ in {year}, log scale, {names} only; kind: flow. Source: this model's flows and "
            "the prices of the corridor file, ranges taken as log-uniform.",
            year=year,
            names=names,
        ),
        [Row(block.fees[name].label, own) for name, own in paid.items()],
        Table(columns, tuple(_cells(block, data, paid, year))),
        unit="US$ in the year",
        log=True,
    )
    tables = [(_totals(view, data), "Published totals beside the model's, US$. A contrasting source is shown and not fitted.")]
    tables += learned_table(
        view, "ledger", {f"{n}.per_person_usd": say("{label}: base price, US$", label=f.label) for n, f in block.fees.items()}
    )
    words = (
        (
            "Totals for the corridor, by kind of collector and country. A group's own part and that of people of all "
            "nationalities are different totals, and the second exists only where all nationalities are counted."
        ),
        (
            "Prices answer to demand over capacity and to enforcement where the file says so; how strongly is assumed, and the "
            "prices do not act back on the choice of route."
        ),
    )
    return Section("ledger", "Who collects what", words, (chart,), tuple(tables))


def _cells(block: Facilitators, data: xr.Dataset, paid: Mapping[str, Interval], year: str) -> Iterator[tuple[str, ...]]:
    """A row of the table for each fee; what is not in ``paid`` is withheld."""
    for name, fee in block.fees.items():
        own = paid.get(name)
        where = fee.country or "several countries"
        inside = "" if fee.within is None else say("within: {label}", label=block.fees[fee.within].label)
        everyone = interval(draws(data, "ledger_everyone", fee=name, ledger_year=year)) if fee.everyone else None
        yield (
            fee.label, COLLECTORS[fee.collector], fee.kind, where, say(WITHHELD) if own is None else millions(own),
            "not modelled" if everyone is None else millions(everyone),
            "" if everyone is None or own is None else percent(own.median / everyone.median, 1), inside,
            f"{fee.source} ({fee.confidence})",
        )  # fmt: skip


def _own(data: xr.Dataset, fee: str, year: str) -> np.ndarray:
    """US$ of all groups of the corridor, ``(sample,)``."""
    return np.asarray(data["ledger_groups"].sel(fee=fee, ledger_year=year).sum("group").values, dtype=np.float64)


def _last_whole(view: RunView, years: list[str]) -> str:
    """The last year all of whose months were fitted, else the last one."""
    whole = [y for y in years if sum(month.startswith(y) for month in view.fitted) == 12]
    return whole[-1] if whole else years[-1]


def _totals(view: RunView, data: xr.Dataset) -> Table:
    block = view.corridor.facilitators
    rows = []
    for name, total in block.totals.items() if block is not None else ():
        found: Interval | None = interval(draws(data, "ledger_total", total=name)) if total.fee is not None else None
        rows.append((
            total.label, span(*total.period), f"US${plain(total.usd / 1e6, 1)}{NBSP}m",
            "contrasting source, not fitted" if found is None else millions(found), total.covers or "",
            f"{total.source} ({total.confidence})",
        ))  # fmt: skip
    return Table(("Total", "Period", "Published", "Model, all nationalities", "What it covers", "Source"), tuple(rows))
