"""Checks of the input tables: everything that can be said before a plan is made, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tunti.findings import Finding
from tunti.inputs.checks import agencies, offices, people, programme, remote, roads, rows, sites, times
from tunti.inputs.tables import Inputs
from tunti.settings import Settings

Check = Callable[[Inputs, Settings], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (*rows.CHECKS, *people.CHECKS, *sites.CHECKS, *agencies.CHECKS, *offices.CHECKS,
                             *roads.CHECKS, *times.CHECKS, *remote.CHECKS, *programme.CHECKS)  # fmt: skip
"""All checks in the order in which their findings are listed."""


def check(inputs: Inputs, settings: Settings) -> list[Finding]:
    """Check all tables of a project and list everything that is wrong, odd or worth knowing.

    Parameters
    ----------
    inputs : Inputs
    settings : Settings
        The date that 'today' means, the known road classes and the regions left out.

    Returns
    -------
    list of Finding
        Errors, warnings and notes, each with table, row, column, what is wrong and what to do.
    """
    inputs, broken = rows.in_form(inputs)
    if broken:
        # Tables made in code with columns missing or of another kind: the other checks would stumble on them.
        return broken
    return [finding for one in CHECKS for finding in one(inputs, settings)]


__all__ = ["CHECKS", "check"]
