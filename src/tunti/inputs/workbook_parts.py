"""Opens the XML parts that an Excel workbook is packed of: its sheets by name, and what no reader of values tells."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Any

from lxml import etree

Read = Callable[[str], bytes]
"""Gives a part by its name."""

_ROW = re.compile(rb"<(?:\w+:)?row\s([^>]*)>")
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_FAILED = re.compile(rb'<(?:\w+:)?c\s([^>]*\bt="e"[^>]*)>(.*?)</(?:\w+:)?c>', re.DOTALL)
_ADDRESS = re.compile(rb'\br="([A-Z]+\d+)"')
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_NUMBER = re.compile(rb'\br="(\d+)"')


def parse(content: bytes) -> Any:
    """Read a part as XML; entities and other files are not followed."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def main_part(read: Read) -> str:
    """Name the part that lists the sheets."""
    root = parse(read("_rels/.rels"))
    target = next(str(r.get("Target")) for r in root if str(r.get("Type")).endswith("/officeDocument"))
    return target.lstrip("/")


def rels_part(main: str) -> str:
    """Name the part that says in which parts the workbook's sheets and styles are."""
    return posixpath.join(posixpath.dirname(main), "_rels", posixpath.basename(main) + ".rels")


def targets(main: str, rels: Any) -> dict[str, str]:
    """Give the part of each relation of the workbook."""
    base = "/" + posixpath.dirname(main)
    return {r.get("Id"): posixpath.normpath(posixpath.join(base, r.get("Target"))).lstrip("/") for r in rels}


def relation_key(sheets: Any) -> str:
    """Name the attribute in which this workbook keeps a sheet's relation: the strict kind has another."""
    return next(str(k) for k in sheets[0].attrib if k.endswith("}id"))


def sheet_parts(workbook: Any, found: dict[str, str]) -> dict[str, str]:
    """Give the part of each sheet by the sheet's name.

    Parameters
    ----------
    workbook : Element
        The main part.
    found : dict
        Part of each relation.

    Returns
    -------
    dict
    """
    sheets = workbook.find(f"{{{etree.QName(workbook).namespace}}}sheets")
    key = relation_key(sheets)
    return {s.get("name"): found[s.get(key)] for s in sheets}


def sheet_xml(read: Read, sheet: str) -> bytes:
    """Give the part of a sheet as it lies in the workbook."""
    main = main_part(read)
    return read(sheet_parts(parse(read(main)), targets(main, parse(read(rels_part(main)))))[sheet])


def hidden_rows(xml: bytes) -> list[int]:
    """Give the numbers, from 1, of the rows that a sheet hides, by hand or by a filter."""
    rows: list[int] = []
    at = 0
    for match in _ROW.finditer(xml):
        number = _NUMBER.search(match[1])
        at = int(number[1]) if number else at + 1
        if _HIDDEN.search(match[1]):
            rows.append(at)
    return rows


def error_cells(xml: bytes) -> list[tuple[str, str]]:
    """Give the address and the text of each cell whose formula has failed, such as ``#N/A``."""
    found = []
    for match in _FAILED.finditer(xml):
        address, value = _ADDRESS.search(match[1]), _VALUE.search(match[2])
        if address is not None:
            found.append((address[1].decode(), "" if value is None else value[1].decode()))
    return found
