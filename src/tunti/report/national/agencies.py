"""The roll-up agency by agency: offices, presences at points, saving, and which offices close."""

from __future__ import annotations

import pandas as pd

from tunti.inputs.columns import CHOICE_LABELS
from tunti.locale import N_
from tunti.plan.national import MODES, National
from tunti.report.document import Block, Column, Paragraph, Section, Table, Value
from tunti.report.national.conflicts import region_names
from tunti.report.sections.closing import closed_offices, closing_times, quarter
from tunti.report.sections.context import Context, number, records, text, whole

COUNTS = ("offices", "closes", *MODES)

PAPER = 25
"""Closing offices and services of an agency that paper lists. A default of this product."""


def agencies_section(context: Context, found: National) -> Section:
    """Write a table of all agencies, then a sheet for each.

    Parameters
    ----------
    context : Context
    found : National

    Returns
    -------
    Section
    """
    say = context.say
    title = say(N_("Agency by agency"))
    if not len(found.agencies):
        lacking = context.lacking(say(N_("Agencies and services at each point, the modes, languages and opening hours "
                                         "have not been chosen.")))  # fmt: skip
        return Section("agencies", title, (lacking,))
    sums = found.agencies.groupby("agency", sort=True)[[*COUNTS, "saving_eur_year"]].sum(min_count=1).reset_index()
    sums = sums.assign(_name=[context.agency(a) for a in sums["agency"]]).sort_values("_name", kind="stable")
    closing = _closing(context, found)
    every = _table(
        context,
        "agencies",
        say(N_("Agencies in all regions: offices today and presences at points by mode")),
        say(N_("Agency")),
        sums.assign(label=sums["_name"]),
        found,
        note=_unused(context, found),
    )
    sheets = tuple(
        _sheet(context, found, str(agency), closing.get(str(agency), []), n)
        for n, agency in enumerate(sums["agency"], start=1)
    )
    return Section("agencies", title, (every,), sheets)


def _used(found: National) -> tuple[str, ...]:
    """Give the modes in which some agency serves at some point."""
    return tuple(m for m in MODES if found.agencies[m].sum())


def _unused(context: Context, found: National) -> str:
    """Say in which modes nobody serves: their columns of zeros are left out."""
    names = [context.say(CHOICE_LABELS[m]) for m in MODES if m not in _used(found)]
    if not names:
        return ""
    return context.say(N_("Modes in which no agency serves at any point: {names}."), names=context.words.listing(names))


def _table(
    context: Context, name: str, caption: str, first: str, frame: pd.DataFrame, found: National, *, note: str = ""
) -> Table:
    """Count offices and presences by mode in the rows of a frame, named by its column ``label``."""
    say = context.say
    used = _used(found)
    money = context.audience == "project" and bool(frame["saving_eur_year"].notna().any())
    offices, presences = say(N_("Offices today")), say(N_("At points"))
    columns = [
        Column(first, weight=2.2),
        Column(say(N_("All")), "whole", adds=True, group=offices, weight=0.8),
        Column(say(N_("Of them close")), "whole", adds=True, group=offices, weight=0.9),
        *(Column(say(CHOICE_LABELS[m]), "whole", adds=True, group=presences, weight=1.25) for m in used),
    ]
    plain = ["offices", "closes", *used]
    counts = list(plain)
    if money:
        columns.append(Column(say(N_("Saving, € a year")), "euro", adds=True, weight=1.4))
        counts.append("saving_eur_year")
    rows: list[tuple[Value, ...]] = [
        (text(r["label"]), *(int(r[c]) for c in plain), *((number(r["saving_eur_year"]),) if money else ()))
        for r in records(frame)
    ]
    sums = frame[counts].sum()
    total = (say(N_("All")), *(int(sums[c]) for c in plain), *((float(sums["saving_eur_year"]),) if money else ()))
    return context.table(name, caption, columns, rows, total=total, note=note)


def _sheet(context: Context, found: National, agency: str, closing: list[tuple[Value, ...]], n: int) -> Section:
    say, words = context.say, context.words
    rows = found.agencies[found.agencies["agency"] == agency]
    names = region_names(context, found)
    sums = rows[list(COUNTS)].sum()
    lead = say(
        N_("Offices today: {offices}; of them {closes} close. Points where the agency serves: {points}."),
        offices=words.number(int(sums["offices"])),
        closes=words.number(int(sums["closes"])),
        points=words.number(int(sum(sums[m] for m in MODES))),
    )
    gone = rows[(rows["offices"] <= rows["closes"]) & (rows[list(MODES)].sum(axis=1) == 0)]
    if len(gone):
        lead += " " + say(
            N_("Regions in which the agency has no office after and serves at no point: {names}."),
            names=words.listing([names.get(str(r), str(r)) for r in gone["region"]]),
        )
    blocks: list[Block] = [
        Paragraph(lead),
        _table(
            context,
            f"agency-{agency}",
            say(N_("{agency} by region"), agency=context.agency(agency)),
            say(N_("Region")),
            rows.assign(label=[names.get(str(r), str(r)) for r in rows["region"]]),
            found,
        ),
    ]
    if served := _services(context, found, agency):
        blocks.append(served)
    if closing:
        dated = [Column(say(N_("Closes in quarter")), weight=0.9)] * any(r[4] for r in closing)
        columns = (
            Column(say(N_("Office")), weight=1.6),
            Column(say(N_("Region")), weight=1.3),
            Column(say(N_("Point that takes over")), weight=1.6),
            Column(say(N_("Drive between, min")), "minutes", weight=0.9),
            *dated,
        )
        caption = say(N_("Offices that close: {agency}"), agency=context.agency(agency))
        shown = [r[: len(columns)] for r in closing]
        blocks.append(context.table(f"closing-{agency}", caption, columns, shown, paper_rows=PAPER))
    return Section(f"agency-{n}", context.agency(agency), tuple(blocks), new_page=True)


def _services(context: Context, found: National, agency: str) -> Table | None:
    """Write how many people reach each of an agency's services today and after, None where it is not known."""
    say = context.say
    frame = found.services[found.services["agency"].astype(str) == agency]
    if not len(frame):
        return None
    within = say(N_("Share within"))
    rows: list[tuple[Value, ...]] = [
        (
            context.service(r["service"]),
            number(r["standard_minutes"]),
            number(r["share_today"]),
            number(r["share_after"]),
            whole(r["people"] - r["people_inside_after"]),
        )
        for r in records(frame.sort_values(["share_after", "service"], kind="stable"))
    ]
    return context.table(
        f"services-{agency}",
        say(N_("Accessibility of the agency's services, all regions: {agency}"), agency=context.agency(agency)),
        (
            Column(say(N_("Service")), weight=2.6),
            Column(say(N_("Standard, min")), "minutes", weight=0.9),
            Column(say(N_("today")), "share", group=within),
            Column(say(N_("proposal")), "share", group=within),
            Column(say(N_("People outside")), "whole"),
        ),
        rows,
        paper_rows=PAPER,
    )


def _closing(context: Context, found: National) -> dict[str, list[tuple[Value, ...]]]:
    """Give the closing offices of each agency: office, region, the point that takes over, minutes, quarter."""
    names = region_names(context, found)
    rows: dict[str, list[tuple[Value, ...]]] = {}
    for plan in found.plans:
        if plan.services is None:
            continue
        when = closing_times(plan.programme)
        for r in records(closed_offices(plan.services)):
            rows.setdefault(str(r["agency"]), []).append(
                (
                    context.site(r["office"]),
                    names.get(str(plan.region), text(plan.region)),
                    context.site(r["replaced_by"]),
                    number(r["minutes_to_replacement"]),
                    quarter(when.get(str(r["office"]), {}).get("start_quarter")),
                )
            )
    return rows
