"""Money in one place: cents, unit costs in ranges, present values, and the two parts of an office's rent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tunti.settings_money import MoneySettings, Range

Cents = NDArray[np.int64]


def cents(euros: ArrayLike) -> Cents:
    """Turn euros into whole cents; what is not known counts as nothing.

    Parameters
    ----------
    euros : float or array
        Euros, NaN for not known.

    Returns
    -------
    int64 array
    """
    return np.asarray(np.rint(np.nan_to_num(np.asarray(euros, np.float64)) * 100), np.int64)


def rent_parts(offices: pd.DataFrame) -> tuple[Cents, Cents]:
    """Share the rent of offices between their customer part and their work part by floor area.

    Every euro of a lease is in one of the two: the customer part's falls when the services close it, the work part's
    when the office moves or is given up.

    Parameters
    ----------
    offices : DataFrame
        ``customer_m2, work_m2, rent_eur_year``.

    Returns
    -------
    customer, work : int64, shape (offices,)
        Cents a year that add up to the rent. Without any area all of it is the customer part's.
    """
    customer = offices["customer_m2"].fillna(0.0).to_numpy(np.float64)
    work = offices["work_m2"].fillna(0.0).to_numpy(np.float64)
    rent = cents(offices["rent_eur_year"].to_numpy(np.float64, na_value=np.nan))
    both = customer + work
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(both > 0, customer / both, 1.0)
    part = np.asarray(np.rint(rent * share), np.int64)
    return part, rent - part


def present_value(flow: ArrayLike, rate: float) -> float:
    r"""Give what money of the coming years is worth today, each year's at its end.

    Parameters
    ----------
    flow : array, shape (years,)
        Money of year 1, 2, ...
    rate : float
        Yearly discount rate.

    Returns
    -------
    float
        :math:`\sum_t c_t / (1 + r)^t`, in the unit of the flow.
    """
    values = np.asarray(flow, np.float64)
    return float((values / (1.0 + rate) ** np.arange(1, len(values) + 1)).sum())


def annuity(amount: float, rate: float, years: int) -> float:
    r"""Give the equal yearly payments that recover an amount over some years: an owner's investment in the rent.

    Parameters
    ----------
    amount : float
    rate : float
        Yearly interest; 0 shares the amount evenly.
    years : int

    Returns
    -------
    float
        :math:`a\, r / (1 - (1 + r)^{-n})`, in the unit of the amount.
    """
    if rate == 0:
        return amount / years
    return amount * rate / (1.0 - (1.0 + rate) ** -years)


def payback(investment: float, saving: float) -> float | None:
    """Give the years in which a yearly saving pays an investment back; None when it never does.

    Parameters
    ----------
    investment, saving : float
        In the same unit, the saving a year.

    Returns
    -------
    float or None
    """
    return investment / saving if saving > 0 else None


@dataclass(frozen=True)
class Estimate:
    """A figure with its range.

    Attributes
    ----------
    low, likely, high : float
        10 % of the draws are below ``low`` and 10 % above ``high``; ``likely`` is that of the likely unit costs.
    """

    low: float
    likely: float
    high: float


@dataclass(frozen=True)
class Project:
    """What a project of premises comes to when only its areas are known.

    Attributes
    ----------
    investment_eur, saving_eur_year : Estimate
    payback_years : Estimate
        Infinite where the saving does not pay the investment back.
    """

    investment_eur: Estimate
    saving_eur_year: Estimate
    payback_years: Estimate


def project(
    settings: MoneySettings,
    *,
    light_m2: float = 0.0,
    deep_m2: float = 0.0,
    left_m2: float = 0.0,
    given_up_m2: float = 0.0,
) -> Project:
    """Estimate a project's investment, yearly saving and payback from its areas and the unit costs alone.

    Parameters
    ----------
    settings : MoneySettings
        Unit costs and their ranges.
    light_m2, deep_m2 : float
        Area that is converted lightly or renovated deeply.
    left_m2 : float
        Leased area whose leaving costs (restoring, cleaning).
    given_up_m2 : float
        Area that no longer has to be rented.

    Returns
    -------
    Project

    Notes
    -----
    Unit costs are drawn from triangular distributions between their low and high values, independently of each other
    and with the settings' seed; investment is area times cost, saving area times the saving of a square metre, payback
    their quotient draw by draw.
    """
    rng = np.random.default_rng(settings.seed)
    light, deep, leaving, saved = (
        _draw(rng, unit, settings.draws)
        for unit in (settings.light_eur_m2, settings.deep_eur_m2, settings.exit_eur_m2, settings.saving_eur_m2_year)
    )
    investment = light * light_m2 + deep * deep_m2 + leaving * left_m2
    saving = saved * given_up_m2
    with np.errstate(divide="ignore", invalid="ignore"):
        years = np.where(saving > 0, investment / saving, np.inf)
    likely = (
        settings.light_eur_m2[1] * light_m2 + settings.deep_eur_m2[1] * deep_m2 + settings.exit_eur_m2[1] * left_m2,
        settings.saving_eur_m2_year[1] * given_up_m2,
    )
    return Project(
        _estimate(investment, likely[0]),
        _estimate(saving, likely[1]),
        _estimate(years, payback(*likely) or float("inf")),
    )


def _draw(rng: np.random.Generator, unit: Range, draws: int) -> NDArray[np.float64]:
    low, likely, high = unit
    return rng.triangular(low, likely, high, draws) if low < high else np.full(draws, likely)


def _estimate(draws: NDArray[np.float64], likely: float) -> Estimate:
    # Quantiles that are draws themselves: between an infinite payback and a finite one there is nothing.
    low, high = np.quantile(draws, [0.1, 0.9], method="nearest")
    return Estimate(float(low), float(likely), float(high))
