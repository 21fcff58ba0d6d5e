"""Sweeps: one strength at a time (a tornado), and two against each other (a response surface)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from isthmus.model.parameters import Parameter
from isthmus.scenarios.arrays import arrays
from isthmus.scenarios.bench import CHUNK, Bench
from isthmus.scenarios.passes import Ahead
from isthmus.scenarios.gathered import gathered
from isthmus.scenarios.strengths import quantile
from isthmus.spec.scenarios import Scenario

Floats = NDArray[np.float64]

LOW, HIGH = -1.6449, 1.6449
"""Standard scores of the 5 % and the 95 % quantile."""
POINTS = 5
"""Values of each axis of a surface."""


@dataclass(frozen=True)
class Target:
    """What is swept: arrivals at a place over the months ahead, all groups, as a share of the baseline's."""

    place: str


def thinned(bench: Bench) -> Bench:
    """The bench with as many draws as are carried at once, evenly spaced, so that a sweep of many points stays cheap."""
    if bench.n_samples <= CHUNK:
        return bench
    at = np.linspace(0, bench.n_samples - 1, CHUNK).astype(int)
    return replace(
        bench,
        scalars=bench.scalars[at],
        natural={name: values[at] for name, values in bench.natural.items()},
        paths=jax.tree.map(lambda path: path[at], bench.paths),
    )


def tornado(bench: Bench, scenarios: Mapping[str, Scenario], name: str, target: Target) -> list[dict[str, Any]]:
    """Median response with each unknown strength of a scenario held at its 5 % and its 95 % quantile, the widest first."""
    priors = _priors(bench, scenarios, name)
    rows: list[tuple[float, dict[str, Any]]] = []
    for quantity, prior in priors.items():
        ends = [response(bench, scenarios, name, target, {quantity: quantile(prior, score)}) for score in (LOW, HIGH)]
        values = [quantile(prior, score) for score in (LOW, HIGH)]
        about = {"quantity": quantity, "values": values, "response": ends, "source": prior.source}
        rows.append((abs(ends[1] - ends[0]), about))
    middle = response(bench, scenarios, name, target, {})
    return [{**row, "middle": middle} for _, row in sorted(rows, key=lambda pair: -pair[0])]


def surface(bench: Bench, scenarios: Mapping[str, Scenario], name: str, target: Target, axes: tuple[str, str]) -> dict[str, Any]:
    """Median response on a grid of two strengths from their 5 % to their 95 % quantiles."""
    priors = _priors(bench, scenarios, name)
    grids = [[quantile(priors[axis], score) for score in np.linspace(LOW, HIGH, POINTS)] for axis in axes]
    found = [
        [response(bench, scenarios, name, target, {axes[0]: first, axes[1]: second}) for second in grids[1]] for first in grids[0]
    ]
    return {"axes": list(axes), "values": grids, "response": found}


def _priors(bench: Bench, scenarios: Mapping[str, Scenario], name: str) -> dict[str, Parameter]:
    scene = bench.scene(after=True)
    arrays(scene, gathered(scenarios, name))
    return dict(scene.strengths.priors)


def response(bench: Bench, scenarios: Mapping[str, Scenario], name: str, target: Target, fixed: Mapping[str, float]) -> float:
    """Median over draws of arrivals under the scenario over arrivals in the baseline."""
    place = [node.id for node in bench.model.places].index(target.place)

    def came(ahead: Ahead) -> Floats:
        return np.asarray(ahead.flows.arrivals[:, place].sum(axis=(1, 2)))

    ahead, _, _ = bench.run(gathered(scenarios, name), fixed=fixed)
    return float(np.median(came(ahead) / np.maximum(came(bench.baseline), 1e-9)))
