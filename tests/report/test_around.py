"""Across the border, sites not chosen, and who loses: against sums made by hand."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pikepdf
import pytest

from tunti.access.times import TravelTimes
from tunti.plan.area import Area
from tunti.plan.around import Around, around, staying
from tunti.report import regional_document
from tunti.report.before_after import before_after
from tunti.report.document import Figure
from tunti.report.sections.context import context_for
from tunti.report.sections.moved import changed_people, changes, losing
from tunti.report.sections.summary import SUMMARY_MAP, map_height
from tunti.report.words import words_for
from tunti.report.writers.pdf import write_pdf

from .invented_plan import STAMP
from .pdf_text import page_text

FAR = 109 * 60


def country(seed):
    """Make sixty cells and eight sites in two regions with random times up to the cut-off."""
    rng = np.random.default_rng(seed)
    cells, sites = 60, 8
    seconds = rng.integers(60, FAR + 1, (sites, cells))
    seconds[rng.random((sites, cells)) < 0.4] = 0
    rows, at = np.nonzero(seconds)
    times = TravelTimes(
        sites=tuple(f"s{k}" for k in range(sites)),
        cells=tuple(f"c{k}" for k in range(cells)),
        indptr=np.searchsorted(rows, np.arange(sites + 1)).astype(np.int64),
        cell=at.astype(np.int32),
        seconds=seconds[rows, at].astype(np.uint16),
        cutoff_minutes=109.0,
    )
    region = pd.array(["1", "2"], dtype="string")
    table = pd.DataFrame(
        {"cell": times.cells, "region": region[rng.integers(0, 2, cells)], "people": rng.integers(0, 50, cells)}
    )
    places = pd.DataFrame({"site": times.sites, "region": region[rng.integers(0, 2, sites)], "status": "candidate"})
    none = pd.DataFrame({"region": []})
    full = np.where(seconds == 0, FAR * 10, seconds)
    return Area(table, places, none, none, none), times, full, rng.random(sites) < 0.5, rng.random(sites) < 0.5


@pytest.mark.parametrize("seed", range(12))
def test_across_the_border_and_not_chosen_by_hand(seed):
    area, times, full, chosen, elsewhere = country(seed)
    stay = np.arange(len(chosen)) == np.flatnonzero(chosen)[0] if chosen.any() else np.zeros(len(chosen), bool)
    found = around(area, times, region="1", chosen=chosen, elsewhere=elsewhere, stay=stay, minutes=60.0)
    own = (area.sites["region"] == "1").to_numpy(bool)
    own_cell = (area.cells["region"] == "1").to_numpy(bool)
    people = area.cells["people"].to_numpy()
    open_ = np.where(own, chosen, elsewhere | chosen)
    expected = 0
    for c in np.flatnonzero(~own_cell):
        times_here = np.where(open_, full[:, c], FAR * 10)
        if times_here.min() <= FAR and own[times_here.argmin()]:
            expected += people[c]
    assert found.beyond["people"].sum() == expected
    now = np.where(chosen[:, None], full, FAR * 10).min(axis=0).clip(max=FAR)
    rows = found.not_chosen.set_index("site")
    assert set(rows.index) == {f"s{j}" for j in np.flatnonzero(own & ~chosen)}
    for j in np.flatnonzero(own & ~chosen):
        gain = np.where(own_cell & (full[j] < now), (now - full[j]) / 60, 0.0)
        assert rows.loc[f"s{j}", "people"] == people[gain > 0].sum()
        assert rows.loc[f"s{j}", "brought"] == people[(gain > 0) & (now > 3600) & (full[j] <= 3600)].sum()
        if people[gain > 0].sum():
            assert rows.loc[f"s{j}", "minutes"] == pytest.approx((gain * people).sum() / people[gain > 0].sum())


@pytest.mark.parametrize("seed", range(12))
def test_swaps_by_hand(seed):
    area, times, full, chosen, elsewhere = country(seed)
    own = (area.sites["region"] == "1").to_numpy(bool)
    stay = np.arange(len(chosen)) % 3 == 0
    area.sites.loc[area.sites.index[::4], "status"] = "forbidden"
    found = around(area, times, region="1", chosen=chosen, elsewhere=elsewhere, stay=stay, minutes=60.0).swaps
    people = area.cells["people"].to_numpy()
    open_ = np.where(own, chosen, elsewhere | chosen)

    def drive(sites):
        return np.where(sites[:, None], full, FAR * 10).min(axis=0).clip(max=FAR)

    now = drive(open_)
    allowed = np.flatnonzero(own & ~chosen & (area.sites["status"] != "forbidden").to_numpy(bool))
    leave = list(np.flatnonzero(own & chosen & ~stay)) if len(allowed) else []
    assert found["site"].tolist() == [f"s{i}" for i in leave]
    for row in found.itertuples():
        tried = {}
        for j in allowed:
            swapped = open_.copy()
            swapped[int(row.site[1:])], swapped[j] = False, True
            then = drive(swapped)
            more = people[then > 3600].sum() - people[now > 3600].sum()
            tried[f"s{j}"] = (more, ((then - now) * people).sum(), then)
        least = min(value[:2] for value in tried.values())
        more, driven, then = tried[row.instead]
        assert (more, driven) == least
        moved = people[then != now].sum()
        assert (row.outside, row.longer, row.shorter) == (more, people[then > now].sum(), people[then < now].sum())
        assert row.minutes == pytest.approx(driven / 60 / moved if moved else 0.0)


def test_points_that_stay_are_not_replaced():
    status = pd.Series(["existing", "required", "candidate", pd.NA], dtype="string")
    assert staying(status, keep_existing=True).tolist() == [True, True, False, False]
    assert staying(status, keep_existing=False).tolist() == [False, True, False, False]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_document_lists_what_could_stand_in(plan, language):
    none = pd.DataFrame({"site": [], "people": [], "minutes": [], "brought": []})
    beyond = pd.DataFrame({"region": [], "site": [], "people": []})
    swaps = pd.DataFrame(
        {"site": ["S1", "S2"], "instead": ["S4", "S5"], "outside": [120, -3], "longer": [900, 10], "shorter": [100, 40],
         "minutes": [4.25, -1.5]}
    )  # fmt: skip
    document = regional_document(replace(plan, around=Around(beyond, none, swaps)), language=language)
    told = next(t for t in document.tables() if t.name == "swaps")
    assert [row[2:] for row in told.rows] == [(-3, 10, 40, -1.5), (120, 900, 100, 4.25)]
    assert not [t for t in regional_document(replace(plan, around=Around(beyond, none)), language=language).tables()
                if t.name == "swaps"]  # fmt: skip


def test_the_document_tells_them_in_every_language(plan):
    beyond = pd.DataFrame({"region": ["01"], "site": ["S1"], "people": [321]})
    left = pd.DataFrame({"site": ["S4", "S5"], "people": [40, 0], "minutes": [7.5, 0.0], "brought": [0, 0]})
    for language in ("fi", "sv", "en"):
        document = regional_document(replace(plan, around=Around(beyond, left)), language=language)
        tables = {t.name: t for t in document.tables()}
        assert tables["beyond"].total[1] == 321
        assert tables["beyond"].rows[0][0] in ("Uusimaa", "Nyland")
        assert [row[1] for row in tables["not-chosen"].rows] == [40, 0]
        # Nobody is brought within the standard: no column of zeros and equal reasons, but a sentence.
        assert len(tables["not-chosen"].columns) == 3
        some = left.assign(brought=[5, 0])
        with_reasons = regional_document(replace(plan, around=Around(beyond, some)), language=language)
        told = next(t for t in with_reasons.tables() if t.name == "not-chosen")
        assert [row[3] for row in told.rows] == [5, 0]
        assert all(row[4] for row in told.rows)


def test_losers_are_named_with_their_minutes(plan):
    context = context_for(plan, words_for("fi", plan.settings.project.names))
    moved = changes(plan)
    shorter, longer = changed_people(context)
    assert shorter == moved.loc[moved["change"] <= -1, "people"].sum()
    assert longer == moved.loc[moved["change"] >= 1, "people"].sum()
    swapped = context_for(replace(plan, today=plan.proposed, proposed=plan.today), context.words)
    assert bool(losing(swapped)) == bool(shorter)
    assert all(" min)" in name and "→" in name for name in losing(swapped))


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_summary_fits_on_one_page(plan, language):
    document = regional_document(plan, language=language)
    with pikepdf.open(io.BytesIO(write_pdf(document, timestamp=STAMP))) as pdf:
        pages = [page_text(page) for page in pdf.pages[:2]]
    heading = {"fi": "Sisällys", "sv": "Innehåll", "en": "Contents"}[language]
    assert document.figures()[0].caption.replace(" ", "") in pages[0]
    assert heading in pages[1]


def test_three_maps_side_by_side(plan):
    figure = next(f for f in regional_document(plan, language="sv").figures() if f.name == "before-after")
    assert isinstance(figure, Figure)
    assert figure.draw() == figure.draw()
    words = words_for("sv")
    nowhere = changes(plan).assign(people=0)
    assert b"<svg" in before_after(plan, nowhere, words)
    assert b"<svg" in before_after(replace(plan, offices=plan.offices.iloc[:0]), changes(plan), words)


def test_the_summary_s_map_makes_room_for_a_longer_text():
    short, long = map_height("a" * 300), map_height("a" * 300, "b" * 1500)
    assert short == SUMMARY_MAP
    assert 0.6 * SUMMARY_MAP <= long < short
    assert map_height("a" * 10_000) == 0.6 * SUMMARY_MAP
