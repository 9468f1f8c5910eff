"""Columns of tables on paper: wide enough for their longest word, and together as wide as the table."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.report.document import Column, Table
from tunti.report.labels import text_size
from tunti.report.words import words_for
from tunti.report.writers.widths import FACTOR, column_widths, fitting, lines_of

ROOM = 467.7
TEXT = st.text(alphabet="abcdefghijklmnoåäöABCÅÄÖ ", min_size=0, max_size=40)


def made(titles, rows, groups=None):
    columns = tuple(
        Column(t, weight=1.0 + k % 3, group=(groups or [""] * len(titles))[k]) for k, t in enumerate(titles)
    )
    return Table("t", "T", columns, tuple(rows))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 9).flatmap(
        lambda n: st.tuples(st.lists(TEXT, min_size=n, max_size=n), st.lists(st.tuples(*[TEXT] * n), max_size=6))
    )
)
def test_columns_fill_the_room_and_break_no_word(drawn):  # fmt: skip
    titles, rows = drawn
    table, words = made(titles, rows), words_for("fi")
    widths, fits = column_widths(table, words, size=8.0, room=ROOM)
    assert sum(widths) == pytest.approx(ROOM)
    assert min(widths) > 0
    if fits:
        for k, title in enumerate(titles):
            for word in [w for text in (title, *(r[k] for r in rows)) for w in text.split(" ")]:
                assert widths[k] >= min(text_size(word, 8.0)[0] * FACTOR, ROOM * 0.6) - 1e-6


def test_a_matrix_of_agencies_keeps_its_codes_whole():
    codes = ["DVV", "EVK", "HVA", "KELA", "KUNTA", "LVV", "MIGRI", "MML", "OPV", "POL", "RISE", "UO", "VERO"]
    rows = [("Utsjoki, Karigasniemi", *["et"] * len(codes)), ("Sodankylä, Vuotso", *["yh"] * len(codes))]
    size, widths, fits = fitting(made(["Piste", *codes], rows), words_for("fi"), sizes=(9.2, 8.6, 8.0, 7.5), room=ROOM)
    assert fits
    assert size >= 7.5
    assert all(w >= text_size(c, size, weight="bold")[0] * FACTOR for w, c in zip(widths[1:], codes, strict=True))


def test_a_long_note_leaves_room_for_short_columns():
    rows = [("viranomaiset", "Asiakaspalvelu- ja toimitilauudistuksen viranomaiset " * 5, "CC BY 4.0")]
    widths, fits = column_widths(
        made(["Taulukko", "Rajoitukset", "Lisenssi"], rows), words_for("fi"), size=9, room=ROOM
    )
    assert fits
    assert widths[1] > 1.5 * widths[0]


def test_headings_over_several_columns_have_room():
    table = made(["nyt", "ehdotus", "Kunta"], [("1", "2", "Ii")], ["Asiakaspalvelupisteverkosto"] * 2 + [""])
    widths, fits = column_widths(table, words_for("fi"), size=9, room=ROOM)
    assert fits
    assert widths[0] + widths[1] >= text_size("Asiakaspalvelupisteverkosto", 9, weight="bold")[0] * FACTOR


def test_long_remarks_get_smaller_type_rather_than_a_narrow_tower():
    remark = "Endast orter; punkten ligger i kommunens centrum. Enligt pressen stängdes fjorton ställen i juli. " * 3
    rows = [("befolkningsrutor", "Befolkningsstruktur efter kommun", "Statistikcentralen", "CC BY 4.0", remark)] * 20
    table, words = made(["Tabell", "Material", "Utgivare", "Licens", "Begränsningar"], rows), words_for("sv")
    size, widths, fits = fitting(table, words, sizes=(9.2, 8.6, 8.0, 7.5), room=ROOM)
    assert fits
    assert max(widths) == widths[4] > ROOM * 0.3
    least = min(lines_of(table, words, column_widths(table, words, size=s, room=ROOM)[0], s) for s in (9.2, 7.5))
    assert lines_of(table, words, widths, size) <= 1.16 * least


def test_tables_of_one_line_a_row_keep_the_largest_type():
    table, words = made(["Kunta", "Asukkaita"], [("Rovaniemi", "64 535"), ("Ii", "9 000")]), words_for("fi")
    assert fitting(table, words, sizes=(9.2, 8.6, 8.0, 7.5), room=ROOM)[0] == 9.2
