"""The picture of who sits where: each shared premises as a bar, its agencies on top of each other."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.patches import Patch

from tunti.locale import N_
from tunti.report import style
from tunti.report.ticks import number_axis
from tunti.report.words import ILLUSTRATIVE, Words

MOST = 14
"""Premises in one picture, the largest first; the table beside it has all."""

COLOURS = (
    "#1f5a96", "#e2a03f", "#6b1d5e", "#5f9e8f", "#b5482a", "#a0c8e2", "#8c7b3c", "#c994b4", "#3f4a55", "#c9c19a",
)  # fmt: skip
"""Told apart in greyscale by their order: dark and light ones take turns."""

REST = "#d5d9dc"


def stack_chart(
    stacked: pd.DataFrame,
    names: Mapping[str, str],
    agencies: Mapping[str, str],
    words: Words,
    *,
    illustrative: bool,
    width: float = 160.0,
) -> bytes:
    """Draw the area that each agency has in the largest shared premises.

    Parameters
    ----------
    stacked : DataFrame
        ``premise, agency, m2``, as :func:`tunti.premises.stack.stack` gives it.
    names, agencies : mapping of str to str
        Names of premises and of agencies by id.
    words : Words
    illustrative : bool
        Some figures are invented: the picture says so.
    width : float
        Millimetres.

    Returns
    -------
    bytes
        SVG. Agencies beyond the largest ten share one colour.
    """
    area = stacked.assign(m2=stacked["m2"].astype(float)).pivot_table(
        index="premise", columns="agency", values="m2", aggfunc="sum", fill_value=0.0
    )
    # Largest first, equal ones by name, so that the picture is the same every time.
    area = area.assign(total=area.sum(axis=1)).reset_index().sort_values(["total", "premise"], ascending=[False, True])
    shown = area.head(MOST).set_index("premise").drop(columns="total")
    by_agency = shown.sum().rename_axis("agency").reset_index(name="m2")
    by_agency = by_agency[by_agency["m2"] > 0].sort_values(["m2", "agency"], ascending=[False, True])
    order = [str(a) for a in by_agency["agency"]]
    named, others = order[: len(COLOURS)], order[len(COLOURS) :]
    height = 16.0 + 6.2 * max(len(shown), 3) + 4.2 * -(-(len(named) + bool(others)) // 3)
    with style.house_style():
        canvas = style.blank(width, height)
        key_height = 4.2 * -(-(len(named) + bool(others)) // 3) + 9
        axes = canvas.add_axes(
            (42 / width, key_height / height, (width - 46) / width, (height - key_height - 7) / height)
        )
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(length=2, width=0.5)
        axes.tick_params(axis="y", length=0)
        at = list(range(len(shown)))
        left = [0.0] * len(shown)
        for agency in order:
            values = [float(v) for v in shown[agency]]
            colour = COLOURS[named.index(agency)] if agency in named else REST
            axes.barh(at, values, left=left, height=0.68, color=colour, edgecolor="white", linewidth=0.5)
            left = [a + b for a, b in zip(left, values, strict=True)]
        axes.set_yticks(at, [_short(names.get(str(p), str(p))) for p in shown.index], fontsize=6.8)
        axes.set_ylim(max(len(shown), 3) - 0.4, -0.6)
        axes.set_xlim(0, max([*left, 1.0]) * 1.09)
        for y, total in zip(at, left, strict=True):
            axes.text(total + max(left) * 0.008, y, words.number(total), fontsize=6.2, va="center", color=style.MUTED)
        number_axis(axes.xaxis, words, most=6, whole=True)
        axes.grid(axis="x", color="#dfe3e6", linewidth=0.5)
        axes.set_axisbelow(True)
        canvas.text(
            0.5 / width, 1 - 2.5 / height, words.text(N_("Work area, m²")), fontsize=7, va="top", color=style.INK
        )
        keys = [Patch(color=COLOURS[k], label=_short(agencies.get(a, a), 34)) for k, a in enumerate(named)]
        if others:
            keys.append(Patch(color=REST, label=words.text(N_("Other agencies"))))
        canvas.legend(
            handles=keys, loc="lower left", bbox_to_anchor=(0.0, 0.0), ncols=3, fontsize=6.2, frameon=False,
            handlelength=1.0, handleheight=0.9, columnspacing=1.2, borderaxespad=0.1,
        )  # fmt: skip
        if illustrative:
            canvas.text(
                1 - 0.5 / width, 1 - 2.5 / height, words.text(ILLUSTRATIVE), fontsize=6.2, weight="bold",
                color=style.OVER, ha="right", va="top",
            )  # fmt: skip
        return style.svg_bytes(canvas)


def _short(name: str, most: int = 26) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"
