"""The independent check of the duty table: agency by point, with its modes, days, visits and promises."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tunti.findings import say
from tunti.plan.verify_services import Checker, records, told

ORDER = ("staffed", "visiting", "remote", "assisted")


def taking_part(c: Checker) -> dict[str, Any]:
    """Name the agencies that serve customers at points on the project's day, with their duty as the table says it."""
    day = pd.Timestamp(c.settings.project.as_of)
    found = {}
    for row in records(c.inputs.agencies):
        began = pd.isna(row["valid_from"]) or row["valid_from"] <= day
        goes_on = pd.isna(row["valid_to"]) or row["valid_to"] >= day
        part = "both" if pd.isna(row["takes_part"]) else str(row["takes_part"])
        if began and goes_on and part in ("both", "points"):
            found[str(row["agency"])] = row["duty"]
    if not len(c.inputs.agencies):
        names = pd.concat([c.inputs.services["agency"], c.inputs.offices["agency"]]).drop_duplicates()
        found = dict.fromkeys(sorted(map(str, names)), pd.NA)
    return found


def check_services(c: Checker) -> None:
    """Recompute which services there are and how they are grouped."""
    agencies = taking_part(c)
    share = np.nan if c.s.share is None else c.s.share
    wanted: dict[str, tuple[str, str, float, float, float, float]] = {}
    for row in records(c.inputs.services):
        modes = "staffed visiting" if pd.isna(row["modes"]) else str(row["modes"])
        text = " ".join(m for m in ORDER if m in modes.split())
        if str(row["agency"]) in agencies and text:
            wanted[str(row["service"])] = (
                str(row["agency"]),
                text,
                c.settings.standard.minutes if pd.isna(row["standard_minutes"]) else float(row["standard_minutes"]),
                share if pd.isna(row["standard_share"]) else float(row["standard_share"]),
                0.0 if pd.isna(row["visits_year"]) else float(row["visits_year"]),
                20.0 if pd.isna(row["minutes_visit"]) else float(row["minutes_visit"]),
            )
    with_services = {w[0] for w in wanted.values()}
    visits = c.inputs.offices.groupby("agency")["visits_year"].sum()
    for agency in agencies:
        if agency not in with_services and agency in set(c.inputs.offices["agency"].astype(str)):
            own = float(visits.get(agency, 0.0))
            wanted[agency] = (agency, " ".join(ORDER), c.settings.standard.minutes, share, own, 20.0)
    groups = {str(r["group"]): r for r in records(c.t.groups)}
    sums = dict.fromkeys(groups, 0.0)
    named = [str(n) for n in c.t.services["service"]]
    for service in sorted(set(wanted) - set(named)):
        c.wrong("services", service, "service", say("The service is not listed."))
    for row in records(c.t.services):
        name = str(row["service"])
        if name not in wanted:
            c.wrong("services", name, "service", say("There is no such service."))
            continue
        agency, modes, minutes, set_share, visited, each = wanted[name]
        for column, value in (
            ("agency", agency),
            ("modes", modes),
            ("minutes", minutes),
            ("share_set", set_share),
            ("visits_year", visited),
            ("minutes_visit", each),
        ):
            c.same("services", name, column, row[column], value)
        group = groups.get(str(row["group"]))
        if group is None:
            c.wrong("services", name, "group", say("There is no such group."))
            continue
        sums[str(row["group"])] += visited
        for column, value in (("agency", agency), ("modes", modes), ("minutes", minutes), ("share_set", set_share)):
            c.same("groups", row["group"], column, group[column], value)
    for name, total in sums.items():
        c.same("groups", name, "visits_year", groups[name]["visits_year"], total)


def check_duties(c: Checker) -> None:
    """Recompute the duty table: every agency at every point."""
    t, s = c.t, c.s
    agencies = taking_part(c)
    sites = {str(r["site"]): r for r in records(t.sites)}
    points = [str(n) for n in t.points["site"]]
    pairs = [(str(r["agency"]), str(r["site"])) for r in records(t.duties)]
    for pair in sorted({(a, j) for a in agencies for j in points} ^ set(pairs)):
        c.wrong("duties", pair[1], "agency", say("The row of {agency} is missing or too much.", agency=pair[0]))
    for pair in sorted({p for p in pairs if pairs.count(p) > 1}) if len(set(pairs)) < len(pairs) else []:
        c.wrong("duties", pair[1], "agency", say("The row of {agency} is there twice.", agency=pair[0]))
    modes_of: dict[str, set[str]] = {}
    for _, agency, modes, _ in c.groups:
        modes_of.setdefault(agency, set()).update(modes)
    visits_of = t.groups.groupby("agency")["visits_year"].sum().to_dict()
    promised = {(str(r["agency"]), str(r["site"])): r for r in records(c.inputs.commitments)}
    visits, work = _visits(c)
    referrals = _referrals(c, set(points))
    for row in records(t.duties):
        agency, site, mode = str(row["agency"]), str(row["site"]), str(row["mode"])
        if site not in sites or agency not in agencies:
            c.wrong("duties", site, "site" if site not in sites else "agency", say("There is no such row to serve."))
            continue
        where = f"{agency} {site}"
        tier = s.tier if pd.isna(sites[site]["tier"]) else str(sites[site]["tier"])
        allowed = modes_of.get(agency, set()) & set(s.modes_by_tier.get(tier, ()))  # type: ignore[call-overload]
        promise = promised.get((agency, site))
        word = None if promise is None else str(promise["commitment"])
        asked = None if promise is None or pd.isna(promise["mode"]) else str(promise["mode"])
        if word == "refused" or (word in ("committed", "decided") and asked == "none"):
            allowed -= set(ORDER) if asked in (None, "none") else {str(asked)}
        elif word in ("committed", "decided") and asked is not None:
            allowed |= {asked}
            c.same("duties", where, "mode", mode, asked)
        if mode != "none" and mode not in allowed:
            c.wrong("duties", where, "mode", say("The mode {mode} is not allowed there.", mode=mode))
        duty = agencies[agency]
        must = float(visits_of.get(agency, 0.0)) >= s.duty_visits_year if pd.isna(duty) else bool(duty)
        c.same("duties", where, "duty", bool(row["duty"]), must)
        if must and allowed and mode == "none":
            c.wrong("duties", where, "mode", say("The agency must serve there, but does not."))
        week = 1.0 if tier == "mobile" else 5.0
        days = 0.0 if mode == "none" else min(week, s.visiting_days_week) if mode == "visiting" else week
        c.same("duties", where, "days_week", row["days_week"], days)
        c.same("duties", where, "hours_week", row["hours_week"], s.hours_week_by_tier[tier] * days / week)  # type: ignore[index]
        c.same("duties", where, "visits_year", row["visits_year"], visits.get((agency, site), 0.0))
        least = {"staffed": 1.0, "visiting": s.visiting_days_week / 5}.get(mode, 0.0)
        staff = max(work.get((agency, site), 0.0) / s.clerk_minutes_year, least)
        c.same("duties", where, "staff_need", row["staff_need"], staff)
        spoken = c.speaks.get(str(sites[site]["municipality"]), {"fi"})
        spoken = spoken | ({"fi", "sv", "se"} if mode == "remote" else set())
        c.same("duties", where, "languages", row["languages"], "" if mode == "none" else " ".join(sorted(spoken)))
        c.same("duties", where, "cost_cents_year", row["cost_cents_year"], c.presence.get(mode, 0))
        for column, source in (("commitment", "commitment"), ("commitment_date", "date"), ("record", "record")):
            c.same("duties", where, column, told(row[column]), told(None if promise is None else promise[source]))
        name, minutes = referrals.get((agency, site), (None, None))
        c.same("duties", where, "referral", row["referral"], name)
        c.same("duties", where, "referral_minutes", row["referral_minutes"], minutes)


def _visits(c: Checker) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """Count visits and clerks' minutes a year by agency and site, from where each cell goes."""
    everyone = max(c.everyone, 1)
    people = dict(zip(c.t.people["cell"], c.t.people["people"], strict=True))
    here = c.t.cells[c.t.cells["place"].isin(c.t.points["site"])]
    heads = here["cell"].map(people).astype(float)
    counted = heads.groupby([here["group"].astype(str), here["place"].astype(str)]).sum()
    counted = counted[counted > 0]
    minutes = c.t.services.assign(work=c.t.services["visits_year"] * c.t.services["minutes_visit"]).groupby("group")
    mean = minutes["work"].sum() / minutes["visits_year"].sum().where(lambda v: v > 0, 1.0)
    agency_of = {name: agency for name, agency, _, _ in c.groups}
    a_year = dict(zip(c.t.groups["group"].astype(str), c.t.groups["visits_year"].astype(float), strict=True))
    visits: dict[tuple[str, str], float] = {}
    work: dict[tuple[str, str], float] = {}
    for (group, site), n in zip(counted.index.tolist(), counted.tolist(), strict=True):
        key = (agency_of.get(group, ""), site)
        made = float(n) * a_year.get(group, 0.0) / everyone
        visits[key] = visits.get(key, 0.0) + made
        work[key] = work.get(key, 0.0) + made * float(mean.get(group, 0.0))
    return visits, work


def _referrals(c: Checker, points: set[str]) -> dict[tuple[str, str], tuple[str, float]]:
    """Find where each point sends customers whose service its mode can't give."""
    at = c.t.people[["x", "y"]].to_numpy(np.float64)
    own: dict[str, int] = {}
    for row in records(c.t.sites):
        if str(row["site"]) in points:
            own[str(row["site"])] = int(np.argmin((at[:, 0] - row["x"]) ** 2 + (at[:, 1] - row["y"]) ** 2))
    found: dict[tuple[str, str], tuple[str, float]] = {}
    for _, agency, modes, _ in c.groups:
        seconds, position = c.t.reach.nearest(c.serving(agency, modes, after=True))
        for site, cell in own.items():
            mode = c.mode.get((agency, site), "none")
            if mode == "none" or mode in modes or position[cell] < 0:
                continue
            place = c.t.reach.places[int(position[cell])]
            if place not in points:
                fits = [
                    office
                    for office, where in c.office_place.items()
                    if where == place
                    and c.office_agency.get(office) == agency
                    and c.office_mode[office] in modes
                    and c.part.get(office) == "stays"
                ]
                place = str(fits[0]) if fits else place
            far = float(seconds[cell]) / 60
            if (agency, site) not in found or far > found[agency, site][1]:
                found[agency, site] = (place, far)
    return found
