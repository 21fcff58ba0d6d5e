"""Results are reduced exactly, in bounded memory, and blocks fit the memory there is."""

from __future__ import annotations

import re

import numpy as np
import pieces
import pyarrow.parquet as pq
import pytest

from isthmus.compute import Folder, Unit, run
from isthmus.compute import reduce as reducing
from isthmus.compute.blocks import block_size, free_bytes, how_many_fit
from isthmus.compute.reduce import quantiles, to_parquet
from isthmus.compute.unit import done


def results(n, size=3):
    return ((unit, done(unit)) for unit in pieces.units(pieces.squares, n, size=size))


def test_quantiles_are_those_of_all_draws_at_once(monkeypatch):
    monkeypatch.setattr(reducing, "BLOCK_BYTES", 500)  # a few cells at a time
    everything = np.concatenate([result["draws"] for _, result in results(20)])
    np.testing.assert_array_equal(
        quantiles(results(20), "draws", (0.05, 0.5, 0.95)), np.quantile(everything, (0.05, 0.5, 0.95), axis=0)
    )


def test_draws_of_other_shapes_are_refused():
    units = [(Unit(pieces.squares, "a", "t", draws=(k, k + 1)), {"x": np.zeros((1, 2 + k))}) for k in range(2)]
    with pytest.raises(ValueError, match="shape"):
        quantiles(units, "x", (0.5,))
    with pytest.raises(ValueError, match="no draws"):
        quantiles([], "x", (0.5,))


def test_a_row_a_unit_in_as_many_row_groups_as_it_takes(tmp_path, monkeypatch):
    monkeypatch.setattr(reducing, "BLOCK_BYTES", 20_000)
    assert to_parquet(results(30), tmp_path / "all.parquet") == 30
    file = pq.ParquetFile(tmp_path / "all.parquet")
    assert file.num_row_groups > 2
    table = file.read()
    assert table["first_draw"].to_pylist() == [3 * k for k in range(30)]
    assert table["square"].to_pylist()[5] == [225, 256, 289]


def test_a_stream_that_breaks_leaves_no_file(tmp_path):
    def broken():
        yield from results(2)
        msg = "a worker is gone"
        raise RuntimeError(msg)

    with pytest.raises(RuntimeError):
        to_parquet(broken(), tmp_path / "all.parquet")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("bytes_each", "room", "size"),
    [(1e6, 1e9, 250), (1e6, 60e6, 50), (1e6, 1e3, 1), (0.0, 1e9, 250)],
    ids=["", "small", "tiny", "0"],
)
def test_blocks_fit_into_their_room(bytes_each, room, size):
    assert block_size(250, bytes_each, room) == size


def test_no_more_workers_than_there_is_memory_for():
    assert how_many_fit(8, 1e9, free=5e9) == 4
    assert how_many_fit(8, 1e9, free=1e12) == 8
    assert how_many_fit(8, 1e9, free=1e6) == 1


def test_too_little_memory_is_said_and_kept_to(tmp_path, monkeypatch):
    units = pieces.units(pieces.squares, 4)
    list(run(units[:1], storage=Folder(tmp_path)))
    (costs,) = (tmp_path / "costs").iterdir()
    costs.write_text(re.sub(r'"peak_mb": [0-9.]+', '"peak_mb": 999999999', costs.read_text()))
    said = []
    list(run(units, on="processes:2", storage=Folder(tmp_path), say=said.append, worth_seconds=0))
    assert said[0].startswith("test: 1 workers instead of 2, as each takes 999,999,999 MB")


def test_free_memory_is_the_smaller_of_machine_and_container(tmp_path):
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:    5000 kB\n")
    assert free_bytes(tmp_path / "meminfo", tmp_path) == 5000 * 1024
    (tmp_path / "memory.max").write_text("3000000\n")
    (tmp_path / "memory.current").write_text("1000000\n")
    assert free_bytes(tmp_path / "meminfo", tmp_path) == 2e6
    assert free_bytes(tmp_path / "none", tmp_path) == 2e9
