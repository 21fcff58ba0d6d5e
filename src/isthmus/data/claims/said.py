"""Sentences that know what was filled into them, so that whoever shows them can say them in another language."""

from __future__ import annotations

from typing import Any, Self


class Count(float):
    """A number of people or events."""

    def __str__(self) -> str:
        """``25,565``."""
        return f"{float(self):,.0f}"


class Change(float):
    """A relative difference."""

    def __str__(self) -> str:
        """``+3%``."""
        return f"{float(self):+.0%}"


class Times(float):
    """How many times as much."""

    def __str__(self) -> str:
        """``2.0``."""
        return f"{float(self):.1f}"


class Series(str):
    """Name of a series."""

    __slots__ = ()


class Period(str):
    """A year or a month."""

    __slots__ = ()


class Subject(str):
    """What is counted, in English words."""

    __slots__ = ()


class Said(str):  # noqa: SLOT000 - it carries more than its text
    """English text, with the form and the values that it was made of.

    Attributes:
        form: The sentence with named gaps.
        values: What stands in them: numbers, names and sentences of the kinds above.
    """

    form: str
    values: dict[str, Any]

    def __new__(cls, form: str, **values: Any) -> Self:
        """Fill the form."""
        made = super().__new__(cls, form.format(**values) if values else form)
        made.form, made.values = form, values
        return made
