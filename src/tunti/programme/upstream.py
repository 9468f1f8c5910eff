"""What the programme takes from the stages above it, and whose money is whose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import pandas as pd

from tunti.inputs.tables import Inputs
from tunti.programme.flows import Payer
from tunti.settings import Settings


class ServicesTables(Protocol):
    """Result tables of who serves where."""

    @property
    def groups(self) -> pd.DataFrame:
        """Services with the same standard and modes by agency."""

    @property
    def services(self) -> pd.DataFrame:
        """Services and their groups."""

    @property
    def points(self) -> pd.DataFrame:
        """Open points."""

    @property
    def duties(self) -> pd.DataFrame:
        """Agencies at points."""

    @property
    def offices(self) -> pd.DataFrame:
        """Today's offices and what becomes of their customer part."""


class PremisesTables(Protocol):
    """Result tables of shared premises."""

    @property
    def workplaces(self) -> pd.DataFrame:
        """Premises in use."""

    @property
    def premises(self) -> pd.DataFrame:
        """Premises on offer."""

    @property
    def moves(self) -> pd.DataFrame:
        """Offices that move."""

    @property
    def offices(self) -> pd.DataFrame:
        """Today's offices and what becomes of their work part."""


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """Give the rows of a table, their columns as attributes."""
    return iter(frame.itertuples(index=False))


def by_key(frame: pd.DataFrame, key: str) -> dict[str, Any]:
    """Give the rows of a table by one of its columns, the first row of each."""
    return {str(getattr(row, key)): row for row in reversed(list(rows(frame)))}


class Owners:
    """Who pays for what, and whether it is the state's money.

    Parameters
    ----------
    inputs : Inputs
    settings : Settings
        ``premises.state_owners`` and ``programme.not_state`` say whose money is the state's.
    """

    def __init__(self, inputs: Inputs, settings: Settings) -> None:
        own = settings.programme
        self._state_owners = frozenset(o.casefold() for o in settings.premises.state_owners)
        self._not_state = frozenset(b.casefold() for b in own.not_state)
        self._municipal = frozenset(b.casefold() for b in own.municipal)
        branch = inputs.agencies.drop_duplicates("agency").set_index("agency")["branch"]
        self._branch = {str(a): "" if pd.isna(b) else str(b).casefold() for a, b in branch.items()}
        self.builder_name = own.real_estate_company

    def agency(self, agency: str) -> tuple[Payer, bool]:
        """Give the kind of payer that an agency is, and whether it is the state's."""
        branch = self._branch.get(agency, "")
        if branch in self._municipal:
            return "municipality", False
        return "agency", branch not in self._not_state

    def owner(self, name: Any) -> tuple[str, bool]:
        """Give an owner's name and whether it is the state."""
        said = "" if pd.isna(name) else str(name)
        return said, said.casefold() in self._state_owners
