"""How many leave in each step: Poisson, from a stream for each step.

What a window expects follows from beliefs, so it is drawn when the window begins; in compiled code, since a generator of NumPy's
for each step takes longer than all else that a small crowd asks for. The numbers are those of ``streams.stream`` and its
``poisson``: the seed sequence (O'Neill's ``seed_seq_fe``), Philox 4x64 of ten rounds (Salmon et al. 2011, SC11: Parallel random
numbers, as easy as 1, 2, 3), products of uniforms for small means and the transformed rejection PTRS for others (Hoermann 1993,
Insurance: Mathematics and Economics 12).
"""

from __future__ import annotations

import hashlib
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.compiled import hot, kernel
from isthmus.engines.agents.draws import LOW32, S32, U64

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

S11, S16 = U64(11), U64(16)
HASH_IN, HASH_OUT = (U64(0x43B0D7E5), U64(0x931E8875)), (U64(0x8B51F9DD), U64(0x58F38DED))
MIX = U64(0xCA01F9DD), U64(0x4973F715)
ROUND = U64(0xD2E7470EE14C6C93), U64(0xCA5A826395121157)
WEYL = U64(0x9E3779B97F4A7C15), U64(0xBB67AE8584CAA73B)
ROUNDS = 10
POOL = 4
SMALL = 10.0
"""Means below it are drawn by products of uniforms."""
MOST = 2.0**31
"""The index of a person within a stratum and step has 32 bits."""

STIRLING = (
    *(8.333333333333333e-02, -2.777777777777778e-03, 7.936507936507937e-04, -5.952380952380952e-04, 8.417508417508418e-04),
    *(-1.917526917526918e-03, 6.410256410256410e-03, -2.955065359477124e-02, 1.796443723688307e-01, -1.39243221690590e00),
)


class Leaving(NamedTuple):
    """Who is to leave.

    Attributes:
        expected: ``(group, step)``, people; whole agents by stratum where ``exact``.
        words: Entropy of each step's stream, ``(step, word)``.
        per_person: Agents for a person.
        classes: Strata of a group.
        exact: Whether numbers are taken as they stand.
    """

    expected: Floats
    words: Words
    per_person: float
    classes: int
    exact: bool


def entropy(seed: int, names: tuple[str | int, ...], n_steps: int) -> Words:
    """Entropy of the streams ``(*names, step)`` as ``streams.stream`` seeds them, ``(step, word)``, words of 32 bits."""
    begun = hashlib.sha256("".join(f"{name}\x1f" for name in names).encode())
    digests = bytearray()
    for t in range(n_steps):
        one = begun.copy()
        one.update(b"%d" % t)
        digests += one.digest()[:16]
    own = [(seed >> shift) & 0xFFFFFFFF for shift in range(0, max(seed.bit_length(), 1), 32)]
    words = np.empty((n_steps, len(own) + 4), np.uint64)
    words[:, : len(own)] = own
    words[:, len(own) :] = np.frombuffer(digests, "<u4").reshape(n_steps, 4)
    return words


class Source(NamedTuple):
    """A generator in a kernel: its key (2 words), counter and how many of a block are used; the block; the pool of a seed."""

    state: Words
    block: Words
    pool: Words

    @classmethod
    def room(cls) -> Source:
        """Room for one; it must be started."""
        return cls(*(np.empty(4, np.uint64) for _ in cls._fields))


@hot
def _hashed(value: Any, constant: Any, factor: Any) -> Any:
    """A word hashed, and the constant for the next."""
    following = (constant * factor) & LOW32
    value = ((value ^ constant) * following) & LOW32
    return value ^ (value >> S16), following


@hot
def _mixed(x: Any, y: Any) -> Any:
    value = (MIX[0] * x - MIX[1] * y) & LOW32
    return value ^ (value >> S16)


@hot
def seed(source: Source, words: Any) -> None:
    """Start the stream of these words."""
    pool, constant = source.pool, HASH_IN[0]
    for n in range(POOL):
        pool[n], constant = _hashed(words[n] if n < len(words) else U64(0), constant, HASH_IN[1])
    for n in range(POOL):
        for into in range(POOL):
            if n != into:
                found, constant = _hashed(pool[n], constant, HASH_IN[1])
                pool[into] = _mixed(pool[into], found)
    for n in range(POOL, len(words)):
        for into in range(POOL):
            found, constant = _hashed(words[n], constant, HASH_IN[1])
            pool[into] = _mixed(pool[into], found)
    constant = HASH_OUT[0]
    for n in range(2):
        lower, constant = _hashed(pool[2 * n], constant, HASH_OUT[1])
        upper, constant = _hashed(pool[2 * n + 1], constant, HASH_OUT[1])
        source.state[n] = lower | (upper << S32)
    source.state[2] = U64(0)
    source.state[3] = U64(4)


@hot
def _product(a: Any, b: Any) -> Any:
    """High and low word of a product."""
    a0, a1, b0, b1 = a & LOW32, a >> S32, b & LOW32, b >> S32
    low = a0 * b0
    middle = a1 * b0 + (low >> S32)
    other = a0 * b1 + (middle & LOW32)
    return a1 * b1 + (middle >> S32) + (other >> S32), a * b


@hot
def _next_block(source: Source) -> None:
    state, block = source.state, source.block
    state[2] += U64(1)
    a, b, c, d = state[2], U64(0), U64(0), U64(0)
    key, other = state[0], state[1]
    for _ in range(ROUNDS):
        first, second = _product(ROUND[0], a), _product(ROUND[1], c)
        a, b, c, d = second[0] ^ b ^ key, second[1], first[0] ^ d ^ other, first[1]
        key, other = key + WEYL[0], other + WEYL[1]
    block[0], block[1], block[2], block[3] = a, b, c, d


@hot
def uniform(source: Source) -> float:
    """The next number from 0 to before 1."""
    used = source.state[3]
    if used == U64(4):
        _next_block(source)
        used = U64(0)
    source.state[3] = used + U64(1)
    return float(source.block[used] >> S11) * 2.0**-53


@hot
def _log_gamma(x: float) -> float:
    if x in (1.0, 2.0):
        return 0.0
    n = int(7 - x) if x < 7.0 else 0
    upon = x + n
    inverse = (1.0 / upon) * (1.0 / upon)
    series = STIRLING[9]
    for k in range(8, -1, -1):
        series = series * inverse + STIRLING[k]
    found = series / upon + 0.5 * 1.8378770664093453 + (upon - 0.5) * math.log(upon) - upon
    for _ in range(n):
        found -= math.log(upon - 1.0)
        upon -= 1.0
    return found


@hot
def _rejection(source: Source, mean: float) -> int:
    log_mean = math.log(mean)
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    surely = 0.9277 - 3.6224 / (b - 2)
    while True:
        u = uniform(source) - 0.5
        v = uniform(source)
        edge = 0.5 - abs(u)
        k = math.floor((2 * a / edge + b) * u + mean + 0.43) if edge > 0.0 else -1
        if edge >= 0.07 and v <= surely:
            return int(k)
        if k < 0 or (edge < 0.013 and v > edge):
            continue
        left = math.log(v) + math.log(inverse_alpha) - math.log(a / (edge * edge) + b)
        if left <= -mean + k * log_mean - _log_gamma(k + 1.0):
            return int(k)


@hot
def poisson(source: Source, mean: float) -> int:
    """A Poisson number."""
    if mean >= SMALL:
        return _rejection(source, mean)
    if mean <= 0.0:
        return 0
    end, product, found = math.exp(-mean), 1.0, 0
    while True:
        product *= uniform(source)
        if not product > end:
            return found
        found += 1


@kernel
def leave(leaving: Leaving, source: Source, changed: Floats, first: int, end: int, departed: Ints) -> int:
    """Fill ``departed``, ``(stratum, step)``, of a window; how many leave in it, or -1 where a mean is no number within `MOST`.

    ``changed`` multiplies what is expected, ``(group, step)``.
    """
    total = 0
    for t in range(first, end):
        if not leaving.exact:
            seed(source, leaving.words[t])
        for s in range(departed.shape[0]):
            if leaving.exact:
                departed[s, t] = int(leaving.expected[s, t])
            else:
                g = s // leaving.classes
                mean = leaving.expected[g, t] * changed[g, t] * leaving.per_person / leaving.classes
                if not 0.0 <= mean <= MOST:
                    return -1
                departed[s, t] = poisson(source, mean)
            total += departed[s, t]
    return total
