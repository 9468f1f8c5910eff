"""Rows of one region out of a country-wide plan's kept tables, so that its pages can be read."""

from __future__ import annotations

from typing import Any

from tunti.inputs.tables import Inputs
from tunti.report.words import missing

_NAMES = ("region_fi", "region_sv", "region_en", "name_fi", "name_sv")


def only_region(sections: list[dict[str, Any]], inputs: Inputs, region: str) -> list[dict[str, Any]]:
    """Keep the rows of one region in tables by place; tables that name no place stay as they are.

    The first cell of a row that names a region, a municipality or a site tells where the row belongs.

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
    where = _places(inputs)
    return [_section(s, where, region) for s in sections]


def _places(inputs: Inputs) -> dict[str, set[str]]:
    """Tell in which regions each name of a place lies."""
    where: dict[str, set[str]] = {}
    region_of: dict[str, str] = {}
    for row in inputs.municipalities.to_dict("records"):
        if missing(row["region"]):
            continue
        region_of[str(row["municipality"])] = str(row["region"])
        for column in _NAMES:
            if not missing(row[column]):
                where.setdefault(str(row[column]), set()).add(str(row["region"]))
    for row in inputs.sites.to_dict("records"):
        region = region_of.get(str(row["municipality"]))
        name = row["site"] if missing(row["name"]) else row["name"]
        if region is not None:
            where.setdefault(str(name), set()).add(region)
    return where


def _section(section: dict[str, Any], where: dict[str, set[str]], region: str) -> dict[str, Any]:
    return section | {
        "blocks": [_table(b, where, region) if b["kind"] == "table" else b for b in section["blocks"]],
        "sections": [_section(s, where, region) for s in section["sections"]],
    }


def _table(table: dict[str, Any], where: dict[str, set[str]], region: str) -> dict[str, Any]:
    placed = [next((where[v] for v in row if v in where), None) for row in table["rows"]]
    if not any(placed):
        return table
    rows = [row for row, at in zip(table["rows"], placed, strict=True) if at and region in at]
    return table | {"rows": rows, "total": None}
