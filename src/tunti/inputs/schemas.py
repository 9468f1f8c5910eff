"""The input tables as data: what each column is called, holds, is measured in and who may see it.

One description serves everything: it checks the tables, makes the Excel template and the reference pages, and names the
columns in reports. Labels and descriptions are English keys of the catalogues (:mod:`tunti.locale`).
"""

from __future__ import annotations

from tunti.inputs.columns import (
    CHOICE_LABELS,
    MODES,
    Column,
    Kind,
    Schema,
    Visibility,
    public_columns,
    visible_columns,
)
from tunti.inputs.schemas_agencies import AGENCIES, OFFICES, SERVICES, SITES
from tunti.inputs.schemas_people import CELLS, FORECAST, MUNICIPALITIES
from tunti.inputs.schemas_premises import PREMISES
from tunti.inputs.schemas_programme import ACTUALS, AGREED, LIMITS, PREDECESSORS
from tunti.inputs.schemas_remote import REMOTE
from tunti.inputs.schemas_roads import ROAD_LINKS, ROAD_NODES, SOURCES, TRAVEL_TIMES
from tunti.inputs.schemas_services import COMMITMENTS, LANGUAGE_DUTIES

SCHEMAS: dict[str, Schema] = {
    s.name: s
    for s in (
        *(CELLS, MUNICIPALITIES, AGENCIES, SERVICES, OFFICES, SITES, ROAD_NODES, ROAD_LINKS, TRAVEL_TIMES),
        *(COMMITMENTS, LANGUAGE_DUTIES, PREMISES),
        *(LIMITS, PREDECESSORS, AGREED, ACTUALS),
        *REMOTE,
        FORECAST,
    )
}
"""All input tables by name, in the order of the template."""

__all__ = [
    "ACTUALS",
    "AGENCIES",
    "AGREED",
    "CELLS",
    "CHOICE_LABELS",
    "COMMITMENTS",
    "FORECAST",
    "LANGUAGE_DUTIES",
    "LIMITS",
    "MODES",
    "MUNICIPALITIES",
    "OFFICES",
    "PREDECESSORS",
    "PREMISES",
    "ROAD_LINKS",
    "ROAD_NODES",
    "SCHEMAS",
    "SERVICES",
    "SITES",
    "SOURCES",
    "TRAVEL_TIMES",
    "Column",
    "Kind",
    "Schema",
    "Visibility",
    "public_columns",
    "visible_columns",
]
