"""Corridors for the agent engine, and agents set beside expectations."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm, poisson

import toy
from isthmus.engines.cohort import Mechanisms
from isthmus.forecast.lives import people_of

BLOCKS = {
    "queues": {
        "town": {
            "capacity": [{"from": "2022-01-01", "per_day": 6, "source": "made up"}],
            "others": {"2022-07": 120, "2022-11": 220, "2023-02": 150},
            "others_source": "made up",
            "give_up": 0.01,
            "other_way": 0.5,
            "patience_days": 45,
        }
    },
    "money": {
        "classes": 3,
        "budgets": {"CHN": {"median": 4000, "sd_log": 0.6, "source": "made up"}},
        "living_usd": 12,
        "short": {"borrow": 0.3, "work": 0.4, "turn_back": 0.2, "work_days": {"mean_days": 25, "sd_days": 15}},
        "source": "made up",
    },
}
"""Queue and money for the tiny corridor."""

WORD = {
    "information": {
        "legs": {
            "town_end": {"truth": 0.7, "start": 0.2, "source": "made up"},
            "home_end": {"truth": 0.3, "start": 0.4, "source": "made up"},
        },
        "contact": 0.8, "contact_half": 300, "contact_lag_days": 30, "advertising": 0.3, "advertised": 0.05, "forgetting": 0.1,
    }
}  # fmt: skip
"""Beliefs about two of its legs."""


def simulated(built):
    """The corridor at the centre of its priors, its values, and what its blocks go by."""
    found, values = toy.at_centre(built), toy.centre(built)
    if not built.queues and built.money is None:
        return found, values, None
    return found, values, Mechanisms.of(built, values, built.knowledge, found.choices, found.trajectories)


def lives(built, crowd, *, own=False, hazards=None):
    found, values, mechanisms = simulated(built)
    unable = None if mechanisms is None or own else mechanisms.unable
    return people_of(
        built, found.choices, found.trajectories, built.knowledge, values, crowd=crowd, unable=unable, hazards=hazards
    )


def largest_z(sums, expected):
    """Largest deviation of Poisson sums from their expectation in normal z, counted as one of as many as are compared.

    A two-sided probability p of the most unusual cell of M is taken as ``1 - (1 - p)^M``, so that z < 4 says the same of all
    cells together as it would of one.
    """
    sums, expected = np.ravel(sums), np.ravel(expected)
    tail = np.minimum(poisson.cdf(sums, expected), poisson.sf(sums - 1, expected))
    least = np.minimum(2 * tail, 1.0).min()
    together = -np.expm1(len(sums) * np.log1p(-min(least, 1 - 1e-16)))
    return float(norm.isf(max(together, 1e-300) / 2))
