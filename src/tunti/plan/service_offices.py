"""Which offices close their customer part and what takes their place, and what the change saves and costs in a year."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import UNREACHABLE, TravelTimes
from tunti.inputs.tables import Inputs
from tunti.location.services import STRENGTH, ServiceAnswer
from tunti.plan.area import Area
from tunti.plan.service_groups import tuples
from tunti.plan.service_question import ServiceQuestion, presence_cost
from tunti.settings import Settings


def service_offices(
    question: ServiceQuestion,
    answer: ServiceAnswer,
    area: Area,
    inputs: Inputs,
    office_times: TravelTimes,
    served: pd.DataFrame,
    settings: Settings,
) -> pd.DataFrame:
    """List every office with what becomes of its customer part, and the point that takes its customers over."""
    p = question.problem
    day = pd.Timestamp(settings.project.as_of)
    region = inputs.offices["municipality"].map(inputs.municipalities.set_index("municipality")["region"])
    planned = ~region.isin(settings.project.regions_left_out).fillna(False)
    left = (inputs.offices["open_to"] < day) & inputs.offices["work_m2"].isna()
    frame = inputs.offices.assign(region=region.astype("string"))[planned & ~left.fillna(False)]
    part = dict.fromkeys(frame["office"].astype(str), "none")
    replaced: dict[str, tuple[str, float]] = {}
    saving: dict[str, int] = {}
    ends: dict[str, int] = {}
    # Any mode counts that the agency's services allow: the model chose no other.
    column = {o: i for i, o in enumerate(served["office"].astype(str))}
    from_site = np.repeat(np.arange(len(office_times.sites)), np.diff(office_times.indptr))
    order = np.lexsort((from_site, office_times.seconds, office_times.cell))
    begin = np.searchsorted(office_times.cell[order], np.arange(len(served) + 1))
    presence = presence_cost(settings.services)
    names = area.sites["site"].astype(str).tolist()
    needed = _needed(question, answer)
    for o, row in enumerate(tuples(question.offices)):
        name = str(row.office)
        ends[name] = int(presence[p.office_mode[o]])
        part[name] = "stays" if answer.kept[o] else "closes"
        if answer.kept[o]:
            continue
        saving[name] = int(row.rent_cents)
        i = column[name]
        for k in order[begin[i] : begin[i + 1]]:
            if answer.mode[p.office_agency[o], from_site[k]] >= 0:
                replaced[name] = (names[from_site[k]], float(office_times.seconds[k]) / 60)
                break
    office = frame["office"].astype(str).tolist()
    return pd.DataFrame(
        {
            "office": pd.array(office, dtype="string"),
            "agency": frame["agency"].astype("string").to_numpy(),
            "municipality": frame["municipality"].astype("string").to_numpy(),
            "region": frame["region"].to_numpy(),
            "customer_part": pd.array([part[n] for n in office], dtype="string"),
            "replaced_by": pd.array([replaced.get(n, (pd.NA, np.nan))[0] for n in office], dtype="string"),
            "minutes_to_replacement": [replaced.get(n, (pd.NA, np.nan))[1] for n in office],
            "saving_cents_year": np.array([saving.get(n, 0) for n in office], np.int64),
            "presence_cents_year": np.array([ends.get(n, 0) for n in office], np.int64),
            "needed": [n in needed for n in office],
            "work_part": (frame["work_m2"].fillna(0.0) > 0).to_numpy(),
            "illustrative": frame["illustrative"].fillna(False).to_numpy(dtype=bool),
        }
    )


def _needed(question: ServiceQuestion, answer: ServiceAnswer) -> set[str]:
    """Name the offices that stay although their agency serves at least as fully at a point near by."""
    p = question.problem
    names = question.offices["office"].astype(str).tolist()
    fits = {a: {m for g in p.groups if g.agency == a for m in g.modes} for a in range(len(p.agencies))}
    found = set()
    for o, j in zip(p.close_office.tolist(), p.close_site.tolist(), strict=True):
        mode = int(answer.mode[p.office_agency[o], j])
        as_well = mode in fits[int(p.office_agency[o])] and STRENGTH[mode] >= STRENGTH[int(p.office_mode[o])]
        if answer.kept[o] and as_well:
            found.add(names[o])
    return found


def service_money(
    question: ServiceQuestion,
    answer: ServiceAnswer,
    points: pd.DataFrame,
    duties: pd.DataFrame,
    mine: NDArray[np.bool_],
    seconds: tuple[NDArray[np.uint16], NDArray[np.uint16]],
    settings: Settings,
) -> pd.DataFrame:
    """Say what the model weighed, today and after the plan, each euro in one row."""
    p = question.problem
    rent = question.offices["rent_cents"].to_numpy(np.int64)
    presence = p.office_cost - rent
    rent, presence, kept = rent[mine], presence[mine], answer.kept[mine]
    after, today = seconds
    known = _served_today(question)
    rows = [
        ("points", 0, int(points["cost_cents_year"].sum())),
        ("presence_at_points", 0, int(duties["cost_cents_year"].sum())),
        ("presence_at_offices", int(presence.sum()), int(presence[kept].sum())),
        ("rent_of_customer_parts", int(rent.sum()), int(rent[kept].sum())),
        ("customers_travel", _travel(question, today, known, settings), _travel(question, after, known, settings)),
        ("customers_travel_new", 0, _travel(question, after, ~known, settings)),
    ]
    return pd.DataFrame(rows, columns=["what", "today_cents_year", "after_cents_year"]).astype({"what": "string"})


def _served_today(question: ServiceQuestion) -> NDArray[np.bool_]:
    """Tell which groups of services some office gives today."""
    p = question.problem
    return np.array([len(p.offices_of(group)) > 0 for group in p.groups], bool)


def _travel(
    question: ServiceQuestion, seconds: NDArray[np.uint16], counted: NDArray[np.bool_], settings: Settings
) -> int:
    """Price the minutes that customers travel there and back; beyond the cut-off the cut-off counts."""
    p = question.problem
    cents = 2 * settings.plan.travel_eur_hour * 100 / 3600
    limit = int(p.times.cutoff_minutes * 60)
    each = np.where(seconds == UNREACHABLE, limit, seconds).astype(np.float64)
    return round(
        sum(float(each[g] @ p.people) * group.visits for g, group in enumerate(p.groups) if counted[g]) * cents
    )
