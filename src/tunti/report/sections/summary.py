"""The summary on the first page: the decision asked for, five figures, who gains and who does not, and the map."""

from __future__ import annotations

from functools import partial

from tunti.locale import N_
from tunti.plan.regional import RegionalPlan
from tunti.report.document import Callout, Figure, KeyFigure, KeyFigures, Paragraph, Section
from tunti.report.maps import network_map
from tunti.report.sections.agencies import unserved_sites
from tunti.report.sections.closing import office_counts
from tunti.report.sections.context import Context, records
from tunti.report.sections.missed import missed_short
from tunti.report.sections.money_short import own_costs, points_and_premises, range_text, unsourced, unsure
from tunti.report.sections.moved import changed_people, losing
from tunti.report.words import ILLUSTRATIVE, missing


def counts(context: Context) -> tuple[int, int]:
    """Count the proposed points that exist and that are new."""
    existing = int((context.plan.points["status"].astype(str) == "existing").sum())
    return existing, len(context.plan.points) - existing


def _start(context: Context) -> str:
    """Say how many people the area has, by its inflected name when the names table holds it."""
    plan, say, words = context.plan, context.say, context.words
    where = words.where(context.area) if plan.region is not None else None
    people = context.people(plan.proposed.people)
    if where:
        return say(N_("{where}: {people}."), where=where[:1].upper() + where[1:], people=people)
    return say(N_("The area has {people}."), people=people)


MOST_NAMED = 20
"""Points that the summary names in words; the map and the table of points name all."""


def _named(context: Context) -> str:
    """Name the points where they are few, and count those at which no agency serves."""
    plan, say, words = context.plan, context.say, context.words
    text = ""
    if len(plan.points) <= MOST_NAMED:
        names = sorted(str(n) for n in plan.points["name"])
        text = " " + say(N_("The points: {names}."), names=words.listing(names))
    empty = 0 if plan.services is None else len(unserved_sites(plan.services))
    if empty:
        text += " " + say(
            N_("Points at which no agency serves: {n}."),
            n=words.number(empty),
        )
    return text


def _decision(context: Context) -> Callout:
    plan, say, words = context.plan, context.say, context.words
    existing, new = counts(context)
    if plan.illustrative:
        one, many = (
            N_("The example shows a network of {n} joint service point."),
            N_("The example shows a network of {n} joint service points."),
        )
    else:
        one, many = (
            N_("It is proposed that the network of {n} joint service point shown here is approved."),
            N_("It is proposed that the network of {n} joint service points shown here is approved."),
        )
    if not len(plan.points):
        texts = [_start(context) + " " + say(N_("The plan proposes no joint service point in the area."))]
    else:
        texts = [
            _start(context)
            + " "
            + words.many(one, many, len(plan.points))
            + " "
            + say(
                N_("Existing points: {existing}, new points: {new}."),
                existing=words.number(existing),
                new=words.number(new),
            )
            + " "
            + say(N_("The target year is {year}."), year=str(plan.settings.project.target_year))
            + _named(context)
        ]
        if plan.services is not None:
            closed, stays, remote = office_counts(context)
            texts[-1] += " " + say(
                N_(
                    "Agencies' own offices with customers: {offices}, of which {person} meet them in person. "
                    "Closing that part: {closed}; keeping it: {stays}."
                )
                if remote
                else N_(
                    "Agencies' own offices with customers: {offices}. Closing that part: {closed}; keeping it: {stays}."
                ),
                offices=words.number(closed + stays),
                person=words.number(closed + stays - remote),
                closed=words.number(closed),
                stays=words.number(stays),
            )
    if plan.illustrative:
        texts.insert(0, say(N_("Some of the figures are invented for illustration: nothing can be decided on them.")))
        return Callout(say(N_("An example, not for decision")), tuple(texts), "warning")
    return Callout(say(N_("Decision asked for")), tuple(texts), "decision")


def _figures(context: Context) -> KeyFigures:
    plan, say, words = context.plan, context.say, context.words
    existing, new = counts(context)
    today, after = plan.today, plan.proposed

    def was(value: str) -> str:
        return say(N_("today {value}"), value=value)

    def one_or_more(n: int, one: str, many: str, **values: str) -> str:
        return say(one if n == 1 else many, **values)

    def mean(value: float) -> str:
        return "–" if missing(value) else words.minutes(value, decimals=1)

    return KeyFigures(
        (
            KeyFigure(
                words.number(len(plan.points)),
                one_or_more(len(plan.points), N_("joint service point"), N_("joint service points")),
                say(N_("{existing} existing, {new} new"), existing=words.number(existing), new=words.number(new)),
            ),
            KeyFigure(
                words.share(after.share),
                say(N_("of people at most {minutes} minutes away"), minutes=context.minutes),
                was(words.share(today.share)),
            ),
            KeyFigure(
                words.number(after.people_outside),
                one_or_more(
                    after.people_outside,
                    N_("person farther than {minutes} minutes"),
                    N_("people farther than {minutes} minutes"),
                    minutes=context.minutes,
                ),
                was(words.number(today.people_outside)),
            ),
            KeyFigure(
                mean(after.mean_minutes),
                say(N_("mean drive to the nearest point")),
                was(mean(today.mean_minutes)),
            ),
            _last_figure(context),
        )
    )


def money_of(plan: RegionalPlan) -> dict[str, float] | None:
    """Give the programme's figures by measure, None without a programme.

    Parameters
    ----------
    plan : RegionalPlan

    Returns
    -------
    dict of str to float, or None
    """
    if plan.programme is None or not len(plan.programme.indicators):
        return None
    rows = plan.programme.indicators
    return {str(m): float(v) for m, v in zip(rows["measure"], rows["value"], strict=True)}


def _costs(context: Context) -> Paragraph:
    """Say in plain words what the proposal costs and whom."""
    say, words, found = context.say, context.words, money_of(context.plan)
    programme = context.plan.programme
    lead = say(N_("What it costs."))
    if found is None or programme is None:
        return Paragraph(
            say(N_("It is not known: the programme, from which costs and savings come, is lacking.")), lead
        )
    net, agencies = found["net_state_year"], found["net_agencies_year"]
    texts = [
        say(
            N_("At the end of the programme the state pays {net} a year less than today.")
            if net >= 0
            else N_("At the end of the programme the state pays {net} a year more than today."),
            net=words.mega(abs(net)),
        ),
        say(N_("One-off costs before that are {once}."), once=words.mega(max(-found["one_off_state"], 0.0))),
    ]
    # Where few offices stand behind them, points and premises are not told apart.
    parts = points_and_premises(context, programme) or own_costs(context, agencies)
    texts += [t for t in (parts, unsure(context, programme), unsourced(context)) if t]
    return Paragraph(" ".join(texts), lead)


def _last_figure(context: Context) -> KeyFigure:
    """Give what the plan costs the state once it is known, and the points with few people until then."""
    plan, say, words = context.plan, context.say, context.words
    found = money_of(plan)
    if found is not None and plan.programme is not None:
        saves = found["net_state_year"] >= 0
        return KeyFigure(
            words.mega(abs(found["net_state_year"])),
            say(N_("less for the state to pay a year")) if saves else say(N_("more for the state to pay a year")),
            range_text(context, plan.programme)
            or say(N_("one-off costs {value}"), value=words.mega(max(-found["one_off_state"], 0.0))),
        )
    known = plan.settings.standard.known_population_base
    below = plan.points[plan.points["below_base"].astype(bool)]
    detail = ""
    if len(plan.points):
        smallest = plan.points.sort_values(["population_base", "site"], kind="stable").iloc[0]
        detail = say(
            N_("smallest: {name}, {people}"),
            name=str(smallest["name"]),
            people=words.number(smallest["population_base"]),
        )
    label = (
        N_("point with fewer than {people} people within reach")
        if len(below) == 1
        else N_("points with fewer than {people} people within reach")
    )
    return KeyFigure(words.number(len(below)), say(label, people=words.number(known)), detail)


def _compared(context: Context) -> list[str]:
    """Say what today is measured to, how many offices and points there are, and whose drive changes."""
    plan, say, words = context.plan, context.say, context.words
    shorter, longer = changed_people(context)
    points = words.many(N_("{n} point"), N_("{n} points"), len(plan.points))
    texts = [
        say(
            N_(
                "Today's figures are measured to the nearest office of any agency where customers are met in person "
                "({offices} in the area), or to an existing joint service point."
            ),
            offices=words.number(len(plan.offices)),
        )
    ]
    stay = plan.services is not None and bool((plan.services.offices["customer_part"].astype(str) == "stays").any())
    if stay:
        # The summary fits on one page: the tables say in full what today is measured to.
        texts = [
            say(
                N_(
                    "The figures above tell of the points alone, and today's of the nearest office where customers are "
                    "met in person ({offices} in the area) or existing point."
                ),
                offices=words.number(len(plan.offices)),
            )
        ]
    if not shorter and not longer and len(plan.points) and len(plan.offices):
        if stay:
            return [
                say(
                    N_(
                        "With the proposal ({points} and the offices that stay) nobody's drive to the nearest of them "
                        "changes by a minute or more. To the points alone it takes {proposed} on average, today to the "
                        "nearest office or point {today}."
                    ),
                    points=points,
                    proposed=words.minutes(plan.proposed.mean_minutes, decimals=1),
                    today=words.minutes(plan.today.mean_minutes, decimals=1),
                ),
                *texts,
            ]
        return [
            *texts,
            words.many(
                N_("Nobody's drive changes by a minute or more: the proposal has {points}, today has {n} office."),
                N_("Nobody's drive changes by a minute or more: the proposal has {points}, today has {n} offices."),
                len(plan.offices),
                points=points,
            ),
        ]
    said = [drives_change(context, points, shorter, longer, stay=stay)]
    if plan.services is None and len(plan.offices):
        said.append(say(N_("It is not decided which offices stay, so none is counted in the proposal.")))
    names = losing(context)
    if names:
        said.append(say(N_("It grows most here: {names}."), names=words.listing(names)))
    return [*said, *texts]


def drives_change(context: Context, points: str, shorter: int, longer: int, *, stay: bool) -> str:
    """Say how many people have a shorter and how many a longer drive than now.

    Parameters
    ----------
    context : Context
    points : str
        How many points there are, with the word.
    shorter, longer : int
        People.
    stay : bool
        Some offices stay open beside the points.

    Returns
    -------
    str
    """
    if longer:
        template = (
            N_(
                "With the proposal ({points} and the offices that stay) the drive to the nearest of them is at least a "
                "minute shorter than now for this many: {shorter}, and longer for this many: {longer}."
            )
            if stay
            else N_(
                "With the proposal ({points}) the drive to the nearest point is at least a minute shorter than now for "
                "this many: {shorter}, and longer for this many: {longer}."
            )
        )
    else:
        template = (
            N_(
                "With the proposal ({points} and the offices that stay) the drive to the nearest of them is at least a "
                "minute shorter than now for this many: {shorter}. Nobody's drive is longer by a minute or more."
            )
            if stay
            else N_(
                "With the proposal ({points}) the drive to the nearest point is at least a minute shorter than now for "
                "this many: {shorter}. Nobody's drive is longer by a minute or more."
            )
        )
    values = {"points": points, "shorter": context.words.number(shorter)}
    if longer:
        values["longer"] = context.words.number(longer)
    return context.say(template, **values)


SUMMARY_MAP, SHORT_TEXT, LINE, LETTERS = 92.0, 13, 4.7, 100
"""Height of the summary's map with its foot, millimetres, beside a text of so many lines at most; the height of a line
more, and the letters that it holds: the summary fits on one page."""


def map_height(*texts: str) -> float:
    """Give the height in millimetres that the summary's map may have below its texts.

    Parameters
    ----------
    *texts : str
        Paragraphs of the summary.

    Returns
    -------
    float
    """
    lines = sum(-(-len(text) // LETTERS) for text in texts)
    return max(SUMMARY_MAP - LINE * max(0, lines - SHORT_TEXT), 0.6 * SUMMARY_MAP)


def summary(context: Context) -> Section:
    """Write the summary.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    texts = _compared(context)
    lags = missed_short(context, plan.services) if plan.services is not None else ""
    if lags:
        texts.append(lags)
    rows = plan.proposed.municipalities
    outside = (rows["people"] - rows["people_inside"]).astype(float)
    rows = rows.assign(outside=outside).sort_values(["outside", "municipality"], ascending=[False, True], kind="stable")
    rows = rows[rows["outside"] > 0].head(5)
    if len(rows):
        names = [f"{words.place(row)} ({words.number(row['outside'])})" for row in records(rows)]
        texts.append(say(N_("Most people stay outside in these municipalities: {names}."), names=words.listing(names)))
    costs, who = _costs(context), Paragraph(" ".join(texts), say(N_("Who loses and who gains.")))
    decision = _decision(context)
    height = map_height(*decision.texts, costs.text, who.text)
    return Section(
        "summary",
        say(N_("Summary")),
        (
            decision,
            _figures(context),
            costs,
            who,
            Figure(
                "summary-map",
                say(N_("Proposed network and drive times to it")),
                map_alt(context, "proposed"),
                partial(network_map, plan, words, which="proposed", most_height=height, compact=True),
                floats=False,
            ),
        ),
    )


def map_alt(context: Context, which: str) -> str:
    """Say what a map of the network shows, for a reader who can't see it.

    Parameters
    ----------
    context : Context
    which : {"today", "proposed"}

    Returns
    -------
    str
    """
    plan, say, words = context.plan, context.say, context.words
    access = plan.today if which == "today" else plan.proposed
    lead = (
        say(N_("Map of today's network. Area: {area}."), area=context.area)
        if which == "today"
        else say(N_("Map of the proposed network. Area: {area}."), area=context.area)
    )
    rows = plan.points if which == "proposed" else plan.points[plan.points["status"].astype(str) == "existing"]
    names = [str(n) for n in rows["name"]]
    parts = [lead]
    if names:
        listed = words.listing(names) if len(names) <= 25 else words.number(len(names))
        parts.append(say(N_("Points: {names}."), names=listed))
    parts.append(
        say(
            N_(
                "Squares are coloured by drive time; {share} of people are within {minutes} minutes, {outside} are not."
            ),
            share=words.share(access.share),
            minutes=context.minutes,
            outside=words.number(access.people_outside),
        )
    )
    parts.append(say(N_("The table of municipalities says the same in figures.")))
    if plan.illustrative:
        parts.append(say(ILLUSTRATIVE) + ".")
    return " ".join(parts)
