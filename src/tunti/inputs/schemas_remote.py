"""Schemas of remote service: visits by hour and month, channels, languages, opening hours and remote rooms."""

from __future__ import annotations

from tunti.inputs.columns import ILLUSTRATIVE, SOURCE, Column, Schema
from tunti.locale import N_

CHANNELS = ("digital", "digital_support", "remote_room", "home_video", "phone")
"""Ways to be served without a clerk of the agency at the counter."""

SCOPES = ("country", "region", "point")
"""How far clerks or interpreters are shared."""

_SERVICE = Column(
    "service",
    "id",
    N_("Service"),
    N_("Service; * for each service that has no rows of its own."),
    required=True,
    example="passport",
)
_WEEKDAY = Column(
    "weekday",
    "whole",
    N_("Weekday"),
    N_("1 for Monday to 7 for Sunday."),
    required=True,
    at_least=1,
    at_most=7,
    example="1",
)

VISIT_HOURS = Schema(
    "visit_hours",
    N_("Visits by hour"),
    N_("When customers come: visits by service, weekday and hour, in any number of weeks."),
    ("service", "weekday", "hour"),
    (
        _SERVICE,
        _WEEKDAY,
        Column(
            "hour",
            "text",
            N_("Hour"),
            N_("Start of the hour or half-hour, 9:00 or 9:30."),
            required=True,
            example="9:00",
        ),
        Column(
            "visits",
            "number",
            N_("Visits"),
            N_("Visits counted; only their shares matter."),
            N_("visits"),
            required=True,
            at_least=0,
            visibility="project",
            example="34",
        ),
        SOURCE,
        ILLUSTRATIVE,
    ),
)

VISIT_MONTHS = Schema(
    "visit_months",
    N_("Visits by month"),
    N_("The season: visits by service and month."),
    ("service", "month"),
    (
        _SERVICE,
        Column(
            "month",
            "whole",
            N_("Month"),
            N_("1 for January to 12 for December."),
            required=True,
            at_least=1,
            at_most=12,
            example="5",
        ),
        Column(
            "visits",
            "number",
            N_("Visits"),
            N_("Visits counted; only their shares matter."),
            N_("visits"),
            required=True,
            at_least=0,
            visibility="project",
            example="5200",
        ),
        SOURCE,
        ILLUSTRATIVE,
    ),
)

CHANNEL_SHARES = Schema(
    "channels",
    N_("Channels"),
    N_("Which share of a service's visits goes to which channel; the rest is served at the point."),
    ("service", "channel"),
    (
        _SERVICE,
        Column(
            "channel",
            "choice",
            N_("Channel"),
            N_("Digital self-service, digital support at a point, remote room, video from home or phone."),
            choices=CHANNELS,
            required=True,
            example="home_video",
        ),
        Column(
            "share",
            "share",
            N_("Share of visits"),
            N_(
                "Share of all visits that the channel takes; for remote_room the share of visits at a point that a "
                "remote connection can settle."
            ),
            required=True,
            at_least=0,
            at_most=1,
            example="0.1",
        ),
        SOURCE,
        ILLUSTRATIVE,
    ),
)

LANGUAGES = Schema(
    "languages",
    N_("Languages of interpretation"),
    N_("Who speaks which language and needs an interpreter, and how interpreters are shared."),
    ("language", "region"),
    (
        Column("language", "id", N_("Language"), N_("Two-letter code, ISO 639-1."), required=True, example="ar"),
        Column(
            "region",
            "id",
            N_("Region"),
            N_("Code of the region; * for each region that has no row of its own."),
            required=True,
            example="*",
        ),
        Column(
            "share_people",
            "share",
            N_("Share of people"),
            N_("Share of the region's people who speak the language as their own."),
            required=True,
            at_least=0,
            at_most=1,
            example="0.0077",
        ),
        Column(
            "needs_interpreter",
            "share",
            N_("Needs an interpreter"),
            N_("Share of the speakers' visits that need an interpreter; empty for the setting."),
            at_least=0,
            at_most=1,
            example="0.4",
        ),
        Column(
            "booked",
            "share",
            N_("Booked"),
            N_("Share of interpretations that are booked beforehand; empty for the setting."),
            at_least=0,
            at_most=1,
            example="0.6",
        ),
        Column(
            "pool",
            "id",
            N_("Pool of interpreters"),
            N_("Languages of the same pool share their interpreters; empty for a pool of its own."),
            example="",
        ),
        Column(
            "scope",
            "choice",
            N_("Shared"),
            N_("Interpreters are shared nationally, in a region or at a point only."),
            choices=SCOPES,
            example="country",
        ),
        SOURCE,
        ILLUSTRATIVE,
    ),
)

OPENING_HOURS = Schema(
    "opening_hours",
    N_("Opening hours"),
    N_("When points are open; a day without a row is closed once a site has any row."),
    ("site", "weekday"),
    (
        Column(
            "site",
            "id",
            N_("Site"),
            N_("Site; * for each site that has no rows of its own."),
            required=True,
            example="Joensuu",
        ),
        _WEEKDAY,
        Column("opens", "text", N_("Opens"), N_("Time of day, 9:00."), required=True, example="9:00"),
        Column("closes", "text", N_("Closes"), N_("Time of day, 16:00."), required=True, example="16:00"),
        SOURCE,
        ILLUSTRATIVE,
    ),
)

REMOTE_ROOMS = Schema(
    "remote_rooms",
    N_("Remote rooms"),
    N_("Rooms for remote service that a site has or must have; a site with a room serves remotely."),
    ("site",),
    (
        Column("site", "id", N_("Site"), N_("Name of the site."), required=True, refers_to="sites", example="Joensuu"),
        Column(
            "rooms",
            "whole",
            N_("Rooms"),
            N_("Number of rooms."),
            required=True,
            at_least=0,
            at_most=200,
            example="2",
        ),
        SOURCE,
        ILLUSTRATIVE,
    ),
)

QUEUE_EXPORT = Schema(
    "queue_export",
    N_("Queue export"),
    N_("Export of a queue system, one row per ticket; read with tunti visits, no table of the project."),
    (),
    (
        Column(
            "arrived",
            "text",
            N_("Ticket taken"),
            N_("Day and time when the ticket was taken."),
            required=True,
            example="2026-05-04 9:30",
        ),
        Column("called", "text", N_("Called"), N_("Day and time of the call."), example="2026-05-04 9:41"),
        Column("ended", "text", N_("Ended"), N_("Day and time of the end."), example="2026-05-04 10:02"),
        Column("service", "text", N_("Service or queue"), N_("What the ticket is for."), example="passport"),
    ),
)
"""What is read of a queue system's export; columns about persons are refused."""

REMOTE = (VISIT_HOURS, VISIT_MONTHS, CHANNEL_SHARES, LANGUAGES, OPENING_HOURS, REMOTE_ROOMS)
"""All tables of remote service."""
