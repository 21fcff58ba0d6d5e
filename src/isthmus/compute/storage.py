"""Where result files lie: whole or not at all, whoever writes them and however often."""

from __future__ import annotations

import errno
import os
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from isthmus.compute.objects import Objects
from isthmus.errors import OutputError


class Storage(Protocol):
    """Files by name; a name stands for whole contents or for nothing."""

    def read(self, name: str) -> bytes | None:
        """Contents of a file, None where there is none.

        Raises:
            OutputError: The storage does not answer.
        """
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole; writing it twice is writing it once.

        Raises:
            OutputError: The storage is full, or may not be written.
        """
        ...

    def has(self, name: str) -> bool:
        """Whether there is a file of that name.

        Raises:
            OutputError: The storage does not answer.
        """
        ...

    def names(self, below: str) -> set[str]:
        """Names of all files below a folder.

        Raises:
            OutputError: The storage does not answer.
        """
        ...

    def remove(self, name: str) -> None:
        """Remove a file, where there is one.

        Raises:
            OutputError: The storage may not be written.
        """
        ...


@dataclass(frozen=True)
class Folder:
    """A folder of this machine, or of a file system that all workers share."""

    path: Path

    def read(self, name: str) -> bytes | None:
        """Contents of a file, None where there is none."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _failed(self.path / name, error) from error

    def write(self, name: str, content: bytes) -> None:
        """Write a temporary file beside it and rename."""
        target = self.path / name
        temporary = None
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=".part-", dir=target.parent)
            with os.fdopen(handle, "wb") as file:
                # Not flushed to the disk: a file that a power cut leaves damaged is recognised by its checksums, and made again.
                file.write(content)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        except OSError as error:
            raise _failed(target, error) from error
        finally:
            if temporary is not None:
                Path(temporary).unlink(missing_ok=True)

    def has(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return (self.path / name).is_file()

    def names(self, below: str) -> set[str]:
        """Names of all files below a folder."""
        try:
            found = [path for path in (self.path / below).rglob("*") if path.is_file() and not path.name.startswith(".part-")]
        except OSError as error:
            raise _failed(self.path / below, error) from error
        return {path.relative_to(self.path).as_posix() for path in found}

    def remove(self, name: str) -> None:
        """Remove a file, where there is one."""
        try:
            (self.path / name).unlink(missing_ok=True)
        except OSError as error:
            raise _failed(self.path / name, error) from error


def storage_at(where: str | Path) -> Storage:
    """Storage at a folder or at an address such as ``s3://bucket/folder``."""
    text = str(where)
    return Objects(text.rstrip("/")) if "://" in text else Folder(Path(where))


def prove(storage: Storage) -> str:
    """Write and read a small file, which stays for workers to read; return its name.

    Raises:
        OutputError: The storage cannot be written, or does not give back what was written.
    """
    name = f"probe/{uuid.uuid4().hex}"
    storage.write(name, name.encode())
    if storage.read(name) != name.encode():
        raise OutputError.one(
            where=name, expected="storage that gives back what was written", found="something else", remedy="name another folder"
        )
    return name


def _failed(path: Path, error: OSError) -> OutputError:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    return OutputError.one(
        where=str(path),
        expected="a folder that can be read and written, with space left",
        found="no space left on the disk" if full else (error.strerror or str(error)),
        remedy="free some space and run again: what is finished is kept" if full else "check the folder and run again",
    )
