"""Months as publishers write them, in English, Spanish, Portuguese and French."""

from __future__ import annotations

import re

from isthmus.data.reading.rows import plain

_NAMES = (
    ("january", "enero", "janeiro", "janvier"),
    ("february", "febrero", "fevereiro", "fevrier"),
    ("march", "marzo", "marco", "mars"),
    ("april", "abril", "avril"),
    ("may", "mayo", "maio", "mai"),
    ("june", "junio", "junho", "juin"),
    ("july", "julio", "julho", "juillet"),
    ("august", "agosto", "aout"),
    ("september", "septiembre", "setiembre", "setembro", "septembre"),
    ("october", "octubre", "outubro", "octobre"),
    ("november", "noviembre", "novembro", "novembre"),
    ("december", "diciembre", "dezembro", "decembre"),
)
_SHORT = {
    "jan": 1, "ene": 1, "feb": 2, "fev": 2, "mar": 3, "apr": 4, "abr": 4, "avr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7,
    "aug": 8, "ago": 8, "aou": 8, "sep": 9, "set": 9, "sept": 9, "oct": 10, "out": 10, "nov": 11, "dec": 12, "dic": 12, "dez": 12,
}  # fmt: skip
_NUMBER_OF = {name: n for n, names in enumerate(_NAMES, start=1) for name in names} | _SHORT
_ISO = re.compile(r"([0-9]{4})[-/.]?(0[1-9]|1[0-2])([-/.][0-9]{2}([T ].*)?)?")
_SLASHED = re.compile(r"(?:[0-9]{1,2}[/.])?(0?[1-9]|1[0-2])[/.]([0-9]{4})")
_WORDS = re.compile(r"([a-z]+)(?: de| del)? ?([0-9]{4})|([0-9]{4}) ?([a-z]+)")
_YEAR = re.compile(r"(19|20|21)[0-9]{2}")


def month_number(text: str) -> int | None:
    """Return 1 to 12 for a month's name, short name or number; None for anything else."""
    name = plain(text)
    if name.isdigit():
        return int(name) if 1 <= int(name) <= 12 else None
    return _NUMBER_OF.get(name)


def month_of(text: str, year: str = "") -> str:
    """Return ``YYYY-MM`` of a month, or ``YYYY`` where only a year is written.

    Args:
        text: ``2024-05``, ``2024-05-01``, ``05/2024``, ``31/05/2024``, ``mayo de 2024``, or with ``year``: ``mayo``, ``5``.
        year: Where it stands in a cell of its own.

    Raises:
        ValueError: It is neither a month nor a year. Days before months, as in 5/31/2024, are not guessed at.
    """
    text = text.strip()
    if year.strip():
        month = month_number(text)
        if month is not None and _YEAR.fullmatch(year.strip()):
            return f"{year.strip()}-{month:02d}"
    elif _YEAR.fullmatch(text):
        return text
    elif match := _ISO.fullmatch(text):
        return f"{match[1]}-{match[2]}"
    elif match := _SLASHED.fullmatch(text):
        return f"{match[2]}-{int(match[1]):02d}"
    elif match := _WORDS.fullmatch(plain(text)):
        month = month_number(match[1] or match[4])
        if month is not None:
            return f"{match[2] or match[3]}-{month:02d}"
    message = f"{text[:40]!r}{f' {year[:10]!r}' if year else ''} is not a month"
    raise ValueError(message)
