"""Every route against every role: nothing is open that should not be, and no route is forgotten."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute
from serving import RUN, serve, settings_for, with_run

NAME, NOWHERE = "china-ecuador-us", "nowhere"
PUBLIC = {
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/language/{language}"),
    ("GET", "/colours/{colours}"),
    ("GET", "/static/{name}"),
    ("GET", "/favicon.ico"),
}
NEEDED = {
    ("GET", "/"): "viewer",
    ("POST", "/logout"): "viewer",
    ("GET", "/account"): "viewer",
    ("POST", "/account/tokens"): "viewer",
    ("POST", "/account/tokens/{token}/revoke"): "viewer",
    ("GET", "/claims"): "viewer",
    ("GET", "/data"): "viewer",
    ("GET", "/data/review"): "viewer",
    ("GET", "/data/series/{name}"): "viewer",
    ("GET", "/jobs"): "viewer",
    ("GET", "/jobs/{job}"): "viewer",
    ("GET", "/model-card"): "viewer",
    ("GET", "/corridors/{name}"): "viewer",
    ("GET", "/corridors/{name}/answer"): "viewer",
    ("GET", "/corridors/{name}/change"): "viewer",
    ("GET", "/corridors/{name}/compare"): "viewer",
    ("GET", "/corridors/{name}/downloads"): "viewer",
    ("GET", "/corridors/{name}/needs"): "viewer",
    ("GET", "/corridors/{name}/scenarios"): "viewer",
    ("GET", "/corridors/{name}/scenarios.xlsx"): "viewer",
    ("GET", "/corridors/{name}/scenarios/{number}"): "viewer",
    ("GET", "/corridors/{name}/scenarios/new"): "analyst",
    ("POST", "/corridors/{name}/delete"): "analyst",
    ("POST", "/corridors/{name}/restore"): "analyst",
    ("POST", "/corridors/{name}/runs"): "analyst",
    ("POST", "/corridors/{name}/outputs"): "analyst",
    ("POST", "/corridors/{name}/scenarios"): "analyst",
    ("POST", "/corridors/{name}/scenarios/{number}"): "analyst",
    ("POST", "/corridors/{name}/scenarios/{number}/delete"): "analyst",
    ("POST", "/corridors/{name}/scenarios/{number}/undo"): "analyst",
    ("POST", "/jobs/{job}/cancel"): "analyst",
    ("GET", "/upload"): "analyst",
    ("POST", "/upload"): "analyst",
    ("POST", "/data/review/{number}"): "publisher",
    ("POST", "/runs/{run}/share"): "publisher",
    ("GET", "/api/v1/audit"): "publisher",
    ("GET", "/api/v1/corridors"): "viewer",
    ("GET", "/api/v1/corridors/{name}"): "viewer",
    ("POST", "/api/v1/corridors"): "analyst",
    ("DELETE", "/api/v1/corridors/{name}"): "analyst",
    ("GET", "/api/v1/figures"): "viewer",
    ("GET", "/api/v1/series"): "viewer",
    ("POST", "/api/v1/claims"): "viewer",
    ("GET", "/api/v1/jobs"): "viewer",
    ("POST", "/api/v1/jobs"): "analyst",
    ("GET", "/api/v1/jobs/{job}"): "viewer",
    ("POST", "/api/v1/jobs/{job}/cancel"): "analyst",
    ("GET", "/api/v1/jobs/{job}/events"): "viewer",
    ("GET", "/api/v1/me"): "viewer",
    ("GET", "/api/v1/results/{result}"): "viewer",
    ("GET", "/api/v1/runs"): "viewer",
    ("GET", "/api/v1/runs/{run}"): "viewer",
    ("GET", "/api/v1/runs/{run}/files/{name}"): "viewer",
    ("GET", "/api/v1/runs/{run}/forecast"): "viewer",
    ("GET", "/api/v1/scenarios"): "viewer",
    ("POST", "/api/v1/scenarios"): "analyst",
    ("GET", "/api/v1/scenarios/{scenario}"): "viewer",
    ("DELETE", "/api/v1/scenarios/{scenario}"): "analyst",
    ("POST", "/api/v1/scenarios/{scenario}/trials"): "analyst",
    ("GET", "/api/v1/tokens"): "viewer",
    ("POST", "/api/v1/tokens"): "viewer",
    ("DELETE", "/api/v1/tokens/{token}"): "viewer",
}
"""Route to the least role that it needs; written by hand, so that a change of the code does not change it."""
ORDER = ("viewer", "analyst", "publisher")
FILLED = {"name": NAME, "run": RUN, "language": "en", "number": "7"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rights")
    running = serve(settings_for(folder, runs=with_run(folder)))
    yield running
    running.stop()


def every(routes):
    for route in routes:
        if isinstance(route, APIRoute):
            for method in route.methods:
                yield method, route.path
        elif hasattr(route, "effective_candidates"):
            yield from ((method, found.path) for found in every_route(route) for method in found.methods)


def every_route(included):
    for route in included.effective_candidates():
        if hasattr(route, "effective_candidates"):
            yield from every_route(route)
        elif getattr(route, "methods", None):
            yield route


def test_no_route_is_forgotten(served):
    app = served.server.config.app
    there = {(method, path) for method, path in every(app.routes) if method != "HEAD" and not path.endswith("openapi.json")}
    assert there == PUBLIC | set(NEEDED)


def address(path):
    for name, value in FILLED.items():
        path = path.replace(f"{{{name}}}", value)
    return path.replace("{", "").replace("}", "")


@pytest.mark.parametrize("role", ["nobody", *ORDER])
def test_a_role_gets_in_where_it_may_and_nowhere_else(served, role):
    user = {"viewer": "vera", "analyst": "ana", "publisher": "paul"}.get(role)
    client = served.client(user)
    wrong = []
    for (method, path), least in NEEDED.items():
        if path in {"/logout", "/corridors/{name}/runs"}:
            continue
        code = client.request(method, address(path), json={} if "/api/" in path and method == "POST" else None).status_code
        if user is None:
            allowed = code in {401, 303} and code != 200
        elif ORDER.index(role) >= ORDER.index(least):
            allowed = code not in {401, 403}
        else:
            allowed = code == 403
        if not allowed:
            wrong.append((role, method, path, code))
    assert wrong == []


def test_another_team_sees_nothing_of_a_teams_own(served):
    ana, otto = served.client("ana"), served.client("otto")
    document = {
        "corridor": NAME,
        "label": "a secret plan",
        "shocks": {"stop": {"kind": "stop", "place": "necocli", "from": "2024-07-01", "to": "2024-07-10", "source": "x"}},
    }
    kept = ana.post("/api/v1/scenarios", json=document).json()
    assert ana.get(f"/api/v1/scenarios/{kept['id']}").status_code == 200
    assert otto.get(f"/api/v1/scenarios/{kept['id']}").status_code == 404
    assert otto.delete(f"/api/v1/scenarios/{kept['id']}").status_code == 404
    assert otto.get(f"/corridors/{NAME}/scenarios/{kept['id']}").status_code == 404
    assert "secret plan" not in otto.get(f"/corridors/{NAME}/compare?s={kept['id']}").text
    assert "secret plan" not in otto.get(f"/corridors/{NAME}/scenarios").text
    assert "ana" not in [entry["who"] for entry in otto.get("/api/v1/audit").json()["items"]]
    made = ana.post("/api/v1/jobs", json={"corridor": NAME, "quick": True}).json()
    for path in ("", "/events"):
        assert otto.get(f"/api/v1/jobs/{made['id']}{path}").status_code == 404
    assert otto.post(f"/api/v1/jobs/{made['id']}/cancel").status_code == 404
    assert ana.post(f"/api/v1/jobs/{made['id']}/cancel").json()["state"] == "cancelled"
