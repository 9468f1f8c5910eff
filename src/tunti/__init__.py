"""Tunti plans a network of joint public service points: everyone within an hour, every euro accounted for.

>>> from tunti import Project
>>> project = Project("my-region")  # doctest: +SKIP
>>> plan = project.plan(region="Lappi")  # doctest: +SKIP
>>> plan.proposed.share  # doctest: +SKIP
0.987
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from tunti.access.drive import drive_times as drive_times
    from tunti.access.standard import Access as Access
    from tunti.access.standard import access_table as access_table
    from tunti.access.standard import outside as outside
    from tunti.access.standard import population_base as population_base
    from tunti.access.standard import standard as standard
    from tunti.access.times import TravelTimes as TravelTimes
    from tunti.errors import Infeasible as Infeasible
    from tunti.errors import InputError as InputError
    from tunti.errors import TuntiError as TuntiError
    from tunti.findings import Finding as Finding
    from tunti.inputs.tables import Inputs as Inputs
    from tunti.location.problem import Goal as Goal
    from tunti.location.problem import Limits as Limits
    from tunti.location.problem import Network as Network
    from tunti.location.problem import Problem as Problem
    from tunti.location.problem import Rules as Rules
    from tunti.location.problem import Status as Status
    from tunti.location.solve import locate as locate
    from tunti.network.build import graph_from_tables as graph_from_tables
    from tunti.network.graph import RoadGraph as RoadGraph
    from tunti.network.osm import graph_from_extract as graph_from_extract
    from tunti.plan.regional import RegionalPlan as RegionalPlan
    from tunti.project import Project as Project
    from tunti.settings import Settings as Settings

# Loaded on first use: `tunti --help` does not wait for solvers and maps.
_FROM = {
    "tunti.access.drive": ("drive_times",),
    "tunti.access.standard": ("Access", "access_table", "outside", "population_base", "standard"),
    "tunti.access.times": ("TravelTimes",),
    "tunti.errors": ("Infeasible", "InputError", "TuntiError"),
    "tunti.findings": ("Finding",),
    "tunti.inputs.tables": ("Inputs",),
    "tunti.location.problem": ("Goal", "Limits", "Network", "Problem", "Rules", "Status"),
    "tunti.location.solve": ("locate",),
    "tunti.network.build": ("graph_from_tables",),
    "tunti.network.graph": ("RoadGraph",),
    "tunti.network.osm": ("graph_from_extract",),
    "tunti.plan.regional": ("RegionalPlan",),
    "tunti.project": ("Project",),
    "tunti.settings": ("Settings",),
}
_WHERE = {name: module for module, names in _FROM.items() for name in names}

__all__ = ["__version__", *sorted(_WHERE)]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"tunti has no {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
