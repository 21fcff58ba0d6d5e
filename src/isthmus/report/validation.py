"""The page of a validation: what is known and found again, intervals that hold what they say, figures and priors that decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from isthmus.report import svg
from isthmus.report.charts import LINE, MARGIN, NBSP, WIDTH, Chart, Table, wrapped
from isthmus.report.document import document
from isthmus.report.intervals import plain
from isthmus.report.sections import Section
from isthmus.spec.schema import Corridor

LOW, HIGH = 0.86, 0.94
"""Coverage of 90 % intervals that is asked for on data of the model itself."""

VARIANTS = {
    "model": "The model itself",
    "model, all ranked": "The model itself, all sets ranked",
    "jumps": "Wrong on purpose: departures with heavy-tailed shocks",
    "recount": "Wrong on purpose: offices count half as many again, or a third less, from the middle on",
}


def render_validation(corridor: Corridor, manifest: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """The page as text."""
    alarm = "Made with --quick: to try things, not to quote." if facts.get("quick") else ""
    sections = [_ranks(facts), _coverage(facts), _predictive(facts, corridor), _sensitivity(facts, corridor)]
    if facts["left_out"]:
        sections.append(_left_out(facts, corridor))
    return document(
        f"Validation: {corridor.title}",
        "Isthmus validation \N{MIDDLE DOT} trust in the inference",
        " ".join(words for _, words in _points(facts)[:2]),
        _points(facts),
        sections,
        alarm=alarm,
        facts=[
            ("Corridor", f"{manifest.get('corridor')} ({str(manifest.get('hash'))[:12]})"),
            ("Isthmus", str(manifest.get("isthmus"))),
            ("Seed", str(manifest.get("seed"))),
            ("Fit to the real figures", str(facts["fit"].get("message", "not described"))),
        ],
    )


def _points(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    return list(_said(facts))


def _said(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    ranked, model = facts["ranked"], facts["coverage"]["model"]
    good = ranked["uniform"] == ranked["quantities"]
    yield (
        "Ranks",
        (
            f"On {ranked['sets']} data sets from the prior the rank of the truth is uniform for {ranked['uniform']} of "
            f"{ranked['quantities']} quantities{'' if good else ': NOT FOR ALL'} (smallest p {ranked['smallest_p']:.2g}, "
            f"bar {ranked['bar']:.2g})."
        ),
    )
    inside = "inside" if LOW <= model["unknowns90"] <= HIGH else "OUTSIDE"
    yield (
        "Coverage",
        (
            f"90{NBSP}% intervals hold {model['unknowns90']:.1%} of the unknowns on {model['sets']:.0f} data sets of the model, "
            f"{inside} the {LOW:.0%} to {HIGH:.0%} asked for, and {model['ahead90']:.1%} of figures ahead."
        ),
    )
    wrong = {name: facts["coverage"][name]["ahead90"] for name in ("jumps", "recount")}
    yield (
        "Where the model is wrong on purpose",
        (
            f"90{NBSP}% intervals hold {wrong['jumps']:.0%} of figures ahead under heavy-tailed shocks, "
            f"{wrong['recount']:.0%} after offices changed how they count."
        ),
    )
    far = [row for row in facts["predictive"] if row["p"] < 0.05 or row["p"] > 0.95]
    yield (
        "Its own figures",
        (
            f"{len(far)} of {len(facts['predictive'])} statistics of the published series lie outside the middle 90{NBSP}% of "
            "series drawn from the fit."
        ),
    )
    moved = [row for row in facts["sensitivity"] if (row["ahead"] or 0) > facts["sensitive"]]
    yield (
        "Priors",
        (
            f"{len(moved)} of {len(facts['sensitivity'])} priors move a forecast by more than {facts['sensitive']} posterior "
            "standard deviations when raised to the power 0.8 or 1.25."
        ),
    )


def _ranks(facts: Mapping[str, Any]) -> Section:
    rows = sorted(facts["ranks"], key=lambda row: row["p"])
    cells = tuple(
        (
            row["name"],
            plain(row["p"], 0.001),
            "uniform" if row["uniform"] else "NOT UNIFORM",
            plain(row["inside50"], 0.01),
            plain(row["inside90"], 0.01),
            plain(row["error"], 0.01),
            plain(row["correlation"], 0.01),
            plain(row["contraction"], 0.01),
        )
        for row in rows
    )
    columns = (
        "Quantity", "p of uniform ranks", "Verdict", f"50{NBSP}% held", f"90{NBSP}% held", "Mean error / sd of truth",
        "Correlation with truth", "Contraction",
    )  # fmt: skip
    words = (
        "A corridor is drawn from the prior, figures are drawn from it with the gaps of the real ones, and the fit is asked what "
        "it was. The truth is one more draw from its own posterior, so its rank among draws must be uniform "
        "(chi-squared, Bonferroni over quantities). What the figures cannot see has no contraction: there the prior comes back."
    )
    return Section(
        "ranks", "What is known is found again", (words,), (), ((Table(columns, cells), "Quantities, smallest p first."),)
    )


def _coverage(facts: Mapping[str, Any]) -> Section:
    rows, found = [], facts["coverage"]
    for name, label in VARIANTS.items():
        if name in found:
            one, fits = found[name], facts["unconverged"].get(name.split(",")[0], {})
            rates = (plain(one[key], 0.001) for key in ("unknowns50", "unknowns90", "ahead50", "ahead90"))
            rows.append((label, plain(one["sets"]), *rates, f"{fits.get('rhat_above_1.05', 0)} of {fits.get('sets', 0)}"))
    columns = (
        "Data come from", "Data sets", f"Unknowns in 50{NBSP}%", f"Unknowns in 90{NBSP}%", f"Figures ahead in 50{NBSP}%",
        f"Figures ahead in 90{NBSP}%", "Fits with R-hat above 1.05",
    )  # fmt: skip
    shown = [(VARIANTS[name], found[name]["ahead90"], found[name]["unknowns90"]) for name in ("model", "jumps", "recount")]
    chart = share_chart(
        "coverage",
        f"Share of figures ahead inside 90{NBSP}% intervals, by where the data come from",
        f"Dot: figures ahead; stroke: unknowns; band: {LOW:.0%} to {HIGH:.0%}. Source: validation.json.",
        shown,
    )
    words = (
        "Two variants break the model in ways the world does. There the unknowns have no meaning of their own any more "
        "(a detection that changed is not one number), and what counts is whether the months ahead are still held."
    )
    return Section(
        "coverage", "Do intervals hold what they say", (words,), (chart,), ((Table(columns, tuple(rows)), "Coverage."),)
    )


def share_chart(key: str, title: str, about: str, rows: Sequence[tuple[str, float, float]]) -> Chart:
    """Two shares a row on a scale from one half to one."""
    x = svg.Scale(0.5, 1.0, MARGIN + 4, WIDTH - MARGIN - 4)
    labels = [wrapped(label, 50) for label, _, _ in rows]
    top, y = 10.0, 10.0
    bottom = top + sum(LINE * len(words) + 22 for words in labels)
    parts = [svg.el("rect", x=x(LOW), y=top - 4, width=x(HIGH) - x(LOW), height=bottom - top + 4, class_="prior")]
    for (_, ahead, unknown), words in zip(rows, labels, strict=True):
        parts += [svg.text(MARGIN, y + 12 + LINE * n, line, "label halo") for n, line in enumerate(words)]
        level = y + LINE * len(words) + 9
        parts += [
            svg.line(x.clipped(unknown), level - 7, x.clipped(unknown), level + 7, "reference"),
            svg.el("circle", cx=x.clipped(ahead), cy=level, r=4.5, class_="median"),
        ]
        y += LINE * len(words) + 22
    parts.append(svg.line(MARGIN, bottom, WIDTH - MARGIN, bottom, "axis"))
    for tick in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        anchor = {0.5: "start", 1.0: "end"}.get(tick, "middle")
        parts.append(svg.text(x(tick), bottom + 16, f"{100 * tick:.0f}{NBSP}%", "tick", anchor))
    cells = tuple((label, f"{ahead:.1%}", f"{unknown:.1%}") for label, ahead, unknown in rows)
    description = "; ".join(f"{label}: {ahead} of figures ahead, {unknown} of unknowns" for label, ahead, unknown in cells)
    picture = svg.document(key, title, description, (WIDTH, bottom + 24), *parts)
    return Chart(key, title, about, (picture,), Table(("Data come from", "Figures ahead", "Unknowns"), cells))


def _predictive(facts: Mapping[str, Any], corridor: Corridor) -> Section:
    cells = tuple(
        (
            corridor.series[row["series"]].label,
            row["statistic"],
            plain(row["observed"], _step(row["statistic"])),
            f"{plain(row['lo'], _step(row['statistic']))} to {plain(row['hi'], _step(row['statistic']))}",
            plain(row["p"], 0.01),
            "outside" if row["p"] < 0.05 or row["p"] > 0.95 else "",
        )
        for row in facts["predictive"]
    )
    columns = ("Checkpoint", "Statistic", "Published", f"Drawn from the fit, 90{NBSP}%", "Share of draws below", "")
    words = (
        "Series are drawn from the fit over the months that were reported, and what sums up a series is compared. "
        "One in ten lies outside by chance; a statistic that does so at many checkpoints is something that the model cannot do."
    )
    table = (Table(columns, cells), "Published series against series drawn from the fit.")
    return Section("predictive", "Its own figures", (words,), (), (table,))


def _step(statistic: str) -> float:
    return 0.01 if "change" in statistic else 1.0


def _sensitivity(facts: Mapping[str, Any], corridor: Corridor) -> Section:
    cells = tuple(
        (
            row["name"],
            plain(row["ahead"], 0.01),
            corridor.series[row["series"]].label,
            plain(row["own"], 0.01),
            plain(row["effective"], 0.01),
        )
        for row in facts["sensitivity"][:25]
    )
    columns = ("Prior of", "Largest shift of a forecast", "of", "Shift of its own mean", "Share of draws that count")
    words = (
        "The prior of one quantity at a time is raised to the power 0.8 (weaker) and 1.25 (stronger) by weights on the draws. "
        "Shifts are in posterior standard deviations. A prior that moves a forecast has to be defended by its source."
    )
    table = (Table(columns, cells), "The most influential priors first.")
    return Section("sensitivity", "How much the priors decide", (words,), (), (table,))


def _left_out(facts: Mapping[str, Any], corridor: Corridor) -> Section:
    cells = tuple(
        (
            corridor.series[row["series"]].label,
            plain(row["figures"] or 0),
            "not said" if row["ratio"] is None else plain(row["ratio"], 0.01),
            "" if row["crps_log"] is None else plain(row["crps_log"], 0.01),
            "" if row["covered50"] is None else plain(row["covered50"], 0.01),
            "" if row["covered90"] is None else plain(row["covered90"], 0.01),
            "" if row["below"] is None else plain(row["below"], 0.01),
            "" if row["course90"] is None else plain(row["course90"], 0.01),
            f"{row['decisive']} ({plain(row['correlation'], 0.01)})" if row["decisive"] else "",
            "" if row["rhat"] is None else plain(row["rhat"], 0.01),
        )
        for row in facts["left_out"]
    )
    columns = (
        "Series left out", "Figures", "Median of its sum over the published sum", "CRPS on log(1 + y)",
        f"50{NBSP}% held", f"90{NBSP}% held", "Draws whose sum is below",
        f"90{NBSP}% held, sum given", "Its sum goes with", "R-hat",
    )  # fmt: skip
    words = (
        "The fit is made again without one series, which is then said from the others and the priors alone. Its level stands on "
        "the prior of its detection and of whatever else the others do not show; its course on the mechanism. One level that is "
        "off is counted in every month: the share of draws whose sum is below the published one judges the level once, and "
        "coverage of draws scaled to the published sum judges the course alone. The unknown that the sum goes with most closely, "
        "with their correlation, says where the level comes from."
    )
    table = (Table(columns, cells), "Each series, from the others.")
    return Section("left-out", "Each series left out", (words,), (), (table,))
