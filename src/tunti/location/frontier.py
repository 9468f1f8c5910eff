"""Trade-offs: how minutes, share and cost move with the number of points, each plan with its proof."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from tunti.errors import Infeasible
from tunti.findings import say
from tunti.location.engine import Progress
from tunti.location.problem import Limits, Network, Problem, Rules
from tunti.location.solve import DEFAULT, locate
from tunti.location.what_if import figures, standing


def frontier(
    problem: Problem,
    *,
    points: Iterable[int] = (),
    budgets: Iterable[int] = (),
    shares: Iterable[float] = (),
    limits: Limits = DEFAULT,
    progress: Progress | None = None,
) -> tuple[pd.DataFrame, tuple[Network, ...]]:
    """Ask one question for several numbers of points, budgets or shares, and set the answers side by side.

    Each question starts from the plan before it. Steps that no network can keep are rows without a plan. Where a key
    ends a step, its plan so far is the last row and the steps after it are not asked.

    Parameters
    ----------
    problem : Problem
        The question; one of its rules is replaced in each step.
    points : iterable of int
        Numbers of points.
    budgets : iterable of int
        Budgets in cents a year.
    shares : iterable of float
        Shares of all people within the standard.
    limits : Limits
        For each step.
    progress : callable, optional
        As in :func:`~tunti.location.solve.locate`, over all steps.

    Returns
    -------
    table : DataFrame
        Columns ``rule, asked, feasible, points, people, share, mean_minutes, longest_minutes, cost, objective, bound,
        gap, proven``; one row per step, in the order given, up to the one that was interrupted.
    networks : tuple of Network
        The plans of the feasible rows, in the same order.
    """
    steps: list[tuple[str, Any]] = (
        [("points", n) for n in points] + [("budget", b) for b in budgets] + [("share", s) for s in shares]
    )
    rows: list[dict[str, Any]] = []
    networks: list[Network] = []
    known = None
    for k, (rule, asked) in enumerate(steps):
        if progress is not None:
            progress(say("Step {k} of {n}", k=k + 1, n=len(steps)), k / max(len(steps), 1), None, None)
        changed = replace(problem, rules=_with(problem.rules, rule, asked))
        try:
            network = locate(changed, limits, known=known)
        except Infeasible:
            rows.append({"rule": rule, "asked": asked, "feasible": False})
            continue
        except KeyboardInterrupt:
            if not networks:
                raise
            break  # this step had found nothing yet
        known = network
        networks.append(network)
        f = figures(standing(problem, network))
        rows.append(
            {
                "rule": rule,
                "asked": asked,
                "feasible": True,
                "points": f.points,
                "people": f.people,
                "share": f.share,
                "mean_minutes": f.mean_minutes,
                "longest_minutes": f.longest_minutes,
                "cost": f.cost,
                "objective": network.objective,
                "bound": network.bound,
                "gap": network.gap,
                "proven": network.proven,
            }
        )
        if network.interrupted:
            break
    columns = "rule asked feasible points people share mean_minutes longest_minutes cost objective bound gap proven"
    return pd.DataFrame(rows, columns=columns.split()), tuple(networks)


def _with(rules: Rules, name: str, value: Any) -> Rules:
    changed: dict[str, Any] = {name: value}
    return replace(rules, **changed)
