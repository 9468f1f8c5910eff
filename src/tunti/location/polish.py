"""Less travel among equally good plans: swaps of points that keep every rule, on the travel times themselves.

The second goal of a question picks among plans that are best by the first. Where too many terms are left for an exact
answer, this search starts from a plan that keeps the rules and never leaves them: it closes one point and opens another
as long as that saves travel, and looks at all such pairs at once with the gains, losses and extra terms of Resende and
Werneck (2004).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.location.problem import Goal, Problem
from tunti.location.rules import seconds_of, share_rows, site_rows, site_states

FREE = 0


def polish(problem: Problem, opened: NDArray[np.bool_], *, most_moves: int = 10_000) -> NDArray[np.bool_]:
    """Swap points for less travel while every rule and the first goal's value are kept.

    Parameters
    ----------
    problem : Problem
        Goals 'fewest' and 'most people'; other goals come back as they are.
    opened : bool, shape (sites,)
        A plan that keeps the rules.
    most_moves : int
        Most swaps.

    Returns
    -------
    bool, shape (sites,)
        A plan with as many points, as good by the first goal, with no more travel.

    Notes
    -----
    Travel is the sum over cells of people times the seconds to the nearest point, at most ``far_seconds``. A pass takes
    time in the number of entries of the table of times plus pairs of sites.
    """
    if problem.goal not in (Goal.FEWEST, Goal.MOST_PEOPLE) or problem.capacity is not None:
        return opened
    t = problem.times
    state = site_states(problem)
    standard = seconds_of(problem.minutes)
    near = t.nearest(opened)[1].astype(np.int64) <= standard
    people = problem.people.astype(np.int64)
    group = np.full(len(people), -1, np.int64)
    most: list[int] = []
    whole = -1
    for row in share_rows(problem):
        if row.region < 0:
            whole = len(most)
        else:
            group[problem.region == row.region] = len(most)
        most.append(int(row.most_missed))
    missed_now = int(people[~near].sum())
    if problem.goal is Goal.MOST_PEOPLE or not most:
        # The first goal's own value may not get worse: nobody more is missed than now.
        if whole < 0:
            whole = len(most)
            most.append(missed_now)
        else:
            most[whole] = min(most[whole], missed_now)
    rows = site_rows(problem, state)
    coef = np.array([r.coef for r in rows]).reshape(len(rows), len(state))
    low, high = np.array([r.low for r in rows]), np.array([r.high for r in rows])
    by_cell = t.by_cell()
    result = opened.copy()
    _swap(
        *by_cell, t.indptr, t.cell, t.seconds.astype(np.int64), people, result, state == FREE, group, whole,
        np.array(most, np.int64), coef, low, high, standard, problem.far_seconds, most_moves,
    )  # fmt: skip
    return result


@njit(cache=True)
def _nearest_two(cell_ptr, cell_site, cell_sec, opened, far, first, d1, d2, cover, standard):  # type: ignore[no-untyped-def]
    """Give each cell's nearest open site, its time, the second time, and how many points are within the standard."""
    for c in range(len(d1)):
        first[c], d1[c], d2[c], cover[c] = -1, far, far, 0
        found = 0
        for e in range(cell_ptr[c], cell_ptr[c + 1]):
            j = cell_site[e]
            if not opened[j]:
                continue
            s = np.int64(cell_sec[e])
            if found == 0 and s < far:
                first[c], d1[c] = j, s
            elif found == 1:
                d2[c] = min(s, far)
            found += 1
            if s <= standard:
                cover[c] += 1
            elif found >= 2:
                break


@njit(cache=True)
def _swap(  # type: ignore[no-untyped-def]
    cell_ptr, cell_site, cell_sec, site_ptr, site_cell, site_sec, people, opened, free, group, whole, most, coef, low,
    high, standard, far, most_moves,
):  # fmt: skip
    """Take the best swap of each closed site in turn, in place, until none saves travel."""
    cells, sites = len(people), len(opened)
    first = np.empty(cells, np.int64)
    d1 = np.empty(cells, np.int64)
    d2 = np.empty(cells, np.int64)
    cover = np.empty(cells, np.int64)
    loss = np.zeros(sites, np.int64)
    extra = np.zeros(sites, np.int64)
    mark = np.zeros(cells, np.bool_)
    missed = np.zeros(len(most), np.int64)
    _nearest_two(cell_ptr, cell_site, cell_sec, opened, far, first, d1, d2, cover, standard)
    moves, since = 0, 0
    j = -1
    while since < sites and moves < most_moves:
        j = (j + 1) % sites
        since += 1
        if opened[j] or not free[j]:
            continue
        loss[:] = 0
        extra[:] = 0
        for c in range(cells):
            if first[c] >= 0:
                loss[first[c]] += people[c] * (d2[c] - d1[c])
        gain = np.int64(0)
        for e in range(site_ptr[j], site_ptr[j + 1]):
            c, s = site_cell[e], min(site_sec[e], far)
            if s < d1[c]:
                gain += people[c] * (d1[c] - s)
                if first[c] >= 0:
                    # Closing the nearest no longer costs the way to the second.
                    extra[first[c]] += people[c] * (d2[c] - d1[c])
            elif s < d2[c] and first[c] >= 0:
                extra[first[c]] += people[c] * (d2[c] - s)
        cost = loss - extra - gain
        order = np.argsort(cost)
        for i in order:
            if not opened[i] or not free[i]:
                continue
            if cost[i] >= 0:
                break
            if not _keeps(coef, low, high, opened, i, j):
                continue
            # Who is missed after the swap: a cell whose only point within the standard was i, unless j is too.
            for e in range(site_ptr[j], site_ptr[j + 1]):
                if site_sec[e] <= standard:
                    mark[site_cell[e]] = True
            missed[:] = 0
            for c in range(cells):
                left = cover[c] + (1 if mark[c] else 0)
                if cover[c] == 1 and first[c] == i:
                    left -= 1
                if left <= 0:
                    if group[c] >= 0:
                        missed[group[c]] += people[c]
                    if whole >= 0:
                        missed[whole] += people[c]
            for e in range(site_ptr[j], site_ptr[j + 1]):
                mark[site_cell[e]] = False
            if (missed <= most).all():
                opened[i], opened[j] = False, True
                _nearest_two(cell_ptr, cell_site, cell_sec, opened, far, first, d1, d2, cover, standard)
                moves += 1
                since = 0
                break


@njit(cache=True)
def _keeps(coef, low, high, opened, out, into):  # type: ignore[no-untyped-def]
    """Tell whether the rows over sites hold after a swap."""
    for r in range(len(low)):
        total = coef[r, into] - coef[r, out]
        for k in range(len(opened)):
            if opened[k]:
                total += coef[r, k]
        if total < low[r] - 1e-6 or total > high[r] + 1e-6:
            return False
    return True
