"""Executes the examples of the documentation, each page in a folder of its own.

A fenced block marked ``file=NAME`` is written to (or added to) that file. In a ``console`` block each line after
``$`` is run; the lines below it must appear in what it prints, and a comment ``# exit code N`` says how it ends. A
``python`` block is run as a script.
"""

from __future__ import annotations

import os
import argparse
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.cli import arguments

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)\)")


def blocks(page):
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def execute(command, folder):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)


def execute_console(text, folder):
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        typed, *expected = part.splitlines()
        done = execute(shlex.split(typed, comments=True), folder)
        printed = done.stdout + done.stderr
        code = re.search(r"# exit code (\d+)", typed)
        assert done.returncode == (int(code[1]) if code else 0), f"{typed}\n{printed}"
        for line in expected:
            assert line in printed, f"{typed}\ndoes not print: {line}\nbut: {printed}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_do_what_the_page_says(page, tmp_path):
    for kind, info, text in blocks(page):
        if file := re.search(r"file=(\S+)", info):
            (tmp_path / file[1]).parent.mkdir(parents=True, exist_ok=True)
            with (tmp_path / file[1]).open("a", encoding="utf-8") as target:
                target.write(text)
        elif kind == "console":
            execute_console(text, tmp_path)
        elif kind == "python":
            done = execute([sys.executable, "-c", text], tmp_path)
            assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_manual_has_examples_of_each_kind():
    kinds = [(kind, "file=" in info) for page in PAGES for kind, info, _ in blocks(page)]
    assert {("console", False), ("python", False), ("yaml", True), ("csv", True)} <= set(kinds)


def test_a_console_example_that_is_wrong_is_noticed(tmp_path):
    execute_console("$ isthmus --version\nisthmus\n", tmp_path)
    with pytest.raises(AssertionError, match="does not print: farewell"):
        execute_console("$ isthmus --version\nfarewell\n", tmp_path)
    with pytest.raises(AssertionError):
        execute_console("$ isthmus --version  # exit code 2\n", tmp_path)


def options_of_commands():
    """Every option with the commands that take it."""
    found = {}

    def collect(name, parser):
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for word, child in action.choices.items():
                    collect(f"{name} {word}", child)
            elif action.option_strings and action.dest not in ("help", "version"):
                found.setdefault(action.option_strings[-1], set()).add(name)

    for name, parser in arguments._parsers()[1].items():
        collect(name, parser)
    return found


def test_every_option_stands_once_with_every_command_that_takes_it():
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `--")]
    said = [(option, row[1]) for row in rows for option in re.findall(r"`(--[a-z-]+)", row[0])]
    assert sorted(option for option, _ in said) == sorted(options_of_commands())
    for option, commands in said:
        if option == "--json":
            continue
        known = options_of_commands()[option]
        for name in known:
            first, last = name.split()[0], name.split()[-1]
            assert any(re.search(rf"\b{word}\b", commands) for word in (first, last)), (option, name)
        for word in re.findall(r"[a-z]+", commands):
            assert any(word in name.split() for name in known), (option, word)


def test_every_exit_code_stands_once():
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    codes = re.findall(r"^  (\d+)  ", execute(["isthmus", "--help"], ROOT).stdout, flags=re.MULTILINE)
    assert codes
    assert re.findall(r"^\| (\d+) \|", page, flags=re.MULTILINE) == [*codes, "141"], "141 is the shell's, not ours"
