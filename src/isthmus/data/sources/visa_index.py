"""Tables of entry requirements in the shape of the Passport Index: who needs what to enter where, as of a snapshot."""

from __future__ import annotations

import datetime as dt

from isthmus.data.sources.contract import About, Delivery, Wanted
from isthmus.data.store.records import Finding, Rule
from isthmus.data.web import Web

FILE = "https://raw.githubusercontent.com/ilyankou/passport-index-dataset/master/passport-index-tidy-iso3.csv"

_WORDS = {
    "visa free": "visa_free",
    "visa on arrival": "visa_on_arrival",
    "e-visa": "e_visa",
    "eta": "e_visa",
    "visa required": "visa_required",
    "no admission": "closed",
    "covid ban": "closed",
}
_OWN_COUNTRY = "-1"


class VisaIndex:
    """Reads the tidy table; the date of a rule is that of the snapshot, an upper bound on the day it changed."""

    about = About(
        name="visa_index",
        title="Entry requirements by nationality",
        publisher="Passport Index, collected by Ilya Ilyankou",
        licence="MIT",
        licence_url="https://github.com/ilyankou/passport-index-dataset/blob/master/LICENSE",
        home="https://github.com/ilyankou/passport-index-dataset",
        release_days=30,
        confidence="S2",
        series=(),
    )

    def fetch(self, web: Web, wanted: Wanted) -> Delivery:
        """Return one rule for each nationality and country; of all nationalities, because the file is one."""
        answer = web.get(FILE, only_if_changed=True)
        known = min(answer.published or wanted.today, wanted.today)
        rules: list[Rule] = []
        unknown: dict[str, int] = {}
        for row in answer.rows(("Passport", "Destination", "Requirement")):
            nationality, place, text = row["Passport"], row["Destination"], row["Requirement"].casefold()
            if len(nationality) != 3 or len(place) != 3:
                raise row.error(at="Passport" if len(nationality) != 3 else "Destination", expected="an ISO 3166-1 alpha-3 code")
            if text in {_OWN_COUNTRY, ""} or nationality == place:
                continue
            rule = _rule(nationality, place, text, known)
            if rule is None:
                unknown[text] = unknown.get(text, 0) + 1
            else:
                rules.append(rule)
        remarks = [Finding("requirement", f"{word!r} is no known requirement: {n} rules left out") for word, n in unknown.items()]
        return Delivery(rules=tuple(rules), remarks=tuple(remarks), published=answer.published)


def _rule(nationality: str, place: str, text: str, known: dt.date) -> Rule | None:
    if text.isascii() and text.isdigit():
        return Rule(nationality, place.lower(), "visa_free", int(text), known)
    requirement = _WORDS.get(text)
    return Rule(nationality, place.lower(), requirement, None, known) if requirement else None
