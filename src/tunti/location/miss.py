"""The 'miss form': every location goal as one problem over sets of sites.

A *term* is a set ``T`` of sites with a weight: the weight is paid when no site of ``T`` is open. A cover set is one
term (people who are missed); the trip of a cell is a chain of terms, one per prefix of its sites from the nearest on,
each weighing what the next site is further away. So all goals read

    minimise  constant + sum_j cost_j y_j + sum_T weight_T z_T,   z_T >= 1 - sum_{j in T} y_j,  z >= 0,  y in {0, 1}

with rows ``low <= A y + B z <= high`` (``B >= 0``, only bounded above) for the rules. Sets are kept as a forest: a
term is its parent's set and one site more, so that ``y(T)`` of all terms, and the sum of multipliers of all terms that
hold a site, each cost one pass over the terms. Terms with the same set are one term (exact aggregation).

Literature: Cornuejols, Nemhauser, Wolsey (1980) and García, Labbé, Marín (2011) for the radius form of the p-median;
Church and ReVelle (1974) for maximal covering.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tunti.location.passes import down, missed_terms

OPEN, FREE, CLOSED = np.int8(1), np.int8(0), np.int8(-1)
"""What is settled about a site."""


@dataclass(frozen=True, eq=False)
class MissForm:
    """A location problem as terms over sets of sites, with rows for the rules.

    Attributes
    ----------
    state : int8, shape (sites,)
        1 must open, -1 must not, 0 free. Terms hold free sites only.
    cost : float64, shape (sites,)
        What an open site costs in the objective.
    constant : float
        What is paid in any case.
    parent, elem : int32, shape (terms,)
        Term ``t`` is the set of ``parent[t]`` (-1: the empty set) and site ``elem[t]``; parents come first.
    weight : float64, shape (terms,)
        What missing the whole set costs.
    y_row : float64, shape (rows, sites)
        Rules' coefficients of the sites.
    z_row, z_term, z_coef : int32, int32, float64, shape (entries,)
        Rules' coefficients of the terms, not negative.
    low, high : float64, shape (rows,)
        Bounds of the rules; ``low`` is ``-inf`` where the row has terms.
    integral : bool
        The objective is a whole number for every plan, so that bounds may be rounded up.
    twice : bool
        A term is missed when fewer than two of its sites are open (goal 'backup').
    implied : int
        So many of the last rows only say what the others imply for whole plans: they sharpen the relaxation, and the
        search goes without them.
    """

    state: NDArray[np.int8]
    cost: NDArray[np.float64]
    constant: float
    parent: NDArray[np.int32]
    elem: NDArray[np.int32]
    weight: NDArray[np.float64]
    y_row: NDArray[np.float64]
    z_row: NDArray[np.int32]
    z_term: NDArray[np.int32]
    z_coef: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    integral: bool = True
    twice: bool = False
    implied: int = 0

    @property
    def terms(self) -> int:
        """Number of terms, inner ones without weight counted."""
        return len(self.parent)

    @property
    def sites(self) -> int:
        """Number of sites, settled ones counted."""
        return len(self.state)

    @property
    def rows(self) -> int:
        """Number of rules' rows."""
        return len(self.low)

    def plain(self) -> MissForm:
        """Give the form without the rows that others imply."""
        rows = self.rows - self.implied
        return (
            self
            if not self.implied
            else replace(self, y_row=self.y_row[:rows], low=self.low[:rows], high=self.high[:rows], implied=0)
        )

    @property
    def free(self) -> NDArray[np.int64]:
        """Positions of the sites that are not settled."""
        return np.flatnonzero(self.state == FREE)

    @property
    def opened(self) -> NDArray[np.bool_]:
        """Sites that are open in any case."""
        return np.asarray(self.state == OPEN)

    @property
    def base(self) -> float:
        """What is paid before any free site opens and any term is missed."""
        return self.constant + float(self.cost[self.state == OPEN].sum())

    def limits_left(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the rows' bounds that are left for the free sites and the terms."""
        used = self.y_row @ (self.state == OPEN).astype(float)
        return self.low - used, self.high - used

    def strict(self) -> NDArray[np.bool_]:
        """Tell which rows allow no term of theirs to be missed."""
        terms = np.zeros(self.rows, bool)
        terms[self.z_row] = True
        return np.asarray(terms & (self.high <= 0) & ~self.y_row.any(axis=1))

    def must(self) -> NDArray[np.bool_]:
        """Tell which terms may not be missed."""
        out = np.zeros(self.terms, bool)
        out[self.z_term[self.strict()[self.z_row]]] = True
        return out

    def impossible(self) -> bool:
        """Tell whether some row cannot be kept whatever the free sites do, by simple counting."""
        low, high = self.limits_left()
        free = self.y_row[:, self.state == FREE]
        least, most = np.minimum(free, 0).sum(axis=1), np.maximum(free, 0).sum(axis=1)
        return bool((least > high + 1e-6).any() or (most < low - 1e-6).any())

    def value(self, opened: NDArray[np.bool_]) -> float:
        """Evaluate a choice of sites in the form's objective, rules left aside."""
        if self.twice:
            count = np.empty(self.terms)
            down(self.parent, self.elem, opened.astype(float), count)
            missed = count < 1.5
        else:
            missed = self.missed(opened)
        return self.constant + float(self.cost[opened].sum()) + float(self.weight[missed].sum())

    def missed(self, opened: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell which terms a choice of sites misses."""
        out = np.zeros(self.terms, bool)
        missed_terms(self.parent, self.elem, opened, out)
        return out

    def excess(self, opened: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Give by how much a choice of sites breaks each row, 0 where it is kept."""
        y = self.y_row @ opened.astype(float)
        z = np.bincount(self.z_row, weights=self.z_coef * self.missed(opened)[self.z_term], minlength=self.rows)
        over = np.maximum(y + z - self.high, self.low - y)
        return np.where(over > 1e-6, over, 0.0)
