"""Times for the shortcuts of a folded network: what a new set of speeds costs.

Folding (:mod:`tunti.network.contraction`) depends on the network alone. A weight set (summer, winter, peak) gives every
shortcut the time of the fastest way that it stands for, and says which shortcuts no fastest way needs. A second or two
for a whole country, without a new order.
"""
# mypy: disable-error-code="no-untyped-def,assignment"

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.network.contraction import Contraction

NEVER = np.uint32(1 << 30)
"""Time of an arc that cannot be driven: two of them still fit a ``uint32``."""


@dataclass(frozen=True, eq=False)
class Times:
    """Drive times of the upward arcs of a folded network, for one weight set.

    Attributes
    ----------
    climb : uint32, shape (arcs,)
        Tenths of a second from the less to the more important node of each arc; ``NEVER`` where no fastest way takes
        the arc in this direction.
    descend : uint32, shape (arcs,)
        The same from the more to the less important node.
    """

    climb: NDArray[np.uint32]
    descend: NDArray[np.uint32]


def customize(folded: Contraction, ds: NDArray[np.uint32], *, perfect: bool = True) -> Times:
    """Give the shortcuts of a folded network their times under a weight set.

    Parameters
    ----------
    folded : Contraction
    ds : uint32, shape (graph arcs,)
        Drive time of each arc of the graph, tenths of a second. Of parallel arcs the fastest counts.
    perfect : bool
        Also close the arcs that no fastest way needs: half of the work here, to be saved where few sites follow.

    Notes
    -----
    Basic customization from the least important node up over the lower triangles, then perfect customization from the
    most important down over the others, which finds each arc's exact distance; an arc that is slower than it lies on
    no fastest way of climbs and descents. Dibbelt, Strasser and Wagner (2016).
    """
    if len(ds) != len(folded.slot):
        raise ValueError(f"{len(ds)} drive times for {len(folded.slot)} arcs")
    climb, descend = _spread(len(folded.head), folded.slot, folded.climbs, ds)
    arrays = folded.indptr, folded.down_indptr, folded.down_tail, folded.down_arc, folded.head
    _customize(*arrays, climb, descend)
    if perfect:
        exact = climb.copy(), descend.copy()
        _perfect(*arrays, *exact)
        _drop_slower(climb, exact[0])
        _drop_slower(descend, exact[1])
    return Times(climb, descend)


@njit(cache=True, nogil=True)
def _spread(arcs, slot, climbs, ds):
    """Give each upward arc the fastest of the graph's arcs that it stands for, in either direction."""
    climb = np.full(arcs, NEVER, np.uint32)
    descend = np.full(arcs, NEVER, np.uint32)
    for a in range(len(slot)):
        k = slot[a]
        if k >= 0:
            if climbs[a]:
                climb[k] = min(climb[k], ds[a])
            else:
                descend[k] = min(descend[k], ds[a])
    return climb, descend


@njit(cache=True, nogil=True)
def _customize(indptr, down_indptr, down_tail, down_arc, head, climb, descend):
    """Lower each arc to the fastest way over less important nodes: triangles by their middle node, bottom up."""
    nodes = len(indptr) - 1
    arc_to = np.empty(nodes, np.int32)
    for j in range(nodes):
        middle = nodes - 1 - j
        for k in range(indptr[middle], indptr[middle + 1]):
            arc_to[head[k]] = k
        for d in range(down_indptr[middle], down_indptr[middle + 1]):
            low = down_tail[d]
            to_middle = np.int64(down_arc[d])
            up, down = climb[to_middle], descend[to_middle]
            for k in range(indptr[low], to_middle):  # arcs of the low node to nodes above the middle
                t = arc_to[head[k]]
                climb[t] = min(climb[t], down + climb[k])
                descend[t] = min(descend[t], descend[k] + up)


@njit(cache=True, nogil=True)
def _perfect(indptr, down_indptr, down_tail, down_arc, head, climb, descend):
    """Lower each arc to the distance between its ends: triangles by their middle node, top down."""
    nodes = len(indptr) - 1
    arc_to = np.empty(nodes, np.int32)
    for middle in range(nodes):
        for k in range(indptr[middle], indptr[middle + 1]):
            arc_to[head[k]] = k
        for d in range(down_indptr[middle], down_indptr[middle + 1]):
            low = down_tail[d]
            to_middle = np.int64(down_arc[d])
            up, down = climb[to_middle], descend[to_middle]
            for k in range(indptr[low], to_middle):
                t = arc_to[head[k]]
                climb[k] = min(climb[k], up + climb[t])
                descend[k] = min(descend[k], descend[t] + down)
                up = min(up, climb[k] + descend[t])
                down = min(down, climb[t] + descend[k])
            climb[to_middle] = up
            descend[to_middle] = down


@njit(cache=True, nogil=True)
def _drop_slower(time, distance):
    """Close the arcs that are slower than the distance between their ends."""
    for k in range(len(time)):
        if time[k] > distance[k]:
            time[k] = NEVER
