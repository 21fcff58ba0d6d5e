"""The main job: from a corridor file and official figures to a forecast and a page.

This package knows the order of things and where they are kept; it holds no science.
"""

from isthmus.pipeline.job import Event, Until, backtest, run
from isthmus.pipeline.folder import RunFolder

__all__ = ["Event", "RunFolder", "Until", "backtest", "run"]
