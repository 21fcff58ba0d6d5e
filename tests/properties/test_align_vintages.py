"""What is seen as of a day never depends on what was published later."""

import datetime as dt
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isthmus.data.align import align, pseudo_vintage
from isthmus.data.figures import Figures, read_figures
from isthmus.data.series import Figure
from isthmus.spec.schema import Corridor
from isthmus.timegrid import month_range

MONTHS = month_range("2023-01", "2023-08")
PLACE = {"label": "A", "country": "CN", "lat": 0, "lon": 0}
LEG = {"from": "a", "to": "b", "mode": "air", "duration": {"mean_days": 1, "sd_days": 1}, "price_usd": [0, 1]}
CORRIDOR = Corridor.model_validate({
    "isthmus": 1,
    "name": "toy",
    "title": "Toy",
    "summary": "Two places.",
    "time": {"start": "2022-06", "fit_from": "2023-01", "reference": "2023-01"},
    "groups": {"CHN": {"label": "Chinese nationals", "origin": "a", "departures": {"level": 100.0}}},
    "places": {"a": PLACE | {"role": "origin"}, "b": PLACE | {"role": "destination", "settle": 0.0}},
    "legs": {"a_b": LEG},
    "choice": {"cost": 1.0, "time": 1.0, "risk": 1.0, "friction": {}},
    "series": {
        name: {
            "label": name,
            "figures": name,
            "group": "CHN",
            "watches": {"arrivals_at": "b"},
            "exclude": ("2023-03", "2023-07"),
        }
        for name in ("entries", "exits")
    },
})  # fmt: skip

counts = st.one_of(st.none(), st.integers(0, 10**7).map(float), st.floats(0, 1e6, allow_nan=False).map(abs))
days = st.dates(dt.date(2023, 8, 1), dt.date(2024, 6, 30))
notes = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z")), max_size=12)


@st.composite
def tables(draw):
    keys = draw(
        st.lists(st.tuples(st.sampled_from(("entries", "exits")), st.sampled_from(MONTHS), days), unique=True, max_size=40)
    )
    # Each series has at least one figure, so that the corridor finds it.
    keys += [(s, "2023-01", dt.date(2023, 7, 1)) for s in ("entries", "exits")]
    return [
        Figure(s, "b", "CHN", month, "flow", "persons", draw(counts), "INEC", day.isoformat(), "S2", draw(notes))
        for s, month, day in keys
    ]


def same(one, other):
    np.testing.assert_array_equal(one.values, other.values)
    np.testing.assert_array_equal(one.mask, other.mask)
    assert one == other


@given(tables(), days, st.randoms(use_true_random=False))
def test_noise_on_later_figures_changes_nothing_that_is_seen(rows, day, noise):
    disturbed = [
        replace(row, value=noise.random() * 1e6, publisher="?", confidence="B", note="?") if row.seen > day else row
        for row in rows
        if row.seen <= day or noise.random() < 0.5
    ]
    truth, other = (align(Figures(tuple(r)), CORRIDOR, months=MONTHS, as_of=day) for r in (rows, disturbed))
    same(truth, other)


@given(tables(), st.sampled_from(MONTHS), st.integers(0, 4), st.randoms(use_true_random=False))
def test_pseudo_real_time_does_not_see_later_months(rows, last, delay, noise):
    hidden = set(MONTHS[max(MONTHS.index(last) + 1 - delay, 0) :])
    disturbed = [
        replace(row, value=noise.random() * 1e6, publisher="?", note="?") if row.period in hidden else row for row in rows
    ]
    delays = {"entries": delay, "exits": delay}
    truth, other = (
        pseudo_vintage(align(Figures(tuple(r)), CORRIDOR, months=MONTHS), last_month=last, delays=delays)
        for r in (rows, disturbed)
    )
    same(truth, other)


@given(tables())
def test_the_order_of_rows_does_not_matter(rows):
    forward, backward = (align(Figures(tuple(r)), CORRIDOR, months=MONTHS) for r in (rows, rows[::-1]))
    same(replace(forward, unwatched=()), replace(backward, unwatched=()))


@given(tables())
def test_the_mask_marks_exactly_the_numbers(rows):
    seen = align(Figures(tuple(rows)), CORRIDOR, months=MONTHS)
    np.testing.assert_array_equal(np.isfinite(seen.values), seen.mask)
    columns = [MONTHS.index(m) for m in ("2023-03", "2023-07")]
    assert not seen.mask[:, columns].any()


@given(tables())
def test_a_table_written_and_read_is_the_same_table(rows):
    figures = Figures(tuple(rows))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.csv"
        path.write_text(figures.to_csv(), encoding="utf-8", newline="")
        assert read_figures(path) == figures
