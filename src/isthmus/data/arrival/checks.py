"""All checks on arrival, and the figures as they go into the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from isthmus.data.arrival import jumps, shape, sums
from isthmus.data.arrival.batch import Batch, Points
from isthmus.data.sources.contract import About, Delivery, Reading
from isthmus.data.store import FIGURE_FIELDS, Finding, Key
from isthmus.errors import Problem, SourceError
from isthmus.timegrid import month_name

CHECKS = (
    shape.given_twice,
    shape.no_counts,
    shape.not_over,
    shape.missing_months,
    shape.no_longer_there,
    shape.repeated_months,
    shape.twins,
    shape.rounded,
    shape.definitions,
    sums.stated_totals,
    sums.groups_and_all,
    sums.years_and_months,
    jumps.rebased,
    jumps.swapped,
    jumps.jumps,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """Figures with what was found about them."""

    table: pa.Table
    """Columns of ``FIGURE_FIELDS`` and ``held``."""
    findings: tuple[Finding, ...]


def check(
    about: About, delivery: Delivery, *, before: Mapping[Key, Points], definitions: Mapping[str, str], today: dt.date
) -> Checked:
    """Check what arrived against itself and against what was known.

    Args:
        about: The source.
        delivery: What it brought.
        before: The store's figures by series, place and group, in their latest vintage.
        definitions: Definition of each series as the store has it.
        today: Day of the update.

    Raises:
        SourceError: The source delivered a series that it did not declare.
    """
    readings = tuple(delivery.readings)
    _refuse_undeclared(about, readings)
    known = min(delivery.published or today, today)
    # A month is over on the day after its last one.
    ended = known + dt.timedelta(days=1)
    last_over = month_name(ended.year * 12 + ended.month - 2)
    batch = Batch(about, readings, delivery.stated, before, last_over, definitions)
    findings = [*delivery.remarks]
    for one in CHECKS:
        findings += one(batch)
    held = {(finding.key, finding.period) for finding in findings if finding.held}
    series = batch.series
    rows = list({(r.series, r.place, r.group, r.period, r.value): r for r in readings}.values())
    table = pa.table(
        {
            "series": [r.series for r in rows],
            "place": [r.place for r in rows],
            "grp": [r.group for r in rows],
            "period": [r.period for r in rows],
            "kind": [series[r.series].kind for r in rows],
            "unit": [series[r.series].unit for r in rows],
            "value": [r.value for r in rows],
            "publisher": [about.publisher] * len(rows),
            "known": [known] * len(rows),
            "confidence": [about.confidence] * len(rows),
            "note": [r.note for r in rows],
        },
        schema=FIGURE_FIELDS,
    )
    marks = [((r.series, r.place, r.group), r.period) in held for r in rows]
    return Checked(table.append_column("held", pa.array(marks, pa.bool_())), tuple(findings))


def _refuse_undeclared(about: About, readings: tuple[Reading, ...]) -> None:
    declared = {series.name for series in about.series}
    unknown = sorted({reading.series for reading in readings} - declared)
    if unknown:
        raise SourceError(
            Problem(about.name, f"series it declares: {', '.join(sorted(declared))}", name, "declare it in the source's 'about'")
            for name in unknown
        )
