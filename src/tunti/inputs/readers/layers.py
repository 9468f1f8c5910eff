"""Reads Parquet files and vector layers such as GeoPackage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
from pyproj import CRS

from tunti.findings import Finding, error, note, say
from tunti.inputs.readers.excel import broken
from tunti.inputs.readers.headers import understand
from tunti.inputs.readers.raw import Raw, Unreadable
from tunti.inputs.readers.sheets import names_of
from tunti.inputs.readers.text import no_header
from tunti.inputs.schemas import Schema
from tunti.inputs.words import fold


def read_parquet(path: Path, schema: Schema, table: str) -> tuple[Raw, list[Finding]]:
    """Read a Parquet file, with its geometry where it has one.

    Raises
    ------
    Unreadable
    """
    try:
        with pq.ParquetFile(path) as file:
            geo = b"geo" in (file.schema_arrow.metadata or {})
        frame = gpd.read_parquet(path) if geo else pd.read_parquet(path)
    except Exception:  # a broken file can make the parser fail in any way
        raise Unreadable(broken(path, table)) from None
    return _raw(frame, path, schema, table)


def layer_names(path: Path, table: str) -> list[str]:
    """Name the layers of a vector file.

    Raises
    ------
    Unreadable
    """
    try:
        return [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except Exception:
        raise Unreadable(broken(path, table)) from None


def read_layer(path: Path, schema: Schema, table: str, layer: str | None = None) -> tuple[Raw, list[Finding]]:
    """Read a layer of a vector file; its coordinate system is honoured.

    Parameters
    ----------
    path : Path
    schema : Schema
    table : str
    layer : str, optional
        Name of the layer; else it is found by the table's name or label, or is the only one.

    Returns
    -------
    raw : Raw
        Areas are taken at their centre.
    findings : list of Finding

    Raises
    ------
    Unreadable
    """
    names = layer_names(path, table)
    found = layer if layer in names else next((n for n in names if fold(n) in names_of(schema)), None)
    if found is None and len(names) == 1:
        found = names[0]
    if found is None:
        raise Unreadable(
            error(
                table,
                None,
                None,
                say("The file {file} has no layer for the table.", file=path.name),
                say("Name the layer '{name}'; the file has the layers {layers}.",
                    name=say(schema.label), layers=", ".join(names)),
            )
        )  # fmt: skip
    try:
        frame = pyogrio.read_dataframe(path, layer=found)
    except Exception:
        raise Unreadable(broken(path, table)) from None
    return _raw(frame, path, schema, table)


def _raw(frame: pd.DataFrame, path: Path, schema: Schema, table: str) -> tuple[Raw, list[Finding]]:
    findings: list[Finding] = []
    x = y = None
    crs: str | None = None
    if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None:
        shapes = frame.geometry
        if schema.has_place:
            if frame.crs is None:
                findings.append(
                    note(
                        table,
                        None,
                        None,
                        say(
                            "The file {file} does not tell its coordinate system; the project's was taken.",
                            file=path.name,
                        ),
                        say("Look at the places on the map; if they are wrong, set the coordinate system in the file."),
                    )
                )
            else:
                crs = CRS(frame.crs).to_wkt()
            if not bool((shapes.geom_type.dropna() == "Point").all()):
                shapes = gpd.GeoSeries(shapes.to_numpy()).centroid
            x, y = np.asarray(shapes.x, np.float64), np.asarray(shapes.y, np.float64)
        frame = pd.DataFrame(frame.drop(columns=frame.active_geometry_name))
    headers = tuple(str(c) for c in frame.columns)
    if not any(understand(h, schema) for h in headers):
        raise Unreadable(no_header(path.name, table, schema))
    values: tuple[Any, ...] = tuple(frame.iloc[:, i].reset_index(drop=True) for i in range(frame.shape[1]))
    rows = np.arange(2, len(frame) + 2, dtype=np.int64)
    return Raw(headers, values, rows, x=x, y=y, crs=crs), findings
