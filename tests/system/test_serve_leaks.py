"""No refused request says where the server keeps its files, or that another team and what is its own exist."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from serving import PASSWORD, RUN, log_in, serve, settings_for, tiny_corridor, with_run

from isthmus.errors import InputError
from isthmus.serve import database
from isthmus.serve.accounts import people
from isthmus.serve.accounts.rights import ROLES, Visitor
from isthmus.serve.jobs import queue
from isthmus.serve.library import saved
from isthmus.serve.settings import Limits

TEAM, USER, CORRIDOR, LABEL = "zqxteam", "zqxuser", "zqx-corridor", "Zqx wishes"
"""Words that occur nowhere but in what the other team has."""
SOURCE = str(Path(__file__).parents[2])
TRICKS = (
    "nowhere", "..%2f..%2fetc%2fpasswd", "%2e%2e%2f%2e%2e", "/etc/passwd", "a" * 300, "%00", "x'; DROP TABLE users; --",
    "{{7*7}}", "<script>alert(1)</script>", "ñandú", "-1", "9" * 40, "null", "%ff%fe", "con.yaml",
)  # fmt: skip
QUERIES = ({}, {"limit": "x"}, {"limit": "-5"}, {"cursor": "/etc/passwd"}, {"run": "../x"}, {"s": ["x"] * 20}, {"of": "y" * 500},
           {"as_of": "yesterday"}, {"place": "../../x", "scenario": "<b>"})  # fmt: skip
BODIES = (
    {"content": b"\x00\xff{"}, {"json": {}}, {"json": []},
    {"json": {"corridor": "../x", "label": "", "shocks": {"a": 1}, "claim": 3}},
    {"data": {"label": "x" * 9000, "kind-1": "close", "share-1": "/etc/passwd"}}, {"data": {"name": "/root", "accept": "maybe"}},
    {"files": {"corridor": ("../../x.yaml", b"import: [/etc/passwd]"), "figures": ("/etc/passwd", b"\x00")}},
)  # fmt: skip


BROKEN = (("en", "Server error"), ("es", "Error del servidor"))


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zqxhome")
    settings = settings_for(folder, runs=with_run(folder))
    with database.opened(settings.database) as connection:
        people.add_user(connection, USER, team=TEAM, role="publisher", password=PASSWORD)
    tiny_corridor(settings, TEAM, CORRIDOR)
    tiny_corridor(settings, "relief")
    running = serve(settings)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def secrets(served):
    """Names and numbers of what the other team has."""
    other = Visitor(USER, TEAM, ROLES["publisher"], "session")
    with database.opened(served.settings.database) as connection:
        scenario = saved.add(connection, other, "china-ecuador-us", {"label": LABEL, "shocks": {}})
        job = queue.submit(connection, other, "run", {"corridor": CORRIDOR, "sets": []}, limits=Limits())
    client = served.client(USER)
    token = client.post("/api/v1/tokens", json={"name": "zqx token", "scopes": ["read"]}).json()
    known = {"scenario": scenario.id, "number": scenario.id, "job": job.id, "token": str(token["id"])}
    return known | {"name": CORRIDOR, "run": RUN, "result": "0" * 32}


def leaks(served, text):
    """What of the server or of the other team stands in an answer."""
    words = [str(served.settings.home), str(served.settings.store), str(served.settings.home.parent), SOURCE, "Traceback",
             "site-packages", 'File "', "sqlite", TEAM, USER, LABEL, "root:"]  # fmt: skip
    return [word for word in words if word.lower() in text.lower()]


def every(routes):
    for route in routes:
        if isinstance(route, APIRoute) or (getattr(route, "methods", None) and not hasattr(route, "effective_candidates")):
            yield from ((route.path, method) for method in route.methods)
        elif hasattr(route, "effective_candidates"):
            yield from every(route.effective_candidates())


def routes(served):
    """Every address with its methods, but those that would end the session or change the language."""
    left_out = {"/logout", "/login", "/language/{language}", "/colours/{colours}"}
    return sorted(
        (path, method) for path, method in every(served.server.config.app.routes) if path not in left_out and method != "HEAD"
    )


def paths(path, known):
    """The address with what the other team has, and with what nobody has."""
    names = re.findall(r"\{(\w+)\}", path)
    if not names:
        yield path
        return
    yield re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], "nowhere"), path)
    for trick in TRICKS:
        yield re.sub(r"\{(\w+)\}", lambda found, trick=trick: trick if found[1] == names[-1] else known.get(found[1], "x"), path)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_answer_to_another_team_says_where_files_are_or_who_else_is_there(served, secrets, language):
    paul = served.client("paul", **{"accept-language": language})
    refused, found = 0, []
    for path, method in routes(served):
        for address in paths(path, secrets):
            queries = QUERIES if method == "GET" and "nowhere" not in address and address.count("%") == 0 else QUERIES[:1]
            for query, body in product(queries, BODIES if method == "POST" and address == next(paths(path, secrets)) else ({},)):
                try:
                    answer = paul.request(method, address, params=query, **body)
                except (UnicodeError, ValueError):
                    continue
                refused += answer.status_code >= 400
                assert answer.status_code < 500, (method, address, query, answer.text[:200])
                # a name that the request brought along may be repeated; nothing else of the other team may come back
                text = answer.text.replace(CORRIDOR, "") if CORRIDOR in address else answer.text
                found += [
                    (method, address, query, word) for word in [*leaks(served, text), *([CORRIDOR] if CORRIDOR in text else [])]
                ]
    assert refused > 500
    assert found == []


def test_the_other_teams_things_are_answered_as_if_they_were_not_there(served, secrets):
    paul = served.client("paul")
    for theirs, nobodys in (
        (f"/api/v1/corridors/{CORRIDOR}", "/api/v1/corridors/nowhere"),
        (f"/api/v1/scenarios/{secrets['scenario']}", "/api/v1/scenarios/s000000000000"),
        (f"/api/v1/jobs/{secrets['job']}", "/api/v1/jobs/j000000000000"),
        (f"/corridors/{CORRIDOR}", "/corridors/nowhere"),
        (f"/jobs/{secrets['job']}", "/jobs/j000000000000"),
    ):
        one, other = paul.get(theirs), paul.get(nobodys)
        assert (one.status_code, one.text) == (other.status_code, other.text), theirs


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_job_that_failed_tells_of_no_folder(served, language):
    paul = served.client("paul", **{"accept-language": language})
    with database.opened(served.settings.database) as connection:
        mine = Visitor("paul", "relief", ROLES["publisher"], "session")
        job = queue.submit(
            connection, mine, "run", {"corridor": "tiny", "sets": [], "seed": ["en", "es"].index(language)}, limits=Limits()
        )
        queue.take(connection, "0", "long")
        while queue.find(connection, "relief", job.id).state == "queued":
            queue.take(connection, "0", "long")
        folder = served.settings.team_runs("relief") / "tiny-0123456789ab"
        error = InputError.one(
            where=f"{folder}/figures.csv:3",
            expected=f"a file in {folder}",
            found=f"nothing at {folder}/x.csv",
            remedy=f"see {folder}",
        )
        queue.end(connection, job.id, "failed", error=error)
    for address in (f"/jobs/{job.id}", "/jobs", f"/api/v1/jobs/{job.id}", "/api/v1/jobs"):
        answer = paul.get(address)
        assert "figures.csv:3" in answer.text
        assert leaks(served, answer.text) == []


def test_what_breaks_inside_is_told_without_its_insides(served, monkeypatch):
    from isthmus.serve.pages import index

    def broken(*_):
        message = f"cannot read {served.settings.home}/teams/{TEAM}/runs for {USER}"
        raise RuntimeError(message)

    # a server error ends its connection: a client for each
    readers = [(served.client("paul", **{"accept-language": language}), words) for language, words in BROKEN]
    monkeypatch.setattr(index, "runs", broken)
    for paul, words in readers:
        answer = paul.get("/")
        assert answer.status_code == 500
        assert words in answer.text
        assert leaks(served, answer.text) == []


def test_a_login_tells_nobody_who_has_an_account(served):
    one, other = served.client(), served.client()
    answers = [log_in(one, USER, "wrong password here"), log_in(other, "nobody-zq", "wrong password here")]
    bodies = [re.sub(r'value="[^"]*"', "", answer.text) for answer in answers]
    assert answers[0].status_code == answers[1].status_code
    assert bodies[0] == bodies[1]
    assert USER not in bodies[0]
