"""Keeps what takes long to make, a set number of things, so that memory stays flat however long the service runs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The things that were asked for last, each made once however many ask for it at the same time.

    Parameters
    ----------
    most : int
        How many are kept; the one that nobody has asked for longest goes first.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = Lock()
        self._things: OrderedDict[Hashable, T] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}

    def of(self, key: Hashable, make: Callable[[], T]) -> T:
        """Give a thing, made when it is not there; others are given meanwhile.

        Parameters
        ----------
        key : hashable
            All that the thing depends on.
        make : callable
            An error of it is the caller's, and nothing is kept then.

        Returns
        -------
        the thing
        """
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key]
            making = self._making.setdefault(key, Lock())
        with making:
            with self._lock:
                if key in self._things:
                    return self._things[key]
            try:
                thing = make()
            except BaseException:
                with self._lock:
                    self._making.pop(key, None)
                raise
            with self._lock:
                self._making.pop(key, None)
                self._things[key] = thing
                while len(self._things) > self.most:
                    self._things.popitem(last=False)
            return thing

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._things.clear()

    def __contains__(self, key: Hashable) -> bool:
        """Tell whether a thing is kept, without counting as asking for it."""
        return key in self._things

    def __len__(self) -> int:
        """Give how many things are kept."""
        return len(self._things)
