"""Points, agencies and modes chosen together at the least yearly cost; the solver stays behind this file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from tunti.errors import Infeasible, TuntiError
from tunti.findings import Message, say
from tunti.location.highs import quiet_highs
from tunti.location.services import ASSISTED, REMOTE, STAFFED, ByCell, ServiceAnswer, ServiceProblem
from tunti.location.services_form import build
from tunti.location.services_model import SCALE, Columns, Model, Rule

Progress = Callable[[Message, float | None], None]
"""Called with what is being done and the share done."""


def solve_services(
    problem: ServiceProblem,
    *,
    gap: float = 0.01,
    nodes: int = 2_000,
    without: frozenset[str] = frozenset(),
    name_rule: Callable[[Rule, float], Message] | None = None,
    progress: Progress | None = None,
) -> ServiceAnswer:
    """Choose points, modes and the offices that stay at the least yearly cost that keeps every rule.

    Parameters
    ----------
    problem : ServiceProblem
    gap : float
        Stop when the gap to the bound is at most this.
    nodes : int
        Most branch-and-bound nodes.
    without : frozenset of str
        Kinds of rules that are left out, to see what they cost.
    name_rule : callable, optional
        Says a broken rule and how far it is broken in a planner's words.
    progress : callable, optional

    Returns
    -------
    ServiceAnswer

    Raises
    ------
    Infeasible
        No choice keeps all the rules; the reasons say which to drop at the least loss.
    """
    start = perf_counter()
    if "staff" in without:
        problem = replace(problem, staff_at_least=0)
    if progress is not None:
        progress(say("agencies and modes"), None)
    by_cell = ByCell(problem.times)
    scale_of_gap = float(problem.office_cost.sum()) * gap * 0.3
    model, columns = build(problem, by_cell, least=scale_of_gap, without=without)
    highs = _solver(model, gap=gap * 0.9, nodes=nodes)
    highs.run()
    if highs.getModelStatus() in _NONE:
        # The standard goes before closing: the fewest offices stay beside a point of their agency, then the least cost.
        few = _fewest(problem, by_cell, without, nodes)
        if few is None:
            raise Infeasible(_conflict(_broken(problem, by_cell, without), name_rule))
        problem = replace(problem, may_stay=few)
        model, columns = build(problem, by_cell, least=scale_of_gap, without=without)
        highs = _solver(model, gap=gap * 0.9, nodes=nodes)
        highs.run()
    info = highs.getInfo()
    if info.primal_solution_status != 2:
        raise TuntiError(
            say("No choice of agencies and modes was found in {n} nodes. Raise the setting services.nodes.", n=nodes)
        )
    value = np.array(highs.getSolution().col_value)
    answer = _answer(problem, columns, value)
    objective = cost_of(problem, by_cell, *answer)
    bound = min(objective, info.mip_dual_bound / SCALE + model.constant)
    seconds = perf_counter() - start
    if progress is not None:
        progress(say("agencies and modes"), 1.0)
    found = (objective - bound) / max(abs(objective), 1.0)
    return ServiceAnswer(
        *answer,
        objective=objective,
        bound=bound,
        gap=found,
        proven=found <= 1e-9,
        nodes=max(int(info.mip_node_count), 0),
        seconds=seconds,
        steps=(("columns", str(model.columns)), ("rows", str(model.rows)), ("nodes", str(int(info.mip_node_count)))),
    )


def _solver(model: Model, *, gap: float, nodes: int) -> Any:
    row = np.concatenate([e[0] for e in model.entries])
    column = np.concatenate([e[1] for e in model.entries])
    value = np.concatenate([e[2] for e in model.entries])
    # A row that names a column twice means the sum.
    both, number = np.unique(row * model.columns + column, return_inverse=True)
    total = np.bincount(number.ravel(), weights=value, minlength=len(both))
    row, column = both // model.columns, both % model.columns
    lp: Any = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = model.columns, model.rows
    lp.col_cost_ = np.concatenate(model.cost)
    lp.col_lower_, lp.col_upper_ = np.concatenate(model.low), np.concatenate(model.high)
    lp.row_lower_, lp.row_upper_ = np.concatenate(model.row_low), np.concatenate(model.row_high)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=model.rows)))).astype(np.int32)
    lp.a_matrix_.index_ = column.astype(np.int32)
    lp.a_matrix_.value_ = total
    kinds = [highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger]
    lp.integrality_ = [kinds[int(i)] for i in np.concatenate(model.integer)]
    highs = quiet_highs()
    for name, setting in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 1),
        ("mip_rel_gap", gap),
        ("mip_abs_gap", 1e-6),
        ("mip_max_nodes", nodes),
    ):
        highs.setOptionValue(name, setting)
    highs.passModel(lp)
    return highs


def _answer(
    p: ServiceProblem, c: Columns, value: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.int8], NDArray[np.bool_], NDArray[np.int64]]:
    opened = value[c.open] > 0.5
    mode = np.full(c.mode.shape[:2], -1, np.int8)
    for m in range(c.mode.shape[2]):
        mode[(c.mode[:, :, m] >= 0) & (value[np.maximum(c.mode[:, :, m], 0)] > 0.5)] = m
    return opened, mode, value[c.kept] > 0.5, hosts_of(p, opened, mode)


def hosts_of(p: ServiceProblem, opened: NDArray[np.bool_], mode: NDArray[np.int8]) -> NDArray[np.int64]:
    """Count the hosts that each point needs: what is missing from the least staff, and one where a host assists."""
    staffed = (mode == STAFFED).sum(axis=0)
    assisted = (mode == ASSISTED).any(axis=0)
    need = np.maximum(np.maximum(p.staff_at_least - staffed, 0), assisted.astype(np.int64))
    return np.where(opened & ~p.mobile, need, 0).astype(np.int64)


def cost_of(
    p: ServiceProblem,
    by_cell: ByCell,
    opened: NDArray[np.bool_],
    mode: NDArray[np.int8],
    kept: NDArray[np.bool_],
    hosts: NDArray[np.int64],
) -> float:
    """Add up what a choice costs in a year, in cents, from the choice alone."""
    total = float(p.site_cost[opened].sum()) + float(p.office_cost[kept].sum()) + float(hosts.sum()) * p.host_cost
    agency, site = np.nonzero(mode >= 0)
    total += float(p.cost[agency, site, mode[agency, site]].sum())
    total += float((mode == REMOTE).any(axis=0).sum()) * p.room_cost
    mobile = opened & p.mobile
    for region in np.unique(p.site_region[mobile]):
        total += -(-int((mobile & (p.site_region == region)).sum()) // p.vehicle_days) * p.vehicle_cost
    for group in p.groups:
        serves = serving_places(p, group.agency, group.modes, mode, kept)
        _, seconds = p.times.nearest(serves)
        for edge, weight in zip(p.edges, p.weights, strict=True):
            total += float(p.people[seconds.astype(np.int64) > edge].sum()) * weight * group.visits
    return total


def serving_places(
    p: ServiceProblem, agency: int, modes: tuple[int, ...], mode: NDArray[np.int8], kept: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which places serve a group: points in a fitting mode and offices that stay."""
    serves = np.zeros(len(p.times.sites), bool)
    serves[: p.sites] = np.isin(mode[agency], modes)
    mine = (p.office_agency == agency) & np.isin(p.office_mode, modes) & kept
    serves[p.office_place[mine]] = True
    return serves


_NONE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
"""What the solver says of a question without an answer."""


def _fewest(p: ServiceProblem, by_cell: ByCell, without: frozenset[str], nodes: int) -> int | None:
    """Give the fewest offices that must stay beside a point of their agency; None when that does not help."""
    model, _ = build(p, by_cell, least=0.0, fewest=True, without=without)
    highs = _solver(model, gap=0.0, nodes=nodes)
    highs.run()
    info = highs.getInfo()
    return round(info.objective_function_value) if info.primal_solution_status == 2 else None


def _broken(p: ServiceProblem, by_cell: ByCell, without: frozenset[str]) -> list[tuple[Rule, float]]:
    """Find the rules that are broken, and how far, when breaking costs least."""
    model, _ = build(p, by_cell, least=0.0, elastic=True, without=without)
    highs = _solver(model, gap=0.0, nodes=500)
    highs.run()
    value = np.array(highs.getSolution().col_value)
    return [(rule, float(value[at])) for rule, at in model.rules if len(value) > at and value[at] > 1e-6]


def _conflict(broken: list[tuple[Rule, float]], name_rule: Callable[[Rule, float], Message] | None) -> list[Message]:
    """Say which rules conflict."""
    # Closing gives way by itself, so it is named only where nothing else is in conflict.
    broken = [b for b in broken if b[0][0] != "closing"] or broken
    reasons = [
        say("{kind} {a} {b}", kind=rule[0], a=rule[1], b=rule[2]) if name_rule is None else name_rule(rule, size)
        for rule, size in broken
    ]
    if not reasons:
        return [say("What agencies have promised at the points can't be kept together with the other rules.")]
    return [*reasons, say("These rules conflict; dropping them is the cheapest way out.")]
