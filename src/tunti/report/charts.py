"""Charts on paper: people by minutes today and after, and the population base of each point."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from tunti.access.standard import Access
from tunti.locale import N_
from tunti.plan.regional import RegionalPlan
from tunti.report import style
from tunti.report.ticks import number_axis
from tunti.report.words import ILLUSTRATIVE, Words


def people_by_minutes(access: Access, *, most: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the share of people who reach a point within each whole minute.

    Parameters
    ----------
    access : Access
    most : float
        Last minute.

    Returns
    -------
    minutes, share : float64
        Whole minutes from 0, and shares 0 to 1.
    """
    minutes = np.arange(0, int(most) + 1, dtype=np.float64)
    there = access.cells["minutes"].to_numpy(float, na_value=np.nan)
    people = access.cells["people"].to_numpy(float)
    order = np.argsort(there, kind="stable")  # NaN last
    reached = np.concatenate([[0.0], np.cumsum(people[order])])
    known = there[order][: int((~np.isnan(there)).sum())]
    share = reached[np.searchsorted(known, minutes, side="right")] / max(people.sum(), 1.0)
    return minutes, share


def _bare(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=2, width=0.5)


def minutes_chart(plan: RegionalPlan, words: Words, *, width: float = 160.0, height: float = 78.0) -> bytes:
    """Draw the share of people within each drive time, today and after, with the standard marked.

    Parameters
    ----------
    plan : RegionalPlan
    words : Words
    width, height : float
        Millimetres.

    Returns
    -------
    bytes
        SVG.
    """
    standard = plan.settings.standard.minutes
    most = max(plan.settings.plan.cutoff_minutes, standard)
    with style.house_style():
        canvas = style.blank(width, height)
        axes = canvas.add_axes((15 / width, 13 / height, (width - 50) / width, (height - 20) / height))
        _bare(axes)
        at = []
        for access, colour, line in (
            (plan.today, style.TODAY_LINE, (0, (4, 2))),
            (plan.proposed, style.AFTER_LINE, "-"),
        ):
            minutes, share = people_by_minutes(access, most=most)
            axes.plot(minutes, share * 100, color=colour, linestyle=line, linewidth=1.6, solid_capstyle="round")
            at.append((share[-1] * 100, access.share * 100))
        axes.set_xlim(0, most)
        axes.set_ylim(0, 101)
        axes.set_xticks(np.arange(0, most + 1, 15 if most <= 150 else 30))
        axes.set_yticks(range(0, 101, 20))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: words.share(v / 100, decimals=0)))
        axes.grid(axis="y", color="#dfe3e6", linewidth=0.5)
        axes.set_axisbelow(True)
        axes.set_xlabel(words.text(N_("Drive time to the nearest point, minutes")), fontsize=7)
        canvas.text(
            0.5 / width, 1 - 2.5 / height, words.text(N_("Share of people")), fontsize=7, va="top", color=style.INK
        )
        axes.axvline(standard, color=style.OVER, linewidth=0.9)
        axes.text(
            standard + most * 0.008,
            3,
            words.text(N_("Standard {minutes} min"), minutes=standard),
            color=style.OVER,
            fontsize=7,
            va="bottom",
        )
        for (_, share_in), colour in zip(at, (style.TODAY_LINE, style.AFTER_LINE), strict=True):
            axes.plot([standard], [share_in], "o", color=colour, markersize=4, markeredgecolor="white", zorder=5)
        _end_labels(axes, plan, words, [e for e, _ in at], most)
        if plan.illustrative:
            canvas.text(
                1 - 0.5 / width, 1 - 2.5 / height, words.text(ILLUSTRATIVE), fontsize=6.2, weight="bold",
                color=style.OVER, ha="right", va="top",
            )  # fmt: skip
        return style.svg_bytes(canvas)


def _end_labels(axes: Axes, plan: RegionalPlan, words: Words, ends: list[float], most: float) -> None:
    """Name the lines at their ends, apart from each other, with the share within the standard."""
    apart = 17.0
    after, today = max(ends[1], apart + 4), ends[0]
    if abs(after - today) < apart:
        middle = (after + today) / 2
        sign = 1 if after >= today else -1
        after, today = middle + sign * apart / 2, middle - sign * apart / 2
    shift = max(after, today) - 94
    if shift > 0:
        after, today = after - shift, today - shift
    for y, name, share, colour in (
        (after, N_("Proposal"), plan.proposed.share, style.AFTER_LINE),
        (today, N_("Today"), plan.today.share, style.TODAY_LINE),
    ):
        axes.text(most * 1.015, y + 3.6, words.text(name), color=colour, weight="bold", fontsize=7.5, va="center")
        text = words.text(
            N_("{share} within {minutes} min"), share=words.share(share), minutes=plan.settings.standard.minutes
        )
        axes.text(most * 1.015, y - 3.6, text, color=colour, fontsize=6.6, va="center")


def base_chart(plan: RegionalPlan, words: Words, *, width: float = 160.0) -> bytes:
    """Draw the population base of each proposed point against the known goal.

    Parameters
    ----------
    plan : RegionalPlan
        With at most about forty points.
    words : Words
    width : float
        Millimetres.

    Returns
    -------
    bytes
        SVG.
    """
    rows = plan.points.sort_values(["population_base", "site"], ascending=[True, False], kind="stable")
    known = plan.settings.standard.known_population_base
    height = 15 + 5.2 * max(len(rows), 1)
    with style.house_style():
        canvas = style.blank(width, height)
        axes = canvas.add_axes((38 / width, 10 / height, (width - 60) / width, (height - 15) / height))
        _bare(axes)
        bases = rows["population_base"].to_numpy(float)
        below = bases < known
        colours = np.where(below, style.OVER, style.INSIDE[2])
        axes.barh(np.arange(len(rows)), bases, color=list(colours), height=0.62)
        axes.set_yticks(np.arange(len(rows)), [str(n) for n in rows["name"]], fontsize=7)
        axes.tick_params(axis="y", length=0, labelcolor=style.INK)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        most = max(float(bases.max()) if len(bases) else 0.0, known * 1.2)
        axes.set_xlim(0, most * 1.02)
        number_axis(axes.xaxis, words, most=5, whole=True)
        axes.set_xlabel(
            words.text(
                N_("People who live within {minutes} minutes of the point"), minutes=plan.settings.standard.minutes
            ),
            fontsize=7,
        )
        axes.axvline(known, color=style.INK, linewidth=0.8, linestyle=(0, (4, 2)))
        axes.text(
            known, len(rows) - 0.35, " " + words.text(N_("Goal {people}"), people=known), fontsize=6.4, va="bottom"
        )
        for k, value in enumerate(bases):
            axes.text(
                # Right of the goal's line where it would cross the figure.
                (known if value < known < value + most * 0.09 else value) + most * 0.008,
                k,
                words.number(value),
                fontsize=6.6,
                va="center",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )
        if plan.illustrative:
            canvas.text(
                1 - 0.5 / width, 1 - 0.8 / height, words.text(ILLUSTRATIVE), fontsize=6.2, weight="bold",
                color=style.OVER, ha="right", va="top",
            )  # fmt: skip
        return style.svg_bytes(canvas)
