"""Natural experiments: dated events inside the figures, predicted with and without them from what was known before.

``registry`` lists them with their sources, ``corridor`` writes the small corridor of one group, ``predicted`` fits and predicts,
``controls`` compares with groups that the event did not touch.
"""

from isthmus.forecast.experiments.predicted import Job, Outcome, experiment, experiment_unit
from isthmus.forecast.experiments.registry import EXPERIMENTS, Experiment

__all__ = ["EXPERIMENTS", "Experiment", "Job", "Outcome", "experiment", "experiment_unit"]
