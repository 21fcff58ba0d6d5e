"""The page of a backtest: who forecast better, where, when and how sure that is; calibration; what is missing and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from isthmus.forecast.backtest.leaderboard import Row
from isthmus.report.calibration import TOO_NARROW, TOO_WIDE, coverage_chart, pit_chart
from isthmus.report.charts import NBSP, Chart, Table
from isthmus.report.document import document
from isthmus.report.intervals import plain
from isthmus.report.ratios import Ratio, ratio_chart
from isthmus.report.sections import Section
from isthmus.report.words import period_name, span
from isthmus.spec.schema import Corridor

MODELS = {
    "isthmus": "Isthmus",
    "random_walk": "Random walk",
    "mechanism": "The mechanism alone",
    "pooled_regression": "Regression over all series",
    "random_walk_step": "Random walk with the same prior policy step",
    "seasonal_naive": "Same month a year before",
    "ets": "ETS",
    "arima": "ARIMA, capped",
    "theta": "Theta",
    "equal_mix": "Equal mix of ETS, ARIMA and Theta",
    "stack": "Stack by log score on past origins",
    "every_model": "Every model",
}
TRACKS = {
    "real_time": "real time",
    "date_given": "policy date given",
    "ex_post": "ex post: attribution",
    "any": "knows no policy",
}
NO_ONE = "every_model"
"""Who is missing where nothing came to hold a forecast against."""
TRACK_WORDS = (
    "Real time: at an origin the model knows only what was announced by then, its strength as a prior. "
    "Policy date given: later dates are handed over too, strengths are not. "
    "Ex post: strengths and paths as learned from all figures; that explains, and is never skill. "
    "The random walk with the same prior policy step is moved by what the prior alone says of the same dates: "
    "who does not beat it has learned a date, not a mechanism."
)
SKILL_WORDS = (
    "Relative skill is the geometric mean, over checkpoint and months ahead, of the mean CRPS on log(1 + y) over the "
    f"random walk's on the same origins; below 1 is better. Intervals are 95{NBSP}% block bootstraps over origins; "
    "a model beats a rival only where the whole interval lies below 1."
)

COUNTS_WORDS = "All models, best first. Scores are means: lower is better. CRPS and WIS on counts in persons or events."
DUEL_WORDS = "Isthmus against each rival, as the denominator in place of the random walk."
KNOWN_WORDS = "Published by then: as dated in the table of figures. Latest, cut: later revisions are in them (pseudo real time)."


def name_of(model: str, track: str) -> str:
    """Model and track in words."""
    if model == NO_ONE:
        return MODELS[model]
    return f"{MODELS.get(model, model)} ({TRACKS.get(track, track)})"


class Board:
    """Rows of the leaderboard, found by what they are about."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)

    def of(self, scope: str, part: str | None = None, *, against: str = "random_walk") -> list[Row]:
        """Rows of a scope, best first."""
        found = [r for r in self.rows if r.scope == scope and r.against == against and part in (None, r.part)]
        return sorted(found, key=lambda row: row.relative_skill)

    def ours(self, track: str, scope: str = "all", part: str = "all", *, against: str = "random_walk") -> Row | None:
        """Our row."""
        found = (r for r in self.of(scope, part, against=against) if (r.model, r.track) == ("isthmus", track))
        return next(found, None)


def words_of(row: Row | None) -> str:
    """``0.85 [0.75, 0.96]``."""
    return "not scored" if row is None else f"{row.relative_skill:.2f} [{row.lo:.2f},{NBSP}{row.hi:.2f}]"


def render_leaderboard(corridor: Corridor, manifest: Mapping[str, Any], rows: Sequence[Row], facts: Mapping[str, Any]) -> str:
    """The page as text."""
    board, origins = Board(rows), facts["origins"]
    few = "" if facts["enough_origins"] else f"Only {len(origins)} origins: too few for a verdict. "
    quick = "Made with --quick: to try things, not to quote. " if manifest.get("quick") else ""
    sections = (
        _overall(board),
        _horizons(board),
        _regimes(board, facts),
        _calibration(facts),
        _places(board, corridor),
        _stack(facts),
        _missing(facts, corridor),
    )
    return document(
        f"Backtest: {corridor.title}",
        f"Isthmus backtest \N{MIDDLE DOT} origins {span(origins[0], origins[-1])}, {len(origins)} of them",
        _summary(board, facts),
        list(_points(board)),
        sections,
        alarm=(few + quick).strip(),
        facts=_facts(manifest, facts),
    )


def _summary(board: Board, facts: Mapping[str, Any]) -> str:
    row = board.ours("real_time")
    n = len(facts["origins"])
    if row is None:
        return f"From {n} past months nothing could be scored; the last section says why."
    told = {"beats": "beats the random walk", "loses": "LOSES to the random walk"}
    verdict = told.get(row.verdict, f"against the random walk: {row.verdict}")
    return (
        f"From {n} past months, {facts['horizon']} months ahead, as known then: Isthmus {verdict}, "
        f"relative skill {words_of(row)} over {row.forecasts:,} forecasts."
    )


def _points(board: Board) -> Iterator[tuple[str, str]]:
    real, given = board.ours("real_time"), board.ours("date_given")
    worth = {t: board.ours(t, against="random_walk_step") for t in ("real_time", "date_given")}
    yield "Real time", f"{words_of(real)} against the random walk."
    yield "Policy date given", f"{words_of(given)} against the random walk. Later dates were handed over: not a real forecast."
    yield (
        "What the mechanism adds to the date",
        (
            f"Against the random walk with the same prior policy step: {words_of(worth['real_time'])} in real time, "
            f"{words_of(worth['date_given'])} with the date given."
        ),
    )
    near, far = (board.ours("real_time", "horizons", part) for part in ("1-3", "4-6"))
    yield "Near and far", f"1 to 3 months: {words_of(near)}; 4 to 6 months: {words_of(far)} (real time)."
    first, second = (board.ours("real_time", "half", part) for part in ("first", "second"))
    yield "First and second half of the origins", f"{words_of(first)} and {words_of(second)} (real time)."
    if real is not None:
        halves = " and ".join(f"{half.covered90:.0%}" for half in (first, second) if half is not None)
        yield (
            "Coverage",
            (
                f"90{NBSP}% intervals held {real.covered90:.0%} of figures{_width_words(real.covered90)}, in the halves of the "
                f"origins {halves}; 50{NBSP}% intervals {real.covered50:.0%} (real time)."
            ),
        )


def _width_words(share: float) -> str:
    """What a share held by 90 % intervals says of their width."""
    return ": too narrow" if share < TOO_NARROW else ": too wide" if share > TOO_WIDE else ""


def _overall(board: Board) -> Section:
    rows = board.of("all")
    near = {(r.model, r.track): r for r in board.of("horizons", "1-3")}
    far = {(r.model, r.track): r for r in board.of("horizons", "4-6")}
    cells = []
    for row in rows:
        key = (row.model, row.track)
        skills = (words_of(row), words_of(near.get(key)), words_of(far.get(key)), row.verdict)
        numbers = (row.crps_log, row.crps, row.wis, row.log_score, row.covered50, row.covered90)
        steps = (0.001, 0.1, 0.1, 0.01, 0.01, 0.01)
        scores = (plain(v, s) for v, s in zip(numbers, steps, strict=True))
        cells.append((name_of(*key), *skills, *scores, f"{row.forecasts:,}"))
    columns = (
        "Model (track)", "All months ahead", "1 to 3", "4 to 6", "Verdict", "CRPS on log(1 + y)", "CRPS on counts",
        "WIS", "Log score", f"50{NBSP}% held", f"90{NBSP}% held", "Forecasts",
    )  # fmt: skip
    chart = ratio_chart(
        "overall",
        "Error against that of the random walk, all forecasts",
        f"Relative skill, a ratio without unit; lines: 95{NBSP}% block bootstrap. Source: leaderboard.csv.",
        [Ratio(name_of(r.model, r.track), r.relative_skill, r.lo, r.hi) for r in rows if r.model != "random_walk"],
    )
    duels = [r for r in board.rows if r.scope == "all" and r.against != "random_walk"]
    against = tuple((name_of(r.model, r.track), MODELS.get(r.against, r.against), words_of(r), r.verdict) for r in duels)
    return Section(
        "overall",
        "Leaderboard",
        (SKILL_WORDS, TRACK_WORDS),
        (chart,),
        (
            (Table(columns, tuple(cells)), COUNTS_WORDS),
            (Table(("Isthmus", "against", "Relative skill", "Verdict"), against), DUEL_WORDS),
        ),
    )  # fmt: skip


def _horizons(board: Board) -> Section:
    charts = []
    for track in ("real_time", "date_given"):
        rows = [r for r in board.of("horizon") if (r.model, r.track) == ("isthmus", track)]
        rows.sort(key=lambda row: int(row.part))
        ratios = [Ratio(f"{r.part} month{'s' if r.part != '1' else ''} ahead", r.relative_skill, r.lo, r.hi) for r in rows]
        if ratios:
            title = f"By months ahead, {TRACKS[track]}"
            about = f"Relative skill, a ratio without unit; 95{NBSP}% block bootstrap. Source: leaderboard.csv."
            charts.append(ratio_chart(f"horizon-{track.replace('_', '-')}", title, about, ratios))
    words = "A model that knows the road should lose less as months go by; the random walk's own error grows too."
    return Section("horizons", "How far ahead", (words,), tuple(charts))


def _regimes(board: Board, facts: Mapping[str, Any]) -> Section:
    cells = []
    shown = [("isthmus", "real_time"), ("isthmus", "date_given"), ("random_walk_step", "real_time"),
             ("random_walk_step", "date_given"), ("stack", "real_time"), ("isthmus", "ex_post")]  # fmt: skip
    for model, track in shown:
        found = {r.part: r for r in board.of("regime") if (r.model, r.track) == (model, track)}
        if found:
            cells.append((name_of(model, track), *(words_of(found.get(part)) for part in ("before", "straddle", "after"))))
    columns = ("Model (track)", "All targets before", "Targets straddle a change", "All targets after one")
    marks = tuple(
        (c["label"], period_name(c["month"]), period_name(c["announced"]), ", ".join(c["groups"])) for c in facts["changes"]
    )
    counts = facts["regimes"]
    words = (
        f"Of {len(facts['origins'])} origins {counts['before']} lie wholly before a change of rules for some group, "
        f"{counts['straddle']} straddle one, {counts['after']} lie wholly after. "
        "A model that wins only across a change whose date it was told has not earned it."
    )
    tables = [(Table(columns, tuple(cells)), "Relative skill by where the targets lie against changes that move the group.")]
    if marks:
        tables.append((Table(("Change", "In force", "Announced", "Groups"), marks), "The changes that the corridor file knows."))
    return Section("regimes", "Before, across and after changes of rules", (words,), (), tuple(tables))


def _calibration(facts: Mapping[str, Any]) -> Section:
    shown = {("isthmus", "real_time"): "Isthmus, real time", ("random_walk", "any"): "Random walk"}
    charts: list[Chart] = []
    for row in facts["calibration"]:
        label = shown.get((row["model"], row["track"]))
        if label and row["forecasts"]:
            charts += [pit_chart(label, row), coverage_chart(label, row)]
    words = (
        "Left: in which tenth of the forecast the figure fell; even bars are calibrated, a hump says too wide, a bowl too "
        "narrow, a slope too high or too low. Right: the share of figures inside central intervals of each width; the "
        "diagonal is calibrated."
    )
    return Section("calibration", "Calibration", (words,), tuple(charts))


def _places(board: Board, corridor: Corridor) -> Section:
    tables = []
    for scope, head in (("series", "Checkpoint"), ("group", "Group")):
        parts = dict.fromkeys(row.part for row in board.rows if row.scope == scope)
        labels = {s: one.label for s, one in corridor.series.items()} | {g: one.label for g, one in corridor.groups.items()}
        cells = []
        for part in parts:
            found = {(r.model, r.track): r for r in board.of(scope, part)}
            real, given = found.get(("isthmus", "real_time")), found.get(("isthmus", "date_given"))
            if real is not None:
                covered = (plain(real.covered50, 0.01), plain(real.covered90, 0.01), f"{real.forecasts:,}")
                cells.append((labels.get(part, part), words_of(real), words_of(given), *covered))
        if len(cells) > 1 or scope == "series":
            columns = (head, "Real time", "Policy date given", f"50{NBSP}% held", f"90{NBSP}% held", "Forecasts")
            tables.append(
                (Table(columns, tuple(cells)), f"Isthmus against the random walk by {head.lower()}; coverage in real time.")
            )
    return Section("places", "By checkpoint and group", (), (), tuple(tables))


def _stack(facts: Mapping[str, Any]) -> Section:
    by_origin = facts["weights"]["real_time"]
    members = list(next(iter(by_origin.values()))) if by_origin else []
    shown = [o for n, o in enumerate(by_origin) if n % max(len(by_origin) // 6, 1) == 0 or n == len(by_origin) - 1]
    rows = tuple((period_name(o), *(plain(by_origin[o][m], 0.01) for m in members)) for o in shown)
    words = (
        "The stack weighs its members by the log score of forecasts that had resolved by each origin, never of the one "
        "being made. Weights are held near equal until fifty forecasts (origin and target month) have resolved; members "
        "are capped."
    )
    table = Table(("Origin", *(MODELS.get(m, m) for m in members)), rows)
    return Section("stack", "The stack and its weights", (words,), (), ((table, "Weights in real time at some origins."),))


def _missing(facts: Mapping[str, Any], corridor: Corridor) -> Section:
    label = {s: one.label for s, one in corridor.series.items()}
    rows = _silent(facts["missing"], label)
    left = tuple((label.get(s, s), reason) for s, reason in facts["not_pooled"].items())
    how = tuple((label.get(s, s), words) for s, words in facts["vintages"].items())
    tables = [(Table(("Checkpoint", "Figures known at an origin"), how),
               KNOWN_WORDS)]  # fmt: skip
    if rows:
        tables.insert(0, (Table(("Model", "Checkpoint", "Why", "Origins"), rows), "Scores that are missing, and why."))
    if left:
        tables.insert(0, (Table(("Checkpoint", "Why"), left), "Checkpoints that pooled scores leave out."))
    words = "Nothing is missing." if not (rows or left) else "What is missing is named here; the rest went on without it."
    return Section("missing", "What is missing, and what was known", (words,), (), tuple(tables))


def _silent(missing: Sequence[Mapping[str, Any]], label: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Forecasts that are missing: checkpoints of one reason together, then models that are silent at the same ones."""
    where: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for m in missing:
        key = (name_of(m["model"], m["track"]), m["reason"], tuple(m["origins"]))
        where.setdefault(key, []).append(label.get(m["series"], m["series"]))
    who: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (model, reason, when), checkpoints in where.items():
        everywhere = len(checkpoints) == len(label)
        named = "all checkpoints" if everywhere and len(label) > 1 else ", ".join(checkpoints)
        who.setdefault((named, reason, when), []).append(model)
    return tuple(("; ".join(models), at, reason, _origins(when)) for (at, reason, when), models in who.items())


def _origins(origins: Sequence[str]) -> str:
    return period_name(origins[0]) if len(origins) == 1 else f"{span(origins[0], origins[-1])} ({len(origins)})"


def _facts(manifest: Mapping[str, Any], facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        ("Corridor", f"{manifest.get('corridor')} ({str(manifest.get('hash'))[:12]})"),
        ("Isthmus", str(manifest.get("isthmus"))),
        ("Seed", str(manifest.get("seed"))),
        ("Origins", ", ".join(facts["origins"])),
        ("Refits", f"largest R-hat {max(facts['largest_rhat']):.3f}; {facts['block']} origins a block"),
    ]
