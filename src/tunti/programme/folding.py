"""Steps that only follow others are folded into them: their best quarter is known once that of the others is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tunti.programme.solve import Steps

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Folded:
    """What is left to search.

    Attributes
    ----------
    kept : tuple of int
        Steps that are searched, bundles of folded ones (numbers from ``steps`` on) among them.
    first, last : int64
    cost : float64, shape (steps and bundles, quarters)
        Costs with those of what was folded in.
    bundle : bool
        Stands for several steps that wait for the same ones.
    after : list of (int, int, int)
        Orders among those kept.
    settled : float
        Cents of steps that depend on nothing.
    steps : int
    folds : list of (int, tuple of (int, int), int64)
        Step, what it waits for (step and lag), and its best quarter by the quarter until which it waits.
    """

    kept: tuple[int, ...]
    first: Ints
    last: Ints
    cost: Floats
    bundle: NDArray[np.bool_]
    after: list[tuple[int, int, int]]
    settled: float
    steps: int
    folds: list[tuple[int, tuple[tuple[int, int], ...], Ints]]

    def unfold(self, quarter: Ints) -> Ints:
        """Give the quarter of every step from those of the steps that were searched."""
        out = quarter[: self.steps].copy()
        for step, waits, best in reversed(self.folds):
            until = max([int(out[p]) + lag for p, lag in waits], default=0)
            out[step] = best[max(until, 0)]
        return out


def fold(steps: Steps, first: Ints, last: Ints, needed: NDArray[np.bool_]) -> Folded:
    """Fold all steps that nothing waits for and no rule counts.

    Parameters
    ----------
    steps : Steps
    first, last : int64, shape (steps,)
        Narrowed windows.
    needed : bool, shape (steps,)
        Steps that a share row counts.

    Returns
    -------
    Folded
    """
    n, quarters = steps.cost.shape
    cost = steps.cost.copy()
    stays = needed.copy()
    for limit in steps.limits:
        stays[limit.step] = True
    waits: list[list[tuple[int, int]]] = [[] for _ in range(n)]
    following = np.zeros(n, np.int64)
    for e, p, lag in steps.after:
        waits[e].append((int(p), int(lag)))
        following[p] += 1
    todo = [e for e in range(n) if not following[e] and not stays[e]]
    gone = np.zeros(n, bool)
    folds: list[tuple[int, tuple[tuple[int, int], ...], Ints]] = []
    bundles: dict[tuple[tuple[int, int], ...], tuple[Floats, int, int]] = {}
    settled = 0.0
    while todo:
        e = todo.pop()
        gone[e] = True
        best, value = _best(cost[e], int(first[e]), int(last[e]), quarters)
        key = tuple(sorted(waits[e]))
        folds.append((e, key, best))
        if not key:
            settled += float(value[0])
        elif len(key) == 1:
            p, lag = key[0]
            until = np.clip(np.arange(quarters) + lag, 0, quarters - 1)
            cost[p] += value[until]
            following[p] -= 1
            if not following[p] and not stays[p]:
                todo.append(p)
        else:
            total, low, high = bundles.get(key, (np.zeros(quarters), 0, quarters - 1))
            bundles[key] = total + value, max(low, 0), min(high, int(last[e]))
    kept = [e for e in range(n) if not gone[e]]
    after = [(int(e), int(p), int(lag)) for e, p, lag in steps.after if not gone[e]]
    firsts, lasts, costs = list(first), list(last), [cost]
    for key, (total, _, high) in bundles.items():
        number = len(firsts)
        low = max(0, *(int(first[p]) + lag for p, lag in key))
        firsts.append(np.int64(min(low, high)))
        lasts.append(np.int64(high))
        costs.append(total[None, :])
        kept.append(number)
        after += [(number, p, lag) for p, lag in key]
    return Folded(
        tuple(kept),
        np.array(firsts, np.int64),
        np.array(lasts, np.int64),
        np.concatenate(costs),
        np.arange(len(firsts)) >= n,
        after,
        settled,
        n,
        folds,
    )


def _best(cost: Floats, first: int, last: int, quarters: int) -> tuple[Ints, Floats]:
    """Give the best quarter of a step and its cost, by the quarter until which it must wait."""
    best, value = np.full(quarters, last, np.int64), np.full(quarters, cost[last])
    for t in range(last - 1, -1, -1):
        if t >= first and cost[t] <= value[t + 1]:
            best[t], value[t] = t, cost[t]
        else:
            best[t], value[t] = best[t + 1], value[t + 1]
    return best, value
