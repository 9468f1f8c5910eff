"""The command ``services``: which agency serves at which point and how, and what closes for it."""

from __future__ import annotations

from typing import Annotated, Any

import pandas as pd
import typer

from tunti.cli.names import Names
from tunti.cli.options import Folder, Hands, Json, Lang, RegionName, ScenarioName, language_of
from tunti.cli.show import print_json, progress, rows_table, tell, tell_year
from tunti.findings import Share, say
from tunti.inputs.columns import CHOICE_LABELS
from tunti.locale import N_, translator
from tunti.plan.duties import Services
from tunti.project import Project

MOST_ROWS = 40
"""Points and services that the readable table shows; --json has all of them."""

OTHER = N_("other languages")

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
    settings = project.settings(scenario=scenario)
    if as_json:
        print_json({"forecast_year": settings.project.forecast_year, **as_values(found, language)})
        return
    tell_year(settings, language)
    show(found, Names(project.tables(scenario=scenario), language), language)


def cuts(
    folder: Folder,
    before: Annotated[
        str | None, typer.Option("--before", help="Scenario of the offices before the cut; the baseline without it.")
    ] = None,
    after: Annotated[
        str | None, typer.Option("--after", help="Scenario of the offices after the cut; the baseline without it.")
    ] = None,
    agency: Annotated[str | None, typer.Option("--agency", help="Only the services of this agency.")] = None,
    workers: Hands = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Tell who is outside each service's standard before and after an agency's cut, by region and language."""
    language = language_of(lang)
    _ = translator(language)
    project = Project(folder)
    with progress(language, quiet=as_json) as say_progress:
        found = project.service_change(before, after, workers=workers, progress=say_progress)
    if agency is not None:
        found = found[found["agency"] == agency]
    counts = ["people", "outside_before", "outside_after", "far_before", "far_after"]
    if as_json:
        print_json(
            {
                "services": found.groupby(["service", "agency", "minutes"], sort=False)[counts]
                .sum()
                .reset_index()
                .to_dict("records"),
                "rows": found.to_dict("records"),
            }
        )
        return
    names = Names(project.tables(scenario=after), language)
    found = _together(found, counts, names)
    found["where"] = found["region"].map(names.regions).fillna("-")
    found["who"] = found["agency"].map(lambda code: names.agencies[str(code)])
    # Languages of people, or of their municipalities where only those are known: 'fi sv'.
    found["spoken"] = found["language"].map(
        lambda codes: ", ".join(_(OTHER) if c == "other" else names.languages[c] for c in str(codes).split())
    )
    headings = [_("Outside before"), _("Outside after"), _("Far from a clerk before"), _("Far from a clerk after")]
    for title, by, heading in (
        (N_("People outside each service's standard"), "who", _("Agency")),
        (N_("The same by region"), "where", _("Region")),
        (N_("The same by language"), "spoken", _("Languages")),
    ):
        summed = found.groupby(["service", by], sort=False)[counts].sum().reset_index()
        changed = (summed[counts[1]] != summed[counts[2]]) | (summed[counts[3]] != summed[counts[4]])
        summed = summed[changed | (by == "who")]
        rows_table(
            _(title),
            [_("Service"), heading, _("People"), *headings],
            [[str(r["service"]), str(r[by]), *[_whole(r[c], language) for c in counts]] for r in _rows(summed)],
            numbers=2,
        )


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def _together(found: pd.DataFrame, counts: list[str], called: Names) -> pd.DataFrame:
    """Put services of an agency with the same figures everywhere into one, named with commas."""
    alike: dict[tuple[Any, ...], list[str]] = {}
    for service, rows in found.groupby("service", sort=False):
        key = (rows["agency"].iloc[0], rows["minutes"].iloc[0], *rows[counts].to_numpy().ravel().tolist())
        alike.setdefault(key, []).append(str(service))
    first = {names[0]: called.services.listed(names) for names in alike.values()}
    kept = found[found["service"].isin(list(first))]
    return kept.assign(service=kept["service"].map(first))


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


def show(found: Services, names: Names, language: str) -> None:
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
    count = pd.crosstab(found.duties["agency"], found.duties["mode"]).reindex(found.duties["agency"].unique())
    shut = found.offices[closed].groupby("agency").size()
    rows_table(
        _("Agencies at the points"),
        [_("Agency"), *[_(CHOICE_LABELS[m]) for m in modes], _("Offices closed")],
        [
            [names.agencies[a], *(_whole(n, language) for n in (*count.loc[a, modes], shut.get(a, 0)))]
            for a in count.index.astype(str)
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
                names.services[str(r["service"])],
                names.agencies[str(r["agency"])],
                _whole(r["standard_minutes"], language),
                say("{n}", n=Share(r["share_today"])).text(language),
                say("{n}", n=Share(r["share_after"])).text(language),
                _whole(r["people_inside_after"] - r["people_inside_today"], language),
            ]
            for r in whole.head(MOST_ROWS).to_dict("records")
        ],
        numbers=2,
    )
    for flag in found.flags:
        tell("• " + flag.text(language))


def _whole(value: float, language: str) -> str:
    return say("{n}", n=round(value)).text(language)
