"""The command ``premises``: how much room presence needs, which offices move together and what that saves."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import pandas as pd
import typer

from tunti.cli.names import Named, Names
from tunti.cli.options import Folder, Hands, Json, Lang, RegionName, ScenarioName, language_of
from tunti.cli.show import print_json, progress, rows_table, tell
from tunti.errors import TuntiError
from tunti.findings import Share, say
from tunti.locale import N_, translator
from tunti.premises.alternatives import without_summary
from tunti.premises.consolidate import Premises
from tunti.premises.stack import stack
from tunti.project import Project
from tunti.report.sections.premises import SIZES

MOST_ROWS = 40
"""Premises that the readable table shows; --json has all of them."""


def premises(
    folder: Folder,
    region: RegionName = None,
    scenario: ScenarioName = None,
    date: Annotated[
        str | None,
        typer.Option("--date", help="Show who sits where on a day, for example 2028-06-30."),
    ] = None,
    workers: Hands = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Choose shared premises: room by presence, which offices move where, what it costs and saves."""
    language = language_of(lang)
    at = _day(date)
    project = Project(folder)
    with progress(language, quiet=as_json) as say_progress:
        found = project.premises(region=region, scenario=scenario, workers=workers, progress=say_progress)
    seated = stack(found.moves, at=at)
    if as_json:
        print_json(as_values(found, seated))
        return
    show(found, seated, at, Names(project.tables(scenario=scenario), language), language)


def as_values(found: Premises, seated: pd.DataFrame) -> dict[str, Any]:
    """Put a result into plain values for ``--json``."""
    a = found.answer
    tables = ("workplaces", "moves", "offices", "need", "points", "regret", "alternatives")
    return {
        "objective_eur": a.objective / 100,
        "bound_eur": a.bound / 100,
        "gap": a.gap,
        "proven": a.proven,
        "seconds": a.seconds,
        "nodes": a.nodes,
        "clusters": a.clusters,
        "staff": found.staff,
        "staff_shared": found.staff_shared,
        "m2_before": found.m2_before,
        "m2_after": found.m2_after,
        "investment_eur": float(found.workplaces["investment_cents"].sum()) / 100,
        "rent_saved_eur_year": float(found.offices["rent_saved_cents_year"].sum()) / 100,
        "new_rent_eur_year": float(found.workplaces["rent_cents_year"].sum()) / 100,
        **{name: getattr(found, name).to_dict("records") for name in tables},
        "alternatives_proven": found.alternatives_proven,
        "without": without_summary(found.alternatives, found.moves).to_dict("records"),
        "stack": seated.to_dict("records"),
    }


def show(found: Premises, seated: pd.DataFrame, at: dt.date | None, names: Names, language: str) -> None:
    """Print a result as tables that fit a screen."""
    _ = translator(language)
    buildings = Named(dict(zip(found.premises["premise"].astype(str), found.premises["name"].astype(str), strict=True)))

    def text(value: Any) -> str:
        return say("{n}", n=value).text(language)

    moved = int((found.offices["work_part"] == "moves").sum())
    tell(
        say(
            "{moved} of {n} offices move into {places} shared premises; {staff} of {all} person-years share them "
            "({share}). Floor area {before} m² becomes {after} m² (gap to the bound {gap}).",
            moved=moved,
            n=len(found.offices),
            places=len(found.workplaces),
            staff=round(found.staff_shared),
            all=round(found.staff),
            share=Share(found.staff_shared / found.staff if found.staff else 0.0),
            before=round(found.m2_before),
            after=round(found.m2_after),
            gap=Share(found.answer.gap),
        ).text(language)
    )
    stuck = list(found.offices.loc[found.offices["stuck"], "office"])
    if stuck:
        said = say(
            "These offices have bad indoor air but no premises to move to: {names}.", names=names.offices.listed(stuck)
        )
        tell(said.text(language))
    rows = [
        [
            buildings[str(r["premise"])],
            names.agencies.listed(str(r["agencies"]).split()),
            text(round(r["staff"])),
            text(round(r["m2_used"])),
            text(round(r["investment_cents"] / 100)),
            text(round(r["rent_cents_year"] / 100)),
        ]
        for r in found.workplaces.sort_values("m2_used", ascending=False).head(MOST_ROWS).to_dict("records")
    ]
    headings: tuple[str, ...] = (
        N_("Premises"),
        N_("Agencies"),
        N_("Person-years"),
        N_("m²"),
        N_("Fit-out, €"),
        N_("Rent, € a year"),
    )
    rows_table(_("Shared premises"), [_(h) for h in headings], rows, numbers=2)
    sums = found.regret.groupby("size_by", sort=False)[["places", "m2", "cost_eur_year", "regret_eur_year"]].sum()
    rows = [
        [_(SIZES[str(name)]), *(text(round(float(v))) for v in row)]
        for name, row in zip(sums.index, sums.to_numpy(), strict=True)
    ]
    headings = (N_("Sized by"), N_("Places"), N_("m²"), N_("Expected cost, € a year"), N_("Regret, € a year"))
    rows_table(_("What a wrong size costs"), [_(h) for h in headings], rows)
    rows = [
        [
            buildings[str(r["premise"])],
            *(text(r[c]) for c in ("offices", "elsewhere", "stay")),
            text(round(r["extra_cents_year"] / 100)),
        ]
        for r in without_summary(found.alternatives, found.moves).head(MOST_ROWS).to_dict("records")
    ]
    headings = (
        N_("Without these premises"),
        N_("Offices"),
        N_("Elsewhere"),
        N_("Stay where they are"),
        N_("Costs more, € a year"),
    )
    rows_table(_("If a building can't be had"), [_(h) for h in headings], rows)
    if at is not None:
        rows = [
            [
                buildings[str(r["premise"])],
                names.agencies[str(r["agency"])],
                names.offices[str(r["office"])],
                text(round(r["m2"])),
                text(round(r["staff"])),
            ]
            for r in seated.head(MOST_ROWS).to_dict("records")
        ]
        headings = (N_("Premises"), N_("Agency"), N_("Office"), N_("m²"), N_("Person-years"))
        title = say("Who sits where on {day}", day=at).text(language)
        rows_table(title, [_(h) for h in headings], rows, numbers=3)


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise TuntiError(say("{value} is not a date of the form 2026-12-31", value=text)) from None
