"""Finds the nearest roads of many places: the lines of all links, sorted into squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.network.graph import RoadGraph
from tunti.network.speeds import CLOSED


@dataclass(frozen=True, eq=False)
class RoadIndex:
    """The lines of all links that places may join, sorted into squares, so that nearby ones are found at once.

    Attributes
    ----------
    from_node, to_node : int32, shape (links,)
        Ends of each link.
    along, against : int32, shape (links,)
        The fastest arc in each direction, -1 where there is none.
    row : int32, shape (links,)
        ``RoadGraph.link`` of each.
    ax, ay, bx, by : float64, shape (pieces,)
        Straight pieces of the links.
    link : int32, shape (pieces,)
        Link of each piece.
    start, span : float64, shape (pieces,)
        Share of the link's length before the piece, and of the piece itself.
    x0, y0, size : float
        Corner and side of the squares, metres.
    columns, rows : int
        Number of squares.
    indptr : int64, shape (columns * rows + 1,)
    piece : int32
        Pieces that touch each square.
    """

    from_node: NDArray[np.int32]
    to_node: NDArray[np.int32]
    along: NDArray[np.int32]
    against: NDArray[np.int32]
    row: NDArray[np.int32]
    ax: NDArray[np.float64]
    ay: NDArray[np.float64]
    bx: NDArray[np.float64]
    by: NDArray[np.float64]
    link: NDArray[np.int32]
    start: NDArray[np.float64]
    span: NDArray[np.float64]
    x0: float
    y0: float
    size: float
    columns: int
    rows: int
    indptr: NDArray[np.int64]
    piece: NDArray[np.int32]


def road_index(graph: RoadGraph, ds: NDArray[np.uint32]) -> RoadIndex:
    """Sort the links that places may join into squares.

    Parameters
    ----------
    graph : RoadGraph
    ds : uint32, shape (arcs,)
        Weight set; links whose arcs are all closed are left out, and so are ferries.

    Returns
    -------
    RoadIndex
        Memory: about 70 bytes a straight piece.
    """
    usable = np.flatnonzero(~graph.is_ferry & (ds < CLOSED))
    tail, head = graph.tail[usable], graph.head[usable]
    forward = _directions(graph)[usable]
    first = np.where(forward, tail, head)
    last = np.where(forward, head, tail)
    # Of several arcs of one link in one direction the fastest counts: sorted by time, each group's first is it.
    order = np.lexsort((ds[usable], ~forward, last, first, graph.link[usable]))
    usable, first, last, forward = usable[order], first[order], last[order], forward[order]
    row = graph.link[usable]
    new = np.ones(len(usable), np.bool_)
    new[1:] = (row[1:] != row[:-1]) | (first[1:] != first[:-1]) | (last[1:] != last[:-1])
    of = np.cumsum(new) - 1
    links = int(of[-1]) + 1 if len(of) else 0
    along, against = np.full(links, -1, np.int32), np.full(links, -1, np.int32)
    for side, arcs in ((along, np.flatnonzero(forward)), (against, np.flatnonzero(~forward))):
        side[of[arcs[::-1]]] = usable[arcs[::-1]]
    from_node, to_node, row = first[new], last[new], row[new]
    ax, ay, bx, by, link = _pieces(graph, from_node, to_node, row)
    length = np.hypot(bx - ax, by - ay)
    total = np.bincount(link, weights=length, minlength=links)
    share = np.where(total[link] > 0, length / np.where(total[link] > 0, total[link], 1.0), 0.0)
    before = np.cumsum(share) - share
    lead = np.zeros(links)
    starts = np.flatnonzero(np.diff(link, prepend=-1))
    lead[link[starts]] = before[starts]
    start = np.clip(before - lead[link], 0.0, 1.0) if len(link) else before

    x0 = float(min(ax.min(), bx.min())) if len(ax) else 0.0
    y0 = float(min(ay.min(), by.min())) if len(ax) else 0.0
    width = float(max(ax.max(), bx.max())) - x0 if len(ax) else 0.0
    height = float(max(ay.max(), by.max())) - y0 if len(ax) else 0.0
    # About one square per piece: the search then looks at a handful of pieces wherever the place is.
    size = max(100.0, float(np.sqrt(max(width, 1.0) * max(height, 1.0) / max(len(ax), 1))), (width + height) / 20_000)
    columns, rows = int(width // size) + 1, int(height // size) + 1
    indptr, piece = _sort_pieces(ax, ay, bx, by, x0, y0, size, columns, rows)
    return RoadIndex(
        from_node, to_node, along, against, row, ax, ay, bx, by, link, start, share, x0, y0, size, columns, rows,
        indptr, piece,
    )  # fmt: skip


def near_links(
    index: RoadIndex, x: NDArray[np.float64], y: NDArray[np.float64], roads: int, limit: float
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Give each place's nearest links, nearest first.

    Parameters
    ----------
    index : RoadIndex
    x, y : float64, shape (places,)
        Metres; NaN finds nothing.
    roads : int
        How many links are asked for.
    limit : float
        Longest straight distance, metres.

    Returns
    -------
    link : int32, shape (places, roads)
        -1 for none.
    along : float64, shape (places, roads)
        Share of the link's length at the nearest point.
    distance : float64, shape (places, roads)
        Metres, in whole millimetres; infinite for none.
    """
    link = np.full((len(x), roads), -1, np.int32)
    along = np.zeros((len(x), roads))
    distance = np.full((len(x), roads), np.inf)
    if len(index.row):
        # Neighbours after each other look at the same squares, which are then still in the cache.
        order = np.lexsort((x // index.size, y // index.size))
        _search(
            order, x, y, limit, index.ax, index.ay, index.bx, index.by, index.link, index.start, index.span, index.x0,
            index.y0, index.size, index.columns, index.rows, index.indptr, index.piece, link, along, distance,
        )  # fmt: skip
    return link, along, distance


def _directions(graph: RoadGraph) -> NDArray[np.bool_]:
    """Tell which arcs run along their link; without that knowledge, each link's first arc and its parallels do."""
    if graph.forward is not None:
        return graph.forward
    _, first, of = np.unique(graph.link, return_index=True, return_inverse=True)
    return np.asarray(graph.tail == graph.tail[first][of], np.bool_)


def _pieces(
    graph: RoadGraph, from_node: NDArray[np.int32], to_node: NDArray[np.int32], row: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int32]]:
    """Cut the links' lines into straight pieces, in the order of the links."""
    if graph.shapes is None:
        number = np.arange(len(row), dtype=np.int32)
        return graph.x[from_node], graph.y[from_node], graph.x[to_node], graph.y[to_node], number
    s = graph.shapes
    count = (s.indptr[row + 1] - s.indptr[row] - 1).astype(np.int64)
    link = np.repeat(np.arange(len(row), dtype=np.int32), count)
    at = np.repeat(s.indptr[row] - (np.cumsum(count) - count), count) + np.arange(len(link))
    return s.x[at], s.y[at], s.x[at + 1], s.y[at + 1], link


@njit(cache=True, nogil=True)
def _sort_pieces(ax, ay, bx, by, x0, y0, size, columns, rows):  # type: ignore[no-untyped-def]
    """List the pieces that touch each square: row by row of squares, from where a piece enters to where it leaves."""
    indptr = np.zeros(columns * rows + 2, np.int64)
    piece = np.empty(0, np.int32)
    for fill in range(2):
        for p in range(len(ax)):
            low, high = min(ay[p], by[p]), max(ay[p], by[p])
            r0 = min(int((low - y0) // size), rows - 1)
            r1 = min(int((high - y0) // size), rows - 1)
            for r in range(r0, r1 + 1):
                xa, xb = ax[p], bx[p]
                if r1 > r0:
                    a = (y0 + r * size - ay[p]) / (by[p] - ay[p])
                    b = (y0 + (r + 1) * size - ay[p]) / (by[p] - ay[p])
                    a, b = min(max(a, 0.0), 1.0), min(max(b, 0.0), 1.0)
                    xa, xb = ax[p] + a * (bx[p] - ax[p]), ax[p] + b * (bx[p] - ax[p])
                # A hair wider, so that rounding never leaves a square out.
                c0 = max(int((min(xa, xb) - x0 - 1e-6) // size), 0)
                c1 = min(int((max(xa, xb) - x0 + 1e-6) // size), columns - 1)
                for c in range(c0, c1 + 1):
                    square = r * columns + c
                    if fill == 0:
                        indptr[square + 2] += 1
                    else:
                        piece[indptr[square + 1]] = p
                        indptr[square + 1] += 1
        if fill == 0:
            for s in range(columns * rows):
                indptr[s + 2] += indptr[s + 1]
            piece = np.empty(indptr[columns * rows + 1], np.int32)
    return indptr[: columns * rows + 1].copy(), piece


@njit(cache=True, nogil=True)
def _search(  # type: ignore[no-untyped-def]
    order,
    x,
    y,
    limit,
    ax,
    ay,
    bx,
    by,
    link_of,
    start,
    span,
    x0,
    y0,
    size,
    columns,
    rows,
    indptr,
    piece,
    link,
    along,
    distance,
):
    """Look at squares ring by ring around each place until no unseen square can hold a nearer link."""
    roads = link.shape[1]
    for i in order:
        px, py = x[i], y[i]
        if not (np.isfinite(px) and np.isfinite(py)):
            continue
        c = int(np.floor((px - x0) / size))
        r = int(np.floor((py - y0) / size))
        last = max(max(abs(c), abs(c - columns + 1)), max(abs(r), abs(r - rows + 1)))
        # Rings that lie wholly beside the squares hold nothing.
        ring = max(max(-c, c - columns + 1), max(max(-r, r - rows + 1), 0))
        while ring <= last:
            reach = (ring - 1) * size
            if reach > limit or (ring > 0 and distance[i, roads - 1] <= reach):
                break
            for rr in range(max(r - ring, 0), min(r + ring, rows - 1) + 1):
                edge = rr == r - ring or rr == r + ring
                step = 1 if edge else max(2 * ring, 1)
                cc = c - ring
                while cc <= c + ring:
                    if 0 <= cc < columns:
                        for at in range(indptr[rr * columns + cc], indptr[rr * columns + cc + 1]):
                            p = piece[at]
                            dx, dy = bx[p] - ax[p], by[p] - ay[p]
                            square = dx * dx + dy * dy
                            t = 0.0
                            if square > 0.0:
                                t = min(max(((px - ax[p]) * dx + (py - ay[p]) * dy) / square, 0.0), 1.0)
                            ox, oy = px - ax[p] - t * dx, py - ay[p] - t * dy
                            most = distance[i, roads - 1] + 0.001
                            if ox * ox + oy * oy > most * most:
                                continue
                            # Whole millimetres: roads that run together tie exactly, whichever way they are drawn.
                            d = np.floor(np.sqrt(ox * ox + oy * oy) * 1000.0 + 0.5) / 1000.0
                            if d <= limit:
                                _keep(i, link_of[p], start[p] + t * span[p], d, link, along, distance)
                    cc += step
            ring += 1


@njit(cache=True, nogil=True, inline="always")
def _keep(i, new, f, d, link, along, distance):  # type: ignore[no-untyped-def]
    """Put a link among a place's nearest, each link once; ties go to the lower link and share."""
    roads = link.shape[1]
    at = roads
    for k in range(roads):
        if link[i, k] == new:
            if d > distance[i, k] or (d == distance[i, k] and f >= along[i, k]):
                return
            at = k
            break
    if at == roads:
        k = roads - 1
        if link[i, k] >= 0 and (d > distance[i, k] or (d == distance[i, k] and new > link[i, k])):
            return
        at = k
    while at > 0 and (
        link[i, at - 1] < 0 or d < distance[i, at - 1] or (d == distance[i, at - 1] and new < link[i, at - 1])
    ):
        link[i, at], along[i, at], distance[i, at] = link[i, at - 1], along[i, at - 1], distance[i, at - 1]
        at -= 1
    link[i, at], along[i, at], distance[i, at] = new, min(max(f, 0.0), 1.0), d
