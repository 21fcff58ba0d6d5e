"""What the rivals of the series alone said at each origin of a block, and why where they said nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.compute import Arrays, Unit
from isthmus.forecast.backtest.blocks import Block, vintages_of
from isthmus.forecast.compiled import compiled
from isthmus.forecast.rivals import NAIVE, Outlook, statistical

Floats = NDArray[np.float64]


class Said(NamedTuple):
    """Outlooks of one origin by rival and series; a sentence where there is none."""

    origin: str
    outlooks: Mapping[str, tuple[Outlook | str, ...]]


def naive_block(block: Block) -> list[Said]:
    """The naive rivals only: what the main job shows."""
    return _said(block, with_statistical=False)


def rivals_unit(unit: Unit) -> Arrays:
    """All rivals of the series alone, as work for any place."""
    return arrays_of(_said(unit.arguments["block"], with_statistical=True))


def arrays_of(said: Sequence[Said]) -> dict[str, NDArray[Any]]:
    """Outlooks as arrays, ``(origin, series, component, horizon)``, components filled up with NaN; reasons as text."""
    out: dict[str, NDArray[Any]] = {"origins": np.array([one.origin for one in said])}
    for name in said[0].outlooks:
        rows = [outlook for one in said for outlook in one.outlooks[name]]
        shape = (len(said), len(rows) // len(said))
        made = [row for row in rows if isinstance(row, Outlook)]
        most = max(((len(row.location), row.location.shape[1]) for row in made), default=(1, 1))
        for part in ("location", "sd"):
            filled = np.full((len(rows), *most), np.nan)
            for n, row in enumerate(rows):
                if isinstance(row, Outlook):
                    values = getattr(row, part)
                    filled[n, : len(values)] = values
            out[f"{name}.{part}"] = filled.reshape(*shape, *most)
        out[f"{name}.reason"] = np.array(["" if isinstance(row, Outlook) else row for row in rows]).reshape(shape)
    return out


def said_of(arrays: Mapping[str, NDArray[Any]]) -> list[Said]:
    """Outlooks of a unit's result."""
    names = dict.fromkeys(name.rpartition(".")[0] for name in arrays if "." in name)
    return [
        Said(str(origin), {name: tuple(_outlook_of(arrays, name, n)) for name in names})
        for n, origin in enumerate(arrays["origins"])
    ]


def _outlook_of(arrays: Mapping[str, NDArray[Any]], name: str, n: int) -> Iterator[Outlook | str]:
    parts = (arrays[f"{name}.{part}"][n] for part in ("reason", "location", "sd"))
    for reason, location, sd in zip(*parts, strict=True):
        kept = ~np.isnan(location).all(axis=1)
        yield str(reason) or Outlook(location[kept], sd[kept])


def _said(block: Block, *, with_statistical: bool) -> list[Said]:
    work = compiled(block.corridor, block.last_month)
    vintages = vintages_of(work, block.figures)
    begin = work.model.fit_from
    out = []
    for origin in block.origins:
        histories = vintages.known_at(origin)[:, begin : work.model.grid.position(origin) + 1]
        rows = [_outlooks(history, block.horizon, with_statistical=with_statistical) for history in histories]
        out.append(Said(origin, {name: tuple(row[name] for row in rows) for name in rows[0]}))
    return out


def _outlooks(history: Floats, horizon: int, *, with_statistical: bool) -> dict[str, Outlook | str]:
    found: dict[str, Outlook | str] = {name: rival(history, horizon) for name, rival in NAIVE.items()}
    return {**found, **statistical(history, horizon)} if with_statistical else found
