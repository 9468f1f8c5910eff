"""The standard: who lives within the minutes of a point, and who stays outside."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, eq=False)
class Access:
    """How well a network serves the people of the planned area.

    Attributes
    ----------
    share : float
        Share of people within the standard.
    people, people_inside, people_outside : int
        People in all, within and outside the standard.
    mean_minutes : float
        Mean minutes to the nearest point over the people who reach one within the cut-off.
    municipalities : DataFrame
        ``municipality, name_fi, name_sv, region, people, people_inside, share, mean_minutes, nearest_site``.
    regions : DataFrame
        ``region, region_fi, region_sv, region_en, people, people_inside, share, mean_minutes``.
    groups : DataFrame
        ``group`` (a cells column such as ``people_75``), ``label`` (key of the catalogues), ``people, people_inside,
        share``.
    outside : DataFrame
        Cells outside: ``cell, municipality, name_fi, name_sv, x, y, people, minutes`` (NaN beyond the cut-off),
        ``minutes_over, nearest_site, fix_site`` (nearest site that could open), ``fix_minutes``; most people first.
    cells : DataFrame
        Every cell: ``cell, municipality, x, y, people, minutes, nearest_site``.
    """

    share: float
    people: int
    people_inside: int
    people_outside: int
    mean_minutes: float
    municipalities: pd.DataFrame
    regions: pd.DataFrame
    groups: pd.DataFrame
    outside: pd.DataFrame
    cells: pd.DataFrame


def access_table(*args: object, **options: object) -> Access:
    """Wait for the access helper's form."""
    raise NotImplementedError
