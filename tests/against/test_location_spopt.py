"""The location engine against spopt on the same tables of times."""

import warnings

import numpy as np
import pulp
import pytest
from tests.location.brute import problem

from tunti.location.problem import Goal, Rules
from tunti.location.solve import locate

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    spopt = pytest.importorskip("spopt.locate")


def country(seed, cells=120, sites=20):
    rng = np.random.default_rng(seed)
    x, s = rng.random((cells, 2)), rng.random((sites, 2))
    d = np.hypot(*(x[:, None] - s[None]).transpose(2, 0, 1))
    return np.round(d * 5000).astype(int), rng.integers(1, 200, cells)


def solved(model):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.solve(pulp.PULP_CBC_CMD(msg=False))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_fewest(seed):
    seconds, people = country(seed)
    reached = (seconds <= 1200).any(axis=1)
    peer = solved(spopt.LSCP.from_cost_matrix(seconds[reached], 1200))
    ours = locate(problem(seconds, people, Goal.FEWEST))
    assert ours.objective == pytest.approx(peer.problem.objective.value())


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_most_people(seed):
    seconds, people = country(seed)
    peer = solved(spopt.MCLP.from_cost_matrix(seconds, people, 1200, 4))
    ours = locate(problem(seconds, people, Goal.MOST_PEOPLE, rules=Rules(points=4)))
    assert people.sum() - ours.objective == pytest.approx(peer.problem.objective.value())


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_least_travel(seed):
    seconds, people = country(seed)
    peer = solved(spopt.PMedian.from_cost_matrix(seconds, people, 4))
    ours = locate(problem(seconds, people, Goal.LEAST_TRAVEL, rules=Rules(points=4), far_seconds=60_000))
    assert ours.objective == pytest.approx(peer.problem.objective.value())


@pytest.mark.parametrize("seed", [0, 1])
def test_worst_case(seed):
    seconds, people = country(seed, cells=60, sites=12)
    peer = solved(spopt.PCenter.from_cost_matrix(seconds, 4))
    ours = locate(problem(seconds, people, Goal.WORST_CASE, rules=Rules(points=4), far_seconds=60_000))
    assert ours.objective == pytest.approx(peer.problem.objective.value())
