"""A location problem in arrays: who lives where, which sites can open, what is asked and under which rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tunti.access.times import TravelTimes


class Goal(StrEnum):
    """What a network is asked for.

    ``fewest`` points that keep the standard; ``most_people`` within it with ``points`` points; ``least_travel`` with
    ``points`` points; ``worst_case``: the shortest longest trip; ``backup``: most people with two points within the
    standard; ``least_cost``: cost of points and of travel together.
    """

    FEWEST = "fewest"
    MOST_PEOPLE = "most_people"
    LEAST_TRAVEL = "least_travel"
    WORST_CASE = "worst_case"
    BACKUP = "backup"
    LEAST_COST = "least_cost"


class Status(StrEnum):
    """What is said of a site: it exists, it must open, it must not, or it is a candidate."""

    EXISTING = "existing"
    REQUIRED = "required"
    FORBIDDEN = "forbidden"
    CANDIDATE = "candidate"


@dataclass(frozen=True)
class Rules:
    """The rules that a network keeps; what is None or empty is not asked.

    Attributes
    ----------
    share : float or None
        Share of all people who must be within ``minutes``, 0 to 1. None with the goal 'fewest' means everyone whom any
        allowed site can reach.
    region_share : dict of int to float
        The same per region (a number of ``Problem.region``).
    population_base : int or None
        People who must live within ``minutes`` of each open point.
    points, points_at_least : int or None
        Exact (for goals that take a number of points: at most) and least number of points in all.
    region_points : dict of int to (int, int)
        Least and most number of points per region (the region where the site is).
    budget : int or None
        Most that open points may cost together, cents a year.
    changes : int or None
        Most openings plus closures against the existing sites.
    keep_existing : bool
        Existing sites stay open; otherwise they may close.
    """

    share: float | None = None
    region_share: dict[int, float] = field(default_factory=dict)
    population_base: int | None = None
    points: int | None = None
    points_at_least: int | None = None
    region_points: dict[int, tuple[int, int]] = field(default_factory=dict)
    budget: int | None = None
    changes: int | None = None
    keep_existing: bool = False


@dataclass(frozen=True, eq=False)
class Problem:
    """One question to the location engine.

    Attributes
    ----------
    times : TravelTimes
        Minutes from cells to sites; pairs without an entry count as unreachable.
    people : int64, shape (cells,)
        People (or visits) of each cell.
    region : int32, shape (cells,)
        Region of each cell, -1 for none.
    site_region : int32, shape (sites,)
        Region where each site lies, -1 for none.
    status : tuple of Status
        One per site.
    cost : int64, shape (sites,)
        Cost of an open point, cents a year; zeros where the goal does not use it.
    goal : Goal
        What is asked.
    minutes : float
        The standard.
    rules : Rules
        What the network must keep.
    travel_cost : float
        Cents per person and second of travel, for the goal 'least_cost'.
    far_seconds : int
        Seconds that count for a cell without an open point within the cut-off, in goals of travel.
    second_goal : Goal or None
        Among the networks that are best by ``goal``, the best by this one (the number of points stays): a planner never
        wants the fewest points in odd places. None means least travel where the goal is 'fewest', and no second goal
        otherwise; the goal itself means no second goal.
    capacity : int64, shape (sites,), or None
        People (or visits) that a point can serve.
    open_today : bool, shape (sites,), or None
        Sites that are open today whatever their status says (a required or forbidden site may exist too); the rule
        ``changes`` counts against these and the sites of status 'existing'.
    """

    times: TravelTimes
    people: NDArray[np.int64]
    region: NDArray[np.int32]
    site_region: NDArray[np.int32]
    status: tuple[Status, ...]
    cost: NDArray[np.int64]
    goal: Goal
    minutes: float = 60.0
    rules: Rules = field(default_factory=Rules)
    travel_cost: float = 0.0
    far_seconds: int = 2 * 3600
    second_goal: Goal | None = None
    capacity: NDArray[np.int64] | None = None
    open_today: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class Limits:
    """How long the engine may try, counted in work and not in seconds, so that answers repeat.

    Attributes
    ----------
    gap : float
        Stop when the gap to the bound is at most this.
    second_gap : float
        The same for the second goal.
    nodes : int
        Most branch-and-bound nodes.
    iterations : int
        Most iterations of the search and of the bound.
    seconds : float or None
        A clock limit; a result that it ended is marked ``interrupted`` and is never stored.
    seed : int
        Seed of the search.
    """

    gap: float = 0.0
    second_gap: float = 0.01
    nodes: int = 100_000
    iterations: int = 2_000
    seconds: float | None = None
    seed: int = 1


@dataclass(frozen=True, eq=False)
class Network:
    """The answer: which sites open, how good that is and what is proven about it.

    Attributes
    ----------
    points : tuple of str
        Ids of the open sites, in the order of the sites.
    open : bool, shape (sites,)
        The same as an array.
    goal : Goal
        What was asked.
    objective : float
        Value of the goal: points, people missed (for ``most_people`` and ``backup``), person-seconds, seconds, cents.
    bound : float
        No network that keeps the rules is better than this.
    gap : float
        ``|objective - bound| / max(|objective|, 1)``.
    proven : bool
        The gap is zero (within rounding): the network is optimal.
    second : tuple of (Goal, float, float, float) or None
        Second goal with its objective, bound and gap.
    share : float
        Share of all people within the standard.
    people : int
        People within the standard.
    seconds : float
        Time that the engine took; goes into the run record, never into a hash.
    interrupted : bool
        The user or a clock limit ended the search.
    steps : tuple of (str, str)
        What was done, for the certificate: merged rows, reductions, fixed sites, nodes, solver.
    relaxed : tuple of two arrays, or None
        How far the relaxation opens each site, and the rules' prices in it: a changed question starts from them.
    """

    points: tuple[str, ...]
    open: NDArray[np.bool_]
    goal: Goal
    objective: float
    bound: float
    gap: float
    proven: bool
    second: tuple[Goal, float, float, float] | None
    share: float
    people: int
    seconds: float
    interrupted: bool = False
    steps: tuple[tuple[str, str], ...] = ()
    relaxed: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
