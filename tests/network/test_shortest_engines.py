"""The choice between the engines, folded networks kept on disk, what-ifs, and the nearest sites only."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from search_networks import by_networkx, connectors, networks, road_graph, weights

from tunti.network import shortest
from tunti.network.contraction import contraction
from tunti.network.customize import customize
from tunti.network.dissection import contraction_order, keep_order, kept_order, order_path
from tunti.network.shortest import choose, fold, k_nearest, many_to_many, search_graph, stream_tiles
from tunti.network.sweep import sweep_graph, sweep_rows


def examples(n):
    return settings(max_examples=n, deadline=None, derandomize=True)


def grid(side=30, seed=1):
    rng = np.random.default_rng(seed)
    node = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.column_stack([node[:, :-1].ravel(), node[:, 1:].ravel()]),
            np.column_stack([node[:-1].ravel(), node[1:].ravel()]),
        ]
    )
    tail, head = np.concatenate([pairs, pairs[:, ::-1]]).T
    graph, order = road_graph(tail, head, np.arange(side * side) % side, np.arange(side * side) // side)
    places = [
        [(int(v) % side**2, int(d))]
        for v, d in zip(rng.integers(0, side * side, 500), rng.integers(0, 99, 500), strict=True)
    ]
    return graph, weights(rng.integers(1, 300, len(tail)), order), connectors(places[:200]), connectors(places[200:])


def same(a, b):
    for x, y in zip(a, b, strict=True):
        assert x.dtype == y.dtype
        np.testing.assert_array_equal(x, y)


def test_both_engines_behind_one_function_give_the_same_bytes(monkeypatch, tmp_path):
    graph, ds, cells, sites = grid()
    searched = many_to_many(graph, ds, cells, sites, cutoff_ds=3_000)
    assert choose(graph, search_graph(graph, ds, cells, cutoff_ds=3_000), sites).engine == "search"
    monkeypatch.setattr(shortest, "_SEARCH_PAIR", 1e6)
    turned = search_graph(graph, ds, cells, cutoff_ds=3_000)
    assert choose(graph, turned, sites).engine == "sweep"
    for tenths in (False, True):
        for workers in (1, 3):
            swept = many_to_many(
                graph, ds, cells, sites, cutoff_ds=3_000, orders=tmp_path, tenths=tenths, workers=workers
            )
            if not tenths:
                same(searched, swept)
    assert order_path(tmp_path, graph).exists()


def test_the_rule_counts_what_is_at_hand(tmp_path):
    graph, ds, cells, sites = grid()
    turned = search_graph(graph, ds, cells, cutoff_ds=3_000)
    nothing = choose(graph, turned, sites).sweep_s
    to_be_kept = choose(graph, turned, sites, orders=tmp_path).sweep_s
    keep_order(tmp_path, graph, contraction_order(graph))
    on_disk = choose(graph, turned, sites, orders=tmp_path).sweep_s
    fold(graph, orders=tmp_path)
    in_memory = choose(graph, turned, sites).sweep_s
    assert nothing > to_be_kept > on_disk > in_memory > 0


def test_an_order_is_kept_by_topology_and_survives_damage(tmp_path):
    graph, _, _, _ = grid()
    assert kept_order(tmp_path, graph) is None
    order = contraction_order(graph)
    path = keep_order(tmp_path, graph, order)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    np.testing.assert_array_equal(kept_order(tmp_path, graph), order)
    other, _ = road_graph([0, 1], [1, 0])
    assert order_path(tmp_path, other) != path
    for damage in (b"", path.read_bytes()[:-40], b"nonsense"):
        path.write_bytes(damage)
        assert kept_order(tmp_path, graph) is None
    np.save(path, np.zeros(graph.nodes, np.int32))
    assert kept_order(tmp_path, graph) is None


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    graph, _, _, _ = grid(5)

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        keep_order(tmp_path, graph, contraction_order(graph))
    assert list(tmp_path.iterdir()) == []


def test_the_order_is_the_same_every_time():
    graph, _, _, _ = grid()
    first = contraction_order(graph)
    assert sorted(first) == list(range(graph.nodes))
    np.testing.assert_array_equal(first, contraction_order(graph))


@given(networks())
@examples(60)
def test_any_order_gives_right_times(drawn):
    graph, ds, cells, sites, cutoff = drawn
    want = many_to_many(graph, ds, cells, sites, cutoff_ds=cutoff)
    for order in (np.arange(graph.nodes), np.arange(graph.nodes)[::-1]):
        folded = contraction(graph, order.astype(np.int32))
        for perfect in (True, False):
            prepared = sweep_graph(folded, customize(folded, ds, perfect=perfect), cells, cutoff_ds=cutoff)
            same(want, sweep_rows(prepared, sites))


def test_new_speeds_need_no_new_fold():
    graph, ds, cells, sites = grid()
    folded = fold(graph)
    assert fold(graph) is folded
    for slower in (1, 2, 3):
        want = many_to_many(graph, ds * np.uint32(slower), cells, sites, cutoff_ds=5_000)
        times = customize(folded, ds * np.uint32(slower))
        same(want, sweep_rows(sweep_graph(folded, times, cells, cutoff_ds=5_000), sites))


def test_districts_out_of_reach_are_passed_over():
    from tunti.network.sweep import _Space, groups

    graph, ds, cells, sites = grid(120)
    folded = fold(graph)
    prepared = sweep_graph(folded, customize(folded, ds), cells, cutoff_ds=1_000)
    space = _Space(prepared)
    space.search(prepared, sites, groups(prepared, sites)[0])
    first, end = space.swept.reshape(-1, 2).T
    assert (first < end).all()
    assert (end[:-1] < first[1:]).all()
    assert 0 < (end - first).sum() < 0.9 * prepared.rows
    same(many_to_many(graph, ds, cells, sites, cutoff_ds=1_000), sweep_rows(prepared, sites))


def test_tiles_are_the_whole_table(tmp_path):
    graph, ds, cells, sites = grid()
    for cutoff in (1_000, 60_000, 600_000):
        indptr, cell, seconds = many_to_many(graph, ds, cells, sites, cutoff_ds=cutoff)
        want = np.full((sites.places, cells.places), 65_535, np.uint16)
        want[np.repeat(np.arange(sites.places), np.diff(indptr)), cell] = seconds
        got = np.zeros_like(want)
        times = np.zeros(sites.places, int)
        for group, tile in stream_tiles(graph, ds, cells, sites, cutoff_ds=cutoff, workers=2, orders=tmp_path):
            assert len(group) <= 32
            got[group] = tile
            times[group] += 1
        assert (times == 1).all()
        np.testing.assert_array_equal(want, got)


@given(networks())
@examples(60)
def test_the_nearest_few_are_those_of_the_whole_table(drawn):
    graph, ds, cells, sites, cutoff = drawn
    table = by_networkx(graph, ds, cells, sites)
    for k in (1, 2, 5):
        indptr, site, tenths = k_nearest(graph, ds, cells, sites, k, cutoff_ds=cutoff)
        assert [a.dtype for a in (indptr, site, tenths)] == [np.int64, np.int32, np.uint32]
        for i in range(cells.places):
            inside = [j for j in np.argsort(table[:, i], kind="stable") if table[j, i] <= cutoff][:k]
            row = slice(indptr[i], indptr[i + 1])
            assert site[row].tolist() == inside
            assert tenths[row].tolist() == [table[j, i] for j in inside]


def test_progress_is_told_to_the_end():
    graph, ds, cells, sites = grid()
    folded = fold(graph)
    prepared = sweep_graph(folded, customize(folded, ds), cells, cutoff_ds=1_000)
    for work in (lambda tell: many_to_many(graph, ds, cells, sites, cutoff_ds=1_000, progress=tell),
                 lambda tell: sweep_rows(prepared, sites, progress=tell)):  # fmt: skip
        told = []
        work(told.append)
        assert told == sorted(told)
        assert told[-1] == 1.0


def test_k_must_be_positive():
    graph, ds, cells, sites = grid(5)
    with pytest.raises(ValueError, match="nearest"):
        k_nearest(graph, ds, cells, sites, 0)
    assert k_nearest(graph, ds, connectors([]), sites, 2)[0].tolist() == [0]
    with pytest.raises(ValueError, match="drive times"):
        customize(fold(graph), ds[:-1])
