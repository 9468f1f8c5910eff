"""What bound and search leave of a miss form, as one mixed integer programme for HiGHS."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from tunti.location.engine import Rest
from tunti.location.exact import programme
from tunti.location.highs import quiet_highs, run
from tunti.location.miss import MissForm
from tunti.location.problem import Limits


def solve_form(
    form: MissForm,
    limits: Limits,
    *,
    known: NDArray[np.bool_] | None = None,
    gap: float = 0.0,
    seconds: float | None = None,
    nodes: int | None = None,
) -> Rest:
    """Solve a miss form as one mixed integer programme with HiGHS, one thread.

    The objective is scaled so that the solver's absolute tolerances mean little against it.

    Parameters
    ----------
    form : MissForm
    limits : Limits
        ``nodes`` and ``seed`` are passed on.
    known : bool, shape (sites,), optional
        A plan to start from.
    gap : float
        Good enough.
    seconds : float, optional
        Clock limit.
    nodes : int, optional
        Fewer nodes than the limits allow.

    Returns
    -------
    Rest
        ``opened`` is None where the form has no plan, or none was found within the limits.
    """
    if form.impossible() or (form.high[form.strict()] < 0).any():
        return Rest(None, np.inf, 0, ended=False)
    p = programme(form)
    opened = form.opened.copy()
    if p.columns == 0:
        kept = bool((p.low <= 1e-9).all() and (p.high >= -1e-9).all())
        return Rest(opened if kept else None, p.offset if kept else np.inf, 0, ended=False)
    scale = max(1.0, float(np.abs(p.objective).sum()) / 1e6)
    if form.integral and p.objective.max(initial=0) <= 1:
        scale = 1.0
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = p.columns, len(p.low)
    lp.col_cost_ = p.objective / scale
    lp.col_lower_ = np.zeros(p.columns)
    lp.col_upper_ = p.upper
    lp.row_lower_ = np.where(np.isinf(p.low), -highspy.kHighsInf, p.low)
    lp.row_upper_ = np.where(np.isinf(p.high), highspy.kHighsInf, p.high)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = p.start, p.index, p.value
    kinds = [highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger]
    lp.integrality_ = [kinds[i] for i in p.integer.astype(int)]
    h = quiet_highs()
    options: dict[str, Any] = {
        "random_seed": limits.seed,
        "mip_rel_gap": gap,
        "mip_abs_gap": 0.999 / scale if form.integral and scale < 1e5 else 1e-6,
        "mip_feasibility_tolerance": 1e-7,
        "mip_max_nodes": min(limits.nodes if nodes is None else nodes, limits.nodes, _patience(p.columns + len(p.low))),
        "time_limit": highspy.kHighsInf if seconds is None else max(0.1, seconds),
    }
    for key, value in options.items():
        h.setOptionValue(key, value)
    h.passModel(lp)
    if known is not None and not form.excess(known).any():
        h.setSolution(len(p.free), np.arange(len(p.free), dtype=np.int32), known[p.free].astype(float))
    interrupted = run(h)
    status = h.getModelStatus()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Rest(None, np.inf, 0, ended=False)
    info = h.getInfo()
    ended = status != highspy.HighsModelStatus.kOptimal
    bound = info.mip_dual_bound if p.integer.any() else info.objective_function_value
    nodes = max(0, int(info.mip_node_count))
    if info.primal_solution_status != 2:
        return Rest(None, bound * scale + p.offset, nodes, True, interrupted)
    x = np.asarray(h.getSolution().col_value)
    opened[p.free[x[: len(p.free)] > 0.5]] = True
    return Rest(opened, bound * scale + p.offset, nodes, ended, interrupted)


def _patience(size: int) -> int:
    """Give the nodes that a model of some size is worth: about as much work for a large one as for a small one.

    A node of a model with 30,000 rows and columns takes a third of a second, so without this the last percent of a gap
    would be sought for days; the gap that is left is stated.
    """
    return max(100, 4_000_000 // max(size, 1))
