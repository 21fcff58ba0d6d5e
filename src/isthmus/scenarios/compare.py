"""Scenarios beside the baseline, on the same draws: levels, paired differences, and what each one knew of its strengths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from isthmus.compute.blocks import how_many_fit
from isthmus.model.parameters import Parameter
from isthmus.scenarios.arrays import Arrays, arrays
from isthmus.scenarios.bench import Bench
from isthmus.scenarios.passes import Ahead
from isthmus.scenarios.gathered import gathered
from isthmus.scenarios.outcomes import Measures, measures
from isthmus.scenarios.rows import BASELINE, Row, rows
from isthmus.scenarios.strengths import Strengths
from isthmus.spec.scenarios import Scenario

Floats = NDArray[np.float64]

LEAST_HELD = 2
"""Outcomes held in memory: the baseline, and the one that is set beside it."""
OF_RESULTS = 4
"""Times its months ahead that an outcome takes of memory, with its measures and what is made of them."""

Hazards = Mapping[tuple[str, str], Floats]
"""Events expected on a passage by leg and kind of harm, ``(sample,)`` each."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """One scenario run.

    Attributes:
        ahead: The corridor of the months to come.
        changed: What the scenario changed.
        found: Measures by name.
        priors: Unknown strengths of its shocks.
    """

    ahead: Ahead
    changed: Arrays
    found: Measures
    priors: dict[str, Parameter] = field(default_factory=dict)


class Outcomes(Mapping[str, Outcome]):
    """Outcomes by name, as many in memory as fit: the baseline, and those asked for last; others are found when asked for."""

    def __init__(self, names: Sequence[str], make: Callable[[str], Outcome], held: int) -> None:
        self._names = tuple(dict.fromkeys(names))
        self._make = make
        self._held = max(held, LEAST_HELD)
        self._kept: dict[str, Outcome] = {}

    def __getitem__(self, name: str) -> Outcome:
        """The outcome of a scenario, made or read again where it is not at hand."""
        if name not in self._names:
            raise KeyError(name)
        if name not in self._kept:
            others = [other for other in self._kept if other != BASELINE]
            if len(self._kept) >= self._held and others:
                del self._kept[others[0]]
            self._kept[name] = self._make(name)
        return self._kept[name]

    def __iter__(self) -> Iterator[str]:
        """Names, the baseline's first."""
        return iter(self._names)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._names)


@dataclass(frozen=True, eq=False)
class Comparison:
    """All scenarios of one bench; the baseline stands first, under the name `BASELINE`."""

    bench: Bench
    outcomes: Mapping[str, Outcome]
    table: tuple[Row, ...]

    @property
    def baseline(self) -> Outcome:
        """The corridor as it stands."""
        return self.outcomes[BASELINE]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the scenarios, without the baseline."""
        return tuple(name for name in self.outcomes if name != BASELINE)

    def change(self, name: str, measure: str) -> Floats:
        """Paired difference of a measure, ``(sample, item, group, month)``."""
        return self.outcomes[name].found[measure].values - self.baseline.found[measure].values


Runner = Callable[[str], tuple[Ahead, Arrays, Strengths]]
"""Finds what was run of a scenario."""


def compare(
    benches: Mapping[str, Bench],
    scenarios: Mapping[str, Scenario],
    names: Iterable[str],
    hazards: Hazards,
    *,
    source: str,
    runner: Runner | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> Comparison:
    """Run scenarios and set them beside the baseline.

    Args:
        benches: Where each scenario runs; the baseline's stands under `BASELINE`, and serves those that have none of their own.
        scenarios: All scenarios of the corridor.
        names: Those to run.
        hazards: Events expected on a passage.
        source: What the rows of the table are from.
        runner: Finds what was run. Absent: scenarios run here, and stay in memory.
        progress: Called with the share done.
    """
    bench, names = benches[BASELINE], list(names)

    def run(name: str) -> tuple[Ahead, Arrays, Strengths]:
        return benches.get(name, bench).run(gathered(scenarios, name))

    def outcome(name: str) -> Outcome:
        if name == BASELINE:
            nothing = arrays(bench.scene(), ())
            return Outcome(bench.baseline, nothing, measures(bench, bench.baseline, nothing, hazards))
        ahead, changed, strengths = (runner or run)(name)
        return Outcome(ahead, changed, measures(benches.get(name, bench), ahead, changed, hazards), dict(strengths.priors))

    held = how_many_fit(len(names) + 1, OF_RESULTS * size_of(bench.baseline)) if runner else len(names) + 1
    outcomes = Outcomes((BASELINE, *names), outcome, held)
    labels = {"months": bench.months, "groups": bench.groups, "source": source}
    table = rows(BASELINE, outcomes[BASELINE].found, None, **labels)  # type: ignore[arg-type]
    for k, name in enumerate(names):
        table += rows(name, outcomes[name].found, outcomes[BASELINE].found, **labels)  # type: ignore[arg-type]
        progress((k + 1) / len(names))
    return Comparison(bench, outcomes, tuple(table))


def size_of(ahead: Ahead) -> int:
    """Bytes of the months ahead of a scenario."""
    return sum(np.asarray(part).nbytes for part in (*ahead.flows, ahead.expected) if part is not None)
