"""How the network was found: its rules, the goal, the bound and what is proven; and where the plan falls short."""

from __future__ import annotations

import math
import re

from tunti.findings import Message
from tunti.locale import N_
from tunti.location.problem import Goal
from tunti.plan.flags import EMPTY, LEFT_OUT, SMALL
from tunti.report.document import Block, Bullets, Column, Paragraph, Section, Value
from tunti.report.names import left_out_names
from tunti.report.sections.context import Context, records
from tunti.report.sections.missed import missed_texts
from tunti.report.visible import hidden_columns

GOALS = {
    Goal.FEWEST: N_("The goal was the fewest points that keep the rules."),
    Goal.MOST_PEOPLE: N_("The goal was the most people within the standard with the given number of points."),
    Goal.LEAST_TRAVEL: N_("The goal was the least travel in all with the given number of points."),
    Goal.WORST_CASE: N_("The goal was the shortest possible longest drive."),
    Goal.BACKUP: N_("The goal was the most people with two points within the standard."),
    Goal.LEAST_COST: N_("The goal was the least cost of points and travel together."),
}


def amount(context: Context, goal: Goal, value: float, *, bound: bool = False) -> str:
    """Say the value of a goal with its unit.

    Parameters
    ----------
    context : Context
    goal : Goal
    value : float
        In the engine's unit.
    bound : bool
        A bound on a count of points or people is rounded up: no network has half a point.

    Returns
    -------
    str
    """
    say, words = context.say, context.words
    match goal:
        case Goal.FEWEST:
            n = math.ceil(value - 1e-6) if bound else round(value)
            return words.many(N_("{n} point"), N_("{n} points"), n)
        case Goal.MOST_PEOPLE | Goal.BACKUP:
            n = math.ceil(value - 1e-6) if bound else round(value)
            return words.many(N_("{n} person left out"), N_("{n} people left out"), n)
        case Goal.LEAST_TRAVEL:
            return say(N_("{hours} hours of travel if everyone goes once"), hours=words.number(value / 3600))
        case Goal.WORST_CASE:
            return words.minutes(value / 60)
        case Goal.LEAST_COST:
            if "cost_eur_year" in hidden_columns("sites", context.audience):
                return say(N_("an amount that is shown to the project group only"))
            return say(N_("{euros} a year"), euros=words.euros(value / 100))


def proof(context: Context) -> str:
    """Say in words what is known of the network's quality.

    Parameters
    ----------
    context : Context

    Returns
    -------
    str
    """
    network, say, words = context.plan.network, context.say, context.words
    found = amount(context, network.goal, network.objective)
    if network.interrupted:
        return say(
            N_(
                "The search was interrupted: it had found {found}. A better network may exist, and the answer may vary."
            ),
            found=found,
        )
    if network.proven:
        proven = say(
            N_(
                "The answer, {found}, is proven to be the best under these rules: no network that keeps them is better."
            ),
            found=found,
        )
        return proven
    return say(
        N_("The answer is {found}. No network that keeps the rules is better than {bound}; the gap is {gap}."),
        found=found,
        bound=amount(context, network.goal, network.bound, bound=True),
        gap=words.share(network.gap),
    )


STEPS = {
    "merged": N_("Cells with the same sites merged"),
    "reduced": N_("Sites and cells that can't change the answer left out"),
    "branched": N_("Branches searched"),
    "bound": N_("Computing of the bound"),
    "settled": N_("Sites that the bound settled"),
    "exact rest": N_("What was left, solved exactly"),
    "looked further": N_("Farther sites looked at too"),
    "solver": N_("Solver"),
}

# What the engine writes of its steps, with its numbers as fields in the order they stand.
_SAID = {
    text: text
    for text in (
        N_("{a} cells to {b} sets"),
        N_("{a} cells"),
        N_("{a} nodes"),
        N_("{a} free sites, {b} sets in rules"),
        N_("HiGHS, {a} nodes"),
        N_("{a} terms, {b} nodes"),
        N_("{a} of {b} sites, {c} terms left"),
        N_("{a} sites, {b} terms, {c} nodes"),
        N_("HiGHS, bisection over {a} trips, {b} nodes"),
    )
}
# The value of the bound stands in rows of its own, with its unit.
_SAID["{a} in {b} steps"] = N_("{b} steps")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def said_step(context: Context, text: str) -> str | None:
    """Say what the engine wrote of a step in the language.

    Parameters
    ----------
    context : Context
    text : str
        Such as ``"5672 cells to 1880 sets"``.

    Returns
    -------
    str or None
        None for words that the catalogues lack: the run record has them.
    """
    numbers = _NUMBER.findall(text)
    names = iter("abcdefgh"[: len(numbers)])
    template = _NUMBER.sub(lambda _: "{" + next(names) + "}", text) if len(numbers) <= 8 else text
    if template not in _SAID:
        return None
    values = {k: float(n) for k, n in zip("abcdefgh", numbers, strict=False)}
    return context.say(_SAID[template], **values)


def step_name(context: Context, what: str) -> str | None:
    """Say the name of a step of the search, None when it is not known; steps of the second goal say so."""
    second = what.removeprefix("second goal: ")
    if second not in STEPS:
        return None
    name = context.say(STEPS[second])
    return context.say(N_("Second goal: {what}"), what=name[:1].lower() + name[1:]) if second != what else name


def _certificate(context: Context) -> Block:
    network, say, words = context.plan.network, context.say, context.words
    # Four rows stand on paper; the workbook has the rest.
    rows: list[tuple[Value, ...]] = [
        (say(N_("Result")), amount(context, network.goal, network.objective)),
        (say(N_("Bound")), amount(context, network.goal, network.bound, bound=True)),
        (say(N_("Gap")), words.share(network.gap)),
    ]
    if network.second is not None:
        goal, objective, bound, gap = network.second
        rows += [
            (say(N_("Second goal, result")), amount(context, goal, objective)),
            (say(N_("Second goal, bound")), amount(context, goal, bound, bound=True)),
            (say(N_("Second goal, gap")), words.share(gap)),
        ]
    rows.append((say(N_("Proven")), say(N_("yes")) if network.proven else say(N_("no"))))
    # Seconds differ from run to run and machine to machine; the document must not.
    rows.append((say(N_("Time of the search")), say(N_("in the run record, run.json"))))
    said = [(step_name(context, what), said_step(context, how)) for what, how in network.steps]
    rows += [(what, how) for what, how in said if what is not None and how is not None]
    return context.table(
        "certificate",
        say(N_("Certificate of the network, all planned regions together")),
        (Column(say(N_("What")), weight=1), Column(say(N_("Value")), weight=2)),
        rows,
        paper_rows=4,
    )


def network(context: Context) -> Section:
    """Write the section on rules, search and proof.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say = context.plan, context.say
    blocks: list[Block] = []
    if plan.region is not None:
        here = context.words.number(len(plan.points))
        if plan.services is None:
            text = say(
                N_(
                    "The network is solved for all planned regions together, since a point serves people on both sides "
                    "of a border. Points in this region: {here}; in all planned regions: {all}."
                ),
                here=here,
                all=context.words.number(len(plan.network.points)),
            )
        else:
            text = say(
                N_(
                    "The network was first solved for all planned regions together, since a point serves people on "
                    "both sides of a border; the region's points were then chosen anew together with agencies and "
                    "modes. Points in this region: {here}; points elsewhere that the plan counts on: {near}."
                ),
                here=here,
                near=context.words.number(len(plan.neighbours)),
            )
        blocks.append(Paragraph(text))
    if plan.rules:
        blocks += [
            Paragraph(say(N_("The network keeps these rules:"))),
            Bullets(tuple(context.words.message(m) for m in plan.rules)),
        ]
    else:
        blocks.append(Paragraph(say(N_("No rules were set for the network."))))
    texts = [say(GOALS[plan.network.goal]), proof(context)]
    if plan.network.second is not None:
        goal, gap = plan.network.second[0], context.words.share(plan.network.second[3])
        texts.append(
            say(
                N_("Among equally good networks the one with the least travel was looked for, within a gap of {gap}."),
                gap=gap,
            )
            if goal is Goal.LEAST_TRAVEL
            else say(N_("Equally good networks were told apart by a second goal, within a gap of {gap}."), gap=gap)
        )
    blocks += [Paragraph(" ".join(texts)), _certificate(context)]
    return Section("network", say(N_("Rules, and how the network was found")), tuple(blocks))


def flags(context: Context) -> Section:
    """Write the section on where the plan falls short.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say = context.plan, context.say
    title = say(N_("Where the plan falls short"))
    lags = missed_texts(context, plan.services) if plan.services is not None else []
    if not plan.flags and not lags:
        text = say(N_("The plan was compared with the known goals, and nothing falls short of them."))
        return Section("flags", title, (Paragraph(text),))
    lead = say(N_("The plan was compared with the known goals. It falls short in these:"))
    return Section("flags", title, (Paragraph(lead), Bullets((*(_flag(context, m) for m in plan.flags), *lags))))


def _flag(context: Context, message: Message) -> str:
    """Say a shortfall with the names of places in the language."""
    plan, words = context.plan, context.words
    match message.template:
        case t if t == SMALL:
            names = [str(n) for n in plan.points.loc[plan.points["below_base"].astype(bool), "name"]]
        case t if t == EMPTY:
            own = set(plan.points["region"])
            names = [words.place(r, "region") for r in records(plan.proposed.regions) if r["region"] not in own]
        case t if t == LEFT_OUT:
            names = left_out_names(plan, words)
        case _:
            names = []
    values = tuple((k, words.listing(names) if k == "names" and names else v) for k, v in message.values)
    return words.message(Message(message.template, values))
