"""Requests: what is tried again, what is refused, what is said, and how much memory a large answer takes."""

from __future__ import annotations

import gzip
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from publishers import HERE, QUICK, LocalClient, Reply, gzip_bomb, publisher, zeros

from isthmus.data.web import Client, Folder, Limits, Policy, Unchanged
from isthmus.data.web.addresses import is_public
from isthmus.errors import SourceError


@pytest.fixture
def here():
    with publisher() as state:
        yield state


@pytest.fixture
def client(here):
    made = LocalClient("test", QUICK, port=here.port)
    yield made
    made.close()


def said(error):
    return str(error.value)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_fault_that_may_pass_is_tried_again(here, client, status):
    url = here.say("/x", Reply(b"busy", status), Reply(b"busy", status), b"fine")
    assert client.get(url).body.read() == b"fine"
    assert len(client.slept) == 2
    assert client.slept[1] > client.slept[0] / 2


def test_the_wait_that_a_server_asks_for_is_kept(here, client):
    client.get(here.say("/x", Reply(b"", 429, {"Retry-After": "7"}), b"fine"))
    assert client.slept == [7.0]


def test_a_server_that_asks_for_an_hour_is_left_alone(here, client):
    with pytest.raises(SourceError, match="asks to wait 3600 seconds"):
        client.get(here.say("/x", Reply(b"", 429, {"Retry-After": "3600"})))
    assert len(here.asked) == 1


def test_a_server_that_stays_down_is_given_up_after_five_tries(here, client):
    with pytest.raises(SourceError, match=r"500.*try again later"):
        client.get(here.say("/x", Reply(b"", 500)))
    assert len(here.asked) == 5


@pytest.mark.parametrize(("status", "words"), [(404, "--from"), (403, "key or a browser"), (400, "try again later")])
def test_a_refusal_is_not_tried_again(here, client, status, words):
    with pytest.raises(SourceError, match=words):
        client.get(here.say("/x", Reply(b"no", status)))
    assert len(here.asked) == 1


def test_an_answer_cut_off_is_not_taken_for_whole(here, client):
    url = here.say("/x", Reply(b"half", length=1000), Reply(b"whole"))
    assert client.get(url).body.read() == b"whole"


def test_gzip_that_ends_early_is_not_taken_for_whole(here, client):
    packed = gzip.compress(b"figures" * 1000)
    cut = Reply(packed[:-10], headers={"Content-Encoding": "gzip"})
    url = here.say("/x", cut, Reply(packed, headers={"Content-Encoding": "gzip"}))
    assert client.get(url).size == 7000


def test_a_silent_server_is_waited_for_only_so_long(here):
    client = LocalClient("test", Limits(read_seconds=0.15), port=here.port)
    url = here.say("/x", Reply(b"", before=lambda: time.sleep(0.3)), b"fine")
    assert client.get(url).size == 4
    client.close()


@pytest.mark.parametrize("length", [None, 10_000])
def test_a_dripping_server_is_cut_off(here, length):
    def drip():
        for _ in range(40):
            time.sleep(0.02)
            yield b"."

    client = LocalClient("test", Limits(total_seconds=0.1), port=here.port)
    here.routes["/x"] = lambda _query: Reply(drip, length=length)
    started = time.monotonic()
    with pytest.raises(SourceError, match="took more than 0 seconds"):
        client.get(here.url("/x"))
    assert time.monotonic() - started < 2


def test_redirects_are_followed_and_keys_stay_with_their_host(here, client):
    here.say("/there", b"fine")
    url = here.say("/x", Reply(b"", 302, {"Location": "/there"}))
    assert client.get(url, headers={"Key": "secret"}).size == 4
    assert here.asked[-1][1]["key"] == "secret"
    other = here.say("/y", Reply(b"", 302, {"Location": f"http://localhost:{here.port}/there"}))
    client.get(other, headers={"Key": "secret"})
    assert "key" not in here.asked[-1][1]


def test_redirects_in_a_circle_end(here, client):
    here.say("/b", Reply(b"", 302, {"Location": "/a"}))
    with pytest.raises(SourceError, match="in a circle"):
        client.get(here.say("/a", Reply(b"", 302, {"Location": "/b"})))


def test_a_long_chain_of_redirects_ends(here, client):
    for n in range(9):
        here.say(f"/{n}", Reply(b"", 302, {"Location": f"/{n + 1}"}))
    with pytest.raises(SourceError, match="at most 5 redirects"):
        client.get(here.url("/0"))


def test_redirects_to_private_addresses_and_to_http_are_refused(here):
    strict = LocalClient("test", QUICK, port=here.port)
    url = here.say("/x", Reply(b"", 302, {"Location": "http://127.0.0.1:1/"}))
    strict.policy = Policy(allow_http=True)
    with pytest.raises(SourceError, match=r"public internet.*127.0.0.1"):
        strict.get(url)
    strict.policy = Policy(allow_private=True)
    with pytest.raises(SourceError, match="an https:// address"):
        strict.get(url)
    assert here.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/x",
        "ftp://example.org/x",
        "file:///etc/passwd",
        "https:///x",
        "https://me:secret@example.org/",
        "//x",
        "https://a b/",
    ],
)
def test_addresses_that_are_not_plain_https_are_refused(url):
    with pytest.raises(SourceError, match="refused") as error:
        Client("test").get(url)
    assert "secret" not in said(error)


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://10.1.2.3/", "https://192.168.0.1/", "https://169.254.169.254/latest/meta-data", "https://[::1]/",
     "https://[fe80::1]/", "https://[::ffff:10.0.0.1]/", "https://0.0.0.0/", "https://localhost/", "https://[64:ff9b::7f00:1]/"],
)  # fmt: skip
def test_private_addresses_are_refused(url):
    with pytest.raises(SourceError, match="public internet"):
        Client("test").get(url)


def test_public_addresses_are_public():
    assert is_public("8.8.8.8")
    assert is_public("2001:4860:4860::8888")
    assert not is_public("100.64.0.1")
    assert not is_public("224.0.0.1")


def test_nothing_is_asked_again_that_has_not_changed(here):
    url = here.say("/x", Reply(b"figures", headers={"ETag": '"1"'}))
    client = LocalClient("test", QUICK, port=here.port, validators=lambda _: ('"1"', None))
    with pytest.raises(Unchanged):
        client.get(url, only_if_changed=True)
    assert client.get(url).size == 7
    client.close()


def test_requests_to_one_host_are_spaced(here):
    slept = []
    client = Client("test", QUICK, seconds_between=3.0, policy=HERE, sleep=slept.append)
    here.say("/x", b"1")
    client.get(here.url("/x"))
    client.get(here.url("/x"))
    assert slept == [pytest.approx(3.0, abs=0.5)]
    client.close()


def test_an_answer_larger_than_it_may_be_is_refused_at_once(here, client):
    url = here.say("/x", Reply(lambda: zeros(2_000_000_000), length=2_000_000_000))
    with pytest.raises(SourceError, match=r"at most 50 MB.*found 2,000 MB"):
        client.get(url)


def test_two_gigabytes_without_a_length_stop_at_the_limit(here, client):
    here.routes["/x"] = lambda _query: Reply(lambda: zeros(2_000_000_000))
    with pytest.raises(SourceError, match="more, after 50 MB"):
        client.get(here.url("/x"))


def test_a_gzip_bomb_stops_at_the_limit(here, client):
    bomb = gzip_bomb(60_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(SourceError, match="at most 50 MB"):
        client.get(here.say("/x", Reply(bomb, headers={"Content-Encoding": "gzip"})))


def test_memory_is_bounded_by_blocks_and_not_by_bodies():
    """150 MB through the client and the CSV reader of a process that may not grow: the body lies on disk."""
    script = """
        import re, sys
        sys.path.insert(0, sys.argv[1])
        from publishers import LocalClient, Reply, publisher, zeros
        from isthmus.data.web import Limits
        from isthmus.errors import SourceError
        # not ru_maxrss: it begins at the size of the process that started this one
        peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
        before = peak()
        with publisher() as state:
            state.routes["/x"] = lambda _query: Reply(lambda: zeros(150_000_000))
            client = LocalClient("test", Limits(max_bytes=400_000_000), port=state.port)
            answer = client.get(state.url("/x"))
            assert answer.size > 140_000_000, answer.size
            try:
                list(answer.rows(("a",)))
            except SourceError as error:
                assert "longer one" in str(error), error
            client.close()
        grown = peak() - before
        assert grown < 60_000, grown
        assert before + grown < 300_000
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(Path(__file__).parents[1])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_folder_serves_what_was_saved_by_hand(tmp_path):
    (tmp_path / "data.csv").write_text("a\n1\n")
    (tmp_path / "page.json").write_text("{}")
    (tmp_path / "answers.csv").write_text("url,file\nhttps://example.org/api?page=2,page.json\n")
    folder = Folder("test", tmp_path)
    assert [row["a"] for row in folder.get("https://example.org/x/data.csv").rows(("a",))] == ["1"]
    assert folder.get("https://example.org/api", query={"page": 2}).json() == {}
    with pytest.raises(SourceError, match="open the address in a browser"):
        folder.get("https://example.org/other.csv")
    folder.close()
