"""The process that does jobs: it calls the same functions as the command line and tells how far it is."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
from sqlalchemy import select, update

from tunti.errors import TuntiError, reason_of
from tunti.findings import Message, Share, pack, say
from tunti.location.alternatives import alternatives
from tunti.location.frontier import frontier
from tunti.location.problem import Network
from tunti.location.what_if import figures, standing
from tunti.plan.question import rules_in_words
from tunti.project import Project
from tunti.stages import Stages
from tunti.store.database import Database, open_database, sqlite_url
from tunti.store.folder import whole_file
from tunti.store.models import Job, PlanRow, ProjectRow
from tunti.web.ground import Ground
from tunti.web.logs import LOG, start_logs, tell
from tunti.web.results import keep_sections, served_points
from tunti.web.shown import shown
from tunti.web.staying import with_offices
from tunti.work import jobs
from tunti.work.audit import now
from tunti.work.changes import EMPTY
from tunti.work.hearing import Hearing
from tunti.work.plans import Outdated, change_plan, scenario_text
from tunti.work.reading import hearing_of
from tunti.work.roles import Grant, Person, Role


class Cancelled(Exception):
    """Somebody asked the job to end."""


class Worker:
    """Does one job after the other.

    Parameters
    ----------
    db : Database
    least_people : int
        Smaller head counts are not told to the public.
    """

    def __init__(self, db: Database, *, least_people: int) -> None:
        self.db, self.least_people = db, least_people
        self._told = 0.0
        self._job: Job | None = None
        self._off = Event()

    def once(self) -> bool:
        """Do the next job; tell whether there was one."""
        with self.db.writing() as session:
            job = jobs.take(session)
        if job is None:
            return False
        self._job = job
        self._told = 0.0
        beat = Event()
        heart = Thread(target=self._beat, args=(job.id, beat), daemon=True)
        heart.start()
        tell("job", job=job.id, kind=job.kind)
        result: dict[str, Any] | None = None
        try:
            what, result = self._do(job)
            state = "done"
        except Cancelled:
            state, what = "cancelled", say("Cancelled; nothing was changed.")
        except TuntiError as problem:
            state = "failed"
            what = problem.message if isinstance(problem.message, Message) else say("{reason}", reason=str(problem))
        except MemoryError:
            state, what = "failed", say("The machine has too little memory for this.")
        except Exception as problem:  # a job's fault must not end the worker: it is noted and told
            LOG.error("job fault", exc_info=problem)
            state = "failed"
            what = say("Something went wrong inside Tunti ({kind}). It has been noted.", kind=type(problem).__name__)
        finally:
            beat.set()
            heart.join()
        with self.db.writing() as session:
            kept = session.get(Job, job.id)
            if kept is not None:
                jobs.end(session, kept, state, what, result)
        tell("job ended", job=job.id, state=state)
        return True

    def _beat(self, number: int, over: Event) -> None:
        while not over.wait(jobs.SILENCE / 4):
            with self.db.writing() as session:
                session.execute(update(Job).where(Job.id == number).values(alive_at=now()))

    def _progress(
        self, what: Message, done: float | None, best: float | None = None, bound: float | None = None
    ) -> None:
        """Tell how far the job is, a few times a second at most, and end it when asked to."""
        if time.monotonic() - self._told < 0.3:
            return
        self._told = time.monotonic()
        assert self._job is not None
        with self.db.writing() as session:
            if not jobs.tell(session, self._job.id, what, done, best=best, bound=bound):
                raise Cancelled

    def _do(self, job: Job) -> tuple[Message, dict[str, Any]]:
        with self.db.reading() as session:
            project = session.get(ProjectRow, job.project_id)
            plan = None if job.plan_id is None else session.get(PlanRow, job.plan_id)
        assert project is not None
        assert plan is not None
        ground = Ground(Path(project.folder), least_people=self.least_people)
        if job.kind == "optimise":
            return self._optimise(job, project, plan, ground)
        if job.kind == "plan":
            return self._plan(project, plan, ground)
        if job.kind == "stages":
            return self._stages(project, plan, ground)
        if job.kind == "joint":
            return self._joint(plan, ground)
        if job.kind == "times":
            ground.stages(EMPTY if job.asked.get("baseline") else plan.content, self._progress).times()
            return say("Drive times are worked out."), {}
        self._progress(say("reading the tables"), None)
        stages = ground.stages(plan.content, self._progress)
        problem, limits = stages.question()
        if job.kind == "frontier":
            table, networks = frontier(
                problem, points=job.asked.get("points", ()), limits=limits, progress=self._progress
            )
            rows = json.loads(table.to_json(orient="records"))
            plans = iter(networks)
            for row in rows:
                row["network"] = list(next(plans).points) if row["feasible"] else None
            return say("The curve has {n} plans.", n=len(networks)), {"rows": rows, "version": plan.version}
        if job.kind == "alternatives":
            found = alternatives(problem, limits=limits, progress=self._progress)
            rows = [self._row(problem, n) for n in found]
            return say("{n} networks are almost equally good.", n=len(rows)), {"rows": rows, "version": plan.version}
        raise TuntiError(say("There is no job of this kind."))

    def _row(self, problem: Any, network: Network) -> dict[str, Any]:
        f = figures(standing(problem, network))
        return {
            "points": f.points,
            "share": f.share,
            "mean_minutes": f.mean_minutes,
            "longest_minutes": f.longest_minutes,
            "cost": f.cost,
            "gap": network.gap,
            "proven": network.proven,
            "network": list(network.points),
        }

    def _best(self, plan: PlanRow) -> list[str] | None:
        """Give the network that the optimiser found last for the plan, None when there is none."""
        with self.db.reading() as session:
            last = session.execute(
                select(Job)
                .where(Job.plan_id == plan.id, Job.kind == "optimise", Job.state == "done")
                .order_by(Job.id.desc())
                .limit(1)
            ).scalar()
        return None if last is None or not last.result else sorted(last.result["network"])

    def _optimise(self, job: Job, project: ProjectRow, plan: PlanRow, ground: Ground) -> tuple[Message, dict[str, Any]]:
        """Find the best network under the plan's rules and take it into the plan when nobody changed it meanwhile."""
        watched: list[Stages] = []

        def progress(what: Message, done: float | None) -> None:
            best, bound = watched[0].search if watched else (None, None)
            self._progress(what, done, best, bound)

        progress(say("reading the tables"), None)
        stages = ground.stages(plan.content, progress)
        watched.append(stages)
        problem, network = stages.network()
        row = self._row(problem, network) | {"bound": network.bound, "objective": network.objective}
        row["goal"], row["version"] = network.goal.value, job.asked.get("version", plan.version)
        person = Person(job.by, (Grant(Role.EDITOR),))
        said = say(
            "{n} points, {share} of people within the standard.", n=len(network.points), share=Share(network.share)
        )
        with self.db.writing() as session:
            fresh = session.get(PlanRow, plan.id)
            changed = fresh is None or fresh.version != row["version"] or fresh.state != "draft"
            if not changed:
                try:
                    changes = [{"do": "points", "points": list(network.points)}]
                    change_plan(session, person, plan.id, base=row["version"], changes=changes)
                except Outdated:
                    changed = True
                else:
                    jobs.ask_job(session, job.by, project=project.id, plan=plan.id, kind="plan")
        row["taken"] = not changed
        if changed:
            said = say("{network} The plan was changed meanwhile; take the network over if you want it.", network=said)
        return said, row

    def _joint(self, plan: PlanRow, ground: Ground) -> tuple[Message, dict[str, Any]]:
        """Choose points together with agencies and modes, as ``tunti plan`` does; the plan takes it over when asked."""
        stages = ground.stages(plan.content, self._progress)
        chosen = stages.services(plan.region)
        problem, network = stages.network()
        sites = np.array(stages.times().area.sites["site"], dtype=object)
        points = tuple(str(s) for s in sites[chosen.open])
        proof = chosen.certificate
        row = self._row(problem, replace(network, open=chosen.open, points=points))
        row |= {"gap": proof.gap, "proven": proof.proven, "version": plan.version, "taken": False}
        differ = len(set(points) ^ set(plan.content["points"] or ()))
        said = say(
            "Chosen together with agencies and modes: {n} points, {m} other than in the plan.", n=len(points), m=differ
        )
        return said, row

    def _plan(self, project: ProjectRow, plan: PlanRow, ground: Ground) -> tuple[Message, dict[str, Any]]:
        """Make the plan's figures and documents, as ``tunti plan`` does."""
        folder = Path(project.folder)
        stages = ground.stages(plan.content, self._progress)
        best = self._best(plan)
        # The optimiser's own network keeps its proof: it comes out of the store again. One that was set by hand is
        # written down as it is, and no proof is claimed for it.
        by_hand = plan.content["points"] is not None and plan.content["points"] != best
        with whole_file(folder / "scenarios" / f"{plan.name}.toml") as beside:
            beside.write_text(scenario_text(plan, pinned=by_hand), encoding="utf-8")
        sites = ground.baseline()[0].sites
        existing = frozenset(sites.loc[sites["status"] == "existing", "site"].astype(str))
        opened = Project(folder)
        made = opened.plan(region=plan.region, scenario=plan.name, progress=self._progress)
        made = replace(made, hearing=self._heard(plan))
        _, files = opened.write(made, folder / "plans" / plan.name, progress=self._progress)
        result = {
            "version": plan.version,
            "points": len(made.points),
            "share_today": float(made.today.share),
            "share": float(made.proposed.share),
            "people": int(made.proposed.people),
            "people_outside": int(made.proposed.people_outside),
            "mean_minutes_today": float(made.today.mean_minutes),
            "mean_minutes": float(made.proposed.mean_minutes),
            "gap": None if by_hand else made.network.gap,
            "proven": not by_hand and made.network.proven,
            "illustrative": made.illustrative,
            "rules": [pack(m) for m in rules_in_words(stages.question()[0], stages.settings)],
            "flags": [pack(m) for m in made.flags],
            "findings": len(made.findings),
            "regions": _regions(made.today.regions, made.proposed.regions),
            "files": [p.name for p in files],
            "run": made.run,
            "shown": shown(made, least_people=self.least_people, title=plan.title, existing=existing),
        }
        with self.db.writing() as session:
            kept = session.get(PlanRow, plan.id)
            if kept is not None and kept.state in ("draft", "proposed"):
                kept.result = result
                jobs.ask_job(session, kept.made_by, project=project.id, plan=plan.id, kind="stages")
        said = say(
            "{share} of people are within the standard; today {today}.",
            share=Share(made.proposed.share),
            today=Share(made.today.share),
        )
        return said, {"version": plan.version}

    def _heard(self, plan: PlanRow) -> Hearing:
        """Tell how far the plan has come now, with its statements and answers."""
        with self.db.reading() as session:
            fresh = session.get(PlanRow, plan.id)
            return hearing_of(session, plan if fresh is None else fresh)

    def _stages(self, project: ProjectRow, plan: PlanRow, ground: Ground) -> tuple[Message, dict[str, Any]]:
        """Work out who serves where, shared premises, the programme with its money, and remote service of the points.

        The documents are written again with all of it.
        """
        if plan.result is None or plan.result["version"] != plan.version:
            raise TuntiError(say("Make the figures and documents of the newest version first."))
        folder = Path(project.folder)
        pins = [] if plan.content["points"] is None else [{"kind": "points", "sites": plan.content["points"]}]
        stages = ground.stages({"patches": [*plan.content["patches"], *pins], "points": None}, self._progress)
        found: dict[str, Any] = {}
        lacking: dict[str, Message] = {}
        for name, work in (
            ("services", lambda: stages.services(plan.region)),
            ("premises", lambda: stages.premises(plan.region)),
            ("programme", lambda: stages.programme(plan.region)),
            ("remote", lambda: stages.remote(plan.region)),
        ):
            try:
                found[name] = work()
            except TuntiError as problem:
                found[name], lacking[name] = None, reason_of(problem)
        opened = Project(folder)
        made = opened.plan(region=plan.region, scenario=plan.name, progress=self._progress)
        made = replace(made, **found, lacking=lacking, hearing=self._heard(plan))
        opened.write(made, folder / "plans" / plan.name, progress=self._progress)
        keep_sections(folder, plan.name, plan.version, made)
        points, timed = served_points(made), stages.times()
        with self.db.writing() as session:
            kept = session.get(PlanRow, plan.id)
            fresh = kept is not None and kept.version == plan.version and kept.state in ("draft", "proposed")
            if kept is not None and fresh and kept.result:
                seen = kept.result["shown"]
                rows = [p | points.get(p["site"], {}) for p in seen["points"]]
                offices = with_offices(made, timed, seen["municipalities"], least_people=self.least_people)
                kept.result = kept.result | {"shown": seen | {"points": rows} | offices}
        return say("The documents have services, premises, programme and remote service."), {"version": plan.version}


def _regions(today: Any, after: Any) -> list[dict[str, Any]]:
    before = today.set_index("region")["share"]
    return [
        {
            "region": str(r["region"]),
            "region_fi": str(r["region_fi"]),
            "region_sv": str(r["region_sv"]) if isinstance(r["region_sv"], str) else None,
            "region_en": str(r["region_en"]) if isinstance(r["region_en"], str) else None,
            "people": int(r["people"]),
            "share_today": float(before.get(r["region"], 0.0)),
            "share": float(r["share"]),
        }
        for r in after.to_dict("records")
        if isinstance(r["region"], str)
    ]


def _end_with_server() -> None:
    """End at once when the server has died: the other end of the pipe is gone."""
    while sys.stdin.buffer.read(1):
        pass
    os._exit(0)


def main() -> None:
    """Do jobs until the server ends."""
    start_logs()
    os.nice(10)  # whoever waits for a page comes before a job
    told = json.loads(sys.stdin.buffer.readline())
    Thread(target=_end_with_server, daemon=True).start()
    url = told["database"] or sqlite_url(Path(told["folder"]) / ".tunti" / "work.sqlite")
    worker = Worker(open_database(url), least_people=told["least_people"])
    if told["folder"] and not told["database"]:
        # The folder's only worker: what is still called running was broken off with the server before.
        with worker.db.writing() as session:
            for job in session.query(Job).where(Job.state == "running"):
                jobs.give_back(session, job)
    while True:
        if not worker.once():
            time.sleep(0.5)


if __name__ == "__main__":
    main()
