"""The national roll-up as a document: totals to target, the standard, conflicts, agencies, state of each plan."""

from __future__ import annotations

import datetime as dt

from tunti.locale import N_
from tunti.plan.national import National
from tunti.report.cover import joint_document
from tunti.report.document import Document
from tunti.report.national.agencies import agencies_section
from tunti.report.national.conflicts import conflicts_section
from tunti.report.national.money import totals_section
from tunti.report.national.standard import standard_section
from tunti.report.national.states import states_counted, states_section
from tunti.report.national.summary import summary_section
from tunti.report.sections.context import context_for
from tunti.report.visible import Audience
from tunti.report.words import words_for


def national_document(
    found: National, *, language: str, audience: Audience = "public", made: dt.date | None = None
) -> Document:
    """Write the roll-up in a language.

    Parameters
    ----------
    found : National
    language : {"fi", "sv", "en"}
    audience : {"public", "project"}
    made : date, optional
        The day that the document is dated.

    Returns
    -------
    Document
    """
    words = words_for(language, found.whole.settings.project.names, found.whole.settings.project.texts)
    context = context_for(found.whole, words, audience=audience)
    return joint_document(
        context,
        title=context.say(N_("Roll-up of the regional plans")),
        sections=(
            summary_section(context, found),
            standard_section(context, found),
            totals_section(context, found),
            conflicts_section(context, found),
            states_section(context, found),
            agencies_section(context, found),
        ),
        facts=(
            (context.say(N_("Regional plans")), words.number(len(found.plans))),
            (context.say(N_("State of the plans")), states_counted(context, found)),
        ),
        illustrative=found.whole.illustrative or any(p.illustrative for p in found.plans),
        made=made,
    )
