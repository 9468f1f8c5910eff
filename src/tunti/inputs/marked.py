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
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from tunti.findings import Finding, Level
from tunti.inputs.words import FINDINGS_SHEET, cell_address
from tunti.inputs.workbook_parts import main_part, parse, relation_key, rels_part, sheet_parts, targets
from tunti.locale import N_, translator

FILL = "FFFFD54F"
"""Colour of a marked cell: amber, told from white and black in greyscale too."""

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_ADDRESS = re.compile(r"([A-Z]+)(\d+)")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
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


def marked(book: bytes, marks: Sequence[Mark], *, language: str) -> bytes:
    """Mark findings in a workbook and list them on a sheet of their own.

    Parameters
    ----------
    book : bytes
        An .xlsx workbook.
    marks : sequence of Mark
    language : {"fi", "sv", "en"}
        Language of the list.

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
    sheets = workbook.find(f"{{{space}}}sheets")
    rel_id = relation_key(sheets)
    paths = sheet_parts(workbook, found)
    styles_name = next(found[r.get("Id")] for r in rels if str(r.get("Type")).endswith("/styles"))
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
    taken = {str(s.get("name")).casefold() for s in sheets}
    title = _free(translator(language)(FINDINGS_SHEET)[:28], taken)
    numbers = [int(m[1]) for n in content if (m := re.search(r"sheet(\d+)\.xml$", n))]
    part = posixpath.join(posixpath.dirname(main), "worksheets", f"sheet{max(numbers, default=0) + 1}.xml")
    ids = {str(r.get("Id")) for r in rels}
    new_id = next(f"rId{k}" for k in range(1, len(ids) + 2) if f"rId{k}" not in ids)
    relation = etree.SubElement(rels, f"{{{etree.QName(rels).namespace}}}Relationship")
    relation.set("Id", new_id)
    relation.set("Type", _rel_type(rels))
    relation.set("Target", posixpath.relpath(part, posixpath.dirname(main)))
    sheet = etree.SubElement(sheets, f"{{{space}}}sheet")
    sheet.set("name", title)
    sheet.set("sheetId", str(max(int(s.get("sheetId") or 0) for s in sheets) + 1))
    sheet.set(rel_id, new_id)
    types = parse(content["[Content_Types].xml"])
    override = etree.SubElement(types, f"{{{_TYPES}}}Override")
    override.set("PartName", f"/{part}")
    override.set("ContentType", _SHEET_TYPE)
    content[main], content[rels_name], content["[Content_Types].xml"] = _bytes(workbook), _bytes(rels), _bytes(types)
    content[part] = _list_sheet(marks, language=language, space=str(space), wrapped=styles.wrapped, bold=styles.bold)
    content[styles_name] = styles.bytes()
    return _packed(entries, content)


def _rel_type(rels: Any) -> str:
    """Give the type of a sheet's relation as this workbook writes it: the strict kind has another."""
    return next(str(r.get("Type")) for r in rels if str(r.get("Type")).endswith("/worksheet"))


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
        fills = self._child("fills")
        fill = etree.SubElement(etree.SubElement(fills, self._tag("fill")), self._tag("patternFill"))
        fill.set("patternType", "solid")
        etree.SubElement(fill, self._tag("fgColor")).set("rgb", FILL)
        etree.SubElement(fill, self._tag("bgColor")).set("indexed", "64")
        self.fill = len(fills) - 1
        fills.set("count", str(len(fills)))
        self.formats = self._child("cellXfs")
        self.twins: dict[int, int] = {}
        self.wrapped = self._plain(wrap=True)
        self.bold = self._plain(bold=True)

    def _tag(self, name: str) -> str:
        return f"{{{self.space}}}{name}"

    def _child(self, name: str) -> Any:
        found = self.root.find(self._tag(name))
        if found is None:
            raise KeyError(name)
        return found

    def _plain(self, *, wrap: bool = False, bold: bool = False) -> int:
        made = etree.SubElement(self.formats, self._tag("xf"))
        for name in ("numFmtId", "fontId", "fillId", "borderId", "xfId"):
            made.set(name, "0")
        if wrap or bold:
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


def _place(address: str) -> tuple[int, int]:
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise ValueError(address)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column - 1


def _mark_cells(root: Any, addresses: Iterable[str], styles: _Styles) -> None:
    """Give cells their marked format; cells and rows that the sheet does not hold yet are added in their place."""
    space = etree.QName(root).namespace
    data = root.find(f"{{{space}}}sheetData")
    wanted: dict[int, dict[int, str]] = {}
    for address in addresses:
        row, column = _place(address)
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
        position = _place(address)[1] if address else position + 1
        cells[position] = cell
    default = int(row.get("s") or 0)
    for column, address in sorted(wanted.items()):
        cell = cells.get(column)
        if cell is None:
            cell = etree.Element(f"{{{space}}}c")
            cell.set("r", address)
            later = next((cells[k] for k in sorted(cells) if k > column), None)
            row.append(cell) if later is None else later.addprevious(cell)
            cells[column] = cell
            cell.set("s", str(styles.twin(default)))
        else:
            cell.set("s", str(styles.twin(int(cell.get("s") or 0))))


def _list_sheet(marks: Sequence[Mark], *, language: str, space: str, wrapped: int, bold: int) -> bytes:
    """Write the sheet that lists all findings, each with a link to its cell."""
    say = translator(language)
    titles = (N_("In the workbook"), N_("Level"), N_("Table"), N_("Row"), N_("Column"), N_("What is wrong"))
    head = [say(t) for t in (*titles, N_("What to do"))]
    lines = [_row(1, head, bold)]
    links = []
    for n, mark in enumerate(marks, start=2):
        finding, address = mark.finding, mark.address
        row = "" if finding.row is None else str(finding.row)
        values = [address or "", say(LEVELS[finding.level]), mark.table, row, mark.column,
                  finding.what.text(language), finding.what_to_do.text(language)]  # fmt: skip
        lines.append(_row(n, values, wrapped))
        if address is not None:
            sheet = str(mark.sheet).replace("'", "''")
            target = quoteattr(f"'{sheet}'!{address}")
            links.append(f'<hyperlink ref="A{n}" location={target} display={quoteattr(address)}/>')
    widths = (9, 11, 22, 10, 22, 60, 70)
    columns = "".join(f'<col min="{k}" max="{k}" width="{w}" customWidth="1"/>' for k, w in enumerate(widths, start=1))
    listed = f'<autoFilter ref="A1:G{len(marks) + 1}"/>' if marks else ""
    linked = f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{space}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{''.join(lines)}</sheetData>{listed}{linked}</worksheet>"
    ).encode()


def _row(number: int, values: Sequence[str], style: int) -> str:
    cells = "".join(
        f'<c r="{cell_address(number, k)}" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        f"{escape(_ILLEGAL.sub('', value)[:32000])}</t></is></c>"
        for k, value in enumerate(values)
    )
    return f'<row r="{number}">{cells}</row>'
