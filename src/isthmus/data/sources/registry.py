"""The sources there are: ours, other packages', and one from a file of the user's."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import cast

from isthmus.data.cells import nearest
from isthmus.data.sources.contract import About, Source
from isthmus.errors import InputError

GROUP = "isthmus.sources"
"""Of the entry points by which other packages add sources."""

OURS: Mapping[str, tuple[str, str]] = {
    "cbp": ("cbp", "Cbp"),
    "dtm": ("dtm", "Dtm"),
    "ecuador": ("ecuador", "Ecuador"),
    "hdx_hapi": ("hdx_hapi", "HdxHapi"),
    "honduras_inm": ("honduras_inm", "HondurasInm"),
    "mexico_upmrip": ("mexico_upmrip", "MexicoUpmrip"),
    "missing_migrants": ("missing_migrants", "MissingMigrants"),
    "panama_snm": ("panama_snm", "PanamaSnm"),
    "unhcr": ("unhcr", "Unhcr"),
    "visa_index": ("visa_index", "VisaIndex"),
    "world_bank": ("world_bank", "WorldBank"),
}
"""Name to module and class; a module is imported when its source is asked for."""


def names() -> tuple[str, ...]:
    """Return the names of all sources that are installed."""
    return tuple(sorted({*OURS, *(point.name for point in entry_points(group=GROUP))}))


def serving(series: Iterable[str]) -> tuple[str, ...]:
    """Return the names of our sources that deliver any of these series."""
    wanted = set(series)
    return tuple(name for name in OURS if wanted & {about.name for about in find(name).about.series})


def find(name: str) -> Source:
    """Return a source by its name.

    Raises:
        InputError: There is none, or another package's cannot be loaded.
    """
    if name in OURS:
        module, made = OURS[name]
        source: Source = getattr(importlib.import_module(f"isthmus.data.sources.{module}"), made)()
        return source
    for point in entry_points(group=GROUP):
        if point.name == name:
            try:
                found = point.load()
            except Exception as error:
                where = f"{GROUP}: {name}"
                raise _unusable(where, f"{point.value}, which raises {type(error).__name__}: {error}") from error
            return _checked(found, f"{GROUP}: {name}")
    raise InputError.one(where="data sources", expected="the name of a source", found=repr(name), remedy=nearest(name, names()))


def from_file(path: Path) -> list[Source]:
    """Return the sources that a Python file defines, one or more classes with ``about`` and ``fetch``.

    Raises:
        InputError: The file cannot be run or defines none.
    """
    spec = importlib.util.spec_from_file_location(f"isthmus_source_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise _unusable(str(path), "no such file" if not path.is_file() else "no Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise _unusable(str(path), f"{type(error).__name__}: {error}") from error
    made = [_checked(found, str(path)) for found in _classes(module)]
    if not made:
        raise _unusable(str(path), "no class with 'about' and 'fetch'")
    return made


def _classes(module: ModuleType) -> list[object]:
    found = [value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__]
    return [value for value in found if hasattr(value, "about") and hasattr(value, "fetch")]


def _checked(found: object, where: str) -> Source:
    made = found() if isinstance(found, type) else found
    about, fetch = getattr(made, "about", None), getattr(made, "fetch", None)
    if not isinstance(about, About) or not callable(fetch):
        raise _unusable(where, "one without 'about' (an About) and 'fetch'")
    return cast("Source", made)


def _unusable(where: str, found: str) -> InputError:
    return InputError.one(where=where, expected="a source", found=found[:300], remedy="see docs/adding-a-source.md")
