"""Who needs an interpreter, in which language, and how interpreters are shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.inputs.remote_defaults import default_languages
from tunti.inputs.schemas_remote import SCOPES
from tunti.remote.channels import Channelled
from tunti.remote.hours import ALL
from tunti.settings_remote import RemoteSettings

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Languages:
    """Languages of interpretation.

    Attributes
    ----------
    names : tuple of str
        Codes, most speakers first.
    people : float64, shape (languages, regions)
        Share of the region's people who speak it.
    need : float64, shape (languages, regions)
        Share of the speakers' visits that need an interpreter.
    booked : float64, shape (languages,)
        Share of interpretations that are booked.
    pool : tuple of str
        Name of the pool of interpreters of each language.
    scope : tuple of str
        How far they are shared.
    sourced : bool
        No row is labelled illustrative.
    """

    names: tuple[str, ...]
    people: Floats
    need: Floats
    booked: Floats
    pool: tuple[str, ...]
    scope: tuple[str, ...]
    sourced: bool


def languages_of(table: pd.DataFrame, regions: tuple[str, ...], settings: RemoteSettings) -> Languages:
    """Read the languages of interpretation, or take those of the settings where the table is empty.

    Parameters
    ----------
    table : DataFrame
        See :data:`tunti.inputs.schemas_remote.LANGUAGES`.
    regions : tuple of str
        Codes of the regions.
    settings : RemoteSettings

    Returns
    -------
    Languages
    """
    rows = table if len(table) else default_languages(settings)
    sourced = not rows["illustrative"].fillna(False).any()
    share = {(str(r["language"]), str(r["region"])): r for r in rows.to_dict("records")}
    names = list(dict.fromkeys(rows["language"].astype(str)))
    people, need = np.zeros((len(names), len(regions))), np.zeros((len(names), len(regions)))
    booked, pools, scopes = np.zeros(len(names)), [], []
    for k, name in enumerate(names):
        for r, region in enumerate(regions):
            row = share.get((name, region), share.get((name, ALL)))
            if row is not None and pd.notna(row["share_people"]):
                people[k, r] = row["share_people"]
                need[k, r] = _or(row["needs_interpreter"], settings.needs_interpreter_share)
        own = rows[rows["language"] == name]
        booked[k] = _or(_first(own["booked"]), settings.interpreter_booked_share)
        pools.append(str(_first(own["pool"]) or name))
        scopes.append(str(_first(own["scope"]) or SCOPES[0]))
    order = np.argsort(-people.sum(axis=1), kind="stable")
    return Languages(
        names=tuple(names[k] for k in order),
        people=people[order],
        need=need[order],
        booked=booked[order],
        pool=tuple(pools[k] for k in order),
        scope=tuple(scopes[k] for k in order),
        sourced=sourced,
    )


def other_languages(cells: pd.DataFrame, languages: Languages, regions: tuple[str, ...]) -> Floats | None:
    """Compare each cell's speakers of other languages with what the table says of its region.

    Parameters
    ----------
    cells : DataFrame
        ``people, speakers_other, region``.
    languages : Languages
    regions : tuple of str

    Returns
    -------
    float64, shape (cells,) or None
        Factor of the shares of languages; None where no cell gives its speakers.
    """
    if "speakers_other" not in cells or cells["speakers_other"].isna().all():
        return None
    at = pd.Index(regions).get_indexer(pd.Index(cells["region"].fillna("").astype(str)))
    told = languages.people.sum(axis=0)[at]
    people = cells["people"].to_numpy(np.float64, na_value=0.0)
    own = cells["speakers_other"].to_numpy(np.float64, na_value=np.nan) / np.where(people > 0, people, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = own / told
    return np.asarray(np.where(np.isfinite(factor), factor, 1.0), np.float64)


def interpretations(visits: Channelled, languages: Languages) -> Floats:
    """Give the visits of a year that need an interpreter.

    Parameters
    ----------
    visits : Channelled
    languages : Languages
        For the same regions.

    Returns
    -------
    float64, shape (languages, services, sites)
        Never more than the visits: where shares add up to more than one, all are cut alike.
    """
    need = languages.people * languages.need
    return np.asarray(np.einsum("lr,rsj->lsj", need, visits.by_region), np.float64)


def billed_minutes(minutes: Floats | float, *, least: float, step: float) -> Floats:
    """Give the minutes that an interpretation is billed for.

    Parameters
    ----------
    minutes : float or array
    least : float
        Shortest billed time.
    step : float
        Step of billing beyond it.

    Returns
    -------
    float64
    """
    over = np.maximum(np.asarray(minutes, np.float64) - least, 0.0)
    return np.asarray(least + np.ceil(over / step - 1e-9) * step, np.float64)


def _first(values: pd.Series) -> Any:
    known = values.dropna()
    return known.iloc[0] if len(known) else None


def _or(value: Any, usual: float) -> float:
    return usual if value is None or pd.isna(value) else float(value)
