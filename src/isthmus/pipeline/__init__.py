"""The main job: from a corridor file and official figures to a forecast and a page.

This package knows the order of things and where they are kept; it holds no science.
"""

from isthmus.pipeline.job import Event, Until, run
from isthmus.pipeline.experiments import experiments
from isthmus.pipeline.folder import RunFolder
from isthmus.pipeline.trust import backtest, validate

__all__ = ["Event", "RunFolder", "Until", "backtest", "experiments", "run", "validate"]
