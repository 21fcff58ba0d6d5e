"""What an engine returns."""

from __future__ import annotations

from typing import Any, NamedTuple


class Trajectories(NamedTuple):
    """People by place, leg, group and step; NumPy or JAX arrays, batch axes in front where an engine was batched.

    Parts of absent blocks are empty.

    Attributes:
        departures: Leaving the origin, ``(group, step)``, persons a step.
        arrivals: Arriving at a place, ``(place, group, step)``, persons a step.
        leg_flow: Departing on a leg, ``(leg, group, step)``, persons a step.
        leg_arrivals: Arriving by a leg, ``(leg, group, step)``, persons a step.
        settled: Ending the journey at a place, ``(place, group, step)``, persons a step.
        waiting: At a place at the end of a step, its queue included, ``(place, group, step)``, persons (stock).
        moving: On a leg at the end of a step, ``(leg, group, step)``, persons (stock).
        turned_back: Giving up in a queue or for want of money, ``(place, group, step)``, persons a step.
        queued: In a queue at the end of a step, ``(queue, group, step)``, persons (stock).
        queued_others: People of other nationalities in it, ``(queue, step)``, persons (stock).
        wait_days: Mean time in the queue of those served in a step, ``(queue, step)``, days.
        stranded: Out of money at the end of a step, ``(place, group, step)``, persons (stock).
        working: Earning the price of a leg at the end of a step, ``(leg, group, step)``, persons (stock).
        short: Running out of money before a leg, ``(leg, group, step)``, persons a step.
        believed: Believed risk, ``(leg of the block, group, step)``, probability.
    """

    departures: Any
    arrivals: Any
    leg_flow: Any
    leg_arrivals: Any
    settled: Any
    waiting: Any
    moving: Any
    turned_back: Any = None
    queued: Any = None
    queued_others: Any = None
    wait_days: Any = None
    stranded: Any = None
    working: Any = None
    short: Any = None
    believed: Any = None
