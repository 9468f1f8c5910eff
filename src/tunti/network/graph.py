"""The road network as flat arrays.

A :class:`RoadGraph` holds the arcs that a car may drive, sorted by tail (CSR). Drive times are not part of it: they are
a *weight set* (one ``uint32`` per arc, whole tenths of a second) that :mod:`tunti.network.speeds` makes from classes
and speeds, so that winter, peak and summer share one graph and one contraction order.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

DS_PER_MINUTE = 600
"""Tenths of a second in a minute: the unit of arc weights and of kernel labels."""

FERRY = "ferry"
"""Name of the road class of ferries: never snapped to, and left out where ferries may not be used."""

POSTED = 1
"""Bit of ``RoadGraph.flags``: ``kmh`` is a posted limit, which is driven at ``limit_factor`` of it."""

WAITS = 2
"""Bit of ``RoadGraph.flags``: boarding and waiting are not in the arc's time yet (ferries). With a headway, waiting
never is."""


@dataclass(frozen=True, eq=False)
class LinkShapes:
    """The lines that links follow between their nodes, for finding the nearest point on a road.

    Attributes
    ----------
    indptr : int64, shape (links + 1,)
        Points of link ``k`` are ``indptr[k]:indptr[k + 1]``, its end nodes included.
    x, y : float64, shape (points,)
        Coordinates in the project's metric CRS, metres.
    """

    indptr: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """The drivable network: nodes with coordinates, arcs sorted by tail.

    Attributes
    ----------
    x, y : float64, shape (nodes,)
        Node coordinates in the project's metric CRS, metres.
    indptr : int32, shape (nodes + 1,)
        Arcs of node ``v`` are ``indptr[v]:indptr[v + 1]``.
    head : int32, shape (arcs,)
        Node that the arc leads to. Parallel arcs may occur: the fastest counts.
    metres : float32, shape (arcs,)
        Length along the road.
    road_class : int16, shape (arcs,)
        Index into ``classes``.
    classes : tuple of str
        Names of the road classes, keys of the speed table.
    link : int32, shape (arcs,)
        Row of the road table that the arc came from (its index label), or number of the link of an extract; both
        directions of a two-way link carry the same number.
    kmh : float32, shape (arcs,)
        Speed limit or measured speed given with the link, NaN where the class default counts.
    fixed_ds : int32, shape (arcs,)
        Time given with the link in tenths of a second (ferries), -1 where length and speed give it.
    forward : bool, shape (arcs,), optional
        True where the arc runs along its link, False where against it. Without it, each link's first arc runs along.
    flags : uint8, shape (arcs,), optional
        Bits :data:`POSTED` and :data:`WAITS`; none by default.
    headway : float32, shape (arcs,), optional
        Minutes from one departure of a ferry to the next, NaN where not given; none by default. What is waited for it
        is added to ``fixed_ds`` too.
    factor : float32, shape (arcs,), optional
        Share of the speed that surface and use of the road leave (gravel, parking aisles), 1 by default.
    shapes : LinkShapes, optional
        Lines of the links, row ``k`` that of ``link == k``; straight between the nodes by default.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    indptr: NDArray[np.int32]
    head: NDArray[np.int32]
    metres: NDArray[np.float32]
    road_class: NDArray[np.int16]
    classes: tuple[str, ...]
    link: NDArray[np.int32]
    kmh: NDArray[np.float32]
    fixed_ds: NDArray[np.int32]
    forward: NDArray[np.bool_] | None = None
    flags: NDArray[np.uint8] | None = None
    factor: NDArray[np.float32] | None = None
    shapes: LinkShapes | None = None
    headway: NDArray[np.float32] | None = None

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.indptr) - 1

    @property
    def arcs(self) -> int:
        """Number of arcs, both directions counted."""
        return len(self.head)

    @cached_property
    def tail(self) -> NDArray[np.int32]:
        """Node that each arc starts from, int32, shape (arcs,)."""
        return np.repeat(np.arange(self.nodes, dtype=np.int32), np.diff(self.indptr))

    @cached_property
    def is_ferry(self) -> NDArray[np.bool_]:
        """Tell which arcs are ferries, bool, shape (arcs,)."""
        if FERRY not in self.classes:
            return np.zeros(self.arcs, np.bool_)
        return np.asarray(self.road_class == self.classes.index(FERRY), np.bool_)

    @cached_property
    def topology(self) -> str:
        """Hash of nodes and arcs without weights: contraction orders are kept under it."""
        h = hashlib.blake2b(digest_size=16)
        for a in (self.x, self.y, self.indptr, self.head):
            h.update(np.ascontiguousarray(a).tobytes())
        return h.hexdigest()

    def with_arcs(self, keep: NDArray[np.bool_]) -> RoadGraph:
        """Give the graph with only some arcs and the nodes that these touch, in the same order.

        Parameters
        ----------
        keep : bool, shape (arcs,)

        Returns
        -------
        RoadGraph
            Nodes are numbered anew; ``link`` and ``shapes`` stay as they were.
        """
        used = np.zeros(self.nodes, np.bool_)
        used[self.tail[keep]] = True
        used[self.head[keep]] = True
        number = np.cumsum(used, dtype=np.int32) - np.int32(1)
        counts = np.bincount(number[self.tail[keep]], minlength=int(used.sum()))
        indptr = np.zeros(len(counts) + 1, np.int32)
        np.cumsum(counts, out=indptr[1:])
        return replace(
            self,
            x=self.x[used],
            y=self.y[used],
            indptr=indptr,
            head=number[self.head[keep]],
            metres=self.metres[keep],
            road_class=self.road_class[keep],
            link=self.link[keep],
            kmh=self.kmh[keep],
            fixed_ds=self.fixed_ds[keep],
            forward=None if self.forward is None else self.forward[keep],
            flags=None if self.flags is None else self.flags[keep],
            factor=None if self.factor is None else self.factor[keep],
            headway=None if self.headway is None else self.headway[keep],
        )


@dataclass(frozen=True, eq=False)
class Connectors:
    """How places join the network: for each place, the nodes it can start from or end at and what that costs.

    A place on a road link joins both ends of the link with the partial times; a place beside several roads may join
    more nodes. For a *cell* the time is from the cell to the node; for a *site* from the node to the site.

    Attributes
    ----------
    indptr : int32, shape (places + 1,)
        Connectors of place ``i`` are ``indptr[i]:indptr[i + 1]``; none means the place is not joined.
    node : int32, shape (connectors,)
        Node of the graph.
    ds : uint32, shape (connectors,)
        Time of the access leg and the partial link, tenths of a second.
    """

    indptr: NDArray[np.int32]
    node: NDArray[np.int32]
    ds: NDArray[np.uint32]

    @property
    def places(self) -> int:
        """Number of places, joined or not."""
        return len(self.indptr) - 1
