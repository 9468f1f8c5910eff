"""Understands the headers of a user's table: code names or labels in any of the product's languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from tunti.findings import Finding, error, note, say, warning
from tunti.inputs.frames import closest
from tunti.inputs.schemas import Schema
from tunti.inputs.words import fold, heading, headings
from tunti.locale import LANGUAGES, translator

# Names that common sources use for the same columns: Statistics Finland's grid, Digiroad, GeoNames, earlier registers.
ALIASES: dict[str, tuple[str, ...]] = {
    "cell": ("id_nro", "grid_id", "ruutu", "ruututunnus", "postinumero", "pono", "ruta"),
    "municipality": ("kuntanumero", "kuntakoodi", "kuntanro", "kunnan koodi", "kommunkod", "kommunnummer"),
    "people": ("vaesto", "population", "asukkaita", "asukasluku", "vakiluku", "folkmangd", "invanare", "befolkning"),
    "x": ("easting", "itakoordinaatti", "ita", "xkoord", "euref_x", "ostkoordinat"),
    "y": ("northing", "pohjoiskoordinaatti", "pohjoinen", "ykoord", "euref_y", "nordkoordinat"),
    "agency": ("virasto", "organisaatio", "ämbetsverk", "organisation"),
    "address": ("katuosoite", "käyntiosoite", "gatuadress", "besöksadress"),
    "customer_m2": ("asiakastilat", "asiakaspalvelutila", "kundutrymme", "kundutrymmen"),
    "work_m2": ("työtilat", "toimistotila", "arbetsutrymme", "kontorsyta"),
    "staff": ("henkilötyövuodet", "htv", "henkilöstömäärä", "årsverken", "antal anställda"),
    "visits_year": ("käynnit vuodessa", "käynnit", "käyntimäärä", "asiakaskäynnit", "besök", "kundbesök"),
    "rent_eur_year": ("vuosivuokra", "vuokra vuodessa", "årshyra", "hyra per år"),
    "lease_end": (
        "sopimus päättyy",
        "vuokrasopimus päättymispäivä",
        "vuokra-aika päättyy",
        "avtalet upphör",
        "avtalet går ut",
        "hyrestiden upphör",
    ),
    "notice_months": ("irtisanomisaika kk", "uppsägningstid mån"),
    "owner": ("vuokranantaja", "kiinteistön omistaja", "hyresvärd", "fastighetsägare"),
    "lon": ("lng", "long", "wgs84 lon"),
    "lat": ("wgs84 lat",),
    "road_class": ("class", "cls", "luokka", "klass"),
    "kmh": ("km/h", "nopeusrajoitus", "hastighet"),
    "arrived": ("saapui", "saapumisaika", "vuoronumero otettu", "jonoon", "issued", "arrival", "ankomst", "ankom"),
    "called": ("kutsuttu", "kutsuaika", "palvelu alkoi", "call time", "served", "kallad", "uppropad"),
    "ended": ("päättyi", "palvelu päättyi", "finished", "closed", "avslutad"),
    "service": ("palvelu", "jono", "queue", "tjänst", "kö", "ärende"),
}

_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]\s*\*?\s*$")

# Headers that say that the table is about persons. Such a column is never read.
_PERSONAL = (
    "henkilotunnus",
    "sosiaaliturvatunnus",
    "personbeteckning",
    "personnummer",
    "personalidentitycode",
    "etunimi",
    "etunimet",
    "sukunimi",
    "henkilonnimi",
    "asiakkaannimi",
    "tyontekijannimi",
    "yhteyshenkilo",
    "fornamn",
    "efternamn",
    "tillnamn",
    "personnamn",
    "kontaktperson",
    "firstname",
    "givenname",
    "lastname",
    "surname",
    "familyname",
    "contactperson",
    "syntymaaika",
    "fodelsedatum",
    "fodelsetid",
    "dateofbirth",
    "birthdate",
)


_PERSONAL_WHOLE = ("hetu", "hetut", "sotu", "ssn", "pnr")


@cache
def known_headers(schema: Schema) -> dict[str, str]:
    """Give every header that means a column of a table: folded header -> column's name."""
    names: dict[str, str] = {}
    for column in schema.columns:
        for language in LANGUAGES:
            names.setdefault(fold(translator(language)(column.label)), column.name)
    for column in schema.columns:
        for word in ALIASES.get(column.name, ()):
            names.setdefault(fold(word), column.name)
    # A code name always means its own column, whatever another column's label says.
    names.update({fold(c.name): c.name for c in schema.columns})
    return names


def understand(header: str, schema: Schema) -> str | None:
    """Give the column that a header means, with or without its unit in brackets."""
    names = known_headers(schema)
    return names.get(fold(header)) or names.get(fold(_BRACKETS.sub("", header)))


def match(headers: Sequence[str], schema: Schema, table: str, header_row: int) -> tuple[dict[int, str], list[Finding]]:
    """Match the headers of a file with the columns of a table.

    Parameters
    ----------
    headers : sequence of str
    schema : Schema
    table : str
        Name for the findings.
    header_row : int
        Row number of the headers.

    Returns
    -------
    columns : dict
        Position in the file -> column's name.
    findings : list of Finding
        Personal data, columns given twice, unknown and missing columns.
    """
    columns: dict[int, str] = {}
    findings: list[Finding] = []
    unknown: list[int] = []
    for i, header in enumerate(headers):
        if fold(header) in _PERSONAL_WHOLE or any(word in fold(header) for word in _PERSONAL):
            findings.append(personal(table, header_row, header))
            continue
        name = understand(header, schema)
        if name is None:
            unknown.append(i)
        elif name in columns.values():
            findings.append(
                error(
                    table,
                    header_row,
                    name,
                    say("Two columns mean the same thing: the second is '{header}'.", header=header),
                    say("Remove one of the columns or rename it."),
                )
            )
        else:
            columns[i] = name
    missing = [c for c in schema.names if c not in columns.values()]
    for i in unknown:
        findings.append(_unknown(headers[i], missing, schema, table, header_row))
    for column in schema.columns:
        if column.required and column.name in missing:
            findings.append(
                error(
                    table,
                    header_row,
                    column.name,
                    say("The column '{name}' is missing.", name=heading(column)),
                    say("Add a column with the header '{label}' and fill it on every row.", label=heading(column)),
                )
            )
    return columns, findings


def _unknown(header: str, missing: Sequence[str], schema: Schema, table: str, header_row: int) -> Finding:
    if not header:
        return warning(
            table,
            header_row,
            None,
            say("A column has values but no header; it was left out."),
            say("Write a header above the values or clear them."),
        )
    words = {w: name for w, name in known_headers(schema).items() if name in missing}
    near = closest(fold(header), list(words))
    if near is not None:
        return warning(
            table,
            header_row,
            header,
            say("The column '{header}' is not known; it was left out.", header=header),
            say("Did you mean '{name}'? Then rename the column so.", name=heading(schema[words[near]])),
        )
    return note(
        table,
        header_row,
        header,
        say("The column '{header}' is not known; it was left out.", header=header),
        say(
            "Nothing needs to be done if the plan does not need it. Known columns: {names}.",
            names=headings(schema, missing),
        )
        if missing
        else say("Nothing needs to be done if the plan does not need it."),
    )


def personal(table: str, row: int, header: str) -> Finding:
    """Refuse a column that tells about persons."""
    return error(
        table,
        row,
        header,
        say("The column '{header}' holds data about persons, which Tunti does not take in.", header=header),
        say("Remove the column from the file and give only sums by place; the values were not read."),
    )
