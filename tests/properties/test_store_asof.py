"""Whatever is loaded in whatever order, the store answers as a plain list of what was said and when would."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from stores import batch

from isthmus.data.store import Store
from isthmus.errors import FiguresError

DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(6)]
ROW = st.tuples(st.sampled_from(("CHN", "VEN")), st.sampled_from(("2023-01", "2023-02")), st.sampled_from((1.0, 2.0, None)))
LOADS = st.lists(
    st.tuples(st.sampled_from(DAYS), st.lists(ROW, min_size=1, max_size=4, unique_by=lambda row: row[:2])), max_size=6
)


def expected(loads, group, day):
    """What is known on a day: of what was said up to it, the last day's, and of that the last load's."""
    said = [(known, n, row) for n, (known, rows) in enumerate(loads) for row in rows if row[0] == group and known <= day]
    latest = {row[1]: row[2] for _, _, row in sorted(said, key=lambda item: item[:2])}
    return {period: value for period, value in latest.items() if value is not None}


# Loads come in the order of time, as updates do: a figure confirmed later is not stored again, so that a vintage put in
# between afterwards would count from its own day on.
@settings(max_examples=8)
@given(LOADS)
def test_as_of_is_what_a_plain_list_says(loads):
    loads = sorted(loads, key=lambda load: load[0])
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        with store.write() as writer:
            for known, rows in loads:
                writer.load("made_up", batch(*rows, known=known))
        with store.read() as reader:
            for group in ("CHN", "VEN"):
                for day in DAYS:
                    try:
                        found = dict(reader.series("transits", group=group, as_of=day).points())
                    except FiguresError:
                        found = {}
                    assert found == expected(loads, group, day)
