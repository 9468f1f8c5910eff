"""The command ``what-if``: what opening, closing or moving points of the plan would change, and for whom."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer

from tunti.cli.options import Folder, Json, Lang, ScenarioName, language_of
from tunti.cli.show import place_name, print_json, progress, rows_table, tell
from tunti.errors import TuntiError
from tunti.findings import Share, percent, say
from tunti.inputs.frames import closest
from tunti.locale import N_, translator
from tunti.location.what_if import Change, Figures, Standing, crossed, standing
from tunti.location.what_if import what_if as change
from tunti.project import Located, Project

MOST_PLACES = 10
"""Municipalities that are named, those with most people; --json has all of them."""


def what_if(
    folder: Folder,
    opened: Annotated[str | None, typer.Option("--open", help="Sites to open, separated by commas.")] = None,
    closed: Annotated[str | None, typer.Option("--close", help="Points to close, separated by commas.")] = None,
    moved: Annotated[str | None, typer.Option("--move", help="Points to move: FROM:TO, FROM:TO.")] = None,
    scenario: ScenarioName = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """See what opening, closing or moving points would change, without asking for a new plan."""
    language = language_of(lang)
    project = Project(folder)
    with progress(language, quiet=as_json) as say_progress:
        located = project.located(scenario=scenario, progress=say_progress)
    moves = []
    for pair in listed(moved):
        if pair.count(":") != 1:
            raise TuntiError(say("{value} is no move. Write FROM:TO.", value=pair))
        a, b = pair.split(":")
        moves.append((site_of(located, a), site_of(located, b)))
    before = standing(located.problem, located.network)
    changed = change(
        before,
        open=[site_of(located, s) for s in listed(opened)],
        close=[site_of(located, s) for s in listed(closed)],
        move=moves,
    )
    lost, gained = _by_municipality(located, before, changed, language)
    if as_json:
        print_json(
            {
                "before": _figures(changed.before),
                "after": _figures(changed.after),
                "people_nearer": changed.nearer,
                "people_further": changed.further,
                "people_lost": changed.lost,
                "people_gained": changed.gained,
                "municipalities_lost": lost.to_dict("records"),
                "municipalities_gained": gained.to_dict("records"),
            }
        )
        return
    _ = translator(language)
    headings = ("", N_("Plan"), N_("After the change"))
    # Where no site has a cost, a row of zeros would tell a falsehood.
    costs = [(N_("€ a year"), changed.before.cost / 100, changed.after.cost / 100)] if changed.after.cost else []
    rows = [
        [_(label), *_told_apart(a, b, language)]
        for label, a, b in (
            (N_("Points"), changed.before.points, changed.after.points),
            (N_("People within the standard"), changed.before.people, changed.after.people),
            (N_("Share within the standard"), Share(changed.before.share), Share(changed.after.share)),
            (N_("Mean minutes"), changed.before.mean_minutes, changed.after.mean_minutes),
            (
                N_("Longest"),
                longest(changed.before.longest_minutes, located),
                longest(changed.after.longest_minutes, located),
            ),
            *costs,
        )
    ]
    rows_table(_("What if"), [_(h) if h else "" for h in headings], rows)
    tell(
        say(
            "The trip gets shorter for {nearer} people and longer for {further}; {gained} come within the standard and "
            "{lost} fall out of it.",
            nearer=changed.nearer,
            further=changed.further,
            gained=changed.gained,
            lost=changed.lost,
        ).text(language)
    )
    for places, what in (
        (lost, say("Falls out of the standard, people")),
        (gained, say("Comes within the standard, people")),
    ):
        if len(places):
            named = [f"{r['name']} {_text(r['people'], language)}" for r in places.head(MOST_PLACES).to_dict("records")]
            rest = len(places) - MOST_PLACES
            more = [say("{n} other municipalities", n=rest).text(language)] if rest > 0 else []
            tell(f"{what.text(language)}: {', '.join([*named, *more])}")


def _by_municipality(
    located: Located, before: Standing, changed: Change, language: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count by municipality the people who fall out of the standard, and those who come into it; most people first."""
    after = changed.standing if changed.standing is not None else before
    cells = located.area.cells["municipality"].to_numpy(object)
    names = located.area.municipalities.set_index("municipality")
    tables = []
    for cell in crossed(before, after):
        at = np.flatnonzero(cell)
        frame = pd.DataFrame({"municipality": cells[at], "people": np.asarray(located.problem.people)[at]})
        summed = frame.groupby("municipality", dropna=False, sort=True)["people"].sum().reset_index()
        summed = summed[summed["people"] > 0].sort_values("people", ascending=False, kind="stable")
        summed["name"] = [
            place_name(names.loc[m].to_dict(), "name", language) if m in names.index else "-"
            for m in summed["municipality"]
        ]
        tables.append(summed[["municipality", "name", "people"]].reset_index(drop=True))
    return tables[0], tables[1]


def _told_apart(a: Any, b: Any, language: str) -> tuple[str, str]:
    """Say two figures with as many decimals as it takes to see that they differ, one at the least."""
    if isinstance(a, Share):
        for decimals in range(1, 6):
            pair = percent(a, decimals, language), percent(b, decimals, language)
            if pair[0] != pair[1]:
                break
        return pair
    if isinstance(a, float) and isinstance(b, float):
        near = round(a, 1) == round(b, 1)
        return _text(round(a, 1 + near), language), _text(round(b, 1 + near), language)
    return _text(a, language), _text(b, language)


def listed(text: str | None) -> list[str]:
    """Read words that are separated by commas."""
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def site_of(located: Located, wanted: str) -> str:
    """Find a site by its id or its name, however it is capitalised.

    Raises
    ------
    TuntiError
        There is none; the message suggests the nearest name.
    """
    sites = located.area.sites
    for column in ("site", "name"):
        hit = sites.loc[sites[column].str.casefold().eq(wanted.strip().casefold()).fillna(False), "site"]
        if len(hit):
            return str(hit.iloc[0])
    near = closest(wanted, [*sites["site"].dropna(), *sites["name"].dropna()])
    if near is not None:
        raise TuntiError(
            say("There are no sites {names} in the planned regions. Did you mean: {near}?", names=wanted, near=near)
        )
    raise TuntiError(say("There are no sites {names} in the planned regions.", names=wanted))


def longest(minutes: float, located: Located) -> Any:
    """Give the longest trip; where somebody has no point within the cut-off it is only known to be longer than that."""
    if minutes * 60 >= located.problem.far_seconds:
        return f"> {located.problem.times.cutoff_minutes:g}"
    return round(minutes, 1)


def _figures(f: Figures) -> dict[str, Any]:
    return {
        "points": f.points,
        "people": f.people,
        "share": f.share,
        "mean_minutes": f.mean_minutes,
        "longest_minutes": f.longest_minutes,
        "cost_eur_year": f.cost / 100,
    }


def _text(value: Any, language: str) -> str:
    return say("{n}", n=value).text(language)
