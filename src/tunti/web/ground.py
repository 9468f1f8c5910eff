"""What stays warm in memory: a project's baseline and the drive times of its plans, so that answers are at once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock, Thread
from typing import Any

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray
from pydantic import TypeAdapter
from scipy.spatial import cKDTree

from tunti.access.drive import Roads, roads
from tunti.errors import InputError, TuntiError
from tunti.findings import Finding, Message, stops
from tunti.inputs.tables import Inputs
from tunti.location.problem import Limits, Problem, Status
from tunti.location.what_if import Standing, standing
from tunti.plan.solved import today_open
from tunti.project import Project
from tunti.scenario.patches import Patch
from tunti.scenario.scenario import resolve
from tunti.settings import Settings
from tunti.stages import Stages, Timed
from tunti.store.folder import FolderStore
from tunti.store.hashes import content_hash
from tunti.web.extended import Extended, Joined
from tunti.web.kept import Kept

PATCHES: TypeAdapter[list[Any]] = TypeAdapter(list[Patch])
_ENDS = (".csv", ".txt", ".toml", ".xlsx", ".xls", ".parquet", ".gpkg", ".geojson", ".pbf")


class NotReady(Exception):
    """Drive times are not worked out yet; a job does it."""


@dataclass(frozen=True, eq=False)
class Ready:
    """A plan's tables with their drive times.

    Attributes
    ----------
    inputs, settings : Inputs, Settings
        After the plan's changes, but for the status of sites.
    timed : Timed
    problem, limits : Problem, Limits
    today : bool, shape (places,)
        Places that serve customers today.
    told : int64, shape (n,)
        Cells with enough people to be told of.
    tree : cKDTree
        Of those cells.
    costs_known : bool
        Every site has a cost, so that a sum of costs means something.
    kept : dict
        What was put together before, a few things a language: names of places, what is told of points.
    """

    inputs: Inputs
    settings: Settings
    timed: Timed
    problem: Problem
    limits: Limits
    today: NDArray[np.bool_]
    told: NDArray[np.int64]
    tree: cKDTree
    costs_known: bool
    kept: dict[Any, Any] = field(default_factory=dict)

    def seconds_from(self, cell: int) -> NDArray[np.float64]:
        """Give the seconds from a cell to every place (sites, then places of offices); NaN where none is known."""
        t = self.timed.times
        found: NDArray[np.float64] = _column(t.indptr, t.cell, t.seconds, cell)
        return found

    def cell_near(self, x: float, y: float) -> tuple[int, float]:
        """Give the cell that a place is counted in and the metres to it; no place on earth is endlessly far."""
        if not (np.isfinite(x) and np.isfinite(y)):
            return 0, float("inf")
        metres, k = self.tree.query((x, y))
        return int(self.told[int(k)]), float(metres)


@njit(cache=True, nogil=True)
def _column(indptr: Any, cell: Any, seconds: Any, wanted: int) -> Any:  # pragma: no cover
    """Look one cell up in every row of a table of times: cells ascend within a row."""
    found = np.full(len(indptr) - 1, np.nan)
    for j in range(len(found)):
        low, end = indptr[j], indptr[j + 1]
        high = end
        while low < high:
            middle = (low + high) // 2
            if cell[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        if low < end and cell[low] == wanted:
            found[j] = seconds[low]
    return found


class Ground:
    """A project's baseline and its plans' drive times, read once and kept while the files stay the same.

    Parameters
    ----------
    folder : Path
        The project folder.
    least_people : int
        Cells with fewer people are not told of.
    """

    def __init__(self, folder: Path, *, least_people: int) -> None:
        self.folder, self.least_people = folder, least_people
        self._lock = RLock()
        self._mark = ""
        self._baseline: tuple[Inputs, Settings, list[Finding]] | None = None
        self._ready: Kept[Ready] = Kept(4)
        self._standing: Kept[Standing] = Kept(32)
        self._roads: Kept[Joined] = Kept(2)

    def mark(self) -> str:
        """Give a short word for the state of the project's files."""
        told = []
        for part in (self.folder, self.folder / "roads"):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(part) as entries:
                for entry in entries:
                    if entry.name.lower().endswith(_ENDS):
                        about = entry.stat()
                        told.append((entry.path, about.st_mtime_ns, about.st_size))
        return hashlib.sha256(repr(sorted(told)).encode()).hexdigest()[:16]

    def baseline(self) -> tuple[Inputs, Settings, list[Finding]]:
        """Give the tables, the settings and what was found in them; read again when a file has changed."""
        with self._lock:
            mark = self.mark()
            if self._baseline is None or mark != self._mark:
                self._baseline = Project(self.folder).baseline()
                self._mark = mark
                self._ready.clear()
                self._standing.clear()
            return self._baseline

    def findings(self) -> list[Finding]:
        """Give everything that was found in the tables, with what joining them to the roads found where it is known."""
        found = self.baseline()[2]
        if stops(found):
            return found
        try:
            return [*found, *self.ready({"patches": [], "points": None}).timed.findings]
        except NotReady:
            return found

    def changed(self, patches: list[dict[str, Any]]) -> tuple[Inputs, Settings, list[Finding]]:
        """Give the tables after a plan's changes."""
        inputs, settings, findings = self.baseline()
        if stops(findings) or not patches:
            return inputs, settings, findings
        inputs, settings, more = resolve(inputs, settings, PATCHES.validate_python(patches))
        return inputs, settings, [*findings, *more]

    def stages(
        self, content: dict[str, Any], progress: Callable[[Message, float | None], None], *, with_status: bool = True
    ) -> Stages:
        """Give the stages of a plan.

        Raises
        ------
        InputError
            The tables have errors.
        """
        patches = [p for p in content["patches"] if with_status or p["kind"] != "site_status"]
        inputs, settings, findings = self.changed(patches)
        if stops(findings):
            raise InputError(findings)
        return Stages(FolderStore(self.folder), inputs, settings, progress)

    def ready(self, content: dict[str, Any]) -> Ready:
        """Give a plan's drive times from memory or from the store.

        Raises
        ------
        NotReady
            They are not worked out yet.
        InputError
            The tables have errors.
        """
        self.baseline()
        patches = [p for p in content["patches"] if p["kind"] != "site_status"]
        # What was read of files that have changed since is never found again: their mark is part of the key.
        key = self._mark, json.dumps(patches, sort_keys=True)

        def make() -> Ready:
            try:
                return _ready(self.stages(content, _refuse, with_status=False), self.least_people)
            except NotReady:
                before = [p for p in patches if p["kind"] != "add_site"]
                if len(before) == len(patches):
                    raise
                return self._with_sites(content, before)

        return self._ready.of(key, make)

    def _with_sites(self, content: dict[str, Any], before: list[dict[str, Any]]) -> Ready:
        """Give the drive times of a plan with new sites at once, where the road network is at hand."""
        try:
            base = self.ready({"patches": before, "points": None})
        except InputError:  # another change is about a new site
            raise NotReady from None
        if self._of_roads(base) not in self._roads:
            raise NotReady
        stages = self.stages(content, _refuse, with_status=False)
        given = stages.store, stages.inputs, stages.settings, _quietly
        return _ready(Extended(*given, known=base.timed, joined=self._joined(base)), self.least_people)

    def roads(self, ready: Ready) -> Roads:
        """Give the network with a plan's cells joined to it, for trying a new place; made when first asked for."""
        return self._joined(ready).cells

    def _joined(self, ready: Ready) -> Joined:
        def join() -> Joined:
            graph, findings = Stages(FolderStore(self.folder), ready.inputs, ready.settings, _quietly).graph()
            timed, speeds = ready.timed, ready.settings.speeds
            cells = roads(graph, timed.area.cells, speeds, cutoff_minutes=timed.times.cutoff_minutes)
            places = timed.served[["office", "x", "y"]].rename(columns={"office": "cell"})
            cutoff = timed.office_times.cutoff_minutes
            offices = roads(graph, places, speeds, cutoff_minutes=cutoff, like=cells)
            return Joined(cells, offices, tuple(findings))

        return self._roads.of(self._of_roads(ready), join)

    def roads_soon(self, ready: Ready) -> None:
        """Begin to join the network beside the answering: whoever opens the map may try a new place next."""

        def join() -> None:
            with contextlib.suppress(TuntiError):  # told to whoever then asks
                self.roads(ready)

        if self._of_roads(ready) not in self._roads:
            Thread(target=join, daemon=True, name="roads").start()

    def _of_roads(self, ready: Ready) -> str:
        key: str | None = ready.kept.get("roads")
        if key is None:
            inputs, times = ready.inputs, ready.timed.times
            key = ready.kept["roads"] = content_hash(
                ready.timed.area.cells[["cell", "x", "y"]],
                ready.settings.speeds.model_dump_json(),
                times.cutoff_minutes,
                inputs.road_nodes,
                inputs.road_links,
                self._mark,
            )
        return key

    def question(self, content: dict[str, Any]) -> tuple[Ready, Problem]:
        """Give a plan's question to the location engine, with what the plan says of its sites."""
        ready = self.ready(content)
        said = {p["site"]: Status(p["status"]) for p in content["patches"] if p["kind"] == "site_status"}
        status = tuple(
            said.get(s, known) for s, known in zip(ready.problem.times.sites, ready.problem.status, strict=True)
        )
        return ready, replace(ready.problem, status=status)

    def standing(self, content: dict[str, Any]) -> tuple[Ready, Standing]:
        """Give how a plan's network serves the cells; a plan without a network starts from the existing points."""
        ready, problem = self.question(content)

        def count() -> Standing:
            sites, points = problem.times.sites, content["points"]
            if points is None:
                opened = np.array([s in (Status.EXISTING, Status.REQUIRED) for s in problem.status], np.bool_)
            else:
                chosen = set(points)
                opened = np.array([s in chosen for s in sites], np.bool_)
            return standing(problem, opened)

        return ready, self._standing.of((self._mark, json.dumps(content, sort_keys=True)), count)


def _refuse(what: Message, done: float | None) -> None:
    """Stop when drive times would have to be worked out: that is a job's, not the server's."""
    raise NotReady


def _quietly(what: Message, done: float | None) -> None:
    """Tell nobody."""


def _ready(stages: Stages, least_people: int) -> Ready:
    timed = stages.times()
    problem, limits = stages.question()
    cells: pd.DataFrame = timed.area.cells
    told = np.flatnonzero((cells["people"] >= least_people).to_numpy(dtype=bool))
    if not len(told):
        told = np.arange(len(cells))
    xy = cells[["x", "y"]].to_numpy(dtype=np.float64)[told]
    return Ready(
        inputs=stages.inputs,
        settings=stages.settings,
        timed=timed,
        problem=problem,
        limits=limits,
        today=today_open(timed.area, timed.offices, timed.office_place, len(timed.times.sites)),
        told=told.astype(np.int64),
        tree=cKDTree(xy),
        costs_known=bool(len(stages.inputs.sites)) and not bool(stages.inputs.sites["cost_eur_year"].isna().any()),
    )


class Grounds:
    """The grounds of the projects that were asked for last."""

    def __init__(self, *, least_people: int, most: int = 20) -> None:
        self.least_people = least_people
        self._known: Kept[Ground] = Kept(most)

    def of(self, folder: str | Path) -> Ground:
        """Give the ground of a project folder."""
        return self._known.of(str(folder), lambda: Ground(Path(folder), least_people=self.least_people))
