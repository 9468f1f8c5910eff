"""Invents small countries for tests and lessons: everything is made up, and says so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pyproj import Transformer

from tunti.inputs.frames import empty, typed
from tunti.inputs.schemas import (
    AGENCIES,
    CELLS,
    MUNICIPALITIES,
    OFFICES,
    ROAD_LINKS,
    ROAD_NODES,
    SCHEMAS,
    SERVICES,
    SITES,
)
from tunti.inputs.tables import Inputs, Source

_WEST, _SOUTH = 320_000.0, 6_850_000.0
_NAMES_FI = ("Ylä-Åmäki", "Järvenö", "Koivuräme", "Äyräskoski", "Suosaari", "Lammasoja", "Östersunda", "Pitkäperä")
_REGIONS = (("Itämaa", "Österland", "Eastland"), ("Länsimaa", "Västerland", "Westland"))
_ROADS = ("main", "regional", "connecting")
_AGENCIES = (
    ("MALLI", "Mallivirasto", "Mallmyndigheten", "Model Agency"),
    ("KOE", "Koelaitos", "Provverket", "Trial Institution"),
    ("ESIM", "Esimerkkikeskus", "Exempelcentralen", "Example Centre"),
)


def invent(
    *,
    seed: int = 1,
    cells: int = 200,
    sites: int = 12,
    regions: int = 3,
    municipalities_per_region: int = 4,
    offices: int = 24,
    cell_km: float = 5.0,
    people_per_cell: float = 120.0,
    crs: str = "EPSG:3067",
) -> Inputs:
    """Invent a small country: people, municipalities, roads, agencies, offices and sites.

    Parameters
    ----------
    seed : int
        The same seed gives the same country.
    cells : int
        Inhabited grid squares.
    sites : int
        Sites; the first is existing, the others are candidates.
    regions, municipalities_per_region : int
        Regions lie beside each other from west to east, their municipalities from south to north.
    offices : int
        Offices of three invented agencies.
    cell_km : float
        Side of a grid square.
    people_per_cell : float
        Mean number of people; a few cells are towns.
    crs : str
        Metric coordinate system; places are around 320-600 km east and 6,850 km north.

    Returns
    -------
    Inputs
        Without findings in :func:`tunti.inputs.checks.check`. The road network is a connected net of junctions at the
        corners of the grid.
    """
    draw = np.random.default_rng(seed)
    wide = int(np.ceil(np.sqrt(max(cells, 1))))
    high = int(np.ceil(cells / wide)) if cells else 1
    metres = cell_km * 1000
    column, row = np.arange(cells) % wide, np.arange(cells) // wide
    x, y = _WEST + (column + 0.5) * metres, _SOUTH + (row + 0.5) * metres
    region = np.minimum(column * regions // wide, regions - 1)
    part = np.minimum(row * municipalities_per_region // high, municipalities_per_region - 1)
    code = np.array([f"{5 + 7 * m:03d}" for m in region * municipalities_per_region + part], object)
    frame = _cells(draw, x, y, code, people_per_cell)
    table = _municipalities(frame, regions, municipalities_per_region)
    nodes, links = _roads(draw, wide, high, metres)
    places = _with_degrees(
        Inputs(
            cells=typed(frame, CELLS),
            municipalities=typed(table, MUNICIPALITIES),
            agencies=typed(_agencies(), AGENCIES),
            services=typed(_services(), SERVICES),
            offices=typed(_offices(draw, frame, offices), OFFICES),
            sites=typed(_sites(draw, frame, sites), SITES),
            road_nodes=typed(nodes, ROAD_NODES),
            road_links=typed(links, ROAD_LINKS),
            travel_times=empty(SCHEMAS["travel_times"]),
            sources=(Source("all", "Keksitty maa", "Tunti", "CC0 1.0", "2026", "Invented for tests."),),
        ),
        crs,
    )
    return places


def _cells(draw: np.random.Generator, x: Any, y: Any, code: Any, mean: float) -> pd.DataFrame:
    n = len(x)
    people = np.round(draw.lognormal(np.log(mean) - 0.5, 1.0, n)).astype(np.int64) + 1
    people[:: max(n // 7, 1)] *= 12
    young, old, oldest = (people * s // 100 for s in (18, 12, 9))
    swedish = people * np.where(np.arange(n) % 5 == 0, 20, 2) // 100
    other = people * 6 // 100
    return pd.DataFrame(
        {
            "cell": [f"r{i:06d}" for i in range(n)],
            "x": x,
            "y": y,
            "municipality": code,
            "people": people,
            "people_0_17": young,
            "people_65_74": old,
            "people_75": oldest,
            "speakers_fi": people - swedish - other,
            "speakers_sv": swedish,
            "speakers_sami": 0,
            "speakers_other": other,
            "settlement": np.where(people > 5 * mean, "Inner urban area", "Rural heartland area"),
        }
    )


def _municipalities(cells: pd.DataFrame, regions: int, per_region: int) -> pd.DataFrame:
    sums = cells.groupby("municipality")["people"].sum()
    rows = []
    for i in range(regions * per_region):
        code = f"{5 + 7 * i:03d}"
        if code not in sums.index:
            continue
        r = i // per_region
        names = _REGIONS[r % len(_REGIONS)]
        end = "" if r < len(_REGIONS) else f" {r // len(_REGIONS) + 1}"
        name = _NAMES_FI[i % len(_NAMES_FI)] + ("" if i < len(_NAMES_FI) else f" {i // len(_NAMES_FI) + 1}")
        rows.append(
            {
                "municipality": code,
                "name_fi": name,
                "name_sv": name,
                "region": f"{r + 1:02d}",
                "region_fi": names[0] + end,
                "region_sv": names[1] + end,
                "region_en": names[2] + end,
                "languages": "fi sv" if i % 3 == 0 else "fi",
                "sami_homeland": False,
                "people": int(sums[code]),
                "without_car": 0.2,
            }
        )
    return pd.DataFrame(rows)


def _agencies() -> pd.DataFrame:
    rows = [
        {"agency": a, "name_fi": fi, "name_sv": sv, "name_en": en, "branch": "keksitty", "takes_part": "both"}
        for a, fi, sv, en in _AGENCIES
    ]
    return pd.DataFrame(rows)


def _services() -> pd.DataFrame:
    rows = [
        (a, f"{a.lower()}-{n}", fi, visits, minutes, modes)
        for a, *_ in _AGENCIES
        for n, fi, visits, minutes, modes in (
            ("neuvonta", "Neuvonta", 4000.0, 10.0, "staffed visiting remote assisted"),
            ("paatos", "Päätöksen hakeminen", 1500.0, 25.0, "staffed remote"),
        )
    ]
    names = ("agency", "service", "name_fi", "visits_year", "minutes_visit", "modes")
    return pd.DataFrame(rows, columns=list(names)).assign(illustrative=True)


def _sites(draw: np.random.Generator, cells: pd.DataFrame, n: int) -> pd.DataFrame:
    # The most peopled cell of each municipality first, then others, as towns come before villages.
    order = cells.sort_values(["people", "cell"], ascending=[False, True])
    first = order.drop_duplicates("municipality")
    chosen = pd.concat([first, order.drop(first.index)]).head(n).reset_index(drop=True)
    return pd.DataFrame(
        {
            "site": [f"s{i:04d}" for i in range(len(chosen))],
            "name": [f"Paikka {i + 1}" for i in range(len(chosen))],
            "municipality": chosen["municipality"],
            "x": chosen["x"] + np.round(draw.uniform(-900, 900, len(chosen))),
            "y": chosen["y"] + np.round(draw.uniform(-900, 900, len(chosen))),
            "status": ["existing"] * min(1, len(chosen)) + ["candidate"] * max(len(chosen) - 1, 0),
            "cost_eur_year": np.round(draw.uniform(80_000, 200_000, len(chosen)), -3),
            "capacity_visits_year": 40_000.0,
            "illustrative": True,
        }
    )


def _offices(draw: np.random.Generator, cells: pd.DataFrame, n: int) -> pd.DataFrame:
    towns = cells.sort_values(["people", "cell"], ascending=[False, True]).head(max(n // 2, 1)).reset_index(drop=True)
    at = np.arange(n) % max(len(towns), 1)
    here = towns.iloc[at if len(towns) else []].reset_index(drop=True)
    n = len(here)
    staff = np.round(draw.uniform(3, 40, n))
    work, customer = np.round(staff * 17.7), np.round(draw.uniform(30, 150, n))
    ends = pd.Timestamp("2027-06-30") + pd.to_timedelta(draw.integers(0, 1500, n), unit="D")
    return pd.DataFrame(
        {
            "office": [f"t{i:04d}" for i in range(n)],
            "agency": [_AGENCIES[i % len(_AGENCIES)][0] for i in range(n)],
            "name": [f"Esimerkki {i + 1}" for i in range(n)],
            "municipality": here["municipality"],
            "x": here["x"] + np.round(draw.uniform(-900, 900, n)),
            "y": here["y"] + np.round(draw.uniform(-900, 900, n)),
            "serves": np.where(np.arange(n) % 4 == 3, "remote", "staffed"),
            "customer_m2": customer,
            "work_m2": work,
            "staff": staff,
            "presence": np.round(draw.uniform(0.2, 0.6, n), 2),
            "visits_year": np.round(draw.uniform(300, 6000, n)),
            "rent_eur_year": np.round((work + customer) * draw.uniform(120, 260, n)),
            "lease_end": ends,
            "notice_months": np.where(np.arange(n) % 2 == 0, 12.0, 6.0),
            "owner": "Keksitty vuokranantaja",
            "condition": np.where(np.arange(n) % 5 == 4, "poor", "fair"),
            "illustrative": True,
        }
    )


def _roads(draw: np.random.Generator, wide: int, high: int, metres: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make a connected net of junctions at the grid's corners with some of the lesser roads left out."""
    across, up = wide + 1, high + 1
    column, row = np.tile(np.arange(across), up), np.repeat(np.arange(up), across)
    shift = draw.uniform(-0.1, 0.1, (2, len(column))) * metres
    x, y = _WEST + column * metres + shift[0], _SOUTH + row * metres + shift[1]
    x, y = np.round(x, 1), np.round(y, 1)
    nodes = pd.DataFrame({"node": [f"n{i}" for i in range(len(x))], "x": x, "y": y})
    at = np.arange(len(x)).reshape(up, across)
    east = np.column_stack([at[:, :-1].ravel(), at[:, 1:].ravel()])
    north = np.column_stack([at[:-1].ravel(), at[1:].ravel()])
    # Every road to the north stays, and those to the east on every third row: the net is then one piece.
    stays = (row[east[:, 0]] % 3 == 0) | (draw.random(len(east)) < 0.5)
    ends = np.concatenate([east[stays], north])
    straight = np.hypot(x[ends[:, 0]] - x[ends[:, 1]], y[ends[:, 0]] - y[ends[:, 1]])
    main = np.where(np.arange(len(ends)) < stays.sum(), row[ends[:, 0]] % 6 == 0, column[ends[:, 0]] % 6 == 0)
    grade = np.where(main, 0, draw.integers(1, len(_ROADS), len(ends)))
    links = pd.DataFrame(
        {
            "from_node": nodes["node"].to_numpy()[ends[:, 0]],
            "to_node": nodes["node"].to_numpy()[ends[:, 1]],
            "km": np.round(straight / 1000 * draw.uniform(1.02, 1.3, len(ends)), 3),
            "road_class": np.array(_ROADS, object)[grade],
            "oneway": False,
        }
    )
    return nodes, links


def _with_degrees(inputs: Inputs, crs: str) -> Inputs:
    degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    for name in ("cells", "sites", "offices", "road_nodes"):
        frame: pd.DataFrame = getattr(inputs, name)
        lon, lat = degrees.transform(frame["x"].to_numpy(), frame["y"].to_numpy())
        inputs = inputs.with_table(name, frame.assign(lon=np.asarray(lon, float), lat=np.asarray(lat, float)))
    return inputs
