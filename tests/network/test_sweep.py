import numpy as np
import pytest
from hypothesis import given, settings
from search_networks import networks

from tunti.network.contraction import contraction
from tunti.network.customize import customize
from tunti.network.dissection import contraction_order
from tunti.network.shortest import search_graph, search_rows
from tunti.network.sweep import sweep_graph, sweep_rows, sweep_tiles


def examples(n):
    return settings(max_examples=n, deadline=None, derandomize=True)


def swept(graph, ds, cells, cutoff, *, order=None, wide=False):
    folded = contraction(graph, contraction_order(graph) if order is None else order)
    return sweep_graph(folded, customize(folded, ds), cells, cutoff_ds=cutoff, wide=wide)


def same(a, b):
    for x, y in zip(a, b, strict=True):
        assert x.dtype == y.dtype
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("wide", [False, True])
@given(drawn=networks())
@examples(150)
def test_same_as_the_search(wide, drawn):
    graph, ds, cells, sites, cutoff = drawn
    want = search_rows(search_graph(graph, ds, cells, cutoff_ds=cutoff), sites, tenths=True)
    prepared = swept(graph, ds, cells, cutoff, wide=wide)
    same(want, sweep_rows(prepared, sites, workers=1, tenths=True))
    for group, seconds in sweep_tiles(prepared, sites, workers=1):
        assert seconds.shape == (len(group), cells.places)
        for row, j in zip(seconds, group, strict=True):
            full = np.full(cells.places, 65_535)
            k = slice(want[0][j], want[0][j + 1])
            full[want[1][k]] = (want[2][k] + 5) // 10
            np.testing.assert_array_equal(full, row)
