"""The regional plan as a document: what a project group sends to the steering group."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from tunti.locale import N_
from tunti.plan.regional import RegionalPlan
from tunti.report import parts
from tunti.report.document import Document, Section
from tunti.report.own_texts import Texts, with_texts
from tunti.report.sections.access import access
from tunti.report.sections.choices import alternatives_section
from tunti.report.sections.context import Context, context_for
from tunti.report.sections.impacts import impacts_section
from tunti.report.sections.method import findings, method, run, sources
from tunti.report.sections.network import flags, network
from tunti.report.sections.outside import outside
from tunti.report.sections.people import people_section
from tunti.report.sections.points import borders, points
from tunti.report.sections.risks import follow_section, risks_section
from tunti.report.sections.statements import statements_section, status
from tunti.report.sections.summary import summary
from tunti.report.sections.today import today
from tunti.report.visible import Audience
from tunti.report.words import ILLUSTRATIVE, words_for


def regional_document(
    plan: RegionalPlan,
    *,
    language: str,
    audience: Audience = "public",
    made: dt.date | None = None,
    texts: Texts = (),
) -> Document:
    """Write a region's plan (or the country's) in a language.

    Parameters
    ----------
    plan : RegionalPlan
    language : {"fi", "sv", "en"}
    audience : {"public", "project"}
        Who may read it: what the schemas keep from the public is left out of the public document.
    made : date, optional
        The day that the document is dated.
    texts : tuple of OwnText
        The group's own paragraphs.

    Returns
    -------
    Document
        Sections in the order of a plan; each says in a sentence what is lacking when its data are missing.
    """
    words = words_for(language, plan.settings.project.names, plan.settings.project.texts)
    context = context_for(plan, words, audience=audience)
    say = context.say
    facts = [
        (say(N_("Status")), status(context, plan.hearing)),
        (say(N_("State of the data")), words.date(plan.settings.project.as_of)),
    ]
    if plan.scenario != "baseline":
        facts.append((say(N_("Alternative")), plan.scenario))
    if plan.settings.project.name.strip() not in ("", context.area):
        facts.insert(0, (say(N_("Project")), words.own(plan.settings.project.name)))
    if made is not None:
        facts.append((say(N_("Dated")), words.date(made)))
    return Document(
        title=say(N_("Regional plan of joint service points"))
        if not context.whole_country
        else say(N_("Plan of joint service points for the whole country")),
        subtitle=context.area,
        language=language,
        marks=(say(ILLUSTRATIVE),) if plan.illustrative else (),
        sections=with_texts(
            _sections(context, made),
            texts,
            language=language,
            region_names=(plan.region or "", *plan.region_names.values()),
        ),
        facts=tuple(facts),
    )


def _sections(context: Context, made: dt.date | None) -> tuple[Section, ...]:
    return (
        summary(context),
        with_people(context),
        points(context),
        access(context),
        outside(context),
        parts.SERVICES.section(context),
        parts.CLOSING.section(context),
        parts.PREMISES.section(context),
        parts.REMOTE.section(context),
        parts.PROGRAMME.section(context),
        parts.MONEY.section(context),
        impacts_section(context),
        alternatives_section(context),
        borders(context),
        risks_section(context),
        follow_section(context),
        *(() if context.plan.hearing is None else (statements_section(context, context.plan.hearing),)),
        network(context),
        flags(context),
        method(context),
        sources(context),
        findings(context),
        run(context, made),
    )


def with_people(context: Context) -> Section:
    """Write the section on the region today, its people in a part of their own."""
    section = today(context)
    return replace(section, sections=(people_section(context), *section.sections))
