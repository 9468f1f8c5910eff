"""The stages of a plan in their order, each kept by the content hash of what it depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tunti import __version__
from tunti.access.drive import drive_times
from tunti.access.joining import snap_summary
from tunti.access.means import standard_by_means, times_by_means, without_car
from tunti.access.times import TravelTimes
from tunti.access.workers import Workers
from tunti.errors import InputError, TuntiError, reason_of
from tunti.findings import Finding, Message, say, stops, warning
from tunti.inputs.schemas import SCHEMAS
from tunti.inputs.tables import Inputs
from tunti.location.problem import Goal, Limits, Network, Problem
from tunti.location.services import ServiceAnswer, ServiceProblem
from tunti.location.services_solve import solve_services
from tunti.location.solve import locate
from tunti.network.build import graph_from_tables
from tunti.network.graph import RoadGraph
from tunti.network.osm import graph_from_extract
from tunti.network.repair import repair
from tunti.plan.area import OFFICE_PLACE, Area, area, destinations, part, served_offices, serving_offices
from tunti.plan.checked import services_verified
from tunti.plan.duties import Services, services_result
from tunti.plan.premises_checked import premises_verified
from tunti.plan.programme_checked import programme_verified
from tunti.plan.question import question
from tunti.plan.service_flags import rule_in_words
from tunti.plan.service_question import ServiceQuestion, of_region, service_question
from tunti.plan.solved import Solved
from tunti.premises.consolidate import Premises, consolidate, work_offices
from tunti.programme.floors import Today
from tunti.programme.phase import programme
from tunti.programme.result import Programme, packed, unpacked
from tunti.remote.region import of_region as remote_of_region
from tunti.remote.service import Dimensioned, RemoteService, dimension
from tunti.remote.stage import remote_stage
from tunti.settings import Settings
from tunti.store.folder import FolderStore
from tunti.store.hashes import content_hash

Progress = Callable[[Message, float | None], None]
"""Called with what is being done and the share done (None when unknown)."""

Driver = Callable[..., tuple[TravelTimes, pd.DataFrame, list[Finding]]]
"""Called like :func:`tunti.access.drive.drive_times` without its network."""


@dataclass(frozen=True, eq=False)
class Timed:
    """Drive times of the planned area and what was found on the way.

    Attributes
    ----------
    area : Area
    offices : DataFrame
        Today's offices that serve customers.
    office_place : int64, shape (offices,)
        Row of ``times`` of each office.
    times : TravelTimes
        From the area's cells to its sites, then to the places of the offices.
    served : DataFrame
        All offices that serve customers today, the remote-only ones after those of ``offices``.
    served_place : int64, shape (served,)
        Row of ``times`` of each.
    office_times : TravelTimes
        From ``served``, as if they were cells, to the sites.
    snap : DataFrame
        Snap report in short.
    findings : tuple of Finding
    """

    area: Area
    offices: pd.DataFrame
    office_place: NDArray[np.int64]
    served: pd.DataFrame
    served_place: NDArray[np.int64]
    times: TravelTimes
    office_times: TravelTimes
    snap: pd.DataFrame
    findings: tuple[Finding, ...]


class Stages:
    """The stages of one run over given inputs and settings.

    Parameters
    ----------
    store : FolderStore
        Where results are kept by content hash.
    inputs : Inputs
        After the scenario's changes.
    settings : Settings
        After the scenario's changes.
    progress : callable
    workers : str or int, optional
        Who works out drive times, as :meth:`tunti.access.workers.Workers.named` reads it; no result depends on it.
    """

    def __init__(
        self,
        store: FolderStore,
        inputs: Inputs,
        settings: Settings,
        progress: Progress,
        *,
        workers: str | int | None = None,
    ) -> None:
        self.store, self.inputs, self.settings, self.progress = store, inputs, settings, progress
        Workers.named(workers)  # a wrong name is told before anything is done
        self.workers = workers
        self.seconds: dict[str, float] = {}
        self.search: tuple[float | None, float | None] = (None, None)
        """Best value and bound of the running search for a network; a progress callback may look at them."""
        self._timed: Timed | None = None
        self._graph: tuple[RoadGraph, list[Finding]] | None = None
        self._network: tuple[Problem, Network] | None = None
        self._asked: ServiceQuestion | None = None
        self._premises: dict[str | None, Premises] = {}
        self._services: dict[str | None, Services] = {}
        self._programmes: dict[str | None, Programme] = {}

    def graph(self) -> tuple[RoadGraph, list[Finding]]:
        """Build the road network and say what was left out of it."""
        if self._graph is None:
            start = perf_counter()
            self.progress(say("building the road network"), None)
            inputs, settings = self.inputs, self.settings
            if inputs.road_extract is not None:
                raw, findings = graph_from_extract(inputs.road_extract, settings.project.crs, settings)
            else:
                raw, findings = graph_from_tables(inputs.road_nodes, inputs.road_links, settings)
            if stops(findings):
                raise InputError(findings)
            graph, left_out = repair(raw, table="road_links" if inputs.road_extract is None else "road_extract")
            self._graph = graph, [*findings, *left_out]
            self.seconds["network"] = perf_counter() - start
        return self._graph

    def driver(self, graph: RoadGraph, cutoff: float) -> Driver:
        """Give what works drive times out: ``(cells, places, speeds, progress=...) -> (times, report, findings)``."""
        return partial(drive_times, graph, cutoff_minutes=cutoff, workers=self.workers, orders=self.store.orders())

    def times(self) -> Timed:
        """Give the drive times of the planned area, from the store when nothing changed.

        Raises
        ------
        InputError
            The roads can't be used.
        """
        if self._timed is not None:
            return self._timed
        start = perf_counter()
        inputs, settings = self.inputs, self.settings
        planned = area(inputs, settings.project)
        offices, served = serving_offices(inputs, settings), served_offices(inputs, settings)
        places, served_place = destinations(planned.sites, served)
        from_offices = served[["office", "x", "y"]].rename(columns={"office": "cell"}).assign(people=0)
        # Times are looked for at least as far as the standard reaches.
        asked = [settings.standard.minutes, *inputs.services["standard_minutes"].dropna()]
        cutoff = float(max(settings.plan.cutoff_minutes, *asked))
        key = content_hash(
            __version__,
            planned.cells[["cell", "people", "x", "y"]],
            places,
            from_offices,
            settings.speeds.model_dump_json(),
            cutoff,
            inputs.road_nodes,
            inputs.road_links,
            file_hash(inputs.road_extract),
        )
        kept = self.store.result("times", key)
        if kept is None:
            graph, found = self.graph()

            def tell(what: str, done: float) -> None:
                self.progress(say(what), done)

            driven = self.driver(graph, cutoff)
            times, report, more = driven(planned.cells, places, settings.speeds, progress=tell)
            office_times, _, _ = driven(from_offices, planned.sites, settings.speeds)
            snap, findings = snap_summary(report), [*found, *(_of_office(f) for f in more)]
            self.store.keep(
                "times",
                key,
                {"snap": snap.to_dict("list"), "findings": [f.packed() for f in findings]},
                {**_arrays(times, ""), **_arrays(office_times, "office_")},
            )
        else:
            values, arrays = kept
            snap, findings = pd.DataFrame(values["snap"]), [Finding.unpacked(f) for f in values["findings"]]
            cell_names, place_names = tuple(planned.cells["cell"]), tuple(places["site"])
            times = _times(arrays, "", place_names, cell_names, cutoff)
            office_times = _times(arrays, "office_", tuple(planned.sites["site"]), tuple(from_offices["cell"]), cutoff)
        self._timed = Timed(
            planned,
            offices,
            served_place[: len(offices)],
            served,
            served_place,
            times,
            office_times,
            snap,
            tuple(findings),
        )
        self.seconds["times"] = perf_counter() - start
        return self._timed

    def question(self) -> tuple[Problem, Limits]:
        """Give what is asked of the location engine, and how long it may try."""
        timed = self.times()
        site_times = part(timed.times, np.arange(len(timed.area.sites)))
        return question(site_times, timed.area, self.settings)

    def network(self) -> tuple[Problem, Network]:
        """Give the optimal network of the planned area, from the store when nothing changed.

        Raises
        ------
        Infeasible
            No network keeps all the rules.
        """
        if self._network is not None:
            return self._network
        problem, limits = self.question()
        start = perf_counter()
        key = content_hash(
            __version__,
            *(getattr(problem.times, name) for name in ("sites", "indptr", "cell", "seconds")),
            problem.people,
            problem.region,
            problem.site_region,
            problem.status,
            problem.cost,
            problem.goal,
            problem.minutes,
            problem.rules,
            problem.travel_cost,
            problem.far_seconds,
            problem.second_goal,
            problem.capacity,
            problem.open_today,
            tuple(getattr(limits, name) for name in ("gap", "second_gap", "nodes", "iterations", "seed")),
        )
        kept = self.store.result("network", key)
        if kept is None:

            def tell(what: Message, done: float, best: float | None, bound: float | None) -> None:
                self.search = best, bound
                self.progress(what, done)

            network = locate(problem, limits, progress=tell)
            if not network.interrupted:
                self.store.keep("network", key, _network_values(network), {"open": network.open})
        else:
            network = _network(kept[0], kept[1]["open"])
        self._network = problem, network
        self.seconds["network of points"] = perf_counter() - start
        return self._network

    def services(self, region: str | None = None) -> Services:
        """Give points, agencies and modes chosen together, from the store when nothing changed.

        Parameters
        ----------
        region : str, optional
            Code of a region whose points and modes alone are chosen: its neighbours keep the network's points and
            today's offices.

        Raises
        ------
        Infeasible
            No choice keeps the standards and duties of all services.
        """
        if region in self._services:
            return self._services[region]
        timed = self.times()
        problem, network = self.network()
        start = perf_counter()
        settings, inputs = self.settings, self.inputs
        if self._asked is None:
            self._asked = service_question(
                timed.times,
                timed.area,
                timed.served,
                timed.served_place,
                timed.office_times,
                inputs,
                problem,
                network,
                settings,
            )
        asked = self._asked
        if region is not None:
            asked = of_region(asked, problem, network, timed.area.regions["region"].tolist().index(region))
        gap, nodes = settings.services.gap, settings.services.nodes
        key = content_hash(__version__, *_service_parts(asked.problem), gap, nodes)
        kept = self.store.result("services", key)
        if kept is None:
            answer = solve_services(
                asked.problem,
                gap=gap,
                nodes=nodes,
                name_rule=lambda rule, size: rule_in_words(asked, timed.area, inputs, rule, size),
                progress=self.progress,
            )
            values = {name: getattr(answer, name) for name in _ANSWER_VALUES}
            self.store.keep("services", key, values, {name: getattr(answer, name) for name in _ANSWER_ARRAYS})
        else:
            known: dict[str, Any] = {**kept[0], **{name: kept[1][name] for name in _ANSWER_ARRAYS}}
            answer = ServiceAnswer(**{**known, "steps": tuple((str(a), str(b)) for a, b in known["steps"])})
        tables = partial(services_result, asked, answer, timed.area, inputs, timed.office_times, timed.served, settings)
        found = tables()
        services_verified(
            found,
            timed.area,
            timed.times,
            timed.office_times,
            timed.served,
            timed.served_place,
            inputs,
            settings,
            region,
        )
        if region is not None:
            found = tables(region)
        self._services[region] = found
        self.seconds["agencies and modes"] = perf_counter() - start
        return found

    def premises(self, region: str | None = None) -> Premises:
        """Give who moves to which shared premises; of one region alone when it is named."""
        if region in self._premises:
            return self._premises[region]
        services = self.services(region)
        try:
            queued: pd.DataFrame | None = self.remote(region).points
        except TuntiError:
            queued = None  # without visits or queues, areas go by the hours of use alone
        start = perf_counter()
        self.progress(say("choosing shared premises"), None)
        inputs, settings = self.inputs, self.settings
        planned = self.times().area
        region_of = planned.municipalities.set_index("municipality")["region"]
        placed = inputs.offices.assign(region=inputs.offices["municipality"].map(region_of).astype("string"))
        here = placed["region"].notna() if region is None else (placed["region"] == region).fillna(False)
        offices = work_offices(placed[here], inputs.agencies, settings)
        minutes = self._work_minutes(offices, planned.sites)
        visits = inputs.services.dropna(subset=["minutes_visit"]).groupby("agency")["minutes_visit"].mean()
        given = inputs.premises.assign(region=inputs.premises["municipality"].map(region_of).astype("string"))
        given = given[given["region"].notna() if region is None else (given["region"] == region).fillna(False)]
        found = consolidate(
            offices, minutes, planned.sites["site"], given, services.points, services.duties, visits, settings,
            queued=queued,
        )  # fmt: skip
        premises_verified(found, inputs, settings)
        self._premises[region] = found
        self.seconds["shared premises"] = perf_counter() - start
        return found

    def programme(self, region: str | None = None) -> Programme:
        """Give what opens, closes and moves when and what it costs whom; of one region alone when it is named.

        Raises
        ------
        Infeasible
            The set shares, the limits or what must be ready first can't be kept.
        InputError
            The result did not pass the independent check.
        """
        if region in self._programmes:
            return self._programmes[region]
        services, premises, timed = self.services(region), self.premises(region), self.times()
        start = perf_counter()
        self.progress(say("putting the programme into quarters"), None)
        regions = timed.area.regions
        today = Today(
            timed.area.cells,
            regions if region is None else regions[regions["region"] == region],
            timed.served,
            timed.served_place,
            timed.times,
        )
        key = content_hash(
            __version__,
            region,
            *(getattr(services, name) for name in ("points", "duties", "offices", "groups", "services")),
            *(getattr(premises, name) for name in ("moves", "workplaces", "offices", "premises")),
            *(getattr(self.inputs, name) for name in SCHEMAS if name not in ("road_nodes", "road_links")),
            *(getattr(timed.times, name) for name in ("indptr", "cell", "seconds")),
            self.settings.model_dump_json(),
        )
        kept = self.store.result("programme", key)
        found = programme(
            services,
            premises,
            today,
            self.inputs,
            self.settings,
            answer=None if kept is None else unpacked(*kept),
            progress=lambda done: self.progress(say("putting the programme into quarters"), done),
        )
        programme_verified(found, services, premises, self.inputs, self.settings)
        if kept is None:
            self.store.keep("programme", key, *packed(found.answer))
        self._programmes[region] = found
        self.seconds["programme"] = perf_counter() - start
        return found

    def _work_minutes(self, offices: pd.DataFrame, sites: pd.DataFrame) -> NDArray[np.float64]:
        """Give the drive from each office to each site, NaN beyond what a move may take."""
        settings, inputs = self.settings, self.inputs
        starts = offices[["office", "x", "y"]].rename(columns={"office": "cell"}).assign(people=0)
        cutoff = max(settings.premises.commute_minutes, 1.0)
        key = content_hash(
            __version__, starts, sites[["site", "x", "y"]], settings.speeds.model_dump_json(), cutoff,
            inputs.road_nodes, inputs.road_links, file_hash(inputs.road_extract),
        )  # fmt: skip
        kept = self.store.result("work_times", key)
        if kept is None:
            graph, _ = self.graph()
            times, _, _ = drive_times(
                graph, starts, sites, settings.speeds,
                cutoff_minutes=cutoff, workers=self.workers, orders=self.store.orders(),
            )  # fmt: skip
            self.store.keep("work_times", key, {}, _arrays(times, ""))
        else:
            times = _times(kept[1], "", tuple(sites["site"]), tuple(starts["cell"]), cutoff)
        minutes = np.full((len(offices), len(sites)), np.nan)
        site = np.repeat(np.arange(len(sites)), np.diff(times.indptr))
        minutes[times.cell, site] = times.seconds / 60
        return minutes

    def remote(self, region: str | None = None, *, duties: pd.DataFrame | None = None) -> RemoteService:
        """Dimension remote service for the points and for who serves there, from the store when nothing changed.

        Parameters
        ----------
        region : str, optional
            Code of a region: its points and who serves there are those of its own :meth:`services`, points elsewhere
            go by their tiers; the answer is the region's part of the pools that all share.
        duties : DataFrame, optional
            Who serves where, in place of :meth:`services`.

        Raises
        ------
        InputError
            The tables of remote service can't be used.
        """
        timed = self.times()
        is_open, duties, found = self._served(region, duties)
        start = perf_counter()
        self.progress(say("dimensioning remote service"), None)
        answer = remote_stage(
            self.store,
            part(timed.times, np.arange(len(timed.area.sites))),
            timed.area.cells,
            timed.area.sites,
            self.inputs,
            self.settings,
            open_sites=is_open,
            duties=duties,
        )
        self.seconds["remote"] = perf_counter() - start
        answer = replace(answer, findings=(*found, *answer.findings))
        return answer if region is None else remote_of_region(answer, region)

    def _served(
        self, region: str | None, duties: pd.DataFrame | None
    ) -> tuple[NDArray[np.bool_], pd.DataFrame | None, tuple[Finding, ...]]:
        """Give the open points, who serves there where it is known, and why it is not."""
        network = self.network()[1]
        if duties is not None:
            return network.open, duties, ()
        try:
            found = self.services(region)
        except TuntiError as problem:
            by_tier = warning(
                "services",
                None,
                None,
                say("Who serves at which point could not be chosen, so it goes by the points' tiers: {reason}",
                    reason=reason_of(problem)),
                say("Mend what stands in the way of tunti services, or write the modes of tiers in remote.tiers."),
            )  # fmt: skip
            return network.open, None, (by_tier,)
        if region is None:
            return found.open, found.duties, ()
        here = (self.times().area.sites["region"] == region).fillna(False).to_numpy(dtype=bool)
        return np.where(here, found.open, network.open), found.duties, ()

    def remote_detail(self, region: str | None = None, *, duties: pd.DataFrame | None = None) -> Dimensioned:
        """Give what the simulation of remote service runs on."""
        timed = self.times()
        is_open, duties, _ = self._served(region, duties)
        times = part(timed.times, np.arange(len(timed.area.sites)))
        cells, sites = timed.area.cells, timed.area.sites
        return dimension(times, cells, sites, self.inputs, self.settings, open_sites=is_open, duties=duties)[1]

    def solved(self, chosen: NDArray[np.bool_] | None = None) -> Solved:
        """Give everything that a plan is put together from.

        Parameters
        ----------
        chosen : bool, shape (sites,), optional
            Open sites in place of the network's: those chosen together with agencies and modes.
        """
        timed = self.times()
        problem, network = self.network()
        if chosen is not None:
            sites = np.array(timed.area.sites["site"], dtype=object)
            network = replace(network, open=chosen, points=tuple(str(s) for s in sites[chosen]))
        site, seconds = (of[: len(timed.offices)] for of in timed.office_times.nearest(network.open))
        names = np.array([*timed.office_times.sites, ""], dtype=object)
        office_minutes = pd.DataFrame(
            {
                "nearest_point": pd.Series(names[site], dtype="string").replace("", pd.NA),
                "minutes_to_point": np.where(site < 0, np.nan, seconds / 60),
            }
        )
        minutes = self.settings.standard.minutes
        tables, _ = self.by_means()
        share = without_car(
            timed.area.cells, timed.area.municipalities, tables=tables, open_sites=network.open, minutes=minutes
        )
        return Solved(
            area=timed.area,
            times=timed.times,
            offices=timed.offices,
            office_place=timed.office_place,
            office_minutes=office_minutes,
            problem=problem,
            network=network,
            snap=timed.snap,
            means=standard_by_means(tables, timed.area.cells, open_sites=network.open, minutes=minutes),
            without_car=_total(share["without_car"]),
            without_car_outside=_total(share["without_car_outside"]),
        )

    def by_means(self) -> tuple[dict[str, TravelTimes], list[Finding]]:
        """Give the times that the table of travel times holds, by means of travel."""
        planned = area(self.inputs, self.settings.project)
        return times_by_means(
            self.inputs.travel_times, planned.cells, planned.sites, cutoff_minutes=self.settings.plan.cutoff_minutes
        )

    def main_roads(self) -> gpd.GeoDataFrame | None:
        """Give the main roads as lines for maps, None when the roads come from an extract or are not given."""
        nodes, links = self.inputs.road_nodes, self.inputs.road_links
        main = links[links["road_class"].isin(_ON_MAPS)]
        if main.empty:
            return None
        at = nodes.set_index("node")[["x", "y"]]
        start, end = at.reindex(main["from_node"]).to_numpy(), at.reindex(main["to_node"]).to_numpy()
        lines = shapely.linestrings(np.stack([start, end], axis=1).astype(np.float64))
        return gpd.GeoDataFrame(
            {"road_class": main["road_class"].to_numpy()}, geometry=lines, crs=self.settings.project.crs
        )


_ON_MAPS = ("national", "main", "motorway", "trunk", "primary", "skeleton")
"""Road classes that a map of a region shows."""


_ANSWER_VALUES = ("objective", "bound", "gap", "proven", "nodes", "seconds", "steps")
_ANSWER_ARRAYS = ("open", "mode", "kept", "hosts")
"""What is kept of an answer, as values and as arrays."""


def _service_parts(problem: ServiceProblem) -> list[object]:
    """List everything that an answer depends on, in a form that can be hashed."""
    times = problem.times
    parts: list[object] = [times.sites, times.cells, times.indptr, times.cell, times.seconds]
    for name in problem.__dataclass_fields__:
        value = getattr(problem, name)
        if name == "groups":
            parts += [x for g in value for x in (g.name, g.agency, g.modes, g.seconds, g.floor, g.visits)]
        elif name == "rows":
            parts += [x for r in value for x in (r.coef, r.low, r.high)]
        elif name == "covers":
            parts += [x for c in value for x in (c.seconds, c.region, c.people)]
        elif name == "languages":
            parts += [x for r in value for x in (r.group, r.municipality, r.language, r.places, r.speaks)]
        elif name != "times":
            parts.append(value)
    return parts


def file_hash(path: Path | None) -> str:
    """Hash a file's content, empty for no file."""
    if path is None:
        return ""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "blake2b").hexdigest()[:32]


def inputs_hash(inputs: Inputs) -> str:
    """Hash all input tables: the run record names it."""
    return content_hash(*(getattr(inputs, name) for name in SCHEMAS), file_hash(inputs.road_extract))


def _of_office(finding: Finding) -> Finding:
    """Make the finding of an office's place one of the table of offices: it only misses in today's network."""
    if finding.table == "sites" and str(finding.row).startswith(OFFICE_PLACE):
        return warning("offices", str(finding.row).removeprefix(OFFICE_PLACE), None, finding.what, finding.what_to_do)
    return finding


def _total(column: pd.Series) -> int | None:
    """Add up a column of whole people; None where no row gives it."""
    return None if column.isna().all() else int(column.sum())


def _arrays(times: TravelTimes, prefix: str) -> dict[str, NDArray[Any]]:
    return {prefix + name: getattr(times, name) for name in ("indptr", "cell", "seconds")}


def _times(
    arrays: dict[str, NDArray[Any]], prefix: str, sites: tuple[str, ...], cells: tuple[str, ...], cutoff: float
) -> TravelTimes:
    return TravelTimes(
        sites, cells, arrays[prefix + "indptr"], arrays[prefix + "cell"], arrays[prefix + "seconds"], cutoff
    )


def _network_values(network: Network) -> dict[str, Any]:
    second = network.second
    return {
        "points": network.points,
        "goal": network.goal,
        "objective": network.objective,
        "bound": network.bound,
        "gap": network.gap,
        "proven": network.proven,
        "share": network.share,
        "people": network.people,
        "seconds": network.seconds,
        "steps": network.steps,
        "second": second,
    }


def _network(values: dict[str, Any], is_open: NDArray[np.bool_]) -> Network:
    second = values["second"]
    return Network(
        points=tuple(values["points"]),
        open=is_open,
        goal=Goal(values["goal"]),
        objective=values["objective"],
        bound=values["bound"],
        gap=values["gap"],
        proven=values["proven"],
        second=None if second is None else (Goal(second[0]), second[1], second[2], second[3]),
        share=values["share"],
        people=values["people"],
        seconds=values["seconds"],
        steps=tuple((str(a), str(b)) for a, b in values["steps"]),
    )
