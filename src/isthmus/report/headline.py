"""What the page says first: the warning where the fit failed, then the findings in words with numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from isthmus.data.series import Figure
from isthmus.report.fit_words import fit_words
from isthmus.report.language import say
from isthmus.report.charts import Table
from isthmus.report.claims import Check
from isthmus.report.intervals import WITHHELD, Interval, count, count_words, interval, official, percent, plain
from isthmus.report.leaning import leaning, leaning_words
from isthmus.report.skill import Backtest, Skill
from isthmus.report.view import RunView
from isthmus.report.words import capital, change, day_name, listed, lowered, period_name, small, some, span


@dataclass(frozen=True)
class Headline:
    """The top of the page.

    Attributes:
        alarm: Said before anything else; empty where the fit passed its diagnostics.
        points: Findings, each a heading and a sentence.
        table: Figures and expectations of every checkpoint.
    """

    alarm: str
    points: tuple[tuple[str, str], ...]
    table: Table


def headline(view: RunView, tested: Backtest, checked: Sequence[Check]) -> Headline:
    """Put the findings of a run into words."""
    points = [
        ("What the official figures show", _official(view)),
        (_ahead_heading(view, tested), _ahead(view, tested)),
        ("How far to trust it", _skill(tested)),
    ]
    if view.under_way:
        points.append(("Counted so far of the month under way", _under_way(view)))
    if few := leaning(view):
        points.append(("Groups with few figures borrow strength", leaning_words(view, few)))
    if checked:
        points.append(("What is said about this corridor", _claims(checked)))
    return Headline(alarm(view), tuple(points), _table(view, tested))


def alarm(view: RunView) -> str:
    """The warning of a fit that did not pass, or of a quick run; empty otherwise."""
    if not view.converged:
        fit = view.fit
        parts = [
            f"{say(words)} {plain(float(fit[name]), step)}"
            for name, words, step in (
                ("max_rhat", "largest R-hat", 0.001),
                ("min_ess_bulk", "smallest bulk effective sample", 1.0),
                ("divergences", "divergences", 1.0),
            )
            if fit.get(name) is not None and fit.get("moved") is None
        ]
        # the message of a fit says the same numbers again, where it has them
        said = fit_words(str(fit.get("message") or "").strip().rstrip("."))
        tail = f" ({listed(parts) if parts else said})" if parts or said else ""
        return say(
            "The fit did not converge{tail}. Do not use the modelled numbers on this page: the "
            "figures are as published, everything the model says is unreliable.",
            tail=tail,
        )
    if view.manifest.get("quick"):
        return "This was a quick run, with few draws: intervals are rough. Use a full run before anyone relies on it."
    return ""


MOST_NAMED = 8
"""Groups that a sentence names; more are counted."""


def _noun(view: RunView, series: str) -> str:
    """Label of a series within a sentence, whose people they are behind it; nationalities and places keep their capital."""
    said = view.corridor.series[series]
    group = view.corridor.groups[said.group].label
    whole, of = say(said.label), say(group)
    if whole.startswith(f"{of}: "):
        return f"{whole.removeprefix(f'{of}: ')} ({of})"
    names = [name for name in (group, *(place.label for place in view.corridor.places.values())) if said.label.startswith(name)]
    if not names:
        return say(lowered(said.label))
    return whole if any(whole.startswith(say(name)) for name in names) else lowered(whole)


def _year_words(view: RunView, series: str) -> str:
    recent = view.last_year
    now, reported = view.counted(series, recent)
    words = f"{official(now)} {_noun(view, series)}"
    if reported < len(recent):
        words += say(" ({reported} of {recent} months reported)", reported=reported, recent=len(recent))
    before, reported_before = view.counted(series, view.fitted[-24:-12])
    if reported == 12 and reported_before == 12:
        words += say(", {change} the {before} of the twelve months before", change=change(now, before), before=official(before))
    return say("{words} (flow of {unit}; {publishers})", words=words, unit=view.unit(series), publishers=view.publishers(series))


def _ends(view: RunView) -> tuple[str, ...]:
    """The first and the last series, where people enter and where they arrive; of all people where those are counted."""
    groups, series = view.corridor.groups, view.corridor.series
    names = tuple(name for name in view.series if groups[series[name].group].total) or view.series
    return names if len(names) < 2 else (names[0], names[-1])


def _official(view: RunView) -> str:
    parts = [group for group in view.corridor.groups.values() if not group.total] or list(view.corridor.groups.values())
    few = len(parts) <= MOST_NAMED
    groups = listed([say(group.label) for group in parts]) if few else say("{n} groups of people", n=len(parts))
    counted = "; ".join(_year_words(view, s) for s in _ends(view))
    when = span(view.last_year[0], view.last_year[-1])
    return say(
        "{groups}, {when}: {counted}. Published counts carry no interval of their own; publishers revise them.",
        groups=groups,
        when=when,
        counted=counted,
    )


def _total(view: RunView, series: str) -> Interval:
    return interval(view.predicted(series, view.ahead).sum(axis=1))


def _ahead_heading(view: RunView, tested: Backtest) -> str:
    when = span(view.ahead[0], view.ahead[-1])
    return say("What to expect in {when}: {label_of}", when=when, label_of=tested.label_of(len(view.ahead)))


def _ahead(view: RunView, tested: Backtest) -> str:
    parts = [f"{count_words(_total(view, s))} {_noun(view, s)}" for s in _ends(view)]
    horizons = range(1, len(view.ahead) + 1)
    skilled = [h for h in horizons if tested.label(h) == "forecast"]
    when = span(view.ahead[0], view.ahead[-1])
    words = say(
        "Over {ahead} months ({when}) the model has {parts} (flows; every checkpoint below).",
        ahead=small(len(view.ahead)),
        when=when,
        parts=listed(parts),
    )
    if not tested.sound:
        return say(
            "{words} The fit did not converge, so these numbers are a scenario, not a forecast, and an unreliable one.",
            words=words,
        )
    if not skilled:
        tail = "so these numbers are a scenario, not a forecast."
        return say("{words} No month ahead has shown skill against the naive forecast, {tail}", words=words, tail=tail)
    if len(skilled) == len(horizons):
        return say("{words} Every month ahead has shown skill against the naive forecast.", words=words)
    named = listed([period_name(view.ahead[h - 1]) for h in skilled])
    return say(
        "{words} Skill is shown for {named} only: the other months are a scenario, not a forecast.", words=words, named=named
    )


def _under_way(view: RunView) -> str:
    parts = [_counted_so_far(view, row) for row in view.under_way[:6]]
    more = len(view.under_way) - len(parts)
    tail = say(" and {more} more", more=more) if more else ""
    return say(
        "The forecast is a nowcast where a part of a month was counted: {parts}{tail}. Draws were moved towards those "
        "counts; the backtest knows no such parts, so no skill is claimed for what they add.",
        parts=listed(parts),
        tail=tail,
    )


def _counted_so_far(view: RunView, row: Mapping[str, Any]) -> str:
    named = {
        "series": _noun(view, row["series"]),
        "share": percent(row["share_of_days"]),
        "month": period_name(row["month"]),
    }
    reported = row.get("share_reported", 1.0)
    if reported == 1:
        return say("{series}, {share} of the days of {month}", **named)
    return say("{series}, {share} of the days of {month} (count about {reported} complete)", **named, reported=percent(reported))


def _skill(tested: Backtest) -> str:
    skill = tested.overall
    if skill is None:
        return "No backtest was run, so no skill is shown and nothing here is called a forecast."
    origins = (
        say(
            "{origins} past origins ({origins2})",
            origins=small(len(tested.origins)),
            origins2=span(tested.origins[0], tested.origins[-1]),
        )
        if tested.origins
        else "past origins"
    )
    return say(
        "{verdict} over {origins}: relative skill {skill_words}, where 1 is the random walk and lower is better. {coverage}",
        verdict=_verdict(skill),
        origins=origins,
        skill_words=_skill_words(skill),
        coverage=_coverage(skill),
    )


def _verdict(skill: Skill) -> str:
    if not skill.known:
        return "The model could not be held against the naive forecast (a random walk)"
    if skill.few:
        return "There are too few past forecasts to say whether the model beats the naive forecast (a random walk)"
    if skill.shown:
        return "The model beat the naive forecast (a random walk)"
    if skill.value < 1:
        return "The model was ahead of the naive forecast (a random walk), but not by more than chance could give,"
    if skill.lo > 1:
        return "The model lost to the naive forecast (a random walk)"
    return "The model did not beat the naive forecast (a random walk): it lost, by no more than chance could give,"


def _skill_words(skill: Skill) -> str:
    return say(
        "{value} (95\N{NO-BREAK SPACE}% interval {lo} to {hi})",
        value=plain(skill.value, 0.01),
        lo=plain(skill.lo, 0.01),
        hi=plain(skill.hi, 0.01),
    )


def _coverage(skill: Skill) -> str:
    if not skill.forecasts:
        return ""
    share = 100 * skill.coverage90
    fair = "as they should" if 85 <= share <= 95 else "too narrow" if share < 85 else "wider than needed"
    return say(
        "Its 90\N{NO-BREAK SPACE}% intervals held {share:.0f}\N{NO-BREAK SPACE}% of what was later published ({fair}).",
        share=share,
        fair=fair,
    )


def _claims(checked: Sequence[Check]) -> str:
    verdicts: dict[str, int] = {}
    for check in checked:
        verdicts[check.verdict] = verdicts.get(check.verdict, 0) + 1
    counted = listed([f"{small(n)} {say(_plural(verdict, n))}" for verdict, n in verdicts.items()])
    words = say("{some} checked: {counted}.", some=capital(some(len(checked), "public claim")), counted=counted)
    for check in checked:
        if check.verdict in {"misleading", "does not hold"}:
            said = f"\N{LEFT DOUBLE QUOTATION MARK}{say(check.text)}\N{RIGHT DOUBLE QUOTATION MARK}"
            words += f" {said} {say(_plural(check.verdict, 1))}. {check.reason}"
    return words


def _plural(verdict: str, n: int) -> str:
    if n == 1:
        return {"misleading": "is misleading"}.get(verdict, verdict)
    forms: dict[str, str] = {
        "holds": "hold",
        "holds roughly": "hold roughly",
        "holds in part": "hold in part",
        "does not hold": "do not hold",
        "misleading": "are misleading",
    }
    return forms.get(verdict, verdict)


def _table(view: RunView, tested: Backtest) -> Table:
    first = view.ahead[0]
    columns = (
        "Checkpoint (flow)",
        "Unit",
        say("Published, {last_year}", last_year=span(view.last_year[0], view.last_year[-1])),
        f"{period_name(first)}, {say(tested.label(1))}",
        say("90\N{NO-BREAK SPACE}% interval"),
        say("{first}, total, {label_of}", first=span(first, view.ahead[-1]), label_of=tested.label_of(len(view.ahead))),
        say("90\N{NO-BREAK SPACE}% interval"),
        "Skill against random walk",
        "Source of figures",
    )
    return Table(columns, tuple(_table_row(view, tested, s) for s in view.series))


def _table_row(view: RunView, tested: Backtest, series: str) -> tuple[str, ...]:
    counted, reported = view.counted(series, view.last_year)
    shown = official(counted) + ("" if reported == len(view.last_year) else say(" ({reported} months)", reported=reported))
    skill = tested.by_checkpoint.get(series)
    words = "not tested" if skill is None else skill.words
    cells = []
    first, whole = view.ahead[0], f"{view.ahead[0]}/{view.ahead[-1]}"
    values = {first: interval(view.predicted(series, view.ahead[:1])[:, 0]), whole: _total(view, series)}
    for period, value in values.items():
        lo, hi = value.lo90, value.hi90
        said = [count(value.median, lo, hi), say("{lo} to {hi}", lo=count(lo, lo, hi), hi=count(hi, lo, hi))]
        cells += [WITHHELD, WITHHELD] if (series, period) in view.withheld else said
    return view.corridor.series[series].label, view.unit(series), shown, *cells, words, view.publishers(series)


def facts(view: RunView) -> list[tuple[str, str]]:
    """Names and values of the run's provenance."""
    manifest = view.manifest
    environment: dict[str, Any] = dict(manifest.get("environment", {}))
    return [
        (
            "Corridor",
            say(
                "{get}, file hash {get2}",
                get=manifest.get("corridor", view.corridor.name),
                get2=manifest.get("hash", "not given"),
            ),
        ),
        ("Figures", say("hash {get}", get=manifest.get("figures_hash", "not given"))),
        ("Code", say("Isthmus {get}", get=manifest.get("isthmus", "version not given"))),
        ("Seed", str(manifest.get("seed", "not given"))),
        ("Made", str(manifest.get("created", "not given"))),
        ("Fitted months", span(view.fitted[0], view.fitted[-1])),
        (
            "Fit",
            _fit_words(view),
        ),
        ("Protection", _gate_words(view)),
        ("Environment", ", ".join(f"{k} {v}" for k, v in environment.items()) or "not given"),
    ]


def _gate_words(view: RunView) -> str:
    """What the gate withheld, and what it cost."""
    found = view.gate
    if not found:
        return "not given"
    share, change, wider = (float(found[name]) for name in ("share_withheld", "change_per_cent", "wider_per_cent"))
    return say(
        "{share} of {found} forecast numbers withheld; rounding changes released counts by "
        "{change} on average and widens their 90\N{NO-BREAK SPACE}% intervals by {wider}",
        share=percent(share, 1),
        found=found["cells"],
        change=percent(change / 100, 2),
        wider=percent(wider / 100, 2),
    )


def _fit_words(view: RunView) -> str:
    """Chains, draws and diagnostics in one line."""
    fit = view.fit

    def shown(name: str, step: float = 1.0) -> str:
        return plain(float(fit[name]), step) if fit.get(name) is not None else "not given"

    return say(
        "{shown} chains of {shown2} draws; largest R-hat {shown3}; smallest effective sample "
        "{shown4} (bulk), {shown5} (tail); {shown6} divergences; {x}",
        shown=shown("chains"),
        shown2=shown("draws"),
        shown3=shown("max_rhat", 0.001),
        shown4=shown("min_ess_bulk"),
        shown5=shown("min_ess_tail"),
        shown6=shown("divergences"),
        x="passed" if view.converged else "did not pass",
    )


def figure_sources(view: RunView) -> Table:
    """Series of the table of figures with publisher, dates, kind, unit and confidence."""
    found: dict[tuple[str, str], list[Figure]] = {}
    for row in view.figures.rows:
        if row.value is not None:
            found.setdefault((row.series, row.publisher), []).append(row)
    rows = []
    for (series, publisher), figures in found.items():
        periods = sorted(f.period for f in figures)
        rows.append(
            (
                series.replace("_", " "),
                publisher,
                span(periods[0], periods[-1]),
                str(len(figures)),
                listed(sorted({f.kind for f in figures})),
                listed(sorted({f.unit for f in figures})),
                day_name(max(f.seen for f in figures)),
                ", ".join(sorted({f.confidence for f in figures})),
            )
        )
    return Table(
        ("Series", "Publisher", "Periods", "Figures", "Kind", "Unit", "Last published or seen", "Confidence"),
        tuple(rows),
    )
