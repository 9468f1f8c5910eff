"""Open data of the network by the standard OGC API - Features: GeoJSON, and CSV of the same."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Annotated, Any, Literal
from urllib.parse import quote

import shapely
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response

from tunti.findings import say
from tunti.inputs.schemas import OFFICES, SITES, public_columns
from tunti.report.words import missing
from tunti.web.described import OPENAPI
from tunti.web.page import language_of
from tunti.web.public import Seen, public_view, ready_of
from tunti.web.shown import head_count
from tunti.web.state import Service, service_of


def only_known(
    request: Request, lang: Annotated[Literal["fi", "sv", "en"] | None, Query(description="Language of titles.")] = None
) -> None:
    """Refuse a parameter that the description of the interface does not name, as the standard asks.

    Raises
    ------
    HTTPException
        400.
    """
    described = request.app.openapi()["paths"][request.scope["route"].path]["get"].get("parameters", [])
    odd = sorted({f"query.{name}"[:100] for name in request.query_params} - {f"query.{p['name']}" for p in described})
    if odd:
        raise HTTPException(400, {"where": odd[:20]})


router = APIRouter(tags=["open data"], dependencies=[Depends(only_known)])

CONFORMS = [
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
]
_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_GEOJSON = "application/geo+json"
MOST = 10_000
"""Most items of one answer."""

ABOUT = {
    "points": (
        say("Joint service points"),
        say("Points of the decided network, else of the plan put to hearing, else those that exist."),
    ),
    "offices": (
        say("Present offices"),
        say(
            "Agencies' offices that serve customers today; in_plan says whether the plan keeps or closes them, and is "
            "empty where that is not decided."
        ),
    ),
    "municipalities": (
        say("Municipalities"),
        say(
            "Share of people within the standard by municipality: share_today of the nearest office or point of today, "
            "share of the nearest joint point of the plan, share_with_offices of such a point or an office that stays."
        ),
    ),
}
_BAD: dict[int | str, dict[str, Any]] = {"4XX": {"description": "A parameter can't be understood."}}
_PROBLEMS: dict[int | str, dict[str, Any]] = {**_BAD, 404: {"description": "No such collection or item."}}
_FORMATS: dict[int | str, dict[str, Any]] = {
    **_PROBLEMS,
    200: {"content": {_GEOJSON: {"schema": {"type": "object"}}, "text/csv": {"schema": {"type": "string"}}}},
}


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _link(href: str, rel: str, kind: str, title: str = "") -> dict[str, str]:
    return {"href": href, "rel": rel, "type": kind, **({"title": title} if title else {})}


def landing(request: Request) -> dict[str, Any]:
    """Give the landing page for programs."""
    base = _base(request)
    return {
        "title": "Tunti",
        "description": say("Open data of a network of joint public service points.").text(language_of(request)),
        "links": [
            _link(f"{base}/?f=json", "self", "application/json"),
            _link(f"{base}/", "alternate", "text/html"),
            _link(f"{base}/openapi.json", "service-desc", OPENAPI),
            _link(f"{base}/data", "service-doc", "text/html"),
            _link(f"{base}/conformance", "conformance", "application/json"),
            _link(f"{base}/collections", "data", "application/json"),
        ],
    }


@router.get("/api", responses=_BAD)
def interface(request: Request, f: Literal["json"] = "json") -> dict[str, Any]:
    """Give the landing page of the interface: what there is and where."""
    return landing(request)


@router.get("/conformance", responses=_BAD)
def conformance(f: Literal["json"] = "json") -> dict[str, Any]:
    """Name the parts of the standard that the service keeps."""
    return {"conformsTo": CONFORMS}


@router.get("/collections", responses=_BAD)
def collections(request: Request, f: Literal["json"] = "json") -> dict[str, Any]:
    """List the collections."""
    base = _base(request)
    return {
        "links": [_link(f"{base}/collections", "self", "application/json")],
        "collections": [_about(request, name) for name in ABOUT],
    }


def _about(request: Request, name: str) -> dict[str, Any]:
    language, base = language_of(request), _base(request)
    title, description = ABOUT[name]
    items = f"{base}/collections/{name}/items"
    box = _box(_features(service_of(request), name))
    return {
        "id": name,
        "title": title.text(language),
        "description": description.text(language),
        "itemType": "feature",
        "crs": [_CRS84],
        **({} if box is None else {"extent": {"spatial": {"bbox": [box], "crs": _CRS84}}}),
        "links": [
            _link(f"{base}/collections/{name}", "self", "application/json"),
            _link(items, "items", _GEOJSON),
            _link(f"{items}?f=csv", "alternate", "text/csv"),
        ],
    }


@router.get("/collections/{collection}", responses=_PROBLEMS)
def collection(request: Request, collection: str, f: Literal["json"] = "json") -> dict[str, Any]:
    """Describe a collection."""
    _known(collection)
    return _about(request, collection)


@router.get("/collections/{collection}/items", responses=_FORMATS)
def items(
    request: Request,
    collection: str,
    bbox: Annotated[
        str | None,
        Query(
            pattern=r"^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}((,-?\d+(\.\d+)?){2})?$",
            max_length=200,
            description="West, south, east, north in degrees.",
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, description=f"Items of one answer; never more than {MOST}.")] = 1000,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    datetime: Annotated[
        str | None,
        Query(max_length=100, description="A moment or interval; the items have no time of their own, so all match."),
    ] = None,
    f: Literal["json", "csv"] = "json",
) -> Response:
    """Give items of a collection, those in a box, page by page."""
    _known(collection)
    if datetime is not None and not _moments(datetime):
        raise HTTPException(400, {"where": ["query.datetime"]})
    limit = min(limit, MOST)
    found = _features(service_of(request), collection)
    if bbox is not None:
        edges = [float(v) for v in bbox.split(",")]
        if len(edges) == 6:
            edges = [edges[0], edges[1], edges[3], edges[4]]
        found = _inside(found, edges)
    part = found[offset : offset + limit]
    if f == "csv":
        return _csv(part, collection)
    base = f"{_base(request)}/collections/{collection}/items"
    asked = f"&bbox={bbox}" if bbox else ""
    links = [
        _link(f"{base}?limit={limit}&offset={offset}{asked}", "self", _GEOJSON),
        _link(f"{base}?limit={limit}&offset={offset}{asked}&f=csv", "alternate", "text/csv"),
    ]
    if offset + limit < len(found):
        links.append(_link(f"{base}?limit={limit}&offset={offset + limit}{asked}", "next", _GEOJSON))
    if offset:
        links.append(_link(f"{base}?limit={limit}&offset={max(offset - limit, 0)}{asked}", "prev", _GEOJSON))
    body = {
        "type": "FeatureCollection",
        "numberMatched": len(found),
        "numberReturned": len(part),
        "links": links,
        **_state(service_of(request), request),
        "features": part,
    }
    return JSONResponse(body, media_type=_GEOJSON)


@router.get("/collections/{collection}/items/{item}", responses=_PROBLEMS)
def item(request: Request, collection: str, item: str, f: Literal["json"] = "json") -> Response:
    """Give one item of a collection."""
    _known(collection)
    for feature in _features(service_of(request), collection):
        if str(feature["id"]) == item:
            base = f"{_base(request)}/collections/{collection}"
            links = [
                _link(f"{base}/items/{quote(item, safe='')}", "self", _GEOJSON),
                _link(base, "collection", "application/json"),
            ]
            return JSONResponse({**feature, "links": links}, media_type=_GEOJSON)
    raise HTTPException(404)


def _moments(text: str) -> bool:
    """Tell whether a text is a moment or an interval as the standard writes them."""
    ends = text.split("/")
    try:
        known = [dt.datetime.fromisoformat(e) for e in ends if len(ends) == 1 or e not in ("", "..")]
    except ValueError:
        return False
    aware = [m.replace(tzinfo=m.tzinfo or dt.UTC) for m in known]
    return len(ends) <= 2 and bool(aware) and aware == sorted(aware)


def _known(name: str) -> None:
    if name not in ABOUT:
        raise HTTPException(404)


def _state(service: Service, request: Request) -> dict[str, Any]:
    """Say of which plan the points are and whether the figures are invented."""
    seen = public_view(service)
    if seen is None:
        return {}
    shown, ground = seen.shown, service.ground(seen.project)
    state = "today" if seen.plan is None else seen.plan.state
    made_up = shown["illustrative"] if shown else ground.baseline()[1].project.illustrative
    from tunti.report.words import ILLUSTRATIVE, words_for

    note = {"note": words_for(language_of(request)).text(ILLUSTRATIVE)} if made_up else {}
    return {"state": state, "illustrative": bool(made_up), **note}


def _features(service: Service, name: str) -> list[dict[str, Any]]:
    """Give the features of a collection, made once while files and plan stay the same."""
    seen = public_view(service)
    if seen is None:
        return []
    plan = seen.plan
    mark = (
        service.ground(seen.project).mark(),
        ready_of(service, seen.project) is None,
        None if plan is None else (plan.id, plan.version, plan.state, plan.frozen_hash),
    )
    key = f"features:{name}"
    kept = service.shown.get(key)
    if kept is None or kept[0] != mark or kept[2] is not seen.shown:
        kept = mark, _made(service, name, seen), seen.shown
        service.shown[key] = kept
    made: list[dict[str, Any]] = kept[1]
    return made


def _made(service: Service, name: str, seen: Seen) -> list[dict[str, Any]]:
    shown = seen.shown
    inputs, settings, _ = service.ground(seen.project).baseline()
    if name == "points":
        if shown is not None:
            return [_feature(p["site"], p["lon"], p["lat"], dict(p)) for p in shown["points"]]
        rows = inputs.sites[inputs.sites["status"] == "existing"]
        return _of_rows(rows, "site", public_columns(SITES))
    if name == "offices":
        ready = ready_of(service, seen.project)
        serving = inputs.offices["serves"].isin(("staffed", "visiting", "assisted"))
        rows = inputs.offices[serving.fillna(False)] if ready is None else ready.timed.offices
        part = {} if shown is None else shown.get("offices", {})
        rows = rows.assign(in_plan=rows["office"].astype(str).map(part))
        return _of_rows(rows, "office", (*public_columns(OFFICES), "in_plan"))
    by_code = {} if shown is None else {m["municipality"]: m for m in shown["municipalities"]}
    shapes = _outlines(inputs.borders, settings.project.crs)
    found = []
    for row in inputs.municipalities.to_dict("records"):
        code = str(row["municipality"])
        told = by_code.get(code, {})
        values = {
            "municipality": code,
            **{k: None if missing(row[k]) else str(row[k]) for k in ("name_fi", "name_sv", "region")},
            "people": head_count(row["people"], service.settings.least_people),
            "share_today": told.get("share_today"),
            "share": told.get("share"),
            "share_with_offices": told.get("share_with_offices"),
        }
        found.append({"type": "Feature", "id": code, "geometry": shapes.get(code), "properties": values})
    return found


def _outlines(borders: Any, crs: str) -> dict[str, Any]:
    if borders is None or "municipality" not in borders.columns:
        return {}
    simple = borders.assign(geometry=borders.geometry.simplify(200)).to_crs("EPSG:4326")
    rounded = shapely.set_precision(simple.geometry.to_numpy(), 0.0001)
    return {
        str(code): json.loads(shapely.to_geojson(shape))
        for code, shape in zip(simple["municipality"], rounded, strict=True)
        if shape is not None and not shape.is_empty
    }


def _of_rows(rows: Any, key: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    found = []
    for row in rows.to_dict("records"):
        values = {c: _plain(row[c]) for c in columns if c not in ("x", "y", "lon", "lat")}
        if not missing(row["lon"]):
            found.append(_feature(str(row[key]), float(row["lon"]), float(row["lat"]), values))
    return found


def _feature(name: str, lon: float, lat: float, values: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [round(lon, 5), round(lat, 5)]}
    return {"type": "Feature", "id": name, "geometry": geometry, "properties": values}


def _plain(value: Any) -> Any:
    if missing(value):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value


def _inside(found: list[dict[str, Any]], box: list[float]) -> list[dict[str, Any]]:
    west, south, east, north = box
    if west <= east:
        wanted: shapely.Geometry = shapely.box(west, min(south, north), east, max(south, north))
    else:  # across the date line
        wanted = shapely.union(shapely.box(west, south, 180, north), shapely.box(-180, south, east, north))
    with_place = [f for f in found if f["geometry"]]
    shapes = shapely.from_geojson([json.dumps(f["geometry"]) for f in with_place])
    return [f for f, hit in zip(with_place, shapely.intersects(shapes, wanted), strict=True) if hit]


def _box(found: list[dict[str, Any]]) -> list[float] | None:
    shapes = [json.dumps(f["geometry"]) for f in found if f["geometry"]]
    return [float(v) for v in shapely.total_bounds(shapely.from_geojson(shapes))] if shapes else None


def _csv(part: list[dict[str, Any]], name: str) -> Response:
    out = io.StringIO()
    columns = list(dict.fromkeys(k for f in part for k in f["properties"] if k not in ("lon", "lat")))
    points = any((f["geometry"] or {}).get("type") == "Point" for f in part)
    writer = csv.writer(out)
    writer.writerow([*columns, *(("lon", "lat") if points else ())])
    for f in part:
        values = [_cell(f["properties"].get(c)) for c in columns]
        writer.writerow([*values, *(f["geometry"]["coordinates"] if points else ())])
    return Response(
        out.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}.csv"'},
    )


def _cell(value: Any) -> Any:
    """Write a value so that a spreadsheet takes no text for a formula."""
    if value is None:
        return ""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return "'" + value if isinstance(value, str) and value[:1] in "=+-@\t\r" else value
