"""Offices that an agency keeps beside the joint points: which they are, and who has them or a point near."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunti.access.times import UNREACHABLE
from tunti.plan.regional import RegionalPlan
from tunti.report.words import missing
from tunti.stages import Timed
from tunti.web.shown import head_count


def offices_in(plan: RegionalPlan) -> dict[str, str]:
    """Tell of the offices that meet customers today whether they stay or close; empty while that is not chosen.

    Parameters
    ----------
    plan : RegionalPlan

    Returns
    -------
    dict of str to str
        ``stays`` or ``closes`` by office.
    """
    if plan.services is None:
        return {}
    met = set(plan.offices["office"].astype(str))
    rows = plan.services.offices
    parts = zip(rows["office"].astype(str), rows["customer_part"].astype(str), strict=True)
    return {office: part for office, part in parts if office in met and part in ("stays", "closes")}


def with_offices(
    plan: RegionalPlan, timed: Timed, places: list[dict[str, Any]], *, least_people: int
) -> dict[str, Any]:
    """Count who is within the standard of a joint point or of an office that stays.

    Parameters
    ----------
    plan : RegionalPlan
    timed : Timed
        Drive times of the same tables.
    places : list of dict
        Municipalities as :func:`tunti.web.shown.shown` gives them.
    least_people : int
        Shares that would tell of fewer people are left out.

    Returns
    -------
    dict
        ``offices, share_with_offices, mean_minutes_with_offices, municipalities``; empty where services are not
        chosen. The mean is over those who reach a point or an office within the cut-off.
    """
    offices = offices_in(plan)
    if plan.services is None:
        return {}
    cells = plan.proposed.cells
    limit = plan.settings.standard.minutes
    points = cells["minutes"].to_numpy(dtype=np.float64, na_value=np.nan)
    near = _minutes_to(timed, {o for o, part in offices.items() if part == "stays"}, cells["cell"].astype(str).tolist())
    people = cells["people"].to_numpy(dtype=np.int64)
    # As in the figures of points alone: on the limit is within.
    either = np.fmin(points, near)
    before, after = (np.nan_to_num(m, nan=np.inf) <= limit + 1e-9 for m in (points, either))
    reached = np.where(np.isnan(either), 0, people)
    total = int(people.sum())
    of = cells["municipality"].astype("string").fillna("").to_numpy(dtype=str)
    rows = []
    for place in places:
        mine = of == place["municipality"]
        n, alone, both = (int(people[mine & k].sum()) for k in (np.ones(len(of), bool), before, after))
        told = all(head_count(v, least_people) is not None for v in (alone, both, n - both, both - alone))
        rows.append(place | {"share_with_offices": round(both / n, 4) if n and told else None})
    return {
        "offices": offices,
        "share_with_offices": int(people[after].sum()) / total if total else None,
        "mean_minutes_with_offices": round(float(np.nan_to_num(either) @ reached) / int(reached.sum()), 2)
        if reached.sum()
        else None,
        "municipalities": rows,
    }


def _minutes_to(timed: Timed, offices: set[str], cells: list[str]) -> NDArray[np.float64]:
    """Give the minutes from cells to the nearest of some offices, NaN where none is within reach."""
    is_open = np.zeros(len(timed.times.sites), bool)
    for place, office in zip(timed.office_place.tolist(), timed.offices["office"].astype(str), strict=True):
        is_open[place] |= office in offices
    _, seconds = timed.times.nearest(is_open)
    at = {cell: i for i, cell in enumerate(timed.times.cells)}
    here = seconds[[at[c] for c in cells]]
    return np.where(here == UNREACHABLE, np.nan, here / 60.0)


def places_of_staying(timed: Timed, offices: dict[str, str]) -> dict[int, list[dict[str, Any]]]:
    """Give the offices that stay by the row of the drive times where they are."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = timed.offices.to_dict("records")
    for place, row in zip(timed.office_place.tolist(), rows, strict=True):
        if not missing(row["office"]) and offices.get(str(row["office"])) == "stays":
            found.setdefault(place, []).append({str(k): v for k, v in row.items()})
    return found
