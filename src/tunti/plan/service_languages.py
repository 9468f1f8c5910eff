"""Which languages are spoken and required where, and what an office or an agency gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import TravelTimes
from tunti.inputs.spoken import languages_at, languages_by_municipality
from tunti.inputs.tables import Inputs
from tunti.location.rules import seconds_of
from tunti.location.services import MODES, LanguageRow
from tunti.plan.area import Area
from tunti.plan.service_groups import mode_positions, tuples


def language_demands(
    times: TravelTimes,
    area: Area,
    inputs: Inputs,
    services: pd.DataFrame,
    groups: pd.DataFrame,
    offices: pd.DataFrame,
    office_place: NDArray[np.int64],
    office_mode: NDArray[np.int32],
    office_agency: NDArray[np.int32],
    state: NDArray[np.int8],
    allowed: NDArray[np.bool_],
) -> tuple[pd.DataFrame, tuple[LanguageRow, ...]]:
    """List the required languages by municipality and service, and the rows that the plan must keep.

    Rows of the table of language duties must be met; those that follow from the municipality's status must be where
    they are today.
    """
    n = len(state)
    required = required_languages(area, inputs, services)
    spoken = languages_by_municipality(inputs.municipalities)
    site_speaks = [languages_at(spoken.get(str(m), ()), remotely=False) for m in area.sites["municipality"]]
    office_speaks = [languages_at(spoken.get(str(m), ()), remotely=False) for m in offices["municipality"]]
    main = area.cells.assign(at=np.arange(len(area.cells))).sort_values("people", kind="stable")
    main_cell = main.groupby("municipality")["at"].last()
    required = required.assign(cell=required["municipality"].map(main_cell))
    indptr, place, seconds = times.by_cell()
    at_place: dict[int, list[int]] = {}
    for o, where in enumerate(office_place.tolist()):
        at_place.setdefault(where, []).append(o)
    mode_of = office_mode.tolist()
    by_office, by_group = offices["agency"].tolist(), groups["agency"].tolist()
    longest = [seconds_of(float(m)) for m in groups["minutes"]]
    fitting = [set(mode_positions(m)) for m in groups["modes"]]
    rows: list[LanguageRow] = []
    done: set[tuple[str, int, str]] = set()
    for row in tuples(required.dropna(subset=["cell"])):
        key = (str(row.municipality), int(row.group), str(row.language))
        # Finnish is served everywhere and sign language is booked: neither depends on the place.
        if row.language in ("fi", "sign") or key in done:
            continue
        done.add(key)
        cell = int(row.cell)
        span = slice(indptr[cell], indptr[cell + 1])
        near = place[span][seconds[span] <= longest[row.group]]
        modes = fitting[row.group]
        places, speaks, today = [], [], False
        for where in near.tolist():
            if where < n:
                if state[where] >= 0:
                    places.append(where)
                    speaks.append(row.language in site_speaks[where])
                continue
            for o in at_place.get(where, ()):
                if by_office[o] == by_group[row.group] and mode_of[o] in modes:
                    places.append(n + o)
                    speaks.append(row.language in office_speaks[o])
                    today |= speaks[-1] or MODES[mode_of[o]] == "remote"
        if today or (row.required_by == "table"):
            rows.append(LanguageRow(key[1], key[0], key[2], np.array(places, np.int32), np.array(speaks, bool)))
    return required, tuple(rows)


def required_languages(area: Area, inputs: Inputs, services: pd.DataFrame) -> pd.DataFrame:
    """List the languages that each service must be given in, by municipality.

    Returns
    -------
    DataFrame
        ``municipality, service, group, language, required_by``; only municipalities that ask for more than Finnish,
        and sign language where the table asks for it.
    """
    spoken = languages_by_municipality(inputs.municipalities)
    told = {(str(r.municipality), str(r.service)): str(r.languages).split() for r in tuples(inputs.language_duties)}
    rows = []
    for municipality in area.municipalities["municipality"].astype(str).sort_values():
        for service in tuples(services):
            given = told.get((municipality, str(service.service)), told.get((municipality, "*")))
            languages = given if given is not None else sorted(spoken[municipality])
            if given is None and set(languages) == {"fi"}:
                continue
            by = "status" if given is None else "table"
            rows += [(municipality, service.service, service.group, language, by) for language in languages]
    frame = pd.DataFrame(rows, columns=["municipality", "service", "group", "language", "required_by"])
    return frame.astype({"municipality": "string", "service": "string", "group": "int64", "language": "string"})
