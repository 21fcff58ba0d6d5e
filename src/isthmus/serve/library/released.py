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
}


def files(run: Run) -> list[str]:
    """Return the names of a run's files that may be downloaded."""
    return [name for name in PUBLIC if (run.folder / name).is_file()]


def file_of(run: Run, name: str) -> Path | None:
    """Return one of them."""
    return run.folder / name if name in files(run) else None
