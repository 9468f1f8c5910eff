"""What a wrong size costs: too big is rent for empty places, too small is people without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.premises.presence import places_needed, weekdays
from tunti.settings_premises import PremisesSettings

Floats = NDArray[np.float64]

STEPS = (-1.5, -0.75, 0.0, 0.75, 1.5)
"""Mean presence that may come true, in standard deviations from the estimate."""


@dataclass(frozen=True)
class Future:
    """Mean presences that may come true and their chances."""

    presence: Floats
    chance: Floats


def futures(presence: float, settings: PremisesSettings) -> Future:
    """Give the mean presences that may come true.

    Parameters
    ----------
    presence : float
        The estimate.
    settings : PremisesSettings

    Returns
    -------
    Future
        Five values around it with the chances of a normal distribution; within 0 and 1.
    """
    steps = np.array(STEPS)
    chance = np.exp(-(steps**2) / 2)
    value = np.clip(presence + steps * settings.presence_spread, 0.0, 1.0)
    return Future(value, chance / chance.sum())


def cost_of_places(
    places: Sequence[int], staff: float, presence: float, m2_cost: float, settings: PremisesSettings
) -> tuple[Floats, Floats]:
    """Give what numbers of places cost in a year, if the mean presence is as given.

    Parameters
    ----------
    places : sequence of int
    staff, presence : float
    m2_cost : float
        Euros for a square metre in a year.
    settings : PremisesSettings

    Returns
    -------
    cost, missing : float64, shape (places,)
        Rent of all places and the cost of days without one, euros a year; people without a place on a mean weekday.
    """
    at = np.asarray(places, np.float64)
    days = weekdays(staff, presence, settings)
    missing = np.asarray(sum(day.beyond(at) for day in days) / len(days), np.float64)
    rent = at * settings.m2_place * m2_cost
    return rent + missing * settings.work_days_year * settings.missing_place_eur_day, missing


def regret(staff: float, presence: float, m2_cost: float, settings: PremisesSettings) -> pd.DataFrame:
    """Compare ways to size an office when its presence is not known for sure.

    Parameters
    ----------
    staff : float
    presence : float
        Estimate of the mean presence.
    m2_cost : float
        Euros for a square metre in a year, fit-out included.
    settings : PremisesSettings

    Returns
    -------
    DataFrame
        One row per way: ``size_by`` (``headcount``, ``target`` (10 m² for a person-year), ``mean``, ``peak`` (the
        settings' quantile of the fullest weekday), ``least_cost``, ``flexible`` (resized once presence is known)),
        ``places, m2, cost_eur_year`` (expected), ``missing`` (expected people without a place on a mean weekday),
        ``unused_share`` (places empty on a mean weekday), ``regret_eur_year`` (above the cost of the size that would
        have been best, on average over what may come true) and ``regret_worst_eur_year``.

    Notes
    -----
    The best size of each future is found among all numbers of places; the regret of a size is its cost less that. The
    flexible lease pays its premium until it is resized, and the best size's cost afterwards.
    """
    people = int(np.ceil(staff - 1e-9))
    every = np.arange(people + 1)
    ahead = futures(presence, settings)
    costs, missing = [], []
    for mean in ahead.presence:
        c, m = cost_of_places(every.tolist(), staff, float(mean), m2_cost, settings)
        costs.append(c)
        missing.append(m)
    cost, without = np.array(costs), np.array(missing)
    best = cost.min(axis=1)
    expected = ahead.chance @ cost
    mean_places = max((sum(d.people * d.share for d in weekdays(staff, presence, settings)) / 5), 0.0)
    sizes = {
        "headcount": people,
        "target": min(people, int(np.floor(staff * settings.target_m2_person / settings.m2_place))),
        "mean": min(people, int(np.ceil(mean_places))),
        "peak": min(people, places_needed(staff, presence, settings)),
        "least_cost": int(expected.argmin()),
    }
    rows = []
    for name, n in sizes.items():
        over = cost[:, n] - best
        rows.append(
            _row(
                name,
                n,
                expected[n],
                ahead.chance @ without[:, n],
                mean_places,
                ahead.chance @ over,
                over.max(),
                settings,
            )
        )
    n = sizes["least_cost"]
    early = settings.flexible_years / settings.lease_years if settings.lease_years else 1.0
    early = min(early, 1.0)
    premium = n * settings.m2_place * m2_cost * settings.flexible_premium
    flexible = float(early * (expected[n] + premium) + (1 - early) * (ahead.chance @ best))
    over = early * (cost[:, n] + premium - best)
    rows.append(
        _row(
            "flexible",
            n,
            flexible,
            early * float(ahead.chance @ without[:, n]),
            mean_places,
            ahead.chance @ over,
            over.max(),
            settings,
        )
    )
    return pd.DataFrame(rows).astype({"size_by": "string"})


def _row(
    name: str,
    places: int,
    cost: Any,
    missing: Any,
    mean: float,
    over: Any,
    worst: Any,
    settings: PremisesSettings,
) -> dict[str, object]:
    return {
        "size_by": name,
        "places": places,
        "m2": places * settings.m2_place,
        "cost_eur_year": float(cost),
        "missing": float(missing),
        "unused_share": 1 - min(mean, places) / places if places else 0.0,
        "regret_eur_year": float(over),
        "regret_worst_eur_year": float(worst),
    }
