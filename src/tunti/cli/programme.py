"""The command ``programme``: what opens, closes and moves in which quarter, and what it costs whom."""

from __future__ import annotations

from typing import Annotated, Any

import pandas as pd
import typer

from tunti.cli.names import Names
from tunti.cli.options import Folder, Hands, Json, Lang, RegionName, ScenarioName, language_of
from tunti.cli.show import print_json, progress, rows_table, tell
from tunti.findings import Share, say
from tunti.locale import translator
from tunti.programme.result import Programme, least_shares
from tunti.programme.words import KINDS, SOURCES
from tunti.project import Project
from tunti.report.sections.closing import quarter


def programme(
    folder: Folder,
    region: RegionName = None,
    scenario: ScenarioName = None,
    agree: Annotated[
        bool,
        typer.Option("--agree", help="Freeze it as the table agreed: later runs change as little as they can."),
    ] = False,
    workers: Hands = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Put the plan into quarters: openings, moves, closings, fit-outs and notices, their money and every share."""
    language = language_of(lang)
    project = Project(folder)
    with progress(language, quiet=as_json) as say_progress:
        found = project.programme(region=region, scenario=scenario, workers=workers, progress=say_progress)
    if agree:
        path = project.agree(found)
    if as_json:
        print_json(as_values(found, sum(project.seconds.values()), language))
        return
    show(found, Names(project.tables(scenario=scenario), language), language)
    if agree:
        tell(say("The programme was agreed: its quarters are in {file}.", file=path.name).text(language))


def as_values(found: Programme, seconds: float, language: str) -> dict[str, Any]:
    """Put a programme into plain values for ``--json``."""
    c = found.certificate
    value = dict(zip(found.indicators["measure"], found.indicators["value"], strict=True))
    return {
        "gap": c.gap,
        "proven": c.proven,
        "objective_eur": c.objective / 100,
        "bound_eur": c.bound / 100,
        "seconds": seconds,
        "search_seconds": c.seconds,
        "quarters": len(found.quarters),
        "first_quarter": found.quarters[0],
        "last_quarter": found.quarters[-1],
        "least_share": value["least_share"],
        "points": int(value["points_opened"]),
        "offices_closed": int(value["offices_closed"]),
        "offices_moved": int(value["offices_moved"]),
        "offices_put_off": int(value["offices_put_off"]),
        "investment_eur": value["investment"],
        "net_state_eur_per_year": value["net_state_year"],
        "net_agencies_eur_per_year": value["net_agencies_year"],
        "npv_state_eur": value["npv_state"],
        "target_missing_eur_per_year": value["target_missing_year"],
        # A result that does not pass the independent check ends the command with its findings.
        "checked": True,
        "changes": c.changes,
        "flags": [f.text(language) for f in found.flags],
        "indicators": found.indicators.to_dict("records"),
        "payers": found.payers.to_dict("records"),
        "savings": found.savings.to_dict("records"),
        "uncertainty": found.uncertainty.to_dict("records"),
        "tornado": found.tornado.to_dict("records"),
        "events": _dated(found.events).to_dict("records"),
        "shares": least_shares(found).to_dict("records"),
        "changed": found.changes.to_dict("records"),
        "followed": _dated(found.followed).to_dict("records"),
        "estimates": found.estimates.to_dict("records"),
        "decisions": _dated(found.decisions).to_dict("records"),
    }


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    days = {c: frame[c].dt.strftime("%Y-%m-%d") for c in frame.columns if str(frame[c].dtype).startswith("datetime")}
    return frame.assign(**days)


def show(found: Programme, names: Names, language: str) -> None:
    """Print a programme as tables that fit a screen."""
    _ = translator(language)
    c = found.certificate
    value = dict(zip(found.indicators["measure"], found.indicators["value"], strict=True))
    proof = say("proven: no programme costs less") if c.proven else say("gap to the bound {gap}", gap=Share(c.gap))
    tell(
        say(
            "{points} points open, {closed} offices close their customer part and {moved} move, from {first} to {last} "
            "({proof}).",
            points=int(value["points_opened"]),
            closed=int(value["offices_closed"]),
            moved=int(value["offices_moved"]),
            first=quarter(found.quarters[0]),
            last=quarter(found.quarters[-1]),
            proof=proof,
        ).text(language)
    )
    tell(
        say(
            "Investment {investment} €; the state saves {state} € a year at the end, the agencies {agencies} €; net "
            "present value for the state {npv} €.",
            investment=round(value["investment"]),
            state=round(value["net_state_year"]),
            agencies=round(value["net_agencies_year"]),
            npv=round(value["npv_state"]),
        ).text(language)
    )
    dated = found.events[found.events["start_quarter"].notna() & (found.events["kind"] != "notice")]
    counts = dated.pivot_table(index="start_quarter", columns="kind", values="event", aggfunc="count", fill_value=0)
    kinds = [k for k in KINDS if k in counts.columns]
    rows_table(
        _("What begins when"),
        [_("Quarter"), *(_(KINDS[k]) for k in kinds)],
        [[quarter(q), *(_number(counts.loc[q, k], language) for k in kinds)] for q in counts.index],
    )
    source = found.savings[found.savings["level"] == "source"]
    rows_table(
        _("The state's money by source, €"),
        [_("Source"), _("One-off"), _("A year at the end")],
        [
            [
                _(SOURCES.get(str(r["key"]), str(r["key"]))),
                _number(r["one_off_cents"] / 100, language),
                _number(r["running_cents_year"] / 100, language),
            ]
            for r in source.to_dict("records")
        ],
    )
    worst = least_shares(found)
    if len(worst):
        tight = worst.assign(room=worst["share_lowest"] - worst["floor"]).sort_values(["room", "region", "service"])
        rows_table(
            _("Services nearest to their floor"),
            [_("Region"), _("Service"), _("Today"), _("Lowest"), _("Quarter"), _("End")],
            [
                [
                    names.regions[str(r["region"])],
                    names.services[str(r["service"])],
                    _share(r["share_today"], language),
                    _share(r["share_lowest"], language),
                    quarter(r["quarter_lowest"]),
                    _share(r["share_end"], language),
                ]
                for r in tight.head(10).to_dict("records")
            ],
            numbers=2,
        )
    for flag in found.flags:
        tell("• " + flag.text(language))


def _number(value: Any, language: str) -> str:
    return say("{n}", n=round(float(value))).text(language)


def _share(value: Any, language: str) -> str:
    return say("{n}", n=Share(float(value))).text(language)
