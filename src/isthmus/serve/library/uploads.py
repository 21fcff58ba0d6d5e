"""Corridors that a team brings: a file and a table of figures, read with limits, checked as ever, kept whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

from isthmus.errors import InputError, IsthmusError, Problem
from isthmus.serve.accounts.rights import Visitor
from isthmus.serve.database import Connection, now
from isthmus.serve.library.corridors import NAME
from isthmus.serve.settings import Settings
from isthmus.spec.load import LoadedCorridor, load, shipped

FIGURES = "figures.csv"
MAX_UNPACKED = 30_000_000
"""Bytes that an uploaded workbook may unpack to."""
MAX_PARTS = 300
MAX_CORRIDORS = 200
"""Most corridors of one team."""


def keep(connection: Connection, settings: Settings, visitor: Visitor, corridor: bytes, figures: bytes) -> str:
    """Check a corridor with its figures and give it to the team; returns its name. The same name again replaces it.

    Args:
        connection: The database.
        settings: Where the team's corridors are.
        visitor: Who brings it.
        corridor: The corridor file, YAML.
        figures: The table of figures, CSV or XLSX.

    Raises:
        IsthmusError: Something is wrong with either; everything that is wrong, with lines of the files as they were sent.
    """
    home = settings.team_corridors(visitor.team)
    home.mkdir(parents=True, exist_ok=True)
    count = connection.execute("SELECT count(*) FROM corridors WHERE team = ? AND deleted IS NULL", [visitor.team]).fetchone()[0]
    if count >= MAX_CORRIDORS:
        raise InputError.one(where="corridors", expected=f"at most {MAX_CORRIDORS}", found=str(count), remedy="delete one first")
    with tempfile.TemporaryDirectory(dir=home, prefix=".part-") as scratch:
        part = Path(scratch, "corridor")
        part.mkdir()
        (part / "corridor.yaml").write_bytes(corridor)
        (part / FIGURES).write_bytes(as_csv(figures))
        name = _checked(part)
        digest = hashlib.sha256(corridor + bytes(1) + figures).hexdigest()
        folder = f"{name}-{digest[:12]}"
        if (home / folder).exists():
            shutil.rmtree(home / folder)
        part.rename(home / folder)
    connection.execute(
        "INSERT INTO corridors VALUES (?, ?, ?, ?, ?, NULL) ON CONFLICT (team, name) DO UPDATE "
        "SET folder = excluded.folder, who = excluded.who, created = excluded.created, deleted = NULL",
        [visitor.team, name, folder, visitor.name, now()],
    )
    return name


def _checked(folder: Path) -> str:
    from isthmus.data.align import align  # noqa: PLC0415
    from isthmus.data.figures import read_figures  # noqa: PLC0415

    problems: list[Problem] = []
    loaded: LoadedCorridor | None = None
    try:
        loaded = load(folder / "corridor.yaml")
    except IsthmusError as error:
        problems += error.problems
    try:
        table = read_figures(folder / FIGURES)
    except IsthmusError as error:
        problems += error.problems
        table = None
    if loaded is not None:
        problems += _refused(loaded)
        if table is not None and not problems:
            align(table, loaded.corridor, ())
    if problems or loaded is None:
        raise InputError(replace(problem, where=problem.where.replace(f"{folder}/", "")) for problem in problems)
    return loaded.corridor.name


def _refused(loaded: LoadedCorridor) -> list[Problem]:
    """What is fine in a file of one's own, and not in one that is sent to others' machines."""
    found = []
    if loaded.corridor.figures != FIGURES:
        found.append(Problem(loaded.where("figures"), FIGURES, loaded.corridor.figures[:80], "leave it out"))
    if loaded.corridor.name in shipped():
        found.append(Problem(loaded.where("name"), "a name of your own", loaded.corridor.name, "this one comes with Isthmus"))
    return found


def as_csv(body: bytes) -> bytes:
    """The table of figures as CSV, whether it was sent as that or as the first sheet of a workbook.

    Raises:
        IsthmusError: A workbook that cannot be read, or that unpacks to too much.
    """
    if not body.startswith(b"PK"):
        return body
    from isthmus.data.reading.sheets import sheets  # noqa: PLC0415

    _refuse_bomb(body)
    grids = list(sheets(io.BytesIO(body), "figures.xlsx").values())
    text = io.StringIO()
    grid = grids[0] if grids else []
    width = len(grid[0]) if grid else 0
    padded = ([*row, *([None] * (width - len(row)))] for row in grid)  # a sheet has no empty cells at the end of a row
    csv.writer(text, lineterminator="\n").writerows([_text(cell) for cell in row] for row in padded)
    return text.getvalue().encode()


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _refuse_bomb(body: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            listed = parts.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return  # `sheets` says what is wrong with it
    size = sum(part.file_size for part in listed)
    if size > MAX_UNPACKED or len(listed) > MAX_PARTS:
        raise InputError.one(
            where="figures.xlsx",
            expected=f"a workbook of at most {MAX_PARTS} parts and {MAX_UNPACKED / 1e6:.0f} MB",
            found=f"{len(listed)} parts, {size / 1e6:,.0f} MB unpacked",
            remedy="send the sheet with the figures only, or CSV",
        )


def delete(connection: Connection, team: str, name: str) -> bool:
    """Take a team's corridor away; it can be brought back. Returns whether there was one."""
    return _mark(connection, team, name, now())


def restore(connection: Connection, team: str, name: str) -> bool:
    """Bring a deleted corridor back; returns whether there was one."""
    return _mark(connection, team, name, None)


def _mark(connection: Connection, team: str, name: str, moment: float | None) -> bool:
    if not NAME.fullmatch(name):
        return False
    done = connection.execute(
        "UPDATE corridors SET deleted = ? WHERE team = ? AND name = ? AND (deleted IS NULL) = ?",
        [moment, team, name, moment is not None],
    )
    return done.rowcount > 0
