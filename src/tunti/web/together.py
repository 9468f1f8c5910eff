"""Pages across plans: side by side, the decision log with the trail, the national roll-up."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from sqlalchemy import select

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.report.sections.access import sort_key
from tunti.report.words import Words, missing, words_for
from tunti.store.models import Audit, PlanRow, ProjectRow
from tunti.web.asked import Token, regions_of, rows_of
from tunti.web.guard import check_csrf
from tunti.web.page import away, language_of, page
from tunti.web.running import JOB_WORDS
from tunti.web.said import TRAIL_WORDS
from tunti.web.state import Service, asked_of, service_of
from tunti.work import audit, states
from tunti.work.reading import furthest
from tunti.work.roles import Act, may

router = APIRouter(include_in_schema=False)


@router.get("/work/{project}/compare")
def compare(request: Request, plan: Annotated[list[str] | None, Query(max_length=8)] = None) -> Response:
    """Show plans side by side."""
    asked, service = asked_of(request), service_of(request)
    assert asked.project is not None
    with service.db.reading() as session:
        rows = [
            p
            for p in session.execute(
                select(PlanRow).where(PlanRow.project_id == asked.project.id).order_by(PlanRow.id)
            ).scalars()
            if may(asked.person, Act.READ, project=asked.project.id, region=p.region)
        ]
    chosen = [p for p in rows if not plan or p.name in plan]
    done = [p for p in chosen if p.result is not None]
    sites = {p.name: set(p.content["points"] or ()) for p in done}
    everywhere = set.intersection(*sites.values()) if sites else set()
    words = words_for(language_of(request))
    differ = _told(service, asked.project, set().union(*sites.values()) - everywhere if sites else set(), words)
    # A plan of one region has figures of that region only.
    regions = {r["region"]: r for p in done if p.result for r in p.result["regions"]}
    return page(
        request,
        "compare.html",
        rows=rows,
        chosen=[p.name for p in chosen],
        done=done,
        sites=sites,
        differ=differ,
        regions=[regions[code] for code in sorted(regions)],
        illustrative=any(p.result["illustrative"] for p in done if p.result),
        workspace=True,
    )


def _told(service: Service, project: ProjectRow, sites: set[str], words: Words) -> list[tuple[str, str, str]]:
    """Give the id, name and region of sites, by region and name; a site that a plan adds has no region."""
    inputs = service.ground(project).baseline()[0]
    known = inputs.sites.drop(columns="source", errors="ignore").merge(
        inputs.municipalities.drop(columns="source", errors="ignore"), on="municipality", how="left"
    )
    rows = {str(r["site"]): r for r in rows_of(known)}
    told = []
    for site in sites:
        row = rows.get(site, {})
        name = row.get("name")
        told.append((site, site if missing(name) else str(name), str(words.place(row, "region"))))
    return sorted(told, key=lambda r: (sort_key(r[2], words.language), sort_key(r[1], words.language)))


@router.get("/work/{project}/log")
def log(request: Request) -> Response:
    """Show the decision log and the trail of what was done."""
    asked = asked_of(request)
    assert asked.project is not None
    with service_of(request).db.reading() as session:
        decided = states.log(session, asked.project.id)
        trail = (
            session.execute(
                select(Audit).where(Audit.project_id == asked.project.id).order_by(Audit.id.desc()).limit(200)
            )
            .scalars()
            .all()
        )
        broken = audit.broken(session)
        plans = session.execute(select(PlanRow).where(PlanRow.project_id == asked.project.id)).scalars().all()
    return page(
        request,
        "log.html",
        decided=decided,
        trail=trail,
        broken=broken,
        trail_words=TRAIL_WORDS,
        job_words=JOB_WORDS,
        titles={p.id: p.title for p in plans if may(asked.person, Act.READ, project=asked.project.id, region=p.region)},
        workspace=True,
    )


@router.post("/work/{project}/log")
def add_to_log(
    request: Request,
    what: Annotated[str, Form(max_length=2000)] = "",
    why: Annotated[str, Form(max_length=10_000)] = "",
    number: Annotated[str, Form(max_length=200)] = "",
    csrf: Token = "",
) -> Response:
    """Add a decision to the log."""
    check_csrf(request, csrf)
    asked = asked_of(request)
    assert asked.project is not None
    if not what.strip() or not why.strip():
        raise TuntiError(say("Write what was decided and why."))
    with service_of(request).db.writing() as session:
        states.note(
            session, asked.person, project=asked.project.id, plan=None, what=what, why=why, record_number=number
        )
        audit.record(session, asked.person.name, "decision noted", project=asked.project.id, decided=what[:200])
    return away(f"/work/{asked.project.slug}/log")


@router.get("/work/{project}/national")
def national(request: Request) -> Response:
    """Show the newest plan of each region and what they add up to."""
    asked, service = asked_of(request), service_of(request)
    assert asked.project is not None
    with service.db.reading() as session:
        best = furthest(session, asked.project.id, made=True)
    inputs, settings, _ = service.ground(asked.project).baseline()
    words = words_for(language_of(request))
    regions = [(code, name, best.get(code)) for code, name in regions_of(inputs, settings, words)]
    whole = best.get(None)
    shown = [] if whole is None or whole.result is None else whole.result["shown"]["points"]
    made = [p for _, _, p in regions if p is not None and p.result is not None]
    people = sum(p.result["people"] for p in made if p.result)
    total = {
        "regions": len(made),
        "points": sum(p.result["points"] for p in made if p.result),
        "people": people,
        "share_today": sum(p.result["share_today"] * p.result["people"] for p in made if p.result) / people
        if people
        else None,
        "share": sum(p.result["share"] * p.result["people"] for p in made if p.result) / people if people else None,
    }
    return page(
        request,
        "national.html",
        regions=regions,
        whole=whole,
        whole_points=Counter(p["region"] for p in shown),
        total=total,
        illustrative=settings.project.illustrative,
        workspace=True,
    )
