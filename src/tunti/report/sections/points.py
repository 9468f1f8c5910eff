"""The proposed network: its points with the people they serve, the map and the effects across borders."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from tunti.inputs.columns import CHOICE_LABELS
from tunti.locale import N_
from tunti.report.charts import base_chart
from tunti.report.document import Block, Callout, Column, Figure, Paragraph, Section, Value
from tunti.report.maps import network_map
from tunti.report.names import country_regions
from tunti.report.sections.context import Context, number, records, text, whole
from tunti.report.sections.people import language_names
from tunti.report.sections.summary import map_alt
from tunti.report.sections.today import offices
from tunti.report.words import missing, rounded_to_total


def _flags(context: Context, row: dict[str, Any]) -> str:
    say = context.say
    words = []
    if bool(row["required"]):
        words.append(say(N_("ordered to open in the input")))
    if bool(row["below_base"]):
        words.append(say(N_("small population base")))
    return ", ".join(words)


def status_word(context: Context, status: object) -> str:
    """Say the status of a point."""
    names = {"existing": N_("existing"), "new": N_("new")}
    return context.say(names[str(status)]) if str(status) in names else str(status)


def _ordered(context: Context, frame: pd.DataFrame) -> str:
    """Say where the orders to open come from, in the words of the input; empty when it does not say."""
    if "source" not in frame:
        return ""
    rows = frame.loc[frame["required"].astype(bool), "source"]
    sources = list(dict.fromkeys(context.words.own(text(s)) for s in rows if text(s)))
    if not sources:
        return ""
    return " " + context.say(N_("Ordered to open, source in the input: {sources}."), sources="; ".join(sources))


def _table(context: Context, frame: pd.DataFrame, *, name: str, caption: str, note: str) -> Block:
    say, words = context.say, context.words
    services = context.plan.services
    served = {} if services is None else {str(r["site"]): r for r in records(services.points)}
    rows = records(frame.sort_values(["people_served", "site"], ascending=[False, True], kind="stable"))
    costs = [number(r.get("cost_eur_year")) for r in rows]
    with_cost = any(c is not None for c in costs)
    # A point that is called after its municipality needs no column for it.
    places = not all(text(r["name"]).startswith(words.place(r, "municipality") or "?") for r in rows)
    known_tiers = any(str(r["site"]) in served for r in rows)
    spoken = {
        language_names(context, text(served[str(r["site"])]["languages"])) for r in rows if str(r["site"]) in served
    }
    own_languages = len(spoken) > 1
    columns = [
        Column(say(N_("Point")), weight=1.9),
        *([Column(say(N_("Municipality")), weight=1.7)] if places else []),
        Column(say(N_("Existing or new")), weight=1.0),
        *(
            [Column(say(N_("Tier")), weight=1.0), Column(say(N_("Hours a week")), "number", weight=0.75, decimals=0)]
            if known_tiers
            else []
        ),
        *([Column(say(N_("Languages of service")), weight=1.2)] if own_languages else []),
        Column(say(N_("People served")), "whole", adds=True, weight=1.1),
        Column(say(N_("Population base")), "whole", weight=1.1),
        Column(say(N_("Mean drive, min")), "number", weight=0.9),
        Column(say(N_("Remarks")), weight=1.7),
    ]
    if with_cost:
        columns.insert(len(columns) - 1, Column(say(N_("Cost, € a year")), "euro", adds=True, weight=1.1))
        known = iter(rounded_to_total([c for c in costs if c is not None]))
        costs = [next(known) if c is not None else None for c in costs]
    values: list[tuple[Value, ...]] = []
    for r, cost in zip(rows, costs, strict=True):
        of = served.get(str(r["site"]), {})
        tier = text(of.get("tier"))
        row: list[Value] = [
            text(r["name"]),
            *([words.place(r, "municipality")] if places else []),
            status_word(context, r["status"]),
            *([say(CHOICE_LABELS.get(tier, tier)), number(of.get("hours_week"))] if known_tiers else []),
            *([language_names(context, text(of.get("languages")))] if own_languages else []),
            whole(r["people_served"]),
            whole(r["population_base"]),
            number(r["mean_minutes"]),
            _flags(context, r),
        ]
        if with_cost:
            row.insert(len(row) - 1, cost)
        values.append(tuple(row))
    total: list[Value] = [None] * len(columns)
    total[0], total[-1] = say(N_("All")), ""
    total[next(k for k, c in enumerate(columns) if c.adds)] = sum(int(r["people_served"]) for r in rows)
    if with_cost:
        total[-2] = sum(c for c in costs if c is not None)
    if len(spoken) == 1 and next(iter(spoken)):
        note += " " + say(N_("Languages of service at every point: {names}."), names=next(iter(spoken)))
    return context.table(name, caption, columns, values, total=tuple(total), note=note + _ordered(context, frame))


def points(context: Context) -> Section:
    """Write the section on the proposed points.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    title = say(N_("Proposed network"))
    blocks: list[Block] = []
    if not len(plan.points):
        blocks.append(context.lacking(say(N_("The plan proposes no joint service point in the area."))))
    else:
        known = plan.settings.standard.known_population_base
        note = say(
            N_(
                "People served: people for whom the point is the nearest. Population base: people who live within "
                "{minutes} minutes of the point; bases overlap, so they do not add up."
            ),
            minutes=context.minutes,
        )
        if "cost_eur_year" in context.withheld.columns:
            note += " " + say(N_("Costs are shown to the project group only."))
        blocks.append(_table(context, plan.points, name="points", caption=say(N_("Proposed points")), note=note))
        below = plan.points[plan.points["below_base"].astype(bool)].sort_values("population_base", kind="stable")
        if len(below):
            names = [f"{r['name']} ({words.number(r['population_base'])})" for r in records(below)]
            blocks.append(
                Callout(
                    say(N_("Small population base")),
                    (
                        say(
                            N_("Fewer than {people} people live within {minutes} minutes of these points: {names}."),
                            people=words.number(known),
                            minutes=context.minutes,
                            names=words.listing(names),
                        ),
                        say(
                            N_(
                                "A small population base puts the quality of service at risk. Other ways to serve "
                                "there are a remote-led point and a mobile point."
                            )
                        ),
                    ),
                    "warning",
                )
            )
    if 1 < len(plan.points) <= 35:
        blocks.append(
            Figure(
                "bases",
                say(N_("Population base of the proposed points")),
                say(
                    N_(
                        "Bar chart: people who live within {minutes} minutes of each point, against the goal of "
                        "{people}. The table of points says the same in figures."
                    ),
                    minutes=context.minutes,
                    people=words.number(plan.settings.standard.known_population_base),
                ),
                partial(base_chart, plan, words),
            )
        )
    blocks.append(
        Figure(
            "proposed-map",
            say(N_("Proposed network and drive times to it")),
            map_alt(context, "proposed"),
            partial(network_map, plan, words, which="proposed", hatched=True, most_height=190.0),
        )
    )
    return Section("points", title, tuple(blocks), (offices(context),))


def borders(context: Context) -> Section:
    """Write the section on effects across the area's borders.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    title = say(N_("Effects across the area's borders"))
    if plan.region is None:
        text_ = say(N_("The plan covers all planned regions together, so that no point lies outside it."))
        if not len(plan.neighbours):
            return Section("borders", title, (Paragraph(text_),))
    beyond = _beyond(context)
    if not len(plan.neighbours):
        nobody = Paragraph(say(N_("No point outside the area is the nearest one for people who live in it.")))
        return Section("borders", title, (nobody, *beyond))
    served = int(plan.neighbours["people_served"].sum())
    lead = say(
        N_(
            "A point outside the area is the nearest one for {people}, {share} of the area's people. If these points "
            "do not open, the area's accessibility is weaker than this plan says."
        ),
        people=context.people(served),
        share=words.share(served / plan.proposed.people if plan.proposed.people else 0.0),
    )
    table = _table(
        context,
        plan.neighbours,
        name="neighbours",
        caption=say(N_("Points outside the area that serve its people")),
        note=say(N_("People served: those who live in the planned area.")),
    )
    return Section("borders", title, (Paragraph(lead), table, *beyond))


def _beyond(context: Context) -> list[Block]:
    """Tell how many people of other regions use the area's points, by region and point."""
    plan, say, words = context.plan, context.say, context.words
    if plan.around is None:
        return []
    frame = plan.around.beyond
    if not len(frame):
        return [Paragraph(say(N_("No point of the area is the nearest one for people of other regions.")))]
    known = country_regions(plan.settings.project.country)
    names = {} if known is None else {str(r["region"]): words.place(r, "region") for r in records(known)}
    people = int(frame["people"].sum())
    rows: list[tuple[Value, ...]] = []
    for code, part in frame.groupby(frame["region"].astype(str), sort=True):
        sites = part.sort_values(["people", "site"], ascending=[False, True], kind="stable")["site"]
        shown = [context.site(s) for s in sites[:6]]
        rows.append((names.get(str(code), str(code)), int(part["people"].sum()), words.listing(shown)))
    rows.sort(key=lambda r: (-int(str(r[1])), str(r[0])))
    return [
        Paragraph(
            say(
                N_(
                    "The area's points are the nearest ones for {people} of other regions: if a point is left out or "
                    "put off, they lose it too, and the neighbouring regions' plans have to be looked at together."
                ),
                people=context.people(people),
            )
        ),
        context.table(
            "beyond",
            say(N_("People of other regions whose nearest point lies in the area")),
            (
                Column(say(N_("Region")), weight=1.4),
                Column(say(N_("People")), "whole", adds=True),
                Column(say(N_("Their nearest points")), weight=2.4),
            ),
            rows,
            total=(say(N_("All")), people, ""),
            note=say(N_("The other regions' points are those of the network that was found for all regions together.")),
        ),
    ]


def municipalities_of(context: Context, site: object) -> str:
    """Name of a site for a table, a dash when no point is within the cut-off."""
    return "–" if missing(site) else context.site(site)
