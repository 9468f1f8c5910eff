"""What each region's plan does to the standard, and its points by name."""

from __future__ import annotations

from tunti.locale import N_
from tunti.plan.national import National
from tunti.report.document import Block, Column, Paragraph, Section, Table, Value
from tunti.report.sections.context import Context, number, records, whole


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
    blocks.append(_points(context, found))
    return Section("standard", say(N_("The standard by region")), tuple(blocks))


def _points(context: Context, found: National) -> Table:
    """Name the points of each plan: the map has no room for all names."""
    say, words = context.say, context.words
    rows: list[tuple[Value, ...]] = []
    for plan in found.plans:
        names = sorted(context.site(s) for s in plan.points["site"].astype(str))
        region = words.place({f"region_{k}": v for k, v in plan.region_names.items()}, "region")
        rows.append((region, words.listing(names) if names else say(N_("no point"))))
    return context.table(
        "points-by-region",
        say(N_("Proposed points by region")),
        (Column(say(N_("Region")), weight=1.0), Column(say(N_("Points")), weight=4.0)),
        rows,
    )
