"""The clockwork of the simulation: customers who take places one after another, and people who serve them (simpy)."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Customer:
    """Somebody who comes once.

    Attributes
    ----------
    came : float
        Minute of coming.
    groups : tuple of Group
        Whom or what the customer takes, in this order: room, clerk, interpreter. All are kept until the end.
    minutes : float
        Minutes of the visit once all are there.
    first : bool
        Booked: goes before those who are not.
    link : bool
        Needs the remote link.
    patience : float
        Minutes after which the customer gives up waiting for the next of the groups.
    after : float
        Minutes that the first group is kept longer (a room's change of customers).
    """

    __slots__ = ("after", "asked", "came", "first", "gone", "groups", "link", "minutes", "patience", "taken")

    def __init__(
        self,
        came: float,
        groups: tuple[Group, ...],
        minutes: float,
        *,
        first: bool = False,
        link: bool = False,
        patience: float = np.inf,
        after: float = 0.0,
    ) -> None:
        self.came, self.groups, self.minutes = came, groups, minutes
        self.first, self.link, self.patience, self.after = first, link, patience, after
        self.taken, self.gone, self.asked = 0, False, came


class Group:
    """Clerks, interpreters, rooms or counters that customers wait for in one queue.

    Attributes
    ----------
    places : int
        How many there are now.
    busy : int
    room : float
        Most customers in service and waiting; others go away at once.
    waits : list of float
        Waits of those who were served.
    lost : int
        Customers who gave up or found no room.
    kept, offered : float
        Minutes that were in use, and minutes that there were.
    """

    def __init__(self, engine: Engine, places: int, *, room: float = np.inf) -> None:
        self.engine, self.places, self.room = engine, places, room
        self.open = True
        self.busy, self.lost = 0, 0
        self.waits: list[float] = []
        self.kept = self.offered = self._since = 0.0
        self._queue: list[tuple[bool, int, Customer]] = []
        self._waiting = 0

    def ask(self, customer: Customer) -> bool:
        """Take a place if one is free, else wait; tell whether it was taken."""
        if self.busy < self.places and not self._waiting:
            self._take(customer)
            return True
        if self.busy + self._waiting >= self.room:
            self.lost += 1
            customer.gone = True
            self.engine.ended(customer)
            return False
        self._waiting += 1
        heapq.heappush(self._queue, (not customer.first, self.engine.number(), customer))
        if customer.patience < np.inf:
            self.engine.later(customer.patience, partial(self._give_up, customer, customer.taken))
        return False

    def free(self) -> None:
        """Give a place back and call the next."""
        self._count()
        self.busy -= 1
        self._serve()

    def change(self, places: int, *, is_open: bool = True) -> None:
        """Change how many there are; who is busy finishes first. While closed, only those who are busy count."""
        self._count()
        self.places, self.open = places, is_open
        self._serve()

    def close(self) -> None:
        """Bring the counted minutes up to now."""
        self._count()

    def _take(self, customer: Customer) -> None:
        self._count()
        self.busy += 1
        customer.taken += 1
        self.waits.append(self.engine.now - customer.asked)
        customer.asked = self.engine.now

    def _serve(self) -> None:
        while self._queue and self.busy < self.places:
            customer = heapq.heappop(self._queue)[2]
            if customer.gone:
                continue
            self._waiting -= 1
            self._take(customer)
            self.engine.go_on(customer)

    def _give_up(self, customer: Customer, taken: int, _: Any = None) -> None:
        if customer.taken != taken or customer.gone:
            return
        customer.gone = True
        self._waiting -= 1
        self.lost += 1
        for group in customer.groups[:taken]:
            group.free()
        self.engine.ended(customer)

    def _count(self) -> None:
        now = self.engine.now
        self.kept += (now - self._since) * self.busy
        self.offered += (now - self._since) * (max(self.places, self.busy) if self.open else self.busy)
        self._since = now


class Engine:
    """A run of the simulation.

    Parameters
    ----------
    outage : (float, float), optional
        Minutes between which the remote link is down: visits over it stand still.

    Attributes
    ----------
    served_came, served_wait : list of float
        Minute of coming of each customer who was served, and wait until then.
    when_ended : callable or None
        Called with each customer who leaves, served or not.
    """

    def __init__(self, *, outage: tuple[float, float] | None = None) -> None:
        self.env = simpy.Environment()
        self.outage = outage
        self.served_came: list[float] = []
        self.served_wait: list[float] = []
        self._number = 0
        self.when_ended: Any = None

    @property
    def now(self) -> float:
        """Minutes since Monday midnight."""
        return float(self.env.now)

    def number(self) -> int:
        """Give the next number, for the order of coming."""
        self._number += 1
        return self._number

    def later(self, minutes: float, what: Any) -> None:
        """Do something after some minutes."""
        self.env.timeout(minutes).callbacks.append(what)

    def feed(self, customers: Iterable[Customer]) -> None:
        """Let customers come at their times, which must rise."""

        def come() -> Iterator[Any]:
            for customer in customers:
                wait = customer.came - self.env.now
                if wait > 0:
                    yield self.env.timeout(wait)
                self.go_on(customer)

        self.env.process(come())  # type: ignore[arg-type]

    def go_on(self, customer: Customer) -> None:
        """Let a customer take the next places, and begin the visit once all are there."""
        while customer.taken < len(customer.groups):
            if not customer.groups[customer.taken].ask(customer):
                return
        self.served_came.append(customer.came)
        self.served_wait.append(self.now - customer.came)
        minutes = customer.minutes
        if customer.link and self.outage is not None:
            begins, ends = self.outage
            now = self.now
            if begins <= now < ends:
                minutes += ends - now
            elif now < begins < now + minutes:
                minutes += ends - begins
        self.later(minutes, partial(self._end, customer))

    def ended(self, customer: Customer) -> None:
        """Tell who listens that a customer left."""
        if self.when_ended is not None:
            self.when_ended(customer)

    def run(self, until: float | None = None) -> None:
        """Run to a time, or until nothing more happens."""
        self.env.run(until)

    def _end(self, customer: Customer, _: Any = None) -> None:
        for k, group in enumerate(customer.groups):
            if k == 0 and customer.after > 0:
                self.later(customer.after, lambda _, group=group: group.free())
            else:
                group.free()
        self.ended(customer)
