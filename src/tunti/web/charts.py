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
    xs = [float(r["points"]) for r in rows]
    said = [words.text(N_("{n} points: {share}"), n=int(r["points"]), share=words.share(r["share"])) for r in rows]
    marks = [str(int(r["points"])) for r in rows]
    return _dots(
        xs, [r["share"] for r in rows], words, links=links, said=said, marks=marks,
        label=words.text(N_("Trade-off curve")), below=words.text(N_("Number of points")), joined=True,
    )  # fmt: skip


def others(rows: Sequence[dict[str, Any]], words: Words, *, links: Sequence[str]) -> Markup:
    """Draw the alternatives: mean drive against the share of people; each dot leads to its plan.

    Parameters
    ----------
    rows : sequence of dict
        ``points, share, mean_minutes`` of each network.
    words : Words
    links : sequence of str
        Where each dot leads.

    Returns
    -------
    Markup
    """
    said = [
        words.text(
            N_("Alternative {n}: {share}, mean drive {minutes}"),
            n=k + 1,
            share=words.share(r["share"]),
            minutes=words.minutes(r["mean_minutes"], decimals=1),
        )
        for k, r in enumerate(rows)
    ]
    return _dots(
        [r["mean_minutes"] for r in rows], [r["share"] for r in rows], words, links=links, said=said,
        marks=[str(k + 1) for k in range(len(rows))], label=words.text(N_("Near-optimal alternatives")),
        below=words.text(N_("Mean drive, minutes")), joined=False,
    )  # fmt: skip


def _dots(
    xs: Sequence[float],
    shares: Sequence[float],
    words: Words,
    *,
    links: Sequence[str],
    said: Sequence[str],
    marks: Sequence[str],
    label: str,
    below: str,
    joined: bool,
) -> Markup:
    if not xs:
        return Markup()
    low, high = min(xs), max(xs)
    bottom, top = max(min(shares) - 0.01, 0.0), min(max(shares) + 0.01, 1.0)

    def at(x: float, share: float) -> tuple[float, float]:
        across = (x - low) / (high - low) if high > low else 0.5
        up = (share - bottom) / (top - bottom) if top > bottom else 0.5
        return 90 + across * 460, 250 - up * 210

    places = [at(x, s) for x, s in zip(xs, shares, strict=True)]
    decimals = 0 if all(float(x).is_integer() for x in xs) else 1
    parts = [
        f'<line x1="70" y1="262" x2="570" y2="262" stroke="{GREY}"/>',
        f'<line x1="70" y1="24" x2="70" y2="262" stroke="{GREY}"/>',
        f'<text x="320" y="298" text-anchor="middle">{escape(below)}</text>',
        f'<text x="4" y="14">{escape(words.text(N_("Share of people within the standard")))}</text>',
        f'<text x="66" y="254" text-anchor="end">{escape(words.share(bottom))}</text>',
        f'<text x="66" y="44" text-anchor="end">{escape(words.share(top))}</text>',
        f'<text x="90" y="278" text-anchor="middle">{escape(words.number(low, decimals=decimals))}</text>',
    ]
    if high > low:
        parts.append(
            f'<text x="550" y="278" text-anchor="middle">{escape(words.number(high, decimals=decimals))}</text>'
        )
    if joined:
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in sorted(places))
        parts.append(f'<polyline points="{line}" fill="none" stroke="{LIGHT}" stroke-width="1.5"/>')
    for (x, y), link, told, mark in zip(places, links, said, marks, strict=True):
        parts.append(
            f'<a href="{escape(link)}" aria-label="{escape(told)}">'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="13" fill="{BLUE}"><title>{escape(told)}</title></circle>'
            f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" fill="#fff">{escape(mark)}</text></a>'
        )
    body = "".join(str(p) for p in parts)
    head = f'<svg class="chart" role="group" aria-label="{escape(label)}" viewBox="0 0 600 304" font-size="12">'
    return Markup(f"{head}{body}</svg>")
