"""Numbers that make sense: durations, prices, signs, shares, drivers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.spec.check.finding import Finding
from isthmus.spec.check.references import as_written, select
from isthmus.spec.document import Path, show
from isthmus.spec.schema import Corridor

MAX_SPREAD = 5.0
"""Largest sensible ratio of the standard deviation of a duration to its mean."""

POSITIVE = (
    "groups.*.departures.level",
    "series.*.detection",
    "series.*.dispersion",
)
"""Quantities that must be above 0."""

NOT_NEGATIVE = (
    "groups.*.departures.innovation",
    "groups.*.sensitivity",
    "shared.*.innovation",
    "legs.*.drift",
    "series.*.detection_drift",
    "series.*.baseline",
    "choice.cost",
    "choice.time",
    "choice.risk",
    "choice.friction.*",
    "queues.*.capacity.*.per_day",
    "queues.*.others.*",
    "queues.*.give_up",
    "money.living_usd",
    "money.extortion_usd.*",
    "information.contact",
    "information.advertising",
    "information.forgetting",
    "information.attention.*",
    "facilitators.fees.*.per_person_usd",
    "facilitators.fees.*.demand",
    "harm.legs.*.*",
    "impacts.standards.*.amount",
    "impacts.prices.*.amount",
    "impacts.services.*.demand",
    "impacts.towns.*.spending_usd",
    "impacts.towns.*.multiplier",
)
"""Quantities that must be at least 0."""

SHARES = (
    "groups.*.departures.persistence",
    "groups.*.departures.trend.gain",
    "queues.*.other_way",
    "money.short.borrow",
    "money.short.work",
    "money.short.turn_back",
    "information.legs.*.truth",
    "information.legs.*.start",
    "impacts.towns.*.local",
    "impacts.needs.*.share",
    "impacts.cases.*.share",
)
"""Quantities between 0 and 1."""


def check_durations(corridor: Corridor) -> Iterator[Finding]:
    """The spread of a duration is not many times its mean."""
    data = as_written(corridor)
    for pattern in ("places.*.stay", "legs.*.duration"):
        for path, value in select(data, pattern):
            mean, sd = value["mean_days"], value["sd_days"]
            if sd > MAX_SPREAD * mean:
                expected = f"at most {MAX_SPREAD:g} times mean_days ({mean:g})"
                yield Finding((*path, "sd_days"), expected, f"{sd:g}", "check the unit: both are days")


def check_prices(corridor: Corridor) -> Iterator[Finding]:
    """The low price is not above the high price."""
    for name, leg in corridor.legs.items():
        low, high = leg.price_usd
        if low > high:
            found, remedy = f"[{low:g}, {high:g}]", f"write [{high:g}, {low:g}]"
            yield Finding(("legs", name, "price_usd"), "the low price before the high one", found, remedy)


def check_signs(corridor: Corridor) -> Iterator[Finding]:
    """Quantities that cannot be negative are not, and have priors that cannot be."""
    data = as_written(corridor)
    for patterns, strict in ((POSITIVE, True), (NOT_NEGATIVE, False)):
        for pattern in patterns:
            for path, value in select(data, pattern):
                yield from _signed(path, of_population(data, value), strict=strict)


def _signed(path: Path, value: object, *, strict: bool) -> Iterator[Finding]:
    expected = f"a number {'above' if strict else 'of at least'} 0, or a lognormal prior"
    if isinstance(value, dict):
        if value["dist"] == "normal":
            yield Finding((*path, "dist"), expected, "a normal prior, which reaches below 0", "write dist: lognormal")
    elif isinstance(value, int | float) and (value < 0 or (strict and value == 0)):
        yield Finding(path, expected, show(value), "write a number within these bounds")


def check_shares(corridor: Corridor) -> Iterator[Finding]:
    """Shares and probabilities lie between 0 and 1; persons are not counted more than once each."""
    data = as_written(corridor)
    for pattern in SHARES:
        for path, value in select(data, pattern):
            yield from _share(path, of_population(data, value))
    for name, series in corridor.series.items():
        if series.counts == "persons" and isinstance(series.detection, float) and series.detection > 1:
            expected = "a share of at most 1 where persons are counted"
            remedy = "write a share, or `counts: events` where one person can be counted more than once"
            yield Finding(("series", name, "detection"), expected, show(series.detection), remedy)


def of_population(data: Any, value: Any) -> Any:
    """The prior behind a quantity: of a member, that of its population's centre; absent where the population is unknown."""
    if isinstance(value, dict) and value.get("dist") == "pooled":
        return data["pools"].get(value["pool"], {}).get("centre")
    return value


def _share(path: Path, value: Any) -> Iterator[Finding]:
    expected = "a share from 0 to below 1, or a logitnormal prior"
    if isinstance(value, dict):
        if value["dist"] != "logitnormal":
            found, remedy = f"a {value['dist']} prior, which leaves 0 to 1", "write dist: logitnormal"
            yield Finding((*path, "dist"), expected, found, remedy)
    elif value is not None and not 0 <= value < 1:
        yield Finding(path, expected, show(value), "write a share: 0.95, not 95")


def check_drivers(corridor: Corridor) -> Iterator[Finding]:
    """A driver has values, positive ones for a logarithm and different ones to be standardised."""
    for name, driver in corridor.drivers.items():
        path: Path = ("drivers", name, "values")
        if not driver.values:
            yield Finding(path, "at least one value", "none", 'add months: {"2023-01": 1.5}')
        elif driver.transform == "log" and min(driver.values.values()) <= 0:
            month = min(driver.values, key=driver.values.__getitem__)
            found = f"{driver.values[month]:g} in {month}"
            yield Finding((*path, month), "a number above 0, for its logarithm", found, "choose another transform")
        elif driver.transform == "standardise" and len(set(driver.values.values())) < 2:
            found = "one value throughout"
            yield Finding(path, "values that differ, to be standardised", found, "write transform: none")
