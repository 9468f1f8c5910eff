"""Money that a step sets going: once, while it is prepared, from then on, or until it is taken.

A flow is written once, for any quarter of its step; the present value of every quarter and the rows of the cash flow
come from the same words, so that what is optimised is what is shown. Cents above zero are saved or received against
today, cents below zero are spent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Payer = Literal["agency", "real_estate", "municipality", "state", "other"]
When = Literal["before", "at", "from", "until"]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CASHFLOW = ("year", "quarter", "payer", "who", "state", "kind", "source", "event", "what", "real_cents", "cents")
"""Columns of the cash flow; ``real_cents`` are at the prices of the data's day."""


@dataclass(frozen=True)
class Flow:
    """One stream of money of a step.

    Attributes
    ----------
    step : int
    payer : str
    who : str
        Agency, owner or municipality by name.
    state : bool
        Whether the payer's money is the state's.
    source : str
        ``rent``, ``new_rent``, ``light``, ``deep``, ``point_fit_out``, ``exit``, ``move``, ``staff``, ``point``,
        ``presence``, ``recovery``, ``holding``, ``sale``, ``temporary``.
    what : str
        Office, site or premises.
    cents : int
        A year for running money, in all for one-off money.
    when : str
        ``before``: spread over the ``lead`` quarters before the step; ``at``: once, ``lead`` quarters after it;
        ``from``: running from ``lead`` quarters after it on; ``until``: running from the quarter ``floor`` until the
        step.
    lead : int
    floor : int
        First quarter in which the money can flow: rent falls when the lease lets go, not before.
    ceiling : int
        Quarter in which the place is left even if the step comes later: temporary premises bridge the time.
    """

    step: int
    payer: Payer
    who: str
    state: bool
    source: str
    what: str
    cents: int
    when: When
    lead: int = 0
    floor: int = 0
    ceiling: int = 1_000_000

    @property
    def kind(self) -> str:
        """One-off or running."""
        return "one_off" if self.when in ("before", "at") else "running"

    def span(self, taken: int, quarters: int) -> tuple[int, int]:
        """Give the quarters in which money flows when the step is taken, end excluded."""
        if self.when in ("at", "from"):
            taken = min(taken, self.ceiling)
        if self.when == "before":
            return max(taken - self.lead, 0), max(taken, 1) if self.lead else taken + 1
        if self.when == "at":
            at = max(taken + self.lead, self.floor)
            return min(at, quarters), min(at + 1, quarters)
        if self.when == "from":
            return min(max(taken + self.lead, self.floor), quarters), quarters
        return min(self.floor, quarters), max(min(taken, quarters), min(self.floor, quarters))


@dataclass(frozen=True, eq=False)
class Value:
    """What a cent of each quarter is worth.

    Attributes
    ----------
    index : float64, shape (quarters,)
        Price level against the data's day.
    discount : float64, shape (quarters,)
        What a cent is worth when the programme begins.
    """

    index: Floats
    discount: Floats

    @classmethod
    def of(cls, quarters: int, *, rate: float, inflation: float, wait: int = 0) -> Value:
        """Make the values of quarters from yearly rates, each at its middle; ``wait`` quarters after the data's."""
        years = (np.arange(quarters) + 0.5) / 4
        index = np.asarray((1.0 + inflation) ** ((np.arange(quarters) + wait) // 4), np.float64)
        return cls(index, np.asarray((1.0 + rate) ** -years, np.float64))


def present_costs(flows: Sequence[Flow], value: Value, steps: int, *, state_only: bool = True) -> Floats:
    """Give the present value of what each step costs, by the quarter in which it is taken.

    Parameters
    ----------
    flows : sequence of Flow
    value : Value
    steps : int
    state_only : bool
        Count the state's money only.

    Returns
    -------
    float64, shape (steps, quarters)
        Cents; below zero where the step saves.
    """
    quarters = len(value.index)
    cost = np.zeros((steps, quarters))
    upto = np.concatenate([[0.0], np.cumsum(value.index * value.discount)])
    for flow in flows:
        if state_only and not flow.state:
            continue
        for t in range(quarters):
            a, b = flow.span(t, quarters)
            if b <= a:
                continue
            rate = flow.cents / (b - a) if flow.kind == "one_off" else flow.cents / 4
            cost[flow.step, t] -= rate * (upto[b] - upto[a])
    return cost


def cash_flow(
    flows: Sequence[Flow],
    quarter: Ints,
    names: Sequence[str],
    events: Sequence[str],
    value: Value,
    years: Sequence[int],
) -> pd.DataFrame:
    """Write the cash flow of a programme against today, each quarter's rows in whole cents.

    Parameters
    ----------
    flows : sequence of Flow
    quarter : int64, shape (steps,)
        When each step is taken; at or beyond the number of quarters for never.
    names : sequence of str
        Names of the quarters.
    events : sequence of str
        Names of the steps.
    value : Value
    years : sequence of int
        Year of each quarter.

    Returns
    -------
    DataFrame
        Columns :data:`CASHFLOW`.
    """
    rows: list[tuple[object, ...]] = []
    quarters = len(names)
    for flow in flows:
        taken = int(quarter[flow.step])
        if taken >= quarters:
            continue
        a, b = flow.span(taken, quarters)
        n = b - a if flow.kind == "one_off" else 4
        for q in range(a, b):
            # Whole cents that add up to the amount: the first ones of a year take what is left over.
            part, over = divmod(abs(flow.cents), n)
            k = q - a if flow.kind == "one_off" else q % 4
            real = (part + (k < over)) * (1 if flow.cents >= 0 else -1)
            cents = round(real * float(value.index[q]))
            if real:
                rows.append(
                    (years[q], names[q], flow.payer, flow.who, flow.state, flow.kind, flow.source, events[flow.step],
                     flow.what, real, cents)
                )  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(CASHFLOW))
    texts = dict.fromkeys(("quarter", "payer", "who", "kind", "source", "event", "what"), "string")
    whole = dict.fromkeys(("year", "real_cents", "cents"), "int64")
    order = ["quarter", "payer", "who", "source", "event", "what"]
    return frame.astype({**texts, **whole, "state": "bool"}).sort_values(order, kind="stable", ignore_index=True)
