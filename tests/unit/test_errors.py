"""The exception tree says everything, once, and ends the program with its own code."""

import pickle

import pytest

from isthmus import errors
from isthmus.errors import IsthmusError, Problem, SpecError, StockSumError

PROBLEM = Problem("corridor.yaml:12: legs.a_b.to", "a place", '"x"', "did you mean `y`?")


def test_a_problem_is_one_line_with_all_four_parts():
    assert str(PROBLEM) == 'corridor.yaml:12: legs.a_b.to: expected a place; found "x"; did you mean `y`?'


def test_empty_parts_of_a_problem_leave_no_trace():
    assert str(Problem("", "", "", "and 3 more problems")) == "and 3 more problems"


def test_several_problems_are_numbered_and_one_is_not():
    assert str(SpecError([PROBLEM])) == str(PROBLEM)
    assert str(SpecError([PROBLEM, PROBLEM])).split("\n") == [f"1. {PROBLEM}", f"2. {PROBLEM}"]


def test_one_makes_an_error_of_its_own_class():
    error = StockSumError.one(where="a", expected="b", found="c", remedy="d")
    assert type(error) is StockSumError
    assert error.problems == (Problem("a", "b", "c", "d"),)


def test_errors_survive_being_sent_between_processes():
    again = pickle.loads(pickle.dumps(SpecError([PROBLEM])))
    assert type(again) is SpecError
    assert again.problems == (PROBLEM,)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("SpecError", 2),
        ("InputError", 2),
        ("FiguresError", 3),
        ("StockSumError", 3),
        ("ModelError", 4),
        ("FitError", 5),
        ("OutputError", 6),
    ],
)
def test_exit_codes_are_those_documented(name, code):
    kind = getattr(errors, name)
    assert issubclass(kind, IsthmusError)
    assert kind.exit_code == code
