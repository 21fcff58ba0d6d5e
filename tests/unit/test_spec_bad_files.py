"""Files that are not a corridor at all: refused in words, in little time and memory."""

import os
import time

import pytest

from isthmus.errors import SpecError
from isthmus.spec.load import load, shipped

GOOD = shipped()["china-ecuador-us"].read_text(encoding="utf-8")
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(n + 1)}: &{chr(n + 1)} [{', '.join(['*' + chr(n)] * 9)}]\n" for n in range(ord("a"), ord("m"))
)


def refused(path):
    with pytest.raises(SpecError) as caught:
        load(path)
    return str(caught.value)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "corridor.yaml"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "found an empty file"),
        (b"# only a remark\n", "found an empty file"),
        (b"- a\n- b\n", "expected a mapping with the keys of a corridor"),
        (b"just words", 'found "just words"'),
        (b"a: 1\n", "expected `legs`"),
        (GOOD.encode("latin-1"), "corridor.yaml:5: expected text in UTF-8; found the byte 0xE9"),
        (GOOD.encode("utf-16"), "found text in UTF-16"),
        (GOOD.encode()[:700] + b"\x00\x00", "the control character U+0000"),
        (b'title: "a\\u0000b"\n', "the control character U+0000"),
        (b'title: "\\ud800"\n', "the control character U+D800"),
        (LAUGHS.encode(), "aliases counted as often as they are used"),
        (b"a: &a [*a]\n", "*a, which is not complete there"),
        (b"a: *b\n", "alias"),
        (b"a: " + b"[" * 15_000, "at most 24 levels of nesting"),
        (b"a: " + b"{b: " * 4_000, "at most 24 levels of nesting"),
        (b"\n".join(b" " * n + b"a:" for n in range(400)), "at most 24 levels of nesting"),
        (b"a: " + b"x" * 30_000, "lines of at most 20000 characters"),
        (b"a:\n" + b"- 1\n" * 60_000, "at most 50000 values"),
        (b"a: !!python/object/apply:os.system [echo]\n", "python/object/apply:os.system"),
        (b"a: [1, 2\n", "close every ["),
        (b"a:\n\tb: 1\n", "with spaces, not with tabs"),
        (b"a: b: c\n", "corridor.yaml:1"),
        (b"a: 1\n---\nb: 2\n", "one YAML document"),
        (b"[a]: 1\n", "a list or mapping as the key"),
        (b"%YAML 9.9\n---\na: 1\n", "corridor.yaml"),
    ],
)
def test_content_that_is_no_corridor(file, content, words):
    file.write_bytes(content)
    begun = time.process_time()
    said = refused(file)
    assert words in said
    assert said.startswith(("corridor.yaml", "1. corridor.yaml"))
    assert "Traceback" not in said
    assert time.process_time() - begun < 5


def test_a_file_of_50_mb_is_refused_without_being_read(file):
    with file.open("wb") as stream:
        stream.truncate(50_000_000)
    begun = time.process_time()
    assert "a file of at most 1 MB; found 50.0 MB" in refused(file)
    assert time.process_time() - begun < 0.5


def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "corridor.yaml")
    assert "found a device or pipe" in refused(tmp_path / "corridor.yaml")


def test_a_folder_named_like_a_file_is_refused(file):
    file.mkdir()
    assert "corridor.yaml" in refused(file)
    assert "a folder" in refused(file.parent)


def test_the_time_for_a_large_file_full_of_faults_is_bounded(file):
    legs = "".join(
        f"  leg{n}: {{from: nowhere{n}, to: china, mode: car, duration: 5, price: [1, -2], risk: 9}}\n" for n in range(800)
    )
    file.write_text(GOOD.replace("\nlegs:\n", "\nlegs:\n" + legs, 1), encoding="utf-8")
    begun = time.process_time()
    said = refused(file)
    assert "more problems; mend these first" in said
    assert len(said.split("\n")) == 201
    assert time.process_time() - begun < 15
