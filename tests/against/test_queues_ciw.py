"""The formulas of waiting against Ciw, a queueing simulator of others: M/M/c, M/M/c/K and M/M/c+M."""

import numpy as np
import pytest

from tunti.remote.queues import waiting, waiting_with_patience
from tunti.remote.single import interval
from tunti.remote.small import waiting_room

ciw = pytest.importorskip("ciw")

MINUTES, RUNS, LONG = 10.0, 10, 16_000.0


def simulated(load, servers, *, within, room=None, patience=None, seed=1):
    """Mean wait of the served, share of all answered in time and share lost, with their intervals."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(load / MINUTES)],
        service_distributions=[ciw.dists.Exponential(1 / MINUTES)],
        number_of_servers=[servers],
        **({} if room is None else {"queue_capacities": [room - servers]}),
        **({} if patience is None else {"reneging_time_distributions": [ciw.dists.Exponential(1 / patience)]}),
    )
    rows = []
    for run in range(RUNS):
        ciw.seed(100 * seed + run)
        world = ciw.Simulation(network)
        world.simulate_until_max_time(LONG)
        records = [r for r in world.get_all_records() if LONG / 10 < r.arrival_date < 0.95 * LONG]
        waits = np.array([r.waiting_time for r in records if r.record_type == "service"])
        lost = sum(r.record_type in ("renege", "rejection") for r in records)
        came = len(waits) + lost
        rows.append((waits.mean(), (waits <= within).sum() / came, lost / came))
    return [interval(column, confidence=0.999) for column in np.array(rows).T]


@pytest.mark.parametrize(("load", "servers"), [(0.7, 1), (2.2, 3), (6.0, 8)])
def test_erlang_c(load, servers):
    exact = waiting(load, servers, MINUTES, within=5.0)
    wait, answered, _ = simulated(load, servers, within=5.0)
    assert wait.holds(exact.mean_wait)
    assert answered.holds(exact.answered)


@pytest.mark.parametrize(("load", "servers", "room"), [(1.5, 1, 3), (3.0, 3, 6), (5.0, 4, 4)])
def test_a_full_waiting_room(load, servers, room):
    exact = waiting_room(load, servers, MINUTES, room, within=5.0)
    wait, answered, lost = simulated(load, servers, within=5.0, room=room, seed=2)
    assert wait.holds(exact.mean_wait)
    assert answered.holds(exact.answered)
    assert lost.holds(exact.lost)


@pytest.mark.parametrize(("load", "servers", "patience"), [(1.2, 1, 8.0), (3.5, 3, 15.0), (6.0, 7, 5.0)])
def test_erlang_a(load, servers, patience):
    exact = waiting_with_patience(load, servers, MINUTES, patience, within=5.0)
    _, answered, lost = simulated(load, servers, within=5.0, patience=patience, seed=3)
    assert answered.holds(exact.answered)
    assert lost.holds(exact.lost)
