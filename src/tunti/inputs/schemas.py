"""The input tables as data: what each column is called, holds, is measured in and who may see it.

One description serves everything: it checks the tables, makes the Excel template and the reference pages, and names the
columns in reports. Labels and descriptions are English keys of the catalogues (:mod:`tunti.locale`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from tunti.locale import N_

Kind = Literal["id", "text", "whole", "number", "share", "yes_no", "date", "choice", "modes"]
Visibility = Literal["public", "project", "restricted"]

MODES = ("staffed", "visiting", "remote", "assisted", "none")
"""How an agency serves at a point."""


@dataclass(frozen=True)
class Column:
    """One column of an input table.

    Attributes
    ----------
    name : str
        Name in code and in CSV headers.
    kind : str
        ``id`` (text that keeps leading zeros), ``text``, ``whole``, ``number``, ``share`` (0 to 1), ``yes_no``,
        ``date``, ``choice`` (one of ``choices``), ``modes`` (several of ``choices``, separated by spaces).
    label : str
        Short heading, a key of the catalogues.
    description : str
        One sentence, a key of the catalogues.
    unit : str
        Unit, empty for none.
    required : bool
        The column must be in the table and filled on every row.
    at_least, at_most : float or None
        Range of numbers, ends included.
    choices : tuple of str
        Allowed words.
    refers_to : str
        Table whose key the value must be.
    visibility : str
        ``public``, ``project`` (the region's project group) or ``restricted`` (rents, security, small staffs).
    example : str
        A value as a user would type it.
    """

    name: str
    kind: Kind
    label: str
    description: str
    unit: str = ""
    required: bool = False
    at_least: float | None = None
    at_most: float | None = None
    choices: tuple[str, ...] = ()
    refers_to: str = ""
    visibility: Visibility = "public"
    example: str = ""


@dataclass(frozen=True)
class Schema:
    """One input table.

    Attributes
    ----------
    name : str
        Name of the table: the file's stem, the sheet's or the layer's name.
    label, description : str
        Keys of the catalogues.
    key : tuple of str
        Columns whose values together name a row and may not repeat.
    columns : tuple of Column
        In the order of the template.
    required : bool
        A project can't be planned without the table.
    needs_place : bool
        Every row must have coordinates.
    """

    name: str
    label: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False
    needs_place: bool = False

    def __getitem__(self, name: str) -> Column:
        """Give a column by its name."""
        return next(c for c in self.columns if c.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns in order."""
        return tuple(c.name for c in self.columns)

    @property
    def has_place(self) -> bool:
        """Whether rows have coordinates."""
        return "x" in self.names


def public_columns(schema: Schema) -> tuple[str, ...]:
    """Name the columns of a table that anyone may see.

    Parameters
    ----------
    schema : Schema

    Returns
    -------
    tuple of str
        In the order of the table; rents, leases and the staff of offices are not among them.
    """
    return tuple(c.name for c in schema.columns if c.visibility == "public")


def visible_columns(schema: Schema, to: Visibility) -> tuple[str, ...]:
    """Name the columns of a table that a reader may see.

    Parameters
    ----------
    schema : Schema
    to : {"public", "project", "restricted"}
        ``public`` for anyone, ``project`` for the region's project group, ``restricted`` for those who see everything.

    Returns
    -------
    tuple of str
        In the order of the table.
    """
    order = get_args(Visibility)
    return tuple(c.name for c in schema.columns if order.index(c.visibility) <= order.index(to))


def _place(what: str) -> tuple[Column, ...]:
    """Coordinates of a row: degrees or metres; readers bring both to the project's metric CRS as ``x`` and ``y``."""
    return (
        Column("x", "number", N_("x (east)"), what, "m", example="385603.5"),
        Column(
            "y",
            "number",
            N_("y (north)"),
            N_("Northing in the project's coordinate system, or latitude in lat."),
            "m",
            example="6672068.2",
        ),
        Column(
            "lon",
            "number",
            N_("Longitude"),
            N_("Longitude (WGS 84), in place of x."),
            "°",
            at_least=-180,
            at_most=180,
            example="24.9384",
        ),
        Column(
            "lat",
            "number",
            N_("Latitude"),
            N_("Latitude (WGS 84), in place of y."),
            "°",
            at_least=-90,
            at_most=90,
            example="60.1699",
        ),
    )


_SOURCE = Column(
    "source", "text", N_("Source"), N_("Where the row's figures come from."), example="Väestöruutuaineisto 2025"
)
_ILLUSTRATIVE = Column(
    "illustrative",
    "yes_no",
    N_("Illustrative"),
    N_("Yes when the row's figures are invented for illustration; shown wherever they are."),
    example="no",
)
_EASTING = N_("Easting in the project's coordinate system, or longitude in lon.")

CELLS = Schema(
    "cells",
    N_("Population grid"),
    N_("Inhabited grid squares, postal areas or places with the people who live there."),
    ("cell",),
    (
        Column("cell", "id", N_("Cell"), N_("Name of the cell, unique."), required=True, example="250mN66720E3856"),
        *_place(_EASTING),
        Column(
            "municipality",
            "id",
            N_("Municipality"),
            N_("Code of the municipality where the cell lies."),
            refers_to="municipalities",
            example="091",
        ),
        Column(
            "people",
            "whole",
            N_("People"),
            N_("People who live in the cell."),
            N_("people"),
            required=True,
            at_least=0,
            example="412",
        ),
        Column(
            "people_0_17",
            "whole",
            N_("Aged 0 to 17"),
            N_("People aged 0 to 17."),
            N_("people"),
            at_least=0,
            example="80",
        ),
        Column(
            "people_65_74",
            "whole",
            N_("Aged 65 to 74"),
            N_("People aged 65 to 74."),
            N_("people"),
            at_least=0,
            example="51",
        ),
        Column(
            "people_75",
            "whole",
            N_("Aged 75 or over"),
            N_("People aged 75 or over."),
            N_("people"),
            at_least=0,
            example="40",
        ),
        Column(
            "speakers_fi",
            "whole",
            N_("Finnish speakers"),
            N_("People whose language is Finnish."),
            N_("people"),
            at_least=0,
            example="350",
        ),
        Column(
            "speakers_sv",
            "whole",
            N_("Swedish speakers"),
            N_("People whose language is Swedish."),
            N_("people"),
            at_least=0,
            example="30",
        ),
        Column(
            "speakers_sami",
            "whole",
            N_("Sámi speakers"),
            N_("People whose language is a Sámi language."),
            N_("people"),
            at_least=0,
            example="0",
        ),
        Column(
            "speakers_other",
            "whole",
            N_("Speakers of other languages"),
            N_("People whose language is another."),
            N_("people"),
            at_least=0,
            example="32",
        ),
        Column(
            "settlement",
            "text",
            N_("Settlement class"),
            N_("Class of the area, urban to sparsely populated."),
            example="Inner urban area",
        ),
    ),
    required=True,
    needs_place=True,
)

MUNICIPALITIES = Schema(
    "municipalities",
    N_("Municipalities"),
    N_("Municipalities with their region, names and languages."),
    ("municipality",),
    (
        Column(
            "municipality",
            "id",
            N_("Municipality"),
            N_("Code of the municipality, with leading zeros."),
            required=True,
            example="091",
        ),
        Column("name_fi", "text", N_("Name in Finnish"), N_("Name in Finnish."), required=True, example="Helsinki"),
        Column(
            "name_sv", "text", N_("Name in Swedish"), N_("Name in Swedish, where there is one."), example="Helsingfors"
        ),
        Column("region", "id", N_("Region"), N_("Code of the region."), required=True, example="01"),
        Column(
            "region_fi",
            "text",
            N_("Region in Finnish"),
            N_("Name of the region in Finnish."),
            required=True,
            example="Uusimaa",
        ),
        Column("region_sv", "text", N_("Region in Swedish"), N_("Name of the region in Swedish."), example="Nyland"),
        Column("region_en", "text", N_("Region in English"), N_("Name of the region in English."), example="Uusimaa"),
        Column(
            "languages",
            "choice",
            N_("Languages"),
            N_("Official languages, the majority's first."),
            choices=("fi", "sv", "fi sv", "sv fi"),
            example="fi sv",
        ),
        Column(
            "sami_homeland", "yes_no", N_("Sámi homeland"), N_("Yes where Sámi language rights apply."), example="no"
        ),
        Column(
            "settlement_class",
            "text",
            N_("Settlement class"),
            N_("Urban, semi-urban or rural municipality."),
            example="Urban municipalities",
        ),
        Column(
            "wellbeing_county",
            "text",
            N_("Wellbeing services county"),
            N_("Name of the wellbeing services county."),
            example="Helsingin kaupunki",
        ),
        Column(
            "people",
            "whole",
            N_("People"),
            N_("Published population, used to check the cells' sum."),
            N_("people"),
            at_least=0,
            example="658864",
        ),
        Column(
            "without_car",
            "share",
            N_("People without a car"),
            N_("Share of people who have no car to use."),
            at_least=0,
            at_most=1,
            example="0.45",
        ),
        _SOURCE,
    ),
    required=True,
)

AGENCIES = Schema(
    "agencies",
    N_("Agencies"),
    N_("State agencies, Kela, municipalities and wellbeing counties that serve at points; dated rows."),
    ("agency",),
    (
        Column("agency", "id", N_("Agency"), N_("Short name, unique."), required=True, example="DVV"),
        Column(
            "name_fi",
            "text",
            N_("Name in Finnish"),
            N_("Name in Finnish."),
            required=True,
            example="Digi- ja väestötietovirasto",
        ),
        Column(
            "name_sv",
            "text",
            N_("Name in Swedish"),
            N_("Name in Swedish, where there is one."),
            example="Myndigheten för digitalisering och befolkningsdata",
        ),
        Column(
            "name_en",
            "text",
            N_("Name in English"),
            N_("Name in English."),
            example="Digital and Population Data Services Agency",
        ),
        Column(
            "branch",
            "text",
            N_("Branch of government"),
            N_("Ministry's branch, municipality or county."),
            example="valtiovarainministeriö",
        ),
        Column(
            "valid_from", "date", N_("From"), N_("First day of the agency; empty for long since."), example="2020-01-01"
        ),
        Column("valid_to", "date", N_("To"), N_("Last day of the agency; empty while it exists."), example=""),
        Column(
            "successor",
            "id",
            N_("Successor"),
            N_("Agency that goes on with its tasks."),
            refers_to="agencies",
            example="",
        ),
        Column(
            "takes_part",
            "choice",
            N_("Takes part"),
            N_("In points, in shared workplaces, in both or in neither."),
            choices=("both", "points", "workplaces", "neither"),
            example="both",
        ),
        _SOURCE,
    ),
)

SERVICES = Schema(
    "services",
    N_("Services"),
    N_("What customers come for, by agency."),
    ("service",),
    (
        Column("service", "id", N_("Service"), N_("Short name, unique."), required=True, example="marriage"),
        Column(
            "agency",
            "id",
            N_("Agency"),
            N_("Agency that gives the service."),
            required=True,
            refers_to="agencies",
            example="DVV",
        ),
        Column(
            "name_fi", "text", N_("Name in Finnish"), N_("Name in Finnish."), required=True, example="Siviilivihkiminen"
        ),
        Column(
            "name_sv",
            "text",
            N_("Name in Swedish"),
            N_("Name in Swedish, where there is one."),
            example="Borgerlig vigsel",
        ),
        Column("name_en", "text", N_("Name in English"), N_("Name in English."), example="Civil marriage"),
        Column(
            "visits_year",
            "number",
            N_("Visits a year"),
            N_("Visits in person in a year in the whole country."),
            N_("visits/year"),
            at_least=0,
            visibility="project",
            example="12000",
        ),
        Column(
            "minutes_visit",
            "number",
            N_("Minutes a visit"),
            N_("Time that a clerk needs for a visit."),
            "min",
            at_least=0,
            at_most=480,
            example="20",
        ),
        Column(
            "modes",
            "modes",
            N_("Modes"),
            N_("Modes that may deliver the service, separated by spaces."),
            choices=MODES,
            example="staffed visiting remote",
        ),
        Column(
            "standard_minutes",
            "number",
            N_("Standard"),
            N_("Most minutes by car; empty for the project's standard."),
            "min",
            at_least=1,
            at_most=600,
            example="60",
        ),
        _SOURCE,
        _ILLUSTRATIVE,
    ),
)

OFFICES = Schema(
    "offices",
    N_("Offices"),
    N_("Agencies' present premises, with a customer part and a work part."),
    ("office",),
    (
        Column("office", "id", N_("Office"), N_("Name of the row, unique."), required=True, example="DVV-Joensuu"),
        Column(
            "agency",
            "id",
            N_("Agency"),
            N_("Agency that uses the office."),
            required=True,
            refers_to="agencies",
            example="DVV",
        ),
        Column("name", "text", N_("Name"), N_("Name as shown in the plan."), example="DVV Joensuu"),
        Column(
            "municipality",
            "id",
            N_("Municipality"),
            N_("Code of the municipality."),
            required=True,
            refers_to="municipalities",
            example="167",
        ),
        *_place(_EASTING),
        Column("address", "text", N_("Address"), N_("Street address."), example="Siltakatu 10"),
        Column(
            "serves",
            "choice",
            N_("Serves customers"),
            N_("How customers are served there on the project's date."),
            choices=MODES,
            example="staffed",
        ),
        Column("open_from", "date", N_("Open from"), N_("First day; empty for long since."), example=""),
        Column("open_to", "date", N_("Open to"), N_("Last day of customer service; empty while open."), example=""),
        Column(
            "remote_from",
            "date",
            N_("Remote from"),
            N_("Day from which the agency serves here only remotely."),
            example="",
        ),
        Column(
            "customer_m2",
            "number",
            N_("Customer area"),
            N_("Usable floor area of the customer part."),
            "m²",
            at_least=0,
            example="120",
        ),
        Column(
            "work_m2",
            "number",
            N_("Work area"),
            N_("Usable floor area of the work part."),
            "m²",
            at_least=0,
            example="480",
        ),
        Column(
            "staff",
            "number",
            N_("Staff"),
            N_("Person-years that have the office as their place of work."),
            N_("person-years"),
            at_least=0,
            visibility="restricted",
            example="28",
        ),
        Column(
            "presence",
            "share",
            N_("Presence"),
            N_("Measured mean share of staff present on a weekday."),
            at_least=0,
            at_most=1,
            visibility="project",
            example="0.4",
        ),
        Column(
            "visits_year",
            "number",
            N_("Visits a year"),
            N_("Visits in person in a year."),
            N_("visits/year"),
            at_least=0,
            visibility="project",
            example="5200",
        ),
        Column(
            "rent_eur_year",
            "number",
            N_("Rent"),
            N_("Rent a year, value added tax left out."),
            N_("€/year"),
            at_least=0,
            visibility="restricted",
            example="96000",
        ),
        Column(
            "lease_end",
            "date",
            N_("Lease ends"),
            N_("Last day of the lease; empty when it runs until notice."),
            visibility="restricted",
            example="2027-12-31",
        ),
        Column(
            "break_date",
            "date",
            N_("Break"),
            N_("First day on which the lease can be broken."),
            visibility="restricted",
            example="",
        ),
        Column(
            "notice_months",
            "number",
            N_("Notice"),
            N_("Notice period."),
            N_("months"),
            at_least=0,
            at_most=120,
            visibility="restricted",
            example="12",
        ),
        Column(
            "owner",
            "text",
            N_("Owner"),
            N_("Owner of the building."),
            visibility="project",
            example="Senaatti-kiinteistöt",
        ),
        Column(
            "condition",
            "choice",
            N_("Condition"),
            N_("Condition of the premises; bad indoor air must be left."),
            choices=("good", "fair", "poor", "indoor_air"),
            visibility="project",
            example="fair",
        ),
        _SOURCE,
        _ILLUSTRATIVE,
    ),
)

SITES = Schema(
    "sites",
    N_("Sites"),
    N_("Places where a joint point or a shared workplace is or could be."),
    ("site",),
    (
        Column("site", "id", N_("Site"), N_("Name of the row, unique."), required=True, example="Joensuu"),
        Column("name", "text", N_("Name"), N_("Name as shown in the plan."), example="Joensuun palvelupiste"),
        Column(
            "municipality",
            "id",
            N_("Municipality"),
            N_("Code of the municipality."),
            refers_to="municipalities",
            example="167",
        ),
        *_place(_EASTING),
        Column(
            "status",
            "choice",
            N_("Status"),
            N_("Existing, required, forbidden or candidate."),
            choices=("existing", "required", "forbidden", "candidate"),
            required=True,
            example="candidate",
        ),
        Column(
            "cost_eur_year",
            "number",
            N_("Cost"),
            N_("Cost of an open point in a year."),
            N_("€/year"),
            at_least=0,
            visibility="project",
            example="150000",
        ),
        Column(
            "capacity_visits_year",
            "number",
            N_("Capacity"),
            N_("Visits that a point can serve in a year."),
            N_("visits/year"),
            at_least=0,
            visibility="project",
            example="40000",
        ),
        Column(
            "tier",
            "choice",
            N_("Tier"),
            N_("Regional centre, small point led by remote service, or mobile point."),
            choices=("centre", "small", "mobile"),
            example="centre",
        ),
        _SOURCE,
        _ILLUSTRATIVE,
    ),
    required=True,
    needs_place=True,
)

ROAD_NODES = Schema(
    "road_nodes",
    N_("Road nodes"),
    N_("Junctions and ends of the road network."),
    ("node",),
    (
        Column("node", "id", N_("Node"), N_("Name of the node, unique."), required=True, example="1023"),
        *_place(_EASTING),
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
            N_("Class of the road, a name in the speed settings; ferry for a ferry."),
            required=True,
            example="regional",
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
            N_("Time of the link with boarding and waiting; for ferries."),
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
            "cell", "id", N_("Cell"), N_("Cell where the trip begins."), required=True, refers_to="cells", example="1"
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
            N_("Means of travel: car, bus, train, bicycle ..."),
            required=True,
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

SCHEMAS: dict[str, Schema] = {
    s.name: s for s in (CELLS, MUNICIPALITIES, AGENCIES, SERVICES, OFFICES, SITES, ROAD_NODES, ROAD_LINKS, TRAVEL_TIMES)
}
"""All input tables by name, in the order of the template."""

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
            example="cells",
        ),
        Column(
            "title", "text", N_("Title"), N_("Name of the data set."), required=True, example="Väestöruutuaineisto 2025"
        ),
        Column("publisher", "text", N_("Publisher"), N_("Who publishes the data."), example="Tilastokeskus"),
        Column("licence", "text", N_("Licence"), N_("Name of the licence."), example="CC BY 4.0"),
        Column("date", "text", N_("Date"), N_("Date or year of the data."), example="2025"),
        Column("note", "text", N_("Note"), N_("Limits that a reader should know."), example=""),
    ),
)
"""The list of sources; not a planning table, so it stands beside ``SCHEMAS``."""

CHOICE_LABELS: dict[str, str] = {
    "staffed": N_("staffed"),
    "visiting": N_("visiting"),
    "remote": N_("remote"),
    "assisted": N_("assisted"),
    "none": N_("none"),
    "fi": N_("Finnish"),
    "sv": N_("Swedish"),
    "fi sv": N_("Finnish and Swedish"),
    "sv fi": N_("Swedish and Finnish"),
    "both": N_("both"),
    "points": N_("points"),
    "workplaces": N_("workplaces"),
    "neither": N_("neither"),
    "good": N_("good"),
    "fair": N_("fair"),
    "poor": N_("poor"),
    "indoor_air": N_("bad indoor air"),
    "existing": N_("existing"),
    "required": N_("required"),
    "forbidden": N_("forbidden"),
    "candidate": N_("candidate"),
    "centre": N_("centre"),
    "small": N_("small"),
    "mobile": N_("mobile"),
    "yes": N_("yes"),
    "no": N_("no"),
}
"""Words of choices as a planner says them, keys of the catalogues; files may hold either."""
