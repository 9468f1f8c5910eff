"""How far each region's plan has come, and what it lacks."""

from __future__ import annotations

from tunti.locale import N_
from tunti.plan.national import National
from tunti.report.document import Column, Section, Value
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
    count = {name: sum(p.state == state for p in found.plans) for state, name in STATES.items()}
    return Section(
        "states",
        say(N_("State of the plans")),
        (
            context.table(
                "states",
                say(N_("State of each regional plan, and what it lacks")),
                (
                    Column(say(N_("Region")), weight=1.4),
                    Column(say(N_("Plan")), weight=1.6),
                    Column(say(N_("State")), weight=1.4),
                    Column(say(N_("Statements")), weight=0.9),
                    Column(say(N_("Lacking")), weight=1.7),
                ),
                rows,
                note="; ".join(f"{say(name)}: {words.number(n)}" for name, n in count.items()),
            ),
        ),
    )
