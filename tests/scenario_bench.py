"""A bench for the tiny corridor without a fit: draws of the prior, no figures."""

from __future__ import annotations

from functools import cache

import numpy as np

import toy
from isthmus.inference.posterior import Evidence, Layout
from isthmus.scenarios.bench import bench
from isthmus.scenarios.compare import compare
from isthmus.scenarios.rows import BASELINE
from isthmus.spec.scenarios import Scenario

N_SAMPLES = 8
LAST = "2023-04"

QUEUE = {"town": {"capacity": [{"from": "2021-10-01", "per_day": 200, "source": "made up"}], "give_up": 0.01, "other_way": 0.5}}
BELIEFS = {
    "legs": {"town_end": {"truth": 0.6, "start": 0.2, "source": "made up"}},
    "contact": 0.2, "contact_half": 500, "advertising": 0.3, "forgetting": 0.1,
}  # fmt: skip
DRIVER = {
    "work": {
        "label": "Work", "values": {"2022-01": 1.0, "2022-06": 2.0}, "unit": "%", "transform": "none", "coefficient": 0.2,
        "after_end": "hold", "in_fit": False, "note": "made up", "source": "made up",
    }
}  # fmt: skip
ASYLUM = {
    "group": "CHN", "arrivals_at": "end", "figures": {"applications": "made_up", "pending": "made_up"}, "claim_share": 0.6,
    "claim_delay": {"mean_days": 60, "sd_days": 30, "source": "made up", "confidence": "S"}, "counted": 1.0,
    "ending_share": 0.2, "outcomes": {"recognised": 0.3, "rejected": 0.4},
}  # fmt: skip


def shock(kind, **fields):
    return {"kind": kind, "from": "2023-06-01", "source": "made up", **fields}


def scenario(**shocks):
    return {"label": "Made up", "shocks": shocks}


KINDS = {
    "none": scenario(),
    "visa": scenario(a=shock("entry_rule", group="CHN", place="town", requirement="closed")),
    "early": scenario(
        a=shock("entry_rule", group="CHN", place="town", requirement="closed", announced="2023-05-11", brought_forward=0.4)
    ),
    "shut": scenario(a=shock("close", legs=["home_town"], share=0.6)),
    "shut_more": scenario(a=shock("close", legs=["home_town"], share=0.9)),
    "capped": scenario(a=shock("cap", place="town", per_day=5)),
    "stopped": scenario(a=shock("stop", place="town", to="2023-07-01")),
    "removed": scenario(a=shock("removals", place="town", share=0.3, deterrence=0.2)),
    "narrowed": scenario(a=shock("asylum", place="end", direction="narrowed", size=0.8, claims=0.5)),
    "permitted": scenario(a=shock("pathway", group="CHN", place="end", per_month=100, replacing=0.5)),
    "told": scenario(a=shock("information", per_month=0.7)),
    "advertised": scenario(a=shock("advertising", factor=3.0)),
    "pushed": scenario(a=shock("driver", driver="work", change=2.0)),
    "grounded": scenario(a=shock("flights", place="town", share=0.5)),
    "stormy": scenario(a=shock("storms", legs=["town_end"], capacity=0.01, harm=2.0, deterrence=0.3)),
}


def corridor(**patch):
    blocks = {"queues": QUEUE, "information": BELIEFS, "drivers": DRIVER, "asylum": ASYLUM, "scenarios": KINDS}
    return toy.corridor(**{**blocks, **patch})


@cache
def tried(names=(), queue=True):
    """The tiny corridor's scenarios beside its baseline; without names, all of them."""
    return comparison(corridor(**({} if queue else {"queues": {}})), names)


def benched(made):
    """A bench, and the vectors, evidence and model that it was made of."""
    from isthmus.model.network import compile_model

    fitted = compile_model(made, "2023-05")
    last = fitted.grid.position(LAST)
    vectors = np.random.default_rng(3).standard_normal((N_SAMPLES, Layout.of(fitted).size)) * 0.3
    start = Layout.of(fitted).n_scalars
    vectors[:, start : start + fitted.grid.n_months] += 7
    nothing = np.zeros((len(fitted.sights), fitted.grid.n_months))
    evidence = Evidence(nothing, nothing > 0, last, fitted.knowledge)
    made_bench = bench(made, fitted, vectors, evidence, last_month="2023-10", seed=1, scenarios=scenarios_of(made))
    return made_bench, vectors, evidence, fitted


def scenarios_of(made):
    return {name: Scenario.model_validate(one.model_dump(by_alias=True)) for name, one in made.scenarios.items()}


def comparison(made, names=()):
    made_bench, scenarios = benched(made)[0], scenarios_of(made)
    hazards = {("town_end", "death"): np.full(N_SAMPLES, 0.001), ("town_end", "robbery"): np.full(N_SAMPLES, 0.4)}
    return compare({BASELINE: made_bench}, scenarios, names or list(scenarios), hazards, source="made up")
