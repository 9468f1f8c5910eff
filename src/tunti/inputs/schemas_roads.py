"""Schemas of how people travel, and of where the data come from."""

from __future__ import annotations

from tunti.inputs.columns import EASTING, MEANS, ROAD_CLASSES, Column, Schema, place
from tunti.locale import N_

ROAD_NODES = Schema(
    "road_nodes",
    N_("Road nodes"),
    N_("Junctions and ends of the road network."),
    ("node",),
    (
        Column("node", "id", N_("Node"), N_("Name of the node, unique."), required=True, example="1023"),
        *place(EASTING),
    ),
    needs_place=True,
)

ROAD_LINKS = Schema(
    "road_links",
    N_("Road links"),
    N_("Roads and ferries between nodes."),
    (),
    (
        Column(
            "from_node",
            "id",
            N_("From node"),
            N_("Node where the link begins."),
            required=True,
            refers_to="road_nodes",
            example="1023",
        ),
        Column(
            "to_node",
            "id",
            N_("To node"),
            N_("Node where the link ends."),
            required=True,
            refers_to="road_nodes",
            example="1024",
        ),
        Column(
            "km",
            "number",
            N_("Length"),
            N_("Length along the road; empty for the straight line."),
            "km",
            at_least=0,
            at_most=2000,
            example="3.9",
        ),
        Column(
            "road_class",
            "text",
            N_("Road class"),
            N_("Class of the road: choose from the list, or write a class of the speed settings."),
            required=True,
            words=ROAD_CLASSES,
            example="national",
        ),
        Column(
            "oneway",
            "yes_no",
            N_("One-way"),
            N_("Yes when cars may drive only from the first node to the second."),
            example="no",
        ),
        Column(
            "kmh",
            "number",
            N_("Speed"),
            N_("Speed of the link; empty for the speed of its class."),
            "km/h",
            at_least=1,
            at_most=180,
            example="80",
        ),
        Column(
            "minutes",
            "number",
            N_("Minutes"),
            N_("Time of the link, for ferries: with boarding, and with the wait unless the headway is given."),
            "min",
            at_least=0,
            at_most=1440,
            example="",
        ),
        Column(
            "headway_minutes",
            "number",
            N_("Headway"),
            N_("Time from one departure of a ferry to the next; the wait is counted from it."),
            "min",
            at_least=0,
            at_most=1440,
            example="",
        ),
        Column("road", "text", N_("Road number"), N_("Number or name of the road."), example="6"),
    ),
)

TRAVEL_TIMES = Schema(
    "travel_times",
    N_("Travel times"),
    N_("Minutes from cells to sites by any means, where another system gives them."),
    ("cell", "site", "means"),
    (
        Column(
            "cell",
            "id",
            N_("Cell"),
            N_("Cell where the trip begins."),
            required=True,
            refers_to="cells",
            example="250mN694400E64175",
        ),
        Column(
            "site",
            "id",
            N_("Site"),
            N_("Site where the trip ends."),
            required=True,
            refers_to="sites",
            example="Joensuu",
        ),
        Column(
            "means",
            "id",
            N_("Means"),
            N_("Means of travel: choose from the list, or write another."),
            required=True,
            words=MEANS,
            example="bus",
        ),
        Column(
            "minutes",
            "number",
            N_("Minutes"),
            N_("Minutes from door to door."),
            "min",
            required=True,
            at_least=0,
            at_most=1440,
            example="48",
        ),
        Column(
            "departures_day",
            "number",
            N_("Departures a day"),
            N_("Departures on a weekday."),
            N_("departures/day"),
            at_least=0,
            example="6",
        ),
    ),
)

SOURCES = Schema(
    "sources",
    N_("Sources"),
    N_("Where the tables come from; shown in every report."),
    (),
    (
        Column(
            "table",
            "text",
            N_("Table"),
            N_("Table, or tables, that the source feeds."),
            required=True,
            example=N_("Population grid"),
        ),
        Column(
            "title", "text", N_("Title"), N_("Name of the data set."), required=True, example="Väestöruutuaineisto 2025"
        ),
        Column("publisher", "text", N_("Publisher"), N_("Who publishes the data."), example="Tilastokeskus"),
        Column("licence", "text", N_("Terms of use"), N_("Name of the licence."), example="CC BY 4.0"),
        Column("date", "text", N_("Date of the data"), N_("Date or year of the data."), example="2025"),
        Column("note", "text", N_("Note"), N_("Limits that a reader should know."), example=""),
    ),
)
"""The list of sources; not a planning table, so it stands beside ``SCHEMAS``."""
