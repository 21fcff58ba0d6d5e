"""Unknown strengths of shocks, by draw: each from a stream of its own name, so that scenarios share them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from isthmus.model.parameters import Parameter, ParameterTable
from isthmus.spec.primitives import Quantity
from isthmus.streams import stream

Floats = NDArray[np.float64]


@dataclass
class Strengths:
    """Draws of quantities by name.

    Attributes:
        seed: Root seed.
        n_samples: Draws.
        fixed: Quantities held at a value, for sweeps.
        priors: Those met that are not known, with their priors.
    """

    seed: int
    n_samples: int
    fixed: Mapping[str, float] = field(default_factory=dict)
    priors: dict[str, Parameter] = field(default_factory=dict)

    def draw(self, name: str, quantity: Quantity) -> Floats:
        """Values of a quantity, ``(sample,)``."""
        parameter = prior_of(name, quantity)
        if parameter is not None:
            self.priors[name] = parameter
        if name in self.fixed:
            return np.full(self.n_samples, self.fixed[name])
        if parameter is None:
            return np.full(self.n_samples, float(quantity))  # type: ignore[arg-type]
        normal = stream(self.seed, "strength", name).standard_normal(self.n_samples)
        return parameter.natural(parameter.location + parameter.sd * normal)


def prior_of(name: str, quantity: Quantity) -> Parameter | None:
    """The prior of a quantity; none where it is a number."""
    table = ParameterTable()
    table.add(name, quantity)
    return table.parameters[0] if table.parameters else None


def quantile(parameter: Parameter, score: float) -> float:
    """Value of a prior at a standard normal score."""
    return float(parameter.natural(np.array([parameter.location + parameter.sd * score]))[0])
