"""The national roll-up as a document: totals to target, the standard, conflicts, agencies, state of each plan."""

from __future__ import annotations

import datetime as dt
from functools import partial

from tunti.inputs.columns import CHOICE_LABELS
from tunti.locale import N_
from tunti.plan.national import MODES, National
from tunti.report.document import (
    Block,
    Bullets,
    Callout,
    Column,
    Document,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Value,
)
from tunti.report.maps import network_map
from tunti.report.sections.closing import quarter
from tunti.report.sections.context import Context, context_for, number, records, text, whole
from tunti.report.sections.summary import map_alt
from tunti.report.visible import Audience
from tunti.report.words import ILLUSTRATIVE, missing, words_for

STATES = {
    "draft": N_("draft"),
    "proposed": N_("proposed"),
    "heard": N_("heard"),
    "decided": N_("decided"),
}
KINDS = {
    "missing_point": N_("Counts on a point that the other region's plan does not have"),
    "closure": N_("An office closes in the other region; people are left outside"),
    "crews": N_("More fit-outs at the same time than there are crews"),
    "budget": N_("More money than the year's limit"),
    "counted_on": N_("Counts on the other region's point"),
}
MEASURES = {
    "net_state_year": N_("State's saving a year at the end, €"),
    "net_agencies_year": N_("Agencies' saving a year at the end, €"),
    "npv_state": N_("State's net present value, €"),
    "one_off_state": N_("State's one-off costs, €"),
    "investment": N_("Investment, €"),
    "points_opened": N_("Points opened"),
    "offices_closed": N_("Offices that close"),
    "offices_put_off": N_("Closings put off"),
    "offices_moved": N_("Offices that move"),
}


def national_document(
    found: National, *, language: str, audience: Audience = "public", made: dt.date | None = None
) -> Document:
    """Write the roll-up in a language.

    Parameters
    ----------
    found : National
    language : {"fi", "sv", "en"}
    audience : {"public", "project"}
    made : date, optional
        The day that the document is dated.

    Returns
    -------
    Document
    """
    words = words_for(language, found.whole.settings.project.names)
    context = context_for(found.whole, words, audience=audience)
    say = context.say
    facts = [
        (say(N_("Regional plans")), words.number(len(found.plans))),
        (say(N_("State of the data")), words.date(found.whole.settings.project.as_of)),
    ]
    if made is not None:
        facts.append((say(N_("Dated")), words.date(made)))
    return Document(
        title=say(N_("Roll-up of the regional plans")),
        subtitle=context.area,
        language=language,
        marks=(say(ILLUSTRATIVE),) if found.whole.illustrative else (),
        sections=(
            _summary(context, found),
            _standard(context, found),
            _money(context, found),
            _conflicts(context, found),
            _agencies(context, found),
            _states(context, found),
        ),
        facts=tuple(facts),
    )


def _measure(found: National, name: str) -> float | None:
    rows = found.measures[found.measures["measure"] == name]
    return float(rows["value"].iloc[0]) if len(rows) else None


def _summary(context: Context, found: National) -> Section:
    say, words = context.say, context.words
    today, after = found.whole.today, found.whole.proposed
    conflicts = int((found.conflicts["kind"] != "counted_on").sum())
    net, target = _measure(found, "net_state_year"), found.whole.settings.programme.target_eur_year
    closed = int(found.regions["offices_closed"].fillna(0).sum())
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
        KeyFigure(words.number(closed), say(N_("offices that close their customer part")), ""),
        KeyFigure(
            "–" if net is None else words.euros(net),
            say(N_("state's saving a year")),
            say(N_("target {target}"), target=words.euros(target)),
        ),
    ]
    lead = (
        say(N_("The plans fit together: no conflicts between regions were found."))
        if not conflicts
        else words.many(
            N_("The plans do not fit together yet: {n} conflict is listed in this document."),
            N_("The plans do not fit together yet: {n} conflicts are listed in this document."),
            conflicts,
        )
    )
    return Section(
        "summary",
        say(N_("Summary")),
        (
            Callout(say(N_("All regions' plans together")), (lead,), "note" if not conflicts else "warning"),
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


def _name(context: Context, code: object, found: National) -> str:
    for r in records(found.regions):
        if str(r["region"]) == str(code):
            return context.words.place(r, "region")
    return text(code)


def _standard(context: Context, found: National) -> Section:
    say, words = context.say, context.words
    rows: list[tuple[Value, ...]] = [
        (
            words.place(r, "region"),
            int(r["people"]),
            int(r["points"]),
            int(r["people_outside_today"]),
            int(r["people_outside"]),
            number(r["share_today"]),
            number(r["share"]),
            whole(r["offices_closed"]),
        )
        for r in records(found.regions)
    ]
    outside, within = say(N_("People outside")), say(N_("Share within"))
    total: tuple[Value, ...] = (
        say(N_("All")),
        int(found.regions["people"].sum()),
        int(found.regions["points"].sum()),
        int(found.regions["people_outside_today"].sum()),
        int(found.regions["people_outside"].sum()),
        found.whole.today.share,
        found.whole.proposed.share,
        whole(found.regions["offices_closed"].fillna(0).sum()),
    )
    now, then = say(N_("today")), say(N_("proposal"))
    own = int(found.regions["people_outside"].sum())
    blocks: list[Block] = [
        context.table(
            "regions",
            say(N_("Regional plans and the standard")),
            (
                Column(say(N_("Region")), weight=1.8),
                Column(say(N_("People")), "whole", adds=True),
                Column(say(N_("Points")), "whole", adds=True, weight=0.8),
                Column(now, "whole", adds=True, group=outside),
                Column(then, "whole", adds=True, group=outside),
                Column(now, "share", group=within),
                Column(then, "share", group=within),
                Column(say(N_("Offices that close")), "whole", adds=True),
            ),
            rows,
            total=total,
            note=say(
                N_("Each region's row counts the points of its own plan and those it counts on across the border.")
            ),
        )
    ]
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


def _money(context: Context, found: National) -> Section:
    say, words = context.say, context.words
    title = say(N_("Totals to target"))
    if not len(found.measures):
        lacking = context.lacking(say(N_("No regional plan has a programme, so money is not known.")))
        return Section("totals", title, (lacking,))
    target = found.whole.settings.programme.target_eur_year
    rows: list[tuple[Value, ...]] = []
    for r in records(found.measures):
        name = str(r["measure"])
        if name not in MEASURES:
            continue
        euros = name not in ("points_opened", "offices_closed", "offices_put_off", "offices_moved")
        shown = words.euros(r["value"]) if euros else words.number(r["value"])
        against = words.euros(target) if name == "net_state_year" else ""
        rows.append((say(MEASURES[name]), shown, against, int(r["regions"])))
    blocks: list[Block] = [
        context.table(
            "totals",
            title,
            (
                Column(say(N_("Figure")), weight=2.2),
                Column(say(N_("All regions")), weight=1.2),
                Column(say(N_("Target")), weight=1.2),
                Column(say(N_("Plans counted")), "whole", weight=0.8),
            ),
            rows,
            note=say(N_("The target is a setting of the project; unit costs without a source are illustrative.")),
        )
    ]
    if len(found.load):
        blocks.append(
            context.table(
                "load",
                say(N_("Fit-outs of all programmes by year")),
                (
                    Column(say(N_("Year"))),
                    Column(say(N_("Most fit-outs at the same time")), "whole"),
                    Column(say(N_("Fit-outs that begin, €")), "euro", adds=True),
                ),
                [(str(r["year"]), int(r["crews"]), float(r["cost_eur"])) for r in records(found.load)],
            )
        )
    return Section("totals", title, tuple(blocks))


def _conflicts(context: Context, found: National) -> Section:
    say, words = context.say, context.words
    title = say(N_("Conflicts and dependencies between regions"))
    if not len(found.conflicts):
        return Section("conflicts", title, (Paragraph(say(N_("No plan counts on another region's points."))),))
    rows: list[tuple[Value, ...]] = []
    for r in records(found.conflicts):
        if r["kind"] in ("crews", "budget"):
            when = quarter(r["quarter"]) if "Q" in str(r["quarter"]) else text(r["quarter"])
            what = say(
                N_("{when}: {amount}, limit {limit}"), when=when, amount=words.number(r["amount"]),
                limit=words.number(r["limit"]),
            )  # fmt: skip
        else:
            what = context.site(r["what"])
        rows.append(
            (
                say(KINDS[str(r["kind"])]),
                _name(context, r["region"], found),
                "" if missing(r["other"]) else _name(context, r["other"], found),
                what,
                whole(r["people"]),
            )
        )
    counts = [
        f"{say(KINDS[kind])}: {words.number(int((found.conflicts['kind'] == kind).sum()))}"
        for kind in KINDS
        if (found.conflicts["kind"] == kind).any()
    ]
    return Section(
        "conflicts",
        title,
        (
            Bullets(tuple(counts)),
            context.table(
                "conflicts",
                say(N_("Where plans meet")),
                (
                    Column(say(N_("What")), weight=2.4),
                    Column(say(N_("Region")), weight=1.4),
                    Column(say(N_("Other region")), weight=1.4),
                    Column(say(N_("Point or office")), weight=1.6),
                    Column(say(N_("People")), "whole", weight=0.8),
                ),
                rows,
                paper_rows=40,
            ),
        ),
    )


def _agencies(context: Context, found: National) -> Section:
    say = context.say
    title = say(N_("Agency by agency"))
    if not len(found.agencies):
        lacking = context.lacking(say(N_("Agencies and services at each point, the modes, languages and opening hours "
                                         "have not been chosen.")))  # fmt: skip
        return Section("agencies", title, (lacking,))
    counts = ["offices", "closes", *MODES]
    named = [say(CHOICE_LABELS[m]) for m in MODES]
    columns = (
        Column(say(N_("Offices today")), "whole", adds=True),
        Column(say(N_("Of them close")), "whole", adds=True),
        *(Column(n[:1].upper() + n[1:], "whole", adds=True) for n in named),
    )
    sums = found.agencies.groupby("agency", sort=True)[counts].sum()
    tables: list[Block] = [
        context.table(
            "agencies",
            say(N_("Agencies in all regions: offices today and presences at points by mode")),
            (Column(say(N_("Agency")), weight=2.6), *columns),
            [(context.agency(r["agency"]), *(int(r[c]) for c in counts)) for r in records(sums.reset_index())],
            total=(say(N_("All")), *(int(sums[c].sum()) for c in counts)),
        )
    ]
    for agency, rows in found.agencies.groupby("agency", sort=True):
        shown: list[tuple[Value, ...]] = [
            (_name(context, r["region"], found), *(int(r[c]) for c in counts)) for r in records(rows)
        ]
        tables.append(
            context.table(
                f"agency-{agency}",
                context.agency(agency),
                (Column(say(N_("Region")), weight=2.0), *columns),
                shown,
                total=(say(N_("All")), *(int(rows[c].sum()) for c in counts)),
            )
        )
    return Section("agencies", title, tuple(tables))


def _states(context: Context, found: National) -> Section:
    say, words = context.say, context.words
    rows: list[tuple[Value, ...]] = []
    for r in records(found.regions):
        state = text(r["state"])
        parts = [say(STAGES[s]) for s in r["lacking"] if s in STAGES]
        rows.append(
            (
                words.place(r, "region"),
                say(STATES[state]) if state in STATES else state,
                words.listing(parts) if parts else "–",
            )
        )
    return Section(
        "states",
        say(N_("State of the plans")),
        (
            context.table(
                "states",
                say(N_("State of each regional plan, and what it lacks")),
                (
                    Column(say(N_("Region")), weight=1.5),
                    Column(say(N_("State")), weight=1.0),
                    Column(say(N_("Lacking")), weight=3.0),
                ),
                rows,
            ),
        ),
    )


STAGES = {
    "services": N_("agencies and modes"),
    "premises": N_("shared premises"),
    "programme": N_("programme"),
    "remote": N_("remote service"),
    "considered": N_("alternatives"),
}
"""Stages as a sentence lists them."""
