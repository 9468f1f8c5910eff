"""Styles of the GeoPackage's layers for QGIS: the colours of the printed maps, found in the file when it is opened."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from xml.sax.saxutils import quoteattr

from tunti.locale import N_
from tunti.report import style
from tunti.report.legend import LOOKS, band_labels
from tunti.report.shapes import bands
from tunti.report.words import Words

Rule = tuple[str, str, str]
"""What a rule holds for, how the legend names it, and its symbol as XML."""


def styles(words: Words, *, standard: float, cutoff: float, cells: str) -> dict[str, str]:
    """Write the style of each layer that has one.

    Parameters
    ----------
    words : Words
        Language of the legend.
    standard, cutoff : float
        Minutes: the standard, and beyond what no drive time is known.
    cells : {"Polygon", "Point"}
        How the cells are drawn.

    Returns
    -------
    dict of str to str
        QML by layer.
    """
    ends = bands(standard)
    texts = band_labels(words, standard=standard, cutoff=cutoff)
    minutes = '"minutes_after"'
    conditions = [
        f"{minutes} <= {ends[0]:g}",
        *(f"{minutes} > {a:g} AND {minutes} <= {b:g}" for a, b in pairwise(ends)),
        f"{minutes} > {ends[-1]:g}",
        f"{minutes} IS NULL",
    ]
    draw = _fill if cells == "Polygon" else _dot
    drawn = {
        "cells": [
            (condition, text, draw(colour))
            for condition, text, colour in zip(conditions, texts, style.BANDS, strict=True)
        ],
        "points": [
            (f"\"status\" {sign} 'existing'", words.text(LOOKS[kind].label), _marker(shape, LOOKS[kind].face, size))
            for kind, sign, shape, size in (("existing", "=", "circle", 3.4), ("new", "<>", "diamond", 3.8))
        ],
        "offices": [("", words.text(LOOKS["office"].label), _marker("square", style.MUTED, 1.6))],
        "candidates": [("", words.text(N_("Considered site")), _marker("cross2", style.MUTED, 1.8))],
        "municipalities": [("", words.text(N_("Municipality")), _outline(style.BORDER))],
    }  # fmt: skip
    kinds = {"cells": 2 if cells == "Polygon" else 0, "municipalities": 2}
    return {name: _qml(rules, kinds.get(name, 0)) for name, rules in drawn.items()}


def _qml(rules: Iterable[Rule], geometry: int) -> str:
    named, symbols = [], []
    for k, (condition, label, symbol) in enumerate(rules):
        when = f" filter={quoteattr(condition)}" if condition else ""
        named.append(f'<rule key="{{r{k}}}" symbol="{k}" label={quoteattr(label)}{when}/>')
        kind = "fill" if geometry == 2 else "marker"
        symbols.append(f'<symbol type="{kind}" name="{k}" alpha="1" clip_to_extent="1" force_rhr="0">{symbol}</symbol>')
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        '<qgis version="3.28.0" styleCategories="Symbology">'
        '<renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0" forceraster="0">'
        f'<rules key="{{rules}}">{"".join(named)}</rules><symbols>{"".join(symbols)}</symbols></renderer-v2>'
        f"<layerGeometryType>{geometry}</layerGeometryType></qgis>"
    )


def _layer(kind: str, **options: str) -> str:
    told = "".join(f'<Option type="QString" name="{k}" value={quoteattr(v)}/>' for k, v in options.items())
    return f'<layer class="{kind}" enabled="1" locked="0" pass="0"><Option type="Map">{told}</Option></layer>'


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[k : k + 2], 16)) for k in (1, 3, 5)) + ",255"


def _fill(colour: str) -> str:
    return _layer("SimpleFill", color=_rgba(colour), style="solid", outline_style="no")


def _outline(colour: str) -> str:
    return _layer("SimpleFill", style="no", outline_color=_rgba(colour), outline_style="solid", outline_width="0.26")


def _dot(colour: str) -> str:
    return _layer("SimpleMarker", name="circle", color=_rgba(colour), size="1.6", size_unit="MM", outline_style="no")


def _marker(name: str, colour: str, size: float) -> str:
    return _layer(
        "SimpleMarker", name=name, color=_rgba(colour), size=f"{size:g}", size_unit="MM",
        outline_color=_rgba(style.INK), outline_style="solid", outline_width="0.2", outline_width_unit="MM",
    )  # fmt: skip
