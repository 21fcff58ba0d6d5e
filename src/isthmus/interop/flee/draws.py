"""Random draws inside the kernel, and how its parts are compiled."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

F = TypeVar("F", bound=Callable[..., Any])


def compiled(*signature: Any) -> Callable[[F], F]:
    """Compile a function as the kernel, or without a signature as a part of it."""
    jit: Any = numba.njit
    options = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast("Callable[[F], F]", jit(*signature, **options))


@compiled()
def uniform(rng: Any) -> float:
    """Draw from [0, 1): xoshiro256++ (Blackman & Vigna 2021), upper 53 bits."""
    s0, s1, s2, s3 = rng[0], rng[1], rng[2], rng[3]
    total = s0 + s3
    result = ((total << np.uint64(23)) | (total >> np.uint64(41))) + s0
    shifted = s1 << np.uint64(17)
    s2 ^= s0
    s3 ^= s1
    rng[1] = s1 ^ s2
    rng[0] = s0 ^ s3
    rng[2] = s2 ^ shifted
    rng[3] = (s3 << np.uint64(45)) | (s3 >> np.uint64(19))
    drawn: float = np.int64(result >> np.uint64(11)) * (1.0 / 9007199254740992.0)
    return drawn


@compiled()
def poisson(rng: Any, mean: float) -> int:
    """Draw by counting exponential waiting times, in pieces so that nothing underflows."""
    drawn = 0
    left = mean
    while left > 0.0:
        piece = min(left, 500.0)
        left -= piece
        limit = math.exp(-piece)
        product = uniform(rng)
        while product > limit:
            drawn += 1
            product *= uniform(rng)
    return drawn


@compiled()
def geometric(rng: Any, p: float) -> int:
    """Draw how many refuse before the next one leaves."""
    if p <= 0.0:
        return 1 << 60
    return int(min(math.log1p(-uniform(rng)) / math.log1p(-p), 1e18))
