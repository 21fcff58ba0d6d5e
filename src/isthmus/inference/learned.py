"""What the fit learned of each quantity, beside its prior."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from isthmus.inference.diagnostics import Diagnostics, diagnose
from isthmus.inference.fit import Posterior
from isthmus.model.network import Model
from isthmus.model.parameters import Parameter

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Learned:
    """Draws of the unknowns with diagnostics and contraction.

    Attributes:
        parameters: The unknowns, the constants of drifting legs in the first fitted month after them.
        natural: ``(chain, draw, parameter)``.
        diagnostics: By parameter.
        contraction: 1 - posterior variance / prior variance on the scale of the prior, ``(parameter,)``.
    """

    parameters: tuple[Parameter, ...]
    natural: Floats
    diagnostics: Diagnostics
    contraction: Floats


def learned_quantities(model: Model, posterior: Posterior, first_constants: Callable[[Floats], Floats]) -> Learned:
    """Collect the scalar unknowns, and where each drifting constant stood in the first fitted month (first group).

    Args:
        model: The compiled corridor.
        posterior: Its draws.
        first_constants: Gives those constants, ``(vector, drifting leg)``, of vectors ``(vector, size)``.
    """
    scalars = tuple(model.table.parameters)
    legs = [model.legs[k] for k in model.drifting_legs]
    starts = tuple(Parameter(leg.constant, "normal", *(leg.start or (0.0, 1.0)), leg.start_source) for leg in legs)
    z = posterior.vectors[:, :, : len(scalars)]
    if legs:
        chains, draws, size = posterior.vectors.shape
        found = first_constants(posterior.vectors.reshape(-1, size))
        scale = np.array([p.sd for p in starts])
        standard = (found - np.array([p.location for p in starts])) / scale
        z = np.concatenate([z, standard.reshape(chains, draws, -1)], axis=2)
    parameters = scalars + starts
    if len(model.table.members[0]):
        z = _against_prior(model, z)
    natural = np.stack([p.natural(p.location + p.sd * z[:, :, k]) for k, p in enumerate(parameters)], axis=-1)
    whole = posterior.diagnostics
    diagnostics = diagnose(z, whole.divergences, whole.acceptance)
    return Learned(parameters, natural, diagnostics, 1 - z.reshape(-1, z.shape[2]).var(axis=0))


def _against_prior(model: Model, z: Floats) -> Floats:
    """Standardised by the prior alone, members of populations too."""
    scalars = model.table.parameters
    found = np.asarray(model.table.unconstrained(jnp.asarray(z[:, :, : len(scalars)])))
    prior = (found - np.array([p.location for p in scalars])) / np.array([p.sd for p in scalars])
    return np.concatenate([prior, z[:, :, len(scalars) :]], axis=2)
