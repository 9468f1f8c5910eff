"""The cheapest cover of a few sets: branch and bound on rows of bits, for thousands of small questions a second."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

EXACT = 1.0 - 1e-6
"""Least step between covers whose weights are whole numbers."""


@njit(cache=True)
def cheapest_cover(mask: Any, weight: Any, rows: int, most: float, step: float, nodes: int) -> Any:  # pragma: no cover
    """Find the columns of least weight that hit every row.

    Branches on the row with the fewest columns left; a column that has been tried is left out of what follows. A
    node is given up where its weight and a dual bound (each missed row is paid by its columns' least remaining weight)
    come within ``step`` of the best cover known.

    Parameters
    ----------
    mask : uint64, shape (columns, words)
        Bit ``r`` of a column: it hits row ``r``.
    weight : float64, shape (columns,)
        Not negative.
    rows : int
    most : float
        Only covers of less weight than this are of interest.
    step : float
        Two different weights differ by at least so much: :data:`EXACT` for whole numbers, tiny otherwise.
    nodes : int
        Most nodes.

    Returns
    -------
    value : float
        Least weight, ``most`` where no cover weighs less, -1 where the nodes ran out.
    chosen : bool, shape (columns,)
    """
    columns, words = mask.shape
    count = np.zeros(rows, np.int64)
    hits = np.empty((rows, columns), np.int64)
    for r in range(rows):
        bit = np.uint64(1) << np.uint64(r & 63)
        for k in range(columns):
            if mask[k, r >> 6] & bit:
                hits[r, count[r]] = k
                count[r] += 1
    best = most
    chosen = np.zeros(columns, np.bool_)
    deep = columns + 2
    missed = np.zeros((deep, words), np.uint64)
    for r in range(rows):
        missed[0, r >> 6] |= np.uint64(1) << np.uint64(r & 63)
    tried = np.zeros(columns, np.bool_)
    taken = np.zeros(columns, np.bool_)
    ways = np.empty((deep, columns), np.int64)
    number = np.zeros(deep, np.int64)
    at = np.zeros(deep, np.int64)
    spent = np.zeros(deep)
    left = np.empty(columns)
    size = np.empty(rows, np.int64)
    order = np.empty(rows, np.int64)
    used = 0
    d = 0
    fresh = True
    while d >= 0:
        if fresh:
            fresh = False
            used += 1
            if used > nodes:
                return -1.0, chosen
            number[d] = 0
            at[d] = 0
            n = 0
            pick = -1
            few = columns + 1
            for r in range(rows):
                if missed[d, r >> 6] & (np.uint64(1) << np.uint64(r & 63)):
                    free = 0
                    for e in range(count[r]):
                        if not tried[hits[r, e]]:
                            free += 1
                    size[n] = free
                    order[n] = r
                    n += 1
                    if free < few:
                        few = free
                        pick = r
            if n == 0:
                if spent[d] < best - step:
                    best = spent[d]
                    chosen[:] = taken
            elif few > 0:
                left[:] = weight
                bound = spent[d]
                for turn in range(1, 6):  # short rows first: they are the surest to be paid in full
                    for i in range(n):
                        if size[i] == turn or (turn == 5 and size[i] > 5):
                            least = np.inf
                            for e in range(count[order[i]]):
                                k = hits[order[i], e]
                                if not tried[k] and left[k] < least:
                                    least = left[k]
                            if least > 0:
                                bound += least
                                for e in range(count[order[i]]):
                                    if not tried[hits[order[i], e]]:
                                        left[hits[order[i], e]] -= least
                    if bound > best - step:
                        break
                if bound <= best - step:
                    for e in range(count[pick]):
                        k = hits[pick, e]
                        if not tried[k]:
                            i = number[d]
                            while i > 0 and left[ways[d, i - 1]] > left[k]:
                                ways[d, i] = ways[d, i - 1]
                                i -= 1
                            ways[d, i] = k
                            number[d] += 1
        if at[d] > 0:
            taken[ways[d, at[d] - 1]] = False
            tried[ways[d, at[d] - 1]] = True
        if at[d] < number[d]:
            k = ways[d, at[d]]
            at[d] += 1
            taken[k] = True
            spent[d + 1] = spent[d] + weight[k]
            if spent[d + 1] > best - step:
                continue
            for q in range(words):
                missed[d + 1, q] = missed[d, q] & ~mask[k, q]
            d += 1
            fresh = True
        else:
            for i in range(number[d]):
                tried[ways[d, i]] = False
            d -= 1
    return best, chosen
