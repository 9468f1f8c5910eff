"""Single values as people type them."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunti.inputs.readers.values import clean, read_column, to_date, to_modes, to_number, to_yes_no
from tunti.inputs.schemas import MODES, SCHEMAS, Column


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("-3", -3),
        ("−3", -3),
        ("1,5", 1.5),
        ("1.5", 1.5),
        ("1 234", 1234),
        ("1\u00a0234\u202f567,5", 1234567.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234", 1.234),
        (".5", 0.5),
        ("1e3", 1000),
        ("12 34", None),
        ("1 23,4", None),
        ("12,34.5", None),
        ("noin 5", None),
        ("5 €", None),
        ("1_000", None),
        ("inf", None),
        ("0x1F", None),
        ("1,2,3", None),
        ("", None),
    ],
)
def test_numbers(text, number):
    assert to_number(clean(text)) == number


def test_percent_only_where_shares_are_asked():
    assert to_number("40 %", percent=True) == pytest.approx(0.4)
    assert to_number("40,5%", percent=True) == pytest.approx(0.405)
    assert to_number("40 %") is None


@pytest.mark.parametrize("text", ["45 000 €", "€45 000", "45\u00a0000,00 EUR", "45000 euroa", "eur 45000"])
def test_euros_only_where_they_are_asked(text):
    assert to_number(clean(text), euros=True) == 45000
    assert to_number(clean(text)) is None
    assert to_number("45 000 € / vuosi", euros=True) is None
    assert to_number("€", euros=True) is None
    values, findings = read_column(pd.Series([text]), SCHEMAS["offices"]["rent_eur_year"], table="offices", rows=[2])
    assert values.tolist() == [45000]
    assert findings == []


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_any_number_is_read_back(value):
    assert to_number(repr(value)) == value
    assert to_number(repr(value).replace(".", ",")) == value


@given(st.integers(-(10**12), 10**12))
def test_thousands_may_stand_apart(value):
    assert to_number(clean(f"{value:,}".replace(",", "\u00a0"))) == value


@given(st.text(max_size=30))
def test_nonsense_never_raises(text):
    cleaned = clean(text)
    to_number(cleaned, percent=True)
    to_date(cleaned, excel_days=True)
    to_yes_no(cleaned)
    to_modes(cleaned, MODES)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)))
def test_dates_in_two_forms(day):
    assert to_date(day.isoformat()) == day
    assert to_date(f"{day.day}.{day.month}.{day.year}") == day


@pytest.mark.parametrize("text", ["1.1.27", "31/12/2027", "2027", "2027-13-01", "30.2.2027", "46387"])
def test_doubtful_dates_are_not_guessed(text):
    assert to_date(text) is None


def test_excel_day_numbers():
    assert to_date("46387", excel_days=True) == dt.date(2026, 12, 31)
    assert to_date("46387.0", excel_days=True) == dt.date(2026, 12, 31)
    assert to_date("12", excel_days=True) is None


@pytest.mark.parametrize("word", ["yes", "Kyllä", "JA", "x", "1", "1.0", "true"])
def test_yes(word):
    assert to_yes_no(word) is True


@pytest.mark.parametrize("word", ["no", "Ei", "NEJ", "0", "false"])
def test_no(word):
    assert to_yes_no(word) is False


def test_modes_in_any_language():
    assert to_modes("läsnäpalvelu, etäpalvelu", MODES) == "staffed remote"
    assert to_modes("staffed  remote staffed", MODES) == "staffed remote"
    assert to_modes("bemannad; vieraileva palvelu", MODES) == "staffed visiting"
    assert to_modes("etäpalvelu", MODES) == "remote"
    assert to_modes("taikuus", MODES) is None


def column(kind, **how):
    return Column("c", kind, "C", "C.", **how)


def read(values, kind, **how):
    return read_column(pd.Series(values, dtype=object), column(kind, **how), table="t", rows=range(2, 99))


def test_signs_for_no_figure():
    values, findings = read(["..", "-", "", "–", "NaN", None, "3"], "number")
    assert findings == []
    assert values.isna().sum() == 6


def test_ids_keep_zeros_and_minus_signs():
    values, findings = read(["007", " 091 ", "-", 91.0, ""], "id")
    assert findings == []
    assert values.tolist()[:4] == ["007", "091", "-", "91"]
    assert pd.isna(values[4])


def test_a_lease_until_further_notice_has_no_end():
    values, findings = read(["Toistaiseksi", "toistaiseksi voimassa oleva", "2027-01-31"], "date")
    assert [f.level for f in findings] == ["note"]
    assert values.isna().tolist() == [True, True, False]


def test_decomposed_letters_are_one():
    values, _ = read(["A\u030a", "O\u0308"], "text")
    assert values.tolist() == ["Å", "Ö"]


def test_typed_columns_stay_as_they_are():
    values, findings = read_column(pd.Series([1.5, float("nan")]), column("number"), table="t", rows=[2, 3])
    assert findings == []
    assert values[0] == 1.5
    values, findings = read_column(pd.Series([True, False]), column("yes_no"), table="t", rows=[2, 3])
    assert values.tolist() == [True, False]
    day = pd.Series(pd.to_datetime(["2027-01-31", None]))
    values, findings = read_column(day, column("date"), table="t", rows=[2, 3])
    assert values[0] == pd.Timestamp("2027-01-31")
    assert findings == []
    values, findings = read_column(pd.Series([2.0, 2.5]), column("whole"), table="t", rows=[2, 3])
    assert [f.row for f in findings] == [3]
