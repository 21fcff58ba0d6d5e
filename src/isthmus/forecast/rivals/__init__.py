"""Rivals: what anyone could say from the series alone, and what they could say with the prior size of a policy.

Each is an `Outlook`, or a sentence that says why there is none.
"""

from isthmus.forecast.rivals.naive import NAIVE, random_walk, seasonal_naive
from isthmus.forecast.rivals.outlook import LEAST_SD, Outlook
from isthmus.forecast.rivals.pooled import pooled_regression
from isthmus.forecast.rivals.statistical import STATISTICAL, statistical
from isthmus.forecast.rivals.step import step_walk

__all__ = [
    "LEAST_SD",
    "NAIVE",
    "STATISTICAL",
    "Outlook",
    "pooled_regression",
    "random_walk",
    "seasonal_naive",
    "statistical",
    "step_walk",
]
