"""Checks of the settings of the programme."""

from __future__ import annotations

from collections.abc import Iterator

from tunti.findings import Finding, say, warning
from tunti.inputs.tables import Inputs
from tunti.settings import Settings


def check_quarters(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that the programme ends after it begins."""
    own, day = settings.programme, settings.project.as_of
    first = max(own.first_quarter, f"{day.year}Q{(day.month - 1) // 3 + 1}")
    if own.horizon < first:
        yield warning(
            "project.toml",
            None,
            "programme.horizon",
            say("The programme would end in {last}, before it begins in {first}.", last=own.horizon, first=first),
            say(
                "Give a later programme.horizon, or an earlier programme.first_quarter or project.as_of. As it is, "
                "everything happens in {first}.",
                first=first,
            ),
        )


CHECKS = (check_quarters,)
