"""What an engine returns."""

from __future__ import annotations

from typing import Any, NamedTuple


class Trajectories(NamedTuple):
    """People by place, leg, group and step; NumPy or JAX arrays, batch axes in front where an engine was batched.

    Attributes:
        departures: Leaving the origin, ``(group, step)``, persons a step.
        arrivals: Arriving at a place, ``(place, group, step)``, persons a step.
        leg_flow: Departing on a leg, ``(leg, group, step)``, persons a step.
        leg_arrivals: Arriving by a leg, ``(leg, group, step)``, persons a step.
        settled: Ending the journey at a place, ``(place, group, step)``, persons a step.
        waiting: At a place at the end of a step, ``(place, group, step)``, persons (stock).
        moving: On a leg at the end of a step, ``(leg, group, step)``, persons (stock).
    """

    departures: Any
    arrivals: Any
    leg_flow: Any
    leg_arrivals: Any
    settled: Any
    waiting: Any
    moving: Any
