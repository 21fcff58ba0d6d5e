"""Files people use, from a run folder through the gate: CSV with HXL tags, XLSX, GeoJSON, Parquet, NetCDF, a brief, the page."""

from __future__ import annotations

from isthmus.report.export.files import FORMATS, export

__all__ = ["FORMATS", "export"]
