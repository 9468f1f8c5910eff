"""The exact model of who moves where: each cluster of towns on its own, its bound proven."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tunti.location.highs import quiet_highs

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Moves:
    """The question: offices, premises and the pairs in which an office may move.

    Attributes
    ----------
    stay : float64, shape (offices,)
        Cents a year of staying, infinite where the office must leave.
    office, premise : int64, shape (pairs,)
        The pairs that all rules allow.
    cost : float64, shape (pairs,)
        Cents a year of the office in the premises.
    need : float64, shape (pairs,)
        Square metres that the office takes there.
    fixed : float64, shape (premises,)
        Cents a year of premises in use.
    capacity : float64, shape (premises,)
        Square metres, infinite where not limited.
    """

    stay: Floats
    office: Ints
    premise: Ints
    cost: Floats
    need: Floats
    fixed: Floats
    capacity: Floats


@dataclass(frozen=True, eq=False)
class Answer:
    """Where each office goes.

    Attributes
    ----------
    to : int64, shape (offices,)
        Premises, -1 for staying.
    objective, bound : float
        Cents a year; no choice can cost less than the bound.
    gap : float
    proven : bool
    nodes : int
    clusters : int
        Independent clusters of towns.
    seconds : float
    stuck : tuple of int
        Offices that must leave and can go nowhere: they stay, and the plan says so.
    """

    to: Ints
    objective: float
    bound: float
    gap: float
    proven: bool
    nodes: int
    clusters: int
    seconds: float
    stuck: tuple[int, ...]


def solve(moves: Moves, *, gap: float = 0.001, nodes: int = 20_000) -> Answer:
    r"""Find the cheapest places for all offices, exactly, cluster by cluster.

    Parameters
    ----------
    moves : Moves
    gap : float
        Gap at which the search of a cluster may stop.
    nodes : int
        Most nodes of the search of a cluster.

    Returns
    -------
    Answer

    Notes
    -----
    Offices and premises that no chain of allowed pairs connects don't influence each other, so each connected component
    is a question of its own; objectives and bounds add up. With :math:`x_{ip}` for a move, :math:`s_i` for staying and
    :math:`u_p` for premises in use:

    .. math:: \min \sum_i a_i s_i + \sum_{ip} c_{ip} x_{ip} + \sum_p F_p u_p,\quad
              s_i + \sum_p x_{ip} = 1,\; x_{ip} \le u_p,\; \sum_i m_{ip} x_{ip} \le M_p u_p.

    Of the offices that must leave, as few as can be stay because they fit nowhere (a first question of its own); they
    are named, and count for nothing in objective and bound.
    """
    start = perf_counter()
    n = len(moves.stay)
    at_office, at_premise = clusters_of(moves)
    count = int(max(at_office.max(initial=-1), at_premise.max(initial=-1))) + 1
    to = np.full(n, -1, np.int64)
    objective = bound = 0.0
    searched = clusters = 0
    stuck: list[int] = []
    for c in range(count):
        offices = np.flatnonzero(at_office == c)
        pairs = np.flatnonzero(at_office[moves.office] == c)
        if not len(offices):
            continue
        if not len(pairs):
            stuck += [int(i) for i in offices if not np.isfinite(moves.stay[i])]
            value = float(moves.stay[offices][np.isfinite(moves.stay[offices])].sum())
            objective, bound = objective + value, bound + value
            continue
        clusters += 1
        found, value, low, used, left = of_cluster(moves, offices, pairs, gap, nodes)
        to[offices] = found
        objective, bound, searched = objective + value, bound + low, searched + used
        stuck += left
    distance = max(0.0, objective - bound)
    part = distance / max(abs(objective), 1.0)
    # Cents are whole: a distance below half a cent is none.
    proven = distance < 0.5 or part < 1e-9
    return Answer(
        to, objective, min(bound, objective), 0.0 if proven else part, proven, searched, clusters,
        perf_counter() - start, tuple(sorted(stuck)),
    )  # fmt: skip


def clusters_of(moves: Moves) -> tuple[Ints, Ints]:
    """Give each cluster of towns a number: offices and premises that a chain of allowed pairs connects.

    Parameters
    ----------
    moves : Moves

    Returns
    -------
    offices, premises : int64
        The cluster of each.
    """
    n, k = len(moves.stay), len(moves.fixed)
    graph = coo_array((np.ones(len(moves.office)), (moves.office, n + moves.premise)), shape=(n + k, n + k))
    label = np.asarray(connected_components(graph, directed=False)[1], np.int64)
    return label[:n], label[n:]


def of_cluster(
    moves: Moves, offices: Ints, pairs: Ints, gap: float, nodes: int
) -> tuple[Ints, float, float, int, list[int]]:
    """Solve one cluster of towns.

    Parameters
    ----------
    moves : Moves
    offices, pairs : int64
        Its offices, and the pairs that may be chosen.
    gap, nodes : float, int
        As in :func:`solve`.

    Returns
    -------
    to : int64, shape (offices,)
    value, bound : float
        Cents a year; offices that fit nowhere are left out.
    nodes : int
    stuck : list of int
        Offices that must leave and fit nowhere.
    """
    premises = np.unique(moves.premise[pairs])
    row = {int(i): r for r, i in enumerate(offices)}
    place = {int(p): q for q, p in enumerate(premises)}
    must = ~np.isfinite(moves.stay[offices])
    m, n, k = len(pairs), len(offices), len(premises)
    start: list[int] = [0]
    index: list[int] = []
    value: list[float] = []
    low: list[float] = []
    high: list[float] = []

    def add(entries: list[tuple[int, float]], lower: float, upper: float) -> None:
        index.extend(i for i, _ in entries)
        value.extend(v for _, v in entries)
        start.append(len(index))
        low.append(lower)
        high.append(upper)

    of_office: list[list[tuple[int, float]]] = [[(m + r, 1.0)] for r in range(n)]
    of_premise: list[list[tuple[int, float]]] = [[] for _ in range(k)]
    for e, pair in enumerate(pairs.tolist()):
        q = place[int(moves.premise[pair])]
        of_office[row[int(moves.office[pair])]].append((e, 1.0))
        of_premise[q].append((e, float(moves.need[pair])))
        add([(e, 1.0), (m + n + q, -1.0)], -np.inf, 0.0)
    for entries in of_office:
        add(entries, 1.0, 1.0)
    for q, entries in enumerate(of_premise):
        capacity = float(moves.capacity[premises[q]])
        if np.isfinite(capacity):
            add([*entries, (m + n + q, -capacity)], -np.inf, 0.0)
    # An office that must leave stays only if nothing fits: as few as can be, then at the least cost of all others.
    leaving = [m + int(r) for r in np.flatnonzero(must)]
    add([(j, 1.0) for j in leaving], 0.0, float(len(leaving)))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = m + n + k, len(low)
    cost = np.concatenate([moves.cost[pairs], np.where(must, 0.0, moves.stay[offices]), moves.fixed[premises]])
    lp.col_cost_ = cost
    lp.col_lower_, lp.col_upper_ = np.zeros(m + n + k), np.ones(m + n + k)
    lp.row_lower_, lp.row_upper_ = np.array(low), np.array(high)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * (m + n + k)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = np.array(start), np.array(index)
    lp.a_matrix_.value_ = np.array(value)
    h: Any = quiet_highs()
    options: dict[str, Any] = {"threads": 1, "random_seed": 1, "mip_rel_gap": gap, "mip_max_nodes": nodes}
    for name, option in options.items():
        h.setOptionValue(name, option)
    h.passModel(lp)
    searched, sure = 0, True
    if leaving:
        columns = np.arange(m + n + k, dtype=np.int32)
        count = np.zeros(m + n + k)
        count[leaving] = 1.0
        h.changeColsCost(len(columns), columns, count)
        h.setOptionValue("mip_rel_gap", 0.0)
        h.run()
        few = round(h.getInfo().objective_function_value)
        sure = h.getModelStatus() == highspy.HighsModelStatus.kOptimal
        searched = max(int(h.getInfo().mip_node_count), 0)
        known = np.asarray(h.getSolution().col_value)
        h.setOptionValue("mip_rel_gap", gap)
        h.changeColsCost(len(columns), columns, cost)
        h.changeRowBounds(len(low) - 1, 0.0, float(few))
        h.setSolution(len(columns), columns, known)
    h.run()
    taken = np.asarray(h.getSolution().col_value) > 0.5
    info = h.getInfo()
    found = np.full(n, -1, np.int64)
    for e in np.flatnonzero(taken[:m]).tolist():
        found[row[int(moves.office[pairs[e]])]] = moves.premise[pairs[e]]
    stays = found < 0
    stuck = [int(i) for i in offices[stays & must]]
    used = np.unique(found[~stays])
    total = float(moves.fixed[used].sum() + moves.stay[offices][stays & ~must].sum())
    total += float(sum(moves.cost[pairs[e]] for e in np.flatnonzero(taken[:m])))
    # Without proof that no more offices can leave, the cost of those that do has no bound but nothing at all.
    bound = float(info.mip_dual_bound) if sure else 0.0
    return found, total, min(bound, total), searched + max(int(info.mip_node_count), 0), stuck
