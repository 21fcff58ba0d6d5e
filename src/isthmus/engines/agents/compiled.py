"""How the parts of the kernel are compiled: without counting references to arrays, which none of them makes or keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
jit: Any = numba.njit


def hot(function: F) -> F:
    """A small function of numbers and one or two arrays, called from others."""
    return cast("F", jit(cache=True, **OPTIONS)(function))


def inlined(function: F) -> F:
    """A part of the kernel that is put into it whole, so that the world is taken apart once and not for every hop."""
    return cast("F", jit(inline="always", **OPTIONS)(function))


def kernel(function: F) -> F:
    """What Python calls; other threads run meanwhile."""
    return cast("F", jit(cache=True, nogil=True, **OPTIONS)(function))
