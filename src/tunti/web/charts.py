"""Small charts as SVG for pages: no styles or scripts in them, and the same figures stand in a table beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from tunti.locale import N_
from tunti.report.words import Words

BLUE, LIGHT, GREY, RED = "#003479", "#2a6ebb", "#a5acb1", "#c13832"


def bars(rows: Sequence[tuple[str, float, float]], words: Words) -> Markup:
    """Draw shares today and in the plan, two bars a row.

    Parameters
    ----------
    rows : sequence of (str, float, float)
        Name, share today, share in the plan.
    words : Words

    Returns
    -------
    Markup
    """
    height = 34 * len(rows) + 30
    parts = [
        f'<text x="150" y="16" fill="{GREY}">■</text><text x="166" y="16">{escape(words.text(N_("Today")))}</text>'
    ]
    parts.append(
        f'<text x="250" y="16" fill="{BLUE}">■</text>'
        f'<text x="266" y="16">{escape(words.text(N_("In the plan")))}</text>'
    )
    for k, (name, today, after) in enumerate(rows):
        y = 30 + 34 * k
        parts.append(f'<text x="144" y="{y + 17}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect x="150" y="{y}" width="{today * 380:.1f}" height="12" fill="{GREY}"/>')
        parts.append(f'<rect x="150" y="{y + 13}" width="{after * 380:.1f}" height="12" fill="{BLUE}"/>')
        parts.append(f'<text x="536" y="{y + 11}">{escape(words.share(today))}</text>')
        parts.append(f'<text x="536" y="{y + 24}">{escape(words.share(after))}</text>')
    label = escape(words.text(N_("Share of people within the standard by region, today and in the plan")))
    body = "".join(str(p) for p in parts)
    return Markup(
        f'<svg class="chart" role="img" aria-label="{label}" viewBox="0 0 600 {height}" font-size="12">{body}</svg>'
    )


def curve(rows: Sequence[dict[str, Any]], words: Words, *, links: Sequence[str]) -> Markup:
    """Draw the trade-off curve: number of points against the share of people; each dot leads to its plan.

    Parameters
    ----------
    rows : sequence of dict
        ``points, share`` of each plan.
    words : Words
    links : sequence of str
        Where each dot leads.

    Returns
    -------
    Markup
    """
    if not rows:
        return Markup()
    xs, ys = [r["points"] for r in rows], [r["share"] for r in rows]
    low, high = min(xs), max(max(xs), min(xs) + 1)
    bottom = min(min(ys), 0.999) - 0.002

    def at(r: dict[str, Any]) -> tuple[float, float]:
        return 70 + (r["points"] - low) / (high - low) * 480, 250 - (r["share"] - bottom) / (1 - bottom) * 220

    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(at, sorted(rows, key=lambda r: r["points"])))
    parts = [
        f'<line x1="60" y1="255" x2="570" y2="255" stroke="{GREY}"/>',
        f'<line x1="60" y1="20" x2="60" y2="255" stroke="{GREY}"/>',
        f'<polyline points="{line}" fill="none" stroke="{LIGHT}" stroke-width="1.5"/>',
        f'<text x="315" y="290" text-anchor="middle">{escape(words.text(N_("Number of points")))}</text>',
        f'<text x="60" y="14">{escape(words.text(N_("Share of people within the standard")))}</text>',
        f'<text x="56" y="{250:.0f}" text-anchor="end">{escape(words.share(bottom))}</text>',
        f'<text x="56" y="34" text-anchor="end">{escape(words.share(1))}</text>',
    ]
    for r, link in zip(rows, links, strict=True):
        x, y = at(r)
        said = words.text(N_("{n} points: {share}"), n=r["points"], share=words.share(r["share"]))
        parts.append(
            f'<a href="{escape(link)}" aria-label="{escape(said)}">'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="{BLUE}">'
            f"<title>{escape(said)}</title></circle>"
            f'<text x="{x:.1f}" y="272" text-anchor="middle">{r["points"]}</text></a>'
        )
    label = escape(words.text(N_("Trade-off curve")))
    body = "".join(str(p) for p in parts)
    return Markup(
        f'<svg class="chart" role="group" aria-label="{label}" viewBox="0 0 600 300" font-size="12">{body}</svg>'
    )
