"""Who serves at each proposed point, how, in which languages and at which hours; and each service's access."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tunti.access.speed_error import chance
from tunti.inputs.columns import CHOICE_LABELS
from tunti.locale import N_
from tunti.plan.duties import Services
from tunti.report.document import Block, Bullets, Column, Paragraph, Section, Value
from tunti.report.sections.context import Context, number, records, whole
from tunti.report.sections.missed import missed_texts

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
                    "Presences of agencies at points: {n}. The cost is within {gap} of the least possible."
                ),
                n=words.number(len(duties)),
                gap=words.share(services.certificate.gap),
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
    codes = sorted(set(duties["agency"].astype(str)))
    at = {(str(r["site"]), str(r["agency"])): say(SHORT[str(r["mode"])]) for r in records(duties)}
    rows: list[tuple[Value, ...]] = []
    for r in records(services.points):
        rows.append(
            (
                context.site(r["site"]),
                *(at.get((str(r["site"]), code), "–") for code in codes),
            )
        )
    legend = "; ".join(f"{say(SHORT[m])} = {say(CHOICE_LABELS[m])}" for m in MODES)
    blocks.append(
        context.table(
            "duties",
            say(N_("Agencies at each point by mode")),
            (
                Column(say(N_("Point")), weight=1.6),
                *(Column(code, weight=0.75) for code in codes),
            ),
            rows,
            note=f"{legend}. " + say(N_("Agencies by their codes: {names}."), names=_codes(context, services)),
        )
    )
    access = services.access
    whole_area = access[access["region"].isna()] if access["region"].isna().any() else access
    sure = _surely(context, services)
    rows = [
        (
            context.service(r["service"]),
            context.agency(r["agency"]),
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
                Column(say(N_("Service")), weight=1.6),
                Column(say(N_("Agency")), weight=2.2),
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
                ]
            ),
        )
    )
    return Section("services", say(N_("Agencies and services at the points")), tuple(blocks))


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
