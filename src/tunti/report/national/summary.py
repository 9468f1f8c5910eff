"""The roll-up's first page: what is proposed, what it costs, who loses and who gains."""

from __future__ import annotations

from functools import partial

import pandas as pd

from tunti.locale import N_
from tunti.plan.national import National
from tunti.report.document import Callout, Figure, KeyFigure, KeyFigures, Paragraph, Section
from tunti.report.maps import network_map
from tunti.report.national.conflicts import conflict_count
from tunti.report.national.money import costs_text, total_of
from tunti.report.sections.agencies import unserved_sites
from tunti.report.sections.context import Context, records
from tunti.report.sections.missed import below, told_short
from tunti.report.sections.moved import changes_with, losing, moved_people, staying
from tunti.report.sections.summary import drives_change, map_alt, map_height


def summary_section(context: Context, found: National) -> Section:
    """Write the first page: what is proposed, whether the plans fit together, what it costs, who loses, and the map.

    Parameters
    ----------
    context : Context
        Of all plans together.
    found : National

    Returns
    -------
    Section
    """
    proposed, costs, who = _proposed(context, found), Paragraph(*costs_text(context, found)), _who(context, found)
    height = map_height(*proposed.texts, costs.text, who.text)
    return Section(
        "summary",
        context.say(N_("Summary")),
        (
            proposed,
            _figures(context, found),
            costs,
            who,
            Figure(
                "summary-map",
                context.say(N_("Proposed network and drive times to it")),
                map_alt(context, "proposed"),
                partial(network_map, context.plan, context.words, which="proposed", most_height=height, compact=True),
                floats=False,
            ),
        ),
    )


def _proposed(context: Context, found: National) -> Callout:
    """Say what the plans propose together, and whether they fit together."""
    say, words = context.say, context.words
    points, new = int(found.regions["points"].sum()), int(found.regions["new"].sum())
    text = say(
        N_("The regional plans ({regions}) propose {points} joint service points: existing {existing}, new {new}."),
        regions=words.number(len(found.plans)),
        points=words.number(points),
        existing=words.number(points - new),
        new=words.number(new),
    )
    if len(found.agencies):
        offices, closes = (int(found.agencies[c].sum()) for c in ("offices", "closes"))
        text += " " + say(
            N_(
                "Agencies' own offices with customers: {offices}, of which {person} meet them in person. "
                "Closing that part: {closed}; keeping it: {stays}."
            ),
            offices=words.number(offices),
            person=words.number(len(found.whole.offices)),
            closed=words.number(closes),
            stays=words.number(offices - closes),
        )
    empty = sum(len(unserved_sites(p.services)) for p in found.plans if p.services is not None)
    if empty:
        text += " " + say(
            N_("Points at which no agency serves: {n}."),
            n=words.number(empty),
        )
    conflicts = conflict_count(found)
    fit = (
        words.many(
            N_("The plans do not fit together yet: {n} conflict is listed in this document."),
            N_("The plans do not fit together yet: {n} conflicts are listed in this document."),
            conflicts,
        )
        if conflicts
        else say(N_("The plans fit together: no conflicts between regions were found."))
    )
    return Callout(
        say(N_("All regions' plans together")),
        (text, fit),
        "warning" if conflicts else "note",
    )


def _figures(context: Context, found: National) -> KeyFigures:
    say, words = context.say, context.words
    today, after = found.whole.today, found.whole.proposed
    net, target = total_of(found, "net_state_year"), found.whole.settings.programme.target_eur_year
    saves = net is None or net >= 0
    return KeyFigures(
        (
            KeyFigure(
                words.number(int(found.regions["points"].sum())),
                say(N_("joint service points")),
                say(N_("in {n} regional plans"), n=words.number(len(found.plans))),
            ),
            KeyFigure(
                words.share(after.share),
                say(N_("of people at most {minutes} minutes away"), minutes=context.minutes),
                say(N_("today {value}"), value=words.share(today.share)),
            ),
            KeyFigure(
                words.number(after.people_outside),
                say(N_("people farther than {minutes} minutes"), minutes=context.minutes),
                say(N_("today {value}"), value=words.number(today.people_outside)),
            ),
            KeyFigure(
                "–"
                if found.regions["offices_closed"].isna().all()
                else words.number(found.regions["offices_closed"].sum()),
                say(N_("offices that close their customer part")),
            ),
            KeyFigure(
                "–" if net is None else words.mega(abs(net)),
                say(N_("less for the state to pay a year")) if saves else say(N_("more for the state to pay a year")),
                say(N_("target: {target} less"), target=words.mega(target)),
            ),
        )
    )


def _who(context: Context, found: National) -> Paragraph:
    """Say whose drive changes, which services fewer reach, and in which regions people stay outside."""
    say, words, whole_ = context.say, context.words, found.whole
    open_offices = [staying(p.services.cells) for p in found.plans if p.services is not None]
    stays = pd.concat(open_offices).groupby(level=0).min() if open_offices else None
    moved = changes_with(whole_, stays)
    points = words.many(N_("{n} point"), N_("{n} points"), int(found.regions["points"].sum()))
    texts = [drives_change(context, points, *moved_people(moved), stay=stays is not None and len(stays) > 0)]
    names = losing(context, moved)[:3]
    if names:
        texts.append(say(N_("It grows most here: {names}."), names=words.listing(names)))
    texts.append(
        say(
            N_("Today is measured to the nearest office that meets customers in person ({offices}) or existing point."),
            offices=words.number(len(whole_.offices)),
        )
    )
    lags = told_short(context, below(found.services, whole_.proposed.share))
    if lags:
        texts.append(lags)
    rows = whole_.proposed.regions
    rows = rows.assign(outside=(rows["people"] - rows["people_inside"]).astype(float))
    rows = rows[rows["outside"] > 0].sort_values(["outside", "region"], ascending=[False, True], kind="stable").head(3)
    if len(rows):
        most = [f"{words.place(r, 'region')} ({words.number(r['outside'])})" for r in records(rows)]
        texts.append(say(N_("Most people stay outside in these regions: {names}."), names=words.listing(most)))
    return Paragraph(" ".join(texts), say(N_("Who loses and who gains.")))
