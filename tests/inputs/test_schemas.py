"""The schemas: labels that can be told apart, examples that fit, and who may see what."""

from __future__ import annotations

import pandas as pd
import pytest

from tunti.inputs.contract import contract
from tunti.inputs.frames import DTYPES, empty, typed
from tunti.inputs.readers.headers import fold, understand
from tunti.inputs.readers.values import read_column
from tunti.inputs.schemas import CHOICE_LABELS, OFFICES, SCHEMAS, SOURCES, public_columns, visible_columns
from tunti.locale import LANGUAGES, translator

ALL = [*SCHEMAS.values(), SOURCES]


@pytest.mark.parametrize("schema", ALL, ids=lambda s: s.name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_name_one_column_each(schema, language):
    labels = [fold(translator(language)(c.label)) for c in schema.columns]
    assert len(labels) == len(set(labels))
    for column in schema.columns:
        assert understand(translator(language)(column.label), schema) == column.name
        assert understand(column.name.upper().replace("_", " "), schema) == column.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_and_choices_can_be_told_apart(language):
    say = translator(language)
    labels = [fold(say(s.label)) for s in ALL]
    assert len(labels) == len(set(labels))
    assert all(len(say(s.label)) <= 31 for s in ALL), "a sheet's name has at most 31 letters"
    for schema in ALL:
        for column in schema.columns:
            words = [fold(say(CHOICE_LABELS[c])) for c in column.choices]
            assert len(words) == len(set(words))
            assert sum(len(say(CHOICE_LABELS[c])) + 1 for c in column.choices) <= 255, "an Excel list's limit"


@pytest.mark.parametrize("schema", ALL, ids=lambda s: s.name)
def test_examples_can_be_read(schema):
    for column in schema.columns:
        values, findings = read_column(pd.Series([column.example], dtype=object), column, table="t", rows=[2])
        assert findings == []
        assert bool(values.notna().iloc[0]) == bool(column.example)
        assert values.dtype == DTYPES[column.kind]
        assert column.description.endswith(".")


@pytest.mark.parametrize("schema", ALL, ids=lambda s: s.name)
def test_empty_tables_keep_the_contract(schema):
    frame = empty(schema)
    assert tuple(frame.columns) == schema.names
    assert frame.index.name == "row"
    contract(schema).validate(frame)


def test_rents_leases_and_staff_are_not_public():
    public = public_columns(OFFICES)
    assert "name" in public
    for name in ("staff", "rent_eur_year", "lease_end", "break_date", "notice_months", "visits_year", "presence"):
        assert name not in public
    assert visible_columns(OFFICES, "public") == public
    assert "visits_year" in visible_columns(OFFICES, "project")
    assert "staff" not in visible_columns(OFFICES, "project")
    assert visible_columns(OFFICES, "restricted") == OFFICES.names


def test_typed_adds_columns_and_numbers_rows():
    frame = typed(pd.DataFrame({"cell": ["007"], "people": ["12"], "nonsense": [1]}), SCHEMAS["cells"])
    assert list(frame.index) == [2]
    assert frame.loc[2, "cell"] == "007"
    assert frame.loc[2, "people"] == 12
    assert "nonsense" not in frame.columns
