"""Which files of a run may leave: the public ones are named, and whatever is not named stays."""

from __future__ import annotations

PUBLIC = (
    "report.html",
    "report.es.html",
    "forecast.csv",
    "forecast.parquet",
    "scenarios.csv",
    "impacts.csv",
    "summary.json",
    "scores.csv",
    "backtest.json",
    "leaderboard.csv",
    "leaderboard.parquet",
    "leaderboard.json",
    "leaderboard.html",
    "leaderboard.es.html",
    "backtest_scores.parquet",
    "model_card.json",
    "disclosure.json",
)
"""Files of a run folder that have passed the gate, or hold no count of people."""

INTERNAL = {
    "posterior.nc": "draws of parameters and flows, unrounded",
    "forecast.nc": "draws of the coming months, unrounded",
    "outcomes.nc": "draws of harm, asylum, money and reverse flow, unrounded",
    "scenarios.parquet": "scenario results before the gate",
    "impacts.parquet": "impacts before the gate",
    "figures.csv": "published figures as collected, with notes",
    "observations.parquet": "published figures as the fit saw them",
    "corridor.yaml": "the corridor as written",
    "manifest.json": "what made what, with names of this machine's software",
}
"""Files that the next stage needs and nobody outside: never served, never exported."""


def is_public(name: str) -> bool:
    """Whether a file of a run folder may be handed out as it is."""
    return name in PUBLIC
