"""What a running service holds: settings, the work database, the warm grounds, and who asks."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from fastapi import Request
from sqlalchemy import select

from tunti.scenario.scenario import read_scenario
from tunti.settings import read_settings
from tunti.store.database import Database, open_database, sqlite_url
from tunti.store.folder import FolderStore
from tunti.store.models import PlanRow, ProjectRow
from tunti.web.ground import Ground, Grounds
from tunti.web.settings import ServeSettings
from tunti.work.audit import now, record
from tunti.work.jobs import ask_job
from tunti.work.plans import NAME, content_of, make_plan
from tunti.work.roles import LOCAL, PUBLIC, Person


class Rate:
    """Counts what an address does in an hour, in memory and without keeping the address."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: dict[str, deque[float]] = {}
        self._salt = hashlib.sha256(str(time.time_ns()).encode()).hexdigest()

    def allows(self, what: str, address: str, most: int) -> bool:
        """Tell whether an address may do something once more this hour, and count it."""
        key = hashlib.sha256(f"{self._salt}{what}{address}".encode()).hexdigest()
        moment = time.monotonic()
        with self._lock:
            if len(self._seen) > 10_000:
                self._seen = {k: v for k, v in self._seen.items() if v and v[-1] > moment - 3600}
            times = self._seen.setdefault(key, deque())
            while times and times[0] < moment - 3600:
                times.popleft()
            if len(times) >= most:
                return False
            times.append(moment)
            return True


@dataclass
class Service:
    """A running service."""

    settings: ServeSettings
    db: Database
    grounds: Grounds
    rate: Rate = field(default_factory=Rate)
    shown: dict[str, Any] = field(default_factory=dict)
    published: dict[int, tuple[Any, PlanRow]] = field(default_factory=dict)

    def ground(self, project: ProjectRow) -> Ground:
        """Give what is warm of a project."""
        return self.grounds.of(project.folder)

    def sign(self, *parts: str) -> str:
        """Sign words, so that a form can't be made elsewhere."""
        key = self.settings.secret.get_secret_value().encode()
        return hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Asked:
    """Who asks and for what: set by the guard before a page is made.

    Attributes
    ----------
    person : Person
    key : str
        Of the session; empty without one.
    project : ProjectRow or None
    plan : PlanRow or None
    """

    person: Person = PUBLIC
    key: str = ""
    project: ProjectRow | None = None
    plan: PlanRow | None = None


def service_of(request: Request) -> Service:
    """Give the running service."""
    service: Service = request.app.state.service
    return service


def asked_of(request: Request) -> Asked:
    """Give who asks and for what."""
    asked: Asked = request.state.asked
    return asked


def open_service(settings: ServeSettings) -> Service:
    """Open the work database and, for one folder, make its project known.

    Parameters
    ----------
    settings : ServeSettings

    Returns
    -------
    Service
    """
    if settings.alone:
        assert settings.folder is not None
        FolderStore(settings.folder)  # says what is wrong when it is no project
        db = open_database(sqlite_url(settings.folder / ".tunti" / "work.sqlite"))
    else:
        assert settings.database is not None
        db = open_database(settings.database.get_secret_value())
        (settings.data / "projects").mkdir(parents=True, exist_ok=True)
    service = Service(settings, db, Grounds(least_people=settings.least_people))
    if settings.alone:
        _know_folder(service, settings.folder)
    return service


def _know_folder(service: Service, folder: Path | None) -> None:
    """Make the folder's project, a first plan and a plan of each scenario known."""
    assert folder is not None
    store = FolderStore(folder)
    name = read_settings(store.settings_text())[0].project.name
    with service.db.writing() as session:
        project = session.execute(select(ProjectRow)).scalar()
        if project is None:
            project = ProjectRow(
                slug="project", name=name or folder.absolute().name, folder="", public=True, made_at=now()
            )
            session.add(project)
            session.flush()
            record(session, LOCAL.name, "project made", project=project.id)
        project.folder = str(folder.absolute())
        known = set(session.execute(select(PlanRow.name).where(PlanRow.project_id == project.id)).scalars())
        for name in store.scenarios():
            if name in known or not NAME.fullmatch(name):
                continue
            scenario, findings = read_scenario(name, store.scenario_text(name))
            if not findings:
                known.add(name)
                make_plan(
                    session,
                    LOCAL,
                    project=project.id,
                    name=name,
                    title=scenario.description or name,
                    content=content_of(scenario.patches),
                )
        if not known:
            plan = make_plan(session, LOCAL, project=project.id, name="plan", title=project.name)
            ask_job(session, LOCAL.name, project=project.id, plan=plan.id, kind="optimise", asked={"version": 1})
