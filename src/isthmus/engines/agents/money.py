"""Purses: what somebody has at the start, who cannot pay for a leg, and what they do then."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from isthmus.engines.agents.compiled import hot
from isthmus.engines.agents.draws import I64, S32, S48, UNIT, U64, high, low, word_at
from isthmus.engines.agents.tables import LANE, pick
from isthmus.engines.agents.world import KNOTS, SHARED, World

if TYPE_CHECKING:
    from isthmus.engines.agents.band import Band
    from isthmus.engines.agents.counts import Counts

WORK, TURN_BACK = 1, 2
"""What who cannot pay does, after borrowing (0)."""

LOW16 = U64(0xFFFF)


@hot
def between_knots(world: World, s: int, at: float) -> float:
    """Budget at a quantile counted in knots, US$."""
    knot = min(int(at), KNOTS - 1)
    below = float(world.purse.quantile[s, knot])
    return below + (at - knot) * (float(world.purse.quantile[s, knot + 1]) - below)


@hot
def budget(world: World, s: int, number: np.int32) -> float:
    """Purse at the start: the budget in US$, or the rank within the class."""
    unit = number * UNIT
    if world.purse.mode <= SHARED:
        return unit
    return between_knots(world, s, (world.purse.rank[s] + unit) / world.purse.classes * KNOTS)


@hot
def refill(world: World, s: int, need: float, number: np.int32) -> float:
    """Purse of somebody who was short and has borrowed or worked: as of those of the class who were not short."""
    unit = number * UNIT
    if world.purse.mode == SHARED:
        return unit
    score = (math.log(need) - world.purse.log_median[s]) / world.purse.sd[s]
    below = min(max(world.purse.classes * 0.5 * math.erfc(-score / math.sqrt(2.0)) - world.purse.rank[s], 0.0), 1.0)
    found = between_knots(world, s, (world.purse.rank[s] + below + (1.0 - below) * unit) / world.purse.classes * KNOTS)
    return max(found, need * (1.0 + 1e-6))


@hot
def short(world: World, counts: Counts, band: Band, a: int, need: float) -> None:
    """Who cannot pay for a leg turns back, stays, or goes on with another purse, at once or after work."""
    key, k = band.key[a], I64(band.code[a])
    s, t = I64(band.who[a] >> S48), I64(band.due[a])
    word = word_at(key, world.events.pay + k)
    at = (s * world.n_steps + t) * world.n_legs + k
    counts.short[at] += 1
    answer = pick(world.purse.answers, 0, LANE, high(word))
    if answer == TURN_BACK:
        counts.turned_back[(s * world.n_steps + t) * world.n_places + world.tail[k]] += 1
        band.code[a] = world.codes.back
    elif answer > TURN_BACK:
        counts.stranded[at] += 1
        band.code[a] = world.codes.stranded
    else:
        band.purse[a] = refill(world, s, need, high(word_at(key, world.events.refill + k)))
        if answer == WORK:
            work(world, counts, band, a, low(word))


@hot
def work(world: World, counts: Counts, band: Band, a: int, number: np.int32) -> None:
    """Work before setting out."""
    s, t, k = I64(band.who[a] >> S48), I64(band.due[a]), I64(band.code[a])
    counts.to_work[(s * world.n_steps + t) * world.n_legs + k] += 1
    t += pick(world.delay, world.start[0] + t * world.width[0], world.width[0], number)
    if t >= world.n_steps:
        band.code[a] = world.codes.cut
        band.due[a] = world.n_steps - 1
    else:
        counts.from_work[(s * world.n_steps + t) * world.n_legs + k] += 1
        band.due[a] = t


@hot
def pay_from_own(world: World, counts: Counts, band: Band, n: int) -> None:
    """Everybody pays from their own purse, which holds what they had at the start."""
    for a in range(n):
        who, t = band.who[a], band.due[a]
        days = world.purse.living * (world.days[t] - world.days[(who >> S32) & LOW16])
        need = band.spent[a] + days + world.purse.ahead[band.code[a]]
        if need > band.purse[a]:
            short(world, counts, band, a, need)


@hot
def pay_by_class(world: World, counts: Counts, band: Band, n: int) -> None:
    """A share of each class cannot pay: those with the lowest rank; the others' ranks are spread out again."""
    n_steps, n_codes = U64(world.n_steps), U64(world.codes.size)
    for a in range(n):
        share = world.purse.unable[((band.who[a] >> S48) * n_steps + U64(band.due[a])) * n_codes + U64(band.code[a])]
        if band.purse[a] < share:
            short(world, counts, band, a, float(share))
        else:
            band.purse[a] = (band.purse[a] - share) / (np.float32(1.0) - share)
