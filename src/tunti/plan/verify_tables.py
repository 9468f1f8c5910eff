"""The tables that the check of a programme reads, and their dates, costs and findings; nothing of the models' code."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from tunti.findings import Finding, Message, error, say
from tunti.inputs.tables import Inputs
from tunti.locale import N_
from tunti.settings import Settings


@dataclass(frozen=True, eq=False)
class ProgrammeTables:
    """The result tables of a programme and of what it puts into quarters, as they will be written.

    Attributes
    ----------
    events, shares, cashflow, payers, savings, travel, indicators, uncertainty, tornado : DataFrame
    patterns, reach, groups, changes, followed, estimates, decisions : DataFrame
        See :class:`tunti.programme.result.Programme`.
    quarters : tuple of str
    services, points, duties, service_offices : DataFrame
        Who serves where.
    workplaces, premises, moves, premise_offices : DataFrame
        Who sits where.
    """

    events: pd.DataFrame
    shares: pd.DataFrame
    cashflow: pd.DataFrame
    payers: pd.DataFrame
    savings: pd.DataFrame
    travel: pd.DataFrame
    indicators: pd.DataFrame
    uncertainty: pd.DataFrame
    tornado: pd.DataFrame
    patterns: pd.DataFrame
    reach: pd.DataFrame
    groups: pd.DataFrame
    changes: pd.DataFrame
    followed: pd.DataFrame
    estimates: pd.DataFrame
    decisions: pd.DataFrame
    quarters: tuple[str, ...]
    services: pd.DataFrame
    points: pd.DataFrame
    duties: pd.DataFrame
    service_offices: pd.DataFrame
    workplaces: pd.DataFrame
    premises: pd.DataFrame
    moves: pd.DataFrame
    premise_offices: pd.DataFrame

    @cached_property
    def main(self) -> dict[str, Any]:
        """Events that are decisions: openings, moves and closings, by name."""
        return {str(r.event): r for r in rows(self.events) if str(r.event).split(":")[0] in MAIN}

    @cached_property
    def expected(self) -> dict[str, tuple[str, str, str, str, str, str, str]]:
        """What each decision must say: kind, site, premises, office, agency, region, name."""
        return _expected(self)

    @cached_property
    def point(self) -> dict[str, Any]:
        """Points by site."""
        return {str(r.site): r for r in rows(self.points)}

    @cached_property
    def workplace(self) -> dict[str, Any]:
        """Shared premises by name."""
        return {str(r.premise): r for r in rows(self.workplaces)}


_BROKEN = N_("The programme's tables do not agree with each other; nothing was written. Report it with the run record.")


MAIN = {"open", "ready", "close_customer", "move", "close_work"}


def wrong(table: str, row: Any, column: str | None, what: Message) -> Finding:
    """Make the finding of a figure that does not agree."""
    return error(table, None if row is None else str(row), column, what, say(_BROKEN))


def differs(stated: Any, recomputed: Any) -> Message:
    """Say that a stated figure is not the recomputed one."""
    return say("{a} is stated, the tables give {b}.", a=_plain(stated), b=_plain(recomputed))


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float, str)) and not isinstance(value, bool) else str(value)


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """Give the rows of a table, their columns as attributes."""
    return iter(frame.itertuples(index=False))


def number_of(quarter: Any) -> int:
    """Give the quarters from year 0 to a named one."""
    return int(str(quarter)[:4]) * 4 + int(str(quarter)[5]) - 1


def day_of(number: int) -> dt.date:
    """Give the first day of a quarter."""
    return dt.date(number // 4, number % 4 * 3 + 1, 1)


def quarter_of(day: dt.date) -> int:
    """Give the quarters from year 0 to the one that holds a day."""
    return day.year * 4 + (day.month - 1) // 3


def whole_quarters(months: float) -> int:
    """Give the whole quarters that hold some months."""
    return math.ceil(round(months, 6) / 3)


def earlier(day: dt.date, months: float) -> dt.date:
    """Give the day some months earlier, the last of the month where there is none."""
    back = pd.Timestamp(day) - pd.DateOffset(months=math.ceil(round(months, 6)))
    return back.date()


def next_quarter(day: dt.date) -> int:
    """Give the first quarter that begins after a day."""
    after = day + dt.timedelta(days=1)
    number = after.year * 4 + (after.month - 1) // 3
    return number if after == day_of(number) else number + 1


def begin_of(settings: Settings) -> int:
    """Give the number of the programme's first quarter: the set one, not before the data's."""
    return max(number_of(settings.programme.first_quarter), quarter_of(settings.project.as_of))


def decided_from(settings: Settings) -> dt.date:
    """Give the first day on which anything of the programme is decided."""
    return max(day_of(begin_of(settings)), settings.project.as_of)


def release_of(office: Any, settings: Settings) -> tuple[int, float, str]:
    """Give the first quarter without rent once an office is left, its months of notice and what lets the lease go."""
    now = begin_of(settings)
    default = settings.programme.notice_months
    notice = default if pd.isna(office.notice_months) else float(office.notice_months)
    can = earlier(decided_from(settings), -notice)
    ways = []
    if pd.notna(office.lease_end):
        ways.append((max(next_quarter(office.lease_end.date()), now), "lease_end"))
    if pd.notna(office.break_date):
        first = max(office.break_date.date(), can) - dt.timedelta(days=1)
        ways.append((max(next_quarter(first), now), "break"))
    if not ways:
        if pd.isna(office.notice_months):
            return now, notice, "unknown"
        ways.append((max(next_quarter(can - dt.timedelta(days=1)), now), "notice"))
    release, reason = min(ways)
    return release, notice, reason


def _expected(t: ProgrammeTables) -> dict[str, tuple[str, str, str, str, str, str, str]]:
    """Give what each decision must say: kind, site, premises, office, agency, region, name."""
    serving = set(t.duties.loc[t.duties["mode"] != "none", "site"])
    out: dict[str, tuple[str, str, str, str, str, str, str]] = {}
    for r in rows(t.points):
        if r.status != "existing" or r.site in serving:
            out[f"open:{r.site}"] = ("open", str(r.site), "", "", "", str(r.region), str(r.name))
    for r in rows(t.workplaces):
        out[f"ready:{r.premise}"] = ("open", "", str(r.premise), "", "", str(r.region), str(r.name))
    for r in rows(t.service_offices):
        if r.customer_part == "closes":
            site = "" if pd.isna(r.replaced_by) else str(r.replaced_by)
            out[f"close_customer:{r.office}"] = (
                "close_customer", site, "", str(r.office), str(r.agency), str(r.region), "",
            )  # fmt: skip
    to = {str(r.office): str(r.to_premise) for r in rows(t.moves) if r.from_part == "work"}
    for r in rows(t.premise_offices):
        if r.work_part in ("moves", "given_up"):
            kind = "move" if str(r.office) in to else "close_work"
            out[f"{kind}:{r.office}"] = (
                kind, "", to.get(str(r.office), ""), str(r.office), str(r.agency), str(r.region), "",
            )  # fmt: skip
    return out


def factor_of(t: ProgrammeTables, source: str, settings: Settings) -> float:
    """Give the multiplier that outcomes have taught for a kind of fit-out."""
    found = [float(r.likely) for r in rows(t.estimates) if r.source == source]
    return found[0] if found and settings.programme.learn else 1.0


def fit_out_of(t: ProgrammeTables, event: str, inputs: Inputs, settings: Settings) -> tuple[str, int, int]:
    """Give the kind of a fit-out, its quarters and its cents; no quarters for none."""
    own = settings.programme
    kind, thing = event.split(":", 1)
    if kind == "open":
        row = t.point[thing]
        if row.status == "existing" or row.tier == "mobile":
            return "", 0, 0
        cents = round(
            factor_of(t, "point_fit_out", settings) * round(own.point_m2 * settings.money.light_eur_m2[1] * 100)
        )
        return "point_fit_out", max(whole_quarters(own.point_months), 1), cents
    if kind != "ready":
        return "", 0, 0
    given = t.premises[t.premises["premise"] == thing]
    how = "light" if given.empty or pd.isna(given["fit_out"].iloc[0]) else str(given["fit_out"].iloc[0])
    cents = round(factor_of(t, how, settings) * int(t.workplace[thing].investment_cents))
    months = {"light": own.light_months, "deep": own.deep_months}.get(how, 0.0)
    return how, max(whole_quarters(months), 1) if cents else 0, cents


def latest_of(office: Any, event: str, settings: Settings) -> int | None:
    """Give the quarter by which bad indoor air must be left, None for no such need."""
    if not event.startswith(("move:", "close_work:")) or office.condition != "indoor_air":
        return None
    until = quarter_of(settings.project.as_of) + whole_quarters(settings.programme.must_leave_months)
    return max(until, begin_of(settings))
