"""The store: what was known when, what is held back, and what is refused."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from stores import DAY, batch, fill

from isthmus.data.series import FlowSeries, StockSeries
from isthmus.data.store import Finding, Receipt, Rule, SourceRecord, Store, tables, transfer
from isthmus.errors import FiguresError, InputError, StoreError

RECORD = SourceRecord(
    "made_up", "Title", "Made up", "CC BY 4.0", "https://example.org/licence", "https://example.org", 30, "month"
)
LATER = DAY + dt.timedelta(days=31)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def test_a_store_that_was_never_written_is_empty(store):
    assert not store.exists
    with store.read() as reader:
        assert reader.names() == ()
        assert reader.states() == ()
        with pytest.raises(FiguresError, match="no such series"):
            reader.series("transits")
    assert not store.folder.exists()


def test_what_was_known_on_a_day(store):
    fill(store, ("CHN", "2023-12", 100.0), ("CHN", "2023-11", 90.0))
    fill(store, ("CHN", "2023-12", 103.0), ("CHN", "2024-01", 80.0), known=LATER)
    with store.read() as reader:
        assert reader.series("transits", as_of=DAY).points() == (("2023-11", 90.0), ("2023-12", 100.0))
        assert reader.series("transits").points() == (("2023-11", 90.0), ("2023-12", 103.0), ("2024-01", 80.0))
        assert [(row.period, row.value) for row in reader.figures(as_of=DAY).rows] == [("2023-11", 90.0), ("2023-12", 100.0)]
        assert [row.published_or_seen for row in reader.figures().rows if row.period == "2023-12"] == ["2024-01-31", "2024-03-02"]
        with pytest.raises(FiguresError, match="known on 2020-01-01"):
            reader.series("transits", as_of=dt.date(2020, 1, 1))


def test_figures_that_say_nothing_new_are_not_stored_again(store):
    assert fill(store, ("CHN", "2023-12", 100.0)).new == 1
    again = fill(store, ("CHN", "2023-12", 100.0), ("CHN", "2024-01", None), known=LATER)
    assert (again.new, again.revised, again.unchanged) == (1, 0, 1)
    back = fill(store, ("CHN", "2023-12", 99.0), ("CHN", "2023-12", 100.0, LATER), known=DAY + dt.timedelta(1))
    assert (back.new, back.revised) == (0, 2)


def test_kinds_come_back_as_types(store):
    fill(store, ("CHN", "2022", 5.0), ("CHN", "2023", 6.0), series="pending", kind="stock")
    fill(store, ("CHN", "2023-01", 5.0))
    with store.read() as reader:
        assert isinstance(reader.series("pending"), StockSeries)
        assert isinstance(reader.series("transits"), FlowSeries)
        assert reader.series("pending").span == ("2022", "2023")


@pytest.mark.parametrize("change", [{"kind": "stock"}, {"unit": "events"}])
def test_a_series_keeps_its_kind_and_unit(store, change):
    fill(store, ("CHN", "2023-12", 100.0))
    with pytest.raises(FiguresError, match="a series keeps its kind and unit"):
        fill(store, ("CHN", "2024-01", 100.0), **change)
    with store.read() as reader:
        assert reader.series("transits").periods == ("2023-12",)


def test_a_series_of_several_groups_places_or_sources_must_be_named(store):
    fill(store, ("CHN", "2023-12", 1.0), ("VEN", "2023-12", 2.0))
    fill(store, ("CHN", "2023-12", 3.0), source="another")
    with store.read() as reader:
        with pytest.raises(FiguresError, match="name place, group and source"):
            reader.series("transits", group="CHN")
        assert reader.series("transits", group="CHN", source="another").at("2023-12") == 3.0
        with pytest.raises(FiguresError, match="did you mean 'transits'"):
            reader.series("transit")


def test_held_figures_are_out_until_somebody_accepts_them(store):
    key = ("transits", "darien", "CHN")
    findings = (Finding("jump", "far off", held=True, key=key, period="2024-01"), Finding("rounded", "all multiples of 5"))
    with store.write() as writer:
        writer.describe(RECORD)
        loaded = writer.load("made_up", batch(("CHN", "2023-12", 1.0), ("CHN", "2024-01", 9.0), held=[False, True]))
        assert loaded.held == 1
        assert len(writer.note("made_up", findings)) == 2
        assert writer.note("made_up", findings) == ()
    with store.read() as reader:
        assert reader.series("transits").periods == ("2023-12",)
        held, noted = reader.findings()
        assert (held.value, held.finding.period, noted.value) == (9.0, "2024-01", None)
        assert reader.states()[0].n_held == 1
    with store.write() as writer:
        assert writer.decide([held.number], accept=True, reason="confirmed by telephone") == 1
    with store.read() as reader:
        assert reader.series("transits").at("2024-01") == 9.0
        assert reader.findings(decided=True)[0].reason == "confirmed by telephone"
    with pytest.raises(FiguresError, match="open findings"), store.write() as writer:
        writer.decide([held.number], accept=False, reason="")


def test_rejected_figures_stay_out_and_do_not_come_back(store):
    key = ("transits", "darien", "CHN")
    row = ("CHN", "2024-01", 9.0)
    with store.write() as writer:
        writer.load("made_up", batch(row, held=[True]))
        writer.note("made_up", [Finding("jump", "far off", held=True, key=key, period="2024-01")])
    with store.write() as writer:
        writer.decide([1], accept=False, reason="typing error")
    assert fill(store, row, known=LATER).unchanged == 1
    with store.read() as reader:
        assert reader.figures().rows == ()


def test_receipts_licences_and_addresses_go_with_the_figures(store):
    seen = dt.datetime(2024, 2, 1, 12)  # noqa: DTZ001  the store keeps UTC
    with store.write() as writer:
        writer.describe(RECORD)
        number = writer.receive(Receipt("made_up", "https://example.org/x.csv", seen, "0" * 64, 10, DAY, '"1"', None))
        writer.load("made_up", batch(("CHN", "2023-12", 1.0)), receipt=number)
    with store.read() as reader:
        row = reader.flat().to_pylist()[0]
        assert (row["licence"], row["url"], row["sha256"]) == ("CC BY 4.0", "https://example.org/x.csv", "0" * 64)
        assert reader.validators("https://example.org/x.csv") == ('"1"', None)
        assert reader.validators("https://example.org/y.csv") == (None, None)


def test_entry_rules_as_known_on_a_day(store):
    with store.write() as writer:
        assert writer.add_rules("visa", [Rule("CHN", "ecu", "visa_free", 90, DAY)]) == 1
        assert writer.add_rules("visa", [Rule("CHN", "ecu", "visa_free", 90, LATER)]) == 0
        assert writer.add_rules("visa", [Rule("CHN", "ecu", "visa_required", None, LATER)]) == 1
    with store.read() as reader:
        assert reader.rules(as_of=DAY)[0].requirement == "visa_free"
        assert reader.rules()[0].requirement == "visa_required"


def test_a_whole_store_goes_elsewhere(store, tmp_path):
    fill(store, ("CHN", "2023-12", 100.0), ("CHN", "2024-01", None))
    fill(store, ("CHN", "2023-12", 101.0), known=LATER)
    file, other = tmp_path / "all.zip", Store(tmp_path / "other")
    assert transfer.export_store(store, file) == 3
    assert transfer.import_store(other, file) == 3
    with store.read() as one, other.read() as two:
        for name in tables.TABLES:
            assert one.table(name).equals(two.table(name)), name
    with pytest.raises(InputError, match="--replace"):
        transfer.import_store(other, file)
    assert transfer.import_store(other, file, replace=True) == 3


def test_a_damaged_export_is_not_imported(store, tmp_path):
    fill(store, ("CHN", "2023-12", 100.0))
    file, other = tmp_path / "all.zip", Store(tmp_path / "other")
    transfer.export_store(store, file)
    whole = file.read_bytes()
    for cut in (whole[:-50], whole[:100], b"no archive", whole.replace(b"PAR1", b"PAR2", 1)):
        file.write_bytes(cut)
        with pytest.raises(StoreError, match="nothing was imported"):
            transfer.import_store(other, file)
    assert not other.exists


def test_figures_as_one_table(store, tmp_path):
    import pyarrow.parquet as pq

    fill(store, ("CHN", "2023-12", 100.0), ("CHN", "2024-01", 5.0, LATER))
    assert transfer.write_parquet(store, tmp_path / "all.parquet") == 2
    assert transfer.write_csv(store, tmp_path / "old.csv", as_of=DAY) == 1
    assert pq.read_table(tmp_path / "all.parquet").column("period").to_pylist() == ["2023-12", "2024-01"]
    assert "2023-12" in (tmp_path / "old.csv").read_text()


def test_a_store_of_the_first_version_is_brought_up_to_date(store, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr(tables, "VERSION", 1)
        earlier.setattr(tables, "MIGRATIONS", tables.MIGRATIONS[:1])
        with store.write() as writer:
            writer._connection.execute(
                "INSERT INTO series VALUES (1, 'a', 'old', 'here', 'CHN', 'flow', 'persons', 'P', 'month')"
            )
            writer._connection.execute("INSERT INTO figures VALUES (1, 1, 24275, 7, '2023-01-01', now(), NULL, 0, 'S', NULL)")
    with store.read() as reader:
        assert reader.series("old").at("2022-12") == 7.0
        assert reader.rules() == ()
        assert reader.keys("a") == {("old", "here", "CHN"): ""}


def test_a_store_of_a_later_version_is_refused_untouched(store, monkeypatch):
    with monkeypatch.context() as later:
        later.setattr(tables, "VERSION", tables.VERSION + 1)
        fill(store, ("CHN", "2023-12", 1.0))
    for use in (store.read, store.write):
        with pytest.raises(StoreError, match="update Isthmus"), use():
            pass


def test_nothing_in_a_store_may_read_other_files(store, tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    fill(store, ("CHN", "2023-12", 1.0))
    with store.read() as reader, pytest.raises(duckdb.PermissionException):
        reader._connection.execute(f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")
