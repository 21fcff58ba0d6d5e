"""A page of its own beside the report: sections of words, pictures and tables, in one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from isthmus.report.language import language, say
from isthmus.report.sections import Section


def environment() -> Environment:
    """Templates of the report; every text that a template writes is said in the language spoken."""
    made = Environment(
        loader=PackageLoader("isthmus.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: say(value) if type(value) is str else value,
    )
    made.globals.update(say=say, language=language())
    return made


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
    return (
        environment()
        .get_template("document.html.j2")
        .render(title=title, kicker=kicker, summary=summary, points=points, sections=sections, alarm=alarm, facts=facts)
    )
