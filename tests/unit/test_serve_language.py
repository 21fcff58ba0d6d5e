"""Every sentence of the pages, the refusals and the workbook is there in every language, with the same gaps."""

from __future__ import annotations

import ast
import re
from importlib import resources
from io import BytesIO

import pytest
from jinja2.ext import babel_extract

from isthmus.data.claims import judge, read_sentence
from isthmus.data.claims.subjects import SUBJECTS
from isthmus.data.claims.verdict import Answer
from isthmus.data.arrival.meaning import MEANING, NAMES
from isthmus.data.figures import read_figures
from isthmus.serve.accounts.rights import RIGHTS, ROLES
from isthmus.serve.library import workbook
from isthmus.serve.pages import corridor, differences, figures, needs, shocks, workshop
from isthmus.serve.pages.spoken import CONFIDENCE, in_words
from isthmus.serve.web.language import LANGUAGES, language_of, say, sentences, speaking
from isthmus.serve.web.problems import SENTENCES

STAGES = ("observations", "fit", "forecast", "backtest", "report", "stress", "export", "scenario", "done", "unchanged",
          "reading official figures", "reading", "preparing", "comparing")  # fmt: skip
"""What a job says of how far it is."""
FOLDER = resources.files("isthmus.serve") / "pages" / "templates"


def in_templates():
    for file in sorted(FOLDER.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".j2"):
            for _, _, message, _ in babel_extract(BytesIO(file.read_bytes()), ("_", "gettext"), (), {"encoding": "utf-8"}):
                yield from (part for part in ([message] if isinstance(message, str) else message or ()) if part)


def in_code():
    yield from (part for pair in SENTENCES.values() for part in pair)
    yield from (part for pair in workbook.SHEETS for part in pair)
    yield from workbook.HEADS
    yield from (question for question, _ in differences.QUESTIONS)
    yield from differences.LABELS.values()
    for kind in shocks.KINDS.values():
        yield kind.words
        yield from (field.words for field in kind.fields)
    for table in (shocks.REQUIREMENTS, shocks.DIRECTIONS, shocks.SURE):
        yield from table.values()
    yield from Answer.__args__
    yield from said_of_claims()
    yield from needs.sentences()
    yield from (*corridor.ABOUT.values(), *corridor.NAMED.values())
    yield from (*NAMES.values(), *MEANING.values(), *CONFIDENCE.values(), "accepted", "rejected")
    yield from (*RIGHTS, *ROLES, *done_by_people())
    yield from STAGES
    yield from (figures.PUBLISHED, workshop.INTERVAL, "Corridor", "Run", "Scenario", "Interval", "Baseline", "About")
    source = "".join(
        file.read_text("utf-8") for part in ("pages", "library") for file in (resources.files("isthmus.serve") / part).iterdir()
        if file.name.endswith(".py")
    )  # fmt: skip
    yield from re.findall(r'say\(\s*(?:at\.)?language,\s*"([^"]+)"', source)


def done_by_people():
    """What the log of a team says was done."""
    for file in (path for part in ("api", "pages") for path in (resources.files("isthmus.serve") / part).iterdir()):
        if file.name.endswith(".py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in {"audit.note", "_done"}:
                    yield from (a.value for a in node.args[1:2] if isinstance(a, ast.Constant))
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "done":
                    yield from (part.value for part in (node.value.body, node.value.orelse))


def said_of_claims():
    """Forms of the checker's sentences, what claims may be about, and the series of the shipped corridors."""
    verdicts = (resources.files("isthmus.data.claims") / "verdict.py").read_text("utf-8")
    for node in ast.walk(ast.parse(verdicts)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Said":
            yield ast.literal_eval(node.args[0])
    for subject in SUBJECTS:
        yield subject.label
    names = {name for subject in SUBJECTS for name in (*subject.flows, *subject.stocks)} & set(SHIPPED)
    yield from (name.replace("_", " ") for name in names | set(SHIPPED))


SHIPPED = {
    row.series for row in read_figures(resources.files("isthmus.corridors") / "china-ecuador-us" / "figures.csv").rows
}  # fmt: skip


SUMMED = (
    "613.532 es lo que suman las existencias de fin de año en 2012-2020: cuentan a una persona una vez por cada año de espera. "
    "Solicitudes de asilo contadas una sola vez son 309.666 (nuevas solicitudes de asilo (ACNUR), 2012 a 2023): la afirmación "
    "es 1,9 veces eso"
)
MISSING = (
    "no hay cifras de cruces del Darién para UZB: traiga darien_transits / darien_transits_all / darien_transits_yearly con "
    "«isthmus data update»"
)


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("Más de 600.000 ciudadanos chinos han pedido asilo desde 2012", SUMMED),
        (
            "25.000 ciudadanos chinos cruzaron el Darién en 2023",
            "las cifras suman 25.565 personas, +2\N{NO-BREAK SPACE}% frente a las 25.000 de la afirmación",
        ),
        ("5.000 uzbekos cruzaron el Darién en 2023", MISSING),
    ],
)
def test_a_verdict_gives_its_reason_in_the_readers_language(claim, said):
    table = read_figures(resources.files("isthmus.corridors") / "china-ecuador-us" / "figures.csv")
    verdict = judge(read_sentence(claim), table)
    with speaking("es"):
        assert in_words("es", verdict.reason) == said
    with speaking("en"):
        english = in_words("en", verdict.reason)
    assert english.replace("_", " ") == verdict.reason.replace("_", " ")


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_nothing_is_left_untranslated(language):
    wanted = {*in_templates(), *in_code()}
    assert len(wanted) > 200
    assert sorted(wanted - set(sentences(language))) == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_translations_keep_the_gaps(language):
    gap = re.compile(r"\{(\w+)\}|%\((\w+)\)s")
    for sentence, translated in sentences(language).items():
        assert sorted(gap.findall(sentence)) == sorted(gap.findall(translated)), sentence


def test_the_language_is_the_one_chosen_then_the_browsers_then_english():
    assert language_of("es", "en") == "es"
    assert language_of(None, "es-CO,es;q=0.9,en;q=0.8") == "es"
    assert language_of(None, "fr") == "en"
    assert language_of("xx", "") == "en"
    assert say("es", "A request may be at most {limit}.", limit="5 MB") == "Una petición puede tener como máximo 5 MB."
