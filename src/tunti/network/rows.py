"""Sparse tables of times as the searches make them, and the threads that make them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tunti.network.graph import Connectors, RoadGraph

CUTOFF_LIMIT = 655_344
"""Largest cut-off in tenths of a second: 65,534 seconds, the most that a ``uint16`` of whole seconds can say."""

Rows = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[Any]]
"""``indptr`` (int64, sites + 1), ``cell`` (int32, ascending in a row), and seconds (uint16) or tenths (uint32)."""

Progress = Callable[[float], None]
"""Called with the share that is done, 0 to 1."""

_In = TypeVar("_In")
_Out = TypeVar("_Out")


class RowsBuilder:
    """Collects sparse rows into arrays that grow in place.

    The system moves the pages of a growing array instead of copying it, so that the table is never held twice.
    """

    def __init__(self, rows: int, dtype: Any) -> None:
        self._indptr = np.zeros(rows + 1, np.int64)
        self._rows = 0
        self._cell = np.empty(0, np.int32)
        self._value = np.empty(0, dtype)

    def add(self, counts: NDArray[np.int64], cell: NDArray[np.int32], value: NDArray[Any]) -> None:
        """Append rows of the given lengths."""
        start = int(self._indptr[self._rows])
        ends = start + np.cumsum(counts)
        self._indptr[self._rows + 1 : self._rows + 1 + len(counts)] = ends
        self._rows += len(counts)
        end = int(self._indptr[self._rows])
        if end > len(self._cell):
            # What the rows so far let expect, within reason; room that stays empty is given back at the end.
            expected = end * (len(self._indptr) - 1) // max(self._rows, 1)
            room = max(end + end // 4, min(expected, 2 * end))
            self._cell.resize(room, refcheck=False)
            self._value.resize(room, refcheck=False)
        self._cell[start:end] = cell[: end - start]
        self._value[start:end] = value[: end - start]

    def finish(self) -> Rows:
        """Give the table and let go of the room that was not needed."""
        entries = int(self._indptr[self._rows])
        self._cell.resize(entries, refcheck=False)
        self._value.resize(entries, refcheck=False)
        return self._indptr, self._cell, self._value


def to_seconds(ds: NDArray[Any]) -> NDArray[np.uint16]:
    """Round tenths of a second to whole seconds, half a second up."""
    return ((ds.astype(np.uint32, copy=False) + np.uint32(5)) // np.uint32(10)).astype(np.uint16)


def usable_cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(work: Callable[[_In], _Out], tasks: Iterable[_In], workers: int) -> Iterator[_Out]:
    """Do tasks on threads and give results in the tasks' order, only a few ahead of the one that is waited for."""
    if workers <= 1:
        yield from map(work, tasks)
        return
    with ThreadPoolExecutor(workers) as pool:
        ahead: deque[Future[_Out]] = deque()
        try:
            for task in tasks:
                ahead.append(pool.submit(work, task))
                if len(ahead) >= 2 * workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()


def check_connectors(graph: RoadGraph, places: Connectors) -> None:
    """Refuse connectors that do not fit the graph or themselves."""
    if len(places.node) and not (places.node.min() >= 0 and places.node.max() < graph.nodes):
        raise ValueError("a connector names a node that is not in the graph")
    if len(places.node) != len(places.ds) or places.indptr[-1] != len(places.node):
        raise ValueError("the connectors' arrays do not match")


def check_cutoff(cutoff_ds: int) -> None:
    """Refuse a cut-off that whole seconds in 16 bits cannot hold."""
    if not 0 <= cutoff_ds <= CUTOFF_LIMIT:
        raise ValueError(f"cut-off of {cutoff_ds} tenths of a second is outside 0 to {CUTOFF_LIMIT}")


def places(connectors: Connectors, chosen: NDArray[np.integer[Any]]) -> Connectors:
    """Give the connectors of some of the places, in the order in which they are named."""
    first = connectors.indptr[chosen].astype(np.int64)
    count = connectors.indptr[np.asarray(chosen) + 1] - first
    indptr = np.zeros(len(count) + 1, np.int32)
    np.cumsum(count, out=indptr[1:])
    k = np.repeat(first - indptr[:-1], count) + np.arange(indptr[-1])
    return Connectors(indptr, connectors.node[k], connectors.ds[k])
