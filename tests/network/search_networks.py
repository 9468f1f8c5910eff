"""Random small networks for the tests of the search engines."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from tunti.network.graph import Connectors, RoadGraph


def road_graph(tail, head, x=None, y=None, *, nodes=None):
    """Make a graph from arcs in any order; gives the graph and the order that its arcs took."""
    tail, head = np.asarray(tail, np.int64), np.asarray(head, np.int64)
    nodes = nodes if nodes is not None else int(max(tail.max(initial=-1), head.max(initial=-1))) + 1
    order = np.argsort(tail, kind="stable")
    indptr = np.zeros(nodes + 1, np.int32)
    np.cumsum(np.bincount(tail, minlength=nodes), out=indptr[1:])
    n = len(tail)
    graph = RoadGraph(
        x=np.zeros(nodes) if x is None else np.asarray(x, float),
        y=np.zeros(nodes) if y is None else np.asarray(y, float),
        indptr=indptr,
        head=head[order].astype(np.int32),
        metres=np.ones(n, np.float32),
        road_class=np.zeros(n, np.int16),
        classes=("road",),
        link=np.arange(n, dtype=np.int32),
        kmh=np.full(n, np.nan, np.float32),
        fixed_ds=np.full(n, -1, np.int32),
    )
    return graph, order


def connectors(places):
    """Make connectors from a list of (node, tenths) lists, one a place."""
    flat = [pair for place in places for pair in place]
    return Connectors(
        indptr=np.cumsum([0, *map(len, places)]).astype(np.int32),
        node=np.array([n for n, _ in flat], np.int32),
        ds=np.array([d for _, d in flat], np.uint32),
    )


def weights(ds, order):
    """Put weights in the order of the graph's arcs."""
    return np.asarray(ds, np.uint32)[order]


@st.composite
def networks(draw, max_nodes=24, max_arcs=80):
    """Draw a network with parallel arcs, one-ways, loops and free arcs, and places with 0-3 connectors."""
    nodes = draw(st.integers(1, max_nodes))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    arcs = draw(st.integers(0, max_arcs))
    top = draw(st.sampled_from([3, 60, 4000, 70_000]))
    tail, head = rng.integers(0, nodes, arcs), rng.integers(0, nodes, arcs)
    ds = rng.integers(0, top, arcs)
    graph, order = road_graph(tail, head, rng.random(nodes) * 1e5, rng.random(nodes) * 1e5, nodes=nodes)

    def places(n):
        return connectors(
            [
                [(int(rng.integers(nodes)), int(rng.integers(0, top))) for _ in range(rng.integers(0, 4))]
                for _ in range(n)
            ]
        )

    cells, sites = places(draw(st.integers(0, 12))), places(draw(st.integers(0, 40)))
    return graph, weights(ds, order), cells, sites, top * draw(st.integers(0, 8))


def by_networkx(graph, ds, cells, sites):
    """Give the table of times in tenths by networkx, infinite where there is no way: the slow, plain way."""
    import networkx as nx

    g = nx.DiGraph()
    g.add_nodes_from(range(graph.nodes))

    def add(a, b, w):
        if not g.has_edge(a, b) or g[a][b]["weight"] > w:
            g.add_edge(a, b, weight=int(w))

    for a, b, w in zip(graph.tail, graph.head, ds, strict=True):
        add(int(a), int(b), w)
    for i in range(cells.places):
        g.add_node(("cell", i))
        for k in range(cells.indptr[i], cells.indptr[i + 1]):
            add(("cell", i), int(cells.node[k]), cells.ds[k])
    for j in range(sites.places):
        g.add_node(("site", j))
        for k in range(sites.indptr[j], sites.indptr[j + 1]):
            add(int(sites.node[k]), ("site", j), sites.ds[k])
    table = np.full((sites.places, cells.places), np.inf)
    for i in range(cells.places):
        far = nx.single_source_dijkstra_path_length(g, ("cell", i))
        for j in range(sites.places):
            table[j, i] = far.get(("site", j), np.inf)
    return table


def dense(rows, cells):
    """Spread sparse rows to a table, infinite where there is no entry."""
    indptr, cell, value = rows
    table = np.full((len(indptr) - 1, cells), np.inf)
    for j in range(len(indptr) - 1):
        row = slice(indptr[j], indptr[j + 1])
        assert (np.diff(cell[row]) > 0).all()
        table[j, cell[row]] = value[row]
    return table


def expected(table, cutoff_ds):
    """Cut a table of tenths and round it to seconds as many_to_many promises."""
    return np.where(table <= cutoff_ds, np.floor((table + 5) / 10), np.inf)
