"""The quantities of the model in words, their priors, and what the figures taught about them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isthmus.report.language import say
from isthmus.report.intervals import Interval, interval
from isthmus.report.view import RunView
from isthmus.report.words import capital
from isthmus.spec.schema import Corridor

LEARNED_FROM = 0.3
"""Prior-to-posterior contraction from which a quantity is called learned."""

NORMAL_QUANTILES = Interval(-1.6449, -0.6745, 0.0, 0.6745, 1.6449)


@dataclass(frozen=True)
class Quantity:
    """One unknown of the model.

    Attributes:
        prior: On the natural scale.
        posterior: On the natural scale.
        standard: Posterior in prior standard deviations from the prior median, on the prior's own scale.
        contraction: 1 - posterior variance / prior variance on that scale.
    """

    name: str
    label: str
    unit: str
    prior: Interval
    posterior: Interval
    standard: Interval
    contraction: float
    rhat: float
    ess: float
    source: str

    @property
    def learned(self) -> bool:
        """Whether the figures narrowed the prior."""
        return self.contraction >= LEARNED_FROM


Words = tuple[str, str]
"""Label and unit."""

VALUE = "value (utility) units"
SD_LOG = "s.d. on the log scale, a month"


def _group(corridor: Corridor, key: str) -> str:
    if key not in corridor.groups:
        return f": {key}"
    return f": {corridor.groups[key].label}" if len(corridor.groups) > 1 else ""


def _place(corridor: Corridor, key: str) -> str:
    return corridor.places[key].label if key in corridor.places else key


def _series(corridor: Corridor, key: str) -> str:
    return corridor.series[key].label if key in corridor.series else key


def leg_name(corridor: Corridor, key: str) -> str:
    """``China → Mexico (air)``."""
    if key not in corridor.legs:
        return key
    leg = corridor.legs[key]
    return f"{say(_place(corridor, leg.from_))} \N{RIGHTWARDS ARROW} {say(_place(corridor, leg.to))} ({say(leg.mode)})"


def place_name(corridor: Corridor, key: str) -> str | None:
    """Label of a place, or of several that are counted together; None where it is neither."""
    names = key.split("+")
    return " + ".join(say(corridor.places[name].label) for name in names) if set(names) <= corridor.places.keys() else None


def _policy(corridor: Corridor, key: str) -> str:
    return corridor.policies[key].label if key in corridor.policies else key


def _driver(corridor: Corridor, key: str) -> str:
    return corridor.drivers[key].label if key in corridor.drivers else key


def _itself(_: Corridor, key: str) -> str:
    return key.replace("_", " ")


SHARE = "share, 0 to 1"

Pattern = tuple[str, Callable[[Corridor, str], str], str, str]

PATTERNS: tuple[Pattern, ...] = (
    (r"groups\.(\w+)\.departures\.level", _group, "Departures at reference access{what}", "persons a month"),
    (
        r"groups\.(\w+)\.departures\.persistence",
        _group,
        "Month-to-month persistence of departures{what}",
        "share, 0 to 1",
    ),
    (r"groups\.(\w+)\.departures\.innovation", _group, "New monthly deviation of departures{what}", SD_LOG),
    (r"groups\.(\w+)\.departures\.trend\.gain", _group, "Share of a surprise that goes on as a trend of departures{what}", SHARE),
    (
        r"groups\.(\w+)\.departures\.feedback",
        _group,
        "How far an easier route raises departures (κ){what}",
        "log departures per unit of access",
    ),
    (r"groups\.(\w+)\.budget_usd", _group, "Money a person can spend on the journey{what}", "US$"),
    (r"groups\.\w+\.pull\.(\w+)", _place, "Added pull of {what}", VALUE),
    (r"places\.(\w+)\.settle", _place, "Value of ending the journey in {what}", VALUE),
    (r"legs\.(\w+)\.constant", leg_name, "{what}: own value", "value beyond price, time and risk"),
    (r"legs\.(\w+)\.drift", leg_name, "{what}: monthly change of own value", "s.d. of value, a month"),
    (r"series\.(\w+)\.detection", _series, "{what}: counted per person", "count per person"),
    (r"series\.(\w+)\.detection_drift", _series, "{what}: monthly change of counting", SD_LOG),
    (r"series\.(\w+)\.baseline", _series, "{what}: other travellers counted", "persons a month"),
    (r"series\.(\w+)\.dispersion", _series, "{what}: regularity (φ)", "higher is more regular"),
    (r"policies\.(\w+)\.(?:effects\.)?\d+\.size", _policy, "Effect of: {what}", "shift on the log or value scale"),
    (r"drivers\.(\w+)\.coefficient", _driver, "Effect of: {what}", "log departures per unit"),
    (
        r"choice\.friction\.(\w+)",
        _itself,
        "Entry requirement \N{LEFT DOUBLE QUOTATION MARK}{what}\N{RIGHT DOUBLE QUOTATION MARK}: value lost",
        VALUE,
    ),
    (r"choice\.(cost)", _itself, "Weight of {what} in the choice of route", "value lost per budget spent"),
    (r"choice\.(time)", _itself, "Weight of {what} in the choice of route", "value lost per 30 days"),
    (
        r"choice\.(risk)",
        _itself,
        "Weight of believed {what} in the choice of route",
        "value lost per unit of risk",
    ),
    (r"queues\.(\w+)\.give_up", _place, "{what}: rate at which people stop waiting", "a day"),
    (r"queues\.(\w+)\.other_way", _place, "{what}: share of those who stop waiting who go on all the same", SHARE),
    (r"money\.extortion_usd\.(\w+)", leg_name, "{what}: tolls and extortion beside the price", "US$ a person"),
    (r"money\.(living_usd)", _itself, "Food and lodging under way", "US$ a person and day"),
    (r"money\.short\.(borrow)", _itself, "Out of money: borrow and go on", SHARE),
    (r"money\.short\.(work)", _itself, "Out of money: stay and work", SHARE),
    (r"money\.short\.(turn_back)", _itself, "Out of money: turn back", SHARE),
    (r"information\.(contact)", _itself, "How fast word of those who went before moves belief", "a month"),
    (r"information\.(advertising)", _itself, "How fast promises of facilitators move belief", "a month"),
    (r"information\.(forgetting)", _itself, "How fast belief is forgotten", "a month"),
    (r"information\.legs\.(\w+)\.start", leg_name, "{what}: risk believed by who has heard nothing", SHARE),
    (r"information\.legs\.(\w+)\.truth", leg_name, "{what}: true risk of serious harm", SHARE),
)


def named(corridor: Corridor, name: str) -> Words:
    """Label and unit of a parameter; its own name where the report has no words for it."""
    for pattern, look_up, template, unit in PATTERNS:
        match = re.fullmatch(pattern, name)
        if match:
            return capital(say(template, what=look_up(corridor, match[1]))), unit
    return name, "natural scale"


def _to_scale(scale: str, x: np.ndarray) -> np.ndarray:
    tiny = 1e-300
    if scale == "lognormal":
        return np.asarray(np.log(np.maximum(x, tiny)))
    if scale == "logitnormal":
        return np.asarray(np.log(np.maximum(x, tiny) / np.maximum(1 - x, tiny)))
    return x


def _from_scale(scale: str, u: float) -> float:
    if scale == "lognormal":
        return math.exp(u)
    if scale == "logitnormal":
        return 1 / (1 + math.exp(-u))
    return u


def quantities(view: RunView) -> list[Quantity]:
    """All unknowns, the best learned first."""
    stored = view.posterior
    names = [str(n) for n in stored["parameter"].values]
    draws = stored["parameters"].transpose("parameter", "chain", "draw").values
    found = []
    for k, name in enumerate(names):
        one = {key: stored[key].values[k] for key in ("prior_scale", "prior_location", "prior_sd")}
        scale, location, sd = str(one["prior_scale"]), float(one["prior_location"]), float(one["prior_sd"])
        natural = np.asarray(draws[k], dtype=np.float64).ravel()
        label, unit = named(view.corridor, name)
        found.append(
            Quantity(
                name=name,
                label=label,
                unit=unit,
                prior=NORMAL_QUANTILES.map(lambda q, m=location, s=sd, c=scale: _from_scale(c, m + s * q)),  # type: ignore[misc]
                posterior=interval(natural),
                standard=interval((_to_scale(scale, natural) - location) / sd),
                contraction=float(stored["contraction"].values[k]),
                rhat=float(stored["rhat"].values[k]),
                ess=float(stored["ess_bulk"].values[k]),
                source=str(stored["source"].values[k]),
            )
        )
    return sorted(found, key=lambda q: -q.contraction)
