"""What closes, when, and what takes its place and pays for the points."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tunti.locale import N_
from tunti.plan.duties import Services
from tunti.programme.result import Programme
from tunti.report.document import Block, Column, Paragraph, Section, Value
from tunti.report.sections.context import Context, number, records, text
from tunti.report.words import missing

PAPER_ROWS = 150
"""Closing offices on paper: a region's plan names them all, the whole country's in the workbook."""


def quarter(value: Any) -> str:
    """Write a quarter, ``2027Q3``, as a reader knows it: 3/2027.

    Parameters
    ----------
    value : str or missing

    Returns
    -------
    str
        Empty when no quarter is set.
    """
    if missing(value):
        return ""
    year, _, n = str(value).partition("Q")
    return f"{n}/{year}"


def closed_offices(services: Services) -> pd.DataFrame:
    """Give the offices whose customer part closes."""
    return services.offices[services.offices["customer_part"].astype(str) == "closes"]


def closing_times(programme: Programme | None) -> dict[str, dict[str, Any]]:
    """Give the event that closes each office's customer part, by office."""
    if programme is None:
        return {}
    events = programme.events[programme.events["kind"].astype(str) == "close_customer"]
    return {str(r["office"]): r for r in records(events) if not missing(r["office"])}


def closing_section(context: Context, services: Services) -> Section:
    """Write the section on what closes when and what pays.

    Parameters
    ----------
    context : Context
    services : Services

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    title = say(N_("What closes, when, and what pays"))
    closed = closed_offices(services)
    if not len(closed):
        return Section("closing", title, (Paragraph(say(N_("No office closes its customer part."))),))
    times = closing_times(plan.programme)
    names = dict(zip(plan.offices["office"].astype(str), plan.offices["name"].astype(str), strict=True))
    agencies = closed["agency"].nunique()
    texts = [
        words.many(
            N_("{n} office closes its customer part; a joint point takes over its visits. Agencies: {agencies}."),
            N_("{n} offices close their customer part; joint points take over their visits. Agencies: {agencies}."),
            len(closed),
            agencies=words.number(agencies),
        )
    ]
    far = closed["minutes_to_replacement"].to_numpy(float, na_value=float("nan"))
    if len(far[far == far]):
        texts.append(
            say(
                N_("The longest drive from a closed office to the point that takes over is {minutes}."),
                minutes=words.minutes(float(far[far == far].max())),
            )
        )
    rows: list[tuple[Value, ...]] = []
    for r in records(closed):
        when = times.get(str(r["office"]), {})
        rows.append(
            (
                context.site(r["office"]) or names.get(str(r["office"]), text(r["office"])),
                context.agency(r["agency"]),
                context.site(r["replaced_by"]),
                number(r["minutes_to_replacement"]),
                quarter(when.get("start_quarter")) or say(N_("not in the programme")),
                when["decide_by"] if when and not missing(when["decide_by"]) else None,
                _paid(r),
            )
        )
    rows.sort(key=lambda r: (str(r[2]), str(r[1]), str(r[0])))
    project = context.audience == "project"
    dated = [Column(say(N_("Closes in quarter")), weight=0.95)] * bool(times)
    if times and project:
        # The last day of a notice tells the lease, which is not public.
        dated.append(Column(say(N_("Decide by")), "date", weight=1.15))
    shown = [(*r[:4], *r[4 : 4 + len(dated)], *(r[6:] if project else ())) for r in rows]
    columns = [
        Column(say(N_("Office")), weight=1.7),
        Column(say(N_("Agency")), weight=2.2),
        Column(say(N_("Point that takes over")), weight=1.6),
        Column(say(N_("Drive between, min")), "minutes", weight=0.9),
        *dated,
        *([Column(say(N_("Frees, € a year")), "euro", adds=True, weight=1.0)] if project else []),
    ]
    remote = remote_only(context)
    notes = [
        *([] if times else [say(N_("When each office closes is set in the programme, which has not been made."))]),
        say(N_("Frees: rent and presence of the customer part."))
        if project
        else say(N_("What each closing frees is shown to the project group.")),
        *(
            [say(N_("Serve without meeting customers in person today: {names}."), names=words.listing(remote))]
            if remote
            else []
        ),
    ]
    blocks: list[Block] = [
        Paragraph(" ".join(texts)),
        context.table(
            "closing", say(N_("Offices that close their customer part")), columns, shown, paper_rows=PAPER_ROWS,
            note=" ".join(notes),
        ),
        Paragraph(_pays(context, services)),
    ]  # fmt: skip
    return Section("closing", title, tuple(blocks))


def office_counts(context: Context) -> tuple[int, int, int]:
    """Count the agencies' own offices with customers that close and that stay, and those of them that meet nobody.

    Parameters
    ----------
    context : Context

    Returns
    -------
    (int, int, int)
        Closing, staying, and of both together those that serve only remotely today.
    """
    services = context.plan.services
    part = [] if services is None else services.offices["customer_part"].astype(str).tolist()
    return part.count("closes"), part.count("stays"), len(remote_only(context))


def remote_only(context: Context) -> list[str]:
    """Name the offices with customers that meet nobody in person: they are not in the list of today's offices."""
    services = context.plan.services
    if services is None:
        return []
    serving = services.offices[services.offices["customer_part"].astype(str).isin(("closes", "stays"))]
    rest = serving.loc[~serving["office"].isin(set(context.plan.offices["office"].astype(str))), "office"]
    return [context.site(o) or str(o) for o in sorted(rest.astype(str))]


def _paid(row: dict[str, Any]) -> float | None:
    """Give the euros a year that the closing of an office frees, None when not known."""
    parts = [row.get(k) for k in ("saving_cents_year", "presence_cents_year")]
    return None if any(missing(p) for p in parts) else sum(float(p) for p in parts if p is not None) / 100


def _pays(context: Context, services: Services) -> str:
    """Say which points the closing offices pay for, and how many nobody pays for."""
    say, words = context.say, context.words
    points = services.points
    unlinked = points["unlinked"].astype("boolean").fillna(False).astype(bool)
    names = [context.site(s) for s in points.loc[unlinked, "site"]]
    if not names:
        return say(N_("Every point is paid for by offices that close near it: the savings and the points are linked."))
    return words.many(
        N_("{n} point has no closing office that pays for it: {names}. Its costs have to be covered otherwise."),
        N_("{n} points have no closing office that pays for them: {names}. Their costs have to be covered otherwise."),
        len(names),
        names=words.listing(names),
    )
