"""Polite requests: one at a time, spaced, tried again when that may help, never to where they should not go."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlencode, urljoin, urlsplit

from isthmus.data.web.addresses import Policy, Target, target
from isthmus.data.web.answer import Answer
from isthmus.data.web.exchange import Exchange, Limits, Passing, exchange
from isthmus.errors import SourceError

TRIES = 5
LONGEST_WAIT = 120.0
"""Seconds; a publisher that asks for more is left alone until the next update."""
MAX_REDIRECTS = 5
USER_AGENT = "isthmus (reads public statistics a few times a month)"

_REDIRECTS = {301, 302, 303, 307, 308}
_PASSING = {408, 425, 429, 500, 502, 503, 504}

Query = Mapping[str, str | int]


class Unchanged(Exception):  # noqa: N818  nothing is wrong
    """The publisher says that nothing has changed since the last update."""


class Web(Protocol):
    """What adapters fetch with."""

    def get(
        self, url: str, *, query: Query | None = None, headers: Mapping[str, str] | None = None, only_if_changed: bool = False
    ) -> Answer:
        """Return the answer to a GET request."""
        ...


@dataclass
class Client:
    """Fetches for one source over the network.

    A client belongs to one update: it remembers when it last asked which host, and which answers came.
    """

    source: str
    limits: Limits = field(default_factory=Limits)
    seconds_between: float = 1.0
    """Least time between two requests to one host."""
    policy: Policy = field(default_factory=Policy)
    validators: Callable[[str], tuple[str | None, str | None]] = lambda _url: (None, None)
    """ETag and Last-Modified of the last answer from an address."""
    sleep: Callable[[float], None] = time.sleep
    answers: list[Answer] = field(default_factory=list)
    """What came, in order."""
    _asked: dict[str, float] = field(default_factory=dict)

    def get(
        self, url: str, *, query: Query | None = None, headers: Mapping[str, str] | None = None, only_if_changed: bool = False
    ) -> Answer:
        """Fetch an address; redirects are followed, faults that may pass are tried again.

        Args:
            url: HTTPS address.
            query: Added to it.
            headers: Sent to this host, and not to another one that it redirects to.
            only_if_changed: For a publisher whose figures are one file: stop where it is the file of the last update.

        Raises:
            Unchanged: The publisher says that nothing has changed.
            SourceError: There is no answer, or it is not one that may be read.
        """
        full = f"{url}{'&' if '?' in url else '?'}{urlencode(query)}" if query else url
        etag, modified = self.validators(full) if only_if_changed else (None, None)
        sent = {"User-Agent": USER_AGENT, "Accept": "*/*", **(headers or {})}
        conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
        first = target(full, self.policy, source=self.source)
        got = self._follow(first, sent | {key: value for key, value in conditions.items() if value}, headers or {})
        if got.status == HTTPStatus.NOT_MODIFIED:
            raise Unchanged(full)
        answer = Answer(self.source, full, got.body, got.size, got.sha256, got.headers)
        self.answers.append(answer)
        return answer

    def close(self) -> None:
        """Let the bodies of all answers go."""
        for answer in self.answers:
            answer.body.close()

    def _follow(self, at: Target, sent: Mapping[str, str], private: Mapping[str, str]) -> Exchange:
        visited = [at.url]
        while True:
            got = self._persist(at, sent)
            if got.status not in _REDIRECTS:
                return got
            to = target(urljoin(at.url, got.headers.get("location", "")), self.policy, source=self.source)
            if to.url in visited or len(visited) > MAX_REDIRECTS:
                raise SourceError.one(
                    where=f"{self.source}: {visited[0]}",
                    expected=f"a document after at most {MAX_REDIRECTS} redirects",
                    found="redirects in a circle" if to.url in visited else "more of them",
                    remedy="the publisher's server is misconfigured or wants a browser: try again later, "
                    "or save the file by hand and use --from",
                )
            visited.append(to.url)
            if urlsplit(to.url).netloc != urlsplit(at.url).netloc:
                sent = {key: value for key, value in sent.items() if key not in private}
            at = to

    def _persist(self, at: Target, sent: Mapping[str, str]) -> Exchange:
        """Ask until there is an answer, or it is clear that there will be none."""
        for attempt in range(1, TRIES + 1):
            self._space(at.host)
            try:
                got = exchange(at, sent, limits=self.limits, policy=self.policy, source=self.source)
                if got.status in _PASSING:
                    raise Passing(_words(got.status), wait=_asked_wait(got.headers))  # noqa: TRY301  handled like one below it
            except Passing as fault:
                wait = fault.wait if fault.wait is not None else 2.0**attempt * (0.5 + secrets.randbelow(1000) / 1000)
                if attempt == TRIES or wait > LONGEST_WAIT:
                    raise self._gave_up(at, fault, attempt) from fault
                self.sleep(wait)
                continue
            if got.status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED} or got.status in _REDIRECTS:
                return got
            raise SourceError.one(
                where=f"{self.source}: {at.url}", expected="an answer", found=_words(got.status), remedy=_remedy(got.status)
            )
        raise AssertionError  # the last attempt returns or raises

    def _space(self, host: str) -> None:
        now = time.monotonic()
        wait = self._asked.get(host, -self.seconds_between) + self.seconds_between - now
        if wait > 0:
            self.sleep(wait)
        self._asked[host] = max(now, now + wait)

    def _gave_up(self, at: Target, fault: Passing, attempts: int) -> SourceError:
        asked = f", and asks to wait {fault.wait:.0f} seconds" if fault.wait and fault.wait > LONGEST_WAIT else ""
        return SourceError.one(
            where=f"{self.source}: {at.url}",
            expected=f"an answer within {attempts} {'try' if attempts == 1 else 'tries'}",
            found=fault.found + asked,
            remedy="try again later; what the store holds is untouched",
        )


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header, in either of its forms."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=dt.UTC)
    return max(0.0, (at - dt.datetime.now(dt.UTC)).total_seconds())


def _words(status: int) -> str:
    try:
        return f"status {status} ({HTTPStatus(status).phrase.lower()})"
    except ValueError:
        return f"status {status}"


def _remedy(status: int) -> str:
    if status in {401, 403}:
        return "the publisher wants a key or a browser: see docs/data.md, or save the file by hand and use --from"
    if status in {404, 410}:
        return "the publisher has moved it: save the file by hand and use --from, and report the new address"
    return "try again later; what the store holds is untouched"
