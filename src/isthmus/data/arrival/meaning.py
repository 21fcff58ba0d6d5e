"""What each check on arrival is called and what to look for, for whoever decides on the figures that it holds back."""

from __future__ import annotations

NAMES = {
    "jump": "A month far off its neighbours",
    "sum": "A sum that does not agree",
    "repeated": "Numbers that came twice",
    "twin": "Two series with the same numbers",
    "swapped": "Two series that may have been swapped",
    "definition": "A definition that may have changed",
    "not over": "A month that was not over",
    "no count": "A number that is no count",
    "missing": "Nothing for some periods",
    "withdrawn": "Periods no longer given",
    "rounded": "Figures rounded by the publisher",
    "name": "A name of no known country",
    "code": "A code that does not fit its name",
    "requirement": "An entry rule of no known kind",
    "uncounted": "Something that could not be counted",
}
MEANING = {
    "jump": "A month far off its neighbours. Right if something happened; wrong if a digit or a column slipped.",
    "sum": "Parts and total do not agree. Look which of them the publisher has corrected.",
    "repeated": "Numbers that came twice. Look whether a table was copied from the month before.",
    "twin": "Two series with the same numbers. Look whether one was pasted over the other.",
    "swapped": "Two series that would fit their past better the other way round.",
    "definition": "A history that moved as a whole, or a definition that reads otherwise.",
    "not over": "A month that was not over when its figure was published.",
    "no count": "A number that cannot be a count of people or events.",
}
