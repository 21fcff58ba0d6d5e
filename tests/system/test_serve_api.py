"""The HTTP API over a real socket: what it answers, to whom, and in which form."""

from __future__ import annotations

import pytest
from serving import PASSWORD, RUN, log_in, serve, settings_for, tiny_corridor, with_run

from isthmus.serve.settings import Limits


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("serve")
    settings = settings_for(folder, runs=with_run(folder), demo=True, limits=Limits(login_failures=3))
    tiny_corridor(settings, "other", "secret-corridor")
    running = serve(settings)
    yield running
    running.stop()


def test_lists_come_in_parts_with_the_next_one_named(served):
    reader = served.client()
    first = reader.get(f"/api/v1/runs/{RUN}/forecast", params={"limit": 7})
    assert len(first.json()["items"]) == 7
    assert 'rel="next"' in first.headers["link"]
    second = reader.get(f"/api/v1/runs/{RUN}/forecast", params={"limit": 7, "cursor": first.json()["next"]}).json()
    assert second["items"][0] != first.json()["items"][0]
    whole = []
    cursor = ""
    while cursor is not None:
        part = reader.get(f"/api/v1/runs/{RUN}/forecast", params={"limit": 50, "cursor": cursor}).json()
        whole += part["items"]
        cursor = part["next"]
    rows = (served.settings.runs / RUN / "forecast.csv").read_text().splitlines()
    assert len(whole) == len(rows) - 1
    assert reader.get(f"/api/v1/runs/{RUN}/forecast", params={"cursor": "%%%"}).status_code == 422


def test_an_answer_that_has_not_changed_is_not_sent_again(served):
    reader = served.client()
    for address in (
        "/api/v1/corridors",
        f"/api/v1/runs/{RUN}",
        "/corridors/china-ecuador-us",
        f"/api/v1/runs/{RUN}/files/forecast.csv",
    ):
        first = reader.get(address)
        again = reader.get(address, headers={"if-none-match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b""), address


def test_errors_are_problem_documents_in_the_readers_language(served):
    answer = served.client(**{"accept-language": "es"}).get("/api/v1/corridors/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:isthmus:problem:missing"
    wrong = served.client().get("/api/v1/runs", params={"limit": "many"})
    assert wrong.status_code == 422
    assert wrong.json()["problems"][0]["where"] == "query.limit"


def test_no_answer_names_a_folder_of_the_machine_or_another_team(served):
    reader = served.client("ana")
    home = str(served.settings.home)
    for method, address, body in (
        ("GET", "/api/v1/corridors/secret-corridor", None),
        ("GET", "/corridors/secret-corridor", None),
        ("POST", "/api/v1/jobs", {"corridor": "secret-corridor"}),
        ("POST", "/api/v1/jobs", {"corridor": "../../etc/passwd"}),
        ("GET", f"/api/v1/runs/{RUN}/files/..%2F..%2Fserve.sqlite3", None),
        ("GET", f"/api/v1/runs/{RUN}/files/posterior.nc", None),
    ):
        answer = reader.request(method, address, json=body)
        assert answer.status_code in {404, 422}, address
        assert home not in answer.text
        assert "other" not in answer.text.replace("another", "").replace("others", "")
    listed = reader.get("/api/v1/corridors").json()["items"]
    assert [entry["name"] for entry in listed] == ["china-ecuador-us", "darien"]
    assert "secret-corridor" in served.client("otto").get("/").text


def test_the_demo_reads_from_this_machine_only_and_never_by_way_of_a_proxy(served):
    reader = served.client()
    assert reader.get("/api/v1/corridors").status_code == 200
    assert reader.get("/api/v1/corridors", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 401
    assert reader.get("/api/v1/corridors", headers={"host": "evil.example"}).status_code == 421
    assert reader.post("/api/v1/jobs", json={"corridor": "china-ecuador-us"}).status_code == 403
    assert reader.get("/api/v1/tokens").status_code == 403


def test_a_form_without_the_sessions_secret_is_refused(served):
    ana = served.client("ana")
    good = ana.headers.pop("x-csrf-token")
    body = {"name": "reports", "scopes": ["read"]}
    assert ana.post("/api/v1/tokens", json=body).status_code == 403
    assert ana.post("/api/v1/tokens", json=body, headers={"x-csrf-token": "x" + good}).status_code == 403
    assert (
        ana.post("/api/v1/tokens", json=body, headers={"x-csrf-token": good, "sec-fetch-site": "cross-site"}).status_code == 403
    )
    assert (
        ana.post("/api/v1/tokens", json=body, headers={"x-csrf-token": good, "origin": "https://evil.example"}).status_code == 403
    )
    assert ana.post("/api/v1/tokens", json=body, headers={"x-csrf-token": good}).status_code == 201


def test_tokens_are_scoped_shown_once_and_revocable(served):
    ana = served.client("ana")
    made = ana.post("/api/v1/tokens", json={"name": "reading", "scopes": ["read"], "days": 3}).json()
    bearer = {"authorization": f"Bearer {made['token']}"}
    bare = served.client()
    assert bare.get("/api/v1/me", headers=bearer).json()["rights"] == ["read"]
    assert bare.post("/api/v1/jobs", json={"corridor": "china-ecuador-us"}, headers=bearer).status_code == 403
    assert bare.post("/api/v1/tokens", json={"name": "more", "scopes": ["read"]}, headers=bearer).status_code == 403
    assert ana.post("/api/v1/tokens", json={"name": "too much", "scopes": ["publish"]}).status_code == 422
    assert made["token"] not in ana.get("/api/v1/tokens").text
    assert ana.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert bare.get("/api/v1/me", headers=bearer).status_code == 401
    assert served.client("paul").delete(f"/api/v1/tokens/{made['id']}").status_code == 404


def test_secrets_are_not_in_the_database(served):
    ana = served.client("ana")
    made = ana.post("/api/v1/tokens", json={"name": "secret", "scopes": ["read"]}).json()
    stored = b"".join(path.read_bytes() for path in served.settings.home.glob("serve.sqlite3*"))
    for secret in (PASSWORD, made["token"].split("_", 2)[2], ana.cookies["isthmus"]):
        assert secret.encode() not in stored
    assert b"$argon2id$" in stored


def test_failed_logins_have_to_wait_and_are_logged(served):
    stranger = served.client()
    codes = [log_in(stranger, "nobody", "wrong password").status_code for _ in range(5)]
    assert codes == [401, 401, 401, 429, 429]
    with_retry = log_in(stranger, "nobody", "wrong password")
    assert int(with_retry.headers["retry-after"]) >= 1


def test_every_answer_tells_browsers_what_not_to_do(served):
    for address in ("/", "/api/v1/corridors", "/nowhere", "/static/app.js"):
        headers = served.client().get(address).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_bodies_that_are_too_long_are_refused(served):
    ana = served.client("ana")
    big = b"x" * (served.settings.limits.upload_bytes + 1)
    assert ana.post("/api/v1/jobs", content=big).status_code == 413

    def parts():
        for _ in range(10):
            yield b"x" * 1_000_000

    assert ana.post("/api/v1/jobs", content=parts()).status_code == 413
