"""Checks of where people live: sums, groups, municipalities and regions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from tunti.findings import Finding, Level, error, say, warning
from tunti.inputs.checks.rows import same_place
from tunti.inputs.frames import did_you_mean, tell
from tunti.inputs.tables import Inputs
from tunti.locale import N_
from tunti.settings import Settings

_AGES = ("people_0_17", "people_65_74", "people_75")
_LANGUAGES = ("speakers_fi", "speakers_sv", "speakers_sami", "speakers_other")
_MOST_SHARE_OFF, _MOST_PEOPLE_OFF = 0.02, 50


def check_people(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that there are people at all."""
    cells = inputs.cells
    people = cells["people"]
    if len(cells) and people.notna().any() and int(people.sum()) == 0:
        yield error(
            "cells",
            None,
            "people",
            say("Nobody lives in any cell: the people add up to zero."),
            say("Check that the column with the population was chosen."),
        )


def check_groups(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that age and language groups are not larger than the people of their cell."""
    cells = inputs.cells
    rows = cells.index.to_numpy()
    people = cells["people"].astype("Float64").to_numpy("float64", na_value=np.nan)
    for columns, what in (
        (_AGES, N_("The age groups add up to {sum}, but {people} people live in the cell.")),
        (_LANGUAGES, N_("The language groups add up to {sum}, but {people} people live in the cell.")),
    ):
        # Empty groups say nothing, and what is wrong with the people is told of the people.
        groups = cells[list(columns)].astype("Float64")
        total = groups.sum(axis=1, min_count=1).to_numpy("float64", na_value=np.nan)
        yield from tell(
            Level.ERROR,
            "cells",
            rows,
            (total > people) & (people >= 0),
            columns[0],
            lambda i, what=what, total=total: say(what, sum=int(total[i]), people=int(people[i])),  # type: ignore[misc]
            say("Correct the groups or the people; groups may be left empty."),
        )


def check_sums(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check the people of each municipality against its published population."""
    cells, table = inputs.cells, inputs.municipalities
    if cells.empty or table.empty or cells["municipality"].isna().all():
        return
    sums = cells.groupby("municipality")["people"].sum()
    counted = table["municipality"].map(sums).fillna(0).astype("Float64").to_numpy("float64", na_value=0.0)
    published = table["people"].astype("Float64").to_numpy("float64", na_value=np.nan)
    rows = table.index.to_numpy()
    empty = (counted == 0) & (published > 0)
    off = np.abs(counted - published)
    wrong = (off > _MOST_SHARE_OFF * published) & (off > _MOST_PEOPLE_OFF) & ~empty
    # Most of many are only counted, so those that are farthest off come first.
    worst = np.argsort(-np.nan_to_num(off / np.maximum(published, 1.0), nan=-1.0), kind="stable")
    yield from tell(
        Level.WARNING,
        "municipalities",
        rows[worst],
        wrong[worst],
        "people",
        lambda i: say(
            "{name}: the cells hold {counted} people, the published population is {published}.",
            name=table["name_fi"].iloc[worst[i]],
            counted=int(counted[worst[i]]),
            published=int(published[worst[i]]),
        ),
        say("Check that both are of the same year and that no cells are missing or double."),
    )
    yield from tell(
        Level.WARNING,
        "municipalities",
        rows,
        empty,
        "municipality",
        lambda i: say("{name}: no cell lies in the municipality.", name=table["name_fi"].iloc[i]),
        say("Add the cells of the municipality, or remove its row if it is not planned."),
    )


def check_cells(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that cells lie in a municipality and that none is at the place of another."""
    cells = inputs.cells
    rows = cells.index.to_numpy()
    lost = (cells["municipality"].isna() & (cells["people"].fillna(0) > 0)).to_numpy(bool)
    if lost.any() and lost.sum() >= (cells["people"].fillna(0) > 0).sum():
        yield warning(
            "cells",
            None,
            "municipality",
            say("No cell has a municipality."),
            say(
                "Add the municipality's code to every cell; without it there are no figures by municipality or region."
            ),
        )
    else:
        yield from tell(
            Level.WARNING,
            "cells",
            rows,
            lost,
            "municipality",
            lambda i: say("The cell has {n} people but no municipality.", n=int(cells["people"].iloc[i])),
            say("Write the municipality's code; without it the people are left out of municipal figures."),
        )
    if len(cells):
        first = same_place(cells)
        yield from tell(
            Level.WARNING,
            "cells",
            rows,
            first != np.arange(len(cells)),
            "x",
            lambda i: say("The cell is at the same place as the cell on row {row}.", row=str(rows[first[i]])),
            say("Remove one of the cells if it is there twice: its people count double."),
        )


def check_names(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that municipalities and regions have the names that reports in each language need."""
    table = inputs.municipalities
    rows = table.index.to_numpy()
    bilingual = table["languages"].fillna("").str.contains("sv").to_numpy(bool)
    yield from tell(
        Level.WARNING,
        "municipalities",
        rows,
        bilingual & table["name_sv"].isna().to_numpy(),
        "name_sv",
        lambda i: say("{name} has Swedish as an official language but no name in Swedish.",
                      name=table["name_fi"].iloc[i]),
        say("Write the name in Swedish; it is the same as in Finnish where there is no other."),
    )  # fmt: skip
    again = (table["name_fi"].duplicated() & table["name_fi"].notna()).to_numpy()
    yield from tell(
        Level.WARNING,
        "municipalities",
        rows,
        again,
        "name_fi",
        lambda i: say("Two municipalities are called {name}.", name=table["name_fi"].iloc[i]),
        say("Check the codes and names; after a merger only one row remains."),
    )
    if table.empty:
        return
    for column in ("region_fi", "region_sv", "region_en"):
        first = table.groupby("region")[column].transform("first")
        other = (table[column].notna() & (table[column] != first)).fillna(False).to_numpy(bool)
        yield from tell(
            Level.WARNING,
            "municipalities",
            rows,
            other,
            column,
            lambda i, column=column, first=first: say(  # type: ignore[misc]
                "Region {code} is called both {one} and {other}.",
                code=table["region"].iloc[i],
                one=first.iloc[i],
                other=table[column].iloc[i],
            ),
            say("Use one name for the region, or correct the region's code."),
        )
    codes: pd.Series[Any] = table.groupby("region_fi")["region"].transform("first")
    other = (table["region"] != codes).fillna(False).to_numpy(bool)
    yield from tell(
        Level.WARNING,
        "municipalities",
        rows,
        other,
        "region",
        lambda i: say(
            "Region {name} has both the code {one} and the code {other}.",
            name=table["region_fi"].iloc[i],
            one=codes.iloc[i],
            other=table["region"].iloc[i],
        ),
        say("Use one code for the region."),
    )


def check_left_out(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that the regions that the settings leave out exist, and that some region is left."""
    table = inputs.municipalities
    if table.empty:
        return
    regions = table.drop_duplicates("region")
    codes = [str(c) for c in regions["region"].dropna()]
    out = settings.project.regions_left_out
    names = {str(n): str(c) for n, c in zip(regions["region_fi"], regions["region"], strict=True)}
    for code in out:
        if code not in codes:
            known = names.get(code)
            yield error(
                "project.toml",
                None,
                "regions_left_out",
                say("The settings leave out region '{code}', which no municipality has.", code=code),
                say("Write the code {code}.", code=known)
                if known
                else did_you_mean(code, codes, say("Use these codes: {codes}.", codes=", ".join(codes))),
            )
    if codes and set(codes) <= set(out):
        yield error(
            "project.toml",
            None,
            "regions_left_out",
            say("The settings leave every region out."),
            say("Take at least one region out of the list."),
        )


CHECKS = (check_people, check_groups, check_sums, check_cells, check_names, check_left_out)
