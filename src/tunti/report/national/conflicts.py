"""Where the regions' plans do not fit together, and where one counts on another."""

from __future__ import annotations

from tunti.locale import N_
from tunti.plan.national import National
from tunti.report.document import Block, Bullets, Column, Paragraph, Section, Value
from tunti.report.sections.closing import closed_offices, quarter
from tunti.report.sections.context import Context, records, text, whole
from tunti.report.words import missing

KINDS = {
    "missing_point": N_("Counts on a point that the other region's plan does not have"),
    "closure": N_("An office closes in the other region; people are left outside"),
    "crews": N_("More fit-outs at the same time than there are crews"),
    "budget": N_("More money than the year's limit"),
    "counted_on": N_("Counts on the other region's point"),
}
"""Kinds of conflicts, and last the dependency that is none."""


def conflict_count(found: National) -> int:
    """Count the conflicts; counting on a point that is there is none."""
    return int((found.conflicts["kind"] != "counted_on").sum())


def conflicts_section(context: Context, found: National) -> Section:
    """Write what was looked for between the plans and what was found, kind by kind.

    Parameters
    ----------
    context : Context
    found : National

    Returns
    -------
    Section
    """
    say, words = context.say, context.words
    table = found.conflicts
    parts = [
        part
        for part in (
            _points(context, found, "missing_point"),
            _points(context, found, "closure"),
            _capacity(context, found),
            _points(context, found, "counted_on"),
        )
        if part is not None
    ]
    limited = {kind: kind in found.limited for kind in ("crews", "budget")}
    counts = [
        f"{say(label)}: {words.number(int((table['kind'] == kind).sum()))}"
        if limited.get(kind, True)
        else say(N_("{what}: not known, since no limit is given"), what=say(label))
        for kind, label in KINDS.items()
    ]
    return Section(
        "conflicts",
        say(N_("Conflicts and dependencies between regions")),
        (
            Paragraph(
                say(N_("All plans were held against each other. What was looked for, and how often it was found:"))
            ),
            Bullets(tuple(counts)),
        ),
        tuple(parts),
    )


def region_names(context: Context, found: National) -> dict[str, str]:
    """Name the regions in the language, by code."""
    return {str(r["region"]): context.words.place(r, "region") for r in records(found.regions)}


_TITLES = {
    "missing_point": (
        N_("Points that the other plan lacks"),
        N_("Points that a plan counts on and the other region's plan does not have"),
        N_("The point opens in the other region's plan, or the region covers the people with a point of its own."),
    ),
    "closure": (
        N_("Closures that leave the neighbour's people outside"),
        N_("Offices that close and the people of another region who are outside after"),
        N_("The office stays until a point within the standard is open, or one of the regions opens a point nearby."),
    ),
    "counted_on": (
        N_("Points that two regions count on"),
        N_("Points of another region's plan that a region's people use"),
        N_("No conflict: but the point must not be given up or moved without asking the other region."),
    ),
}


def _points(context: Context, found: National, kind: str) -> Section | None:
    """List the conflicts over places of one kind, None when there are none."""
    say = context.say
    table = found.conflicts[found.conflicts["kind"] == kind]
    if not len(table):
        return None
    names = region_names(context, found)
    title, caption, what_to_do = _TITLES[kind]
    rows: list[tuple[Value, ...]] = [
        (
            names.get(str(r["region"]), text(r["region"])),
            context.site(r["what"]),
            "" if missing(r["other"]) else names.get(str(r["other"]), text(r["other"])),
            whole(r["people"]),
            whole(r["outside"]),
        )
        for r in records(table)
    ]
    place = say(N_("Office")) if kind == "closure" else say(N_("Point"))
    return Section(
        kind.replace("_", "-"),
        say(title),
        (
            *_why(context, found, kind),
            Paragraph(say(what_to_do), lead=say(N_("What to do."))),
            context.table(
                kind,
                say(caption),
                (
                    Column(say(N_("Region of the people")), weight=1.5),
                    Column(place, weight=1.7),
                    Column(say(N_("It lies in")), weight=1.5),
                    Column(say(N_("People who use it")), "whole", adds=True),
                    Column(say(N_("Of them outside with all plans")), "whole", adds=True),
                ),
                rows,
                total=(say(N_("All")), "", "", int(table["people"].sum()), int(table["outside"].sum())),
                paper_rows=40,
            ),
        ),
    )


def _why(context: Context, found: National, kind: str) -> list[Block]:
    """Say how a plan comes to count on a point that is not there, and which closing offices do."""
    say = context.say
    if kind != "missing_point":
        return []
    texts = [
        say(
            N_(
                "Each plan was made with the points that the network of all regions has elsewhere; the other region's "
                "own plan then chose otherwise."
            )
        )
    ]
    proposed = {str(s) for plan in found.plans for s in plan.points["site"]}
    leaning = [
        f"{context.site(r['office'])} ({context.site(r['replaced_by'])})"
        for plan in found.plans
        if plan.services is not None
        for r in records(closed_offices(plan.services))
        if not missing(r["replaced_by"]) and str(r["replaced_by"]) not in proposed
    ]
    if leaning:
        names = context.words.listing(leaning)
        texts.append(
            say(N_("Offices that close although the point that takes over is in no plan: {names}."), names=names)
        )
    return [Paragraph(" ".join(texts))]


def _capacity(context: Context, found: National) -> Section | None:
    """List where fit-outs ask for more crews or money than there is, None where they do not."""
    say, words = context.say, context.words
    table = found.conflicts[found.conflicts["kind"].isin(("crews", "budget"))]
    if not len(table):
        return None
    names = region_names(context, found)
    rows: list[tuple[Value, ...]] = []
    for r in records(table):
        # Regions' budgets are not public; how many crews there are is.
        shown = r["kind"] == "crews" or context.audience == "project"
        unit = words.number if r["kind"] == "crews" else words.euros
        rows.append(
            (
                say(N_("All regions")) if missing(r["region"]) else names.get(str(r["region"]), text(r["region"])),
                quarter(r["quarter"]) if "Q" in str(r["quarter"]) else text(r["quarter"]),
                say(N_("Crews")) if r["kind"] == "crews" else say(N_("Money")),
                unit(r["amount"]) if shown else "–",
                unit(r["limit"]) if shown else "–",
            )
        )
    blocks: list[Block] = [
        Paragraph(
            say(N_("Fit-outs are put off or spread, or more crews and money are agreed on.")),
            lead=say(N_("What to do.")),
        ),
        context.table(
            "capacity",
            say(N_("Quarters and years in which fit-outs ask for more than there is")),
            (
                Column(say(N_("Region")), weight=1.6),
                Column(say(N_("When"))),
                Column(say(N_("What"))),
                Column(say(N_("Asked for")), "number"),
                Column(say(N_("Limit")), "number"),
            ),
            rows,
            paper_rows=40,
        ),
    ]
    return Section("capacity", say(N_("Crews and money")), tuple(blocks))
