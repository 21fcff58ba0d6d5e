"""The files of a store: each write makes a new generation, whole and hashed, and old ones are kept for a while.

A generation is a DuckDB file ``figures-000007.duckdb`` that never changes once ``figures-000007.json`` stands beside
it. Readers open the newest one whose hash is right, so a reader never waits for a writer; a writer copies it, changes
the copy, and publishes the copy by writing its note. Whatever moment a writer is killed at, the last note stands for
a whole file. A damaged generation is recognised by its hash, and the one before it is used.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from isthmus.errors import Problem, StoreError

KEPT = 3
"""Generations kept, the newest included."""

WAIT_SECONDS = 30.0
"""How long a writer waits for another one."""

_NOTE = re.compile(r"figures-([0-9]{6,})\.json")
_PART = re.compile(r"figures-([0-9]{6,})\.(duckdb|part|part\.wal)")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Generation:
    """One state of the store on disk."""

    number: int
    path: Path
    """The DuckDB file."""
    sha256: str
    size: int
    """In bytes."""

    @property
    def note(self) -> Path:
        """The file that says that this generation is whole."""
        return self.path.with_suffix(".json")


@dataclass(frozen=True, slots=True)
class Found:
    """The newest whole generation, and what is wrong with newer ones."""

    generation: Generation | None
    damaged: tuple[Problem, ...]


def find(folder: Path) -> Found:
    """Return the newest generation whose file has the hash its note says.

    Raises:
        StoreError: There are generations, and none of them is whole.
    """
    damaged: list[Problem] = []
    for number in _numbers(folder):
        try:
            generation = _read_note(folder, number)
            found = _fault(generation)
        except FileNotFoundError:
            continue  # removed by a writer since the folder was listed
        except (OSError, ValueError, KeyError, TypeError) as error:
            found, generation = f"an unreadable note ({type(error).__name__})", None
        if not found and generation is not None:
            return Found(generation, tuple(damaged))
        damaged.append(_problem(folder, number, found))
    if damaged:
        raise StoreError(damaged)
    return Found(None, ())


@contextmanager
def writing(folder: Path, *, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Be the only writer of the store.

    Args:
        folder: The store.
        wait: Seconds to wait for another writer.

    Raises:
        StoreError: Another process was still writing after ``wait`` seconds, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError.one(
            where=str(folder),
            expected="a folder that can be written",
            found=error.strerror or str(error),
            remedy="name another one with --store, or in the variable ISTHMUS_DATA",
        ) from error
    try:
        _wait_for(handle, folder, wait)
        yield
    finally:
        os.close(handle)


def begin(folder: Path, base: Generation | None) -> Path:
    """Return the file to change: a copy of ``base``, or a name for a new one. The writer's lock must be held."""
    keep = set(_numbers(folder))
    for path in folder.iterdir():
        part = _PART.fullmatch(path.name)
        if part and (int(part[1]) not in keep or "part" in part[2]):
            path.unlink()
    number = max((*keep, 0)) + 1
    part_path = folder / f"figures-{number:06d}.part"
    if base is not None:
        shutil.copyfile(base.path, part_path)
    return part_path


def publish(part: Path) -> Generation:
    """Make a changed file the newest generation, and drop the oldest ones. The writer's lock must be held."""
    folder = part.parent
    path = part.with_suffix(".duckdb")
    _flush(part)
    part.replace(path)
    number = int(path.stem.removeprefix("figures-"))
    generation = Generation(number, path, _sha256(path), path.stat().st_size)
    text = json.dumps({"sha256": generation.sha256, "size": generation.size})
    scratch = generation.note.with_suffix(".note")
    scratch.write_text(text, encoding="utf-8")
    _flush(scratch)
    scratch.replace(generation.note)
    _flush_folder(folder)
    for old in _numbers(folder)[KEPT:]:
        for name in (f"figures-{old:06d}.json", f"figures-{old:06d}.duckdb"):
            # Where a reader holds a file open, some systems refuse to remove it; the next writer does.
            with contextlib.suppress(OSError):
                (folder / name).unlink()
    return generation


def _numbers(folder: Path) -> list[int]:
    """Return the numbers of the generations that have a note, newest first."""
    if not folder.is_dir():
        return []
    matches = (_NOTE.fullmatch(path.name) for path in folder.iterdir())
    return sorted((int(match[1]) for match in matches if match), reverse=True)


def _read_note(folder: Path, number: int) -> Generation:
    path = folder / f"figures-{number:06d}.duckdb"
    note = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return Generation(number, path, str(note["sha256"]), int(note["size"]))


def _fault(generation: Generation) -> str:
    """Return what is wrong with a generation's file, or nothing."""
    if not generation.path.exists():
        if not generation.note.exists():
            raise FileNotFoundError
        return "no file"
    size = generation.path.stat().st_size
    if size != generation.size:
        return f"{size} bytes"
    return "" if _sha256(generation.path) == generation.sha256 else "other contents of the same size"


def _problem(folder: Path, number: int, found: str) -> Problem:
    return Problem(
        where=str(folder / f"figures-{number:06d}.duckdb"),
        expected="the file as it was written",
        found=found,
        remedy="the last good state is used where there is one; 'isthmus data update' or 'data import' brings the rest again",
    )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flush_folder(folder: Path) -> None:
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _wait_for(handle: int, folder: Path, wait: float) -> None:
    until = time.monotonic() + wait
    while not _locked(handle):
        if time.monotonic() > until:
            raise StoreError.one(
                where=str(folder),
                expected=f"the store to be free within {wait:.0f} seconds",
                found="another process that is writing to it",
                remedy="wait until the other 'isthmus data' command has ended; reading goes on meanwhile",
            )
        time.sleep(0.05)


if sys.platform == "win32":
    import msvcrt

    def _locked(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
