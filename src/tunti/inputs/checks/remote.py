"""Checks of remote service: hours, months, channels, languages and the promised service level."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tunti.findings import Finding, Level, error, say
from tunti.inputs.day import half_hour
from tunti.inputs.frames import tell
from tunti.inputs.tables import Inputs
from tunti.settings import Settings

ALL = "*"
"""Stands for every service, site or region without rows of its own."""

_TIME = say("Write the time as 9:00 or 9:30.")


def remote_findings(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Give everything that is wrong with the tables and settings of remote service.

    Parameters
    ----------
    inputs : Inputs
        Also after a scenario's changes.
    settings : Settings

    Yields
    ------
    Finding
    """
    yield from check_level(inputs, settings)
    yield from check_hours(inputs, settings)
    yield from check_visits(inputs, settings)
    yield from check_channels(inputs, settings)
    yield from check_languages(inputs, settings)


def check_level(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that the promised service level can be reached, and that weights, times and languages make sense."""
    remote = settings.remote
    if remote.answered_share >= 1:
        yield error(
            "project.toml",
            None,
            "remote.answered_share",
            say("No number of clerks answers 100 % of customers in time."),
            say("Write a share below 1, for example 0.95."),
        )
    opens, closes = half_hour(remote.opens), half_hour(remote.closes)
    for name, half, value in (("opens", opens, remote.opens), ("closes", closes, remote.closes)):
        if half is None:
            yield error("project.toml", None, f"remote.{name}", say("{value} is no time of day.", value=value), _TIME)
    if opens is not None and closes is not None and closes <= opens:
        yield error(
            "project.toml",
            None,
            "remote.closes",
            say(
                "The opening hours end ({closes}) before they begin ({opens}).",
                closes=remote.closes,
                opens=remote.opens,
            ),
            say("Correct the times."),
        )
    for name in ("hour_weights", "weekday_weights", "month_weights"):
        weights = getattr(remote, name)
        if not sum(weights.values() if isinstance(weights, dict) else weights) > 0:
            yield error(
                "project.toml",
                None,
                f"remote.{name}",
                say("All weights are zero: nobody would ever come."),
                say("Write a weight above zero, or leave the setting out."),
            )
    for name in remote.hour_weights:
        if half_hour(name) is None:
            yield error(
                "project.toml", None, "remote.hour_weights", say("{value} is no time of day.", value=name), _TIME
            )
    yield from _too_much(remote.channels, "project.toml", "remote.channels")
    known = set(inputs.services["service"].dropna())
    for name in sorted(set(remote.skills) - known) if known else []:
        yield error(
            "project.toml",
            None,
            "remote.skills",
            say("There is no service {value}.", value=name),
            say("Write a service of the table of services."),
        )
    agencies = {*inputs.agencies["agency"].dropna(), *inputs.services["agency"].dropna()}
    for name in sorted(set(remote.pool_scopes) - agencies) if agencies else []:
        yield error(
            "project.toml",
            None,
            "remote.pool_scopes",
            say("There is no agency {value}.", value=name),
            say("Write an agency of the table of agencies."),
        )


def check_hours(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that opening hours are times, begin before they end and belong to sites."""
    table = inputs.opening_hours
    rows = table.index.to_numpy()
    opens, closes = _halves(table["opens"]), _halves(table["closes"])
    for column, halves in (("opens", opens), ("closes", closes)):
        wrong = np.isnan(halves) & table[column].notna().to_numpy(bool)
        yield from tell(
            Level.ERROR,
            "opening_hours",
            rows,
            wrong,
            column,
            lambda i, column=column: say("{value} is no time of day.", value=str(table[column].iloc[i])),  # type: ignore[misc]
            _TIME,
        )
    yield from tell(
        Level.ERROR,
        "opening_hours",
        rows,
        closes <= opens,
        "closes",
        lambda i: say(
            "The opening hours end ({closes}) before they begin ({opens}).",
            closes=str(table["closes"].iloc[i]),
            opens=str(table["opens"].iloc[i]),
        ),
        say("Correct the times."),
    )
    yield from _unknown("opening_hours", table["site"], inputs.sites["site"], "site")


def check_visits(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that counted visits have hours, services and are not all zero."""
    table = inputs.visit_hours
    hours = _halves(table["hour"])
    yield from tell(
        Level.ERROR,
        "visit_hours",
        table.index.to_numpy(),
        (np.isnan(hours) | (hours >= 48)) & table["hour"].notna().to_numpy(bool),
        "hour",
        lambda i: say("{value} is no time of day.", value=str(table["hour"].iloc[i])),
        _TIME,
    )
    for name in ("visit_hours", "visit_months"):
        counted: pd.DataFrame = getattr(inputs, name)
        yield from _unknown(name, counted["service"], inputs.services["service"], "service")
        total = counted.groupby("service")["visits"].transform("sum").to_numpy(np.float64)
        first = (total <= 0) & ~counted["service"].duplicated().to_numpy(bool)
        yield from tell(
            Level.ERROR,
            name,
            counted.index.to_numpy(),
            first,
            "visits",
            lambda i, counted=counted: say(  # type: ignore[misc]
                "The service {service} has no visits at any time.", service=str(counted["service"].iloc[i])
            ),
            say("Write the visits that were counted, or remove the service's rows."),
        )


def check_channels(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that a service's channels take no more than all of its visits."""
    table = inputs.channels
    yield from _unknown("channels", table["service"], inputs.services["service"], "service")
    for service, group in table.groupby("service", sort=True):
        shares = dict(zip(group["channel"], group["share"].fillna(0.0), strict=True))
        yield from _too_much(shares, "channels", "share", row=int(group.index[0]), service=str(service))


def check_languages(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that languages are spoken by somebody, and that their shares fit into a region."""
    table = inputs.languages
    rows = table.index.to_numpy()
    share = table["share_people"].to_numpy(np.float64)
    spoken = table.assign(share=share).groupby("language")["share"].transform("max").to_numpy(np.float64)
    yield from tell(
        Level.WARNING,
        "languages",
        rows,
        (spoken <= 0) & ~table["language"].duplicated().to_numpy(bool),
        "share_people",
        lambda i: say(
            "Nobody speaks the language {language}: it gets no interpreters.", language=str(table["language"].iloc[i])
        ),
        say("Write the share of people who speak it, or remove the language."),
    )
    regions = inputs.municipalities["region"]
    yield from _unknown("languages", table["region"], regions, "region")
    for region, group in table.groupby("region", sort=True):
        total = float(group["share_people"].sum())
        if total > 1:
            yield error(
                "languages",
                int(group.index[0]),
                "share_people",
                say(
                    "The languages of region {region} take {percent} % of its people.",
                    region=str(region),
                    percent=round(100 * total),
                ),
                say("Correct the shares: 0.02 is 2 %."),
            )
    for language, value in settings.remote.languages.items() if table.empty else ():
        if value <= 0:
            yield error(
                "project.toml",
                None,
                "remote.languages",
                say("Nobody speaks the language {language}: it gets no interpreters.", language=language),
                say("Write the share of people who speak it, or remove the language."),
            )


def _too_much(
    shares: dict[str, float], table: str, column: str, *, row: int | None = None, service: str = ALL
) -> Iterator[Finding]:
    total = sum(v for k, v in shares.items() if k != "remote_room")
    if total > 1 + 1e-9:
        yield error(
            table,
            row,
            column,
            say(
                "The channels of {service} take {percent} % of its visits.", service=service, percent=round(100 * total)
            ),
            say("Correct the shares: together they may be at most 1; the rest is served at the point."),
        )


def _unknown(table: str, values: pd.Series, known: pd.Series, column: str) -> Iterator[Finding]:
    there = set(known.dropna()) | {ALL}
    wrong = values.notna().to_numpy(bool) & ~values.isin(there).to_numpy(bool)
    yield from tell(
        Level.ERROR,
        table,
        values.index.to_numpy(),
        wrong,
        column,
        lambda i: say("{value} is not known.", value=str(values.iloc[i])),
        say("Write a name that the project's tables have, or * for all."),
    )


def _halves(values: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    found = [half_hour(v) if isinstance(v, str) else None for v in values]
    return np.array([np.nan if h is None else float(h) for h in found], np.float64)


CHECKS = (check_level, check_hours, check_visits, check_channels, check_languages)
