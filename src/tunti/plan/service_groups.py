"""Which agencies take part with which services, and services alike put into groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tunti.inputs.tables import Inputs
from tunti.location.services import MODES
from tunti.settings import Settings


def tuples(frame: pd.DataFrame) -> list[Any]:
    """Give the rows of a table, each with its columns as names."""
    return list(frame.itertuples())


def taking_part(inputs: Inputs, settings: Settings) -> pd.DataFrame:
    """Give the agencies that serve customers at points on the project's day.

    Returns
    -------
    DataFrame
        ``agency, duty`` (boolean, NA where the table does not say), in the order of the table; agencies that only the
        services or the offices name come after.
    """
    day = pd.Timestamp(settings.project.as_of)
    table = inputs.agencies
    exists = (table["valid_from"].isna() | (table["valid_from"] <= day)) & (
        table["valid_to"].isna() | (table["valid_to"] >= day)
    )
    part = table["takes_part"].fillna("both").isin(("both", "points"))
    known = table.loc[exists & part, ["agency", "duty"]]
    if len(table):
        return known.reset_index(drop=True)
    named = pd.concat([inputs.services["agency"], inputs.offices["agency"]]).drop_duplicates().sort_values()
    return pd.DataFrame({"agency": named.to_numpy(), "duty": pd.array([pd.NA] * len(named), dtype="boolean")}).astype(
        {"agency": "string"}
    )


def service_table(inputs: Inputs, agencies: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Give the services of the agencies with what the settings fill in.

    Returns
    -------
    DataFrame
        ``service, agency, modes`` (in the order of :data:`MODES`), ``minutes, share_set, visits_year, minutes_visit``.
        An agency without services has one of its own name, in any mode, whose visits are those of its offices.
    """
    rows = inputs.services[inputs.services["agency"].isin(agencies["agency"])]
    modes = rows["modes"].fillna("staffed visiting").map(_in_order)
    table = pd.DataFrame(
        {
            "service": rows["service"],
            "agency": rows["agency"],
            "modes": modes,
            "minutes": rows["standard_minutes"].fillna(settings.standard.minutes),
            "share_set": rows["standard_share"]
            .astype(float)
            .fillna(np.nan if settings.services.share is None else settings.services.share),
            "visits_year": rows["visits_year"].fillna(0.0),
            "minutes_visit": rows["minutes_visit"].fillna(20.0),
        }
    )
    table = table[table["modes"] != ""]
    bare = agencies.loc[~agencies["agency"].isin(table["agency"]), "agency"]
    visits = inputs.offices.groupby("agency")["visits_year"].sum()
    bare = bare[bare.isin(inputs.offices["agency"])]
    more = pd.DataFrame(
        {
            "service": bare,
            "agency": bare,
            "modes": " ".join(MODES),
            "minutes": settings.standard.minutes,
            "share_set": np.nan if settings.services.share is None else settings.services.share,
            "visits_year": bare.map(visits).fillna(0.0).astype(float),
            "minutes_visit": 20.0,
        }
    )
    order = {a: i for i, a in enumerate(agencies["agency"])}
    whole = pd.concat([table, more]) if len(more) else table
    whole = whole.astype({"service": "string", "agency": "string", "modes": "string", "share_set": "float64"})
    return whole.sort_values("agency", key=lambda a: a.map(order), kind="stable").reset_index(drop=True)


def _in_order(text: object) -> str:
    given = set(str(text).split())
    return " ".join(m for m in MODES if m in given)


def mode_positions(modes: str) -> tuple[int, ...]:
    """Give the positions of modes in the order of the engine."""
    return tuple(MODES.index(m) for m in modes.split())


def service_groups(services: pd.DataFrame, names: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put services of an agency with the same standard and modes into one group."""
    keys = ["agency", "modes", "minutes", "share_set"]
    summed = services.groupby(keys, sort=False, dropna=False)["visits_year"].sum()
    groups = summed.to_frame().reset_index()
    groups.insert(
        0,
        "group",
        [
            f"{r.agency}:{'+'.join(r.modes.split())}:{r.minutes:g}"
            + ("" if pd.isna(r.share_set) else f":{r.share_set:g}")
            for r in tuples(groups)
        ],
    )
    number = groups.assign(number=np.arange(len(groups)))
    merged = services.merge(number[[*keys, "number"]], on=keys, how="left")
    return groups, services.assign(group=merged["number"].to_numpy(dtype=np.int64))
