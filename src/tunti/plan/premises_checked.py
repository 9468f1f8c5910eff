"""Shared premises handed to the independent check: what does not pass is not shown."""

from __future__ import annotations

from tunti.errors import InputError
from tunti.inputs.tables import Inputs
from tunti.plan.verify_premises import verify_premises
from tunti.premises.consolidate import Premises
from tunti.settings import Settings

TABLES = ("need", "moves", "workplaces", "offices", "premises", "alternatives")
"""Tables that are checked."""


def premises_verified(found: Premises, inputs: Inputs, settings: Settings) -> None:
    """Check the tables of shared premises independently.

    Parameters
    ----------
    found : Premises
    inputs : Inputs
    settings : Settings

    Raises
    ------
    InputError
        The tables do not agree with each other or break a rule; its findings say where.
    """
    if findings := verify_premises({name: getattr(found, name) for name in TABLES}, inputs, settings):
        raise InputError(findings)
