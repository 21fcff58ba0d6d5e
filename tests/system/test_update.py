"""From a publisher's server to a series: nothing lost, nothing half-written, whatever the server does."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import pytest
from publishers import QUICK, LocalClient, Reply, gzip_bomb, opening, publisher, zeros

from isthmus.data.sources import About, Delivery, Reading, SeriesAbout, Wanted
from isthmus.data.store import Store
from isthmus.data.update import update

FILE = "https://ministry.example/entries.csv"
PATH = "/ministry.example/entries.csv"
GOOD = b"Month,Country,People\n2023-11,China,90\n2023-12,China,100\n"
MORE = b"Month,Country,People\n2023-11,China,90\n2023-12,China,104\n2024-01,China,110\n"
NOON = dt.datetime(2024, 2, 1, 12)  # noqa: DTZ001  the store keeps UTC


class Ministry:
    about = About(
        "ministry", "Entries", "Ministry", "CC0", FILE, (SeriesAbout("entries", "flow", "persons", "entries at border posts"),)
    )

    def fetch(self, web, wanted):
        rows = web.get(FILE, only_if_changed=True).rows(("Month", "Country", "People"))
        return Delivery([Reading("entries", "here", "CHN", row["Month"], float(row["People"])) for row in rows])


@pytest.fixture
def here():
    with publisher() as state:
        yield state


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def ask(here, store, day=0, limits=QUICK):
    return update(Ministry(), store, Wanted(), opening=opening(here, limits), now=NOON + dt.timedelta(days=day))


def points(store, as_of=None):
    with store.read() as reader:
        return reader.series("entries", as_of=as_of).points()


def test_what_the_publisher_said_before_is_kept(here, store):
    here.say(PATH, GOOD)
    assert ask(here, store).loaded.new == 2
    here.say(PATH, MORE)
    second = ask(here, store, day=30)
    assert (second.loaded.new, second.loaded.revised, second.loaded.unchanged) == (1, 1, 1)
    assert points(store, as_of=NOON.date()) == (("2023-11", 90), ("2023-12", 100))
    assert points(store) == (("2023-11", 90), ("2023-12", 104), ("2024-01", 110))


def test_a_file_that_has_not_changed_is_not_sent_again(here, store):
    here.say(PATH, Reply(GOOD, headers={"ETag": '"1"'}))
    assert ask(here, store).state == "updated"
    assert ask(here, store, day=1).state == "unchanged"
    with store.read() as reader:
        assert reader.states()[0].last_outcome == "unchanged"


def slowly():
    for byte in range(200):
        time.sleep(0.05)
        yield bytes([48 + byte % 10])


FAULTS = {
    "429": (Reply(b"", 429, {"Retry-After": "9000"}), "asks to wait"),
    "500": (Reply(b"", 500), "try again later"),
    "404": (Reply(b"", 404), "--from"),
    "slow": (Reply(slowly), "took more than"),
    "truncated": (Reply(MORE, length=5000), "cut off"),
    "redirect loop": (Reply(b"", 302, {"Location": PATH}), "in a circle"),
    "to a private address": (Reply(b"", 302, {"Location": "http://10.0.0.1/"}), "public internet"),
    "to plain http": (Reply(b"", 302, {"Location": "ftp://example.org/"}), "https"),
    "changed columns": (Reply(MORE.replace(b"People", b"Persons")), "a column 'People'"),
    "a row cut short": (Reply(MORE[:-12]), "3 cells"),
    "a page": (Reply(b"<!doctype html><title>Please enable JavaScript</title>"), "Please enable JavaScript"),
    "gzip bomb": (Reply(gzip_bomb(30_000_000), headers={"Content-Encoding": "gzip"}), "at most 20 MB"),
    "damaged gzip": (Reply(b"\x1f\x8b\x08 not gzip", headers={"Content-Encoding": "gzip"}), "damaged gzip"),
    "another encoding": (Reply(b"x", headers={"Content-Encoding": "br"}), "gzip"),
    "2 GB": (Reply(lambda: zeros(2_000_000_000), length=2_000_000_000), "2,000 MB"),
    "2 GB without a length": (Reply(lambda: zeros(2_000_000_000)), "after 20 MB"),
    "no text": (Reply(b"\x81\x8d\x00\xff" * 100), "UTF-8 or Windows-1252"),
    "one endless line": (Reply(b"x" * 3_000_000), "a longer one"),
    "nothing": (Reply(b""), "a column"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_changes_nothing_and_is_said(here, store, fault):
    here.say(PATH, GOOD)
    ask(here, store)
    before = points(store)
    reply, words = FAULTS[fault]
    here.say(PATH, reply)
    limits = replace(QUICK, max_bytes=20_000_000, total_seconds=0.3 if fault == "slow" else 5)

    def private_refused(about, reader):
        client = LocalClient(about.name, limits, port=here.port)
        if fault == "to a private address":
            first = client.get

            def get(url, **settings):
                # The first request goes to this machine; what it redirects to may not.
                client._follow = lambda at, sent, private: _strictly(client, at, sent)
                return first(url, **settings)

            client.get = get
        return client

    outcome = update(Ministry(), store, Wanted(), opening=private_refused, now=NOON + dt.timedelta(days=1))
    assert outcome.state == "failed"
    assert words in " ".join(map(str, outcome.problems))
    assert points(store) == before
    with store.read() as reader:
        assert reader.states()[0].last_outcome == "failed"
        assert reader.damaged == ()
    here.say(PATH, MORE)
    assert ask(here, store, day=2).state == "updated"
    assert len(points(store)) == 3


def _strictly(client, at, sent):
    """Ask once, then forbid private addresses for what follows."""
    from isthmus.data.web import Policy
    from isthmus.data.web.addresses import resolve, target

    got = client._persist(at, sent)
    client.policy = Policy(allow_http=True)
    resolve(target(got.headers["location"], client.policy, source="ministry"), client.policy, source="ministry")
    raise AssertionError


def test_a_delivery_that_changes_a_kind_is_refused_as_a_whole(here, store):
    here.say(PATH, GOOD)
    ask(here, store)

    class Changed(Ministry):
        about = replace(Ministry.about, series=(SeriesAbout("entries", "stock", "persons", "people present"),))

    outcome = update(Changed(), store, Wanted(), opening=opening(here), now=NOON)
    assert outcome.state == "failed"
    assert "a series keeps its kind" in str(outcome.problems[0])
    assert points(store) == (("2023-11", 90), ("2023-12", 100))
