"""What falls short of a known goal in who serves where, and rules that can't all hold, in words."""

from __future__ import annotations

import pandas as pd

from tunti.findings import Finding, Message, Name, Share, say, warning
from tunti.inputs.names import names_of, service_names
from tunti.inputs.tables import Inputs
from tunti.location.rules import plain
from tunti.location.services_model import Rule
from tunti.plan.area import Area
from tunti.plan.service_groups import tuples
from tunti.plan.service_question import ServiceQuestion
from tunti.settings import Settings


def service_flags(
    points: pd.DataFrame,
    duties: pd.DataFrame,
    offices: pd.DataFrame,
    access: pd.DataFrame,
    languages: pd.DataFrame,
    area: Area,
    inputs: Inputs,
    settings: Settings,
) -> tuple[Message, ...]:
    """Say what falls short of a known goal: thin points, fewer people in reach, languages, far referrals, duties."""
    s, found = settings.services, []
    called, agencies = service_names(inputs), names_of(inputs.agencies, "agency")

    def names(rows: pd.DataFrame) -> str:
        few = rows["name"].astype(str).tolist()
        return ", ".join(few[:10]) + (" ..." if len(few) > 10 else "")

    low = points[points["below_demand"]]
    if len(low):
        found.append(
            say(
                "Points with fewer than {n} customers a week ({count}): {names}.",
                n=s.demand_known_week,
                count=len(low),
                names=names(low),
            )
        )
    alone = points[points["unlinked"]]
    if len(alone):
        found.append(
            say("Points that no closing office pays for ({count}): {names}.", count=len(alone), names=names(alone))
        )
    worse = access[access["region"].notna() & (access["people_inside_after"] < access["people_inside_today"])]
    if len(worse):
        row = worse.assign(drop=worse["share_today"] - worse["share_after"]).sort_values("drop").iloc[-1]
        found.append(
            say(
                "Fewer people than today are within the standard in {count} cases; the largest drop is {drop}, of the "
                "service {service} in region {region}.",
                count=len(worse),
                drop=Share(float(row["drop"])),
                service=called[str(row["service"])],
                region=names_of(area.regions, "region", "region")[str(row["region"])],
            )
        )
    unmet = languages[~languages["met"]]
    if len(unmet):
        found.append(
            say(
                "Required languages that no place within the standard gives: {count} cases of municipality, service "
                "and language; {today} of them are met today.",
                count=len(unmet),
                today=int(unmet["met_today"].sum()),
            )
        )
    far = duties[duties["referral_minutes"] > s.referral_known_minutes]
    if len(far):
        found.append(
            say(
                "Referrals to a place more than {minutes} minutes away: {count}.",
                minutes=s.referral_known_minutes,
                count=len(far),
            )
        )
    refused = duties[duties["duty"] & (duties["mode"] == "none")]
    if len(refused):
        found.append(
            say(
                "Agencies that must take part but do not serve at a point: {count} cases, first {agency} at {site}.",
                count=len(refused),
                agency=agencies[str(refused["agency"].iloc[0])],
                site=names_of(area.sites, "site")[str(refused["site"].iloc[0])],
            )
        )
    places = names_of(inputs.offices, "office")
    needed = [places[o].fi for o in offices.loc[offices["needed"], "office"].astype(str)]
    if needed:
        found.append(
            say(
                "Offices that stay although their agency serves as well near by, because a standard needs them "
                "({count}): {names}.",
                count=len(needed),
                names=", ".join(needed[:10]) + (" ..." if len(needed) > 10 else ""),
            )
        )
    if bool(offices["illustrative"].any()):
        found.append(say("Rents, visits and floor areas of offices are partly invented for illustration."))
    found.append(say("Costs of presence, points, hosts and rooms are defaults of this product unless you set them."))
    return tuple(found)


def service_findings(inputs: Inputs, area: Area, question: ServiceQuestion) -> tuple[Finding, ...]:
    """Tell of promises that the plan can't hold because their row says something that is not there."""
    sites, agencies = set(area.sites["site"]), set(question.problem.agencies)
    found = []
    for n, row in enumerate(tuples(inputs.commitments), start=2):
        if row.site not in sites or row.agency not in agencies:
            found.append(
                warning(
                    "commitments",
                    n,
                    "site" if row.site not in sites else "agency",
                    say(
                        "The promise of {agency} at {site} is outside what is planned.",
                        agency=row.agency,
                        site=row.site,
                    ),
                    say("Correct the row, or leave it out."),
                )
            )
    return tuple(found)


def rule_in_words(question: ServiceQuestion, area: Area, inputs: Inputs, rule: Rule, size: float) -> Message:
    """Say which rule would have to give, and by how much."""
    kind, first, second = rule
    p = question.problem
    called, agencies, sites = service_names(inputs), names_of(inputs.agencies, "agency"), names_of(area.sites, "site")
    if kind == "floor":
        group = question.groups.iloc[first]
        names = question.services.loc[question.services["group"] == first, "service"]
        people = int(question.people[second])
        return say(
            "The services {services} of {agency} can't have {share} of the people of region {region} within {minutes} "
            "minutes: {n} people are too many outside.",
            services=Name.listed(called[s] for s in names.astype(str)),
            agency=agencies[str(group["agency"])],
            share=Share(int(p.groups[first].floor[second]) / max(people, 1)),
            region=names_of(area.regions, "region", "region")[str(area.regions["region"].iloc[second])],
            minutes=plain(float(group["minutes"])),
            n=max(1, round(size * max(1.0, float(p.groups[first].floor[second]) / 1000))),
        )
    if kind == "language":
        row = p.languages[first]
        of_group = question.services.groupby("group")["service"].agg(list)
        return say(
            "The services of {group} can't be given in the language {language} in municipality {municipality}.",
            group=Name.listed(called[s] for s in of_group[row.group]),
            language=row.language,
            municipality=names_of(area.municipalities, "municipality")[row.municipality],
        )
    if kind == "capacity":
        site = sites[str(area.sites["site"].iloc[first])]
        return say("The point {site} can't take the visits that come to it.", site=site)
    if kind == "closing":
        return say(
            "The office {office} would have to stay, although its agency serves as well at the point {site}.",
            office=names_of(inputs.offices, "office")[str(question.offices["office"].iloc[first])],
            site=sites[str(area.sites["site"].iloc[second])],
        )
    if kind == "cover":
        return say("The people whom the points must reach are too many by {n}.", n=max(1, round(size)))
    return say("The rule '{rule}' of the points conflicts with the services.", rule=p.rows[first].name)
