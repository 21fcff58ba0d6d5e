"""One compiled program for the baseline and all scenarios, on the same draws and the same paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from isthmus.compute.blocks import block_size
from isthmus.errors import ModelError
from isthmus.forecast.predict import Predictor, extend
from isthmus.inference.posterior import Evidence, Layout, Paths
from isthmus.model.network import Knowledge, Model, Push, compile_model
from isthmus.scenarios.arrays import Arrays, Scene, arrays, knowledge_of
from isthmus.scenarios.furnish import Furnished, furnish
from isthmus.scenarios.gathered import Named, gathered
from isthmus.scenarios.passes import Ahead, Inputs, Passed, n_passes, one_pass
from isthmus.scenarios.strengths import Strengths
from isthmus.spec.scenarios import Scenario
from isthmus.spec.schema import Corridor
from isthmus.streams import stream

Floats = NDArray[np.float64]

CHUNK = 250
"""Most draws carried at once: enough to keep both cores busy, few enough to stay in the cache."""

CHUNK_BYTES = 250e6
"""Most memory of draws carried at once; a corridor of many groups carries fewer. The same everywhere, so that blocks are too."""


def _axes(knowledge: Knowledge) -> Any:
    """Which parts of the inputs differ by draw: of what is in force, those that shocks move."""
    blocks = knowledge.blocks
    if blocks is not None:
        blocks = blocks._replace(places=0, others=None, attention=0, official=0)
    paths: Any = 0
    return Inputs(0, paths, Knowledge(None, None, blocks, None, Push(0, 0, 0)), 0)


def summed(model: Model, ahead: Ahead) -> Ahead:
    """The months to come without groups that are all people together: every sum over groups is then of people once."""
    if not model.totals:
        return ahead
    kept, flows = np.array(model.summed), ahead.flows._asdict()
    parts = {n: part if part is None or n in {"queued_others", "wait_days"} else part[..., kept, :] for n, part in flows.items()}
    return ahead._replace(flows=ahead.flows._replace(**parts))


class Program:
    """One pass over the furnished corridor, compiled once, and called until flows agree with beliefs; ``chunk`` draws at once."""

    def __init__(self, furnished: Furnished, last: int, chunk: int = CHUNK) -> None:
        self._model = furnished.model
        self.chunk = chunk
        one = partial(one_pass, furnished.model, len(furnished.extra), last)
        self._pass = jax.jit(jax.vmap(one, in_axes=(_axes(furnished.knowledge), 0, None, None)))

    def blocks(self, n_samples: int) -> list[tuple[int, int]]:
        """Blocks of draws, first and one past the last, that are carried at once."""
        size = min(self.chunk, n_samples)
        return [(start, min(start + size, n_samples)) for start in range(0, n_samples, size)]

    def ahead(self, inputs: Inputs, blocks: Sequence[tuple[int, int]] = ()) -> Ahead:
        """The months to come, of some blocks of draws or of all."""
        found: Ahead = self._in_pieces(inputs, lambda piece: self._piece(piece, carried=False).ahead, blocks)
        return summed(self._model, found)

    def paths(self, carried: Inputs) -> Paths:
        """Paths as the model calls them, of paths as they stand in the vectors of the fit."""
        found: Paths = self._in_pieces(carried, lambda piece: self._piece(piece, carried=True).paths)
        return found

    def _in_pieces(self, inputs: Inputs, of: Callable[[Inputs], Any], blocks: Sequence[tuple[int, int]] = ()) -> Any:
        """All draws, some at a time."""
        n_samples = len(inputs.natural)
        pieces, size = [], min(self.chunk, n_samples)
        for start, _ in blocks or self.blocks(n_samples):
            # the last piece reaches back, so that all have the shape that was compiled
            begin = min(start, n_samples - size)
            piece = of(inputs.cut(slice(begin, begin + size)))
            pieces.append(jax.tree.map(lambda part, skip=start - begin: np.asarray(part)[skip:], piece))
        return jax.tree.map(lambda *parts: np.concatenate(parts), *pieces)

    def _piece(self, inputs: Inputs, *, carried: bool) -> Passed:
        model = self._model
        went: Any = np.zeros((len(inputs.natural), len(model.legs), len(model.groups), model.grid.n_steps))
        for left in reversed(range(n_passes(model))):
            passed: Passed = self._pass(inputs, went, carried, left == 0)
            went = passed.went
        return passed


@dataclass(frozen=True, eq=False)
class Bench:
    """Where scenarios of a corridor are tried.

    Attributes:
        corridor: The corridor of the baseline.
        furnished: What runs.
        seed: Root seed.
        first: Position of the first month ahead.
        scalars: Natural values of the corridor's quantities, ``(sample, quantity)``.
        natural: The same by name.
        paths: Paths over the whole grid.
        seen: The same as the fit saw them, held after its last month.
        program: The compiled program; it serves every scenario.
    """

    corridor: Corridor
    furnished: Furnished
    seed: int
    first: int
    scalars: Floats
    natural: dict[str, Floats]
    paths: Paths
    seen: Paths
    program: Program

    @property
    def model(self) -> Model:
        """The furnished model."""
        return self.furnished.model

    @property
    def n_samples(self) -> int:
        """Draws."""
        return len(self.scalars)

    @property
    def months(self) -> tuple[str, ...]:
        """Months ahead."""
        return self.model.grid.months[self.first :]

    @property
    def first_step(self) -> int:
        """Position of the first step ahead."""
        return int(np.flatnonzero(self.model.grid.month_of_step == self.first)[0])

    @cached_property
    def baseline(self) -> Ahead:
        """The corridor as it stands."""
        return self._run(arrays(self.scene(), ()))

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of the flows."""
        return tuple(self.model.groups[g] for g in self.model.summed)

    @cached_property
    def leaving(self) -> Floats:
        """Expected departures a month in the baseline, 0 before the months ahead, ``(sample, group, step)``."""
        grid = self.model.grid
        out = np.zeros((self.n_samples, len(self.model.groups), grid.n_steps))
        ahead = self.baseline.flows.departures / grid.days[self.first_step :] * (365.25 / 12)
        out[:, list(self.model.summed), self.first_step :] = ahead
        return out

    def scene(self, *, fixed: Mapping[str, float] | None = None, after: bool = False, leaving: Floats | None = None) -> Scene:
        """What shocks are read against; ``fixed`` strengths are held, ``after`` the baseline is known, or who is ``leaving``."""
        if leaving is None:
            shape = (self.n_samples, len(self.model.groups), self.model.grid.n_steps)
            leaving = self.leaving if after else np.zeros(shape)
        return Scene(self.corridor, self.furnished, Strengths(self.seed, self.n_samples, fixed or {}), self.natural, leaving)

    def run(self, shocks: Sequence[Named], *, fixed: Mapping[str, float] | None = None) -> tuple[Ahead, Arrays, Strengths]:
        """A scenario's months ahead, what it changed and what its strengths were."""
        scene = self.scene(fixed=fixed, after=True)
        found = arrays(scene, shocks)
        return self._run(found), found, scene.strengths

    def found_paths(self) -> Paths:
        """Paths as the model calls them, where this bench still has them as they stand in the vectors of the fit."""
        return self.program.paths(self._inputs(arrays(self.scene(), ())))

    def blocks(self) -> list[tuple[int, int]]:
        """Blocks of draws, first and one past the last, that are carried at once."""
        return self.program.blocks(self.n_samples)

    def part(self, found: Arrays, draws: tuple[int, int]) -> Ahead:
        """The months ahead of one of the blocks."""
        return self.program.ahead(self._inputs(found), [draws])

    def _run(self, found: Arrays) -> Ahead:
        return self.program.ahead(self._inputs(found))

    def _inputs(self, found: Arrays) -> Inputs:
        added = [found.numbers[name] for name in self.furnished.quantities]
        n_new = len(self.model.table.names) + len(self.model.table.fixed) - self.scalars.shape[1] - len(added)
        nobody = [np.full(self.n_samples, value) for value in list(self.model.table.fixed.values())[-n_new:] if n_new]
        natural = np.column_stack([self.scalars, *added, *nobody]) if added or nobody else self.scalars
        return Inputs(natural, self.paths, knowledge_of(self.scene(), found), found.shares)


def bench(
    corridor: Corridor,
    fitted: Model,
    vectors: Floats,
    evidence: Evidence,
    *,
    last_month: str,
    seed: int,
    scenarios: Mapping[str, Scenario],
    predictor: Predictor | None = None,
    like: Bench | None = None,
) -> Bench:
    """Set up a bench for a corridor's scenarios.

    Args:
        corridor: As checked, its scenarios and those to be tried among them.
        fitted: The model that was fitted.
        vectors: Its posterior draws, ``(sample, size)``.
        evidence: What the fit saw.
        last_month: Last month to come.
        seed: Root seed of the run; the same streams as its forecast.
        scenarios: All that will be tried, so that one furnished model serves them.
        predictor: Prediction of the fitted model, where there is one.
        like: Bench of the corridor that was fitted, for one that differs from it; absent: this one is it.
    """
    last = int(evidence.last)
    split = jax.vmap(Layout.of(fitted).split)
    scalars, carried = split(jnp.asarray(vectors))
    natural = (Predictor(fitted) if predictor is None else predictor).natural(scalars)
    model = compile_model(corridor, last_month)
    _same_paths(model, fitted)
    shocks = [named for name in scenarios for named in gathered(scenarios, name)]
    furnished = furnish(corridor, model, model.knowledge, shocks)
    whole = _values(model, fitted, natural, seed)
    table = np.stack(list(whole.values()), axis=1)
    program = Program(furnished, last, block_size(CHUNK, bytes_each(model), CHUNK_BYTES))
    made = Bench(corridor, furnished, seed, last + 1, table, whole, _longer(model, carried), _longer(model, carried), program)
    seen = made.found_paths() if like is None else like.seen
    paths = extend(model, natural, jax.tree.map(np.array, seen), last, seed=seed, names=())
    return replace(made, seen=seen, paths=paths)


def bytes_each(model: Model) -> float:
    """What a draw takes of memory, about: its trajectories by step over the whole grid, three times while they are made."""
    return 3.0 * 8 * model.grid.n_steps * len(model.groups) * (2 * len(model.legs) + 8 * len(model.places))


def _values(model: Model, fitted: Model, natural: dict[str, Floats], seed: int) -> dict[str, Floats]:
    """Values of a model's quantities: as fitted where it says the same of them, else its number or a draw of its prior."""
    learned = {parameter.name: parameter for parameter in fitted.table.parameters}
    n_samples = len(next(iter(natural.values())))
    out = {}
    for parameter in model.table.parameters:
        before = learned.get(parameter.name)
        if before is not None and (before.scale, before.location, before.sd) == (
            parameter.scale,
            parameter.location,
            parameter.sd,
        ):
            out[parameter.name] = natural[parameter.name]
        else:
            normal = stream(seed, "strength", parameter.name).standard_normal(n_samples)
            out[parameter.name] = parameter.natural(parameter.location + parameter.sd * normal)
    return {**out, **{name: np.full(n_samples, value) for name, value in model.table.fixed.items()}}


def _same_paths(model: Model, fitted: Model) -> None:
    """Refuse a model whose places, legs or groups are not those that the paths were learned for."""
    for what, of_model, of_fit in (
        ("groups", model.groups, fitted.groups),
        ("places", [place.id for place in model.places], [place.id for place in fitted.places]),
        ("legs", [leg.id for leg in model.legs], [leg.id for leg in fitted.legs]),
        ("legs that drift", model.drifting_legs, fitted.drifting_legs),
        ("series", [sight.id for sight in model.sights], [sight.id for sight in fitted.sights]),
    ):
        if list(of_model) != list(of_fit):
            raise ModelError.one(
                where="scenarios",
                expected=f"the {what} of the corridor that was fitted",
                found="others in the scenario's `set`",
                remedy="close a leg or open a pathway with a shock, or fit the changed corridor: isthmus run",
            )


def _longer(model: Model, paths: Paths) -> Paths:
    """Paths of the fitted grid on a grid that ends at another month; what is beyond the fit is drawn later."""
    n, drivers = Layout.of(model).n_months, Layout.of(model)

    def stretch(path: Any) -> Floats:
        path = np.array(path)[..., :n]
        return np.pad(path, [(0, 0)] * (path.ndim - 1) + [(0, n - path.shape[-1])], mode="edge")

    latent = np.array(paths.drivers) if drivers.n_drivers else np.zeros((len(np.array(paths.departures)), 0, drivers.n_latent))
    latent = np.pad(latent, [(0, 0), (0, 0), (0, max(drivers.n_latent - latent.shape[-1], 0))])[..., : drivers.n_latent]
    monthly = {name: None if path is None else stretch(path) for name, path in paths._asdict().items() if name != "drivers"}
    return Paths(**monthly, drivers=latent)
