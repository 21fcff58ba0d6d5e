"""Where result files lie: whole or not at all, whoever writes them and however often."""

from __future__ import annotations

import errno
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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
        """Write a temporary file beside it, flush and rename."""
        target = self.path / name
        temporary = None
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=".part-", dir=target.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
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


def _failed(path: Path, error: OSError) -> OutputError:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    return OutputError.one(
        where=str(path),
        expected="a folder that can be read and written, with space left",
        found="no space left on the disk" if full else (error.strerror or str(error)),
        remedy="free some space and run again: what is finished is kept" if full else "check the folder and run again",
    )
