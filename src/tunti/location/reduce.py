"""Exact aggregation: cells with the same set of sites become one term."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.access.times import TravelTimes
from tunti.location.miss import MissForm
from tunti.location.passes import again, ancestors

NEVER, ALWAYS = -1, -2
"""Cover terms of cells that no allowed site reaches, and of cells that an open site reaches in any case."""


@njit(cache=True)
def _turn(indptr: Any, cell: Any, seconds: Any, use: Any, reach: Any) -> tuple[Any, Any, Any, Any]:  # pragma: no cover
    """Turn rows of sites into rows of cells, leaving out sites not used and trips longer than the cell's reach."""
    sites, cells = len(indptr) - 1, len(reach)
    start = np.zeros(cells + 1, np.int64)
    cut = np.zeros(cells, np.bool_)
    for j in range(sites):
        if use[j]:
            for e in range(indptr[j], indptr[j + 1]):
                i = cell[e]
                if seconds[e] <= reach[i]:
                    start[i + 1] += 1
                else:
                    cut[i] = True
    for i in range(cells):
        start[i + 1] += start[i]
    fill = start[:-1].copy()
    out_site = np.empty(start[cells], np.int32)
    out_seconds = np.empty(start[cells], np.uint16)
    for j in range(sites):
        if use[j]:
            for e in range(indptr[j], indptr[j + 1]):
                i = cell[e]
                if seconds[e] <= reach[i]:
                    at = fill[i]
                    out_site[at] = j
                    out_seconds[at] = seconds[e]
                    fill[i] = at + 1
    return start, out_site, out_seconds, cut


@njit(cache=True)
def _sort_rows(start: Any, site: Any, seconds: Any) -> None:  # pragma: no cover
    """Sort each cell's sites by time, ties by the order of sites, in place."""
    for i in range(len(start) - 1):
        a, b = start[i], start[i + 1]
        if b - a < 24:
            for k in range(a + 1, b):
                s, t = site[k], seconds[k]
                m = k - 1
                while m >= a and seconds[m] > t:
                    seconds[m + 1] = seconds[m]
                    site[m + 1] = site[m]
                    m -= 1
                seconds[m + 1] = t
                site[m + 1] = s
        else:
            key = np.empty(b - a, np.int64)
            for k in range(a, b):
                key[k - a] = (np.int64(seconds[k]) << 32) | np.int64(site[k])
            key.sort()
            for k in range(a, b):
                seconds[k] = key[k - a] >> 32
                site[k] = key[k - a] & 0xFFFFFFFF


def rows_of_cells(
    times: TravelTimes, use: NDArray[np.bool_], reach: NDArray[np.uint16]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint16], NDArray[np.bool_]]:
    """Give each cell the sites that it can reach, from the nearest on (ties by the order of sites).

    Parameters
    ----------
    times : TravelTimes
    use : bool, shape (sites,)
        Sites that may be open.
    reach : uint16, shape (cells,)
        Longer trips, in seconds, are left out.

    Returns
    -------
    indptr : int64, shape (cells + 1,)
    site : int32, shape (entries,)
    seconds : uint16, shape (entries,)
    cut : bool, shape (cells,)
        Cells that lost entries by their reach.
    """
    start, site, seconds, cut = _turn(times.indptr, times.cell, times.seconds, use, reach)
    _sort_rows(start, site, seconds)
    return start, site, seconds, cut


@njit(cache=True)
def _hash_cells(
    indptr: Any, cell: Any, seconds: Any, use: Any, most: int, cells: int, h1: Any, h2: Any
) -> tuple[Any, Any]:  # pragma: no cover
    """Add up the sites' random numbers per cell."""
    x1, x2 = np.zeros(cells, np.uint64), np.zeros(cells, np.uint64)
    for j in range(len(indptr) - 1):
        if use[j]:
            a, b = h1[j], h2[j]
            for e in range(indptr[j], indptr[j + 1]):
                if seconds[e] <= most:
                    x1[cell[e]] += a
                    x2[cell[e]] += b
    return x1, x2


@njit(cache=True)
def _group(x1: Any, x2: Any) -> tuple[Any, Any]:  # pragma: no cover
    """Give the distinct hashes numbers in the order of their first cell; -1 for cells without a site."""
    group = np.empty(len(x1), np.int32)
    slots = 1 << 12
    table = np.full(slots, -1, np.int32)
    room, used = 1 << 10, 0
    first = np.empty(room, np.int64)
    for i in range(len(x1)):
        if x1[i] == 0 and x2[i] == 0:
            group[i] = -1
            continue
        at = np.int64(x1[i] & np.uint64(slots - 1))
        while table[at] >= 0 and not (x1[first[table[at]]] == x1[i] and x2[first[table[at]]] == x2[i]):
            at = (at + 1) & (slots - 1)
        if table[at] < 0:
            if used == room:
                first = np.concatenate((first, np.empty(room, np.int64)))
                room *= 2
            first[used] = i
            table[at] = used
            used += 1
            if used * 2 > slots:
                slots *= 4
                table = np.full(slots, -1, np.int32)
                for g in range(used):
                    k = np.int64(x1[first[g]] & np.uint64(slots - 1))
                    while table[k] >= 0:
                        k = (k + 1) & (slots - 1)
                    table[k] = g
            group[i] = used - 1
        else:
            group[i] = table[at]
    return group, first[:used].copy()


@njit(cache=True)
def _sets_of_groups(
    indptr: Any, cell: Any, seconds: Any, use: Any, most: int, group: Any, first: Any
) -> tuple[Any, Any, bool]:  # pragma: no cover
    """List each group's sites, and check that every cell of a group has exactly these."""
    n = len(first)
    size = np.zeros(n, np.int64)
    for i in range(len(group)):
        if group[i] >= 0:
            size[group[i]] += 1
    start = np.zeros(n + 1, np.int64)
    seen = np.zeros(n, np.int64)
    touched = np.empty(n, np.int32)
    equal = True
    for turn in range(2):
        if turn == 1:
            for g in range(n):
                start[g + 1] += start[g]
            fill = start[:-1].copy()
            site = np.empty(start[n], np.int32)
        for j in range(len(indptr) - 1):
            if not use[j]:
                continue
            if turn == 0:
                k = 0
                for e in range(indptr[j], indptr[j + 1]):
                    if seconds[e] <= most:
                        g = group[cell[e]]
                        if seen[g] == 0:
                            touched[k] = g
                            k += 1
                        seen[g] += 1
                for q in range(k):
                    g = touched[q]
                    if seen[g] != size[g]:
                        equal = False
                    start[g + 1] += 1
                    seen[g] = 0
            else:
                for e in range(indptr[j], indptr[j + 1]):
                    if seconds[e] <= most:
                        g = group[cell[e]]
                        if first[g] == cell[e]:
                            site[fill[g]] = j
                            fill[g] += 1
    return start, site, equal


def groups_of_cells(
    times: TravelTimes, use: NDArray[np.bool_], most_seconds: int, *, seed: int = 1
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
    """Group the cells that the same sites reach within a time; nothing is lost by it.

    Groups are found by a 128-bit hash and then checked: of each site, all cells of a group or none.

    Parameters
    ----------
    times : TravelTimes
    use : bool, shape (sites,)
        Sites that may be open.
    most_seconds : int
        The time.
    seed : int
        Seed of the hash.

    Returns
    -------
    group : int32, shape (cells,)
        -1 where no site reaches the cell.
    start : int64, shape (groups + 1,)
    site : int32
        Sites ``site[start[g]:start[g + 1]]`` reach group ``g``, ascending.
    """
    while True:
        h = np.random.default_rng(seed).integers(1, 2**64, (2, len(use)), np.uint64, endpoint=False)
        t = times
        x1, x2 = _hash_cells(t.indptr, t.cell, t.seconds, use, most_seconds, len(t.cells), h[0], h[1])
        group, first = _group(x1, x2)
        start, site, equal = _sets_of_groups(t.indptr, t.cell, t.seconds, use, most_seconds, group, first)
        if equal:
            return group, start, site
        seed += 1  # two different sets had one hash: never seen, but then another hash settles it


@njit(cache=True)
def _same_set(
    node: int, parent: Any, elem: Any, size: Any, site: Any, a: int, k: int, stamp: Any, mark: int
) -> bool:  # pragma: no cover
    """Tell whether a term is the set of the sites ``site[a:k + 1]``, whose places are stamped from ``mark`` on."""
    if size[node] != k - a + 1:
        return False
    while node >= 0:
        place = stamp[elem[node]] - mark
        if place < 0 or place > k - a:
            return False
        node = parent[node]
    return True


@njit(cache=True)
def _grow(
    start: Any, site: Any, seconds: Any, people: Any, forced: Any, end: Any, h1: Any, h2: Any
) -> tuple[Any, Any, Any, Any, float]:  # pragma: no cover
    """Make the forest of terms of all cells; see :func:`forest`."""
    cells = len(start) - 1
    room, used = 1024, 0
    parent = np.empty(room, np.int32)
    elem = np.empty(room, np.int32)
    size = np.empty(room, np.int32)
    weight = np.empty(room, np.float64)
    k1 = np.empty(room, np.uint64)
    k2 = np.empty(room, np.uint64)
    slots = 4096
    table = np.full(slots, -1, np.int32)
    last_node = np.full(cells, NEVER, np.int32)
    stamp = np.full(len(forced), -1, np.int64)
    mark = np.int64(0)
    constant = 0.0
    for i in range(cells):
        a, b = start[i], start[i + 1]
        w = np.float64(people[i])
        node = np.int32(-1)
        x1, x2 = np.uint64(0), np.uint64(0)
        last = np.int64(0)
        ended = False
        mark += b - a + 1
        for e in range(a, b):
            s = site[e]
            t = min(np.int64(seconds[e]), np.int64(end[i]))
            if node < 0:
                constant += w * t
            else:
                weight[node] += w * (t - last)
            last = t
            if forced[s]:
                ended = True
                break
            stamp[s] = mark + (e - a)
            x1 += h1[s]
            x2 += h2[s]
            at = np.int64(x1 & np.uint64(slots - 1))
            found = np.int32(-1)
            while table[at] >= 0:
                c = table[at]
                if (
                    k1[c] == x1
                    and k2[c] == x2
                    and (
                        (parent[c] == node and elem[c] == s)
                        or _same_set(c, parent, elem, size, site, a, e, stamp, mark)
                    )
                ):
                    found = c
                    break
                at = (at + 1) & (slots - 1)
            if found < 0:
                if used == room:
                    room *= 2
                    parent = np.concatenate((parent, np.empty(room - used, np.int32)))
                    elem = np.concatenate((elem, np.empty(room - used, np.int32)))
                    size = np.concatenate((size, np.empty(room - used, np.int32)))
                    weight = np.concatenate((weight, np.empty(room - used, np.float64)))
                    k1 = np.concatenate((k1, np.empty(room - used, np.uint64)))
                    k2 = np.concatenate((k2, np.empty(room - used, np.uint64)))
                found = np.int32(used)
                parent[used] = node
                elem[used] = s
                size[used] = e - a + 1
                weight[used] = 0.0
                k1[used] = x1
                k2[used] = x2
                table[at] = found
                used += 1
                if used * 2 > slots:
                    slots *= 4
                    table = np.full(slots, -1, np.int32)
                    for c in range(used):
                        at = np.int64(k1[c] & np.uint64(slots - 1))
                        while table[at] >= 0:
                            at = (at + 1) & (slots - 1)
                        table[at] = c
            node = found
        if not ended:
            if node < 0:
                constant += w * end[i]
            else:
                weight[node] += w * (end[i] - last)
        last_node[i] = np.int32(ALWAYS) if ended else node
    return parent[:used], elem[:used], weight[:used], last_node, constant


def forest(
    rows: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint16]],
    people: NDArray[np.int64],
    forced: NDArray[np.bool_],
    end: NDArray[np.int64],
    *,
    seed: int = 1,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], NDArray[np.int32], float]:
    """Merge cells with the same sets of sites into terms; nothing is lost by it.

    A set is found by a 128-bit hash (the sum of random numbers of its sites) and then compared site by site, so that
    equal means equal. Chains end at the first site that is open in any case. A prefix weighs people times the seconds
    to the next site.

    Parameters
    ----------
    rows : (indptr, site, seconds)
        As from :func:`rows_of_cells`, or in any order with seconds of zero.
    people : int64, shape (cells,)
    forced : bool, shape (sites,)
        Sites that are open in any case.
    end : int64, shape (cells,)
        Seconds that count when none of the row's sites is open; no trip counts for more.
    seed : int
        Seed of the hash.

    Returns
    -------
    parent, elem : int32, shape (terms,)
    weight : float64, shape (terms,)
        Person-seconds.
    last : int32, shape (cells,)
        Term of all sites of the row; -1: the row is empty, -2: one of its sites is open in any case.
    constant : float
        Person-seconds that are travelled whatever opens.
    """
    h = np.random.default_rng(seed).integers(1, 2**64, (2, len(forced)), np.uint64, endpoint=False)
    parent, elem, weight, last, constant = _grow(*rows, people, forced, end, h[0], h[1])
    return parent, elem, weight, last, float(constant)


def settle(form: MissForm, state: NDArray[np.int8], *, seed: int = 1) -> MissForm:
    """Settle more sites and merge the terms again.

    Closed sites leave their terms, terms with an open site are hit, and terms that become equal are one; a term
    without any site left is missed for sure: its weight moves to the constant, its people to the rules' allowance.

    Parameters
    ----------
    form : MissForm
    state : int8, shape (sites,)
        1 open, -1 closed, 0 free; what ``form`` has settled must stay.
    seed : int
        Seed of the hash.

    Returns
    -------
    MissForm
    """
    h = np.random.default_rng(seed).integers(1, 2**64, (2, form.sites), np.uint64, endpoint=False)
    parent, elem, new = again(form.parent, form.elem, state, h[0], h[1])
    alive, lost = new >= 0, new == -1
    weight = np.bincount(new[alive], weights=form.weight[alive], minlength=len(parent)).astype(float)
    constant = form.constant + float(form.weight[lost].sum())
    high = form.high.copy()
    gone = lost[form.z_term]
    np.subtract.at(high, form.z_row[gone], form.z_coef[gone])
    keep = alive[form.z_term]
    key = form.z_row[keep].astype(np.int64) * max(len(parent), 1) + new[form.z_term[keep]]
    key, place = np.unique(key, return_inverse=True)
    coef = np.bincount(place, weights=form.z_coef[keep], minlength=len(key)).astype(float)
    row, term = key // max(len(parent), 1), key % max(len(parent), 1)
    return prune(
        replace(
            form,
            state=state.astype(np.int8),
            constant=constant,
            parent=parent,
            elem=elem,
            weight=weight,
            z_row=row.astype(np.int32),
            z_term=term.astype(np.int32),
            z_coef=coef,
            high=high,
        )
    )


def prune(form: MissForm) -> MissForm:
    """Drop terms that neither weigh anything, nor stand in a rule, nor carry others."""
    used = form.weight > 0
    used[form.z_term] = True
    ancestors(form.parent, used)
    if used.all():
        return form
    place = np.cumsum(used, dtype=np.int32) - 1
    up = form.parent[used]
    return replace(
        form,
        parent=np.where(up >= 0, place[up], -1).astype(np.int32),
        elem=form.elem[used],
        weight=form.weight[used],
        z_term=place[form.z_term].astype(np.int32),
    )
