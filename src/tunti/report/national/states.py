"""How far each region's plan has come, and what it lacks."""

from __future__ import annotations

from tunti.locale import N_
from tunti.plan.national import National
from tunti.report.document import Block, Column, Paragraph, Section, Value
from tunti.report.sections.context import Context
from tunti.report.sections.statements import STATES, status

STAGES = {
    "services": N_("agencies and modes"),
    "premises": N_("shared premises"),
    "programme": N_("programme"),
    "remote": N_("remote service"),
    "considered": N_("alternatives"),
}
"""Stages as a sentence lists them."""


def states_section(context: Context, found: National) -> Section:
    """Write the state of each plan: draft, proposed, put to hearing or decided, its statements and what it lacks.

    Parameters
    ----------
    context : Context
    found : National

    Returns
    -------
    Section
    """
    say, words = context.say, context.words
    rows: list[tuple[Value, ...]] = []
    for plan in found.plans:
        heard = plan.hearing
        lacking = [say(STAGES[s]) for s in plan.lacking if s in STAGES]
        given = "–"
        if heard is not None and len(heard.statements):
            given = say(
                N_("{given} of {asked}"),
                given=words.number(int(heard.statements["stand"].notna().sum())),
                asked=words.number(len(heard.statements)),
            )
        named = say(N_("baseline")) if plan.scenario == "baseline" else plan.scenario
        rows.append(
            (
                words.place({f"region_{k}": v for k, v in plan.region_names.items()}, "region"),
                heard.title if heard is not None and heard.title else named,
                status(context, heard),
                given,
                words.listing(lacking) if lacking else say(N_("nothing")),
            )
        )
    columns = (
        Column(say(N_("Region")), weight=1.4),
        Column(say(N_("Plan")), weight=1.6),
        Column(say(N_("State")), weight=1.4),
        Column(say(N_("Statements")), weight=0.9),
        Column(say(N_("Lacking")), weight=1.7),
    )
    alike = [k for k in range(1, len(columns)) if len(rows) > 1 and len({row[k] for row in rows}) == 1]
    counted = say(N_("Plans by their state: {states}."), states=states_counted(context, found))
    blocks: list[Block] = [Paragraph(" ".join([counted, *_alike(context, rows, alike)]))]
    kept = [k for k in range(len(columns)) if k not in alike]
    if len(kept) > 1:
        blocks.append(
            context.table(
                "states",
                say(N_("State of each regional plan, and what it lacks")),
                [columns[k] for k in kept],
                [tuple(row[k] for k in kept) for row in rows],
            )
        )
    return Section("states", say(N_("State of the plans")), tuple(blocks))


def _alike(context: Context, rows: list[tuple[Value, ...]], alike: list[int]) -> list[str]:
    """Say in sentences what is the same for all plans: a column of equal words says less."""
    say = context.say
    texts = []
    if 1 in alike:
        texts.append(say(N_("Plan of every region: {plan}."), plan=str(rows[0][1])))
    if 3 in alike and rows[0][3] == "–":
        texts.append(say(N_("No plan has been sent for statements.")))
    elif 3 in alike:
        texts.append(say(N_("Statements on every plan: {given}."), given=str(rows[0][3])))
    if 4 in alike and rows[0][4] == say(N_("nothing")):
        texts.append(say(N_("Every plan has all its parts.")))
    elif 4 in alike:
        texts.append(say(N_("Lacking from every plan: {parts}."), parts=str(rows[0][4])))
    return texts


def states_counted(context: Context, found: National) -> str:
    """Count the plans by their state: draft 17 and decided 1.

    Parameters
    ----------
    context : Context
    found : National

    Returns
    -------
    str
    """
    say, words = context.say, context.words
    count = {name: sum(p.state == state for p in found.plans) for state, name in STATES.items()}
    told = [f"{say(name)} {words.number(n)}" for name, n in count.items() if n]
    return words.listing(told)
