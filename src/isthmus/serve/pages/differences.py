"""What a scenario changes, in words, rows and a picture: paired with the baseline, each number with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus.report import svg
from isthmus.report.charts import NBSP, Chart, Table
from isthmus.report.intervals import plain
from isthmus.report.language import say as spoken
from isthmus.report.parameters import leg_name
from isthmus.report.words import period_name
from isthmus.serve.library.results import ALL, CHANGE, Result
from isthmus.serve.web.language import Language, say

if TYPE_CHECKING:
    from isthmus.spec.schema import Corridor

MOST = 4
"""Scenarios compared at once."""
SHOWN = 8
"""Places and legs named for each question."""

QUESTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Who sets out, and who stays", ("departures",)),
    ("Where people are at the end", ("arrived", "settled_on_the_way", "returned", "removed", "permitted", "turned_back_all",
                                     "stranded_all", "working_all", "under_way")),
    ("Where people divert to: arrivals by place", ("arrivals",)),
    ("Where people divert to: legs", ("leg_flow",)),
    ("Who waits, at the end of the last month or the highest", ("queued", "waiting", "stranded")),
    ("The harm that moves with them (minimum)", ("death", "robbery", "sexual_violence", "injury")),
)  # fmt: skip

LABELS = {
    "departures": "Setting out",
    "arrived": "Arrive at a destination",
    "settled_on_the_way": "End the journey on the way",
    "returned": "Go back by a return leg",
    "removed": "Are sent back",
    "permitted": "Travel with permission",
    "turned_back_all": "Turn back on the way",
    "stranded_all": "Are stranded without money",
    "working_all": "Work to pay for the next leg",
    "under_way": "Are under way, staying or waiting",
    "queued": "In the queue",
    "waiting": "Staying or waiting",
    "stranded": "Stranded without money",
    "death": "Dead or missing",
    "robbery": "Robbed",
    "sexual_violence": "Met with sexual violence",
    "injury": "Injured",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what, and for each scenario the change with its interval, or why it is not shown."""

    words: str
    cells: tuple[str, ...]
    unit: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with its rows."""

    question: str
    lines: tuple[Line, ...]


def answers(corridor: Corridor, results: Sequence[Result], language: Language) -> list[Answer]:
    """Every question that has an answer in any of the results, over all months ahead together."""
    tables = [{(row["measure"], row["place"], row["leg"]): row for row in _whole(result)} for result in results]
    found = []
    for question, measures in QUESTIONS:
        keys = [key for measure in measures for key in _keys(tables, measure + CHANGE)]
        lines = tuple(_line(corridor, key, tables, language) for key in keys)
        if lines:
            found.append(Answer(say(language, question), lines))
    return found


def _whole(result: Result) -> list[Mapping[str, Any]]:
    """Changes over the whole span: flows added up; stocks, which must not be, at the end of the last month."""
    flows = result.changes(result.span)
    there = {row["measure"] for row in flows}
    return flows + [row for row in result.changes(result.months[-1]) if row["measure"] not in there]


def _keys(tables: Sequence[Mapping[tuple[str, str, str], Mapping[str, Any]]], measure: str) -> list[tuple[str, str, str]]:
    """Places and legs that change most, in any of the scenarios."""
    size: dict[tuple[str, str, str], float] = {}
    for table in tables:
        for key, row in table.items():
            if key[0] == measure and row["median"] is not None:
                largest = max(abs(row["lo90"]), abs(row["hi90"]))
                if largest > 0:
                    size[key] = max(size.get(key, 0.0), largest)
    return sorted(size, key=lambda key: -size[key])[:SHOWN]


def _line(
    corridor: Corridor,
    key: tuple[str, str, str],
    tables: Sequence[Mapping[tuple[str, str, str], Mapping[str, Any]]],
    language: Language,
) -> Line:
    rows = [table.get(key) for table in tables]
    first = next(row for row in rows if row is not None)
    cells = tuple(change_words(row, language) for row in rows)
    return Line(what(corridor, key, language), cells, str(first["unit"]), str(first["kind"]), str(first["source"]))


def what(corridor: Corridor, key: tuple[str, str, str], language: Language) -> str:
    """What a row is about."""
    measure, place, leg = key
    name = measure.removesuffix(CHANGE)
    words = say(language, LABELS[name]) if name in LABELS else ""
    where = ""
    if leg != ALL:
        arc = corridor.legs.get(leg)
        where = leg_name(corridor, leg) if arc else leg.replace("_", " ")
    elif place != ALL:
        where = spoken(corridor.places[place].label) if place in corridor.places else place
    return ": ".join(part for part in (words, where) if part)


def change_words(row: Mapping[str, Any] | None, language: Language) -> str:
    """``+1,250 (90 % interval +800 to +1,700)``."""
    if row is None or row["median"] is None:
        return say(language, "withheld") if row is not None else say(language, "does not apply")
    if row["median"] == row["lo90"] == row["hi90"] == 0:
        return say(language, "no change")
    numbers = {name: signed(row[name], language) for name in ("median", "lo90", "hi90")}
    return say(language, "{median} (90 % interval {lo90} to {hi90})", **numbers)


def signed(value: float, language: Language) -> str:
    """A number with its sign."""
    text = plain(value)
    if language == "es":
        text = text.replace(",", ".")
    return f"+{text}" if value > 0 else text


def differences(
    corridor: Corridor, named: Sequence[tuple[str, Result]], measure: str, item: str, language: Language
) -> Chart | None:
    """The change of one measure by month, a panel for each scenario on one scale."""
    panels = [(label, result.series(measure + CHANGE, item)) for label, result in named]
    panels = [(label, [row for row in rows if row["median"] is not None]) for label, rows in panels]
    if not any(rows for _, rows in panels):
        return None
    key = (measure + CHANGE, item if item in corridor.places else ALL, item if item in corridor.legs else ALL)
    title = say(
        language, "Change against the baseline, by month: {what}", what=what(corridor, key, language) or LABELS.get(measure, "")
    )
    low = min([0.0, *(row["lo90"] for _, rows in panels for row in rows)])
    high = max([0.0, *(row["hi90"] for _, rows in panels for row in rows), low + 10])
    description = say(language, "The numbers are in the table below.")
    scale, size = (low, high), 34 + 170 * len(panels)
    pictures = tuple(
        svg.document(f"change-{css}", title, description, (width, size), *_panels(panels, scale, width), css=css)
        for css, width in (("wide", 640.0), ("narrow", 350.0))
    )
    columns = tuple(say(language, words) for words in ("Scenario", "Month", "Median", "50 % interval", "90 % interval"))
    table = tuple(
        (
            label,
            period_name(str(row["period"])),
            signed(row["median"], language),
            _range(row, "50", language),
            _range(row, "90", language),
        )
        for label, rows in panels
        for row in rows
    )
    first = next(rows for _, rows in panels if rows)[0]
    about = say(
        language,
        "Unit: {unit}; kind: {kind}; paired by draw with the baseline. Source: {source}.",
        unit=spoken(str(first["unit"])), kind=spoken(str(first["kind"])), source=first["source"],
    )  # fmt: skip
    return Chart("change", title, about, pictures, Table(columns, table))


def _range(row: Mapping[str, Any], level: str, language: Language) -> str:
    low, high = signed(row[f"lo{level}"], language), signed(row[f"hi{level}"], language)
    return say(language, "{low} to {high}", low=low, high=high)


def _panels(panels: Sequence[tuple[str, Sequence[Mapping[str, Any]]]], scale: tuple[float, float], width: float) -> list[Any]:
    return [part for n, (label, rows) in enumerate(panels) for part in _panel(label, rows, 20 + 170 * n, scale, width)]


def _panel(label: str, rows: Sequence[Mapping[str, Any]], top: float, scale: tuple[float, float], width: float) -> list[Any]:
    left, right, bottom = 70.0, width - 14, top + 120
    y = svg.Scale(scale[0], scale[1], bottom, top + 12)
    slot = (right - left) / max(len(rows), 1)
    xs = [left + slot * (k + 0.5) for k in range(len(rows))]
    parts: list[Any] = [svg.text(4, top, label, "label strong")]
    for tick in svg.round_ticks(*scale, about=3):
        parts += [svg.line(left, y(tick), right, y(tick), "grid"), svg.text(left - 6, y(tick) + 4, plain(tick), "tick", "end")]
    parts += (
        [
            svg.band(xs, [y(row["lo90"]) for row in rows], [y(row["hi90"]) for row in rows], "fan90"),
            svg.band(xs, [y(row["lo50"]) for row in rows], [y(row["hi50"]) for row in rows], "fan50"),
            svg.polyline([(x, y(row["median"])) for x, row in zip(xs, rows, strict=True)], "fan-median"),
            svg.line(left, y(0), right, y(0), "reference"),
        ]
        if rows
        else []
    )
    step = max(1, round(len(rows) * 90 / width))
    for k in range(0, len(rows), step):
        parts.append(svg.text(xs[k], bottom + 18, period_name(str(rows[k]["period"])).replace(" ", NBSP), "tick", "middle"))
    return parts
