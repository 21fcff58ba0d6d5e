"""Random numbers of a person, by counter: the same person meets the same number at the same event in any world.

A 64-bit word per person and event, ``mix(mix(stream + person) + event)`` with golden-ratio increments and the finaliser of
SplitMix64 (Steele, Lea and Flood 2014, OOPSLA: Fast splittable pseudorandom number generators). Nothing is drawn in a row, so
neither the number of threads nor the presence of others changes what a person draws. Of a word two numbers of 31 bits are used.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from isthmus.engines.agents.compiled import hot, kernel

U64: Any = np.uint64
I64: Any = np.int64

GOLDEN = U64(0x9E3779B97F4A7C15)
FIRST = U64(0xBF58476D1CE4E5B9)
SECOND = U64(0x94D049BB133111EB)
S27, S30, S31, S32, S33, S48 = (U64(n) for n in (27, 30, 31, 32, 33, 48))
LOW31 = U64(0x7FFFFFFF)
LOW16 = U64(0xFFFF)
LOW32 = U64(0xFFFFFFFF)

UNIT = 2.0**-31


class Events(NamedTuple):
    """Where the events of a kind begin; each place, leg or queue has its own.

    Attributes:
        leave: At a place or a queue's exit: which leg (high bits), and how long it takes (low).
        stay: At a place: how long the stay is (high), and the position among those who join the queue in a step (low).
        pay: On a leg: what who cannot pay does (high), and how long work takes (low).
        refill: On a leg: purse after borrowing or work (high).
        patience: In a queue: when waiting ends (high), and whether another way is found (low).
        harm: On a leg, two words: four kinds of harm.
        purse: The budget at the start (high).
    """

    leave: int
    stay: int
    pay: int
    refill: int
    patience: int
    harm: int
    purse: int

    @classmethod
    def of(cls, n_places: int, n_legs: int, n_queues: int) -> Events:
        """Events of a corridor of this size, one after the other."""
        nodes = n_places + n_queues
        sizes = np.cumsum([nodes, n_places, n_legs, n_legs, n_queues, 2 * n_legs])
        return cls(0, *(int(n) for n in sizes))


@hot
def mix(word: np.uint64) -> Any:
    """Spread every bit of a word over all others."""
    word = (word ^ (word >> S30)) * FIRST
    word = (word ^ (word >> S27)) * SECOND
    return U64(word ^ (word >> S31))


@kernel
def key_of(stream: np.uint64, who: np.uint64) -> Any:
    """Key of a person in a stream."""
    return mix(stream + who * GOLDEN)


@kernel
def word_at(key: np.uint64, event: int) -> Any:
    """Word of a person at an event."""
    return mix(key + U64(event + 1) * GOLDEN)


@kernel
def high(word: np.uint64) -> np.int32:
    """The first number of a word, 0 to 2**31 - 1."""
    return np.int32(word >> S33)


@kernel
def low(word: np.uint64) -> np.int32:
    """The second number of a word."""
    return np.int32(word & LOW31)


@kernel
def name_of(stratum: int, step: int, index: int) -> Any:
    """Who somebody is: the stratum, the step of departure, and the how-manieth of it."""
    return (U64(stratum) << S48) | (U64(step) << S32) | U64(index)


@kernel
def stratum_of(who: np.uint64) -> Any:
    """Stratum of a person."""
    return np.int64(who >> S48)


@kernel
def step_of(who: np.uint64) -> Any:
    """Step of departure of a person."""
    return np.int64((who >> S32) & LOW16)
