"""What a scenario comes to, by draw and month: where people go, wait, turn back, are stranded, and the harm they meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from isthmus.forecast.predict import draw_figures
from isthmus.model.hazards import met
from isthmus.scenarios.arrays import Arrays
from isthmus.scenarios.bench import Bench
from isthmus.scenarios.passes import Ahead
from isthmus.scenarios.strengths import Strengths
from isthmus.streams import stream

Floats = NDArray[np.float64]

Axis = Literal["none", "place", "leg", "queue", "series"]

LABELS = {
    "departures": "Setting out",
    "arrivals": "Arriving",
    "leg_flow": "Departing on a leg",
    "settled": "Ending the journey",
    "turned_back": "Turning back on the way",
    "waiting": "Staying or waiting",
    "queued": "Waiting in a queue",
    "stranded": "Stranded without money",
    "claims": "Claiming asylum, by the month of arrival",
}
"""Measures by name, in words."""


@dataclass(frozen=True, eq=False)
class Measure:
    """One measure of a scenario.

    Attributes:
        values: ``(sample, item, group, month)``; one item where ``axis`` is ``none``. Stocks stand at the end of a month.
        items: Names of the items.
        grouped: Whether the third axis is the corridor's groups; if not it holds one entry, for all.
        group: The group of that one entry, where it is not of all.
    """

    name: str
    axis: Axis
    items: tuple[str, ...]
    kind: Literal["flow", "stock"]
    unit: str
    values: Floats
    grouped: bool = True
    group: str = ""


Measures = dict[str, Measure]


def measures(bench: Bench, ahead: Ahead, changed: Arrays, hazards: Mapping[tuple[str, str], Floats]) -> Measures:
    """Everything a scenario is compared on.

    Args:
        bench: Where it ran.
        ahead: What came out.
        changed: What it changed.
        hazards: Events expected on a passage by leg and kind, ``(sample,)`` each.
    """
    model, flows = bench.model, ahead.flows
    places = tuple(place.id for place in model.places)
    legs = tuple(leg.id for leg in model.legs)
    queues = tuple(places[queue.place] for queue in model.queues)
    found: list[tuple[str, Axis, tuple[str, ...], Literal["flow", "stock"], Floats | None]] = [
        ("departures", "none", ("all",), "flow", flows.departures[:, None]),
        ("arrivals", "place", places, "flow", flows.arrivals),
        ("leg_flow", "leg", legs, "flow", flows.leg_flow),
        ("settled", "place", places, "flow", flows.settled),
        ("turned_back", "place", places, "flow", flows.turned_back),
        ("waiting", "place", places, "stock", flows.waiting),
        ("queued", "queue", queues, "stock", flows.queued),
        ("stranded", "place", places, "stock", flows.stranded),
    ]
    month_sum, month_end = _months(bench)
    out: Measures = {}
    for name, axis, items, kind, steps in found:
        if steps is not None:
            values = steps @ month_sum if kind == "flow" else steps[..., month_end]
            out[name] = Measure(name, axis, items, kind, "persons", values)
    out |= _harmed(bench, ahead, changed, hazards, month_sum) | _claims(bench, ahead, changed, month_sum)
    series = tuple(sight.id for sight in model.sights)
    out["figures"] = Measure("figures", "series", series, "flow", "figures", ahead.expected[:, :, None], grouped=False)
    out["predicted"] = Measure(
        "predicted", "series", series, "flow", "figures", _predicted(bench, ahead)[:, :, None], grouped=False
    )
    return out | account(bench, ahead)


def _predicted(bench: Bench, ahead: Ahead) -> Floats:
    """Figures drawn, ``(sample, series, month)``; the same stream in every scenario."""
    phi = np.stack([bench.natural[sight.dispersion] for sight in bench.model.sights], axis=1)
    return draw_figures(ahead.expected, phi, stream(bench.seed, "figures", "scenarios"))


def _months(bench: Bench) -> tuple[Floats, NDArray[np.intp]]:
    """Adds steps ahead to months ``(step, month)``, and the last step of each month."""
    grid = bench.model.grid
    of_step = grid.month_of_step[bench.first_step :] - bench.first
    table = np.eye(len(bench.months))[of_step]
    return table, np.searchsorted(of_step, np.arange(len(bench.months)), side="right") - 1


def _harmed(
    bench: Bench, ahead: Ahead, changed: Arrays, hazards: Mapping[tuple[str, str], Floats], month_sum: Floats
) -> Measures:
    """People harmed at least once on legs whose hazards are known; deaths include people who went missing."""
    legs = tuple(dict.fromkeys(leg for leg, _ in hazards))
    kinds = tuple(dict.fromkeys(kind for _, kind in hazards))
    names = [leg.id for leg in bench.model.legs]
    out: Measures = {}
    for kind in kinds:
        harmed = []
        for leg in legs:
            factor = changed.harm.get(leg, np.ones((1, bench.model.grid.n_steps)))[:, bench.first_step :]
            share = met(hazards[leg, kind][:, None] * factor)
            if kind != "death":
                share = share * np.exp(-hazards[leg, "death"][:, None] * factor)
            harmed.append((ahead.flows.leg_flow[:, names.index(leg)] * share[:, None]) @ month_sum)
        out[kind] = Measure(kind, "leg", legs, "flow", "persons", np.stack(harmed, axis=1))
    return out


def _claims(bench: Bench, ahead: Ahead, changed: Arrays, month_sum: Floats) -> Measures:
    """Those who arrive and will claim asylum, by the month of arrival: the file's share, as far as shocks let them."""
    block, model = bench.corridor.asylum, bench.model
    if block is None:
        return {}
    place, group = [node.id for node in model.places].index(block.arrivals_at), model.groups.index(block.group)
    share = Strengths(bench.seed, bench.n_samples).draw("asylum.claim_share", block.claim_share)[:, None]
    if block.arrivals_at in changed.claims:
        share = share * changed.claims[block.arrivals_at][:, group, bench.first_step :]
    values = (ahead.flows.arrivals[:, place, group] * np.minimum(share, 1.0)) @ month_sum
    at, alone = (block.arrivals_at,), {"grouped": False, "group": block.group}
    return {"claims": Measure("claims", "place", at, "flow", "persons", values[:, None, None], **alone)}  # type: ignore[arg-type]


def account(bench: Bench, ahead: Ahead) -> Measures:
    """Where those who set out are by the end of each month ahead, counted from the first, ``(sample, 1, group, month)``."""
    model, flows = bench.model, ahead.flows
    _, month_end = _months(bench)
    ends = [bench.corridor.places[place.id].role == "destination" for place in model.places]
    extra = bench.furnished.extra
    corridor = len(model.legs) - len(extra)
    reverse = [k for k, leg in enumerate(model.legs[:corridor]) if leg.head < 0]
    sent = [corridor + n for n, name in enumerate(extra) if name.startswith("removals.")]
    permitted = [corridor + n for n, name in enumerate(extra) if name.startswith("pathway.")]
    forward = [k for k, leg in enumerate(model.legs) if leg.head >= 0]
    settled = flows.settled.cumsum(axis=-1)
    left = flows.leg_flow.cumsum(axis=-1)
    none = np.zeros_like(flows.departures)
    parts = {
        "arrived": settled[:, np.array(ends)].sum(axis=1),
        "settled_on_the_way": settled[:, ~np.array(ends)].sum(axis=1),
        "returned": left[:, reverse].sum(axis=1),
        "removed": left[:, sent].sum(axis=1),
        "permitted": left[:, permitted].sum(axis=1),
        "turned_back_all": none if flows.turned_back is None else flows.turned_back.sum(axis=1).cumsum(axis=-1),
        "stranded_all": none if flows.stranded is None else flows.stranded.sum(axis=1),
        "working_all": none if flows.working is None else flows.working.sum(axis=1),
        "under_way": flows.waiting.sum(axis=1) + flows.moving[:, forward].sum(axis=1),
    }
    return {
        name: Measure(name, "none", ("all",), "stock", "persons", values[:, None][..., month_end])
        for name, values in parts.items()
    }


def total(measure: Measure) -> Floats:
    """A measure over all months ahead, all groups: a flow added up, a stock at the end, ``(sample, item)``."""
    grouped = measure.values.sum(axis=2)
    return np.asarray(grouped.sum(axis=-1) if measure.kind == "flow" else grouped[..., -1])
