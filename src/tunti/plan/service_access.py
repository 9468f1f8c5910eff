"""Who reaches each service, today and after the plan, and in which languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import UNREACHABLE
from tunti.inputs.spoken import languages_at, languages_by_municipality
from tunti.inputs.tables import Inputs
from tunti.location.rules import seconds_of
from tunti.location.services import MODES, REMOTE, STAFFED, VISITING, ServiceAnswer
from tunti.location.services_solve import serving_places
from tunti.plan.area import Area
from tunti.plan.service_groups import tuples
from tunti.plan.service_question import ServiceQuestion


def group_times(
    question: ServiceQuestion, answer: ServiceAnswer
) -> tuple[NDArray[np.int32], NDArray[np.uint16], NDArray[np.uint16]]:
    """Give the nearest place and the seconds to it, by group and cell, after the plan and today.

    Returns
    -------
    place : int32, shape (groups, cells)
        Row of the times after the plan, -1 for none.
    after, today : uint16, shape (groups, cells)
        65,535 for none within the cut-off.
    """
    p = question.problem
    shape = (len(p.groups), len(p.people))
    place, after, today = np.empty(shape, np.int32), np.empty(shape, np.uint16), np.empty(shape, np.uint16)
    no_mode = np.full((len(p.agencies), p.sites), -1, np.int8)
    every = np.ones(p.offices, bool)
    for g, group in enumerate(p.groups):
        place[g], after[g] = p.times.nearest(serving_places(p, group.agency, group.modes, answer.mode, answer.kept))
        _, today[g] = p.times.nearest(serving_places(p, group.agency, group.modes, no_mode, every))
    return place, after, today


def access_by_service(
    question: ServiceQuestion,
    answer: ServiceAnswer,
    area: Area,
    after: NDArray[np.uint16],
    today: NDArray[np.uint16],
) -> pd.DataFrame:
    """Count the people within each service's standard by region, today and after the plan.

    Returns
    -------
    DataFrame
        ``region`` (NA: all), ``service, agency, standard_minutes, people, people_inside_today, people_inside_after,
        share_today, share_after, share_set, in_person_today, in_person_after``: the last two count the people within
        the standard of a place where a clerk of the agency is, every day or on visiting days.
    """
    p = question.problem
    met_today, met_after = _in_person(question, answer)
    codes = area.regions["region"].astype(str).tolist()
    inside_after, inside_today = _inside(question, after), _inside(question, today)
    rows = []
    for service in tuples(question.services):
        g = int(service.group)
        parts: list[tuple[object, NDArray[np.bool_]]] = [(pd.NA, np.ones(len(p.people), bool))]
        parts += [(code, p.region == i) for i, code in enumerate(codes)]
        for code, mask in parts:
            people = int(p.people[mask].sum())
            before, then = int(p.people[mask & inside_today[g]].sum()), int(p.people[mask & inside_after[g]].sum())
            rows.append(
                (
                    code,
                    service.service,
                    service.agency,
                    service.minutes,
                    people,
                    before,
                    then,
                    before / people if people else np.nan,
                    then / people if people else np.nan,
                    service.share_set,
                    int(p.people[mask & met_today[g]].sum()),
                    int(p.people[mask & met_after[g]].sum()),
                )
            )
    names = ("region", "service", "agency", "standard_minutes", "people", "people_inside_today")
    more = ("people_inside_after", "share_today", "share_after", "share_set", "in_person_today", "in_person_after")
    return pd.DataFrame(rows, columns=[*names, *more]).astype(
        {"region": "string", "service": "string", "agency": "string", "share_set": "float64"}
    )


def _in_person(question: ServiceQuestion, answer: ServiceAnswer) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which cells are within each group's standard of a clerk, today and after the plan."""
    p = question.problem
    found = np.zeros((2, len(p.groups), len(p.people)), bool)
    no_mode = np.full((len(p.agencies), p.sites), -1, np.int8)
    for g, group in enumerate(p.groups):
        clerks = tuple(m for m in group.modes if m in (STAFFED, VISITING))
        for n, (mode, kept) in enumerate(((no_mode, np.ones(p.offices, bool)), (answer.mode, answer.kept))):
            _, seconds = p.times.nearest(serving_places(p, group.agency, clerks, mode, kept))
            found[n, g] = (seconds != UNREACHABLE) & (seconds <= group.seconds)
    return found[0], found[1]


def _inside(question: ServiceQuestion, seconds: NDArray[np.uint16]) -> NDArray[np.bool_]:
    limit = np.array([group.seconds for group in question.problem.groups])
    return np.asarray((seconds != UNREACHABLE) & (seconds.astype(np.int64) <= limit[:, None]), np.bool_)


def cell_minutes(
    question: ServiceQuestion,
    area: Area,
    place: NDArray[np.int32],
    after: NDArray[np.uint16],
    today: NDArray[np.uint16],
) -> pd.DataFrame:
    """Give the minutes of every cell to each group of services, today and after the plan.

    Returns
    -------
    DataFrame
        ``cell, group, place`` (after the plan: a site, or an office's place), ``minutes_today, minutes_after``; NA and
        NaN beyond the cut-off.
    """
    n = len(question.problem.people)
    groups = question.groups["group"].to_numpy(dtype=object)

    def minutes(seconds: NDArray[np.uint16]) -> NDArray[np.float64]:
        return np.where(seconds == UNREACHABLE, np.nan, seconds / 60.0).ravel()

    return pd.DataFrame(
        {
            "cell": pd.Series(np.tile(area.cells["cell"].to_numpy(dtype=object), len(groups)), dtype="string"),
            "group": pd.Series(np.repeat(groups, n), dtype="string"),
            "place": pd.Categorical.from_codes(place.ravel(), pd.Index(question.problem.times.sites)),
            "minutes_today": minutes(today),
            "minutes_after": minutes(after),
        }
    )


def languages_met(question: ServiceQuestion, answer: ServiceAnswer, area: Area, inputs: Inputs) -> pd.DataFrame:
    """Say where each required language of a service is met, and how far that is.

    Returns
    -------
    DataFrame
        ``municipality, service, agency, language, required`` (table or status), ``met_by`` (site or office, NA where
        none), ``minutes, met, met_today``. Minutes are those of the municipality's most populous cell.
    """
    p = question.problem
    indptr, place, seconds = p.times.by_cell()
    spoken = languages_by_municipality(inputs.municipalities)
    site_speaks = [languages_at(spoken.get(str(m), ()), remotely=False) for m in area.sites["municipality"]]
    office_speaks = [languages_at(spoken.get(str(m), ()), remotely=False) for m in question.offices["municipality"]]
    site_names = area.sites["site"].astype(str).tolist()
    office_names = question.offices["office"].astype(str).tolist()
    at_place: dict[int, list[int]] = {}
    for o, where in enumerate(p.office_place.tolist()):
        at_place.setdefault(where, []).append(o)
    found: dict[tuple[int, int, str], tuple[str | None, float, bool, bool]] = {}

    def fits(mode: int, speaks: tuple[str, ...], language: str) -> bool:
        # Sign language is booked and a remote connection reaches a speaker of any language.
        return language in ("fi", "sign") or language in speaks or mode == REMOTE

    def search(g: int, cell: int, language: str) -> tuple[str | None, float, bool, bool]:
        group = p.groups[g]
        met_by, minutes, met, met_today = None, np.nan, False, False
        for k in range(int(indptr[cell]), int(indptr[cell + 1])):
            where, near = int(place[k]), int(seconds[k]) <= group.seconds
            if where < p.sites:
                mode = int(answer.mode[group.agency, where])
                if met_by is None and mode in group.modes and fits(mode, site_speaks[where], language):
                    met_by, minutes, met = site_names[where], seconds[k] / 60.0, near
                continue
            for o in at_place.get(where, ()):
                mode = int(p.office_mode[o])
                if (
                    p.office_agency[o] == group.agency
                    and mode in group.modes
                    and fits(mode, office_speaks[o], language)
                ):
                    met_today |= near
                    if met_by is None and answer.kept[o]:
                        met_by, minutes, met = office_names[o], seconds[k] / 60.0, near
        return met_by, minutes, met, met_today

    rows = []
    agency_of = dict(zip(question.services["service"], question.services["agency"], strict=True))
    for row in tuples(question.languages):
        if pd.isna(row.cell):
            continue
        key = (int(row.group), int(row.cell), str(row.language))
        if key not in found:
            found[key] = search(*key)
        rows.append((row.municipality, row.service, agency_of[row.service], row.language, row.required_by, *found[key]))
    names = ("municipality", "service", "agency", "language", "required", "met_by", "minutes", "met", "met_today")
    frame = pd.DataFrame(rows, columns=list(names))
    return frame.astype(dict.fromkeys(names[:6], "string") | {"minutes": "float64", "met": "bool", "met_today": "bool"})


def mode_names(modes: NDArray[np.int8]) -> NDArray[np.object_]:
    """Give the names of modes, 'none' for -1."""
    return np.array([*MODES, "none"], dtype=object)[modes]


def within(question: ServiceQuestion, minutes: float) -> NDArray[np.int64]:
    """Count the people within some minutes of each site."""
    p = question.problem
    last = p.times.indptr[p.sites]
    near = p.times.seconds[:last] <= seconds_of(minutes)
    site = np.repeat(np.arange(p.sites), np.diff(p.times.indptr[: p.sites + 1]))
    base = np.bincount(site[near], weights=p.people[p.times.cell[:last][near]].astype(float), minlength=p.sites)
    return np.rint(base).astype(np.int64)
