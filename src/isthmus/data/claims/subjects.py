"""What a sentence may be about: words, and the series that count it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from isthmus.data.reading.names import country_code
from isthmus.spec.countries import countries


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that is counted."""

    label: str
    words: re.Pattern[str]
    flows: tuple[str, ...] = ()
    """Series that count it as it happens; the first that has the group is used."""
    stocks: tuple[str, ...] = ()
    """Series that count it at a moment."""
    place: str | None = None


def _subject(
    label: str, words: str, flows: tuple[str, ...] = (), stocks: tuple[str, ...] = (), place: str | None = None
) -> Subject:
    return Subject(label, re.compile(words, re.IGNORECASE), flows, stocks, place)


SUBJECTS = (
    _subject("crossings of the Darién", r"dari[eé]n", ("darien_transits", "darien_transits_all", "darien_transits_yearly")),
    _subject(
        "exits from Ecuador",
        r"(left|exit\w*|departed?|sal(?:ió|ieron|en|idas?)|dejaron|abandonaron)\b.*ecuador",
        ("ecuador_exits", "ecuador_exits_yearly"),
    ),
    _subject("entries to Ecuador", r"ecuador", ("ecuador_entries", "ecuador_entries_yearly")),
    _subject(
        "encounters at the US southwest border",
        r"(u\.?s\.?|united states|american|southwest)[^.]*\b(border|encounter\w*|apprehen\w*)|\b(encounter\w*|apprehen\w*)\b"
        r"|\bfrontera\b.*(ee\.? ?uu\.?|estados unidos)|\b(encuentros|aprehensiones)\b",
        ("us_encounters", "us_encounters_yearly"),
    ),
    _subject("entries to Honduras", r"hondura", ("honduras_entries", "honduras_entries_yearly")),
    _subject("events in Mexico", r"m[eé]xic", ("mexico_events",)),
    _subject("transits of Colombia", r"colombia", ("colombia_transits",)),
    _subject(
        "claims for asylum", r"asylum|protection claims?|\basilo\b", ("unhcr_new_applications",), ("unhcr_pending",), "world"
    ),
    _subject("refugees", r"\brefugees?\b|\brefugiad[oa]s?\b", (), ("unhcr_refugees",), "world"),
    _subject(
        "deaths and disappearances",
        r"\b(died|deaths?|dead|missing|disappear\w*|murieron|muert[oae]s?|fallecid[oa]s?|desaparecid[oa]s?)\b",
        ("deaths_and_disappearances",),
    ),
)
"""In order: the first whose words are in the sentence is what it is about."""

_DEMONYMS = {
    "chinese": "CHN", "venezuelan": "VEN", "cuban": "CUB", "haitian": "HTI", "ecuadorian": "ECU", "ecuadorean": "ECU",
    "colombian": "COL", "indian": "IND", "afghan": "AFG", "nepali": "NPL", "nepalese": "NPL", "bangladeshi": "BGD",
    "turkish": "TUR", "russian": "RUS", "uzbek": "UZB", "angolan": "AGO", "senegalese": "SEN", "guinean": "GIN",
    "mauritanian": "MRT", "cameroonian": "CMR", "ghanaian": "GHA", "somali": "SOM", "brazilian": "BRA", "peruvian": "PER",
    "chilean": "CHL", "dominican": "DOM", "iranian": "IRN", "syrian": "SYR", "ukrainian": "UKR", "pakistani": "PAK",
    "eritrean": "ERI", "ethiopian": "ETH", "nigerian": "NGA", "mexican": "MEX", "guatemalan": "GTM", "honduran": "HND",
    "salvadoran": "SLV", "salvadorean": "SLV", "nicaraguan": "NIC", "vietnamese": "VNM", "sri lankan": "LKA", "egyptian": "EGY",
    "iraqi": "IRQ", "congolese": "COD", "sudanese": "SDN", "yemeni": "YEM", "moroccan": "MAR", "algerian": "DZA",
    "tunisian": "TUN",
}  # fmt: skip
_STEMS = {
    "chin": "CHN", "venezolan": "VEN", "haitian": "HTI", "cuban": "CUB", "ecuatorian": "ECU", "colombian": "COL", "afgan": "AFG",
    "nepal": "NPL", "bangladesh": "BGD", "bangladés": "BGD", "turc": "TUR", "rus": "RUS", "uzbek": "UZB", "angoleñ": "AGO",
    "senegal": "SEN", "guinean": "GIN", "mauritan": "MRT", "camerun": "CMR", "ghan": "GHA", "somal": "SOM", "brasileñ": "BRA",
    "peruan": "PER", "chilen": "CHL", "dominican": "DOM", "iran": "IRN", "siri": "SYR", "ucranian": "UKR", "pakistan": "PAK",
    "eritre": "ERI", "etíop": "ETH", "nigerian": "NGA", "mexican": "MEX", "guatemaltec": "GTM", "hondureñ": "HND",
    "salvadoreñ": "SLV", "nicaragüens": "NIC", "vietnamit": "VNM", "egipci": "EGY", "iraqu": "IRQ", "congoleñ": "COD",
    "sudan": "SDN", "yemen": "YEM", "marroqu": "MAR", "argelin": "DZA", "tunecin": "TUN", "indi": "IND",
}  # fmt: skip
"""Spanish demonyms without their endings."""
_ENDINGS = r"(?:[oa]s?|es?|és|es[ae]s?|íe?s?|ians?)"
_EVERYBODY = re.compile(
    r"\b(people|persons|migrants|travellers|men and women|nationalities|personas|gente|migrantes|viajer[oa]s|nacionalidades)\b",
    re.IGNORECASE,
)
_OF = re.compile(
    r"\b(?:from|of|nationals of|citizens of|(?:personas|gente|ciudadan[oa]s|nacionales|migrantes|procedentes) de)\s+"
    r"((?:[A-ZÁÉÍÓÚÑ][\w'’.-]*\s*){1,4})"  # noqa: RUF001
)


def group_of(text: str) -> str | None:
    """Return the nationality that a sentence names, ``ALL`` for people in general, None if it names nobody."""
    plain = text.casefold()
    for word, code in _DEMONYMS.items():
        if re.search(rf"\b{word}s?\b", plain):
            return code
    for stem, code in _STEMS.items():
        if re.search(rf"\b{stem}{_ENDINGS}\b", plain):
            return code
    for match in _OF.finditer(text):
        words = match[1].split()
        for size in range(len(words), 0, -1):
            named = country_code(" ".join(words[:size]))
            if named is not None:
                return named
    for word in re.findall(r"\b[A-Z]{3}\b", text):
        if word in _alpha3():
            return str(word)
    return "ALL" if _EVERYBODY.search(text) else None


def subject_of(text: str) -> Subject | None:
    """Return what a sentence is about."""
    return next((subject for subject in SUBJECTS if subject.words.search(text)), None)


@cache
def _alpha3() -> frozenset[str]:
    return frozenset(country.alpha3 for country in countries())
