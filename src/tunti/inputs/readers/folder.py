"""Reads a project's whole folder of inputs and reports everything that can't be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pyproj import CRS

from tunti.findings import Finding, Level, Message, error, note, say, warning
from tunti.inputs.frames import closest, empty
from tunti.inputs.readers.excel import broken, open_book
from tunti.inputs.readers.header_rows import WITHIN
from tunti.inputs.readers.layers import layer_names
from tunti.inputs.readers.places import check_crs
from tunti.inputs.readers.raw import Unreadable
from tunti.inputs.readers.sheets import find_sheet, likely_tables, names_of, sheet_grid
from tunti.inputs.readers.table import ENDINGS, LAYER_ENDINGS, read_table
from tunti.inputs.repair import repair
from tunti.inputs.schemas import SCHEMAS, SOURCES, Schema
from tunti.inputs.tables import Inputs, Source
from tunti.inputs.words import OWN_SHEETS, file_name, fold, listed, no_roads_remedy
from tunti.locale import LANGUAGES, translator
from tunti.settings import Settings

MAP_LAYERS = ("borders", "land")
"""Layers for maps only: municipality outlines and the land's outline."""

ROADS_FOLDER = "roads"
"""A folder of their own for road tables, which often come under a licence of their own."""

_TABLES: dict[str, Schema] = {**SCHEMAS, SOURCES.name: SOURCES}
_OTHER_FILES = (".toml", ".md", ".pdf", ".html", ".png", ".svg", ".log", ".lock", ".json")


@dataclass(frozen=True)
class _Place:
    """Where a table was found: a file and, for workbooks and layered files, the sheet or layer."""

    path: Path
    sheet: str | None = None

    def __str__(self) -> str:
        name = f"{ROADS_FOLDER}/{self.path.name}" if self.path.parent.name == ROADS_FOLDER else self.path.name
        return name if self.sheet is None else f"{name} ({self.sheet})"


def read_folder(folder: Path, settings: Settings) -> tuple[Inputs, list[Finding]]:
    """Read all tables of a project's folder.

    Each table is looked for as ``NAME.csv``, ``.xlsx``, ``.parquet``, ``.gpkg`` (and other vector files), as a sheet
    of a workbook or as a layer of a file with several layers; the name is the table's or its label in any of the
    product's languages. A table that is not there is empty. Road tables may lie in a folder ``roads`` inside.

    Parameters
    ----------
    folder : Path
    settings : Settings
        ``project.crs`` is the coordinate system of x and y.

    Returns
    -------
    inputs : Inputs
        All tables in the form that :mod:`tunti.inputs.tables` describes.
    findings : list of Finding
        All at once. Bad input never raises.
    """
    folder = Path(folder)
    frames: dict[str, Any] = {name: empty(schema) for name, schema in _TABLES.items()}
    crs = settings.project.crs
    findings = check_crs(crs)
    if not folder.is_dir():
        findings.append(
            error(
                folder.name or str(folder),
                None,
                None,
                say("The folder {folder} does not exist.", folder=str(folder)),
                say("Check the name of the folder, or make a new project."),
            )
        )
    places, maps, extracts, found = _look(folder) if folder.is_dir() else ({}, {}, [], [])
    findings += found
    if crs_is_wrong := bool(check_crs(crs)):
        places, maps = {}, {}
    tried: set[str] = set()
    for name, where in places.items():
        tried.add(name)
        frames[name], found = _read_one(name, where, crs)
        findings += found
    findings += _missing(frames, tried, extracts, crs_is_wrong or not folder.is_dir())
    layers: dict[str, gpd.GeoDataFrame | None] = dict.fromkeys(MAP_LAYERS)
    for name, path in maps.items():
        layers[name], found = _read_map(name, path, crs)
        findings += found
    sources = frames.pop(SOURCES.name)
    inputs = Inputs(
        **frames,
        borders=layers["borders"],
        land=layers["land"],
        road_extract=extracts[0] if extracts else None,
        sources=_sources(sources),
    )
    inputs, found = repair(inputs, country=settings.project.country, road_classes=settings.speeds.summer)
    findings += found
    unread = frozenset(
        (f.table, None if isinstance(row, str) else row, f.column)
        for f in findings
        if f.level == "error"
        for row in f.rows or (f.row,)
    )
    return Inputs(**{**vars(inputs), "unread": unread}), findings


def tables_found(folder: Path) -> list[tuple[str, Path, str | None]]:
    """Give the tables of a project's folder with their file and, in workbooks and layered files, the sheet or layer.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of (str, Path, str or None)
    """
    places, _, _, _ = _look(Path(folder))
    found = []
    for name, where in places.items():
        # Of several files the one with rows counts, as when they are read.
        filled = [w for w in where if len(where) > 1 and _rows(name, w)]
        place = (filled or where)[0]
        found.append((name, place.path, place.sheet))
    return found


def _look(folder: Path) -> tuple[dict[str, list[_Place]], dict[str, Path], list[Path], list[Finding]]:
    """Find which file holds which table."""
    places: dict[str, list[_Place]] = {}
    maps: dict[str, Path] = {}
    extracts: list[Path] = []
    unknown: list[Path] = []
    books: list[Path] = []
    findings: list[Finding] = []
    paths = [p for part in (folder, folder / ROADS_FOLDER) if part.is_dir() for p in part.iterdir()]
    for path in sorted(p for p in paths if p.is_file() and not p.name.startswith((".", "~$"))):
        stem, ending = fold(path.stem), path.suffix.casefold()
        table = next((n for n, schema in _TABLES.items() if stem in names_of(schema)), None)
        layer = next((n for n in MAP_LAYERS if n == stem), None)
        if path.name.casefold().endswith(".osm.pbf"):
            extracts.append(path)
        elif layer is not None and ending in (*LAYER_ENDINGS, ".parquet"):
            maps[layer] = path
        elif table is not None and ending in ENDINGS:
            # A workbook of several tables may be named after one of them.
            inside = _look_inside(path, ending)[0] if ending in (".xlsx", ".gpkg") else []
            for name, place in inside if len(inside) > 1 else [(table, _Place(path))]:
                places.setdefault(name, []).append(place)
        elif ending in (".xlsx", ".gpkg"):
            found, problems = _look_inside(path, ending)
            findings += problems
            for name, place in found:
                places.setdefault(name, []).append(place)
            if ending == ".xlsx" and not problems:
                books.append(path)
            elif not found and not problems:
                unknown.append(path)
        elif ending not in _OTHER_FILES:
            unknown.append(path)
    if len(extracts) > 1:
        findings.append(
            error(
                "road_extract",
                None,
                None,
                say("There are several road extracts: {files}.", files=", ".join(p.name for p in extracts)),
                say("Leave one of the files in the folder."),
            )
        )
    for path in books:
        findings += _look_by_headers(path, places)
    findings += _unknown(unknown, [schema for n, schema in _TABLES.items() if n not in places])
    return places, maps, extracts, findings


def _look_inside(path: Path, ending: str) -> tuple[list[tuple[str, _Place]], list[Finding]]:
    """Find the tables among a workbook's sheets or a file's layers."""
    try:
        names = list(open_book(path, path.name).sheet_names) if ending == ".xlsx" else layer_names(path, path.name)
    except Unreadable as reason:
        return [], [reason.finding]
    found = [(name, find_sheet(names, schema)) for name, schema in _TABLES.items()]
    return [(name, _Place(path, sheet)) for name, sheet in found if sheet is not None], []


def _look_by_headers(path: Path, places: dict[str, list[_Place]]) -> Iterator[Finding]:
    """Look for the tables that no sheet or file is named after among a workbook's other sheets, and tell the rest."""
    book = open_book(path, path.name)
    used = {w.sheet for where in places.values() for w in where if w.path == path}
    left = [s for s in book.sheet_names if s not in used and fold(s).rstrip("0123456789") not in _own_sheets()]
    missing = {name: schema for name, schema in _TABLES.items() if name not in places}
    likely = likely_tables(book, left, _TABLES)
    # A table that has a sheet of its name is read from there, unless that is an unused template.
    likely = {n: s for n, s in likely.items() if n in missing or not any(map(partial(_rows, n), places[n]))}
    for name, sheet in likely.items():
        places[name] = [_Place(path, sheet)]
        yield note(
            name,
            None,
            None,
            say("The sheet '{sheet}' of {file} was read as this table by its headers.", sheet=sheet, file=path.name),
            say("Name the sheet '{label}' if that is right; move it to another folder if not.",
                label=say(_TABLES[name].label)),
        )  # fmt: skip
    rest = [s for s in left if s not in likely.values() and any(map(any, sheet_grid(book, s, rows=WITHIN)))]
    if used or likely:
        if rest:
            yield note(
                path.name,
                None,
                None,
                say("These sheets of {file} were not used: {sheets}.", file=path.name, sheets=", ".join(rest)),
                say("Nothing needs to be done, unless one of them is a table: then name it after its table."),
            )
        return
    yield warning(
        path.name,
        None,
        None,
        say("The file {file} was not used.", file=path.name),
        say("Name each sheet after its table ({tables}); the workbook has the sheets {sheets}.",
            tables=listed([Message(schema.label) for schema in missing.values()]), sheets=", ".join(book.sheet_names)),
    )  # fmt: skip


def _rows(name: str, place: _Place) -> int:
    """Count the rows that a table has in a place."""
    return len(read_table(place.path, _TABLES[name], sheet=place.sheet)[0])


@cache
def _own_sheets() -> frozenset[str]:
    """Give the sheets that the product itself writes beside the tables, as they are folded."""
    return frozenset(fold(translator(language)(name)) for name in OWN_SHEETS for language in LANGUAGES)


def _read_one(name: str, where: list[_Place], crs: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Read a table; when several files hold it, the ones without rows (unused templates) don't count."""
    schema = _TABLES[name]
    read = [(place, *read_table(place.path, schema, crs=crs, sheet=place.sheet)) for place in where]
    filled = [r for r in read if len(r[1])] or read[:1]
    if len(read) > 1 and len(filled) > 1:
        # What is wrong in each is told by its file: rows of several files have the same numbers.
        inside = [replace(f, table=str(place)) for place, _, found in filled for f in found if f.level != Level.NOTE]
        return empty(schema), [
            error(
                name,
                None,
                None,
                say("The table is in several files: {files}.", files=", ".join(str(r[0]) for r in filled)),
                say("Leave it in one file and move the others out of the folder."),
            ),
            *inside,
        ]
    return filled[0][1], filled[0][2]


def _missing(
    frames: dict[str, pd.DataFrame], tried: set[str], extracts: list[Path], nothing_read: bool
) -> Iterator[Finding]:
    """Report the tables that a plan can't do without."""
    if nothing_read:
        return
    for name, schema in SCHEMAS.items():
        if schema.required and name not in tried:
            yield error(
                name,
                None,
                None,
                say("The table '{label}' is missing.", label=say(schema.label)),
                say(
                    "Put one of these files in the folder: {files}; or a sheet named '{label}' in a workbook.",
                    files=listed([file_name(schema, ending) for ending in (".csv", ".xlsx", ".parquet", ".gpkg")]),
                    label=say(schema.label),
                ),
            )
    roads = "road_links" in tried and "road_nodes" in tried
    if ("road_links" in tried) != ("road_nodes" in tried):
        name = "road_nodes" if "road_links" in tried else "road_links"
        yield error(
            name,
            None,
            None,
            say("Only one of the road tables is there."),
            say("Add the table '{name}' or remove the other one.", name=say(SCHEMAS[name].label)),
        )
    elif not roads and not extracts:
        yield error(
            "road_links",
            None,
            None,
            say("There are no roads: neither tables nor an extract."),
            no_roads_remedy(),
        )
    if roads and extracts:
        yield warning(
            "road_links",
            None,
            None,
            say("There are both road tables and a road extract ({file}).", file=extracts[0].name),
            say("Leave one of them in the folder, so that it is clear which roads count."),
        )


def _unknown(paths: list[Path], missing: list[Schema]) -> Iterator[Finding]:
    """Tell which files were not used, and which name they need if they hold a table that is not there."""
    names = {word: schema for schema in missing for word in names_of(schema)}
    # While a table that a plan needs is missing, an unused file is most likely it.
    needed = [schema for schema in missing if schema.required]
    for path in paths:
        what = say("The file {file} was not used.", file=path.name)
        near = closest(fold(path.stem), list(names))
        ending = path.suffix if path.suffix.casefold() in ENDINGS else ".csv"
        if near is not None:
            schema = names[near]
            do = say(
                "Did you mean the table '{name}'? Then name the file so: {file}.",
                name=Message(schema.label),
                file=file_name(schema, ending),
            )
            yield warning(path.name, None, None, what, do)
        elif path.suffix.casefold() in ENDINGS and missing:
            files = listed([file_name(schema, ending) for schema in needed or missing])
            if needed:
                do = say("If it holds one of the tables that are missing, name the file so: {files}.", files=files)
                yield warning(path.name, None, None, what, do)
            else:
                do = say("Nothing needs to be done, unless it holds one of these tables: {files}.", files=files)
                yield note(path.name, None, None, what, do)
        else:
            do = say("Nothing needs to be done if the plan does not need it.")
            yield note(path.name, None, None, what, do)


def _read_map(name: str, path: Path, crs: str) -> tuple[gpd.GeoDataFrame | None, list[Finding]]:
    """Read a layer that only maps use, in the project's coordinate system."""
    try:
        if path.suffix.casefold() == ".parquet":
            frame = gpd.read_parquet(path)
        else:
            names = layer_names(path, name)
            frame = pyogrio.read_dataframe(path, layer=next((n for n in names if fold(n) == name), names[0]))
        if not isinstance(frame, gpd.GeoDataFrame):
            raise ValueError("no geometry")
        frame = frame.set_crs(crs) if frame.crs is None else frame.to_crs(CRS(crs))
    except Exception:  # a broken file can make the parser fail in any way; maps are not worth stopping for
        found = broken(path, name)
        return None, [warning(name, None, None, found.what, found.what_to_do)]
    if name == "borders":
        column = next((c for c in frame.columns if fold(str(c)) in ("municipality", "kunta", "kommun", "code")), None)
        if column is None:
            return None, [
                warning(
                    name,
                    None,
                    "municipality",
                    say("The borders have no column 'municipality'; maps are drawn without them."),
                    say("Add the municipality's code to every outline."),
                )
            ]
        frame = frame.rename(columns={column: "municipality"}).astype({"municipality": "string"})
    return frame, []


def _sources(frame: pd.DataFrame) -> tuple[Source, ...]:
    text = frame.astype(object).where(frame.notna(), "")
    labels = {word: name for name, schema in _TABLES.items() for word in names_of(schema)}
    names = [[labels.get(fold(part), part.strip()) for part in re.split("[,;]", str(v))] for v in text["table"]]
    text["table"] = [", ".join(parts) for parts in names]
    return tuple(Source(*(str(row[c]) for c in SOURCES.names)) for _, row in text.iterrows())
