"""The formulas against the own event simulation on random small systems."""

import numpy as np
import pytest

from tunti.remote.booked import booked_and_walk_in
from tunti.remote.queues import waiting, waiting_with_patience
from tunti.remote.single import interval, simulate_queue
from tunti.remote.small import known_customers, waiting_room

SYSTEMS = 36
# One interval in 2,000 misses by chance: hardly any of the 36 systems' three.
CONFIDENCE = 0.9995


def system(k):
    """A small system of one of five kinds, at random but the same every time."""
    rng = np.random.default_rng([11, k])
    servers = int(rng.integers(1, 7))
    load = float(rng.uniform(0.25, 0.85)) * servers
    minutes, within = float(rng.uniform(2, 40)), float(rng.uniform(0.5, 10))
    kind = ("plain", "room", "patience", "source", "booked")[k % 5]
    asked = {"within": within, "seed": k, "confidence": CONFIDENCE}
    if kind == "room":
        room = servers + int(rng.integers(0, 6))
        return (
            waiting_room(1.3 * load, servers, minutes, room, within=within),
            (1.3 * load, servers, minutes),
            {
                **asked,
                "room": room,
            },
        )
    if kind == "patience":
        patience = float(rng.uniform(1, 40))
        return (
            waiting_with_patience(1.3 * load, servers, minutes, patience, within=within),
            (1.3 * load, servers, minutes),
            {**asked, "patience": patience},
        )
    if kind == "source":
        people = servers + int(rng.integers(1, 12))
        each = load / (people - load) if people > load else 1.0
        return (
            known_customers(each / minutes, people, servers, minutes, within=within),
            (each, servers, minutes),
            {**asked, "source": people},
        )
    if kind == "booked":
        share = float(rng.uniform(0.1, 0.7))
        return (
            booked_and_walk_in(share * load, (1 - share) * load, servers, minutes, within=within)[1],
            (load, servers, minutes),
            {**asked, "booked": share},
        )
    return waiting(load, servers, minutes, within=within), (load, servers, minutes), asked


@pytest.mark.parametrize("k", range(SYSTEMS))
def test_formulas_lie_within_the_simulation(k):
    exact, queue, asked = system(k)
    found = simulate_queue(*queue, customers=2500, runs=12, **asked)
    served_wait = exact.mean_wait
    if "patience" in asked:
        # The formula counts those who give up with the time they waited; the simulation's mean is of the served.
        served_wait = None
    if served_wait is not None:
        assert found["mean_wait"].holds(served_wait)
    assert found["answered"].holds(exact.answered)
    if "room" in asked or "patience" in asked:
        assert found["lost"].holds(exact.lost)


def test_the_same_seed_gives_the_same_figures():
    one, again, other = (
        simulate_queue(2.0, 3, 20.0, within=5.0, customers=300, runs=3, seed=s)["mean_wait"].mean for s in (1, 1, 2)
    )
    assert one == again != other


def test_intervals_are_students():
    found = interval(np.array([1.0, 2.0, 3.0]), confidence=0.95)
    assert found.mean == 2.0
    assert found.half == pytest.approx(4.303 / np.sqrt(3), rel=1e-3)
    assert found.holds(0.0)
    assert not found.holds(5.0)
    assert interval(np.array([1.0])).half == np.inf
