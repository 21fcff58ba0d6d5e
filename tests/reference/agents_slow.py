"""Agents as slowly and obviously as can be: one object a person, step by step, place by place, in the order of ``engines.step``.

Nothing here is shared with the kernel but the numbers of the events and what ``model`` and ``gates`` say: the random words,
the picking by shares, purses, queues, beliefs and histories are written anew, so that exact agreement means something.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def mix(word):
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & MASK
    return word ^ (word >> 31)


@dataclass(eq=False)
class Person:
    stratum: int
    left: int
    index: int
    key: int
    purse: np.float32 = field(default_factory=np.float32)
    spent: np.float32 = field(default_factory=np.float32)
    met: list = field(default_factory=lambda: [0, 0, 0, 0])
    passed: bool = False
    joined: int = -1

    def numbers(self, event):
        word = mix((self.key + (event + 1) * GOLDEN) & MASK)
        return word >> 33, word & 0x7FFFFFFF


def pick(shares, number):
    """Which share of the unit interval, in their order, a number of 31 bits falls into."""
    total = np.cumsum(shares)
    return bisect_right([round(float(x)) for x in total / total[-1] * 2.0**31], number)


class Slow:
    """A corridor, and everything that happened on it."""

    def __init__(self, model, gates, outlook, costs, hazards, stream, *, per_person=1.0, bin_usd=1.0):
        self.model, self.gates, self.outlook, self.costs, self.hazards = model, gates, outlook, costs, hazards
        self.stream, self.per_person, self.bin_usd = stream, per_person, bin_usd
        self.T, self.P, self.K, self.Q = model.grid.n_steps, len(model.places), len(model.legs), len(model.queues)
        self.classes = 1 if model.strata is None else model.strata.n_classes
        S = len(model.groups) * self.classes
        self.flow, self.came = np.zeros((self.K, S, self.T)), np.zeros((self.K, S, self.T))
        self.short, self.stranded = np.zeros((self.K, S, self.T)), np.zeros((self.K, S, self.T))
        self.to_work, self.from_work = np.zeros((self.K, S, self.T)), np.zeros((self.K, S, self.T))
        self.settled, self.turned_back = np.zeros((self.P, S, self.T)), np.zeros((self.P, S, self.T))
        self.queued = np.zeros((self.Q, S + 1, self.T))
        self.ended = defaultdict(int)
        """Journeys by (group, ending, steps)."""
        self.usd = defaultdict(int)
        self.met = defaultdict(int)
        self.waited = defaultdict(int)
        self.arriving, self.leaving, self.ready = (defaultdict(list) for _ in range(3))
        self.line = [[] for _ in range(self.Q)]
        self.others = [defaultdict(float) for _ in range(self.Q)]
        self.gone = [defaultdict(int) for _ in range(self.Q)]
        N = self.P + self.Q
        self.events = dict(zip(
            ("leave", "stay", "pay", "refill", "patience", "harm", "purse"),
            np.cumsum([0, N, self.P, self.K, self.K, self.Q, 2 * self.K]).tolist(), strict=True,
        ))  # fmt: skip
        self.edges = model.grid.edges
        self.believed = None if outlook.believed is None else np.zeros(np.shape(outlook.believed))

    # one person

    def depart(self, s, t, index):
        person = Person(s, t, index, mix((self.stream + ((s << 48) | (t << 32) | index) * GOLDEN) & MASK))
        if self.model.money is not None:
            unit = person.numbers(self.events["purse"])[0] / 2**31
            person.purse = np.float32(self.budget(s, unit) if self.costs.own else unit)
        return person

    def budget(self, s, unit):
        """Quantile of the stratum's budgets, by a straight line between 4096 knots, the outer ones half a knot inside."""
        from scipy.special import ndtri

        strata = self.model.strata
        at = (strata.rank[s] + unit) / strata.n_classes * 4096
        knot = min(int(at), 4095)
        low, high = (
            math.exp(math.log(strata.median[s]) + strata.sd_log[s] * ndtri(min(max(n / 4096, 0.5 / 4096), 1 - 0.5 / 4096)))
            for n in (knot, knot + 1)
        )
        return low + (at - knot) * (high - low)

    def refilled(self, s, need, unit):
        if not self.costs.own:
            return np.float32(unit)
        strata = self.model.strata
        score = (math.log(need) - math.log(strata.median[s])) / max(strata.sd_log[s], 1e-9)
        below = min(max(strata.n_classes * 0.5 * math.erfc(-score / math.sqrt(2)) - strata.rank[s], 0.0), 1.0)
        return np.float32(max(self.budget(s, below + (1 - below) * unit), need * (1 + 1e-6)))

    def finish(self, person, t, ending):
        g = person.stratum // self.classes
        self.ended[g, ending, t - person.left] += 1
        usd = float(person.spent) + self.costs.living * (self.edges[t] - self.edges[person.left])
        self.usd[g, ending, min(int(usd * (1 / self.bin_usd)), 159)] += 1
        if person.passed:
            for kind, times in enumerate(person.met):
                self.met[g, kind, min(times, 7)] += 1

    def later(self, book, where, t, person):
        """Enter a person in a book, or the histories if the time is over by then."""
        if t < self.T:
            book[where, t].append(person)
        else:
            self.finish(person, self.T - 1, "under way")

    # one step

    def run(self, departed):
        """All steps; ``departed`` is ``(stratum, step)`` or a function of the step and of how accessible the corridor is."""
        for t in range(self.T):
            leg, settle, worth = self.shares(t)
            leaving = departed(t, worth) if callable(departed) else departed[:, t]
            for s, n in enumerate(leaving):
                origin = self.model.origins[s // self.classes]
                self.leaving[origin, t] += [self.depart(s, t, index) for index in range(int(n))]
            for i in range(self.P):
                self.visit(i, t, leg, settle)
        return self

    def visit(self, i, t, leg, settle):
        place = self.model.places[i]
        for k in place.legs_in:
            for person in self.arriving.pop((k, t), []):
                self.came[k, person.stratum, t] += 1
                kernel = [1.0] if place.kernel is None else place.kernel[t]
                stay = pick(kernel, person.numbers(self.events["stay"] + i)[0])
                self.later(self.leaving, i, t + stay, person)
        wanting, joining = [], []
        for person in self.leaving.pop((i, t), []):
            s = person.stratum
            ways = [*place.legs_out] + ([None] if place.settle is not None else [])
            shares = [settle[i, s] if k is None else leg[k, s] for k in ways]
            number, length = person.numbers(self.events["leave"] + i)
            k = ways[pick(shares, number)]
            if k is None:
                self.settled[i, s, t] += 1
                self.finish(person, t, "settled" if place.legs_out else "arrived")
            elif self.gates.queue[i] >= 0 and self.gates.held[k]:
                joining.append(person)
            else:
                wanting.append((person, k, length))
        if self.gates.queue[i] >= 0:
            wanting += self.served(int(self.gates.queue[i]), i, t, joining, leg)
        for person, k, length in wanting:
            self.pay(person, i, k, t, length)
        for k in place.legs_out:
            for person, length in self.ready.pop((k, t), []):
                self.from_work[k, person.stratum, t] += 1
                self.set_out(person, k, t, length)

    def pay(self, person, i, k, t, length):
        s = person.stratum
        if self.model.money is None or self.model.legs[k].head < 0:
            self.set_out(person, k, t, length)
            return
        share = need = 0.0
        if self.costs.own:
            days = self.edges[t] - self.edges[person.left]
            ahead = self.costs.price[k] + self.costs.living * self.model.legs[k].duration_days
            need = float(person.spent) + self.costs.living * days + ahead
            able = not need > person.purse
        else:
            share = np.float32(self.gates.unable[k, s, t])
            able = not person.purse < share
            if able:
                person.purse = np.float32((person.purse - share) / (np.float32(1) - share))
        if able:
            self.set_out(person, k, t, length)
            return
        self.short[k, s, t] += 1
        answer, work = person.numbers(self.events["pay"] + k)
        shares = [self.gates.borrow, self.gates.work, self.gates.turn_back]
        answer = pick([*shares, max(1 - sum(shares), 0)], answer)
        if answer == 2:
            self.turned_back[i, s, t] += 1
            self.finish(person, t, "turned back")
        elif answer == 3:
            self.stranded[k, s, t] += 1
            self.finish(person, t, "stranded")
        else:
            person.purse = self.refilled(s, need, person.numbers(self.events["refill"] + k)[0] / 2**31)
            if answer == 0:
                self.set_out(person, k, t, length)
                return
            self.to_work[k, s, t] += 1
            done = t + pick(self.gates.works[t], work)
            if done >= self.T:
                self.finish(person, self.T - 1, "under way")
            else:
                self.ready[k, done].append((person, length))

    def set_out(self, person, k, t, length):
        self.flow[k, person.stratum, t] += 1
        person.spent = np.float32(person.spent + np.float32(self.costs.price[k]))
        t += pick(self.model.legs[k].kernel[t], length)
        if self.hazards is not None and self.hazards.intensity[k].sum() > 0:
            self.meet(person, k)
        if t < self.T and self.model.legs[k].head < 0:
            self.came[k, person.stratum, t] += 1
            self.finish(person, t, "returned")
            return
        self.later(self.arriving, k, t, person)

    def meet(self, person, k):
        person.passed = True
        numbers = [n for half in (0, 1) for n in person.numbers(self.events["harm"] + 2 * k + half)]
        for kind, rate in enumerate(self.hazards.intensity[k]):
            shares = [math.exp(-rate) * rate**n / math.factorial(n) for n in range(7)]
            person.met[kind] += pick([*shares, max(1 - sum(shares), 0.0)], numbers[kind])

    # queues

    def served(self, q, i, t, joining, leg):
        """Serve a queue; returns who goes on by which leg. Who gave up leaves first, then people join, then the oldest go on."""
        longest = int(self.gates.longest[q])
        line = [p for p in self.line[q] if self.leaves(p, q) != t]
        stop = [p for p in self.line[q] if self.leaves(p, q) == t]
        for s in self.others[q]:
            self.others[q][s] *= self.gates.keep[q, t]
        for person in joining:
            person.joined = t
        self.others[q][t] = self.gates.others[q, t] * self.per_person
        line += joining
        going = self.oldest(line, q, i, range(max(t - longest, 0), t + 1), self.gates.places[q, t] * self.per_person)
        for person in going:
            self.waited[q, person.stratum // self.classes, t - person.joined] += 1
        left = [p for p in line if p not in going]
        stop += [p for p in left if p.joined == t - longest]
        self.line[q] = [p for p in left if p.joined != t - longest]
        self.others[q].pop(t - longest, None)
        for person in self.line[q]:
            self.queued[q, person.stratum, t] += 1
        self.queued[q, -1, t] = sum(self.others[q].values())
        return [self.way(p, q, i, leg) for p in going + self.another_way(stop, q, i, t)]

    def oldest(self, line, q, i, steps, places):
        going = []
        for s in steps:
            people = sorted((p for p in line if p.joined == s), key=lambda p: self.order(p, i))
            total = len(people) + self.others[q][s]
            if total <= places:
                going += people
                self.others[q][s] = 0.0
            elif places > 0:
                going += self.first_of(people, q, i, s, places)
            places = max(places - total, 0.0)
        return going

    def another_way(self, stop, q, i, t):
        found = [p for p in stop if p.numbers(self.events["patience"] + q)[1] < self.gates.other_way[q] * 2**31]
        for person in stop:
            if person not in found:
                self.turned_back[i, person.stratum, t] += 1
                self.finish(person, t, "turned back")
        return found

    def way(self, person, q, i, leg):
        held = [k for k in self.model.places[i].legs_out if self.gates.held[k]]
        number, length = person.numbers(self.events["leave"] + self.P + q)
        return person, held[pick([leg[k, person.stratum] for k in held], number)], length

    def order(self, person, i):
        return person.numbers(self.events["stay"] + i)[1]

    def leaves(self, person, q):
        """Step in which somebody stops waiting: each step keeps a share of those who wait."""
        longest, first = int(self.gates.longest[q]), person.joined
        going = [1.0]
        for later in range(first + 1, first + 1 + longest):
            going.append(going[-1] * (self.gates.keep[q, later] if later < self.T else 1.0))
        shares = [a - b for a, b in pairwise(going)] + [going[-1]]
        return first + 1 + pick(shares, person.numbers(self.events["patience"] + q)[0])

    def first_of(self, people, q, i, s, places):
        """Who can still be carried on of those who joined in one step, others coming evenly between them."""
        others, gone, served = self.others[q][s], self.gone[q][s], []
        span = 2.0**31 - gone
        for n, person in enumerate(people):
            if n + 1 + others * ((self.order(person, i) - gone) / span) > places:
                break
            served.append(person)
        taken = min(places - len(served), others)
        reached = gone + int(span * taken / others) if others > 0 else gone
        if served:
            reached = max(reached, self.order(served[-1], i))
        if len(served) < len(people):
            reached = min(reached, self.order(people[len(served)], i) - 1)
        self.others[q][s], self.gone[q][s] = others - taken, reached
        return served

    # beliefs

    def shares(self, t):
        """Shares in a step, ``(leg, stratum)`` and ``(place, stratum)``, and the change in what each place is worth."""
        leg, settle = self.outlook.leg[..., t], self.outlook.settle[..., t]
        worth = np.zeros(settle.shape)
        if self.believed is None:
            return leg, settle, worth
        block, numbers = self.model.information, self.outlook.numbers
        for n in range(len(block.legs)):
            for g in range(len(self.model.groups)):
                self.believed[n, g, t] = self.belief(n, g, t)
        new_leg, new_settle = np.zeros(leg.shape), np.zeros(settle.shape)
        for s in range(leg.shape[1]):
            better = np.zeros(self.K)
            for n, k in enumerate(block.legs):
                g = s // self.classes
                better[k] = -numbers["choice.risk"] * (self.believed[n, g, t] - self.outlook.believed[n, g, t])
            for i in reversed(range(self.P)):
                gain = {
                    k: better[k] + (worth[h, s] if (h := self.model.legs[k].head) >= 0 else 0)
                    for k in self.model.places[i].legs_out
                }
                total = settle[i, s] + sum(leg[k, s] * math.exp(gain[k]) for k in gain)
                worth[i, s] = math.log(total)
                new_settle[i, s] = settle[i, s] / total
                for k, more in gain.items():
                    new_leg[k, s] = leg[k, s] * math.exp(more) / total
        return new_leg, new_settle, worth

    def belief(self, n, g, t):
        block, numbers = self.model.information, self.outlook.numbers
        truth, start = numbers[block.truth[n]], numbers[block.start[n]]
        if t == 0:
            return start
        days, heard = self.model.grid.days, t - 1 - block.lag
        went = 0.0
        if heard >= 0:
            rows = slice(g * self.classes, (g + 1) * self.classes)
            went = self.flow[block.legs[n], rows, heard].sum() / self.per_person / days[heard] * 30.4375
        towards = numbers[block.contact] * went / (went + block.half) + self.outlook.official[n, g, t - 1]
        sold = numbers[block.advertising] * self.outlook.attention[t - 1]
        forgot = numbers[block.forgetting]
        rate = towards + sold + forgot
        goal = (towards * truth + sold * block.advertised + forgot * start) / rate if rate > 0 else start
        keep = math.exp(-rate * days[t - 1] / 30.4375)
        return keep * self.believed[n, g, t - 1] + (1 - keep) * goal
