"""What sites, offices and agencies are called in a language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import pandas as pd

from tunti.inputs.starter import starter_folder
from tunti.locale import N_
from tunti.plan.regional import RegionalPlan
from tunti.report.words import Words, missing


def in_language(name: str, finnish: object, there: str) -> str:
    """Say a name in the language where it is a municipality's or begins or ends with one.

    'Inari, Ivalo' is 'Enare, Ivalo', 'DVV Vaasa' is 'DVV Vasa'.
    """
    if missing(finnish) or not there:
        return name
    if name == str(finnish):
        return there
    start, end = f"{finnish}, ", f" {finnish}"
    if name.startswith(start):
        return f"{there}, {name.removeprefix(start)}"
    return f"{name.removesuffix(end)} {there}" if name.endswith(end) else name


def site_names(plan: RegionalPlan, words: Words) -> dict[str, str]:
    """Name sites and offices; a site that is called after its municipality takes that name in the language.

    Parameters
    ----------
    plan : RegionalPlan
    words : Words

    Returns
    -------
    dict of str to str
        Names by id of site or office, those of sites outside the area too.
    """
    rows = plan.proposed.municipalities.to_dict("records")
    places = {str(r["municipality"]): {str(k): v for k, v in r.items()} for r in rows}
    known: dict[str, str] = {}
    for found in places.values():
        if not missing(found.get("name_fi")):
            known[str(found["name_fi"])] = words.place(found)
    names: dict[str, str] = {}
    for site, name in plan.site_names.items():
        finnish = name.split(", ")[0]
        names[str(site)] = words.own(in_language(name, finnish, known.get(finnish, "")))
    for frame, key in (
        (plan.offices, "office"),
        (plan.candidates, "site"),
        (plan.neighbours, "site"),
        (plan.points, "site"),
    ):
        for row_ in frame.to_dict("records"):
            row = {str(k): v for k, v in row_.items()}
            place = places.get(str(row["municipality"]), {})
            name = str(row[key] if missing(row["name"]) else row["name"])
            said = in_language(name, row.get("municipality_fi"), words.place(row, "municipality"))
            if said == name:
                said = in_language(name, place.get("name_fi"), words.place(place))
            numbered = re.fullmatch(r"Esimerkki (\d+)", said)
            if numbered is not None:
                said = words.text(N_("Example {n}"), n=numbered.group(1))
            names[str(row[key])] = words.own(said)
    return names


@cache
def country_regions(country: str) -> pd.DataFrame | None:
    """Give all regions of a country, those outside the reform too.

    Parameters
    ----------
    country : str
        ISO code.

    Returns
    -------
    DataFrame or None
        ``region, region_fi, region_sv, region_en``; None for a country whose regions are not known.
    """
    if country != "FI":
        return None
    columns = ["region", "region_fi", "region_sv", "region_en"]
    table = pd.read_csv(starter_folder() / "municipalities.csv", dtype=str, usecols=columns)
    return table.drop_duplicates("region").sort_values("region").reset_index(drop=True)


def covers_country(plan: RegionalPlan) -> bool:
    """Tell whether a plan without a region is for the whole country, but for the regions left out.

    Parameters
    ----------
    plan : RegionalPlan

    Returns
    -------
    bool
    """
    project = plan.settings.project
    known = country_regions(project.country)
    planned = {str(r) for r in plan.proposed.regions["region"]}
    if plan.region is not None or known is None or len(planned) < 2:
        return False
    return planned == set(known["region"]) - set(project.regions_left_out)


def left_out_names(plan: RegionalPlan, words: Words) -> list[str]:
    """Name the regions that the settings leave out, by their code for want of a name.

    Parameters
    ----------
    plan : RegionalPlan
    words : Words

    Returns
    -------
    list of str
    """
    project = plan.settings.project
    names: dict[str, str] = {}
    for frame in (country_regions(project.country), plan.left_out):
        for row in () if frame is None else frame.to_dict("records"):
            names[str(row["region"])] = words.place({str(k): v for k, v in row.items()}, "region")
    return [names.get(code) or code for code in project.regions_left_out]


def agency_names(plan: RegionalPlan, words: Words) -> Mapping[str, str]:
    """Name the agencies in the language, in Finnish for want of it, by their code for want of both.

    Parameters
    ----------
    plan : RegionalPlan
    words : Words

    Returns
    -------
    mapping of str to str
        Names by code.
    """
    rows = plan.agencies.to_dict("records")
    said = {str(r["agency"]): words.place({str(k): v for k, v in r.items()}) for r in rows}
    return {code: name or code for code, name in said.items()}


def named(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Give a table of sites with their names in the language."""
    return frame.assign(name=[names.get(str(s), str(n)) for s, n in zip(frame["site"], frame["name"], strict=True)])
