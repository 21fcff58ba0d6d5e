"""One stochastic replicate over five years of dekads: at most 50 ms of one core, the same (10 %) for 10^3 and 10^9 people."""

from __future__ import annotations

import statistics
import sys
import time

import jax.numpy as jnp
import numpy as np
from machine import machine

from isthmus.engines.cohort import Mechanisms, replicate
from isthmus.inference.posterior import Paths, simulate
from isthmus.model.network import compile_model
from isthmus.spec.load import load
from isthmus.streams import stream

REPEATS = 15


def main() -> int:
    """Print the machine and the CPU milliseconds of a replicate by number of people."""
    model = compile_model(load("china-ecuador-us").corridor, "2026-06")
    values = model.table.values(jnp.zeros(len(model.table.parameters)))
    months = model.grid.n_months
    paths = Paths(
        jnp.zeros((len(model.groups), months)),
        jnp.zeros((len(model.drifting_legs), len(model.groups), months)),
        jnp.zeros((len(model.drifting_sights), months)),
    )
    simulated = simulate(model, values, paths, model.knowledge)
    left = np.asarray(simulated.trajectories.departures)
    parts = Mechanisms.of(model, values, model.knowledge, simulated.choices, simulated.trajectories)
    leg, settle = np.asarray(simulated.choices.leg), np.asarray(simulated.choices.settle)
    sys.stdout.write(f"{machine()}\n{model.grid.n_steps} dekads, {len(model.legs)} legs\n")
    sizes = (1e3, 1e5, 1e7, 1e9)
    spent: dict[float, list[float]] = {people: [] for people in sizes}
    for n in range(REPEATS):
        for people in sizes:
            started = time.process_time()
            replicate(model, left * people / left.sum(), leg, settle, generator=stream(n, "replicate"), mechanisms=parts)
            spent[people].append((time.process_time() - started) * 1e3)
    for people in sizes:
        sys.stdout.write(f"{people:.0e} people: median {statistics.median(spent[people]):.1f} ms of CPU\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
