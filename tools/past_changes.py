"""Sizes of past changes of entry rules, from a long table of monthly figures: `python tools/past_changes.py FILE`.

A size is the log of the ratio of two means of three whole months: those after the month of the change over those before the month
in which it was announced. Its standard deviation is how other nationalities' ratios scatter over the same months at the same
checkpoint (1.4826 times the median distance from their median; at least `LEAST_SD`), those with a change of their own left out.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from isthmus.spec.past_changes import PastChange, past_changes
from isthmus.timegrid import month_range, shift_month

Table = dict[str, dict[str, float]]

WINDOW = 3
LEAST_BEFORE = 50.0
"""Mean a month before, below which a ratio says little."""
LEAST_SD = 0.25


def tables(path: Path) -> dict[tuple[str, str], Table]:
    """Figures by (checkpoint, measure), nationality and month."""
    out: dict[tuple[str, str], Table] = defaultdict(lambda: defaultdict(dict))
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            out[row["checkpoint"], row["measure"]][row["nationality"]][row["period"]] = float(row["value"])
    return out


def windows(change: PastChange) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Months before and after."""
    told, came = f"{change.announced or change.date:%Y-%m}", f"{change.date:%Y-%m}"
    return month_range(shift_month(told, -WINDOW), shift_month(told, -1)), month_range(
        shift_month(came, 1), shift_month(came, WINDOW)
    )


def ratio(figures: dict[str, float], change: PastChange) -> float | None:
    """Log ratio of the means after and before; none where a month is missing or few came before."""
    before, after = ([figures.get(month, np.nan) for month in part] for part in windows(change))
    means = float(np.mean(before)), float(np.mean(after))
    return None if np.isnan(sum(means)) or means[0] < LEAST_BEFORE else float(np.log(means[1] + 0.5) - np.log(means[0] + 0.5))


def measured(change: PastChange, table: Table) -> tuple[float, float] | None:
    """Size and its standard deviation."""
    touched = {one.group for one in past_changes() if set(sum(windows(one), ())) & set(sum(windows(change), ()))}
    others = [ratio(figures, change) for group, figures in table.items() if group not in touched | {"ALL", change.group}]
    scatter = np.array([one for one in others if one is not None])
    size = ratio(table[change.group], change)
    if size is None or len(scatter) < 3:
        return None
    return size, max(float(1.4826 * np.median(np.abs(scatter - np.median(scatter)))), LEAST_SD)


def main() -> None:
    """Print the sizes of all changes."""
    found = tables(Path(sys.argv[1]))
    for change in past_changes():
        size = measured(change, found[change.checkpoint, change.measure])
        print(change.group, change.place, change.date, "not measured" if size is None else f"{size[0]:.2f} {size[1]:.2f}")


if __name__ == "__main__":
    main()
