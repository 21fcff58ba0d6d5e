"""Scenarios beside the baseline, on the same draws: levels, paired differences, and what each one knew of its strengths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from isthmus.model.parameters import Parameter
from isthmus.scenarios.arrays import Arrays, arrays
from isthmus.scenarios.bench import Bench
from isthmus.scenarios.passes import Ahead
from isthmus.scenarios.gathered import gathered
from isthmus.scenarios.outcomes import Measures, measures
from isthmus.scenarios.rows import BASELINE, Row, rows
from isthmus.spec.scenarios import Scenario

Floats = NDArray[np.float64]

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


@dataclass(frozen=True, eq=False)
class Comparison:
    """All scenarios of one bench; the baseline stands first, under the name `BASELINE`."""

    bench: Bench
    outcomes: dict[str, Outcome]
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


def compare(
    benches: Mapping[str, Bench],
    scenarios: Mapping[str, Scenario],
    names: Iterable[str],
    hazards: Hazards,
    *,
    source: str,
    progress: Callable[[float], None] = lambda _: None,
) -> Comparison:
    """Run scenarios and set them beside the baseline.

    Args:
        benches: Where each scenario runs; the baseline's stands under `BASELINE`, and serves those that have none of their own.
        scenarios: All scenarios of the corridor.
        names: Those to run.
        hazards: Events expected on a passage.
        source: What the rows of the table are from.
        progress: Called with the share done.
    """
    bench, names = benches[BASELINE], list(names)
    nothing = arrays(bench.scene(), ())
    outcomes = {BASELINE: Outcome(bench.baseline, nothing, measures(bench, bench.baseline, nothing, hazards))}
    labels = {"months": bench.months, "groups": bench.model.groups, "source": source}
    table = rows(BASELINE, outcomes[BASELINE].found, None, **labels)  # type: ignore[arg-type]
    for k, name in enumerate(names):
        own = benches.get(name, bench)
        ahead, changed, strengths = own.run(gathered(scenarios, name))
        outcomes[name] = Outcome(ahead, changed, measures(own, ahead, changed, hazards), dict(strengths.priors))
        table += rows(name, outcomes[name].found, outcomes[BASELINE].found, **labels)  # type: ignore[arg-type]
        progress((k + 1) / len(names))
    return Comparison(bench, outcomes, tuple(table))
