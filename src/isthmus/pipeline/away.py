"""Runs on object storage: worked on in a folder of this machine, and put away file by file, the manifest last.

The folder here is only a copy. Whenever its manifest is not the one that is away, or a file is missing, it is fetched anew, so
that a run goes on from what was put away, on whichever machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from isthmus.compute import Storage, storage_at
from isthmus.compute.objects import Objects
from isthmus.compute.storage import prove
from isthmus.errors import OutputError

MANIFEST = "manifest.json"
LEFT_AWAY = ("progress.json", "stop")
"""Files that are read where they are."""


def is_away(where: str | Path) -> bool:
    """Whether runs lie on object storage: the address of a bucket."""
    return "://" in str(where)


def prove_away(where: str) -> None:
    """Write, read and remove a small file, before any work.

    Raises:
        OutputError: The bucket is not there, or may not be written.
    """
    storage = storage_at(where)
    probe = prove(storage)
    with contextlib.suppress(OutputError):
        storage.remove(probe)


@dataclass(frozen=True)
class Away:
    """Where a run is put away.

    Attributes:
        address: Of the run, such as ``s3://bucket/runs/NAME-HASH``.
        storage: The same as storage of files.
    """

    address: str
    storage: Storage

    @classmethod
    def at(cls, address: str) -> Away:
        """A run at an address."""
        return cls(address.rstrip("/"), storage_at(address))

    @property
    def copy(self) -> Path:
        """Folder of this machine that it is worked on in, the same for all who name the address."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        where, _, name = self.address.rpartition("/")
        return cache / "isthmus" / "runs" / hashlib.sha256(where.encode()).hexdigest()[:16] / name

    def fetched(self) -> Path:
        """The copy, made that of what is away."""
        copy = self.copy
        manifest = self.storage.read(MANIFEST)
        if manifest is None or not (copy / MANIFEST).is_file() or (copy / MANIFEST).read_bytes() != manifest:
            shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir(parents=True, exist_ok=True)
        for name in sorted(self.storage.names("") - set(LEFT_AWAY), key=lambda name: name == MANIFEST):
            content = None if (copy / name).is_file() else self.storage.read(name)
            if content is not None:
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                (copy / name).write_bytes(content)
        return copy


def here(run: str | Path) -> Path:
    """Folder of a run on this machine: its own, or the copy of one that is away.

    Raises:
        OutputError: The storage does not answer.
    """
    return Away.at(str(run)).fetched() if is_away(run) else Path(run)


def runs_at(out: str | Path) -> list[Path]:
    """Folders of all runs at a place, fetched where they are away."""
    if not is_away(out):
        return [path.parent for path in Path(out).glob(f"*/{MANIFEST}")]
    storage = storage_at(out)
    names = storage.folders() if isinstance(storage, Objects) else []
    return [here(f"{str(out).rstrip('/')}/{name}") for name in names if name not in {"units", "costs", "probe"}]
