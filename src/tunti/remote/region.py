"""Remote service of one region: its points, and its part of pools that are shared more widely."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tunti.remote.channels import CHANNELS, CLERK_CHANNELS
from tunti.remote.service import RemoteService


def of_region(answer: RemoteService, region: str) -> RemoteService:
    """Give the part of a region: its points, and the pools that serve its customers.

    Parameters
    ----------
    answer : RemoteService
        Of all planned regions.
    region : str
        Code.

    Returns
    -------
    RemoteService
        Pools keep their own figures and get the column ``share`` of the region's work; totals count points of the
        region, and people, hours and money of pools by that share, people rounded up.
    """
    points = answer.points[(answer.points["region"] == region).fillna(False)].reset_index(drop=True)
    here = answer.by_region[answer.by_region["region"] == region]

    def pools(table: pd.DataFrame, kind: str) -> pd.DataFrame:
        share = here[here["kind"] == kind].set_index("pool")["share"]
        taken = table.assign(share=table["pool"].map(share).fillna(0.0).astype(np.float64))
        return taken[taken["share"] > 0].reset_index(drop=True)

    clerks, interpreters = pools(answer.clerks, "clerks"), pools(answer.interpreters, "interpreters")

    def part(table: pd.DataFrame, column: str) -> float:
        return float((table[column] * table["share"]).sum())

    totals: dict[str, Any] = {
        **answer.totals,
        "points": len(points),
        "rooms": int(points["rooms"].sum()),
        "hosts": int(points["hosts"].sum()),
        "clerks": int(np.ceil(part(clerks, "clerks"))),
        "clerks_unpooled": int(points["clerks_if_staffed"].sum()),
        "clerk_person_years": part(clerks, "person_years"),
        "interpreters": int(np.ceil(part(interpreters, "interpreters"))),
        "interpreters_unpooled": int(here.loc[here["kind"] == "interpreters", "alone"].sum()),
        "interpretations": part(interpreters, "visits_year"),
        "visits": float(points[list(CHANNELS)].sum().sum()),
        "remote_visits": float(points[list(CLERK_CHANNELS)].sum().sum()),
        "travel_minutes_saved_rooms": float(points["minutes_saved"].sum()),
        "travel_minutes_saved_home": float(points["home_minutes_saved"].sum()),
        "clerk_cents": round(part(clerks, "cents_year")),
        "clerk_cents_unpooled": round(part(clerks, "cents_alone")),
        "room_cents": int(points["room_cents"].sum()),
        "host_cents": int(points["host_cents"].sum()),
        "interpreter_cents": round(part(interpreters, "cents_remote")),
        "interpreter_cents_on_site": round(part(interpreters, "cents_on_site")),
        "interpreter_travel_minutes_saved": part(interpreters, "travel_minutes_saved"),
        "languages": len(interpreters),
        "agencies": int(clerks["agency"].nunique()),
        "remote_led_now": int((points["remote_led"] == "now").sum()),
        "remote_led_could": int((points["remote_led"] == "could").sum()),
    }
    totals["travel_minutes_saved"] = totals["travel_minutes_saved_rooms"] + totals["travel_minutes_saved_home"]
    # Kilometres, money and carbon dioxide follow the minutes.
    much = totals["travel_minutes_saved"] / max(answer.totals["travel_minutes_saved"], 1e-300)
    for name in ("km_saved", "co2_kg_saved"):
        totals[name] = answer.totals[name] * much
    way = totals["interpreter_travel_minutes_saved"] / max(answer.totals["interpreter_travel_minutes_saved"], 1e-300)
    for name in ("interpreter_km_saved", "interpreter_co2_kg_saved"):
        totals[name] = answer.totals[name] * way
    totals["travel_value_cents"] = round(answer.totals["travel_value_cents"] * much)
    totals.pop("unreached_visits", None)
    totals.pop("interpreters_interchangeable", None)
    by_channel = points[list(CHANNELS)].sum()
    channels = pd.DataFrame({"channel": by_channel.index.astype(str), "visits": by_channel.to_numpy(np.float64)})
    channels["share"] = channels["visits"] / max(channels["visits"].sum(), 1e-300)
    return replace(
        answer, points=points, clerks=clerks, interpreters=interpreters, channels=channels, totals=totals,
        by_region=here.reset_index(drop=True),
    )  # fmt: skip


def whole_figures(answer: RemoteService) -> dict[str, Any]:
    """Give the totals with money in euros: names end in ``_eur`` in place of ``_cents``."""
    return {
        (k.replace("_cents", "_eur") if "_cents" in k else k): (v / 100 if "_cents" in k else v)
        for k, v in answer.totals.items()
    }
