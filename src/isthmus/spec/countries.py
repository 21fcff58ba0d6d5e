"""Country codes: ISO 3166-1, and XK/XKX as the United Nations and Eurostat use them for Kosovo."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory."""

    alpha2: str
    alpha3: str
    name: str
    """Short English name."""


_ALSO_WRITTEN = {
    "UK": "GB",
    "EL": "GR",
    "USA": "US",
    "Russia": "RU",
    "Turkey": "TR",
    "Ivory Coast": "CI",
    "Brunei": "BN",
}
"""Other codes and names in use, to alpha-2."""


@cache
def countries() -> tuple[Country, ...]:
    """Return all countries, by alpha-2 code."""
    text = resources.files("isthmus.spec").joinpath("countries.csv").read_text(encoding="utf-8")
    return tuple(Country(**row) for row in csv.DictReader(text.splitlines()))


@cache
def alpha2_codes() -> dict[str, Country]:
    """Return countries by alpha-2 code (``NO``)."""
    return {country.alpha2: country for country in countries()}


@cache
def alpha3_codes() -> dict[str, Country]:
    """Return countries by alpha-3 code (``NOR``)."""
    return {country.alpha3: country for country in countries()}


def code_like(text: str, *, letters: int) -> str | None:
    """Return the code of the country that a code of the other length or a name means, or None.

    Args:
        text: what was written: ``CN``, ``UK`` or ``China``.
        letters: 2 or 3, the length of the code wanted.
    """
    wanted = _ALSO_WRITTEN.get(text.strip(), text.strip()).casefold()
    for country in countries():
        if wanted in {country.alpha2.casefold(), country.alpha3.casefold(), country.name.casefold()}:
            return country.alpha2 if letters == 2 else country.alpha3
    return None
