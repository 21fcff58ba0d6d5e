"""Every sentence of page, brief and sheets has its Spanish; a sentence without one fails here, and so does a gap that differs."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from isthmus.report.fit_words import FORMS, HEADS, fit_words
from isthmus.report.language import catalogue, language, many, month_name, say, speaking, spoken_number

REPORT = Path(__file__).parents[2] / "src" / "isthmus" / "report"
OTHER_PAGES = {"ranges.py"}
"""Pages of their own beside the report, for modellers; in English."""


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def said_in_code():
    """First arguments of `say` and both of `many`, with the file they stand in."""
    found = {}
    for path in sorted(REPORT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"say", "many"}:
                for argument in node.args[: 2 if node.func.id == "many" else 1]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and path.name not in OTHER_PAGES:
                        found[plain(argument.value)] = path.name
    return found


def said_in_templates():
    found = {}
    for path in sorted((REPORT / "templates").glob("*.j2")):
        if path.name not in OTHER_PAGES:
            for text in re.findall(r'say\(\s*"((?:[^"\\]|\\.)*)"', path.read_text("utf-8")):
                found[plain(text.replace("\\u00a0", " ").replace('\\"', '"'))] = path.name
    return found


def gaps(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def test_no_sentence_of_the_code_lacks_its_spanish():
    spanish = catalogue("es")
    said = {**said_in_code(), **said_in_templates(), **dict.fromkeys((*FORMS, *HEADS), "fit_words.py")}
    assert len(said) > 200
    missing = {text: file for text, file in said.items() if text not in spanish}
    assert missing == {}, "add them to report/locale/es/LC_MESSAGES/isthmus.po"


def test_a_translation_has_the_gaps_of_its_sentence():
    wrong = {text: spanish for text, spanish in catalogue("es").items() if "{" in text and gaps(text) != gaps(spanish)}
    assert wrong == {}


def test_a_translation_begins_and_ends_as_its_sentence_does():
    """Sentences are put together from parts; a lost space would glue words."""
    pairs = catalogue("es").items()
    wrong = [
        text for text, spanish in pairs if (text[0] == " ") != (spanish[0] == " ") or (text[-1] == " ") != (spanish[-1] == " ")
    ]
    assert wrong == []


def test_languages_nest_and_end():
    assert language() == "en"
    with speaking("es"):
        assert say("withheld") == "reservado"
        with speaking("en"):
            assert say("withheld") == "withheld"
        assert language() == "es"
    assert say("withheld") == "withheld"


def test_a_gap_is_filled_with_translated_words():
    with speaking("es"):
        assert say("{unit} a month", unit="persons") == "personas al mes"
        assert many("{n} month", "{n} months", 1) == "1 mes"
        assert many("{n} month", "{n} months", 3) == "3 meses"


@pytest.mark.parametrize(("english", "spanish"), [("1,234.5", "1.234,5"), ("0.91", "0,91"), ("12,000", "12.000")])
def test_numbers_follow_the_locale(english, spanish):
    assert spoken_number(english) == english
    with speaking("es"):
        assert spoken_number(english) == spanish


def test_months_follow_the_locale():
    assert month_name(1) == "Jan"
    with speaking("es"):
        assert month_name(1) == "ene"
        assert month_name(12) == "dic"


def test_the_verdict_on_a_fit_is_said_in_spanish_with_its_numbers():
    import numpy as np

    from isthmus.inference.diagnostics import Diagnostics

    one, many_ = np.full(3, 1.108), np.full(3, 1234.0)
    for found in (
        Diagnostics(one, many_, many_, 2, 0.9),
        Diagnostics(np.ones(3), many_, many_, 0, 0.9),
        Diagnostics(np.ones(3), many_, many_, 0, 1.0, 0.25),
        Diagnostics(np.ones(3), many_, many_, 0, 1.0, 1e-9),
        Diagnostics(one, many_, many_, 0, 1.0, tail=0.9),
        Diagnostics(np.ones(3), many_, many_, 0, 1.0, tail=0.1),
    ):
        with speaking("es"):
            said = fit_words(found.message)
        assert re.findall(r"[A-Za-z]{4,}", said)
        assert not re.search(r"\b(fit|the|of|largest|draws|weights)\b", said.lower()), said
        assert fit_words(found.message) == found.message
