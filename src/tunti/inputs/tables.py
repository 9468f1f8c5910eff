"""The input tables of a project, read and brought to one form."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.inputs.frames import empty
from tunti.inputs.schemas import (
    ACTUALS,
    AGREED,
    COMMITMENTS,
    FORECAST,
    LANGUAGE_DUTIES,
    LIMITS,
    PREDECESSORS,
    PREMISES,
)
from tunti.inputs.schemas_remote import (
    CHANNEL_SHARES,
    LANGUAGES,
    OPENING_HOURS,
    REMOTE_ROOMS,
    VISIT_HOURS,
    VISIT_MONTHS,
)


@dataclass(frozen=True, eq=False)
class Source:
    """Where a table came from, for the attribution in every report.

    Attributes
    ----------
    table : str
        Table, or tables, that the source feeds.
    title : str
        Name of the data set.
    publisher : str
        Who publishes it.
    licence : str
        Name of the licence.
    date : str
        Date or year of the data.
    note : str
        Limits that a reader should know.
    """

    table: str
    title: str
    publisher: str
    licence: str
    date: str
    note: str = ""


@dataclass(frozen=True, eq=False)
class Inputs:
    """All tables of a project.

    Each frame has the columns of its schema (a missing optional column is there, empty), with the dtypes of the schema:
    ids and texts ``string``, whole numbers ``Int64``, numbers and shares ``float64``, yes_no ``boolean``, dates
    ``datetime64``. Rows with a place have ``x`` and ``y`` in the project's metric CRS and ``lon``, ``lat`` in WGS 84,
    all filled. The index, named ``row``, is the row number in the user's file (the header is row 1).

    Attributes
    ----------
    cells, municipalities, agencies, services, offices, sites, road_nodes, road_links, travel_times : DataFrame
        See :mod:`tunti.inputs.schemas`.
    commitments, language_duties : DataFrame
        What agencies have promised and which languages are required; empty when they are not given.
    premises : DataFrame
        Buildings that offices could share; empty when they are not given.
    limits, predecessors, agreed, actuals : DataFrame
        Tables of the programme; empty when they are not given.
    visit_hours, visit_months, channels, languages, opening_hours, remote_rooms : DataFrame
        Tables of remote service; empty when they are not given.
    forecast : DataFrame
        People of later years; empty when it is not given.
    borders : GeoDataFrame or None
        Municipality outlines with the column ``municipality``, for maps only.
    land : GeoDataFrame or None
        Land outline, for maps only.
    road_extract : Path or None
        An OpenStreetMap extract (``.osm.pbf``) in place of the road tables.
    sources : tuple of Source
        Sources of the tables.
    unread : frozenset of (str, int or None, str or None)
        Table, row and column of every value that the readers could not read. They have told the user so; the checks
        don't report the gap that it leaves a second time. A row of None stands for the whole column.
    """

    cells: pd.DataFrame
    municipalities: pd.DataFrame
    agencies: pd.DataFrame
    services: pd.DataFrame
    offices: pd.DataFrame
    sites: pd.DataFrame
    road_nodes: pd.DataFrame
    road_links: pd.DataFrame
    travel_times: pd.DataFrame
    commitments: pd.DataFrame = field(default_factory=partial(empty, COMMITMENTS))
    language_duties: pd.DataFrame = field(default_factory=partial(empty, LANGUAGE_DUTIES))
    premises: pd.DataFrame = field(default_factory=partial(empty, PREMISES))
    limits: pd.DataFrame = field(default_factory=partial(empty, LIMITS))
    predecessors: pd.DataFrame = field(default_factory=partial(empty, PREDECESSORS))
    agreed: pd.DataFrame = field(default_factory=partial(empty, AGREED))
    actuals: pd.DataFrame = field(default_factory=partial(empty, ACTUALS))
    visit_hours: pd.DataFrame = field(default_factory=partial(empty, VISIT_HOURS))
    visit_months: pd.DataFrame = field(default_factory=partial(empty, VISIT_MONTHS))
    channels: pd.DataFrame = field(default_factory=partial(empty, CHANNEL_SHARES))
    languages: pd.DataFrame = field(default_factory=partial(empty, LANGUAGES))
    opening_hours: pd.DataFrame = field(default_factory=partial(empty, OPENING_HOURS))
    remote_rooms: pd.DataFrame = field(default_factory=partial(empty, REMOTE_ROOMS))
    forecast: pd.DataFrame = field(default_factory=partial(empty, FORECAST))
    borders: gpd.GeoDataFrame | None = None
    land: gpd.GeoDataFrame | None = None
    road_extract: Path | None = None
    sources: tuple[Source, ...] = field(default=())
    unread: frozenset[tuple[str, int | None, str | None]] = frozenset()

    def told(self, table: str, *columns: str) -> NDArray[np.bool_]:
        """Mark the rows of a table where the readers have reported one of the columns."""
        rows = {row for t, row, column in self.unread if t == table and column in columns}
        frame: pd.DataFrame = getattr(self, table)
        return np.asarray(frame.index.isin([row for row in rows if row is not None]), np.bool_)

    def with_table(self, name: str, frame: pd.DataFrame) -> Inputs:
        """Give the inputs with one table replaced."""
        change: dict[str, Any] = {name: frame}
        return replace(self, **change)
