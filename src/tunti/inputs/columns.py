"""What a column and a table are made of: the parts that the schemas are written in."""

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
    words : tuple of str
        Words that the product knows in a text that may hold others too; the template offers the first ones.
    refers_to : str
        Table whose key the value must be.
    visibility : str
        ``public``, ``project`` (the region's project group) or ``restricted`` (rents, security, small staffs).
    example : str
        A value as a user would type it; a word of a language is a key of the catalogues.
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
    words: tuple[str, ...] = ()
    refers_to: str = ""
    visibility: Visibility = "public"
    example: str = ""


@dataclass(frozen=True, eq=False)
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


def place(what: str) -> tuple[Column, ...]:
    """Coordinates of a row: degrees or metres; readers bring both to the project's metric CRS as ``x`` and ``y``."""
    return (
        Column("x", "number", N_("x (east)"), what, "m", example="641837.3"),
        Column(
            "y",
            "number",
            N_("y (north)"),
            N_("Northing in the project's coordinate system; empty when longitude and latitude are given."),
            "m",
            example="6944194.7",
        ),
        Column(
            "lon",
            "number",
            N_("Longitude"),
            N_("Longitude (WGS 84), in place of x."),
            "°",
            at_least=-180,
            at_most=180,
            example="29.7632",
        ),
        Column(
            "lat",
            "number",
            N_("Latitude"),
            N_("Latitude (WGS 84), in place of y."),
            "°",
            at_least=-90,
            at_most=90,
            example="62.6012",
        ),
    )


SOURCE = Column(
    "source", "text", N_("Source"), N_("Where the row's figures come from."), example="Väestöruutuaineisto 2025"
)
ILLUSTRATIVE = Column(
    "illustrative",
    "yes_no",
    N_("Illustrative figures"),
    N_("Yes when the row's figures are invented for illustration; shown wherever they are."),
    example="no",
)
EASTING = N_("Easting in the project's coordinate system; empty when longitude and latitude are given.")

CHOICE_LABELS: dict[str, str] = {
    "staffed": N_("staffed"),
    "visiting": N_("visiting"),
    "remote": N_("remote"),
    "assisted": N_("assisted"),
    "none": N_("not served"),
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
    "no_address": N_("still without an address"),
    "light": N_("light conversion"),
    "deep": N_("deep renovation"),
    "open": N_("open to all"),
    "controlled": N_("controlled"),
    "high": N_("high"),
    "required": N_("required"),
    "forbidden": N_("forbidden"),
    "candidate": N_("candidate"),
    "centre": N_("centre"),
    "small": N_("small"),
    "mobile": N_("mobile"),
    "proposed": N_("proposed"),
    "committed": N_("committed"),
    "refused": N_("refused"),
    "decided": N_("decided"),
    "finance_committee": N_("approval by the finance committee"),
    "ict": N_("connections and equipment"),
    "cooperation": N_("co-operation with the staff"),
    "tenant_exit": N_("exit of another tenant"),
    "other": N_("other"),
    "cost_eur": N_("cost, €"),
    "rent_eur_year": N_("rent, €/year"),
    "opened": N_("opened"),
    "closed": N_("closed"),
    "moved": N_("moved"),
    "visits_counter": N_("visits at the counter"),
    "visits_remote": N_("visits by remote connection"),
    "visits_digital": N_("visits in digital self-service"),
    "visits_phone": N_("calls"),
    "waiting_minutes": N_("wait, minutes"),
    "presence": N_("share of staff present"),
    "digital": N_("digital self-service"),
    "digital_support": N_("digital support at a point"),
    "remote_room": N_("remote room"),
    "home_video": N_("video from home"),
    "phone": N_("phone"),
    "country": N_("nationally"),
    "region": N_("in the region"),
    "point": N_("at the point"),
    "yes": N_("yes"),
    "no": N_("no"),
}
"""Words of choices as a planner says them, keys of the catalogues; files may hold either."""

ROAD_CLASSES = (
    "national",
    "main",
    "regional",
    "connecting",
    "unnumbered",
    "ramp_or_street",
    "motorway",
    "residential",
    "service",
    "ferry",
)
"""Road classes that the template offers; the speed settings hold more."""

MEANS = ("car", "bus", "train", "bicycle")
"""Means of travel that the template offers; any other may be written."""

WORD_LABELS: dict[str, str] = {
    "national": N_("national road"),
    "main": N_("main road"),
    "regional": N_("regional road"),
    "connecting": N_("connecting road"),
    "unnumbered": N_("unnumbered road"),
    "ramp_or_street": N_("ramp or street"),
    "motorway": N_("motorway"),
    "residential": N_("residential street"),
    "service": N_("service road"),
    "ferry": N_("ferry"),
    "car": N_("car"),
    "bus": N_("bus"),
    "train": N_("train"),
    "bicycle": N_("bicycle"),
}
"""Words that a text may hold beside others as a planner says them, keys of the catalogues; files may hold either."""

WORD_ALIASES: dict[str, tuple[str, ...]] = {
    "national": ("valtatiet", "vt", "riksvägar", "rv"),
    "main": ("kantatiet", "kt", "stamvägar"),
    "regional": ("seututiet", "st", "regionväg", "regionalväg", "regionala vägar"),
    "connecting": ("yhdystiet", "yt", "förbindelsevägar"),
    "unnumbered": ("yksityistie", "yksityistiet", "enskild väg", "enskilda vägar"),
    "ramp_or_street": ("katu", "kadut", "rampi", "ramppi", "rampit", "gata", "gator", "ramp", "street"),
    "motorway": ("moottoritiet", "motorvägar"),
    "residential": ("asuinkatu", "tonttikatu", "asuntokadut", "bostadsgator"),
    "service": ("huoltotiet", "servicevägar"),
    "ferry": ("lautat", "lossi", "maantielautta", "yhteysalus", "färjor", "landsvägsfärja", "förbindelsebåt"),
    "car": ("henkilöauto", "autolla", "personbil"),
    "bus": ("linja-auto", "bussit"),
    "train": ("junat",),
    "bicycle": ("pyörä", "cykel", "bike"),
}
"""Other names of the same words in registers and in everyday speech."""
