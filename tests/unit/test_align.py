"""Figures laid out by series and month: masks, vintages, exclusions, refusals."""

import datetime as dt

import numpy as np
import pytest

from isthmus.data.align import align, delays_of, pseudo_vintage
from isthmus.data.figures import Figures
from isthmus.data.series import Figure
from isthmus.data.tables import observation_table
from isthmus.errors import FiguresError, InputError
from isthmus.spec.schema import Corridor
from isthmus.timegrid import month_range

MONTHS = month_range("2023-01", "2023-06")


def corridor(**series):
    block = {"label": "x", "group": "CHN", "watches": {"arrivals_at": "b"}}
    leg = {"from": "a", "to": "b", "mode": "air", "duration": {"mean_days": 1, "sd_days": 1}, "price_usd": [0, 1]}
    place = {"label": "A", "country": "CN", "lat": 0, "lon": 0}
    return Corridor.model_validate({
        "isthmus": 1,
        "name": "toy",
        "title": "Toy",
        "summary": "Two places.",
        "time": {"start": "2022-06", "fit_from": "2023-01", "reference": "2023-01"},
        "groups": {"CHN": {"label": "Chinese nationals", "origin": "a", "departures": {"level": 100.0}}},
        "places": {"a": place | {"role": "origin"}, "b": place | {"role": "destination", "settle": 0.0}},
        "legs": {"a_b": leg},
        "choice": {"cost": 1.0, "time": 1.0, "risk": 1.0, "friction": {}},
        "series": {name: block | {"figures": name} | own for name, own in series.items()},
    })  # fmt: skip


def figure(period, value, *, series="entries", seen="2024-05-31", **other):
    whole = {"place": "b", "group": "CHN", "kind": "flow", "unit": "persons", "publisher": "INEC", "confidence": "S"}
    return Figure(series=series, period=period, value=value, published_or_seen=seen, **(whole | other))


def table(*rows):
    return Figures(rows)


def refusal(figures, spec):
    with pytest.raises(FiguresError) as error:
        align(figures, spec, months=MONTHS)
    return str(error.value)


def test_values_and_mask_are_laid_out_and_nothing_is_filled():
    rows = [figure("2023-01", 1.0), figure("2023-03", 3.0), figure("2023-04", None), figure("2023-05", 0.0)]
    seen = align(table(*rows, figure("2022-12", 9.0)), corridor(entries={}), months=MONTHS)
    np.testing.assert_array_equal(seen.values, [[1, np.nan, 3, np.nan, 0, np.nan]])
    np.testing.assert_array_equal(seen.mask, [[True, False, True, False, True, False]])
    assert seen.gaps() == (("entries", "2023-02"), ("entries", "2023-04"))
    assert (seen.kinds, seen.units, seen.publishers) == (("flow",), ("persons",), ("INEC",))
    assert seen.seen == (("2024-05-31", "", "2024-05-31", "2024-05-31", "2024-05-31", ""),)
    assert seen.last_month == "2023-05"


def test_observations_cannot_be_changed():
    seen = align(table(figure("2023-01", 1.0)), corridor(entries={}), months=MONTHS)
    with pytest.raises(ValueError, match="read-only"):
        seen.values[0, 0] = 2


def test_rows_follow_the_corridor_and_series_nobody_watches_are_listed():
    figures = table(figure("2023-01", 1.0), figure("2023-01", 2.0, series="exits"), figure("2023", 3.0, series="yearly"))
    seen = align(figures, corridor(out={"figures": "exits"}, into={"figures": "entries"}), months=MONTHS)
    assert seen.series == ("out", "into")
    assert seen.values[:, 0].tolist() == [2, 1]
    assert seen.unwatched == ("yearly",)


def test_a_group_sees_its_own_figures_only():
    figures = table(figure("2023-01", 1.0), figure("2023-01", 2.0, group="VEN"))
    assert align(figures, corridor(entries={}), months=MONTHS).values[0, 0] == 1


def test_an_excluded_month_is_kept_out_with_its_reason():
    spec = corridor(entries={"exclude": ("2023-02",), "note": "above the year's total"})
    seen = align(table(figure("2023-01", 1.0), figure("2023-02", 2.0)), spec, months=MONTHS)
    assert seen.mask[0].tolist() == [True, False, False, False, False, False]
    (out,) = seen.excluded
    assert (out.series, out.month, out.value, out.reason) == ("entries", "2023-02", 2.0, "above the year's total")


def test_the_vintage_known_on_the_day_counts():
    figures = table(
        figure("2023-01", 326.0, seen="2023-02-20"),
        figure("2023-01", 400.0, seen="2023-09"),
        figure("2023-02", 5.0, seen="2023-03-20"),
        figure("2023-02", None, seen="2023-10-01"),
    )

    def known(day):
        return align(figures, corridor(entries={}), months=MONTHS, as_of=dt.date.fromisoformat(day)).values[0, :2]

    np.testing.assert_array_equal(known("2023-02-19"), [np.nan, np.nan])
    np.testing.assert_array_equal(known("2023-02-20"), [326, np.nan])
    np.testing.assert_array_equal(known("2023-09-29"), [326, 5])
    np.testing.assert_array_equal(known("2023-09-30"), [400, 5])
    np.testing.assert_array_equal(known("2023-10-01"), [400, np.nan])


def test_pseudo_real_time_hides_what_was_not_yet_published_and_says_what_it_is():
    rows = [figure(m, float(n), series=s) for s in ("entries", "exits") for n, m in enumerate(MONTHS)]
    spec = corridor(entries={"exclude": ("2023-06",)}, exits={"delay_months": 2, "exclude": ("2023-01",)})
    whole = align(table(*rows), spec, months=MONTHS)
    seen = pseudo_vintage(whole, last_month="2023-04", delays=delays_of(spec))
    assert seen.mask.astype(int).tolist() == [[1, 1, 1, 1, 0, 0], [0, 1, 0, 0, 0, 0]]
    assert np.isnan(seen.values[~seen.mask]).all()
    assert seen.seen[1][2:] == ("", "", "", "")
    assert [(e.series, e.month) for e in seen.excluded] == [("exits", "2023-01")]
    assert (seen.pseudo_month, whole.pseudo_month) == ("2023-04", None)


def test_a_delay_of_an_unknown_series_is_refused():
    whole = align(table(figure("2023-01", 1.0)), corridor(entries={}), months=MONTHS)
    with pytest.raises(InputError, match=r"delays: entrys: .*did you mean 'entries'\?"):
        pseudo_vintage(whole, last_month="2023-02", delays={"entrys": 1})
    with pytest.raises(InputError, match="zero or more months; found 'entries': -1"):
        pseudo_vintage(whole, last_month="2023-02", delays={"entries": -1})


def test_all_series_that_do_not_fit_are_named_at_once():
    figures = table(
        figure("2023-01", 1.0),
        figure("2023-01", 1.0, series="waiting", kind="stock"),
        figure("2023", 1.0, series="yearly"),
        figure("2023-01", 1.0, series="venezuelans", group="VEN"),
    )
    said = refusal(figures, corridor(entrees={}, waiting={}, yearly={}, venezuelans={}))
    assert "no series 'entrees'; did you mean 'entries'?" in said
    assert "series.waiting.kind: expected 'stock', the kind of 'waiting' in the table of figures; found 'flow'" in said
    assert "series.yearly.figures: expected a monthly series; found 'yearly', which is yearly" in said
    assert "figures for CHN at a place; found figures only for VEN at b" in said


def test_months_must_be_in_order():
    with pytest.raises(InputError, match="months in order, each once; found 2023-02, 2023-01"):
        align(table(figure("2023-01", 1.0)), corridor(entries={}), months=["2023-02", "2023-01"])


def test_the_table_for_the_run_folder_has_a_row_for_each_visible_figure():
    spec = corridor(into={"figures": "entries", "exclude": ("2023-02",)})
    figures = table(figure("2023-01", 1.0, note="n"), figure("2023-02", 2.0), figure("2023-04", None))
    rows = observation_table(align(figures, spec, months=MONTHS))
    assert rows.column_names == [
        "series", "place", "group", "period", "kind", "unit", "value", "used", "publisher", "published_or_seen",
        "confidence", "note",
    ]  # fmt: skip
    assert [(r["series"], r["period"], r["value"], r["used"]) for r in rows.to_pylist()] == [
        ("into", "2023-01", 1.0, True),
        ("into", "2023-02", 2.0, False),
        ("into", "2023-04", None, False),
    ]
    assert rows.to_pylist()[0]["note"] == "n"


def test_a_table_without_rows_keeps_its_columns():
    seen = align(table(figure("2020-01", 1.0)), corridor(entries={}), months=MONTHS)
    assert observation_table(seen).num_rows == 0
    assert len(observation_table(seen).column_names) == 12
    assert seen.last_month is None
