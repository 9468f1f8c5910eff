"""Changes of a plan, from a form or from the map: tried on the tables first, then kept as a version."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from tunti.errors import InputError, TuntiError
from tunti.findings import Level, say
from tunti.store.models import Job, PlanRow
from tunti.web.asked import place_of, sound
from tunti.web.ground import NotReady
from tunti.web.guard import check_csrf
from tunti.web.page import away
from tunti.web.state import asked_of, service_of
from tunti.work import jobs, plans
from tunti.work.changes import key_of, read_changes

router = APIRouter(include_in_schema=False)


@router.post("/work/{project}/plans/{plan}/changes")
async def change(request: Request) -> Response:
    """Change a plan from a form; where others have changed the same thing, show both."""
    return await from_form(request)


async def from_form(request: Request, *, agency: str | None = None) -> Response:
    """Change a plan from a form, in an agency's own rows where one is named."""
    form = {k: str(v) for k, v in (await request.form()).items()}
    check_csrf(request, form.get("csrf", ""))
    # What was sent, for the page that shows both changes when others have changed the same thing.
    request.state.sent = {k: v for k, v in form.items() if k not in ("csrf", "version")}
    return await run_in_threadpool(_changed, request, form, agency)


def _changed(request: Request, form: dict[str, str], agency: str | None) -> Response:
    asked = asked_of(request)
    project, plan = sound(asked)
    kind = form.get("do", "")
    change: dict[str, Any] = {"do": kind}
    if kind in ("open", "close"):
        change["site"] = form.get("site", "")
    elif kind == "drop":
        change["key"] = form.get("key", "")
    elif kind == "status":
        patch = {"kind": "site_status", "site": form.get("site", ""), "status": form.get("status", "")}
        change = {"do": "patch", "patch": patch}
    elif kind == "setting":
        patch = {"kind": "setting", "name": form.get("name", ""), "value": _value(form.get("value", ""))}
        change = {"do": "patch", "patch": patch}
    elif kind == "value":
        patch = {"kind": "value", **{k: form.get(k, "") for k in ("table", "row", "column", "value")}}
        change = {"do": "patch", "patch": patch}
    elif kind == "points":
        with service_of(request).db.reading() as session:
            job = session.get(Job, int(form["job"])) if form.get("job", "").isdigit() else None
        if job is None or job.plan_id != plan.id or not job.result:
            raise HTTPException(404)
        found = job.result if "network" in job.result else job.result["rows"][int(form.get("row", "0") or 0)]
        change["points"] = found["network"]
    base = int(form["version"]) if form.get("version", "").isdigit() else plan.version
    make_changes(request, base, [change], agency=agency)
    back = form.get("back", "")
    return away(back if back.startswith(place_of(plan, project)) else place_of(plan, project))


def make_changes(request: Request, base: int, changes: list[dict[str, Any]], *, agency: str | None = None) -> PlanRow:
    """Make changes of a plan after trying them on the tables.

    Raises
    ------
    TuntiError
        A change does not fit the tables, or others have changed the same thing.
    """
    asked, service = asked_of(request), service_of(request)
    project, plan = sound(asked)
    ground = service.ground(project)
    read = read_changes(changes)
    patches = [c.patch.model_dump(mode="json", exclude_none=True) for c in read if hasattr(c, "patch")]
    sites = set(ground.baseline()[0].sites["site"])
    own = {p["site"] for p in [*plan.content["patches"], *patches] if p["kind"] == "add_site"}
    for c in read:
        if getattr(c, "site", None) is not None and c.site not in sites | own:
            raise TuntiError(say("There is no site '{site}'.", site=c.site))
    if patches:
        # A change may be about a site that the plan itself has added.
        keys = {key_of(p) for p in patches}
        added = [p for p in plan.content["patches"] if p["kind"] == "add_site" and key_of(p) not in keys]
        _, _, found = ground.changed([*added, *patches])
        wrong = [f for f in found if f.table == "scenario" and f.level is Level.ERROR]
        if wrong:
            raise TuntiError(wrong[0].what)
    with service.db.writing() as session:
        changed = plans.change_plan(session, asked.person, plan.id, base=base, changes=changes, agency=agency)
    try:
        ground.ready(changed.content)
    except NotReady:
        # A new site or another speed: a job works the drive times out while the person goes on.
        with service.db.writing() as session:
            jobs.ask_job(session, asked.person.name, project=project.id, plan=plan.id, kind="times")
    except InputError:
        pass
    return changed


def _value(text: str) -> Any:
    """Read a setting's value from a form: a number, yes or no, or a word."""
    plain = text.strip().replace(",", ".")
    if re.fullmatch(r"-?\d+", plain):
        return int(plain)
    if re.fullmatch(r"-?\d+\.\d+", plain):
        return float(plain)
    return {"true": True, "false": False}.get(plain, text.strip())
