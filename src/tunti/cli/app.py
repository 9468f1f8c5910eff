"""The commands: each opens a project, calls one function of it and shows the answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from tunti import __version__
from tunti.cli import choices, report, serve, services
from tunti.cli import remote as remote_commands
from tunti.cli.certain import with_certainty
from tunti.cli.marking import quality_values, show_quality, write_marked
from tunti.cli.names import Names
from tunti.cli.options import Folder, Hands, Json, Lang, Minutes, RegionName, ScenarioName, Strict, decimal, language_of
from tunti.cli.outside import outside_by_municipality, show_outside
from tunti.cli.premises import premises
from tunti.cli.programme import programme
from tunti.cli.show import print_json, progress, rows_table, show_findings, tell, tell_interrupted, tell_year
from tunti.cli.what_if import what_if
from tunti.errors import TuntiError
from tunti.findings import Level, Share, say, stops
from tunti.inputs.quality import quality
from tunti.inputs.starter import copy_starter
from tunti.inputs.templates import write_templates
from tunti.locale import translator
from tunti.plan.question import GOALS
from tunti.project import Project

app = typer.Typer(
    name="tunti",
    help="Plan a network of joint public service points: everyone within an hour, every euro accounted for.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback(invoke_without_command=True)
def version(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and end.")] = False,
) -> None:
    """Plan a network of joint public service points."""
    if version:
        typer.echo(f"tunti {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def new(
    folder: Folder,
    empty: Annotated[bool, typer.Option("--empty", help="Settings and templates only, no starter data.")] = False,
    lang: Lang = None,
) -> None:
    """Make a project folder with the embedded starter data of Finland, or an empty one to fill."""
    language = language_of(lang)
    _ = translator(language)
    if folder.exists() and any(folder.iterdir()):
        raise TuntiError(say("{folder} is not empty. Choose a new folder.", folder=str(folder)))
    if empty:
        Project.create(folder)
        write_templates(folder)
        tell(
            _("Made the project {folder}. Fill one of the templates in it, then: tunti check {folder}").format(
                folder=folder
            )
        )
    else:
        copy_starter(folder)
        tell(_("Made the project {folder}. Next: tunti plan {folder}").format(folder=folder))


@app.command()
def template(folder: Folder, lang: Lang = None) -> None:
    """Write the Excel template that the schemas describe, in Finnish, Swedish and English."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in write_templates(folder):
        tell(str(path))


@app.command()
def check(
    folder: Folder,
    scenario: ScenarioName = None,
    strict: Strict = False,
    mark: Annotated[
        Path | None,
        typer.Option("--mark", help="Write a copy of your workbook with each finding marked in its cell and listed."),
    ] = None,
    score: Annotated[
        bool, typer.Option("--quality", help="Score the offices of each agency in each region; list what to mend.")
    ] = False,
    workers: Hands = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Check all tables and settings and show everything that is wrong at once."""
    language = language_of(lang)
    project = Project(folder)
    with progress(language, quiet=as_json) as say_progress:
        findings = project.check(scenario=scenario, workers=workers, progress=say_progress)
    bad = stops(findings, strict=strict)
    due = project.settings().project.data_due
    found = quality(project.tables(), findings, due=due) if score else None
    if as_json:
        scored = {} if found is None else quality_values(found, language)
        print_json({"ok": not bad, "findings": [f.as_dict(language) for f in findings], **scored})
    else:
        show_findings(findings, language)
        if found is not None:
            show_quality(found, language)
    if mark is not None:
        cells = write_marked(project, findings, mark, language, found)
        if not as_json:
            tell(say("{n} cells are marked in {file}.", n=cells, file=str(mark)).text(language))
    if not as_json and not bad:
        tell(translator(language)("The input can be planned with."))
    if bad:
        raise typer.Exit(2)


@app.command()
def access(
    folder: Folder,
    sites: Annotated[
        str | None, typer.Option("--sites", help="Open sites, separated by commas; today's network without it.")
    ] = None,
    minutes: Minutes = None,
    region: RegionName = None,
    means: Annotated[
        str | None, typer.Option("--means", help="Means of travel of the table travel_times; by car without it.")
    ] = None,
    scenario: ScenarioName = None,
    workers: Hands = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Tell how many people are within the standard of a set of sites, how surely, and who stays outside."""
    language = language_of(lang)
    _ = translator(language)
    project = Project(folder)
    names = None if sites is None else tuple(s.strip() for s in sites.split(",") if s.strip())
    with progress(language, quiet=as_json) as say_progress:
        found = project.access(
            sites=names,
            minutes=minutes,
            region=region,
            means=means,
            scenario=scenario,
            workers=workers,
            progress=say_progress,
        )
    sure = with_certainty(found)
    settings = project.settings(scenario=scenario)
    if as_json:
        print_json(
            {
                "minutes": found.minutes,
                "season": None if means else settings.speeds.season,
                "forecast_year": settings.project.forecast_year,
                "means": means or "car",
                "share": found.share,
                "people": found.people,
                "people_inside": found.people_inside,
                "people_outside": found.people_outside,
                "mean_minutes": found.mean_minutes,
                **sure.people,
                "notes": [note.text(language) for note in sure.notes],
                "regions": sure.regions.to_dict("records"),
                "municipalities": found.municipalities.to_dict("records"),
                "groups": found.groups.to_dict("records"),
                "outside": found.outside.to_dict("records"),
                "outside_by_municipality": outside_by_municipality(found).to_dict("records"),
            }
        )
        return
    sentence = say(
        "{inside} of {people} people ({share}) are within {minutes} minutes ({means}); {outside} are not.",
        means=means or translator(language)("by car"),
        inside=found.people_inside,
        people=found.people,
        share=Share(found.share),
        minutes=found.minutes,
        outside=found.people_outside,
    )
    tell_year(settings, language)
    tell(sentence.text(language))
    certain = found.certainty is not None
    if certain:
        tell(
            say(
                "Within the standard surely {surely}, likely {likely}, unlikely {unlikely} people.",
                surely=sure.people["people_surely"],
                likely=sure.people["people_likely"],
                unlikely=sure.people["people_unlikely"],
            ).text(language)
        )
    rows = [
        [
            _name(r, language),
            _number(r["people"], language),
            _share(r["share"], language),
            _number(r["people_outside"], language),
            *(_number(r[name], language) for name in sure.people if certain),
        ]
        for r in sure.regions.assign(people_outside=lambda t: t["people"] - t["people_inside"]).to_dict("records")
    ]
    headings = [_("Region"), _("People"), _("Within the standard"), _("Outside")]
    if certain:
        headings += [_("Surely"), _("Likely"), _("Unlikely")]
    rows_table(_("By region"), headings, rows)
    cutoff = max(settings.plan.cutoff_minutes, found.minutes)
    show_outside(outside_by_municipality(found), language, cutoff=cutoff)
    for note in sure.notes:
        tell(note.text(language))


@app.command()
def locate(
    folder: Folder,
    goal: Annotated[
        str | None, typer.Option("--goal", help="fewest, most_people, least_travel, worst_case, backup or least_cost.")
    ] = None,
    points: Annotated[int | None, typer.Option("--points", min=1, help="Number of points.")] = None,
    share: Annotated[
        float | None,
        typer.Option("--share", parser=decimal, metavar="0...1", help="Share of people within the standard."),
    ] = None,
    region_share: Annotated[
        float | None, typer.Option("--region-share", parser=decimal, metavar="0...1", help="The same in every region.")
    ] = None,
    population_base: Annotated[
        int | None, typer.Option("--population-base", min=0, help="People within the standard of each point.")
    ] = None,
    minutes: Minutes = None,
    capacity: Annotated[
        bool, typer.Option("--capacity", help="Points serve no more people than their capacity holds.")
    ] = False,
    scenario: ScenarioName = None,
    workers: Hands = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Find the best network of points, with its bound and what is proven about it."""
    language = language_of(lang)
    _ = translator(language)
    if goal is not None and goal not in set(GOALS):
        raise TuntiError(say("There is no goal {value}. Choose one of: {names}.", value=goal, names=", ".join(GOALS)))
    project = Project(folder)
    with progress(language, quiet=as_json) as say_progress:
        found = project.locate(
            goal=goal,
            points=points,
            share=share,
            region_share=region_share,
            population_base=population_base,
            minutes=minutes,
            capacity=capacity or None,
            scenario=scenario,
            workers=workers,
            progress=say_progress,
        )
    settings = project.settings(scenario=scenario)
    if as_json:
        second = found.second
        print_json(
            {
                "goal": found.goal.value,
                "forecast_year": settings.project.forecast_year,
                "points": list(found.points),
                "number_of_points": len(found.points),
                "objective": found.objective,
                "bound": found.bound,
                "gap": found.gap,
                "proven": found.proven,
                "share": found.share,
                "people": found.people,
                "seconds": found.seconds,
                "interrupted": found.interrupted,
                "second": None
                if second is None
                else {"goal": second[0].value, "objective": second[1], "bound": second[2], "gap": second[3]},
                "steps": [list(s) for s in found.steps],
            }
        )
        return
    proof = (
        say("proven: no network does better") if found.proven else say("gap to the bound {gap}", gap=Share(found.gap))
    )
    sentence = say(
        "{n} points, {share} of people within the standard ({proof}; {seconds} s).",
        n=len(found.points),
        share=Share(found.share),
        proof=proof,
        seconds=round(found.seconds, 1),
    )
    tell_year(settings, language)
    tell(sentence.text(language))
    tell_interrupted(found, language)
    tell(Names(project.tables(scenario=scenario), language).sites.listed(found.points))


@app.command()
def plan(
    folder: Folder,
    region: RegionName = None,
    scenario: ScenarioName = None,
    to: Annotated[Path | None, typer.Option("--out", help="Folder for the plan; DIR/plans/NAME without it.")] = None,
    network_only: Annotated[
        bool,
        typer.Option(
            "--network-only", help="Leave out agencies and modes, premises, programme, money and remote service: quick."
        ),
    ] = False,
    workers: Hands = None,
    strict: Strict = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Make the plan of a region or of all planned regions: HTML, PDF, Excel and GeoPackage in every language."""
    language = language_of(lang)
    project = Project(folder)
    with progress(language, quiet=as_json) as say_progress:
        made = project.plan(
            region=region,
            scenario=scenario,
            strict=strict,
            full=not network_only,
            workers=workers,
            progress=say_progress,
        )
        where, files = project.write(made, to, progress=say_progress)
    warned = [f for f in made.findings if f.level is Level.WARNING]
    if as_json:
        print_json(
            {
                "out": str(where),
                "files": [p.name for p in files],
                "forecast_year": made.settings.project.forecast_year,
                "points": list(made.points["site"]),
                "share_today": made.today.share,
                "share": made.proposed.share,
                "people_outside": made.proposed.people_outside,
                "proven": made.network.proven,
                "gap": made.network.gap,
                "flags": [f.text(language) for f in made.flags],
                "findings": [f.as_dict(language) for f in made.findings],
                "run": made.run,
            }
        )
        return
    if warned:
        show_findings(warned, language, most=20)
    tell_year(made.settings, language)
    name = made.region_names[language]
    sentence = say(
        "{name}: {n} points. Within {minutes} minutes: {share}; today, counting every agency's office: {today}.",
        name=name,
        n=len(made.points),
        minutes=made.settings.standard.minutes,
        share=Share(made.proposed.share),
        today=Share(made.today.share),
    )
    tell(sentence.text(language))
    for flag in made.flags:
        tell("• " + flag.text(language))
    tell(translator(language)("Written into {folder}:").format(folder=where))
    for path in files:
        tell(f"  {path.name}")


def _name(row: Mapping[Any, Any], language: str) -> str:
    value = row.get(f"region_{language}")
    return str(value) if isinstance(value, str) and value else str(row["region_fi"])


def _number(value: Any, language: str) -> str:
    return say("{n}", n=int(value)).text(language)


def _share(value: float, language: str) -> str:
    return say("{n}", n=Share(value)).text(language)


for _command in (
    choices.frontier,
    choices.alternatives,
    choices.explain,
    what_if,
    serve.serve,
    serve.account,
    report.report,
    remote_commands.remote,
    remote_commands.visits,
    services.services,
    services.cuts,
):
    app.command()(_command)

app.command()(premises)
app.command()(programme)

__all__ = ["app"]
