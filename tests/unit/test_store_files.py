"""The store's files: killed writers, two writers, damaged files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from stores import fill

from isthmus.data.store import Store, generations
from isthmus.errors import FiguresError, StoreError

TESTS = str(Path(__file__).parents[1])


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def points(store):
    with store.read() as reader:
        return reader.series("transits").points()


def newest(store, suffix):
    return max(store.folder.glob(f"*.{suffix}"))


def start(store, script):
    code = "import sys; sys.path.insert(0, sys.argv[1])\nfrom pathlib import Path\nfrom stores import batch, fill\n"
    code += "from isthmus.data.store import Store\nstore = Store(Path(sys.argv[2]))\n" + textwrap.dedent(script)
    return subprocess.Popen(
        [sys.executable, "-c", code, TESTS, str(store.folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_writer_killed_at_any_moment_leaves_the_last_good_state(store):
    """One process writes without end; it is killed at moments spread over its writes, and every time the store is whole."""
    groups = ("CHN", "VEN", "IND")
    fill(store, *((group, "2000-01", 0.0) for group in groups))
    states = []
    for wait in (0.0, 0.013, 0.029):
        process = start(
            store,
            """
            n = 0
            while True:
                n += 1
                print(n, flush=True)
                fill(store, *((g, "2000-01", float(n)) for g in ("CHN", "VEN", "IND")))
            """,
        )
        while int(process.stdout.readline()) < 3:
            pass
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with store.read() as reader:
            assert reader.damaged == ()
            values = {group: reader.series("transits", group=group).at("2000-01") for group in groups}
        assert len(set(values.values())) == 1, "half of a write was kept"
        states.append(values["CHN"])
        fill(store, *((group, "2000-01", 0.0) for group in groups))
    assert min(states) > 0
    left = {path.suffix for path in store.folder.iterdir()}
    assert left <= {".duckdb", ".json", ""}, "no scratch file outlives the next write"


def test_a_failed_write_changes_nothing(store):
    fill(store, ("CHN", "2023-12", 1.0))
    before = sorted(path.name for path in store.folder.iterdir())
    with pytest.raises(FiguresError), store.write() as writer:  # noqa: PT012  the write before the fault is the point
        writer.attempt("a", "b", "c")
        writer.decide([1], accept=True, reason="")
    assert sorted(path.name for path in store.folder.iterdir()) == before


def test_two_processes_write_in_turn_and_nothing_is_lost(store):
    script = """
        for n in range(4):
            fill(store, (sys.argv[3], f"2000-{n + 1:02d}", float(n)))
    """
    code = textwrap.dedent(script)
    both = [start(store, code.replace("sys.argv[3]", repr(group))) for group in ("CHN", "VEN")]
    for process in both:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    with store.read() as reader:
        for group in ("CHN", "VEN"):
            assert len(reader.series("transits", group=group).periods) == 4


def test_a_reader_is_not_disturbed_by_a_writer(store):
    fill(store, ("CHN", "2023-12", 1.0))
    with store.read() as reader:
        for n in range(5):
            fill(store, ("CHN", "2023-12", float(n + 2)))
        assert reader.series("transits").at("2023-12") == 1.0
    assert points(store) == (("2023-12", 6.0),)
    assert len(list(store.folder.glob("*.duckdb"))) == generations.KEPT


def test_a_writer_does_not_wait_for_ever(store):
    with store.write(), pytest.raises(StoreError, match="another process"), store.write(wait=0.1):
        pass


@pytest.mark.parametrize("damage", ["truncated", "flipped", "emptied", "removed", "note"])
def test_a_damaged_state_is_recognised_and_the_last_good_one_used(store, damage):
    fill(store, ("CHN", "2023-12", 1.0))
    fill(store, ("CHN", "2023-12", 2.0))
    file = newest(store, "duckdb")
    content = file.read_bytes()
    if damage == "truncated":
        os.truncate(file, len(content) // 2)
    elif damage == "flipped":
        file.write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])
    elif damage == "emptied":
        file.write_bytes(b"")
    elif damage == "removed":
        file.unlink()
    else:
        newest(store, "json").write_text("{")
    with store.read() as reader:
        assert reader.series("transits").at("2023-12") == 1.0
        assert "the last good state is used" in str(reader.damaged[0])
    fill(store, ("CHN", "2023-12", 3.0))
    assert points(store) == (("2023-12", 3.0),)
    with store.read() as reader:
        assert reader.damaged == ()


def test_a_store_damaged_beyond_its_last_states_says_so(store):
    fill(store, ("CHN", "2023-12", 1.0))
    newest(store, "duckdb").write_bytes(b"x")
    for use in (store.read, store.write):
        with pytest.raises(StoreError, match="1 bytes"), use():
            pass


def test_a_file_that_is_whole_but_no_database_says_so(store):
    fill(store, ("CHN", "2023-12", 1.0))
    file, note = newest(store, "duckdb"), newest(store, "json")
    file.write_bytes(b"not a database" * 1000)
    note.write_text(json.dumps({"sha256": generations._sha256(file), "size": file.stat().st_size}))
    with pytest.raises(StoreError, match="DuckDB file"), store.read():
        pass


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(StoreError, match="a folder that can be written"), Store(file / "store").write():
        pass
