"""Who stays outside the standard: how many, where, by how much, and which point would help them."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

from tunti.locale import N_
from tunti.report.document import Block, Column, Paragraph, Section, Table, Value
from tunti.report.names import in_language
from tunti.report.sections.context import Context, number, records, text
from tunti.report.sections.points import municipalities_of
from tunti.report.sections.today import today_note


def _by_excess(context: Context) -> Table:
    """Count people by how much farther than the standard they are."""
    plan, say, words = context.plan, context.say, context.words
    frames = (plan.today.outside, plan.proposed.outside)
    limit = max(plan.settings.plan.cutoff_minutes, plan.settings.standard.minutes) - plan.settings.standard.minutes
    ends = [e for e in (10.0, 20.0, 30.0) if e < limit]
    labels = [say(N_("at most {minutes} min over"), minutes=ends[0])] if ends else []
    labels += [
        say(N_("{least}–{most} min over"), least=words.number(a), most=words.number(b)) for a, b in pairwise(ends)
    ]
    labels.append(say(N_("more than {minutes} min over"), minutes=ends[-1]) if ends else say(N_("over the standard")))
    labels.append(say(N_("no point within {cutoff} minutes"), cutoff=context.cutoff))
    counted = []
    for frame in frames:
        over = frame["minutes_over"].to_numpy(float, na_value=np.nan)
        people = frame["people"].to_numpy(float)
        band = np.where(np.isnan(over), len(labels) - 1, np.searchsorted(ends, over, side="left"))
        counted.append(np.bincount(band, weights=people, minlength=len(labels)).astype(int))
    heading = say(N_("People"))
    rows: list[tuple[Value, ...]] = [(label, int(counted[0][k]), int(counted[1][k])) for k, label in enumerate(labels)]
    return context.table(
        "excess",
        say(N_("People outside by how much farther they are")),
        (
            Column(say(N_("Drive to the nearest point")), weight=2),
            Column(say(N_("today")), "whole", adds=True, group=heading),
            Column(say(N_("proposal")), "whole", adds=True, group=heading),
        ),
        rows,
        total=(say(N_("All")), int(counted[0].sum()), int(counted[1].sum())),
        note=today_note(context),
    )


def _fixes(context: Context) -> list[Block]:
    """List the sites that would bring most of the people outside within the standard."""
    plan, say, words = context.plan, context.say, context.words
    rows = plan.proposed.outside
    standard = plan.settings.standard.minutes
    helped = rows[(rows["fix_minutes"].astype(float) <= standard) & rows["fix_site"].notna()]
    never = int(rows["people"].sum() - helped["people"].sum())
    blocks: list[Block] = []
    if len(helped):
        weighted = helped.assign(load=helped["fix_minutes"].astype(float) * helped["people"].astype(float))
        sums = weighted.groupby("fix_site", sort=True)[["people", "load"]].sum().reset_index()
        sums = sums.sort_values(["people", "fix_site"], ascending=[False, True], kind="stable")
        blocks.append(
            context.table(
                "fixes",
                say(N_("Sites that could open, by the people outside whom they would bring within the standard")),
                (
                    Column(say(N_("Site")), weight=2),
                    Column(say(N_("People brought within")), "whole", adds=True),
                    Column(say(N_("Mean drive, min")), "number"),
                ),
                [
                    (
                        context.site(r["fix_site"]),
                        int(r["people"]),
                        float(r["load"]) / float(r["people"]) if r["people"] else None,
                    )
                    for r in records(sums)
                ],
                total=(say(N_("All")), int(sums["people"].sum()), None),
                note=say(N_("Each person is counted at the nearest site that could open.")),
                paper_rows=15,
            )
        )
    if never:
        blocks.append(
            Paragraph(
                say(
                    N_(
                        "People outside for whom no considered site is within {minutes} minutes: {people}. They need a "
                        "mobile point, a remote service close to home or a new site."
                    ),
                    people=words.number(never),
                    minutes=context.minutes,
                )
            )
        )
    return blocks


_MODELLED = re.compile(r"mallinn|modell", re.IGNORECASE)
"""How a source says in the three languages that its figures are modelled."""


def _modelled(context: Context) -> bool:
    """Tell whether the population data hold places that are modelled."""
    notes = [f"{s.title} {s.note}" for s in context.plan.sources if "cells" in re.split(r"[^a-z_]+", s.table)]
    return any(_MODELLED.search(note) for note in notes)


def outside(context: Context) -> Section:
    """Write the section on the people who stay outside the standard.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    title = say(N_("Who stays outside the standard"))
    rows = plan.proposed.outside
    if not len(rows):
        return Section(
            "outside",
            title,
            (
                Paragraph(
                    say(
                        N_("With the proposal everyone has at most {minutes} minutes' drive to a point."),
                        minutes=context.minutes,
                    )
                ),
            ),
        )
    people = int(rows["people"].sum())
    lead = say(
        N_("Outside the standard with the proposal: {people}, {share} of the area's people. Today: {today}."),
        people=context.people(people),
        share=words.share(people / plan.proposed.people if plan.proposed.people else 0.0),
        today=context.people(plan.today.people_outside),
    )
    if _modelled(context):
        lead += " " + say(
            N_(
                "Sparse settlement is modelled in the population data: its places stand for people spread around them, "
                "not for known homes (see the sources)."
            )
        )
    # A column of dashes tells a reader nothing.
    fixable = bool(rows["fix_site"].notna().any())
    table = context.table(
        "outside",
        say(N_("Places outside the standard with the proposal")),
        (
            Column(say(N_("Municipality")), weight=1.5),
            Column(say(N_("Cell")), weight=1.75),
            Column(say(N_("People")), "whole", adds=True, weight=1.05),
            Column(say(N_("Drive, min")), "minutes", weight=0.95),
            Column(say(N_("Over, min")), "minutes", weight=0.8),
            Column(say(N_("Nearest point")), weight=1.5),
            *(
                (
                    Column(say(N_("Nearest site that could open")), weight=1.6),
                    Column(say(N_("Drive to it, min")), "minutes", weight=0.9),
                )
                if fixable
                else ()
            ),
        ),
        [
            (
                words.place(r) or "–",
                words.own(in_language(text(r["cell"]), r.get("name_fi"), words.place(r))),
                int(r["people"]),
                number(r["minutes"]),
                number(r["minutes_over"]),
                municipalities_of(context, r["nearest_site"]),
                *((municipalities_of(context, r["fix_site"]), number(r["fix_minutes"])) if fixable else ()),
            )
            for r in records(rows)
        ],
        total=(say(N_("All")), "", people, None, None, "", *(("", None) if fixable else ())),
        note=say(
            N_("A dash in the drive: no point within {cutoff} minutes, the farthest that is looked for."),
            cutoff=context.cutoff,
        ),
        paper_rows=15,
    )
    return Section("outside", title, (Paragraph(lead), _by_excess(context), *_fixes(context), table))
