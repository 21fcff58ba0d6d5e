"""The page as a reader meets it: structure, words, what it says first, and that it needs nothing else."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from report_fixture import build

from isthmus.errors import InputError, OutputError
from isthmus.report.card import INFERENCE, MODELS, card_facts
from isthmus.report.language import say, speaking
from isthmus.report import RunView, render, write_report

VOID = {"meta", "br", "img", "link", "hr", "input"}


class Page(HTMLParser):
    """Elements with their attributes and the text inside, and every open element at each."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[dict] = []
        self.open: list[dict] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "attrs": dict(attrs), "text": "", "inside": list(self.open), "children": []}
        if self.open:
            self.open[-1]["children"].append(element)
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1]["tag"] == tag, f"</{tag}> closes <{self.open[-1]['tag']}>"
        self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def all(self, tag):
        return [e for e in self.elements if e["tag"] == tag]


def within(element, outer) -> bool:
    return any(e is outer for e in element["inside"])


def squeezed(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return build(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def text(folder):
    return render(RunView.load(folder))


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_elements_are_closed_in_order_and_ids_are_unique(page):
    assert page.open == []
    ids = [e["attrs"]["id"] for e in page.elements if "id" in e["attrs"]]
    assert len(ids) == len(set(ids))


def test_every_picture_has_a_title_and_a_description(page):
    pictures = page.all("svg")
    assert len(pictures) >= 12
    by_id = {e["attrs"]["id"]: e for e in page.elements if "id" in e["attrs"]}
    for picture in pictures:
        assert picture["attrs"]["role"] == "img"
        for part, tag in zip(picture["attrs"]["aria-labelledby"].split(), ("title", "desc"), strict=True):
            assert by_id[part]["tag"] == tag
            assert within(by_id[part], picture)
            assert len(by_id[part]["text"]) > 10


def test_every_figure_has_a_finding_a_source_and_a_table_with_rows(page):
    figures = page.all("figure")
    assert len(figures) >= 12
    for figure in figures:
        inside = [e for e in page.elements if within(e, figure)]
        heading = next(e for e in inside if e["tag"] in {"h3", "h4"})
        assert len(heading["text"]) > 15
        about = next(e for e in inside if "about" in e["attrs"].get("class", ""))
        assert "Source" in about["text"]
        rows = [e for e in inside if e["tag"] == "tr"]
        assert len(rows) >= 2
        widths = {len([c for c in row["children"] if c["tag"] in {"th", "td"}]) for row in rows}
        assert len(widths) == 1


def test_titles_say_a_finding_with_a_number(page):
    headings = [e["text"] for e in page.elements if e["tag"] in {"h3", "h4"} and any(i["tag"] == "figure" for i in e["inside"])]
    for heading in headings:
        assert re.search(r"\d|one|two|three|four|five|six|every", heading), heading


def test_nothing_comes_from_a_network(text, page):
    assert not page.all("script")
    assert not page.all("link")
    assert not page.all("img")
    for element in page.elements:
        for name, value in element["attrs"].items():
            if name in {"src", "srcset", "data", "poster", "xlink:href"}:
                pytest.fail(f"{element['tag']} {name}={value}")
            if name == "href":
                assert element["tag"] == "a"
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    assert "default-src 'none'" in text


def test_page_is_small(text):
    assert len(text.encode()) < 1_500_000


def test_light_dark_print_and_phone_are_styled(text):
    for rule in ("prefers-color-scheme: dark", "@media print", "size: A4", "max-width: 640px"):
        assert rule in text


def test_words_for_people(text):
    for word in ("illegal", "wave", "threat", "alien", "flood", "cheapest route", "safest route"):
        assert not re.search(rf"\b{word}s?\b", text, re.IGNORECASE), word


def test_every_modelled_number_of_the_headline_has_an_interval(page):
    points = next(e for e in page.elements if e["attrs"].get("class") == "points")
    expectation = next(e for e in page.all("dd") if within(e, points) and "the model has" in e["text"])
    assert squeezed(expectation["text"]).count("(90 % interval") == 2


def test_sections_come_in_order(page):
    sections = [e["attrs"]["id"] for e in page.all("section")]
    assert sections == [
        "headline",
        "map",
        "checkpoints",
        "learned",
        "backtest",
        "claims",
        "journey",
        "card",
        "limits",
        "provenance",
    ]


def test_the_card_says_what_it_may_be_used_for_and_what_is_known_to_fail(folder, page):
    section = next(e for e in page.all("section") if e["attrs"]["id"] == "card")
    words = squeezed(section["text"])
    for part in ("intended", "excluded", "Route advice", "Known failures", "has not been validated", "INEC Ecuador"):
        assert part in words, part
    facts = card_facts(RunView.load(folder))
    assert [row["horizon"] for row in facts["skill"]] == [1, 2, 3, 4, 5, 6]
    assert json.dumps(facts, allow_nan=False)


def test_the_card_finds_its_failures_in_the_run(tmp_path):
    folder = build(tmp_path / "run", converged=False, skill=1.6)
    (folder / "leaderboard.json").write_text('{"not_pooled": {"zeros": "all figures are zero"}}')
    ranked = {"quantities": 30, "uniform": 28}
    coverage = {"jumps": {"ahead90": 0.7}, "recount": {"ahead90": 0.9}}
    (folder / "validation.json").write_text(json.dumps({"ranked": ranked, "coverage": coverage}))
    said = " ".join(card_facts(RunView.load(folder))["failures"])
    for words in ("failed its diagnostics", "No skill shown", "zeros", "not uniform for 2", "heavy-tailed shocks"):
        assert words in said, words
    assert "change of counting" not in said


def test_the_card_takes_up_what_the_backtest_found_in_both_languages(tmp_path):
    folder = build(tmp_path / "run")
    ours = {"model": "isthmus", "track": "real_time", "against": "random_walk", "relative_skill": 0.9, "lo": 0.8, "hi": 0.95}
    rows = [
        {**ours, "scope": "all", "part": "all", "covered90": 0.82},
        {**ours, "scope": "half", "part": "first", "covered90": 0.73},
        {**ours, "scope": "half", "part": "second", "covered90": 0.93},
        {**ours, "scope": "all", "part": "all", "against": "theta", "covered90": 0.9, "hi": 1.03},
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / "leaderboard.parquet")
    view = RunView.load(folder)
    said = squeezed(" ".join(card_facts(view)["failures"]))
    assert "Over all origins of the whole backtest 90 % intervals held 82" in said
    assert "of figures, too narrow" in said
    assert "first half of its origins 90 % intervals held 73" in said
    assert "second half" not in said
    assert "Not shown to beat Theta (0.90 [0.80, 1.03])" in said
    with speaking("es"):
        said = squeezed(" ".join(card_facts(view)["failures"]))
        assert "En la primera mitad de sus orígenes, los intervalos del 90 % contuvieron el 73" in said
        assert "supere a Theta (0,90 [0,80; 1,03])" in said
        for words in (*INFERENCE.values(), *MODELS.values()):
            assert say(words) != words


def test_policies_are_named_with_their_dates(page):
    items = [squeezed(e["text"]) for e in page.all("li")]
    assert any("Title 42 ends, 11 May 2023" in item for item in items)
    assert any("8 Jan 2023, announced 27 Dec 2022" in item for item in items)


def test_provenance_names_hash_seed_version_and_publishers(folder, text):
    for words in (
        "0123456789ab" * 5,
        "Isthmus 0.1.0",
        "INEC Ecuador",
        "UNHCR, Refugee Population Statistics",
        "jax 0.10",
    ):
        assert words in text


def test_good_fit_raises_no_alarm(page):
    assert not [e for e in page.elements if e["attrs"].get("class") == "alarm"]


def test_marked_fit_says_so_before_anything_else(tmp_path):
    page = Page(render(RunView.load(build(tmp_path / "run", converged=False))))
    body = page.all("body")[0]
    first = body["children"][0]
    assert first["attrs"]["class"] == "alarm"
    assert squeezed(body["text"]).startswith("The fit did not converge (largest R-hat 1.310")
    words = squeezed(body["text"])
    assert "What to expect in Jun to Nov 2024: scenario" in words
    assert ": forecast of about" not in words


def test_losing_to_the_random_walk_is_said_in_the_headline(tmp_path):
    page = Page(render(RunView.load(build(tmp_path / "run", skill=1.6))))
    headline = squeezed(page.all("section")[0]["text"])
    assert "The model lost to the naive forecast" in headline
    assert "these numbers are a scenario, not a forecast" in headline


def test_run_without_backtest_calls_nothing_a_forecast(tmp_path):
    folder = build(tmp_path / "run")
    (folder / "scores.csv").unlink()
    (folder / "summary.json").unlink()
    page = Page(render(RunView.load(folder)))
    words = squeezed(page.all("body")[0]["text"])
    assert "No backtest was run" in words
    assert ": forecast of about" not in words


def test_plainer_corridor_is_reported_too(folder):
    """No bottleneck, no policy, no claim, no rival, no journey, all places in one region."""
    view = RunView.load(folder)
    places = {
        key: place.model_copy(update={"role": "transit", "lat": place.lat / 5, "lon": place.lon / 10})
        for key, place in view.corridor.places.items()
    }
    empty = {"policies": {}, "claims": {}, "entry_rules": ()}
    corridor = view.corridor.model_copy(update={"places": places, **empty})
    plainer = dataclasses.replace(
        view,
        corridor=corridor,
        posterior=view.posterior.drop_vars(["journey_days", "journey_cost_usd"]),
        forecast=view.forecast.drop_vars(["naive", "seasonal"]),
    )
    page = Page(render(plainer))
    keys = [figure["attrs"]["id"] for figure in page.all("figure")]
    assert "figure-map" in keys
    assert "figure-zoom" not in keys
    assert "the busiest leg" in squeezed(page.all("h3")[0]["text"])


def test_report_is_written_whole(folder):
    path = write_report(folder)
    assert path == folder / "report.html"
    assert path.read_text("utf-8").rstrip().endswith("</html>")
    assert not list(folder.glob(".report*"))


def test_failed_write_keeps_the_old_page(folder, monkeypatch):
    (folder / "report.html").write_text("old")

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_report(folder)
    assert (folder / "report.html").read_text() == "old"
    assert not list(folder.glob(".report*"))


def test_missing_files_are_all_named(tmp_path):
    with pytest.raises(InputError) as error:
        RunView.load(tmp_path)
    assert len(error.value.problems) == 6
    assert "posterior.nc" in str(error.value)


def test_markup_in_the_corridor_file_stays_text(tmp_path):
    folder = build(tmp_path / "run")
    file = folder / "corridor.yaml"
    file.write_text(file.read_text("utf-8").replace("label: Ecuador\n", 'label: "<b>Ecuador</b>"\n'), encoding="utf-8")
    text = render(RunView.load(folder))
    assert "<b>Ecuador" not in text
    assert "&lt;b&gt;Ecuador" in text


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_colours_of_text_and_lines_contrast_enough(text):
    schemes = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    ]
    assert len(schemes) == 3
    for scheme in schemes:
        for name in ("ink", "soft", "model", "naive", "good", "partly", "bad"):
            assert contrast(scheme[name], scheme["paper"]) >= 4.5, name
        assert contrast(scheme["ink"], scheme["panel"]) >= 4.5
        assert contrast(scheme["soft"], scheme["ahead"]) >= 4.5
        assert contrast("#ffffff", scheme["alarm"]) >= 4.5
        for line in ("model", "naive", "learned", "assumed", "stock", "flow"):
            assert contrast(scheme[line], scheme["paper"]) >= 3, line
