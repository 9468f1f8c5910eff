"""A mixed integer programme as it is put together, and the solver's settings."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from tunti.findings import Message


class Model:
    """Columns and rows of a mixed integer programme as they are put together."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.integer: list[bool] = []
        self.offset = 0.0
        self.start = [0]
        self.index: list[int] = []
        self.value: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.names: list[Message | None] = []

    def column(self, cost: float, *, integer: bool) -> int:
        """Add a column between 0 and 1 and give its number."""
        self.cost.append(cost)
        self.integer.append(integer)
        return len(self.cost) - 1

    def row(
        self, terms: dict[int, float], low: float = -np.inf, high: float = np.inf, name: Message | None = None
    ) -> None:
        """Add a row; a rule that a planner knows has a name."""
        self.index += terms.keys()
        self.value += terms.values()
        self.start.append(len(self.index))
        self.low.append(low)
        self.high.append(high)
        self.names.append(name)

    def lp(self) -> highspy.HighsLp:
        """Give the programme as the solver takes it."""
        lp = highspy.HighsLp()
        n = len(self.cost)
        lp.num_col_, lp.num_row_ = n, len(self.low)
        lp.col_cost_ = np.array(self.cost)
        lp.col_lower_, lp.col_upper_ = np.zeros(n), np.ones(n)
        lp.offset_ = self.offset
        lp.row_lower_, lp.row_upper_ = np.array(self.low), np.array(self.high)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self.start, np.int32)
        lp.a_matrix_.index_ = np.array(self.index, np.int32)
        lp.a_matrix_.value_ = np.array(self.value)
        kind = highspy.HighsVarType
        lp.integrality_ = [kind.kInteger if i else kind.kContinuous for i in self.integer]
        return lp


def solver(lp: highspy.HighsLp, *, gap: float, nodes: int) -> Any:
    """Run the solver on a programme: one thread, no clock, so that the same input gives the same answer."""
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("mip_rel_gap", gap)
    highs.setOptionValue("mip_abs_gap", 0.0)
    highs.setOptionValue("mip_max_nodes", nodes)
    highs.setOptionValue("random_seed", 1)
    highs.passModel(lp)
    highs.run()
    return highs
