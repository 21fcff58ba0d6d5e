"""Prints a run from the two small files that sum it up: ``manifest.json`` and ``summary.json``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from isthmus.errors import InputError

MOST_NEWS = 12
"""Sentences of news shown."""


def print_run(folder: Path, *, as_json: bool, address: str = "") -> None:
    """Print a run, for people or as one JSON object.

    Args:
        folder: Holds its files.
        as_json: As JSON.
        address: Where it is, if that is not the folder.

    Raises:
        InputError: The folder does not hold a run, or its files cannot be read.
    """
    manifest = _read(folder / "manifest.json")
    if manifest is None:
        raise _not_a_run(folder)
    summary = _read(folder / "summary.json") or {}
    came = _read(folder / "news.json") or {}
    counted = _read(folder / "nowcast.json", list) or []
    files = sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    if as_json:
        content = {"run": address or str(folder), "files": files, "manifest": manifest, "summary": summary, "news": came}
        content["counted"] = counted
        sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(
            "\n".join(_lines(address or str(folder), manifest, {**summary, "news": came, "counted": counted}, files)) + "\n"
        )


def _lines(folder: str, manifest: dict[str, Any], summary: dict[str, Any], files: list[str]) -> Iterator[str]:
    fit = manifest.get("fit") or {}
    if fit.get("converged") is False:
        yield f"NOT CONVERGED: {fit.get('message', 'the fit failed its diagnostics; do not quote its numbers')}"
    if headline := summary.get("headline"):
        yield headline
        yield ""
    yield f"corridor   {manifest.get('corridor')} ({str(manifest.get('hash'))[:12]})"
    quick = ", quick: to try things, not to quote" if manifest.get("quick") else ""
    made = f"{manifest.get('created')} by isthmus {manifest.get('isthmus')}"
    yield f"made       {made}, seed {manifest.get('seed')}{quick}"
    if fit:
        mixing = f"R-hat up to {_number(fit.get('max_rhat'), 3)}, bulk ESS from {_number(fit.get('min_ess_bulk'), 0)}"
        size = f"{fit.get('chains')} chains of {fit.get('draws')} draws"
        yield f"fit        {mixing}, {fit.get('divergences')} divergences, {size}"
    yield from _counted(summary["counted"])
    if skill := summary.get("relative_skill"):
        yield f"skill      {_interval(skill)} against the random walk (below 1 is better)"
    if "coverage90" in summary:
        covered50, covered90 = _percent(summary.get("coverage50")), _percent(summary["coverage90"])
        yield f"coverage   {covered50} in 50 % intervals, {covered90} in 90 % intervals"
    yield from _news(summary.get("news") or {})
    yield from _horizons(summary.get("by_horizon") or [])
    yield from _stages(manifest.get("stages") or {})
    yield ""
    if "report.html" in files:
        yield f"report     {folder}/report.html"
    yield f"folder     {folder}"


def _counted(rows: list[dict[str, Any]]) -> Iterator[str]:
    """What was counted so far of the month under way, towards which the forecast was moved."""
    for n, row in enumerate(rows):
        late = row.get("share_reported", 1.0)
        complete = f", about {_percent(late)} complete" if late < 1 else ""
        days = f"{_percent(row.get('share_of_days'))} of the days of {row.get('month')}"
        yield f"{'' if n else 'counted':<11}{row.get('series')}, {days}{complete}"


def _news(came: dict[str, Any]) -> Iterator[str]:
    if came:
        yield ""
        yield f"news since the forecast from {came.get('last_fitted')} ({came.get('earlier')})"
        rows = came.get("news") or []
        yield from (f"  {row.get('sentence')}" for row in rows[:MOST_NEWS])
        if not rows:
            yield "  nothing has come that was not known then"
        if len(rows) > MOST_NEWS:
            yield f"  and {len(rows) - MOST_NEWS} more: see news.json"


def _horizons(rows: list[dict[str, Any]]) -> Iterator[str]:
    if rows:
        yield ""
        yield "months ahead   skill against the random walk"
    for row in rows:
        yield f"{row.get('horizon'):>12}   {_interval(row, value='relative_skill')}"


def _stages(stages: dict[str, dict[str, Any]]) -> Iterator[str]:
    if stages:
        yield ""
        yield "stage          seconds   CPU seconds"
    for name, stage in stages.items():
        yield f"{name:<12} {_number(stage.get('seconds'), 1):>9} {_number(stage.get('cpu_seconds'), 1):>13}"


def _interval(row: dict[str, Any], value: str = "value") -> str:
    return f"{_number(row.get(value), 2)} ({_number(row.get('lo'), 2)} to {_number(row.get('hi'), 2)})"


def _number(number: float | None, digits: int) -> str:
    return "?" if number is None else f"{number:.{digits}f}"


def _percent(share: float | None) -> str:
    return "?" if share is None else f"{share:.0%}"


def _read(path: Path, kind: type[dict[str, Any] | list[Any]] = dict) -> Any:
    """Return the object, or the list, in a JSON file; nothing if there is no such file."""
    expected = "a JSON object" if kind is dict else "a JSON list"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise InputError.one(
            where=str(path),
            expected=expected,
            found=str(error),
            remedy="run the same command again to make it anew",
        ) from error
    if not isinstance(content, kind):
        raise InputError.one(
            where=str(path),
            expected=expected,
            found=type(content).__name__,
            remedy="run the same command again to make it anew",
        )
    return content


def _not_a_run(folder: Path) -> InputError:
    runs = sorted(str(path.parent) for path in folder.glob("*/manifest.json")) if folder.is_dir() else []
    if runs:
        found, remedy = f"{len(runs)} runs inside it", f"name one of them: {', '.join(runs[:5])}"
    else:
        found = "no manifest.json" if folder.is_dir() else "no such folder"
        remedy = "make a run with 'isthmus run NAME'"
    return InputError.one(where=str(folder), expected="the folder of a run", found=found, remedy=remedy)
