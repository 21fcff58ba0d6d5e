"""Rolling origins: what would have been said in past months, from what was known then, and how it came out.

``origins`` says from which months, ``vintages`` what was known then, ``blocks`` fits and forecasts, ``scoring`` holds forecasts
against figures, ``stack`` combines them, ``leaderboard`` sums up.
"""

from isthmus.forecast.backtest.blocks import EFFORT, QUICK, Block, Forecasts, evidence_at, forecast_block
from isthmus.forecast.backtest.scoring import MEASURES, Scored, score_draws

__all__ = ["EFFORT", "MEASURES", "QUICK", "Block", "Forecasts", "Scored", "evidence_at", "forecast_block", "score_draws"]
