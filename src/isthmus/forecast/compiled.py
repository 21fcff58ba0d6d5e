"""A corridor compiled once a process, for whoever names it by its text: stages of a run and units of a backtest share it."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import NamedTuple

from isthmus.forecast.predict import Predictor
from isthmus.model.network import Model, compile_model
from isthmus.spec.dump import AFTER_FIT
from isthmus.spec.schema import Corridor


class Compiled(NamedTuple):
    """A corridor with its model and compiled prediction."""

    corridor: Corridor
    model: Model
    predictor: Predictor


def text_of(corridor: Corridor) -> str:
    """The corridor as text from which it can be read again, the same."""
    return corridor.model_dump_json(by_alias=True)


def fitted_part(text: str) -> str:
    """Of a corridor's text what fits and forecasts depend on, for names of units."""
    return json.dumps({key: part for key, part in json.loads(text).items() if key not in AFTER_FIT}, sort_keys=True)


@lru_cache(maxsize=4)
def compiled(text: str, last_month: str) -> Compiled:
    """The corridor of a text, compiled up to ``last_month``."""
    corridor = Corridor.model_validate_json(text)
    model = compile_model(corridor, last_month)
    return Compiled(corridor, model, Predictor(model))
