"""Why a network is as it is: what each point is worth, and what each rule costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from tunti.errors import Infeasible
from tunti.findings import Message, say
from tunti.location.problem import Limits, Network, Problem, Rules, Status
from tunti.location.rules import seconds_of
from tunti.location.solve import DEFAULT, locate
from tunti.location.what_if import NONE, standing


def closing_costs(problem: Problem, network: Network) -> pd.DataFrame:
    """Tell for each open point what closing it alone would cost, in people, minutes and euros.

    Parameters
    ----------
    problem : Problem
    network : Network

    Returns
    -------
    DataFrame
        One row per open point: ``site``; ``people`` who have it nearest; ``only_here``: people within the standard of
        no other point; ``longer``: people whose trip grows; ``minutes_more``: by how many minutes on average;
        ``person_minutes``: in all; ``cost_saved``: cents a year; ``next``: the point that takes most of them.
    """
    s = standing(problem, network)
    people = np.asarray(problem.people, np.int64)
    standard, far = seconds_of(problem.minutes), problem.far_seconds
    served = s.first >= 0
    first = s.first[served]
    trip = np.minimum(s.first_seconds[served].astype(np.int64), far)
    after = np.where(s.second_seconds[served] == NONE, far, np.minimum(s.second_seconds[served].astype(np.int64), far))
    w = people[served].astype(float)
    n = len(problem.times.sites)

    def total(value: np.ndarray) -> np.ndarray:
        return np.bincount(first, weights=value, minlength=n)

    lost = (s.first_seconds[served] <= standard) & (s.second_seconds[served] > standard)
    more = after - trip
    longer = total(w * (more > 0))
    extra = total(w * more)
    rows = np.flatnonzero(s.open)
    takes = []
    for j in rows:
        mine = served & (s.first == j) & (s.second >= 0)
        weight = np.bincount(s.second[mine], weights=people[mine].astype(float), minlength=n)
        takes.append(problem.times.sites[int(weight.argmax())] if weight.any() else "")
    return pd.DataFrame(
        {
            "site": [problem.times.sites[j] for j in rows],
            "people": total(w)[rows].astype(np.int64),
            "only_here": total(w * lost)[rows].astype(np.int64),
            "longer": longer[rows].astype(np.int64),
            "minutes_more": extra[rows] / np.maximum(longer[rows], 1) / 60,
            "person_minutes": extra[rows] / 60,
            "cost_saved": problem.cost[rows],
            "next": takes,
        }
    )


def why(
    problem: Problem, network: Network, site: str, *, called: Mapping[str, str] | None = None
) -> tuple[Message, ...]:
    """Say in words why a site is open or closed in a network.

    Parameters
    ----------
    problem : Problem
    network : Network
    site : str
        Id of the site.
    called : mapping of str to str, optional
        Names of sites; their ids without it.

    Returns
    -------
    tuple of Message
        One sentence each, the most telling first.
    """
    j = problem.times.sites.index(site)
    out: list[Message] = []
    names = {} if called is None else called
    name = names.get(site, site)
    status = problem.status[j]
    if status is Status.REQUIRED:
        out.append(say("{site} is open because it is required.", site=name))
    if status is Status.EXISTING and problem.rules.keep_existing:
        out.append(say("{site} is open because existing points are kept.", site=name))
    if status is Status.FORBIDDEN:
        out.append(say("{site} is closed because it is forbidden.", site=name))
    s = standing(problem, network)
    if s.open[j]:
        table = closing_costs(problem, network)
        row = table[table["site"] == site].iloc[0]
        out.append(
            say(
                "It is the nearest point of {people} people; {only} of them have no other within {minutes} minutes.",
                people=int(row["people"]),
                only=int(row["only_here"]),
                minutes=problem.minutes,
            )
        )
        out.append(
            say(
                "Without it {longer} people would drive {more} minutes longer on average; most would go to {next}.",
                longer=int(row["longer"]),
                more=round(float(row["minutes_more"]), 1),
                next=names.get(row["next"], row["next"]) or "-",
            )
        )
        if row["cost_saved"] > 0:
            out.append(say("Closing it would save {euros} euros a year.", euros=round(float(row["cost_saved"]) / 100)))
        return tuple(out)
    t = problem.times
    cells, seconds = t.cell[t.indptr[j] : t.indptr[j + 1]], t.seconds[t.indptr[j] : t.indptr[j + 1]]
    nearer = seconds < s.first_seconds[cells]
    gained = (seconds <= seconds_of(problem.minutes)) & (s.first_seconds[cells] > seconds_of(problem.minutes))
    people = problem.people[cells]
    out.append(
        say(
            "Opening it would shorten the trip of {people} people and bring {gained} more within {minutes} minutes.",
            people=int(people[nearer].sum()),
            gained=int(people[gained].sum()),
            minutes=problem.minutes,
        )
    )
    if problem.cost[j] > 0:
        out.append(say("It would cost {euros} euros a year.", euros=round(float(problem.cost[j]) / 100)))
    return tuple(out)


def rule_prices(problem: Problem, network: Network, *, limits: Limits = DEFAULT) -> pd.DataFrame:
    """Tell what each rule costs: how much better the goal would be without it.

    Every rule is left out in turn and the question is asked again from the plan at hand; the saving is exact where both
    answers are proven, and otherwise lies between the two columns.

    Parameters
    ----------
    problem : Problem
    network : Network
        Its answer.
    limits : Limits

    Returns
    -------
    DataFrame
        One row per rule: ``rule`` (field of :class:`~tunti.location.problem.Rules`), ``without`` (the goal's value
        without it), ``saving_at_least`` and ``saving_at_most`` in the goal's unit, ``points`` without it.
    """
    rows = []
    for name in Rules.__dataclass_fields__:
        default = getattr(Rules(), name)
        if getattr(problem.rules, name) == default:
            continue
        if name == "points" and network.goal.value in ("most_people", "least_travel", "worst_case", "backup"):
            continue
        freer = replace(problem, rules=replace(problem.rules, **{name: default}))
        try:
            answer = locate(freer, limits, known=network)
        except Infeasible:
            continue
        rows.append(
            {
                "rule": name,
                "without": answer.objective,
                "saving_at_least": max(0.0, network.bound - answer.objective),
                "saving_at_most": max(0.0, network.objective - answer.bound),
                "points": len(answer.points),
            }
        )
    return pd.DataFrame(rows, columns=["rule", "without", "saving_at_least", "saving_at_most", "points"])
