"""Trust in the inference: what is known is found again, and what the model says of its own figures can be believed.

``synthetic`` makes data sets whose truth is known, from the model and from two variants that it does not know; ``recovery`` fits
them and ranks the truth; ``checks`` holds the fit to real figures against these figures, its priors and each series left out.
"""

from isthmus.forecast.validation.recovery import FULL, QUICK, Batch, Recovered, recover
from isthmus.forecast.validation.synthetic import VARIANTS, Variant

__all__ = ["FULL", "QUICK", "VARIANTS", "Batch", "Recovered", "Variant", "recover"]
