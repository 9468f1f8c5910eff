"""Rows of one region out of a country-wide plan's kept tables, so that its pages can be read."""

from __future__ import annotations

from typing import Any

from tunti.inputs.tables import Inputs
from tunti.report.words import missing
from tunti.web.results import MOST_ROWS

Place = tuple[str, str]
"""Kind and code of a place, as :class:`tunti.report.words.PlaceName` has them."""


def only_region(sections: list[dict[str, Any]], inputs: Inputs, region: str) -> list[dict[str, Any]]:
    """Keep the rows of one region in tables by place; tables that name no place stay as they are.

    A row belongs to the region that it names, else to that of the municipality, site or office that it names: by
    code, so that places with one name are told apart.

    Parameters
    ----------
    sections : list of dict
        As :func:`tunti.web.results.sections_of` gives them.
    inputs : Inputs
    region : str
        Code.

    Returns
    -------
    list of dict
    """
    where = _regions(inputs)
    return [_section(s, where, region) for s in sections]


def _regions(inputs: Inputs) -> dict[Place, str]:
    """Tell in which region each place lies."""
    of = {
        str(r["municipality"]): str(r["region"])
        for r in inputs.municipalities.to_dict("records")
        if not missing(r["region"])
    }
    where: dict[Place, str] = {("region", region): region for region in of.values()}
    where |= {("municipality", code): region for code, region in of.items()}
    for frame, key in ((inputs.offices, "office"), (inputs.sites, "site")):
        for row, code in zip(frame[key], frame["municipality"], strict=True):
            if not missing(code) and str(code) in of:
                where["site", str(row)] = of[str(code)]
    return where


def _section(section: dict[str, Any], where: dict[Place, str], region: str) -> dict[str, Any]:
    return section | {
        "blocks": [_table(b, where, region) if b["kind"] == "table" else b for b in section["blocks"]],
        "sections": [_section(s, where, region) for s in section["sections"]],
    }


def _table(table: dict[str, Any], where: dict[Place, str], region: str) -> dict[str, Any]:
    named = table.get("places", ())  # not in what an older version of this product has kept
    if not any(named):
        return table
    rows = [
        row
        for row, places in zip(table["rows"], named, strict=True)
        if next((where[kind, code] for kind, code in places if (kind, code) in where), None) == region
    ]
    return table | {"rows": rows, "short": rows[:MOST_ROWS], "total": None}
