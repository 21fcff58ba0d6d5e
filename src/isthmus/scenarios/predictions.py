"""Predictions kept before anyone compares them: a document named by the hash of its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from isthmus.errors import InputError
from isthmus.scenarios.compare import Comparison
from isthmus.scenarios.rows import ORDER, quantiles

FOLDER = "predictions"


def document(comparison: Comparison, scenarios: Mapping[str, Any], made_from: Mapping[str, Any]) -> dict[str, Any]:
    """What is predicted under each scenario: official figures with their intervals, and what was assumed.

    Args:
        comparison: The scenarios run.
        scenarios: Their documents, as written.
        made_from: Hashes, seed, draws and the last figure seen.
    """
    bench = comparison.bench
    figures = {}
    for name, outcome in comparison.outcomes.items():
        predicted = outcome.found["predicted"]
        levels = quantiles(predicted.values[:, :, 0])
        figures[name] = {
            series: {
                month: dict(zip(ORDER, (round(float(v), 1) for v in levels[:, s, m]), strict=True))
                for m, month in enumerate(bench.months)
            }
            for s, series in enumerate(predicted.items)
        }
    return {"made_from": dict(made_from), "scenarios": dict(scenarios), "figures": figures}


def text_of(content: Mapping[str, Any]) -> str:
    """The document as canonical JSON."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1, default=str) + "\n"


def hash_of(text: str) -> str:
    """SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def read(path: Path) -> dict[str, Any]:
    """Read a prediction and hold it against its name.

    Raises:
        InputError: The content is not what was stored.
    """
    text = path.read_text("utf-8")
    if hash_of(text) != path.stem:
        raise InputError.one(
            where=str(path),
            expected=f"the prediction whose SHA-256 is {path.stem}",
            found=f"another, {hash_of(text)}",
            remedy="a prediction is never changed: take the file from a copy, or make a new one with isthmus stress",
        )
    content: dict[str, Any] = json.loads(text)
    return content
