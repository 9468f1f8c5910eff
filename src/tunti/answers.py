"""Answers that the stages give for some open sites, without asking for a new network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from tunti.access.certainty import certainty_table
from tunti.access.speed_error import speed_error
from tunti.access.standard import Access, access_table
from tunti.errors import TuntiError
from tunti.findings import say
from tunti.inputs.columns import MEANS
from tunti.inputs.frames import closest
from tunti.inputs.readers.values import choice_words
from tunti.plan.area import part
from tunti.plan.solved import today_open
from tunti.stages import Stages


def access_of(stages: Stages, *, sites: Iterable[str] | None, means: str | None, region: str | None) -> Access:
    """Tell how many people are within the standard of some sites, and who stays outside.

    Parameters
    ----------
    stages : Stages
    sites : iterable of str or None
        Open sites; today's network (existing points and offices that serve customers) for None.
    means : str or None
        Means of travel of the table of travel times; by car over the roads for None.
    region : str or None
        Code of the region whose people are counted.

    Returns
    -------
    Access

    Raises
    ------
    TuntiError
        A site or the means is not known.
    """
    found, minutes = stages.times(), stages.settings.standard.minutes
    area = found.area
    n_sites = len(area.sites)
    if sites is None:
        is_open = today_open(area, found.offices, found.office_place, len(found.times.sites))
        times, places = found.times, pd.DataFrame({"site": pd.Series(found.times.sites, dtype="string")})
    else:
        named = area.sites.dropna(subset=["name"]).drop_duplicates("name", keep=False)
        by_name = dict(zip(named["name"].str.casefold(), named["site"].astype(str), strict=True))
        known = set(area.sites["site"])
        # A name that one site alone has is as good as its id.
        wanted = tuple(s if s in known else by_name.get(s.casefold(), s) for s in sites)
        unknown = sorted(set(wanted) - set(area.sites["site"]))
        if unknown:
            names = ", ".join(unknown)
            near = closest(unknown[0], list(area.sites["site"]))
            if near is not None:
                raise TuntiError(
                    say(
                        "There are no sites {names} in the planned regions. Did you mean: {near}?",
                        names=names,
                        near=near,
                    )
                )
            raise TuntiError(say("There are no sites {names} in the planned regions.", names=names))
        is_open = area.sites["site"].isin(wanted).to_numpy(dtype=bool)
        times, places = part(found.times, np.arange(n_sites)), area.sites
    if means is not None:
        means = choice_words(MEANS).get(means.casefold(), means)
        tables, _ = stages.by_means()
        if means not in tables:
            raise TuntiError(
                say(
                    "There are no times by {means}. The table travel_times has: {names}.",
                    means=means,
                    names=", ".join(tables) or "-",
                )
            )
        times, places, is_open = tables[means], area.sites, is_open[:n_sites]
    allowed = np.zeros(len(places), bool)
    allowed[:n_sites] = (area.sites["status"] != "forbidden").to_numpy(dtype=bool)
    answer = access_table(
        times,
        area.cells,
        area.municipalities,
        places,
        open_sites=is_open,
        allowed_sites=allowed,
        minutes=minutes,
        region=region,
    )
    if means is not None:
        return answer  # how far times stray is known for those of this product only
    sure = certainty_table(
        times,
        area.cells[area.cells["cell"].isin(answer.cells["cell"])],
        area.municipalities,
        open_sites=is_open,
        minutes=minutes,
        error=speed_error(stages.settings.speeds.season),
    )
    return replace(answer, certainty=sure)
