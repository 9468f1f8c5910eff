"""The stage of remote service: dimensioned once, kept by the content hash of what it depends on."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti import __version__
from tunti.access.times import TravelTimes
from tunti.errors import InputError
from tunti.findings import Finding, stops
from tunti.inputs.checks.remote import remote_findings
from tunti.inputs.schemas_remote import REMOTE
from tunti.inputs.tables import Inputs
from tunti.remote.service import RemoteService, dimension
from tunti.settings import Settings
from tunti.store.hashes import content_hash

FRAMES = ("points", "clerks", "interpreters", "channels", "services", "load", "shifts", "by_region")
"""Tables of a result."""


class Store(Protocol):
    """What the stage needs of a store."""

    def result(self, stage: str, key: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]] | None:
        """Give a kept result."""

    def keep(self, stage: str, key: str, values: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
        """Keep a result."""


def remote_stage(
    store: Store,
    times: TravelTimes,
    cells: pd.DataFrame,
    sites: pd.DataFrame,
    inputs: Inputs,
    settings: Settings,
    *,
    open_sites: NDArray[np.bool_],
    duties: pd.DataFrame | None = None,
) -> RemoteService:
    """Give the remote service of a network, from the store when nothing changed.

    Parameters
    ----------
    store : Store
    times, cells, sites, inputs, settings, open_sites, duties
        As :func:`tunti.remote.service.dimension` takes them.

    Returns
    -------
    RemoteService

    Raises
    ------
    InputError
        The tables or settings can't be used.
    """
    found = list(remote_findings(inputs, settings))
    if stops(found):
        raise InputError(found)
    key = content_hash(
        __version__,
        *(getattr(times, name) for name in ("sites", "indptr", "cell", "seconds", "cutoff_minutes")),
        cells[[c for c in ("cell", "people", "region", "speakers_other") if c in cells]],
        sites[["site", "name", "region", "tier"]],
        inputs.services,
        *(getattr(inputs, schema.name) for schema in REMOTE),
        *(getattr(settings, s).model_dump_json() for s in ("remote", "services", "premises", "money")),
        settings.plan.travel_eur_hour,
        settings.plan.visits_per_person_year,
        settings.project.target_year,
        settings.project.as_of,
        open_sites,
        pd.DataFrame() if duties is None else duties,
    )
    kept = store.result("remote", key)
    if kept is not None:
        return _unpacked(kept[0])
    answer, _ = dimension(times, cells, sites, inputs, settings, open_sites=open_sites, duties=duties)
    store.keep("remote", key, _packed(answer), {})
    return answer


def _packed(answer: RemoteService) -> dict[str, Any]:
    frames = {}
    for name in FRAMES:
        frame: pd.DataFrame = getattr(answer, name)
        columns = {}
        for column in frame.columns:
            values = frame[column]
            numeric = pd.api.types.is_numeric_dtype(values.dtype)
            columns[str(column)] = [
                str(values.dtype) if numeric else "string",
                [None if pd.isna(v) else (v if numeric else str(v)) for v in values.tolist()],
            ]
        frames[name] = columns
    return {"frames": frames, "totals": answer.totals, "findings": [f.packed() for f in answer.findings]}


def _unpacked(values: dict[str, Any]) -> RemoteService:
    frames = {
        name: pd.DataFrame({c: pd.Series(v, dtype=dtype) for c, (dtype, v) in columns.items()})
        for name, columns in values["frames"].items()
    }
    return RemoteService(
        **frames,
        totals=dict(values["totals"]),
        findings=tuple(Finding.unpacked(f) for f in values["findings"]),
    )
