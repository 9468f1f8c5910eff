"""Risks that the figures show, and how the plan is followed."""

from __future__ import annotations

from tunti.findings import Level
from tunti.locale import N_
from tunti.report.document import Column, Paragraph, Section, Value
from tunti.report.sections.agencies import unserved_sites
from tunti.report.sections.closing import remote_only
from tunti.report.sections.context import Context, number
from tunti.report.sections.summary import money_of


def _risks(context: Context) -> list[tuple[Value, ...]]:
    plan, say, words = context.plan, context.say, context.words
    found: list[tuple[Value, ...]] = []

    def add(risk: str, size: str, remedy: str) -> None:
        found.append((risk, size, remedy))

    if plan.certainty is not None:
        unsure = int(plan.certainty.total["people_likely"].sum())
        if unsure:
            add(
                say(N_("Drives near the standard turn out longer than estimated.")),
                context.people(unsure),
                say(N_("Drive the edge routes or measure them before the network is decided on.")),
            )
    below = int(plan.points["below_base"].astype(bool).sum())
    if below:
        add(
            say(N_("The population base of points is too small for good service.")),
            words.many(N_("{n} point"), N_("{n} points"), below),
            say(N_("Consider a remote-led or a mobile point there.")),
        )
    if len(plan.neighbours):
        add(
            say(N_("Points in other regions that the plan counts on do not open.")),
            context.people(int(plan.neighbours["people_served"].sum())),
            say(N_("Agree on them with the neighbouring regions before deciding.")),
        )
    if plan.services is not None:
        duties = plan.services.duties
        duties = duties[(duties["mode"].astype(str) != "none") & duties["mode"].notna()]
        open_ = int(duties["commitment"].isna().sum())
        if open_:
            add(
                say(N_("Agencies have not committed themselves to serve at the points.")),
                say(
                    N_("{n} of {all} presences"),
                    n=words.number(open_),
                    all=words.number(len(duties)),
                ),
                say(N_("Ask each agency for its commitment, point by point.")),
            )
        empty = len(unserved_sites(plan.services))
        if empty:
            add(
                say(N_("No agency serves at a point.")),
                words.many(N_("{n} point"), N_("{n} points"), empty),
                say(N_("Agree on who serves there, or leave the point out.")),
            )
        unlinked = int(plan.services.points["unlinked"].astype("boolean").fillna(False).sum())
        if unlinked:
            add(
                say(N_("No closing office pays for a point.")),
                words.many(N_("{n} point"), N_("{n} points"), unlinked),
                say(N_("Agree on who pays before the point is decided on.")),
            )
    if plan.programme is not None and len(plan.programme.uncertainty):
        npv = plan.programme.uncertainty
        npv = npv[npv["measure"].astype(str) == "npv_state"]
        cents = dict(zip(npv["quantile"].astype(float), npv["cents"].astype(float), strict=True))
        if {0.05, 0.95} <= set(cents):
            add(
                say(N_("Costs and savings turn out otherwise than estimated.")),
                say(
                    N_("state's net effect {low} to {high} (present value, nine cases of ten)"),
                    low=words.mega(cents[0.05] / 100),
                    high=words.mega(cents[0.95] / 100),
                ),
                say(N_("Follow the costs of the first phase and make the estimates again.")),
            )
    warned = sum(f.level is Level.WARNING for f in plan.findings)
    if warned:
        add(
            say(N_("The input has faults that change the figures.")),
            words.many(N_("{n} warning"), N_("{n} warnings"), warned),
            say(N_("Mend the input; the findings are listed in this plan.")),
        )
    if plan.illustrative:
        add(
            say(N_("Some of the figures are invented for illustration.")),
            say(N_("all conclusions")),
            say(N_("Replace them with the agencies' own figures before anything is decided.")),
        )
    return found


def risks_section(context: Context) -> Section:
    """Write the section on risks.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    say = context.say
    title = say(N_("Risks"))
    rows = _risks(context)
    if not rows:
        return Section("risks", title, (Paragraph(say(N_("The figures show no particular risks."))),))
    return Section(
        "risks",
        title,
        (
            Paragraph(say(N_("These risks follow from the plan's own figures; the group adds others."))),
            context.table(
                "risks",
                say(N_("Risks, their size and what to do")),
                (
                    Column(say(N_("Risk")), weight=2.2),
                    Column(say(N_("Size")), weight=1.3),
                    Column(say(N_("What to do")), weight=2.2),
                ),
                rows,
            ),
        ),
    )


def _remote_note(context: Context) -> str:
    """Say which offices with customers are not among those that meet them in person."""
    names = remote_only(context)
    if not names:
        return ""
    return context.say(
        N_("Offices include those that meet nobody in person today: {names}."), names=context.words.listing(names)
    )


def follow_section(context: Context) -> Section:
    """Write how the plan is followed: each indicator with today's value and the plan's.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    today, after = plan.today, plan.proposed
    existing = int((plan.points["status"].astype(str) == "existing").sum())
    existing += int((plan.candidates["status"].astype(str) == "existing").sum())

    def minutes(value: float) -> str:
        return words.value(number(value), Column("", "number"))

    rows: list[tuple[Value, ...]] = [
        (say(N_("Joint service points, number")), words.number(existing), words.number(len(plan.points))),
        (
            say(N_("Share of people within {minutes} minutes"), minutes=context.minutes),
            words.share(today.share),
            words.share(after.share),
        ),
        (
            say(N_("People farther than {minutes} minutes"), minutes=context.minutes),
            words.number(today.people_outside),
            words.number(after.people_outside),
        ),
        (say(N_("Mean drive, min")), minutes(today.mean_minutes), minutes(after.mean_minutes)),
    ]
    if plan.services is not None:
        offices = plan.services.offices
        closed = int((offices["customer_part"].astype(str) == "closes").sum())
        serving = int(offices["customer_part"].astype(str).isin(("stays", "closes")).sum())
        rows.append(
            (say(N_("Agencies' own offices with customers")), words.number(serving), words.number(serving - closed))
        )
        languages = plan.services.languages
        if len(languages):
            rows.append(
                (
                    say(N_("Language duties met, share")),
                    words.share(float(languages["met_today"].astype(float).mean())),
                    words.share(float(languages["met"].astype(float).mean())),
                )
            )
    if plan.premises is not None and plan.premises.m2_before > 0:
        rows.append(
            (
                say(N_("Office space, m²")),
                words.number(plan.premises.m2_before),
                words.number(plan.premises.m2_after),
            )
        )
    found = money_of(plan)
    if found is not None:
        rows += [
            (say(N_("The state's yearly costs against today")), "–", words.mega(-found["net_state_year"])),
            (say(N_("One-off costs")), "–", words.mega(max(-found["one_off_state"], 0.0))),
        ]
    text = say(
        N_(
            "The plan is followed once a year with the same figures as here: what has opened and closed, drive times, "
            "costs and savings against the plan. What comes true is written into the table of actuals, and the plan is "
            "made again with the least change."
        )
    )
    return Section(
        "follow",
        say(N_("How the plan is followed")),
        (
            Paragraph(text),
            context.table(
                "follow",
                say(N_("What is followed, today and in {year}"), year=str(plan.settings.project.target_year)),
                (
                    Column(say(N_("What")), weight=2.5),
                    Column(say(N_("Today"))),
                    Column(say(N_("Plan"))),
                ),
                rows,
                note=_remote_note(context),
            ),
        ),
    )
