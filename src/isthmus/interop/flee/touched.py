"""Which of Flee's quirks an instance touches, so that each can be named beside its results."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from isthmus.interop.flee.arrivals import Arrivals
from isthmus.interop.flee.conflicts import NOTHING
from isthmus.interop.flee.instance import Instance
from isthmus.interop.flee.quirks import Mode, Quirk


def quirks_of(instance: Instance, coming: Arrivals) -> tuple[Quirk, ...]:
    """Return the quirks that may change a number of this instance; none in `Mode.FIXED`."""
    if instance.mode is not Mode.COMPAT:
        return ()
    words = " ".join(warning.remedy for warning in instance.warnings)
    found = {quirk for quirk in Quirk if f"Flee's {quirk.name}:" in words}
    found |= {Quirk.DATE_SHIFTED, *_of_settings(instance), *_of_camps(instance, coming), *_of_zones(instance)}
    return tuple(quirk for quirk in Quirk if quirk in found)


def _of_settings(instance: Instance) -> Iterator[Quirk]:
    settings = instance.settings
    if settings.stay_close_to_home:
        yield Quirk.COORDINATES_SWAPPED
    if settings.pruning_threshold != 1.0:
        yield Quirk.PRUNING_INVERTED
    if settings.awareness_level <= 0:
        yield Quirk.AWARENESS_ZERO_STAYS
    if settings.conflict_spawn_decay or settings.take_from_population:
        yield Quirk.SPAWN_WEIGHTS_LATE
    if settings.fixed_routes:
        yield Quirk.FIXED_ROUTES_TWICE
    if settings.flood_loc_weights and any(place.kind == "flood_zone" for place in instance.geography.places):
        yield Quirk.FLOOD_ZONE_TWICE


def _of_camps(instance: Instance, coming: Arrivals) -> Iterator[Quirk]:
    if any(instance.stocks.values) and instance.stocks.values[0][0] != 0:
        yield Quirk.DAY0_TOTAL_TWICE
    daily = zip(*(instance.observed(camp) for camp in instance.camps), strict=True)
    if any(raw <= 0 < sum(day) for raw, day in zip(coming.raw, daily, strict=True)):
        yield Quirk.TOTAL_HIDDEN_AT_ZERO
    for camp in instance.camps:
        size = instance.geography.places[camp].size
        if size > 0 and (size - coming.day0[camp]) * instance.settings.capacity_scaling < 1.0:
            yield Quirk.FULL_CAMP_UNLIMITED


def _of_zones(instance: Instance) -> Iterator[Quirk]:
    for change in instance.geography.changes:
        if change.kind == "conflict":
            yield Quirk.CHANGED_ZONE_KEEPS_AGE
    for n, intensities in (instance.conflicts or {}).items():
        place = instance.geography.places[n]
        if place.kind == "conflict" and place.conflict_date <= 0 and intensities[0] <= NOTHING:
            yield Quirk.UNLISTED_ZONE_STAYS
        ends = any(before > NOTHING >= now for before, now in pairwise(intensities[: instance.days]))
        if ends and place.kind not in {"conflict", "town"}:
            yield Quirk.ENDED_ZONE_IS_TOWN
