"""The unknowns of a corridor and their priors.

Every prior is normal on the natural, log or logit scale, so one standardised vector ``z`` with a standard
normal prior carries all scalar unknowns: ``natural = inverse_scale(location + sd * z)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from isthmus.spec.primitives import LogitNormalPrior, LognormalPrior, NormalPrior

Scale = Literal["normal", "lognormal", "logitnormal"]


@dataclass(frozen=True)
class Parameter:
    """One scalar unknown: where it stands in the file and its prior on the scale of its family."""

    name: str
    scale: Scale
    location: float
    sd: float
    source: str

    def natural(self, unconstrained: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values on the natural scale, same shape."""
        if self.scale == "lognormal":
            return np.exp(unconstrained)
        if self.scale == "logitnormal":
            return np.asarray(1 / (1 + np.exp(-unconstrained)))
        return unconstrained


@dataclass
class ParameterTable:
    """Collects quantities while the network is compiled: numbers stay numbers, priors become unknowns."""

    parameters: list[Parameter] = field(default_factory=list)
    fixed: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, quantity: float | NormalPrior | LognormalPrior | LogitNormalPrior) -> str:
        """Register a quantity under ``name`` and return the name."""
        match quantity:
            case NormalPrior():
                prior: tuple[Scale, float, float] = ("normal", quantity.mean, quantity.sd)
            case LognormalPrior():
                prior = ("lognormal", float(np.log(quantity.median)), quantity.sd_log)
            case LogitNormalPrior():
                p = quantity.median
                prior = ("logitnormal", float(np.log(p / (1 - p))), quantity.sd_logit)
            case _:
                self.fixed[name] = float(quantity)
                return name
        self.parameters.append(Parameter(name, *prior, quantity.source or "no source given"))
        return name

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the unknowns, in the order of ``z``."""
        return tuple(p.name for p in self.parameters)

    def values(self, z: Array) -> Values:
        """Natural values, the fixed ones included; ``z`` is ``(parameter,)`` and standardised."""
        location = np.array([p.location for p in self.parameters])
        sd = np.array([p.sd for p in self.parameters])
        return Values(self, self.natural(location + sd * z))

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
