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

PAGE, TABLE, FEWEST = 41, 5, 8
"""Rows of regions and closing offices that a page holds, rows that a table of services takes beside its own, and the
fewest closing offices that paper lists: an agency's sheet is one page."""


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
        note=_unused(context, found),
    )
    sheets = tuple(
        _sheet(context, found, str(agency), closing.get(str(agency), []), n)
        for n, agency in enumerate(sums["agency"], start=1)
    )
    return Section("agencies", title, (every,), sheets)


def _unused(context: Context, found: National) -> str:
    """Say in which modes nobody serves: their columns of zeros are left out."""
    names = [context.say(CHOICE_LABELS[m]) for m in MODES if not found.agencies[m].sum()]
    if not names:
        return ""
    return context.say(N_("Modes in which no agency serves at any point: {names}."), names=context.words.listing(names))


def _table(context: Context, name: str, caption: str, first: str, frame: pd.DataFrame, *, note: str = "") -> Table:
    """Count offices and presences by mode in the rows of a frame, named by its column ``label``."""
    say = context.say
    used = [m for m in MODES if frame[m].sum()]
    has = ["offices", "closes"] if frame["offices"].sum() else []
    money = context.audience == "project" and bool(frame["saving_eur_year"].notna().any())
    offices, presences = say(N_("Offices today")), say(N_("At points"))
    of_offices = [
        Column(say(N_("All")), "whole", adds=True, group=offices, weight=0.8),
        Column(say(N_("Of them close")), "whole", adds=True, group=offices, weight=0.9),
    ]
    columns = [
        Column(first, weight=2.2),
        *(of_offices if has else ()),
        *(Column(say(CHOICE_LABELS[m]), "whole", adds=True, group=presences, weight=1.25) for m in used),
    ]
    plain = [*has, *used]
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
    points = words.number(int(sum(sums[m] for m in MODES)))
    lead = (
        say(
            N_("Offices today: {offices}; of them {closes} close. Points where the agency serves: {points}."),
            offices=words.number(int(sums["offices"])),
            closes=words.number(int(sums["closes"])),
            points=points,
        )
        if sums["offices"]
        else say(N_("The agency has no offices with customers today. Points where it serves: {points}."), points=points)
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
        ),
    ]
    served = _services(context, found, agency)
    blocks += [] if served is None else [served]
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
        most = max(PAGE - len(rows) - (len(served.rows) + TABLE if isinstance(served, Table) else 0), FEWEST)
        if len(closing) > most + 1:
            # A cut table shows those whose customers get the longest way.
            closing = sorted(closing, key=lambda r: -float(r[3]) if isinstance(r[3], float) else 0.0)
        shown = [r[: len(columns)] for r in closing]
        blocks.append(context.table(f"closing-{agency}", caption, columns, shown, paper_rows=most))
    return Section(f"agency-{n}", context.agency(agency), tuple(blocks), new_page=True)


def _services(context: Context, found: National, agency: str) -> Block | None:
    """Write how many people reach each of an agency's services today and after, None where it is not known."""
    say = context.say
    frame = found.services[found.services["agency"].astype(str) == agency]
    if not len(frame):
        return None
    if len(frame) == 1:
        only = records(frame)[0]
        return Paragraph(
            say(
                N_(
                    "{service}: within the standard ({minutes} min) today {today}, with the plans {share}. "
                    "Outside: {n}."
                ),
                service=context.service(only["service"]),
                minutes=context.words.given(only["standard_minutes"]),
                today=context.words.share(only["share_today"]),
                share=context.words.share(only["share_after"]),
                n=context.people(only["people"] - only["people_inside_after"]),
            )
        )
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
                    ""
                    if plan.programme is None
                    else quarter(when.get(str(r["office"]), {}).get("start_quarter"))
                    or context.say(N_("not in the programme")),
                )
            )
    return rows
