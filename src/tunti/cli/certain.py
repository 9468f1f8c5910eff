"""The certainty band as the command line shows it: people surely, likely and unlikely within the standard."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tunti.access.certainty import LABELS, certainty_note
from tunti.access.standard import Access
from tunti.findings import Message

COLUMNS = tuple(f"people_{label}" for label in LABELS)


@dataclass(frozen=True)
class Certain:
    """What an answer about access says of its certainty.

    Attributes
    ----------
    people : dict of str to int or None
        People by class, in all; None where the certainty is not known.
    regions : DataFrame
        The answer's regions with the same three columns.
    notes : tuple of Message
        What the classes mean.
    """

    people: dict[str, int | None]
    regions: pd.DataFrame
    notes: tuple[Message, ...]


def with_certainty(found: Access) -> Certain:
    """Put the certainty of an answer beside its figures.

    Parameters
    ----------
    found : Access

    Returns
    -------
    Certain
        Rows of regions stay in their order and add up to the totals.
    """
    table = found.certainty
    if table is None:
        return Certain(dict.fromkeys(COLUMNS), found.regions.assign(**dict.fromkeys(COLUMNS)), ())
    total = table.total.iloc[0]
    by_region = table.regions[["region", *COLUMNS]]
    return Certain(
        {name: int(total[name]) for name in COLUMNS},
        found.regions.merge(by_region, on="region", how="left", validate="one_to_one"),
        (certainty_note(table.error, minutes=table.minutes),),
    )
