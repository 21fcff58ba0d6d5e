"""Named random streams from one seed.

A stream is named by what it is for (``"forecast", origin, draw``): adding a stream or drawing more from
one changes no other. The same seed and names give the same numbers on any number of workers.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def _words(names: tuple[str | int, ...]) -> list[int]:
    digest = hashlib.sha256("\x1f".join(map(str, names)).encode()).digest()
    return [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Generator of the stream ``names`` under ``seed``."""
    import numpy as np  # noqa: PLC0415  who only wants `stream_words` starts without NumPy

    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *_words(names)])))


def stream_seed(seed: int, *names: str | int) -> int:
    """A 63-bit integer for libraries that seed themselves, from the stream ``names`` under ``seed``."""
    import numpy as np  # noqa: PLC0415  as in `stream`

    state = np.random.SeedSequence([seed, *_words(names)]).generate_state(1, np.uint64)
    return int(state[0] >> np.uint64(1))


def stream_words(seed: int, *names: str | int) -> tuple[int, int, int, int]:
    """Four 64-bit words, to start a generator inside a compiled kernel, from the stream ``names`` under ``seed``."""
    digest = hashlib.sha256("\x1f".join(map(str, (seed, *names))).encode()).digest()
    return tuple(int.from_bytes(digest[i : i + 8], "little") for i in range(0, 32, 8))  # type: ignore[return-value]
