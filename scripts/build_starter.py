"""Build the embedded starter of Finland from registry packages and typed tables; the same bytes on every run.

    python scripts/build_starter.py             # builds src/tunti/inputs/starter/finland
    python scripts/build_starter.py --check     # builds beside it and compares
    python scripts/build_starter.py --calibrate # prints the figures that the speeds are calibrated on

Needs pip and npm with a registry; packages are fetched by name and exact version and checked by hash.
"""

from __future__ import annotations

import argparse
import filecmp
import shutil
import sys
import tempfile
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))

from starter.places import TYPED

from starter import borders, land, packages, places, register, roads, rural

FINLAND = Path(__file__).parents[1] / "src" / "tunti" / "inputs" / "starter" / "finland"
SAMI_HOMELAND = ("047", "148", "758", "890")
CLASSES = {"urban": "Urban municipalities", "semi-urban": "Semi-urban municipalities", "rural": "Rural municipalities"}
COUNTIES = {
    "Helsingin kaupunki": "091",
    "Itä-Uudenmaan hyvinvointialue": "018 407 434 504 616 638 753",
    "Keski-Uudenmaan hyvinvointialue": "106 186 505 543 611 858",
    "Länsi-Uudenmaan hyvinvointialue": "049 078 149 224 235 257 444 710 755 927",
    "Vantaan ja Keravan hyvinvointialue": "092 245",
}
PLACE, RURAL = "Place (GeoNames)", "Rural (modelled)"


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a CSV file with Unix line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def typed(name: str) -> pd.DataFrame:
    return pd.read_csv(TYPED / f"{name}.csv", dtype=str, keep_default_na=False)


def build(folder: Path, cache: Path) -> None:
    """Build all files of the starter into the folder."""
    files = {p: packages.fetch(p, cache) for p in packages.PACKAGES}
    outlines = land.countries(files[packages.ATLAS])
    finland = outlines["FI"].union(outlines["AX"])
    municipalities = places.municipalities()
    people = municipalities.set_index("municipality")["people"]

    road_nodes, road_links, left = roads.finnish_roads(files[packages.ROADS], finland)
    print("roads:", len(road_nodes), "nodes,", round(road_links["km"].sum()), "km; left out", left)
    towns = places.read_places(files[packages.PLACES], files[packages.DISTRICTS])
    grid = rural.points(finland, towns)
    shares = rural.rural_shares(people, grid)
    countryside = {str(c): round(v) for c, v in (shares * people).items()}
    grid["people"] = rural.rural_people(grid, countryside, roads.lines(road_nodes, road_links))
    towns["people"] = places.place_people(
        towns, {str(c): int(p) - countryside[str(c)] for c, p in people.items()}, people.to_dict()
    )

    write(cells(towns, grid, municipalities), folder / "cells.csv")
    write(municipality_table(municipalities), folder / "municipalities.csv")
    seats = towns[towns["seat"]].merge(municipalities[["municipality", "name_fi", "region"]], on="municipality")
    seats["people"] = seats["municipality"].map(people)
    write(sites(seats, municipalities), folder / "sites.csv")
    write(typed("agencies"), folder / "agencies.csv")
    services = typed("services")
    services["standard_minutes"] = ""
    services["source"] = "Tunti: käynnit ja minuutit on keksitty"
    services["illustrative"] = "yes"
    write(services, folder / "services.csv")
    real = register.real_offices(seats)
    invented = register.invented_offices(seats, typed("regions"), services, real)
    write(pd.concat([real.astype(object), invented.astype(object)], ignore_index=True), folder / "offices.csv")
    write(road_nodes, folder / "roads" / "road_nodes.csv")
    write(road_links, folder / "roads" / "road_links.csv")
    shutil.copyfile(TYPED / "LICENSE-roads.md", folder / "roads" / "LICENSE-roads.md")
    write(typed("languages"), folder / "languages.csv")
    write(typed("sources"), folder / "sources.csv")
    (folder / "land.geojson").write_text(land.features(land.map_land(outlines)), encoding="utf-8")
    shapes = borders.approximate_borders(towns, finland)
    (folder / "borders.geojson").write_text(land.features(shapes), encoding="utf-8")
    (folder / "project.toml").write_text(settings(municipalities), encoding="utf-8")


def cells(towns: pd.DataFrame, grid: pd.DataFrame, municipalities: pd.DataFrame) -> pd.DataFrame:
    """Name the places and the rural points, and put them in one table."""
    names = municipalities.set_index("municipality")["name_fi"]
    towns = towns[towns["people"] > 0].copy()
    own = towns["municipality"].map(names)
    towns["cell"] = towns["name"].where(towns["name"] == own, own + ", " + towns["name"])
    again = towns["cell"].duplicated(keep=False)
    towns.loc[again, "cell"] += " " + towns.loc[again, "geoname"].astype(str)
    towns["settlement"] = PLACE
    grid = grid[grid["people"] > 0].sort_values(["municipality", "y", "x"]).copy()
    number = grid.groupby("municipality").cumcount() + 1
    grid["cell"] = grid["municipality"].map(names) + ", haja-asutus " + number.astype(str)
    grid["lon"], grid["lat"] = land.TO_DEGREES(grid["x"].to_numpy(), grid["y"].to_numpy())
    grid["settlement"] = RURAL
    towns = towns.sort_values(["municipality", "people", "geoname"], ascending=[True, False, True])
    table = pd.concat([towns, grid], ignore_index=True)
    table["lon"], table["lat"] = table["lon"].round(4), table["lat"].round(4)
    return table[["cell", "lon", "lat", "municipality", "people", "settlement"]]


def municipality_table(municipalities: pd.DataFrame) -> pd.DataFrame:
    """Give the municipalities in the form of the schema."""
    table = municipalities.copy()
    county = {code: name for name, codes in COUNTIES.items() for code in codes.split()}
    table["wellbeing_county"] = table["municipality"].map(county).fillna(table["county"])
    table["sami_homeland"] = ["yes" if c in SAMI_HOMELAND else "no" for c in table["municipality"]]
    table["settlement_class"] = table["class"].map(CLASSES)
    table["without_car"] = ""
    table["source"] = "Tilastokeskus, CC BY 4.0"
    return table[
        [
            "municipality",
            "name_fi",
            "name_sv",
            "region",
            "region_fi",
            "region_sv",
            "region_en",
            "languages",
            "sami_homeland",
            "settlement_class",
            "wellbeing_county",
            "people",
            "without_car",
            "source",
        ]
    ]


def sites(seats: pd.DataFrame, municipalities: pd.DataFrame) -> pd.DataFrame:
    """Give one site in each mainland municipality (required in regional centres), the opened points, a few more."""
    more = typed("sites").set_index("site")
    centres = set(municipalities["centre"])
    table = seats[seats["region"] != "21"].copy()
    table["site"] = table["name_fi"]
    table["name"] = table["name_fi"].where(table["name"] == table["name_fi"], table["name_fi"] + ", " + table["name"])
    table["status"] = "candidate"
    table["tier"] = ["centre" if n in centres else "small" for n in table["name_fi"]]
    table["source"] = "GeoNames: kunnan keskus"
    # The first plans had a point in each regional centre, so the starter asks for one in every mainland centre.
    required = table["name_fi"].isin(centres)
    table.loc[required, "status"] = "required"
    table.loc[required, "source"] = (
        "Esimerkkiaineiston oletus: piste joka maakuntakeskuksessa, kuten ensimmäisissä suunnitelmissa"
    )
    for site, row in more[more["status"] == "existing"].iterrows():
        table.loc[table["site"] == site, ["status", "tier", "source"]] = row[["status", "tier", "source"]].to_numpy()
    extra = more[more["status"] != "existing"].reset_index()
    table = pd.concat([table, extra], ignore_index=True)
    for column in ("lon", "lat"):
        table[column] = table[column].astype(float).round(4)
    table["illustrative"] = "no"
    return table.sort_values(["municipality", "site"])[
        ["site", "name", "municipality", "lon", "lat", "status", "tier", "source", "illustrative"]
    ]


def settings(municipalities: pd.DataFrame) -> str:
    """Give the settings with the inflected names of regions and municipalities and the starter's own texts."""
    forms = typed("names").set_index("name")["fi"].to_dict()
    regions = typed("regions")
    fi = {**dict(zip(regions["region_fi"], regions["in_fi"], strict=True)), **forms}
    sv = dict(zip(regions["region_sv"], regions["in_sv"], strict=True))
    mainland = municipalities[municipalities["region"] != "21"]
    for finnish, swedish in zip(mainland["name_fi"], mainland["name_sv"], strict=True):
        name = swedish or finnish
        sv.setdefault(name, ("på " if name == "Kimitoön" else "i ") + name)
    text = (TYPED / "project.toml").read_text(encoding="utf-8")
    for language, names in (("fi", fi), ("sv", sv)):
        text += f"\n[project.names.{language}]\n" + "".join(f'"{n}" = "{names[n]}"\n' for n in sorted(names))
    own = typed("texts").set_index("text")
    for language in ("sv", "en"):
        said = own.loc[own[language] != "", language].to_dict()
        text += f"\n[project.texts.{language}]\n" + "".join(f'"{t}" = "{said[t]}"\n' for t in sorted(said))
    return text


def compare(first: Path, second: Path) -> list[str]:
    """List the files that differ between two folders."""
    names = sorted({str(p.relative_to(f)) for f in (first, second) for p in f.rglob("*") if p.is_file()})
    return [
        n
        for n in names
        if not ((first / n).exists() and (second / n).exists() and filecmp.cmp(first / n, second / n, shallow=False))
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare a new build with the files in the package")
    parser.add_argument("--calibrate", action="store_true", help="print the figures that the speeds are calibrated on")
    parser.add_argument("--cache", type=Path, help="folder where downloaded packages are kept")
    asked = parser.parse_args()
    if asked.calibrate:
        from starter import calibrate

        return calibrate.main()
    with tempfile.TemporaryDirectory() as temporary:
        cache = asked.cache or Path(temporary) / "packages"
        if not asked.check:
            build(FINLAND, cache)
            return 0
        build(Path(temporary) / "finland", cache)
        different = compare(Path(temporary) / "finland", FINLAND)
    print("differs: " + ", ".join(different) if different else "the same bytes")
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main())
