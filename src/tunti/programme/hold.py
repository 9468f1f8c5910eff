"""Closings that must wait beyond the programme, because a service's share would end below its floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tunti.programme.model import Model, solver
from tunti.programme.solve import Shares


def held_closings(
    shares: Shares, saving: NDArray[np.float64], steps: int, *, gap: float, nodes: int
) -> tuple[int, ...]:
    """Choose the closings to leave undone so that the last quarter keeps every floor, at the least saving lost.

    Parameters
    ----------
    shares : Shares
    saving : float64, shape (steps,)
        Cents a year that a closing saves.
    steps : int
    gap : float
    nodes : int

    Returns
    -------
    tuple of int
        Steps that close a place and are left undone; empty when all floors are kept with everything done.
    """
    quarters = shares.floor.shape[2]
    end = np.full(steps, quarters - 1)
    inside = shares.inside(end)[:, :, -1]
    low = inside < shares.floor[:, :, -1]
    if not low.any():
        return ()
    model = Model()
    column: dict[int, int] = {}
    everything = shares.patterns
    after = shares.open_places(end)[:, -1]
    reached = everything.inside(after)
    for g, r in np.argwhere(low):
        need = int(shares.floor[g, r, -1] - inside[g, r])
        terms: dict[int, float] = {}
        for i in np.flatnonzero((everything.group == g) & (everything.region == r) & ~reached):
            places = everything.place[everything.start[i] : everything.start[i + 1]]
            closings = sorted({int(s) for s in shares.closes[places] if s >= 0})
            if not closings:
                continue
            for s in closings:
                if s not in column:
                    column[s] = model.column(float(max(saving[s], 0.0)) / 1e5 + 1e-3, integer=True)
            here = model.column(0.0, integer=False)
            model.row({here: 1.0, **{column[s]: -1.0 for s in closings}}, high=0.0)
            terms[here] = float(everything.people[i])
        model.row(terms, low=float(need) - 1e-6)
    highs = solver(model.lp(), gap=gap, nodes=nodes)
    values = np.asarray(highs.getSolution().col_value)
    return tuple(sorted(s for s, c in column.items() if len(values) and values[c] > 0.5))
