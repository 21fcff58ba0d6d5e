"""The stand-in that the sampler follows is the whole corridor where the two are compared, and close to it nearby."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from isthmus.inference.posterior import Layout, start_vector
from isthmus.inference.standin import target, without_blocks
from isthmus.pipeline.job import read
from isthmus.pipeline.stages import evidence_of

TINY = Path(__file__).parents[1] / "tiny"
MONEY = """
money:
  classes: 2
  living_usd: {dist: lognormal, median: 15, sd_log: 0.4, source: made up}
  short:
    borrow: 0.3
    work: 0.3
    turn_back: 0.2
    work_days: {mean_days: 40, sd_days: 20}
"""


@pytest.fixture(scope="module")
def task(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corridor")
    shutil.copy(TINY / "figures.csv", folder)
    (folder / "corridor.yaml").write_text((TINY / "corridor.yaml").read_text(encoding="utf-8") + MONEY, encoding="utf-8")
    return read(folder / "corridor.yaml", sets=(), scenario=None, seed=1, quick=True, figures=None)


def test_stand_in_and_whole_agree_about_where_they_were_compared(task):
    model, evidence = task.model, evidence_of(task)
    centre = start_vector(model, evidence)[None]
    found = target(model, [evidence], chains=1).at(centre)
    noise = 0.05 * np.random.default_rng(1).standard_normal(centre.shape)
    exact, rough = (
        np.array([f(at[:, None]).item() for at in (centre, centre + noise)])
        for f in (found.exact, lambda x: found.gradient(x)[0])
    )
    assert abs(exact[1] - exact[0]) > 1
    assert abs((exact[1] - exact[0]) - (rough[1] - rough[0])) < 0.1 * abs(exact[1] - exact[0])
    unscaled = target(without_blocks(model), [evidence], chains=1)
    plain = unscaled.gradient((centre + noise)[:, None])[0].item() - unscaled.gradient(centre[:, None])[0].item()
    assert abs((exact[1] - exact[0]) - plain) > 3 * abs((exact[1] - exact[0]) - (rough[1] - rough[0])), "scaling does nothing"


def test_a_corridor_without_blocks_needs_no_stand_in(task):
    plain = without_blocks(task.model)
    assert plain is not None
    assert without_blocks(plain) is None
    assert Layout.of(plain) == Layout.of(task.model)
