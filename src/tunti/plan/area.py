"""The area that is planned: which cells and sites belong to it, and the places where people are served today."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import TravelTimes
from tunti.errors import TuntiError
from tunti.findings import say
from tunti.inputs.tables import Inputs
from tunti.settings import ProjectSettings, Settings

SERVING = ("staffed", "visiting", "assisted")
"""Modes in which a customer meets somebody at the place; a remote-only place counts only for services that allow it."""


OFFICE_PLACE = "office:"
"""Beginning of the name of an office's place among the places to drive to."""


@dataclass(frozen=True, eq=False)
class Area:
    """Cells and sites of the regions that are planned together.

    Attributes
    ----------
    cells : DataFrame
        Cells of the planned regions (cells without a municipality too), with the column ``region``.
    sites : DataFrame
        Sites of the planned regions, with the column ``region``.
    regions : DataFrame
        ``region, region_fi, region_sv, region_en``, one row per planned region, by code.
    municipalities : DataFrame
        Municipalities of the planned regions.
    left_out : DataFrame
        Regions that the settings leave out, columns as ``regions``.
    """

    cells: pd.DataFrame
    sites: pd.DataFrame
    regions: pd.DataFrame
    municipalities: pd.DataFrame
    left_out: pd.DataFrame


def area(inputs: Inputs, project: ProjectSettings) -> Area:
    """Give the part of the country that is planned: all regions but those left out.

    Parameters
    ----------
    inputs : Inputs
    project : ProjectSettings
        ``regions_left_out`` names regions outside the reform.

    Returns
    -------
    Area
    """
    known = inputs.municipalities
    region_of = known.set_index("municipality")["region"]
    planned = known[~known["region"].isin(project.regions_left_out)]

    def regions(of: pd.DataFrame) -> pd.DataFrame:
        named = of.drop_duplicates("region").sort_values("region")
        return named[["region", "region_fi", "region_sv", "region_en"]].reset_index(drop=True)

    def inside(frame: pd.DataFrame) -> pd.DataFrame:
        region = frame["municipality"].map(region_of).astype("string")
        return frame.assign(region=region)[~region.isin(project.regions_left_out).fillna(False)]

    outside = known[known["region"].isin(project.regions_left_out)]
    return Area(inside(inputs.cells), inside(inputs.sites), regions(planned), planned, regions(outside))


def find_region(regions: pd.DataFrame, wanted: str, *, left_out: pd.DataFrame | None = None) -> str:
    """Give the code of a region from its code or its name in any language.

    Parameters
    ----------
    regions : DataFrame
        ``region, region_fi, region_sv, region_en``.
    wanted : str
        What the user wrote; case does not matter.
    left_out : DataFrame, optional
        Regions that the settings leave out, same columns, for a clearer refusal.

    Returns
    -------
    str
        The region's code.

    Raises
    ------
    TuntiError
        No planned region has that name; the message lists them.
    """

    def named(table: pd.DataFrame) -> list[str]:
        names = ("region", "region_fi", "region_sv", "region_en")
        same = [table[name].str.casefold().eq(wanted.strip().casefold()).fillna(False) for name in names]
        return [str(code) for hit in same for code in table.loc[hit, "region"]]

    if found := named(regions):
        return found[0]
    if left_out is not None and named(left_out):
        raise TuntiError(
            say(
                "The region {value} is outside the reform: the setting project.regions_left_out leaves it out.",
                value=wanted,
            )
        )
    raise TuntiError(
        say(
            "There is no planned region {value}. The planned regions are: {names}.",
            value=wanted,
            names=", ".join(regions["region_fi"]),
        )
    )


def serving_offices(inputs: Inputs, settings: Settings) -> pd.DataFrame:
    """Give the offices where customers meet somebody on the project's day, with the mode of that day.

    Parameters
    ----------
    inputs : Inputs
    settings : Settings
        ``project.as_of`` is the day.

    Returns
    -------
    DataFrame
        Rows of ``offices`` with a place that are open then, of agencies that exist then, in a region that is planned;
        those that serve only remotely from that day on are left out. :func:`tunti.inputs.checks.check` warns of offices
        without a place.
    """
    day = pd.Timestamp(settings.project.as_of)
    offices = inputs.offices
    open_then = (offices["open_from"].isna() | (offices["open_from"] <= day)) & (
        offices["open_to"].isna() | (offices["open_to"] >= day)
    )
    in_person = offices["serves"].isin(SERVING) & (offices["remote_from"].isna() | (offices["remote_from"] > day))
    # An agency that is not in the table is taken to exist: the table may be left out.
    over = inputs.agencies.loc[inputs.agencies["valid_to"] < day, "agency"]
    exists = ~offices["agency"].isin(over)
    placed = offices["x"].notna() & offices["y"].notna()
    region = offices["municipality"].map(inputs.municipalities.set_index("municipality")["region"]).astype("string")
    planned = ~region.isin(settings.project.regions_left_out).fillna(False)
    return offices.assign(region=region)[(open_then & in_person & exists & placed & planned).fillna(False)]


def served_offices(inputs: Inputs, settings: Settings) -> pd.DataFrame:
    """Give the offices that serve customers on the project's day in any mode, remote-only ones too.

    Parameters
    ----------
    inputs : Inputs
    settings : Settings

    Returns
    -------
    DataFrame
        First those of :func:`serving_offices`, in their order, then the remote-only ones; with the column
        ``mode_today``.
    """
    day = pd.Timestamp(settings.project.as_of)
    offices = inputs.offices
    in_person = serving_offices(inputs, settings)
    turned = (offices["remote_from"].notna() & (offices["remote_from"] <= day)) & offices["serves"].isin(SERVING)
    remote = (offices["serves"] == "remote").fillna(False) | turned.fillna(False)
    # Asked again with its mode of the day, a remote-only office passes the same tests of place, day and region.
    changed = offices[remote].assign(serves="assisted")
    changed["remote_from"] = pd.NaT
    as_if = serving_offices(inputs.with_table("offices", changed), settings) if len(changed) else in_person.iloc[:0]
    rest = offices.loc[as_if.index].assign(region=as_if["region"], mode_today="remote")
    return pd.concat([in_person.assign(mode_today=in_person["serves"]), rest]).astype({"mode_today": "string"})


def destinations(sites: pd.DataFrame, offices: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Put sites and offices into one list of places to drive to; offices at one place share a row.

    Parameters
    ----------
    sites, offices : DataFrame
        With ``x, y``; ``site`` and ``office`` are their names.

    Returns
    -------
    places : DataFrame
        ``site, x, y`` and the index of the rows they came from: first the sites in order, then each distinct office
        place under the name ``office:<office>``.
    row : int64, shape (offices,)
        Row of ``places`` for each office.
    """
    key = (
        offices["x"].round().astype("Int64").astype("string")
        + " "
        + offices["y"].round().astype("Int64").astype("string")
    )
    number, _ = pd.factorize(key)
    first = pd.Series(np.arange(len(offices))).groupby(number).first().to_numpy(dtype=np.int64)
    places = offices.iloc[first][["office", "x", "y"]].rename(columns={"office": "site"})
    places["site"] = OFFICE_PLACE + places["site"]
    together = pd.concat([sites[["site", "x", "y"]], places])
    return together, (number + len(sites)).astype(np.int64)


def part(times: TravelTimes, rows: NDArray[np.int64]) -> TravelTimes:
    """Give the times of some sites only, in the order asked for.

    Parameters
    ----------
    times : TravelTimes
    rows : int64, shape (n,)
        Positions of the sites.

    Returns
    -------
    TravelTimes
    """
    if len(rows) <= len(times.sites) and np.array_equal(rows, np.arange(len(rows))):
        # The first rows lie together: they are looked at where they are, for a country's table is large.
        end = int(times.indptr[len(rows)])
        return TravelTimes(
            times.sites[: len(rows)],
            times.cells,
            times.indptr[: len(rows) + 1],
            times.cell[:end],
            times.seconds[:end],
            times.cutoff_minutes,
            times.means,
        )
    length = np.diff(times.indptr)[rows]
    indptr = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(length, out=indptr[1:])
    # Positions of all entries: each row's start, repeated, plus the offset within the row.
    take = np.repeat(times.indptr[:-1][rows] - indptr[:-1], length) + np.arange(indptr[-1])
    return TravelTimes(
        tuple(times.sites[j] for j in rows),
        times.cells,
        indptr,
        times.cell[take],
        times.seconds[take],
        times.cutoff_minutes,
        times.means,
    )
