"""Drive times against other tools and on real networks: both engines, all pairs, no mismatch."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, cKDTree

from tunti.network.contraction import contraction
from tunti.network.customize import customize
from tunti.network.dissection import contraction_order
from tunti.network.graph import Connectors, RoadGraph
from tunti.network.shortest import k_nearest, many_to_many, search_graph, search_rows, stream_tiles
from tunti.network.sweep import sweep_graph, sweep_rows

SHARED = Path(os.environ.get("TUNTI_SHARED") or Path(__file__).parents[3] / "shared") / "data"


def graph_of(x, y, tail, head):
    order = np.argsort(tail, kind="stable")
    n, m = len(x), len(tail)
    indptr = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(tail, minlength=n), out=indptr[1:])
    graph = RoadGraph(
        x=np.asarray(x, float), y=np.asarray(y, float), indptr=indptr, head=np.asarray(head)[order].astype(np.int32),
        metres=np.ones(m, np.float32), road_class=np.zeros(m, np.int16), classes=("road",),
        link=np.zeros(m, np.int32), kmh=np.full(m, np.nan, np.float32), fixed_ds=np.full(m, -1, np.int32),
    )  # fmt: skip
    return graph, order


def at_nodes(node, ds=None):
    ds = np.zeros(len(node)) if ds is None else ds
    return Connectors(np.arange(len(node) + 1, dtype=np.int32), np.asarray(node, np.int32), ds.astype(np.uint32))


def country(nodes, cells, sites, seed=7):
    """Make a planar country with one-ways, parallel arcs and free arcs; places with a way of their own to the road."""
    rng = np.random.default_rng(seed)
    xy = rng.random((nodes, 2)) * 1e5
    edge = np.concatenate([Delaunay(xy).simplices[:, [i, (i + 1) % 3]] for i in range(3)])
    edge = edge[rng.random(len(edge)) < 0.6]
    both = rng.random(len(edge)) < 0.8
    tail, head = np.r_[edge[:, 0], edge[both, 1]], np.r_[edge[:, 1], edge[both, 0]]
    ds = np.round(np.hypot(*(xy[tail] - xy[head]).T) * rng.uniform(0.3, 0.9, len(tail)))
    ds[rng.random(len(ds)) < 0.01] = 0
    graph, order = graph_of(xy[:, 0], xy[:, 1], tail, head)
    places = [
        at_nodes(rng.integers(0, nodes, count), np.round(rng.exponential(300, count))) for count in (cells, sites)
    ]
    return graph, ds[order].astype(np.uint32), *places


def by_scipy(graph, ds, cells, sites):
    """Give the whole table in tenths (sites x cells), infinite where there is no way.

    scipy takes a stored zero for no arc and sums nothing here: times are scaled up and a bit is added to each arc.
    """
    big = 1 << 20
    key = graph.tail.astype(np.int64) * graph.nodes + graph.head
    order = np.lexsort((ds, key))
    key, time = key[order], ds[order].astype(float) * big + 1
    first = np.r_[True, key[1:] != key[:-1]]
    key, time = key[first], time[first]
    turned = csr_matrix((time, (key % graph.nodes, key // graph.nodes)), shape=(graph.nodes, graph.nodes))
    found = np.floor(dijkstra(turned, indices=sites.node)[:, cells.node] / big)
    return found + cells.ds[None, :] + sites.ds[:, None]


def dense(rows, cells):
    indptr, cell, value = rows
    table = np.full((len(indptr) - 1, cells), np.inf)
    table[np.repeat(np.arange(len(indptr) - 1), np.diff(indptr)), cell] = value
    return table


def check(graph, ds, cells, sites, cutoffs):
    """Compare both engines, tiles and nearest sites with scipy, pair by pair."""
    want = by_scipy(graph, ds, cells, sites)
    folded = contraction(graph, contraction_order(graph))
    times = customize(folded, ds)
    for cutoff in cutoffs:
        inside = np.where(want <= cutoff, want, np.inf)
        searched = search_rows(search_graph(graph, ds, cells, cutoff_ds=cutoff), sites, tenths=True)
        np.testing.assert_array_equal(dense(searched, cells.places), inside)
        prepared = sweep_graph(folded, times, cells, cutoff_ds=cutoff)
        for a, b in zip(searched, sweep_rows(prepared, sites, tenths=True), strict=True):
            np.testing.assert_array_equal(a, b)
        seconds = many_to_many(graph, ds, cells, sites, cutoff_ds=cutoff)
        np.testing.assert_array_equal(
            dense(seconds, cells.places), np.where(want <= cutoff, (np.minimum(want, 1e9) + 5) // 10, np.inf)
        )
    got = np.full(want.shape, 65_535)
    for group, tile in stream_tiles(graph, ds, cells, sites):
        got[group] = tile
    np.testing.assert_array_equal(got, np.where(want <= 655_344, (np.minimum(want, 1e6) + 5) // 10, 65_535))
    indptr, site, tenths = k_nearest(graph, ds, cells, sites, 3)
    assert (np.diff(indptr) <= 3).all()
    order = np.argsort(want, axis=0, kind="stable")[:3].T
    near = np.take_along_axis(want.T, order, axis=1)
    held = near <= 655_344
    np.testing.assert_array_equal(np.diff(indptr), held.sum(1))
    np.testing.assert_array_equal(site, order[held])
    np.testing.assert_array_equal(tenths, near[held])


@pytest.mark.parametrize("seed", [1, 2])
def test_invented_country_against_scipy(seed):
    check(*country(4_000, 900, 150, seed), (3_000, 36_000, 65_534, 100_000))


@pytest.mark.long
def test_larger_invented_country_against_scipy():
    check(*country(120_000, 20_000, 400), (10_000, 36_000, 65_534, 300_000))


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the folder of shared real data is not there (set TUNTI_SHARED)")
def test_finlands_state_roads_against_scipy():
    nodes = pd.read_csv(SHARED / "finland" / "road_nodes.csv")
    links = pd.read_csv(SHARED / "finland" / "road_links.csv")
    cells = pd.read_csv(SHARED / "finland" / "grid_5km_2018.csv")
    seats = pd.read_csv(SHARED / "finland" / "municipality_seats.csv")
    number = pd.Series(np.arange(len(nodes)), nodes["node"])
    a, b = number[links["a"]].to_numpy(), number[links["b"]].to_numpy()
    ds = np.round(links["km"].to_numpy() / 70 * 36_000)
    graph, order = graph_of(nodes["x"], nodes["y"], np.r_[a, b], np.r_[b, a])
    flat = np.array([0.45, 1.0])
    tree = cKDTree(nodes[["lon", "lat"]].to_numpy() * flat)
    places = []
    for frame in (cells, seats):
        away, near = tree.query(frame[["lon", "lat"]].to_numpy() * flat)
        places.append(at_nodes(near, np.round(away * 111 / 40 * 36_000)))
    check(graph, np.r_[ds, ds][order].astype(np.uint32), *places, (36_000, 60_000))
