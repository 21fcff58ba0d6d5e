"""The page of a backtest: who forecast better, where, when and how sure that is; calibration; what is missing and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from isthmus.forecast.backtest.leaderboard import Row
from isthmus.report.calibration import TOO_NARROW, TOO_WIDE, coverage_chart, pit_chart
from isthmus.report.charts import NBSP, Chart, Table
from isthmus.report.document import document
from isthmus.report.intervals import percent, plain
from isthmus.report.language import Language, language, many, say, speaking
from isthmus.report.ratios import Ratio, ratio_chart
from isthmus.report.sections import Section
from isthmus.report.translations import own_words
from isthmus.report.words import listed, period_name, span
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
_FEW = re.compile(r"too few origins \((\d+) of (\d+)\)")
_REASONS = tuple(
    (re.compile(re.escape(form).replace(r"\{n\}", r"(?P<n>\d+)").replace(r"\{error\}", r"(?P<error>.+)")), form)
    for form in (
        "fewer than {n} figures by then", "fewer than {n} figures with one a year before", "no figure in the last {n} months",
        "the group never reaches {n} a month", "could not be fitted ({error})",
    )
)  # fmt: skip
"""Reasons with a number or an error in them."""
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
    "random walk's on the same origins; below 1 is better. Intervals are 95 % block bootstraps over origins; "
    "a model beats a rival only where the whole interval lies below 1."
)

COUNTS_WORDS = "All models, best first. Scores are means: lower is better. CRPS and WIS on counts in persons or events."
DUEL_WORDS = "Isthmus against each rival, as the denominator in place of the random walk."
KNOWN_WORDS = "Published by then: as dated in the table of figures. Latest, cut: later revisions are in them (pseudo real time)."


def name_of(model: str, track: str) -> str:
    """Model and track in words."""
    if model == NO_ONE:
        return say(MODELS[model])
    return f"{say(MODELS.get(model, model))} ({say(TRACKS.get(track, track))})"


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
    if row is None:
        return say("not scored")
    value, low, high = (plain(x, 0.01) for x in (row.relative_skill, row.lo, row.hi))
    between = "," if language() == "en" else ";"
    return f"{value} [{low}{between}{NBSP}{high}]"


def render_leaderboard(
    corridor: Corridor,
    manifest: Mapping[str, Any],
    rows: Sequence[Row],
    facts: Mapping[str, Any],
    spoken: Language = "en",
) -> str:
    """The page as text, in a language."""
    with speaking(spoken, own_words(corridor.name, spoken)):
        return _rendered(corridor, manifest, rows, facts)


def _rendered(corridor: Corridor, manifest: Mapping[str, Any], rows: Sequence[Row], facts: Mapping[str, Any]) -> str:
    board, origins = Board(rows), facts["origins"]
    few = "" if facts["enough_origins"] else say("Only {n} origins: too few for a verdict.", n=len(origins))
    quick = say("Made with --quick: to try things, not to quote.") if manifest.get("quick") else ""
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
        say("Backtest: {title}", title=corridor.title),
        say("Isthmus backtest \N{MIDDLE DOT} origins {when}, {n} of them", when=span(origins[0], origins[-1]), n=len(origins)),
        _summary(board, facts),
        list(_points(board)),
        sections,
        alarm=f"{few} {quick}".strip(),
        facts=_facts(manifest, facts),
    )


def _summary(board: Board, facts: Mapping[str, Any]) -> str:
    row = board.ours("real_time")
    n = len(facts["origins"])
    if row is None:
        return say("From {n} past months nothing could be scored; the last section says why.", n=n)
    told = {"beats": say("beats the random walk"), "loses": say("LOSES to the random walk")}
    return say(
        "From {n} past months, {horizon} months ahead, as known then: Isthmus {verdict}, relative skill {skill} over {forecasts} "
        "forecasts.",
        n=n, horizon=facts["horizon"], skill=words_of(row), forecasts=plain(row.forecasts),
        verdict=told.get(row.verdict) or say("against the random walk: {verdict}", verdict=_verdict(row.verdict)),
    )  # fmt: skip


def _verdict(text: str) -> str:
    """A verdict of the leaderboard; of too few origins with their numbers."""
    found = _FEW.fullmatch(text)
    return say("too few origins ({n} of {least})", n=int(found[1]), least=int(found[2])) if found else say(text)


def _points(board: Board) -> Iterator[tuple[str, str]]:
    real, given = board.ours("real_time"), board.ours("date_given")
    worth = {t: board.ours(t, against="random_walk_step") for t in ("real_time", "date_given")}
    yield say("Real time"), say("{skill} against the random walk.", skill=words_of(real))
    yield (
        say("Policy date given"),
        say("{skill} against the random walk. Later dates were handed over: not a real forecast.", skill=words_of(given)),
    )
    yield (
        say("What the mechanism adds to the date"),
        say(
            "Against the random walk with the same prior policy step: {real} in real time, {given} with the date given.",
            real=words_of(worth["real_time"]),
            given=words_of(worth["date_given"]),
        ),
    )
    near, far = (board.ours("real_time", "horizons", part) for part in ("1-3", "4-6"))
    yield (
        say("Near and far"),
        say("1 to 3 months: {near}; 4 to 6 months: {far} (real time).", near=words_of(near), far=words_of(far)),
    )
    first, second = (board.ours("real_time", "half", part) for part in ("first", "second"))
    yield (
        say("First and second half of the origins"),
        say("{first} and {second} (real time).", first=words_of(first), second=words_of(second)),
    )
    if real is not None:
        halves = listed([percent(half.covered90) for half in (first, second) if half is not None])
        yield (
            say("Coverage"),
            say(
                "90 % intervals held {share} of figures{width}, in the halves of the origins {halves}; 50 % intervals {inner} "
                "(real time).",
                share=percent(real.covered90),
                width=_width_words(real.covered90),
                halves=halves,
                inner=percent(real.covered50),
            ),
        )


def _width_words(share: float) -> str:
    """What a share held by 90 % intervals says of their width."""
    return say(": too narrow") if share < TOO_NARROW else say(": too wide") if share > TOO_WIDE else ""


def _overall(board: Board) -> Section:
    rows = board.of("all")
    near = {(r.model, r.track): r for r in board.of("horizons", "1-3")}
    far = {(r.model, r.track): r for r in board.of("horizons", "4-6")}
    cells = []
    for row in rows:
        key = (row.model, row.track)
        skills = (words_of(row), words_of(near.get(key)), words_of(far.get(key)), _verdict(row.verdict))
        numbers = (row.crps_log, row.crps, row.wis, row.log_score, row.covered50, row.covered90)
        steps = (0.001, 0.1, 0.1, 0.01, 0.01, 0.01)
        scores = (plain(v, s) for v, s in zip(numbers, steps, strict=True))
        cells.append((name_of(*key), *skills, *scores, plain(row.forecasts)))
    columns = (
        say("Model (track)"), say("All months ahead"), say("1 to 3"), say("4 to 6"), say("Verdict"), say("CRPS on log(1 + y)"),
        say("CRPS on counts"), "WIS", say("Log score"), say("50 % held"), say("90 % held"), say("Forecasts"),
    )  # fmt: skip
    chart = ratio_chart(
        "overall",
        say("Error against that of the random walk, all forecasts"),
        say("Relative skill, a ratio without unit; lines: 95 % block bootstrap. Source: leaderboard.csv."),
        [Ratio(name_of(r.model, r.track), r.relative_skill, r.lo, r.hi) for r in rows if r.model != "random_walk"],
    )
    duels = [r for r in board.rows if r.scope == "all" and r.against != "random_walk"]
    against = tuple(
        (name_of(r.model, r.track), say(MODELS.get(r.against, r.against)), words_of(r), _verdict(r.verdict)) for r in duels
    )
    return Section(
        "overall",
        say("Leaderboard"),
        (say(SKILL_WORDS), say(TRACK_WORDS)),
        (chart,),
        (
            (Table(columns, tuple(cells)), say(COUNTS_WORDS)),
            (Table(("Isthmus", say("against"), say("Relative skill"), say("Verdict")), against), say(DUEL_WORDS)),
        ),
    )  # fmt: skip


def _horizons(board: Board) -> Section:
    charts = []
    for track in ("real_time", "date_given"):
        rows = [r for r in board.of("horizon") if (r.model, r.track) == ("isthmus", track)]
        rows.sort(key=lambda row: int(row.part))
        ratios = [Ratio(many("{n} month ahead", "{n} months ahead", int(r.part)), r.relative_skill, r.lo, r.hi) for r in rows]
        if ratios:
            title = say("By months ahead, {track}", track=TRACKS[track])
            about = say("Relative skill, a ratio without unit; 95 % block bootstrap. Source: leaderboard.csv.")
            charts.append(ratio_chart(f"horizon-{track.replace('_', '-')}", title, about, ratios))
    words = say("A model that knows the road should lose less as months go by; the random walk's own error grows too.")
    return Section("horizons", say("How far ahead"), (words,), tuple(charts))


def _regimes(board: Board, facts: Mapping[str, Any]) -> Section:
    cells = []
    shown = [("isthmus", "real_time"), ("isthmus", "date_given"), ("random_walk_step", "real_time"),
             ("random_walk_step", "date_given"), ("stack", "real_time"), ("isthmus", "ex_post")]  # fmt: skip
    for model, track in shown:
        found = {r.part: r for r in board.of("regime") if (r.model, r.track) == (model, track)}
        if found:
            cells.append((name_of(model, track), *(words_of(found.get(part)) for part in ("before", "straddle", "after"))))
    columns = (say("Model (track)"), say("All targets before"), say("Targets straddle a change"), say("All targets after one"))
    marks = tuple(
        (say(c["label"]), period_name(c["month"]), period_name(c["announced"]), ", ".join(c["groups"])) for c in facts["changes"]
    )
    counts = facts["regimes"]
    words = say(
        "Of {n} origins {before} lie wholly before a change of rules for some group, {straddle} straddle one, {after} lie wholly "
        "after. A model that wins only across a change whose date it was told has not earned it.",
        n=len(facts["origins"]),
        **counts,
    )
    caption = say("Relative skill by where the targets lie against changes that move the group.")
    tables = [(Table(columns, tuple(cells)), caption)]
    if marks:
        heads = (say("Change"), say("In force"), say("Announced"), say("Groups"))
        tables.append((Table(heads, marks), say("The changes that the corridor file knows.")))
    return Section("regimes", say("Before, across and after changes of rules"), (words,), (), tuple(tables))


def _calibration(facts: Mapping[str, Any]) -> Section:
    shown = {("isthmus", "real_time"): say("Isthmus, real time"), ("random_walk", "any"): say("Random walk")}
    charts: list[Chart] = []
    for row in facts["calibration"]:
        label = shown.get((row["model"], row["track"]))
        if label and row["forecasts"]:
            charts += [pit_chart(label, row), coverage_chart(label, row)]
    words = say(
        "Left: in which tenth of the forecast the figure fell; even bars are calibrated, a hump says too wide, a bowl too "
        "narrow, a slope too high or too low. Right: the share of figures inside central intervals of each width; the "
        "diagonal is calibrated."
    )
    return Section("calibration", say("Calibration"), (words,), tuple(charts))


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
                covered = (plain(real.covered50, 0.01), plain(real.covered90, 0.01), plain(real.forecasts))
                cells.append((say(labels.get(part, part)), words_of(real), words_of(given), *covered))
        if len(cells) > 1 or scope == "series":
            columns = (
                say(head), say("Real time"), say("Policy date given"), say("50 % held"), say("90 % held"), say("Forecasts"),
            )  # fmt: skip
            caption = say("Isthmus against the random walk by {part}; coverage in real time.", part=head.lower())
            tables.append((Table(columns, tuple(cells)), caption))
    return Section("places", say("By checkpoint and group"), (), (), tuple(tables))


def _stack(facts: Mapping[str, Any]) -> Section:
    by_origin = facts["weights"]["real_time"]
    members = list(next(iter(by_origin.values()))) if by_origin else []
    shown = [o for n, o in enumerate(by_origin) if n % max(len(by_origin) // 6, 1) == 0 or n == len(by_origin) - 1]
    rows = tuple((period_name(o), *(plain(by_origin[o][m], 0.01) for m in members)) for o in shown)
    words = say(
        "The stack weighs its members by the log score of forecasts that had resolved by each origin, never of the one "
        "being made. Weights are held near equal until fifty forecasts (origin and target month) have resolved; members "
        "are capped."
    )
    table = Table((say("Origin"), *(say(MODELS.get(m, m)) for m in members)), rows)
    caption = say("Weights in real time at some origins.")
    return Section("stack", say("The stack and its weights"), (words,), (), ((table, caption),))


def _missing(facts: Mapping[str, Any], corridor: Corridor) -> Section:
    label = {s: say(one.label) for s, one in corridor.series.items()}
    rows = _silent(facts["missing"], label)
    left = tuple((label.get(s, s), _reason(reason)) for s, reason in facts["not_pooled"].items())
    how = tuple((label.get(s, s), say(words)) for s, words in facts["vintages"].items())
    tables = [(Table((say("Checkpoint"), say("Figures known at an origin")), how), say(KNOWN_WORDS))]
    if rows:
        heads = (say("Model"), say("Checkpoint"), say("Why"), say("Origins"))
        tables.insert(0, (Table(heads, rows), say("Scores that are missing, and why.")))
    if left:
        tables.insert(0, (Table((say("Checkpoint"), say("Why")), left), say("Checkpoints that pooled scores leave out.")))
    missing = bool(rows or left)
    words = say("What is missing is named here; the rest went on without it.") if missing else say("Nothing is missing.")
    return Section("missing", say("What is missing, and what was known"), (words,), (), tuple(tables))


def _reason(text: str) -> str:
    """Why a score is missing; where the reason has a number, with it."""
    for pattern, form in _REASONS:
        if found := pattern.fullmatch(text):
            return say(form, **found.groupdict())
    return say(text)


def _silent(missing: Sequence[Mapping[str, Any]], label: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Forecasts that are missing: checkpoints of one reason together, then models that are silent at the same ones."""
    where: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for m in missing:
        key = (name_of(m["model"], m["track"]), m["reason"], tuple(m["origins"]))
        where.setdefault(key, []).append(label.get(m["series"], m["series"]))
    who: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (model, reason, when), checkpoints in where.items():
        everywhere = len(checkpoints) == len(label)
        named = say("all checkpoints") if everywhere and len(label) > 1 else ", ".join(checkpoints)
        who.setdefault((named, reason, when), []).append(model)
    return tuple(("; ".join(models), at, _reason(reason), _origins(when)) for (at, reason, when), models in who.items())


def _origins(origins: Sequence[str]) -> str:
    return period_name(origins[0]) if len(origins) == 1 else f"{span(origins[0], origins[-1])} ({len(origins)})"


def _facts(manifest: Mapping[str, Any], facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (say("Corridor"), f"{manifest.get('corridor')} ({str(manifest.get('hash'))[:12]})"),
        ("Isthmus", str(manifest.get("isthmus"))),
        (say("Seed"), str(manifest.get("seed"))),
        (say("Origins"), ", ".join(facts["origins"])),
        (
            say("Refits"),
            say(
                "largest R-hat {rhat}; {block} origins a block",
                rhat=plain(max(facts["largest_rhat"]), 0.001),
                block=facts["block"],
            ),
        ),
    ]
