"""``outcomes.nc``: what the blocks say of the forecast's draws; a block left out leaves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from isthmus.data.wanted import flow_of
from isthmus.forecast import claims as claiming
from isthmus.forecast.assumed import left_out
from isthmus.forecast.explained import explained
from isthmus.forecast.harmed import OPEN_BY_GROUP, harmed
from isthmus.forecast.ledger import ledger
from isthmus.forecast.predict import Forecast
from isthmus.forecast.returning import returning
from isthmus.inference.asylum import fit_asylum, published
from isthmus.inference.diagnostics import Diagnostics
from isthmus.inference.harm import HARMS, KINDS, fit_harm
from isthmus.model.network import Knowledge
from isthmus.model.parameters import Parameter
from isthmus.pipeline.mechanisms import mechanisms
from isthmus.streams import stream_seed

if TYPE_CHECKING:
    from isthmus.pipeline.job import Task

Floats = NDArray[np.float64]
Variables = dict[str, Any]

NAME = "outcomes.nc"


def outcomes(task: Task, forecast: Forecast, lives: Forecast) -> xr.Dataset:
    """Everything the blocks of a corridor say, by draw; ``lives`` has those that the fit left out laid over the forecast."""
    corridor, found = task.loaded.corridor, _explained(task, forecast, task.model.knowledge)
    coords: Variables = {"month": list(task.model.grid.months), "group": list(task.model.groups)}
    for present, compute in (
        (corridor.facilitators, _ledger),
        (corridor.harm, _harm),
        (corridor.asylum, _asylum),
        (corridor.reverse, _reverse),
    ):
        if present is not None:
            variables, own = compute(task, forecast)
            found |= variables
            coords |= own
    variables, own = mechanisms(task.whole, lives)
    found, coords = found | variables | _assumed(task, lives), coords | own
    coords["part"] = found.pop("part")
    return xr.Dataset(found, coords=coords)


def _explained(task: Task, forecast: Forecast, knowledge: Knowledge) -> Variables:
    parts = explained(task.model, forecast, knowledge)
    return {
        "part": list(parts.parts),
        "contribution": (("sample", "part", "group", "month"), parts.contribution, {"units": "log departures a month"}),
        "explained": (("sample", "part", "group"), parts.share, {"units": "share of the variance of log departures"}),
    }


def _assumed(task: Task, lives: Forecast) -> Variables:
    """Quantities of blocks that the fit left out, as drawn from their priors; nothing where it left out none."""
    table = task.whole.model.table
    at = [table.names.index(name) for name in left_out(task.whole.model, task.model)]
    if not at:
        return {}
    natural = task.whole.predictor.natural(lives.scalars)
    drawn = np.stack([natural[table.names[k]] for k in at], axis=1)
    return learned("assumed", [table.parameters[k] for k in at], drawn, lives.scalars[:, at])


def _ledger(task: Task, forecast: Forecast) -> tuple[Variables, Variables]:
    block = task.loaded.corridor.facilitators
    everyone = flow_of(task.figures, block.everyone, "ALL") if block is not None and block.everyone else None
    book = ledger(task.loaded.corridor, task.model, forecast, everyone, seed=task.seed)
    usd = {"units": "US$", "kind": "flow"}
    variables = {
        "ledger_groups": (("sample", "fee", "group", "ledger_year"), book.groups, usd),
        "ledger_everyone": (("sample", "fee", "ledger_year"), book.everyone, usd),
        "ledger_total": (("sample", "total"), book.totals, usd),
        **learned("ledger", book.parameters, book.base, _standard(book.parameters, book.base)),
    }
    return variables, {"fee": list(book.fees), "ledger_year": list(book.periods), "total": list(book.total_names)}


def _harm(task: Task, forecast: Forecast) -> tuple[Variables, Variables]:
    block = task.loaded.corridor.harm
    assert block is not None  # noqa: S101  asked only where there is one
    everyone = flow_of(task.figures, block.everyone, "ALL")
    fit = fit_harm(block, everyone, seed=stream_seed(task.seed, "harm"), n_samples=len(forecast.scalars))
    found = harmed(task.model, forecast, fit, everyone, seed=task.seed)
    people = {"units": "persons", "kind": "flow"}
    prevalence = np.stack([[-np.expm1(-fit.natural(f"harm.legs.{leg}.{kind}")) for kind in KINDS] for leg in found.legs])
    variables = {
        "harm_everyone": (("sample", "harm_leg", "harm", "harm_year"), found.everyone, people),
        "harm_people": ("harm_year", found.people, people),
        "harm_first": (("sample", "harm_leg", "outcome"), found.first, {"units": "share of passages"}),
        "harm_met": (("harm_leg", "met", "sample"), prevalence, {"units": "share of survivors who met it at least once"}),
        "harm_groups": (("sample", "harm_leg", "harm_open", "group", "period"), found.groups, people),
        "harm_recorded": (("sample", "death_record", "group", "period"), found.recorded, people),
        **learned("harm", fit.table.parameters, fit.parameters, fit.standard),
    }
    coords = {
        "harm_leg": list(found.legs), "harm": list(HARMS), "met": list(KINDS), "harm_year": list(found.years),
        "harm_open": list(OPEN_BY_GROUP), "period": list(found.periods), "death_record": list(found.records),
        "outcome": ["death", *HARMS[1:], "none"],
    }  # fmt: skip
    _note(variables, "harm", fit.diagnostics)
    return variables, coords


def _asylum(task: Task, forecast: Forecast) -> tuple[Variables, Variables]:
    block = task.loaded.corridor.asylum
    assert block is not None  # noqa: S101  asked only where there is one
    named = block.figures.model_dump(exclude_none=True)
    seen = published({field: task.figures.series(name, group=block.group) for field, name in named.items()})
    ready = claiming.ready_to_claim(task.model, forecast, block)
    arrivals = claiming.by_year(task.model, ready, seen.years)
    fit = fit_asylum(block, seen, arrivals, seed=stream_seed(task.seed, "asylum"), n_samples=len(forecast.scalars))
    own = claiming.claims(ready, fit)
    month, year = ("sample", "month"), ("sample", "asylum_year")
    variables = {
        "claims_made": (month, own.made.values, {"units": own.made.unit, "kind": "flow"}),
        "claims_ended": (month, own.ended.values, {"units": own.ended.unit, "kind": "flow"}),
        "claims_recognised": (month, own.recognised.values, {"units": own.recognised.unit, "kind": "flow"}),
        "claims_pending": (month, own.pending.values, {"units": own.pending.unit, "kind": "stock"}),
        "asylum_made": (year, fit.made.values, {"units": fit.made.unit, "kind": "flow"}),
        "asylum_applications": (year, fit.applications.values, {"units": fit.applications.unit, "kind": "flow"}),
        "asylum_ended": (year, fit.ended.values, {"units": fit.ended.unit, "kind": "flow"}),
        "asylum_pending": (year, fit.pending.values, {"units": fit.pending.unit, "kind": "stock"}),
        **learned("asylum", fit.table.parameters, fit.parameters, fit.standard),
    }
    _note(variables, "asylum", fit.diagnostics)
    return variables, {"asylum_year": list(seen.years)}


def _reverse(task: Task, forecast: Forecast) -> tuple[Variables, Variables]:
    block = task.loaded.corridor.reverse
    assert block is not None  # noqa: S101  asked only where there is one
    found = returning(task.model, forecast, block, seed=task.seed)
    people = {"units": "persons", "kind": "flow"}
    variables = {"reverse": (("sample", "reverse_flow", "group", "reverse_period"), found.people, people)}
    return variables, {"reverse_flow": list(found.flows), "reverse_period": list(found.periods)}


def learned(block: str, parameters: tuple[Parameter, ...] | list[Parameter], natural: Floats, standard: Floats) -> Variables:
    """Quantities of a block with their priors and what was learned, in the form of ``posterior.nc``."""
    dim = f"{block}_parameter"
    return {
        dim: (dim, [p.name for p in parameters]),
        f"{block}_parameters": (("sample", dim), natural),
        f"{block}_prior_scale": (dim, [p.scale for p in parameters]),
        f"{block}_prior_location": (dim, np.array([p.location for p in parameters])),
        f"{block}_prior_sd": (dim, np.array([p.sd for p in parameters])),
        f"{block}_source": (dim, [p.source for p in parameters]),
        f"{block}_contraction": (dim, 1 - standard.var(axis=0)),
    }


def _standard(parameters: tuple[Parameter, ...], natural: Floats) -> Floats:
    """Log-normal draws in prior standard deviations, ``(sample, parameter)``."""
    out = np.array(natural)
    for k, one in enumerate(parameters):
        out[:, k] = (np.log(natural[:, k]) - one.location) / one.sd
    return out


def _note(variables: Variables, block: str, found: Diagnostics) -> None:
    """Keep the verdict of a module's own fit with its parameters."""
    dims, values, *_ = variables[f"{block}_parameters"]
    attributes = {"converged": int(found.converged), "max_rhat": float(found.rhat.max()), "message": found.message}
    variables[f"{block}_parameters"] = (dims, values, attributes)
