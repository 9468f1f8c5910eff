"""Tables of the later stages (services, premises, programme, money, remote service) as pages show them."""

from __future__ import annotations

import math
from typing import Any

from markupsafe import Markup, escape

from tunti.findings import Message, say
from tunti.locale import N_
from tunti.report.words import Words, missing
from tunti.store.models import PlanRow

PAGES: dict[str, tuple[str, Message]] = {
    "services": (
        N_("Services at points"),
        say("Who serves where is worked out with the figures of the plan, once services are in the tables."),
    ),
    "programme": (
        N_("Programme and stacks"),
        say("The programme is made with the documents of the plan, once offices and premises are in the tables."),
    ),
    "money": (
        N_("Money"),
        say("Money is counted with the programme, once rents, leases and unit costs are in the tables."),
    ),
    "remote": (
        N_("Remote service"),
        say("Remote service is planned once services and their channels are in the tables."),
    ),
}
"""Heading of each page and what is said while its tables are not there."""

MOST_ROWS = 500
"""Rows of a table on a page; the documents have all of them."""


TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    "services": {"services": ("points", "duties", "access", "languages", "offices"), "money": ("money",)},
    "premises": {"programme": ("workplaces", "moves"), "money": ("offices",)},
    "programme": {
        "programme": ("events", "shares"),
        "money": ("payers", "savings", "indicators", "travel", "uncertainty"),
    },
    "remote": {"remote": ("points", "clerks", "interpreters", "channels", "services")},
}
"""Which tables of each stage stand on which page."""

_SINGLE = ("office", "what", "event")
"""Columns that name a single office: money and staff beside them are for those who plan them only."""


def tables_from(stage: str, found: Any) -> dict[str, dict[str, Any]]:
    """Give the tables of a stage's result by page, as plain values.

    Parameters
    ----------
    stage : str
        ``services``, ``premises``, ``programme`` or ``remote``.
    found : Services, Premises, Programme or RemoteService

    Returns
    -------
    dict
        Page to table name to table.
    """
    pages: dict[str, dict[str, Any]] = {}
    for page, names in TABLES[stage].items():
        for name in names:
            frame = getattr(found, name, None)
            if frame is not None and hasattr(frame, "columns") and len(frame):
                title = name if page == stage else f"{stage}: {name}"
                pages.setdefault(page, {})[title] = packed(frame)
    return pages


def served_points(stage: str, found: Any, points: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Add what the public is told of each point: who serves how, hours and remote rooms."""
    if stage == "services":
        for row in found.points.to_dict("records"):
            hours = row.get("hours_week")
            more = {} if hours is None or hours != hours else {"hours_week": round(float(hours), 1)}
            points.setdefault(str(row["site"]), {}).update(more)
        for row in found.duties.to_dict("records"):
            if row["mode"] != "none":
                serving = points.setdefault(str(row["site"]), {}).setdefault("serving", [])
                serving.append({"agency": str(row["agency"]), "mode": str(row["mode"])})
    if stage == "remote" and "rooms" in found.points.columns:
        for row in found.points.to_dict("records"):
            if row["rooms"] == row["rooms"]:
                points.setdefault(str(row["site"]), {})["remote_rooms"] = int(row["rooms"])
    return points


def packed(frame: Any) -> dict[str, Any]:
    """Turn a result table into plain values that can be kept.

    Parameters
    ----------
    frame : DataFrame

    Returns
    -------
    dict
        ``columns, rows`` (at most 500) and ``many``, the number of all rows.
    """
    rows = [[_plain(v) for v in row] for row in frame.head(MOST_ROWS).itertuples(index=False, name=None)]
    return {"columns": [str(c) for c in frame.columns], "rows": rows, "many": len(frame)}


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    if missing(value):
        return None
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    if isinstance(value, bool | int | str):
        return value
    return value.isoformat()[:10] if hasattr(value, "isoformat") else str(value)


def tables_of(plan: PlanRow, name: str, words: Words, *, restricted: bool) -> list[dict[str, Any]]:
    """Give the tables of a page with their figures written the language's way.

    Parameters
    ----------
    plan : PlanRow
    name : str
        Of the page.
    words : Words
    restricted : bool
        Whether the reader sees rents and staffing of single offices.

    Returns
    -------
    list of dict
        ``title, heads, rows, many, numeric``.
    """
    kept = (plan.result or {}).get("tables", {}).get(name, {})
    shown = []
    for title, table in kept.items():
        table = table if restricted else _without_single(table)
        rows = [[_said(v, c, words) for v, c in zip(row, table["columns"], strict=True)] for row in table["rows"]]
        heads = [c.removesuffix("_cents").replace("_", " ") for c in table["columns"]]
        numeric = [
            any(isinstance(r[k], int | float) and not isinstance(r[k], bool) for r in table["rows"])
            for k in range(len(heads))
        ]
        shown.append(
            {"title": title.replace("_", " "), "heads": heads, "rows": rows, "many": table["many"], "numeric": numeric}
        )
    return shown


def _without_single(table: dict[str, Any]) -> dict[str, Any]:
    """Leave out money, staff and areas where rows are of single offices."""
    columns = table["columns"]
    if not any(c in columns for c in _SINGLE):
        return table
    stay = [k for k, c in enumerate(columns) if not (c.endswith(("_cents", "_cents_year")) or c in _TELLING)]
    return table | {"columns": [columns[k] for k in stay], "rows": [[r[k] for k in stay] for r in table["rows"]]}


_TELLING = frozenset({"cents", "staff", "m2", "m2_given_up", "earliest", "latest", "notice_date", "value"})


def _said(value: Any, column: str, words: Words) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return words.text(N_("yes")) if value else words.text(N_("no"))
    if isinstance(value, int | float):
        if column.endswith("_cents") or column == "cents":
            return words.euros(value / 100)
        if column.startswith("share"):
            return words.share(value)
        return words.number(value, decimals=0 if float(value).is_integer() else 1)
    return str(value)


def gantt_of(plan: PlanRow, words: Words) -> Markup | None:
    """Draw the programme's events over its quarters, None while there is none."""
    table = (plan.result or {}).get("tables", {}).get("programme", {}).get("events")
    if not table or not table["rows"]:
        return None
    place = {c: k for k, c in enumerate(table["columns"])}
    dated = [r for r in table["rows"] if r[place["start_quarter"]]]
    if not dated:
        return None
    rows = sorted(dated, key=lambda r: (str(r[place["start_quarter"]]), str(r[place["event"]])))[:80]
    quarters = sorted({str(r[place[k]]) for r in rows for k in ("start_quarter", "end_quarter") if r[place[k]]})
    first, last = _number(quarters[0]), _number(quarters[-1])
    width = 560 / (last - first + 1)
    colours = {"open": "#003479", "close_customer": "#c13832", "close_work": "#c13832", "fit_out": "#2a6ebb"}
    parts = []
    for k in range(first, last + 1):
        x = 230 + (k - first) * width
        if k % 4 == 0:
            parts.append(f'<text x="{x:.1f}" y="14">{k // 4}</text>')
            parts.append(f'<line x1="{x:.1f}" y1="18" x2="{x:.1f}" y2="{24 + 16 * len(rows)}" stroke="#d8d8d8"/>')
    for k, row in enumerate(rows):
        start, end = (
            _number(str(row[place["start_quarter"]])),
            _number(str(row[place["end_quarter"]] or row[place["start_quarter"]])),
        )
        kind, y = str(row[place["kind"]]), 22 + 16 * k
        name = escape(str(row[place["what"]] if "what" in place else row[place["event"]])[:36])
        parts.append(f'<text x="224" y="{y + 11}" text-anchor="end">{name}</text>')
        parts.append(
            f'<rect x="{230 + (start - first) * width:.1f}" y="{y}" width="{max((end - start + 1) * width, 3):.1f}" '
            f'height="12" fill="{colours.get(kind, "#6b6b6b")}"><title>{name}: {escape(kind)}</title></rect>'
        )
    label = escape(words.text(N_("Programme by quarter; the table below has the same")))
    return Markup(
        f'<svg class="chart wide" role="img" aria-label="{label}" font-size="11" '
        f'viewBox="0 0 800 {30 + 16 * len(rows)}">' + "".join(parts) + "</svg>"
    )


def _number(quarter: str) -> int:
    year, _, part = quarter.partition("Q")
    return int(year) * 4 + int(part or 1) - 1
