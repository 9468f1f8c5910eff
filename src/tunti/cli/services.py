"""The command ``services``: which agency serves at which point and how, and what closes for it."""

from __future__ import annotations

from typing import Any

from tunti.cli.options import Folder, Hands, Json, Lang, RegionName, ScenarioName, language_of
from tunti.cli.show import print_json, progress, rows_table, tell
from tunti.findings import Share, say
from tunti.inputs.columns import CHOICE_LABELS
from tunti.locale import N_, translator
from tunti.plan.duties import Services
from tunti.project import Project

MOST_ROWS = 40
"""Points and services that the readable table shows; --json has all of them."""

MONEY = {
    "points": N_("Points, hosts and remote rooms"),
    "presence_at_points": N_("Agencies' presence at points"),
    "presence_at_offices": N_("Agencies' presence at their own offices"),
    "rent_of_customer_parts": N_("Rent of customer parts"),
    "customers_travel": N_("Value of customers' travel"),
    "customers_travel_new": N_("The same for services that no office gives today"),
}
"""What the model weighs, in words."""


def services(
    folder: Folder,
    region: RegionName = None,
    scenario: ScenarioName = None,
    workers: Hands = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Choose points, agencies and modes together: who serves where, which offices close, who reaches each service."""
    language = language_of(lang)
    project = Project(folder)
    with progress(language, quiet=as_json) as say_progress:
        found = project.services(region=region, scenario=scenario, workers=workers, progress=say_progress)
    if as_json:
        print_json(as_values(found, language))
        return
    show(found, language)


def as_values(found: Services, language: str) -> dict[str, Any]:
    """Put a result into plain values for ``--json``."""
    c = found.certificate
    return {
        "points": found.points.to_dict("records"),
        "number_of_points": len(found.points),
        "offices_closed": int((found.offices["customer_part"] == "closes").sum()),
        "objective_eur": c.objective / 100,
        "bound_eur": c.bound / 100,
        "gap": c.gap,
        "proven": c.proven,
        "seconds": c.seconds,
        "nodes": c.nodes,
        "money": found.money.to_dict("records"),
        "duties": found.duties.to_dict("records"),
        "offices": found.offices.to_dict("records"),
        "access": found.access.to_dict("records"),
        "languages": found.languages.to_dict("records"),
        "flags": [f.text(language) for f in found.flags],
        "findings": [f.as_dict(language) for f in found.findings],
    }


def show(found: Services, language: str) -> None:
    """Print a result as tables that fit a screen."""
    _ = translator(language)
    c = found.certificate
    closed = found.offices["customer_part"] == "closes"
    sentence = say(
        "{n} points, {duties} presences of agencies; {closed} offices close their customer part "
        "(gap to the bound {gap}).",
        n=len(found.points),
        duties=int((found.duties["mode"] != "none").sum()),
        closed=int(closed.sum()),
        gap=Share(c.gap),
    )
    tell(sentence.text(language))
    rows_table(
        _("Yearly cost"),
        [_("What"), _("Today, €"), _("Plan, €")],
        [
            [
                _(MONEY[str(r["what"])]),
                _whole(r["today_cents_year"] / 100, language),
                _whole(r["after_cents_year"] / 100, language),
            ]
            for r in found.money.to_dict("records")
        ],
    )
    modes = [m for m in ("staffed", "visiting", "remote", "assisted", "none") if (found.duties["mode"] == m).any()]
    count = found.duties.groupby(["agency", "mode"], sort=False).size().unstack(fill_value=0)
    shut = found.offices[closed].groupby("agency").size()
    rows_table(
        _("Agencies at the points"),
        [_("Agency"), *[_(CHOICE_LABELS[m]) for m in modes], _("Offices closed")],
        [
            [str(a), *[_whole(count.loc[a, m], language) for m in modes], _whole(shut.get(a, 0), language)]
            for a in count.index
        ],
    )
    # A region's answer has its own rows only, the country's one row of all people for each service.
    access = found.access
    whole = access[access["region"].isna()] if access["region"].isna().any() else access
    rows_table(
        _("People within each service's standard"),
        [_("Service"), _("Agency"), _("Minutes"), _("Today"), _("Plan"), _("People who move outside or inside")],
        [
            [
                str(r["service"]),
                str(r["agency"]),
                _whole(r["standard_minutes"], language),
                say("{n}", n=Share(r["share_today"])).text(language),
                say("{n}", n=Share(r["share_after"])).text(language),
                _whole(r["people_inside_after"] - r["people_inside_today"], language),
            ]
            for r in whole.head(MOST_ROWS).to_dict("records")
        ],
    )
    for flag in found.flags:
        tell("• " + flag.text(language))


def _whole(value: float, language: str) -> str:
    return say("{n}", n=round(value)).text(language)
