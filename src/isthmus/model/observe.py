"""How series see the flow: ``y ~ NegBinomial(detection x flow + baseline, phi)``."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import Array

from isthmus.model.choice import policy_shift
from isthmus.model.network import Knowledge, Model
from isthmus.model.parameters import Values


def seen_flows(model: Model, leg_flow: Array, leg_arrivals: Array, arrivals: Array) -> Array:
    """Persons a month passing what each series watches, ``(series, month)``.

    Args:
        model: The compiled corridor.
        leg_flow: Departures on legs, ``(leg, group, step)``.
        leg_arrivals: Arrivals by legs, ``(leg, group, step)``.
        arrivals: Arrivals at places, ``(place, group, step)``.
    """
    total = jnp.zeros((len(model.sights), model.grid.n_steps))
    for flow, watched in (
        (arrivals, [s.arrivals_at for s in model.sights]),
        (leg_flow, [s.departures_on for s in model.sights]),
        (leg_arrivals, [s.arrivals_on for s in model.sights]),
    ):
        selection = np.zeros((len(model.sights), flow.shape[0], len(model.groups)))
        for k, (sight, positions) in enumerate(zip(model.sights, watched, strict=True)):
            selection[k, list(positions), sight.group] = 1.0
        if selection.any():
            total = total + jnp.einsum("spg,pgt->st", selection, flow)
    return total @ model.grid.month_sum.T


def detections(model: Model, values: Values, knowledge: Knowledge, drift: Array) -> Array:
    """Log of the expected count per person passing, ``(series, month)``.

    Args:
        model: The compiled corridor.
        values: Quantities by name.
        knowledge: Rules and policies in force.
        drift: Log detection of drifting series, ``(drifting series, month)``.
    """
    log_rho = jnp.log(values.stack([s.detection for s in model.sights]))[:, None] + jnp.zeros(model.grid.n_months)
    if model.drifting_sights:
        log_rho = log_rho.at[np.array(model.drifting_sights)].set(drift)
    shifts = policy_shift(model, values, knowledge, "detection", len(model.sights))
    if shifts.size == 1:
        return log_rho
    own = shifts[np.arange(len(model.sights)), np.array([s.group for s in model.sights])]
    return log_rho + own @ model.grid.month_mean.T


HALF_LOG_2PI = 0.5 * float(np.log(2 * np.pi))

STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
"""Coefficients of 1/z, 1/z^3, ... in Stirling's series (Abramowitz and Stegun 6.1.41)."""


def log_gamma(z: Array) -> Array:
    """Log of the gamma function for z > 0, to 1e-12 relative; cheaper with its gradient than the library's."""
    product = z * (z + 1) * (z + 2) * (z + 3) * (z + 4) * (z + 5) * (z + 6) * (z + 7)
    w = z + 8
    square, power, series = 1 / (w * w), 1 / w, jnp.zeros_like(w)
    for coefficient in STIRLING:
        series = series + coefficient * power
        power = power * square
    return (w - 0.5) * jnp.log(w) - w + HALF_LOG_2PI + series - jnp.log(product)


def negbinomial_logpmf(y: Array, mean: Array, phi: Array) -> Array:
    """Log probability of counts ``y`` under mean ``mean`` and variance ``mean + mean^2/phi``; shapes broadcast."""
    mean = jnp.maximum(mean, 1e-9)
    return (
        log_gamma(y + phi) - log_gamma(phi) - log_gamma(y + 1.0)
        + phi * (jnp.log(phi) - jnp.log(phi + mean)) + y * (jnp.log(mean) - jnp.log(phi + mean))
    )  # fmt: skip
