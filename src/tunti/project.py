"""A project: a folder of tables and settings, and the questions that a planner asks of it.

Stages run in the order of the layers, each kept under the content hash of what it depends on, so a stage whose inputs
did not change is not run again. This file wires them together and holds no planning logic.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import version as version_of
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from tunti import __version__
from tunti.access.certainty import certainty_findings
from tunti.access.speed_error import speed_error
from tunti.access.standard import Access
from tunti.answers import access_of
from tunti.errors import InputError
from tunti.findings import Finding, Message, stops
from tunti.inputs.readers.queue_export import QueueExport, read_queue_export
from tunti.inputs.tables import Inputs
from tunti.location.problem import Network, Problem
from tunti.network.graph import RoadGraph
from tunti.plan.area import Area, find_region, part
from tunti.plan.around import around, staying
from tunti.plan.checked import verified
from tunti.plan.duties import Services
from tunti.plan.regional import RegionalPlan, regional_plan
from tunti.plan.service_today import service_change, service_today
from tunti.premises.consolidate import Premises
from tunti.programme.follow import agreed_table
from tunti.programme.result import Programme
from tunti.project_files import changed, new_project, read_hearings, read_project, write_documents
from tunti.remote.service import RemoteService
from tunti.remote.simulate import Simulated, read_outage, simulate
from tunti.results import stage_results
from tunti.settings import Settings
from tunti.stages import Progress, Stages, inputs_hash
from tunti.store.folder import FolderStore, whole_file
from tunti.store.hashes import content_hash
from tunti.work.hearing import Hearing


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

    Notes
    -----
    Most methods share these options: ``scenario``, the name of a scenario (the baseline by default); ``region``, the
    name or code of a region (all planned regions by default); ``workers``, who works out drive times: a number of
    threads, ``processes:N`` or ``dask://host:port`` (all cores by default; the answer does not depend on it);
    ``progress``, called with what is being done and how far it is. They raise ``InputError`` when the input has errors
    and ``Infeasible`` when no choice keeps the rules.

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
        new_project(Path(folder))
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
        scenario, workers, progress
            As the class says.

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
        scenario, workers, progress
            As the class says.

        Returns
        -------
        Access

        Raises
        ------
        TuntiError
            A site or region is not known.
        """
        stages, code = self._asked(region, scenario, workers, progress, minutes=minutes)
        return access_of(stages, sites=sites, means=means, region=code)

    def locate(self, **question: Any) -> Network:
        """Find the best network of points for a goal, with its bound, gap and proof.

        Parameters
        ----------
        **question
            As :meth:`located` takes them: ``goal``, ``points``, ``share``, ``region_share``, ``population_base``,
            ``minutes``, ``capacity``, ``scenario``, ``workers``, ``progress``.

        Returns
        -------
        Network
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
        capacity: bool | None = None,
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
        capacity : bool, optional
            Whether points serve no more than their capacity.
        scenario, workers, progress
            As the class says.

        Returns
        -------
        Located
        """
        inputs, settings = self._sound(scenario, progress)
        settings = changed(
            settings,
            goal=goal,
            points=points,
            share=share,
            region_share=region_share,
            population_base=population_base,
            minutes=minutes,
            capacity=capacity,
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
        region, scenario, workers, progress
            As the class says.

        Returns
        -------
        Premises
        """
        stages, code = self._asked(region, scenario, workers, progress)
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
        region, scenario, workers, progress
            As the class says.

        Returns
        -------
        Programme
        """
        stages, code = self._asked(region, scenario, workers, progress)
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
        scenario, workers, progress
            As the class says.

        Returns
        -------
        Services
        """
        stages, code = self._asked(region, scenario, workers, progress)
        return stages.services(code)

    def remote(
        self,
        *,
        region: str | None = None,
        scenario: str | None = None,
        duties: pd.DataFrame | None = None,
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
            Who serves where: ``site, agency, service`` (optional), ``mode, hours_per_week`` (optional). Without it
            points and who serves there are those of :meth:`services`. Points that it does not name, all of them where
            services can't be chosen, go by their tiers (setting ``remote.tiers``).
        workers : str or int, optional
            As in :meth:`access`.
        progress : callable

        Returns
        -------
        RemoteService
        """
        stages, code = self._asked(region, scenario, workers, progress)
        found = stages.remote(code, duties=duties)
        self.seconds = stages.seconds
        return found

    def simulate_remote(
        self,
        *,
        region: str | None = None,
        scenario: str | None = None,
        duties: pd.DataFrame | None = None,
        weeks: int | None = None,
        month: int | None = None,
        season: bool = False,
        outage: str | None = None,
        progress: Progress = _silent,
    ) -> list[Simulated]:
        """Simulate weeks of remote service over all points and pools together.

        Parameters
        ----------
        region, scenario, duties
            As in :meth:`remote`; customers of all planned regions come.
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
        """
        down = None if outage is None else read_outage(outage)
        stages, code = self._asked(region, scenario, None, progress)
        settings, detail = stages.settings, stages.remote_detail(code, duties=duties)
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
        scenario, workers, progress
            As the class says.

        Returns
        -------
        dict of str to dict
            Names by language (``fi``, ``sv``, ``en``), by the region's code and in its order.
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
        scenario, workers, progress
            As the class says.
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
            self._heard = read_hearings(self.store.folder)
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
        workers, progress
            As the class says.

        Returns
        -------
        RegionalPlan
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
                stay=staying(solved.area.sites["status"], keep_existing=settings.plan.keep_existing),
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
            The folder holds other files, can't be written, or the disk is full; what was there is still there.
        """
        name = plan.region_names["fi"] if plan.region else "kaikki"
        where = Path(to) if to else self.store.folder / "plans" / f"{name}-{plan.scenario}"
        return write_documents(plan, where, seconds=self.seconds, progress=progress)

    def _sound(self, scenario: str | None, progress: Progress) -> tuple[Inputs, Settings]:
        inputs, settings, findings = self._inputs(scenario, progress)
        if stops(findings):
            raise InputError(findings)
        return inputs, settings

    def _inputs(self, scenario: str | None, progress: Progress) -> tuple[Inputs, Settings, list[Finding]]:
        """Read settings, tables and the scenario once; findings of all of them together."""
        if scenario not in self._read:
            self._read[scenario] = read_project(self.store, scenario, progress)
        return self._read[scenario]

    def _asked(
        self, region: str | None, scenario: str | None, workers: str | int | None, progress: Progress, **changes: Any
    ) -> tuple[Stages, str | None]:
        """Give the stages of a question with some settings changed, and the code of the region that it is about."""
        inputs, settings = self._sound(scenario, progress)
        settings = changed(settings, **changes) if changes else settings
        stages = Stages(self.store, inputs, settings, progress, workers=workers)
        if region is None:
            return stages, None
        area = stages.times().area
        return stages, find_region(area.regions, region, left_out=area.left_out)
