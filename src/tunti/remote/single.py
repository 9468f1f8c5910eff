"""One queue simulated by the same clockwork: the check of the formulas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from tunti.remote.engine import Customer, Engine, Group

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval.

    Attributes
    ----------
    mean, half : float
        The interval is ``mean - half`` to ``mean + half``.
    """

    mean: float
    half: float

    def holds(self, value: float) -> bool:
        """Tell whether the interval holds a value."""
        return abs(value - self.mean) <= self.half


def interval(values: Floats, *, confidence: float = 0.95) -> Interval:
    """Give the confidence interval of a mean of independent runs (Student's t).

    Parameters
    ----------
    values : float64
        One per run, two at least.
    confidence : float

    Returns
    -------
    Interval
    """
    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    if len(known) < 2:
        return Interval(float(known.mean()) if len(known) else float("nan"), float("inf"))
    spread = float(known.std(ddof=1)) / np.sqrt(len(known))
    return Interval(float(known.mean()), float(stdtrit(len(known) - 1, 0.5 + confidence / 2)) * spread)


def simulate_queue(
    load: float,
    servers: int,
    minutes: float,
    *,
    within: float,
    customers: int = 2000,
    runs: int = 10,
    seed: int = 1,
    patience: float = np.inf,
    room: float = np.inf,
    source: int | None = None,
    booked: float = 0.0,
    confidence: float = 0.95,
) -> dict[str, Interval]:
    """Simulate one queue for a long time, several times over.

    Parameters
    ----------
    load : float
        Erlang of those who come; of one person of the group when ``source`` is given.
    servers : int
    minutes : float
    within : float
    customers : int
        Customers of a run, about; a tenth more come before counting begins.
    runs : int
    seed : int
    patience, room : float
        As :func:`tunti.remote.queues.waiting_with_patience` and :func:`tunti.remote.small.waiting_room` take them.
    source : int, optional
        People of a known group; each comes again after being away.
    booked : float
        Share of customers who go first.
    confidence : float

    Returns
    -------
    dict of str to Interval
        ``mean_wait`` (of the served, of walk-ins where some are booked), ``answered`` (of all who came), ``lost``.
    """
    found = np.array(
        [
            _run(
                load, servers, minutes, within, customers, np.random.default_rng([seed, r]), patience, room, source,
                booked,
            )
            for r in range(runs)
        ]
    )  # fmt: skip
    return {
        name: interval(found[:, k], confidence=confidence) for k, name in enumerate(("mean_wait", "answered", "lost"))
    }


def _run(
    load: float,
    servers: int,
    minutes: float,
    within: float,
    customers: int,
    rng: np.random.Generator,
    patience: float,
    room: float,
    source: int | None,
    booked: float,
) -> tuple[float, float, float]:
    engine = Engine()
    group = Group(engine, servers, room=room)
    waits: list[float] = []
    rate = load / minutes if source is None else load / minutes * source
    length = customers / rate if source is None else customers / (load / minutes * source / (1 + load))
    begins = 0.1 * length
    came = [0]

    def make(at: float) -> Customer:
        return Customer(
            at,
            (group,),
            float(rng.exponential(minutes)),
            first=bool(booked and rng.random() < booked),
            patience=float(rng.exponential(patience)) if patience < np.inf else np.inf,
        )

    class Counted(Group):
        """Keeps the waits of those who came while it counts."""

        def _take(self, customer: Customer) -> None:
            if customer.came >= begins and not (booked and customer.first):
                waits.append(self.engine.now - customer.came)
            super()._take(customer)

    group = Counted(engine, servers, room=room)
    if source is None:

        def coming() -> list[Customer]:
            n = rng.poisson(rate * (begins + length))
            times = np.sort(rng.random(n)) * (begins + length)
            everyone = [make(float(t)) for t in times]
            came[0] = sum(c.came >= begins and not (booked and c.first) for c in everyone)
            return everyone

        engine.feed(coming())
        engine.run()
    else:

        def again(customer: Customer | None = None) -> None:
            away = float(rng.exponential(minutes / load))
            engine.later(away, lambda _: _come())

        def _come() -> None:
            if engine.now >= begins:
                came[0] += 1
            engine.go_on(make(engine.now))

        engine.when_ended = again
        for _ in range(source):
            again()
        engine.run(begins + length)
    known = np.array(waits)
    total = max(came[0], 1)
    return float(known.mean()) if len(known) else 0.0, float((known <= within).sum()) / total, 1 - len(known) / total
