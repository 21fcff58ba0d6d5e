"""What is told beside a run's scenarios, through the gate: changes, shares of arrivals, chances that a number is exceeded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from isthmus.disclosure.ledger import Ledger
from isthmus.disclosure.policy import Policy
from isthmus.report.gated import gate_row, let_out, policy_of
from isthmus.scenarios.rows import ALL, BASELINE
from isthmus.scenarios.sheets import sheets
from isthmus.scenarios.summary import summary, told_changes

if TYPE_CHECKING:
    from isthmus.pipeline.folder import RunFolder
    from isthmus.pipeline.job import Task
    from isthmus.scenarios.compare import Comparison

Rows = Sequence[Mapping[str, Any]]
Came = Mapping[tuple[str, str], float]
"""Arrivals over all months and groups as released, by scenario and place."""
STEP = 100
"""Shares of arrivals are told in hundredths."""


def told(folder: RunFolder, task: Task, comparison: Comparison, table: Rows) -> tuple[dict[str, Any], Came]:
    """Changes and sheets of the scenarios, and arrivals over all months and groups as released, by scenario and place.

    Args:
        folder: The run; its policy holds.
        task: Whose scenarios they are.
        comparison: Their draws.
        table: All rows of ``scenarios.parquet``, which the page and an export pass through the gate whole as well.
    """
    corridor = task.loaded.corridor
    rows, policy = [gate_row(row) for row in table], policy_of(folder.path)
    released = let_out("scenarios", rows, corridor, policy, Ledger(), scope=corridor.name, edition=task.hash).rows()
    came = {
        (row["scenario"], row["place"]): float(row["median"])
        for row in sorted(released, key=lambda row: row["group"] == ALL)
        if row["measure"] == "arrivals" and "/" in row["period"] and row["median"] is not None
    }
    said = summary(corridor, comparison, told_changes(released))
    return {**said, "sheets": sheets(corridor, comparison, came)}, came


def told_sweeps(found: Mapping[str, Any], came: Came, policy: Policy) -> dict[str, Any]:
    """Tornado and surface with the shares that say nothing of fewer people than the policy lets through.

    A share is that of arrivals at a place in those of the baseline; where the one or the other is withheld, neither leaves.
    """
    tornado, grid = found["tornado"], found["surface"]
    if tornado is None:
        return dict(found)
    place = tornado["place"]
    base = came.get((BASELINE, place))
    if base is None or (tornado["scenario"], place) not in came:
        return {"tornado": None, "surface": None}

    def share(value: float) -> float | None:
        if value * base < policy.smallest_count:
            return None
        return 1.0 if abs(1 - value) * base < policy.smallest_change else round(value * STEP) / STEP

    rows = [{**row, "middle": share(row["middle"]), "response": [share(v) for v in row["response"]]} for row in tornado["rows"]]
    shown = None if grid is None else {**grid, "response": [[share(v) for v in line] for line in grid["response"]]}
    return {"tornado": {**tornado, "rows": rows}, "surface": shown}


def told_notes(notes: Mapping[str, Mapping[str, Any]], policy: Policy) -> dict[str, dict[str, Any]]:
    """What is said of services and triggers, without chances that fewer people than the policy lets through are exceeded.

    With chances for one, two and three people anybody could write down how probable each small count is.
    """
    return {
        scenario: {
            "services": [_service(one, policy) for one in said["services"]],
            "triggers": [_trigger(one, policy) for one in said["triggers"]],
        }
        for scenario, said in notes.items()
    }


def _service(one: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    few = one["people"] < policy.smallest_count
    told_of = {name: value for name, value in one.items() if name != "people"}
    return {**told_of, "ever": None, "from": None} if few else told_of


def _trigger(one: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    few = one["above"] < policy.smallest_count
    return {**one, "probability": None, "words": "withheld", "met": None} if few else dict(one)
