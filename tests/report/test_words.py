"""Numbers, dates and names as readers of each language write them; every text translated."""

import datetime as dt
import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir
from hypothesis import given
from hypothesis import strategies as st

import tunti.report
from tunti.findings import Share, say
from tunti.locale import _catalogue
from tunti.report.document import Column
from tunti.report.names import in_language
from tunti.report.words import missing, rounded_to_total, words_for

NBSP = "\u00a0"
FI, SV, EN = (words_for(k) for k in ("fi", "sv", "en"))


def keys():
    folder = Path(tunti.report.__file__).parent
    keywords = {"say": None, "N_": None, "_": None}
    found = set()
    for _, _, text, _, _ in extract_from_dir(folder, method_map=[("**.py", "python")], keywords=keywords):
        if text and re.search(r"[A-Za-z]{2}", re.sub(r"\{[^}]*\}", "", text)):
            found.add(text)
    return sorted(found)


def fields(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_text_of_the_report_is_translated_with_its_fields(language):
    texts = _catalogue(language)
    assert len(keys()) > 200
    for key in keys():
        assert key in texts, key
        assert fields(texts[key][0]) == fields(key)


def test_finnish_never_hangs_a_case_ending_on_a_name_or_figure():
    for key in keys():
        assert not re.search(r"\}[:a-zåäö]", _catalogue("fi")[key][0]), key


def test_numbers():
    assert FI.number(1234567) == f"1{NBSP}234{NBSP}567"
    assert SV.number(1234.5, decimals=1) == f"1{NBSP}234,5"
    assert EN.number(1234.5, decimals=1) == "1,234.5"
    assert FI.number(-2.5, decimals=1) == "\u22122,5"
    assert FI.number(-0.01, decimals=1) == "0,0"
    assert FI.number(3, sign=True) == "+3"
    assert FI.minutes(61.4) == f"61{NBSP}min"
    assert (FI.euros(1234), EN.euros(1234)) == (f"1{NBSP}234{NBSP}€", "€1,234")


def test_shares():
    assert (FI.share(0.9134), SV.share(0.9134), EN.share(0.9134)) == (f"91,3{NBSP}%", f"91,3{NBSP}%", "91.3%")
    assert FI.share(1.0) == f"100,0{NBSP}%"
    assert FI.share(0.99961) == f"99,96{NBSP}%"
    assert FI.share(0.9999999) == f"99,999{NBSP}%"
    assert FI.share(0.0004) == f"0,04{NBSP}%"
    assert FI.points(-0.031) == "\u22123,1"


def test_dates_and_lists():
    day = dt.date(2026, 1, 5)
    assert (FI.date(day), SV.date(day), EN.date(day)) == ("5.1.2026", "5.1.2026", "5 January 2026")
    assert FI.listing(["a", "b", "c"]) == "a, b ja c"
    assert SV.listing(["a", "b", "c"]) == "a, b och c"


def test_messages_of_other_layers_are_said_with_the_language_s_numbers():
    message = say("{n} of {share}: {inner}", n=12345, share=Share(0.5), inner=say("{x} min", x=60.0))
    assert FI.message(message) == f"12{NBSP}345 of 50,0{NBSP}%: 60 min"


def test_names_fall_back_to_finnish():
    row = {"name_fi": "Äänekoski", "name_sv": None}
    assert SV.place(row) == "Äänekoski"
    assert SV.place({"name_fi": "Turku", "name_sv": "Åbo"}) == "Åbo"
    assert EN.place({"name_fi": "Turku", "name_sv": "Åbo"}) == "Turku"


def test_what_is_missing_is_a_dash():
    assert FI.value(None, Column("n", "whole")) == "–"
    assert FI.value(float("nan"), Column("n", "share")) == "–"
    assert FI.value(None, Column("t")) == ""
    assert missing(float("nan"))
    assert not missing(0)


@given(st.lists(st.floats(0, 1e6, allow_nan=False), max_size=30), st.integers(0, 2))
def test_rounded_figures_add_up(values, decimals):
    found = rounded_to_total(values, decimals=decimals)
    scale = 10**decimals
    assert round(sum(found) * scale) == round(sum(v * scale for v in values))
    assert all(abs(a - b) < 1.001 / scale for a, b in zip(found, values, strict=True))


def test_lists_of_names_with_commas_have_semicolons():
    assert FI.listing(["Inari, Ivalo", "Salla", "Utsjoki"]) == "Inari, Ivalo; Salla ja Utsjoki"
    assert FI.listing(["Salla", "Inari, Ivalo", "Utsjoki, Karigasniemi (17)"]) == (
        "Salla; Inari, Ivalo ja Utsjoki, Karigasniemi (17)"
    )
    assert FI.listing(["Inari, Ivalo", "Salla"]) == "Inari, Ivalo ja Salla"
    assert FI.listing(["4,388", "b", "c"]) == "4,388, b ja c"


def test_the_inputs_own_texts_are_told_part_by_part():
    texts = {
        "sv": {"Tammisaari": "Ekenäs", "haja-asutus": "glesbygd", "Avattu, sitten suljettu": "Öppnad, sedan stängd"}
    }
    words = words_for("sv", {}, texts)
    assert words.own("Raseborg, Tammisaari") == "Raseborg, Ekenäs"
    assert words.own("Enare, haja-asutus 119") == "Enare, glesbygd 119"
    assert words.own("Avattu, sitten suljettu") == "Öppnad, sedan stängd"
    assert words.own("Tammisaari, Tammisaari") == "Ekenäs, Ekenäs"
    assert words.own("Kemi 12") == "Kemi 12"
    assert words_for("fi", {}, texts).own("Raasepori, Tammisaari") == "Raasepori, Tammisaari"


def test_names_of_municipalities_are_told_at_both_ends():
    assert in_language("Inari, Ivalo", "Inari", "Enare") == "Enare, Ivalo"
    assert in_language("DVV Vaasa", "Vaasa", "Vasa") == "DVV Vasa"
    assert in_language("Vaasa", "Vaasa", "Vasa") == "Vasa"
    assert in_language("Uusvaasa", "Vaasa", "Vasa") == "Uusvaasa"
    assert in_language("DVV Vaasa", None, "") == "DVV Vaasa"
