"""What a table must be before the gate looks at its numbers: everything wrong with it, at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from isthmus.disclosure.periods import span_of
from isthmus.disclosure.persons import columns_about_people, values_about_people
from isthmus.disclosure.policy import Policy
from isthmus.disclosure.requests import PERSON, kinds_of
from isthmus.disclosure.table import COLUMNS, KEYS, KINDS, NEEDED, Table, Vocabulary
from isthmus.disclosure.words import clean
from isthmus.errors import Problem
from isthmus.spec.document import did_you_mean, one_of
from isthmus.spec.protect import refused_word

_LABELS = ("group", "place", "leg", "measure", "label", "item", "sector", "scenario", "series")
_WORDS = re.compile(r"[^\W\d_]+")


def problems_of(table: Table, policy: Policy, where: str, vocabulary: Vocabulary | None) -> list[Problem]:
    """Every reason for which a table is refused."""
    return [
        *_columns(table, where),
        *values_about_people(where, table.words),
        *_keys(table, policy, where),
        *_names(table, where, vocabulary),
        *_complete(table, where),
        *_intervals(table, where),
        *_sums_of_stocks(table, where),
        *_repeated(table, where),
    ]


def _columns(table: Table, where: str) -> Iterator[Problem]:
    about = columns_about_people(where, list(table.words))
    yield from about
    said = {problem.where for problem in about}
    for name in table.words:
        if name not in COLUMNS and not any(f"{name!r}" in place or f'"{name}"' in place for place in said):
            remedy = did_you_mean(name, COLUMNS, otherwise="leave the column out")
            found = f"a column '{name}' that the gate does not know"
            yield Problem(where, f"only {one_of(COLUMNS, limit=40)}", found, remedy)
    for name in (*NEEDED, *table.absent):
        if name not in table.words:
            remedy = "a number without it cannot leave: every number has an interval, a kind, a unit and a source"
            yield Problem(where, f"a column '{name}'", "none", remedy)
    if "source" not in table.words and "publisher" not in table.words:
        yield Problem(where, "a column 'source' or 'publisher'", "none", "say where each number comes from")


def _keys(table: Table, policy: Policy, where: str) -> Iterator[Problem]:
    """Labels about more than nationality, and measures that are route advice or interdiction."""
    own = {term.lower() for term in policy.refused_terms}
    for name in _LABELS:
        for text in dict.fromkeys(table.column(name)):
            about = next((a for word in _WORDS.findall(text) if (a := refused_word(word))), "")
            about = about or ("a term that the policy refuses" if own & {w.lower() for w in _WORDS.findall(text)} else "")
            if about:
                remedy = "describe people by nationality and nothing finer: such figures can be used against those they describe"
                yield Problem(f"{where}: {name}", "groups of people by nationality only", f'"{clean(text)}" ({about})', remedy)
            asked = [kind for kind in kinds_of(text) if kind != PERSON] if name != "label" else []
            for kind in asked:
                yield Problem(f"{where}: {name}", "aggregate results", f'"{clean(text)}", which is {kind}', "take it out")


def _names(table: Table, where: str, vocabulary: Vocabulary | None) -> Iterator[Problem]:
    if vocabulary is None:
        return
    for name, known in (("place", vocabulary.places | vocabulary.legs), ("leg", vocabulary.legs), ("group", vocabulary.groups)):
        unknown = [t for t in dict.fromkeys(table.column(name)) if not set(t.split("+")) <= {*known, "all", ""}]
        if unknown:
            found = f"{len(unknown)} that it does not have (not repeated here)"
            remedy = "only the places, legs and groups of the corridor file leave"
            yield Problem(f"{where}: {name}", f"names of the corridor's {name}s", found, remedy)


def _complete(table: Table, where: str) -> Iterator[Problem]:
    for name in ("kind", "unit", "period"):
        without = sum(not value.strip() for value in table.column(name)) if name in table.words else 0
        if without:
            yield Problem(f"{where}: {name}", f"a {name} in every row", f"{without} rows without", "say what each number is")
    unknown = sorted(set(table.column("kind")) - {*KINDS, ""})
    if unknown:
        yield Problem(f"{where}: kind", f"one of {one_of(KINDS)}", ", ".join(unknown[:5]), "say what kind each number is")
    sources = [a or b for a, b in zip(table.column("source"), table.column("publisher"), strict=True)]
    without = sum(not source.strip() for source in sources)
    if without and {"source", "publisher"} & set(table.words):
        yield Problem(f"{where}: source", "a source in every row", f"{without} rows without", "say where each number comes from")


def _intervals(table: Table, where: str) -> Iterator[Problem]:
    """Bare points and ends that cross, where the number is modelled."""
    numbers = table.numbers[~table.official]
    if np.isinf(numbers).any():
        yield Problem(where, "numbers", f"{int(np.isinf(numbers).any(axis=1).sum())} rows with something else", "write numbers")
        return
    given = ~np.isnan(numbers[:, 2])
    bare = int((given & np.isnan(numbers).any(axis=1)).sum())
    if bare:
        remedy = "give lo50, hi50, lo90 and hi90: a modelled number without an interval says more than anyone knows"
        yield Problem(where, "an interval with every modelled number", f"{bare} bare points", remedy)
    crossed = int((np.diff(numbers, axis=1) < -1e-6 * np.maximum(1.0, np.abs(numbers[:, :-1]))).any(axis=1).sum())
    if crossed:
        yield Problem(where, "lo90 <= lo50 <= median <= hi50 <= hi90", f"{crossed} rows where they cross", "put them in order")
    wide = table.counts & ~table.official & (table.numbers[:, 4] == table.numbers[:, 0]) & (table.numbers[:, 2] > 0)
    if wide.any() and len(table) > 0:
        remedy = "give the interval of the draws; an interval without width is a bare point"
        yield Problem(where, "intervals with a width", f"{int(wide.sum())} counts whose interval has none", remedy)


def _sums_of_stocks(table: Table, where: str) -> Iterator[Problem]:
    """A stock is of a moment: a longer period may hold its mean or its end, but no sum."""
    summed = []
    measures = zip(table.column("kind"), table.column("measure"), table.column("period"), strict=True)
    for kind, measure, period in measures:
        if kind == "stock" and ("/" in period or re.search(r"\b(sum|total|cumulative)\b", measure.replace("_", " ").lower())):
            span = span_of(period)
            if "/" not in period or span is not None:
                summed.append(period)
    if summed:
        found = f"{len(summed)} rows over {one_of(dict.fromkeys(summed), limit=3)}"
        remedy = "whoever waits for two months would count twice; give the stock at the end, or the peak, of each period"
        yield Problem(where, "no sum of a stock over time", found, remedy)


def _repeated(table: Table, where: str) -> Iterator[Problem]:
    extra = len(table) - len({(*key, b) for key, b in zip(table.keys, table.column("basis"), strict=True)})
    if extra:
        found = f"{extra} rows whose {', '.join(KEYS)} and unit came before"
        yield Problem(where, "each number once", found, "two roundings of a number say more than one")
