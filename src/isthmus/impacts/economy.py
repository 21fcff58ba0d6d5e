"""The transit economy: what people spend where, what it makes locally, and what its loss would take.

``local income = spending x share that stays x multiplier`` (as in Taylor and Filipski's village models; the number is a prior),
``jobs = local income / income of a worker``, ``dependence = local income / (local income + income of the place without it)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from isthmus.impacts.entries import Entry, interval, row
from isthmus.impacts.presence import Presence
from isthmus.scenarios.rows import Row
from isthmus.scenarios.strengths import Strengths
from isthmus.spec.impacts import Impacts

Floats = NDArray[np.float64]


def economy_rows(scenario: str, block: Impacts, people: Presence, months: Sequence[str], strengths: Strengths) -> Iterator[Row]:
    """Spending by sector, local income, jobs, dependence and exposure, by place."""
    span = f"{months[0]}/{months[-1]}"
    person_days = people.monthly(people.person_days).sum(axis=2)
    for name, town in block.towns.items():
        if name not in people.places:
            continue

        def draw(field: str, name: str = name) -> Floats:
            return strengths.draw(f"impacts.towns.{name}.{field}", getattr(block.towns[name], field))

        spent = person_days[:, people.places.index(name)] * draw("spending_usd")[:, None]
        made = spent * (draw("local") * draw("multiplier"))[:, None]
        own = town.population * town.worker_share * town.income_usd
        dependence = made.sum(axis=-1) / (made.sum(axis=-1) + own * len(months))
        about = {"source": town.source}
        for sector, share in town.sectors.items():
            entry = Entry("spending", "flow", "US$", sector=sector, **about)
            yield row(scenario, entry, period=span, place=name, values=interval(spent.sum(axis=-1) * share))
        monthly, without = made.mean(axis=-1), f"if {block.collapse:.0%} of people stay away"
        for measure, kind, unit, values in (
            ("spending", "flow", "US$", spent.sum(axis=-1)),
            ("local_income", "flow", "US$", made.sum(axis=-1)),
            ("jobs", "ratio", "jobs, mean over the months", monthly / town.income_usd),
            ("dependence", "share", "share of local income", dependence),
            ("exposure", "ratio", f"US$ a month lost {without}", monthly * block.collapse),
            ("jobs_exposed", "ratio", f"jobs lost {without}", monthly * block.collapse / town.income_usd),
        ):
            entry = Entry(measure, kind, unit, **about)  # type: ignore[arg-type]
            yield row(scenario, entry, period=span, place=name, values=interval(values))
        for m, month in enumerate(months):
            yield row(scenario, Entry("spending", "flow", "US$", **about), period=month, place=name, values=interval(spent[:, m]))
