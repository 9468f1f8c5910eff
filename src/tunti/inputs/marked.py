"""A copy of the user's own workbook with each finding marked in its cell and listed on a sheet of its own.

The workbook's XML parts are edited in place: a fill style, the marked cells and one more sheet. Charts, sparklines,
text boxes, formulas, comments and every other part stay byte for byte as they were.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from tunti.findings import Finding, Level
from tunti.inputs.new_sheet import NewSheet, Value
from tunti.inputs.words import FINDINGS_SHEET, cell_address, cell_place
from tunti.inputs.workbook_parts import main_part, parse, relation_key, rels_part, sheet_parts, targets
from tunti.locale import N_, translator

FILL = "FFFFD54F"
"""Colour of a marked cell: amber, told from white and black in greyscale too."""

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_PERCENT, _SHORT_DATE = "9", "14"
"""Number formats that every workbook has built in."""
_STYLE_ORDER = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs")
_FIRST_STYLES: dict[str, tuple[str, ...]] = {
    "fonts": ('<font xmlns="{space}"><sz val="11"/><name val="Calibri"/></font>',),
    "fills": tuple(
        f'<fill xmlns="{{space}}"><patternFill patternType="{kind}"/></fill>' for kind in ("none", "gray125")
    ),
    "borders": ('<border xmlns="{space}"><left/><right/><top/><bottom/><diagonal/></border>',),
    "cellStyleXfs": ('<xf xmlns="{space}" numFmtId="0" fontId="0" fillId="0" borderId="0"/>',),
    "cellXfs": ('<xf xmlns="{space}" numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',),
}
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
LEVELS = {Level.ERROR: N_("Error"), Level.WARNING: N_("Warning"), Level.NOTE: N_("Note")}


@dataclass(frozen=True)
class Mark:
    """A finding and the cell that it stands in.

    Attributes
    ----------
    finding : Finding
    table, column : str
        As the reader knows them.
    sheet : str or None
        Sheet of the workbook, None for a finding on another file or on the settings.
    row, position : int or None
        Row from 1 and column from 0 on the sheet; a finding without both is listed only.
    more : tuple of int
        Other rows of the column that have the same fault: they are marked too.
    """

    finding: Finding
    table: str
    column: str
    sheet: str | None = None
    row: int | None = None
    position: int | None = None
    more: tuple[int, ...] = ()

    @property
    def address(self) -> str | None:
        """Address of the cell, such as ``B5``; None when the finding stands in no cell."""
        if self.sheet is None or self.row is None or self.position is None:
            return None
        return cell_address(self.row, self.position)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Addresses of all cells that the finding marks."""
        if self.address is None or self.position is None:
            return ()
        return (self.address, *(cell_address(row, self.position) for row in self.more))


def _bytes(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def marked(book: bytes, marks: Sequence[Mark], *, language: str, sheets: Sequence[NewSheet] = ()) -> bytes:
    """Mark findings in a workbook and list them on a sheet of their own.

    Parameters
    ----------
    book : bytes
        An .xlsx workbook.
    marks : sequence of Mark
    language : {"fi", "sv", "en"}
        Language of the list.
    sheets : sequence of NewSheet
        Further sheets, after the list.

    Returns
    -------
    bytes
        The workbook with its styles, the sheets that hold marked cells and the list of sheets changed; every other
        part is the same, byte for byte.
    """
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        entries = [(info, parts.read(info)) for info in parts.infolist()]
    content = {info.filename: data for info, data in entries}
    main = main_part(content.__getitem__)
    rels_name = rels_part(main)
    workbook, rels = parse(content[main]), parse(content[rels_name])
    found = targets(main, rels)
    space = etree.QName(workbook).namespace
    listed = workbook.find(f"{{{space}}}sheets")
    rel_id = relation_key(listed)
    paths = sheet_parts(workbook, found)
    types = parse(content["[Content_Types].xml"])
    styles_name = next((found[r.get("Id")] for r in rels if str(r.get("Type")).endswith("/styles")), None)
    if styles_name is None:
        # Some programs write a workbook without styles.
        styles_name = posixpath.join(posixpath.dirname(main), "styles.xml")
        content[styles_name] = f'<styleSheet xmlns="{space}"/>'.encode()
        _relate(rels, "styles", styles_name, main)
        _enter(types, styles_name, _STYLES_TYPE)
    styles = _Styles(parse(content[styles_name]))
    by_sheet: dict[str, set[str]] = {}
    for mark in marks:
        if mark.addresses and mark.sheet in paths:
            by_sheet.setdefault(str(mark.sheet), set()).update(mark.addresses)
    for name, addresses in by_sheet.items():
        root = parse(content[paths[name]])
        _mark_cells(root, addresses, styles)
        content[paths[name]] = _bytes(root)
    content[styles_name] = styles.bytes()
    numbers = [int(m[1]) for n in content if (m := re.search(r"sheet(\d+)\.xml$", n))]
    at = max(numbers, default=0)
    for new in (_list_sheet(marks, language=language), *sheets):
        at += 1
        part = posixpath.join(posixpath.dirname(main), "worksheets", f"sheet{at}.xml")
        _join_sheet(new.title, part, main, (listed, rels, types), rel_id)
        content[part] = new.xml(str(space), styles.plain)
    content[main], content[rels_name], content["[Content_Types].xml"] = _bytes(workbook), _bytes(rels), _bytes(types)
    return _packed(entries, content)


def _join_sheet(name: str, part: str, main: str, lists: tuple[Any, Any, Any], rel_id: str) -> None:
    """Enter a new sheet in the workbook's lists of sheets, of relations and of kinds of parts."""
    listed, rels, types = lists
    new_id = _relate(rels, "worksheet", part, main)
    title = _free(name[:28], {str(s.get("name")).casefold() for s in listed})
    sheet = etree.SubElement(listed, f"{{{etree.QName(listed).namespace}}}sheet")
    sheet.set("name", title)
    sheet.set("sheetId", str(max(int(s.get("sheetId") or 0) for s in listed) + 1))
    sheet.set(rel_id, new_id)
    _enter(types, part, _SHEET_TYPE)


def _relate(rels: Any, kind: str, part: str, main: str) -> str:
    """Add a relation from the workbook to a part; give its id."""
    ids = {str(r.get("Id")) for r in rels}
    new_id = next(f"rId{k}" for k in range(1, len(ids) + 2) if f"rId{k}" not in ids)
    # The strict kind of workbook has another name space of relations: that of its sheets tells.
    sheet = next(str(r.get("Type")) for r in rels if str(r.get("Type")).endswith("/worksheet"))
    relation = etree.SubElement(rels, f"{{{etree.QName(rels).namespace}}}Relationship")
    relation.set("Id", new_id)
    relation.set("Type", sheet.removesuffix("worksheet") + kind)
    relation.set("Target", posixpath.relpath(part, posixpath.dirname(main)))
    return new_id


def _enter(types: Any, part: str, kind: str) -> None:
    """Say of which kind a part is."""
    override = etree.SubElement(types, f"{{{_TYPES}}}Override")
    override.set("PartName", f"/{part}")
    override.set("ContentType", kind)


def _free(name: str, taken: Iterable[str]) -> str:
    used = set(taken)
    return next(n for n in (name, *(f"{name} {k}" for k in range(2, 1000))) if n.casefold() not in used)


def _packed(entries: Sequence[tuple[zipfile.ZipInfo, bytes]], content: Mapping[str, bytes]) -> bytes:
    """Pack the parts in their old order with their old dates, new ones last."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for info, _ in entries:
            packed.writestr(info, content[info.filename])
        old = {info.filename for info, _ in entries}
        for name in content:
            if name not in old:
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(entry, content[name])
    return out.getvalue()


class _Styles:
    """The workbook's styles with one more fill: gives each cell format its marked twin."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.space = str(etree.QName(root).namespace)
        for name in _FIRST_STYLES:
            self._child(name)
        fills = self._child("fills")
        fill = etree.SubElement(etree.SubElement(fills, self._tag("fill")), self._tag("patternFill"))
        fill.set("patternType", "solid")
        etree.SubElement(fill, self._tag("fgColor")).set("rgb", FILL)
        etree.SubElement(fill, self._tag("bgColor")).set("indexed", "64")
        self.fill = len(fills) - 1
        fills.set("count", str(len(fills)))
        self.formats = self._child("cellXfs")
        self.twins: dict[int, int] = {}
        self.plain = {
            "text": self._plain(),
            "head": self._plain(bold=True),
            "share": self._plain(number=_PERCENT),
            "date": self._plain(number=_SHORT_DATE),
        }

    def _tag(self, name: str) -> str:
        return f"{{{self.space}}}{name}"

    def _child(self, name: str) -> Any:
        """Give a list of the styles, with Excel's own first entries where the workbook has no such list."""
        found = self.root.find(self._tag(name))
        if found is None:
            found = etree.Element(self._tag(name))
            for entry in _FIRST_STYLES[name]:
                found.append(etree.fromstring(entry.format(space=self.space)))
            found.set("count", str(len(found)))
            before = {self._tag(n) for n in _STYLE_ORDER[: _STYLE_ORDER.index(name)]}
            self.root.insert(sum(1 for child in self.root if child.tag in before), found)
        return found

    def _plain(self, *, bold: bool = False, number: str = "0") -> int:
        made = etree.SubElement(self.formats, self._tag("xf"))
        for name in ("numFmtId", "fontId", "fillId", "borderId", "xfId"):
            made.set(name, "0")
        made.set("numFmtId", number)
        made.set("applyAlignment", "1")
        shape = etree.SubElement(made, self._tag("alignment"))
        shape.set("vertical", "top")
        shape.set("wrapText", "1")
        if bold:
            fonts = self._child("fonts")
            font = etree.fromstring(etree.tostring(fonts[0]))
            if font.find(self._tag("b")) is None:
                font.insert(0, etree.Element(self._tag("b")))
            fonts.append(font)
            fonts.set("count", str(len(fonts)))
            made.set("fontId", str(len(fonts) - 1))
            made.set("applyFont", "1")
        return len(self.formats) - 1

    def twin(self, style: int) -> int:
        """Give the format that is as ``style`` but for its fill."""
        if style not in self.twins:
            old = self.formats[style if style < len(self.formats) else 0]
            made = etree.fromstring(etree.tostring(old))
            made.set("fillId", str(self.fill))
            made.set("applyFill", "1")
            self.formats.append(made)
            self.twins[style] = len(self.formats) - 1
        return self.twins[style]

    def bytes(self) -> bytes:
        self.formats.set("count", str(len(self.formats)))
        return _bytes(self.root)


def _mark_cells(root: Any, addresses: Iterable[str], styles: _Styles) -> None:
    """Give cells their marked format; cells and rows that the sheet does not hold yet are added in their place."""
    space = etree.QName(root).namespace
    data = root.find(f"{{{space}}}sheetData")
    wanted: dict[int, dict[int, str]] = {}
    for address in addresses:
        row, column = cell_place(address)
        wanted.setdefault(row, {})[column] = address
    at = 0
    rows: dict[int, Any] = {}
    for element in data:
        at = int(element.get("r") or at + 1)
        rows[at] = element
    for number in sorted(wanted):
        if number not in rows:
            made = etree.Element(f"{{{space}}}row")
            made.set("r", str(number))
            later = next((rows[k] for k in sorted(rows) if k > number), None)
            data.append(made) if later is None else later.addprevious(made)
            rows[number] = made
        _mark_row(rows[number], wanted[number], styles, space)


def _mark_row(row: Any, wanted: Mapping[int, str], styles: _Styles, space: Any) -> None:
    cells: dict[int, Any] = {}
    position = -1
    for cell in row:
        address = cell.get("r")
        position = cell_place(address)[1] if address else position + 1
        cells[position] = cell
    default = int(row.get("s") or 0)
    for column, address in sorted(wanted.items()):
        cell = cells.get(column)
        if cell is None:
            cell = etree.Element(f"{{{space}}}c")
            cell.set("r", address)
            # The hint which columns the row fills would no longer be true.
            row.attrib.pop("spans", None)
            later = next((cells[k] for k in sorted(cells) if k > column), None)
            row.append(cell) if later is None else later.addprevious(cell)
            cells[column] = cell
            cell.set("s", str(styles.twin(default)))
        else:
            cell.set("s", str(styles.twin(int(cell.get("s") or 0))))


def _list_sheet(marks: Sequence[Mark], *, language: str) -> NewSheet:
    """List all findings on a sheet, each with a link to its cell."""
    say = translator(language)
    titles = (N_("In the workbook"), N_("Level"), N_("Table"), N_("Row"), N_("Column"), N_("What is wrong"))
    rows: list[list[Value]] = []
    links: dict[int, str] = {}
    for n, mark in enumerate(marks):
        finding, address = mark.finding, mark.address
        rows.append(
            [
                address,
                say(LEVELS[finding.level]),
                mark.table,
                finding.row,
                mark.column,
                finding.what.text(language),
                finding.what_to_do.text(language),
            ]
        )
        if address is not None:
            links[n] = "'{}'!{}".format(str(mark.sheet).replace("'", "''"), address)
    return NewSheet(
        say(FINDINGS_SHEET), (9, 11, 22, 10, 22, 60, 70), [say(t) for t in (*titles, N_("What to do"))], rows, links
    )
