"""The commands about figures, as typed."""

from __future__ import annotations

import json

import pytest

from isthmus.cli import main

MAPPING = """\
name: ministry
publisher: Ministry of the Interior
licence: by e-mail
file: entries.csv
place: here
columns: {period: Month, group: Country}
series:
  - {name: ministry_entries, kind: flow, unit: persons, value: People, counts: entries at border posts}
"""
HEAD = "Month,Country,People\n"
STEADY = "".join(f"2023-{month:02d},China,{400 + month}\n" for month in range(1, 13))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ISTHMUS_DATA", str(tmp_path / "store"))
    (tmp_path / "ministry.yaml").write_text(MAPPING)
    (tmp_path / "entries.csv").write_text(HEAD + STEADY)
    return tmp_path


def run(capsys, *words):
    code = main(words)
    done = capsys.readouterr()
    return code, done.out, done.err


def test_a_spreadsheet_by_mail_goes_in_and_comes_out(capsys, folder):
    assert run(capsys, "data", "update", "ministry.yaml")[1] == "ministry: 12 new, 0 revised, 0 unchanged, 0 held back\n"
    code, out, _ = run(capsys, "data", "status")
    assert code == 0
    assert "shipped with china-ecuador-us" in out
    assert "ministry: 12 figures of 1 series to 2023-12" in out
    assert "2024-01 was due about 2024-03-01" in out
    assert run(capsys, "data", "export", "all.csv")[1] == "all.csv: 12 figures.\n"
    assert run(capsys, "data", "export", "all.zip")[0] == 0
    assert run(capsys, "data", "import", "all.zip", "--store", "other")[1] == "other: 12 figures.\n"
    assert run(capsys, "data", "export", "all.txt")[0] == 2


def test_what_is_held_back_is_shown_and_decided(capsys, folder):
    (folder / "entries.csv").write_text(HEAD + STEADY.replace("China,406", "China,4060"))
    assert "1 held back" in run(capsys, "data", "update", "ministry.yaml")[1]
    _, out, _ = run(capsys, "data", "review", "--html", "review.html")
    assert "4,060 in 2023-06, where its neighbours are about" in out
    assert "█" in out
    assert "[2023-06: 4,060]" in out
    assert "<svg" in (folder / "review.html").read_text(encoding="utf-8")
    assert "1 figures accepted" in run(capsys, "data", "review", "--accept", "1", "--reason", "a fair")[1]
    assert "a fair" in run(capsys, "data", "review", "--decided")[1]
    assert run(capsys, "data", "review")[1] == "Nothing to review.\n"
    assert run(capsys, "data", "review", "--accept", "7")[0] == 3


def test_everything_is_there_as_json(capsys, folder):
    _, out, _ = run(capsys, "data", "update", "ministry.yaml", "--json")
    assert json.loads(out)["sources"][0]["loaded"]["new"] == 12
    for words in (("status",), ("review",), ("export", "all.parquet")):
        assert json.loads(run(capsys, "data", *words, "--json")[1])
    verdict = json.loads(run(capsys, "claim", "Over 600,000 Chinese have sought asylum since 2012", "--json")[1])["claims"][0]
    assert verdict["answer"] == "a stock summed over years"
    code, out, _ = run(capsys, "data", "update", "nothing", "--json")
    assert code == 2
    assert "error" in json.loads(out)


def test_a_source_that_fails_is_said_and_the_others_go_on(capsys, folder):
    (folder / "bad.yaml").write_text(MAPPING.replace("name: ministry\n", "name: bad\n").replace("entries.csv", "absent.csv"))
    code, out, err = run(capsys, "data", "update", "bad.yaml", "ministry.yaml")
    assert code == 7
    assert "bad: failed; what the store holds is untouched" in out
    assert "ministry: 12 new" in out
    assert "absent.csv" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("data",), "the following arguments are required: ACTION"),
        (("data", "updat"), "update"),
        (("data", "update", "--group", "China"), "ISO 3166-1"),
        (("data", "update", "--with", "absent.py"), "no such file"),
        (("data", "export", "x.csv", "--as-of", "soon"), "not a date"),
        (("claim", "Many people came"), "a number of people"),
        (("claim", "absent.yaml"), "absent.yaml"),
    ],
)
def test_what_is_typed_wrong_is_said(capsys, words, said):
    code, _, err = run(capsys, *words)
    assert code == 2
    assert said in err


def test_a_damaged_store_is_said_and_the_last_good_state_shown(capsys, folder):
    run(capsys, "data", "update", "ministry.yaml")
    run(capsys, "data", "update", "ministry.yaml")
    max((folder / "store").glob("*.duckdb")).write_bytes(b"")
    code, out, err = run(capsys, "data", "status")
    assert code == 0
    assert "ministry: 12 figures" in out
    assert "the last good state is used" in err
