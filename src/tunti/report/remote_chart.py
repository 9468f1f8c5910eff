"""The picture of load by hour: customers being served, clerks needed and clerks at work over a week."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tunti.inputs.day import half_hour
from tunti.locale import N_
from tunti.report import style
from tunti.report.ticks import number_axis
from tunti.report.words import ILLUSTRATIVE, Words

WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
"""Short names of weekdays."""


def load_chart(
    load: pd.DataFrame, words: Words, *, illustrative: bool, width: float = 160.0, height: float = 74.0
) -> bytes:
    """Draw clerks needed, clerks at work and the mean number of customers being served by half-hour of a week.

    Parameters
    ----------
    load : DataFrame
        ``weekday, hour, clerk_load, clerks_needed, clerks_on_duty, interpreters_needed``.
    words : Words
    illustrative : bool
        Some figures are invented: the picture says so.
    width, height : float
        Millimetres.

    Returns
    -------
    bytes
        SVG.
    """
    rows = load.reset_index(drop=True)
    day = rows["weekday"].to_numpy(np.int64)
    half = np.array([half_hour(h) or 0 for h in rows["hour"]])
    days = np.unique(day)
    first, last = (int(half.min()), int(half.max()) + 1) if len(half) else (0, 1)
    wide = last - first + 3
    # Days stand beside each other with a gap; every half-hour is a step.
    at = np.searchsorted(days, day) * wide + half - first
    with style.house_style():
        canvas = style.blank(width, height)
        axes = canvas.add_axes((13 / width, 12 / height, (width - 48) / width, (height - 20) / height))
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(length=2, width=0.5)
        series = {
            name: np.full(len(days) * wide + 1, np.nan)
            for name in ("clerk_load", "clerks_needed", "clerks_on_duty", "interpreters_needed")
        }
        for name, values in series.items():
            values[at] = rows[name].to_numpy(np.float64)
            ends = np.flatnonzero(~np.isnan(values[:-1]) & np.isnan(values[1:]))
            values[ends + 1] = values[ends]
        x = np.arange(len(days) * wide + 1)
        axes.fill_between(x, 0, series["clerk_load"], step="post", color=style.INSIDE[0], linewidth=0)
        axes.step(
            x, series["clerks_on_duty"], where="post", color=style.TODAY_LINE, linewidth=1.0, linestyle=(0, (4, 2))
        )
        axes.step(x, series["clerks_needed"], where="post", color=style.AFTER_LINE, linewidth=1.4)
        axes.step(x, series["interpreters_needed"], where="post", color=style.PEOPLE, linewidth=1.2)
        axes.set_xlim(0, len(days) * wide)
        axes.set_ylim(0, None)
        number_axis(axes.yaxis, words, most=5, whole=True)
        axes.grid(axis="y", color="#dfe3e6", linewidth=0.5)
        axes.set_axisbelow(True)
        middle = np.arange(len(days)) * wide + (last - first) / 2
        axes.set_xticks(middle, [words.text(WEEKDAYS[int(d) - 1]) for d in days])
        axes.set_xlabel(words.text(N_("Half-hours of the opening hours, busiest month")), fontsize=7)
        canvas.text(
            0.5 / width, 1 - 2.5 / height, words.text(N_("Number of people")), fontsize=7, va="top", color=style.INK
        )
        side = len(days) * wide * 1.012
        top = axes.get_ylim()[1]
        for k, (text, colour) in enumerate(
            (
                (N_("Clerks at work"), style.TODAY_LINE),
                (N_("Clerks needed"), style.AFTER_LINE),
                (N_("Customers being served"), style.INSIDE[2]),
                (N_("Interpreters needed"), style.PEOPLE),
            )
        ):
            axes.text(side, top * (0.95 - 0.11 * k), words.text(text), color=colour, fontsize=6.6, va="center")
        if illustrative:
            canvas.text(
                1 - 0.5 / width, 1 - 2.5 / height, words.text(ILLUSTRATIVE), fontsize=6.2, weight="bold",
                color=style.OVER, ha="right", va="top",
            )  # fmt: skip
        return style.svg_bytes(canvas)
