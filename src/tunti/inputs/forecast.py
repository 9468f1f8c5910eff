"""People of a later year: the population forecast by cell or municipality put in the place of today's people."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.findings import Finding, error, note, say
from tunti.inputs.schemas_people import FORECAST_PEOPLE
from tunti.inputs.tables import Inputs

Ints = NDArray[np.int64]


def with_forecast(inputs: Inputs, year: int | None) -> tuple[Inputs, list[Finding]]:
    """Give the inputs with the people and the visits of a forecast year.

    A row that names a cell gives its people. A row that names a municipality gives the sum of its other cells: each
    grows as they do together, rounded to whole people so that the sum holds. A group that the row leaves empty follows
    all people. The year's visits to each service, and to the offices of agencies whose services are not given,
    follow all people, at today's visits a head.

    Parameters
    ----------
    inputs : Inputs
        With the table ``forecast``.
    year : int or None
        None keeps today's people.

    Returns
    -------
    inputs : Inputs
    findings : list of Finding
        An error when the table has no row for the year, a note on the cells that it does not cover.
    """
    if year is None:
        return inputs, []
    table = inputs.forecast
    rows = table[(table["year"] == year).fillna(False)]
    if rows.empty:
        known = sorted({int(y) for y in table["year"].dropna()})
        return inputs, [
            error(
                "forecast",
                None,
                "year",
                say("The population forecast has no rows for the year {year}.", year=str(year)),
                say("Choose one of these years in project.forecast_year: {years}.", years=", ".join(map(str, known)))
                if known
                else say("Fill the table of the population forecast, or take project.forecast_year out."),
            )
        ]
    cells = inputs.cells
    names = [c for c in FORECAST_PEOPLE if c in cells]
    of_cell = rows[rows["cell"].notna()].drop_duplicates("cell").set_index("cell")
    of_town = rows[rows["cell"].isna() & rows["municipality"].notna()].drop_duplicates("municipality")
    own = cells["cell"].isin(of_cell.index).to_numpy(dtype=bool)
    town = cells["municipality"].astype("string").fillna("").to_numpy(dtype=object)
    covered = own.copy()
    before = {c: cells[c].to_numpy(dtype=float, na_value=np.nan) for c in names}
    after = {c: before[c].copy() for c in names}
    _by_cell(cells, own, of_cell, before, after)
    for row in of_town.to_dict("records"):
        mine = (town == str(row["municipality"])) & ~own
        if mine.any():
            covered |= mine
            _by_town(row, mine, town == str(row["municipality"]), before, after)
    changed = cells.assign(**{c: pd.array(after[c], dtype="Float64").astype(cells[c].dtype) for c in names})
    factor = float(np.nansum(after["people"])) / max(float(np.nansum(before["people"])), 1.0)
    grown = {t: _grown(getattr(inputs, t), factor) for t in ("services", "offices")}
    findings = []
    missing = int(np.nansum(before["people"][~covered]))
    if missing:
        what = say(
            "The forecast for {year} does not cover {n} cells ({people} people); today's people are used there.",
            year=str(year),
            n=int((~covered).sum()),
            people=missing,
        )
        findings.append(note("forecast", None, None, what, say("Add their municipalities to the forecast.")))
    inputs = inputs.with_table("cells", changed)
    for name, frame in grown.items():
        inputs = inputs.with_table(name, frame)
    return inputs, findings


def _grown(frame: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Give a table whose visits grow as people do."""
    return frame.assign(visits_year=(frame["visits_year"].astype("Float64") * factor).astype("float64"))


def _by_cell(
    cells: pd.DataFrame,
    own: NDArray[np.bool_],
    rows: pd.DataFrame,
    before: dict[str, NDArray[np.float64]],
    after: dict[str, NDArray[np.float64]],
) -> None:
    found = rows.reindex(cells["cell"][own])
    given = {c: found[c].to_numpy(dtype=float, na_value=np.nan) for c in before if c in found}
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.where(before["people"][own] > 0, given["people"] / before["people"][own], 1.0)
    for name in before:
        stated = given.get(name, np.full(int(own.sum()), np.nan))
        follows = np.round(before[name][own] * growth)
        after[name][own] = np.where(np.isnan(stated), follows, stated)


def _by_town(
    row: dict[Any, Any],
    mine: NDArray[np.bool_],
    everyone: NDArray[np.bool_],
    before: dict[str, NDArray[np.float64]],
    after: dict[str, NDArray[np.float64]],
) -> None:
    rest = everyone & ~mine
    growth = 1.0
    for name in before:  # people come first: groups without a figure of their own grow as they do
        was = before[name][mine]
        if np.isnan(was).all():
            continue
        total = float(np.nansum(was))
        stated = row.get(name)
        if stated is None or pd.isna(stated):
            wanted = total * growth
        else:
            wanted = max(float(str(stated)) - float(np.nansum(after[name][rest])), 0.0)
        if name == "people":
            growth = wanted / total if total else 1.0
        weights = np.nan_to_num(was) if total else np.nan_to_num(before["people"][mine])
        if weights.sum() == 0:
            weights = np.ones(len(was))
        after[name][mine] = shared(weights * (wanted / weights.sum()))


def shared(values: NDArray[np.float64]) -> Ints:
    """Round figures to whole ones that add up to their rounded sum (largest remainder, the first of equals).

    Parameters
    ----------
    values : float64, shape (n,)

    Returns
    -------
    int64, shape (n,)
    """
    down = np.floor(values + 1e-9).astype(np.int64)
    short = round(float(values.sum())) - int(down.sum())
    if short > 0:
        order = np.argsort(-(values - down), kind="stable")
        down[order[:short]] += 1
    return down
