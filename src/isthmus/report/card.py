"""The model card of a run: data, method, skill by horizon, known failures, intended and excluded uses, from the run's own files.

The form follows the model cards and peer reviews that OCHA's Centre for Humanitarian Data asks for. Nothing here is typed in for
a corridor: what failed is found in the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from isthmus.report.calibration import TOO_NARROW, TOO_WIDE
from isthmus.report.charts import NBSP, Table
from isthmus.report.leaning import leaning, leaning_words
from isthmus.report.intervals import percent
from isthmus.report.fit_words import fit_words
from isthmus.report.language import say, spoken_number
from isthmus.report.parameters import quantities
from isthmus.report.sections import Section
from isthmus.report.skill import Backtest, backtest, bracketed
from isthmus.report.view import RunView
from isthmus.report.words import period_name, span

LOST = {
    "before": "It lost to the random walk before a change of rules ({skill}).",
    "straddle": "It lost to the random walk across a change of rules ({skill}).",
    "after": "It lost to the random walk after a change of rules ({skill}).",
}
"""What is said of a regime in which a random walk was better."""
RIVALS = {
    "random_walk_step": "the random walk with the same prior policy step",
    "seasonal_naive": "the same month a year before",
    "ets": "ETS",
    "arima": "ARIMA",
    "theta": "Theta",
    "equal_mix": "the equal mix of ETS, ARIMA and Theta",
    "mechanism": "the mechanism alone",
    "pooled_regression": "the regression over all series",
}
"""Rivals in a sentence."""
OVER = {
    "all": "Over all origins of the whole backtest",
    "first": "Over the first half of its origins",
    "second": "Over the second half of its origins",
}
"""Spans of origins whose coverage is told."""
MODELS = {
    "nothing": "recursive logit over places and legs, autoregressive departures, delays, negative binomial counts",
    "pooled_regression": (
        "recursive logit over places and legs, autoregressive departures, delays, negative binomial counts; forecasts mixed in "
        "equal parts with a regression over all series"
    ),
}
INFERENCE = {
    "sampled": "Hamiltonian Monte Carlo on all unknowns jointly",
    "gaussian": "a joint Gaussian about the mode, groups apart given what they share",
}
INTENDED = (
    "Preparing reception, water, beds, staff and money at places of transit, by people who know them.",
    "Asking what a change of rules would do, as ranges beside the baseline, never as a single number.",
    "Holding public claims against official figures.",
    "Research on how flows answer to rules, with the code and the figures at hand.",
)
EXCLUDED = (
    "Route advice of any kind, and prices, times or risks for a journey.",
    "Finding, stopping or removing people: no detection, patrol or checkpoint planning.",
    "Decisions about a person, or about groups finer than nationality.",
    "Quoting a scenario as a forecast, a median without its interval, or a quick run.",
    "Deaths: what is recorded is a minimum, and so is all that is made from it.",
)


def card_facts(view: RunView) -> dict[str, Any]:
    """The card as plain values, as it is written to ``model_card.json``."""
    tested = backtest(view)
    known = quantities(view)
    return {
        "corridor": view.corridor.title,
        "isthmus": view.manifest.get("isthmus"),
        "data": {
            "series": [_series_facts(view, series) for series in view.series],
            "fitted": [view.fitted[0], view.fitted[-1]],
            "groups": {name: group.label for name, group in view.corridor.groups.items()},
        },
        "method": {
            "model": MODELS[view.corridor.combine],
            "inference": INFERENCE[view.corridor.fit],
            "fit": view.fit.get("message") or "no verdict on the fit was kept",
            "unknowns": len(known),
            "learned": sum(q.learned for q in known),
        },
        "skill": [
            {
                "horizon": h,
                "label": tested.label(h),
                "relative_skill": s.value,
                "lo": s.lo,
                "hi": s.hi,
                "coverage90": s.coverage90,
            }
            for h, s in tested.by_horizon.items()
        ],
        "origins": list(tested.origins),
        "failures": list(failures(view, tested)),
        "intended": list(INTENDED),
        "excluded": list(EXCLUDED),
    }


def _series_facts(view: RunView, series: str) -> dict[str, Any]:
    months = sorted(view.observed[series])
    return {
        "series": view.corridor.series[series].label,
        "publisher": view.publishers(series),
        "unit": view.unit(series),
        "kind": view.corridor.series[series].kind,
        "months": len(months),
        "first": months[0] if months else "",
        "last": months[-1] if months else "",
    }


def failures(view: RunView, tested: Backtest) -> Iterator[str]:
    """What is known not to work, found in the run; the list is never empty."""
    if not view.converged:
        yield say("The fit failed its diagnostics: {message}.", message=fit_words(str(view.fit.get("message", "no verdict"))))
    if view.manifest.get("quick"):
        yield say("This run was made with --quick: too few draws and origins to be quoted.")
    if tested.overall is None:
        yield say("No backtest was run: nothing is known of its skill.")
    else:
        yield from _backtest_failures(view, tested)
    yield from _leaderboard_failures(_read(view, "leaderboard.json"), _board(view))
    yield from _validation_failures(_read(view, "validation.json"))
    if few := leaning(view):
        yield leaning_words(view, few)
    assumed = [q for q in quantities(view) if not q.learned]
    if assumed:
        yield say("{n} quantities are assumed, not learned: the figures say little or nothing of them.", n=len(assumed))
    yield say("A new rule, closure or route breaks the past that all this was learned from; after a break, old dynamics linger.")


def _backtest_failures(view: RunView, tested: Backtest) -> Iterator[str]:
    without = [h for h, s in tested.by_horizon.items() if tested.label(h) == "scenario"]
    if without:
        months = ", ".join(str(h) for h in without)
        yield say(
            "No skill shown against the random walk at these months ahead: {months}. They are scenarios, not forecasts.",
            months=months,
        )
    for series, skill in tested.by_checkpoint.items():
        label = say(view.corridor.series[series].label)
        if not skill.shown:
            yield f"{label}: {say(skill.verdict)} ({skill.words})."
        if not TOO_NARROW <= skill.coverage90 <= TOO_WIDE and skill.forecasts >= 30:
            side = "too narrow" if skill.coverage90 < TOO_NARROW else "too wide"
            yield say(
                "{label}: 90 % intervals held {share} of figures, {side}.",
                label=label,
                share=percent(skill.coverage90),
                side=side,
            )
    if len(tested.origins) < 12:
        yield say("Only {n} past forecasts: too few for a verdict.", n=len(tested.origins))


def _board(view: RunView) -> list[dict[str, Any]]:
    path = view.folder / "leaderboard.parquet"
    if not path.is_file():
        return []
    import pyarrow.parquet as pq  # noqa: PLC0415  most runs have none

    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def _leaderboard_failures(facts: Mapping[str, Any], rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        ours = (row["model"], row["track"]) == ("isthmus", "real_time")
        wide = ours and row["scope"] in {"all", "half"} and row["against"] == "random_walk"
        if wide and not TOO_NARROW <= row["covered90"] <= TOO_WIDE:
            side = "too narrow" if row["covered90"] < TOO_NARROW else "too wide"
            where = OVER[row["part"]]
            yield say(
                "{where} 90 % intervals held {share} of figures, {side}.",
                where=say(where),
                share=percent(row["covered90"]),
                side=side,
            )
        if ours and row["scope"] == "regime" and row["against"] == "random_walk" and row["relative_skill"] >= 1:
            where = LOST[row["part"]]
            yield say(where, skill=spoken_number(f"{row['relative_skill']:.2f}"))
        duel = row["scope"] == "all" and row["against"] not in {"random_walk", "stack"}
        if duel and ours and row["hi"] >= 1:
            rival = RIVALS.get(row["against"], row["against"].replace("_", " "))
            yield say(
                "Not shown to beat {rival} ({interval}).",
                rival=rival,
                interval=bracketed(row["relative_skill"], row["lo"], row["hi"]),
            )
    if facts.get("not_pooled"):
        named = ", ".join(facts["not_pooled"])
        yield say("{n} series cannot be judged: {named}.", n=len(facts["not_pooled"]), named=named)


def _validation_failures(facts: Mapping[str, Any]) -> Iterator[str]:
    if not facts:
        yield say("Its inference has not been validated in this run (`isthmus validate`).")
        return
    ranked = facts["ranked"]
    if ranked["uniform"] < ranked["quantities"]:
        n = ranked["quantities"] - ranked["uniform"]
        yield say("Ranks of known truths are not uniform for {n} quantities.", n=n)
    for name, what in (("jumps", "heavy-tailed shocks"), ("recount", "a change of counting")):
        share = facts["coverage"][name]["ahead90"]
        if share < TOO_NARROW:
            yield say("Under {what} its 90 % intervals hold {share} of figures ahead.", what=what, share=percent(share))


def _read(view: RunView, name: str) -> Mapping[str, Any]:
    path = view.folder / name
    if not path.is_file():
        return {}
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def card(view: RunView) -> Section:
    """The card as a section of the report."""
    facts = card_facts(view)
    data = Table(
        ("Series", "Publisher", "Kind", "Unit", "Months", "From", "To"),
        tuple(
            (s["series"], s["publisher"], s["kind"], s["unit"], str(s["months"]), _month(s["first"]), _month(s["last"]))
            for s in facts["data"]["series"]
        ),
    )
    skill = Table(
        ("Months ahead", "Called", "Relative skill", f"90{NBSP}% intervals held"),
        tuple(
            (
                str(s["horizon"]),
                s["label"],
                bracketed(s["relative_skill"], s["lo"], s["hi"]),
                percent(s["coverage90"]),
            )
            for s in facts["skill"]
        ),
    )
    said = [(words, kind) for kind in ("intended", "excluded") for words in facts[kind]]
    uses = Table(("Use", ""), tuple(said))
    method = facts["method"]
    words = (
        say(
            "Data: {n} official series, {when}, groups by nationality only.",
            n=len(facts["data"]["series"]),
            when=span(*facts["data"]["fitted"]),
        ),
        say(
            "Method: {model}; {inference}. Learned: {learned} of {unknowns} unknowns. {fit}.",
            model=method["model"],
            inference=method["inference"],
            learned=method["learned"],
            unknowns=method["unknowns"],
            fit=method["fit"],
        ),
    )
    tables = [(data, "Data of this model."), (uses, "What it may and may not be used for."), (_failed(facts), "Known failures.")]
    if facts["skill"]:
        tables.insert(1, (skill, "Skill by months ahead, against the random walk; below 1 is better."))
    return Section("card", "Model card", words, (), tuple(tables))


def _failed(facts: Mapping[str, Any]) -> Table:
    return Table(("", "Known failure"), tuple((str(n), words) for n, words in enumerate(facts["failures"], start=1)))


def _month(period: str) -> str:
    return period_name(period) if period else "none"
