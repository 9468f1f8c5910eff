"""A whole project as one zip file: its tables and all the work on it, out of one service and into another."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import DateTime, inspect, select
from sqlalchemy.orm import Session

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.store.folder import whole_folder
from tunti.store.models import Audit, Base, Comment, Decision, PlanRow, PlanVersion, ProjectRow, Request
from tunti.work.audit import now, record

KINDS = frozenset(
    [
        ".toml",
        ".csv",
        ".txt",
        ".md",
        ".xlsx",
        ".xls",
        ".ods",
        ".parquet",
        ".gpkg",
        ".geojson",
        ".json",
        ".pbf",
        ".shp",
        ".dbf",
        ".shx",
        ".prj",
    ]
)
"""Endings of files that a project holds."""

_WORK = "work.json"
_SKIP = {".tunti", "plans"}
_MOST_FILES = 2_000
_MOST_TIMES = 200
"""How much bigger than packed a file may be; tables of numbers stay well below."""


def export_project(session: Session, project: ProjectRow) -> bytes:
    """Pack a project: its tables, settings and scenarios, and its plans with all that was said and decided.

    Parameters
    ----------
    session : Session
    project : ProjectRow

    Returns
    -------
    bytes
        A zip file; results are left out, they are worked out again. Accounts are left out too.
    """
    plans = list(
        session.execute(select(PlanRow).where(PlanRow.project_id == project.id).order_by(PlanRow.id)).scalars()
    )
    ids = [p.id for p in plans]

    def of_plans(model: Any) -> list[dict[str, Any]]:
        rows = session.execute(select(model).where(model.plan_id.in_(ids)).order_by(model.id)).scalars()
        return [_plain(r) for r in rows]

    decisions = session.execute(select(Decision).where(Decision.project_id == project.id).order_by(Decision.id))
    trail = session.execute(select(Audit).where(Audit.project_id == project.id).order_by(Audit.id))
    work = {
        "format": 1,
        "name": project.name,
        "plans": [_plain(p) for p in plans],
        "plan_versions": of_plans(PlanVersion),
        "statement_requests": of_plans(Request),
        "comments": of_plans(Comment),
        "decisions": [_plain(d) for d in decisions.scalars()],
        "audit": [_plain(a) for a in trail.scalars()],
    }
    out = io.BytesIO()
    folder = Path(project.folder)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and not path.is_symlink() and inside.parts[0] not in _SKIP and path.suffix in KINDS:
                packed.write(path, inside.as_posix())
        packed.writestr(_WORK, json.dumps(work, ensure_ascii=False, indent=1))
    return out.getvalue()


def import_project(session: Session, by: str, content: bytes, *, slug: str, data: Path, most_bytes: int) -> ProjectRow:
    """Unpack a project into the data directory and take over its plans and all that was said and decided.

    Parameters
    ----------
    session : Session
        Writing.
    by : str
    content : bytes
        Of a zip file: of :func:`export_project`, or just a zipped project folder.
    slug : str
        Name of the project in addresses.
    data : Path
        The data directory.
    most_bytes : int
        Most that the files may take unpacked.

    Returns
    -------
    ProjectRow

    Raises
    ------
    TuntiError
        The file is no zip, holds other things than a project, or is too big; nothing is taken over then.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", slug):
        raise TuntiError(say("A project's short name has small letters a to z, digits and hyphens."))
    if session.execute(select(ProjectRow.id).where(ProjectRow.slug == slug)).first():
        raise TuntiError(say("There is already a project {name}. Choose another name.", name=slug))
    target = data / "projects" / slug
    if target.exists():
        raise TuntiError(say("There is already a project {name}. Choose another name.", name=slug))
    work: dict[str, Any] = {}
    with whole_folder(target) as folder:
        unpack_into(content, folder, most_bytes=most_bytes)
        if (folder / _WORK).is_file():
            work = _read_work(folder / _WORK)
            (folder / _WORK).unlink()
        if not (folder / "project.toml").is_file():
            raise TuntiError(say("The zip file holds no project: project.toml is missing."))
    try:
        return _take_over(session, by, work, slug=slug, folder=target)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def unpack_into(content: bytes, folder: Path, *, most_bytes: int) -> None:
    """Unpack a zip file into an empty folder, safely.

    Raises
    ------
    TuntiError
        It is no zip, has names that lead out of the folder, links, other files than tables, or grows too big.
    """
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise TuntiError(say("The file is not a zip file.")) from None
    entries = [e for e in packed.infolist() if not e.is_dir()]
    too_big = TuntiError(say("The zip file is too big when unpacked. Ask the administrator to import it."))
    if len(entries) > _MOST_FILES or sum(e.file_size for e in entries) > most_bytes:
        raise too_big
    left = most_bytes
    for entry in entries:
        path = PurePosixPath(entry.filename)
        link = (entry.external_attr >> 16) & 0o170000 == 0o120000
        odd = path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename
        if link or odd or "\0" in entry.filename or not path.parts:
            raise TuntiError(say("The zip file holds a name that leads out of it: {name}.", name=entry.filename[:80]))
        if path.suffix.lower() not in KINDS or any(part.startswith(".") for part in path.parts):
            raise TuntiError(say("The zip file holds a file that is not a table: {name}.", name=entry.filename[:80]))
        if entry.file_size > 1_000_000 and entry.file_size > _MOST_TIMES * max(entry.compress_size, 1):
            raise too_big
        to = folder.joinpath(*path.parts)
        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            with packed.open(entry) as source, to.open("xb") as out:
                while block := source.read(1 << 20):
                    left -= len(block)
                    if left < 0:
                        raise too_big
                    out.write(block)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, FileExistsError):
            # A damaged, encrypted or doubled entry; a disk that takes no more is told as what it is.
            raise TuntiError(say("The zip file is damaged or encrypted: {name}.", name=entry.filename[:80])) from None


def _read_work(path: Path) -> dict[str, Any]:
    try:
        work = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        work = None
    if not isinstance(work, dict) or work.get("format") != 1:
        raise TuntiError(say("The zip file's record of work can't be read: {name}.", name=_WORK))
    return work


def _take_over(session: Session, by: str, work: dict[str, Any], *, slug: str, folder: Path) -> ProjectRow:
    project = ProjectRow(
        slug=slug, name=str(work.get("name") or slug)[:300], folder=str(folder), public=False, made_at=now()
    )
    session.add(project)
    session.flush()
    place: dict[int, int] = {}
    try:
        for values in work.get("plans", []):
            old = values.pop("id")
            plan = PlanRow(**_typed(PlanRow, values | {"project_id": project.id}))
            session.add(plan)
            session.flush()
            place[old] = plan.id
        for key, model in (
            ("plan_versions", PlanVersion),
            ("statement_requests", Request),
            ("comments", Comment),
            ("decisions", Decision),
        ):
            for values in work.get(key, []):
                values.pop("id")
                if "project_id" in values:
                    values["project_id"] = project.id
                values["plan_id"] = place.get(values["plan_id"])
                session.add(model(**_typed(model, values)))
        session.flush()
    except (KeyError, TypeError, ValueError, AttributeError):
        raise TuntiError(say("The zip file's record of work can't be read: {name}.", name=_WORK)) from None
    # The trail of the other service is kept word for word; this service's own trail begins with taking it over.
    record(session, by, "project imported", project=project.id, slug=slug, trail=work.get("audit", []))
    return project


def _plain(row: Base) -> dict[str, Any]:
    values = {c.key: getattr(row, c.key) for c in inspect(row).mapper.column_attrs}
    return {k: v.isoformat() if isinstance(v, dt.datetime) else v for k, v in values.items()}


def _typed(model: type[Base], values: dict[str, Any]) -> dict[str, Any]:
    """Give a row's values with the columns' types; a column that the table has not is an error."""
    typed = {}
    for name, value in values.items():
        column = model.__table__.columns[name]
        moment = isinstance(getattr(column.type, "impl", column.type), DateTime)
        typed[name] = dt.datetime.fromisoformat(value) if moment and value is not None else value
    return typed
