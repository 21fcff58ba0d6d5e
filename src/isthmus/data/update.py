"""An update: ask a source, check what came, keep it; or keep that it did not work, and everything else as it was."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from isthmus.data.arrival import Checked, check
from isthmus.data.sources.contract import About, Delivery, Source, Wanted
from isthmus.data.store import Finding, Key, Loaded, Reader, Receipt, Store
from isthmus.data.web import Answer, Client, Unchanged, Web
from isthmus.errors import FiguresError, IsthmusError, Problem, SourceError

Opening = Callable[[About, Reader], "Session"]
"""Makes what a source fetches with, for one update."""


class Session(Web, Protocol):
    """A `Web` that remembers what came and can be closed."""

    answers: list[Answer]

    def close(self) -> None:
        """Let the answers go."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the update of one source went."""

    source: str
    state: Literal["updated", "unchanged", "failed"]
    loaded: Loaded | None = None
    n_rules: int = 0
    findings: tuple[Finding, ...] = ()
    """Those that were not known before."""
    problems: tuple[Problem, ...] = ()


def over_https(about: About, reader: Reader) -> Session:
    """Open a session over the network."""
    return Client(about.name, about.limits, about.seconds_between, validators=reader.validators)


def update(
    source: Source, store: Store, wanted: Wanted, *, opening: Opening = over_https, now: dt.datetime | None = None
) -> Outcome:
    """Bring the store up to what a source's publisher says today.

    Nothing is half-written: all figures of a delivery are kept with their receipts and findings, or none.

    Args:
        source: Whom to ask.
        store: Where to keep it.
        wanted: What to ask for.
        opening: Makes what the source fetches with.
        now: Time of the update, UTC. Absent: now.

    Raises:
        StoreError: The store cannot be read or written.
    """
    now = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    about = source.about
    with store.read() as reader:
        before, definitions = _known(reader, about.name)
        session = opening(about, reader)
        try:
            delivery = source.fetch(session, wanted)
            checked = check(about, delivery, before=before, definitions=definitions, today=now.date())
            receipts = [_receipt(about.name, answer, now) for answer in session.answers]
        except Unchanged:
            _remember(store, about, "unchanged", "the publisher says that nothing has changed", now)
            return Outcome(about.name, "unchanged")
        except SourceError as error:
            return _failed(store, about, error, now)
        finally:
            session.close()
    try:
        return _keep(store, about, delivery, checked, receipts, now)
    except FiguresError as error:
        return _failed(store, about, error, now)


def _keep(store: Store, about: About, delivery: Delivery, checked: Checked, receipts: list[Receipt], now: dt.datetime) -> Outcome:
    with store.write(now=now) as writer:
        writer.describe(about.record())
        numbers = [writer.receive(receipt) for receipt in receipts]
        last = numbers[-1] if numbers else None
        loaded = writer.load(about.name, checked.table, receipt=last)
        writer.define(about.name, {series.name: series.counts for series in about.series})
        noted = writer.note(about.name, checked.findings)
        n_rules = writer.add_rules(about.name, delivery.rules, receipt=last)
        message = f"{loaded.new} new, {loaded.revised} revised, {loaded.unchanged} unchanged, {loaded.held} held back"
        writer.attempt(about.name, "updated", message)
    return Outcome(about.name, "updated", loaded, n_rules, noted)


def _failed(store: Store, about: About, error: IsthmusError, now: dt.datetime) -> Outcome:
    _remember(store, about, "failed", str(error)[:500], now)
    return Outcome(about.name, "failed", problems=error.problems)


def _remember(store: Store, about: About, outcome: str, message: str, now: dt.datetime) -> None:
    with store.write(now=now) as writer:
        writer.describe(about.record())
        writer.attempt(about.name, outcome, message)


def _known(reader: Reader, source: str) -> tuple[dict[Key, dict[str, float]], dict[str, str]]:
    """Return the latest figures of a source and the definitions of its series."""
    latest: dict[Key, dict[str, float]] = defaultdict(dict)
    for figure in reader.figures(source=source).rows:
        if figure.value is not None:
            latest[figure.series, figure.place, figure.group][figure.period] = figure.value
    definitions = {series: text for (series, _, _), text in reader.keys(source).items()}
    return dict(latest), definitions


def _receipt(source: str, answer: Answer, now: dt.datetime) -> Receipt:
    return Receipt(
        source,
        answer.url,
        now,
        answer.sha256,
        answer.size,
        answer.published,
        answer.headers.get("etag"),
        answer.headers.get("last-modified"),
    )
