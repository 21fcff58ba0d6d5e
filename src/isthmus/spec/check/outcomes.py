"""Drivers, facilitators, harm, asylum and reverse flow: targets that exist, shares that fit together, windows in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from isthmus.spec.check.finding import Finding
from isthmus.spec.document import Path, did_you_mean, show
from isthmus.spec.primitives import LogitNormalPrior, LognormalPrior, PastChangesPrior, Quantity
from isthmus.spec.schema import Corridor

ORDER = "put the months in order"


def middle(quantity: Quantity) -> float:
    """A number, or the median of a prior."""
    if isinstance(quantity, LognormalPrior | LogitNormalPrior | PastChangesPrior):
        return quantity.median
    return quantity if isinstance(quantity, float | int) else quantity.mean


def check_driver_targets(corridor: Corridor) -> Iterator[Finding]:
    """A driver of departures names no place; a driver of pull names a place where people settle."""
    for name, driver in corridor.drivers.items():
        path: Path = ("drivers", name, "place")
        if driver.target == "departures" and driver.place is not None:
            yield Finding(path, "no place for a driver of departures", show(driver.place), "take it out, or write target: settle")
        elif driver.target == "settle" and driver.place is None:
            yield Finding(path, "the place whose pull moves", "nothing", "add `place`")
        elif driver.place is not None and driver.place not in corridor.places:
            yield Finding(path, "a place named under `places`", show(driver.place), did_you_mean(driver.place, corridor.places))
        elif driver.place is not None and corridor.places[driver.place].settle is None:
            found = f"`{driver.place}`, where nobody settles"
            yield Finding(path, "a place where people settle", found, "add `settle` to the place, or name another one")
        if not driver.in_fit and not driver.note:
            yield Finding(("drivers", name, "note"), "why the driver is not in the fit", "nothing", "add `note`")


def check_fees(corridor: Corridor) -> Iterator[Finding]:
    """Fees stand on legs, policies and fees that exist."""
    block = corridor.facilitators
    for name, fee in block.fees.items() if block is not None else ():
        path: Path = ("facilitators", "fees", name)
        for index, leg in enumerate(fee.legs):
            yield from _named((*path, "legs", index), "legs", leg, corridor.legs)
        for index, policy in enumerate(fee.enforced_by):
            yield from _named((*path, "enforced_by", index), "policies", policy, corridor.policies)
        if block is not None and fee.within is not None:
            others = {other for other in block.fees if other != name}
            yield from _named((*path, "within"), "facilitators.fees", fee.within, others)
            if fee.within in others and block.fees[fee.within].within is not None:
                found, remedy = f"`{fee.within}`, itself within another", "name the outermost fee"
                yield Finding((*path, "within"), "a fee that stands by itself", found, remedy)


def check_responses(corridor: Corridor) -> Iterator[Finding]:
    """What responds to demand has a capacity and a count of demand; what responds to enforcement names policies."""
    block = corridor.facilitators
    for name, fee in block.fees.items() if block is not None else ():
        path: Path = ("facilitators", "fees", name)
        everyone = block is not None and block.everyone is not None
        if middle(fee.demand) != 0 and (fee.capacity_per_day is None or not everyone):
            expected = "`capacity_per_day`, and `facilitators.everyone` that counts demand, for a price that responds to demand"
            yield Finding((*path, "demand"), expected, "one of them missing", "add what is missing, or take `demand` out")
        if middle(fee.enforcement) != 0 and not fee.enforced_by:
            remedy = "name policies, or take `enforcement` out"
            yield Finding((*path, "enforced_by"), "policies for a price that responds to them", "none", remedy)
        if fee.everyone and not everyone:
            expected = "`facilitators.everyone`, the series of all people"
            yield Finding((*path, "everyone"), expected, "none", "name the series, or take `everyone` out")


def check_totals(corridor: Corridor) -> Iterator[Finding]:
    """A published total has its months in order and calibrates a fee that all people pay."""
    block = corridor.facilitators
    if block is None:
        return
    for name, total in block.totals.items():
        path: Path = ("facilitators", "totals", name)
        if total.period[0] > total.period[1]:
            yield Finding((*path, "period"), "the first month before the last", " and ".join(total.period), ORDER)
        if total.fee is None:
            continue
        yield from _named((*path, "fee"), "facilitators.fees", total.fee, block.fees)
        fee = block.fees.get(total.fee)
        if fee is not None and not (fee.everyone and isinstance(fee.per_person_usd, LognormalPrior)):
            expected = "a fee with `everyone: true` and a lognormal `per_person_usd`"
            remedy = "complete the fee, or take `fee` out to show the total as a contrast"
            yield Finding((*path, "fee"), expected, show(total.fee), remedy)


def check_harm(corridor: Corridor) -> Iterator[Finding]:
    """Hazards, records and surveys are about legs and kinds of harm that the block has."""
    block = corridor.harm
    if block is None:
        return
    for leg in block.legs:
        yield from _named(("harm", "legs", leg), "legs", leg, corridor.legs)
    asked: list[tuple[Path, str, str]] = [(("harm", "records", n), r.leg, r.harm) for n, r in block.records.items()]
    asked += [(("harm", "surveys", n), s.leg, s.about) for n, s in block.surveys.items()]
    for path, leg, kind in asked:
        yield from _named((*path, "leg"), "harm.legs", leg, block.legs)
        if leg in block.legs and getattr(block.legs[leg], kind) == 0:
            remedy = f"give `harm.legs.{leg}.{kind}` a prior"
            yield Finding(path, f"a hazard of {kind} on `{leg}`", "none: it cannot happen there", remedy)


def check_records(corridor: Corridor) -> Iterator[Finding]:
    """A record sees a share of cases, in windows that are in order and end when it was suspended."""
    for name, record in corridor.harm.records.items() if corridor.harm is not None else ():
        if not 0 < middle(record.reporting) <= 1:
            found = f"{middle(record.reporting):g}"
            yield Finding(("harm", "records", name, "reporting"), "a share above 0, to 1", found, "write a share: 0.3, not 30")
        for index, count in enumerate(record.counts):
            path: Path = ("harm", "records", name, "counts", index)
            if count.period[0] > count.period[1]:
                yield Finding((*path, "period"), "the first month before the last", " and ".join(count.period), ORDER)
            if record.suspended is not None and count.period[1] >= f"{record.suspended:%Y-%m}":
                expected = f"no count from the month in which the source was suspended ({record.suspended})"
                yield Finding((*path, "period"), expected, count.period[1], "take it out: what could not be seen is not zero")


def check_asylum(corridor: Corridor) -> Iterator[Finding]:
    """The group and place exist, and the shares of outcomes do not exceed 1 together."""
    block = corridor.asylum
    if block is None:
        return
    yield from _named(("asylum", "group"), "groups", block.group, corridor.groups)
    yield from _named(("asylum", "arrivals_at"), "places", block.arrivals_at, corridor.places)
    shares = {"recognised": block.outcomes.recognised, "rejected": block.outcomes.rejected}
    yield from _together(("asylum", "outcomes"), {key: middle(value) for key, value in shares.items()})
    for key in ("claim_share", "ending_share"):
        value = middle(getattr(block, key))
        if not 0 <= value <= 1:
            yield Finding(("asylum", key), "a share from 0 to 1", f"{value:g}", "write a share: 0.6, not 60")


def check_reverse(corridor: Corridor) -> Iterator[Finding]:
    """A reverse flow says how it is known, by legs that are reverse, a share of arrivals, or figures."""
    for name, flow in corridor.reverse.flows.items() if corridor.reverse is not None else ():
        path: Path = ("reverse", "flows", name)
        if not flow.legs and flow.figures is None and flow.share is None:
            yield Finding(path, "`legs`, `figures`, or `place` with `share`", "none of them", "say how the flow is known")
        for index, leg in enumerate(flow.legs):
            yield from _named((*path, "legs", index), "legs", leg, corridor.legs)
            if leg in corridor.legs and corridor.legs[leg].kind != "reverse":
                yield Finding((*path, "legs", index), "a leg of kind reverse", show(leg), "name a reverse leg")
        if (flow.share is None) != (flow.place is None):
            yield Finding(path, "`place` and `share` together", "one of them", "add the other, or take it out")
        if flow.place is not None:
            yield from _named((*path, "place"), "places", flow.place, corridor.places)


def check_reverse_shares(corridor: Corridor) -> Iterator[Finding]:
    """Shares at one place do not exceed 1 together."""
    at: dict[str, dict[str, float]] = defaultdict(dict)
    for name, flow in corridor.reverse.flows.items() if corridor.reverse is not None else ():
        if flow.place is not None and flow.share is not None:
            at[flow.place][name] = middle(flow.share)
    for place, shares in at.items():
        yield from _together(("reverse", "flows"), shares, f" of arrivals at `{place}`")


def _together(path: Path, shares: dict[str, float], of: str = "") -> Iterator[Finding]:
    """Shares of one whole lie between 0 and 1, each and together."""
    for key, value in shares.items():
        if not 0 <= value <= 1:
            yield Finding((*path, key), "a share from 0 to 1", f"{value:g}", "write a share: 0.6, not 60")
    total = sum(shares.values())
    if total > 1 and len(shares) > 1:
        found = f"{total:g} = " + " + ".join(f"{key} {value:g}" for key, value in shares.items())
        yield Finding(path, f"shares{of} of at most 1 together", found, "lower them: they exclude each other")


def _named(path: Path, block: str, name: str, known: Iterable[str]) -> Iterator[Finding]:
    names = list(known)
    if name not in names:
        yield Finding(path, f"a name from `{block}`", show(name), did_you_mean(name, names))
