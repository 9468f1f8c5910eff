"""Who serves at each proposed point, how, in which languages and at which hours; and each service's access."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tunti.access.speed_error import chance
from tunti.inputs.columns import CHOICE_LABELS
from tunti.locale import N_
from tunti.plan.duties import Services
from tunti.report.document import Block, Bullets, Column, Paragraph, Section, Table, Value
from tunti.report.sections.context import Context, number, records, whole
from tunti.report.sections.missed import missed_texts

FEW = 3
"""Agencies whose names the table of points has room for; more go by their codes. A default of this product."""

SMALL_GAP = 0.0005
"""A gap that would read 0.0 %."""

MODES = ("staffed", "visiting", "remote", "assisted")
SHORT = {"staffed": N_("st"), "visiting": N_("vi"), "remote": N_("re"), "assisted": N_("as")}
"""Modes as a narrow column holds them; the note under the table spells them out."""


def agencies_section(context: Context, services: Services) -> Section:
    """Write the section on agencies and modes at the points.

    Parameters
    ----------
    context : Context
    services : Services

    Returns
    -------
    Section
    """
    say, words = context.say, context.words
    duties = services.duties[services.duties["mode"].astype(str).isin(MODES)]
    blocks: list[Block] = [
        Paragraph(
            say(
                N_(
                    "Points, agencies and modes are chosen together, at the least yearly cost at which each service is "
                    "within its standard for as many people as is set for it, or as today where nothing is set. "
                    "Presences of agencies at points: {n}."
                ),
                n=words.number(len(duties)),
            )
            + " "
            + (
                say(N_("The cost is the least possible."))
                if services.certificate.gap < SMALL_GAP
                else say(
                    N_("The cost is within {gap} of the least possible."), gap=words.share(services.certificate.gap)
                )
            )
        )
    ]
    lags = missed_texts(context, services)
    if lags:
        blocks += [
            Paragraph(
                say(
                    N_(
                        "So the goal of each service is not met for everyone. Services that fewer people reach than "
                        "reach a point ({n}):"
                    ),
                    n=words.number(len(lags)),
                )
            ),
            Bullets(tuple(lags)),
        ]
    unserved = [context.site(s) for s in unserved_sites(services)]
    if unserved:
        blocks.append(
            Paragraph(
                words.many(
                    N_(
                        "At {n} point no agency of the input serves: {names}. The network's goal asks for a point "
                        "there, the services' goals do not. It has to be agreed on who serves there, or the point is "
                        "left out."
                    ),
                    N_(
                        "At {n} points no agency of the input serves: {names}. The network's goal asks for points "
                        "there, the services' goals do not. It has to be agreed on who serves there, or the points are "
                        "left out."
                    ),
                    len(unserved),
                    names=words.listing(unserved),
                )
            )
        )
    if len(duties):
        blocks.append(_duties(context, services, duties))
    access = services.access
    whole_area = access[access["region"].isna()] if access["region"].isna().any() else access
    sure = _surely(context, services)
    # Without a table of services each agency's own is one, and goes by the agency's name.
    own = all(str(r["service"]) == str(r["agency"]) for r in records(whole_area))
    rows: list[tuple[Value, ...]] = [
        (
            context.service(r["service"]),
            *(() if own else (context.agency(r["agency"]),)),
            number(r["standard_minutes"]),
            number(r["share_today"]),
            number(r["share_after"]),
            *((sure.get(str(r["service"])),) if sure else ()),
            whole(r["people"] - r["people_inside_after"]),
        )
        for r in records(whole_area)
    ]
    within = say(N_("Share within"))
    blocks.append(
        context.table(
            "services",
            say(N_("Accessibility by service, today and after")),
            (
                Column(say(N_("Service")), weight=2.6 if own else 1.6),
                *(() if own else (Column(say(N_("Agency")), weight=2.2),)),
                Column(say(N_("Standard, min")), "minutes", weight=0.8),
                Column(say(N_("today")), "share", group=within),
                Column(say(N_("proposal")), "share", group=within),
                *((Column(say(N_("surely")), "share", group=within),) if sure else ()),
                Column(say(N_("People outside")), "whole"),
            ),
            rows,
            note=" ".join(
                [
                    say(
                        N_(
                            "A service is within reach where it is given in a mode that the service allows; remote "
                            "rooms count."
                        )
                    ),
                    *([say(N_("Surely: certain enough although drive times are estimates."))] if sure else []),
                    *(
                        [say(N_("The input names no services: all that an agency does is counted as one."))]
                        if own
                        else []
                    ),
                ]
            ),
        )
    )
    return Section("services", say(N_("Agencies and services at the points")), tuple(blocks))


def unserved_sites(services: Services) -> list[str]:
    """Give the points at which no agency serves in any mode.

    Parameters
    ----------
    services : Services

    Returns
    -------
    list of str
        Sites, in the order of the points.
    """
    duties = services.duties[services.duties["mode"].astype(str).isin(MODES)]
    served = set(duties["site"].astype(str))
    return [s for s in services.points["site"].astype(str) if s not in served]


def _duties(context: Context, services: Services, duties: pd.DataFrame) -> Table:
    """Write who serves at which point and how; points where nobody does are told in words."""
    say = context.say
    codes = sorted(set(duties["agency"].astype(str)))
    few = len(codes) <= FEW
    words = {m: say(CHOICE_LABELS[m] if few else SHORT[m]) for m in MODES}
    at = {(str(r["site"]), str(r["agency"])): words[str(r["mode"])] for r in records(duties)}
    served = duties["site"].astype(str)
    rows: list[tuple[Value, ...]] = [
        (context.site(r["site"]), *(at.get((str(r["site"]), code), "–") for code in codes))
        for r in records(services.points[services.points["site"].astype(str).isin(served)])
    ]
    rows.sort(key=lambda row: str(row[0]))
    legend = "; ".join(f"{say(SHORT[m])} = {say(CHOICE_LABELS[m])}" for m in MODES)
    return context.table(
        "duties",
        say(N_("Agencies at each point by mode")),
        (
            Column(say(N_("Point")), weight=1.0 if few else 1.6),
            *(Column(context.agency(code) if few else code, weight=1.2 if few else 0.75) for code in codes),
        ),
        rows,
        note=""
        if few
        else f"{legend}. " + say(N_("Agencies by their codes: {names}."), names=_codes(context, services)),
    )


def _surely(context: Context, services: Services) -> dict[str, float]:
    """Give the share of people who surely reach each service within its standard, the drive being an estimate.

    The chance is that of the drive to the place that serves the cell, so that it is never overstated.
    """
    certain, cells = context.plan.certainty, context.plan.proposed.cells
    if certain is None or not len(services.cells):
        return {}
    people = pd.Series(cells["people"].to_numpy(float), index=cells["cell"].astype(str))
    all_people = float(people.sum())
    standard = dict(zip(services.access["service"].astype(str), services.access["standard_minutes"], strict=True))
    rows = services.cells.assign(people=services.cells["cell"].astype(str).map(people).fillna(0.0))
    by_group = {str(g): part for g, part in rows.groupby(rows["group"].astype(str), sort=False)}
    found: dict[str, float] = {}
    for service, group in zip(services.services["service"], services.services["group"], strict=True):
        part = by_group.get(str(group))
        if part is None or str(service) not in standard or not all_people:
            continue
        minutes = part["minutes_after"].to_numpy(float, na_value=np.nan)
        sure = chance(minutes, float(standard[str(service)]), certain.error) >= certain.error.surely
        found[str(service)] = float(part["people"].to_numpy(float)[sure].sum()) / all_people
    return found


def _codes(context: Context, services: Services) -> str:
    """Name the codes that the table of agencies uses."""
    codes = sorted(set(services.duties["agency"].astype(str)))
    return context.words.listing([f"{c} = {context.agency(c)}" for c in codes])
