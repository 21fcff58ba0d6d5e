"""`isthmus forecast --partial` on the tiny corridor: what was counted of the month under way moves it, and the files say so."""

import csv
import json
from types import SimpleNamespace

import pytest

import toy
from isthmus.cli import main

pytestmark = pytest.mark.slow

MONTH, NEXT = "2023-05", "2023-06"
"""The months after the last one fitted."""


def forecast(out, capsys, *options):
    """Rows of ``forecast.csv`` by series and month, what was counted, and what was printed."""
    command = ["forecast", str(toy.TINY / "corridor.yaml"), "--quick", "--quiet", "--seed", "1", "--out", str(out), *options]
    assert main(command) == 0
    (folder,) = out.glob("tiny-*")
    with (folder / "forecast.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["series"], row["period"]): row for row in csv.DictReader(file) if row["model"] == "isthmus"}
    counted = json.loads((folder / "nowcast.json").read_text("utf-8"))
    return SimpleNamespace(rows=rows, counted=counted, said=capsys.readouterr().out, folder=folder)


def median(found, series, month=MONTH):
    return float(found.rows[series, month]["median"])


def width(found, series, month=MONTH):
    row = found.rows[series, month]
    return float(row["hi90"]) / float(row["lo90"])


def counts(path, value, reported=""):
    """Twenty days of May: the first ten all in, and of the next ten what ``reported`` says."""
    rows = [f"town_entries,{MONTH}-01,{MONTH}-10,{value},", f"town_entries,{MONTH}-11,{MONTH}-20,{value},{reported}"]
    path.write_text("\n".join(["series,from,to,value,reported", *rows]) + "\n", "utf-8")
    return "--partial", str(path)


def test_what_was_counted_so_far_moves_the_month_and_what_follows_from_it(tmp_path, capsys):
    out, path = tmp_path / "runs", tmp_path / "partial.csv"
    plain = forecast(out, capsys)
    assert plain.counted == []
    assert "counted    " not in plain.said
    pace = round(median(plain, "town_entries") * 10 / 31)

    many = forecast(out, capsys, *counts(path, round(1.25 * pace)))
    assert many.folder == plain.folder
    assert many.counted == [{"series": "town_entries", "month": MONTH, "share_of_days": 0.6452, "share_reported": 1.0}]
    assert "counted    town_entries, 65% of the days of 2023-05\n" in many.said
    assert 1.08 < median(many, "town_entries") / median(plain, "town_entries") < 1.25
    assert width(many, "town_entries") < 0.8 * width(plain, "town_entries")
    for series in ("town_entries", "end_events"):  # who came to Town goes on to End
        assert median(many, series, NEXT) > 1.02 * median(plain, series, NEXT)

    # the same counts, of which the later half is half in: more people are behind them, and less is known of how many
    late = forecast(out, capsys, *counts(path, round(1.25 * pace), 0.5))
    assert late.counted == [{"series": "town_entries", "month": MONTH, "share_of_days": 0.6452, "share_reported": 0.75}]
    assert "counted    town_entries, 65% of the days of 2023-05, about 75% complete\n" in late.said
    assert median(late, "town_entries") > 1.05 * median(many, "town_entries")
    assert width(late, "town_entries") > width(many, "town_entries")

    few = forecast(out, capsys, *counts(path, round(0.6 * pace)))
    assert median(few, "town_entries") < 0.9 * median(plain, "town_entries")


def test_a_page_that_is_there_is_made_again_with_what_was_counted(tmp_path, capsys):
    out = tmp_path / "runs"
    source = str(toy.TINY / "corridor.yaml")
    assert main(["run", source, "--quick", "--quiet", "--seed", "1", "--out", str(out), "--language", "es"]) == 0
    (folder,) = out.glob("tiny-*")
    pages = [folder / "report.html", folder / "report.es.html"]
    for page, words in zip(pages, ("nowcast where", "inmediato donde"), strict=True):
        assert words not in page.read_text("utf-8")
    forecast(out, capsys, *counts(tmp_path / "partial.csv", 200, 0.5))
    english, spanish = (page.read_text("utf-8").replace("\N{NO-BREAK SPACE}", " ") for page in pages)
    assert "entries to Town, 65 % of the days of May 2023 (count about 75 % complete)" in english
    assert "65 % de los días de" in spanish
    forecast(out, capsys)
    for page, words in zip(pages, ("nowcast where", "inmediato donde"), strict=True):
        assert words not in page.read_text("utf-8")


def test_all_that_is_wrong_is_said_before_anything_is_computed(tmp_path, capsys):
    path = tmp_path / "partial.csv"
    path.write_text(
        "series,from,to,value,reported\ntown_entries,2023-04-01,2023-04-30,400,\ntown_entrances,2023-05-01,2023-06-20,-1,1.5\n",
        "utf-8",
    )
    command = ["forecast", str(toy.TINY / "corridor.yaml"), "--quick", "--quiet", "--out", str(tmp_path / "runs")]
    assert main([*command, "--partial", str(path)]) == 3
    said = capsys.readouterr().err
    for place in ("2: from, to", "3: series", "3: from, to", "3: value", "3: reported"):
        assert f"{path}:{place}: expected" in said
    assert not (tmp_path / "runs").exists()
