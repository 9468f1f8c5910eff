"""A plan's way to a decision as its document tells it: state, who was asked for a statement, what was answered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pandas as pd

COLUMNS = ("body", "deadline", "given", "stand", "statement", "answer")
"""Columns of the table of statements."""


@dataclass(frozen=True, eq=False)
class Hearing:
    """How far a plan has come, as the work database knows it.

    Attributes
    ----------
    name : str
        Of the plan; also that of its scenario.
    title : str
    region : str or None
        Code of the region, None for all planned regions.
    state : {"draft", "proposed", "heard", "decided"}
    decided : date or None
        The day of the decision.
    record : str
        Its number in the register of the authority that decided, empty when not given.
    statements : DataFrame
        By body: ``body, deadline, given`` (dates), ``stand`` (``for``, ``changes``, ``against``, ``none``),
        ``statement, answer``; what is not there yet is missing.
    """

    name: str
    title: str = ""
    region: str | None = None
    state: str = "draft"
    decided: dt.date | None = None
    record: str = ""
    statements: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)))
