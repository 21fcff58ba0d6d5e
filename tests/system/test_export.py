"""The export as people get it: every file opened and read, in both languages."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser

import openpyxl
import pyarrow.parquet as pq
import pytest
import report_fixture
import xarray as xr

from isthmus.cli import main
from isthmus.disclosure import Ledger
from isthmus.errors import DisclosureError, InputError, PolicyError, StoreError
from isthmus.report.export import FORMATS, export

NAME = "china-ecuador-us"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return report_fixture.build(tmp_path_factory.mktemp("runs") / f"{NAME}-0123456789ab")


@pytest.fixture(scope="module")
def english(run, tmp_path_factory):
    to = tmp_path_factory.mktemp("english")
    assert main(["export", str(run), "--to", str(to)]) == 0
    return to


@pytest.fixture(scope="module")
def spanish(run, tmp_path_factory):
    to = tmp_path_factory.mktemp("spanish")
    export(run, to, formats=("csv", "xlsx", "brief", "page"), language="es", ledger=Ledger())
    return to


def test_all_formats_are_written_and_nothing_else(english):
    names = sorted(path.name for path in english.iterdir())
    tables = [f"{table}.{end}" for table in ("flows", "forecast", "published") for end in ("csv", "parquet")]
    assert names == sorted([*tables, f"{NAME}.en.xlsx", f"{NAME}.geojson", f"{NAME}.nc", f"{NAME}.en.pdf", f"{NAME}.en.html"])


def test_csv_has_a_row_of_hashtags_under_the_header(english):
    with (english / "forecast.csv").open(encoding="utf-8", newline="") as handle:
        header, tags, *rows = csv.reader(handle)
    assert len(header) == len(tags)
    assert all(re.fullmatch(r"#[a-z0-9]+(\+[a-z0-9]+)*", tag) for tag in tags)
    assert {"#date+start", "#country+code", "#adm1+code", "#indicator+name", "#meta+source"} <= set(tags)
    at = {name: k for k, name in enumerate(header)}
    darien = next(row for row in rows if row[at["location"]] == "Darién" or "Darién" in row[at["indicator"]])
    assert darien[at["date_start"]].startswith("2024-")
    for row in rows:
        assert row[at["unit"]]
        assert row[at["kind"]] == "flow"
        assert row[at["source"]]
        assert all(row[at[name]] for name in ("lo50", "hi50", "lo90", "hi90")) == (row[at["status"]] == "released")


def test_pcodes_say_that_they_are_not_verified(run, tmp_path):
    from isthmus.report.export.hxl import pcodes

    assert pcodes()["PA", "Darién"]["pcode"] == "PA05"
    assert {row["confidence"] for row in pcodes().values()} == {"B"}
    files = export(run, tmp_path, formats=["geojson"], ledger=Ledger())
    places = [f for f in json.loads(files[0].read_text("utf-8"))["features"] if f["geometry"]["type"] == "Point"]
    coded = [place["properties"] for place in places if "adm1_pcode" in place["properties"]]
    assert coded
    assert all(place["pcode_confidence"] == "B" for place in coded)


def test_every_sheet_has_question_answer_unit_and_source(english):
    book = openpyxl.load_workbook(english / f"{NAME}.en.xlsx")
    assert book.sheetnames[0] == "Read first"
    assert len(book.sheetnames) >= 6
    for sheet in book.worksheets[1:]:
        assert sheet["A1"].value.endswith("?")
        assert sheet["A2"].value
        assert sheet["A3"].value
        heads = [cell.value for cell in sheet[5]]
        assert all(heads)
        assert "Unit" in heads or "without unit" in sheet["A3"].value or "no numbers of people" in sheet["A3"].value
        assert "Source" in heads or "Source" in sheet["A3"].value or "Sources" in sheet.title
        assert sheet.max_row > 5


def test_numbers_in_the_workbook_are_numbers(english):
    book = openpyxl.load_workbook(english / f"{NAME}.en.xlsx")
    sheet = book["Expected"]
    at = [cell.value for cell in sheet[5]].index("Median")
    medians = [row[at].value for row in sheet.iter_rows(min_row=6)]
    assert all(isinstance(value, int | float) and value % 5 == 0 for value in medians if value is not None)


def test_the_brief_has_two_pages_of_a4(english, spanish):
    for path in (english / f"{NAME}.en.pdf", spanish / f"{NAME}.es.pdf"):
        content = path.read_bytes()
        assert len(re.findall(rb"/Type\s*/Page\b", content)) == 2
        assert re.search(rb"/MediaBox\s*\[\s*0 0 595\.\d+ 841\.\d+", content)


def test_netcdf_and_parquet_hold_released_quantiles_and_no_draws(english):
    with xr.open_dataset(english / f"{NAME}.nc", engine="h5netcdf") as data:
        assert not {"sample", "draw", "chain"} & set(data.sizes)
        assert data.sizes["level"] == 5
        assert set(data["forecast_status"].values) <= {"released", "withheld"}
    rows = pq.read_table(english / "forecast.parquet").to_pylist()
    assert all(row["median"] % 5 == 0 for row in rows if row["median"] is not None)


def test_geojson_is_of_towns_and_says_that_it_is_no_route(english):
    content = json.loads((english / f"{NAME}.geojson").read_text("utf-8"))
    assert "Not route advice" in content["about"]
    for feature in content["features"]:
        shape = feature["geometry"]
        points = [shape["coordinates"]] if shape["type"] == "Point" else shape["coordinates"]
        assert len(points) <= 2
        assert all(round(x, 1) == x for point in points for x in point)


def test_official_counts_keep_their_granularity(english):
    with (english / "published.csv").open(encoding="utf-8", newline="") as handle:
        shown = [row for row in csv.DictReader(handle) if row["status"] == "released"]
    assert any(float(row["value"]) % 5 for row in shown)
    assert {row["basis"] for row in shown} == {"official count"}


class Words(HTMLParser):
    """Text nodes of a page without styles."""

    def __init__(self):
        super().__init__()
        self.texts, self.quiet = [], 0

    def handle_starttag(self, tag, attrs):
        self.quiet += tag == "style"

    def handle_endtag(self, tag):
        self.quiet -= tag == "style"

    def handle_data(self, data):
        if not self.quiet and data.strip():
            self.texts.append(" ".join(data.split()))


ENGLISH = re.compile(r"\b(the|of|and|with|from|that|which|is|are|were|not|by)\b")


def test_the_spanish_page_is_spanish_but_for_the_words_of_sources(spanish, run):
    """Citations and notes of the corridor file stay as they were published; everything else is Spanish."""
    page = (spanish / f"{NAME}.es.html").read_text("utf-8")
    assert '<html lang="es">' in page
    words = Words()
    # the model card is for those who judge a model, and in English only
    words.feed(re.sub(r'<section id="card".*?</section>', "", page, flags=re.DOTALL))
    published = (run / "corridor.yaml").read_text("utf-8") + (run / "figures.csv").read_text("utf-8")
    own = " ".join(published.split()).replace('"', "")
    left = [text for text in words.texts if len(ENGLISH.findall(text)) >= 2 and text.strip(" ().,;") not in own]
    left = [text for text in left if not any(part.strip(" ().,;") in own for part in re.split(r"[:;(]", text) if len(part) > 25)]
    assert left == []
    assert "Puede sumarse en el tiempo".lower() in page.lower()


def test_a_damaged_ledger_stops_the_export(run, tmp_path):
    ledger = tmp_path / "releases.jsonl"
    ledger.write_text("{not json\n")
    with pytest.raises(StoreError, match="put the ledger back from a copy"):
        Ledger.open(ledger)


def test_the_second_export_of_a_run_shows_the_same_numbers(run, tmp_path):
    ledger = Ledger(tmp_path / "releases.jsonl")
    one, two = (export(run, tmp_path / name, formats=["csv"], ledger=ledger)[0] for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    again = Ledger.open(tmp_path / "releases.jsonl")
    assert export(run, tmp_path / "three", formats=["csv"], ledger=again)[0].read_bytes() == one.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "docx"], "of csv, xlsx, geojson, parquet, netcdf, brief, page; found docx"),
        (["--language", "fr"], "one of en, es; found fr"),
    ],
)
def test_unknown_formats_and_languages_are_refused(arguments, said, run, tmp_path, capsys):
    assert main(["export", str(run), "--to", str(tmp_path), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_policy_that_loosens_floors_is_refused_with_all_reasons(run, tmp_path, capsys):
    policy = tmp_path / "policy.yaml"
    policy.write_text("smallest_count: 3\nrounding: 1\nnationality: {period: week, area: checkpoint}\n")
    assert main(["export", str(run), "--to", str(tmp_path / "to"), "--policy", str(policy)]) == 9
    said = capsys.readouterr().err
    assert "3 problems" in said
    for line in ("policy.yaml:1: smallest_count", "policy.yaml:2: rounding", "policy.yaml:3: nationality.period"):
        assert line in said
    assert not (tmp_path / "to").exists()


def test_a_stricter_policy_withholds_more(run, tmp_path):
    from isthmus.disclosure import load_policy

    path = tmp_path / "policy.yaml"
    path.write_text("smallest_count: 2500\nrounding: 50\n")
    files = export(run, tmp_path / "to", formats=["csv"], policy=load_policy(path), ledger=Ledger())
    with files[0].open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if not row["status"].startswith("#")]
    assert {row["status"] for row in rows} == {"released", "withheld"}
    assert all(float(row["value"]) >= 2500 and float(row["value"]) % 50 == 0 for row in rows if row["value"])


def test_formats_are_those_of_the_manual():
    assert FORMATS == ("csv", "xlsx", "geojson", "parquet", "netcdf", "brief", "page")
    assert issubclass(PolicyError, DisclosureError)
    assert InputError.exit_code == 2
