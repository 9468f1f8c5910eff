"""Fewest points: a search that takes points away for as long as the rules can still be kept.

From a plan that keeps the rules one site is taken away; then, step by step, the site whose loss weighs least makes room
for the one that a missed set (drawn by chance) gains most from, while sets that stay missed grow heavier, until the
rules are kept again with one point fewer (Gao, Weise, Li 2015, row-weighting local search for set covering). Where the
only rule is one share of people, the number of points is fixed one lower and the people missed are made as few as
possible instead, by swaps.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.location.dominate import turned
from tunti.location.exact import sets
from tunti.location.miss import FREE, MissForm
from tunti.location.search import improve


@njit(cache=True)
def _flip(
    j: int, opening: bool, begin: Any, terms_of: Any, start: Any, site: Any, count: Any, y: Any, weight: Any,
    score: Any, ends: Any, row: Any, coef: Any, missed: Any, bare: Any, place: Any,
) -> None:  # fmt: skip # pragma: no cover
    """Open or close a site and keep counts, scores, missed sets and people right; its own score stays as it is.

    ``bare`` lists the sets of which no site is open, their number last; ``place`` says where each stands in it.
    """
    y[j] = opening
    step = 1 if opening else -1
    for a in range(begin[j], begin[j + 1]):
        t = terms_of[a]
        before = count[t]
        count[t] = before + step
        if before + count[t] == 1:
            if opening:
                bare[-1] -= 1
                moved = bare[bare[-1]]
                bare[place[t]] = moved
                place[moved] = place[t]
            else:
                bare[bare[-1]] = t
                place[t] = bare[-1]
                bare[-1] += 1
            for e in range(start[t], start[t + 1]):
                if site[e] != j:
                    score[site[e]] -= step * weight[t]
            for e in range(ends[t], ends[t + 1]):
                missed[row[e]] -= step * coef[e]
        elif before + count[t] == 3:
            for e in range(start[t], start[t + 1]):
                if y[site[e]] and site[e] != j:
                    score[site[e]] -= step * weight[t]
                    break


@njit(cache=True)
def _fewer(
    start: Any, site: Any, begin: Any, terms_of: Any, ends: Any, row: Any, coef: Any, high: Any, unit: Any,
    y: Any, free: Any, target: int, steps: int, seed: int,
) -> tuple[Any, int]:  # fmt: skip # pragma: no cover
    """Take points away while the rules can be kept; give the best plan met and the steps used."""
    n, m = len(start) - 1, len(y)
    count = np.zeros(n, np.int32)
    weight = unit.copy()
    score = np.zeros(m)
    missed = np.zeros(len(high))
    since = np.zeros(m, np.int64)
    bare = np.zeros(n + 1, np.int64)
    place = np.zeros(n, np.int64)
    for t in range(n):
        for e in range(start[t], start[t + 1]):
            if y[site[e]]:
                count[t] += 1
        for e in range(start[t], start[t + 1]):
            if (count[t] == 0) or (count[t] == 1 and y[site[e]]):
                score[site[e]] += weight[t]
        if count[t] == 0:
            place[t] = bare[-1]
            bare[bare[-1]] = t
            bare[-1] += 1
            for e in range(ends[t], ends[t + 1]):
                missed[row[e]] += coef[e]
    best = y.copy()
    points = 0
    for j in range(m):
        points += y[j]
    state = np.uint64(seed * 2 + 1)
    last = -1
    found = False
    used = 0
    for now in range(1, steps + 1):
        used = now
        kept = True
        for r in range(len(high)):
            if missed[r] > high[r]:
                kept = False
        if kept:
            best[:] = y
            found = True
            if points <= target:
                break
        out = -1
        for j in range(m):
            if not (y[j] and free[j] and j != last):
                continue
            if out < 0 or score[j] < score[out] or (score[j] == score[out] and since[j] < since[out]):
                out = j
        if out < 0:
            break
        _flip(out, False, begin, terms_of, start, site, count, y, weight, score, ends, row, coef, missed, bare, place)
        since[out] = now
        points -= 1
        if kept:
            last = -1
            continue
        # draw a missed term of a broken rule, heavier ones more often
        total = 0.0
        pick = -1
        for k in range(bare[-1]):
            t = bare[k]
            broken = False
            for e in range(ends[t], ends[t + 1]):
                if missed[row[e]] > high[row[e]]:
                    broken = True
            if broken:
                total += weight[t]
                state ^= state << np.uint64(13)
                state ^= state >> np.uint64(7)
                state ^= state << np.uint64(17)
                if (state >> np.uint64(11)) * (1.0 / 9007199254740992.0) * total <= weight[t]:
                    pick = t
        if pick >= 0:
            into = -1
            for e in range(start[pick], start[pick + 1]):
                j = site[e]
                if y[j] or not free[j] or j == out:
                    continue
                if into < 0 or score[j] > score[into] or (score[j] == score[into] and since[j] < since[into]):
                    into = j
            if into < 0:
                into = out
            _flip(
                into, True, begin, terms_of, start, site, count, y, weight, score, ends, row, coef, missed, bare, place
            )
            since[into] = now
            points += 1
            last = into
        for k in range(bare[-1]):
            t = bare[k]
            broken = False
            for e in range(ends[t], ends[t + 1]):
                if missed[row[e]] > high[row[e]]:
                    broken = True
            if broken:
                weight[t] += unit[t]
                for e in range(start[t], start[t + 1]):
                    score[site[e]] += unit[t]
    if not found:
        best[:] = False
    return best, used


def applies(form: MissForm) -> bool:
    """Tell whether a form only counts points under rules on people."""
    free = form.free
    plain = np.ones(form.rows, bool)
    plain[form.z_row] = False
    return bool(
        len(free)
        and not form.weight.any()
        and not form.twice
        and not plain.any()
        and not form.y_row.any()
        and (form.cost[free] == form.cost[free[0]]).all()
        and form.cost[free[0]] > 0
    )


def fewer(
    form: MissForm, plan: NDArray[np.bool_], *, target: float, work: float = 1e9, seed: int = 1
) -> NDArray[np.bool_]:
    """Look for a plan with fewer points that keeps the rules.

    Parameters
    ----------
    form : MissForm
        One for which :func:`applies` holds.
    plan : bool, shape (sites,)
        A plan that keeps the rules.
    target : float
        Value at which to stop: the bound.
    work : float
        Steps times terms that may be looked at.
    seed : int

    Returns
    -------
    bool, shape (sites,)
        The best plan met, ``plan`` at worst.
    """
    if len(np.unique(form.z_row)) == 1 and not form.must().any():
        return _by_people(form, plan, target=target, work=work, seed=seed)
    used = np.zeros(form.terms, bool)
    used[form.z_term] = True
    terms = np.flatnonzero(used)
    start, site = sets(form, terms)
    begin, terms_of = turned(start, site, form.sites)
    place = np.cumsum(used) - 1
    order = np.argsort(place[form.z_term], kind="stable")
    ends = np.zeros(len(terms) + 1, np.int64)
    np.cumsum(np.bincount(place[form.z_term], minlength=len(terms)), out=ends[1:])
    row, coef = form.z_row[order], form.z_coef[order]
    unit = np.bincount(place[form.z_term], weights=form.z_coef, minlength=len(terms)).astype(float)
    strict = form.must()[terms]
    unit = np.where(strict, 1.0, unit / max(float(unit.mean()), 1e-9))
    high = np.maximum(form.high, 0.0)
    price = float(form.cost[form.free[0]])
    goal = int(np.floor((target - form.constant) / price + 1e-6))
    best, _ = _fewer(
        start, site, begin, terms_of, ends, row, coef, high, unit,
        plan & (form.state >= 0) | form.opened, form.state == FREE, goal, int(work / (len(terms) + 500)), seed,
    )  # fmt: skip
    better = best.any() and form.value(best) < form.value(plan) and not form.excess(best).any()
    return np.asarray(best if better else plan, bool)


def _by_people(form: MissForm, plan: NDArray[np.bool_], *, target: float, work: float, seed: int) -> NDArray[np.bool_]:
    """Take points away one by one while swaps can bring the people missed under the one share that is asked."""
    row = int(form.z_row[0])
    people = np.bincount(form.z_term, weights=form.z_coef, minlength=form.terms).astype(float)
    price = float(form.cost[form.free[0]])
    best = plan
    while form.value(best) > target + 0.5 * price:
        number = int((best & (form.state == FREE)).sum()) - 1
        missing = replace(
            form,
            cost=np.zeros(form.sites),
            constant=0.0,
            weight=people,
            y_row=(form.state == FREE).astype(float)[None, :],
            z_row=form.z_row[:0],
            z_term=form.z_term[:0],
            z_coef=form.z_coef[:0],
            low=np.array([-np.inf]),
            high=np.array([float(number)]),
        )
        start = best.copy()
        start[np.flatnonzero(best & (form.state == FREE))[-1]] = False
        kicks = int(min(300, work / (5 * form.terms + 1000)))
        found = improve(missing, start, kicks=kicks, patience=kicks, seed=seed, enough=form.high[row])
        if found.opened is None or found.value > form.high[row]:
            break
        best = found.opened
    return best
