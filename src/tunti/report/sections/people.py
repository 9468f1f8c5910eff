"""The region's people today: how many, how old, with which languages, and in which forecast year."""

from __future__ import annotations

from tunti.inputs.spoken import in_order
from tunti.locale import N_
from tunti.report.document import Block, Column, Paragraph, Section, Value
from tunti.report.sections.context import Context, records, text
from tunti.report.words import missing


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
    blocks: list[Block] = [Paragraph(" ".join(texts)), *_towns(context)]
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


def language_names(context: Context, codes: str) -> str:
    """Name languages by their codes, 'fi sv' as 'Finnish and Swedish'; unknown codes stay.

    Parameters
    ----------
    context : Context
    codes : str
        Codes with spaces between.

    Returns
    -------
    str
    """
    return context.words.listing([context.say(LANGUAGES[c]) if c in LANGUAGES else c for c in in_order(codes.split())])


LANGUAGES = {
    "fi": N_("Finnish"),
    "sv": N_("Swedish"),
    "se": N_("Sámi"),
    "smn": N_("Inari Sámi"),
    "sms": N_("Skolt Sámi"),
}
"""Languages that the law gives rights to, as a reader knows them."""


def _towns(context: Context) -> list[Block]:
    """List the municipalities with their people and official languages, and say where Sámi has rights."""
    plan, say, words = context.plan, context.say, context.words
    places = [r for r in records(plan.proposed.municipalities) if r["people"] > 0]
    if not places:
        return []
    facts = {} if plan.towns is None else {str(r["municipality"]): r for r in records(plan.towns)}
    spoken = {code: language_names(context, text(r["languages"])) for code, r in facts.items()}
    blocks: list[Block] = []
    sami = [
        words.place(r) for r in places if not missing(v := facts.get(str(r["municipality"]), {}).get("sami_homeland"))
        and bool(v)
    ]  # fmt: skip
    told = []
    if any(spoken.values()):
        both = [
            r
            for r in places
            if {"fi", "sv"} <= set(text(facts.get(str(r["municipality"]), {}).get("languages")).split())
        ]
        if both:
            told.append(
                say(
                    N_("Bilingual municipalities: {n}; {share} of the people live in them."),
                    n=words.number(len(both)),
                    share=words.share(sum(r["people"] for r in both) / plan.proposed.people),
                )
            )
        else:
            told.append(say(N_("No municipality of the area is bilingual in Finnish and Swedish.")))
    if sami:
        told.append(say(N_("The Sámi homeland reaches into these municipalities: {names}."), names=words.listing(sami)))
    if told:
        blocks.append(Paragraph(" ".join(told)))
    total = plan.proposed.people
    columns = [
        Column(say(N_("Municipality")), weight=2.0),
        Column(say(N_("People")), "whole", adds=True),
        Column(say(N_("Share of all")), "share"),
    ]
    named = any(spoken.values())
    if named:
        columns.append(Column(say(N_("Official languages")), weight=2.0))
    rows: list[tuple[Value, ...]] = []
    for r in sorted(places, key=lambda r: (-int(r["people"]), str(r["municipality"]))):
        name = words.place(r)
        row: list[Value] = [name, int(r["people"]), int(r["people"]) / total if total else None]
        told_languages = spoken.get(str(r["municipality"]), "")
        if name in sami:
            told_languages += f" ({say(N_('in the Sámi homeland'))})"
        rows.append(tuple([*row, told_languages] if named else row))
    rest = total - sum(int(r["people"]) for r in places)
    if rest:
        row = [say(N_("Municipality not known")), rest, rest / total]
        rows.append(tuple([*row, ""] if named else row))
    end: list[Value] = [say(N_("All")), total, 1.0 if total else None]
    blocks.append(
        context.table(
            "towns", say(N_("People and official languages by municipality")), columns, rows,
            total=tuple([*end, ""] if named else end), paper_rows=25,
        )
    )  # fmt: skip
    return blocks
