"""What the rows of the input's tables are called in each language."""

from __future__ import annotations

import pandas as pd

from tunti.findings import Name
from tunti.inputs.tables import Inputs


class Names(dict[str, Name]):
    """Names by code; what has none goes by its code."""

    def __missing__(self, code: str) -> Name:
        return Name.of(code)


def names_of(table: pd.DataFrame, key: str, column: str = "name") -> Names:
    """Name the rows of a table by their codes; a row without a name goes by its code.

    Parameters
    ----------
    table : DataFrame
        With ``<column>_fi, <column>_sv, <column>_en`` or ``<column>`` alone.
    key : str
        Column of the codes.
    column : str

    Returns
    -------
    Names
        The first row of each code counts.
    """
    languages = {language: f"{column}_{language}" for language in ("fi", "sv", "en")}
    known = {language: name for language, name in languages.items() if name in table} or {"fi": column}
    rows = table.dropna(subset=[key]).drop_duplicates(key)
    return Names(
        {
            str(row[key]): Name.of(row[key], **{language: row[name] for language, name in known.items()})
            for row in rows.to_dict("records")
        }
    )


def service_names(inputs: Inputs) -> Names:
    """Name the services; without a table of services each agency's own is one and goes by the agency's name."""
    return Names(names_of(inputs.agencies, "agency") | names_of(inputs.services, "service"))
