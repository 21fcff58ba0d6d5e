"""Plain words for months, changes and lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from isthmus.report.language import many, month_name, say, spoken_number

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def period_name(name: str) -> str:
    """``2024-05`` as ``May 2024``; ``2012`` stays."""
    if "-" not in name:
        return name
    year, month = name.split("-")[:2]
    return f"{month_name(int(month))} {year}"


def span(first: str, last: str) -> str:
    """``2024-06`` to ``2024-11`` as ``Jun to Nov 2024``."""
    if first == last:
        return period_name(first)
    if "-" in first and first[:4] == last[:4]:
        if first.endswith("-01") and last.endswith("-12"):
            return first[:4]
        return say("{months} to {last}", months=month_name(int(first[5:7])), last=period_name(last))
    return say("{first} to {last}", first=period_name(first), last=period_name(last))


def day_name(day: dt.date) -> str:
    """``8 Jan 2023``."""
    return f"{day.day} {month_name(day.month)} {day.year}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {say(last)} {items[-1]}"


def small(n: int) -> str:
    """A small whole number in letters."""
    return say(SMALL[n]) if 0 <= n < len(SMALL) else str(n)


def some(n: int, noun: str) -> str:
    """``one claim``, ``two claims``."""
    return many(f"{{number}} {noun}", f"{{number}} {noun}s", n, number=small(n))


def change(now: float, before: float) -> str:
    """How ``now`` compares with ``before``: ``33 % more than``, ``about the same as``."""
    if before <= 0:
        return "against none in"
    ratio = now / before
    if ratio >= 2:
        return say("{ratio} times", ratio=spoken_number(f"{ratio:.1f}"))
    if abs(ratio - 1) < 0.03:
        return "about the same as"
    amount = f"{abs(ratio - 1) * 100:.0f}\N{NO-BREAK SPACE}%"
    return say("{amount} more than", amount=amount) if ratio > 1 else say("{amount} fewer than", amount=amount)


def capital(text: str) -> str:
    """First letter upper case, the rest as it is."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """First letter lower case, unless it begins a capitalised abbreviation."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
