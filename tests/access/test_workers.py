import importlib.util
import os
import signal
import threading
import time

import numpy as np
import pytest

from tunti.access import workers as hands
from tunti.access.workers import Workers, many_to_many, parts_of
from tunti.errors import TuntiError
from tunti.network.contraction import contraction
from tunti.network.customize import customize
from tunti.network.dissection import contraction_order
from tunti.network.graph import Connectors, RoadGraph
from tunti.network.shortest import many_to_many as in_one
from tunti.network.sweep import sweep_graph

needs_dask = pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="distributed is not installed")


def country(side=40, cells=300, sites=700, seed=3):
    """Make a grid of roads with random times, cells and sites."""
    rng = np.random.default_rng(seed)
    node = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.column_stack([node[:, :-1].ravel(), node[:, 1:].ravel()]),
            np.column_stack([node[:-1].ravel(), node[1:].ravel()]),
        ]
    )
    tail, head = np.concatenate([pairs, pairs[:, ::-1]]).T
    order = np.argsort(tail, kind="stable")
    indptr = np.zeros(side * side + 1, np.int32)
    np.cumsum(np.bincount(tail, minlength=side * side), out=indptr[1:])
    n = len(tail)
    graph = RoadGraph(
        x=(np.arange(side * side) % side).astype(float), y=(np.arange(side * side) // side).astype(float),
        indptr=indptr, head=head[order].astype(np.int32), metres=np.ones(n, np.float32),
        road_class=np.zeros(n, np.int16), classes=("road",), link=np.zeros(n, np.int32),
        kmh=np.full(n, np.nan, np.float32), fixed_ds=np.full(n, -1, np.int32),
    )  # fmt: skip

    def places(count):
        return Connectors(
            np.arange(count + 1, dtype=np.int32),
            rng.integers(0, side * side, count).astype(np.int32),
            rng.integers(0, 300, count).astype(np.uint32),
        )

    return graph, rng.integers(1, 500, n).astype(np.uint32), places(cells), places(sites)


def same(a, b):
    return all(x.dtype == y.dtype and x.tobytes() == y.tobytes() for x, y in zip(a, b, strict=True))


@pytest.fixture(scope="module")
def problem():
    graph, ds, cells, sites = country()
    return graph, ds, cells, sites, in_one(graph, ds, cells, sites, cutoff_ds=5_000)


def test_names():
    assert Workers.named(None) == Workers("threads")
    assert Workers.named("inline") == Workers("threads", 1)
    assert Workers.named(3) == Workers("threads", 3) == Workers.named("3") == Workers.named("threads:3")
    assert Workers.named("processes") == Workers("processes")
    assert Workers.named("processes:2") == Workers("processes", 2)
    assert Workers.named("dask://here:8786") == Workers("dask", address="tcp://here:8786")
    for wrong in ("many", "processes:x", "threads:0", "0", "-1", "ray://here"):
        with pytest.raises(TuntiError, match="not known"):
            Workers.named(wrong)


@pytest.mark.parametrize(("workers", "tenths"), [("inline", False), (2, True), ("processes:2", True)])
def test_same_bytes(problem, workers, tenths):
    graph, ds, cells, sites, want = problem
    if tenths:
        want = in_one(graph, ds, cells, sites, cutoff_ds=5_000, tenths=True)
    assert same(want, many_to_many(graph, ds, cells, sites, cutoff_ds=5_000, workers=workers, tenths=tenths))


def swept(problem):
    graph, ds, cells, _, _ = problem
    folded = contraction(graph, contraction_order(graph))
    return sweep_graph(folded, customize(folded, ds), cells, cutoff_ds=5_000)


@pytest.mark.long
def test_same_bytes_with_the_sweep(problem, monkeypatch):
    graph, ds, cells, sites, want = problem
    prepared = swept(problem)
    monkeypatch.setattr(hands, "prepare", lambda *a, **k: prepared)
    parts = parts_of(prepared, sites, 2)
    assert sorted(np.concatenate(parts)) == list(range(sites.places))
    for workers in ("inline", "processes:2"):
        assert same(want, many_to_many(graph, ds, cells, sites, cutoff_ds=5_000, workers=workers))


def test_no_scheduler(problem, monkeypatch):
    monkeypatch.setattr(hands, "_ANSWER_S", 1.0)
    if importlib.util.find_spec("distributed") is None:
        match = "not installed"
    else:
        match = "No Dask scheduler"
    with pytest.raises(TuntiError, match=match):
        many_to_many(*problem[:4], cutoff_ds=5_000, workers="dask://127.0.0.1:1")


@pytest.fixture
def cluster():
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as it:
        yield it


@needs_dask
def test_dask_with_a_worker_killed_in_mid_run(problem, cluster, monkeypatch):
    graph, ds, cells, sites, want = problem
    address = cluster.scheduler_address.replace("tcp://", "dask://")
    assert same(want, many_to_many(graph, ds, cells, sites, cutoff_ds=5_000, workers=address))

    prepared = swept(problem)
    monkeypatch.setattr(hands, "prepare", lambda *a, **k: prepared)
    assert same(want, many_to_many(graph, ds, cells, sites, cutoff_ds=5_000, workers=address))
    monkeypatch.undo()

    slow = hands._dask_part
    monkeypatch.setattr(hands, "_SITES_A_PART", 8)
    monkeypatch.setattr(hands, "_PARTS_EACH", 20)
    monkeypatch.setattr(hands, "_dask_part", lambda plan, part: (time.sleep(0.1), slow(plan, part))[1])
    victim = next(iter(cluster.workers.values())).pid
    killed = []

    def kill():
        time.sleep(1.0)
        os.kill(victim, signal.SIGKILL)
        killed.append(victim)

    killer = threading.Thread(target=kill)
    killer.start()
    rows = many_to_many(graph, ds, cells, sites, cutoff_ds=5_000, workers=address)
    killer.join()
    assert killed
    assert same(want, rows)
