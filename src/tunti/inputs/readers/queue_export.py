"""Reads a queue system's export, one row per ticket, into visits by hour and month; no data about persons gets in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tunti.findings import Finding, Level, error, say, warning
from tunti.inputs.frames import tell
from tunti.inputs.readers.table import read_table
from tunti.inputs.schemas_remote import QUEUE_EXPORT
from tunti.inputs.words import fold

TABLE = QUEUE_EXPORT.name
"""Name of the table in findings."""


@dataclass(frozen=True, eq=False)
class QueueExport:
    """What a queue system's export tells.

    Attributes
    ----------
    tickets : int
        Rows that were read.
    visit_hours, visit_months : DataFrame
        Tables of the project.
    services : DataFrame
        ``service, tickets, minutes_visit, mean_wait, wait_95`` (NaN where the export lacks the times).
    findings : tuple of Finding
    """

    tickets: int
    visit_hours: pd.DataFrame
    visit_months: pd.DataFrame
    services: pd.DataFrame
    findings: tuple[Finding, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files that the project gets."""
        return ("visit_hours.csv", "visit_months.csv") if self.tickets else ()


def read_queue_export(path: Path, *, services: pd.DataFrame | None = None) -> QueueExport:
    """Read one row per ticket: when it was taken, called and ended, and for which service.

    Parameters
    ----------
    path : Path
        CSV with any separator and encoding that Tunti's tables may have. Columns are known by their names in Finnish,
        Swedish or English; ``arrived`` is needed, ``called, ended, service`` are read where they are.
    services : DataFrame, optional
        ``service, name_fi, name_sv, name_en``: queues are matched with these; tickets of a queue without a match
        count among all services, and it is told.

    Returns
    -------
    QueueExport
        A ticket that ends before it begins, or whose time can't be read, is told and left out. Columns with names or
        personal identity codes stop the reading: an error, and nothing is kept.
    """
    frame, findings = read_table(Path(path), QUEUE_EXPORT)
    if any(f.level is Level.ERROR for f in findings):
        return QueueExport(0, _hours(frame[:0]), _months(frame[:0]), _by_service(frame[:0]), tuple(findings))
    rows = frame.index.to_numpy()
    times = {c: _times(frame[c]) for c in ("arrived", "called", "ended") if frame[c].notna().any()}
    if "arrived" not in times:
        times["arrived"] = _times(frame["arrived"])
    wrong = times["arrived"].isna().to_numpy(bool)
    findings += tell(
        Level.WARNING,
        TABLE,
        rows,
        wrong,
        "arrived",
        lambda i: say("{value} is no day with a time.", value=str(frame["arrived"].iloc[i])),
        say("Write the time as 2026-05-04 9:30. The ticket was left out."),
    )
    for before, after in (("arrived", "called"), ("called", "ended"), ("arrived", "ended")):
        if before in times and after in times:
            back = (times[after] < times[before]).to_numpy(bool) & ~wrong
            findings += tell(
                Level.WARNING,
                TABLE,
                rows,
                back,
                after,
                say("The ticket ends before it begins."),
                say("Correct the times. The ticket was left out."),
            )
            wrong = wrong | back
    kept = ~wrong
    service, more = _services(frame["service"], services)
    findings += more
    tickets = pd.DataFrame({"service": service, **times})[kept]
    if tickets.empty:
        findings.append(
            error(
                TABLE, None, None, say("No ticket could be read."), say("Check that the file holds one row per ticket.")
            )
        )
    told = tuple(findings)
    return QueueExport(len(tickets), _hours(tickets), _months(tickets), _by_service(tickets), told)


def _times(values: pd.Series) -> pd.Series:
    text = values.astype("string").str.strip()
    iso = text.str.match(r"^\d{4}-", na=False)
    found = pd.Series(pd.NaT, index=values.index, dtype="datetime64[us]")
    found[iso] = pd.to_datetime(text[iso], errors="coerce", format="mixed", utc=False)
    other = text[~iso].str.replace(r"\bklo\b|\bkl\.?\b", "", regex=True)
    # Finnish and Swedish forms have the day first, and a time with points or colons.
    other = other.str.replace(r"^(\d{1,2})[./](\d{1,2})[./](\d{4})", r"\3-\2-\1", regex=True)
    other = other.str.replace(r"(\d{1,2})\.(\d{2})(?:\.(\d{2}))?$", r"\1:\2", regex=True)
    found[~iso] = pd.to_datetime(other, errors="coerce", format="mixed")
    return found


def _services(names: pd.Series, services: pd.DataFrame | None) -> tuple[pd.Series, list[Finding]]:
    text = names.astype("string").str.strip().replace("", "*").fillna("*")
    if services is None or services.empty:
        return text, []
    known: dict[str, str] = {}
    for column in ("name_en", "name_sv", "name_fi", "service"):
        if column in services:
            pairs = services[["service", column]].dropna()
            # A name that several services have means none of them.
            one = pairs[~pairs[column].duplicated(keep=False)]
            known.update({fold(str(n)): str(s) for s, n in zip(one["service"], one[column], strict=True)})
    matched = text.map(lambda value: known.get(fold(str(value)), str(value)))
    lost = sorted(set(matched) - set(services["service"]) - {"*"})
    found = [
        warning(
            TABLE,
            None,
            "service",
            say("The queue {value} is none of the services; its tickets count among all services.", value=name),
            say("Name the queue as in the table of services."),
        )
        for name in lost
    ]
    return matched.where(~matched.isin(lost), "*").astype("string"), found


def _hours(tickets: pd.DataFrame) -> pd.DataFrame:
    columns = ["service", "weekday", "hour", "visits"]
    if tickets.empty:
        return pd.DataFrame(columns=columns)
    at = tickets["arrived"].dt
    half = at.hour.astype(str) + np.where(at.minute >= 30, ":30", ":00")
    counted = tickets.assign(weekday=at.day_of_week + 1, hour=half, order=at.hour * 2 + (at.minute >= 30))
    table = counted.groupby(["service", "weekday", "order", "hour"]).size().rename("visits").reset_index()
    return table[columns]


def _months(tickets: pd.DataFrame) -> pd.DataFrame:
    columns = ["service", "month", "visits"]
    if tickets.empty:
        return pd.DataFrame(columns=columns)
    counted = tickets.assign(month=tickets["arrived"].dt.month)
    # An export of part of a year says nothing about the season.
    if counted["month"].nunique() < 12:
        return pd.DataFrame(columns=columns)
    return counted.groupby(["service", "month"]).size().rename("visits").reset_index()[columns]


def _by_service(tickets: pd.DataFrame) -> pd.DataFrame:
    columns = ["service", "tickets", "minutes_visit", "mean_wait", "wait_95"]
    if tickets.empty:
        return pd.DataFrame(columns=columns)
    minutes = pd.Series(np.nan, index=tickets.index)
    wait = pd.Series(np.nan, index=tickets.index)
    if "called" in tickets:
        wait = (tickets["called"] - tickets["arrived"]).dt.total_seconds() / 60
        if "ended" in tickets:
            minutes = (tickets["ended"] - tickets["called"]).dt.total_seconds() / 60
    group = tickets.assign(minutes=minutes, wait=wait).groupby("service")
    table = pd.DataFrame(
        {
            "tickets": group.size(),
            "minutes_visit": group["minutes"].mean(),
            "mean_wait": group["wait"].mean(),
            "wait_95": group["wait"].quantile(0.95),
        }
    )
    return table.reset_index()[columns]
