"""Windows of time, one after the other: beliefs, departures, people who move, queues.

In a window no belief can change what is chosen: it is as long as word needs to come back, or all of the time. People are moved
each as far as they can go; queues are then served step by step, in the order of places. Whoever waits for a later window is kept,
at `people.BYTES` a person; nobody else is.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.band import Band, Cohorts
from isthmus.engines.agents.compiled import kernel
from isthmus.engines.agents.counts import Counts
from isthmus.engines.agents.departures import Leaving, Source, leave
from isthmus.engines.agents.draws import U64
from isthmus.engines.agents.endings import TURNED_BACK
from isthmus.engines.agents.line import Queues, Tally, by_step, serve
from isthmus.engines.agents.minds import Beliefs, hear, share
from isthmus.engines.agents.people import People, span
from isthmus.engines.agents.room import Lines, Passing
from isthmus.engines.agents.walk import Job, Out, end_all, walk
from isthmus.engines.agents.ways import Ways, share_out
from isthmus.engines.agents.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Log(NamedTuple):
    """What is written down beside the counts.

    Attributes:
        departed: ``(stratum, step)``.
        queued: ``(queue, stratum and others, step)``, flat.
        most: Most people under way or waiting at the end of a window.
    """

    departed: Ints
    queued: Floats
    most: Ints


@kernel
def list_cohorts(departed: Ints, first: int, end: int, cohorts: Cohorts) -> int:
    """List those who leave in a window: stratum, step, index of the first and how many; returns how many rows."""
    n = 0
    for s in range(departed.shape[0]):
        for t in range(first, end):
            if departed[s, t] > 0:
                cohorts[n, 0], cohorts[n, 1], cohorts[n, 3] = U64(s), U64(t), U64(departed[s, t])
                n += 1
    return n


@kernel
def live_through(  # noqa: PLR0917  see below
    world: World, ways: Ways, beliefs: Beliefs, leaving: Leaving, queues: Queues, stream: np.uint64,
    counts: tuple[Counts, ...], band: Band, source: Source, cohorts: Cohorts, log: Log,
    kept: tuple[People, People], passing: Passing, lines: Lines, at: Ints, lend: Any,
) -> int:  # fmt: skip
    """All windows in order, from that which ``at`` says on; for the others see `run.Engine` and `room.Room`.

    Compiled, ``lend`` is None and one thread does it all. Where threads are lent this very function is run by Python: ``lend``
    is called for `walk`, with everything of its arguments that changes and with whether a window begins; who is kept is then
    with the threads, and only how many here. What is passed stands side by side and not in one record,
    since the time that compilation takes grows with the square of a record.

    Returns:
        0 at the end of the last; else for how many there must be room, to be called again; or -1 - t where the window from t on
        has no departures (see `departures.leave`).
    """
    while at[0] < world.n_steps:
        first, joined = at[0], at[2]
        end = min(first + beliefs.window, world.n_steps)
        if first > 0 and beliefs.moving:
            hear(beliefs, counts, world, leaving.per_person, first, beliefs.window)
        leg, settle = share(beliefs, first, end)
        share_out(ways, leg, settle, first, end, world.n_steps)
        left = leave(leaving, source, beliefs.changed, first, end, log.departed)
        if left < 0:
            return int(-1 - first)
        everybody = at[1] + joined + left + lines.size.sum()
        if everybody > len(kept[0].who):
            return int(everybody)
        before, later = kept if at[3] == 0 else (kept[1], kept[0])
        out, job, n_kept = Out(later, passing.joined), Job(span(before, 0, at[1]), cohorts, end), 0
        rows = list_cohorts(log.departed, first, end, cohorts)
        for i in range(-1, len(queues.number)):
            if i >= 0:
                joined = by_step(passing, lines, joined, queues.joins + queues.number[i], first, end)
                tally = Tally(counts[0].waited, counts[0].turned_back, log.queued)
                on, back = serve(queues, tally, stream, passing, lines, i, first, end)
                end_all(world, counts[0], stream, span(passing.back, 0, back), TURNED_BACK, band)
                job, rows = Job(span(passing.going, 0, on), cohorts, end), 0
            job = Job(job.people, cohorts[:rows], end)
            if lend is None:
                n_kept, joined = walk(world, ways.table, counts[0], stream, job, band, out, (n_kept, joined))
            else:
                n_kept, joined = lend(job, out, (n_kept, joined), i < 0)
        at[0], at[1], at[2], at[3] = end, n_kept, joined, 1 - at[3]
        log.most[0] = max(log.most[0], n_kept + joined + lines.size.sum())
    return 0
