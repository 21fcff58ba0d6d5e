"""What queues, money and information say of the forecast's draws, and how much their assumptions decide, as variables."""

from __future__ import annotations

from typing import Any

import numpy as np

from isthmus.forecast import held
from isthmus.forecast.compiled import Compiled
from isthmus.forecast.predict import Forecast
from isthmus.forecast.sweep import swept
from isthmus.report.parameters import LEARNED_FROM

Variables = dict[str, Any]

MOST_SWEPT = 40
"""Quantities swept at most: those whose prior the figures changed least."""

FLOW, STOCK = {"units": "persons", "kind": "flow"}, {"units": "persons", "kind": "stock"}


def mechanisms(work: Compiled, forecast: Forecast) -> tuple[Variables, Variables]:
    """Variables and coordinates of the blocks that the corridor has."""
    found: Variables = {}
    coords: Variables = {}
    if work.model.queues:
        _queues(work, forecast, found, coords)
    if work.model.money is not None:
        _money(work, forecast, found, coords)
    if work.model.information is not None:
        _information(work, forecast, found, coords)
    _sweep(work, forecast, found, coords)
    return found, coords


def _queues(work: Compiled, forecast: Forecast, found: Variables, coords: Variables) -> None:
    model = work.model
    said = held.queues(model, forecast)
    found |= {
        "queued": (("sample", "queue", "group", "month"), said.groups, STOCK),
        "queued_others": (("sample", "queue", "month"), said.others, STOCK),
        "wait_days": (("sample", "queue", "month"), said.wait_days, {"units": "days"}),
    }
    coords["queue"] = [model.places[queue.place].id for queue in model.queues]


def _money(work: Compiled, forecast: Forecast, found: Variables, coords: Variables) -> None:
    said = held.short_of_money(work.model, forecast)
    found |= {
        "short": (("sample", "short_leg", "group", "month"), said.short, FLOW),
        "stranded": (("sample", "place", "group", "month"), said.stranded, STOCK),
        "working": (("sample", "group", "month"), said.working, STOCK),
        "turned_back": (("sample", "group", "month"), said.turned_back, FLOW),
    }
    coords |= {"short_leg": [leg.id for leg in work.model.legs], "place": [place.id for place in work.model.places]}


def _information(work: Compiled, forecast: Forecast, found: Variables, coords: Variables) -> None:
    said = held.beliefs(work.predictor, forecast, work.model.knowledge)
    where = ("sample", "belief_leg", "group", "month")
    found |= {
        "believed": (where, said.believed, {"units": "probability"}),
        "truth": (("sample", "belief_leg"), said.truth, {"units": "probability"}),
        "belief_flow": (where, said.flow, FLOW),
        "informed_flow": (where, said.informed, FLOW),
    }
    coords["belief_leg"] = list(said.legs)


def _sweep(work: Compiled, forecast: Forecast, found: Variables, coords: Variables) -> None:
    contraction = 1 - forecast.scalars.var(axis=0)
    weakest = np.argsort(contraction)[:MOST_SWEPT]
    names = [work.model.table.names[k] for k in weakest if contraction[k] < LEARNED_FROM]
    if not names:
        return
    said = swept(work.predictor, forecast, work.model.knowledge, names)
    found |= {
        "swept_ratio": (("swept", "prior_end", "series"), said.ratio, {"units": "ratio of expected figures ahead"}),
        "swept_setting": (("swept", "prior_end"), said.settings),
    }
    coords |= {"swept": list(said.names), "prior_end": ["low", "high"], "series": [sight.id for sight in work.model.sights]}
