"""One engine on one problem, in a process of its own: `python drive_times_engines.py ENGINE PROBLEM.npz OUT.npz ...`.

Peers need numpy and themselves only; ours needs tunti. The problem file holds the network with nodes renumbered along a
Hilbert curve and the fastest of parallel arcs: `indptr, head, ds, x, y` (arcs by tail), `cell_node`, `site_node`.
What an engine found for the sample of sites goes to OUT.npz as tenths of a second (sample x cells), with its figures.
Called by drive_times.py.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

import numpy as np

FAR = np.uint32(0xFFFFFFFF)


class Missing(Exception):
    """The engine cannot run here; says why."""


def cpu(work, passes=1):
    """Run work and give its result and the least CPU seconds of a few passes."""
    best = float("inf")
    for _ in range(passes):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    return result, best


def peak_mb():
    """Give the most memory that this process has held so far, in megabytes."""
    try:
        with open("/proc/self/status") as file:
            return next(int(text.split()[1]) / 1024 for text in file if text.startswith("VmHWM"))
    except (OSError, StopIteration):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tails(p):
    return np.repeat(np.arange(len(p["indptr"]) - 1, dtype=np.int32), np.diff(p["indptr"]))


def cut(found, cutoff):
    """Turn distances (floats, infinite or huge where there is no way) into tenths, FAR beyond the cut-off."""
    found = np.asarray(found, np.float64)
    inside = found <= cutoff
    return np.where(inside, np.where(inside, found, 0), float(FAR)).astype(np.uint32)


def run_scipy(p, sample, cutoff, passes):
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    n = len(p["indptr"]) - 1
    # Zero would mean 'no arc' to scipy: the instances have none.
    turned, setup = cpu(
        lambda: csr_matrix((p["ds"].astype(np.float64), p["head"], p["indptr"]), shape=(n, n)).T.tocsr()
    )
    cells = p["cell_node"]
    rows = []

    def all_sites():
        rows.clear()
        for j in sample:
            rows.append(dijkstra(turned, indices=p["site_node"][j], limit=float(cutoff))[cells])

    _, s = cpu(all_sites, passes)
    return rows, {"setup_s": setup, "ms_per_site": 1e3 * s / len(sample)}


def run_networkit(p, sample, cutoff, passes):
    try:
        import networkit as nk
    except ImportError:
        raise Missing("networkit is not installed") from None
    n = len(p["indptr"]) - 1
    nk.setNumberOfThreads(1)
    graph, setup = cpu(
        lambda: nk.GraphFromCoo((p["ds"].astype(float), (p["head"], tails(p))), n=n, weighted=True, directed=True)
    )
    rows = []

    def all_sites():
        rows.clear()
        for j in sample:
            search = nk.distance.Dijkstra(graph, int(p["site_node"][j]), storePaths=False)
            search.run()
            rows.append(np.asarray(search.getDistances(asarray=True))[p["cell_node"]])

    _, s = cpu(all_sites, passes)
    return rows, {"setup_s": setup, "ms_per_site": 1e3 * s / len(sample), "note": "no cut-off"}


def run_igraph(p, sample, cutoff, passes):
    try:
        import igraph
    except ImportError:
        raise Missing("igraph is not installed") from None
    n = len(p["indptr"]) - 1
    graph, setup = cpu(lambda: igraph.Graph(n=n, edges=np.column_stack([tails(p), p["head"]]), directed=True))
    weights = p["ds"].tolist()
    cells, where = np.unique(p["cell_node"], return_inverse=True)
    cells = cells.tolist()
    rows = []

    def all_sites():
        rows.clear()
        for j in sample:
            found = graph.distances(int(p["site_node"][j]), cells, weights=weights, mode="in", algorithm="dijkstra")
            rows.append(np.asarray(found[0])[where])

    _, s = cpu(all_sites, passes)
    return rows, {"setup_s": setup, "ms_per_site": 1e3 * s / len(sample), "note": "no cut-off"}


def run_rustworkx(p, sample, cutoff, passes):
    try:
        import rustworkx as rx
    except ImportError:
        raise Missing("rustworkx is not installed") from None
    n = len(p["indptr"]) - 1

    def build():
        graph = rx.PyDiGraph(multigraph=False)
        graph.add_nodes_from(range(n))
        graph.add_edges_from(list(zip(p["head"].tolist(), tails(p).tolist(), p["ds"].tolist(), strict=True)))
        return graph

    graph, setup = cpu(build)
    rows = []

    def all_sites():
        rows.clear()
        for j in sample:
            full = np.full(n, np.inf)
            s = int(p["site_node"][j])
            found = rx.dijkstra_shortest_path_lengths(graph, s, float)
            full[np.fromiter(found.keys(), np.int64, len(found))] = np.fromiter(found.values(), float, len(found))
            full[s] = 0
            rows.append(full[p["cell_node"]])

    _, s = cpu(all_sites, passes)
    return rows, {"setup_s": setup, "ms_per_site": 1e3 * s / len(sample), "note": "no cut-off"}


def run_pandana(p, sample, cutoff, passes):
    try:
        import pandana
        import pandas as pd
    except ImportError:
        raise Missing("pandana is not installed") from None
    n = len(p["indptr"]) - 1

    def build():
        return pandana.Network(
            pd.Series(p["x"], index=range(n)), pd.Series(p["y"], index=range(n)), pd.Series(tails(p)),
            pd.Series(p["head"]), pd.DataFrame({"ds": p["ds"].astype(float)}), twoway=False,
        )  # fmt: skip

    network, setup = cpu(build)
    cells = p["cell_node"]
    rows = []

    def all_sites():
        rows.clear()
        for j in sample:
            to = np.full(len(cells), p["site_node"][j])
            rows.append(np.asarray(network.shortest_path_lengths(cells, to)))

    _, s = cpu(all_sites, passes)
    return rows, {"setup_s": setup, "ms_per_site": 1e3 * s / len(sample), "note": "no cut-off, all cells in pairs"}


def run_routingkit(p, sample, cutoff, passes):
    try:
        import routingkit_cch as rk
    except ImportError:
        raise Missing("routingkit-cch is not installed") from None
    n = len(p["indptr"]) - 1
    tail, head = tails(p).astype(np.uint32), p["head"].astype(np.uint32)

    def build():
        order = rk.compute_order_inertial(n, tail, head, p["y"].astype(np.float32), p["x"].astype(np.float32))
        folded = rk.CCH(order, tail, head, False)
        return folded, rk.CCHMetric(folded, p["ds"].astype(np.uint32))

    (_folded, metric), setup = cpu(build)
    many, pin = cpu(lambda: rk.CCHManyToOne(metric, p["cell_node"].astype(np.uint32)))
    rows = []

    def all_sites():
        rows.clear()
        for j in sample:
            found = many.distances_to(int(p["site_node"][j]))
            rows.append(np.array([np.inf if d is None else d for d in found], float))

    _, s = cpu(all_sites, passes)
    return rows, {"setup_s": setup + pin, "ms_per_site": 1e3 * s / len(sample), "note": "no cut-off"}


# --- ours ------------------------------------------------------------------------------------------------------------


def ours(p):
    """Make the product's network and connectors from the problem."""
    from tunti.network.graph import Connectors, RoadGraph

    m, n = len(p["head"]), len(p["indptr"]) - 1
    graph = RoadGraph(
        x=p["x"], y=p["y"], indptr=p["indptr"], head=p["head"], metres=np.zeros(m, np.float32),
        road_class=np.zeros(m, np.int16), classes=("road",), link=np.zeros(m, np.int32),
        kmh=np.zeros(m, np.float32), fixed_ds=np.zeros(m, np.int32),
    )  # fmt: skip

    def places(node):
        return Connectors(
            np.arange(len(node) + 1, dtype=np.int32), node.astype(np.int32), np.zeros(len(node), np.uint32)
        )

    assert graph.nodes == n
    return graph, p["ds"], places(p["cell_node"]), places(p["site_node"])


def sample_rows(rows, sample, cells):
    """Spread the sample's rows of a sparse table."""
    indptr, cell, value = rows
    found = []
    for j in sample:
        full = np.full(cells, FAR)
        full[cell[indptr[j] : indptr[j + 1]]] = value[indptr[j] : indptr[j + 1]]
        found.append(full)
    return found


def run_search(p, sample, cutoff, passes):
    from tunti.network.search import search_graph, search_rows

    graph, ds, cells, sites = ours(p)
    first = time.perf_counter()
    search_rows(search_graph(graph, ds, cells, cutoff_ds=cutoff), _few(sites), workers=1)
    first = time.perf_counter() - first
    prepared, setup = cpu(lambda: search_graph(graph, ds, cells, cutoff_ds=cutoff), 2)
    rows, s = cpu(lambda: search_rows(prepared, sites, workers=1, tenths=True), passes)
    wall = time.perf_counter()
    search_rows(prepared, sites)
    wall = time.perf_counter() - wall
    return sample_rows(rows, sample, cells.places), {
        "setup_s": setup, "ms_per_site": 1e3 * s / sites.places, "all_cores_ms": 1e3 * wall / sites.places,
        "first_use_s": first, "pairs": int(rows[0][-1]),
    }  # fmt: skip


def _few(sites):
    from tunti.network.rows import places

    return places(sites, np.arange(min(2, sites.places)))


def triad():
    """Measure what one core moves between memory and itself, bytes a second (a = b + s c, as STREAM counts it)."""
    from numba import njit

    @njit
    def go(a, b, c, s):
        for i in range(len(a)):
            a[i] = b[i] + s * c[i]

    n = 12_000_000
    a, b, c = np.zeros(n), np.ones(n), np.ones(n)
    go(a, b, c, 1.0)
    best = min(cpu(lambda: go(a, b, c, 2.0))[1] for _ in range(7))
    return 3 * 8 * n / best


def run_sweep(p, sample, cutoff, passes):
    """Time the sweep with a cut-off (rows) or, above 109 minutes, the whole table in tiles."""
    from tunti.network import sweep as engine
    from tunti.network.contraction import contraction
    from tunti.network.customize import customize
    from tunti.network.dissection import contraction_order

    graph, ds, cells, sites = ours(p)
    rate = triad()
    order, order_s = cpu(lambda: contraction_order(graph))
    contraction(graph, order)  # compiled or loaded before it is timed
    folded, fold_s = cpu(lambda: contraction(graph, order))
    customize(folded, ds)
    times, times_s = cpu(lambda: customize(folded, ds))
    engine.sweep_graph(folded, times, cells, cutoff_ds=cutoff)
    prepared, cut_s = cpu(lambda: engine.sweep_graph(folded, times, cells, cutoff_ds=cutoff))
    arrays = prepared.arrays
    tiles = cutoff > engine.LONGEST_16
    if tiles:
        position = {int(j): i for i, j in enumerate(sample)}
        found = [None] * len(sample)
        half = np.uint32(10)

        def all_tiles(keep=False):
            for group, seconds in engine.sweep_tiles(prepared, sites, workers=1):
                if keep:
                    for j, row in zip(group, seconds, strict=True):
                        if int(j) in position:
                            found[position[int(j)]] = np.where(row == 65_535, FAR, row * half)

        all_tiles(True)
        _, s = cpu(all_tiles, passes)
        wall = time.perf_counter()
        for _ in engine.sweep_tiles(prepared, sites):
            pass
    else:
        engine.sweep_rows(prepared, _few(sites), workers=1, tenths=True)
        rows, s = cpu(lambda: engine.sweep_rows(prepared, sites, workers=1, tenths=True), passes)
        found = sample_rows(rows, sample, cells.places)
        wall = time.perf_counter()
        engine.sweep_rows(prepared, sites)
    wall = time.perf_counter() - wall
    space = engine._Space(prepared)
    members = engine.groups(prepared, sites)
    arcs_of = own_arcs(arrays)
    swept_rows = swept_arcs = swept_cells = 0
    for group in members:
        space.search(prepared, sites, group)
        visited = _visited(arrays, space)
        swept_rows += int(visited.sum())
        swept_arcs += int(arcs_of[visited].sum())
        swept_cells += int(sum(int(w).bit_count() for w in space.seen))
    k = len(members)
    lanes = prepared.lanes
    nodes, arcs, reached = swept_rows / k, swept_arcs / k, swept_cells / k
    bound = ((arcs * 6 + nodes * 8) / lanes + nodes * 6 + reached * 4) / rate
    whole = ((len(folded.head) * 6 + graph.nodes * 8) / lanes + graph.nodes * 6 + cells.places * 4) / rate
    ms = 1e3 * s / sites.places
    return found, {
        "setup_s": order_s + fold_s + times_s + cut_s, "order_s": order_s, "fold_s": fold_s, "new_weights_s": times_s,
        "cut_s": cut_s, "ms_per_site": ms, "all_cores_ms": 1e3 * wall / sites.places, "lanes": lanes,
        "rows": prepared.rows, "arcs": int(arcs_of.sum()), "swept_rows": nodes, "swept_arcs": arcs,
        "reached_cells": reached, "triad_gb_s": rate / 1e9, "bound_ms": 1e3 * bound, "times_bound": ms / (1e3 * bound),
        "times_bound_whole_network": ms / (1e3 * whole), "folded_arcs": len(folded.head),
        "seconds_only": tiles,
    }  # fmt: skip


def own_arcs(arrays):
    """Count each row's arcs without those that only fill up."""
    fill = np.zeros(len(arrays.head), np.int64)
    fill[1:] = arrays.head[1:] == arrays.head[:-1]
    starts = arrays.indptr[:-1]
    fill[starts[starts < len(fill)]] = 0
    before = np.r_[0, np.cumsum(fill)]
    return np.diff(arrays.indptr) - np.diff(before[arrays.indptr])


def _visited(arrays, space):
    """Tell which rows the last sweep gave labels."""
    visited = np.zeros(len(arrays.indptr) - 1, bool)
    for first, end in space.swept.reshape(-1, 2):
        visited[first:end] = True
    return visited


def run_table(p, sample, cutoff, passes):
    """Make the whole sparse table as the product does, both cores, and see how much memory it takes."""
    del passes
    from tunti.network.search import search_graph
    from tunti.network.shortest import choose, many_to_many

    graph, ds, cells, sites = ours(p)
    p.clear()
    chosen = choose(graph, search_graph(graph, ds, cells, cutoff_ds=cutoff), sites)
    start, wall = time.process_time(), time.perf_counter()
    rows = many_to_many(graph, ds, cells, sites, cutoff_ds=cutoff)
    s, wall = time.process_time() - start, time.perf_counter() - wall
    found = sample_rows((rows[0], rows[1], rows[2].astype(np.uint32) * 10), sample, cells.places)
    return found, {
        "ms_per_site": 1e3 * s / sites.places, "all_cores_ms": 1e3 * wall / sites.places, "engine": chosen.engine,
        "expected_s": [chosen.search_s, chosen.sweep_s], "cpu_s": s, "pairs": int(rows[0][-1]), "seconds_only": True,
    }  # fmt: skip


ENGINES = {
    "scipy": run_scipy, "networkit": run_networkit, "igraph": run_igraph, "rustworkx": run_rustworkx,
    "pandana": run_pandana, "routingkit-cch": run_routingkit, "search": run_search, "sweep": run_sweep,
    "table": run_table,
}  # fmt: skip


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("engine", choices=ENGINES)
    ap.add_argument("problem")
    ap.add_argument("out")
    ap.add_argument("--cutoff", type=int, required=True)
    ap.add_argument("--sample", type=int, default=20)
    ap.add_argument("--of", type=int, default=60, help="take the sample out of so many, evenly spread over the sites")
    ap.add_argument("--passes", type=int, default=1)
    a = ap.parse_args()
    with np.load(a.problem) as z:
        p = {k: z[k] for k in z.files}
    count = len(p["site_node"])
    sample = np.unique(np.linspace(0, count - 1, min(a.of, count)).astype(int))
    sample = sample[np.unique(np.linspace(0, len(sample) - 1, min(a.sample, len(sample))).astype(int))]
    loaded = peak_mb()
    try:
        rows, figures = ENGINES[a.engine](p, sample, a.cutoff, a.passes)
    except Missing as word:
        rows, sample, figures = [], [], {"missing": str(word)}
    figures |= {"peak_mb": peak_mb(), "loaded_mb": loaded}
    if rows and rows[0].dtype != np.uint32:  # what peers found is cut after the time is taken
        rows = [cut(row, a.cutoff) for row in rows]
    np.savez(a.out, rows=np.array(rows), sample=np.array(sample), figures=json.dumps(figures))


if __name__ == "__main__":
    sys.exit(main())
