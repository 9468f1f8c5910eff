"""The documents of every region's plan, several regions at a time in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numba

from tunti.errors import InputError, TuntiError
from tunti.findings import Finding, Message, pack, say, unpack
from tunti.network.rows import usable_cores
from tunti.project import Project
from tunti.report.visible import Audience
from tunti.reports import Written, scenario_of, silent, write_region
from tunti.stages import Progress


@dataclass(frozen=True)
class Task:
    """One region's documents.

    Attributes
    ----------
    folder, to : Path
        The project's folder, and that of the documents.
    region : str
        Code.
    scenario : str or None
    language, audience : str
    """

    folder: Path
    to: Path
    region: str
    scenario: str | None
    language: str
    audience: Audience


Done = tuple[list[Path], list[list[Any]], Any]
"""Files, findings and the reason of a failure, as they go from one process to another."""


def write_each_region(
    project: Project,
    to: Path,
    *,
    scenario: str | None = None,
    language: str = "fi",
    audience: Audience = "public",
    workers: str | int | None = None,
    progress: Progress = silent,
) -> Written:
    """Write every planned region's plan into a folder of its own: ``OUT/Lappi/plan.pdf`` and so on.

    A region whose plan has been proposed in the folder's workspace is written with that plan, as in the roll-up.

    Parameters
    ----------
    project : Project
    to : Path
        Folder of the regions' folders, which have the regions' Finnish names.
    scenario : str, optional
        Of the regions without a proposed plan.
    language : {"fi", "sv", "en"}
    audience : {"public", "project"}
    workers : str or int, optional
        A number, or ``processes:N``: as many regions at a time; all cores by default. No file depends on it.
    progress : callable

    Returns
    -------
    files : list of Path
        By region, in the order of their codes.
    findings : list of Finding
        Each once, whatever the number of regions that it is said of.

    Raises
    ------
    TuntiError
        The input has errors, or some plans could not be made or written; the others are there.
    """
    regions = project.regions(scenario=scenario, workers=workers, progress=progress)
    tasks = [
        Task(
            folder=project.store.folder,
            to=to / names.get("fi", code),
            region=code,
            scenario=scenario_of(project, code, scenario),
            language=language,
            audience=audience,
        )
        for code, names in regions.items()
    ]
    # What all regions share is worked out before they part.
    for name in dict.fromkeys(t.scenario for t in tasks):
        project.settle(scenario=name, workers=workers, progress=progress)
    done: dict[str, Done] = {}
    for task, made in _results(tasks, _hands(workers), project):
        done[task.region] = made
        progress(say("Writing the plan of {region}", region=regions[task.region].get("fi", "")), len(done) / len(tasks))
    failed = [(code, why) for code in regions if (why := done[code][2]) is not None]
    if failed:
        named = [
            say("{region}: {reason}", region=regions[code].get("fi", code), reason=unpack(why)) for code, why in failed
        ]
        raise TuntiError(say("Some plans could not be made. {reason}", reason=named[0]))
    files = [path for code in regions for path in done[code][0]]
    findings = [Finding.unpacked(f) for code in regions for f in done[code][1]]
    return files, list(dict.fromkeys(findings))


def _hands(workers: str | int | None) -> int:
    """Read how many regions go at a time."""
    number = str(workers or "").rpartition(":")[2]
    return int(number) if number.isdigit() and "/" not in str(workers) else usable_cores()


def _results(tasks: list[Task], hands: int, project: Project) -> Iterator[tuple[Task, Done]]:
    """Do the tasks here or in processes of their own, and give each when it is done."""
    if min(hands, len(tasks)) <= 1:
        for task in tasks:
            yield task, _write(task, project)
        return
    # Fresh processes: a copy of this one would share the threads of the solver and of the drawing library.
    with ProcessPoolExecutor(min(hands, len(tasks)), mp_context=get_context("spawn"), initializer=_begin) as pool:
        waiting = {pool.submit(_write, task): task for task in tasks}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        finally:
            pool.shutdown(cancel_futures=True)


_OPENED: dict[Path, Project] = {}
"""The project that a process has open for its regions."""


def _begin() -> None:
    """Keep each process to one thread: the processes share the cores."""
    numba.set_num_threads(1)


def _write(task: Task, project: Project | None = None) -> Done:
    """Write one region's documents, and bring back what can go from one process to another."""
    try:
        if project is None:
            project = _OPENED.setdefault(task.folder, Project(task.folder))
        files, findings = write_region(
            project,
            task.to,
            region=task.region,
            scenario=task.scenario,
            language=task.language,
            audience=task.audience,
            workers=1,
        )
    except TuntiError as problem:
        if isinstance(problem, InputError) and problem.findings:
            return [], [], pack(problem.findings[0].what)
        message = problem.message if isinstance(problem.message, Message) else say("{reason}", reason=str(problem))
        return [], [], pack(message)
    return files, [f.packed() for f in findings], None
