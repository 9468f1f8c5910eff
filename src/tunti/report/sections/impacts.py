"""What the plan does to customers, equality, languages, staff, the region's vitality and the environment."""

from __future__ import annotations

import numpy as np

from tunti.locale import N_
from tunti.report.document import Block, Column, Paragraph, Section, Value
from tunti.report.sections.agencies import unserved_sites
from tunti.report.sections.closing import closed_offices
from tunti.report.sections.context import Context, number, records
from tunti.report.sections.moved import changed_people
from tunti.report.sections.people import language_names


def _worst_tenth(context: Context) -> tuple[float, float] | None:
    """Give the mean drive of the tenth of people with the longest drives, today and after."""
    found = []
    for access in (context.plan.today, context.plan.proposed):
        known = access.cells[access.cells["minutes"].notna()].sort_values("minutes", ascending=False, kind="stable")
        people = known["people"].to_numpy(float)
        if not people.sum():
            return None
        tenth = people.sum() / 10
        taken = np.clip(tenth - (people.cumsum() - people), 0, people)
        found.append(float((taken * known["minutes"].to_numpy(float)).sum() / taken.sum()))
    return found[0], found[1]


def _empty_counted(context: Context) -> str:
    """Say that points where no agency serves count as places of service, where there are some."""
    services = context.plan.services
    if services is None or not unserved_sites(services):
        return ""
    return " " + context.say(N_("This counts also the points at which no agency serves."))


def _customers(context: Context) -> list[Block]:
    plan, say, words = context.plan, context.say, context.words
    shorter, longer = changed_people(context)
    blocks: list[Block] = [
        Paragraph(
            say(
                N_(
                    "The drive to the nearest place of service gets at least a minute shorter for this many: "
                    "{shorter}, and longer for this many: {longer}."
                ),
                shorter=words.number(shorter),
                longer=words.number(longer),
            )
            + _empty_counted(context)
        )
    ]
    if plan.programme is not None and len(plan.programme.travel):
        hours = float(plan.programme.travel["hours_year_change"].sum())
        if round(hours) == 0:
            unknown = say(
                N_("The input gives no visits that need a place, so customers' hours of travel are not known.")
            )
            return [*blocks, context.lacking(unknown)]
        template = (
            N_("Customers travel {hours} hours a year less than today, counted over the visits that need a place.")
            if hours <= 0
            else N_("Customers travel {hours} hours a year more than today, counted over the visits that need a place.")
        )
        told = [
            say(template, hours=words.number(abs(hours))),
            say(
                N_(
                    "It is counted service by service, to the place that gives the service; services that no agency "
                    "gives in person today are left out."
                )
            ),
        ]
        if hours < 0 < longer:
            told.append(
                say(
                    N_(
                        "The nearest office of any agency may be near while the one that is needed is far, so the "
                        "hours may fall although the drive to the nearest place grows."
                    )
                )
            )
        blocks.append(Paragraph(" ".join(told)))
    else:
        blocks.append(
            context.lacking(
                say(N_("Customers' travel in hours a year is counted with the programme, which is lacking."))
            )
        )
    return blocks


def _equality(context: Context) -> list[Block]:
    plan, say, words = context.plan, context.say, context.words
    texts = []
    tenth = _worst_tenth(context)
    if tenth is not None:
        texts.append(
            say(
                N_("The tenth of people with the longest drives has {after} on average; today {today}."),
                after=words.minutes(tenth[1], decimals=1),
                today=words.minutes(tenth[0], decimals=1),
            )
        )
    groups = {str(r["group"]): r for r in records(plan.today.groups)}
    worse = []
    for r in records(plan.proposed.groups):
        was = groups.get(str(r["group"]))
        if was is not None and number(r["share"]) is not None and float(r["share"]) < plan.proposed.share - 0.005:
            worse.append(f"{say(str(r['label']))} ({words.share(r['share'])})")
    if not len(plan.proposed.groups):
        # The chapter on accessibility says that groups are not known.
        return [
            Paragraph(" ".join(texts))
            if texts
            else context.lacking(say(N_("People by age and language are not given.")))
        ]
    texts.append(
        say(N_("Groups with a lower share within the standard than everyone: {names}."), names=words.listing(worse))
        if worse
        else say(N_("No group has a clearly lower share within the standard than everyone."))
    )
    return [Paragraph(" ".join(texts))]


def _languages(context: Context) -> list[Block]:
    services, say, words = context.plan.services, context.say, context.words
    if services is None:
        return [
            context.lacking(say(N_("Which languages are served where is known once agencies and modes are chosen.")))
        ]
    rows = services.languages
    if not len(rows):
        return [Paragraph(say(N_("The data set no additional language duties on the area's services.")))]
    met, before = rows["met"].astype(bool), rows["met_today"].astype(bool)
    texts = [
        say(
            N_(
                "Required languages by municipality and service: {met} of {all} are met within the standard, today "
                "{today}."
            ),
            met=words.number(int(met.sum())),
            all=words.number(len(rows)),
            today=words.number(int(before.sum())),
        )
    ]
    table: list[tuple[Value, ...]] = []
    for code, group in rows.groupby(rows["language"].astype(str), sort=True):
        name = language_names(context, str(code))
        table.append(
            (name, len(group), int(group["met_today"].astype(bool).sum()), int(group["met"].astype(bool).sum()))
        )
    return [
        Paragraph(" ".join(texts)),
        context.table(
            "language-duties",
            say(N_("Required languages: cases of municipality and service")),
            (
                Column(say(N_("Language")), weight=2),
                Column(say(N_("Cases")), "whole", adds=True),
                Column(say(N_("Met today")), "whole", adds=True),
                Column(say(N_("Met with the proposal")), "whole", adds=True),
            ),
            table,
            total=(say(N_("All")), len(rows), int(before.sum()), int(met.sum())),
        ),
    ]


def _staff(context: Context) -> list[Block]:
    premises, say, words = context.plan.premises, context.say, context.words
    if premises is None:
        return [context.lacking(say(N_("Effects on staff are known once shared premises are chosen.")))]
    moves = premises.moves
    if not len(moves):
        return [Paragraph(say(N_("No office moves to shared premises, so no workplace moves.")))]
    # Staffs of single offices are for the project group; their sum over several offices is not.
    people = float(moves["staff"].sum())
    minutes = float((moves["minutes_change"] * moves["staff"]).sum() / people) if people else 0.0
    texts = [
        words.many(N_("{n} office moves to shared premises."), N_("{n} offices move to shared premises."), len(moves))
    ]
    if context.audience == "project" or len(moves) >= 3:
        texts.append(
            say(
                N_(
                    "The moves concern {people} person-years of staff; the new workplace is {minutes} away from the "
                    "present one on average."
                ),
                people=words.number(people),
                minutes=words.minutes(minutes),
            )
        )
    texts.append(say(N_("Changes are dealt with in cooperation with the staff before they are decided on.")))
    return [Paragraph(" ".join(texts))]


def _vitality(context: Context) -> list[Block]:
    plan, say, words = context.plan, context.say, context.words
    offices = plan.offices
    before = set(offices["municipality"].dropna().astype(str))
    before |= set(plan.points.loc[plan.points["status"].astype(str) == "existing", "municipality"].dropna().astype(str))
    empty = set() if plan.services is None else set(unserved_sites(plan.services))
    after = set(plan.points.loc[~plan.points["site"].astype(str).isin(empty), "municipality"].dropna().astype(str))
    if plan.services is not None:
        closed = set(closed_offices(plan.services)["office"].astype(str))
        after |= set(offices.loc[~offices["office"].astype(str).isin(closed), "municipality"].dropna().astype(str))
        texts = [say(N_("Offices that stay open are counted."))]
        if empty:
            texts.append(say(N_("Points at which no agency serves are not.")))
    else:
        texts = [say(N_("It is not decided which offices stay; joint points alone are counted."))]
    known = {str(r["municipality"]): words.place(r) for r in records(plan.proposed.municipalities)}

    def said(codes: set[str]) -> str:
        names = sorted(known.get(c, c) for c in codes)
        return words.listing(names) if names else say(N_("none"))

    texts += [
        say(N_("Municipalities that lose their last place of service: {names}."), names=said(before - after)),
        say(N_("Municipalities that get one: {names}."), names=said(after - before)),
    ]
    return [Paragraph(" ".join(texts))]


def _environment(context: Context) -> list[Block]:
    plan, say, words = context.plan, context.say, context.words
    blocks: list[Block] = []
    if plan.premises is not None and plan.premises.m2_before > 0:
        before, after = float(plan.premises.m2_before), float(plan.premises.m2_after)
        blocks.append(
            Paragraph(
                say(
                    N_("Office space goes from {before} m² to {after} m², and with it the energy that buildings use."),
                    before=words.number(before),
                    after=words.number(after),
                )
            )
        )
    if plan.programme is not None and len(plan.programme.travel):
        hours = float(plan.programme.travel["hours_year_change"].sum())
        if round(hours) == 0:
            return blocks or [context.lacking(say(N_("The input gives neither work space nor visits to count from.")))]
        blocks.append(
            Paragraph(
                say(
                    N_("Customers drive {hours} hours a year less than today; emissions follow the hours.")
                    if hours <= 0
                    else N_("Customers drive {hours} hours a year more than today; emissions follow the hours."),
                    hours=words.number(abs(hours)),
                )
            )
        )
    return blocks or [
        context.lacking(say(N_("Effects on space and driving are known once premises and the programme are made.")))
    ]


def impacts_section(context: Context) -> Section:
    """Write the assessment of effects.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    say = context.say
    parts = (
        ("impacts-customers", N_("Customers"), _customers),
        ("impacts-equality", N_("Equality"), _equality),
        ("impacts-languages", N_("Language rights"), _languages),
        ("impacts-staff", N_("Staff"), _staff),
        ("impacts-vitality", N_("Vitality of the region"), _vitality),
        ("impacts-environment", N_("Environment"), _environment),
    )
    return Section(
        "impacts",
        say(N_("Assessment of effects")),
        (Paragraph(say(N_("Effects are given in figures where they can be counted; the group adds its own views."))),),
        tuple(Section(key, say(title), tuple(tell(context))) for key, title, tell in parts),
    )
