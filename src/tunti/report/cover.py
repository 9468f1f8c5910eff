"""What documents of several plans share: their cover and the names of the money that they compare or add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tunti.locale import N_
from tunti.report.document import Document, Section
from tunti.report.sections.context import Context
from tunti.report.words import ILLUSTRATIVE

MONEY = {
    "net_state_year": N_("State's saving a year at the end, €"),
    "net_agencies_year": N_("Agencies' saving a year at the end, €"),
    "npv_state": N_("State's net present value, €"),
    "investment": N_("Investment, €"),
    "one_off_state": N_("State's one-off money, €"),
}
"""Figures of a programme in euros; above zero is saved or received, but an investment is what is spent."""


def joint_document(
    context: Context,
    *,
    title: str,
    sections: Sequence[Section],
    facts: Sequence[tuple[str, str]],
    illustrative: bool,
    made: dt.date | None,
) -> Document:
    """Put the sections of a document on several plans behind one cover.

    Parameters
    ----------
    context : Context
        Of the plan whose area and day of data the cover names.
    title : str
    sections : sequence of Section
    facts : sequence of (str, str)
        What the cover says first; the day of the data and the date of the document follow.
    illustrative : bool
    made : date, optional

    Returns
    -------
    Document
    """
    say, words = context.say, context.words
    told = [*facts, (say(N_("State of the data")), words.date(context.plan.settings.project.as_of))]
    if made is not None:
        told.append((say(N_("Dated")), words.date(made)))
    return Document(
        title=title,
        subtitle=context.area,
        language=words.language,
        marks=(say(ILLUSTRATIVE),) if illustrative else (),
        sections=tuple(sections),
        facts=tuple(told),
    )
