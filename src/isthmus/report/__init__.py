"""The report: one self-contained page from a run folder, and the rows of its forecast table.

``write_report(folder)`` reads the folder and writes ``report.html`` into it; ``RunView`` is the folder
as the report sees it, ``render`` the page as text, ``forecast_rows`` the rows of ``forecast.csv``.
"""

from __future__ import annotations

from isthmus.report.page import render, write_report
from isthmus.report.tables import forecast_rows
from isthmus.report.view import RunView

__all__ = ["RunView", "forecast_rows", "render", "write_report"]
