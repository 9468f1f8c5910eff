"""Which languages service is given in: by law in each municipality, and at a point."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

SAMI = "se"
"""Code of the Sámi languages, which the input does not tell apart."""

_REMOTELY = frozenset(("fi", "sv", SAMI))
"""Whoever serves from elsewhere can be chosen by language: all official languages and Sámi."""


def languages_by_municipality(municipalities: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Give the languages in which service is a right, by municipality: the official ones, and Sámi in its homeland.

    Parameters
    ----------
    municipalities : DataFrame
        ``municipality, languages, sami_homeland``; Finnish where no languages are given.

    Returns
    -------
    dict of str to frozenset of str
        Codes: ``fi``, ``sv``, ``se``.
    """
    columns = (municipalities[c] for c in ("municipality", "languages", "sami_homeland"))
    found = {}
    for municipality, languages, homeland in zip(*columns, strict=True):
        official = set((languages if not pd.isna(languages) else "fi").split())
        found[str(municipality)] = frozenset(official | ({SAMI} if not pd.isna(homeland) and bool(homeland) else set()))
    return found


def languages_at(official: Iterable[str], *, remotely: bool) -> tuple[str, ...]:
    """Give the languages of service at a point: those of its municipality, with remote service all official ones.

    Parameters
    ----------
    official : iterable of str
        Of the municipality; Finnish when there are none.
    remotely : bool
        Whether an agency serves there remotely.

    Returns
    -------
    tuple of str
        Codes in the order of the alphabet.
    """
    return tuple(sorted((set(official) or {"fi"}) | (_REMOTELY if remotely else set())))


def in_order(languages: Iterable[str]) -> tuple[str, ...]:
    """Put languages in the order in which they are told: Finnish, Swedish, then by their codes."""
    first = {"fi": 0, "sv": 1}
    return tuple(sorted(languages, key=lambda c: (first.get(c, 2), c)))
