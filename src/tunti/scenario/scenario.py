"""A scenario: an ordered list of typed changes on the frozen baseline, read from ``scenarios/NAME.toml``."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from tunti.findings import Finding, error, say
from tunti.inputs.tables import Inputs
from tunti.scenario.patches import Patch, apply
from tunti.settings import Settings, misfit, toml_line

_PATCH: TypeAdapter[Any] = TypeAdapter(Patch)
_KINDS = (
    "site_status, points, add_site, office_serves, agency_serves, people, value, setting, "
    "remote_room, pool_language, opening_hours, channel, agency_at, language_duty"
)


class Scenario(BaseModel):
    """A named list of changes.

    Attributes
    ----------
    name : str
        Name, the file's stem.
    description : str
        What the scenario is for, shown in the plan.
    patches : tuple
        Changes in the order in which they are made.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    description: str = ""
    patches: tuple[Any, ...] = ()


BASELINE = Scenario(name="baseline")
"""The scenario that changes nothing."""


def read_scenario(name: str, text: str) -> tuple[Scenario, list[Finding]]:
    """Read a scenario from its TOML text, and tell all that is wrong with it at once.

    Parameters
    ----------
    name : str
        Name of the scenario.
    text : str
        ``description = "..."`` and one ``[[patch]]`` table per change, each with its ``kind``.

    Returns
    -------
    (Scenario, list of Finding)
        Findings name the patch by its number as the row and the field as the column.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        return Scenario(name=name), [
            error(
                "scenario",
                toml_line(problem),
                None,
                say("{name}.toml can't be read from this line on.", name=name),
                say("Mend the line, or start again from the example in the documentation."),
            )
        ]
    findings = [
        error(
            "scenario",
            None,
            key,
            say("A scenario has no field {value}.", value=key),
            say("A scenario holds a description and [[patch]] tables; remove the line or correct its name."),
        )
        for key in data
        if key not in ("description", "patch")
    ]
    patches = []
    for n, raw in enumerate(data.get("patch", []), start=1):
        try:
            patches.append(_PATCH.validate_python(raw))
        except ValidationError as problem:
            for detail in problem.errors():
                place = [str(p) for p in detail["loc"] if str(p) != str(raw.get("kind"))]
                findings.append(
                    error(
                        "scenario",
                        n,
                        ".".join(place) or "kind",
                        say("The patch does not fit: {reason}.", reason=misfit(dict(detail))),
                        say(
                            "Give the patch one of the kinds {kinds}, with the fields that the documentation lists.",
                            kinds=_KINDS,
                        ),
                    )
                )
    return Scenario(name=name, description=str(data.get("description", "")), patches=tuple(patches)), findings


def write_points(description: str, sites: Sequence[str]) -> str:
    """Give the text of a scenario that opens exactly some sites: a plan that was found, to be opened again.

    Parameters
    ----------
    description : str
    sites : sequence of str

    Returns
    -------
    str
        TOML that :func:`read_scenario` reads.
    """
    # A JSON text in quotes is a TOML text too.
    quoted = [json.dumps(str(site), ensure_ascii=False) for site in sites]
    listed = "".join(f"  {site},\n" for site in quoted)
    return (
        f"description = {json.dumps(description, ensure_ascii=False)}\n\n"
        f'[[patch]]\nkind = "points"\nsites = [\n{listed}]\n'
    )


def resolve(inputs: Inputs, settings: Settings, patches: Sequence[BaseModel]) -> tuple[Inputs, Settings, list[Finding]]:
    """Make a scenario's changes in order, on copies of the tables.

    Parameters
    ----------
    inputs : Inputs
        The baseline; it stays as it is.
    settings : Settings
    patches : sequence of patches

    Returns
    -------
    (Inputs, Settings, list of Finding)
        Changed tables and settings, and all findings at once.
    """
    findings: list[Finding] = []
    for n, patch in enumerate(patches, start=1):
        inputs, settings, found = apply(n, patch, inputs, settings)
        findings += found
    return inputs, settings, findings
