"""The API against its own description, and uploads that mean harm."""

from __future__ import annotations

import io
import zipfile

import hypothesis
import pytest
from hypothesis import strategies as st
from openpyxl import Workbook
from serving import TINY, serve, settings_for, with_run

schemathesis = pytest.importorskip("schemathesis", reason="Schemathesis is not installed")

FIGURES = (TINY / "figures.csv").read_bytes()
CORRIDOR = (TINY / "corridor.yaml").read_text("utf-8").replace("name: tiny", "name: mine")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    running = serve(settings_for(folder, runs=with_run(folder)))
    yield running
    running.stop()


@pytest.mark.slow
def test_the_api_keeps_its_own_description(served):
    """A few examples of each operation: no server error, only answers that are described, in the form described."""
    from schemathesis import checks

    schema = schemathesis.openapi.from_url(f"{served.url}/api/v1/openapi.json", headers={"host": "127.0.0.1"})
    assert schema.raw_schema["openapi"].startswith("3.1")
    client = served.client("ana")
    made = client.post("/api/v1/tokens", json={"name": "fuzz", "scopes": ["read", "compute"]}).json()
    headers = {"authorization": f"Bearer {made['token']}"}
    names = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")
    wanted = [checks.not_a_server_error, *checks.CHECKS.get_by_names(names)]
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.endswith("/events"):
            continue

        @hypothesis.settings(
            max_examples=5, deadline=None, database=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck)
        )
        @hypothesis.given(case=operation.as_strategy())
        def holds(case):
            case.call_and_validate(headers=headers, checks=wanted)

        holds()


def send(client, corridor, figures=FIGURES, name="figures.csv"):
    files = {"corridor": ("../../etc/corridor.yaml", corridor), "figures": (f"../{name}", figures)}
    return client.post("/api/v1/corridors", files=files)


def bomb():
    layers = "\n".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]" for n in range(9))
    return f"a0: &a0 [x, x]\n{layers}\n"


def packed(size):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", "<x/>")
        with parts.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(size // 1_000_000):
                part.write(b" " * 1_000_000)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("case", "corridor", "figures"),
    [
        ("YAML bomb", bomb(), FIGURES),
        ("deep nesting", "[" * 100_000, FIGURES),
        ("not YAML", "\x00\x01\x02", FIGURES),
        ("not UTF-8", b"\xff\xfe\x00\x41", FIGURES),
        ("nothing", "", FIGURES),
        ("an import from elsewhere", CORRIDOR + "import: ../../../../etc/passwd\n", FIGURES),
        ("an absolute import", CORRIDOR + "import: [/etc/passwd]\n", FIGURES),
        ("figures from elsewhere", CORRIDOR + "figures: ../../../etc/passwd\n", FIGURES),
        ("a shipped name", CORRIDOR.replace("name: mine", "name: china-ecuador-us"), FIGURES),
        ("a path for a name", CORRIDOR.replace("name: mine", "name: ../../x"), FIGURES),
        ("a huge number", CORRIDOR.replace("horizon_months: 2", f"horizon_months: {'9' * 400}"), FIGURES),
        ("a huge float", CORRIDOR.replace("median: 2000", "median: 1e999"), FIGURES),
        ("a tag that makes objects", "!!python/object/apply:os.system ['true']\n", FIGURES),
        ("figures with a person's column", CORRIDOR, FIGURES.replace(b"note", b"passport", 1)),
        ("figures that are huge numbers", CORRIDOR, FIGURES.replace(b"flow,persons,", b"flow,persons," + b"9" * 4000, 1)),
        ("figures of zero bytes", CORRIDOR, b"\x00" * 1000),
        ("a zip bomb for a workbook", CORRIDOR, packed(200_000_000)),
        ("a broken workbook", CORRIDOR, b"PK\x03\x04" + b"x" * 200),
    ],
)
def test_uploads_that_mean_harm_are_refused_with_words(served, case, corridor, figures):
    ana = served.client("ana")
    answer = send(ana, corridor, figures)
    assert answer.status_code in {403, 413, 422}, (case, answer.text[:300])
    problem = answer.json()
    assert problem["problems"] or problem["detail"]
    assert str(served.settings.home) not in answer.text
    assert "root:" not in answer.text
    assert "tiny" not in [entry["name"] for entry in ana.get("/api/v1/corridors").json()["items"]]
    assert not list(served.settings.home.rglob(".part-*")), "nothing is left behind"


def test_a_good_upload_is_the_teams_own_can_be_deleted_and_brought_back(served):
    ana, otto = served.client("ana"), served.client("otto")
    assert send(ana, CORRIDOR).status_code == 201
    assert ana.get("/api/v1/corridors/mine").json()["origin"] == "team"
    assert otto.get("/api/v1/corridors/mine").status_code == 404
    assert ana.delete("/api/v1/corridors/mine").status_code == 204
    assert ana.get("/api/v1/corridors/mine").status_code == 404
    assert ana.post("/corridors/mine/restore").status_code == 303
    assert ana.get("/api/v1/corridors/mine").status_code == 200


def test_a_workbook_is_as_good_as_csv(served):
    book = Workbook()
    for line in FIGURES.decode().splitlines():
        book.active.append([float(cell) if cell.isdigit() and k == 6 else cell for k, cell in enumerate(line.split(","))])
    stream = io.BytesIO()
    book.save(stream)
    answer = send(served.client("ana"), CORRIDOR.replace("name: mine", "name: booked"), stream.getvalue(), "figures.xlsx")
    assert answer.status_code == 201, answer.text[:500]


@hypothesis.settings(max_examples=15, deadline=None)
@hypothesis.given(text=st.text(max_size=200))
def test_any_text_as_a_claim_is_answered_or_refused(served, text):
    answer = served.client("vera").post("/api/v1/claims", json={"claim": text}) if len(served.clients) < 40 else None
    if answer is not None:
        assert answer.status_code in {200, 403, 422}


@pytest.mark.parametrize("asked", ["what is the safest route through the jungle", "cheapest way to cross the border"])
def test_route_advice_is_refused_in_every_interface(served, asked):
    vera = served.client("vera")
    assert vera.post("/api/v1/claims", json={"claim": asked}).status_code == 403
    assert vera.get("/claims", params={"claim": asked}).status_code == 403
    assert vera.get("/api/v1/corridors", params={"q": asked}).status_code == 403
