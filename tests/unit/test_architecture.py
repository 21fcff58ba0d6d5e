"""The pages about the code agree with the code, and the house rules that no other tool holds are kept."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "isthmus"
PAGE = ROOT / "ARCHITECTURE.md"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
PATTERNS = (
    "src/**/*",
    "docs/**/*",
    "benchmarks/**/*",
    "tools/**/*",
    ".ci/*",
    ".github/**/*",
    "*.md",
    "*.toml",
    "Makefile",
)
TEXTS = sorted(
    path
    for pattern in PATTERNS
    for path in ROOT.glob(pattern)
    if path.is_file()
    and path.suffix in {".py", ".md", ".yaml", ".yml", ".toml", ".csv", ".sh", ".html", ".j2", ""}
    and "__pycache__" not in path.parts
)
FORBIDDEN = {
    "people are people": r"\billegals\b|illegal (im)?migrants?|migra(nt|tion) (waves?|floods?|tides?|threats?)\b",
    "no path of a machine": r"(?<![\w.:/-])/(work|root|tmp|home|opt)/",
    "no package index but the default": r"(?i)\b(index-url|extra-index)\s*=\s*[\"']?(https?|file):",
    "open ends go to the tracker": r"\b(TODO|FIXME|XXX)\b",
}


def listed():
    """Packages and top-level modules in the tree of the page, as paths relative to the package."""
    tree = re.search(r"^```text\nsrc/isthmus/\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert tree, "ARCHITECTURE.md has no tree of src/isthmus/"
    above: list[str] = []
    names = []
    for line in tree[1].splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        above = [*above[:depth], line.split()[0].rstrip("/")]
        names.append("/".join(above))
    return names


def test_the_tree_of_the_page_is_the_tree_of_the_code():
    packages = [path.parent.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("__init__.py")]
    there = {*packages, *(path.name for path in PACKAGE.glob("*.py"))} - {".", "__init__.py"}
    assert sorted(there - set(listed())) == [], "missing in ARCHITECTURE.md"
    assert sorted(set(listed()) - there) == [], "listed in ARCHITECTURE.md, but not there"
    assert len(listed()) == len(set(listed()))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_first_line_of_a_module_says_what_it_is_about(path):
    assert path.read_text(encoding="utf-8").startswith('"""')


def test_the_layers_of_the_page_are_those_that_are_checked():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = [re.sub(r"[()]", "", layer) for layer in contracts[0]["layers"]]
    line = re.search(r"^`(cli > .*)`$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert line
    assert line[1].split(" > ") == layers
    for contract in contracts:
        assert contract["name"] in PAGE.read_text(encoding="utf-8")


def test_the_contract_about_drawing_covers_all_that_it_should():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["name"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}
    below = ("spec", "data", "model", "engines", "inference", "forecast", "scenarios", "impacts")
    there = [f"isthmus.{name}" for name in below if (PACKAGE / name / "__init__.py").exists()]
    assert contracts["no drawing or web below the report"]["source_modules"] == there
    engines = {path.stem for path in (PACKAGE / "engines").iterdir()}
    assert "agents" not in engines or "engines know nothing of each other" in contracts


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_modules_are_short_and_have_a_subject(path):
    assert path.stem not in {"utils", "util", "common", "helpers", "base", "misc"}
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, "make it a folder with the same import path"


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_words_that_are_never_written(rule):
    pattern = re.compile(FORBIDDEN[rule])
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in TEXTS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("people are people", "a wave of migrant waves"),
        ("no path of a machine", 'open("/tmp/x")'),
        ("no package index but the default", 'index-url = "https://example.org"'),
        ("open ends go to the tracker", "# TODO later"),
    ],
)
def test_the_rules_about_words_can_fail(rule, line):
    assert re.search(FORBIDDEN[rule], line)


def test_the_version_is_the_same_everywhere():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert f"\nversion: {settings['project']['version']}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
