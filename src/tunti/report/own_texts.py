"""The group's own paragraphs: Markdown files in the project folder that every new run takes along.

``texts/<section>.<language>.md`` goes into every region's plan, ``texts/<region>/<section>.<language>.md`` into that
region's; the region is its code or its name. A safe part of Markdown is read: paragraphs, headings, lists, tables, and
emphasis and links as their words. Anything else, HTML too, stays as it is written and is never carried out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tunti.findings import Finding, say, warning
from tunti.inputs.words import fold
from tunti.locale import LANGUAGES
from tunti.report.document import Block, Bullets, Column, Figure, Paragraph, Section, Table

FOLDER = "texts"

_NAME = re.compile(r"(?:(?P<region>[^/]+)/)?(?P<section>[^/.]+)\.(?P<language>[a-z]{2})\.md")
_BULLET = re.compile(r"\s{0,3}(?:[-*+]|(?P<number>\d{1,3})[.)])\s+(?P<text>.*)")
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*")
_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?")
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]*)[^)]*\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])")


@dataclass(frozen=True)
class OwnText:
    """One file of the group's own.

    Attributes
    ----------
    path : str
        Its path under the folder of texts.
    region : str or None
        Code or name of the region, None for all.
    section : str
        Key of the section.
    language : {"fi", "sv", "en"}
    text : str
        Markdown.
    """

    path: str
    region: str | None
    section: str
    language: str
    text: str


Texts = tuple[OwnText, ...]


def own_texts(files: Mapping[str, str]) -> tuple[Texts, list[Finding]]:
    """Read the names of the group's files.

    Parameters
    ----------
    files : mapping of str to str
        Content by path under the folder of texts.

    Returns
    -------
    texts : tuple of OwnText
    findings : list of Finding
        Files whose name says neither section nor language.
    """
    texts: list[OwnText] = []
    findings: list[Finding] = []
    for path, content in sorted(files.items()):
        match = _NAME.fullmatch(path)
        if match is None or match["language"] not in LANGUAGES:
            findings.append(
                warning(
                    f"{FOLDER}/{path}",
                    None,
                    None,
                    say("The name of the text says neither its section nor its language; it was left out."),
                    say("Name the file SECTION.LANGUAGE.md, such as summary.fi.md; the language is fi, sv or en."),
                )
            )
            continue
        texts.append(OwnText(path, match["region"], match["section"], match["language"], content))
    return tuple(texts), findings


def with_texts(
    sections: Sequence[Section], texts: Iterable[OwnText], *, language: str, region_names: Iterable[str]
) -> tuple[Section, ...]:
    """Put the group's paragraphs at the end of their sections; in the summary they stand before the map.

    Parameters
    ----------
    sections : sequence of Section
    texts : iterable of OwnText
    language : {"fi", "sv", "en"}
    region_names : iterable of str
        Code and names of the plan's region; texts of other regions are left out.

    Returns
    -------
    tuple of Section
    """
    own = {fold(name) for name in region_names if name}
    blocks: dict[str, list[Block]] = {}
    for text in sorted(texts, key=lambda t: (t.region is not None, t.path)):
        if text.language == language and (text.region is None or fold(text.region) in own):
            name = f"own-{text.section}-{'region' if text.region else 'all'}"
            blocks.setdefault(text.section, []).extend(markdown(text.text, name=name))

    def told(section: Section) -> Section:
        more = tuple(blocks.get(section.key, ()))
        kept = section.blocks
        if section.key == "summary" and kept and isinstance(kept[-1], Figure):
            kept, last = kept[:-1], kept[-1:]
        else:
            last = ()
        return replace(section, blocks=(*kept, *more, *last), sections=tuple(told(s) for s in section.sections))

    return tuple(told(s) for s in sections)


def unknown_sections(texts: Iterable[OwnText], known: Iterable[str]) -> list[Finding]:
    """Report the texts whose section no document has.

    Parameters
    ----------
    texts : iterable of OwnText
    known : iterable of str
        Keys of the sections.

    Returns
    -------
    list of Finding
    """
    keys = sorted(set(known))
    return [
        warning(
            f"{FOLDER}/{text.path}",
            None,
            None,
            say("No section is called '{name}'; the text was left out.", name=text.section),
            say("Name the file after one of these sections: {names}.", names=", ".join(keys)),
        )
        for text in texts
        if text.section not in keys
    ]


def plain(text: str) -> str:
    """Take emphasis and links away: their words stay, a link's address in brackets after them."""
    text = _LINK.sub(lambda m: f"{m[1]} ({m[2]})" if m[2].startswith(("http://", "https://")) else m[1], text)
    text = _STRONG.sub(r"\2", text)
    return _EMPHASIS.sub(r"\1", text).replace("`", "")


def markdown(text: str, *, name: str = "own") -> tuple[Block, ...]:
    """Read a safe part of Markdown into blocks of the document tree.

    Parameters
    ----------
    text : str
    name : str
        Begins the names of its tables.

    Returns
    -------
    tuple of Block
    """
    blocks: list[Block] = []
    for k, part in enumerate(re.split(r"\n\s*\n", text.replace("\r\n", "\n").lstrip("\ufeff").strip())):
        blocks += _part([line.rstrip() for line in part.split("\n") if line.strip()], f"{name}-{k}")
    return tuple(blocks)


def _part(lines: list[str], name: str) -> list[Block]:
    """Read lines without an empty one between them."""
    if len(lines) > 1 and "|" in lines[0] and _RULE.fullmatch(lines[1].strip()):
        return [_table(lines, name)]
    blocks: list[Block] = []
    running: list[str] = []
    items: list[str] = []
    ordered = False

    def close() -> None:
        if running:
            lead, _, rest = _lead(" ".join(running))
            blocks.append(Paragraph(plain(rest), lead=plain(lead)))
            running.clear()
        if items:
            blocks.append(Bullets(tuple(plain(i) for i in items), ordered=ordered))
            items.clear()

    for line in lines:
        heading = _HEADING.fullmatch(line)
        bullet = _BULLET.fullmatch(line)
        if heading:
            close()
            blocks.append(Paragraph("", lead=plain(heading[1])))
        elif bullet:
            is_number = bullet["number"] is not None
            if running or (items and is_number != ordered):
                close()
            ordered = is_number
            items.append(bullet["text"])
        elif items:
            items[-1] += " " + line.strip()
        else:
            running.append(line.strip())
    close()
    return blocks


def _lead(text: str) -> tuple[str, str, str]:
    """Part the bold words that begin a paragraph from the rest."""
    match = _STRONG.match(text)
    return (match[2], " ", text[match.end() :].lstrip()) if match else ("", "", text)


def _table(lines: list[str], name: str) -> Table:
    def cells(line: str) -> list[str]:
        return [plain(c.strip()) for c in line.strip().strip("|").split("|")]

    head = cells(lines[0])
    rows = [(cells(line) + [""] * len(head))[: len(head)] for line in lines[2:]]
    return Table(name, head[0], tuple(Column(h) for h in head), tuple(tuple(r) for r in rows))
