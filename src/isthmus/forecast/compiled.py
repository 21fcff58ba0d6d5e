"""A corridor compiled once a process, for whoever names it by its text: stages of a run and units of a backtest share it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from isthmus.forecast.predict import Predictor
from isthmus.model.network import Model, compile_model
from isthmus.spec.schema import Corridor


class Compiled(NamedTuple):
    """A corridor with its model and compiled prediction."""

    corridor: Corridor
    model: Model
    predictor: Predictor


def text_of(corridor: Corridor) -> str:
    """The corridor as text from which it can be read again, the same."""
    return corridor.model_dump_json(by_alias=True)


@lru_cache(maxsize=2)
def compiled(text: str, last_month: str) -> Compiled:
    """The corridor of a text, compiled up to ``last_month``."""
    corridor = Corridor.model_validate_json(text)
    model = compile_model(corridor, last_month)
    return Compiled(corridor, model, Predictor(model))
