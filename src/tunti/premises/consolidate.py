"""Offices to shared premises: the question in money, its exact answer, and the tables of the result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.money import annuity, cents, rent_parts
from tunti.premises.alternatives import Without, alternatives_table, without_each
from tunti.premises.fit import fits, lets_go, premises_table
from tunti.premises.need import customer_need, work_need
from tunti.premises.regret import regret
from tunti.premises.solve import Answer, Moves, solve
from tunti.settings import Settings

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Premises:
    """Shared premises of a plan.

    Attributes
    ----------
    need : DataFrame
        Room that each office's work needs: see :func:`tunti.premises.need.work_need`.
    points : DataFrame
        Customer area of each point: see :func:`tunti.premises.need.customer_need`.
    moves : DataFrame
        ``office, agency, region, from_part`` (``work``), ``to_premise, earliest, m2, staff, minutes_change, reason``
        (``indoor_air``, ``saving``).
    workplaces : DataFrame
        ``premise, name, municipality, region, kind, site, owner, m2, m2_used, agencies`` (separated by spaces),
        ``offices, staff, places, investment_cents, investment_low_cents, investment_high_cents, rent_cents_year,
        rent_low_cents, rent_high_cents, condition, co2_kg_year, solution`` (municipality: its buildings together).
    offices : DataFrame
        Every office with a work part: ``office, name, agency, municipality, region, work_part`` (``stays``, ``moves``),
        ``m2_given_up, rent_saved_cents_year`` (of the unit costs where ``rent_known`` is false), ``rent_known,
        holding_cents_year, sale_value_cents, earliest, must_leave, stuck, illustrative``.
    regret : DataFrame
        Sizes of each shared premises compared: ``premise`` and the columns of :func:`tunti.premises.regret.regret`.
    premises : DataFrame
        All premises that were on offer.
    alternatives : DataFrame
        What changes if one of the shared premises can't be had: see
        :func:`tunti.premises.alternatives.alternatives_table`.
    alternatives_proven : bool
        Whether each of them is within the settings' gap.
    staff, staff_shared, m2_before, m2_after : float
    answer : Answer
        With bound and gap.
    """

    need: pd.DataFrame
    points: pd.DataFrame
    moves: pd.DataFrame
    workplaces: pd.DataFrame
    offices: pd.DataFrame
    regret: pd.DataFrame
    premises: pd.DataFrame
    alternatives: pd.DataFrame
    alternatives_proven: bool
    staff: float
    staff_shared: float
    m2_before: float
    m2_after: float
    answer: Answer

    @property
    def certificate(self) -> Answer:
        """The answer's bound and gap."""
        return self.answer


def work_offices(offices: pd.DataFrame, agencies: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Give the offices with a work part whose agency takes part in shared workplaces on the project's day.

    Parameters
    ----------
    offices, agencies : DataFrame
        Input tables; offices with ``region`` and a place.
    settings : Settings

    Returns
    -------
    DataFrame
    """
    day = pd.Timestamp(settings.project.as_of)
    taking = agencies[
        agencies["takes_part"].fillna("both").isin(("both", "workplaces")) & ~(agencies["valid_to"] < day).fillna(False)
    ]
    known = set(agencies["agency"])
    takes_part = offices["agency"].isin(taking["agency"]) | ~offices["agency"].isin(known)
    works = (offices["work_m2"].fillna(0) > 0) | (offices["staff"].fillna(0) > 0)
    placed = offices["x"].notna() & offices["y"].notna()
    return offices[takes_part & works & placed]


def consolidate(
    offices: pd.DataFrame,
    minutes: Floats,
    sites: pd.Series,
    given: pd.DataFrame,
    points: pd.DataFrame,
    duties: pd.DataFrame,
    visit_minutes: pd.Series,
    settings: Settings,
    *,
    queued: pd.DataFrame | None = None,
) -> Premises:
    """Decide which offices move to which shared premises, at the least cost of rent, fit-out and staff's travel.

    Parameters
    ----------
    offices : DataFrame
        Offices with a work part: see :func:`work_offices`.
    minutes : float64, shape (offices, sites)
        Drive from each office to each site, NaN beyond the cut-off.
    sites : Series of str
        Ids of the sites.
    given : DataFrame
        Input table of premises with ``region``, those of the planned area; they need not be at an open point.
    points, duties : DataFrame
        Open points, and who serves there.
    visit_minutes : Series
        Minutes of a visit by agency.
    settings : Settings
    queued : DataFrame, optional
        Counters and rooms of points as remote service sizes them: see :func:`tunti.premises.need.customer_need`.

    Returns
    -------
    Premises

    Notes
    -----
    Staying costs the rent of the work part; where the state owns the building, the owner's costs and the yearly value
    of its sale instead, since rent within the state is no cost to it. Moving costs the rent of the area that presence
    needs, the fit-out and the leaving of leased space as annuities over the owner's term, and the value of the time
    that staff travel more.
    """
    premises = premises_table(given[given["site"].isin(sites)], points, settings)
    need = work_need(offices, settings.premises)
    column = pd.Index(sites).get_indexer(pd.Index(premises["site"]))
    drive = minutes[:, column] if len(premises) else np.zeros((len(offices), 0))
    released, earliest = lets_go(offices, settings)
    must = (offices["condition"] == "indoor_air").fillna(False).to_numpy(dtype=bool)
    allowed = fits(offices, premises, drive, settings) & (released | must)[:, None]
    keep = _keep_cost(offices, settings)
    area = (need["work_m2_need"] + need["special_m2"]).to_numpy(np.float64)
    unit = _unit_costs(premises, settings)[1]
    i, p = np.nonzero(allowed)
    present = (need["staff"] * need["presence"]).to_numpy(np.float64)
    # There and back, for those present, all year; nearer premises count as a gain of nothing.
    own = settings.premises
    travel = present[i] * own.work_days_year * 2 * np.nan_to_num(drive[i, p]) / 60 * own.commute_eur_hour * 100
    moves = Moves(
        stay=np.where(must, np.inf, keep.astype(float)),
        office=i.astype(np.int64),
        premise=p.astype(np.int64),
        cost=area[i] * unit[p] + travel + _leaving_cost(offices, settings)[i],
        need=area[i],
        fixed=np.full(len(premises), own.fixed_eur_year * 100.0),
        capacity=premises["m2"].fillna(np.inf).to_numpy(np.float64),
    )
    answer = solve(moves, gap=own.gap, nodes=own.nodes)
    others = without_each(moves, answer, gap=own.gap, nodes=own.nodes)
    return _result(
        offices,
        need,
        premises,
        drive,
        earliest,
        must,
        area,
        answer,
        others,
        customer_need(points, duties, visit_minutes, settings, queued=queued),
        settings,
    )


def _unit_costs(premises: pd.DataFrame, settings: Settings) -> tuple[Floats, Floats, Floats]:
    """Give the cost of a square metre in a year with its fit-out: low, likely and high, in cents."""
    out = []
    for k, name in enumerate(("rent_low", "rent", "rent_high")):
        out.append((premises[name].to_numpy(np.float64) + _fit_out_year(premises, settings, k)) * 100)
    return out[0], out[1], out[2]


def _fit_out(premises: pd.DataFrame, settings: Settings, k: int) -> Floats:
    """Give the fit-out of a square metre in euros: low (0), likely (1) or high (2)."""
    money = settings.money
    cost = {"light": money.light_eur_m2[k], "deep": money.deep_eur_m2[k], "none": 0.0}
    return np.asarray(premises["fit_out"].map(cost), np.float64)


def _fit_out_year(premises: pd.DataFrame, settings: Settings, k: int) -> Floats:
    money = settings.money
    return _fit_out(premises, settings, k) * annuity(1.0, money.discount_rate, money.recovery_years)


def _owned(offices: pd.DataFrame, settings: Settings) -> NDArray[np.bool_]:
    owners = {o.casefold() for o in settings.premises.state_owners}
    return offices["owner"].fillna("").str.casefold().isin(owners).to_numpy(dtype=bool)


def _keep_cost(offices: pd.DataFrame, settings: Settings) -> NDArray[np.int64]:
    """Give the cents a year of an office's work part that end when it is given up."""
    money = settings.money
    m2 = offices["work_m2"].fillna(0.0).to_numpy(np.float64)
    sale = money.sale_eur_m2[1] * money.discount_rate
    within = cents(m2 * (money.holding_eur_m2_year[1] + sale))
    return np.asarray(np.where(_owned(offices, settings), within, _work_rent(offices, settings)), np.int64)


def _work_rent(offices: pd.DataFrame, settings: Settings) -> NDArray[np.int64]:
    """Give the rent of the work parts in cents a year; where it is not known, that of the unit costs."""
    m2 = offices["work_m2"].fillna(0.0).to_numpy(np.float64)
    known = offices["rent_eur_year"].notna().to_numpy(dtype=bool)
    estimate = cents(m2 * settings.money.saving_eur_m2_year[1])
    return np.asarray(np.where(known, rent_parts(offices)[1], estimate), np.int64)


def _leaving_cost(offices: pd.DataFrame, settings: Settings) -> Floats:
    """Give the cents a year of leaving leased space, over the same term as a fit-out; the state's own has none."""
    money = settings.money
    m2 = offices["work_m2"].fillna(0.0).to_numpy(np.float64)
    yearly = 100 * money.exit_eur_m2[1] * annuity(1.0, money.discount_rate, money.recovery_years)
    return np.where(_owned(offices, settings), 0.0, m2 * yearly)


def _result(
    offices: pd.DataFrame,
    need: pd.DataFrame,
    premises: pd.DataFrame,
    drive: Floats,
    earliest: pd.Series,
    must: NDArray[np.bool_],
    area: Floats,
    answer: Answer,
    others: tuple[Without, ...],
    customers: pd.DataFrame,
    settings: Settings,
) -> Premises:
    money = settings.money
    gone = answer.to >= 0
    rows = np.flatnonzero(gone)
    to = answer.to[rows]
    m2 = offices["work_m2"].fillna(0.0).to_numpy(np.float64)
    owned = _owned(offices, settings)
    rent = _work_rent(offices, settings)
    moves = pd.DataFrame(
        {
            "office": offices["office"].to_numpy()[rows],
            "agency": offices["agency"].to_numpy()[rows],
            "region": offices["region"].to_numpy()[rows],
            "from_part": "work",
            "to_premise": premises["premise"].to_numpy()[to],
            "earliest": earliest.to_numpy()[rows],
            "m2": area[rows],
            "staff": need["staff"].to_numpy()[rows],
            "minutes_change": drive[rows, to],
            "reason": np.where(must[rows], "indoor_air", "saving"),
        }
    ).astype(dict.fromkeys(("office", "agency", "region", "from_part", "to_premise", "reason"), "string"))
    table = pd.DataFrame(
        {
            "office": offices["office"].to_numpy(),
            "name": offices["name"].to_numpy(),
            "agency": offices["agency"].to_numpy(),
            "municipality": offices["municipality"].to_numpy(),
            "region": offices["region"].to_numpy(),
            "work_part": np.where(gone, "moves", "stays"),
            "m2_given_up": np.where(gone, m2, 0.0),
            "rent_saved_cents_year": np.where(gone, rent, 0),
            "rent_known": offices["rent_eur_year"].notna().to_numpy(dtype=bool),
            "holding_cents_year": np.where(gone & owned, cents(m2 * money.holding_eur_m2_year[1]), 0),
            "sale_value_cents": np.where(gone & owned, cents(m2 * money.sale_eur_m2[1]), 0),
            "earliest": earliest.to_numpy(),
            "must_leave": must,
            "stuck": np.isin(np.arange(len(offices)), answer.stuck),
            "illustrative": offices["illustrative"].fillna(False).to_numpy(dtype=bool),
        }
    ).astype(dict.fromkeys(("office", "name", "agency", "municipality", "region", "work_part"), "string"))
    workplaces = _workplaces(moves, need.iloc[rows], premises, settings)
    staff = float(need["staff"].sum())
    stays = float(m2[~gone].sum())
    return Premises(
        need=need,
        points=customers,
        moves=moves,
        workplaces=workplaces,
        offices=table,
        regret=_regrets(moves, need.iloc[rows], workplaces, premises, settings),
        premises=premises,
        alternatives=alternatives_table(offices, premises, drive, others),
        alternatives_proven=all(w.proven for w in others),
        staff=staff,
        staff_shared=float(moves["staff"].sum()),
        m2_before=float(m2.sum()),
        m2_after=stays + float(moves["m2"].sum()),
        answer=answer,
    )


def _workplaces(moves: pd.DataFrame, need: pd.DataFrame, premises: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Put together what each used premises comes to."""
    inside = moves.assign(places=need["places"].to_numpy())
    of = inside.groupby("to_premise", sort=False)
    used = premises[premises["premise"].isin(moves["to_premise"])].set_index("premise", drop=False)
    m2 = of["m2"].sum().reindex(used.index).to_numpy(np.float64)
    kwh = used["energy_kwh_m2"].to_numpy(np.float64)
    own = settings.premises
    co2 = m2 * np.where(np.isnan(kwh), own.co2_kg_m2, kwh * own.kg_co2_kwh)
    names = ("investment_low_cents", "investment_cents", "investment_high_cents")
    rents = ("rent_low_cents", "rent_cents_year", "rent_high_cents")
    frame = pd.DataFrame(
        {
            "premise": used["premise"],
            "name": used["name"],
            "municipality": used["municipality"],
            "region": used["region"],
            "kind": used["kind"],
            "site": used["site"],
            "owner": used["owner"],
            "m2": used["m2"],
            "m2_used": m2,
            "agencies": of["agency"].agg(lambda a: " ".join(sorted(set(a)))).reindex(used.index),
            "offices": of.size().reindex(used.index).to_numpy(np.int64),
            "staff": of["staff"].sum().reindex(used.index).to_numpy(np.float64),
            "places": of["places"].sum().reindex(used.index).to_numpy(np.int64),
            **{n: cents(m2 * _fit_out(used, settings, k)) for k, n in enumerate(names)},
            **{
                n: cents(m2 * used[c].to_numpy(np.float64))
                for n, c in zip(rents, ("rent_low", "rent", "rent_high"), strict=True)
            },
            "condition": used["condition"],
            "co2_kg_year": co2,
            "solution": used["municipality"],
        }
    )
    return frame.reset_index(drop=True).sort_values(["region", "premise"], kind="stable", ignore_index=True)


def _regrets(
    moves: pd.DataFrame, need: pd.DataFrame, workplaces: pd.DataFrame, premises: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """Compare sizes of each shared premises, its agencies' presence taken together."""
    unit = pd.Series(_unit_costs(premises, settings)[1] / 100, index=premises["premise"].to_numpy())
    inside = moves.assign(presence=need["presence"].to_numpy())
    out = []
    for premise in workplaces["premise"]:
        here = inside[inside["to_premise"] == premise]
        staff = float(here["staff"].sum())
        if staff <= 0:
            continue
        mean = float((here["staff"] * here["presence"]).sum() / staff)
        out.append(regret(staff, mean, float(unit[premise]), settings.premises).assign(premise=premise))
    if not out:
        empty = regret(1.0, settings.premises.presence, 1.0, settings.premises).assign(premise="").iloc[:0]
        return empty.astype({"premise": "string"})
    return pd.concat(out, ignore_index=True).astype({"premise": "string"})
