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

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
