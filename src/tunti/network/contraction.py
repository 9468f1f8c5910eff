"""The order in which the network can be folded together, and the shortcuts that folding needs.

A *contraction* leaves out the nodes one by one, least important first, and joins the neighbours of each by shortcuts,
so that every fastest way can be driven as a climb to more important nodes and a descent from them. Which shortcuts
there are depends on the network alone and not on speeds, so that winter, peak and summer share one contraction;
:mod:`tunti.network.customize` gives the shortcuts their times.

Dibbelt, Strasser and Wagner (2016), Customizable contraction hierarchies; Liu (1986), A compact row storage scheme for
Cholesky factors using elimination trees.
"""
# mypy: disable-error-code="no-untyped-def,assignment,call-overload"

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.network.dissection import neighbours
from tunti.network.graph import RoadGraph


@dataclass(frozen=True, eq=False)
class Contraction:
    """The folded network: every node numbered from the most important down, with its arcs to more important ones.

    Numbers run from the root of the elimination tree in preorder, so that the nodes below ``v`` are
    ``v + 1 .. end[v] - 1``, and every arc leads to a smaller number.

    Attributes
    ----------
    index : int32, shape (nodes,)
        Number here of each node of the graph.
    end : int32, shape (nodes,)
        One past the last node below each node.
    indptr : int64, shape (nodes + 1,)
        Upward arcs of node ``v`` are ``indptr[v]:indptr[v + 1]``.
    head : int32, shape (arcs,)
        The more important node, ascending within a node's arcs: the last one is its parent in the tree.
    slot : int32, shape (graph arcs,)
        Upward arc that each arc of the graph became, -1 for a loop.
    climbs : bool, shape (graph arcs,)
        Whether the arc of the graph leads to its more important end.
    down_indptr : int64, shape (nodes + 1,)
    down_tail, down_arc : int32, shape (arcs,)
        The same arcs by their more important node: the other node (ascending) and the arc's position in ``head``.
    """

    index: NDArray[np.int32]
    end: NDArray[np.int32]
    indptr: NDArray[np.int64]
    head: NDArray[np.int32]
    slot: NDArray[np.int32]
    climbs: NDArray[np.bool_]
    down_indptr: NDArray[np.int64]
    down_tail: NDArray[np.int32]
    down_arc: NDArray[np.int32]

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.index)


def contraction(graph: RoadGraph, order: NDArray[np.int32]) -> Contraction:
    """Fold the network together in an order: number its nodes anew and find the shortcuts.

    Parameters
    ----------
    graph : RoadGraph
    order : int32, shape (nodes,)
        A permutation of the nodes, least important first. Any gives right times; a good one gives few shortcuts.
    """
    indptr, adjacent = neighbours(graph.indptr, graph.head)
    rank = np.empty(graph.nodes, np.int32)
    rank[order] = np.arange(graph.nodes, dtype=np.int32)
    parent = _elimination_tree(indptr, adjacent, order, rank)
    index, end, parent = _preorder(parent, rank)
    tail_indptr, tail_head = _fill(indptr, adjacent, index, parent)
    down_indptr, down_tail, _ = _transposed(tail_indptr, tail_head)
    up_indptr, head, origin = _transposed(down_indptr, down_tail)
    down_arc = np.empty(len(origin), np.int32)
    down_arc[origin] = np.arange(len(origin), dtype=np.int32)
    slot, climbs = _slots(graph.indptr, graph.head, index, up_indptr, head)
    return Contraction(index, end, up_indptr, head, slot, climbs, down_indptr, down_tail, down_arc)


@njit(cache=True, nogil=True)
def _elimination_tree(indptr, adjacent, order, rank):
    """Give each rank's parent in the elimination tree, -1 for a root (Liu 1986, with path compression)."""
    nodes = len(order)
    parent = np.full(nodes, -1, np.int32)
    ancestor = np.full(nodes, -1, np.int32)
    for i in range(nodes):
        v = order[i]
        for k in range(indptr[v], indptr[v + 1]):
            r = rank[adjacent[k]]
            while r < i and r != -1:
                above = ancestor[r]
                ancestor[r] = i
                if above == -1:
                    parent[r] = i
                    break
                if above == i:
                    break
                r = above
    return parent


@njit(cache=True, nogil=True)
def _preorder(parent, rank):
    """Give numbers to the tree from its roots, each subtree in one run: of nodes, ends of subtrees, parents."""
    nodes = len(parent)
    size = np.ones(nodes, np.int32)
    for i in range(nodes):
        if parent[i] >= 0:
            size[parent[i]] += size[i]
    number = np.empty(nodes, np.int32)
    following = np.empty(nodes, np.int32)  # the number that the next child gets
    root = np.int32(0)
    end = np.empty(nodes, np.int32)
    above = np.empty(nodes, np.int32)
    for j in range(nodes):
        i = nodes - 1 - j
        p = parent[i]
        if p < 0:
            number[i] = root
            root += size[i]
            above[number[i]] = -1
        else:
            number[i] = following[p]
            following[p] += size[i]
            above[number[i]] = number[p]
        following[i] = number[i] + 1
        end[number[i]] = number[i] + size[i]
    index = np.empty(nodes, np.int32)
    for v in range(nodes):
        index[v] = number[rank[v]]
    return index, end, above


@njit(cache=True, nogil=True)
def _fill(indptr, adjacent, index, parent):
    """Give each number's arcs to smaller numbers, shortcuts included, in any order within a node."""
    nodes = len(index)
    node = np.empty(nodes, np.int32)
    for v in range(nodes):
        node[index[v]] = v
    start = np.empty(nodes, np.int64)
    stop = np.empty(nodes, np.int64)
    child = np.full(nodes, -1, np.int32)
    sibling = np.full(nodes, -1, np.int32)
    mark = np.full(nodes, -1, np.int32)
    head = np.empty(max(1024, 2 * len(adjacent)), np.int32)
    at = np.int64(0)
    for j in range(nodes):
        v = nodes - 1 - j
        start[v] = at
        if at + v > len(head):  # v arcs at most
            more = np.empty(max(at + v, len(head) + len(head) // 2), np.int32)
            more[:at] = head[:at]
            head = more
        mark[v] = v
        x = node[v]
        for k in range(indptr[x], indptr[x + 1]):
            u = index[adjacent[k]]
            if u < v and mark[u] != v:
                mark[u] = v
                head[at] = u
                at += 1
        c = child[v]
        while c >= 0:
            for k in range(start[c], stop[c]):
                u = head[k]
                if u < v and mark[u] != v:
                    mark[u] = v
                    head[at] = u
                    at += 1
            c = sibling[c]
        stop[v] = at
        p = parent[v]
        if p >= 0:
            sibling[v] = child[p]
            child[p] = v
    up_indptr = np.zeros(nodes + 1, np.int64)
    for v in range(nodes):
        up_indptr[v + 1] = up_indptr[v] + stop[v] - start[v]
    packed = np.empty(at, np.int32)
    for v in range(nodes):
        packed[up_indptr[v] : up_indptr[v + 1]] = head[start[v] : stop[v]]
    return up_indptr, packed


@njit(cache=True, nogil=True)
def _transposed(indptr, head):
    """Turn arcs round: by head, tails ascending; and where each came from."""
    nodes = len(indptr) - 1
    start = np.zeros(nodes + 2, np.int64)
    for k in range(len(head)):
        start[head[k] + 2] += 1
    for v in range(nodes + 1):
        start[v + 1] += start[v]
    tail = np.empty(len(head), np.int32)
    origin = np.empty(len(head), np.int32)
    for v in range(nodes):
        for k in range(indptr[v], indptr[v + 1]):
            at = start[head[k] + 1]
            tail[at] = v
            origin[at] = k
            start[head[k] + 1] += 1
    return start[: nodes + 1].copy(), tail, origin


@njit(cache=True, nogil=True)
def _slots(indptr, head, index, up_indptr, up_head):
    """Find the upward arc that each arc of the graph became, and whether it leads up."""
    slot = np.full(len(head), -1, np.int32)
    climbs = np.zeros(len(head), np.bool_)
    for v in range(len(indptr) - 1):
        for a in range(indptr[v], indptr[v + 1]):
            high, low = index[v], index[head[a]]
            if high == low:
                continue
            if high > low:
                high, low = low, high
            climbs[a] = low == index[v]
            first, last = up_indptr[low], up_indptr[low + 1]
            while first < last:
                middle = (first + last) >> 1
                if up_head[middle] < high:
                    first = middle + 1
                else:
                    last = middle
            slot[a] = first
    return slot, climbs
