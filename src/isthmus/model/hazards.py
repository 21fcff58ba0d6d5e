"""Harm on a leg: competing risks, in one multinomial.

A passage has intensities h, events expected per person. Death ends it; other harm does not. With H the sum of the intensities
of harm other than death, a person has exactly one outcome::

    dead or missing             1 - exp(-h_death)
    alive, first harmed by r    exp(-h_death) (1 - exp(-H)) h_r / H
    alive, unharmed             exp(-h_death) exp(-H)

so the order in which kinds are listed cannot matter, and no intensity means no harm (Kalbfleisch and Prentice 2002, The
Statistical Analysis of Failure Time Data, ch. 8). A survivor met r at least once with probability ``1 - exp(-h_r)``, which is
what surveys ask.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def outcomes(death: Floats, other: Floats) -> Floats:
    """Shares by outcome, ``(..., outcome)``: dead or missing, alive and first harmed by each kind, alive and unharmed.

    Args:
        death: Intensity of death, ``(...)``.
        other: Intensities of other harm, ``(..., kind)``.
    """
    alive = np.exp(-death)
    total = other.sum(axis=-1)
    share = np.divide(other, total[..., None], out=np.zeros_like(other), where=total[..., None] > 0)
    first = alive[..., None] * -np.expm1(-total)[..., None] * share
    return np.concatenate([-np.expm1(-death)[..., None], first, (alive * np.exp(-total))[..., None]], axis=-1)


def met(intensity: Floats) -> Floats:
    """Probability that a survivor met a kind of harm at least once."""
    return np.asarray(-np.expm1(-intensity))


def harmed(people: NDArray[np.int64], death: Floats, other: Floats, generator: np.random.Generator) -> NDArray[np.int64]:
    """People by outcome, drawn; ``people`` is ``(...)``, the result ``(..., outcome)`` and sums to it."""
    return np.asarray(generator.multinomial(people, outcomes(death, other)), dtype=np.int64)
