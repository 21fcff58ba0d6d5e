"""The questions a planner asks, each with its answer in a sentence and its table: what the sheets and the brief are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from isthmus.disclosure.periods import Span, span_of
from isthmus.report.claims import checks
from isthmus.report.export.gather import Gathered
from isthmus.report.export.hxl import basis_of
from isthmus.report.headline import alarm, facts, headline
from isthmus.report.language import say
from isthmus.report.measures import measure_name
from isthmus.report.parameters import leg_name, place_name
from isthmus.report.skill import backtest
from isthmus.report.words import period_name, span

Cell = str | float | None
ENDS = ("lo50", "hi50", "lo90", "hi90")


@dataclass(frozen=True)
class Question:
    """A question with its answer.

    Attributes:
        sheet: Short name, at most 31 characters.
        about: Kind, unit and source, in words.
        columns: Heads of the table.
        rows: Numbers as numbers; None where withheld or not given.
    """

    sheet: str
    question: str
    answer: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


NUMBERS = ("Median", "50 % from", "50 % to", "90 % from", "90 % to")
MEASURED = (*NUMBERS, "Unit", "Kind", "Status", "Source")


def questions(gathered: Gathered) -> list[Question]:
    """All questions that the run can answer, in the language spoken."""
    made = (_expected, _published, _where, _what_if, _needed, _trust, _sources)
    return [question for make in made if (question := make(gathered)) is not None]


def first_lines(gathered: Gathered) -> list[str]:
    """What has to be known before anything is quoted."""
    view, found = gathered.view, gathered.tables["forecast"].report()
    return [
        *([text] if (text := alarm(view)) else []),
        say(
            "A flow counts what happens in a period and may be added up over time; a stock counts who is there "
            "at one moment and may not."
        ),
        say("The model puts nine chances in ten inside a 90 % interval. Official counts are as published and carry no interval."),
        say(
            "Cells marked as withheld hold fewer than {n} people, or would give such a cell away.",
            n=gathered.policy.smallest_count,
        ),
        say(
            "Modelled counts are rounded to {step}; interval ends are rounded outwards. Of {cells} forecast "
            "numbers, {withheld} are withheld.",
            step=gathered.policy.rounding,
            cells=found["cells"],
            withheld=found["withheld"],
        ),
        say("Deaths and disappearances are minimums: most are never recorded."),
        say("Nothing here is about any person, and nothing here is route advice."),
    ]


def period_words(period: str) -> str:
    """``2024-06/2024-11`` as ``Jun to Nov 2024``."""
    found = span_of(period)
    if found is None:
        return period
    first, last = f"{found.first:%Y-%m}", f"{found.last:%Y-%m}"
    return (
        period_name(period) if len(period) == 4 else span(first, last) if "/" in period else f"{period_name(first)}{period[7:]}"
    )


def _numbers(row: dict[str, Any]) -> tuple[Cell, ...]:
    return (row["median"], *(row[end] for end in ENDS))


def _measured(row: dict[str, Any]) -> tuple[Cell, ...]:
    words = (row["unit"], row["kind"], f"{row['status']}{': ' if row['note'] else ''}{row['note']}")
    said = (say(str(words[0])), say(str(words[1])), "; ".join(say(part) for part in words[2].split(": ", 1)))
    return (*_numbers(row), *said, str(row.get("source") or row.get("publisher") or ""))


def _expected(gathered: Gathered) -> Question:
    view = gathered.view
    first = headline(view, backtest(view), checks(view)).points[1]
    rows = tuple(
        (say(str(row["label"])), say(basis_of(row)), period_words(row["period"]), *_measured(row))
        for row in gathered.rows("forecast")
    )
    return Question(
        say("Expected"),
        say("How many people are expected at each checkpoint?"),
        f"{first[0]}. {first[1]}",
        say(
            "Figures a month, counted as each office counts; kind: flow. Source: this model, fitted to the publisher in each row."
        ),
        ("Checkpoint", "What it is", "Month", *MEASURED),
        rows,
    )


def _published(gathered: Gathered) -> Question:
    view = gathered.view
    rows = tuple(
        (say(str(row["label"])), str(row["group"]), period_words(row["period"]), row["median"], say(str(row["unit"])),
         say(str(row["kind"])), str(row["source"]))
        for row in gathered.rows("published")
    )  # fmt: skip
    return Question(
        say("Published"),
        say("What have the offices published?"),
        headline(view, backtest(view), checks(view)).points[0][1],
        say("Official counts as published; a month that is not here was not reported, which is not zero."),
        ("Checkpoint", "Nationality", "Month", "Published", "Unit", "Kind", "Source"),
        rows,
    )


def _where(gathered: Gathered) -> Question:
    view = gathered.view
    rows = tuple(
        (say(leg_name(view.corridor, str(row["leg"]))), period_words(row["period"]), *_measured(row))
        for row in gathered.rows("flows")
    )
    return Question(
        say("Where"),
        say("On which legs are people on the way?"),
        say(
            "People who set out on each leg in the last year of figures and in the months ahead. Legs join towns "
            "and borders; no way on the ground is shown."
        ),
        say("Persons who set out in the period; kind: flow. Source: this model."),
        ("Leg", "Period", *MEASURED),
        rows,
    )  # fmt: skip


def _what_if(gathered: Gathered) -> Question | None:
    """Totals of the whole period by scenario; months are in the table for researchers."""
    return _of_table(
        gathered, "scenarios", say("What if"),
        say("What would follow if rules or ways changed?"),
        say(
            "Each scenario runs on the same draws as the baseline; a change is the difference from it, paired "
            "draw by draw. A scenario is not a forecast."
        ),
        say("Whole period ahead; months are in scenarios.csv. Kind and unit in each row. Source: this model."),
    )  # fmt: skip


def _needed(gathered: Gathered) -> Question | None:
    return _of_table(
        gathered, "impacts", say("What is needed"),
        say("What must be ready, and where?"),
        say("Needs that follow from the flows and stocks of the model by published standards, which stand in the last column."),
        say("Kind and unit in each row. Source: this model and the standard named."),
    )  # fmt: skip


def _of_table(gathered: Gathered, name: str, sheet: str, question: str, answer: str, about: str) -> Question | None:
    """A question that a long table answers, where the run has it."""
    if name not in gathered.tables:
        return None
    columns = ("Scenario", "Measure", "Place or leg", "People", "Period", *MEASURED)
    return Question(sheet, question, answer, about, columns, tuple(_long(gathered, name)))


def _long(gathered: Gathered, name: str) -> Iterator[tuple[Cell, ...]]:
    """Rows of the longest period that each measure has; of stocks by month, those at the end."""
    view, rows = gathered.view, gathered.rows(name)
    labels = {key: scenario.label for key, scenario in (view.corridor.scenarios or {}).items() if hasattr(scenario, "label")}
    longest: dict[tuple[str, str], tuple[int, str]] = {}
    days = {period: _days(span_of(period)) for period in {str(row["period"]) for row in rows}}
    for row in rows:
        key = str(row.get("scenario")), str(row["measure"])
        longest[key] = max(longest.get(key, (0, "")), (days[str(row["period"])], str(row["period"])))
    for row in rows:
        if str(row["period"]) == longest[str(row.get("scenario")), str(row["measure"])][1]:
            scenario = str(row.get("scenario") or "")
            yield (
                say(labels.get(scenario, scenario)),
                measure_name(row),
                _site(gathered, row),
                _people(gathered, str(row.get("group") or "")),
                period_words(row["period"]),
                *_measured(row),
            )


def _days(period: Span | None) -> int:
    return 0 if period is None else period.days


def _site(gathered: Gathered, row: dict[str, Any]) -> str:
    corridor = gathered.view.corridor
    place, leg = str(row.get("place") or ""), str(row.get("leg") or "")
    if (named := place_name(corridor, place)) is not None:
        return named
    return say(leg_name(corridor, leg)) if leg in corridor.legs else say("all together")


def _people(gathered: Gathered, group: str) -> str:
    """Whose number it is: the nationality, or all together."""
    groups = gathered.view.corridor.groups
    return say(groups[group].label) if group in groups else say("all together")


def _trust(gathered: Gathered) -> Question:
    view = gathered.view
    tested = backtest(view)
    rows: list[tuple[Cell, ...]] = [
        (
            say(view.corridor.series[series].label),
            say("all horizons"),
            s.value,
            s.lo,
            s.hi,
            s.coverage50,
            s.coverage90,
            float(s.forecasts),
        )
        for series, s in tested.by_checkpoint.items()
    ]
    rows += [
        (
            say("all checkpoints"),
            say("{n} months ahead", n=h),
            s.value,
            s.lo,
            s.hi,
            s.coverage50,
            s.coverage90,
            float(s.forecasts),
        )
        for h, s in tested.by_horizon.items()
    ]
    return Question(
        say("How far to trust it"),
        say("How good were earlier forecasts?"),
        headline(view, tested, checks(view)).points[2][1],
        say(
            "Relative skill, a ratio without unit: error over that of the naive forecast, below 1 is better. "
            "Source: scores.csv of this run."
        ),
        ("Checkpoint", "Horizon", "Relative skill", "95 % from", "95 % to", "50 % held", "90 % held", "Forecasts scored"),
        tuple(rows),
    )  # fmt: skip


def _sources(gathered: Gathered) -> Question:
    view = gathered.view
    rows: Sequence[tuple[Cell, ...]] = [(say(name), value) for name, value in facts(view)]
    named = [
        (say("Publication"), source.title + (f", {source.date}" if source.date else ""))
        for source in view.corridor.sources.values()
    ]
    return Question(
        say("Sources"),
        say("Where does it come from?"),
        say("Computed by Isthmus from public aggregate statistics; the run can be made again from its hash and seed."),
        say("Names and dates; no numbers of people on this sheet."),
        ("What", "Value"),
        (*rows, *named),
    )
