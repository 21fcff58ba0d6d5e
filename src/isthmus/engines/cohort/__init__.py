"""The cohort engine: people as counts.

`mean_field` (JAX, differentiable) gives expectations, `carry` and `stocks` its two halves, and `solve` those that
agree with the beliefs they give rise to;
`replicate` (NumPy) gives one stochastic history at a cost that does not depend on the number of people, because people of a
class are exchangeable.
"""

from isthmus.engines.cohort.counts import Mechanisms, expected, replicate
from isthmus.engines.cohort.feedback import solve
from isthmus.engines.cohort.sweep import carry, mean_field, stocks

__all__ = ["Mechanisms", "carry", "expected", "mean_field", "replicate", "solve", "stocks"]
