"""Harm on the way: deaths as minimums, bands of what records see, sexual violence for all people in transit only."""

from __future__ import annotations

from collections.abc import Callable

import xarray as xr

from isthmus.report.block_counts import cell, harm_period
from isthmus.report.fit_words import fit_words
from isthmus.report.language import say
from isthmus.report.charts import Chart, Table
from isthmus.report.intervals import WITHHELD, Interval, interval, official, percent, smallest_count
from isthmus.report.parameters import leg_name
from isthmus.report.sections import Row, Section, draws, learned_table, people, rows_chart
from isthmus.report.view import RunView
from isthmus.report.words import span
from isthmus.spec.harm import Harm

KINDS = {
    "death": "Died or went missing",
    "robbery": "Robbed at least once",
    "sexual_violence": "Met sexual violence at least once",
    "injury": "Injured at least once",
    "bodies": "Saw bodies",
}


def harm(view: RunView) -> Section | None:
    """Deaths by year against records, prevalence against surveys, and the groups' part."""
    data, block = view.outcomes, view.corridor.harm
    if data is None or block is None or "harm_everyone" not in data:
        return None
    charts, tables = [], []
    for leg in (str(name) for name in data["harm_leg"].values):
        charts.append(_deaths(view, data, block, leg))
        asked = [survey for survey in block.surveys.values() if survey.leg == leg]
        if asked:
            charts.append(_surveys(view, data, block, leg))
        tables.append(
            (
                _everyone(data, leg),
                say(
                    "People of all nationalities harmed on {leg_name}. Deaths are minimums.",
                    leg_name=leg_name(view.corridor, leg),
                ),
            )
        )
        tables.append((_groups(view, data, leg), (
            say("Of the corridor's groups, on {leg_name}. Deaths are minimums. Sexual violence is "
"not shown by nationality.", leg_name=leg_name(view.corridor, leg))
        )))  # fmt: skip
    tables.append((_records(block), "What was recorded. After a suspension nothing was seen, which is not zero."))
    tables += learned_table(view, "harm", _words(view, block))
    verdict = fit_words(str(data["harm_parameters"].attrs.get("message", "")))
    words = (
        (
            "Every number of deaths here is a minimum: most deaths are never recorded, and records change with access. Sources "
            "that disagree are fitted together, each with its own share of cases that it sees; how large these shares are rests "
            "on their priors, and only their ratio is learned well."
        ),
        (
            say(
                "Harm to people of a nationality is taken from that of all people on the same leg: "
                "nothing is known of their own risk, and legs that are not named here are not "
                "modelled, which does not make them safe. {verdict}.",
                verdict=verdict,
            )
        ),
    )
    return Section("harm", "Harm on the way: minimums", words, tuple(charts), tuple(tables))


def _words(view: RunView, block: Harm) -> dict[str, str]:
    out = {
        f"records.{name}.reporting": say("{label}: share of cases recorded", label=r.label) for name, r in block.records.items()
    }
    for leg in block.legs:
        out |= {
            f"{leg}.{kind}": say(
                "{leg_name}: {lower}, events a person", leg_name=leg_name(view.corridor, leg), lower=said.lower()
            )
            for kind, said in KINDS.items()
        }
    return out


def _deaths(view: RunView, data: xr.Dataset, block: Harm, leg: str) -> Chart:
    rows, cells = [], []
    recorded: dict[str, list[tuple[str, int]]] = {}
    for record in block.records.values():
        if record.harm == "death" and record.leg == leg:
            for one in record.counts:
                recorded.setdefault(one.period[0][:4], []).append((f"{record.label}, {span(*one.period)}", one.count))
    for year in (str(y) for y in data["harm_year"].values):
        values = interval(draws(data, "harm_everyone", harm_leg=leg, harm="death", harm_year=year))
        inside = year not in {c.period[0][:4] for r in block.records.values() for c in r.counts if c.people is not None}
        marks = tuple(float(n) for _, n in recorded.get(year, ()) if inside)
        months = _months(view, year)
        rows.append(Row(say("{months}: at least", months=months), values, marks))
        said = "; ".join(f"{who}: {n}" for who, n in recorded.get(year, ())) or "none recorded"
        cells.append((months, official(float(data["harm_people"].sel(harm_year=year))), _at_least(values), said))
    return rows_chart(
        f"deaths-{leg}",
        say("Deaths on {leg_name} were more than were recorded", leg_name=leg_name(view.corridor, leg)),
        "Persons of all nationalities who died or went missing, minimums; strokes: recorded in the same months. Kind: flow. "
        "Source: records named below and this model.",
        rows,
        Table(
            ("Period", "People counted", say("Died or went missing, at least (90\N{NO-BREAK SPACE}%)"), "Recorded"), tuple(cells)
        ),
        unit="persons in the period",
    )


def _months(view: RunView, year: str) -> str:
    """The months of a year with a count of all nationalities."""
    block = view.corridor.harm
    points = view.figures.series(block.everyone, group="ALL").points() if block is not None else ()
    inside = [month for month, _ in points if month.startswith(year)]
    return span(inside[0], inside[-1]) if inside else year


def _at_least(values: Interval) -> str:
    return people(values) if values.median < smallest_count() else say("at least {values}", values=people(values))


def _surveys(view: RunView, data: xr.Dataset, block: Harm, leg: str) -> Chart:
    rows, cells = [], []
    for kind in dict.fromkeys(s.about for s in block.surveys.values() if s.leg == leg):
        values = interval(draws(data, "harm_met", harm_leg=leg, met=kind))
        asked = [s for s in block.surveys.values() if s.leg == leg and s.about == kind]
        rows.append(Row(KINDS[kind], values, tuple(s.share for s in asked)))
        shown = say(
            "{median} ({lo90} to {hi90})", median=percent(values.median), lo90=percent(values.lo90), hi90=percent(values.hi90)
        )
        cells.append((KINDS[kind], shown, "; ".join(f"{say(s.label)}, {percent(s.share)}: {s.source}" for s in asked)))
    return rows_chart(
        f"surveys-{leg}",
        say("What people said who had passed {leg_name}", leg_name=leg_name(view.corridor, leg)),
        "Share of people who passed, all nationalities; strokes: share of those surveyed. Kind: ratio. Surveys differ in "
        "wording, in place and in who was asked; the model allows each its own shift.",
        rows,
        Table(("What", say("Model (90\N{NO-BREAK SPACE}%)"), "Surveyed"), tuple(cells)),
        unit="share of people who passed",
    )


def _everyone(data: xr.Dataset, leg: str) -> Table:
    years = [str(y) for y in data["harm_year"].values]
    rows = []
    for kind in (str(k) for k in data["harm"].values):
        values = [interval(draws(data, "harm_everyone", harm_leg=leg, harm=kind, harm_year=year)) for year in years]
        rows.append((KINDS[kind], *((_at_least(v) if kind == "death" else people(v)) for v in values)))
    return Table(("Harm", *years), tuple(rows))


def _groups(view: RunView, data: xr.Dataset, leg: str) -> Table:
    periods = [str(p) for p in data["period"].values]
    dated = [harm_period(view, period) for period in periods]

    def told(measure: str, found: list[Interval], tell: Callable[[Interval], str], **where: str) -> list[str]:
        held = [cell(measure, period, **where) in view.held for period in dated]
        return [say(WITHHELD) if gone else tell(values) for gone, values in zip(held, found, strict=True)]

    rows = []
    for group in (str(g) for g in data["group"].values):
        label = view.corridor.groups[group].label
        for kind in (str(k) for k in data["harm_open"].values):
            found = [interval(draws(data, "harm_groups", harm_leg=leg, harm_open=kind, group=group, period=p)) for p in periods]
            tell = _at_least if kind == "death" else people
            rows.append((f"{say(label)}: {say(KINDS[kind]).lower()}", *told(f"harm_{kind}", found, tell, leg=leg, group=group)))
        for record in (str(r) for r in data["death_record"].values):
            found = [interval(draws(data, "harm_recorded", death_record=record, group=group, period=p)) for p in periods]
            seen = view.corridor.harm.records[record].label if view.corridor.harm is not None else record
            said = say("{label}: deaths that {seen} would record", label=label, seen=seen)
            rows.append((said, *told(f"recorded_{record}", found, people, group=group)))
    heads = (span(view.ahead[0], view.ahead[-1]) + f" ({say('scenario')})" if p == "ahead" else _fitted(view, p) for p in periods)
    return Table(("Group and harm", *heads), tuple(rows))


def _fitted(view: RunView, year: str) -> str:
    inside = [month for month in view.fitted if month.startswith(year)]
    return span(inside[0], inside[-1]) if inside else year


def _records(block: Harm) -> Table:
    rows = []
    for record in block.records.values():
        rows += [
            (record.label, KINDS[record.harm], span(*one.period),
             say("at least {values}", values=one.count) if one.bound == "at_least" else str(one.count),
             one.note or "", f"{record.source} ({one.confidence})")
            for one in record.counts
        ]  # fmt: skip
        if record.suspended is not None:
            since = say("from {suspended:%Y-%m-%d}", suspended=record.suspended)
            rows.append(
                (record.label, KINDS[record.harm], since, "censored", "the source was suspended: not zero", record.source)
            )
    return Table(("Source", "Harm", "Window", "Recorded", "Note", "Published by"), tuple(rows))
