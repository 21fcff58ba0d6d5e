"""The report: one self-contained page from a run folder, and the rows of its forecast table.

``write_report(folder)`` reads the folder and writes ``report.html`` into it; ``RunView`` is the folder
as the report sees it, ``render`` the page as text, ``forecast_rows`` the rows of ``forecast.csv``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus.report.page import render, write_report
    from isthmus.report.tables import forecast_rows
    from isthmus.report.view import RunView

__all__ = ["RunView", "forecast_rows", "render", "write_report"]

_HOMES = {"RunView": "view", "forecast_rows": "tables", "render": "page", "write_report": "page"}


def __getattr__(name: str) -> Any:
    """Import a part when it is asked for, so that a page that needs only `svg` and `words` starts without the model."""
    if name in _HOMES:
        return getattr(import_module(f"isthmus.report.{_HOMES[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
