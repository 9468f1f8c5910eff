"""Make a project of Finland's open data: the 5 km population grid (or postal areas), state roads, municipality seats.

    python examples/finland_open_data.py SHARED_DIR PROJECT_DIR [--cells grid|postal]

SHARED_DIR is the folder that holds ``data/finland``. PROJECT_DIR is made; existing files in it are not touched, so the
script refuses a folder that already is a project. Then ``tunti check PROJECT_DIR`` and ``tunti plan PROJECT_DIR``.

Every known limit of the data is handled here in the open and printed; see docs/guides/real_data.md.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import pandas as pd

SUCCESSOR = {"588": "507", "838": "423", "099": "214"}
"""Municipalities that have merged: Pertunmaa to Mäntyharju (2026), Tarvasjoki to Lieto (2015), Honkajoki to Kankaanpää
(2021). Statistics Finland, classification of municipalities."""

TUUSULA = {"municipality": "858", "lon": 25.0264, "lat": 60.4037}
"""The seat that the table lacks. GeoNames (CC BY 4.0), populated place Tuusula."""

LANGUAGES = {
    "Monolingual Finnish-speaking municipality": "fi",
    "Bilingual municipality with Finnish-speaking majority": "fi sv",
    "Bilingual municipality with Swedish-speaking majority": "sv fi",
    "Monolingual Swedish-speaking municipality": "sv",
}

SAMI_HOMELAND = {"047", "148", "890", "758"}
"""Enontekiö, Inari, Utsjoki and the northern part of Sodankylä. Act on the Sámi Parliament 974/1995, 4 §."""

OFFICE_NAMES = {"Maarianhamina": "Maarianhamina - Mariehamn"}

CENTRES = (
    "Helsinki", "Turku", "Pori", "Hämeenlinna", "Tampere", "Lahti", "Kouvola", "Lappeenranta", "Mikkeli", "Kuopio",
    "Joensuu", "Jyväskylä", "Seinäjoki", "Vaasa", "Kokkola", "Oulu", "Kajaani", "Rovaniemi",
)  # fmt: skip
"""The 18 regional centres of the mainland."""

AGENCIES = [
    ("DVV", "Digi- ja väestötietovirasto", "Myndigheten för digitalisering och befolkningsdata",
     "Digital and Population Data Services Agency", "valtiovarainministeriö", "2020-01-01"),
    ("MML", "Maanmittauslaitos", "Lantmäteriverket", "National Land Survey of Finland",
     "maa- ja metsätalousministeriö", ""),
]  # fmt: skip

CLOSED_FROM = {"DVV": "2025-06-30", "MML": "2024-12-31"}
"""Last days of the offices that closed: DVV had 18 places from 1.7.2025 on, MML 26 from 1.1.2025 on."""

REMOTE_FROM = "2025-12-01"
"""Day from which six offices of DVV serve only remotely."""

PROJECT = """# Made by examples/finland_open_data.py of Finland's open data.

[project]
name = "Suomi, avoin aineisto"
country = "FI"
crs = "EPSG:3067"
languages = ["fi", "sv", "en"]
as_of = 2026-01-01
target_year = 2030
# Åland is outside the reform.
regions_left_out = ["21"]

[standard]
minutes = 60

# Mean free-flow speeds of 361 traffic stations (Fintraffic); the road table has no streets, so places reach the road at
# 40 km/h over 1.3 times the straight line.
[speeds]
season = "summer"
access_kmh = 40.0
access_detour = 1.3
access_limit_km = 25.0

[speeds.summer]
national = 92.0
main = 84.0
regional = 75.0
connecting = 62.0
unnumbered = 50.0
connector = 50.0
ramp_or_street = 50.0
ferry = 15.0
"""

SOURCES = [
    ("municipalities", "Municipalities 2026, population 31.12.2022", "Statistics Finland", "CC BY 4.0", "2026",
     "By way of the R package geofi."),
    ("sites", "Administrative seats of municipalities", "Statistics Finland, National Land Survey of Finland",
     "CC BY 4.0", "2021", "Seats of Tarvasjoki and Honkajoki are kept as candidates of Lieto and Kankaanpää; the seat "
     "of Tuusula is from GeoNames (CC BY 4.0); Pertunmaa has none."),
    ("road_nodes, road_links", "State road network of the TMC location table", "Fintraffic / digitraffic.fi",
     "CC BY 4.0", "6/2026", "No streets, no ferries, no one-way roads, no Åland."),
    ("speeds", "Free-flow speeds of 361 traffic stations", "Fintraffic", "CC BY 4.0", "2024",
     "Measured on good sections, so optimistic for small roads."),
    ("offices", "Places of service of DVV and MML", "Decree 53/2020, HE 140/2024, press releases", "public documents",
     "12/2025", "Only these two agencies; placed at the municipality's seat, not at the true address."),
    ("borders", "Municipality borders", "National Land Survey of Finland", "CC BY 4.0", "2021",
     "Sea included; Pertunmaa joined to Mäntyharju."),
]  # fmt: skip

CELL_SOURCES = {
    "grid": ("cells", "GEOSTAT population grid 2018, 5 km", "Eurostat GEOSTAT/JRC", "free with attribution", "2018",
             "Coarse; about 1 % of people, at the coasts, are missing."),
    "postal": ("cells", "Population by postal code area 2022", "Statistics Finland", "CC BY 4.0", "2022",
               "One point per area, inside it but not where its people live."),
}  # fmt: skip


def municipalities(data: Path) -> pd.DataFrame:
    """Municipalities of 2026 in the form of the schema."""
    raw = pd.read_csv(data / "municipalities_2026.csv", dtype=str)
    return pd.DataFrame(
        {
            "municipality": raw["code"],
            "name_fi": raw["name_fi"],
            "name_sv": raw["name_sv"],
            "region": raw["region_code"].str.zfill(2),
            "region_fi": raw["region_fi"],
            "region_sv": raw["region_sv"],
            "region_en": raw["region_en"],
            "languages": raw["language_status"].map(LANGUAGES),
            "sami_homeland": raw["code"].isin(SAMI_HOMELAND).map({True: "yes", False: "no"}),
            "settlement_class": raw["settlement_class"],
            "wellbeing_county": raw["wellbeing_county_fi"],
            "people": raw["population_2022"].astype(int),
            "source": "Statistics Finland",
        }
    )


def borders(data: Path, towns: pd.DataFrame) -> gpd.GeoDataFrame:
    """Municipality outlines with the codes of 2026."""
    raw = gpd.read_file(data / "municipality_borders_2021.gpkg")
    code = raw["NATCODE"].astype(str).str.zfill(3)
    raw["municipality"] = code.replace(SUCCESSOR)
    merged = raw[["municipality", "geometry"]].dissolve("municipality").reset_index()
    return merged.merge(towns[["municipality", "name_fi", "name_sv"]], on="municipality")


def grid_cells(data: Path, notes: list[str]) -> pd.DataFrame:
    """Inhabited 5 km squares."""
    raw = pd.read_csv(data / "grid_5km_2018.csv", dtype={"kunta": str})
    code = raw["kunta"].str.zfill(3)
    merged = code.isin(SUCCESSOR.keys())
    empty = raw["population"] == 0
    notes.append(f"{int(merged.sum())} squares carry the code of a merged municipality; given to its successor.")
    notes.append(f"{int(empty.sum())} squares without people are left out; they change no figure.")
    notes.append("About 1 % of people, at the coasts, are missing from the grid itself; nothing is added for them.")
    cells = pd.DataFrame(
        {
            "cell": "5kmN" + (raw["y"] // 1000).astype(str) + "E" + (raw["x"] // 1000).astype(str),
            "lon": raw["lon"],
            "lat": raw["lat"],
            "municipality": code.replace(SUCCESSOR),
            "people": raw["population"],
        }
    )
    return cells[~empty].sort_values("cell")


def postal_cells(data: Path, outlines: gpd.GeoDataFrame, notes: list[str]) -> pd.DataFrame:
    """Postal areas, each in the municipality where its point lies."""
    raw = pd.read_csv(data / "postal_areas_2022.csv", dtype={"pono": str})
    empty = raw["pop2022"] == 0
    notes.append(f"{int(empty.sum())} postal areas without people are left out.")
    raw = raw[~empty]
    points = gpd.GeoSeries(gpd.points_from_xy(raw["lon"], raw["lat"]), crs="EPSG:4326", index=raw.index).to_crs(
        outlines.crs
    )
    # The nearest outline: a point at the shore may lie a few metres outside all of them.
    at = gpd.sjoin_nearest(
        gpd.GeoDataFrame(geometry=points), outlines[["municipality", "geometry"]], how="left"
    ).groupby(level=0)["municipality"].first()  # fmt: skip
    notes.append("The postal table names no municipality; each area is given the one where its point lies.")
    return pd.DataFrame(
        {
            "cell": raw["pono"],
            "lon": raw["lon"],
            "lat": raw["lat"],
            "municipality": at,
            "people": raw["pop2022"].astype(int),
        }
    ).sort_values("cell")


def sites(data: Path, towns: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Municipality seats as candidates, named as the municipalities are today."""
    raw = pd.read_csv(data / "municipality_seats.csv", dtype={"kunta": str})
    raw["municipality"] = raw["kunta"].str.zfill(3)
    name = towns.set_index("municipality")["name_fi"]
    merged = raw["municipality"].isin(SUCCESSOR.keys())
    raw["name"] = raw["municipality"].map(name).where(~merged, raw["name"].str.title())
    raw["source"] = "Statistics Finland / National Land Survey: administrative seat"
    raw.loc[merged, "source"] += " of a municipality that has merged since"
    raw["municipality"] = raw["municipality"].replace(SUCCESSOR)
    notes.append(
        "Seats of merged municipalities kept as candidates of the successor: "
        + ", ".join(raw.loc[merged, "name"])
        + "."
    )
    lacking = sorted(set(towns["municipality"]) - set(raw["municipality"]))
    if lacking == [TUUSULA["municipality"]]:
        row = {**TUUSULA, "name": "Tuusula", "source": "GeoNames: populated place"}
        raw = pd.concat([raw, pd.DataFrame([row])], ignore_index=True)
        notes.append("The seat of Tuusula is missing from the table; its place is taken from GeoNames.")
    elif lacking:
        notes.append(f"Municipalities without a seat: {', '.join(name[lacking])}.")
    raw["site"] = raw["name"]
    raw["status"] = "candidate"
    return raw[["site", "name", "municipality", "lon", "lat", "status", "source"]].sort_values("site")


def offices(data: Path, towns: pd.DataFrame, seats: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Places where DVV and MML serve or served, at the municipality's seat."""
    raw = pd.read_csv(data / "agency_offices.csv", dtype=str)
    town = raw["municipality"].replace(OFFICE_NAMES)
    code = town.map(towns.set_index("name_fi")["municipality"])
    seat = seats.drop_duplicates("municipality", keep="first")
    own = seats[seats["name"] == seats["municipality"].map(towns.set_index("municipality")["name_fi"])]
    seat = pd.concat([own, seat]).drop_duplicates("municipality").set_index("municipality")
    notes.append("Offices are placed at the municipality's seat, since the lists give only the municipality.")
    return pd.DataFrame(
        {
            "office": raw["agency"] + "-" + raw["municipality"],
            "agency": raw["agency"],
            "name": raw["agency"] + " " + raw["municipality"],
            "municipality": code,
            "lon": code.map(seat["lon"]),
            "lat": code.map(seat["lat"]),
            "serves": "staffed",
            "open_to": raw["agency"].map(CLOSED_FROM).where(raw["after"] == "closed"),
            "remote_from": pd.Series(REMOTE_FROM, raw.index).where(raw["after"] == "remote_only"),
            "source": raw["period"],
        }
    )


def roads(data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes and links of the state roads."""
    nodes = pd.read_csv(data / "road_nodes.csv", dtype={"node": str})[["node", "x", "y"]]
    links = pd.read_csv(data / "road_links.csv", dtype=str)
    links = links.rename(columns={"a": "from_node", "b": "to_node", "cls": "road_class"})
    return nodes, links[["from_node", "to_node", "km", "road_class", "road"]]


def project_settings() -> str:
    """Settings, with the inflected place names of the embedded starter, so that the Finnish reads well."""
    text = PROJECT
    starter = files("tunti.inputs.starter") / "finland" / "project.toml"
    if starter.is_file():
        names = tomllib.loads(starter.read_text(encoding="utf-8")).get("project", {}).get("names", {})
        for language, forms in names.items():
            text += f"\n[project.names.{language}]\n"
            text += "".join(f'"{name}" = "{form}"\n' for name, form in forms.items())
    return text


def make(shared: Path, project: Path, cells: str = "grid") -> tuple[dict[str, int], list[str]]:
    """Make the project folder.

    Parameters
    ----------
    shared : Path
        Folder that holds ``data/finland``.
    project : Path
        Folder to make.
    cells : {"grid", "postal"}

    Returns
    -------
    dict of str to int
        Rows of each table.
    list of str
        What was done about the known limits of the data.
    """
    data = shared / "data" / "finland"
    if not data.is_dir():
        raise SystemExit(f"{shared} holds no folder data/finland. Give the folder that the shared data lie in.")
    if (project / "project.toml").exists():
        raise SystemExit(f"{project} already is a project. Choose another folder, or remove it first.")
    notes: list[str] = []
    towns = municipalities(data)
    outlines = borders(data, towns)
    seats = sites(data, towns, notes)
    nodes, links = roads(data)
    tables = {
        "municipalities": towns,
        "cells": grid_cells(data, notes) if cells == "grid" else postal_cells(data, outlines, notes),
        "sites": seats,
        "agencies": pd.DataFrame(AGENCIES, columns=["agency", "name_fi", "name_sv", "name_en", "branch", "valid_from"]),
        "offices": offices(data, towns, seats, notes),
        "road_nodes": nodes,
        "road_links": links,
        "sources": pd.DataFrame(
            [CELL_SOURCES[cells], *SOURCES], columns=["table", "title", "publisher", "licence", "date", "note"]
        ),
    }
    project.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(project / f"{name}.csv", index=False, lineterminator="\n")
    outlines.to_file(project / "borders.gpkg", layer="borders", engine="pyogrio")
    # The settings last: a folder without them is not a project, so a run that was cut off is seen as such.
    (project / "project.toml").write_text(project_settings(), encoding="utf-8")
    return {**{name: len(table) for name, table in tables.items()}, "borders": len(outlines)}, notes


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, make the project and say what was made."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("shared", type=Path, metavar="SHARED_DIR", help="folder that holds data/finland")
    parser.add_argument("project", type=Path, metavar="PROJECT_DIR", help="project folder to make")
    parser.add_argument("--cells", choices=("grid", "postal"), default="grid", help="5 km squares or postal areas")
    chosen = parser.parse_args(arguments)
    rows, notes = make(chosen.shared, chosen.project, chosen.cells)
    print(f"Project {chosen.project} of {chosen.cells} cells:")
    for name, count in rows.items():
        print(f"  {name:<15}{count:>8,} rows")
    print("Notes:")
    for text in notes:
        print(f"  - {text}")
    print(f"Next: tunti check {chosen.project}, then tunti plan {chosen.project}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
