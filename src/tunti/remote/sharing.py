"""Who shares clerks and interpreters with whom: pools by agency and skill, and by language."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.remote.channels import CLERK_CHANNELS, Channelled
from tunti.remote.hours import Calendar
from tunti.remote.languages import Languages, billed_minutes
from tunti.remote.pools import Pools, by_scope
from tunti.settings import Settings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def clerk_pools(
    visits: Channelled,
    services: pd.DataFrame,
    minutes: Floats,
    weekly: Calendar,
    settings: Settings,
    site_region: list[str],
) -> Pools:
    """Put remote clerks into pools by agency and skill, as widely shared as the settings say.

    Parameters
    ----------
    visits : Channelled
    services : DataFrame
        ``service, agency``, the rows of the visits.
    minutes : float64, shape (services, sites)
    weekly : Calendar
    settings : Settings
    site_region : list of str

    Returns
    -------
    Pools
    """
    remote = settings.remote
    served = np.asarray(sum(visits.visits[c] for c in CLERK_CHANNELS), np.float64)
    agency = services["agency"].astype(str).to_list()
    keys = [(a, remote.skills.get(s, "")) for a, s in zip(agency, visits.services, strict=True)]
    groups = sorted({k for k, busy in zip(keys, served.sum(axis=1) > 0, strict=True) if busy})
    at = {k: i for i, k in enumerate(groups)}
    group = np.array([at.get(k, -1) for k in keys], np.int64)
    scope = [remote.pool_scopes.get(a, remote.pool_scope) for a, _ in groups]
    unit, names = by_scope(group, list(scope), visits.sites, site_region)
    names["agency"] = [groups[g][0] for g in names["group"]]
    names["skill"] = [groups[g][1] for g in names["group"]]
    names["pool"] = _pool_names(names, ("agency", "skill", "region", "site"))
    return _filled(group, unit, names, served, minutes, weekly, remote.booked_share)


def interpreter_pools(
    visits: Channelled,
    interpreted: Floats,
    languages: Languages,
    weekly: Calendar,
    settings: Settings,
    site_region: list[str],
) -> Pools:
    """Put interpreters into pools by language, as widely shared as the table of languages says.

    Parameters
    ----------
    visits : Channelled
    interpreted : float64, shape (languages, services, sites)
    languages : Languages
    weekly : Calendar
    settings : Settings
    site_region : list of str

    Returns
    -------
    Pools
        A booked interpreter is kept for the billed time, others for the visit.
    """
    remote = settings.remote
    pool_names = sorted(set(languages.pool))
    spoken = interpreted.sum(axis=(1, 2)) > 0
    group = np.array(
        [pool_names.index(p) if ok else -1 for p, ok in zip(languages.pool, spoken, strict=True)], np.int64
    )
    scope = [languages.scope[languages.pool.index(p)] for p in pool_names]
    unit, names = by_scope(group, scope, visits.sites, site_region)
    names["language"] = [pool_names[g] for g in names["group"]]
    names["pool"] = _pool_names(names, ("language", "region", "site"))
    work, count = np.zeros((len(names), len(weekly.week))), np.zeros((len(names), len(weekly.week)))
    booked = np.zeros(len(names))
    for k in range(len(languages.names)):
        places = np.broadcast_to(unit[k], visits.mode.shape)
        kept = interpreter_minutes(visits.minutes, float(languages.booked[k]), settings)
        work += weekly.summed(places, interpreted[k] * kept[:, None], len(names))
        these = weekly.summed(places, interpreted[k], len(names))
        count += these
        booked += these.sum(axis=1) * languages.booked[k]
    total = count.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(total > 0, work.sum(axis=1) / total, remote.visit_minutes)
        share = np.where(total > 0, booked / total, 0.0)
    return Pools(names, group, unit, work, count, mean, share)


def interpreter_minutes(minutes: Floats, booked: float, settings: Settings) -> Floats:
    """Give the mean minutes that an interpreter is kept: billed time when booked, the visit when not."""
    remote = settings.remote
    visit = minutes * remote.interpreted_factor
    billed = billed_minutes(visit, least=remote.interpreter_remote_least_minutes, step=remote.interpreter_step_minutes)
    return booked * billed + (1 - booked) * visit


def _filled(
    group: Ints, unit: Ints, names: pd.DataFrame, count: Floats, minutes: Floats, weekly: Calendar, booked: float
) -> Pools:
    work = weekly.summed(unit, count * minutes, len(names))
    visits = weekly.summed(unit, count, len(names))
    total = visits.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(total > 0, work.sum(axis=1) / total, 1.0)
    busy = total > 0
    # Pools without customers (a region whose points serve nobody remotely) are none.
    at = np.full(len(names) + 1, -1, np.int64)
    at[:-1][busy] = np.arange(int(busy.sum()))
    rows = names[busy].reset_index(drop=True)
    return Pools(rows, group, at[unit], work[busy], visits[busy], mean[busy], np.full(len(rows), booked))


def _pool_names(names: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    return [" ".join(str(v) for v in row if v) for row in names[list(columns)].itertuples(index=False)]
