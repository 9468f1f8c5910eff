"""A project: a folder of tables and settings, and the questions that a planner asks of it.

Stages run in the order of the layers, each kept under the content hash of what it depends on, so a stage whose inputs
did not change is not run again. This file wires them together and holds no planning logic.
"""

from __future__ import annotations

import datetime as dt
import json
import platform
import re
from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import version as version_of
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from tunti import __version__
from tunti.access.certainty import certainty_findings, certainty_table
from tunti.access.speed_error import speed_error
from tunti.access.standard import Access, access_table
from tunti.errors import InputError, TuntiError
from tunti.findings import Finding, Message, say, stops
from tunti.inputs.checks import check
from tunti.inputs.columns import MEANS
from tunti.inputs.forecast import with_forecast
from tunti.inputs.readers import read_folder
from tunti.inputs.readers.queue_export import QueueExport, read_queue_export
from tunti.inputs.readers.values import choice_words
from tunti.inputs.tables import Inputs
from tunti.location.problem import Network, Problem
from tunti.network.graph import RoadGraph
from tunti.plan.area import Area, find_region, part
from tunti.plan.around import around
from tunti.plan.checked import verified
from tunti.plan.duties import Services
from tunti.plan.regional import RegionalPlan, regional_plan
from tunti.plan.service_today import service_change, service_today
from tunti.plan.solved import today_open
from tunti.premises.consolidate import Premises
from tunti.programme.follow import agreed_table
from tunti.programme.result import Programme
from tunti.remote.region import of_region as remote_of_region
from tunti.remote.service import RemoteService
from tunti.remote.simulate import Simulated, read_outage, simulate
from tunti.results import stage_results
from tunti.scenario.scenario import read_scenario, resolve
from tunti.settings import Settings, read_settings, setting_finding
from tunti.stages import Progress, Stages, inputs_hash
from tunti.store.folder import WRITING_FAILED, FolderStore, whole_file
from tunti.store.hashes import content_hash
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


def _silent(what: Message, done: float | None) -> None:
    """Show no progress."""


class Located:
    """A question to the location engine and, once it is looked at, the answer.

    Parameters
    ----------
    stages : Stages

    Attributes
    ----------
    area : Area
        What is planned; ``area.sites`` are in the order of the question's sites.
    problem : Problem
    """

    def __init__(self, stages: Stages) -> None:
        self._stages = stages
        self.area: Area = stages.times().area
        self.problem: Problem = stages.question()[0]

    @property
    def network(self) -> Network:
        """The best network, sought when it is first asked for.

        Raises
        ------
        Infeasible
            No network keeps all the rules.
        """
        return self._stages.network()[1]


class Project:
    """A project folder with its tables, settings and scenarios.

    Parameters
    ----------
    folder : Path or str
        A folder that holds ``project.toml``.

    Raises
    ------
    TuntiError
        The folder is missing or is not a project.

    Examples
    --------
    >>> from tunti import Project
    >>> project = Project("my-region")  # doctest: +SKIP
    >>> project.access(minutes=60).share  # doctest: +SKIP
    0.993
    """

    def __init__(self, folder: Path | str) -> None:
        self.store = FolderStore(Path(folder))
        self.seconds: dict[str, float] = {}
        self._read: dict[str | None, tuple[Inputs, Settings, list[Finding]]] = {}
        self._stages: dict[str | None, Stages] = {}
        self._heard: tuple[dict[str, Hearing], dict[str | None, Hearing]] | None = None

    @classmethod
    def create(cls, folder: Path | str) -> Project:
        """Make an empty project: settings only, tables to be filled.

        Parameters
        ----------
        folder : Path or str
            The project takes its name, and today as the day that its offices are taken on.

        Returns
        -------
        Project
        """
        with whole_file(Path(folder) / "project.toml") as beside:
            name = Path(folder).absolute().name.replace("\\", "").replace('"', "")
            beside.write_text(_NEW.format(name=name, day=dt.date.today()), encoding="utf-8")
        return cls(folder)

    def baseline(self) -> tuple[Inputs, Settings, list[Finding]]:
        """Read the project's tables and settings and give them with everything that was found.

        Returns
        -------
        (Inputs, Settings, list of Finding)
            The tables before any scenario; with errors among the findings they can't be planned with.
        """
        return self._inputs(None, _silent)

    def roads(self, *, scenario: str | None = None, progress: Progress = _silent) -> RoadGraph:
        """Give the road network that drive times are searched on, for trips of one's own.

        Parameters
        ----------
        scenario : str, optional
        progress : callable

        Returns
        -------
        RoadGraph

        Raises
        ------
        InputError
            The roads can't be used.
        """
        inputs, settings = self._sound(scenario, progress)
        return Stages(self.store, inputs, settings, progress).graph()[0]

    def settings(self, *, scenario: str | None = None) -> Settings:
        """Give the project's settings, changed as the scenario says."""
        return self._inputs(scenario, _silent)[1]

    def check(
        self, *, scenario: str | None = None, workers: str | int | None = None, progress: Progress = _silent
    ) -> list[Finding]:
        """Check settings, tables, the scenario and how places join the roads; give everything that was found.

        Parameters
        ----------
        scenario : str, optional
        workers : str or int, optional
            As in :meth:`access`.
        progress : callable

        Returns
        -------
        list of Finding
        """
        inputs, settings, findings = self._inputs(scenario, progress)
        if stops(findings):
            return findings
        stages = Stages(self.store, inputs, settings, progress, workers=workers)
        timed = stages.times()
        ends = certainty_findings(
            timed.times, minutes=settings.standard.minutes, error=speed_error(settings.speeds.season)
        )
        return [*findings, *timed.findings, *stages.by_means()[1], *ends]

    def access(
        self,
        *,
        sites: Iterable[str] | None = None,
        minutes: float | None = None,
        region: str | None = None,
        means: str | None = None,
        scenario: str | None = None,
        workers: str | int | None = None,
        progress: Progress = _silent,
    ) -> Access:
        """Tell how many people are within the standard of some sites, and who stays outside.

        Parameters
        ----------
        sites : iterable of str, optional
            Open sites; today's network (existing points and offices that serve customers) by default.
        minutes : float, optional
            The standard; the project's by default.
        region : str, optional
            Count the people of one region only.
        means : str, optional
            Means of travel of the table of travel times (``bus``); by car over the roads by default. Offices have no
            times there, so today's network then means the existing points.
        scenario : str, optional
        workers : str or int, optional
            Who works out drive times: a number of threads, ``processes:N`` or ``dask://host:port``; all cores by
            default. The answer does not depend on it.
        progress : callable

        Returns
        -------
        Access

        Raises
        ------
        InputError
            The input has errors.
        TuntiError
            A site or region is not known.
        """
        inputs, settings = self._sound(scenario, progress)
        settings = _changed(settings, minutes=minutes)
        stages = Stages(self.store, inputs, settings, progress, workers=workers)
        found = stages.times()
        area = found.area
        code = None if region is None else find_region(area.regions, region, left_out=area.left_out)
        n_sites = len(area.sites)
        if sites is None:
            is_open = today_open(area, found.offices, found.office_place, len(found.times.sites))
            times, places = found.times, pd.DataFrame({"site": pd.Series(found.times.sites, dtype="string")})
        else:
            wanted = tuple(sites)
            unknown = sorted(set(wanted) - set(area.sites["site"]))
            if unknown:
                raise TuntiError(say("There are no sites {names} in the planned regions.", names=", ".join(unknown)))
            is_open = area.sites["site"].isin(wanted).to_numpy(dtype=bool)
            times, places = part(found.times, np.arange(n_sites)), area.sites
        if means is not None:
            means = choice_words(MEANS).get(means.casefold(), means)
            tables, _ = stages.by_means()
            if means not in tables:
                raise TuntiError(
                    say(
                        "There are no times by {means}. The table travel_times has: {names}.",
                        means=means,
                        names=", ".join(tables) or "-",
                    )
                )
            times, places, is_open = tables[means], area.sites, is_open[:n_sites]
        allowed = np.zeros(len(places), bool)
        allowed[:n_sites] = (area.sites["status"] != "forbidden").to_numpy(dtype=bool)
        answer = access_table(
            times,
            area.cells,
            area.municipalities,
            places,
            open_sites=is_open,
            allowed_sites=allowed,
            minutes=settings.standard.minutes,
            region=code,
        )
        if means is not None:
            return answer  # how far times stray is known for those of this product only
        sure = certainty_table(
            times,
            area.cells[area.cells["cell"].isin(answer.cells["cell"])],
            area.municipalities,
            open_sites=is_open,
            minutes=settings.standard.minutes,
            error=speed_error(settings.speeds.season),
        )
        return replace(answer, certainty=sure)

    def locate(self, **question: Any) -> Network:
        """Find the best network of points for a goal, with its bound, gap and proof.

        Parameters
        ----------
        **question
            As :meth:`located` takes them: ``goal``, ``points``, ``share``, ``region_share``, ``population_base``,
            ``minutes``, ``scenario``, ``workers``, ``progress``.

        Returns
        -------
        Network

        Raises
        ------
        InputError
            The input has errors.
        Infeasible
            No network keeps all the rules.
        """
        return self.located(**question).network

    def located(
        self,
        *,
        goal: str | None = None,
        points: int | None = None,
        share: float | None = None,
        region_share: float | None = None,
        population_base: int | None = None,
        minutes: float | None = None,
        scenario: str | None = None,
        workers: str | int | None = None,
        progress: Progress = _silent,
    ) -> Located:
        """Ask for the best network of points, and give the question with the answer: what-ifs start from it.

        Parameters
        ----------
        goal : str, optional
            One of :class:`tunti.location.problem.Goal`; the project's by default, as are all others.
        points : int, optional
        share, region_share : float, optional
        population_base : int, optional
        minutes : float, optional
        scenario : str, optional
        workers : str or int, optional
            Who works out drive times: a number of threads, ``processes:N`` or ``dask://host:port``; all cores by
            default. The answer does not depend on it.
        progress : callable

        Returns
        -------
        Located

        Raises
        ------
        InputError
            The input has errors.
        Infeasible
            No network keeps all the rules.
        """
        inputs, settings = self._sound(scenario, progress)
        settings = _changed(
            settings,
            goal=goal,
            points=points,
            share=share,
            region_share=region_share,
            population_base=population_base,
            minutes=minutes,
        )
        return Located(Stages(self.store, inputs, settings, progress, workers=workers))

    def premises(
        self,
        *,
        region: str | None = None,
        scenario: str | None = None,
        workers: str | int | None = None,
        progress: Progress = _silent,
    ) -> Premises:
        """Choose shared premises: how much room presence needs, which offices move where, what it costs and saves.

        Parameters
        ----------
        region : str, optional
            Name or code of a region that is chosen alone.
        scenario : str, optional
        workers : str or int, optional
            As in :meth:`access`.
        progress : callable

        Returns
        -------
        Premises
            Its figures have passed the independent check.

        Raises
        ------
        InputError
            The input has errors.
        Infeasible
            No choice of points keeps the rules.
        """
        inputs, settings = self._sound(scenario, progress)
        stages = Stages(self.store, inputs, settings, progress, workers=workers)
        planned = stages.times().area
        code = None if region is None else find_region(planned.regions, region, left_out=planned.left_out)
        return stages.premises(code)

    def programme(
        self,
        *,
        region: str | None = None,
        scenario: str | None = None,
        workers: str | int | None = None,
        progress: Progress = _silent,
    ) -> Programme:
        """Put the plan into quarters: what opens, closes and moves when, at what cost for whom, and nobody worse off.

        Parameters
        ----------
        region : str, optional
            Name or code of a region that is planned alone.
        scenario : str, optional
        workers : str or int, optional
            As in :meth:`access`.
        progress : callable

        Returns
        -------
        Programme
            Its figures have passed the independent check.

        Raises
        ------
        InputError
            The input has errors.
        Infeasible
            The set shares, the limits or what must be ready first can't be kept.
        """
        inputs, settings = self._sound(scenario, progress)
        stages = Stages(self.store, inputs, settings, progress, workers=workers)
        planned = stages.times().area
        code = None if region is None else find_region(planned.regions, region, left_out=planned.left_out)
        found = stages.programme(code)
        self.seconds = stages.seconds
        return found

    def agree(self, programme: Programme) -> Path:
        """Freeze a programme: write its quarters as the table ``agreed``, which later programmes change least.

        Parameters
        ----------
        programme : Programme

        Returns
        -------
        Path
            The table's file.
        """
        path = self.store.folder / "agreed.csv"
        with whole_file(path) as beside:
            agreed_table(programme.events).to_csv(beside, index=False)
        self._forget()
        return path

    def service_change(
        self,
        before: str | None,
        after: str | None = None,
        *,
        workers: str | int | None = None,
        progress: Progress = _silent,
    ) -> pd.DataFrame:
        """Tell who is outside each service's standard at the offices of two scenarios, by region and language.

        Parameters
        ----------
        before, after : str or None
            Scenarios; None for the baseline.
        workers : str or int, optional
        progress : callable

        Returns
        -------
        DataFrame
            As :func:`tunti.plan.service_today.service_change` gives it.
        """

        def state(scenario: str | None) -> pd.DataFrame:
            inputs, settings = self._sound(scenario, progress)
            timed = Stages(self.store, inputs, settings, progress, workers=workers).times()
            return service_today(timed.times, timed.area, timed.served, timed.served_place, inputs, settings)

        return service_change(state(before), state(after))

    def services(
        self,
        *,
        region: str | None = None,
        scenario: str | None = None,
        workers: str | int | None = None,
        progress: Progress = _silent,
    ) -> Services:
        """Choose points, agencies and modes together: who serves where, and which offices close for it.

        Parameters
        ----------
        region : str, optional
            Name or code of a region that is chosen alone: its neighbours keep the network's points and today's
            offices. Without it all planned regions are chosen together.
        scenario : str, optional
        workers : str or int, optional
            As in :meth:`access`.
        progress : callable

        Returns
        -------
        Services

        Raises
        ------
        InputError
            The input has errors.
        Infeasible
            No choice keeps the standards and duties of all services.
        """
        inputs, settings = self._sound(scenario, progress)
        stages = Stages(self.store, inputs, settings, progress, workers=workers)
        area = stages.times().area
        code = None if region is None else find_region(area.regions, region, left_out=area.left_out)
        return stages.services(code)

    def remote(
        self,
        *,
        region: str | None = None,
        scenario: str | None = None,
        duties: pd.DataFrame | None = None,
        services: bool = False,
        workers: str | int | None = None,
        progress: Progress = _silent,
    ) -> RemoteService:
        """Dimension remote service and interpretation for the network: rooms, clerks, interpreters, waits, value.

        Parameters
        ----------
        region : str, optional
            Name or code of a region: its points, and its part of the pools that it shares with others.
        scenario : str, optional
        duties : DataFrame, optional
            Who serves where: ``site, agency, service`` (optional), ``mode, hours_per_week`` (optional). Without it the
            setting ``remote.tiers`` says it.
        services : bool
            Take points and who serves where from :meth:`services`.
        workers : str or int, optional
            As in :meth:`access`.
        progress : callable

        Returns
        -------
        RemoteService

        Raises
        ------
        InputError
            The input has errors.
        Infeasible
            No network keeps all the rules.
        """
        inputs, settings = self._sound(scenario, progress)
        stages = Stages(self.store, inputs, settings, progress, workers=workers)
        area = stages.times().area
        code = None if region is None else find_region(area.regions, region, left_out=area.left_out)
        found = stages.remote(duties, services=services)
        self.seconds = stages.seconds
        return found if code is None else remote_of_region(found, code)

    def simulate_remote(
        self,
        *,
        scenario: str | None = None,
        duties: pd.DataFrame | None = None,
        services: bool = False,
        weeks: int | None = None,
        month: int | None = None,
        season: bool = False,
        outage: str | None = None,
        progress: Progress = _silent,
    ) -> list[Simulated]:
        """Simulate weeks of remote service over all points and pools together.

        Parameters
        ----------
        scenario : str, optional
        duties, services
            As in :meth:`remote`.
        weeks : int, optional
            Independent weeks; the setting by default.
        month : int, optional
            1 for January; the busiest by default.
        season : bool
            Every month of the year.
        outage : str, optional
            ``2@10:00+90``: the remote link is down on Tuesday from 10 for 90 minutes.
        progress : callable

        Returns
        -------
        list of Simulated
            One per month.

        Raises
        ------
        InputError
            The input has errors.
        """
        inputs, settings = self._sound(scenario, progress)
        down = None if outage is None else read_outage(outage)
        detail = Stages(self.store, inputs, settings, progress).remote_detail(duties, services=services)
        start = perf_counter()
        found = [
            simulate(detail, settings.remote, month=m, weeks=weeks, outage=down, progress=progress)
            for m in (range(1, 13) if season else (month,))
        ]
        self.seconds = {**self.seconds, "simulation": perf_counter() - start}
        return found

    def read_queue_export(self, file: Path | str) -> QueueExport:
        """Read a queue system's export and write visits by hour and month into the project.

        Parameters
        ----------
        file : Path or str
            CSV, one row per ticket; columns with names or personal identity codes are refused.

        Returns
        -------
        QueueExport

        Raises
        ------
        InputError
            The file can't be read, or tells about persons.
        """
        made = read_queue_export(Path(file), services=self.baseline()[0].services)
        if stops(made.findings):
            raise InputError(list(made.findings))
        for name, frame in (("visit_hours", made.visit_hours), ("visit_months", made.visit_months)):
            with whole_file(self.store.folder / f"{name}.csv") as beside:
                frame.to_csv(beside, index=False)
        self._forget()
        return made

    def regions(
        self, *, scenario: str | None = None, workers: str | int | None = None, progress: Progress = _silent
    ) -> dict[str, dict[str, str]]:
        """Give the planned regions.

        Parameters
        ----------
        scenario : str, optional
        workers : str or int, optional
            As in :meth:`access`.
        progress : callable

        Returns
        -------
        dict of str to dict
            Names by language (``fi``, ``sv``, ``en``), by the region's code and in its order.

        Raises
        ------
        InputError
            The input has errors.
        """
        rows = self._run(scenario, workers, progress).times().area.regions.to_dict("records")
        return {
            str(r["region"]): {k: str(r[f"region_{k}"]) for k in ("fi", "sv", "en") if pd.notna(r[f"region_{k}"])}
            for r in rows
        }

    def settle(
        self, *, scenario: str | None = None, workers: str | int | None = None, progress: Progress = _silent
    ) -> None:
        """Work out what the plans of all regions share, drive times and the network, unless it is in the store.

        Parameters
        ----------
        scenario : str, optional
        workers : str or int, optional
            As in :meth:`access`.
        progress : callable

        Raises
        ------
        InputError
            The input has errors.
        Infeasible
            No network keeps all the rules.
        """
        self._run(scenario, workers, progress).network()

    def hearings(self) -> tuple[dict[str, Hearing], dict[str | None, Hearing]]:
        """Tell how far the plans of the folder's workspace have come: all by name, and the furthest of each region.

        Returns
        -------
        (dict of str to Hearing, dict of str to Hearing)
            Both empty when nobody has opened the folder with ``tunti serve``.
        """
        if self._heard is None:
            path = self.store.folder / ".tunti" / "work.sqlite"
            self._heard = {}, {}
            if path.is_file():
                # The database's library takes a while to load; folders without a workspace need not wait for it.
                from tunti.store.database import open_database, sqlite_url
                from tunti.work.reading import hearings

                base = open_database(sqlite_url(path))
                with base.reading() as session:
                    self._heard = hearings(session)
                base.close()
        return self._heard

    def _forget(self) -> None:
        """Read the tables anew when they are next asked for."""
        self._read.clear()
        self._stages.clear()

    def _run(self, scenario: str | None, workers: str | int | None, progress: Progress) -> Stages:
        """Give the stages of a scenario, begun once: the plans of several regions share drive times and network."""
        inputs, settings = self._sound(scenario, progress)
        if scenario not in self._stages:
            self._stages[scenario] = Stages(self.store, inputs, settings, progress, workers=workers)
        self._stages[scenario].progress = progress
        return self._stages[scenario]

    def tables(self, *, scenario: str | None = None) -> Inputs:
        """Give the project's tables, changed as the scenario says."""
        return self._inputs(scenario, _silent)[0]

    def plan(
        self,
        *,
        region: str | None = None,
        scenario: str | None = None,
        strict: bool = False,
        full: bool = False,
        points: Iterable[str] | None = None,
        workers: str | int | None = None,
        progress: Progress = _silent,
    ) -> RegionalPlan:
        """Make the plan of a region, or of all planned regions.

        Parameters
        ----------
        region : str, optional
            Name or code of the region.
        scenario : str, optional
            Name of a scenario; the baseline by default.
        strict : bool
            Treat warnings of the input as errors.
        full : bool
            Run the stages after the network too: agencies and modes, premises, programme, remote service,
            alternatives. A stage that can't be run is lacking, and the plan says why.
        points : iterable of str, optional
            Open sites in place of the network that is found: the points of all regions' own plans, say.
        workers : str or int, optional
            Who works out drive times: a number of threads, ``processes:N`` or ``dask://host:port``; all cores by
            default. The answer does not depend on it.
        progress : callable

        Returns
        -------
        RegionalPlan
            Its figures have passed the independent check.

        Raises
        ------
        InputError
            The input has errors.
        Infeasible
            No network keeps all the rules.
        """
        start = perf_counter()
        inputs, settings, findings = self._inputs(scenario, progress)
        if stops(findings, strict=strict):
            raise InputError(findings)
        stages = self._run(scenario, workers, progress)
        times = stages.times()
        findings = [*findings, *times.findings]
        if stops(findings, strict=strict):
            raise InputError(findings)
        code = None if region is None else find_region(times.area.regions, region, left_out=times.area.left_out)
        results = stage_results(stages, code) if full else {}
        services = results.get("services")
        chosen = None if services is None else services.open
        if points is not None:
            chosen = times.area.sites["site"].isin(set(points)).to_numpy(dtype=bool)
        solved = stages.solved(chosen)
        run = {
            "tunti": __version__,
            "python": platform.python_version(),
            **{name: version_of(name) for name in ("numpy", "pandas", "numba", "highspy")},
            "inputs": inputs_hash(inputs),
            "settings": content_hash(settings.model_dump_json()),
            "scenario": scenario or "baseline",
            "region": code or "",
        }
        plan = regional_plan(
            inputs,
            settings,
            solved,
            region=code,
            scenario=scenario or "baseline",
            findings=tuple(findings),
            run=run,
            roads=stages.main_roads(),
        )
        heard = self.hearings()[0].get(scenario or "")
        if heard is not None and heard.region not in (None, code):
            heard = None
        beside = None
        if code is not None:
            beside = around(
                solved.area,
                part(solved.times, np.arange(len(solved.area.sites))),
                region=code,
                chosen=solved.network.open,
                elsewhere=stages.network()[1].open,
                minutes=settings.standard.minutes,
            )
        plan = replace(plan, **results, hearing=heard, around=beside)
        verified(plan, solved.area)
        self.seconds = {**stages.seconds, "plan": perf_counter() - start}
        return plan

    def write(
        self, plan: RegionalPlan, to: Path | str | None = None, *, progress: Progress = _silent
    ) -> tuple[Path, list[Path]]:
        """Write a plan's documents and tables into a folder, all or none.

        Parameters
        ----------
        plan : RegionalPlan
        to : Path or str, optional
            The folder; ``plans/<region>-<scenario>`` in the project by default.
        progress : callable

        Returns
        -------
        (Path, list of Path)
            The folder and the files in it: the documents, and ``run.json``, the run record with times.

        Raises
        ------
        TuntiError
            The folder can't be written or the disk is full; what was there before is still there.
        """
        # Maps and typesetting take a second to load; questions without a document need not wait for them.
        from tunti.report.write import write_plan

        name = plan.region_names["fi"] if plan.region else "kaikki"
        where = Path(to) if to else self.store.folder / "plans" / f"{name}-{plan.scenario}"
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
                beside.write_text(self._run_record(plan), encoding="utf-8")
        except OSError as problem:
            raise TuntiError(
                say(
                    WRITING_FAILED,
                    path=str(where),
                    reason=problem.strerror or type(problem).__name__,
                )
            ) from problem
        return where, [*files, where / "run.json"]

    def _run_record(self, plan: RegionalPlan) -> str:
        """Say all that is needed to reproduce the plan's figures, and how long each stage took."""
        record = {
            **plan.run,
            "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "stage_seconds": {stage: round(spent, 3) for stage, spent in self.seconds.items()},
            "search_seconds": round(plan.network.seconds, 3),
            "settings_values": plan.settings.model_dump(mode="json"),
        }
        return json.dumps(record, ensure_ascii=False, indent=2) + "\n"

    def _sound(self, scenario: str | None, progress: Progress) -> tuple[Inputs, Settings]:
        inputs, settings, findings = self._inputs(scenario, progress)
        if stops(findings):
            raise InputError(findings)
        return inputs, settings

    def _inputs(self, scenario: str | None, progress: Progress) -> tuple[Inputs, Settings, list[Finding]]:
        """Read settings, tables and the scenario once; findings of all of them together."""
        if scenario in self._read:
            return self._read[scenario]
        progress(say("reading the tables"), None)
        settings, findings = read_settings(self.store.settings_text())
        inputs, found = read_folder(self.store.folder, settings)
        findings += found
        findings += check(inputs, settings)
        if scenario is not None and not stops(findings):
            change, found = read_scenario(scenario, self.store.scenario_text(scenario))
            findings += found
            if not stops(found):
                inputs, settings, found = resolve(inputs, settings, change.patches)
                findings += found
        if not stops(findings):
            inputs, found = with_forecast(inputs, settings.project.forecast_year)
            findings += found
        progress(say("reading the tables"), 1.0)
        self._read[scenario] = inputs, settings, findings
        return self._read[scenario]


def _changed(settings: Settings, **values: Any) -> Settings:
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
