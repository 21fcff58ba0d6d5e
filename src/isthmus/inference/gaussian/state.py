"""What is unknown in a joint Gaussian fit, and where: each group's scalars and walks, and those that groups share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.inference.gaussian.template import Template
from isthmus.inference.gaussian.walks import Walk

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frame:
    """Positions of everything unknown.

    A group's unknowns are its own scalars, then months of departures, of each drifting leg, of each checkpoint's detection.
    Shared unknowns are common scalars, then months of each shared movement.

    Attributes:
        months: Months from the first of the grid to the last one seen; what comes after hangs on no figure and is drawn later.
    """

    template: Template
    walks: tuple[Walk, ...]
    months: int

    @property
    def n_own(self) -> int:
        """A group's own scalars, padding included."""
        return int(self.template.own.shape[1])

    @property
    def n_common(self) -> int:
        """Scalars of several groups."""
        return len(self.template.common)

    @property
    def n_legs(self) -> int:
        """Drifting legs."""
        return len(self.template.whole.drifting_legs)

    @property
    def size(self) -> int:
        """Unknowns of one group."""
        return self.n_own + self.months * (1 + self.n_legs + len(self.template.checkpoints))

    @property
    def shared_size(self) -> int:
        """Shared unknowns."""
        return self.n_common + self.months * len(self.template.whole.shared)

    def leg(self, n: int) -> int:
        """Where a drifting leg's months begin."""
        return self.n_own + self.months * (1 + n)

    def detection(self, c: int) -> int:
        """Where a checkpoint's months begin."""
        return self.n_own + self.months * (1 + self.n_legs + c)

    def movement(self, n: int) -> int:
        """Where a shared movement's months begin among the shared unknowns."""
        return self.n_common + self.months * n


def frame(template: Template, mask: NDArray[np.bool_], last: int) -> Frame:
    """The frame of a model whose figures are used where ``mask``, ``(series, month)``, none after month ``last``."""
    empty = Frame(template, (), last + 1)
    model, walks = template.whole, []
    for g, gid in enumerate(model.groups):
        rows = [k for k in template.series[g] if k >= 0]
        seen = _between(mask[rows])
        name = f"groups.{gid}.departures"
        walks.append(Walk(g, empty.n_own, 0, seen, f"{name}.innovation", f"{name}.persistence", model.tails[g], stationary=True))
        for n, k in enumerate(model.drifting_legs):
            leg = model.legs[k]
            walks.append(Walk(g, empty.leg(n), model.fit_from, seen, leg.drift or "", 1.0, start=leg.start))
        for c, row in enumerate(template.series[g]):
            if row >= 0 and model.sights[row].drift:
                sight, here = model.sights[row], _between(mask[row : row + 1])
                at = empty.detection(c)
                walks.append(Walk(g, at, model.fit_from, here, sight.drift or "", sight.persistence, sight.tails))
    for n, node in enumerate(model.shared):
        members = node.members if node.on == "detection" else [k for k, s in enumerate(model.sights) if s.group in node.members]
        seen = _between(mask[list(members)])
        walks.append(Walk(-1, empty.movement(n), model.fit_from, seen, node.innovation, node.persistence))
    return Frame(template, tuple(walks), last + 1)


def _between(mask: NDArray[np.bool_]) -> tuple[int, int]:
    """First and last month with a figure; nothing between where there is none."""
    there = np.flatnonzero(mask.any(axis=0))
    return (int(there[0]), int(there[-1])) if len(there) else (0, 0)
