"""Many groups learned together: a joint Gaussian around the mode, groups independent of each other given what they share.

`fit_gaussian` gives independent draws of the same vector as the sampler. What it approximates is said in ``docs/inference.md``.
"""

from isthmus.inference.gaussian.fit import fit_gaussian

__all__ = ["fit_gaussian"]
