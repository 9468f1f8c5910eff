"""How good the input is, agency by agency and region by region, and what to mend first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from tunti.findings import Finding, Level, Message, say
from tunti.inputs.schemas import OFFICES
from tunti.inputs.tables import Inputs

WEIGHTS: dict[str, float] = {
    "x": 2.0,
    "municipality": 1.0,
    "customer_m2": 2.0,
    "work_m2": 2.0,
    "rent_eur_year": 2.0,
    "lease_end": 2.0,
    "notice_months": 1.0,
    "staff": 2.0,
    "visits_year": 2.0,
    "condition": 0.5,
}
"""Columns of an office that the plan reads, with their weight in the score; a default of this product, no source
states one."""

_FAULTY = ""
"""Column of what is to be done about whole rows with errors or warnings."""

BEFORE_DAYS = 28
"""Rows with errors or warnings are due this long before the rest, so that they can be checked once more; a default of
this product, no source states one."""

WRONG = {Level.ERROR: 1.0, Level.WARNING: 0.5, Level.NOTE: 0.0}
"""What a finding on a row takes from the row's score."""


@dataclass(frozen=True, eq=False)
class Quality:
    """The quality of the table of offices.

    Attributes
    ----------
    scores : DataFrame
        ``agency, region, offices, filled`` (share of the columns that the plan reads, by weight), ``own`` (share of
        rows that are not invented), ``faulty`` (share of rows with errors or warnings), ``score`` (0 to 100),
        ``region_fi, region_sv, region_en``; one row per agency and region.
    todo : DataFrame
        ``agency, region, column, rows, gain`` (points of the score), ``what`` (Message), ``due`` (date; None without
        the setting ``project.data_due``) and the region's names: what would mend most first. The owner of each is the
        agency.
    """

    scores: pd.DataFrame
    todo: pd.DataFrame


def quality(inputs: Inputs, findings: Sequence[Finding], *, due: dt.date | None = None) -> Quality:
    """Score the offices of each agency in each region, and list what to mend.

    A row's score is the weighted share of its filled columns, less a half for a warning and all for an error on it;
    an invented row scores nothing. An agency's score in a region is the mean of its rows, times a hundred.

    Parameters
    ----------
    inputs : Inputs
    findings : sequence of Finding
    due : date, optional
        Day by which the table should be whole; what is wrong in it is due earlier.

    Returns
    -------
    Quality
    """
    offices = inputs.offices
    names = WEIGHTS
    weight = sum(names.values())
    given = offices[list(names)].notna()
    # A lease that runs until notice has no last day.
    given["lease_end"] |= given["notice_months"]
    filled = given.astype(float)
    share = (filled * pd.Series(names)).sum(axis=1) / weight
    wrong = _wrong(offices, findings)
    own = ~offices["illustrative"].astype("boolean").fillna(False).astype(bool)
    region = offices["municipality"].map(
        inputs.municipalities.drop_duplicates("municipality").set_index("municipality")["region"]
    )
    rows = pd.DataFrame(
        {
            "agency": offices["agency"].astype("string").fillna(""),
            "region": region.astype("string").fillna(""),
            "filled": share,
            "own": own.astype(float),
            "faulty": (wrong > 0).astype(float),
            "score": 100 * (share - wrong).clip(lower=0) * own,
        }
    )
    groups = rows.groupby(["agency", "region"], sort=True)
    scores = groups[["filled", "own", "faulty", "score"]].mean().reset_index()
    scores.insert(2, "offices", groups.size().to_numpy())
    todo = _todo(rows, filled, names, weight, own, wrong)
    early = None if due is None else due - dt.timedelta(days=BEFORE_DAYS)
    todo["due"] = pd.Series([early if c == _FAULTY else due for c in todo["column"]], index=todo.index, dtype=object)
    return Quality(_with_names(scores, inputs.municipalities), _with_names(todo, inputs.municipalities))


def _with_names(table: pd.DataFrame, municipalities: pd.DataFrame) -> pd.DataFrame:
    """Add the regions' names; a region without one has its code."""
    known = municipalities.drop_duplicates("region").set_index("region")
    finnish = table["region"].map(known["region_fi"]).astype("string").fillna(table["region"])
    other = {c: table["region"].map(known[c]).astype("string").fillna(finnish) for c in ("region_sv", "region_en")}
    return table.assign(region_fi=finnish, **other)


def _wrong(offices: pd.DataFrame, findings: Sequence[Finding]) -> pd.Series:
    """Give what findings take from each row: the gravest on it counts."""
    wrong: dict[object, float] = dict.fromkeys(offices.index.tolist(), 0.0)
    row_of = {str(name): row for row, name in offices["office"].items()}
    for finding in findings:
        if finding.table != "offices":
            continue
        for name in finding.rows or (finding.row,):
            row = name if name in wrong else row_of.get(str(name))
            if row is not None:
                wrong[row] = max(wrong[row], WRONG[finding.level])
    return pd.Series(list(wrong.values()), index=offices.index, dtype=float)


def _todo(
    rows: pd.DataFrame,
    filled: pd.DataFrame,
    names: dict[str, float],
    weight: float,
    own: pd.Series,
    wrong: pd.Series,
) -> pd.DataFrame:
    found: list[dict[str, object]] = []
    for (agency, region), mine in rows.groupby(["agency", "region"], sort=True):
        at = mine.index
        told: list[tuple[str, int, float, Message]] = []
        invented = int((~own[at]).sum())
        if invented:
            gain = 100 * float((rows.loc[at, "filled"] * ~own[at]).sum()) / len(at)
            what = say("Replace the invented rows with the agency's own: {n}.", n=invented)
            told.append(("illustrative", invented, gain, what))
        faulty = int((wrong[at] > 0).sum())
        if faulty:
            gain = 100 * float(wrong[at].sum()) / len(at)
            told.append((_FAULTY, faulty, gain, say("Mend the rows with errors or warnings: {n}.", n=faulty)))
        for column, w in names.items():
            n = int((filled.loc[at, column] == 0).sum())
            if n:
                what = say("Fill in '{label}': it is missing on {n} rows.", label=say(OFFICES[column].label), n=n)
                told.append((column, n, 100 * w / weight * n / len(at), what))
        found += [
            {"agency": agency, "region": region, "column": c, "rows": n, "gain": gain, "what": what}
            for c, n, gain, what in told
        ]
    columns = ["agency", "region", "column", "rows", "gain", "what"]
    table = pd.DataFrame(found, columns=columns)
    return table.sort_values(["gain", "agency", "region", "column"], ascending=[False, True, True, True]).reset_index(
        drop=True
    )
