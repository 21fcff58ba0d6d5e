"""``isthmus flee``: read an instance, run it, score it, perhaps learn its parameters, and write everything down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.interop.flee.arrivals import Arrivals
from isthmus.interop.flee.compiled import compile_instance
from isthmus.interop.flee.instance import Instance, read_instance
from isthmus.interop.flee.metrics import Scores, against_frozen, score
from isthmus.interop.flee.native import load
from isthmus.interop.flee.quirks import Mode
from isthmus.interop.flee.run import Run, runs

if TYPE_CHECKING:
    from isthmus.compute import Workplace
    from isthmus.interop.flee.calibrate import Calibration

_TOLD = "Flee is told the observed totals of each day, and so is this run: errors measure how people are shared out"
TOLD = f"{_TOLD} among camps, and are not those of a forecast."


_LEARNED = "It is told, beyond the daily totals, the observed counts of the learned days: it learns from them, and begins the"
LEARNED = f"{_LEARNED} held days from the last of them. 'parameters' does without that beginning."


@dataclass(frozen=True)
class Held:
    """How one set of parameters does on the days that were not learned from; each is a mean over seeds."""

    learned: float
    """Averaged relative difference on the learned days."""
    relative_difference: float
    """The same on the held days."""
    against_day7: float
    """Scaled error on the held days against the shares of day 7 held; below 1 beats them."""
    against_day30: float
    against_last: float
    """The same against the shares of the last learned day."""


HELD = {
    "averaged relative difference, learned days": "learned",
    "averaged relative difference, held days": "relative_difference",
    "held days, against shares of day 7": "against_day7",
    "held days, against shares of day 30": "against_day30",
    "held days, against shares of the split": "against_last",
}
"""Words for each measure of `Held`."""


@dataclass(frozen=True)
class Learned:
    """A calibration and its judgement."""

    calibration: Calibration
    given: Held
    unanchored: Held
    """The parameters alone, without setting camps to the last learned counts."""
    found: Held
    instance: Instance
    runs: tuple[Run, ...]
    scores: tuple[Scores, ...]


@dataclass(frozen=True)
class Report:
    """All that came out."""

    instance: Instance
    arrivals: Arrivals
    runs: tuple[Run, ...]
    scores: tuple[Scores, ...]
    learned: Learned | None


def run_flee(
    folder: Path,
    *,
    mode: Mode = Mode.COMPAT,
    settings: Path | None = None,
    hasten: int | None = None,
    seed: int = 0,
    seeds: int = 1,
    calibrate: bool = False,
    where: Workplace | None = None,
    progress: Callable[[str, float], None] = lambda _stage, _done: None,
) -> Report:
    """Run an instance.

    Args:
        folder: Holds ``input_csv/`` and ``source_data/``.
        mode: As Flee does, or as its documentation says.
        settings: Settings file instead of the folder's.
        hasten: One simulated person stands for so many.
        seed: The first seed.
        seeds: How many.
        calibrate: Learn parameters on the first half of the days.
        where: Where seeds are run and kept. Absent: here, and they are not kept.
        progress: Called with a stage and the share done.

    Raises:
        InstanceError: Everything that is wrong with the instance.
    """
    progress("read", 0.0)
    instance = read_instance(folder, mode=mode, settings=settings, hasten=hasten)
    progress("run", 0.1)
    seeded = partial(_run, seed=seed, seeds=seeds, where=where)
    arrivals, done, scores = seeded(instance)
    learned = None
    if calibrate:

        def read(factor: int) -> Instance:
            return read_instance(folder, mode=mode, settings=settings, hasten=factor)

        scale = instance.settings.hasten if hasten is None else hasten
        learned = _learn(instance, read, scale, seed, seeded, (arrivals, done), progress)
    progress("write", 1.0)
    return Report(instance, arrivals, done, scores, learned)


Ran = tuple[Arrivals, tuple[Run, ...], tuple[Scores, ...]]


def _run(instance: Instance, *, seed: int, seeds: int, where: Workplace | None) -> Ran:
    compiled = compile_instance(instance)
    if where is None:
        done = tuple(runs(compiled, seed=seed, seeds=seeds, kernel=load()))
    else:
        from isthmus.interop.flee.seeds import seeds_of  # noqa: PLC0415  NumPy and Arrow, which a plain run does without

        done = tuple(seeds_of(instance, where, seed=seed, seeds=seeds))
    return compiled.arrivals, done, tuple(score(instance, compiled.arrivals, run) for run in done)


def _learn(
    instance: Instance,
    read: Callable[[int], Instance],
    scale: int,
    seed: int,
    seeded: Callable[[Instance], Ran],
    given: tuple[Arrivals, tuple[Run, ...]],
    progress: Callable[[str, float], None],
) -> Learned:
    from isthmus.interop.flee.calibrate import calibrate  # noqa: PLC0415  NumPy, which a plain run does without

    def report(share: float) -> None:
        progress("calibrate", 0.1 + 0.8 * share)

    found = calibrate(read, replace(instance.settings, hasten=scale), seed=seed, report=report)
    changed = replace(instance, settings=found.settings)
    free_arrivals, free, _ = seeded(changed)
    changed = replace(changed, anchor=found.split)
    arrivals, done, scores = seeded(changed)
    return Learned(
        calibration=found,
        given=_held(instance, *given, found.split),
        unanchored=_held(changed, free_arrivals, free, found.split),
        found=_held(changed, arrivals, done, found.split),
        instance=changed,
        runs=done,
        scores=scores,
    )


def _held(instance: Instance, arrivals: Arrivals, done: tuple[Run, ...], split: int) -> Held:
    def mean(values: list[float]) -> float:
        return sum(values) / len(values)

    def frozen(origin: int) -> float:
        return mean([against_frozen(instance, run, origin=min(origin, split - 1), first=split) for run in done])

    return Held(
        learned=mean([score(instance, arrivals, run, last=split).relative_difference for run in done]),
        relative_difference=mean([score(instance, arrivals, run, first=split).relative_difference for run in done]),
        against_day7=frozen(7),
        against_day30=frozen(30),
        against_last=frozen(split - 1),
    )
