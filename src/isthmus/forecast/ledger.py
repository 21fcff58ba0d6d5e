"""Who collects what: prices and totals by draw, for the corridor's groups and for people of all nationalities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.data.series import FlowSeries
from isthmus.forecast.predict import Forecast
from isthmus.forecast.years import Periods
from isthmus.model.facilitators import calibrated, price
from isthmus.model.network import Model
from isthmus.model.parameters import Parameter, ParameterTable
from isthmus.spec.facilitators import Facilitators, Fee, Total
from isthmus.spec.primitives import LognormalPrior
from isthmus.spec.schema import Corridor
from isthmus.streams import stream
from isthmus.timegrid import TimeGrid, month_index, month_range

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ledger:
    """US$ by fee; nothing is forecast.

    Attributes:
        fees: Names.
        periods: Calendar years, fitted months only.
        groups: ``(sample, fee, group, period)``; what the corridor's groups paid.
        everyone: ``(sample, fee, period)``; what people of all nationalities paid, NaN where it is not modelled or a month of the
            period has no count.
        totals: Published totals that calibrate, as the model has them, ``(sample, total)``.
        total_names: Their names.
        base: Base price of fees with a price of their own, ``(sample, parameter)``.
        parameters: Their priors.
    """

    fees: tuple[str, ...]
    periods: tuple[str, ...]
    groups: Floats
    everyone: Floats
    totals: Floats
    total_names: tuple[str, ...]
    base: Floats
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, eq=False)
class Books:
    """What the entries are drawn from.

    Attributes:
        grid: Months from the first with a count, or of the run, to the last fitted one.
        people: All nationalities by month of ``grid``, NaN without a count.
    """

    corridor: Corridor
    block: Facilitators
    grid: TimeGrid
    people: Floats
    seed: int
    n_samples: int

    def draws(self, *names: str) -> Floats:
        """Standard normals of a stream, ``(sample,)``."""
        return stream(self.seed, "ledger", *names).standard_normal(self.n_samples)

    def enforced(self, fee: Fee) -> Floats:
        """Share of each month in which a policy hinders a fee's service, ``(month,)``."""
        out = np.zeros(self.grid.n_months)
        for name in fee.enforced_by:
            policy = self.corridor.policies[name]
            share = self.grid.share_since(policy.date)
            out += share if policy.until is None else share - self.grid.share_since(policy.until)
        return np.asarray(np.minimum(out, 1.0))

    def response(self, name: str, fee: Fee) -> Floats:
        """Price over base by month, ``(sample, month)``."""
        elasticity, response = (self.quantity(name, field) for field in ("demand", "enforcement"))
        demand = self.people / self.grid.days
        return price(np.ones(self.n_samples), demand, fee.capacity_per_day, elasticity, self.enforced(fee), response)

    def quantity(self, name: str, field: str) -> Floats:
        """Prior draws of a quantity of a fee, ``(sample,)``."""
        table = ParameterTable()
        table.add(field, getattr(self.block.fees[name], field))
        if not table.parameters:
            return np.full(self.n_samples, table.fixed[field])
        one = table.parameters[0]
        return one.natural(one.location + one.sd * self.draws(name, field))

    def positions(self, period: tuple[str, str]) -> list[int]:
        """Positions of a period's months in ``grid``."""
        return [month_index(month) - month_index(self.grid.first) for month in month_range(*period)]


def ledger(corridor: Corridor, model: Model, forecast: Forecast, everyone: FlowSeries | None, *, seed: int) -> Ledger:
    """Draw the ledger.

    Args:
        corridor: With a block of facilitators.
        model: The compiled corridor.
        forecast: Draws of its flows.
        everyone: People of all nationalities by month; absent: only the groups are in the ledger.
        seed: Root seed.
    """
    block = corridor.facilitators
    assert block is not None  # noqa: S101  the caller asks only where there is one
    periods = Periods.of(model, forecast.last)
    counts = {} if everyone is None else dict(everyone.points())
    first, last = min([model.grid.first, *counts]), model.grid.months[forecast.last]
    grid = TimeGrid("month", first, last)
    people = np.array([counts.get(month, np.nan) for month in grid.months])
    books = Books(corridor, block, grid, people, seed, len(forecast.scalars))
    years = tuple(dict.fromkeys(month[:4] for month in grid.months))
    to_years = np.array([[float(month[:4] == year) for year in years] for month in grid.months])
    flows = forecast.simulated.trajectories.leg_flow @ model.grid.month_sum.T
    flows = np.where(np.array(periods.of_month) == "", 0.0, flows)[..., : forecast.last + 1]
    offset = grid.n_months - (forecast.last + 1)
    groups, whole, bases, parameters = [], [], [], []
    for name, fee in block.fees.items():
        response = books.response(name, fee)
        bought, prior = base_prices(books, name, fee, response)
        if prior is not None:
            parameters.append(prior)
            bases.append(bought[fee.legs[0]])
        own = sum((fee.share * flows[:, [k.id for k in model.legs].index(leg)] * (usd[:, None] * response[:, offset:])[:, None]
                   for leg, usd in bought.items()), np.zeros(1))  # fmt: skip
        groups.append(own @ to_years[offset:])
        all_paid = sum((fee.share * people * usd[:, None] * response for usd in bought.values()), np.zeros(1))
        whole.append(all_paid @ to_years if fee.everyone else np.full((books.n_samples, len(years)), np.nan))
    names = tuple(n for n, total in block.totals.items() if total.fee is not None)
    return Ledger(
        tuple(block.fees), years, np.stack(groups, axis=1), np.stack(whole, axis=1),
        np.stack([as_modelled(books, block.totals[n]) for n in names], axis=1) if names else np.zeros((books.n_samples, 0)),
        names, np.stack(bases, axis=1) if bases else np.zeros((books.n_samples, 0)), tuple(parameters),
    )  # fmt: skip


def base_prices(books: Books, name: str, fee: Fee, response: Floats) -> tuple[dict[str, Floats], Parameter | None]:
    """Base price by leg, ``(sample,)`` each, calibrated where totals are published; the prior where the fee has its own."""
    if fee.per_person_usd is None:
        out = {}
        for leg in fee.legs:
            low, high = books.corridor.legs[leg].price_usd
            uniform = stream(books.seed, "ledger", "price", leg).random(books.n_samples)
            out[leg] = low + (high - low) * uniform if low == 0 else low * (high / low) ** uniform
        return out, None
    table = ParameterTable()
    table.add(f"facilitators.fees.{name}.per_person_usd", fee.per_person_usd)
    if not table.parameters:
        return dict.fromkeys(fee.legs, np.full(books.n_samples, next(iter(table.fixed.values())))), None
    prior = table.parameters[0]
    totals = [total for total in books.block.totals.values() if total.fee == name]
    if not totals or not isinstance(fee.per_person_usd, LognormalPrior):
        return dict.fromkeys(fee.legs, prior.natural(prior.location + prior.sd * books.draws(name, "base"))), prior
    observed = np.stack([np.log(total.usd) - np.log(_paying(books, fee, total, response)) for total in totals], axis=1)
    means, sd = calibrated(prior.location, prior.sd, observed, np.array([total.spread for total in totals]))
    return dict.fromkeys(fee.legs, np.exp(means + sd * books.draws(name, "base"))), prior


def _paying(books: Books, fee: Fee, total: Total, response: Floats) -> Floats:
    """People who paid in the months of a total, weighted by the response of the price, ``(sample,)``."""
    at = books.positions(total.period)
    return np.asarray(fee.share * len(fee.legs) * (books.people[at] * response[:, at]).sum(axis=1))


def as_modelled(books: Books, total: Total) -> Floats:
    """A published total as the model has it, US$, ``(sample,)``."""
    name = total.fee or ""
    fee = books.block.fees[name]
    response = books.response(name, fee)
    bought, _ = base_prices(books, name, fee, response)
    return np.asarray(_paying(books, fee, total, response) * bought[fee.legs[0]])
