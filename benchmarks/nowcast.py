"""What a nowcast is worth: the month after each origin of the backtest, told a part of it, against arithmetic on the same part.

``python benchmarks/nowcast.py RUNS`` after ``isthmus backtest china-ecuador-us --origins 24 --out RUNS``: forecasts are those of
the backtest, made where they are missing.

No publisher of this corridor gives figures of part of a month, so parts come about in three ways.

*Publishers' order*, real figures throughout: one checkpoint's month is out, the others' are not yet.

*Parts drawn*: a real month is dealt to its days by a Dirichlet-multinomial as uneven as the nowcast holds for likely, or more, or
less; *reported late*, a day's people are in the count after d days with probability 1 - exp(-(d + 1/2) / 3), which the nowcast is
told or not. What is scored is always the real month.

*Weeks*, real figures throughout, of another border: ``channel_weeks.csv``, people who arrived in the United Kingdom in small
boats by week (Home Office, Open Government Licence 3.0; from the public copy rvaughan/uk-migrant-data, not held against
the publisher's own table). Four weeks are a month, the forecast is the random walk: this judges what the nowcast makes of a
part of a month, and no mechanism.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from machine import machine
from numpy.typing import NDArray

from isthmus.compute import Workplace, place_of, storage_at
from isthmus.forecast import scores
from isthmus.forecast.backtest.blocks import vintages_of
from isthmus.forecast.compiled import compiled
from isthmus.forecast.nowcast import UNEVEN, Counted, nowcast
from isthmus.forecast.rivals.naive import random_walk
from isthmus.forecast.rivals.outlook import Outlook
from isthmus.pipeline import job
from isthmus.pipeline.backtesting import blocks, forecasts_of
from isthmus.pipeline.origins import origins_of
from isthmus.streams import stream

Floats = NDArray[np.float64]

DAYS = 30
LATE_DAYS = 3.0
REPEATS = 20
"""Parts drawn of each month."""
N_DRAWS = 400
AHEAD = 3


class Origin(NamedTuple):
    """A past month: what was said then, what had been seen, what came.

    Attributes:
        draws: ``(sample, series, month ahead)``.
        history: ``(series, month)``.
        came: ``(series, month ahead)``, NaN where nothing did.
    """

    draws: Floats
    history: Floats
    came: Floats


@dataclass(frozen=True)
class Case:
    """What is known of the month after an origin.

    Attributes:
        days: Days counted; 0: the whole month.
        told: Series whose part is known; others are scored where only some are.
        uneven: Spread of a half month's count, log scale.
        late: Whether the latest days are not all in.
        known: Whether it is known how many of them are.
    """

    name: str
    days: int
    told: tuple[str, ...] = ()
    uneven: float = UNEVEN
    late: bool = False
    known: bool = False


def read_origins(runs: Path, corridor: str, count: int) -> tuple[tuple[str, ...], list[Origin]]:
    """Series, and the backtest's forecasts with what came."""
    task = job.read(corridor, sets=(), scenario=None, seed=0, quick=False, figures=None)
    work = compiled(task.text, task.last_month)
    where = Workplace(place_of("local"), storage_at(runs / "units"))
    latest = vintages_of(work, task.figures)
    padded = np.concatenate([latest.latest, np.full((len(work.model.sights), AHEAD), np.nan)], axis=1)
    out = []
    for found in forecasts_of(task, blocks(task, origins_of(task, count)), "backtest", where):
        for n, origin in enumerate(found.origins):
            last = work.model.grid.position(origin)
            history = latest.known_at(origin)[:, work.model.fit_from : last + 1]
            draws = found.tracks["real_time"].draws[n].astype(float)[:, :, :AHEAD]
            out.append(Origin(draws, history, padded[:, last + 1 : last + 1 + AHEAD]))
    return tuple(sight.id for sight in work.model.sights), out


def reported(case: Case) -> Floats:
    """Probability that a person of each day counted is in the count."""
    ago = case.days - np.arange(1, case.days + 1) + 0.5
    return 1 - np.exp(-ago / LATE_DAYS) if case.late else np.ones(case.days)


def part_of(month: float, case: Case, generator: np.random.Generator) -> float:
    """What was counted of a month's first days."""
    if not case.days:
        return month
    shares = generator.dirichlet(np.full(DAYS, (1 / case.uneven**2 - 1) / DAYS))
    daily = generator.multinomial(int(month), shares)[: case.days]
    return float(generator.binomial(daily, reported(case)).sum())


def told_of(case: Case, at: Origin, series: Sequence[str], generator: np.random.Generator) -> list[Counted]:
    """Parts of the month after an origin."""
    share = case.days / DAYS if case.days else 1.0
    seen = float(reported(case).mean()) if case.known else 1.0
    return [
        Counted(k, 0, part_of(at.came[k, 0], case, generator), share, seen)
        for k, name in enumerate(series)
        if (not case.told or name in case.told) and not np.isnan(at.came[k, 0])
    ]


def rivals(at: Origin, found: Sequence[Counted]) -> dict[str, Floats]:
    """Draws ``(draw, series, month ahead)`` of what arithmetic says, NaN where it says nothing."""
    n = len(at.history)
    walk, moved, weighed = (np.full((N_DRAWS, n, AHEAD), np.nan) for _ in range(3))
    parts = {one.series: one for one in found}
    steps = [np.log1p(one.value) - np.log1p(at.history[one.series, -1]) for one in found if one.share == 1]
    for k in range(n):
        outlook = random_walk(at.history[k], AHEAD)
        if isinstance(outlook, str):
            continue
        walk[:, k] = outlook.draws(N_DRAWS)
        place, sd = outlook.location[0], outlook.sd[0]
        if k in parts:
            count, about = float(np.log1p(parts[k].value / parts[k].seen)), parts[k].spread(UNEVEN)
            later = np.sqrt(np.maximum(sd**2 - sd[0] ** 2, 0))
            gain = sd[0] ** 2 / (sd[0] ** 2 + about**2)
            best = place[0] + gain * (count - place[0])
            moved[:, k] = Outlook.single(np.full(AHEAD, count), np.sqrt(about**2 + later**2)).draws(N_DRAWS)
            weighed[:, k] = Outlook.single(np.full(AHEAD, best), np.sqrt((1 - gain) * sd[0] ** 2 + later**2)).draws(N_DRAWS)
            for one in (moved, weighed):
                one[:, k, 0] = np.maximum(one[:, k, 0], parts[k].value)
        elif steps:
            moved[:, k] = Outlook.single(place + np.mean(steps), sd).draws(N_DRAWS)
    return {"last figure": walk, "count scaled up": moved, "last figure and count": weighed, "forecast without": at.draws}


def tables(case: Case, series: Sequence[str], origins: Sequence[Origin]) -> dict[str, tuple[Floats, Floats]]:
    """Tables of a case, means over parts drawn; a series whose whole month is told is not scored."""
    repeats = REPEATS if case.days else 1
    hidden = np.array([bool(case.told) and name in case.told for name in series])
    several = [
        told_of(case, at, series, stream(0, "nowcast benchmark", case.name, n, r))
        for n, at in enumerate(origins)
        for r in range(repeats)
    ]
    return scored(origins, several, hidden, repeats)


def scored(
    origins: Sequence[Origin], told: Sequence[Sequence[Counted]], hidden: NDArray[np.bool_], repeats: int
) -> dict[str, tuple[Floats, Floats]]:
    """CRPS on log(1 + y) and whether 90 % held it, by forecast, ``(origin, series, month ahead)``; means over repeats."""
    out: dict[str, tuple[Floats, Floats]] = {}
    shape = (len(origins), *origins[0].came.shape)
    for k, found in enumerate(told):
        n, at = k // repeats, origins[k // repeats]
        ours = nowcast(at.draws, found, [0] * shape[1], stream(0, "nowcast", n, k % repeats))
        for name, draws in {"nowcast": ours, **rivals(at, found)}.items():
            silent = np.isnan(draws).any(axis=0) | np.isnan(at.came) | hidden[:, None]
            safe, came = np.where(silent, 0.0, draws), np.where(silent, 0.0, at.came)
            kept = out.setdefault(name, (np.zeros(shape), np.zeros(shape)))
            kept[0][n] += np.where(silent, np.nan, scores.crps_log(safe, came)) / repeats
            kept[1][n] += np.where(silent, np.nan, scores.covered(safe, came, 0.9)) / repeats
    return out


CASES = (
    Case("Darién whole, others not out", 0, ("darien_transits",)),
    Case("entries to Ecuador whole, others not out", 0, ("ecuador_entries",)),
    Case("both whole, others not out", 0, ("ecuador_entries", "darien_transits")),
    Case("first 10 days of all", 10),
    Case("first 20 days of all", 20),
    Case("first 20 days of the Darién, others nothing", 20, ("darien_transits",)),
    Case("first 20 days of all, twice as uneven", 20, uneven=0.5),
    Case("first 20 days of all, half as uneven", 20, uneven=0.125),
    Case("first 20 days of all, reported late", 20, late=True),
    Case("first 20 days of all, reported late, known", 20, late=True, known=True),
)
SPANS = {"under way": slice(0, 1), "two after": slice(1, 3)}


def channel() -> Floats:
    """People by week."""
    with (Path(__file__).parent / "channel_weeks.csv").open(encoding="utf-8", newline="") as handle:
        return np.array([float(row["persons"]) for row in csv.DictReader(handle)])


def unevenness() -> str:
    """How far two weeks lie from half of the four, log scale, by where months begin: root mean square, and by the median."""
    found = []
    for first in range(4):
        months = channel()[first:]
        months = months[: len(months) // 4 * 4].reshape(-1, 4)
        away = np.log(months[:, :2].sum(axis=1) + 0.5) - np.log(months.sum(axis=1) / 2 + 0.5)
        found.append(f"{np.sqrt(np.mean(away**2)):.2f} and {np.median(np.abs(away)) / 0.6745:.2f}")
    return f"Channel, log of two weeks over half the month, root mean square and by the median: {'; '.join(found)}"


def weeks(counted: int) -> dict[str, tuple[Floats, Floats]]:
    """Tables of months of four weeks in the Channel with so many weeks counted, from the ninth month on."""
    persons = channel()
    months = persons[: len(persons) // 4 * 4].reshape(-1, 4)
    totals, parts = months.sum(axis=1), months[:, :counted].sum(axis=1)
    padded = np.concatenate([totals, np.full(AHEAD, np.nan)])
    origins = [
        Origin(walked(totals[:n], n)[:, None], totals[None, :n], padded[None, n : n + AHEAD]) for n in range(8, len(totals))
    ]
    told = [[Counted(0, 0, float(part), counted / 4)] for part in parts[8:]]
    return scored(origins, told, np.zeros(1, bool), 1)


def walked(history: Floats, n: int) -> Floats:
    """Paths of the random walk, ``(draw, month ahead)``: each month its own step."""
    logs = np.log1p(history)
    sd = np.sqrt(np.mean(np.diff(logs) ** 2))
    steps = sd * stream(0, "walked", n).standard_normal((N_DRAWS, AHEAD))
    return np.asarray(np.maximum(np.expm1(logs[-1] + np.cumsum(steps, axis=1)), 0))


def rows(name: str, found: dict[str, tuple[Floats, Floats]]) -> Iterator[str]:
    """Lines of the printed table."""
    n = len(found["nowcast"][0])
    halves = {"all": slice(None), "first half": slice(None, n // 2), "second half": slice(n // 2, None)}
    for span, months in SPANS.items():
        for half, part in halves.items():
            ours = found["nowcast"][0][part, :, months]
            said = []
            for rival, (theirs, _) in found.items():
                if rival == "nowcast" or np.isnan(theirs[part, :, months]).all():
                    continue
                ratio = scores.relative_skill(ours, theirs[part, :, months])
                low, high = scores.skill_interval(ours, theirs[part, :, months], stream(0, "bootstrap"))
                said.append(f"{rival} {ratio:.2f} [{low:.2f}, {high:.2f}]")
            inside = [table[part, :, months] for _, table in found.values()]
            held = " / ".join(f"{np.nanmean(one):.2f}" for one in inside if not np.isnan(one).all())
            yield f"{name} | {span} | {half} | {'; '.join(said)} | {held}"


def main() -> int:
    """Print skill against each rival and coverage, for each case."""
    runs, corridor = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "china-ecuador-us"
    series, origins = read_origins(runs, corridor, 24)
    sys.stdout.write(f"{machine()}\ncase | month | origins | skill against | 90 % held: nowcast, then rivals in order\n")
    for case in CASES:
        sys.stdout.writelines(line + "\n" for line in rows(case.name, tables(case, series, origins)))
    sys.stdout.write(unevenness() + "\n")
    for counted in (1, 2, 3):
        sys.stdout.writelines(line + "\n" for line in rows(f"Channel, {counted} of 4 weeks", weeks(counted)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
