"""How many people spawn each day, from the observed stocks: Flee is told the totals, and so are we."""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.interop.flee.instance import Instance
from isthmus.interop.flee.quirks import Mode


@dataclass(frozen=True)
class Arrivals:
    """People to spawn and Flee's accounts of them, by day."""

    start: tuple[int, ...]
    """People in each place before day 0."""
    new: tuple[int, ...]
    raw: tuple[int, ...]
    """Cumulated observed differences."""
    debt: tuple[int, ...]
    """Observed decreases not yet made up for."""
    day0: tuple[int, ...]
    """By place: the stock of day 0, which its capacity loses."""


def arrivals(instance: Instance) -> Arrivals:
    """Work out how many people come each day."""
    places, stocks, settings = instance.geography.places, instance.stocks, instance.settings
    day0 = tuple(stocks.of(place.name)[0] if place.name in stocks.names else 0 for place in places)
    start = [instance.agents.get(n, 0) for n in range(len(places))]
    if not settings.empty_camps_on_day0:
        for camp in instance.camps:
            start[camp] += max(day0[camp], 0) if settings.insert_day0 else 0
            start[camp] += int(places[camp].attributes.get("initial_idps", 0))
    differences = [_first(instance)]
    columns = stocks.values[1:] if settings.sum_from_camps else stocks.values[:1]
    days = range(1, instance.days)
    differences += [sum(column[day] - column[day - 1] for column in columns) for day in days]
    new, raw, debts, debt, total = [], [], [], 0, 0
    for day, difference in enumerate(differences):
        wanted = 0 if day == 0 and settings.insert_day0 else difference - debt
        debt = max(-wanted, 0)
        empty = day == 0 and settings.empty_camps_on_day0
        total += 0 if empty else difference
        new.append(max(wanted, 0))
        raw.append(total)
        debts.append(debt)
    if settings.spawn_mode:
        new, debts = [0] * instance.days, [0] * instance.days
    lost = day0 if settings.insert_day0 and not settings.spawn_mode else (0,) * len(places)
    return Arrivals(tuple(start), tuple(new), tuple(raw), tuple(debts), lost)


def _first(instance: Instance) -> int:
    """Return the count of day 0, with the total on top in `Mode.COMPAT` (`Quirk.DAY0_TOTAL_TWICE`)."""
    stocks, settings = instance.stocks, instance.settings
    if settings.empty_camps_on_day0 or not stocks.values:
        return 0
    if not settings.sum_from_camps:
        return stocks.values[0][0]
    columns = stocks.values if instance.mode is Mode.COMPAT else stocks.values[1:]
    return sum(column[0] for column in columns)
