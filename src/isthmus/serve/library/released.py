"""Files of a run that may leave: those that the gate lets through, and no other."""

from __future__ import annotations

from pathlib import Path

from isthmus.disclosure import PUBLIC
from isthmus.serve.library.runs import Run

MEDIA = {
    ".csv": "text/csv; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".geojson": "application/geo+json",
    ".nc": "application/x-netcdf",
    ".pdf": "application/pdf",
}


def files(run: Run, exported: Path | None = None) -> dict[str, Path]:
    """Return a run's files that may be downloaded, by name: what was exported through the gate, then the run's public ones."""
    there = sorted(exported.iterdir()) if exported is not None and exported.is_dir() else []
    found = {path.name: path for path in there if path.suffix in MEDIA and not path.name.startswith(".")}
    return found | {name: run.folder / name for name in PUBLIC if (run.folder / name).is_file() and name not in found}
