"""Object storage, S3-compatible or any other that fsspec knows, as storage of results; faults that pass are waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from isthmus.errors import InputError, OutputError

T = TypeVar("T")

PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds between tries; about twenty in all."""

_REFUSED = (PermissionError,)


@dataclass(frozen=True)
class Objects:
    """Files below an address such as ``s3://bucket/folder``; an object is written whole or not at all by the store itself.

    Keys and endpoint come from the environment (``AWS_ACCESS_KEY_ID``, ``AWS_ENDPOINT_URL``, …), on each worker its own: none is
    sent along with the work.
    """

    url: str
    pauses: tuple[float, ...] = PAUSES
    options: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def read(self, name: str) -> bytes | None:
        """Contents of an object, None where there is none."""

        def once() -> bytes | None:
            system, root = self._system()
            try:
                return bytes(system.cat_file(f"{root}/{name}"))
            except FileNotFoundError:
                return None

        return self._patiently(name, once)

    def write(self, name: str, content: bytes) -> None:
        """Put an object."""

        def once() -> None:
            system, root = self._system()
            try:
                system.pipe_file(f"{root}/{name}", content)
            except FileNotFoundError as error:
                raise self._refused(name, error) from error

        self._patiently(name, once)

    def has(self, name: str) -> bool:
        """Whether there is an object of that name."""

        def once() -> bool:
            system, root = self._system()
            return bool(system.exists(f"{root}/{name}"))

        return self._patiently(name, once)

    def names(self, below: str) -> set[str]:
        """Names of all objects below a folder."""

        def once() -> set[str]:
            system, root = self._system()
            system.invalidate_cache()
            return {str(path).removeprefix(f"{root}/") for path in system.find(f"{root}/{below}".rstrip("/"))}

        return self._patiently(below, once)

    def folders(self) -> list[str]:
        """Names of the folders at this address."""

        def once() -> list[str]:
            system, root = self._system()
            try:
                found = system.ls(root, detail=True)
            except FileNotFoundError:
                return []
            return sorted(str(one["name"]).rstrip("/").rpartition("/")[2] for one in found if one["type"] == "directory")

        return self._patiently("", once)

    def remove(self, name: str) -> None:
        """Remove an object, where there is one."""

        def once() -> None:
            system, root = self._system()
            if system.exists(f"{root}/{name}"):
                system.rm_file(f"{root}/{name}")

        self._patiently(name, once)

    def _system(self) -> tuple[Any, str]:
        try:
            from fsspec.core import url_to_fs  # noqa: PLC0415  an extra, and slow to import
        except ImportError as error:
            raise InputError.one(
                where=self.url, expected="the packages for clusters", found=str(error), remedy="install isthmus[cluster]"
            ) from error
        settings = {"use_listings_cache": False, **self.options} if self.url.startswith("s3://") else dict(self.options)
        system, root = url_to_fs(self.url, **settings)
        return system, str(root).rstrip("/")

    def _patiently(self, name: str, once: Callable[[], T]) -> T:
        """Try until it works; what trying again does not mend is said at once."""
        for pause in (*self.pauses, None):
            try:
                return once()
            except (InputError, OutputError):
                raise
            except _REFUSED as error:
                raise self._refused(name, error) from error
            except Exception as error:
                # Each store has its own exceptions for a network that is down; all may pass, so all are waited for.
                if pause is None:
                    raise self._gone(name, error) from error
                time.sleep(pause)
        raise AssertionError  # the last try returns or raises

    def _refused(self, name: str, error: Exception) -> OutputError:
        return OutputError.one(
            where=f"{self.url}/{name}",
            expected="a bucket that exists, and that this key may read, write and list",
            found=f"refused ({str(error) or type(error).__name__})",
            remedy="make the bucket, give the key these rights, or name another folder",
        )

    def _gone(self, name: str, error: Exception) -> OutputError:
        return OutputError.one(
            where=f"{self.url}/{name}",
            expected=f"storage that answers within {len(self.pauses) + 1} tries",
            found=f"{type(error).__name__}: {str(error)[:200]}",
            remedy="when it is back, the same command goes on: what is finished is kept",
        )
