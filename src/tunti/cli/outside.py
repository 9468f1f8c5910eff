"""Who stays outside the standard, by municipality: what ``tunti access`` shows beside its shares."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tunti.access.standard import Access
from tunti.cli.show import place_name, rows_table, tell
from tunti.findings import say
from tunti.locale import translator

MOST_PLACES = 10
"""Municipalities that are shown, those with most people outside; --json has all of them."""


def outside_by_municipality(found: Access) -> pd.DataFrame:
    """Sum up the people outside the standard by municipality.

    Parameters
    ----------
    found : Access

    Returns
    -------
    DataFrame
        ``municipality, name_fi, name_sv, people_outside, minutes_over`` (mean over people who have a point within the
        cut-off, NaN where none has) and ``people_without_point`` (nobody knows how far they are: no point is within
        the cut-off); most people first.
    """
    cells = found.outside[found.outside["people"] > 0]
    over = cells["minutes_over"].to_numpy(float, na_value=np.nan)
    people = cells["people"].to_numpy(float)
    reached = ~np.isnan(over)
    counted = cells[["municipality", "name_fi", "name_sv"]].assign(
        people_outside=people.astype(np.int64),
        minutes_over=np.where(reached, people * np.nan_to_num(over), 0.0),
        reached=np.where(reached, people, 0.0),
    )
    by = counted.groupby("municipality", dropna=False, sort=True)
    table = by[["name_fi", "name_sv"]].first().join(by[["people_outside", "minutes_over", "reached"]].sum())
    table = table.reset_index()
    table["people_without_point"] = (table["people_outside"] - table["reached"]).round().astype(np.int64)
    table["minutes_over"] = table["minutes_over"] / table["reached"].where(table["reached"] > 0)
    table = table.sort_values("people_outside", ascending=False, kind="stable").reset_index(drop=True)
    return table[["municipality", "name_fi", "name_sv", "people_outside", "minutes_over", "people_without_point"]]


def show_outside(table: pd.DataFrame, language: str, *, cutoff: float) -> None:
    """Print the municipalities with most people outside, and count the rest.

    Parameters
    ----------
    table : DataFrame
        From :func:`outside_by_municipality`.
    language : {"fi", "sv", "en"}
    cutoff : float
        Minutes beyond which no drive time is known.
    """
    if table.empty:
        return
    _ = translator(language)
    shown, rest = table.head(MOST_PLACES), table.iloc[MOST_PLACES:]
    lacking = bool((shown["people_without_point"] > 0).any())
    headings = [_("Municipality"), _("Outside"), _("Minutes beyond the standard, mean")]
    if lacking:
        headings.append(say("No point within {minutes} minutes", minutes=cutoff).text(language))
    rows = []
    for r in shown.to_dict("records"):
        over = float(r["minutes_over"])
        row = [
            place_name(r, "name", language),
            say("{n}", n=int(r["people_outside"])).text(language),
            "-" if np.isnan(over) else say("{n}", n=round(over, 1)).text(language),
        ]
        if lacking:
            row.append(say("{n}", n=int(r["people_without_point"])).text(language))
        rows.append(row)
    rows_table(_("People outside by municipality"), headings, rows)
    if len(rest):
        tell(
            say(
                "... and {n} more municipalities with {people} people outside; see --json for all.",
                n=len(rest),
                people=int(rest["people_outside"].sum()),
            ).text(language)
        )
