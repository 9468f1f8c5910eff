"""Alternatives that were considered, and why they were not chosen."""

from __future__ import annotations

from tunti.locale import N_
from tunti.report.document import Block, Column, Paragraph, Section, Value
from tunti.report.parts import lacking_part
from tunti.report.sections.context import Context, number, records, whole
from tunti.report.sections.network import amount

MOST_NAMES = 12
"""Points that a cell of the table names."""


def alternatives_section(context: Context) -> Section:
    """Write the section on alternatives.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    title = say(N_("Alternatives considered and why not"))
    if plan.considered is None:
        lacking = lacking_part(context, "considered", N_("Alternatives to the network have not been looked for."))
        return Section("alternatives", title, (lacking, *_swaps(context), *_not_chosen(context)))
    found = plan.considered
    blocks: list[Block] = []
    chosen = set(found.points)
    # A region's plan tells of its own sites; the lists of the whole country would fill pages.
    own = set(plan.points["site"].astype(str)) | set(plan.candidates["site"].astype(str))
    shown = own if plan.region is not None else own | chosen

    def named(sites: set[str]) -> str:
        names = [context.site(s) for s in sorted(sites & shown)]
        if len(names) > MOST_NAMES:
            more = say(N_("{n} others"), n=words.number(len(names) - MOST_NAMES))
            names = [*names[:MOST_NAMES], more]
        return words.listing(names) or "–"

    differ = any(({*map(str, r["points"])} ^ chosen) & shown for r in records(found.alternatives))
    if len(found.alternatives) and not differ:
        blocks.append(
            Paragraph(
                words.many(
                    N_("{n} network almost as good was found, but it differs in other regions only."),
                    N_("{n} networks almost as good were found, but they differ in other regions only."),
                    len(found.alternatives),
                )
            )
        )
    elif len(found.alternatives):
        rows: list[tuple[Value, ...]] = [
            (say(N_("Chosen network")), len(found.points), amount(context, plan.network.goal, found.objective),
             number(found.share), "–", "–")
        ]  # fmt: skip
        for n, r in enumerate(records(found.alternatives), start=1):
            other = set(r["points"])
            rows.append(
                (
                    say(N_("Alternative {n}"), n=str(n)),
                    len(other),
                    amount(context, plan.network.goal, float(r["objective"])),
                    number(r["share"]),
                    named(other - chosen),
                    named(chosen - other),
                )
            )
        blocks += [
            Paragraph(
                say(
                    N_(
                        "Networks almost as good were looked for, each as different from the others as can be. They "
                        "keep all rules and are at most {part} worse by the goal. All planned regions are counted; "
                        "a region's plan names its own points."
                    ),
                    part=words.share(0.05, decimals=0),
                )
            ),
            context.table(
                "alternatives",
                say(N_("Networks almost as good as the chosen one")),
                (
                    Column(say(N_("Network")), weight=1.2),
                    Column(say(N_("Points")), "whole", weight=0.7),
                    Column(say(N_("By the goal")), weight=1.2),
                    Column(say(N_("Share within")), "share", weight=0.9),
                    Column(say(N_("Points instead")), weight=2.2),
                    Column(say(N_("Points left out")), weight=2.2),
                ),
                rows,
            ),
        ]
    else:
        blocks.append(Paragraph(say(N_("No network almost as good that differs from the chosen one was found."))))
    here = set(plan.points["site"].astype(str))
    closing = found.closing[found.closing["site"].astype(str).isin(here)]
    if len(closing):
        rows = [
            (
                context.site(r["site"]), whole(r["people"]), whole(r["only_here"]), whole(r["longer"]),
                number(r["minutes_more"]), context.site(r["next"]),
            )
            for r in records(closing.sort_values(["only_here", "people"], ascending=False, kind="stable"))
        ]  # fmt: skip
        blocks.append(
            context.table(
                "closing-costs",
                say(N_("What leaving out one point would mean")),
                (
                    Column(say(N_("Point")), weight=1.6),
                    Column(say(N_("People nearest")), "whole"),
                    Column(say(N_("Within the standard of no other")), "whole", weight=1.1),
                    Column(say(N_("Longer drive for")), "whole"),
                    Column(say(N_("Longer by, min")), "number"),
                    Column(say(N_("Most go then to")), weight=1.6),
                ),
                rows,
                paper_rows=30,
                note=say(N_("Counted in the network that was found first; other points stay open.")) + _later(context),
            )
        )
    blocks += [*_swaps(context), *_not_chosen(context)]
    return Section("alternatives", title, tuple(blocks))


def _later(context: Context) -> str:
    """Say which of the area's points the network that was found first had not, empty when it had all."""
    found = context.plan.considered
    first = set() if found is None else {str(s) for s in found.points}
    names = [context.site(s) for s in context.plan.points["site"].astype(str) if s not in first]
    if not names:
        return ""
    return " " + context.say(
        N_("Not in it, since they were chosen later together with agencies and modes: {names}."),
        names=context.words.listing(names),
    )


def _swaps(context: Context) -> list[Block]:
    """List for each point the site that could best stand in for it."""
    plan, say = context.plan, context.say
    if plan.around is None or not len(plan.around.swaps):
        return []
    frame = plan.around.swaps.sort_values(["outside", "minutes", "site"], kind="stable")
    rows: list[tuple[Value, ...]] = [
        (
            context.site(r["site"]), context.site(r["instead"]), int(r["outside"]), int(r["longer"]), int(r["shorter"]),
            number(r["minutes"]),
        )
        for r in records(frame)
    ]  # fmt: skip
    return [
        context.table(
            "swaps",
            say(N_("The site that could best stand in for each point")),
            (
                Column(say(N_("Point")), weight=1.5),
                Column(say(N_("Site instead")), weight=1.5),
                Column(say(N_("People more beyond the standard")), "whole", weight=1.1),
                Column(say(N_("Longer drive for")), "whole"),
                Column(say(N_("Shorter drive for")), "whole"),
                Column(say(N_("Their drive changes by, min")), "number", weight=1.1),
            ),
            rows,
            paper_rows=30,
            note=say(
                N_(
                    "One point is replaced at a time, the others stay; people of all planned regions are counted. The "
                    "site is the one with the fewest people more beyond the standard, then with the least driving. "
                    "Below zero: fewer people, or a shorter drive. Agencies, leases and costs are not weighed here."
                )
            ),
        )
    ]


def _not_chosen(context: Context) -> list[Block]:
    """List the sites that were considered and not chosen, with what each would have given."""
    plan, say, words = context.plan, context.say, context.words
    if plan.around is None or not len(plan.around.not_chosen):
        return []
    frame = plan.around.not_chosen.sort_values(
        ["brought", "people", "site"], ascending=[False, False, True], kind="stable"
    )
    rows: list[tuple[Value, ...]] = []
    for r in records(frame):
        if r["brought"]:
            why = say(
                N_("brings {people} within the standard; the rules do not ask for it"),
                people=context.people(r["brought"]),
            )
        elif r["people"]:
            why = say(N_("brings nobody within the standard who is outside"))
        else:
            why = say(N_("nobody would be nearer to it than to a proposed point"))
        rows.append((context.site(r["site"]), int(r["people"]), number(r["minutes"]), int(r["brought"]), why))
    many = int((frame["people"] > 0).sum())
    alike = not frame["brought"].any()
    note = say(N_("Each site alone, the proposed points open."))
    if alike:
        # A column of zeros and one of equal reasons say less than a sentence.
        rows = [row[:3] for row in rows]
        note += " " + say(N_("None of them brings anyone within the standard who is outside."))
    return [
        Paragraph(
            say(
                N_(
                    "Sites that were considered and not chosen: {n}. A nearer point would shorten the drive at {many} "
                    "of them, but each point costs money every year: the network was chosen by the goal and the rules "
                    "of this plan, which shorter drives alone do not decide."
                ),
                n=words.number(len(frame)),
                many=words.number(many),
            )
        ),
        context.table(
            "not-chosen",
            say(N_("Sites not chosen, and what they would give"))
            if alike
            else say(N_("Sites not chosen, and why not")),
            (
                Column(say(N_("Site")), weight=1.6),
                Column(say(N_("People to whom it would be nearer")), "whole"),
                Column(say(N_("Shorter by, min")), "number"),
                *(
                    ()
                    if alike
                    else (
                        Column(say(N_("Brought within the standard")), "whole"),
                        Column(say(N_("Why not")), weight=2.4),
                    )
                ),
            ),
            rows,
            paper_rows=25,
            note=note,
        ),
    ]
