"""A sheet that is added to a user's workbook: texts, numbers, shares, dates and links, written as XML."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from tunti.findings import Share
from tunti.inputs.words import cell_address

Value = str | int | float | dt.date | Share | None

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MOST_LETTERS = 32_000
"""Excel's cells hold 32,767."""
_DAY_ZERO = dt.date(1899, 12, 30)

STYLES = ("text", "head", "share", "date")
"""Cell formats that the workbook's styles must give."""


@dataclass(frozen=True)
class NewSheet:
    """A table on a sheet of its own, with its headings in the first row.

    Attributes
    ----------
    title : str
    widths : sequence of int
        Of the columns, in characters.
    head : sequence of str
    rows : sequence of sequences
        Values of each row under the headings; numbers, shares and dates stay such.
    links : mapping of int to str
        Target in the workbook (``'Data'!B5``) of the first cell of a row, by the row's position.
    """

    title: str
    widths: Sequence[int]
    head: Sequence[str]
    rows: Sequence[Sequence[Value]]
    links: Mapping[int, str] = field(default_factory=dict)

    def xml(self, space: str, styles: Mapping[str, int]) -> bytes:
        """Write the sheet.

        Parameters
        ----------
        space : str
            Namespace of the workbook's sheets.
        styles : mapping of str to int
            Number of each of :data:`STYLES` in the workbook.

        Returns
        -------
        bytes
        """
        lines = [_row(1, self.head, dict.fromkeys(STYLES, styles["head"]))]
        lines += [_row(n, row, styles) for n, row in enumerate(self.rows, start=2)]
        columns = "".join(
            f'<col min="{k}" max="{k}" width="{w}" customWidth="1"/>' for k, w in enumerate(self.widths, start=1)
        )
        last = cell_address(len(self.rows) + 1, len(self.head) - 1)
        listed = f'<autoFilter ref="A1:{last}"/>' if self.rows else ""
        links = "".join(
            f'<hyperlink ref="A{at + 2}" location={quoteattr(to)} display={quoteattr(str(self.rows[at][0]))}/>'
            for at, to in self.links.items()
        )
        linked = f"<hyperlinks>{links}</hyperlinks>" if links else ""
        return (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f'<worksheet xmlns="{space}"><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            f"<cols>{columns}</cols><sheetData>{''.join(lines)}</sheetData>{listed}{linked}</worksheet>"
        ).encode()


def _row(number: int, values: Sequence[Value], styles: Mapping[str, int]) -> str:
    cells = "".join(_cell(cell_address(number, k), value, styles) for k, value in enumerate(values))
    return f'<row r="{number}">{cells}</row>'


def _cell(address: str, value: Value, styles: Mapping[str, int]) -> str:
    kind = "share" if isinstance(value, Share) else "date" if isinstance(value, dt.date) else "text"
    start = f'<c r="{address}" s="{styles[kind]}"'
    if value is None:
        return f"{start}/>"
    if isinstance(value, dt.date):
        return f"{start}><v>{(value - _DAY_ZERO).days}</v></c>"
    if isinstance(value, (int, float)):
        return f"{start}><v>{float(value):.10g}</v></c>"
    text = escape(_ILLEGAL.sub("", value)[:_MOST_LETTERS])
    return f'{start} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
