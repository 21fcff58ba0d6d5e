"""Economic pull: how much more a foreign place attracts for its trade and human development.

The score of a place in another country than the first row's is multiplied by ``1 + trade_volume + hdi ** 2``, columns of
``locations.csv``; as Flee's settings reference has it (``use_economic_pull``; repository djgroen/flee, read November 2026).
"""

from __future__ import annotations

import math

from isthmus.interop.flee.geography import Geography, Place
from isthmus.interop.flee.rows import Findings
from isthmus.interop.flee.settings import Settings

COLUMNS = ("trade_volume", "hdi")


def pull_of(place: Place) -> float:
    """Return what multiplies the score of a foreign place."""
    trade, development = (float(place.attributes[name]) for name in COLUMNS)
    return 1.0 + trade + development**2


def check_pull(settings: Settings, geography: Geography, findings: Findings) -> None:
    """Note foreign places without the numbers that the rule needs."""
    if not settings.use_economic_pull:
        return
    for place in geography.places:
        if place.country == geography.places[0].country:
            continue
        for name in COLUMNS:
            text = place.attributes.get(name, "")
            if not _at_least_0(text):
                remedy = "fill the column of locations.csv, or switch use_economic_pull off"
                findings.error(place.where, f"a number from 0 in '{name}', for use_economic_pull", f"'{text}'", remedy)


def _at_least_0(text: str) -> bool:
    try:
        return 0.0 <= float(text) < math.inf
    except ValueError:
        return False
