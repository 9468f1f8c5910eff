"""One document tree that every writer reads: sections, paragraphs, tables, figures, notes and key figures.

The tree holds finished sentences in one language and raw figures: a writer formats a figure by the kind of its column,
so that paper rounds and the workbook does not. Blocks know nothing of plans; programmes and comparisons use the same
tree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["text", "whole", "number", "share", "points", "minutes", "euro", "date"]
"""What a column holds. ``points`` are percentage points given as a share (0.05 is five)."""

Value = str | int | float | bool | dt.date | None
"""One cell of a table; None is a figure that is not there."""

Tone = Literal["decision", "note", "warning", "missing"]


@dataclass(frozen=True)
class Paragraph:
    """Running text.

    Attributes
    ----------
    text : str
        One or more sentences.
    lead : str
        Words set in bold before the text, empty for none.
    """

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Bullets:
    """A list of short points.

    Attributes
    ----------
    items : tuple of str
    ordered : bool
        Numbered rather than marked with dots.
    """

    items: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Callout:
    """A framed text: the decision asked for, a note, a warning, or what is lacking.

    Attributes
    ----------
    title : str
    texts : tuple of str
        Paragraphs.
    tone : {"decision", "note", "warning", "missing"}
    """

    title: str
    texts: tuple[str, ...]
    tone: Tone = "note"


@dataclass(frozen=True)
class KeyFigure:
    """One figure that a reader should remember.

    Attributes
    ----------
    value : str
        The figure with its unit, as it is shown.
    label : str
        What it is.
    detail : str
        Today's value or another comparison.
    """

    value: str
    label: str
    detail: str = ""


@dataclass(frozen=True)
class KeyFigures:
    """The few figures of a summary, side by side."""

    figures: tuple[KeyFigure, ...]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    title : str
        Heading.
    kind : str
        What it holds; decides alignment and format.
    weight : float
        Width against the other columns on paper.
    adds : bool
        Rows may be added up: a cut table sums the rows it leaves out.
    decimals : int or None
        Decimals shown; None takes those of the kind.
    group : str
        Heading over neighbouring columns that share it, such as 'People outside' over 'today' and 'after'.
    """

    title: str
    kind: Kind = "text"
    weight: float = 1.0
    adds: bool = False
    decimals: int | None = None
    group: str = ""

    @property
    def full_title(self) -> str:
        """The heading with its group, for a sheet or a list where headings stand alone."""
        return f"{self.group}: {self.title}" if self.group else self.title

    @property
    def numeric(self) -> bool:
        """Whether values are set to the right."""
        return self.kind not in ("text", "date")


@dataclass(frozen=True)
class Table:
    """Rows under headings, with a caption and perhaps a total.

    Attributes
    ----------
    name : str
        Short name: the sheet in the workbook.
    caption : str
        What the table shows, one line.
    columns : tuple of Column
    rows : tuple of tuple
        One value per column; raw figures, not rounded.
    total : tuple or None
        The total row.
    note : str
        Set small under the table.
    paper_rows : int or None
        Most rows on paper and screen; the workbook has all. None shows all.
    rest_label : str
        First cell of the row that adds up what was left out, with the field ``{n}``.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] | None = None
    note: str = ""
    paper_rows: int | None = None
    rest_label: str = "{n}"

    def __post_init__(self) -> None:
        wide = len(self.columns)
        if any(len(row) != wide for row in self.rows) or (self.total is not None and len(self.total) != wide):
            raise ValueError(f"table {self.name!r}: every row needs {wide} values")

    def groups(self) -> tuple[tuple[str, int], ...]:
        """Give the upper row of headings as (text, columns it spans), empty when no column has a group."""
        if not any(column.group for column in self.columns):
            return ()
        spans: list[tuple[str, int]] = []
        for column in self.columns:
            if spans and column.group and spans[-1][0] == column.group:
                spans[-1] = (column.group, spans[-1][1] + 1)
            else:
                spans.append((column.group, 1))
        return tuple(spans)

    @property
    def is_cut(self) -> bool:
        """Whether paper shows only the first rows; a single row over is shown rather than called 'others'."""
        return self.paper_rows is not None and len(self.rows) > self.paper_rows + 1

    def shown(self) -> tuple[tuple[Value, ...], ...]:
        """Give the rows that paper shows; a cut table ends in a row that adds up the rest.

        Returns
        -------
        tuple of tuple
            Columns that do not add up are empty in the added row, so that shown rows always add up to the total.
        """
        if self.paper_rows is None or not self.is_cut:
            return self.rows
        kept, rest = self.rows[: self.paper_rows], self.rows[self.paper_rows :]
        if not any(column.adds for column in self.columns):
            return kept
        last: list[Value] = [self.rest_label.format(n=len(rest))]
        for k, column in enumerate(self.columns[1:], start=1):
            values = [v for row in rest if isinstance(v := row[k], int | float)]
            last.append(sum(values) if column.adds and values else None)
        return (*kept, tuple(last))


@dataclass(frozen=True)
class Figure:
    """A map or a chart, drawn when a writer asks for it.

    Attributes
    ----------
    name : str
        Short name, unique in the document.
    caption : str
    alt : str
        What a reader who can't see it should know.
    draw : callable
        Gives the picture as SVG bytes; the same bytes every time.
    width : float
        Width in millimetres on paper.
    floats : bool
        May move to the top or foot of a page within its section, so that text fills the room before it.
    """

    name: str
    caption: str
    alt: str
    draw: Callable[[], bytes]
    width: float = 160.0
    floats: bool = True

    @cached_property
    def svg(self) -> bytes:
        """The picture, drawn once."""
        return self.draw()


Block = Paragraph | Bullets | Callout | KeyFigures | Table | Figure


@dataclass(frozen=True)
class Section:
    """A heading with its blocks and subsections.

    Attributes
    ----------
    key : str
        Name in code and in links, the same in every language.
    title : str
    blocks : tuple
    sections : tuple of Section
    new_page : bool
        Begins on a page of its own on paper.
    """

    key: str
    title: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...] = ()
    new_page: bool = False


@dataclass(frozen=True)
class Document:
    """A whole document in one language.

    Attributes
    ----------
    title, subtitle : str
    language : {"fi", "sv", "en"}
    marks : tuple of str
        What every page, sheet and map says, such as that the data are illustrative.
    sections : tuple of Section
        The first is the summary: it shares the first page with the title.
    facts : tuple of (str, str)
        What the cover says under the title: state of the data, status, who made it.
    """

    title: str
    subtitle: str
    language: str
    marks: tuple[str, ...]
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str], ...] = ()

    def all_sections(self) -> Iterator[tuple[int, Section]]:
        """Walk the sections in reading order with their depth, 1 for the top."""

        def walk(sections: tuple[Section, ...], depth: int) -> Iterator[tuple[int, Section]]:
            for section in sections:
                yield depth, section
                yield from walk(section.sections, depth + 1)

        return walk(self.sections, 1)

    def blocks(self) -> Iterator[Block]:
        """Walk all blocks in reading order."""
        for _, section in self.all_sections():
            yield from section.blocks

    def tables(self) -> tuple[Table, ...]:
        """All tables in reading order."""
        return tuple(b for b in self.blocks() if isinstance(b, Table))

    def figures(self) -> tuple[Figure, ...]:
        """All figures in reading order."""
        return tuple(b for b in self.blocks() if isinstance(b, Figure))
