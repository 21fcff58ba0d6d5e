"""What a run of an instance leaves behind: Flee's own table per seed, a table of camps, scores, and words for a terminal."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from isthmus.errors import Problem
from isthmus.interop.flee.arrivals import Arrivals
from isthmus.interop.flee.instance import Instance
from isthmus.interop.flee.job import HELD, LEARNED, TOLD, Held, Report
from isthmus.interop.flee.metrics import FORMS, ORIGINS, RIVALS, Scores
from isthmus.interop.flee.page import render
from isthmus.interop.flee.quirks import Mode
from isthmus.interop.flee.run import Run
from isthmus.interop.flee.touched import quirks_of

MASE = tuple(f"{origin} {form}" for origin in ORIGINS for form in FORMS)


def below(where: Path | str, name: str) -> Path | str:
    """Return a folder below another, or below the address of object storage."""
    return where / name if isinstance(where, Path) else f"{where.rstrip('/')}/{name}"


def write(report: Report, folder: Path | str) -> list[str]:
    """Write everything into a folder, or to the address of object storage, each file whole or not at all.

    Returns:
        Names of the files: ``seed-N/out.csv`` in Flee's own format, ``camps.csv``, ``scores.json``, ``report.html``; with
        a calibration ``calibrated/seed-N/out.csv`` and ``calibrated/parameters.json`` too.
    """
    files = {f"seed-{run.seed}/out.csv": flee_table(report.instance, report.arrivals, run) for run in report.runs}
    if learned := report.learned:
        for run in learned.runs:
            files[f"calibrated/seed-{run.seed}/out.csv"] = flee_table(learned.instance, report.arrivals, run)
        files["calibrated/parameters.json"] = json.dumps(parameters(report), indent=2) + "\n"
    files["camps.csv"] = camp_table(report)
    files["scores.json"] = json.dumps(content(report), indent=2, ensure_ascii=False) + "\n"
    files["report.html"] = render(report)
    if isinstance(folder, Path):
        for name, text in files.items():
            _write(folder / name, text)
    else:
        from isthmus.compute import storage_at  # noqa: PLC0415  Arrow and more, which a folder does without

        storage = storage_at(folder)
        for name, text in files.items():
            storage.write(name, text.encode())
    return list(files)


def flee_table(instance: Instance, arrivals: Arrivals, run: Run) -> str:
    """Return a run as Flee prints it: columns, order and roundings, so that its tools can read it."""
    names, camps = instance.camp_names, instance.camps
    header = ["Day", "Date", *(f"{name} {what}" for name in names for what in ("sim", "data", "error")), "Total error"]
    header += ["refugees in camps (UNHCR)", "total refugees (simulation)", "raw UNHCR refugee count"]
    header += ["refugees in camps (simulation)", "refugee_debt"]
    simulated, observed = [run.of(camp) for camp in camps], [instance.observed(camp) for camp in camps]
    rows = []
    for day in range(instance.days):
        pairs = [(got[day], seen[day]) for got, seen in zip(simulated, observed, strict=True)]
        raw, there = arrivals.raw[day], sum(got for got, _ in pairs)
        total = sum(run.counts[day * run.places : (day + 1) * run.places]) + run.under_way[day]
        row: list[object] = [day, instance.date(day)]
        for got, seen in pairs:
            row += [got, seen, round(abs(got / seen - 1.0), 4) if seen > 0 else 0.0]
        wrong = sum(abs(got - seen) for got, seen in pairs)
        if raw > 0 or instance.mode is Mode.FIXED:
            row += [wrong / raw if raw > 0 else 0.0, sum(seen for _, seen in pairs), total, raw, there, arrivals.debt[day]]
        else:
            row += [0.0, 0, total, 0, there, 0]
        rows.append(row)
    return _csv([header, *rows])


def camp_table(report: Report) -> str:
    """Return means over seeds by camp."""
    header = ["camp", "person_days", "difference", "difference_rescaled", "bias_rescaled"]
    rows: list[list[object]] = [[*header, *(f"mase_{form.replace(' ', '_')}" for form in MASE)]]
    for n, camp in enumerate(report.scores[0].camps):
        over = [scores.camps[n] for scores in report.scores]
        row: list[object] = [camp.name, camp.person_days]
        row += [round(mean([getattr(one, name) for one in over]), 1) for name in ("difference", "difference_rescaled", "bias")]
        rows.append([*row, *(_rounded(mean([one.mase[form] for one in over])) for form in MASE)])
    return _csv(rows)


def content(report: Report) -> dict[str, Any]:
    """Return what came out as one JSON object."""
    instance = report.instance
    return {
        "instance": instance.name,
        "mode": instance.mode.value,
        "start": str(instance.start),
        "days": instance.days,
        "people": report.runs[0].people,
        "note": TOLD,
        "quirks": {quirk.name: quirk.value.flee for quirk in quirks_of(instance, report.arrivals)},
        "seeds": [{"seed": run.seed, **_scores(scores)} for run, scores in zip(report.runs, report.scores, strict=True)],
        "mean": means(report.scores),
        "calibrated": _calibrated(report),
        "warnings": [asdict(warning) for warning in instance.warnings],
    }


def means(scores: Sequence[Scores]) -> dict[str, Any]:
    """Return means over seeds."""
    names = ("relative_difference", "relative_difference_raw", "total_error")
    found: dict[str, Any] = {name: mean([getattr(one, name) for one in scores]) for name in names}
    return {**found, "mase": {form: _or_none(mean([one.mase[form] for one in scores])) for form in MASE}}


def parameters(report: Report) -> dict[str, Any]:
    """Return what was learned, and what it was before."""
    if report.learned is None:
        return {}
    given, found = asdict(report.instance.settings), asdict(report.learned.calibration.settings)
    changed = {name: {"given": given[name], "learned": found[name]} for name in found if found[name] != given[name]}
    attraction = changed.pop("attraction", {"learned": ()})["learned"]
    changed.pop("hasten", None)
    return {"parameters": changed, "attraction": dict(attraction)}


def lines(report: Report, folder: Path | str | None) -> Iterator[str]:
    """Say what came out."""
    instance, number = report.instance, len(report.runs)
    many = f"{number} seeds" if number > 1 else f"seed {report.runs[0].seed}"
    size = f"{report.runs[0].people:,} people, {instance.days} days from {instance.start}"
    yield f"{instance.name}: {size}, {instance.mode.value}, {many}"
    yield TOLD
    if quirks := quirks_of(instance, report.arrivals):
        yield f"Flee's quirks that this instance touches, all kept: {', '.join(quirk.name for quirk in quirks)}"
    yield ""
    for label, name in (
        ("averaged relative difference, rescaled", "relative_difference"),
        ("averaged relative difference, as simulated", "relative_difference_raw"),
        ("total error", "total_error"),
    ):
        yield f"{label:<48}{_spread([getattr(one, name) for one in report.scores])}"
    for form in MASE:
        origin, kind = form.split()
        label = f"MASE{origin} {kind}, against day {origin}'s {RIVALS[kind]}"
        yield f"{label:<48}{_spread([one.mase[form] for one in report.scores])}"
    yield ""
    yield from _camp_lines(report)
    if report.learned:
        yield ""
        yield from _learned_lines(report)
    if folder is not None:
        yield ""
        yield f"report     {below(folder, 'report.html')}"
        yield f"folder     {folder}"


def warning_lines(warnings: Iterable[Problem]) -> Iterator[str]:
    """Say each warning."""
    for warning in warnings:
        yield f"warning: {warning}"


def mean(values: Sequence[float]) -> float:
    """Mean of a few numbers."""
    return math.fsum(values) / len(values)


def _camp_lines(report: Report) -> Iterator[str]:
    width = max(len(name) for name in report.instance.camp_names)
    yield f"{'camp':<{width}}  observed  simulated  (last day)  mean difference, rescaled"
    for n, camp in enumerate(report.instance.camps):
        observed = report.instance.observed(camp)[-1]
        simulated = mean([run.of(camp)[-1] for run in report.runs])
        difference = mean([scores.camps[n].difference_rescaled for scores in report.scores])
        yield f"{report.instance.camp_names[n]:<{width}}  {observed:>8,}  {simulated:>9,.0f}  {'':>10}  {difference:>25,.0f}"


def _learned_lines(report: Report) -> Iterator[str]:
    if report.learned is None:
        return
    learned = report.learned
    split = learned.calibration.split
    yield f"calibrated on days 0 to {split - 1}, judged on days {split} to {report.instance.days - 1}"
    yield LEARNED
    yield f"{'':<48}{'given':>10}{'parameters':>12}{'calibrated':>12}"
    for label, name in HELD.items():
        values = (getattr(one, name) for one in (learned.given, learned.unanchored, learned.found))
        yield f"{label:<48}" + "".join(
            f"{_text(_or_none(value)):>{width}}" for value, width in zip(values, (10, 12, 12), strict=True)
        )
    before, after = means(report.scores)["mase"], means(learned.scores)["mase"]
    for form in ("7 ratio", "30 ratio"):
        label = f"MASE ratio of day {form.split()[0]}, all days"
        yield f"{label:<48}{_text(before[form]):>10}{'':>12}{_text(after[form]):>12}"
    worse = learned.found.relative_difference >= learned.given.relative_difference
    yield "On the held days it is " + ("NOT better than the given settings." if worse else "better than the given settings.")


def _calibrated(report: Report) -> dict[str, Any] | None:
    if report.learned is None:
        return None
    learned = report.learned

    def held(one: Held) -> dict[str, float | None]:
        return {name: _or_none(value) for name, value in asdict(one).items()}

    return {
        "split": learned.calibration.split,
        "evaluations": learned.calibration.evaluations,
        **parameters(report),
        "note": LEARNED,
        "given": held(learned.given),
        "parameters_alone": held(learned.unanchored),
        "found": held(learned.found),
        "mean": means(learned.scores),
    }


def _scores(scores: Scores) -> dict[str, Any]:
    return {
        **means([scores]),
        "camps": [{**asdict(camp), "mase": {k: _or_none(v) for k, v in camp.mase.items()}} for camp in scores.camps],
    }


def _spread(values: Sequence[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.4f}"
    return f"{mean(values):.4f} ({min(values):.4f} to {max(values):.4f})"


def _text(value: float | None) -> str:
    return "?" if value is None else f"{value:.3f}"


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value


def _rounded(value: float) -> float | str:
    return "" if math.isnan(value) else round(value, 4)


def _csv(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
