"""How far simulated counts are from the observed ones, by the measures that Flee and FabFlee publish.

All take people by camp and day. Sizes: ``(camp, day)``. Sources: Flee's ``run.py`` (total error) and
``extract-validation-results.py`` (the rest); the mean absolute scaled error is Hyndman & Koehler (2006), with two
naive rivals: the count of day 7 or 30 held (flat), that count times the number of the day (sloped, which is no slope
and very weak), and its share of the total held (ratio).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from isthmus.interop.flee.arrivals import Arrivals
from isthmus.interop.flee.instance import Instance
from isthmus.interop.flee.quirks import Mode
from isthmus.interop.flee.run import Run

Table = Sequence[Sequence[float]]
ORIGINS = (7, 30)
"""Days from which the naive rivals hold."""
RIVALS = {"flat": "count held", "sloped": "count times day", "ratio": "share held"}
"""What each naive rival says, by the name that FabFlee gives it."""
FORMS = tuple(RIVALS)


@dataclass(frozen=True)
class CampScore:
    """One camp."""

    name: str
    person_days: int
    """Observed; the weight of the camp in the totals of the scaled errors."""
    difference: float
    """Mean absolute difference, persons, simulated counts as they are."""
    difference_rescaled: float
    """The same after scaling all camps to the observed total."""
    bias: float
    """Mean of simulated less observed, persons, rescaled."""
    mase: dict[str, float]
    """``7 flat``, ``7 sloped``, ``7 ratio``, ``30 flat`` and so on; not a number where the rival makes no error."""


@dataclass(frozen=True)
class Scores:
    """One run."""

    relative_difference: float
    """Averaged relative difference, rescaled: mean over days of the summed absolute differences over the total; 0 to 2."""
    relative_difference_raw: float
    """The same with counts as they are; Flee calls it error (normal)."""
    total_error: float
    """Mean over days of Flee's total error: summed absolute differences over cumulated raw arrivals."""
    mase: dict[str, float]
    """Below 1 beats the naive rival."""
    camps: tuple[CampScore, ...]
    by_day: tuple[float, ...]
    """Relative difference, rescaled, of each day."""


def score(instance: Instance, arrivals: Arrivals, run: Run, *, first: int = 0, last: int | None = None) -> Scores:
    """Score a run, over all its days or from day ``first`` to before day ``last``."""
    chosen = slice(first, last)
    simulated = [list(run.of(camp))[chosen] for camp in instance.camps]
    observed = [list(instance.observed(camp))[chosen] for camp in instance.camps]
    raw = arrivals.raw[chosen]
    hidden = [total <= 0 for total in raw] if instance.mode is Mode.COMPAT else [False] * len(raw)
    totals = observed_totals(observed, hidden)
    return score_tables(instance.camp_names, simulated, observed, totals, raw)


def relative_by_day(instance: Instance, arrivals: Arrivals, run: Run) -> list[float]:
    """Return the relative difference, rescaled, of each day: what `score` averages."""
    simulated, observed = [run.of(camp) for camp in instance.camps], [instance.observed(camp) for camp in instance.camps]
    hidden = [total <= 0 for total in arrivals.raw] if instance.mode is Mode.COMPAT else [False] * instance.days
    totals = observed_totals(observed, hidden)
    return _over_totals(_differences(rescale(simulated, totals), observed), totals)


def against_frozen(instance: Instance, run: Run, *, origin: int, first: int) -> float:
    """Return the scaled error from day ``first`` on, against the camps' shares of day ``origin`` held (ratio)."""
    observed = [instance.observed(camp) for camp in instance.camps]
    totals = [float(sum(day)) for day in zip(*observed, strict=True)]
    simulated = rescale([list(run.of(camp)) for camp in instance.camps], totals)
    weighed, weights = 0.0, 0
    for mine, seen in zip(simulated, observed, strict=True):
        share = seen[origin] / totals[origin] if totals[origin] > 0 else 0.0
        days = range(first, len(totals))
        rival = _mean([abs(seen[day] - totals[day] * share) for day in days])
        if rival > 0.0:
            weighed += _mean([abs(seen[day] - mine[day]) for day in days]) / rival * sum(seen[first:])
            weights += sum(seen[first:])
    return weighed / weights if weights else math.nan


def observed_totals(observed: Table, hidden: Sequence[bool]) -> list[float]:
    """Sum over camps by day, 0 where Flee hides it (`Quirk.TOTAL_HIDDEN_AT_ZERO`)."""
    return [0.0 if hide else float(sum(day)) for hide, day in zip(hidden, zip(*observed, strict=True), strict=True)]


def score_tables(
    names: Sequence[str], simulated: Table, observed: Table, totals: Sequence[float], raw: Sequence[int] = ()
) -> Scores:
    """Score counts.

    Args:
        names: Camps.
        simulated: (camp, day) people.
        observed: (camp, day) people.
        totals: (day,) observed people.
        raw: (day,) cumulated raw arrivals, for the total error.
    """
    rescaled = rescale(simulated, totals)
    plain, scaled = _differences(simulated, observed), _differences(rescaled, observed)
    by_day, raw_by_day = _over_totals(scaled, totals), _over_totals(plain, totals)
    errors = [sum(day) / total if total > 0 else 0.0 for day, total in zip(zip(*plain, strict=True), raw, strict=False)]
    camps = tuple(
        CampScore(
            name=name,
            person_days=int(sum(observed[n])),
            difference=_mean(plain[n]),
            difference_rescaled=_mean(scaled[n]),
            bias=_mean([got - seen for got, seen in zip(rescaled[n], observed[n], strict=True)]),
            mase=_scaled_errors(rescaled[n], observed[n], totals),
        )
        for n, name in enumerate(names)
    )
    return Scores(
        relative_difference=_mean(by_day),
        relative_difference_raw=_mean(raw_by_day),
        total_error=_mean(errors),
        mase=_together(camps),
        camps=camps,
        by_day=tuple(by_day),
    )


def rescale(simulated: Table, totals: Sequence[float]) -> list[list[float]]:
    """Scale the camps of each day so that they add up to the observed total; 0 on days with nobody simulated."""
    sums = [sum(day) for day in zip(*simulated, strict=True)]
    factors = [total / there if there > 0 else 0.0 for total, there in zip(totals, sums, strict=True)]
    return [[count * factor for count, factor in zip(camp, factors, strict=True)] for camp in simulated]


def _over_totals(differences: Table, totals: Sequence[float]) -> list[float]:
    return [sum(day) / max(total, 1.0) for day, total in zip(zip(*differences, strict=True), totals, strict=True)]


def _differences(simulated: Table, observed: Table) -> list[list[float]]:
    return [
        [round(abs(got - seen), 4) for got, seen in zip(camp, there, strict=True)]
        for camp, there in zip(simulated, observed, strict=True)
    ]


def _scaled_errors(simulated: Sequence[float], observed: Sequence[float], totals: Sequence[float]) -> dict[str, float]:
    """Return the mean absolute error over that of each rival, whose days begin after its origin."""
    mine = _mean([abs(seen - got) for seen, got in zip(observed, simulated, strict=True)])
    found: dict[str, float] = {}
    for origin in ORIGINS:
        after = range(origin + 1, len(observed))
        for form in FORMS:
            rival = _mean([abs(observed[day] - _held(form, observed, totals, origin, day)) for day in after])
            found[f"{origin} {form}"] = round(mine / rival, 4) if rival > 0.0 else math.nan
    return found


def _held(form: str, observed: Sequence[float], totals: Sequence[float], origin: int, day: int) -> float:
    """Return what a naive rival says of a day."""
    level = observed[origin]
    if form == "flat":
        return level
    if form == "sloped":
        return level * day
    return totals[day] * level / totals[origin] if totals[origin] > 0 else math.nan


def _together(camps: Sequence[CampScore]) -> dict[str, float]:
    """Average over camps by person-days; camps without a score are left out."""
    together = {}
    for form in (f"{origin} {form}" for origin in ORIGINS for form in FORMS):
        there = [(camp.mase[form], camp.person_days) for camp in camps if not math.isnan(camp.mase[form])]
        weight = sum(days for _, days in there)
        together[form] = sum(value * days for value, days in there) / weight if weight else math.nan
    return together


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else math.nan
