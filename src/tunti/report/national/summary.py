"""The roll-up's first page and the standard by region."""

from __future__ import annotations

from functools import partial

from tunti.locale import N_
from tunti.plan.national import National
from tunti.report.document import Block, Callout, Column, Figure, KeyFigure, KeyFigures, Paragraph, Section, Value
from tunti.report.maps import network_map
from tunti.report.national.conflicts import conflict_count
from tunti.report.national.money import total_of
from tunti.report.sections.context import Context, number, records, whole
from tunti.report.sections.summary import map_alt


def summary_section(context: Context, found: National) -> Section:
    """Write the first page: whether the plans fit together, five figures and the map.

    Parameters
    ----------
    context : Context
        Of all plans together.
    found : National

    Returns
    -------
    Section
    """
    say, words = context.say, context.words
    today, after = found.whole.today, found.whole.proposed
    conflicts = conflict_count(found)
    net, target = total_of(found, "net_state_year"), found.whole.settings.programme.target_eur_year
    figures = [
        KeyFigure(
            words.number(int(found.regions["points"].sum())),
            say(N_("joint service points")),
            say(N_("in {n} regional plans"), n=words.number(len(found.plans))),
        ),
        KeyFigure(
            words.share(after.share),
            say(N_("of people at most {minutes} minutes away"), minutes=context.minutes),
            say(N_("today, an office of any agency: {value}"), value=words.share(today.share)),
        ),
        KeyFigure(
            words.number(after.people_outside),
            say(N_("people farther than {minutes} minutes"), minutes=context.minutes),
            say(N_("today, an office of any agency: {value}"), value=words.number(today.people_outside)),
        ),
        KeyFigure(
            "–"
            if found.regions["offices_closed"].isna().all()
            else words.number(found.regions["offices_closed"].sum()),
            say(N_("offices that close their customer part")),
        ),
        KeyFigure(
            "–" if net is None else f"{words.number(net / 1e6, decimals=1)}\u00a0M€",
            say(N_("state's saving a year")),
            say(N_("target {target}"), target=f"{words.number(target / 1e6, decimals=1)}\u00a0M€"),
        ),
    ]
    lead = (
        words.many(
            N_("The plans do not fit together yet: {n} conflict is listed in this document."),
            N_("The plans do not fit together yet: {n} conflicts are listed in this document."),
            conflicts,
        )
        if conflicts
        else say(N_("The plans fit together: no conflicts between regions were found."))
    )
    return Section(
        "summary",
        say(N_("Summary")),
        (
            Callout(say(N_("All regions' plans together")), (lead,), "warning" if conflicts else "note"),
            KeyFigures(tuple(figures)),
            Figure(
                "summary-map",
                say(N_("Proposed network and drive times to it")),
                map_alt(context, "proposed"),
                partial(network_map, context.plan, words, which="proposed", most_height=120.0),
                floats=False,
            ),
        ),
    )


def standard_section(context: Context, found: National) -> Section:
    """Write what each region's plan does to the standard.

    Parameters
    ----------
    context : Context
    found : National

    Returns
    -------
    Section
    """
    say, words = context.say, context.words
    rows: list[tuple[Value, ...]] = [
        (
            words.place(r, "region"),
            int(r["people"]),
            int(r["points"]),
            int(r["new"]),
            whole(r["offices_closed"]),
            int(r["people_outside_today"]),
            int(r["people_outside"]),
            number(r["share_today"]),
            number(r["share"]),
        )
        for r in records(found.regions)
    ]
    sums = {c: found.regions[c].sum() for c in ("people", "points", "new", "people_outside_today", "people_outside")}
    own = int(sums["people_outside"])
    people = max(int(sums["people"]), 1)
    outside, within, points = say(N_("People outside")), say(N_("Share within")), say(N_("Points"))
    now, then = say(N_("today")), say(N_("proposal"))
    blocks: list[Block] = [
        context.table(
            "regions",
            say(N_("Regional plans and the standard")),
            (
                Column(say(N_("Region")), weight=1.7),
                Column(say(N_("People")), "whole", adds=True, weight=1.1),
                Column(say(N_("All")), "whole", adds=True, weight=0.7, group=points),
                Column(say(N_("Of them new")), "whole", adds=True, weight=0.7, group=points),
                Column(say(N_("Offices that close")), "whole", adds=True, weight=1.2),
                Column(now, "whole", adds=True, group=outside),
                Column(then, "whole", adds=True, group=outside),
                Column(now, "share", group=within),
                Column(then, "share", group=within),
            ),
            rows,
            total=(
                say(N_("All")),
                *(int(sums[c]) for c in ("people", "points", "new")),
                None if found.regions["offices_closed"].isna().all() else int(found.regions["offices_closed"].sum()),
                *(int(sums[c]) for c in ("people_outside_today", "people_outside")),
                *(1 - int(sums[c]) / people for c in ("people_outside_today", "people_outside")),
            ),
            note=say(N_("In each region's row people may use the points of its own plan and those across its border "
                        "that the plan counts on.")),
        )
    ]  # fmt: skip
    if own != found.whole.proposed.people_outside:
        blocks.append(
            Paragraph(
                say(
                    N_(
                        "With all plans together {people} are outside; the regions' own plans add up to {sum}, since "
                        "each region counts on its neighbours as they were when its plan was made."
                    ),
                    people=context.people(found.whole.proposed.people_outside),
                    sum=words.number(own),
                )
            )
        )
    return Section("standard", say(N_("The standard by region")), tuple(blocks))
