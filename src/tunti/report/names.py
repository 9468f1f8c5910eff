"""What sites and offices are called in a language."""

from __future__ import annotations

import pandas as pd

from tunti.plan.regional import RegionalPlan
from tunti.report.words import Words, missing


def site_names(plan: RegionalPlan, words: Words) -> dict[str, str]:
    """Name sites and offices; a site that is called after its municipality takes that name in the language.

    Parameters
    ----------
    plan : RegionalPlan
    words : Words

    Returns
    -------
    dict of str to str
        Names by id of site or office.
    """
    places = {str(r["municipality"]): r for r in plan.proposed.municipalities.to_dict("records")}
    names: dict[str, str] = {}
    for frame, key in (
        (plan.offices, "office"),
        (plan.candidates, "site"),
        (plan.neighbours, "site"),
        (plan.points, "site"),
    ):
        for row in frame.to_dict("records"):
            name = str(row[key] if missing(row["name"]) else row["name"])
            place = {str(k): v for k, v in places.get(str(row["municipality"]), {}).items()}
            row_ = {str(k): v for k, v in row.items()}
            for finnish, there in (
                (row_.get("municipality_fi"), words.place(row_, "municipality")),
                (place.get("name_fi"), words.place(place)),
            ):
                if there and not missing(finnish) and name == str(finnish):
                    name = there
                    break
            names[str(row[key])] = name
    return names


def named(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Give a table of sites with their names in the language."""
    return frame.assign(name=[names.get(str(s), str(n)) for s, n in zip(frame["site"], frame["name"], strict=True)])
