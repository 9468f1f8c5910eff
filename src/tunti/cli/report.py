"""The command ``report``: a region's plan, the national roll-up or a comparison as documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tunti.cli.options import Folder, Hands, Json, Lang, RegionName, ScenarioName, language_of
from tunti.cli.show import print_json, progress, show_findings, tell
from tunti.each_region import write_each_region
from tunti.errors import TuntiError
from tunti.findings import Level, say
from tunti.locale import translator
from tunti.project import Project
from tunti.reports import write_comparison, write_national, write_region


def report(
    folder: Folder,
    to: Annotated[Path, typer.Option("--out", help="Folder for the documents.")],
    region: RegionName = None,
    national: Annotated[
        bool, typer.Option("--national", help="The roll-up of all regions' plans on one programme.")
    ] = False,
    each: Annotated[
        bool,
        typer.Option(
            "--each-region", help="Every region's plan, each into a folder of its own; regions go side by side."
        ),
    ] = False,
    compare: Annotated[
        bool, typer.Option("--compare", help="Compare the scenarios named after the options with the baseline.")
    ] = False,
    scenarios: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="With --compare: names of scenarios.")
    ] = None,
    scenario: ScenarioName = None,
    group: Annotated[
        bool, typer.Option("--project", help="For the project group: what is not public is shown too.")
    ] = False,
    workers: Hands = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Write a plan with all its stages, the national roll-up or a comparison: PDF, Word, HTML, Excel, GeoPackage."""
    language = language_of(lang)
    if national + compare + each > 1:
        raise TuntiError(say("Choose one of --national, --each-region and --compare."))
    if region is not None and (national or each):
        raise TuntiError(
            say("A region is named for a plan or a comparison; --national and --each-region take all regions.")
        )
    if compare and not scenarios:
        raise TuntiError(say("Name at least one scenario to compare: tunti report DIR --compare --out OUT SCENARIO."))
    if scenarios and not compare:
        raise TuntiError(say("Scenarios are named with --compare only; --scenario makes the plan of one."))
    project = Project(folder)
    audience: Any = "project" if group else "public"
    with progress(language, quiet=as_json) as say_progress:
        common: dict[str, Any] = {
            "language": language, "audience": audience, "workers": workers, "progress": say_progress,
        }  # fmt: skip
        if national:
            files, findings = write_national(project, to, scenario=scenario, **common)
        elif each:
            files, findings = write_each_region(project, to, scenario=scenario, **common)
        elif compare:
            files, findings = write_comparison(project, to, scenarios or [], region=region, **common)
        else:
            files, findings = write_region(project, to, region=region, scenario=scenario, **common)
    if as_json:
        print_json(
            {
                "out": str(to),
                "files": [str(p.relative_to(to.absolute())) for p in files],
                "findings": [f.as_dict(language) for f in findings],
            }
        )
        return
    warned = [f for f in findings if f.level is Level.WARNING]
    if warned:
        show_findings(warned, language, most=20)
    tell(translator(language)("Written into {folder}:").format(folder=to))
    for path in files:
        tell(f"  {path.relative_to(to.absolute())}")
