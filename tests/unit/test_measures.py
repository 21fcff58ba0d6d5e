"""Names of measures: none is a raw key, and all have their Spanish."""

from isthmus.report.language import catalogue, speaking
from isthmus.report.measures import MEASURES, STARTS, measure_name


def test_a_measure_is_named_by_its_item_and_a_change_says_so():
    assert measure_name({"measure": "need_health_beds", "item": "Beds for in-patients"}) == "Needed: Beds for in-patients"
    assert measure_name({"measure": "arrivals_change"}) == "Change: People who arrive"
    assert measure_name({"measure": "in_need", "sector": "food"}) == "People in need (food)"
    with speaking("es", {}):
        assert measure_name({"measure": "departures"}) == "Personas que parten"
        assert measure_name({"measure": "need_soap", "item": "Soap"}) == "Se necesita: Jabón"


def test_every_name_has_its_spanish():
    assert {*MEASURES.values(), *STARTS.values()} <= set(catalogue("es"))
