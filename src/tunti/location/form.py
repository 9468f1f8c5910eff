"""From a planner's question to the miss form: goal, rules and merged cells in one model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.findings import Message, say
from tunti.location.miss import FREE, OPEN, MissForm
from tunti.location.problem import Goal, Problem
from tunti.location.reduce import ALWAYS, NEVER, forest, rows_of_cells
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


@njit(cache=True)
def _used(parent: Any, mark: Any) -> None:  # pragma: no cover
    """Mark the ancestors of marked terms."""
    for t in range(len(parent) - 1, -1, -1):
        if mark[t] and parent[t] >= 0:
            mark[parent[t]] = True


def question(
    problem: Problem,
    goal: Goal,
    *,
    best: Best | None = None,
    within: int | None = None,
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
        rows.append(
            SiteRow(
                "best", say("{n} points", n=best.points), np.ones(len(state)), float(best.points), float(best.points)
            )
        )
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

    travel = goal in (Goal.LEAST_TRAVEL, Goal.LEAST_COST) or (best is not None and best.goal is Goal.LEAST_TRAVEL)
    cover = seconds_of(problem.minutes)
    longest = 65_534 if travel else cover
    if within is not None:
        longest = min(longest, within) if travel else within
        cover = min(cover, within)
    by_cell = rows_of_cells(problem.times, state >= 0, most_seconds=longest, by_time=travel or within is not None)
    far = problem.far_seconds
    parent, elem, weight, node, last, constant = forest(
        by_cell, problem.people, state == OPEN, travel=travel, far_seconds=far, cover_seconds=cover
    )
    cells = len(problem.people)
    people = problem.people.astype(float)
    cost = np.zeros(len(state))
    integral = True
    if goal is Goal.FEWEST:
        cost[:] = 1.0
        weight = np.zeros_like(weight)
        constant = 0.0
    elif goal is Goal.LEAST_COST:
        cost = problem.cost.astype(float)
        weight = weight * problem.travel_cost
        constant *= problem.travel_cost
        integral = float(problem.travel_cost).is_integer()
    elif goal in (Goal.MOST_PEOPLE, Goal.BACKUP):
        weight = np.bincount(node[node >= 0], weights=people[node >= 0], minlength=len(parent)).astype(float)
        constant = float(people[node == NEVER].sum())
    check_shares(problem, node != NEVER, shares)

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
        total = np.bincount(node[inside], weights=people[inside], minlength=len(parent))
        _entries(r, total, z_row, z_term, z_coef)
        r += 1
    must = None
    if within is not None:
        must, minutes = last, plain(math.ceil(within / 6) / 10)
    elif problem.goal is Goal.FEWEST and not any(s.kind != "best" for s in shares):
        must, minutes = node, plain(problem.minutes)
    if must is not None:
        name = say("everyone whom an allowed site reaches within {minutes} minutes", minutes=minutes)
        inside = (must >= 0) & (problem.people > 0)
        total = np.bincount(must[inside], weights=people[inside], minlength=len(parent))
        _entries(r, total, z_row, z_term, z_coef)
        high.append(0.0)
        names.append(name)
        kinds.append("everyone")
        r += 1
    if best is not None and best.goal is Goal.LEAST_TRAVEL:
        first = forest(by_cell, problem.people, state == OPEN, travel=True, far_seconds=far, cover_seconds=cover)
        _entries(r, first[2], z_row, z_term, z_coef)
        high.append(best.value - first[5])
        names.append(say("travel as short as the best"))
        kinds.append("best")
        r += 1

    used = weight > 0
    for t in z_term:
        used[t] = True
    _used(parent, used)
    place = np.cumsum(used, dtype=np.int32) - 1
    up = parent[used]
    low_all = np.array([row.low for row in rows] + [-math.inf] * len(high))
    high_all = np.array([row.high for row in rows] + high)
    y_row = np.zeros((r, len(state)))
    for k, row in enumerate(rows):
        y_row[k] = row.coef
    zr = np.concatenate(z_row) if z_row else np.empty(0, np.int32)
    zt = place[np.concatenate(z_term)] if z_term else np.empty(0, np.int32)
    zc = np.concatenate(z_coef) if z_coef else np.empty(0)
    keep = np.array([k not in relaxed for k in range(r)], bool)
    new = np.cumsum(keep) - 1
    in_row = keep[zr] if len(zr) else np.empty(0, bool)
    form = MissForm(
        state=state,
        cost=cost,
        constant=constant,
        parent=np.where(up >= 0, place[up], -1).astype(np.int32),
        elem=elem[used],
        weight=weight[used],
        y_row=y_row[keep],
        z_row=new[zr[in_row]].astype(np.int32),
        z_term=zt[in_row].astype(np.int32),
        z_coef=zc[in_row],
        low=low_all[keep],
        high=high_all[keep],
        integral=integral,
        twice=goal is Goal.BACKUP,
    )
    return Question(
        form,
        tuple(n for n, k in zip(names, keep, strict=True) if k),
        tuple(n for n, k in zip(kinds, keep, strict=True) if k),
        (int((problem.people > 0).sum()), int((form.weight > 0).sum() or len(np.unique(form.z_term)))),
    )


def _entries(row: int, total: NDArray[Any], z_row: list[Any], z_term: list[Any], z_coef: list[Any]) -> None:
    """Add the terms of a rule, with their people, to the lists."""
    at = np.flatnonzero(total > 0).astype(np.int32)
    z_row.append(np.full(len(at), row, np.int32))
    z_term.append(at)
    z_coef.append(total[at])


__all__ = ["ALWAYS", "FREE", "Best", "Question", "question"]
