"""Changes of remote service: open a room, pool a language, change opening hours, shift visits between channels."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from tunti.findings import Finding, error, say
from tunti.inputs.day import clock, half_hour
from tunti.inputs.frames import typed
from tunti.inputs.remote_defaults import default_languages
from tunti.inputs.schemas_remote import CHANNEL_SHARES, LANGUAGES, OPENING_HOURS, REMOTE_ROOMS
from tunti.inputs.tables import Inputs
from tunti.settings import Settings

Outcome = tuple[Inputs, Settings, list[Finding]]

_ALL = "*"


class _Patch(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class RemoteRoom(_Patch):
    """Open remote rooms at a site, which then serves remotely even where there is no point; none closes them."""

    kind: Literal["remote_room"]
    site: str
    rooms: int = Field(1, ge=0, le=200)


class PoolLanguage(_Patch):
    """Share a language's interpreters more or less widely, or with other languages that name the same pool."""

    kind: Literal["pool_language"]
    language: str
    scope: Literal["country", "region", "point"] = "country"
    pool: str | None = None


class OpeningHours(_Patch):
    """Change the opening hours of a site, or of every site without hours of its own."""

    kind: Literal["opening_hours"]
    site: str = _ALL
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5)
    opens: str
    closes: str


class ChannelShift(_Patch):
    """Set the share of a service's visits that a channel takes, or of every service without shares of its own."""

    kind: Literal["channel"]
    service: str = _ALL
    channel: Literal["digital", "digital_support", "remote_room", "home_video", "phone"]
    share: float = Field(ge=0, le=1)


def _missing(n: int, column: str, table: str, value: str) -> Finding:
    return error(
        "scenario",
        n,
        column,
        say("There is no row {value} in the table {table}.", value=value, table=table),
        say("Write a name that the table {table} has.", table=table),
    )


def _added(frame: pd.DataFrame, rows: list[Any], schema: Any) -> pd.DataFrame:
    """Put rows under a table, numbered on from its last row."""
    start = int(frame.index.max()) + 1 if len(frame) else 2
    new = typed(pd.DataFrame(rows, index=pd.RangeIndex(start, start + len(rows), name="row")), schema)
    return pd.concat([frame, new]) if len(frame) else new


def open_room(n: int, patch: RemoteRoom, inputs: Inputs, settings: Settings) -> Outcome:
    """Set the number of remote rooms of a site."""
    if not (inputs.sites["site"] == patch.site).any():
        return inputs, settings, [_missing(n, "site", "sites", patch.site)]
    kept = inputs.remote_rooms[(inputs.remote_rooms["site"] != patch.site).fillna(True)]
    rooms = _added(kept, [{"site": patch.site, "rooms": patch.rooms}], REMOTE_ROOMS)
    return inputs.with_table("remote_rooms", rooms), settings, []


def pool_language(n: int, patch: PoolLanguage, inputs: Inputs, settings: Settings) -> Outcome:
    """Change how far a language's interpreters are shared."""
    table = inputs.languages if len(inputs.languages) else default_languages(settings.remote)
    hit = (table["language"] == patch.language).fillna(False)
    if not hit.any() or not (table.loc[hit, "share_people"] > 0).any():
        return (
            inputs,
            settings,
            [
                error(
                    "scenario",
                    n,
                    "language",
                    say("Nobody speaks the language {language}: it gets no interpreters.", language=patch.language),
                    say("Write one of: {names}.", names=", ".join(sorted(set(table["language"])))),
                )
            ],
        )
    changed = table.copy()
    # Languages of one pool share it equally far.
    pool = patch.pool or str(changed.loc[hit, "pool"].fillna(patch.language).iloc[0])
    changed.loc[hit, "pool"] = pool
    same = hit | (changed["pool"].fillna(changed["language"]) == pool)
    changed.loc[same, "pool"] = pool
    changed.loc[same, "scope"] = patch.scope
    return inputs.with_table("languages", typed(changed, LANGUAGES)), settings, []


def change_hours(n: int, patch: OpeningHours, inputs: Inputs, settings: Settings) -> Outcome:
    """Change the opening hours of some weekdays; other days stay as they were."""
    if patch.site != _ALL and not (inputs.sites["site"] == patch.site).any():
        return inputs, settings, [_missing(n, "site", "sites", patch.site)]
    opens, closes = half_hour(patch.opens), half_hour(patch.closes)
    found = [
        error(
            "scenario",
            n,
            column,
            say("{value} is no time of day.", value=value),
            say("Write the time as 9:00 or 9:30."),
        )
        for column, value, half in (("opens", patch.opens, opens), ("closes", patch.closes, closes))
        if half is None
    ]
    if opens is not None and closes is not None and closes <= opens:
        found.append(
            error(
                "scenario",
                n,
                "closes",
                say(
                    "The opening hours end ({closes}) before they begin ({opens}).",
                    closes=patch.closes,
                    opens=patch.opens,
                ),
                say("Correct the times."),
            )
        )
    if found or opens is None or closes is None:
        return inputs, settings, found
    table = inputs.opening_hours
    own = table[(table["site"] == patch.site).fillna(False)]
    if own.empty:
        # The site leaves the common hours: its other days keep them.
        usual = table[(table["site"] == _ALL).fillna(False)]
        remote = settings.remote
        days = usual[["weekday", "opens", "closes"]].to_dict("records") or [
            {"weekday": d, "opens": remote.opens, "closes": remote.closes} for d in range(1, 6)
        ]
    else:
        days = own[["weekday", "opens", "closes"]].to_dict("records")
    rows = [{**day, "site": patch.site} for day in days if int(day["weekday"]) not in patch.weekdays]
    rows += [{"site": patch.site, "weekday": d, "opens": clock(opens), "closes": clock(closes)} for d in patch.weekdays]
    kept = table[(table["site"] != patch.site).fillna(True)]
    return inputs.with_table("opening_hours", _added(kept, rows, OPENING_HOURS)), settings, []


def shift_channel(n: int, patch: ChannelShift, inputs: Inputs, settings: Settings) -> Outcome:
    """Set the share of visits that a channel takes."""
    if patch.service != _ALL and not (inputs.services["service"] == patch.service).any():
        return inputs, settings, [_missing(n, "service", "services", patch.service)]
    table = inputs.channels
    same = ((table["service"] == patch.service) & (table["channel"] == patch.channel)).fillna(False)
    row = {"service": patch.service, "channel": patch.channel, "share": patch.share}
    return inputs.with_table("channels", _added(table[~same], [row], CHANNEL_SHARES)), settings, []


KINDS = ("remote_room", "pool_language", "opening_hours", "channel")
"""Kinds of these patches as a scenario's file names them."""
