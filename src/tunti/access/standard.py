"""The standard: who lives within the minutes of a point, who stays outside, and what would mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.groups import groups
from tunti.access.times import UNREACHABLE, TravelTimes

if TYPE_CHECKING:
    from tunti.access.certainty import CertaintyTable

OpenSites = NDArray[np.bool_] | Sequence[str] | None
"""Which sites count: flags in the order of the times' sites, or ids; None for all."""


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
    minutes : float
        The standard that was asked.
    certainty : CertaintyTable or None
        Who is surely, likely or unlikely within the standard; None for times of another system.
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
    minutes: float = 60.0
    certainty: CertaintyTable | None = None


def standard(
    times: TravelTimes,
    cells: pd.DataFrame,
    *,
    open_sites: OpenSites = None,
    minutes: float = 60.0,
    by: str | None = None,
    municipalities: pd.DataFrame | None = None,
    people: str = "people",
) -> pd.DataFrame:
    """Give the share of people within the standard, in all or by place.

    Parameters
    ----------
    times : TravelTimes
        Must hold all cells of the table; the table may be a part of them, in any order.
    cells : DataFrame
        ``cell``, the column of people and, for ``by``, the column that is asked for.
    open_sites : bool array or ids, optional
        Sites that count; all by default.
    minutes : float
        The standard.
    by : str, optional
        ``"municipality"``, ``"region"`` (needs ``municipalities`` or a column ``region``), ``"settlement"`` or any
        other column of the cells; one row for all by default.
    municipalities : DataFrame, optional
        ``municipality, region``.
    people : str
        Column of people: all by default, or a group such as ``people_75``.

    Returns
    -------
    DataFrame
        ``by`` (if asked), ``people, people_inside, people_outside`` (whole), ``share`` (NaN without people) and
        ``mean_minutes`` (over people who reach a site within the cut-off), by name; cells without one come last under
        NA, so that rows always add up to the total.

    Raises
    ------
    ValueError
        If the times lack a cell or a site, or ``by`` names no column.
    """
    _, seconds = nearest(times, cells, open_sites)
    counted = head_counts(cells, people)
    if by is None:
        key = pd.Series(0, index=cells.index)
    elif by == "region" and "region" not in cells.columns:
        if municipalities is None:
            raise ValueError("regions need the table of municipalities or a column 'region'")
        key = cells["municipality"].map(municipalities.set_index("municipality")["region"])
    elif by in cells.columns:
        key = cells[by]
    else:
        raise ValueError(f"the cells have no column {by!r}")
    table = _summed(key, seconds, counted, minutes)
    return table.drop(columns="key") if by is None else table.rename(columns={"key": by})


def nearest(
    times: TravelTimes, cells: pd.DataFrame, open_sites: OpenSites = None
) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
    """Give the nearest open site of each row of a table of cells, and the seconds to it.

    Parameters
    ----------
    times : TravelTimes
    cells : DataFrame
        ``cell``.
    open_sites : bool array or ids, optional

    Returns
    -------
    site : int32, shape (rows,)
        Position among the times' sites, -1 where none is within the cut-off.
    seconds : uint16, shape (rows,)
        65,535 where none is.
    """
    site, seconds = times.nearest(open_flags(times, open_sites))
    at = positions(times, cells)
    return site[at], seconds[at]


def open_flags(times: TravelTimes, open_sites: OpenSites) -> NDArray[np.bool_]:
    """Turn ids of open sites into flags in the order of the times' sites.

    Raises
    ------
    ValueError
        If an id is not among the sites, or there are not as many flags as sites.
    """
    if open_sites is None:
        return np.ones(len(times.sites), np.bool_)
    if isinstance(open_sites, np.ndarray) and open_sites.dtype == np.bool_:
        if len(open_sites) != len(times.sites):
            raise ValueError(f"{len(open_sites)} flags for {len(times.sites)} sites")
        return open_sites
    at = pd.Index(times.sites).get_indexer(pd.Index([str(s) for s in open_sites], dtype=object))
    if (at < 0).any():
        missing = [str(s) for s, k in zip(open_sites, at, strict=True) if k < 0]
        raise ValueError(f"no such sites: {', '.join(missing)}")
    flags = np.zeros(len(times.sites), np.bool_)
    flags[at] = True
    return flags


def positions(times: TravelTimes, cells: pd.DataFrame) -> NDArray[np.int64]:
    """Give the position of each row of a table of cells among the times' cells.

    Raises
    ------
    ValueError
        If the times lack a cell.
    """
    names = cells["cell"].astype(str).to_numpy(object)
    if len(names) == len(times.cells) and tuple(names) == times.cells:
        return np.arange(len(names), dtype=np.int64)
    at = pd.Index(times.cells).get_indexer(pd.Index(names, dtype=object))
    if (at < 0).any():
        raise ValueError(f"the times lack {int((at < 0).sum())} cells, first {names[int(np.argmin(at))]}")
    return at.astype(np.int64)


def head_counts(cells: pd.DataFrame, column: str = "people") -> NDArray[np.int64]:
    """Give a column of people as whole numbers, 0 where not given."""
    return cells[column].fillna(0).to_numpy(np.int64)


def population_base(
    times: TravelTimes, cells: pd.DataFrame, *, minutes: float = 60.0, people: str = "people"
) -> pd.Series:
    """Count the people who live within the standard of each site, whether or not another site is nearer.

    Parameters
    ----------
    times : TravelTimes
    cells : DataFrame
        ``cell`` and the column of people; a part of the times' cells counts only them.
    minutes : float
    people : str

    Returns
    -------
    Series of int64
        By site id, in the order of the times' sites.
    """
    counted = np.zeros(len(times.cells), np.int64)
    counted[positions(times, cells)] = head_counts(cells, people)
    inside = np.where(times.seconds <= minutes * 60.0, counted[times.cell], 0)
    upto = np.zeros(len(inside) + 1, np.int64)
    np.cumsum(inside, out=upto[1:])
    base = upto[times.indptr[1:]] - upto[times.indptr[:-1]]
    return pd.Series(base, index=pd.Index(times.sites, name="site"), name="population_base")


def outside(
    times: TravelTimes,
    cells: pd.DataFrame,
    *,
    open_sites: OpenSites = None,
    allowed_sites: OpenSites = None,
    minutes: float = 60.0,
    municipalities: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List the inhabited cells outside the standard: by how much, and the nearest site whose opening would help.

    Parameters
    ----------
    times : TravelTimes
    cells : DataFrame
        ``cell, people`` and, where given, ``municipality, x, y``.
    open_sites : bool array or ids, optional
        Open sites; all by default.
    allowed_sites : bool array or ids, optional
        Sites that may be open; all by default.
    minutes : float
        The standard.
    municipalities : DataFrame, optional
        ``municipality, name_fi, name_sv``.

    Returns
    -------
    DataFrame
        ``cell, municipality, name_fi, name_sv, x, y, people, minutes`` (to the nearest open site, NaN beyond the
        cut-off), ``minutes_over, nearest_site, fix_site`` (the nearest closed site that may open, NA where none is
        nearer than the open one), ``fix_minutes``; most people first, then by cell.
    """
    site, seconds = nearest(times, cells, open_sites)
    is_open = open_flags(times, open_sites)
    fix, fix_seconds = nearest(times, cells, open_flags(times, allowed_sites) & ~is_open)
    helps = fix_seconds < seconds
    people = head_counts(cells)
    table = pd.DataFrame({"cell": cells["cell"].astype("string")})
    for column in ("municipality", "x", "y"):
        table[column] = cells[column] if column in cells.columns else pd.NA
    for column in ("name_fi", "name_sv"):
        table[column] = (
            pd.array([pd.NA] * len(cells), dtype="string")
            if municipalities is None
            else table["municipality"].map(municipalities.set_index("municipality")[column])
        )
    table["people"] = people
    table["minutes"] = to_minutes(seconds)
    table["minutes_over"] = table["minutes"] - minutes
    table["nearest_site"] = _ids(times, site)
    table["fix_site"] = _ids(times, np.where(helps, fix, -1))
    table["fix_minutes"] = np.where(helps, to_minutes(fix_seconds), np.nan)
    far = (seconds > minutes * 60.0) & (people > 0)
    order = [
        "cell", "municipality", "name_fi", "name_sv", "x", "y", "people", "minutes", "minutes_over", "nearest_site",
        "fix_site", "fix_minutes",
    ]  # fmt: skip
    return table.loc[far, order].sort_values(["people", "cell"], ascending=[False, True]).reset_index(drop=True)


def access_table(
    times: TravelTimes,
    cells: pd.DataFrame,
    municipalities: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    open_sites: OpenSites,
    allowed_sites: OpenSites = None,
    minutes: float = 60.0,
    region: str | None = None,
) -> Access:
    """Say in full how well a network serves an area: totals, places, groups, and who stays outside.

    Parameters
    ----------
    times : TravelTimes
    cells : DataFrame
        Cells of the planned area, :data:`tunti.inputs.schemas.CELLS`.
    municipalities : DataFrame
        :data:`tunti.inputs.schemas.MUNICIPALITIES`.
    sites : DataFrame
        ``site``, the rows of the times.
    open_sites, allowed_sites : bool array or ids
        Open sites, and sites that may be open.
    minutes : float
        The standard.
    region : str, optional
        Code of a region: only its cells are counted, while sites across its border still serve them.

    Returns
    -------
    Access
        Rows of municipalities and regions add up to the totals; people without a municipality come under NA.

    Raises
    ------
    ValueError
        If ``sites`` are not the times' sites, or the times lack a cell.
    """
    if tuple(sites["site"].astype(str)) != times.sites:
        raise ValueError("the table of sites is not that of the times")
    region_of = cells["municipality"].map(municipalities.set_index("municipality")["region"]).astype("string")
    if region is not None:
        chosen = (region_of == region).fillna(False).to_numpy(np.bool_)
        cells, region_of = cells[chosen], region_of[chosen]
    site, seconds = nearest(times, cells, open_sites)
    people = head_counts(cells)
    inside = np.where(seconds <= minutes * 60.0, people, 0)
    total, within = int(people.sum()), int(inside.sum())
    known = municipalities.drop_duplicates("municipality").set_index("municipality")
    by_place = _summed(cells["municipality"], seconds, people, minutes).rename(columns={"key": "municipality"})
    for column in ("name_fi", "name_sv", "region"):
        by_place[column] = by_place["municipality"].map(known[column])
    by_place["nearest_site"] = by_place["municipality"].map(
        _most_used(cells["municipality"], _ids(times, site), people)
    )
    by_region = _summed(region_of, seconds, people, minutes).rename(columns={"key": "region"})
    named = municipalities.drop_duplicates("region").set_index("region")
    for column in ("region_fi", "region_sv", "region_en"):
        by_region[column] = by_region["region"].map(named[column])
    figures = ["people", "people_inside", "share", "mean_minutes"]
    return Access(
        share=within / total if total else float("nan"),
        people=total,
        people_inside=within,
        people_outside=total - within,
        mean_minutes=_mean_minutes(seconds, people),
        municipalities=by_place[["municipality", "name_fi", "name_sv", "region", *figures, "nearest_site"]],
        regions=by_region[["region", "region_fi", "region_sv", "region_en", *figures]],
        groups=groups(cells, seconds, minutes=minutes),
        outside=outside(
            times,
            cells,
            open_sites=open_sites,
            allowed_sites=allowed_sites,
            minutes=minutes,
            municipalities=municipalities.drop_duplicates("municipality"),
        ),
        cells=pd.DataFrame(
            {
                "cell": cells["cell"].astype("string"),
                "municipality": cells["municipality"],
                "x": cells["x"],
                "y": cells["y"],
                "people": people,
                "minutes": to_minutes(seconds),
                "nearest_site": _ids(times, site),
            }
        ).reset_index(drop=True),
        minutes=minutes,
    )


def to_minutes(seconds: NDArray[np.uint16]) -> NDArray[np.float64]:
    """Turn seconds into minutes, NaN where there is no time."""
    return np.where(seconds == UNREACHABLE, np.nan, seconds / 60.0)


def _ids(times: TravelTimes, site: NDArray[np.int32] | NDArray[np.int64]) -> pd.api.extensions.ExtensionArray:
    """Turn positions of sites into ids, NA for -1."""
    names: list[Any] = [*times.sites, pd.NA]
    ids: pd.api.extensions.ExtensionArray = pd.array(np.array(names, object)[site], dtype="string")
    return ids


def _mean_minutes(seconds: NDArray[np.uint16], people: NDArray[np.int64]) -> float:
    """Mean over the people who reach a site."""
    reached = np.where(seconds == UNREACHABLE, 0, people)
    return float((reached * seconds.astype(np.int64)).sum() / reached.sum() / 60.0) if reached.sum() else float("nan")


def _summed(key: pd.Series, seconds: NDArray[np.uint16], people: NDArray[np.int64], minutes: float) -> pd.DataFrame:
    """Sum people and their times by a key, NA last."""
    reached = np.where(seconds == UNREACHABLE, 0, people)
    summed = (
        pd.DataFrame(
            {
                "key": key.to_numpy(),
                "people": people,
                "people_inside": np.where(seconds <= minutes * 60.0, people, 0),
                "reached": reached,
                "travel": reached * seconds.astype(np.int64),
            }
        )
        .groupby("key", dropna=False, sort=True)
        .sum()
        .reset_index()
    )
    summed["key"] = summed["key"].astype(key.dtype)
    summed["people_outside"] = summed["people"] - summed["people_inside"]
    for column, part, whole in (("share", "people_inside", "people"), ("mean_minutes", "travel", "reached")):
        summed[column] = summed[part] / summed[whole].where(summed[whole] > 0)
    summed["mean_minutes"] /= 60.0
    return summed[["key", "people", "people_inside", "people_outside", "share", "mean_minutes"]]


def _most_used(key: pd.Series, site: pd.api.extensions.ExtensionArray, people: NDArray[np.int64]) -> pd.Series:
    """Give the site that serves most people of each place; the first by id on a tie."""
    used = pd.DataFrame({"key": key.to_numpy(), "site": site, "people": people}).dropna(subset=["site"])
    summed = used.groupby(["key", "site"], dropna=False)["people"].sum().reset_index()
    first = summed.sort_values(["people", "site"], ascending=[False, True]).drop_duplicates("key")
    return first.set_index("key")["site"]
