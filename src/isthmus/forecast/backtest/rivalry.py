"""What the rivals of the series alone said at each origin of a block, and why where they said nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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


def rival_block(block: Block) -> list[Said]:
    """All rivals of the series alone."""
    return _said(block, with_statistical=True)


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
