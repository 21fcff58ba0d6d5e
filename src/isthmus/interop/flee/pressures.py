"""Floods and hunger: what they do, day by day, to the chance to leave a place and to how it attracts.

A flood level above 0 puts the chance of its level in place of all others and multiplies the score, both linear between whole
levels. Where a share of a region's people is critically deprived of food, that share leaves and of the rest those who would have.
As in Flee's ``moving.py`` (repository djgroen/flee, read November 2026) and its pages on flood and food rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from isthmus.interop.flee.attributes import AttributeTable
from isthmus.interop.flee.geography import Geography
from isthmus.interop.flee.rows import Findings
from isthmus.interop.flee.settings import Settings

LEVELS, FOOD = "flood_level", "region_attributes_IPC"


def files_used(settings: Settings) -> tuple[str, ...]:
    """Tables that the rules which are on go by."""
    return (LEVELS,) * bool(settings.flood_movechances) + (FOOD,) * settings.flee_when_starving


def between(values: Sequence[float], level: float) -> float:
    """Return the value of a level, on a straight line between whole levels."""
    low = min(int(level), len(values) - 1)
    high = min(low + 1, len(values) - 1)
    return values[low] + (level - low) * (values[high] - values[low])


@dataclass(frozen=True)
class Pressures:
    """Flood levels and shares of people deprived of food, by place and day; places without are absent."""

    floods: dict[int, tuple[float, ...]]
    hunger: dict[int, tuple[float, ...]]
    chances: tuple[float, ...]
    weights: tuple[float, ...]

    @classmethod
    def of(cls, settings: Settings, tables: Sequence[AttributeTable], geography: Geography, days: int) -> Pressures:
        """Lay out what is on."""
        floods: dict[int, tuple[float, ...]] = {}
        hunger: dict[int, tuple[float, ...]] = {}
        for table in tables:
            if table.name == LEVELS and settings.flood_movechances:
                known = geography.index
                floods = {known[name]: table.by_day(name, days) for name in table.columns if name in known}
            if table.name == FOOD and settings.flee_when_starving:
                for n, place in enumerate(geography.places):
                    hunger[n] = tuple(percent / 100.0 for percent in table.by_day(place.region, days))
        return cls(floods, hunger, settings.flood_movechances, settings.flood_loc_weights)

    def __bool__(self) -> bool:
        return bool(self.floods or self.hunger)

    def chance(self, n: int, day: int, chance: float) -> float:
        """Return the chance to leave a place on a day, given the one that it has otherwise."""
        if n in self.hunger:
            share = self.hunger[n][day]
            chance = share + (1.0 - share) * chance
        level = self.floods[n][day] if n in self.floods else 0.0
        return between(self.chances, level) if level > 0.0 else chance

    def weight(self, n: int, day: int, *, zone_again: bool) -> float:
        """Return what multiplies the score of a place; once more where it is a flood zone and ``zone_again``."""
        if n not in self.floods:
            return 1.0
        level = self.floods[n][day]
        factor = between(self.weights, level) if level > 0.0 else 1.0
        return factor * (between(self.weights, level) if zone_again else 1.0)


def check_pressures(
    settings: Settings, tables: Sequence[AttributeTable], geography: Geography, findings: Findings, folder: Path
) -> None:
    """Note what the rules that are on lack."""
    found = {table.name: table for table in tables}
    for name in files_used(settings):
        if name not in found:
            remedy = "add it, or switch the rule off; Flee stops here"
            findings.error(str(folder / f"{name}.csv"), "the table that a rule of the settings goes by", "no such file", remedy)
    if settings.flood_movechances and LEVELS in found:
        top = len(settings.flood_movechances) - 1
        for name, levels in found[LEVELS].columns.items():
            if not all(0.0 <= level <= top for level in levels):
                remedy = "give flood_movechances and flood_loc_weights a number for each level"
                wrong = f"{min(levels):g} to {max(levels):g} for '{name}'"
                findings.error(str(folder / f"{LEVELS}.csv"), f"levels from 0 to {top}", wrong, remedy)
    if settings.flee_when_starving and FOOD in found:
        _check_food(found[FOOD], geography, findings, str(folder / f"{FOOD}.csv"))


def _check_food(table: AttributeTable, geography: Geography, findings: Findings, where: str) -> None:
    for region in dict.fromkeys(place.region for place in geography.places):
        if region not in table.columns:
            findings.error(where, f"a column for the region '{region}'", "none", "add it; Flee stops at a region without one")
    for region, shares in table.columns.items():
        if not all(0.0 <= share <= 100.0 for share in shares):
            findings.error(
                where, "percentages from 0 to 100", f"{min(shares):g} to {max(shares):g} for '{region}'", "correct them"
            )
