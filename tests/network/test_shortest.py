import numpy as np
import pytest
from hypothesis import given, settings
from search_networks import by_networkx, connectors, dense, expected, networks, road_graph, weights

from tunti.network import search
from tunti.network.order import spatial_order
from tunti.network.queues import search_heap, take_row
from tunti.network.search import FAR
from tunti.network.shortest import CUTOFF_LIMIT, add_site, many_to_many, search_graph, search_rows


def examples(n):
    return settings(max_examples=n, deadline=None, derandomize=True)


@given(networks())
@examples(150)
def test_same_as_networkx(drawn):
    graph, ds, cells, sites, cutoff = drawn
    want = by_networkx(graph, ds, cells, sites)
    tenths = many_to_many(graph, ds, cells, sites, cutoff_ds=cutoff, workers=1, tenths=True)
    assert tenths[2].dtype == np.uint32
    np.testing.assert_array_equal(dense(tenths, cells.places), np.where(want <= cutoff, want, np.inf))
    seconds = many_to_many(graph, ds, cells, sites, cutoff_ds=cutoff, workers=2)
    assert [a.dtype for a in seconds] == [np.int64, np.int32, np.uint16]
    np.testing.assert_array_equal(dense(seconds, cells.places), expected(want, cutoff))


@given(networks())
@examples(60)
def test_heap_gives_the_same_as_buckets(drawn):
    graph, ds, cells, sites, cutoff = drawn
    rows = many_to_many(graph, ds, cells, sites, cutoff_ds=cutoff, workers=1, tenths=True)
    g = search_graph(graph, ds, cells, cutoff_ds=cutoff)
    heap = np.empty(4, np.int64)
    for j in range(sites.places):
        label = np.full(g.nodes + g.cells, FAR, np.uint32)
        seen = np.zeros((g.cells + 63) // 64, np.uint64)
        own = slice(sites.indptr[j], sites.indptr[j + 1])
        heap = search_heap(
            g.nodes, g.indptr, g.arcs.reshape(-1), g.rank[sites.node[own]], sites.ds[own], cutoff, 0, label, seen, heap
        )
        cell, value = np.empty(g.cells, np.int32), np.empty(g.cells, np.uint32)
        n = take_row(g.nodes, label, seen, 0, cell, value, 0)
        row = slice(rows[0][j], rows[0][j + 1])
        np.testing.assert_array_equal(cell[:n], rows[1][row])
        np.testing.assert_array_equal(value[:n], rows[2][row])


@given(networks())
@examples(40)
def test_workers_and_node_order_do_not_matter(drawn):
    graph, ds, cells, sites, cutoff = drawn
    one = many_to_many(graph, ds, cells, sites, cutoff_ds=cutoff, workers=1)
    two = many_to_many(graph, ds, cells, sites, cutoff_ds=cutoff, workers=3)
    moved, _ = road_graph(graph.tail, graph.head, nodes=graph.nodes)  # every node at one spot: another order
    three = many_to_many(moved, ds, cells, sites, cutoff_ds=cutoff)
    for a, b, c in zip(one, two, three, strict=True):
        assert a.tobytes() == b.tobytes() == c.tobytes()


@given(networks())
@examples(30)
def test_adding_a_site_is_the_same_as_having_had_it(drawn):
    graph, ds, cells, sites, cutoff = drawn
    whole = many_to_many(graph, ds, cells, sites, cutoff_ds=cutoff)
    cut = sites.places // 2
    lists = [
        [(int(sites.node[k]), int(sites.ds[k])) for k in range(sites.indptr[j], sites.indptr[j + 1])]
        for j in range(sites.places)
    ]
    prepared = search_graph(graph, ds, cells, cutoff_ds=cutoff)
    rows = add_site(search_rows(prepared, connectors(lists[:cut])), prepared, connectors(lists[cut:]))
    for a, b in zip(whole, rows, strict=True):
        assert a.dtype == b.dtype
        assert a.tobytes() == b.tobytes()


def one_row(arcs, cells, site, cutoff, nodes=None, **options):
    graph, order = road_graph([a for a, _, _ in arcs], [b for _, b, _ in arcs], nodes=nodes)
    rows = many_to_many(
        graph,
        weights([w for _, _, w in arcs], order),
        connectors(cells),
        connectors([site]),
        cutoff_ds=cutoff,
        **options,
    )
    return rows[1].tolist(), rows[2].tolist()


def test_one_node_without_arcs():
    assert one_row([], [[(0, 0)], [(0, 30)]], [(0, 20)], 100, nodes=1) == ([0, 1], [2, 5])


def test_cell_and_site_at_the_same_place():
    assert one_row([(0, 1, 50), (1, 0, 50)], [[(0, 0)], [(1, 0)]], [(0, 0)], 100) == ([0, 1], [0, 5])


def test_exactly_the_cutoff_is_inside_and_judged_in_tenths():
    arcs = [(1, 0, 36_000), (2, 0, 36_001)]
    assert one_row(arcs, [[(1, 0)], [(2, 0)]], [(0, 0)], 36_000) == ([0], [3600])


def test_half_a_second_is_rounded_up():
    arcs = [(1, 0, 24), (2, 0, 25)]
    assert one_row(arcs, [[(1, 0)], [(2, 0)]], [(0, 0)], 100) == ([0, 1], [2, 3])
    assert one_row(arcs, [[(1, 0)], [(2, 0)]], [(0, 0)], 100, tenths=True) == ([0, 1], [24, 25])


def test_of_parallel_arcs_the_fastest_counts():
    assert one_row([(1, 0, 90), (1, 0, 40), (1, 0, 70)], [[(1, 0)]], [(0, 0)], 100) == ([0], [4])


def test_people_drive_from_the_cell_to_the_site():
    arcs = [(1, 0, 40), (0, 2, 40)]
    assert one_row(arcs, [[(1, 0)], [(2, 0)]], [(0, 0)], 100) == ([0], [4])


def test_free_arcs_cost_nothing():
    arcs = [(1, 0, 0), (2, 1, 0), (0, 2, 0), (3, 2, 10)]
    assert one_row(arcs, [[(1, 0)], [(2, 0)], [(3, 0)]], [(0, 0)], 10) == ([0, 1, 2], [0, 0, 1])


def test_places_without_connectors_have_no_times():
    assert one_row([(1, 0, 10)], [[], [(1, 0)]], [(0, 0)], 100) == ([1], [1])
    assert one_row([(1, 0, 10)], [[(1, 0)]], [], 100) == ([], [])
    assert one_row([(1, 0, 10)], [], [(0, 0)], 100) == ([], [])


def test_a_closed_arc_is_never_driven():
    arcs = [(1, 0, 2**32 - 1), (2, 0, 5)]
    assert one_row(arcs, [[(1, 0)], [(2, 0)], [(2, 2**32 - 1)]], [(0, 0)], CUTOFF_LIMIT) == ([1], [1])
    assert one_row(arcs, [[(2, 0)]], [(0, 2**32 - 1)], CUTOFF_LIMIT) == ([], [])


def test_longest_cutoff_fits_the_seconds():
    arcs = [(1, 0, CUTOFF_LIMIT), (2, 1, 1)]
    assert one_row(arcs, [[(1, 0)], [(2, 0)]], [(0, 0)], CUTOFF_LIMIT) == ([0], [65_534])


def test_many_searches_reuse_the_labels():
    """More searches than labels have room for above the falling base: cleared now and then, never wrong."""
    graph, order = road_graph([1, 2, 0], [0, 1, 2])
    sites = connectors([[(j % 3, 0)] for j in range(20_000)])
    rows = many_to_many(
        graph, weights([300_000, 200_000, 100_000], order), connectors([[(0, 0)], [(1, 0)]]), sites,
        cutoff_ds=CUTOFF_LIMIT, workers=1, tenths=True,
    )  # fmt: skip
    table = dense(rows, 2)
    for j, want in enumerate([[0, 300_000], [300_000, 0], [100_000, 400_000]]):
        assert (table[j::3] == want).all()


@pytest.mark.parametrize("cutoff", [-1, CUTOFF_LIMIT + 1])
def test_cutoff_out_of_range(cutoff):
    graph, order = road_graph([1], [0])
    with pytest.raises(ValueError, match="cut-off"):
        many_to_many(graph, weights([1], order), connectors([]), connectors([]), cutoff_ds=cutoff)


def test_sizes_that_do_not_match():
    graph, order = road_graph([1], [0])
    with pytest.raises(ValueError, match="drive times"):
        many_to_many(graph, weights([1, 2], [0, 1]), connectors([]), connectors([]), cutoff_ds=1)
    with pytest.raises(ValueError, match="not in the graph"):
        many_to_many(graph, weights([1], order), connectors([[(2, 0)]]), connectors([]), cutoff_ds=1)
    with pytest.raises(ValueError, match="not in the graph"):
        many_to_many(graph, weights([1], order), connectors([]), connectors([[(-1, 0)]]), cutoff_ds=1)


def test_a_queue_that_gets_too_long_is_started_again(monkeypatch):
    arcs = [(v, 0, 10 + v % 7) for v in range(1, 200)] + [(200, v, 5) for v in range(1, 200)]
    cells = [[(v, 0)] for v in range(201)]
    want = one_row(arcs, cells, [(0, 0)], 100)
    monkeypatch.setattr(search, "_ROOM", 2)
    assert one_row(arcs, cells, [(0, 0)], 100) == want
    assert len(want[0]) == 201


def test_spatial_order_keeps_neighbours_together():
    side = 64
    x, y = (a.ravel().astype(float) for a in np.meshgrid(np.arange(side), np.arange(side)))
    order = spatial_order(x, y)
    assert sorted(order) == list(range(side * side))
    step = np.hypot(np.diff(x[order]), np.diff(y[order]))
    assert step.max() < 3  # a curve without jumps, save for the rounding of its grid
    assert spatial_order(np.empty(0), np.empty(0)).tolist() == []
    assert spatial_order(np.full(3, np.nan), np.zeros(3)).tolist() == [0, 1, 2]
    assert spatial_order(np.ones(3), np.ones(3)).tolist() == [0, 1, 2]
