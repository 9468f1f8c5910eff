"""From clerks needed by the half-hour to shifts: the fewest paid hours, exactly."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csc_array

from tunti.inputs.day import clock
from tunti.location.highs import quiet_highs
from tunti.settings_remote import RemoteSettings

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Shift:
    """A shift of a day, in half-hours from midnight.

    Attributes
    ----------
    start, end : int
        First half-hour, and the one after the last.
    rest : int or None
        Half-hour of the break, None for none.
    """

    start: int
    end: int
    rest: int | None

    @property
    def paid(self) -> int:
        """Half-hours that are paid."""
        return self.end - self.start - (self.rest is not None)


def shifts_of(first: int, last: int, settings: RemoteSettings) -> list[Shift]:
    """List the shifts that a day may hold.

    Parameters
    ----------
    first, last : int
        Half-hours in which somebody must be there: from ``first`` to before ``last``.
    settings : RemoteSettings
        ``shift_hours, break_over_hours``.

    Returns
    -------
    list of Shift
        Every length at every start, and every break in the middle third. A shift that is longer than the day is cut
        to it.
    """
    day = last - first
    found: set[tuple[int, int, int | None]] = set()
    for hours in settings.shift_hours:
        work = round(hours * 2)
        rests = hours > settings.break_over_hours
        length = min(work + rests, day)
        for start in range(first, last - length + 1):
            end = start + length
            if rests and length > settings.break_over_hours * 2:
                third = length // 3
                found |= {(start, end, rest) for rest in range(start + third, end - third)}
            else:
                found.add((start, end, None))
    return [Shift(*s) for s in sorted(found, key=lambda s: (s[0], s[1], -1 if s[2] is None else s[2]))]


def cover(need: Ints, settings: RemoteSettings) -> list[tuple[Shift, int]]:
    """Cover a day's need with the fewest paid half-hours, then with the fewest shifts.

    Parameters
    ----------
    need : int64, shape (48,)
        Clerks needed in each half-hour.
    settings : RemoteSettings

    Returns
    -------
    list of (Shift, int)
        Shifts with their number of clerks; empty where nobody is needed.

    Notes
    -----
    Dantzig (1954) as a mixed-integer programme in HiGHS. Without breaks each shift covers consecutive half-hours: the
    matrix is totally unimodular and the linear programme's corners are whole; with breaks branching may be needed.
    """
    open_ = np.flatnonzero(need > 0)
    if not len(open_):
        return []
    first, last = int(open_[0]), int(open_[-1]) + 1
    shifts = shifts_of(first, last, settings)
    rows, columns = [], []
    for k, s in enumerate(shifts):
        halves = [h - first for h in range(s.start, s.end) if h != s.rest]
        rows += halves
        columns += [k] * len(halves)
    matrix = csc_array((np.ones(len(rows)), (rows, columns)), shape=(last - first, len(shifts)))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(shifts), last - first
    # One shift less is worth less than half an hour for any number of clerks.
    weight = 1.0 / (1.0 + float(need.sum()))
    model.col_cost_ = np.array([s.paid + weight for s in shifts], np.float64)
    model.col_lower_ = np.zeros(len(shifts))
    model.col_upper_ = np.full(len(shifts), float(need.max()))
    model.row_lower_ = need[first:last].astype(np.float64)
    model.row_upper_ = np.full(last - first, highspy.kHighsInf)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = matrix.data
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(shifts)
    solver = quiet_highs()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 1)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.passModel(model)
    solver.run()
    counts = np.rint(np.asarray(solver.getSolution().col_value)).astype(int)
    return [(s, int(n)) for s, n in zip(shifts, counts, strict=True) if n > 0]


def shift_plan(names: list[str], need: Ints, settings: RemoteSettings) -> tuple[pd.DataFrame, Ints]:
    """Plan a week's shifts of several pools.

    Parameters
    ----------
    names : list of str
        Pools.
    need : int64, shape (pools, 7, 48)
    settings : RemoteSettings

    Returns
    -------
    plan : DataFrame
        ``pool, weekday`` (1 Monday), ``start, end, rest`` (texts, empty for no break), ``clerks, paid_hours``.
    on_duty : int64, shape (pools, 7, 48)
        Clerks at work in each half-hour, never fewer than needed.
    """
    on_duty = np.zeros_like(need)
    known: dict[bytes, list[tuple[Shift, int]]] = {}
    rows = []
    for u, name in enumerate(names):
        for day in range(need.shape[1]):
            key = need[u, day].tobytes()
            if key not in known:
                known[key] = cover(need[u, day], settings)
            for shift, count in known[key]:
                on_duty[u, day, shift.start : shift.end] += count
                if shift.rest is not None:
                    on_duty[u, day, shift.rest] -= count
                rest = "" if shift.rest is None else clock(shift.rest)
                rows.append((name, day + 1, clock(shift.start), clock(shift.end), rest, count, count * shift.paid / 2))
    columns = ["pool", "weekday", "start", "end", "rest", "clerks", "paid_hours"]
    return pd.DataFrame(rows, columns=columns), on_duty
