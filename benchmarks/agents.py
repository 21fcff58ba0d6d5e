"""The agent engine on the whole shipped corridor: speed, threads, memory, growth, and how much of the memory's speed it asks for.

Each line is a process of its own, so that its CPU seconds and its peak memory are its own. Values stand at the centre of their
priors, with few who stay in Ecuador as in the figures. Agent-steps are steps lived: from departure to the end of a journey.
``--people 1e8`` is the large run; without it the growth ends at 10^7.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np

SIZES = (1e5, 3e5, 1e6, 1e7)
TURNS = 8
HAZARDS = (0.9, 0.2)
"""Robberies and injuries expected on the Darién, events a person."""


def corridor(step: str) -> tuple[Any, Any, dict[str, float], Any]:
    """Compiled corridor, its expectations, numbers and who cannot pay."""
    import jax.numpy as jnp

    from isthmus.engines.cohort import Mechanisms
    from isthmus.inference.posterior import Layout, Paths, simulate
    from isthmus.model.network import compile_model
    from isthmus.spec.load import load

    model = compile_model(load("china-ecuador-us", sets=[f"time.step={step}", "places.ecuador.settle=-3"]).corridor, "2024-11")
    values, layout = model.table.values(jnp.zeros(len(model.table.parameters))), Layout.of(model)
    legs = np.array([model.legs[k].start[0] for k in model.drifting_legs])  # type: ignore[index]
    seen = np.array([float(jnp.log(values[model.sights[k].detection])) for k in model.drifting_sights])
    paths = Paths(
        jnp.zeros((layout.n_groups, layout.n_months)),
        jnp.asarray(np.broadcast_to(legs[:, None, None], (layout.n_legs, layout.n_groups, layout.n_months))),
        jnp.asarray(np.broadcast_to(seen[:, None], (layout.n_series, layout.n_months))),
        jnp.zeros((layout.n_drivers, layout.n_latent)),
    )
    found = simulate(model, values, paths, model.knowledge)
    unable = Mechanisms.of(model, values, model.knowledge, found.choices, found.trajectories).unable
    return model, found, {name: float(values[name]) for name in (*model.table.names, *model.table.fixed)}, unable


def once(people: float, *, step: str, own: bool, times: int = 0) -> dict[str, float]:
    """Move so many agents through the corridor after one run of the same shapes that warms up; what it took, the least of some.

    Few agents are moved again and again, for a tenth of a second: a single run of them is shorter than what disturbs it.
    """
    return beside(people, step=step, workers=(1,), own=own, times=times)[1]


def beside(people: float, *, step: str, workers: tuple[int, ...], own: bool, times: int = 0) -> dict[int, dict[str, float]]:
    """As `once`, by number of threads in turn, so that what disturbs the machine disturbs each."""
    from isthmus.engines.agents import Crowd, Hazards
    from isthmus.forecast.lives import people_of

    model, found, numbers, unable = corridor(step)
    intensity = np.zeros((len(model.legs), 2))
    intensity[[leg.id for leg in model.legs].index("darien_panama")] = HAZARDS
    left = float(np.asarray(found.trajectories.departures).sum())
    least: dict[int, dict[str, float]] = {}
    times = times or (15 if people < 1e6 else 3 if people < 1e7 else 1)
    for n, threads in ((n, threads) for n in range(1 + times) for threads in workers):
        crowd = Crowd(1, per_person=(min(people, 1e6) if n == 0 else people) / left, workers=threads)
        cpu, wall = time.process_time(), time.perf_counter()
        lives = people_of(
            model, found.choices, found.trajectories, model.knowledge, numbers,
            crowd=crowd, unable=None if own else unable, hazards=Hazards(("robbery", "injury"), intensity),
        )  # fmt: skip
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        if n == 1 or (n and wall < least[threads]["wall"]):
            least[threads] = {
                "cpu": cpu, "wall": wall, "agents": lives.agents, "lived": lives.lived, "hops": lives.hops, "most": lives.most,
                "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
            }  # fmt: skip
    return least


def bare() -> float:
    """Million agent-steps per core-second of nothing but a word, a table and a choice."""
    import numba

    from isthmus.engines.agents.draws import GOLDEN, U64, high, mix
    from isthmus.engines.agents.tables import LANE, pick, thresholds

    @numba.njit(error_model="numpy")
    def choose(place: Any, table: Any, following: Any, steps: int) -> None:
        for t in range(steps):
            for j in range(len(place)):
                at = place[j]
                place[j] = following[at, pick(table, at * LANE, LANE, high(mix(U64(j) * GOLDEN + U64(t))))]

    generator = np.random.default_rng(0)
    table = thresholds(generator.dirichlet(np.ones(4), size=13)).ravel()
    following = generator.integers(0, 13, (13, LANE)).astype(np.int64)
    place = generator.integers(0, 13, 2_000_000).astype(np.int16)
    choose(place[:10].copy(), table, following, 1)
    cpu = time.process_time()
    choose(place, table, following, 10)
    return 10 * len(place) / (time.process_time() - cpu) / 1e6


def triad() -> float:
    """Bytes per second of ``a = b + s c`` on arrays beyond every cache (McCalpin's STREAM), one core."""
    import numba

    @numba.njit(fastmath=True)
    def add(a: Any, b: Any, c: Any) -> None:
        for n in range(len(a)):
            a[n] = b[n] + 3.0 * c[n]

    a, b, c = (np.ones(16_000_000) for _ in range(3))
    add(a[:10], b, c)
    best = 0.0
    for _ in range(5):
        cpu = time.process_time()
        add(a, b, c)
        best = max(best, 3 * a.nbytes / (time.process_time() - cpu))
    return best


def child(*words: str) -> Any:
    """Run this script's part in a process of its own."""
    return json.loads(subprocess.run([sys.executable, __file__, *words], capture_output=True, text=True, check=True).stdout)


def show(name: str, cost: dict[str, float]) -> None:
    """One row."""
    cells = [
        f"{cost['agents']:.3g}", f"{cost['lived'] / cost['agents']:.2f}", f"{cost['hops'] / cost['agents']:.2f}",
        f"{cost['cpu']:.3f}", f"{cost['wall']:.3f}", f"{cost['lived'] / cost['cpu'] / 1e6:.1f}",
        f"{cost['hops'] / cost['cpu'] / 1e6:.1f}", f"{cost['cpu'] / cost['agents'] * 1e9:.0f}", f"{cost['most']:.3g}",
        f"{cost['peak_gib']:.2f}",
    ]  # fmt: skip
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def run(sizes: tuple[float, ...]) -> None:
    """All rows."""
    from isthmus.engines.agents.people import BYTES

    print(
        "| what | agents | steps each | hops each | CPU s | wall s | M steps/CPU s | M hops/CPU s | ns/agent | most kept | GiB |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    costs = {size: child("--once", str(size)) for size in sizes}
    for size, cost in costs.items():
        show(f"dekads, one thread, {size:.0e}", cost)
    show("days, one thread, 1e+06", child("--once", "1e6", "--step", "day"))
    show("dekads, own purse, 1e+06", child("--once", "1e6", "--own"))
    one, two = child("--threads")
    show("dekads, one thread beside two, 1e+07", one)
    show("dekads, two threads, 1e+07", two)
    ratio = f"{one['wall'] / two['wall']:.2f} times as fast by the clock, {two['cpu'] / one['cpu']:.2f} times the CPU"
    print(f"\ntwo threads: {ratio}, the least of {TURNS} turns each")
    words = [sys.executable, __file__, "--once", "1e7", "--times", str(TURNS)]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    walls = [json.loads(process.communicate()[0])["wall"] for process in both]
    print(
        f"what the machine gives to two processes that share nothing: {sum(one['wall'] / wall for wall in walls):.2f} times one"
    )
    first, last = costs[sizes[0]], costs[sizes[-1]]
    each = (last["cpu"] - first["cpu"]) / (last["agents"] - first["agents"])
    fixed = first["cpu"] - each * first["agents"]
    print(f"growth: CPU s = {fixed:.3f} + {each * 1e9:.0f} ns x agents, from {sizes[0]:.0e} and {sizes[-1]:.0e} agents")
    kernel, memory = child("--bare"), child("--triad")
    print(f"bare choice kernel: {kernel:.0f} M steps per core-second")
    moved = 3 * BYTES * one["agents"] + 2 * BYTES * one["most"]
    print(
        f"memory: {BYTES} bytes a person under way; triad {memory / 1e9:.1f} GB/s; records written and read "
        f"{moved / one['cpu'] / 1e9:.2f} GB/s, {moved / one['cpu'] / memory:.1%} of it"
    )


def main() -> None:
    """Parse arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=float, help="largest number of agents")
    parser.add_argument("--once", type=float)
    parser.add_argument("--step", default="dekad")
    parser.add_argument("--own", action="store_true")
    parser.add_argument("--times", type=int, default=0)
    parser.add_argument("--threads", action="store_true")
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--triad", action="store_true")
    words = parser.parse_args()
    if words.once:
        print(json.dumps(once(words.once, step=words.step, own=words.own, times=words.times)))
    elif words.threads:
        print(json.dumps(list(beside(1e7, step="dekad", workers=(1, 2), own=False, times=TURNS).values())))
    elif words.bare or words.triad:
        print(json.dumps(bare() if words.bare else triad()))
    else:
        run((*SIZES, words.people) if words.people and words.people > SIZES[-1] else SIZES)


if __name__ == "__main__":
    main()
