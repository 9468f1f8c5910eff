"""Pictures of a programme: what happens when, the cash flow, and what matters most for the money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch

from tunti.locale import N_
from tunti.programme.words import SOURCES
from tunti.report import style
from tunti.report.ticks import number_axis
from tunti.report.words import ILLUSTRATIVE, Words

MOST_BARS = 36
"""Points and premises that a picture shows one by one; more are counted by region."""

FIT_OUT = "#a0c8e2"
OPEN = "#1f5a96"
SAVED = "#3a72ae"
SPENT = "#b5482a"


def _axes(canvas: Canvas, left: float, bottom: float, right: float, top: float) -> Axes:
    """Give axes with margins in millimetres."""
    width, height = canvas.get_size_inches() / style.MM
    axes = canvas.add_axes((left / width, bottom / height, (width - left - right) / width,
                            (height - bottom - top) / height))  # fmt: skip
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=2, width=0.5)
    return axes


def _mark(canvas: Canvas, words: Words, illustrative: bool) -> None:
    if illustrative:
        width, height = canvas.get_size_inches() / style.MM
        canvas.text(
            1 - 0.5 / width, 1 - 1.0 / height, words.text(ILLUSTRATIVE), fontsize=6.2, weight="bold",
            color=style.OVER, ha="right", va="top",
        )  # fmt: skip


def _short(name: str, most: int = 28) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def gantt_chart(
    events: pd.DataFrame,
    quarters: Sequence[str],
    regions: Mapping[str, str],
    words: Words,
    *,
    illustrative: bool,
    width: float = 160.0,
) -> bytes:
    """Draw fit-outs and openings by quarter, one bar for each point and premises, or counted by region.

    Parameters
    ----------
    events : DataFrame
        The programme's events.
    quarters : sequence of str
    regions : mapping of str to str
        Names of regions by code.
    words : Words
    illustrative : bool
        Some figures are invented: the picture says so.
    width : float
        Millimetres.

    Returns
    -------
    bytes
        SVG.
    """
    at = {q: i for i, q in enumerate(quarters)}
    opens = events[(events["kind"] == "open") & events["start_quarter"].notna()]
    closes = events[events["kind"].isin(("close_customer", "move", "close_work")) & events["start_quarter"].notna()]
    one_by_one = len(opens) <= MOST_BARS
    rows = len(opens) if one_by_one else opens["region"].nunique()
    height = 18.0 + 4.6 * max(rows, 2) + 26.0
    with style.house_style():
        canvas = style.blank(width, height)
        axes = _axes(canvas, 42, 36, 3, 8)
        axes.set_xlim(-0.5, len(quarters) - 0.5)
        if one_by_one:
            _bars(axes, events, opens, at, premises=words.text(N_("premises")))
        else:
            _counts(axes, opens, at, regions)
        axes.set_xticks(range(len(quarters)), [])
        axes.grid(axis="x", color="#e8ebed", linewidth=0.4)
        axes.set_axisbelow(True)
        canvas.text(
            0.5 / width, 1 - 1.5 / height, words.text(N_("Openings of points and shared premises by quarter")),
            fontsize=7, va="top",
        )  # fmt: skip
        below = canvas.add_axes((42 / width, 17 / height, (width - 45) / width, 16 / height))
        below.spines[["top", "right"]].set_visible(False)
        below.tick_params(length=2, width=0.5)
        count = closes["start_quarter"].map(at).value_counts().reindex(range(len(quarters)), fill_value=0)
        below.bar(range(len(quarters)), count.to_numpy(float), color=SPENT, width=0.7)
        below.set_xlim(-0.5, len(quarters) - 0.5)
        below.set_xticks(range(len(quarters)), [_tick(q) for q in quarters], fontsize=5.6, rotation=90)
        number_axis(below.yaxis, words, most=3, whole=True)
        keys = [
            Patch(color=FIT_OUT, label=words.text(N_("Fit-out"))),
            Patch(color=OPEN, label=words.text(N_("In use"))),
            Patch(color=SPENT, label=words.text(N_("Offices that close or move"))),
        ]
        canvas.legend(handles=keys if one_by_one else keys[1:], loc="lower left", ncols=3, fontsize=6.2, frameon=False)
        _mark(canvas, words, illustrative)
        return style.svg_bytes(canvas)


def _tick(quarter: str) -> str:
    return f"{quarter[5]}/{quarter[:4]}"


def _bars(axes: Axes, events: pd.DataFrame, opens: pd.DataFrame, at: Mapping[str, int], *, premises: str) -> None:
    """Draw one row for each point and premises: its fit-out, then its use."""
    fits = events[events["kind"] == "fit_out"].set_index("event")
    rows = opens.sort_values(["start_quarter", "what", "event"], kind="stable")
    last = len(at) - 0.5
    for y, row in enumerate(rows.itertuples()):
        start = at[str(row.start_quarter)]
        fit = f"fit_out:{row.event}"
        if fit in fits.index:
            begin = at.get(str(fits.loc[fit, "start_quarter"]), 0)
            axes.barh(y, start - begin, left=begin - 0.5, height=0.62, color=FIT_OUT)
        axes.barh(y, last - (start - 0.5), left=start - 0.5, height=0.62, color=OPEN)
    names = [
        f"{_short(str(w), 20)} ({premises})" if pd.isna(s) else _short(str(w))
        for w, s in zip(rows["what"], rows["site"], strict=True)
    ]
    axes.set_yticks(range(len(rows)), names, fontsize=6.2)
    axes.set_ylim(max(len(rows), 2) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def _counts(axes: Axes, opens: pd.DataFrame, at: Mapping[str, int], regions: Mapping[str, str]) -> None:
    """Draw one row for each region with the number of openings in each quarter."""
    codes = sorted(opens["region"].dropna().unique())
    for y, code in enumerate(codes):
        mine = opens.loc[opens["region"] == code, "start_quarter"].map(at).value_counts().sort_index()
        for q, n in mine.items():
            axes.scatter([float(str(q))], [y], s=26 + 16 * min(int(n), 9), color=OPEN, zorder=3, linewidths=0)
            axes.text(float(str(q)), y, str(n), color="white", fontsize=5.4, ha="center", va="center", zorder=4)
    axes.set_yticks(range(len(codes)), [_short(regions.get(str(c), str(c))) for c in codes], fontsize=6.4)
    axes.set_ylim(max(len(codes), 2) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def cash_chart(
    cashflow: pd.DataFrame, words: Words, *, illustrative: bool, width: float = 160.0, height: float = 78.0
) -> bytes:
    """Draw the state's money by year against today: what is saved and spent, and the sum up to each year.

    Parameters
    ----------
    cashflow : DataFrame
    words : Words
    illustrative : bool
    width, height : float
        Millimetres.

    Returns
    -------
    bytes
        SVG.
    """
    state = cashflow[cashflow["state"]]
    years = sorted(state["year"].unique())
    kinds = {
        "running": (SAVED, words.text(N_("Running savings and costs"))),
        "one_off": (SPENT, words.text(N_("One-off costs and sales"))),
    }
    with style.house_style():
        canvas = style.blank(width, height)
        axes = _axes(canvas, 16, 16, 4, 9)
        total = np.zeros(len(years))
        up, down = np.zeros(len(years)), np.zeros(len(years))
        for kind, (colour, _) in kinds.items():
            sums = state[state["kind"] == kind].groupby("year")["cents"].sum().reindex(years, fill_value=0)
            value = sums.to_numpy(float) / 1e8
            base = np.where(value >= 0, up, down)
            axes.bar(range(len(years)), value, bottom=base, color=colour, width=0.56)
            up, down = up + np.maximum(value, 0), down + np.minimum(value, 0)
            total += value
        axes.plot(range(len(years)), np.cumsum(total), color=style.INK, linewidth=1.4, marker="o", markersize=3)
        axes.axhline(0, color=style.MUTED, linewidth=0.6)
        axes.set_xticks(range(len(years)), [str(y) for y in years])
        number_axis(axes.yaxis, words, most=6)
        axes.grid(axis="y", color="#dfe3e6", linewidth=0.5)
        axes.set_axisbelow(True)
        canvas.text(0.5 / width, 1 - 1.5 / height, words.text(N_("The state's money, M€")), fontsize=7, va="top")
        keys = [Patch(color=c, label=label) for c, label in kinds.values()]
        keys.append(Patch(color=style.INK, label=words.text(N_("In all up to the year"))))
        canvas.legend(handles=keys, loc="lower left", ncols=3, fontsize=6.4, frameon=False)
        _mark(canvas, words, illustrative)
        return style.svg_bytes(canvas)


def tornado_chart(
    tornado: pd.DataFrame, likely_cents: float, words: Words, *, illustrative: bool, width: float = 160.0
) -> bytes:
    """Draw what each source of money alone does to the state's net present value.

    Parameters
    ----------
    tornado : DataFrame
        ``source, low_cents, high_cents``, the widest first.
    likely_cents : float
        Net present value with all at their likely figure.
    words : Words
    illustrative : bool
    width : float
        Millimetres.

    Returns
    -------
    bytes
        SVG.
    """
    rows = tornado[tornado["spread_cents"] > 0]
    height = 20.0 + 6.0 * max(len(rows), 2)
    with style.house_style():
        canvas = style.blank(width, height)
        axes = _axes(canvas, 50, 12, 4, 8)
        ends = rows[["low_cents", "high_cents"]].to_numpy(float)
        for y, (low, high) in enumerate(ends.tolist()):
            for end, colour in ((low, SAVED), (high, SPENT)):
                axes.barh(y, (end - likely_cents) / 1e8, left=likely_cents / 1e8, height=0.62, color=colour)
        axes.axvline(likely_cents / 1e8, color=style.INK, linewidth=0.8)
        names = [words.text(SOURCES.get(str(s), str(s))) for s in rows["source"]]
        axes.set_yticks(range(len(rows)), ["\n".join(wrap(n, 36)) for n in names], fontsize=6.2)
        axes.set_ylim(max(len(rows), 2) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        number_axis(axes.xaxis, words, most=8)
        axes.grid(axis="x", color="#dfe3e6", linewidth=0.5)
        axes.set_axisbelow(True)
        canvas.text(
            0.5 / width, 1 - 1.5 / height, words.text(N_("Net present value for the state, M€")), fontsize=7, va="top"
        )
        keys = [
            Patch(color=SAVED, label=words.text(N_("At the low end"))),
            Patch(color=SPENT, label=words.text(N_("At the high end"))),
        ]
        canvas.legend(handles=keys, loc="lower left", ncols=2, fontsize=6.4, frameon=False)
        _mark(canvas, words, illustrative)
        return style.svg_bytes(canvas)
