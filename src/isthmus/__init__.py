"""Isthmus models, forecasts and stress-tests mixed-migration corridors from public aggregate statistics.

A corridor is written down once, in YAML; ``isthmus.pipeline`` turns it and a table of official figures
into a calibrated forecast and a page. ``isthmus.cli`` is the same from a shell.
"""

from __future__ import annotations

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """Return the installed version as ``__version__``; read when asked for, not at import."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415  most imports never ask for the version

        return version("isthmus")
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
