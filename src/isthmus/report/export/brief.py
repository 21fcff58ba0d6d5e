"""The brief: two pages of A4 for a meeting tomorrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from isthmus.report.claims import checks
from isthmus.report.export.gather import Gathered
from isthmus.report.export.questions import Question, first_lines, questions
from isthmus.report.headline import headline
from isthmus.report.intervals import plain
from isthmus.report.language import say
from isthmus.report.skill import backtest
from isthmus.report.view import RunView
from isthmus.report.words import period_name, span

PLAIN = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{LEFTWARDS ARROW}": "<", "\N{RIGHTWARDS ARROW}": ">", "\N{GREEK SMALL LETTER PHI}": "phi"}
)
"""Characters that the fonts of every reader do not have."""
BLUE, PALE, INK, SOFT = "#0068a8", "#c4dff0", "#1b1f24", "#4d5661"
CHARTS = 2
ROWS = 5


def write_brief(gathered: Gathered, path: Path) -> None:
    """Headline and charts on the first page; checkpoints, what if, needs, limits and sources on the second."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 - heavy
    from reportlab.platypus import PageBreak, SimpleDocTemplate  # noqa: PLC0415

    title = say(gathered.view.corridor.title)
    document = SimpleDocTemplate(
        str(path), pagesize=A4, leftMargin=45, rightMargin=45, topMargin=40, bottomMargin=46,
        title=_said(title), author="Isthmus",
        lang="es" if say("and") == "y" else "en", invariant=1,
    )  # fmt: skip
    parts = [*_first(gathered), PageBreak(), *_second(gathered)]
    document.build(parts, onFirstPage=_foot(gathered), onLaterPages=_foot(gathered))


def _first(gathered: Gathered) -> list[Any]:
    from reportlab.platypus import Spacer  # noqa: PLC0415 - heavy

    view = gathered.view
    found = headline(view, backtest(view), checks(view))
    parts: list[Any] = [_text(say(view.corridor.title), "title")]
    when = (span(view.fitted[0], view.fitted[-1]), span(view.ahead[0], view.ahead[-1]))
    parts.append(_text(say("Corridor brief · figures {fitted} · ahead {ahead}", fitted=when[0], ahead=when[1]), "small"))
    if found.alarm:
        parts.append(_text(found.alarm, "alarm"))
    for heading, words in found.points[:3]:
        parts += [_text(say(heading), "heading"), _text(words)]
    for series in _shown(view):
        parts += [Spacer(1, 6), _chart(gathered, series)]
    return parts


def _second(gathered: Gathered) -> list[Any]:
    view = gathered.view
    table = headline(view, backtest(view), checks(view)).table
    parts: list[Any] = [_text(say("Each checkpoint"), "heading"), _grid(table.columns[:7], [row[:7] for row in table.rows])]
    asked = {question.sheet: question for question in questions(gathered)}
    for sheet in (say("What if"), say("What is needed"), say("Where")):
        if sheet in asked and len(parts) < 6:
            parts += _answer(asked[sheet])
    parts += [
        _text(say("What to keep in mind"), "heading"),
        *(_text(f"• {line}", "small") for line in first_lines(gathered)[-6:]),
    ]
    publishers = "; ".join(dict.fromkeys(view.publishers(series) for series in view.series))
    parts.append(_text(say("Sources of figures: {publishers}. Everything else: this model.", publishers=publishers), "small"))
    return parts


def _answer(question: Question) -> list[Any]:
    """A question with its largest rows: changes by scenarios; needs of the corridor as it stands, each measure once."""
    names = [say(name) for name in question.columns]
    at = question.columns.index("Median")
    numbers = [row for row in question.rows if isinstance(row[at], float)]
    largest = sorted(_telling(question, numbers), key=lambda row: -abs(float(row[at] or 0)))[:ROWS]
    kept = [*range(at + 1), at + 3, at + 4, question.columns.index("Unit")]
    about = question.answer
    if question.columns[0] == "Scenario" and len({row[0] for row in largest}) == 1:
        kept, about = kept[1:], f"{about} ({largest[0][0]})"
    rows = [[_cell(row[k]) for k in kept] for row in largest]
    return [_text(question.question, "heading"), _text(about, "small"), _grid([names[k] for k in kept], rows)]


def _telling(question: Question, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows of the brief: the largest of each measure, without what a page of numbers says twice."""
    at, unit = question.columns.index("Median"), question.columns.index("Unit")
    if question.columns[0] != "Scenario":
        return rows
    changes = [row for row in rows if str(row[1]).startswith(say("Change: {what}", what="").strip())]
    first = question.rows[0][0]
    wanted = changes or [row for row in rows if row[0] == first and row[unit] != "kcal"]
    best: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for row in wanted:
        key = row[:2] if changes else row[1:2]
        if key not in best or abs(row[at]) > abs(best[key][at]):
            best[key] = row
    return list(best.values())


def _cell(value: str | float | None) -> str:
    return say("withheld") if value is None else plain(value) if isinstance(value, float) else value


def _shown(view: RunView) -> list[str]:
    """The first and the last checkpoint: where people enter, where they arrive."""
    return list(dict.fromkeys([view.series[0], view.series[-1]]))[:CHARTS]


def _chart(gathered: Gathered, series: str) -> Any:
    """Published months as a line, months ahead as median and 90 % interval."""
    from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String  # noqa: PLC0415 - heavy
    from reportlab.lib.colors import HexColor  # noqa: PLC0415

    view = gathered.view
    ahead = [row for row in gathered.rows("forecast") if row["series"] == series and row["model"] == "isthmus"]
    months = [*view.fitted[-24:], *(row["period"] for row in ahead)]
    seen = {month: row.value for month, row in view.observed.get(series, {}).items() if row.value is not None}
    top = max([*(v for m, v in seen.items() if m in months), *(row["hi90"] or 0 for row in ahead), 1.0]) * 1.08
    width, height, left, bottom = 505, 150, 52, 30
    step = (width - left - 10) / len(months)

    def x(k: float) -> float:
        return left + step * (k + 0.5)

    def y(value: float) -> float:
        return bottom + (height - bottom - 24) * value / top

    drawing = Drawing(width, height)
    label = f"{say(view.corridor.series[series].label)}: {say(view.unit(series))} {say('a month')}"
    drawing.add(String(0, height - 12, _said(label), fontName="Helvetica-Bold", fontSize=9, fillColor=HexColor(INK)))
    for share in (0.0, 0.5, 1.0):
        level = top / 1.08 * share
        drawing.add(Line(left, y(level), width - 8, y(level), strokeColor=HexColor("#d5dae0"), strokeWidth=0.5))
        drawing.add(
            String(left - 4, y(level) - 3, _said(plain(level, 10.0)), fontSize=7, textAnchor="end", fillColor=HexColor(SOFT))
        )
    for row in ahead:
        k = months.index(row["period"])
        if row["median"] is not None:
            low, high = y(row["lo90"]), y(row["hi90"])
            drawing.add(Rect(x(k) - step * 0.32, low, step * 0.64, high - low, fillColor=HexColor(PALE), strokeColor=None))
            middle = y(row["median"])
            drawing.add(Line(x(k) - step * 0.32, middle, x(k) + step * 0.32, middle, strokeColor=HexColor(BLUE), strokeWidth=2))
    points = [
        c for k, month in enumerate(months) if month in seen and month in view.fitted for c in (x(k), y(float(seen[month])))
    ]
    if len(points) > 2:
        drawing.add(PolyLine(points, strokeColor=HexColor(INK), strokeWidth=1.1))
    for k, month in enumerate(months):
        if k % 6 == 0 or k == len(months) - 1:
            drawing.add(
                String(x(k), bottom - 11, _said(period_name(month)), fontSize=7, textAnchor="middle", fillColor=HexColor(SOFT))
            )
    key = say(
        "Line: published. Bars: model, 90 % interval and median. Kind: flow. Source: {publisher}; this model.",
        publisher=view.publishers(series),
    )
    drawing.add(String(left, bottom - 25, _said(key)[:150], fontSize=6.5, fillColor=HexColor(SOFT)))
    return drawing


def _grid(columns: Any, rows: Any) -> Any:
    from reportlab.lib.colors import HexColor  # noqa: PLC0415 - heavy
    from reportlab.platypus import Table, TableStyle  # noqa: PLC0415

    cells = [
        [_text(say(str(name)), "head") for name in columns],
        *([_text(say(str(cell)), "cell") for cell in row] for row in rows),
    ]
    # a table with a measure in words has that column wide too
    wide = [130] if len(columns) < 8 else [95, 85]
    widths = [*wide, *[(505 - sum(wide)) / (len(columns) - len(wide))] * (len(columns) - len(wide))]
    table = Table(cells, colWidths=widths, repeatRows=1)
    table.setStyle(
        TableStyle([
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor(INK)),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, HexColor("#d5dae0")),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ])
    )  # fmt: skip
    return table


def _text(words: str, style: str = "body") -> Any:
    from reportlab.lib.colors import HexColor  # noqa: PLC0415 - heavy
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.platypus import Paragraph  # noqa: PLC0415

    size, leading, font, colour, before = {
        "title": (17, 21, "Helvetica-Bold", INK, 0),
        "heading": (10.5, 13, "Helvetica-Bold", INK, 7),
        "body": (9, 12, "Helvetica", INK, 0),
        "small": (7.5, 10, "Helvetica", SOFT, 0),
        "alarm": (9, 12, "Helvetica-Bold", "#8e1b12", 4),
        "head": (7, 8.5, "Helvetica-Bold", INK, 0),
        "cell": (7, 8.5, "Helvetica", INK, 0),
    }[style]
    made = ParagraphStyle(
        style, fontName=font, fontSize=size, leading=leading, textColor=HexColor(colour), spaceBefore=before, spaceAfter=2
    )
    return Paragraph(escape(_said(words)), made)


def _foot(gathered: Gathered) -> Any:
    view = gathered.view
    line = f"Isthmus {view.manifest.get('isthmus', '')} · {view.corridor.name} · {str(view.manifest.get('hash', ''))[:12]}"

    def draw(canvas: Any, document: Any) -> None:
        canvas.setFont("Helvetica", 7)
        canvas.drawString(45, 26, _said(line))
        canvas.drawRightString(550, 26, _said(say("page {n} of 2", n=document.page)))

    return draw


def _said(words: str) -> str:
    return words.translate(PLAIN).encode("cp1252", "replace").decode("cp1252")
