"""Documents of a project: a region's whole plan, the roll-up of all regions, a comparison of scenarios."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tunti.errors import TuntiError
from tunti.findings import Finding, Message, say, warning
from tunti.plan.compare import Comparison, compared
from tunti.plan.national import National, national
from tunti.plan.regional import RegionalPlan
from tunti.project import Project
from tunti.report.comparison import comparison_document
from tunti.report.document import Document
from tunti.report.national import national_document
from tunti.report.own_texts import own_texts, unknown_sections
from tunti.report.regional import regional_document
from tunti.report.visible import Audience
from tunti.report.write import write_document, write_plan
from tunti.scenario.scenario import read_scenario
from tunti.stages import Progress
from tunti.store.folder import WRITING_FAILED

Written = tuple[list[Path], list[Finding]]
"""The files, and what the user should know about them."""


def silent(what: Message, done: float | None) -> None:
    """Show no progress."""


def _safely(to: Path, write: Callable[[], list[Path]]) -> list[Path]:
    try:
        return write()
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise TuntiError(say(WRITING_FAILED, path=str(to), reason=reason)) from problem


def write_region(
    project: Project,
    to: Path,
    *,
    region: str | None,
    scenario: str | None = None,
    language: str = "fi",
    audience: Audience = "public",
    workers: str | int | None = None,
    progress: Progress = silent,
) -> Written:
    """Write a region's plan with all its stages in one language: ``plan.pdf, .docx, .html, .xlsx, .gpkg``.

    Parameters
    ----------
    project : Project
    to : Path
        Folder; other files in it stay.
    region : str or None
        Name or code; all planned regions without it.
    scenario : str, optional
    language : {"fi", "sv", "en"}
    audience : {"public", "project"}
    workers : str or int, optional
    progress : callable

    Returns
    -------
    files : list of Path
    findings : list of Finding
        Of the group's own texts, and the plan's.

    Raises
    ------
    TuntiError
        The input has errors, no network keeps the rules, or the folder can't be written.
    """
    plan = project.plan(region=region, scenario=scenario, full=True, workers=workers, progress=progress)
    texts, findings = own_texts(project.store.own_texts())
    if texts:
        keys = [s.key for _, s in regional_document(plan, language=language, audience=audience).all_sections()]
        findings += unknown_sections(texts, keys)
    files = _safely(
        to,
        lambda: write_plan(
            plan, to, languages=(language,), audience=audience, texts=texts, bare_names=True, progress=progress
        ),
    )
    return files, [*findings, *plan.findings]


def scenario_of(project: Project, region: str, scenario: str | None) -> str | None:
    """Give the scenario of a region's plan that has come furthest in the folder's workspace.

    Parameters
    ----------
    project : Project
    region : str
        Code.
    scenario : str or None
        What it is while no plan of the region has been proposed.

    Returns
    -------
    str or None
    """
    furthest = project.hearings()[1]
    heard = furthest.get(region, furthest.get(None))
    if heard is None or heard.state == "draft" or heard.name not in project.store.scenarios():
        return scenario
    return heard.name


def national_plan(
    project: Project,
    *,
    scenario: str | None = None,
    workers: str | int | None = None,
    progress: Progress = silent,
) -> tuple[National, list[Finding]]:
    """Make all regions' plans and add them up.

    A region whose plan has been proposed in the folder's workspace goes in with that plan, the furthest one of several;
    others go in with the scenario.

    Parameters
    ----------
    project : Project
    scenario : str, optional
        Of the regions without a proposed plan; the baseline by default.
    workers : str or int, optional
    progress : callable

    Returns
    -------
    found : National
    findings : list of Finding
        Points that are only in one region's scenario.
    """
    plans = [
        project.plan(
            region=region,
            scenario=scenario_of(project, region, scenario),
            full=True,
            workers=workers,
            progress=progress,
        )
        for region in project.regions(scenario=scenario, workers=workers, progress=progress)
    ]
    sites = sorted({str(s) for p in plans for s in p.points["site"]})
    whole = project.plan(scenario=scenario, points=sites, workers=workers, progress=progress)
    unknown = sorted(set(sites) - set(whole.all_points["site"].astype(str)))
    findings = [
        warning(
            "sites",
            site,
            None,
            say("The point is only in one region's scenario; the figures of all regions together leave it out."),
            say("Add the site to the table of sites, so that all regions' plans know it."),
        )
        for site in unknown
    ]
    return national(plans, whole, project.tables(scenario=scenario).limits), findings


def write_national(
    project: Project,
    to: Path,
    *,
    scenario: str | None = None,
    language: str = "fi",
    audience: Audience = "public",
    workers: str | int | None = None,
    progress: Progress = silent,
) -> Written:
    """Write the roll-up of all regions' plans: ``national.pdf, .docx, .html, .xlsx``.

    Parameters and errors as :func:`write_region`.
    """
    found, findings = national_plan(project, scenario=scenario, workers=workers, progress=progress)
    document = national_document(found, language=language, audience=audience)
    return _written(document, to, "national", found.whole, progress), findings


def comparison(
    project: Project,
    scenarios: Sequence[str],
    *,
    region: str | None = None,
    workers: str | int | None = None,
    progress: Progress = silent,
) -> Comparison:
    """Make the plans of the baseline and of scenarios, and compare them.

    Parameters
    ----------
    project : Project
    scenarios : sequence of str
    region : str, optional
    workers : str or int, optional
    progress : callable

    Returns
    -------
    Comparison
    """
    asked: list[str | None] = [None, *(s for s in scenarios if s != "baseline")]
    plans = [project.plan(region=region, scenario=s, full=True, workers=workers, progress=progress) for s in asked]
    told = ["" if s is None else read_scenario(s, project.store.scenario_text(s))[0].description for s in asked]
    return compared(plans, descriptions=told)


def write_comparison(
    project: Project,
    to: Path,
    scenarios: Sequence[str],
    *,
    region: str | None = None,
    language: str = "fi",
    audience: Audience = "public",
    workers: str | int | None = None,
    progress: Progress = silent,
) -> Written:
    """Write the comparison of scenarios with the baseline: ``comparison.pdf, .docx, .html, .xlsx``.

    Parameters and errors as :func:`write_region`.
    """
    found = comparison(project, scenarios, region=region, workers=workers, progress=progress)
    document = comparison_document(found, language=language, audience=audience)
    return _written(document, to, "comparison", found.plans[0], progress), []


def _written(document: Document, to: Path, stem: str, plan: RegionalPlan, progress: Any) -> list[Path]:
    as_of = plan.settings.project.as_of
    return _safely(to, lambda: write_document(document, to, stem=stem, as_of=as_of, progress=progress))
