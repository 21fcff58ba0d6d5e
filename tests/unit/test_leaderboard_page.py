"""The page of a backtest in both languages: every sentence is there, every number has the marks of its language."""

from __future__ import annotations

import re

import pytest
import report_fixture

from isthmus.forecast.backtest.leaderboard import Row
from isthmus.report.language import noting_what_is_missed
from isthmus.report.leaderboard import MODELS, TRACKS, render_leaderboard

CORRIDOR = report_fixture.shipped_corridor()
SERIES = list(CORRIDOR.series)
ENTRIES = [("isthmus", track) for track in ("real_time", "date_given", "ex_post")]
ENTRIES += [(model, "any") for model in MODELS if model not in {"isthmus", "every_model"}]
VERDICTS = ("beats", "loses", "not told apart", "is the measure", "attribution, not skill", "too few origins (3 of 12)",
            "cannot be said")  # fmt: skip
REASONS = ("fewer than 3 figures by then", "no figure came in the months ahead", "the figure of a year before is missing",
           "gave no finite numbers", "no figure in the last 13 months")  # fmt: skip


def rows():
    scopes = [("all", "all"), *(("horizons", p) for p in ("1-3", "4-6")), *(("horizon", str(h)) for h in (1, 2, 3)),
              *(("regime", p) for p in ("before", "straddle", "after")), *(("half", p) for p in ("first", "second")),
              *(("series", s) for s in SERIES), ("group", "CHN")]  # fmt: skip
    for n, (scope, part) in enumerate(scopes):
        for k, (model, track) in enumerate(ENTRIES):
            for against in ("random_walk", "random_walk_step") if scope == "all" else ("random_walk",):
                yield Row(
                    model, track, scope, part, against, 0.8512 + 0.01 * k, 0.7, 0.9634, VERDICTS[(n + k) % len(VERDICTS)],
                    0.123, 1234.5, 2345.6, -1.25, 0.51, 0.83, 1234, 12,
                )  # fmt: skip


FACTS = {
    "origins": ["2023-01", "2023-02", "2023-03"],
    "horizon": 6,
    "enough_origins": False,
    "vintages": {SERIES[0]: "published by then", SERIES[-1]: "latest, cut"},
    "changes": [{"label": "Ecuador ends visa-free entry", "month": "2023-02", "announced": "2023-01", "groups": ["CHN"]}],
    "regimes": {"before": 1, "straddle": 1, "after": 1},
    "not_pooled": {SERIES[0]: "the group never reaches 50 a month"},
    "missing": [
        {"model": "ets", "track": "any", "series": series, "reason": reason, "origins": ["2023-01"]}
        for series, reason in zip(SERIES, REASONS, strict=False)
    ],
    "largest_rhat": [1.0123],
    "block": 4,
    "weights": {"real_time": {"2023-01": {"isthmus": 0.4, "ets": 0.6}}},
    "calibration": [
        {
            "model": "isthmus",
            "track": "real_time",
            "forecasts": 1234,
            "pit": [0.1] * 10,
            "coverage": [0.1 * k for k in range(1, 11)],
        }
    ],
}
MANIFEST = {"corridor": CORRIDOR.name, "hash": "0" * 64, "isthmus": "0", "seed": 1, "quick": True}
OWN = {"Ecuador ends visa-free entry"}
"""Words of the made-up facts, which no catalogue can have."""


def page(language):
    return render_leaderboard(CORRIDOR, MANIFEST, list(rows()), FACTS, language)


def words(text):
    return re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<style>.*?</style>", "", text)).replace("\N{NO-BREAK SPACE}", " ")


def test_nothing_of_the_page_is_left_in_english():
    with noting_what_is_missed() as missed:
        spanish = words(page("es"))
    catalogued = {text for text in missed if text not in OWN}
    # proper names, numbers with their signs, and whole cells that are put together of said words
    ids = {"overall", "horizons", "regimes", "calibration", "places", "stack", "missing"}
    known = {*MODELS.values(), "Isthmus", "WIS", "CHN", CORRIDOR.name} | ids
    parts = [text for text in catalogued if text in words(page("en")) and text not in known and re.search(r"[a-z]{4}", text)]
    assert [text for text in parts if text not in spanish or re.search(r"\b(the|of|with|months|origins)\b", text)] == []
    for english in (
        "real time",
        "Policy date given",
        "beats",
        "loses",
        "not told apart",
        "months ahead",
        "Random walk",
        "Checkpoint",
    ):
        assert english not in spanish, english
    for said in ("tiempo real", "supera", "muy pocos orígenes (3 de 12)", "menos de 3 cifras para entonces", "Puntos de control"):
        assert said in spanish, said
    assert 'lang="es"' in page("es")


@pytest.mark.parametrize(
    ("language", "skill", "count"), [("en", "0.85 [0.70, 0.96]", "1,234"), ("es", "0,85 [0,70; 0,96]", "1.234")]
)
def test_numbers_have_the_marks_of_the_language(language, skill, count):
    said = words(page(language))
    assert skill in said
    assert count in said


def test_english_says_what_it_said():
    said = words(page("en"))
    for text in (*(f"({track})" for track in list(TRACKS.values())[:3]), "too few for a verdict", "Made with --quick",
                 "the group never reaches 50 a month", "1 month ahead", "3 months ahead"):  # fmt: skip
        assert text in said, text
