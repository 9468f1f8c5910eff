"""What a project's folder holds: read into tables and settings with all findings, and a plan's documents written."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tunti.errors import InputError, TuntiError
from tunti.findings import Finding, say, stops
from tunti.inputs.checks import check
from tunti.inputs.forecast import with_forecast
from tunti.inputs.readers import read_folder
from tunti.inputs.tables import Inputs
from tunti.plan.regional import RegionalPlan
from tunti.scenario.scenario import read_scenario, resolve
from tunti.settings import Settings, read_settings, setting_finding
from tunti.stages import Progress
from tunti.store.folder import WRITING_FAILED, FolderStore, whole_file
from tunti.work.hearing import Hearing

_NEW = """# Settings of the project. What is left out keeps its default; the documentation lists all settings.

[project]
name = "{name}"
country = "FI"
crs = "EPSG:3067"
as_of = {day}        # the day that 'today' means: offices and leases are taken as they are then
target_year = 2030        # year by which the network is in place
# regions_left_out = ["21"] # Åland is outside Finland's reform; take the line in when your municipalities hold it

[standard]
minutes = 60
# share = 0.99            # share of people within the standard that a plan must reach; no source states one
# population_base = 10000 # people within the standard of each point

[plan]
goal = "fewest"
"""


def new_project(folder: Path) -> None:
    """Write the settings of an empty project, which takes the folder's name and today as its day."""
    with whole_file(folder / "project.toml") as beside:
        name = folder.absolute().name.replace("\\", "").replace('"', "")
        beside.write_text(_NEW.format(name=name, day=dt.date.today()), encoding="utf-8")


def read_project(
    store: FolderStore, scenario: str | None, progress: Progress
) -> tuple[Inputs, Settings, list[Finding]]:
    """Read settings, tables and the scenario; findings of all of them together.

    Parameters
    ----------
    store : FolderStore
    scenario : str or None
    progress : callable

    Returns
    -------
    (Inputs, Settings, list of Finding)
        Changed as the scenario says, with the people of the forecast year.
    """
    progress(say("reading the tables"), None)
    settings, findings = read_settings(store.settings_text())
    inputs, found = read_folder(store.folder, settings)
    findings += found
    findings += check(inputs, settings)
    if scenario is not None and not stops(findings):
        change, found = read_scenario(scenario, store.scenario_text(scenario))
        findings += found
        if not stops(found):
            inputs, settings, found = resolve(inputs, settings, change.patches)
            findings += found
    if not stops(findings):
        inputs, found = with_forecast(inputs, settings.project.forecast_year)
        findings += found
    progress(say("reading the tables"), 1.0)
    return inputs, settings, findings


def changed(settings: Settings, **values: Any) -> Settings:
    """Give the settings with some values of the standard and of the plan replaced; None keeps.

    Raises
    ------
    InputError
        A value does not fit its setting.
    """
    data = settings.model_dump()
    for name, value in values.items():
        if value is not None:
            data["standard" if name in data["standard"] else "plan"][name] = value
    try:
        return Settings.model_validate(data)
    except ValidationError as problem:
        raise InputError([setting_finding(dict(detail)) for detail in problem.errors()]) from None


def read_hearings(folder: Path) -> tuple[dict[str, Hearing], dict[str | None, Hearing]]:
    """Read from the folder's workspace how far plans have come: all by name, and the furthest of each region."""
    path = folder / ".tunti" / "work.sqlite"
    if not path.is_file():
        return {}, {}
    # The database's library takes a while to load; folders without a workspace need not wait for it.
    from tunti.store.database import open_database, sqlite_url
    from tunti.work.reading import hearings

    base = open_database(sqlite_url(path))
    with base.reading() as session:
        found = hearings(session)
    base.close()
    return found


def write_documents(
    plan: RegionalPlan, where: Path, *, seconds: Mapping[str, float], progress: Progress
) -> tuple[Path, list[Path]]:
    """Write a plan's documents and its run record into a folder, all or none.

    Parameters
    ----------
    plan : RegionalPlan
    where : Path
    seconds : mapping of str to float
        How long each stage took.
    progress : callable

    Returns
    -------
    (Path, list of Path)
        The folder and the files in it.

    Raises
    ------
    TuntiError
        The folder holds other files, can't be written, or the disk is full.
    """
    # Maps and typesetting take a second to load; questions without a document need not wait for them.
    from tunti.report.write import write_plan

    there = where.iterdir() if where.is_dir() else ()
    others = sorted(f.name for f in there if not re.fullmatch(r"plan\..+|run\.json", f.name))
    if others:
        raise TuntiError(
            say(
                "{path} holds other files ({names}). Choose a new folder, or the folder of an earlier plan.",
                path=str(where),
                names=", ".join(others[:5]),
            )
        )
    try:
        files = write_plan(plan, where, languages=plan.settings.project.languages, progress=progress)
        with whole_file(where / "run.json") as beside:
            beside.write_text(_run_record(plan, seconds), encoding="utf-8")
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise TuntiError(say(WRITING_FAILED, path=str(where), reason=reason)) from problem
    return where, [*files, where / "run.json"]


def _run_record(plan: RegionalPlan, seconds: Mapping[str, float]) -> str:
    """Say all that is needed to reproduce the plan's figures, and how long each stage took."""
    record = {
        **plan.run,
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "stage_seconds": {stage: round(spent, 3) for stage, spent in seconds.items()},
        "search_seconds": round(plan.network.seconds, 3),
        "settings_values": plan.settings.model_dump(mode="json"),
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"
