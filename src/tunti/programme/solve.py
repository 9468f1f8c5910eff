"""The solver of the programme: when each step is taken, exactly, with a bound.

A step is taken once, in one quarter of its window. ``z[e, t]`` says that step ``e`` has been taken by quarter ``t``; it
never falls, so costs, orders and limits are linear in it. Steps that only follow others are folded into them before the
search (their best quarter is known once that of the other is), and the rows that hold a service's share are added only
where a programme breaks them. Each round leaves rules out, so its bound holds for the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from tunti.errors import Infeasible
from tunti.findings import Message, say
from tunti.programme.cover import Patterns
from tunti.programme.folding import Folded, fold
from tunti.programme.model import Model, solver

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Limit:
    """What a year or a quarter of a region has of money or crews.

    Attributes
    ----------
    what : Message
        The limit in words.
    most : float
    step, quarter : int64, shape (entries,)
    amount : float64, shape (entries,)
        Used of the limit when the step is taken in the quarter.
    """

    what: Message
    most: float
    step: Ints
    quarter: Ints
    amount: Floats


@dataclass(frozen=True, eq=False)
class Steps:
    """All that is decided about.

    Attributes
    ----------
    names : tuple of str
    first, last : int64, shape (steps,)
        Window of quarters, ends included.
    cost : float64, shape (steps, quarters)
        Cents of present value when the step is taken in the quarter; only the window counts.
    after : int64, shape (orders, 3)
        Step, the step before it, and the least number of quarters between.
    limits : sequence of Limit
    """

    names: tuple[str, ...]
    first: Ints
    last: Ints
    cost: Floats
    after: Ints
    limits: Sequence[Limit] = ()


@dataclass(frozen=True, eq=False)
class Shares:
    """The share rule: people inside by group, region and quarter never fall below a floor.

    Attributes
    ----------
    patterns : Patterns
    opens, closes : int64, shape (places,)
        Step that opens or closes a place, -1 for none.
    open_today : bool, shape (places,)
    floor : int64, shape (groups, regions, quarters)
        Least number of people inside.
    """

    patterns: Patterns
    opens: Ints
    closes: Ints
    open_today: NDArray[np.bool_]
    floor: Ints

    def open_places(self, quarter: Ints) -> NDArray[np.bool_]:
        """Tell which places are open in each quarter when steps are taken in given quarters."""
        t = np.arange(self.floor.shape[2])
        is_open = np.repeat(self.open_today[:, None], len(t), axis=1)
        some = self.opens >= 0
        is_open[some] |= t >= quarter[self.opens[some]][:, None]
        some = self.closes >= 0
        is_open[some] &= t < quarter[self.closes[some]][:, None]
        return is_open

    def inside(self, quarter: Ints) -> Ints:
        """Count the people inside by group, region and quarter."""
        groups, regions, _ = self.floor.shape
        return self.patterns.people_inside(self.open_places(quarter), groups, regions)


@dataclass(frozen=True, eq=False)
class Schedule:
    """When each step is taken, and what is proven about it.

    Attributes
    ----------
    quarter : int64, shape (steps,)
    objective, bound : float
        Cents of present value.
    nodes, rounds : int
    """

    quarter: Ints
    objective: float
    bound: float
    nodes: int
    rounds: int

    @property
    def gap(self) -> float:
        """How far the objective may be from the best, against its size; 0 is a proof."""
        return max(self.objective - self.bound, 0.0) / max(abs(self.objective), 1.0)


def schedule(
    steps: Steps,
    shares: Shares | None = None,
    *,
    gap: float = 0.005,
    nodes: int = 20_000,
    progress: Callable[[float], None] | None = None,
) -> Schedule:
    """Choose the quarter of every step at the least cost under all rules.

    Parameters
    ----------
    steps : Steps
    shares : Shares, optional
    gap : float
        Gap at which the search may stop.
    nodes : int
        Most nodes of a round.
    progress : callable, optional
        Called with the share done.

    Returns
    -------
    Schedule

    Raises
    ------
    Infeasible
        No programme keeps the windows, orders, limits and shares; says which.
    """
    first, last = windows(steps)
    held: set[tuple[int, int]] = set()
    rounds = spent = 0
    while True:
        rounds += 1
        rows = _share_rows(steps, shares, held, first, last)
        folded = fold(steps, first, last, rows.used)
        found = _search(steps, folded, rows, gap=gap, nodes=nodes)
        quarter = folded.unfold(found.quarter)
        spent += found.nodes
        broken = set()
        if shares is not None:
            low = (shares.inside(quarter) < shares.floor).any(axis=2)
            broken = {(int(g), int(r)) for g, r in np.argwhere(low)} - held
        if progress is not None:
            progress(1.0 - 0.5**rounds)
        if not broken:
            objective = float(steps.cost[np.arange(len(quarter)), quarter].sum())
            return Schedule(quarter, objective, min(found.bound, objective), spent, rounds)
        held |= broken


def windows(steps: Steps) -> tuple[Ints, Ints]:
    """Narrow the windows by the orders between steps.

    Raises
    ------
    Infeasible
        A step has no quarter left.
    """
    first, last = steps.first.copy(), steps.last.copy()
    for _ in range(len(first) + 1):
        before = first.copy(), last.copy()
        if len(steps.after):
            step, earlier, lag = steps.after.T
            np.maximum.at(first, step, first[earlier] + lag)
            np.minimum.at(last, earlier, last[step] - lag)
        if (first == before[0]).all() and (last == before[1]).all():
            break
        if (first > last).any():
            break
    late = np.flatnonzero(first > last)
    if len(late):
        names = ", ".join(steps.names[i] for i in late[:5])
        raise Infeasible(
            [
                say("{n} steps have no quarter in which they could be taken: {names}.", n=len(late), names=names),
                say("Shorten lead times, give up a predecessor or move the horizon (programme.horizon)."),
            ]
        )
    return first, last


@dataclass(frozen=True, eq=False)
class _ShareRows:
    """Patterns whose people count in the share rows that are held, by the steps that change them."""

    pairs: list[tuple[int, int]]
    people: list[Ints]
    opens: list[list[Ints]]
    closes: list[list[Ints]]
    need: list[Ints]
    used: NDArray[np.bool_]


def _share_rows(steps: Steps, shares: Shares | None, held: set[tuple[int, int]], first: Ints, last: Ints) -> _ShareRows:
    used = np.zeros(len(steps.names), bool)
    rows = _ShareRows([], [], [], [], [], used)
    if shares is None:
        return rows
    order = {(int(s), int(p)) for s, p, lag in steps.after if lag >= 0}
    everything = shares.patterns
    for g, r in sorted(held):
        at = np.flatnonzero((everything.group == g) & (everything.region == r))
        sure = 0
        merged: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
        for i in at:
            places = everything.place[everything.start[i] : everything.start[i + 1]]
            stays = shares.open_today[places] & (shares.closes[places] < 0)
            opens = sorted({int(s) for s in shares.opens[places] if s >= 0})
            closes = sorted({int(s) for s in shares.closes[places] if s >= 0})
            if stays.any() or any((c, o) in order for c in closes for o in opens):
                sure += int(everything.people[i])
            elif opens or closes:
                key = (tuple(opens), tuple(closes))
                merged[key] = merged.get(key, 0) + int(everything.people[i])
        keys = sorted(merged)
        rows.pairs.append((g, r))
        rows.people.append(np.array([merged[k] for k in keys], np.int64))
        rows.opens.append([np.array(k[0], np.int64) for k in keys])
        rows.closes.append([np.array(k[1], np.int64) for k in keys])
        rows.need.append(shares.floor[g, r] - sure)
        for opens_, closes_ in keys:
            used[list(opens_ + closes_)] = True
    return rows


@dataclass(frozen=True, eq=False)
class _Found:
    quarter: Ints
    bound: float
    nodes: int


_CENTS = 1e5  # the solver counts in thousands of euros


def _search(steps: Steps, folded: Folded, rows: _ShareRows, *, gap: float, nodes: int) -> _Found:
    """Solve what is left after folding; ``quarter`` is -1 for steps that were folded."""
    # What folding settled counts in the objective, so that the gap is held against the whole net effect.
    model = Model()
    model.offset = folded.settled / _CENTS
    first, last, n = folded.first, folded.last, len(folded.first)
    base = np.full(n, -1, np.int64)
    for e in folded.kept:
        a, b, cost = int(first[e]), int(last[e]), folded.cost[e]
        model.offset += float(cost[b]) / _CENTS
        base[e] = len(model.cost)
        for t in range(a, b):
            model.column(float(cost[t] - cost[t + 1]) / _CENTS, integer=not folded.bundle[e])
        for t in range(a, b - 1):
            model.row({int(base[e]) + t - a: 1.0, int(base[e]) + t + 1 - a: -1.0}, high=0.0)

    def taken(e: int, t: int) -> tuple[int, float]:
        """Give the column that says a step is taken by a quarter, or -1 and the value it surely has."""
        if t < first[e]:
            return -1, 0.0
        if t >= last[e]:
            return -1, 1.0
        return int(base[e] + t - first[e]), 0.0

    for e, p, lag in folded.after:
        for t in range(int(first[e]), int(last[e])):
            column, sure = taken(int(p), t - int(lag))
            own = int(base[e] + t - first[e])
            if column >= 0:
                model.row({own: 1.0, column: -1.0}, high=0.0)
            elif sure == 0.0:
                model.row({own: 1.0}, high=0.0)
    for limit in steps.limits:
        terms: dict[int, float] = {}
        used = 0.0
        for e, t, amount in zip(limit.step, limit.quarter, limit.amount, strict=True):
            for by, sign in ((int(t), 1.0), (int(t) - 1, -1.0)):
                column, sure = taken(int(e), by)
                used += sign * amount * sure
                if column >= 0:
                    terms[column] = terms.get(column, 0.0) + sign * amount
        model.row(terms, high=limit.most - used + 1e-6 * max(limit.most, 1.0), name=limit.what)
    _add_shares(model, rows, taken)
    if not model.cost:
        # Everything is settled; the limits alone may still be broken.
        if any(high < -1e-9 for high in model.high) or any(low > 1e-9 for low in model.low):
            raise _why(model)
        quarter = np.where(base >= 0, last, -1)
        return _Found(quarter, model.offset * _CENTS, 0)
    highs = solver(model.lp(), gap=gap, nodes=nodes)
    status = highs.getModelStatus()
    values = np.asarray(highs.getSolution().col_value)
    info = highs.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        if status != highspy.HighsModelStatus.kInfeasible:
            raise Infeasible(
                [
                    say("The search for a programme ended at {n} nodes without one.", n=nodes),
                    say("Let it try more nodes (programme.nodes)."),
                ]
            )
        raise _why(model)
    quarter = np.full(n, -1, np.int64)
    for e in folded.kept:
        width = int(last[e] - first[e])
        quarter[e] = last[e] - round(float(np.round(values[base[e] : base[e] + width]).sum()))
    bound = info.mip_dual_bound if any(model.integer) else info.objective_function_value
    return _Found(quarter, bound * _CENTS, int(max(info.mip_node_count, 0)))


def _add_shares(model: Model, rows: _ShareRows, taken: Callable[[int, int], tuple[int, float]]) -> None:
    for k in range(len(rows.pairs)):
        for t, need in enumerate(rows.need[k]):
            if need <= 0:
                continue
            total: dict[int, float] = {}
            sure = 0.0
            for people, opens, closes in zip(rows.people[k], rows.opens[k], rows.closes[k], strict=True):
                terms: dict[int, float] = {}
                there = 0.0
                for step, sign in (*((int(o), 1.0) for o in opens), *((int(c), -1.0) for c in closes)):
                    column, value = taken(step, t)
                    there += value if sign > 0 else (1.0 - value if column < 0 else 1.0)
                    if column >= 0:
                        terms[column] = terms.get(column, 0.0) - sign
                if not terms:
                    sure += float(people) * min(there, 1.0)
                    continue
                inside = model.column(0.0, integer=False)
                model.row({inside: 1.0, **terms}, high=there)
                # Counted in shares of the need, so that rows of large and small regions are alike to the solver.
                total[inside] = float(people) / max(float(need), 1.0)
            model.row(total, low=(float(need) - sure) / max(float(need), 1.0) - 1e-9, name=_SHARE)


_SHARE = say("in every quarter the share within the standard is at least the floor")


def _why(model: Model) -> Infeasible:
    """Say which limits no programme can keep: those that the cheapest way out would break."""
    lp = model.lp()
    n = len(model.cost)
    named = [i for i, name in enumerate(model.names) if name is not None]
    loose: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    loose.silent()
    loose.setOptionValue("threads", 1)
    lp.integrality_ = []
    lp.col_cost_ = np.zeros(n)
    loose.passModel(lp)
    for i in named:
        sign = -1.0 if np.isfinite(model.high[i]) else 1.0
        scale = max(abs(model.high[i] if sign < 0 else model.low[i]), 1.0)
        loose.addCol(1.0, 0.0, highspy.kHighsInf, 1, np.array([i], np.int32), np.array([sign * scale]))
    loose.run()
    slack = np.asarray(loose.getSolution().col_value)[n:]
    reasons = list(dict.fromkeys(model.names[i] for i, s in zip(named, slack, strict=True) if s > 1e-7))
    said = [say("No programme keeps this rule: {rule}", rule=r) for r in reasons[:5] if r is not None]
    return Infeasible(
        [
            *(said or [say("No programme keeps all rules together, though each of them could be kept alone.")]),
            say("Give more money or crews (table limits), later dates or a later horizon (programme.horizon)."),
        ]
    )
