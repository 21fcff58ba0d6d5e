"""Runs a compiled instance under any number of seeds."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from isthmus.errors import ModelError
from isthmus.interop.flee.compiled import Compiled, compile_instance
from isthmus.interop.flee.instance import Instance
from isthmus.interop.flee.native import CODES, Kernel, load
from isthmus.interop.flee.world import STATE_KINDS, State
from isthmus.streams import stream_words


@dataclass(frozen=True)
class Run:
    """One run: people by day."""

    seed: int
    places: int
    counts: array[int] = field(repr=False)
    """(day, place), flat: at the end of each day."""
    under_way: array[int] = field(repr=False)
    """(day,) on links."""
    people: int
    """All who were ever there."""

    def of(self, place: int) -> array[int]:
        """Return the people in a place by day."""
        return self.counts[place :: self.places]


def run_instance(instance: Instance, *, seed: int = 0, seeds: int = 1, kernel: Kernel | None = None) -> list[Run]:
    """Run an instance.

    Args:
        instance: As read.
        seed: The first seed; the same seed gives the same counts.
        seeds: How many, one after another.
        kernel: A kernel already loaded.
    """
    return list(runs(compile_instance(instance), seed=seed, seeds=seeds, kernel=kernel))


def runs(compiled: Compiled, *, seed: int = 0, seeds: int = 1, kernel: Kernel | None = None) -> Iterator[Run]:
    """Run a compiled instance under one seed after another, in the same memory."""
    kernel = kernel or load()
    state = _state(compiled)
    for number in range(seed, seed + seeds):
        _reset(state, compiled, number)
        people = kernel(compiled.world, state, links=compiled.links, sinks=compiled.sinks)
        if people < 0:
            raise _nowhere(compiled)
        yield Run(number, compiled.world.places, state.counts[:], state.under_way[:], people)


def _state(compiled: Compiled) -> State:
    world = compiled.world
    sizes = dict.fromkeys(STATE_KINDS, max(world.people, 1))
    sizes |= dict.fromkeys(("count", "population", "wanted", "fresh"), world.places)
    sizes |= {"cumulated": max(compiled.routes, world.places), "rng": 4}
    sizes |= {"counts": world.days * world.places, "under_way": world.days}
    return State(**{name: _zeros(STATE_KINDS[name], size) for name, size in sizes.items()})


def _zeros(kind: str, size: int) -> array[int] | array[float]:
    code = CODES[kind]
    return array(code, bytes(size * array(code).itemsize))


def _reset(state: State, compiled: Compiled, seed: int) -> None:
    for place, people in enumerate(compiled.population):
        state.count[place] = 0
        state.population[place] = people
        state.fresh[place] = -1
    for word, bits in enumerate(stream_words(seed, "flee")):
        state.rng[word] = bits


def _nowhere(compiled: Compiled) -> ModelError:
    return ModelError.one(
        where=compiled.instance.name,
        expected="conflict zones with inhabitants left on every day on which people set out",
        found="a day with none, or more people than the conflicts are expected to displace",
        remedy="look at population in locations.csv and take_from_population",
    )
