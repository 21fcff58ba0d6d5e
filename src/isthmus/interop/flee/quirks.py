"""The two ways to read an instance, and the places where Flee's code and its documentation part.

`Mode.COMPAT` does what Flee does, each quirk included; `Mode.FIXED` does what its documentation says. The quirks were
found by reading and running Flee at commit 02cd2cb (May 2026). What each changes is said once, here; the manual's
table is made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Mode(Enum):
    """How an instance is read and run."""

    COMPAT = "flee-compat"
    FIXED = "fixed"


@dataclass(frozen=True)
class Difference:
    """What one quirk does."""

    flee: str
    """What Flee does, and ``flee-compat`` with it."""
    fixed: str
    """What ``fixed`` does instead."""


class Quirk(Enum):
    """Each quirk of Flee, by name."""

    FORCED_REDIRECTION_DEAD = Difference(
        "forced_redirection is stored and never read; 1 adds the pair of links a second time, which doubles its weight",
        "while it is on, everyone who leaves its start takes that link; one pair of links",
    )
    INTENSITY_FROZEN = Difference(
        "conflicts.csv acts only where it goes from 0 to a positive number or back; 0.2 to 1.0 changes nothing",
        "every change of intensity counts from its day on",
    )
    CONFLICT_DATE_IGNORED = Difference(
        "without conflicts.csv a zone with a later conflict_date stays a town for ever",
        "it becomes a conflict zone, intensity 1, on its day",
    )
    LINK_CLOSURE_BY_IDENTITY = Difference(
        "a closure of type link compares names by identity and does nothing (names of one letter: it closes name2 to name1)",
        "the link closes in both directions",
    )
    TWO_SYSTEMS_NEVER = Difference(
        "two_system_decision_making is never active",
        "refused: there is no such rule here",
    )
    CAMPS_ARE_SICKS = Difference(
        "camps_are_sinks is read from the key camps_are_sicks",
        "camps_are_sinks is read, camps_are_sicks refused",
    )
    COORDINATES_SWAPPED = Difference(
        "stay_close_to_home takes latitude for longitude, and measures from where people are",
        "distances are on the sphere, and from where people set out",
    )
    PRUNING_INVERTED = Difference(
        "pruning_threshold acts from 1.001 up: routes lighter than the heaviest divided by it are dropped",
        "as documented: routes lighter than that share of the heaviest are dropped, 1 and above drops none",
    )
    TOTAL_HIDDEN_AT_ZERO = Difference(
        "the observed total is written as 0 while the cumulated raw count is not positive, which rescales those days to 0",
        "the observed total is the sum over camps on every day",
    )
    DATE_SHIFTED = Difference(
        "the date written beside a day is the next one",
        "the date written is the day's own",
    )
    DAY0_TOTAL_TWICE = Difference(
        "on day 0 the column of totals is added to the camps, in the raw count and, without insert_day0, in the people spawned",
        "on day 0 only the camps are added up",
    )
    FULL_CAMP_UNLIMITED = Difference(
        "capacity is reduced by the people of day 0, and below 1 it counts as unlimited",
        "a camp that is full on day 0 stays full",
    )
    UNKNOWN_CAMP_CLOSES_FIRST = Difference(
        "a closure of a camp whose name is unknown closes the first location",
        "refused",
    )
    UNKNOWN_KEYS_IGNORED = Difference(
        "a settings key that is misspelt or unknown is passed over, and the default holds",
        "refused, with the nearest known key",
    )
    SUMMED_SERIES_CUT = Difference(
        "files of one camp are added without interpolation, and dates after the end of either are lost or moved",
        "files are added on all their dates, each interpolated and held at its ends",
    )
    SLOW_TOWN_IS_CAMP = Difference(
        "a place with a chance to leave below 0.005 becomes a camp",
        "it stays what locations.csv says",
    )
    ENDED_ZONE_IS_TOWN = Difference(
        "a place whose conflict ends becomes a town, whatever it was",
        "it becomes again what it was",
    )
    UNLISTED_ZONE_STAYS = Difference(
        "a conflict zone of locations.csv that conflicts.csv says is at peace on day 0 stays a zone",
        "conflicts.csv holds",
    )
    SPAWN_WEIGHTS_LATE = Difference(
        "people spawn by the weights of the day before, unless a zone changed",
        "people spawn by the weights of the day",
    )
    AWARENESS_ZERO_STAYS = Difference(
        "with awareness_level 0 nobody ever moves; below 0 it acts as 1",
        "as documented: 0 weighs distance only, below 0 nothing",
    )
    CHANGED_ZONE_KEEPS_AGE = Difference(
        "a place that location_changes.csv turns into a conflict zone counts its days from when it last was one, or from day -1",
        "it counts them from the day of the change",
    )
    CHANGES_FROM_HERE = Difference(
        "location_changes.csv is read from the folder Flee was started in, not from input_csv",
        "it is read from either",
    )
    END_BEFORE_START = Difference(
        "a closure that ends before it starts never ends",
        "refused, but for an end of 0, which stands for none",
    )
    FIXED_ROUTES_TWICE = Difference(
        "with fixed_routes the score of a route's end counts twice, room in it not at all, and markers count towards awareness",
        "fixed routes are weighed as all others are",
    )
    FLOOD_ZONE_TWICE = Difference(
        "with flood_rules a place of type flood_zone is weighed twice by flood_loc_weights, once also at level 0",
        "every flooded place is weighed once",
    )
