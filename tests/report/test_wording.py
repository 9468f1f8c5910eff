"""What a planner asked of the document: today with its qualifier, figures of the region and of all, names for codes."""

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from tunti.findings import note, say, warning
from tunti.inputs.tables import Source
from tunti.plan.flags import LEFT_OUT
from tunti.report import regional_document
from tunti.report.names import country_regions
from tunti.report.sections.context import context_for
from tunti.report.sections.summary import _compared
from tunti.report.words import words_for
from tunti.settings import ProjectSettings, Settings

LANGUAGES = ["fi", "sv", "en"]


def texts(plan, key, language="fi", **options):
    document = regional_document(plan, language=language, **options)
    section = next(s for _, s in document.all_sections() if s.key == key)
    found = []
    for block in section.blocks:
        found += [block.text] if hasattr(block, "text") else []
        found += [*getattr(block, "texts", ()), *getattr(block, "items", ())]
        found += [t for f in getattr(block, "figures", ()) for t in (f.value, f.label, f.detail)]
        found += [getattr(block, "note", "")]
    return "\n".join(found).replace("\u00a0", " ")


def table(plan, name, language="fi"):
    return next(t for t in regional_document(plan, language=language).tables() if t.name == name)


def national(plan, codes, name=""):
    regions = country_regions("FI")
    rows = regions[regions["region"].isin(codes)]
    project = ProjectSettings(name=name, regions_left_out=("21",))
    figures = plan.proposed.regions.drop(columns=list(rows.columns)).iloc[[0] * len(rows)].reset_index(drop=True)
    proposed = replace(plan.proposed, regions=pd.concat([rows.reset_index(drop=True), figures], axis=1))
    return replace(plan, region=None, settings=Settings(project=project), proposed=proposed)


def test_findings_are_told_by_labels_and_rows_apart_from_ids(plan):
    found = (
        warning("cells", 17, "municipality", say("no"), say("yes")),
        note("offices", "18", "serves", say("no"), say("yes")),
    )
    rows = table(replace(plan, findings=found), "findings").rows
    assert rows[0][1:4] == ("Väestöruudut", "rivi 17", "Kunta")
    assert rows[1][1:4] == ("Toimipaikat", "tunnus 18", "Palvelee asiakkaita")


@pytest.mark.parametrize(
    ("language", "word"),
    [("fi", "minkä tahansa viranomaisen toimipaik"), ("sv", "oavsett myndighet"), ("en", "office of any agency")],
)
def test_today_carries_its_qualifier(plan, language, word):
    assert word in texts(plan, "summary", language)
    assert word in texts(plan, "access", language)


def test_when_nothing_changes_the_summary_says_what_it_takes(plan):
    same = replace(plan, today=plan.proposed)
    assert "2 pistettä nykyisten 3 toimipaikan sijaan pitää ajomatkat ennallaan" in texts(same, "summary")
    one = replace(same, offices=same.offices.iloc[:1])
    assert "2 pistettä ja nyt 1 toimipaikka" in texts(one, "summary")
    assert "ennallaan" not in texts(plan, "summary")


def test_unchanged_drives_are_told_of_the_offices_that_stay_not_of_the_points(plan):
    same = replace(plan, today=plan.proposed)
    offices = same.offices.assign(customer_part="stays")[["office", "agency", "customer_part"]]
    cells = pd.DataFrame({"cell": ["A"], "place": ["S1"], "minutes_after": [1.0]})
    context = context_for(replace(same, services=SimpleNamespace(offices=offices, cells=cells)), words_for("fi"))
    said = " ".join(_compared(context))
    assert "2 pistettä ja jatkavat toimipaikat) kenenkään matka" in said
    assert "Pelkkiin pisteisiin ajetaan keskimäärin" in said
    assert "pitää ajomatkat ennallaan" not in said


def test_figures_of_the_region_and_of_all_regions(plan):
    said = texts(plan, "network")
    assert "tässä maakunnassa: 2; kaikissa suunniteltavissa maakunnissa: 3" in said
    assert "näillä ehdoilla" in said
    assert "tässä maakunnassa" not in texts(replace(plan, region=None), "network")


def test_the_order_to_open_names_its_source(plan):
    rows = table(plan, "points").rows
    assert {r[0]: r[-1] for r in rows}["Äijälä"].startswith("lähtötiedoissa määrätty avattavaksi")
    sourced = replace(plan, points=plan.points.assign(source="Oletus"))
    assert table(sourced, "points").note.endswith("lähde lähtötiedoissa: Oletus.")


def test_only_a_plan_of_all_regions_is_for_the_whole_country(plan):
    codes = [c for c in country_regions("FI")["region"] if c != "21"]

    def named(which):
        document = regional_document(which, language="fi")
        return document.subtitle, document.title.startswith("Koko maan")

    assert named(national(plan, codes, "Kokeilu")) == ("Suomi", True)
    assert named(national(plan, codes[:2], "Kokeilu")) == ("Kokeilu", False)
    assert named(national(plan, codes[:2])) == ("Uusimaa ja Varsinais-Suomi", False)
    assert named(national(plan, codes[:1])) == ("Uusimaa", False)
    assert named(plan) == ("Ääkköslä", False)


def test_regions_left_out_go_by_their_names(plan):
    settings = Settings(project=ProjectSettings(regions_left_out=("21", "99")))
    known = replace(plan, settings=settings, flags=(say(LEFT_OUT, names="21"),))
    assert "Ahvenanmaa ja 99." in texts(known, "flags")
    assert "Åland och 99." in texts(known, "flags", "sv")


def test_settings_are_shown_as_they_were_given(plan):
    from tunti.report.words import words_for

    speeds = plan.settings.speeds.model_copy(update={"access_detour": 1.45, "access_kmh": 54.375})
    said = texts(replace(plan, settings=plan.settings.model_copy(update={"speeds": speeds})), "method")
    assert "1,45" in said
    assert "54,375" in said
    assert words_for("fi").given(1.1 + 2.2) == "3,3"


def test_illustrative_offices_are_marked(plan):
    some = replace(plan, offices=plan.offices.assign(illustrative=[True, False, True]))
    names = [row[1] for row in table(some, "offices").rows]
    assert sorted(n.endswith(" *") for n in names) == [False, True, True]
    assert "keksitty" in table(some, "offices").note
    agencies = table(some, "agencies")
    assert agencies.total[3] == 2
    assert agencies.note.startswith("Osa toimipaikoista")
    assert not any(row[1].endswith("*") for row in table(plan, "offices").rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_proposed_on_illustrative_data(plan, language):
    word = {"fi": "hyväksyttäv", "sv": "godkänn", "en": "approved"}[language]
    callout = regional_document(plan, language=language).sections[0].blocks[0]
    assert callout.tone == "warning"
    assert not any(word in t for t in callout.texts)
    assert {"fi": "keksitty", "sv": "påhittade", "en": "invented"}[language] in callout.texts[0]
    real = regional_document(replace(plan, illustrative=False), language=language).sections[0].blocks[0]
    assert real.tone == "decision"
    assert word in real.texts[0]


def test_modelled_settlement_is_told(plan):
    modelled = Source("cells", "Ruudut", "X", "CC BY 4.0", "2026", "Haja-asutus on mallinnettu.")
    assert "mallinnettu" in texts(replace(plan, sources=(modelled,)), "outside")
    assert "mallinnettu" not in texts(plan, "outside")


def test_the_snap_table_counts_sites_and_offices(plan):
    snap = pd.DataFrame([{"what": "Sites joined to the road", "count": 579, "people": 0, "note": ""}])
    row = table(replace(plan, snap=snap), "snap").rows[0]
    # Without a row that counts people the table has no column for them.
    assert row == ("Tieverkkoon liitetyt sijaintivaihtoehdot ja toimipaikat", 579)


def test_four_rows_of_the_certificate_are_on_paper_and_all_in_the_language(plan):
    steps = (
        ("reduced", "122 free sites, 323 sets in rules"),
        ("branched", "12 nodes"),
        ("never heard of", "3 things"),
        ("bound", "3 never heard of"),
    )
    certificate = table(replace(plan, network=replace(plan.network, steps=steps)), "certificate")
    assert len(certificate.shown()) == 4
    assert len(certificate.rows) == 10
    assert not any(w in str(certificate.rows) for w in ("reduced", "nodes", "never", "sets"))


def test_the_run_record_has_words_and_no_empty_rows(plan):
    rows = table(replace(plan, run={"scenario": "baseline", "region": ""}), "run").rows
    assert rows == (("vaihtoehto", "perustilanne ilman muutoksia"),)


def test_one_point_is_said_in_the_singular(plan):
    one = replace(plan, points=plan.points.iloc[:1].assign(below_base=True))
    said = texts(one, "summary")
    assert "yhteinen asiakaspalvelupiste" in said
    assert "piste, jonka väestöpohja" in said


def test_speeds_are_of_all_classes_of_the_input(plan):
    known = replace(plan, road_classes=("main", "regional", "connecting", "unknown"))
    assert [r[0] for r in table(known, "speeds").rows] == ["kantatie", "seututie", "yhdystie"]
    assert len(table(plan, "speeds").rows) == len(plan.settings.speeds.summer)


def test_one_term_for_each_thing():
    from tunti.locale import _catalogue

    from .test_words import keys

    for key in keys():
        assert "palvelupaik" not in _catalogue("fi")[key][0]
        assert "serviceställe" not in _catalogue("sv")[key][0]
