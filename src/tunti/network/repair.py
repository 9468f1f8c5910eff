"""The connected part of the road network, and a report of what is left out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from tunti.findings import Finding, Level, Message, note, say
from tunti.network.graph import RoadGraph

GRAVE_SHARE = 0.01
"""Share of the network's length from which on a part left out is a warning and not a note."""

_LISTED = 5
"""How many of the longest parts left out are named one by one."""


@dataclass(frozen=True, eq=False)
class Part:
    """A piece of the network that is not joined to the rest.

    Attributes
    ----------
    links : int
        Number of its links.
    km : float
        Length of its links, each counted once.
    link : int
        Row of one of its links.
    x, y : float
        A point of it, metres in the project's CRS.
    """

    links: int
    km: float
    link: int
    x: float
    y: float


def repair(graph: RoadGraph, *, table: str = "road_links") -> tuple[RoadGraph, list[Finding]]:
    """Keep the roads from which one can drive everywhere and back, and report all others.

    Parameters
    ----------
    graph : RoadGraph
    table : str
        Name of the table that findings speak of.

    Returns
    -------
    RoadGraph
        The main strongly connected component, ferries counted, so that islands with a ferry stay. Its nodes are
        numbered anew.
    list of Finding
        Parts that are not joined, links that can be entered but not left (or the other way round), and what only a
        ferry joins; each with its number and length.

    Notes
    -----
    The main component is the one with the greatest length of road. Strongly connected components by Pearce (2005), in
    :func:`scipy.sparse.csgraph.connected_components`.
    """
    if graph.arcs == 0:
        return graph, []
    strong = _components(graph, np.ones(graph.arcs, np.bool_), strong=True)
    inside = strong[graph.tail] == strong[graph.head]
    length = np.bincount(strong[graph.tail[inside]], weights=graph.metres[inside], minlength=int(strong.max()) + 1)
    main = int(length.argmax())
    keep = inside & (strong[graph.tail] == main)
    kept = graph.with_arcs(keep)

    findings = _ferry_tied(kept, table)
    # A one-way link between kept nodes is always kept, so what is dropped touches a node outside the main component.
    weak = _components(graph, np.ones(graph.arcs, np.bool_), strong=False)
    with_main = weak == weak[np.flatnonzero(strong == main)[0]]
    total = float(graph.metres[first_arcs(graph)].sum()) / 1000.0
    dead = ~keep & with_main[graph.tail]
    if dead.any():
        whole = _part(graph, dead)
        findings.append(
            _left_out(
                whole.km / max(total, 1e-9),
                table,
                whole.link,
                say(
                    "{links} links ({km} km) can be entered but not left, or left but not entered; they are not used",
                    links=whole.links,
                    km=round(whole.km, 1),
                ),
                say("Check the one-way directions near these links."),
            )
        )
    findings += _islands(graph, ~keep & ~with_main[graph.tail], weak, total, table)
    return kept, findings


def first_arcs(graph: RoadGraph) -> NDArray[np.bool_]:
    """Tell which arcs are the first of their link, so that lengths count each link once.

    Parameters
    ----------
    graph : RoadGraph

    Returns
    -------
    bool, shape (arcs,)
    """
    first = np.zeros(graph.arcs, np.bool_)
    first[np.unique(graph.link, return_index=True)[1]] = True
    return first


def _components(graph: RoadGraph, arcs: NDArray[np.bool_], *, strong: bool) -> NDArray[np.int32]:
    """Give each node the number of its component in the graph with some of its arcs."""
    # CSR built as it is: going through COO would copy twice, and what parallel arcs add up to does not matter here.
    if arcs.all():
        indptr, head = graph.indptr, graph.head
    else:
        indptr = np.zeros(graph.nodes + 1, np.int32)
        np.cumsum(np.bincount(graph.tail[arcs], minlength=graph.nodes), out=indptr[1:])
        head = graph.head[arcs]
    matrix = csr_matrix((np.ones(len(head), np.int8), head, indptr), shape=(graph.nodes, graph.nodes))
    _, label = connected_components(matrix, directed=True, connection="strong" if strong else "weak")
    return np.asarray(label, np.int32)


def _part(graph: RoadGraph, arcs: NDArray[np.bool_]) -> Part:
    """Sum up some arcs, each link once."""
    chosen = np.flatnonzero(arcs)
    _, first = np.unique(graph.link[chosen], return_index=True)
    chosen = chosen[first]
    a = int(chosen[0])
    return Part(
        links=len(chosen),
        km=float(graph.metres[chosen].astype(np.float64).sum()) / 1000.0,
        link=int(graph.link[a]),
        x=float(graph.x[graph.tail[a]]),
        y=float(graph.y[graph.tail[a]]),
    )


def _left_out(share: float, table: str, row: int | None, what: Message, what_to_do: Message) -> Finding:
    """Make the finding of a part left out: a warning when it is a notable share of the network."""
    level = Level.WARNING if share >= GRAVE_SHARE else Level.NOTE
    return Finding(level, table, row, None, what, what_to_do)


def _islands(
    graph: RoadGraph, arcs: NDArray[np.bool_], weak: NDArray[np.int32], total: float, table: str
) -> list[Finding]:
    """Report the parts that nothing joins: the longest one by one, then all together."""
    if not arcs.any():
        return []
    number, of = np.unique(weak[graph.tail[arcs]], return_inverse=True)
    once = first_arcs(graph)[arcs]
    km = np.bincount(of, weights=np.where(once, graph.metres[arcs], 0.0), minlength=len(number)) / 1000.0
    whole = _part(graph, arcs)
    findings = [
        _left_out(
            whole.km / max(total, 1e-9),
            table,
            None,
            say(
                "{parts} parts of the network with {links} links ({km} km) are not joined to the rest; they are not"
                " used",
                parts=len(number),
                links=whole.links,
                km=round(whole.km, 1),
            ),
            say("Add the links or ferries that are missing, or leave these parts out if they are right."),
        )
    ]
    for k in np.lexsort((number, -km))[:_LISTED]:
        chosen = np.zeros(graph.arcs, np.bool_)
        chosen[np.flatnonzero(arcs)[of == k]] = True
        part = _part(graph, chosen)
        findings.append(
            _left_out(
                part.km / max(total, 1e-9),
                table,
                part.link,
                say(
                    "a part with {links} links ({km} km) near {x}, {y} is not joined to the rest",
                    links=part.links,
                    km=round(part.km, 1),
                    x=str(round(part.x)),
                    y=str(round(part.y)),
                ),
                say("Add the link or ferry that is missing."),
            )
        )
    return findings


def _ferry_tied(graph: RoadGraph, table: str) -> list[Finding]:
    """Say how much of the network only ferries join."""
    if not graph.is_ferry.any():
        return []
    land = ~graph.is_ferry
    label = _components(graph, land, strong=True)
    inside = land & (label[graph.tail] == label[graph.head])
    length = np.bincount(label[graph.tail[inside]], weights=graph.metres[inside], minlength=int(label.max()) + 1)
    tied = inside & (label[graph.tail] != int(length.argmax()))
    if not tied.any():
        return []
    part = _part(graph, tied)
    return [
        note(
            table,
            None,
            None,
            say(
                "{parts} parts of the network with {links} links ({km} km) are joined only by ferry",
                parts=len(np.unique(label[graph.tail[tied]])),
                links=part.links,
                km=round(part.km, 1),
            ),
            say("Look at the results with and without ferries (speeds.ferries)."),
        )
    ]
