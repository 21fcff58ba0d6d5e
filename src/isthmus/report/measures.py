"""Names of the measures of scenarios and impacts, as sheets and pages write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isthmus.report.language import say
from isthmus.report.words import capital

MEASURES = {
    "departures": "People who set out",
    "arrivals": "People who arrive",
    "leg_flow": "People who set out on the leg",
    "settled": "People who stay there",
    "turned_back": "People who turn back",
    "waiting": "People waiting or staying",
    "queued": "People in the queue",
    "stranded": "People stranded without money",
    "claims": "People who will claim asylum, by month of arrival",
    "death": "Deaths and disappearances, at least",
    "robbery": "People robbed",
    "injury": "People injured",
    "arrived": "Arrived at a destination",
    "settled_on_the_way": "Settled on the way",
    "returned": "Went back",
    "removed": "Sent back",
    "permitted": "Travelled with permission",
    "turned_back_all": "Turned back, in all",
    "stranded_all": "Stranded, in all",
    "working_all": "At work on the way, in all",
    "under_way": "Still under way",
    "people_arrivals": "People who arrive",
    "people_peak": "Most people at a time",
    "people_person_days": "Days that people spend there",
    "in_need": "People in need",
    "in_need_overall": "People in need in at least one sector",
    "in_need_units": "People in need, counted as response plans do, by area",
    "in_need_region": "People in need, the whole corridor",
    "spending": "Spending by people in transit",
    "cost": "Cost of all items with a price",
    "local_income": "Local income from transit",
    "jobs": "Jobs that transit pays",
    "jobs_exposed": "Jobs lost if nine in ten people stay away",
    "dependence": "Share of local income that comes from transit",
    "exposure": "Income lost if nine in ten people stay away",
}
STARTS = {
    "need_": "Needed: {what}",
    "cost_": "Cost: {what}",
    "load_": "Demand over capacity: {what}",
    "exceeded_": "Chance that capacity is exceeded: {what}",
    "cases_": "Expected cases: {what}",
    "figures_": "Figure expected: {what}",
    "predicted_": "Figure predicted: {what}",
    "in_need_country_": "People in need in {what}",
}
"""Families of measures by how they begin; the gap holds the item."""
CHANGE, REPORTED = "_change", "_reported"


def measure_name(row: Mapping[str, Any]) -> str:
    """What a row measures, in the language spoken, from its measure, its item and its sector."""
    measure = str(row["measure"])
    plain = measure.removesuffix(CHANGE)
    name = _plain(plain, row)
    return say("Change: {what}", what=name) if measure != plain else name


def _plain(measure: str, row: Mapping[str, Any]) -> str:
    if measure in MEASURES:
        sector = str(row.get("sector") or "")
        return f"{say(MEASURES[measure])}{f' ({say(sector)})' if sector and measure in {'in_need', 'spending'} else ''}"
    start = max((start for start in STARTS if measure.startswith(start)), key=len, default="")
    item = say(str(row.get("item") or capital(measure.removeprefix(start).replace("_", " "))))
    if not start:
        return item
    name = say(STARTS[start], what=item)
    return say("{what}, of which come to be known", what=name) if measure.endswith(REPORTED) else name
