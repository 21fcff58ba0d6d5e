"""Countries by the names that publishers give them, in English, Spanish, French and Portuguese."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources

from isthmus.data.reading.rows import plain
from isthmus.spec.countries import alpha3_codes, countries

OTHER = "OTH"
"""Group of nationalities that a publisher does not name."""
STATELESS = "XXA"
UNKNOWN = "UNK"

_LEADING = re.compile(
    r"^(the|la|el|los|las|le|les|l|republica (popular )?(democratica )?(bolivariana )?(de |del )?(la )?|republic of( the)?) "
)
_WORDS = re.compile(r"[^a-z0-9]+")


@cache
def _codes() -> dict[str, str]:
    text = resources.files("isthmus.data.reading").joinpath("names.csv").read_text(encoding="utf-8")
    known = {plain(country.name): country.alpha3 for country in countries()}
    for row in csv.DictReader(text.splitlines()):
        known.setdefault(plain(row["name"]), row["alpha3"])
    return known


def country_code(name: str) -> str | None:
    """Return the ISO 3166-1 alpha-3 code of a country's name or code, ``OTH`` for others together; None if unknown."""
    key = plain(name)
    if len(key) == 3 and key.upper() in alpha3_codes():
        return key.upper()
    if code := _codes().get(key):
        return code
    short = _LEADING.sub("", key)
    if code := _codes().get(short):
        return code
    before, comma, after = name.partition(",")
    return country_code(f"{after.strip()} {before}") if comma and after.strip() else None


def place_name(text: str) -> str:
    """Return a name as an identifier of a place: ``us_mexico_border_crossing``."""
    made = _WORDS.sub("_", plain(text)).strip("_")[:40].strip("_")
    return made if made[:1].isalpha() else f"place_{made}"[:40]
