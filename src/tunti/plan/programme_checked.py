"""A programme handed to the independent check: the border between the models' words and the checker's tables."""

from __future__ import annotations

from dataclasses import fields

from tunti.errors import InputError
from tunti.inputs.tables import Inputs
from tunti.plan.duties import Services
from tunti.plan.verify_programme import verify_programme
from tunti.plan.verify_tables import ProgrammeTables
from tunti.premises.consolidate import Premises
from tunti.programme.result import Programme
from tunti.settings import Settings


def programme_verified(
    found: Programme, services: Services, premises: Premises, inputs: Inputs, settings: Settings
) -> None:
    """Check a programme's tables independently; one that does not pass is not shown.

    Parameters
    ----------
    found : Programme
    services : Services
    premises : Premises
    inputs : Inputs
    settings : Settings

    Raises
    ------
    InputError
        The tables do not agree with each other or break a rule; its findings say where.
    """
    own = {f.name: getattr(found, f.name) for f in fields(ProgrammeTables) if hasattr(found, f.name)}
    tables = ProgrammeTables(
        **own,
        services=services.services,
        points=services.points,
        duties=services.duties,
        service_offices=services.offices,
        workplaces=premises.workplaces,
        premises=premises.premises,
        moves=premises.moves,
        premise_offices=premises.offices,
    )
    if findings := verify_programme(tables, inputs, settings):
        raise InputError(findings)
