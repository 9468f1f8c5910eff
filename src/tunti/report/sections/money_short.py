"""The programme's money in a sentence: its range, what points cost and premises save, and when it is paid back."""

from __future__ import annotations

import math

from tunti.locale import N_
from tunti.programme.result import Programme
from tunti.report.sections.context import Context

FEWEST_OFFICES = 5
"""Offices that must stand behind sums by source in a public document."""

POINTS = ("point", "presence")
PREMISES = ("rent", "new_rent", "recovery", "holding")
"""Sources of running money that points and that premises bring."""


def many(programme: Programme) -> bool:
    """Tell whether so many offices stand behind the sums that no single rent can be read from them."""
    left = programme.events[programme.events["kind"].isin(("close_customer", "move", "close_work"))]
    return left["office"].nunique() >= FEWEST_OFFICES


def saving_range(programme: Programme) -> tuple[float, float] | None:
    """Give the euros between which the state's yearly saving lies in nine cases of ten, None when not known."""
    if not len(programme.uncertainty):
        return None
    rows = programme.uncertainty
    rows = rows[rows["measure"].astype(str) == "net_state_year"]
    cents = dict(zip(rows["quantile"].astype(float), rows["cents"].astype(float), strict=True))
    return (cents[0.05] / 100, cents[0.95] / 100) if {0.05, 0.95} <= set(cents) else None


def range_text(context: Context, programme: Programme) -> str:
    """Say between what the headline figure lies, as the figure is told: less to pay or more to pay a year."""
    found = saving_range(programme)
    if found is None:
        return ""
    value = programme.indicators.set_index("measure")["value"]
    low, high = found if value["net_state_year"] >= 0 else (-found[1], -found[0])
    return context.say(N_("range {low} to {high}"), low=context.words.mega(low), high=context.words.mega(high))


def unsure(context: Context, programme: Programme) -> str:
    """Say that the range holds zero, empty when it does not."""
    found = saving_range(programme)
    if found is None or not found[0] < 0 < found[1]:
        return ""
    return context.say(N_("The range holds zero: it is not certain whether the state pays less or more than today."))


def points_and_premises(context: Context, programme: Programme) -> str:
    """Say what points cost and what premises save in a year at the end, empty when it may not be told."""
    say, words = context.say, context.words
    if not (context.audience == "project" or many(programme)):
        return ""
    rows = programme.savings[programme.savings["level"] == "source"]
    cents = dict(zip(rows["key"].astype(str), rows["running_cents_year"].astype(float), strict=True))
    points = -sum(cents.get(k, 0.0) for k in POINTS) / 100
    premises = sum(cents.get(k, 0.0) for k in PREMISES) / 100
    closed = cents.get("staff", 0.0) / 100
    if points <= 0:
        return ""
    return say(
        N_("Points cost {points} a year, premises save {premises} and closing offices {closed}."),
        points=words.mega(points),
        premises=words.mega(premises),
        closed=words.mega(closed),
    )


def unsourced(context: Context) -> str:
    """Say that some unit costs are illustrative, empty where the whole plan says so of its figures."""
    if context.plan.illustrative:
        return ""
    return context.say(N_("Unit costs that no public source states are illustrative."))


def own_costs(context: Context, agencies: float) -> str:
    """Say how the agencies' own costs change, and what the rest of the state's change is.

    Parameters
    ----------
    context : Context
    agencies : float
        What the agencies save a year at the end, euros.

    Returns
    -------
    str
    """
    return context.say(
        N_("The agencies' own costs fall by {net} a year; the rest of the change is points and the state's own space.")
        if agencies >= 0
        else N_(
            "The agencies' own costs grow by {net} a year; the rest of the change is points and space of the state."
        ),
        net=context.words.mega(abs(agencies)),
    )


def paid_back(programme: Programme) -> int | None:
    """Give the year in which the state's savings have made up for its costs, None when they never do.

    Parameters
    ----------
    programme : Programme

    Returns
    -------
    int or None
        The year from which the sum of money since the beginning is at least zero to the end of the programme; past
        its end the yearly saving of the end goes on.
    """
    saving = float(programme.indicators.set_index("measure")["value"]["net_state_year"])
    state = programme.cashflow[programme.cashflow["state"].astype(bool)]
    if saving <= 0 or not len(state):
        return None
    line = state.groupby("year")["cents"].sum().sort_index().cumsum() / 100
    last = int(line.index[-1])
    if line.iloc[-1] < 0:
        return last + math.ceil(-float(line.iloc[-1]) / saving)
    below = line.index[line < 0]
    return int(line.index[0]) if not len(below) else int(line.index[line.index > below[-1]][0])
