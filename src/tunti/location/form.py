"""From a planner's question to the miss form: goal, rules and merged cells in one model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunti.findings import Message, say
from tunti.location.miss import FREE, OPEN, MissForm
from tunti.location.problem import Goal, Problem
from tunti.location.reduce import NEVER, forest, groups_of_cells, prune, rows_of_cells
from tunti.location.rules import (
    RuleKind,
    ShareRow,
    SiteRow,
    check_rows,
    check_shares,
    plain,
    seconds_of,
    share_rows,
    site_rows,
    site_states,
)


@dataclass(frozen=True, eq=False)
class Best:
    """What a first goal reached, to be kept while a second goal is pursued."""

    goal: Goal
    value: float
    points: int


@dataclass(frozen=True, eq=False)
class Question:
    """A miss form with the names of its rows.

    Attributes
    ----------
    form : MissForm
    names : tuple of Message
        One per row.
    kinds : tuple of str
        One per row.
    merged : tuple of (int, int)
        Cells that were asked about, and terms that they came to.
    """

    form: MissForm
    names: tuple[Message, ...]
    kinds: tuple[RuleKind, ...]
    merged: tuple[int, int]


def question(
    problem: Problem,
    goal: Goal,
    *,
    best: Best | None = None,
    within: int | None = None,
    reach: NDArray[np.uint16] | None = None,
    settled: NDArray[np.int8] | None = None,
    relaxed: frozenset[int] = frozenset(),
) -> Question:
    """Put a goal and the rules of a problem in miss form.

    Parameters
    ----------
    problem : Problem
        Its own ``goal`` decides which rules on numbers are exact.
    goal : Goal
        What is minimised.
    best : Best, optional
        What a first goal reached and this one keeps.
    within : int, optional
        Everyone whom an allowed site reaches must be within this many seconds (for ``worst_case``).
    reach : uint16, shape (cells,), optional
        Trips of travel goals are looked at up to this many seconds only and count for no more: the form is then a
        relaxation that is exact for plans with a point within every cell's reach.
    settled : int8, shape (sites,), optional
        What is known of sites beside the rules (1 open, -1 closed).
    relaxed : frozenset of int
        Rows that are left out, by their position (to find out which rules conflict).

    Returns
    -------
    Question

    Raises
    ------
    Infeasible
        A rule cannot be kept whatever opens.
    """
    state = site_states(problem)
    rows = site_rows(problem, state)
    shares = share_rows(problem)
    if best is not None:
        name = say("{n} points", n=best.points)
        rows.append(SiteRow("best", name, np.ones(len(state)), float(best.points), float(best.points)))
        if best.goal is Goal.MOST_PEOPLE:
            name = say("at most {n} people beyond the standard", n=int(best.value))
            shares.append(ShareRow("best", name, -1, int(best.value), int(problem.people.sum())))
    check_rows(problem, state, rows)
    if goal is Goal.BACKUP and (state == OPEN).any():
        # a site that is open in any case counts once for backup, so its chains cannot end there
        must_open = (state == OPEN).astype(float)
        n = float(must_open.sum())
        rows.append(SiteRow("required", say("{n} sites that must open", n=int(n)), must_open, n, n))
        state = np.where(state == OPEN, FREE, state)
    if settled is not None:
        state = np.where(state == FREE, settled, state).astype(np.int8)

    people = problem.people.astype(float)
    cells = len(people)
    standard = seconds_of(problem.minutes) if within is None else min(seconds_of(problem.minutes), within)
    parts = _Parts(problem, state)
    constant, integral = 0.0, True
    cost = np.zeros(len(state))
    weight: NDArray[Any] = np.empty(0)
    if goal in (Goal.LEAST_TRAVEL, Goal.LEAST_COST):
        weight, constant = parts.travel(reach)
    travelled = weight
    if goal is Goal.FEWEST:
        cost[:] = 1.0
    elif goal is Goal.LEAST_COST:
        cost = problem.cost.astype(float)
        weight = weight * problem.travel_cost
        constant *= problem.travel_cost
        integral = float(problem.travel_cost).is_integer()
    node: NDArray[Any] = np.empty(0, np.int32)
    everyone = problem.goal is Goal.FEWEST and not any(s.kind != "best" for s in shares) and within is None
    if shares or everyone or goal in (Goal.MOST_PEOPLE, Goal.BACKUP):
        node = parts.cover(standard)
        check_shares(problem, node != NEVER, shares)
    if goal in (Goal.MOST_PEOPLE, Goal.BACKUP):
        weight = np.bincount(node[node >= 0], weights=people[node >= 0], minlength=parts.terms)
        constant = float(people[node == NEVER].sum())

    z_row: list[Any] = []
    z_term: list[Any] = []
    z_coef: list[Any] = []
    high: list[float] = []
    names = [r.name for r in rows] + [s.name for s in shares]
    kinds: list[RuleKind] = [*(r.kind for r in rows), *(s.kind for s in shares)]
    r = len(rows)
    for share in shares:
        mask = np.ones(cells, bool) if share.region < 0 else problem.region == share.region
        high.append(float(share.most_missed - int(problem.people[mask & (node == NEVER)].sum())))
        inside = mask & (node >= 0) & (problem.people > 0)
        _entries(r, np.bincount(node[inside], weights=people[inside]), z_row, z_term, z_coef)
        r += 1
    if everyone or within is not None:
        minutes = plain(problem.minutes) if within is None else plain(math.ceil(within / 6) / 10)
        must = node if within is None else parts.cover(within)
        inside = (must >= 0) & (problem.people > 0)
        _entries(r, np.bincount(must[inside], weights=people[inside]), z_row, z_term, z_coef)
        high.append(0.0)
        names.append(say("everyone whom an allowed site reaches within {minutes} minutes", minutes=minutes))
        kinds.append("everyone")
        r += 1
    if best is not None and best.goal is Goal.LEAST_TRAVEL:
        first, paid = (travelled, constant) if goal is Goal.LEAST_TRAVEL else parts.travel(None)
        _entries(r, first, z_row, z_term, z_coef)
        high.append(best.value - paid)
        names.append(say("travel as short as the best"))
        kinds.append("best")
        r += 1

    y_row = np.zeros((r, len(state)))
    for k, row in enumerate(rows):
        y_row[k] = row.coef
    zr = np.concatenate(z_row) if z_row else np.empty(0, np.int32)
    zt = np.concatenate(z_term) if z_term else np.empty(0, np.int32)
    zc = np.concatenate(z_coef) if z_coef else np.empty(0)
    keep = np.array([k not in relaxed for k in range(r)], bool)
    new = np.cumsum(keep) - 1
    in_row = keep[zr] if len(zr) else np.empty(0, bool)
    parent, elem = parts.arrays()
    padded = np.zeros(len(parent))
    padded[: len(weight)] = weight
    form = prune(
        MissForm(
            state=state,
            cost=cost,
            constant=constant,
            parent=parent,
            elem=elem,
            weight=padded,
            y_row=y_row[keep],
            z_row=new[zr[in_row]].astype(np.int32) if len(zr) else zr,
            z_term=zt[in_row].astype(np.int32) if len(zr) else zt,
            z_coef=zc[in_row] if len(zr) else zc,
            low=np.array([row.low for row in rows] + [-math.inf] * len(high))[keep],
            high=np.array([row.high for row in rows] + high)[keep],
            integral=integral,
            twice=goal is Goal.BACKUP,
        )
    )
    return Question(
        form,
        tuple(n for n, k in zip(names, keep, strict=True) if k),
        tuple(n for n, k in zip(kinds, keep, strict=True) if k),
        (int((problem.people > 0).sum()), int((form.weight > 0).sum()) or len(np.unique(form.z_term))),
    )


class _Parts:
    """The chains of a form, gathered part by part: trips from the nearest site on, and cover sets."""

    def __init__(self, problem: Problem, state: NDArray[np.int8]) -> None:
        self.problem, self.state = problem, state
        self.parent: list[NDArray[np.int32]] = []
        self.elem: list[NDArray[np.int32]] = []
        self.terms = 0
        self.covers: dict[int, NDArray[np.int32]] = {}

    def _add(self, parent: NDArray[np.int32], elem: NDArray[np.int32]) -> int:
        at = self.terms
        self.parent.append(np.where(parent >= 0, parent + at, -1).astype(np.int32))
        self.elem.append(elem)
        self.terms += len(parent)
        return at

    def travel(self, reach: NDArray[np.uint16] | None) -> tuple[NDArray[np.float64], float]:
        """Add the trips' chains; give the terms' weights in person-seconds and what is travelled in any case."""
        p = self.problem
        if reach is None:
            reach = np.full(len(p.people), 65_534, np.uint16)
        start, site, seconds, cut = rows_of_cells(p.times, self.state >= 0, reach)
        end = np.where(cut, np.minimum(reach.astype(np.int64), p.far_seconds), p.far_seconds)
        parent, elem, weight, _, constant = forest((start, site, seconds), p.people, self.state == OPEN, end)
        at = self._add(parent, elem)
        return np.concatenate([np.zeros(at), weight]), constant

    def cover(self, most_seconds: int) -> NDArray[np.int32]:
        """Add the cover sets; give each cell's term (-1: no site reaches it, -2: one that is open in any case does)."""
        if most_seconds not in self.covers:
            group, start, site = groups_of_cells(self.problem.times, self.state >= 0, most_seconds)
            n = len(start) - 1
            zero = np.zeros(n, np.int64)
            parent, elem, _, last, _ = forest(
                (start, site, np.zeros(len(site), np.uint16)), zero, self.state == OPEN, zero
            )
            at = self._add(parent, elem)
            last = np.append(np.where(last >= 0, last + at, last), NEVER).astype(np.int32)
            self.covers[most_seconds] = last[group]
        return self.covers[most_seconds]

    def arrays(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Give the parents and sites of all terms."""
        if not self.parent:
            return np.empty(0, np.int32), np.empty(0, np.int32)
        return np.concatenate(self.parent), np.concatenate(self.elem)


def _entries(row: int, total: NDArray[Any], z_row: list[Any], z_term: list[Any], z_coef: list[Any]) -> None:
    """Add the terms of a rule, with their people, to the lists."""
    at = np.flatnonzero(total > 0).astype(np.int32)
    z_row.append(np.full(len(at), row, np.int32))
    z_term.append(at)
    z_coef.append(total[at])
