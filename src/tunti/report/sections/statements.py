"""How far the plan has come, and the round of statements: who said what, and what was answered."""

from __future__ import annotations

import re

from tunti.locale import N_
from tunti.report.document import Block, Column, Paragraph, Section, Value
from tunti.report.sections.context import Context, records, text
from tunti.report.words import missing
from tunti.work.hearing import Hearing

STATES = {
    "draft": N_("draft"),
    "proposed": N_("proposed"),
    "heard": N_("put to hearing"),
    "decided": N_("decided"),
}
STANDS = {
    "for": N_("for"),
    "changes": N_("for, with changes"),
    "against": N_("against"),
    "none": N_("no statement to give"),
}

LONGEST = 400
"""Characters of a text in the table; a longer one follows in full after it. A default of this product."""


def status(context: Context, hearing: Hearing | None) -> str:
    """Say how far a plan has come; a decided one with its day and its number in the register.

    Parameters
    ----------
    context : Context
    hearing : Hearing or None

    Returns
    -------
    str
    """
    if hearing is None:
        return context.say(STATES["draft"])
    told = [context.say(STATES[hearing.state])]
    if hearing.state == "decided" and hearing.decided is not None:
        told.append(context.words.date(hearing.decided))
    if hearing.state == "decided" and hearing.record:
        told.append(hearing.record)
    return ", ".join(told)


def statements_section(context: Context, hearing: Hearing) -> Section:
    """Write the table of statements and answers, and in full what is too long for it.

    Parameters
    ----------
    context : Context
    hearing : Hearing

    Returns
    -------
    Section
    """
    say, words = context.say, context.words
    title = say(N_("Statements and answers"))
    asked = records(hearing.statements)
    if not asked:
        return Section("statements", title, (Paragraph(say(N_("No statements have been asked for."))),))
    given = [r for r in asked if not missing(r["stand"])]
    stands = [
        f"{say(label)} {words.number(n)}" for s, label in STANDS.items() if (n := sum(r["stand"] == s for r in given))
    ]
    lead = say(
        N_("Statements asked for: {asked}; given: {given}; answered: {answered}."),
        asked=words.number(len(asked)),
        given=words.number(len(given)),
        answered=words.number(sum(not missing(r["answer"]) for r in asked)),
    )
    if stands:
        lead = f"{lead} " + say(N_("Of those given: {stands}."), stands=words.listing(stands))
    rows: list[tuple[Value, ...]] = [
        (
            text(r["body"]),
            say(STANDS[str(r["stand"])])
            if not missing(r["stand"])
            else say(N_("not given; asked for by {day}"), day=words.date(r["deadline"])),
            None if missing(r["given"]) else r["given"],
            _short(text(r["statement"])),
            _short(text(r["answer"])),
        )
        for r in asked
    ]
    blocks: list[Block] = [
        Paragraph(lead),
        context.table(
            "statements",
            say(N_("Statements on the plan and the answers to them")),
            (
                Column(say(N_("Body")), weight=1.3),
                Column(say(N_("Stand")), weight=1.0),
                Column(say(N_("Given")), "date", weight=0.9),
                Column(say(N_("Statement")), weight=2.4),
                Column(say(N_("Answer")), weight=2.4),
            ),
            rows,
            note=say(N_("What is longer than the table holds follows in full.")) if _long(hearing) else "",
        ),
    ]
    return Section("statements", title, tuple(blocks), _in_full(context, hearing))


def _short(said: str) -> str:
    """Cut a text for the table at a word."""
    said = " ".join(said.split())
    return said if len(said) <= LONGEST else said[:LONGEST].rsplit(" ", 1)[0] + " …"


def _long(hearing: Hearing) -> list[dict[str, object]]:
    return [r for r in records(hearing.statements) if max(len(text(r["statement"])), len(text(r["answer"]))) > LONGEST]


def _in_full(context: Context, hearing: Hearing) -> tuple[Section, ...]:
    say = context.say
    blocks: list[Block] = []
    for r in _long(hearing):
        for key, label in (("statement", N_("{body}, statement:")), ("answer", N_("{body}, answer:"))):
            said = [p.strip() for p in re.split(r"\n\s*\n|\r\n\s*\r\n", text(r[key])) if p.strip()]
            blocks += [
                Paragraph(" ".join(p.split()), lead=say(label, body=text(r["body"])) if n == 0 else "")
                for n, p in enumerate(said)
            ]
    return (Section("statements-in-full", say(N_("Long statements in full")), tuple(blocks)),) if blocks else ()
