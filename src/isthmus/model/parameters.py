"""The unknowns of a corridor and their priors.

Every prior is normal on the natural, log or logit scale, so one standardised vector ``z`` with a standard
normal prior carries all scalar unknowns: ``natural = inverse_scale(location + sd * z)``. A member of a population stands
relative to it: its location is the population's centre and its sd the population's spread, unknowns themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from isthmus.spec.pooling import Pool
from isthmus.spec.primitives import LogitNormalPrior, LognormalPrior, NormalPrior, PastChangesPrior, PooledPrior

Scale = Literal["normal", "lognormal", "logitnormal"]


@dataclass(frozen=True)
class Parameter:
    """One scalar unknown: where it stands in the file and its prior on the scale of its family.

    Of a member of a population, ``location`` and ``sd`` are those before anything is learned about the population.
    """

    name: str
    scale: Scale
    location: float
    sd: float
    source: str
    pool: str | None = None

    def natural(self, unconstrained: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values on the natural scale, same shape."""
        if self.scale == "lognormal":
            return np.exp(unconstrained)
        if self.scale == "logitnormal":
            return np.asarray(1 / (1 + np.exp(-unconstrained)))
        return unconstrained


OwnPrior = NormalPrior | LognormalPrior | LogitNormalPrior | PastChangesPrior


def _family(prior: OwnPrior) -> tuple[Scale, float, float]:
    """Scale, and location and standard deviation on it."""
    match prior:
        case NormalPrior():
            return "normal", prior.mean, prior.sd
        case LognormalPrior() | PastChangesPrior():
            return "lognormal", float(np.log(prior.median)), prior.sd_log
        case LogitNormalPrior():
            return "logitnormal", float(np.log(prior.median / (1 - prior.median))), prior.sd_logit


@dataclass
class ParameterTable:
    """Collects quantities while the network is compiled: numbers stay numbers, priors become unknowns."""

    parameters: list[Parameter] = field(default_factory=list)
    fixed: dict[str, float] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(default_factory=dict)

    def add(self, name: str, quantity: float | OwnPrior | PooledPrior) -> str:
        """Register a quantity under ``name`` and return the name."""
        if isinstance(quantity, PooledPrior):
            self._add_member(name, quantity)
        elif isinstance(quantity, float | int):
            self.fixed[name] = float(quantity)
        else:
            source = quantity.rests_on if isinstance(quantity, PastChangesPrior) else quantity.source
            self.parameters.append(Parameter(name, *_family(quantity), source or "no source given"))
        return name

    def _add_member(self, name: str, quantity: PooledPrior) -> None:
        pool, of = self.pools[quantity.pool], f"pools.{quantity.pool}"
        if f"{of}.centre" not in {p.name for p in self.parameters}:
            self.add(f"{of}.centre", pool.centre)
            self.add(f"{of}.spread", pool.spread)
        scale, location, sd = _family(pool.centre)
        wide = float(np.hypot(sd, pool.spread.median))
        source = quantity.source or f"population `{quantity.pool}`"
        self.parameters.append(Parameter(name, scale, location, wide, source, quantity.pool))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the unknowns, in the order of ``z``."""
        return tuple(p.name for p in self.parameters)

    def values(self, z: Array) -> Values:
        """Natural values, the fixed ones included; ``z`` is ``(parameter,)`` and standardised."""
        return Values(self, self.natural(self.unconstrained(z)))

    def unconstrained(self, z: Array) -> Array:
        """Unknowns on the scale of their family, same shape as standardised ``z``, ``(..., parameter)``."""
        location = np.array([p.location for p in self.parameters])
        sd = np.array([p.sd for p in self.parameters])
        own = location + sd * z
        members, centres, spreads = self.members
        if not len(members):
            return jnp.asarray(own)
        moved: Array = own[..., centres] + jnp.exp(own[..., spreads]) * z[..., members]
        return jnp.asarray(jnp.asarray(own).at[..., members].set(moved))

    @cached_property
    def members(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Positions of the members of populations, and of the centre and the spread of the population of each."""
        at = {p.name: k for k, p in enumerate(self.parameters)}
        found = [(k, at[f"pools.{p.pool}.centre"], at[f"pools.{p.pool}.spread"]) for k, p in enumerate(self.parameters) if p.pool]
        members, centres, spreads = np.array(found, np.intp).reshape(-1, 3).T
        return members, centres, spreads

    def natural(self, unconstrained: Array) -> Array:
        """Natural values of all unknowns and then the fixed quantities, ``(quantity,)``."""
        logs = np.array([p.scale == "lognormal" for p in self.parameters], bool)
        logits = np.array([p.scale == "logitnormal" for p in self.parameters], bool)
        # the inner where keeps exp of a large normal quantity from poisoning the gradient
        positive = jnp.exp(jnp.where(logs, unconstrained, 0.0))
        share = 1 / (1 + jnp.exp(-jnp.where(logits, unconstrained, 0.0)))
        natural = jnp.where(logs, positive, jnp.where(logits, share, unconstrained))
        return jnp.concatenate([natural, np.array(list(self.fixed.values()), float)])

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each quantity stands in `natural`; the table must be complete."""
        return {name: k for k, name in enumerate((*self.names, *self.fixed))}


class Values:
    """Natural values of all quantities, by name."""

    def __init__(self, table: ParameterTable, natural: Array) -> None:
        self._table = table
        self._natural = natural

    def __getitem__(self, name: str) -> Array:
        return self._natural[self._table.position[name]]

    def stack(self, names: Sequence[str]) -> Array:
        """Several quantities, ``(name,)``."""
        return self._natural[np.array([self._table.position[name] for name in names], int)]
