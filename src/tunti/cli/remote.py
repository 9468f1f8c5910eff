"""Remote service and interpretation of a network: rooms, clerks, interpreters, waits and what they are worth."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import pandas as pd
import typer

from tunti.cli.names import Names
from tunti.cli.options import Folder, Hands, Json, Lang, RegionName, ScenarioName, language_of
from tunti.cli.show import print_json, progress, rows_table, show_findings, tell, tell_year
from tunti.findings import Level, Share, say
from tunti.inputs.columns import CHOICE_LABELS
from tunti.locale import N_, translator
from tunti.project import Project
from tunti.remote.region import whole_figures
from tunti.remote.service import RemoteService
from tunti.remote.simulate import simulated_frame

CHANNEL_LABELS = {**CHOICE_LABELS, "counter": N_("counter")}

GROUPS = {
    "all": N_("All customers"),
    "rooms": N_("Remote rooms"),
    "counters": N_("Counters"),
    "clerks": N_("Remote clerks"),
    "interpreters": N_("Interpreters"),
    "day": N_("Weekday"),
}
"""What a row of the simulation is."""


def remote(
    folder: Folder,
    region: RegionName = None,
    scenario: ScenarioName = None,
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Simulate a week of all points and pools, with confidence intervals.")
    ] = False,
    weeks: Annotated[
        int | None, typer.Option("--weeks", min=2, max=1000, help="Weeks to simulate; the setting without it.")
    ] = None,
    month: Annotated[
        int | None, typer.Option("--month", min=1, max=12, help="Month of the simulated week; the busiest without it.")
    ] = None,
    season: Annotated[
        bool, typer.Option("--season", help="Simulate a week of every month: the season of the year.")
    ] = False,
    outage: Annotated[
        str | None,
        typer.Option("--outage", help="Weekday, time and minutes without the link: 2@10:00+90 is Tuesday at 10."),
    ] = None,
    workers: Hands = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Dimension remote service and interpretation for the network: rooms, clerks, interpreters, shifts and value."""
    language = language_of(lang)
    _ = translator(language)
    project = Project(folder)
    start = perf_counter()
    with progress(language, quiet=as_json) as say_progress:
        found = project.remote(region=region, scenario=scenario, workers=workers, progress=say_progress)
        seconds = perf_counter() - start
        simulated = None
        if simulate or season or outage:
            simulated = project.simulate_remote(
                region=region,
                scenario=scenario,
                weeks=weeks,
                month=month,
                season=season,
                outage=outage,
                progress=say_progress,
            )
    figures = whole_figures(found)
    settings = project.settings(scenario=scenario)
    if as_json:
        answer: dict[str, Any] = {
            "forecast_year": settings.project.forecast_year,
            **figures,
            "points": found.points.to_dict("records"),
            "pools": found.clerks.to_dict("records"),
            "interpreter_pools": found.interpreters.to_dict("records"),
            "channels": found.channels.to_dict("records"),
            "services": found.services.to_dict("records"),
            "load": found.load.to_dict("records"),
            "shifts": found.shifts.to_dict("records"),
            "number_of_points": figures["points"],
            "seconds": project.seconds.get("remote", seconds),
            "seconds_with_network": seconds,
            "findings": [f.as_dict(language) for f in found.findings],
        }
        if simulated is not None:
            answer["simulated"] = simulated_frame(simulated).to_dict("records")
            answer["simulation_seconds"] = project.seconds.get("simulation", 0.0)
        print_json(answer)
        return
    warned = [f for f in found.findings if f.level is Level.WARNING]
    if warned:
        show_findings(warned, language, most=20)
    tell_year(settings, language)
    names = Names(project.tables(scenario=scenario), language)
    _tell(found, figures, names, language)
    for told in found.findings:
        if told.level is Level.NOTE:
            tell("• " + told.what.text(language))
    if simulated is not None:
        _tell_simulated(simulated_frame(simulated), _pools(found, names), language)


def _tell(found: RemoteService, figures: dict[str, Any], names: Names, language: str) -> None:
    _ = translator(language)
    pools = _pools(found, names)
    tell(
        say(
            "{points} points, {rooms} remote rooms. Remote clerks at the busiest half-hour: {clerks} (without "
            "sharing {clerks_alone}). Interpreters: {interpreters} (without sharing "
            "{interpreters_alone}); languages: {languages}.",
            points=figures["points"],
            rooms=figures["rooms"],
            clerks=figures["clerks"],
            clerks_alone=figures["clerks_unpooled"],
            interpreters=figures["interpreters"],
            interpreters_alone=figures["interpreters_unpooled"],
            languages=figures["languages"],
        ).text(language)
    )
    tell(
        say(
            "Saved in a year: {minutes} minutes of driving, {km} km, {co2} t of carbon dioxide; worth {euros} €. "
            "Cost of clerks {clerks} €, rooms {rooms} €, hosts {hosts} €, interpreters {interpreters} €.",
            minutes=round(figures["travel_minutes_saved"]),
            km=round(figures["km_saved"]),
            co2=round(figures["co2_kg_saved"] / 1000),
            euros=round(figures["travel_value_eur"]),
            clerks=round(figures["clerk_eur"]),
            rooms=round(figures["room_eur"]),
            hosts=round(figures["host_eur"]),
            interpreters=round(figures["interpreter_eur"]),
        ).text(language)
    )
    rows = [
        [_(CHANNEL_LABELS[str(r["channel"])]), _number(r["visits"], language), _share(r["share"], language)]
        for r in found.channels.to_dict("records")
    ]
    rows_table(_(N_("Visits by channel")), [_("Channel"), _(N_("Visits a year")), _(N_("Share"))], rows)
    rows = [
        [
            pools[str(r["pool"])],
            _number(r["visits_year"], language),
            _decimal(r["peak_load"], language),
            _number(r["clerks"], language),
            _number(r["clerks_alone"], language),
            _decimal(r["person_years"], language),
            _share(r["answered"], language),
            _decimal(r["mean_wait"], language),
            _decimal(r["wait_95"], language),
        ]
        for r in found.clerks.to_dict("records")
    ]
    headings: tuple[str, ...] = (
        N_("Pool"), N_("Visits a year"), N_("Erlang at the peak"), N_("Clerks"), N_("Without sharing"),
        N_("Person-years"), N_("Answered in time"), N_("Mean wait, min"), N_("95% wait at most, min"),
    )  # fmt: skip
    rows_table(_(N_("Pools of remote clerks")), [_(h) for h in headings], rows)
    rows = [
        [
            pools[str(r["pool"])],
            _number(r["visits_year"], language),
            _decimal(r["peak_load"], language),
            _number(r["interpreters"], language),
            _number(r["interpreters_alone"], language),
            _number(r["cents_remote"] / 100, language),
            _number(r["cents_on_site"] / 100, language),
        ]
        for r in found.interpreters.to_dict("records")
    ]
    headings = (
        N_("Language"), N_("Interpretations a year"), N_("Erlang at the peak"), N_("Interpreters"),
        N_("Without sharing"), N_("Remote, €"), N_("On site, €"),
    )  # fmt: skip
    rows_table(_(N_("Pools of interpreters")), [_(h) for h in headings], rows)
    served = found.points[found.points["rooms"] > 0].sort_values(["remote_room", "site"], ascending=[False, True])
    rows = [
        [
            names.sites[str(r["site"])],
            _number(r["remote_room"], language),
            _number(r["rooms"], language),
            _number(r["counters"], language),
            _number(r["minutes_saved"], language),
            "-" if pd.isna(r["break_even_visits"]) else _number(r["break_even_visits"], language),
        ]
        for r in served.head(25).to_dict("records")
    ]
    headings = (
        N_("Point"), N_("Remote visits a year"), N_("Rooms"), N_("Counters"), N_("Minutes saved"),
        N_("Break-even visits a year"),
    )  # fmt: skip
    rows_table(_(N_("Points with remote rooms, the largest 25")), [_(h) for h in headings], rows)


def _pools(found: RemoteService, names: Names) -> dict[str, str]:
    """Name pools by whom they have and where: agency or language, skill, region or point."""
    told = {}
    for frame, called in ((found.clerks, names.agencies), (found.interpreters, names.languages)):
        of = "agency" if frame is found.clerks else "language"
        for r in frame.to_dict("records"):
            where = names.sites[str(r["site"])] if _there(r["site"]) else ""
            if not where and _there(r["region"]):
                where = names.regions[str(r["region"])]
            skill = str(r["skill"]) if _there(r.get("skill")) else ""
            told[str(r["pool"])] = " ".join(w for w in (called[str(r[of])], skill, where) if w)
    return told


def _there(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _tell_simulated(frame: pd.DataFrame, pools: dict[str, str], language: str) -> None:
    _ = translator(language)
    rows = [
        [
            " ".join(w for w in (_(GROUPS[str(r["kind"])]), pools.get(str(r["pool"]), str(r["pool"]))) if w),
            _number(r["customers"], language),
            _decimal(r["mean_wait"], language) + " ± " + _decimal(r["mean_wait_half"], language),
            _share(r["answered"], language) + " ± " + _share(r["answered_half"], language),
            _decimal(r["wait_95"], language),
            _share(r["occupancy"], language),
        ]
        for r in frame.to_dict("records")
        if r["customers"] > 0
    ]
    headings = (
        N_("Simulated"), N_("Customers a week"), N_("Mean wait, min"), N_("Answered in time"),
        N_("95% wait at most, min"), N_("Occupancy"),
    )  # fmt: skip
    rows_table(_(N_("Simulated weeks, 95 % confidence")), [_(h) for h in headings], rows)


def _number(value: Any, language: str) -> str:
    return say("{n}", n=round(float(value))).text(language)


def _decimal(value: Any, language: str) -> str:
    return say("{n}", n=round(float(value), 1)).text(language)


def _share(value: Any, language: str) -> str:
    return say("{n}", n=Share(float(value))).text(language)


def visits(
    folder: Folder,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV of a queue system: one row per ticket.")],
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Read a queue system's export into visits by hour and month, without any data about persons."""
    language = language_of(lang)
    project = Project(folder)
    made = project.read_queue_export(file)
    if as_json:
        print_json(
            {
                "tickets": made.tickets,
                "services": made.services.to_dict("records"),
                "files": list(made.files),
                "findings": [f.as_dict(language) for f in made.findings],
            }
        )
        return
    if made.findings:
        show_findings(made.findings, language, most=20)
    tell(say("{n} tickets read. Written: {files}.", n=made.tickets, files=", ".join(made.files)).text(language))
