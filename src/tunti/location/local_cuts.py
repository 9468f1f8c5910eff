"""Local cuts: what a small neighbourhood of sites needs in truth, as rows for the relaxation of a covering question.

The relaxation opens halves of sites; what this misses is local. A neighbourhood is a set ``C`` of sites that are partly
open, with all rows ``R`` whose partly open sites lie in ``C``. If the relaxed plan, looked at on ``C``, is no mixture
of real covers of ``R``, some inequality ``sum a_j y_j >= 1`` holds for every cover and not for the relaxed plan. It is
found by packing covers into the relaxed plan,

    max sum_x lambda_x   with   sum_x lambda_x x <= y on C,  lambda >= 0,

by the simplex method with the covers made as they are wanted (the cheapest cover under the prices ``a``): a packing of
1 or more shows a mixture, one of less leaves prices that are the inequality. It is then rounded to whole numbers, its
right side is worked out anew as the cheapest cover in whole numbers, and the sites outside ``C`` that hit a row of
``R`` get coefficients that keep it true: some one after the other the smallest ones (``right side - cheapest cover of
the rows they leave``), the others the weight of the cheapest sites that do their work. So every row is valid for all
plans, whatever was rounded on the way.

Literature: Applegate, Bixby, Chvátal and Cook (2001), *TSP cuts which do not conform to the template paradigm*;
Balas and Ng (1989) on the facets of the set covering polytope; Padberg (1973) for lifting.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.location.covers import EXACT, cheapest_cover

MOST_SITES = 60
"""Most sites of a neighbourhood; its rows are words of 64 bits."""

MOST_ROWS = 256
"""Most rows of a neighbourhood that are looked at."""

USED = 2
"""Neighbourhoods of one round that a site may be in."""

SHORT = 1e-3
"""A packing of covers this close to 1 leaves no row worth adding."""


@njit(cache=True)
def _grow(
    seed: int, most: int, start: Any, site: Any, begin: Any, row_of: Any, y: Any, sites_of: Any, hit: Any,
    mark: Any, missing: Any, near: Any, inside: Any, c: Any, r: Any,
) -> Any:  # fmt: skip # pragma: no cover
    """Grow a neighbourhood from a row, each time by the row with the fewest new sites; give its sites and rows."""
    n_c = 0
    n_r = 0
    n_near = 0
    row = seed
    while row >= 0:
        for e in range(start[row], start[row + 1]):
            j = site[e]
            if y[j] > 1e-6 and not inside[j]:
                inside[j] = True
                c[n_c] = j
                n_c += 1
                for f in range(begin[j], begin[j + 1]):
                    k = row_of[f]
                    if hit[k]:
                        continue
                    if mark[k] == 0:
                        mark[k] = 1
                        missing[k] = sites_of[k]
                        near[n_near] = k
                        n_near += 1
                    missing[k] -= 1
        row = -1
        few = most + 1
        least = np.inf
        for i in range(n_near):
            k = near[i]
            if mark[k] != 1:
                continue
            if missing[k] == 0:
                mark[k] = 2
                if n_r < len(r):
                    r[n_r] = k
                    n_r += 1
            elif missing[k] <= few and n_c + missing[k] <= most:
                total = 0.0
                for e in range(start[k], start[k + 1]):
                    if y[site[e]] > 1e-6 and not inside[site[e]]:
                        total += y[site[e]]
                if missing[k] < few or total < least - 1e-12:
                    row = k
                    few = missing[k]
                    least = total
    for i in range(n_near):
        mark[near[i]] = 0
    for k in range(n_c):
        inside[c[k]] = False
    return n_c, n_r


@njit(cache=True)
def _columns(c: Any, r: Any, start: Any, site: Any, place: Any) -> Any:  # pragma: no cover
    """Give each site of a neighbourhood the rows that it hits, as bits; rows that others imply are left out."""
    words = np.zeros(len(r), np.uint64)
    size = np.zeros(len(r), np.int64)
    for k in range(len(c)):
        place[c[k]] = k
    for i in range(len(r)):
        for e in range(start[r[i]], start[r[i] + 1]):
            k = place[site[e]]
            if k >= 0:
                words[i] |= np.uint64(1) << np.uint64(k)
                size[i] += 1
    for k in range(len(c)):
        place[c[k]] = -1
    kept = np.empty(len(r), np.uint64)
    n = 0
    for i in np.argsort(size, kind="mergesort"):
        implied = False
        for q in range(n):
            if kept[q] & ~words[i] == 0:
                implied = True
                break
        if not implied:
            kept[n] = words[i]
            n += 1
    mask = np.zeros((len(c), (n + 63) >> 6), np.uint64)
    for i in range(n):
        for k in range(len(c)):
            if kept[i] & (np.uint64(1) << np.uint64(k)):
                mask[k, i >> 6] |= np.uint64(1) << np.uint64(i & 63)
    return mask, n


@njit(cache=True)
def _packing(mask: Any, rows: int, room: Any, steps: int) -> Any:  # pragma: no cover
    """Pack covers into a relaxed plan; give how much goes in and the prices (2 and nothing where the steps ran out)."""
    n = len(room)
    inverse = np.eye(n)
    worth = np.zeros(n)
    held = np.empty(n)
    for k in range(n):
        held[k] = room[k] + 1e-7 * (
            1 + (k * 7919) % 13
        )  # tiny and different, so that the simplex method does not stall
    price = np.zeros(n)
    for _ in range(steps):
        price = worth @ inverse
        enter = -1
        least = -1e-9
        for k in range(n):
            if price[k] < least:
                least = price[k]
                enter = k
        column = np.zeros(n)
        gain = 0.0
        if enter >= 0:
            column[enter] = 1.0
        else:
            price = np.maximum(price, 0.0)
            value, chosen = cheapest_cover(mask, price, rows, 1e9, 1e-9, 20_000)
            if value < 0:
                return 2.0, price
            if value >= 1.0 - 1e-6:
                total = 0.0
                for k in range(n):
                    total += price[k] * room[k]
                return total, price
            for k in range(n):
                if chosen[k]:
                    column[k] = 1.0
            gain = 1.0
        turn = inverse @ column
        out = -1
        ratio = np.inf
        for k in range(n):
            if turn[k] > 1e-9 and held[k] / turn[k] < ratio - 1e-12:
                ratio = held[k] / turn[k]
                out = k
        if out < 0:
            return 2.0, price
        held -= ratio * turn
        held[out] = ratio
        pivot = inverse[out] / turn[out]
        for k in range(n):
            if k != out:
                inverse[k] -= turn[k] * pivot
        inverse[out] = pivot
        worth[out] = gain
        total = 0.0
        for k in range(n):
            total += worth[k] * held[k]
        if total >= 1.0 - SHORT:
            return total, price
    return 2.0, price


@njit(cache=True)
def _rounded(price: Any) -> Any:  # pragma: no cover
    """Turn prices into whole numbers: exact multiples where a small one is found, else fine ones."""
    for times in range(1, 61):
        worst = 0.0
        for a in price:
            worst = max(worst, abs(a * times - np.round(a * times)))
        if worst < 1e-4:
            return np.round(price * times)
    return np.round(price * 5040)


@njit(cache=True)
def _subset(mask: Any, columns: int, rows: int, word: Any, hit: bool) -> Any:  # pragma: no cover
    """Give the first columns on the rows that a column hits, or on those it leaves."""
    index = np.empty(rows, np.int64)
    n = 0
    for i in range(rows):
        if ((word[i >> 6] >> np.uint64(i & 63)) & np.uint64(1) == np.uint64(1)) == hit:
            index[n] = i
            n += 1
    out = np.zeros((columns, max(1, (n + 63) >> 6)), np.uint64)
    for k in range(columns):
        for e in range(n):
            i = index[e]
            if (mask[k, i >> 6] >> np.uint64(i & 63)) & np.uint64(1):
                out[k, e >> 6] |= np.uint64(1) << np.uint64(e & 63)
    return out, n


@njit(cache=True)
def _lift(
    c: Any, weight: Any, right: float, r: Any, start: Any, site: Any, begin: Any, row_of: Any, place: Any, seen: Any,
    dear: Any, closed: Any, turns: int,
) -> Any:  # fmt: skip # pragma: no cover
    """Give the other sites that hit a row of the neighbourhood their coefficients; cheap sites first."""
    others = [np.int64(0)]
    others.clear()
    for i in range(len(r)):
        place[r[i]] = i
    for j in c:
        seen[j] = True
    for i in range(len(r)):
        for e in range(start[r[i]], start[r[i] + 1]):
            if not seen[site[e]] and not closed[site[e]]:
                seen[site[e]] = True
                others.append(np.int64(site[e]))
    key = np.empty(len(others))
    for k in range(len(others)):
        key[k] = dear[others[k]]
    order = np.argsort(key, kind="mergesort")
    n = len(c) + len(others)
    sites = np.empty(n, np.int64)
    w = np.zeros(n)
    sites[: len(c)] = c
    w[: len(c)] = weight
    for k in range(len(others)):
        sites[len(c) + k] = others[order[k]]
    mask = np.zeros((n, (len(r) + 63) >> 6), np.uint64)
    for k in range(n):
        seen[sites[k]] = False
        for f in range(begin[sites[k]], begin[sites[k] + 1]):
            i = place[row_of[f]]
            if i >= 0:
                mask[k, i >> 6] |= np.uint64(1) << np.uint64(i & 63)
    for i in range(len(r)):
        place[r[i]] = -1
    base = min(n, len(c) + turns)
    for p in range(len(c), n):
        if p < base:
            part, rows = _subset(mask, p, len(r), mask[p], False)
            value, _ = cheapest_cover(part, w[:p], rows, right, EXACT, 3_000)
            w[p] = right - max(value, 0.0)
        else:
            part, rows = _subset(mask, base, len(r), mask[p], True)
            value, _ = cheapest_cover(part, w[:base], rows, right, EXACT, 3_000)
            w[p] = right if value < 0 else value
    return sites, w


@njit(cache=True)
def _cuts(
    seeds: Any, most: int, turns: int, start: Any, site: Any, begin: Any, row_of: Any, y: Any, dear: Any, closed: Any
) -> Any:  # pragma: no cover
    rows, sites = len(start) - 1, len(begin) - 1
    hit = np.zeros(rows, np.bool_)
    sites_of = np.zeros(rows, np.int64)
    for k in range(rows):
        for e in range(start[k], start[k + 1]):
            hit[k] |= y[site[e]] > 1 - 1e-6
            sites_of[k] += y[site[e]] > 1e-6
    mark = np.zeros(rows, np.int8)
    missing = np.zeros(rows, np.int64)
    near = np.empty(rows, np.int64)
    inside = np.zeros(sites, np.bool_)
    c_all = np.empty(sites, np.int64)
    r_all = np.empty(MOST_ROWS, np.int64)
    place = np.full(max(rows, sites), -1, np.int64)
    seen = np.zeros(sites, np.bool_)
    used = np.zeros(sites, np.int64)
    known = {np.uint64(0)}
    ends = [0]
    columns = [np.int64(0)]
    values = [0.0]
    columns.clear()
    values.clear()
    for seed in seeds:
        if hit[seed] or sites_of[seed] < 2 or sites_of[seed] > most:
            continue
        new = False
        for e in range(start[seed], start[seed + 1]):
            new |= y[site[e]] > 1e-6 and used[site[e]] < USED
        if not new:
            continue
        n_c, n_r = _grow(
            seed, most, start, site, begin, row_of, y, sites_of, hit, mark, missing, near, inside, c_all, r_all
        )
        c, r = c_all[:n_c], r_all[:n_r]
        key = np.uint64(0)
        for j in c:
            used[j] += 1
            key += (np.uint64(j) + np.uint64(12_345)) * (np.uint64(j) * np.uint64(2_654_435_761) + np.uint64(97))
        if key in known:
            continue
        known.add(key)
        mask, n = _columns(c, r, start, site, place)
        total, price = _packing(mask, n, y[c], 400)
        if total >= 1.0 - SHORT:
            continue
        weight = _rounded(price)
        right, _ = cheapest_cover(mask, weight, n, 1e15, EXACT, 100_000)
        if right <= 0 or np.sum(weight * y[c]) >= right * (1.0 - SHORT):
            continue
        at, w = _lift(c, weight, right, r, start, site, begin, row_of, place, seen, dear, closed, turns)
        for k in range(len(at)):
            if w[k] > 0:
                columns.append(at[k])
                values.append(w[k] / right)
        ends.append(len(columns))
    return np.array(ends), np.array(columns), np.array(values)


def local_cuts(
    start: NDArray[np.int64],
    site: NDArray[np.int64],
    begin: NDArray[np.int64],
    row_of: NDArray[np.int64],
    y: NDArray[np.float64],
    reduced: NDArray[np.float64],
    closed: NDArray[np.bool_],
    *,
    most: int,
    turns: int,
    seed: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Find rows that every cover keeps and a relaxed plan breaks, neighbourhood by neighbourhood.

    Parameters
    ----------
    start, site : int64
        The rows: row ``k`` is hit by sites ``site[start[k]:start[k + 1]]``.
    begin, row_of : int64
        The same by sites.
    y : float64, shape (sites,)
        The relaxed plan.
    reduced : float64, shape (sites,)
        Reduced costs: sites of small ones get the tightest coefficients.
    closed : bool, shape (sites,)
        Sites that no plan of interest opens; they get no coefficient.
    most : int
        Most sites of a neighbourhood, at most :data:`MOST_SITES`.
    turns : int
        Sites outside a neighbourhood that are lifted one after the other.
    seed : int
        Of the order in which rows are taken.

    Returns
    -------
    ends : int64, shape (cuts + 1,)
    column : int64
    value : float64
        ``sum value_j y_j >= 1`` for the columns of each cut.
    """
    seeds = np.random.default_rng(seed).permutation(len(start) - 1)
    ends, column, value = _cuts(seeds, min(most, MOST_SITES), turns, start, site, begin, row_of, y, reduced, closed)
    return ends, column, value
