"""Reads the text of PDF pages, as far as the tests need: shown strings through their fonts' ToUnicode maps."""

import re

import pikepdf


def _map(font):
    text = bytes(font["/ToUnicode"].read_bytes()).decode("latin-1")
    found = {}

    def said(code):
        return bytes.fromhex(code).decode("utf-16-be")

    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.S):
        for code, target in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
            found[int(code, 16)] = said(target)
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.S):
        for low, high, target in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            for k in range(int(low, 16), int(high, 16) + 1):
                found[k] = chr(ord(said(target)) + k - int(low, 16))
    return found


def page_text(page):
    """Give the letters of a page in the order they are drawn, without spaces."""
    maps, current, letters = {}, {}, []
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name == "Tf":
            key = str(operands[0])
            if key not in maps:
                maps[key] = _map(page.resources["/Font"][key])
            current = maps[key]
        elif name in ("Tj", "TJ"):
            parts = operands[0] if name == "TJ" else [operands[0]]
            for part in parts:
                if isinstance(part, pikepdf.String):
                    raw = bytes(part)
                    letters += [current.get(int.from_bytes(raw[k : k + 2], "big"), "") for k in range(0, len(raw), 2)]
    return "".join(letters).replace(" ", "").replace("\u00a0", "")
