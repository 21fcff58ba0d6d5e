"""Normal equations of groups that meet only in shared unknowns: an arrow, solved by its Schur complement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arrow:
    """A Gaussian over each group's unknowns x_g and shared ones s, by precision.

    Attributes:
        factors: Lower Cholesky factor of each group's precision, ``(group, own, own)``.
        across: Each group's answer to the shared unknowns, ``A_g^-1 B_g``, ``(group, own, shared)``.
        shared_factor: Lower Cholesky factor of the shared precision with the groups integrated out.
        own: Means, ``(group, own)``.
        shared: Means, ``(shared,)``.
    """

    factors: Floats
    across: Floats
    shared_factor: Floats
    own: Floats
    shared: Floats

    @classmethod
    def solve(cls, own: Floats, cross: Floats, shared: Floats, right: Floats, right_shared: Floats) -> Arrow:
        """Solve ``[A B; B' C] [x; s] = [right; right_shared]``.

        Args:
            own: A by group, ``(group, own, own)``.
            cross: B by group, ``(group, own, shared)``.
            shared: C, ``(shared, shared)``.
            right: ``(group, own)``.
            right_shared: ``(shared,)``.
        """
        factors, across, alone = np.empty_like(own), np.empty_like(cross), np.empty_like(right)
        schur, rest = shared.copy(), right_shared.copy()
        for g in range(len(own)):
            factors[g] = np.tril(cho_factor(own[g], lower=True)[0])
            solved = cho_solve((factors[g], True), np.column_stack([cross[g], right[g]]))
            across[g], alone[g] = solved[:, :-1], solved[:, -1]
            schur -= cross[g].T @ across[g]
            rest -= cross[g].T @ alone[g]
        factor = np.tril(cho_factor(schur, lower=True)[0])
        means = cho_solve((factor, True), rest)
        return cls(factors, across, factor, alone - across @ means, means)

    def band(self, group: int) -> tuple[Floats, Floats]:
        """Variances of a group's unknowns and covariances of neighbours, ``(own,)`` and ``(own - 1,)``."""
        n = self.own.shape[1]
        inverse = solve_triangular(self.factors[group], np.eye(n), lower=True)
        wide = np.vstack([inverse, solve_triangular(self.shared_factor, self.across[group].T, lower=True)])
        return (wide**2).sum(axis=0), (wide[:, 1:] * wide[:, :-1]).sum(axis=0)

    def shared_band(self) -> tuple[Floats, Floats]:
        """The same of the shared unknowns."""
        inverse = solve_triangular(self.shared_factor, np.eye(len(self.shared)), lower=True)
        return (inverse**2).sum(axis=0), (inverse[:, 1:] * inverse[:, :-1]).sum(axis=0)

    def draw(self, generator: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        """Draws of the groups' unknowns ``(draw, group, own)`` and of the shared ones ``(draw, shared)``."""
        noise = generator.standard_normal((len(self.shared), n))
        away = solve_triangular(self.shared_factor, noise, lower=True, trans="T").T
        own = np.empty((n, *self.own.shape))
        for g in range(len(self.own)):
            noise = generator.standard_normal((self.own.shape[1], n))
            alone = solve_triangular(self.factors[g], noise, lower=True, trans="T").T
            own[:, g] = self.own[g] + alone - away @ self.across[g].T
        return own, self.shared + away
