"""A page of its own beside the report: sections of words, pictures and tables, in one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from isthmus.report.sections import Section


def document(
    title: str,
    kicker: str,
    summary: str,
    points: Sequence[tuple[str, str]],
    sections: Sequence[Section],
    *,
    alarm: str = "",
    facts: Sequence[tuple[str, str]] = (),
) -> str:
    """The page as text.

    Args:
        title: What it is about.
        kicker: A line above the title.
        summary: The finding in a sentence or two.
        points: What to know first: heading and words.
        sections: The rest, in order.
        alarm: What must be known before anything is quoted; empty: nothing.
        facts: What it was made from.
    """
    environment = Environment(
        loader=PackageLoader("isthmus.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("document.html.j2").render(
        title=title, kicker=kicker, summary=summary, points=points, sections=sections, alarm=alarm, facts=facts
    )
