"""The plan's places as a GeoPackage: cells, points, offices, candidates and municipalities, its columns named."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray

from tunti.locale import N_
from tunti.plan.regional import RegionalPlan
from tunti.report.shapes import grid_squares
from tunti.report.visible import Audience, plan_for
from tunti.report.words import ILLUSTRATIVE, Words
from tunti.report.writers.qgis import styles

LAYERS = {
    "cells": N_("Population grid with drive times today and after"),
    "points": N_("Proposed points and the neighbours' points that serve the area"),
    "offices": N_("Today's offices that serve customers"),
    "candidates": N_("Sites that were considered and not chosen"),
    "municipalities": N_("Municipalities with accessibility today and after"),
    "sources": N_("Sources of the data"),
}

COLUMNS = {
    "cell": N_("Cell"),
    "municipality": N_("Municipality"),
    "people": N_("People"),
    "minutes_today": N_("Minutes today"),
    "minutes_after": N_("Minutes after"),
    "nearest_today": N_("Nearest point today"),
    "nearest_after": N_("Nearest point after"),
    "certainty": N_("Certainty of being within the standard"),
    "site": N_("Site"),
    "name": N_("Name"),
    "name_fi": N_("Name in Finnish"),
    "name_sv": N_("Name in Swedish"),
    "region": N_("Region"),
    "status": N_("Status"),
    "neighbour": N_("Outside the area"),
    "required": N_("Required"),
    "people_served": N_("People served"),
    "population_base": N_("Population base"),
    "mean_minutes": N_("Mean minutes"),
    "below_base": N_("Small population base"),
    "cost_eur_year": N_("Cost, € a year"),
    "visits_year": N_("Visits a year"),
    "source": N_("Source"),
    "office": N_("Office"),
    "agency": N_("Agency"),
    "serves": N_("Serves customers"),
    "nearest_point": N_("Nearest proposed point"),
    "minutes_to_point": N_("Minutes to the nearest proposed point"),
    "illustrative": N_("Illustrative"),
    "outside_today": N_("People outside today"),
    "outside_after": N_("People outside after"),
    "share_today": N_("Share within, today"),
    "share_after": N_("Share within, after"),
    "share_surely": N_("Share surely within"),
    "mean_today": N_("Mean minutes today"),
    "mean_after": N_("Mean minutes after"),
    "note": N_("Note"),
}


def layers(plan: RegionalPlan, words: Words) -> dict[str, pd.DataFrame]:
    """Make the layers of the GeoPackage.

    Parameters
    ----------
    plan : RegionalPlan
    words : Words
        Language of the mark.

    Returns
    -------
    dict of str to GeoDataFrame
        ``municipalities`` only when borders are there, ``sources`` without geometry.
    """
    crs = plan.settings.project.crs
    mark = words.text(ILLUSTRATIVE) if plan.illustrative else ""
    after = plan.proposed.cells.rename(columns={"minutes": "minutes_after", "nearest_site": "nearest_after"})
    if plan.certainty_cells is not None:
        after = after.assign(certainty=plan.certainty_cells.astype("object").to_numpy())
    today = plan.today.cells[["cell", "minutes", "nearest_site"]]
    today = today.rename(columns={"minutes": "minutes_today", "nearest_site": "nearest_today"})
    cells = after.merge(today, on="cell", how="left")
    found_grid = grid_squares(cells["x"].to_numpy(float), cells["y"].to_numpy(float))
    whole = found_grid is not None and bool(found_grid[1].mean() > 0.95)
    shapes = shapely.polygons(found_grid[0]) if found_grid is not None and whole else shapely.points(_xy(cells))
    points = pd.concat(
        [plan.points.assign(neighbour=False), plan.neighbours.assign(neighbour=True)], ignore_index=True
    ).drop(columns=["municipality_fi", "municipality_sv"])
    offices = plan.offices.drop(columns=["municipality_fi", "municipality_sv"])
    found: dict[str, pd.DataFrame] = {
        "cells": gpd.GeoDataFrame(cells.drop(columns=["x", "y"]), geometry=shapes, crs=crs)
    }
    for name, frame in (("points", points), ("offices", offices), ("candidates", plan.candidates)):
        places = shapely.points(_xy(frame))
        found[name] = gpd.GeoDataFrame(frame.drop(columns=["x", "y"]), geometry=places, crs=crs)
    if plan.borders is not None and len(plan.borders) and len(plan.proposed.municipalities):
        found["municipalities"] = _municipalities(plan)
    for name, frame in found.items():
        found[name] = _plain(frame.assign(note=mark)) if mark else _plain(frame)
    found["sources"] = pd.DataFrame(
        [[s.table, s.title, s.publisher, s.licence, s.date, s.note] for s in plan.sources],
        columns=["table", "title", "publisher", "licence", "date", "limits"],
        dtype="str",
    )
    if mark:
        found["sources"].loc[len(found["sources"])] = ["", mark, "", "", "", ""]
    return found


def _xy(frame: pd.DataFrame) -> NDArray[np.float64]:
    return np.asarray(frame[["x", "y"]].to_numpy(float), dtype=np.float64)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Bring texts and yes/no to types that every GIS reads."""
    for name in frame.columns:
        if name == "geometry":
            continue
        kind = frame[name].dtype
        if pd.api.types.is_bool_dtype(kind):
            frame[name] = frame[name].astype("boolean").fillna(False).astype(bool)
        elif not pd.api.types.is_numeric_dtype(kind):
            frame[name] = [None if pd.isna(v) else str(v) for v in frame[name]]
        elif isinstance(kind, pd.Int64Dtype | pd.Float64Dtype):
            frame[name] = frame[name].to_numpy(float, na_value=float("nan"))
    return frame


def _municipalities(plan: RegionalPlan) -> gpd.GeoDataFrame:
    assert plan.borders is not None
    rows = plan.proposed.municipalities
    before = plan.today.municipalities
    table = pd.DataFrame(
        {
            "municipality": rows["municipality"].astype(str),
            "name_fi": rows["name_fi"],
            "name_sv": rows["name_sv"],
            "region": rows["region"],
            "people": rows["people"].astype("int64"),
            "outside_after": (rows["people"] - rows["people_inside"]).astype("int64"),
            "share_after": rows["share"].astype(float),
            "mean_after": rows["mean_minutes"].astype(float),
        }
    )
    was = pd.DataFrame(
        {
            "municipality": before["municipality"].astype(str),
            "outside_today": (before["people"] - before["people_inside"]).astype("int64"),
            "share_today": before["share"].astype(float),
            "mean_today": before["mean_minutes"].astype(float),
        }
    )
    table = table.merge(was, on="municipality", how="left")
    if plan.certainty is not None:
        sure = plan.certainty.municipalities.set_index("municipality")["share_surely"]
        table["share_surely"] = table["municipality"].map(sure).astype(float)
    borders = plan.borders[["municipality", "geometry"]].assign(municipality=plan.borders["municipality"].astype(str))
    return gpd.GeoDataFrame(borders.merge(table, on="municipality"), geometry="geometry", crs=plan.borders.crs)


def write_geopackage(
    plan: RegionalPlan, path: Path, words: Words, *, timestamp: dt.datetime, audience: Audience = "public"
) -> None:
    """Write the plan's layers to a GeoPackage whose dates are the timestamp.

    Parameters
    ----------
    plan : RegionalPlan
    path : Path
        File to make; it must not be there yet.
    words : Words
        Language of layer and column names shown by a GIS; the names in the file are the same in every language.
    timestamp : datetime
    audience : {"public", "project"}
        What the schemas keep from the reader is left out.

    Raises
    ------
    OSError
        The disk is full or the folder can't be written.
    """
    moment = timestamp.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
    made = layers(plan_for(plan, audience)[0], words)
    try:
        for k, (name, frame) in enumerate(made.items()):
            kinds = {"cells": "Polygon", "municipalities": "MultiPolygon", "sources": None}
            kind = kinds.get(name, "Point")
            if name == "cells" and (not len(frame) or frame.geometry.iloc[0].geom_type == "Point"):
                kind = "Point"
            options = {"IDENTIFIER": name, "DESCRIPTION": words.text(LAYERS[name])}
            pyogrio.write_dataframe(
                frame,
                path,
                layer=name,
                driver="GPKG",
                append=k > 0,
                geometry_type=kind,
                promote_to_multi=kind == "MultiPolygon",
                layer_options=options if kind is None else {**options, "SPATIAL_INDEX": "YES"},
            )
        _styles(plan, path, made, words, timestamp)
        _aliases(path, made, words)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _styles(
    plan: RegionalPlan, path: Path, made: dict[str, pd.DataFrame], words: Words, timestamp: dt.datetime
) -> None:
    """Store the layers' styles in the table where QGIS looks for them."""
    cells = made["cells"]
    shape = "Point" if not len(cells) else str(cells.geometry.iloc[0].geom_type)
    standard = plan.settings.standard.minutes
    found = styles(words, standard=standard, cutoff=max(plan.settings.plan.cutoff_minutes, standard), cells=shape)
    rows = [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": layer,
            "f_geometry_column": "geom",
            "styleName": "Tunti",
            "styleQML": found[layer],
            "styleSLD": "",
            "useAsDefault": True,
            "description": words.text(LAYERS[layer]),
            "owner": "",
            "ui": "",
            "update_time": pd.Timestamp(timestamp.astimezone(dt.UTC)),
        }
        for layer in made
        if layer in found
    ]
    pyogrio.write_dataframe(
        pd.DataFrame(rows), path, layer="layer_styles", driver="GPKG", append=True, layer_options={"FID": "id"}
    )


def _aliases(path: Path, made: dict[str, pd.DataFrame], words: Words) -> None:
    """Store the columns' names in the reader's language (GeoPackage's schema extension), which a GIS shows."""
    with sqlite3.connect(path) as base:
        base.execute(
            "CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, "
            "name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT, "
            "CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), "
            "CONSTRAINT gdc_tn UNIQUE (table_name, name))"
        )
        base.execute(
            "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, "
            "extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL, "
            "CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))"
        )
        base.execute(
            "INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema', "
            "'http://www.geopackage.org/spec121/#extension_schema', 'read-write')"
        )
        for layer, frame in made.items():
            for column in frame.columns:
                if column in COLUMNS:
                    alias = words.text(COLUMNS[column])
                    base.execute(
                        "INSERT INTO gpkg_data_columns (table_name, column_name, name, title) VALUES (?, ?, ?, ?)",
                        (layer, column, alias, alias),
                    )
    base.close()
