"""Words for probabilities, each tied to numbers: the calibrated language of the IPCC (Mastrandrea and others 2010)."""

from __future__ import annotations

SCALE = (
    (0.99, "virtually certain"),
    (0.90, "very likely"),
    (0.66, "likely"),
    (0.33, "about as likely as not"),
    (0.10, "unlikely"),
    (0.01, "very unlikely"),
    (0.0, "exceptionally unlikely"),
)
"""Lowest probability of each word."""


def words(probability: float) -> str:
    """The word for a probability."""
    return next(word for least, word in SCALE if probability >= least)
