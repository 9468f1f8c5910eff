"""Groups of people: age, language and settlement classes within the standard."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.inputs.schemas import CELLS

AGES = ("people_0_17", "people_65_74", "people_75")
LANGUAGES = ("speakers_fi", "speakers_sv", "speakers_sami", "speakers_other")
GROUPS = AGES + LANGUAGES
"""Columns of the cells that count a group of people."""


def groups(cells: pd.DataFrame, seconds: NDArray[np.uint16], *, minutes: float = 60.0) -> pd.DataFrame:
    """Give the share within the standard of each age and language group that the cells count.

    Parameters
    ----------
    cells : DataFrame
        With any of the columns of :data:`GROUPS`.
    seconds : uint16, shape (cells,)
        To the nearest open site, 65,535 for none.
    minutes : float
        The standard.

    Returns
    -------
    DataFrame
        ``group`` (column of the cells), ``label`` (key of the catalogues), ``people, people_inside, share``; a group
        that is not counted anywhere has no row. Cells whose group is not given are left out of its figures.
    """
    inside = seconds <= minutes * 60.0
    rows = []
    for group in GROUPS:
        if group not in cells.columns or cells[group].isna().all():
            continue
        counted = cells[group].fillna(0).to_numpy(np.int64)
        people, within = int(counted.sum()), int(counted[inside].sum())
        rows.append((group, CELLS[group].label, people, within, within / people if people else float("nan")))
    table = pd.DataFrame(rows, columns=["group", "label", "people", "people_inside", "share"])
    return table.astype(
        {"group": "string", "label": "string", "people": "int64", "people_inside": "int64", "share": float}
    )


def settlement_classes(cells: pd.DataFrame, municipalities: pd.DataFrame | None = None) -> pd.Series:
    """Give the settlement class of each cell: its own, else that of its municipality.

    Parameters
    ----------
    cells : DataFrame
        ``settlement`` and ``municipality``, where given.
    municipalities : DataFrame, optional
        ``municipality, settlement_class``.

    Returns
    -------
    Series of string
        In the order of the cells, NA where neither is given. Use it with
        ``standard(times, cells.assign(settlement=...), by="settlement")``.
    """
    own = (
        cells["settlement"].astype("string")
        if "settlement" in cells.columns
        else pd.Series(pd.NA, cells.index, "string")
    )
    if (
        municipalities is None
        or "settlement_class" not in municipalities.columns
        or "municipality" not in cells.columns
    ):
        return own
    by_code = municipalities.drop_duplicates("municipality").set_index("municipality")["settlement_class"]
    return own.fillna(cells["municipality"].map(by_code).astype("string"))
