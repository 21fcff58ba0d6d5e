"""Movements that groups make together: AR(1) walks added to log departures of groups or log detection of a checkpoint.

``x_t = rho x_{t-1} + sigma e_t``, from 0 before the first fitted month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jax import Array

from isthmus.model.parameters import ParameterTable, Values
from isthmus.spec.schema import Corridor


@dataclass(frozen=True)
class SharedNode:
    """One movement and who makes it.

    Attributes:
        id: Its name in the file.
        on: What moves.
        members: Positions of the groups (on departures) or of the series (on detection).
        innovation: Name of the quantity that sets a month's movement.
        persistence: Name of the quantity that holds the autocorrelation.
    """

    id: str
    on: str
    members: tuple[int, ...]
    innovation: str
    persistence: str


def shared_nodes(corridor: Corridor, table: ParameterTable) -> tuple[SharedNode, ...]:
    """The movements of a corridor with their quantities registered."""
    out = []
    for name, walk in corridor.shared.items():
        if walk.on == "departures":
            members = tuple(g for g, gid in enumerate(corridor.groups) if not walk.groups or gid in walk.groups)
        else:
            members = tuple(
                k
                for k, series in enumerate(corridor.series.values())
                if series.checkpoint == walk.checkpoint and (not walk.groups or series.group in walk.groups)
            )
        innovation = table.add(f"shared.{name}.innovation", walk.innovation)
        out.append(SharedNode(name, walk.on, members, innovation, table.add(f"shared.{name}.persistence", walk.persistence)))
    return tuple(out)


def autoregressive(innovations: Array, persistence: Array) -> Array:
    """``x_t = rho x_{t-1} + e_t`` from ``x_{-1} = 0``; ``(row, month)``, ``rho`` ``(row,)``."""
    months = np.arange(innovations.shape[-1])
    lag = months[:, None] - months[None, :]
    weights = jnp.where(lag >= 0, persistence[:, None, None] ** np.maximum(lag, 0), 0.0)
    return jnp.einsum("rts,rs->rt", weights, innovations)


def shared_paths(nodes: Sequence[SharedNode], values: Values, innovations: Array, moving: Array) -> Array:
    """Paths of the movements, ``(movement, month)``, from standard ``innovations`` where ``moving``."""
    if not nodes:
        return innovations
    sd = values.stack([node.innovation for node in nodes])[:, None]
    steps = jnp.where(moving, sd * innovations, 0.0)
    return autoregressive(steps, values.stack([node.persistence for node in nodes]))


def added(nodes: Sequence[SharedNode], paths: Array, on: str, n_rows: int) -> Array:
    """What the movements add to groups or series, ``(row, month)``."""
    loads = np.zeros((n_rows, len(nodes)))
    for k, node in enumerate(nodes):
        if node.on == on:
            loads[list(node.members), k] = 1.0
    return jnp.asarray(loads @ paths)
