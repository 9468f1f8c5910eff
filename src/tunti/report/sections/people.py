"""The region's people today: how many, how old, with which languages, and in which forecast year."""

from __future__ import annotations

from tunti.locale import N_
from tunti.report.document import Block, Column, Paragraph, Section, Value
from tunti.report.sections.context import Context, records


def people_section(context: Context) -> Section:
    """Write the subsection on the area's people.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    title = say(N_("People of the area"))
    year = plan.settings.project.forecast_year
    texts = [
        say(
            N_("The area has {people} in {n} municipalities."),
            people=context.people(plan.proposed.people),
            n=words.number(len(plan.proposed.municipalities)),
        )
    ]
    if year is not None:
        texts.append(
            say(N_("All figures on people and visits are a population forecast for the year {year}."), year=str(year))
        )
    else:
        texts.append(say(N_("The figures are today's people: no forecast year is set.")))
    blocks: list[Block] = [Paragraph(" ".join(texts))]
    groups = records(plan.proposed.groups)
    if groups:
        total = plan.proposed.people
        rows: list[tuple[Value, ...]] = [
            (say(str(r["label"])), int(r["people"]), int(r["people"]) / total if total else None) for r in groups
        ]
        blocks.append(
            context.table(
                "people",
                say(N_("People by group")),
                (
                    Column(say(N_("Group")), weight=2.5),
                    Column(say(N_("People")), "whole"),
                    Column(say(N_("Share of all")), "share"),
                ),
                rows,
                note=say(N_("Groups overlap, so they do not add up.")),
            )
        )
    else:
        blocks.append(context.lacking(say(N_("People by age and language are not given."))))
    return Section("people", title, tuple(blocks))
