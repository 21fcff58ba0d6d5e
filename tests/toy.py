"""The tiny corridor of ``tests/tiny``, changed as a test wants it, and what its model says at given values."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from ruamel.yaml import YAML

from isthmus.engines.cohort import mean_field
from isthmus.inference.posterior import Layout, Paths, simulate
from isthmus.model.choice import choices
from isthmus.model.network import compile_model
from isthmus.spec.schema import Corridor

TINY = Path(__file__).parent / "tiny"
REMOVE = "REMOVE"
"""In a patch: take this key away."""


def merged(document, patch):
    out = deepcopy(document)
    for key, value in patch.items():
        if value == REMOVE:
            del out[key]
        elif isinstance(value, dict) and isinstance(out.get(key), dict) and "dist" not in value:
            out[key] = merged(out[key], value)
        else:
            out[key] = value
    return out


def document(**patch):
    return merged(YAML(typ="safe", pure=True).load((TINY / "corridor.yaml").read_text("utf-8")), patch)


def corridor(**patch):
    return Corridor.model_validate(document(**patch))


def model(last="2023-06", **patch):
    return compile_model(corridor(**patch), last)


def centre(built):
    """Values at the centre of every prior."""
    return built.table.values(jnp.zeros(len(built.table.parameters)))


def flat_paths(built):
    """Paths on which nothing deviates."""
    layout = Layout.of(built)
    values = centre(built)
    legs = np.array([built.legs[k].start[0] for k in built.drifting_legs])
    seen = np.array([float(jnp.log(values[built.sights[k].detection])) for k in built.drifting_sights])
    months = layout.n_months
    return Paths(
        jnp.zeros((layout.n_groups, months)),
        jnp.asarray(np.broadcast_to(legs[:, None, None], (layout.n_legs, layout.n_groups, months))),
        jnp.asarray(np.broadcast_to(seen[:, None], (layout.n_series, months))),
        jnp.zeros((layout.n_drivers, layout.n_latent)),
    )


def at_centre(built, knowledge=None):
    """The corridor simulated at the centre of its priors."""
    return simulate(built, centre(built), flat_paths(built), built.knowledge if knowledge is None else knowledge)


def choose(built, values=None, knowledge=None):
    return choices(
        built,
        centre(built) if values is None else values,
        built.knowledge if knowledge is None else knowledge,
        lambda k, _: jnp.full((len(built.groups), built.grid.n_steps), built.legs[k].start[0]),
    )


def carried(built, departures, chosen):
    return mean_field(built, jnp.asarray(departures), chosen, centre(built), built.knowledge)
