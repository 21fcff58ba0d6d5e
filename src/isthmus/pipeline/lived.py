"""``journeys.nc``: what agents lived through on draws of the forecast, as distributions; nobody's history is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from isthmus.engines.agents import ENDINGS, Crowd, Hazards, Journeys, Lives
from isthmus.engines.cohort import Mechanisms
from isthmus.forecast.lives import people_of
from isthmus.forecast.predict import Forecast
from isthmus.model.network import Model

if TYPE_CHECKING:
    from isthmus.pipeline.job import Task

Floats = NDArray[np.float64]

NAME = "journeys.nc"
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles over people."""
KINDS = ("robbery", "injury")
"""Harm that may be told by nationality; sexual violence is not."""
ENDED = tuple(name for name in ENDINGS if name != "under way")


def lived(task: Task, forecast: Forecast, outcomes: xr.Dataset) -> xr.Dataset:
    """Agents on draws of the whole corridor, where its file says that agents answer for journeys; else nothing."""
    engines, model = task.loaded.corridor.engines, task.whole.model
    knowledge = model.knowledge
    if engines.journeys != "agents":
        return xr.Dataset(attrs={"engine": "cohort"})
    samples = np.unique(np.linspace(0, len(forecast.scalars) - 1, engines.draws).astype(int))
    values = task.whole.predictor.natural(forecast.scalars[samples])
    found = []
    for n, sample in enumerate(samples):
        choices, flows = _of_sample(forecast.simulated.choices, sample), _of_sample(forecast.simulated.trajectories, sample)
        numbers = {name: float(draws[n]) for name, draws in values.items()}
        unable = None
        if engines.purse == "class" and model.money is not None:
            values_of = model.table.values(jnp.asarray(forecast.scalars[sample]))
            unable = Mechanisms.of(model, values_of, knowledge, choices, flows).unable
        crowd = Crowd(task.seed, ("journeys", int(sample)), per_person=engines.agents_per_person)
        hazards = hazards_of(task, model, outcomes, int(sample))
        found.append(people_of(model, choices, flows, knowledge, numbers, crowd=crowd, unable=unable, hazards=hazards))
    return dataset(model, found, engines.agents_per_person).assign_attrs(engine="agents", samples=samples.tolist())


def _of_sample(batch: Any, sample: int) -> Any:
    return jax.tree.map(lambda part: part[sample], batch)


def hazards_of(task: Task, model: Model, outcomes: xr.Dataset, sample: int) -> Hazards | None:
    """Harm of passages in a draw, events a person; absent where the corridor says nothing of harm."""
    block = task.loaded.corridor.harm
    if block is None:
        return None
    learned = [str(name) for name in outcomes["harm_parameter"].values] if "harm_parameter" in outcomes else []
    intensity = np.zeros((len(model.legs), len(KINDS)))
    for k, leg in enumerate(model.legs):
        for n, kind in enumerate(KINDS):
            name = f"harm.legs.{leg.id}.{kind}"
            if name in learned:
                intensity[k, n] = float(outcomes["harm_parameters"].values[sample, learned.index(name)])
            elif leg.id in block.legs:
                fixed = getattr(block.legs[leg.id], kind)
                intensity[k, n] = fixed if isinstance(fixed, float | int) else 0.0
    return Hazards(KINDS, intensity)


def dataset(model: Model, lives: list[Lives], per_person: float) -> xr.Dataset:
    """Quantiles over people and shares, by draw."""
    journeys = [one.journeys for one in lives]
    ended = [ENDINGS.index(name) for name in ENDED]

    def quantiles(of: str) -> Floats:
        shares = np.array(SHARES)
        return np.stack([np.stack([getattr(one, of)(shares, e) for e in ended], axis=1) for one in journeys])

    people = np.stack([one.steps.sum(axis=2) for one in journeys]) / per_person
    by_ending = ("draw", "group", "ending", "quantile")
    variables: dict[str, Any] = {
        "days": (by_ending, quantiles("days_at"), {"units": "days from departure to the end of the journey"}),
        "usd": (by_ending, quantiles("usd_at"), {"units": "US$ a person, from departure to the end of the journey"}),
        "people": (("draw", "group", "stands"), people, {"units": "persons who left", "kind": "flow"}),
        "met": (("draw", "group", "harm", "times"), _shares([one.met for one in journeys]), {"units": "share of people"}),
        "met_people": (("draw", "group"), np.stack([_passed(one) for one in journeys]) / per_person, {"units": "persons"}),
        "short": (("draw", "group", "leg"), np.stack([one.short for one in journeys]) / per_person, {"units": "persons"}),
        "turned_back": (("draw", "group", "place"), np.stack([one.turned_back for one in journeys]) / per_person,
                        {"units": "persons"}),
    }  # fmt: skip
    if model.queues:
        waited = np.stack([one.waited for one in journeys])
        later = waited[..., ::-1].cumsum(axis=-1)[..., ::-1] / np.maximum(waited.sum(axis=-1, keepdims=True), 1)
        variables["waited"] = (
            ("draw", "queue", "group", "steps"),
            later[..., :12],
            {"units": "share who waited so many steps or more"},
        )
    whole = xr.Dataset(
        variables,
        coords={
            "group": list(model.groups), "ending": list(ENDED), "stands": list(ENDINGS), "quantile": list(SHARES),
            "harm": list(journeys[0].kinds), "leg": [leg.id for leg in model.legs],
            "place": [place.id for place in model.places], "queue": [model.places[queue.place].id for queue in model.queues],
        },
        attrs={"step_days": float(model.grid.mean_days)},
    )  # fmt: skip
    return whole.drop_sel(group=[model.groups[g] for g in model.unfollowed])


def _shares(counts: list[NDArray[np.int64]]) -> Floats:
    table = np.stack(counts).astype(np.float64)
    return np.asarray(table / np.maximum(table.sum(axis=-1, keepdims=True), 1))


def _passed(one: Journeys) -> NDArray[np.int64]:
    """Who passed a leg with hazards, by group."""
    return np.asarray(one.met[:, 0].sum(axis=-1)) if one.kinds else np.zeros(len(one.met), np.int64)
