"""Who is at a place, and for how long: the people that needs are counted from.

A stock at the end of a step times the length of the step is person-days: delays are laid out so that stocks keep to Little's
law, ``stock = arrivals x mean stay`` (Little 1961, Operations Research 9:383).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.model.blocks import others
from isthmus.scenarios.bench import Bench
from isthmus.scenarios.passes import Ahead
from isthmus.spec.schema import Corridor

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Presence:
    """People at the places planned for.

    Attributes:
        places: Names.
        present: At the end of a step, ``(sample, place, group, step)``, persons (stock); the last group is everybody else.
        arrivals: In a step, likewise, persons.
        days: Length of each step, ``(step,)``.
        month: Position of the month of each step, ``(step,)``.
        groups: The corridor's groups, and ``others`` where other nationalities are counted.
    """

    places: tuple[str, ...]
    groups: tuple[str, ...]
    present: Floats
    arrivals: Floats
    days: Floats
    month: NDArray[np.intp]

    @property
    def person_days(self) -> Floats:
        """In a step, ``(sample, place, group, step)``."""
        return np.asarray(self.present * self.days)

    @property
    def peak(self) -> Floats:
        """Most people at a time in a month, ``(sample, place, group, month)``: a group's at the highest of all together."""
        total = self.present.sum(axis=2)
        months = int(self.month[-1]) + 1
        out = np.zeros((*self.present.shape[:3], months))
        for m in range(months):
            at = np.flatnonzero(self.month == m)
            highest = at[total[..., at].argmax(axis=-1)]
            out[..., m] = np.take_along_axis(self.present, highest[:, :, None, None], axis=-1)[..., 0]
        return out

    def monthly(self, steps: Floats) -> Floats:
        """Add steps to months."""
        return np.asarray(steps @ np.eye(int(self.month[-1]) + 1)[self.month])


def planned(corridor: Corridor) -> tuple[str, ...]:
    """Places to plan for."""
    named = corridor.impacts.places if corridor.impacts is not None else ()
    return named or tuple(name for name, place in corridor.places.items() if place.role not in {"origin", "hub", "destination"})


def presence(corridor: Corridor, bench: Bench, ahead: Ahead) -> Presence:
    """Who is where in the months ahead; people on a leg are at no place."""
    model, flows = bench.model, ahead.flows
    names = [place.id for place in model.places]
    places = planned(corridor)
    at = np.array([names.index(place) for place in places])
    stuck = 0.0 if flows.stranded is None else flows.stranded[:, at]
    present, arrivals = flows.waiting[:, at] + stuck, flows.arrivals[:, at]
    groups = bench.groups
    if corridor.impacts is not None and corridor.impacts.others:
        rest = [_others(corridor, bench, place) for place in places]
        more = np.repeat(np.stack([r[0] for r in rest])[None, :, None], len(present), axis=0)
        came = np.repeat(np.stack([r[1] for r in rest])[None, :, None], len(present), axis=0)
        for n, place in enumerate(places):
            if place in corridor.queues and flows.queued_others is not None:
                q = model.queue_at[names.index(place)]
                more[:, n, 0] += flows.queued_others[:, q]
        present, arrivals = np.concatenate([present, more], axis=2), np.concatenate([arrivals, came], axis=2)
        groups = (*groups, "others")
    grid = model.grid
    month = grid.month_of_step[bench.first_step :] - bench.first
    return Presence(places, groups, present, arrivals, grid.days[bench.first_step :], month)


def _others(corridor: Corridor, bench: Bench, place: str) -> tuple[Floats, Floats]:
    """Other nationalities at a place outside its queue, and arriving, ``(step,)`` each: at their last counts."""
    grid = bench.model.grid
    nobody = np.zeros(grid.n_steps - bench.first_step)
    block = corridor.impacts.others.get(place) if corridor.impacts is not None else None
    if block is None:
        return nobody, nobody
    came = others(corridor.queues[block.queue], grid)[bench.first_step :]
    stay = corridor.places[place].stay
    a_day = came / grid.days[bench.first_step :]
    return a_day * (0.0 if stay is None else stay.mean_days), came
