"""The rows and columns of the model of agencies at points, as the solver takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCALE = 1e-5
"""The solver counts in thousands of euros: cents times this."""


Rule = tuple[str, int, int]
"""A rule that could be dropped: its kind and two positions."""


@dataclass(eq=False)
class Model:
    """A mixed integer programme that grows row by row.

    Attributes
    ----------
    cost, low, high : list of arrays
        Of the columns.
    integer : list of arrays
    row_low, row_high : list of arrays
    entries : list of (row, column, value) arrays
    constant : float
        Cents that no decision changes.
    dropped : float
        Most cents that left out terms of travel could add.
    rules : list of (Rule, int)
        Slack columns of the rules that may be broken, when asked which to drop.
    sure : array of uint64
        Hashes of the sets of columns of which one is 1 in any case.
    """

    cost: list[NDArray[np.float64]] = field(default_factory=list)
    low: list[NDArray[np.float64]] = field(default_factory=list)
    high: list[NDArray[np.float64]] = field(default_factory=list)
    integer: list[NDArray[np.bool_]] = field(default_factory=list)
    row_low: list[NDArray[np.float64]] = field(default_factory=list)
    row_high: list[NDArray[np.float64]] = field(default_factory=list)
    entries: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = field(default_factory=list)
    columns: int = 0
    rows: int = 0
    constant: float = 0.0
    dropped: float = 0.0
    rules: list[tuple[Rule, int]] = field(default_factory=list)
    sure: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))

    def add(
        self,
        cost: NDArray[Any],
        *,
        low: NDArray[Any] | float = 0.0,
        high: NDArray[Any] | float = 1.0,
        integer: bool = False,
    ) -> NDArray[np.int64]:
        """Add columns and give their numbers."""
        n = len(cost)
        self.cost.append(np.asarray(cost, np.float64))
        self.low.append(np.broadcast_to(np.asarray(low, np.float64), n).copy())
        self.high.append(np.broadcast_to(np.asarray(high, np.float64), n).copy())
        self.integer.append(np.full(n, integer))
        self.columns += n
        return np.arange(self.columns - n, self.columns)

    def rows_of(
        self,
        row: NDArray[Any],
        column: NDArray[Any],
        value: NDArray[Any] | float,
        *,
        low: NDArray[Any] | float = -np.inf,
        high: NDArray[Any] | float = np.inf,
        count: int,
    ) -> NDArray[np.int64]:
        """Add rows (``row`` counts from 0 within them) and give their numbers."""
        row = np.asarray(row, np.int64)
        self.entries.append(
            (row + self.rows, np.asarray(column, np.int64), np.broadcast_to(np.asarray(value, float), len(row)))
        )
        self.row_low.append(np.broadcast_to(np.asarray(low, np.float64), count).copy())
        self.row_high.append(np.broadcast_to(np.asarray(high, np.float64), count).copy())
        self.rows += count
        return np.arange(self.rows - count, self.rows)

    def soften(self, row: int, rule: Rule, *, sign: float, penalty: float) -> None:
        """Let a row be broken at a price."""
        slack = self.add(np.array([penalty]), high=np.inf)
        self.entries.append((np.array([row]), slack, np.array([sign])))
        self.rules.append((rule, int(slack[0])))


@dataclass(frozen=True, eq=False)
class Columns:
    """Where the decisions are among the columns.

    Attributes
    ----------
    open : int64, shape (sites,)
    mode : int64, shape (agencies, sites, modes)
        -1 where not allowed.
    kept : int64, shape (offices,)
    hosts, room : int64, shape (sites,)
    """

    open: NDArray[np.int64]
    mode: NDArray[np.int64]
    kept: NDArray[np.int64]
    hosts: NDArray[np.int64]
    room: NDArray[np.int64]
