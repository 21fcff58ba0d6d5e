"""A run's folder: whole files only, and a manifest that says which stage made what from what.

A file is written under a temporary name and renamed; a stage enters the manifest after its files are in place. Whatever moment
a run is killed at, the folder holds whole files, and the next call does what is missing.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from isthmus.compute import Storage, storage_at
from isthmus.errors import OutputError
from isthmus.pipeline.away import Away, is_away


def digest(*parts: object) -> str:
    """SHA-256 of the parts as canonical JSON, 64 hexadecimal digits."""
    text = json.dumps(parts, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def place_of_runs(out: str | Path) -> Storage:
    """Where runs lie, with results of units and their costs between them."""
    return storage_at(out)


def below(out: str | Path, name: str) -> Path | str:
    """A folder of runs' folders, here or away."""
    return f"{str(out).rstrip('/')}/{name}" if is_away(out) else Path(out) / name


@contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Turn failures of the file system into words."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        raise OutputError.one(
            where=str(path),
            expected="a folder that can be written, with space left",
            found="no space left on the disk" if full else (error.strerror or str(error)),
            remedy="free some space and run again: what is finished is kept" if full else "choose another folder with --out",
        ) from error


@dataclass
class RunFolder:
    """The folder of one run.

    Attributes:
        path: The folder.
        manifest: What is known of the run; written after each stage.
    """

    path: Path
    manifest: dict[str, Any] = field(default_factory=dict)
    away: Away | None = None
    """Where its files are put, of which ``path`` is a copy then. Absent: ``path`` is all there is."""

    @classmethod
    def open(cls, where: Path | str, facts: dict[str, Any]) -> RunFolder:
        """Open or make the folder, here or away, and take up what an earlier call finished.

        Raises:
            OutputError: The folder cannot be made or written.
        """
        away = Away.at(str(where)) if is_away(where) else None
        path = Path(where) if away is None else away.fetched()
        with output_errors(path):
            path.mkdir(parents=True, exist_ok=True)
            for left in path.glob(".part-*"):
                left.unlink(missing_ok=True)
        known: dict[str, Any] = {}
        try:
            known = json.loads((path / "manifest.json").read_text("utf-8"))
        except (OSError, ValueError):
            known = {}
        stages = known.get("stages", {}) if known.get("hash") == facts["hash"] else {}
        kept: dict[str, Any] = {key: known[key] for key in ("created", "fit", "disclosure") if stages and key in known}
        return cls(path, {**facts, **kept, "stages": stages}, away)

    @property
    def address(self) -> str:
        """Where the run is, as its user names it."""
        return str(self.path) if self.away is None else self.away.address

    @property
    def units(self) -> Storage:
        """Where results of units of work are kept: beside the run's folder, for all runs there to find."""
        return place_of_runs(self.path.parent if self.away is None else self.away.address.rpartition("/")[0])

    def write(self, name: str, writer: Callable[[Path], object]) -> Path:
        """Let ``writer`` write a temporary file, flush it and rename it to ``name``.

        Raises:
            OutputError: The disk is full or the folder cannot be written; nothing is left under ``name`` that was not there.
        """
        target = self.path / name
        with output_errors(target):
            handle, temporary = tempfile.mkstemp(prefix=".part-", suffix=Path(name).suffix, dir=self.path)
            os.close(handle)
            try:
                writer(Path(temporary))
                with Path(temporary).open("rb") as written:
                    os.fsync(written.fileno())
                Path(temporary).chmod(0o644)
                Path(temporary).replace(target)
            finally:
                Path(temporary).unlink(missing_ok=True)
            if self.away is not None:
                self.away.storage.write(name, target.read_bytes())
        return target

    def write_text(self, name: str, text: str) -> Path:
        """Write a text file whole."""
        return self.write(name, lambda path: path.write_text(text, "utf-8"))

    def write_json(self, name: str, content: Any) -> Path:
        """Write a JSON file whole."""
        return self.write_text(name, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")

    def finished(self, stage: str, inputs: str) -> bool:
        """Whether the stage was finished with these inputs and its files are still there."""
        entry = self.manifest["stages"].get(stage)
        return bool(entry and entry["inputs_hash"] == inputs and all((self.path / name).is_file() for name in entry["files"]))

    def made_from(self, stage: str) -> str:
        """Hash of what a stage was made from; nothing where it was not."""
        return str(self.manifest["stages"].get(stage, {}).get("inputs_hash", ""))

    @contextmanager
    def stage(self, stage: str, inputs: str, files: tuple[str, ...]) -> Iterator[None]:
        """Time a stage and enter it in the manifest once its files are in place."""
        wall, cpu = time.monotonic(), time.process_time()
        yield
        self.manifest["stages"][stage] = {
            "inputs_hash": inputs,
            "seconds": round(time.monotonic() - wall, 3),
            "cpu_seconds": round(time.process_time() - cpu, 3),
            "files": list(files),
        }
        self.write_json("manifest.json", self.manifest)
