"""The account of people: whoever set out is in one of its parts, so that they add up."""

from __future__ import annotations

ACCOUNT = {
    "arrived": "arrived at a destination",
    "settled_on_the_way": "ended the journey on the way",
    "returned": "went back by a return leg",
    "removed": "were sent back",
    "permitted": "travelled with permission",
    "turned_back_all": "turned back on the way",
    "stranded_all": "are stranded without money",
    "working_all": "work to pay for the next leg",
    "under_way": "are under way, staying or waiting",
}
"""Where people are at the end of the months ahead; with those who stayed at home the changes sum to nothing."""
