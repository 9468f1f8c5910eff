"""A small invented region, put together by hand: names with Å, Ä and Ö, a neighbour's point, people outside."""

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tunti.access.certainty import CertaintyTable
from tunti.access.speed_error import DEFAULT
from tunti.access.standard import Access
from tunti.findings import Share, note, say, warning
from tunti.inputs.tables import Source
from tunti.location.problem import Goal, Network
from tunti.plan.regional import RegionalPlan
from tunti.settings import ProjectSettings, Settings

STAMP = dt.datetime(2026, 2, 3, 9, 30, tzinfo=dt.UTC)
MARKS = {
    "fi": "Esimerkkiaineisto – ei viranomaisen suunnitelma",
    "sv": "Exempelmaterial – inte en myndighets plan",
    "en": "Illustrative data – not an authority's plan",
}

MUNICIPALITIES = [  # code, fi, sv; columns of the grid from the west
    ("901", "Åminne", "Åminne"),
    ("902", "Äijälä", "Äijälä sv"),
    ("903", "Töysänperä", "Övermo"),
    ("904", "Yläjärvi", None),
]
SITES = pd.DataFrame(
    [
        ("S1", "Åminne", "901", 305_000.0, 7_010_000.0),
        ("S2", "Äijälä", "902", 345_000.0, 7_012_000.0),
        ("S3", "Yläjärvi", "904", 420_000.0, 7_012_000.0),
        ("N1", "Ödegård", "950", 295_000.0, 7_060_000.0),
        ("S4", "Vanha piste", "903", 380_000.0, 7_020_000.0),
    ],
    columns=["site", "name", "municipality", "x", "y"],
)


def grid():
    """Give 15 x 6 squares of 10 km, a tenth of them empty."""
    rng = np.random.default_rng(7)
    x, y = np.meshgrid(np.arange(300_000.0, 450_000.0, 10_000.0), np.arange(7_000_000.0, 7_060_000.0, 10_000.0))
    people = rng.integers(0, 900, x.size)
    people[rng.random(x.size) < 0.1] = 0
    code = [MUNICIPALITIES[min(int((v - 300_000) // 40_000), 3)][0] for v in x.ravel()]
    return pd.DataFrame(
        {
            "cell": [f"c{k:03}" for k in range(x.size)],
            "municipality": pd.array(code, dtype="string"),
            "x": x.ravel(),
            "y": y.ravel(),
            "people": people,
        }
    )


def access(cells, open_sites, can_open, *, standard=60.0, cutoff=109.0):
    """Measure access by a minute and a half for a kilometre of straight line."""

    def nearest(sites):
        rows = SITES[SITES["site"].isin(sites)]
        if not len(rows):
            return np.full(len(cells), np.nan), np.full(len(cells), None, object)
        far = np.hypot(
            cells["x"].to_numpy()[:, None] - rows["x"].to_numpy(), cells["y"].to_numpy()[:, None] - rows["y"].to_numpy()
        )
        minutes = far.min(axis=1) / 1000 * 1.5
        names = rows["site"].to_numpy(object)[far.argmin(axis=1)]
        return np.where(minutes <= cutoff, minutes, np.nan), np.where(minutes <= cutoff, names, None)

    minutes, site = nearest(open_sites)
    fix_minutes, fix = nearest(can_open)
    table = cells.assign(minutes=minutes, nearest_site=site, fix_site=fix, fix_minutes=fix_minutes)
    table["inside"] = np.where(table["minutes"] <= standard, table["people"], 0)
    table["load"] = table["minutes"].fillna(0) * table["people"]
    table["reached"] = np.where(table["minutes"].notna(), table["people"], 0)

    def sums(group):
        people, inside = int(group["people"].sum()), int(group["inside"].sum())
        reached = group["reached"].sum()
        return {
            "people": people,
            "people_inside": inside,
            "share": inside / people if people else np.nan,
            "mean_minutes": group["load"].sum() / reached if reached else np.nan,
        }

    names = {code: (fi, sv) for code, fi, sv in MUNICIPALITIES}
    places = [
        {
            "municipality": code,
            "name_fi": names[code][0],
            "name_sv": names[code][1],
            "region": "90",
            **sums(group),
            "nearest_site": group.sort_values("people")["nearest_site"].iloc[-1],
        }
        for code, group in table.groupby("municipality")
    ]
    all_ = sums(table)
    region = {"region": "90", "region_fi": "Ääkköslä", "region_sv": "Öland", "region_en": "Aakkosland", **all_}
    outside = table[~(table["minutes"] <= standard) & (table["people"] > 0)]
    outside = outside.assign(
        minutes_over=outside["minutes"] - standard,
        name_fi=[names[c][0] for c in outside["municipality"]],
        name_sv=[names[c][1] for c in outside["municipality"]],
    ).sort_values("people", ascending=False)
    old = {"people": all_["people"] // 9, "people_inside": all_["people_inside"] // 9}
    groups = [{"group": "people_75", "label": "Aged 75 or over", **old, "share": old["people_inside"] / old["people"]}]
    columns = ["cell", "municipality", "name_fi", "name_sv", "x", "y", "people", "minutes", "minutes_over"]
    return Access(
        all_["share"],
        all_["people"],
        all_["people_inside"],
        all_["people"] - all_["people_inside"],
        all_["mean_minutes"],
        pd.DataFrame(places),
        pd.DataFrame([region]),
        pd.DataFrame(groups),
        outside[[*columns, "nearest_site", "fix_site", "fix_minutes"]].reset_index(drop=True),
        table[["cell", "municipality", "x", "y", "people", "minutes", "nearest_site"]],
        standard,
    )


def points_table(cells, proposed, sites, region):
    rows = SITES[SITES["site"].isin(sites)]
    names = {code: (fi, sv) for code, fi, sv in MUNICIPALITIES} | {"950": ("Ödegård", "Ödegård")}
    served = proposed.cells.groupby("nearest_site")["people"].sum()
    near = [
        int(cells["people"][np.hypot(cells["x"] - r.x, cells["y"] - r.y) / 1000 * 1.5 <= 60].sum())
        for r in rows.itertuples()
    ]
    return pd.DataFrame(
        {
            "site": rows["site"].astype("string"),
            "name": rows["name"].astype("string"),
            "municipality": rows["municipality"].astype("string"),
            "municipality_fi": [names[m][0] for m in rows["municipality"]],
            "municipality_sv": [names[m][1] for m in rows["municipality"]],
            "region": region,
            "x": rows["x"],
            "y": rows["y"],
            "status": ["existing" if s in ("S1", "N1") else "new" for s in rows["site"]],
            "required": [s == "S2" for s in rows["site"]],
            "people_served": [int(served.get(s, 0)) for s in rows["site"]],
            "population_base": near,
            "mean_minutes": 21.25,
            "below_base": [n < 10_000 for n in near],
            "cost_eur_year": [100_000.4, 50_000.4, 25_000.4][: len(rows)],
        }
    ).reset_index(drop=True)


def network(points):
    return Network(
        tuple(points),
        np.ones(len(points), bool),
        Goal.FEWEST,
        float(len(points)),
        float(len(points)),
        0.0,
        True,
        (Goal.LEAST_TRAVEL, 3.6e7, 3.58e7, 0.0056),
        0.9,
        900,
        1.25,
        False,
        (("rows merged", "12"),),
    )


AGENCIES = pd.DataFrame(
    [
        ("DVV", "Digi- ja väestötietovirasto", "Myndigheten för digitalisering", "Digital Agency"),
        ("Kela", "Kansaneläkelaitos", None, None),
    ],
    columns=["agency", "name_fi", "name_sv", "name_en"],
)


def labels(access_):
    """Take cells up to 51 minutes as surely, those to 62 as likely within, the rest as unlikely."""
    minutes = access_.cells["minutes"].to_numpy(float)
    label = np.where(minutes <= 51, "surely", np.where(minutes <= 62, "likely", "unlikely"))
    return pd.Series(pd.Categorical(label, categories=["surely", "likely", "unlikely"], ordered=True))


def certainty_of(access_):
    cells = access_.cells.assign(label=labels(access_).astype(str).to_numpy())
    counted = cells.pivot_table(index="municipality", columns="label", values="people", aggfunc="sum", fill_value=0)
    counted = counted.reindex(columns=["surely", "likely", "unlikely"], fill_value=0).add_prefix("people_")

    def shares(frame):
        people = frame.sum(axis=1)
        frame = frame.assign(people=people, share_surely=frame["people_surely"] / people)
        return frame.assign(share_likely=(frame["people_surely"] + frame["people_likely"]) / people)

    names = {code: (fi, sv) for code, fi, sv in MUNICIPALITIES}
    places = shares(counted).reset_index()
    places = places.assign(
        name_fi=[names[m][0] for m in places["municipality"]], name_sv=[names[m][1] for m in places["municipality"]]
    )
    total = shares(counted.sum().to_frame().T)
    return CertaintyTable(total, total.assign(region="90"), places, 60.0, DEFAULT)


def make_plan():
    cells = grid()
    today = access(cells, ["S1", "S4"], ["S2", "S3"])
    proposed = access(cells, ["S1", "S2", "N1"], ["S3", "S4"])
    points = points_table(cells, proposed, ["S1", "S2"], "90")
    neighbours = points_table(cells, proposed, ["N1"], "91")
    offices = pd.DataFrame(
        {
            "office": ["O1", "O2", "O3"],
            "agency": ["DVV", "Kela", "Kela"],
            "name": ["Esimerkki 1", "Esimerkki 2", "Esimerkki 3"],
            "municipality": ["901", "902", "904"],
            "municipality_fi": ["Åminne", "Äijälä", "Yläjärvi"],
            "municipality_sv": ["Åminne", "Äijälä sv", "Yläjärvi"],
            "x": [305_100.0, 345_100.0, 420_000.0],
            "y": [7_010_000.0, 7_012_000.0, 7_012_300.0],
            "serves": "staffed",
            "visits_year": [1234.0, 567.0, np.nan],
            "nearest_point": ["S1", "S2", None],
            "minutes_to_point": [3.0, 4.5, np.nan],
            "illustrative": True,
        }
    )
    candidates = SITES[SITES["site"].isin(["S3", "S4"])].assign(status=["candidate", "existing"])
    borders = gpd.GeoDataFrame(
        {"municipality": [m[0] for m in MUNICIPALITIES]},
        geometry=[shapely.box(295_000 + k * 40_000, 6_995_000, 335_000 + k * 40_000, 7_055_000) for k in range(4)],
        crs=3067,
    )
    land = gpd.GeoDataFrame(geometry=[shapely.box(280_000, 6_980_000, 500_000, 7_200_000)], crs=3067)
    roads = gpd.GeoDataFrame(
        {"road_class": ["national", "main"]},
        geometry=[
            shapely.LineString([(280_000, 7_010_000), (470_000, 7_012_000)]),
            shapely.LineString([(345_000, 6_990_000), (345_000, 7_100_000)]),
        ],
        crs=3067,
    )
    return RegionalPlan(
        region="90",
        region_names={"fi": "Ääkköslä", "sv": "Öland", "en": "Aakkosland"},
        scenario="baseline",
        settings=Settings(project=ProjectSettings(name="Koe", illustrative=True)),
        today=today,
        proposed=proposed,
        points=points,
        neighbours=neighbours,
        offices=offices,
        candidates=candidates.reset_index(drop=True),
        network=network(["S1", "S2", "N1"]),
        rules=(say("At least {share} of people are within the standard.", share=Share(0.9)),),
        flags=(say("No share of people is set as a rule; no public source states one."),),
        findings=(
            warning("cells", 17, "municipality", say("no"), say("yes")),
            note("offices", None, "visits_year", say("no"), say("yes")),
        ),
        snap=pd.DataFrame([{"what": "no", "count": 90, "people": 12_345, "note": ""}]),
        means=pd.DataFrame(columns=["means", "share", "people_inside", "mean_minutes"]),
        without_car=None,
        without_car_outside=None,
        sources=(
            Source(
                "cells", "Väestöruudut <1 km>", "Keksitty & Co", "CC BY 4.0", "2026", 'Note with "quotes" and #hash'
            ),
            Source("roads", "Tiet", "Öbolaget", "ODbL", "2025", ""),
        ),
        illustrative=True,
        agencies=AGENCIES,
        site_names={**dict(zip(SITES["site"], SITES["name"], strict=True)), "F9": "Töysänperä, Kylä"},
        certainty=certainty_of(proposed),
        certainty_cells=labels(proposed),
        run={"version": "0.1.0", "settings": "a" * 64},
        borders=borders,
        land=land,
        roads=roads,
    )


def make_bare_plan():
    """Nothing but people who all live near one existing point: no offices, borders, sources, rules or groups."""
    plan = make_plan()
    cells = grid().iloc[:5].reset_index(drop=True)
    cells["people"] = 10
    near = access(cells, ["S1"], [])
    near = replace(near, groups=near.groups.iloc[:0])
    return replace(
        plan,
        today=near,
        proposed=near,
        points=points_table(cells, near, ["S1"], "90").assign(cost_eur_year=np.nan),
        neighbours=plan.neighbours.iloc[:0],
        offices=plan.offices.iloc[:0],
        candidates=plan.candidates.iloc[:0],
        network=replace(network(["S1"]), second=None, steps=()),
        rules=(),
        flags=(),
        findings=(),
        snap=plan.snap.iloc[:0],
        sources=(),
        agencies=plan.agencies.iloc[:0],
        site_names={},
        certainty=None,
        certainty_cells=None,
        illustrative=False,
        run={},
        borders=None,
        land=None,
        roads=None,
    )


def make_void_plan():
    """Not even a point."""
    plan = make_bare_plan()
    return replace(plan, points=plan.points.iloc[:0], today=access(grid().iloc[:5], [], []), region=None)
