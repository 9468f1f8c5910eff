"""Which services fewer people reach than reach a point: how many stay outside, and why as far as it is known."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tunti.locale import N_
from tunti.plan.duties import Services
from tunti.report.sections.context import Context, records
from tunti.report.words import missing

CLEARLY = 0.005
"""Share of people by which a service must fall behind the network to be told of: less is rounding of the standard."""


MOST = 2
"""Groups of services alike in the share that the summary names; the chapter on services names all."""


def missed(context: Context, services: Services) -> list[dict[str, Any]]:
    """Give the services that miss their goal in the proposal, the fewest in reach first.

    Parameters
    ----------
    context : Context
    services : Services

    Returns
    -------
    list of dict
        Rows of the accessibility by service: the share within is below the set one or, where none is set, below the
        share of people who reach some point.
    """
    access = services.access
    rows = access[access["region"].isna()] if access["region"].isna().any() else access
    return below(rows, context.plan.proposed.share)


def below(rows: pd.DataFrame, reach: float) -> list[dict[str, Any]]:
    """Give the services whose share within is below the set one or, where none is set, clearly below a share.

    Parameters
    ----------
    rows : DataFrame
        ``service, share_after, share_set`` and more.
    reach : float
        Share of people who reach some point.

    Returns
    -------
    list of dict
        The fewest in reach first.
    """
    limit = reach - CLEARLY
    found = [r for r in records(rows) if r["share_after"] < (limit if missing(r["share_set"]) else r["share_set"])]
    return sorted(found, key=lambda r: (float(r["share_after"]), str(r["service"])))


def _why(context: Context, row: dict[str, Any]) -> str:
    """Say why a service misses its goal, as far as its figures tell."""
    say = context.say
    if not row["people_inside_after"]:
        if not row["people_inside_today"]:
            return say(N_("nobody gives it within reach today, and no point takes it up"))
        return say(N_("no point takes it up"))
    if row["people_inside_after"] == row["people_inside_today"]:
        return say(N_("kept no worse than today"))
    if row["people_inside_after"] > row["people_inside_today"]:
        return say(N_("better than today, but given at some of the points only"))
    return say(N_("fewer than today"))


def missed_texts(context: Context, services: Services) -> list[str]:
    """Say of each service that misses its goal the share within, the people outside and why.

    Parameters
    ----------
    context : Context
    services : Services

    Returns
    -------
    list of str
    """
    words = context.words
    return [
        context.say(
            N_("{service}: {share} within the standard, today {today}; {people} outside ({why})"),
            service=context.service(r["service"]),
            share=words.share(r["share_after"]),
            today=words.share(r["share_today"]),
            people=context.people(r["people"] - r["people_inside_after"]),
            why=_why(context, r),
        )
        for r in missed(context, services)
    ]


def missed_short(context: Context, services: Services) -> str:
    """Say in one sentence for the summary which services miss their goal, empty when none does."""
    return told_short(context, missed(context, services))


def told_short(context: Context, rows: list[dict[str, Any]]) -> str:
    """Say in one sentence which services miss their goal, alike ones together.

    Parameters
    ----------
    context : Context
    rows : list of dict
        As :func:`missed` gives them.

    Returns
    -------
    str
        Empty when there are none.
    """
    words = context.words
    if not rows:
        return ""
    alike: dict[tuple[str, int], list[str]] = {}
    for r in rows:
        key = (words.share(r["share_after"]), int(r["people"] - r["people_inside_after"]))
        alike.setdefault(key, []).append(context.service(r["service"]))
    told = list(alike.items())[:MOST]
    names = [
        context.say(
            N_("{services} ({share} within, {people} outside)"),
            services=words.listing(services_alike),
            share=share,
            people=words.number(outside),
        )
        for (share, outside), services_alike in told
    ]
    said = context.say(N_("Services that fewer people reach than reach a point: {names}."), names="; ".join(names))
    rest = len(rows) - sum(len(services_alike) for _, services_alike in told)
    return f"{said} " + context.say(N_("Others: {n}."), n=words.number(rest)) if rest else said
