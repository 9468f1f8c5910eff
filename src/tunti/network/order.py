"""Orders of the road network's nodes that keep neighbours on the ground near each other in memory.

A search spends its time waiting for memory. Nodes numbered along a space-filling curve make the part of the network
that one search visits a few runs of memory instead of scattered lines; on a shuffled country of two million nodes this
alone makes the same search about four times faster. No result depends on the order.
"""
# mypy: disable-error-code="no-untyped-def,assignment"

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.network.graph import RoadGraph

_SIDE = 65_535
"""Largest coordinate on the curve's grid: 16 bits along each axis."""


def spatial_order(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int32]:
    """Give places an order along a curve through the map, so that neighbours get near numbers.

    Parameters
    ----------
    x, y : float64, shape (places,)
        Coordinates, metres or degrees; only their proportions matter.

    Returns
    -------
    int32, shape (places,)
        ``order[i]`` is the place that comes i-th along a Hilbert curve over a square grid of 65,536 cells a side; ties
        keep their order. Places without a coordinate come first.

    Notes
    -----
    Hilbert (1891), Über die stetige Abbildung einer Linie auf ein Flächenstück.
    """
    if len(x) == 0:
        return np.empty(0, np.int32)
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return np.arange(len(x), dtype=np.int32)
    left, low = float(x[known].min()), float(y[known].min())
    side = max(float(x[known].max()) - left, float(y[known].max()) - low)
    scale = _SIDE / side if side > 0 else 0.0
    key = _hilbert(np.where(known, x, left), np.where(known, y, low), left, low, scale)
    return np.asarray(sorted_positions(key))


_orders: WeakKeyDictionary[RoadGraph, NDArray[np.int32]] = WeakKeyDictionary()


def spatial_ranks(graph: RoadGraph) -> NDArray[np.int32]:
    """Give each node of the graph its number along the curve; computed once for each graph and kept with it.

    Returns
    -------
    int32, shape (nodes,)
        New number of each node.
    """
    rank = _orders.get(graph)
    if rank is None:
        order = spatial_order(graph.x, graph.y)
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        _orders[graph] = rank
    return rank


@njit(cache=True, nogil=True)
def _hilbert(x, y, left, low, scale):
    """Give the distance along the Hilbert curve of each point (uint32)."""
    key = np.empty(len(x), np.uint32)
    for i in range(len(x)):
        a = np.int64((x[i] - left) * scale)
        b = np.int64((y[i] - low) * scale)
        d = np.int64(0)
        s = np.int64(32_768)
        while s > 0:
            right = np.int64(1) if a & s else np.int64(0)
            up = np.int64(1) if b & s else np.int64(0)
            d += s * s * ((3 * right) ^ up)
            if up == 0:  # turn the quarter so that the curve goes on where the last one ended
                if right == 1:
                    a, b = _SIDE - a, _SIDE - b
                a, b = b, a
            s >>= 1
        key[i] = d
    return key


@njit(cache=True, nogil=True)
def sorted_positions(key):
    """Give the positions that sort unsigned keys of 32 bits, ties kept in order (radix sort, int32)."""
    n = len(key)
    order = np.arange(n).astype(np.int32)
    other = np.empty(n, np.int32)
    count = np.empty(65_537, np.int64)
    for shift in (0, 16):
        count[:] = 0
        for i in range(n):
            count[((np.int64(key[i]) >> shift) & 65_535) + 1] += 1
        for d in range(65_536):
            count[d + 1] += count[d]
        for i in range(n):
            d = (np.int64(key[order[i]]) >> shift) & 65_535
            other[count[d]] = order[i]
            count[d] += 1
        order, other = other, order
    return order
