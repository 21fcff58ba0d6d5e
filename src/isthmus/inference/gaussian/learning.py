"""Where a joint Gaussian fit stands while it is learned."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from isthmus.inference.gaussian import walks as walking
from isthmus.inference.gaussian.arrow import Arrow
from isthmus.inference.gaussian.response import Data, Unknowns
from isthmus.inference.gaussian.state import Frame
from isthmus.inference.posterior import Evidence
from isthmus.model.network import Knowledge

Floats = NDArray[np.float64]


@dataclass
class Learning:
    """State of one fit while it is learned; arrays are changed in place.

    Attributes:
        scalars: Standardised scalars of the whole and a slot for padding, ``(scalar + 1,)``.
        own: Each group's unknowns, ``(group, unknown)``.
        shared: Shared unknowns.
        weights: Weight of each step of each walk, ``(walk, month)``.
        spread: How well each scale and persistence is known: variance on the scale of its family, by position.
        arrow: The present Gaussian.
        moved: Length of the step that is left to the mode, in posterior standard deviations of all unknowns together: no
            quantity of the corridor stands further from the mode than that many of its own.
        damping: Share of its own curvature that is added to each group's, so that a step stays where it holds, ``(group,)``.
    """

    frame: Frame
    evidence: Evidence
    scalars: Floats
    own: Floats
    shared: Floats
    weights: Floats
    spread: dict[int, float] = field(default_factory=dict)
    arrow: Arrow | None = None
    moved: float = np.inf
    damping: Floats = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def begin(cls, frame: Frame, evidence: Evidence) -> Learning:
        """At the centre of every prior."""
        model = frame.template.whole
        out = cls(
            frame,
            evidence,
            np.zeros(len(model.table.parameters) + 1),
            np.zeros((len(model.groups), frame.size)),
            np.zeros(frame.shared_size),
            np.ones((len(frame.walks), frame.months)),
        )
        out.damping = np.zeros(len(model.groups))
        for walk in frame.walks:
            if walk.group >= 0 and walk.start is not None:
                out.own[walk.group, walk.offset : walk.offset + frame.months] = walk.start[0]
        return out

    def natural(self) -> Floats:
        """Natural values of all quantities."""
        return self.frame.template.natural(self.scalars[:-1])

    def rho(self, walk: walking.Walk, natural: Floats) -> float:
        """Persistence of a walk."""
        if isinstance(walk.persistence, str):
            return float(natural[self.frame.template.whole.table.position[walk.persistence]])
        return walk.persistence

    def sigma(self, walk: walking.Walk, natural: Floats) -> float:
        """Scale of a walk."""
        return max(float(natural[self.frame.template.whole.table.position[walk.scale]]), walking.LEAST_SCALE)

    def unknowns(self) -> Unknowns:
        """What the response takes, shared movements added."""
        frame, model = self.frame, self.frame.template.whole
        m, n = frame.months, len(self.own)
        departures = self.own[:, frame.n_own : frame.n_own + m].copy()
        legs = self.own[:, frame.leg(0) : frame.leg(0) + m * frame.n_legs].reshape(n, frame.n_legs, m)
        detection = self.own[:, frame.detection(0) :].reshape(n, -1, m).copy()
        for k, node in enumerate(model.shared):
            path = self.shared[frame.movement(k) : frame.movement(k) + m]
            if node.on == "departures":
                departures[list(node.members)] += path
            else:
                for row in node.members:
                    g, c = np.argwhere(frame.template.series == row)[0]
                    detection[g, c] += path
        common = np.tile(self.shared[: frame.n_common], (n, 1))
        return Unknowns(self.own[:, : frame.n_own], common, departures, legs, detection)

    def data(self) -> Data:
        """What differs between groups."""
        template, known = self.frame.template, self.evidence.knowledge
        rows = [template.knowledge(known, g) for g in range(len(self.own))]
        stacked = Knowledge(np.stack([r.requirement for r in rows]), np.stack([r.shift for r in rows]))
        return Data(self.scalars, template.own, template.quantities, stacked)

    def move(self, own: Floats, shared: Floats) -> None:
        """Stand at these unknowns."""
        frame = self.frame
        self.own, self.shared = own, shared
        for g, at in enumerate(frame.template.own):
            self.scalars[at] = own[g, : frame.n_own]
        self.scalars[-1] = 0.0
        self.scalars[frame.template.common] = shared[: frame.n_common]
