"""Details of refusals in the reader's language: every sentence that the server writes, and what was filled in stays."""

from __future__ import annotations

import ast
import re
from importlib import resources
from pathlib import Path

import pytest

from isthmus.disclosure import refuse_request
from isthmus.errors import DisclosureError, IsthmusError
from isthmus.serve.web.details import details, translated
from isthmus.serve.web.problems import document
from isthmus.spec.load import load

TINY = Path(__file__).parents[1] / "tiny"

OPERATORS = {"settings.py", "database.py"}
"""What only the one who starts the server sees."""


def form(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    out, n = "", 0
    for part in node.values:
        out += part.value if isinstance(part, ast.Constant) else f"{{{n}}}"
        n += not isinstance(part, ast.Constant)
    return out


def written(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and re.search(r"(Error\.one|Problem)$", ast.unparse(node.func)):
            given = [one.value for one in node.keywords if one.arg in {"expected", "found", "remedy"}] + node.args[1:4]
            for one in given:
                yield from filter(None, map(form, [one.body, one.orelse] if isinstance(one, ast.IfExp) else [one]))


def test_every_detail_that_the_server_writes_has_its_spanish():
    files = [path for path in resources.files("isthmus.serve").rglob("*.py") if path.name not in OPERATORS]
    wanted = {said for path in files for said in written(path) if re.search(r"[a-z]{2}", re.sub(r"\{\d\}", "", said))}
    assert len(wanted) > 50
    assert sorted(wanted - set(details("es"))) == []


GENERIC = {"{0} in {1}", "{0} to {1}", "{0} and {1}", "{0} (legs {1})", "{0} again"}
"""Forms with no words of their own: between numbers and names they would fit anything."""
NAMED = {"remedy", "expected", "found"}


def checked(path):
    """What the checks of a corridor file or a table of figures say, also by way of a variable."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        given = []
        if isinstance(node, ast.Call) and re.search(r"(Error\.one|Problem|Finding)$", ast.unparse(node.func)):
            given = [one.value for one in node.keywords if one.arg in NAMED] + node.args[1:4]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in NAMED:
            given = [node.value]
        for one in given:
            yield from filter(None, map(form, [one.body, one.orelse] if isinstance(one, ast.IfExp) else [one]))


def test_every_detail_of_the_checks_of_a_corridor_and_its_figures_has_its_spanish():
    spec, data = resources.files("isthmus.spec"), resources.files("isthmus.data")
    files = [*spec.rglob("*.py"), data / "figures.py", data / "columns.py", *(data / "claims").rglob("*.py")]
    wanted = {said for path in files for said in checked(path) if re.search(r"[a-z]{2}", re.sub(r"\{\d\}", "", said))}
    assert len(wanted) > 250
    assert sorted(wanted - set(details("es")) - GENERIC) == []


BROKEN = {
    "horizon_months: 2": "horizon_months: 200",
    "role: transit": "role: transitt",
    "lat: 31.2": "lat: 31.23456",
    "persistence: 0.8": "persistence: '0,8'",
    "duration: {mean_days: 2, sd_days: 1}, price_usd: [500, 1500]}": "duration: {mean_days: 2, sd_days: 100}}",
    "group: CHN, place: town, requirement: visa_free": "group: XXX, place: twn, requirement: visa_free",
}
ENGLISH = re.compile(
    r"\b(the|of|and|or|write|add|name|take|with|from|one|than|what|did|mean|nothing|number|least|most|a place|must)\b"
)


@pytest.mark.parametrize("wrong", BROKEN)
def test_what_is_wrong_with_a_corridor_is_told_in_spanish(wrong, tmp_path):
    text = (TINY / "corridor.yaml").read_text("utf-8")
    assert wrong in text
    (tmp_path / "corridor.yaml").write_text(text.replace(wrong, BROKEN[wrong], 1), "utf-8")
    with pytest.raises(IsthmusError) as refused:
        load(tmp_path / "corridor.yaml")
    for told in document("es", 422, "invalid", refused.value.problems)["problems"]:
        for part in ("expected", "found", "remedy"):
            words = re.sub(r"`[^`]*`|\{[^}]*\}|\([A-Z][^)]*\)", "", told[part])
            assert not ENGLISH.search(words), told


def test_gaps_are_kept_in_every_translation():
    for english, spanish in details("es").items():
        assert sorted(re.findall(r"\{\d\}", english)) == sorted(re.findall(r"\{\d\}", spanish)), english


def test_what_was_filled_in_stays_and_a_sentence_that_nobody_translated_is_left_as_it_is():
    assert translated("es", "at most 50 jobs at a time") == "como máximo 50 trabajos a la vez"
    assert translated("es", "a date after `from` (2023-05-10)") == "una fecha posterior a `from` (2023-05-10)"
    assert translated("es", "something new") == "something new"
    assert translated("en", "none") == "none"


@pytest.mark.parametrize("asked", ["the safest route to the border", "where to stop them: detection probability"])
def test_a_refusal_is_wholly_in_spanish(asked):
    with pytest.raises(DisclosureError) as refused:
        refuse_request(asked)
    said = document("es", 403, "protected", refused.value.problems)
    assert {one["expected"][:9] for one in said["problems"]} <= {"preguntas"}
    assert all(one["found"].startswith("una petición de ") for one in said["problems"])
    assert all(one["remedy"].startswith("Isthmus no ") for one in said["problems"])
