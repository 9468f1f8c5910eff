"""Capacity: points that serve so many people and no more, in every goal and with every rule.

People of a cell may be shared among points (floating catchments). With ``f_gj`` people of group ``g`` served at ``j``,

    sum_j f_gj <= people_g,   sum_g f_gj <= capacity_j y_j,   f_gj <= people_g y_j,

'within the standard' means served at a point within it, and who finds no room counts as missed, or as a trip of
``far_seconds``. Cells with the same sites within the standard and the same region are one group where no trip is
counted. The last rows make the relaxation tight but are many, so they come as the relaxation breaks them; the rest is
HiGHS's, as one mixed integer programme with its bound.

Literature: Cornuéjols, Sridharan and Thizy (1991) on the relaxations of capacitated location; Pirkul and Schilling
(1991) for maximal covering with capacities.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.location.form import Best
from tunti.location.highs import quiet_highs, run
from tunti.location.miss import CLOSED, OPEN
from tunti.location.problem import Goal, Limits, Problem
from tunti.location.reduce import groups_of_cells, rows_of_cells
from tunti.location.rules import check_rows, seconds_of, share_rows, site_rows, site_states

MOST_PAIRS = 3_000_000
"""Pairs of groups and sites that one programme may hold."""

ROUNDS = 12
"""Most rounds in which the relaxation is given the rows ``f <= people y`` that it breaks."""

Floats = NDArray[np.float64]


NODES, NODE_PAIRS = 20, 4_000_000
"""Least nodes, and pairs times nodes, that a programme is worth; the gap that is left then is stated."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Who can be served where.

    Attributes
    ----------
    people : float64, shape (groups,)
    region : int32, shape (groups,)
    group, site : int64, shape (pairs,)
    seconds : float64, shape (pairs,)
        Trip, ``far_seconds`` at most; 0 where only the standard counts.
    inside : bool, shape (pairs,)
        Within the standard.
    total : float
        All people, those whom no site reaches counted.
    """

    people: Floats
    region: NDArray[np.int32]
    group: NDArray[np.int64]
    site: NDArray[np.int64]
    seconds: Floats
    inside: NDArray[np.bool_]
    total: float


def pairs_of(problem: Problem, state: NDArray[np.int8], *, trips: bool) -> Pairs:
    """List who can be served where: cell by cell where trips count, else group by group.

    Parameters
    ----------
    problem : Problem
    state : int8, shape (sites,)
    trips : bool

    Returns
    -------
    Pairs

    Raises
    ------
    TuntiError
        There are too many pairs for one programme.
    """
    standard, total = seconds_of(problem.minutes), float(problem.people.sum())
    if trips:
        most = min(65_534, max(standard, problem.far_seconds))
        reach = np.full(len(problem.people), most, np.uint16)
        start, site, seconds, _ = rows_of_cells(problem.times, state != CLOSED, reach)
        cell = np.repeat(np.arange(len(start) - 1), np.diff(start))
        used = problem.people[cell] > 0
        cell, site, seconds = cell[used], site[used], seconds[used]
        known, group = np.unique(cell, return_inverse=True)
        people, region = problem.people[known].astype(float), problem.region[known]
        inside, trip = seconds <= standard, np.minimum(seconds, problem.far_seconds)
    else:
        kind, start, site = groups_of_cells(problem.times, state != CLOSED, standard)
        cells = np.flatnonzero((kind >= 0) & (problem.people > 0))
        key = np.stack([kind[cells], problem.region[cells]])
        known, of = np.unique(key, axis=1, return_inverse=True)
        people = np.rint(np.bincount(of.ravel(), weights=problem.people[cells].astype(float), minlength=known.shape[1]))
        region = known[1].astype(np.int32)
        size = np.diff(start)[known[0]]
        group = np.repeat(np.arange(known.shape[1]), size)
        first = np.repeat(start[known[0]] - np.r_[0, np.cumsum(size)[:-1]], size)
        site = site[first + np.arange(len(group))]
        trip, inside = np.zeros(len(group)), np.ones(len(group), bool)
    if len(group) > MOST_PAIRS:
        raise TuntiError(
            say(
                "With capacities this question has {n} pairs of places and sites; {most} are the most. Ask for a"
                " region, fewer candidate sites or a shorter cut-off.",
                n=len(group),
                most=MOST_PAIRS,
            )
        )
    return Pairs(people, region, group, site.astype(np.int64), trip.astype(float), inside, total)


@dataclass(frozen=True, eq=False)
class Found:
    """What the solver says: the best plan or None, the bound, nodes, and whether a key ended it."""

    opened: NDArray[np.bool_] | None
    bound: float
    nodes: int
    interrupted: bool = False


class Programme:
    """The mixed integer programme of a goal with capacities: sites, pairs, and people with two points where asked.

    Parameters
    ----------
    problem : Problem
        With ``capacity``.
    goal : Goal
        What is minimised; for ``worst_case`` the people who are not served within ``within``.
    best : Best, optional
        What a first goal reached and this one keeps.
    within : int, optional
        Seconds within which people are served at all.
    short : bool
        Capacities may be exceeded, and by how much in all is minimised instead.
    """

    def __init__(
        self,
        problem: Problem,
        goal: Goal,
        *,
        best: Best | None = None,
        within: int | None = None,
        short: bool = False,
    ) -> None:
        assert problem.capacity is not None
        self.problem, self.goal = problem, goal
        state = site_states(problem)
        rules = site_rows(problem, state)
        check_rows(problem, state, rules)
        trips = goal in (Goal.LEAST_TRAVEL, Goal.LEAST_COST) or within is not None
        trips |= best is not None and best.goal is Goal.LEAST_TRAVEL
        self.pairs = p = pairs_of(problem, state, trips=trips)
        n, m, groups = len(state), len(p.group), len(p.people)
        self.sites = n
        backed = groups if goal is Goal.BACKUP else 0
        spare = n if short else 0
        self.columns = n + m + backed + spare
        most = p.people[p.group]
        if within is not None:
            most = np.where(p.seconds <= within, most, 0.0)
        self.upper = np.r_[(state != CLOSED).astype(float), most, p.people[:backed], np.full(spare, np.inf)]
        self.lower = np.r_[(state == OPEN).astype(float), np.zeros(m + backed + spare)]
        self._rows: list[Any] = []
        self._low: list[Floats] = []
        self._high: list[Floats] = []
        f = n + np.arange(m)
        some = np.ones(m)
        far = float(problem.far_seconds)
        self.objective, self.offset = self._goal(goal, f, far, short)
        # nobody is served twice, and no point serves more than it can
        shares = share_rows(problem)
        everyone = problem.goal is Goal.FEWEST and not shares and within is None
        all_of = np.bincount(p.group[p.inside], minlength=groups) > 0 if everyone else np.zeros(groups, bool)
        self._add(p.group, f, some, np.zeros(groups), p.people)
        if everyone:
            at = np.flatnonzero(p.inside)
            self._add(p.group[at], f[at], some[at], np.where(all_of, p.people, 0.0), np.full(groups, np.inf))
        reach = np.bincount(p.site, weights=p.people[p.group], minlength=n)
        room = np.minimum(problem.capacity.astype(float), reach)
        row, column, value = np.r_[p.site, np.arange(n)], np.r_[f, np.arange(n)], np.r_[some, -room]
        if short:
            row, column = np.r_[row, np.arange(n)], np.r_[column, n + m + backed + np.arange(n)]
            value = np.r_[value, -np.ones(n)]
        self._add(row, column, value, np.full(n, -np.inf), np.zeros(n))
        if backed:
            self._two_points(f, n + m)
        for rule in rules:
            self._add(np.zeros(n, int), np.arange(n), rule.coef, np.array([rule.low]), np.array([rule.high]))
        for share in shares:
            at = np.flatnonzero(p.inside & ((share.region < 0) | (p.region[p.group] == share.region)))
            least = float(share.people - share.most_missed)
            self._add(np.zeros(len(at), int), f[at], some[at], np.array([least]), np.array([np.inf]))
        if best is not None:
            self._keep(best, f, far)

    def _goal(self, goal: Goal, f: NDArray[np.int64], far: float, short: bool) -> tuple[Floats, float]:
        p, problem = self.pairs, self.problem
        out = np.zeros(self.columns)
        if short:
            out[-self.sites :] = 1.0
            return out, 0.0
        if goal is Goal.FEWEST:
            out[: self.sites] = 1.0
            return out, 0.0
        if goal in (Goal.MOST_PEOPLE, Goal.WORST_CASE):
            out[f] = -1.0 if goal is Goal.WORST_CASE else np.where(p.inside, -1.0, 0.0)
            return out, float(p.people.sum()) if goal is Goal.WORST_CASE else p.total
        if goal is Goal.BACKUP:
            out[self.sites + len(f) :] = -1.0
            return out, p.total
        price = problem.travel_cost if goal is Goal.LEAST_COST else 1.0
        if goal is Goal.LEAST_COST:
            out[: self.sites] = problem.cost
        out[f] = price * (p.seconds - far)
        return out, price * far * p.total

    def _two_points(self, f: NDArray[np.int64], first: int) -> None:
        """People count as backed up who are served, at most where a point beside any one of theirs is open."""
        p, groups = self.pairs, len(self.pairs.people)
        b = first + np.arange(groups)
        self._add(
            np.r_[np.arange(groups), p.group], np.r_[b, f], np.r_[np.ones(groups), -np.ones(len(f))],
            np.full(groups, -np.inf), np.zeros(groups),
        )  # fmt: skip
        # b_g <= people_g * (open sites of g other than j), for each of its sites j
        size = np.bincount(p.group, minlength=groups)
        start = np.r_[0, np.cumsum(size)]
        order = np.argsort(p.group, kind="stable")
        row, column, value = [], [], []
        for q, e in enumerate(order):
            g = p.group[e]
            others = p.site[order[start[g] : start[g + 1]]]
            others = others[others != p.site[e]]
            row.append(np.full(len(others) + 1, q))
            column.append(np.r_[b[g], others])
            value.append(np.r_[1.0, np.full(len(others), -p.people[g])])
        if row:
            m = len(order)
            self._add(
                np.concatenate(row), np.concatenate(column), np.concatenate(value), np.full(m, -np.inf), np.zeros(m)
            )

    def _keep(self, best: Best, f: NDArray[np.int64], far: float) -> None:
        """Rows that keep what a first goal reached."""
        p, n, points = self.pairs, self.sites, np.array([float(best.points)])
        self._add(np.zeros(n, int), np.arange(n), np.ones(n), points, points)
        m = np.zeros(len(f), int)
        if best.goal is Goal.MOST_PEOPLE:
            self._add(m, f, p.inside.astype(float), np.array([p.total - best.value - 1e-6]), np.array([np.inf]))
        if best.goal is Goal.LEAST_TRAVEL:
            most = best.value - far * p.total
            self._add(m, f, p.seconds - far, np.array([-np.inf]), np.array([most + 1e-6 * max(1.0, abs(best.value))]))

    def _add(self, row: Any, column: Any, value: Any, low: Floats, high: Floats) -> None:
        self._rows.append(scipy.sparse.csr_matrix((value, (row, column)), shape=(len(low), self.columns)))
        self._low.append(low)
        self._high.append(high)

    def _solver(self, lower: Floats, upper: Floats, scale: float) -> Any:
        matrix = scipy.sparse.vstack(self._rows, format="csr")
        low, high = np.concatenate(self._low), np.concatenate(self._high)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.columns, len(low)
        lp.col_cost_, lp.col_lower_ = self.objective / scale, lower
        lp.col_upper_ = np.where(np.isinf(upper), highspy.kHighsInf, upper)
        lp.row_lower_ = np.where(np.isinf(low), -highspy.kHighsInf, low)
        lp.row_upper_ = np.where(np.isinf(high), highspy.kHighsInf, high)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32)
        lp.a_matrix_.value_ = matrix.data
        h = quiet_highs()
        h.passModel(lp)
        return h

    def _served(self, opened: NDArray[np.bool_]) -> Any:
        """Serve people as well as a plan can; give the solver, or None where a rule breaks."""
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[: self.sites] = upper[: self.sites] = opened
        h = self._solver(lower, upper, 1.0)
        h.run()
        return h if h.getModelStatus() == highspy.HighsModelStatus.kOptimal else None

    def value(self, opened: NDArray[np.bool_]) -> float:
        """Give the goal's value of a plan with people served as well as they can be; ``inf`` where a rule breaks."""
        h = self._served(opened)
        return math.inf if h is None else float(h.getInfo().objective_function_value) + self.offset

    def spare(self, opened: NDArray[np.bool_]) -> Floats:
        """Give by how many people each site's capacity is exceeded, in a programme that allows it."""
        h = self._served(opened)
        return np.asarray(h.getSolution().col_value)[-self.sites :]

    def solve(self, limits: Limits, *, gap: float, seconds: float | None) -> Found:
        """Find the best plan, with its bound and the nodes.

        The plan is None where none keeps the rules (the bound is infinite) or none was found within the limits.
        """
        p, n = self.pairs, self.sites
        scale = max(1.0, float(np.abs(self.objective).max(initial=0.0)) / 1e3)
        h = self._solver(self.lower, self.upper, scale)
        added = np.zeros(len(p.group), bool)
        for _ in range(ROUNDS):
            h.run()
            if h.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
                return Found(None, math.inf, 0)
            x = np.asarray(h.getSolution().col_value)
            people = p.people[p.group]
            broken = np.flatnonzero((x[n : n + len(p.group)] > people * x[p.site] + 1e-6 * (1 + people)) & ~added)
            if not len(broken):
                break
            added[broken] = True
            k = len(broken)
            start = np.arange(0, 2 * k, 2, dtype=np.int32)
            index = np.stack([n + broken, p.site[broken]], axis=1).astype(np.int32).ravel()
            value = np.stack([np.ones(k), -people[broken]], axis=1).ravel()
            h.addRows(k, np.full(k, -highspy.kHighsInf), np.zeros(k), 2 * k, start, index, value)
        h.changeColsIntegrality(n, np.arange(n, dtype=np.int32), np.full(n, 1, np.uint8))
        whole = self.goal is Goal.FEWEST and self.objective[:n].any()
        for key, option in {
            "random_seed": limits.seed,
            "mip_rel_gap": gap,
            "mip_abs_gap": 0.999 if whole else 1e-6,
            "mip_feasibility_tolerance": 1e-7,
            "mip_max_nodes": min(limits.nodes, max(NODES, NODE_PAIRS // max(len(p.group), 1))),
            "time_limit": highspy.kHighsInf if seconds is None else max(0.1, seconds),
        }.items():
            h.setOptionValue(key, option)
        interrupted = run(h)
        if h.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return Found(None, math.inf, 0)
        info = h.getInfo()
        bound = info.mip_dual_bound * scale + self.offset
        if whole:
            bound = math.ceil(bound - 1e-6)
        nodes = max(0, int(info.mip_node_count))
        if info.primal_solution_status != 2:
            return Found(None, bound, nodes, interrupted)
        return Found(np.asarray(h.getSolution().col_value)[:n] > 0.5, float(bound), nodes, interrupted)
