"""Sweeps: one strength at a time (a tornado), and two against each other (a response surface)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from isthmus.model.parameters import Parameter
from isthmus.scenarios.bench import Bench
from isthmus.scenarios.passes import Ahead
from isthmus.scenarios.strengths import quantile

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
    if bench.n_samples <= bench.program.chunk:
        return bench
    at = np.linspace(0, bench.n_samples - 1, bench.program.chunk).astype(int)
    return replace(
        bench,
        scalars=bench.scalars[at],
        natural={name: values[at] for name, values in bench.natural.items()},
        paths=jax.tree.map(lambda path: path[at], bench.paths),
    )


Respond = Callable[[Sequence[Mapping[str, float]]], Sequence[float]]
"""Median responses with strengths held, one an entry."""


def tornado(priors: Mapping[str, Parameter], respond: Respond) -> list[dict[str, Any]]:
    """Median response with each unknown strength of a scenario held at its 5 % and its 95 % quantile, the widest first."""
    values = {quantity: [quantile(prior, score) for score in (LOW, HIGH)] for quantity, prior in priors.items()}
    found = respond([{}, *({quantity: end} for quantity, ends in values.items() for end in ends)])
    rows: list[tuple[float, dict[str, Any]]] = []
    for n, (quantity, prior) in enumerate(priors.items()):
        ends = list(found[1 + 2 * n : 3 + 2 * n])
        about = {"quantity": quantity, "values": values[quantity], "response": ends, "source": prior.source}
        rows.append((abs(ends[1] - ends[0]), about))
    return [{**row, "middle": found[0]} for _, row in sorted(rows, key=lambda pair: -pair[0])]


def surface(priors: Mapping[str, Parameter], axes: tuple[str, str], respond: Respond) -> dict[str, Any]:
    """Median response on a grid of two strengths from their 5 % to their 95 % quantiles."""
    grids = [[quantile(priors[axis], score) for score in np.linspace(LOW, HIGH, POINTS)] for axis in axes]
    found = list(respond([{axes[0]: first, axes[1]: second} for first in grids[0] for second in grids[1]]))
    rows = [found[k : k + POINTS] for k in range(0, len(found), POINTS)]
    return {"axes": list(axes), "values": grids, "response": rows}


def came(bench: Bench, ahead: Ahead, target: Target) -> Floats:
    """Arrivals at the target over the months ahead, by draw, ``(sample,)``."""
    place = [node.id for node in bench.model.places].index(target.place)
    return np.asarray(ahead.flows.arrivals[:, place].sum(axis=(1, 2)))
