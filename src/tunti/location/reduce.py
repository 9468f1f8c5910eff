"""Exact aggregation: cells with the same set of sites become one term."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.access.times import TravelTimes

NEVER, ALWAYS = -1, -2
"""Cover terms of cells that no allowed site reaches, and of cells that an open site reaches in any case."""


@njit(cache=True)
def _turn(
    indptr: Any, cell: Any, seconds: Any, use: Any, cells: int, most: int
) -> tuple[Any, Any, Any]:  # pragma: no cover
    """Turn rows of sites into rows of cells, leaving out sites not used and trips longer than ``most``."""
    sites = len(indptr) - 1
    start = np.zeros(cells + 1, np.int64)
    for j in range(sites):
        if use[j]:
            for e in range(indptr[j], indptr[j + 1]):
                if seconds[e] <= most:
                    start[cell[e] + 1] += 1
    for i in range(cells):
        start[i + 1] += start[i]
    fill = start[:-1].copy()
    out_site = np.empty(start[cells], np.int32)
    out_seconds = np.empty(start[cells], np.uint16)
    for j in range(sites):
        if use[j]:
            for e in range(indptr[j], indptr[j + 1]):
                if seconds[e] <= most:
                    at = fill[cell[e]]
                    out_site[at] = j
                    out_seconds[at] = seconds[e]
                    fill[cell[e]] = at + 1
    return start, out_site, out_seconds


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
    times: TravelTimes, use: NDArray[np.bool_], *, most_seconds: int = 65_534, by_time: bool = True
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint16]]:
    """Give each cell the sites that it can reach, from the nearest on or in the order of the sites.

    Parameters
    ----------
    times : TravelTimes
    use : bool, shape (sites,)
        Sites that may be open.
    most_seconds : int
        Longer trips are left out.
    by_time : bool
        Sort each row by time (ties by the order of sites); otherwise by the order of sites.

    Returns
    -------
    indptr : int64, shape (cells + 1,)
    site : int32, shape (entries,)
    seconds : uint16, shape (entries,)
    """
    start, site, seconds = _turn(times.indptr, times.cell, times.seconds, use, len(times.cells), most_seconds)
    if by_time:
        _sort_rows(start, site, seconds)
    return start, site, seconds


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
    start: Any, site: Any, seconds: Any, people: Any, forced: Any, travel: bool, far: int, cover: int, h1: Any, h2: Any
) -> tuple[Any, Any, Any, Any, Any, float]:  # pragma: no cover
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
    cover_node = np.full(cells, NEVER, np.int32)
    last_node = np.full(cells, NEVER, np.int32)
    stamp = np.full(len(forced), -1, np.int64)
    mark = np.int64(0)
    constant = 0.0
    for i in range(cells):
        a, b = start[i], start[i + 1]
        w = np.float64(people[i])
        node = np.int32(-1)
        x1, x2 = np.uint64(0), np.uint64(0)
        covered = np.int32(NEVER)
        last = np.int64(0)
        ended = False
        mark += b - a + 1
        for e in range(a, b):
            s = site[e]
            t = np.int64(seconds[e])
            if travel:
                t = min(t, np.int64(far))
                if node < 0:
                    constant += w * t
                else:
                    weight[node] += w * (t - last)
                last = t
            if covered == NEVER and np.int64(seconds[e]) > cover:
                covered = node if node >= 0 else np.int32(NEVER - 2)
            if forced[s]:
                if covered == NEVER:
                    covered = np.int32(ALWAYS)
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
            if travel:
                if node < 0:
                    constant += w * far
                else:
                    weight[node] += w * (far - last)
            if covered == NEVER and node >= 0:
                covered = node
        cover_node[i] = np.int32(NEVER) if covered == NEVER - 2 else covered
        last_node[i] = np.int32(ALWAYS) if ended else node
    return parent[:used], elem[:used], weight[:used], cover_node, last_node, constant


def forest(
    rows: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint16]],
    people: NDArray[np.int64],
    forced: NDArray[np.bool_],
    *,
    travel: bool,
    far_seconds: int,
    cover_seconds: int,
    seed: int = 1,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], NDArray[np.int32], NDArray[np.int32], float]:
    """Merge cells with the same sets of sites into terms; nothing is lost by it.

    A set is found by a 128-bit hash (the sum of random numbers of its sites) and then compared site by site, so that
    equal means equal. Chains end at the first site that is open in any case.

    Parameters
    ----------
    rows : (indptr, site, seconds)
        From :func:`rows_of_cells`: by time where ``travel``, else in the order of the sites.
    people : int64, shape (cells,)
    forced : bool, shape (sites,)
        Sites that are open in any case.
    travel : bool
        Weigh each prefix of a cell with people times the seconds to its next site (``far_seconds`` after the last);
        otherwise all weights are zero.
    far_seconds : int
        Seconds of a cell that no open site reaches; no trip counts for more.
    cover_seconds : int
        The standard.
    seed : int
        Seed of the hash.

    Returns
    -------
    parent, elem : int32, shape (terms,)
    weight : float64, shape (terms,)
        Person-seconds.
    cover : int32, shape (cells,)
        Term that is the cell's cover set; -1: no site reaches the cell, -2: one that is open in any case does.
    last : int32, shape (cells,)
        Term of all sites that the rows give the cell, in the same way.
    constant : float
        Person-seconds that are travelled whatever opens.
    """
    h = np.random.default_rng(seed).integers(1, 2**64, (2, len(forced)), np.uint64, endpoint=False)
    parent, elem, weight, cover, last, constant = _grow(
        *rows, people, forced, travel, far_seconds, cover_seconds, h[0], h[1]
    )
    return parent, elem, weight, cover, last, float(constant)
