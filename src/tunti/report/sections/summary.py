"""The summary on the first page: the decision asked for, five figures, who gains and who does not, and the map."""

from __future__ import annotations

from functools import partial

import numpy as np

from tunti.locale import N_
from tunti.report.document import Callout, Figure, KeyFigure, KeyFigures, Paragraph, Section
from tunti.report.maps import network_map
from tunti.report.sections.context import Context, records
from tunti.report.words import ILLUSTRATIVE, missing


def changed_people(context: Context, *, least: float = 1.0) -> tuple[int, int]:
    """Count the people whose drive to the nearest point gets shorter and longer.

    Parameters
    ----------
    context : Context
    least : float
        Changes of fewer minutes do not count.

    Returns
    -------
    shorter, longer : int
        Someone who loses the only point within the cut-off has a longer drive.
    """
    today, after = context.plan.today.cells, context.plan.proposed.cells
    both = today[["cell", "people", "minutes"]].merge(after[["cell", "minutes"]], on="cell", suffixes=("", "_after"))
    before = both["minutes"].to_numpy(float, na_value=np.inf)
    then = both["minutes_after"].to_numpy(float, na_value=np.inf)
    before, then = np.nan_to_num(before, nan=np.inf), np.nan_to_num(then, nan=np.inf)
    people = both["people"].to_numpy(float)
    with np.errstate(invalid="ignore"):
        change = np.where(before == then, 0.0, then - before)
    return int(people[change <= -least].sum()), int(people[change >= least].sum())


def counts(context: Context) -> tuple[int, int]:
    """Count the proposed points that exist and that are new."""
    existing = int((context.plan.points["status"].astype(str) == "existing").sum())
    return existing, len(context.plan.points) - existing


def _decision(context: Context) -> Callout:
    plan, say, words = context.plan, context.say, context.words
    existing, new = counts(context)
    if plan.illustrative:
        one, many = (
            N_("The example shows a network of {n} joint service point."),
            N_("The example shows a network of {n} joint service points."),
        )
    else:
        one, many = (
            N_("It is proposed that the network of {n} joint service point shown here is approved."),
            N_("It is proposed that the network of {n} joint service points shown here is approved."),
        )
    if not len(plan.points):
        texts = [say(N_("The plan proposes no joint service point in the area."))]
    else:
        texts = [
            words.many(one, many, len(plan.points))
            + " "
            + say(
                N_("Existing points: {existing}, new points: {new}."),
                existing=words.number(existing),
                new=words.number(new),
            )
            + " "
            + say(N_("The target year is {year}."), year=str(plan.settings.project.target_year))
        ]
        if plan.services is not None:
            closed = int((plan.services.offices["customer_part"].astype(str) == "closes").sum())
            texts.append(say(N_("Agencies' own customer premises that close: {n}."), n=words.number(closed)))
    if plan.illustrative:
        texts.insert(0, say(N_("Some of the figures are invented for illustration: nothing can be decided on them.")))
        return Callout(say(N_("An example, not for decision")), tuple(texts), "warning")
    return Callout(say(N_("Decision asked for")), tuple(texts), "decision")


def _figures(context: Context) -> KeyFigures:
    plan, say, words = context.plan, context.say, context.words
    existing, new = counts(context)
    today, after = plan.today, plan.proposed

    def was(value: str) -> str:
        return say(N_("today, an office of any agency: {value}"), value=value)

    def one_or_more(n: int, one: str, many: str, **values: str) -> str:
        return say(one if n == 1 else many, **values)

    def mean(value: float) -> str:
        return "–" if missing(value) else words.minutes(value, decimals=1)

    return KeyFigures(
        (
            KeyFigure(
                words.number(len(plan.points)),
                one_or_more(len(plan.points), N_("joint service point"), N_("joint service points")),
                say(N_("{existing} existing, {new} new"), existing=words.number(existing), new=words.number(new)),
            ),
            KeyFigure(
                words.share(after.share),
                say(N_("of people at most {minutes} minutes away"), minutes=context.minutes),
                was(words.share(today.share)),
            ),
            KeyFigure(
                words.number(after.people_outside),
                one_or_more(
                    after.people_outside,
                    N_("person farther than {minutes} minutes"),
                    N_("people farther than {minutes} minutes"),
                    minutes=context.minutes,
                ),
                was(words.number(today.people_outside)),
            ),
            KeyFigure(
                mean(after.mean_minutes),
                say(N_("mean drive to the nearest point")),
                was(mean(today.mean_minutes)),
            ),
            _last_figure(context),
        )
    )


def _last_figure(context: Context) -> KeyFigure:
    """Give what the plan costs the state once it is known, and the points with few people until then."""
    plan, say, words = context.plan, context.say, context.words
    if plan.programme is not None:
        table = plan.programme.indicators
        net = table.loc[table["measure"].astype(str) == "net_state_year", "value"]
        npv = table.loc[table["measure"].astype(str) == "npv_state", "value"]
        if len(net) and len(npv):
            return KeyFigure(
                words.euros(float(net.iloc[0])),
                say(N_("state's saving a year; below zero it is a cost")),
                say(N_("net present value {value}"), value=words.euros(float(npv.iloc[0]))),
            )
    known = plan.settings.standard.known_population_base
    below = plan.points[plan.points["below_base"].astype(bool)]
    detail = ""
    if len(plan.points):
        smallest = plan.points.sort_values(["population_base", "site"], kind="stable").iloc[0]
        detail = say(
            N_("smallest: {name}, {people}"),
            name=str(smallest["name"]),
            people=words.number(smallest["population_base"]),
        )
    label = (
        N_("point with fewer than {people} people within reach")
        if len(below) == 1
        else N_("points with fewer than {people} people within reach")
    )
    return KeyFigure(words.number(len(below)), say(label, people=words.number(known)), detail)


def _compared(context: Context) -> list[str]:
    """Say what today is measured to, how many offices and points there are, and whose drive changes."""
    plan, say, words = context.plan, context.say, context.words
    shorter, longer = changed_people(context)
    points = words.many(N_("{n} point"), N_("{n} points"), len(plan.points))
    texts = [
        say(
            N_(
                "Today's figures are measured to the nearest office of any agency where customers are met in person "
                "({offices} in the area), or to an existing joint service point."
            ),
            offices=words.number(len(plan.offices)),
        )
    ]
    if not shorter and not longer and len(plan.points) and len(plan.offices):
        return [
            *texts,
            words.many(
                N_("Nobody's drive changes by a minute or more: the proposal has {points}, today has {n} office."),
                N_("Nobody's drive changes by a minute or more: the proposal has {points}, today has {n} offices."),
                len(plan.offices),
                points=points,
            ),
        ]
    return [
        *texts,
        say(
            N_(
                "With the proposal ({points}) the drive to the nearest point is at least a minute shorter than now for "
                "this many: {shorter}, and longer for this many: {longer}."
            ),
            points=points,
            shorter=words.number(shorter),
            longer=words.number(longer),
        ),
    ]


def summary(context: Context) -> Section:
    """Write the summary.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    where = words.where(context.area) if plan.region is not None else None
    start = (
        say(N_("{where}: {people}."), where=where[:1].upper() + where[1:], people=context.people(plan.proposed.people))
        if where
        else say(N_("The area has {people}."), people=context.people(plan.proposed.people))
    )
    texts = [start, *_compared(context)]
    rows = plan.proposed.municipalities
    outside = (rows["people"] - rows["people_inside"]).astype(float)
    rows = rows.assign(outside=outside).sort_values(["outside", "municipality"], ascending=[False, True], kind="stable")
    rows = rows[rows["outside"] > 0].head(5)
    if len(rows):
        names = [f"{words.place(row)} ({words.number(row['outside'])})" for row in records(rows)]
        texts.append(say(N_("Most people stay outside in these municipalities: {names}."), names=words.listing(names)))
    return Section(
        "summary",
        say(N_("Summary")),
        (
            _decision(context),
            _figures(context),
            Paragraph(" ".join(texts)),
            Figure(
                "summary-map",
                say(N_("Proposed network and drive times to it")),
                map_alt(context, "proposed"),
                partial(network_map, plan, words, which="proposed", most_height=112.0),
                floats=False,
            ),
        ),
    )


def map_alt(context: Context, which: str) -> str:
    """Say what a map of the network shows, for a reader who can't see it.

    Parameters
    ----------
    context : Context
    which : {"today", "proposed"}

    Returns
    -------
    str
    """
    plan, say, words = context.plan, context.say, context.words
    access = plan.today if which == "today" else plan.proposed
    lead = (
        say(N_("Map of today's network. Area: {area}."), area=context.area)
        if which == "today"
        else say(N_("Map of the proposed network. Area: {area}."), area=context.area)
    )
    rows = plan.points if which == "proposed" else plan.points[plan.points["status"].astype(str) == "existing"]
    names = [str(n) for n in rows["name"]]
    parts = [lead]
    if names:
        listed = words.listing(names) if len(names) <= 25 else words.number(len(names))
        parts.append(say(N_("Points: {names}."), names=listed))
    parts.append(
        say(
            N_(
                "Squares are coloured by drive time; {share} of people are within {minutes} minutes, {outside} are not."
            ),
            share=words.share(access.share),
            minutes=context.minutes,
            outside=words.number(access.people_outside),
        )
    )
    parts.append(say(N_("The table of municipalities says the same in figures.")))
    if plan.illustrative:
        parts.append(say(ILLUSTRATIVE) + ".")
    return " ".join(parts)
