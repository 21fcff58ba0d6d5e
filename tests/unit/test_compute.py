"""Units give the same results wherever they run, and are not done twice."""

from __future__ import annotations

import numpy as np
import pieces
import pytest

from isthmus.compute import Folder, Unit, beside, place_of, run
from isthmus.compute.arrays import decode, encode
from isthmus.compute.place import processors
from isthmus.errors import InputError, ModelError, OutputError


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*.parquet")}


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 0, 3)),
        np.array(1.5),
        np.arange(6, dtype=np.int32).reshape(2, 3),
        np.array([[True, False]]),
        np.array(["é", ""]),
    ],
    ids=["empty", "scalar", "integers", "truth", "text"],
)
def test_arrays_come_back_as_they_were(array):
    back = decode(encode({"x": array}))["x"]
    assert back.shape == array.shape
    assert back.dtype.kind == array.dtype.kind
    np.testing.assert_array_equal(back, array)
    if array.dtype.kind != "U":
        assert back.dtype == array.dtype
    assert encode({"x": array}) == encode({"x": array})


def test_missing_numbers_stay_missing():
    np.testing.assert_array_equal(decode(encode({"x": np.array([1.0, np.nan, -np.inf])}))["x"], [1.0, np.nan, -np.inf])


def test_a_damaged_file_is_recognised():
    content = encode({"x": np.arange(100.0)})
    for broken in (content[:-20], b"", content[:40] + bytes([content[40] ^ 1]) + content[41:]):
        with pytest.raises(ValueError, match=r".+"):
            decode(broken)


def test_results_come_in_order_and_are_the_same_on_processes(tmp_path):
    units = pieces.units(pieces.squares, 7)
    here = list(run(units, storage=Folder(tmp_path / "here")))
    there = list(run(units, on="processes:2", worth_seconds=0, storage=Folder(tmp_path / "there")))
    assert [unit.draws for unit, _ in there] == [unit.draws for unit in units] == [unit.draws for unit, _ in here]
    assert contents(tmp_path / "here") == contents(tmp_path / "there")
    assert len(contents(tmp_path / "here")) == 7
    np.testing.assert_array_equal(here[3][1]["square"], [36, 49])


def test_what_is_there_is_not_done_again(tmp_path):
    marks = tmp_path / "marks"
    units = pieces.units(pieces.counted, 5, marks=str(marks))
    list(run(units[:3], storage=Folder(tmp_path)))
    list(run(units, storage=Folder(tmp_path)))
    assert marks.read_text().split() == ["0", "2", "4", "6", "8"]


def test_little_work_is_done_here_and_said(tmp_path):
    said = []
    units = pieces.units(pieces.squares, 16)
    assert len(list(run(units, on="processes:2", storage=Folder(tmp_path), say=said.append))) == 16
    assert len(said) == 1
    assert "done here, which is sooner than on processes:2" in said[0]


def test_a_damaged_result_is_done_again(tmp_path):
    units = pieces.units(pieces.squares, 3)
    whole = dict(enumerate(result["draws"] for _, result in run(units, storage=Folder(tmp_path))))
    file = tmp_path / units[1].address
    file.write_bytes(file.read_bytes()[:50])
    again = [result["draws"] for _, result in run(units, storage=Folder(tmp_path))]
    np.testing.assert_array_equal(again[1], whole[1])


def test_a_stopped_job_goes_on_where_it_was(tmp_path):
    marks = tmp_path / "marks"
    units = pieces.units(pieces.counted, 6, marks=str(marks))
    results = run(units, storage=Folder(tmp_path))
    next(results)
    next(results)
    results.close()
    assert len(list(run(units, storage=Folder(tmp_path)))) == 6
    assert sorted(map(int, marks.read_text().split())) == [0, 2, 4, 6, 8, 10]


def test_workers_that_die_take_nothing_with_them(tmp_path):
    arguments = {"marks": str(tmp_path / "marks"), "kills": [2]}
    disturbed = list(
        run(pieces.units(pieces.deadly, 6, **arguments), on="processes:2", worth_seconds=0, storage=Folder(tmp_path / "a"))
    )
    calm = list(run(pieces.units(pieces.deadly, 6, marks="", kills=[]), storage=Folder(tmp_path / "b")))
    assert len(disturbed) == len(calm) == 6
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_unit_that_always_kills_its_worker_is_named(tmp_path):
    units = pieces.units(pieces.deadly, 4, marks=str(tmp_path / "marks"), kills=[2], always=True)
    with pytest.raises(ModelError, match=r"test draws 2-3: .*workers that were killed"):
        list(run(units, on="processes:2", worth_seconds=0, storage=Folder(tmp_path)))


def test_what_the_work_says_is_said(tmp_path):
    for on in ("local", "processes:2"):
        with pytest.raises(ModelError, match="leg a_b: expected a duration"):
            list(run([Unit(pieces.refuses, "a", "test", draws=(k, k + 1)) for k in range(2)], on=on))


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "units").write_text("a file where a folder should be")
    with pytest.raises(OutputError, match="units"):
        list(run(pieces.units(pieces.squares, 1), storage=Folder(tmp_path)))


@pytest.mark.parametrize("text", ["local:2", "processes:0", "processes:x", "processes:99999", "cloud", "dask:here", ""])
def test_a_place_that_is_none_is_refused(text):
    with pytest.raises(InputError, match="expected local, processes"):
        place_of(text)


@pytest.mark.parametrize("text", ["local", "processes:3", "dask:2", "dask:tcp://10.0.0.5:8786"])
def test_places_are_read_as_they_are_written(text):
    assert str(place_of(text)) == text


def test_units_done_beside_other_work_are_there_afterwards_and_the_same(tmp_path):
    units = pieces.units(pieces.squares, 3)
    list(run(units, storage=Folder(tmp_path / "here")))
    told = []
    with beside(units, Folder(tmp_path / "there")) as wait:
        wait(lambda: told.append(1))
    if processors() > 1:
        assert all(Folder(tmp_path / "there").has(unit.address) for unit in units)
    list(run(units, storage=Folder(tmp_path / "there")))
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    assert told or processors() == 1
