"""The programme's money in short: by payer, source, town, agency and branch, and what it is held against."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tunti.access.times import TravelTimes
from tunti.inputs.tables import Inputs
from tunti.programme.cover import Group
from tunti.programme.flows import Value
from tunti.programme.upstream import PremisesTables, by_key, rows
from tunti.settings import Settings

FIT_OUTS = ("light", "deep", "point_fit_out")
"""Sources of investment."""


def present_value(frame: pd.DataFrame, value: Value, names: tuple[str, ...], years_after: int) -> int:
    """Give the present value of a part of the cash flow, the last quarter's running money going on for some years.

    Parameters
    ----------
    frame : DataFrame
        Rows of the cash flow.
    value : Value
        Of the programme's quarters and those after it.
    names : tuple of str
        Names of the programme's quarters.
    years_after : int

    Returns
    -------
    int
        Cents.
    """
    at = {name: q for q, name in enumerate(names)}
    quarter = frame["quarter"].map(at).to_numpy(np.int64)
    total = float((frame["cents"].to_numpy(float) * value.discount[quarter]).sum())
    last = frame[(frame["quarter"] == names[-1]) & (frame["kind"] == "running")]["real_cents"].sum()
    tail = slice(len(names), len(names) + 4 * years_after)
    return round(total + float(last) * float((value.discount[tail] * value.index[tail]).sum()))


def payers(cashflow: pd.DataFrame, value: Value, names: tuple[str, ...], years_after: int) -> pd.DataFrame:
    """Add up the cash flow by payer.

    Parameters
    ----------
    cashflow : DataFrame
    value : Value
    names : tuple of str
        Names of the quarters.
    years_after : int
        Years after the horizon in the present value.

    Returns
    -------
    DataFrame
        ``payer, who, state, one_off_cents, running_cents_year`` (the last quarter's, times four), ``npv_cents``,
        ``payback_years`` (one-off money against a year's saving; NaN where there is no saving).
    """
    found = []
    for (payer, who, state), part in cashflow.groupby(["payer", "who", "state"], sort=True):
        found.append((payer, who, state, *_figures(part, names), present_value(part, value, names, years_after)))
    frame = pd.DataFrame(
        found, columns=["payer", "who", "state", "one_off_cents", "running_cents_year", "npv_cents"]
    ).astype({"payer": "string", "who": "string", "state": "bool"})
    return frame.assign(payback_years=payback(frame["one_off_cents"], frame["running_cents_year"]))


def payback(one_off: pd.Series, running: pd.Series) -> pd.Series:
    """Give the years in which a yearly saving pays one-off money back; NaN without a saving or without spending."""
    spent, saved = -one_off.astype(float), running.astype(float)
    return (spent / saved.where(saved > 0)).where(spent > 0).astype("float64")


def _figures(part: pd.DataFrame, names: tuple[str, ...]) -> tuple[int, int]:
    one_off = int(part.loc[part["kind"] == "one_off", "real_cents"].sum())
    last = part[(part["kind"] == "running") & (part["quarter"] == names[-1])]
    return one_off, int(last["real_cents"].sum()) * 4


def savings(cashflow: pd.DataFrame, names: tuple[str, ...], inputs: Inputs, premises: PremisesTables) -> pd.DataFrame:
    """Give the yearly effect at the horizon by town, agency, branch of government and source, the largest first.

    Parameters
    ----------
    cashflow : DataFrame
    names : tuple of str
    inputs : Inputs
    premises : result tables

    Returns
    -------
    DataFrame
        ``level`` (``town``, ``agency``, ``branch``, ``source``), ``key``, ``one_off_cents, running_cents_year`` of the
        state, all payers of the agencies in the levels ``agency`` and ``branch``.
    """
    town = {str(r.office): str(r.municipality) for r in rows(inputs.offices)}
    town |= {str(r.premise): str(r.municipality) for r in rows(premises.workplaces)}
    town |= {str(r.site): str(r.municipality) for r in rows(inputs.sites)}
    branch = {a: "" if pd.isna(r.branch) else str(r.branch) for a, r in by_key(inputs.agencies, "agency").items()}
    of_state = cashflow[cashflow["state"]]
    of_agencies = cashflow[cashflow["payer"] != "real_estate"]
    frames = []
    for level, part, key in (
        ("town", of_state, of_state["what"].map(town)),
        ("agency", of_agencies, of_agencies["who"]),
        ("branch", of_agencies, of_agencies["who"].map(branch)),
        ("source", of_state, of_state["source"]),
    ):
        found = [(level, k, *_figures(one, names)) for k, one in part.groupby(key.fillna(""), sort=True)]
        columns = ["level", "key", "one_off_cents", "running_cents_year"]
        frame = pd.DataFrame(found, columns=columns)
        frames.append(frame.sort_values(["running_cents_year", "key"], ascending=[False, True], kind="stable"))
    return pd.concat(frames, ignore_index=True).astype(
        {"level": "string", "key": "string", "one_off_cents": "int64", "running_cents_year": "int64"}
    )


def travel(
    times: TravelTimes,
    cells: pd.DataFrame,
    regions: pd.DataFrame,
    groups: tuple[Group, ...],
    place_row: np.ndarray,
    open_today: np.ndarray,
    open_after: np.ndarray,
    visits: Mapping[str, float],
) -> pd.DataFrame:
    """Give customers' travel before and after by group of services and region.

    Parameters
    ----------
    times : TravelTimes
    cells, regions : DataFrame
    groups : tuple of Group
    place_row : int64, shape (places,)
        Row of ``times`` of each place.
    open_today, open_after : bool, shape (places,)
    visits : mapping
        Visits a year of each service in the whole area, made evenly by people.

    Returns
    -------
    DataFrame
        ``group, region, visits_year, minutes_today, minutes_after`` (mean one way; beyond the cut-off counts as the
        cut-off), ``hours_year_change`` (both ways). Services that nobody gives today have no minutes today and change
        no hours: a trip that nobody can make yet saves no time when it can be made.
    """
    people = cells["people"].fillna(0).to_numpy(float)
    region = cells["region"].to_numpy(object)
    everybody = max(people.sum(), 1.0)
    found = []
    for group in groups:
        yearly = sum(visits.get(s, 0.0) for s in group.services) / everybody
        today, after = (
            _minutes(times, group.places[is_open[group.places]], place_row) for is_open in (open_today, open_after)
        )
        given = bool(open_today[group.places].any())
        for code in regions["region"]:
            here = region == code
            n = people[here].sum()
            if not n:
                continue
            a, b = (round(float((m[here] * people[here]).sum() / n), 4) for m in (today, after))
            made = round(float(yearly * n), 2)
            change = round(made * (b - a) * 2 / 60, 2) if given else 0.0
            found.append((group.name, code, made, a if given else np.nan, b, change))
    names = ["group", "region", "visits_year", "minutes_today", "minutes_after", "hours_year_change"]
    return pd.DataFrame(found, columns=names).astype({"group": "string", "region": "string"})


def _minutes(times: TravelTimes, places: np.ndarray, place_row: np.ndarray) -> np.ndarray:
    best = np.full(len(times.cells), times.cutoff_minutes * 60)
    for place in places:
        at = slice(times.indptr[place_row[place]], times.indptr[place_row[place] + 1])
        cell = times.cell[at]
        best[cell] = np.minimum(best[cell], times.seconds[at])
    return best / 60


def indicators(
    events: pd.DataFrame,
    cashflow: pd.DataFrame,
    shares: pd.DataFrame,
    travelled: pd.DataFrame,
    names: tuple[str, ...],
    value: Value,
    inputs: Inputs,
    premises: PremisesTables,
    settings: Settings,
) -> pd.DataFrame:
    """Give the figures that a programme is judged by.

    Parameters
    ----------
    events, cashflow, shares, travelled : DataFrame
    names : tuple of str
    value : Value
    inputs : Inputs
    premises : result tables
    settings : Settings

    Returns
    -------
    DataFrame
        ``measure, value, unit``.
    """
    own = settings.programme
    state = cashflow[cashflow["state"]]
    agencies = cashflow[cashflow["payer"] == "agency"]
    invested = -int(cashflow.loc[cashflow["source"].isin(FIT_OUTS), "real_cents"].sum())
    one_off, running = _figures(state, names)
    hours = float(travelled["hours_year_change"].sum())
    offices = by_key(inputs.offices, "office")
    municipal = {b.casefold() for b in own.not_state}
    of_state = {
        a for a, r in by_key(inputs.agencies, "agency").items()
        if pd.isna(r.branch) or str(r.branch).casefold() not in municipal
    }  # fmt: skip
    moved = set(events.loc[events["kind"] == "move", "office"])
    left = set(events.loc[events["kind"].isin(("move", "close_work")), "office"])
    to = by_key(premises.moves[premises.moves["from_part"] == "work"], "office")
    staff = {o: 0.0 if pd.isna(r.staff) else float(r.staff) for o, r in offices.items() if str(r.agency) in of_state}
    m2 = {o: sum(0.0 if pd.isna(v) else float(v) for v in (r.work_m2,)) for o, r in offices.items() if o in staff}
    together = max(sum(staff.values()), 1e-9)
    after = sum(v for o, v in m2.items() if o not in left) + sum(float(to[o].m2) for o in moved if o in staff)
    kilometres = hours * own.kilometres_an_hour
    figures: list[tuple[str, float, str]] = [
        ("points_opened", int(((events["kind"] == "open") & events["site"].notna()).sum()), ""),
        ("offices_closed", _done(events, "close_customer"), ""),
        ("offices_put_off", int((events["start_quarter"].isna()).sum()), ""),
        ("offices_moved", len(moved), ""),
        ("least_share", float(shares["share"].min()) if len(shares) else 1.0, "share"),
        ("investment", invested / 100, "eur"),
        ("one_off_state", one_off / 100, "eur"),
        ("net_state_year", running / 100, "eur_year"),
        ("net_agencies_year", _figures(agencies, names)[1] / 100, "eur_year"),
        ("npv_state", present_value(state, value, names, own.value_years) / 100, "eur"),
        ("target_year", own.target_eur_year, "eur_year"),
        ("target_missing_year", own.target_eur_year - running / 100, "eur_year"),
        ("staff_shared", sum(staff.get(o, 0.0) for o in moved) / together, "share"),
        ("staff_shared_target", own.target_staff_share, "share"),
        ("m2_person_today", sum(m2.values()) / together, "m2"),
        ("m2_person", after / together, "m2"),
        ("m2_person_target", settings.premises.target_m2_person, "m2"),
        ("travel_hours_year", round(hours, 2), "hours_year"),
        ("travel_eur_year", round(hours * settings.plan.travel_eur_hour, 2), "eur_year"),
        ("travel_co2_kg_year", round(kilometres * own.co2_kg_km, 2), "kg_year"),
        ("floor_co2_kg_year", round((after - sum(m2.values())) * settings.premises.co2_kg_m2, 2), "kg_year"),
    ]
    return pd.DataFrame(figures, columns=["measure", "value", "unit"]).astype(
        {"measure": "string", "value": "float64", "unit": "string"}
    )


def _done(events: pd.DataFrame, kind: str) -> int:
    return int(((events["kind"] == kind) & events["start_quarter"].notna()).sum())
