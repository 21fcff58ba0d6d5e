"""How the parts of the kernel are compiled: without counting references to arrays, which none of them makes and few hand on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
jit: Any = numba.njit


def hot(function: F) -> F:
    """A part of a kernel, which Python does not call: what would take Python's arguments apart costs time to compile."""
    return cast("F", jit(cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, **OPTIONS)(function))


def kernel(function: F) -> F:
    """What Python calls; other threads run meanwhile."""
    return cast("F", jit(cache=True, nogil=True, **OPTIONS)(function))


def giver(function: F) -> F:
    """What hands arrays back, to Python too, and so counts references to them."""
    return cast("F", jit(cache=True, error_model="numpy", _nrt=True)(function))
