"""What the public sees of a plan: its points and figures, frozen when the plan is put to hearing."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pyproj import Transformer

from tunti.plan.regional import RegionalPlan
from tunti.report.visible import plan_for
from tunti.report.words import missing

Shown = dict[str, Any]


def shown(plan: RegionalPlan, *, least_people: int, title: str, existing: frozenset[str]) -> Shown:
    """Give a plan's public points and figures as plain values.

    Parameters
    ----------
    plan : RegionalPlan
    least_people : int
        Smaller head counts are left out.
    title : str
    existing : frozenset of str
        Points that exist, whatever the plan says of their sites.

    Returns
    -------
    dict
        ``title, region, region_names, minutes, illustrative, share_today, share, people, people_outside, points,
        neighbours, municipalities, sources``.
    """
    public, _ = plan_for(plan, "public")
    east = Transformer.from_crs(public.settings.project.crs, "EPSG:4326", always_xy=True)
    after = public.proposed.municipalities.set_index("municipality")
    today = public.today.municipalities.set_index("municipality")
    places = [
        {
            "municipality": str(code),
            "name_fi": _text(row["name_fi"]),
            "name_sv": _text(row["name_sv"]),
            "people": head_count(row["people"], least_people),
            "share_today": _share(today, code, least_people),
            "share": _share(after, code, least_people),
        }
        for code, row in after.iterrows()
        if not missing(code)
    ]
    return {
        "title": title,
        "region": public.region,
        "region_names": public.region_names,
        "minutes": public.settings.standard.minutes,
        "illustrative": public.illustrative,
        "people": int(public.proposed.people),
        "people_outside": head_count(public.proposed.people_outside, least_people),
        "share_today": float(public.today.share),
        "share": float(public.proposed.share),
        "mean_minutes_today": round(float(public.today.mean_minutes), 2),
        "mean_minutes": round(float(public.proposed.mean_minutes), 2),
        "points": _points(public.points, east, existing, least_people),
        # Points of other regions that the plan counts on: its figures count them, too.
        "neighbours": _points(public.neighbours, east, existing, least_people),
        "municipalities": places,
        # Of one source several tables can come: it is named once.
        "sources": [
            {"title": title, "publisher": publisher, "licence": licence}
            for title, publisher, licence in dict.fromkeys((s.title, s.publisher, s.licence) for s in public.sources)
        ],
    }


def _points(points: pd.DataFrame, east: Transformer, existing: frozenset[str], least: int) -> list[dict[str, Any]]:
    lon, lat = east.transform(points["x"].to_numpy(), points["y"].to_numpy())
    return [
        {
            "site": str(row["site"]),
            "name": str(row["name"]),
            "municipality": _text(row["municipality"]),
            "municipality_fi": _text(row["municipality_fi"]),
            "municipality_sv": _text(row["municipality_sv"]),
            "region": _text(row["region"]),
            "status": "existing" if str(row["site"]) in existing else "new",
            "lon": round(float(lon[k]), 5),
            "lat": round(float(lat[k]), 5),
            "people_nearest": head_count(row["people_served"], least),
            "people_within": head_count(row["population_base"], least),
            "minutes_mean": None if missing(row["mean_minutes"]) else round(float(row["mean_minutes"]), 1),
        }
        for k, row in enumerate(points.to_dict("records"))
    ]


def head_count(value: Any, least: int) -> int | None:
    """Give a head count, None where it is missing or so small that it would tell of single people."""
    if missing(value):
        return None
    n = int(value)
    return n if n == 0 or n >= least else None


def _share(table: pd.DataFrame, code: Any, least: int) -> float | None:
    """Give a place's share, None where the people inside or outside are too few to be told of."""
    if code not in table.index:
        return None
    row = table.loc[code]
    people, inside = int(row["people"]), int(row["people_inside"])
    # A share tells of the few inside and of the few outside alike.
    if not people or any(0 < n < least for n in (inside, people - inside)):
        return None
    return round(inside / people, 4)


def _text(value: Any) -> str | None:
    return None if missing(value) else str(value)
