import datetime as dt

import pytest

from tunti.inputs.invent import invent
from tunti.scenario.patches import AddSite, AgencyServes, OfficeServes, People, Setting, SiteStatus
from tunti.scenario.scenario import read_scenario, resolve
from tunti.settings import Settings


@pytest.fixture(scope="module")
def country():
    return invent(seed=5)


def test_patches_change_tables_in_order_and_leave_the_baseline(country):
    site = country.sites["site"].iloc[0]
    before = country.sites["status"].iloc[0]
    inputs, settings, findings = resolve(
        country,
        Settings(),
        [
            SiteStatus(kind="site_status", site=site, status="forbidden"),
            SiteStatus(kind="site_status", site=site, status="required"),
            AddSite(kind="add_site", site="Uusi Ä", lon=25.0, lat=62.0),
            SiteStatus(kind="site_status", site="Uusi Ä", status="required"),
            Setting(kind="setting", name="standard.minutes", value=45),
        ],
    )
    assert not findings
    assert inputs.sites.set_index("site").loc[site, "status"] == "required"
    assert inputs.sites["status"].iloc[-1] == "required"
    assert 100_000 < inputs.sites["x"].iloc[-1] < 800_000
    assert inputs.sites.dtypes.equals(country.sites.dtypes)
    assert settings.standard.minutes == 45
    assert country.sites["status"].iloc[0] == before


def test_people_grow_with_their_groups(country):
    code = country.cells["municipality"].iloc[0]
    inputs, _, _ = resolve(country, Settings(), [People(kind="people", factor=2.0, municipality=code)])
    was, now = country.cells, inputs.cells
    there = was["municipality"] == code
    assert (now.loc[there, "people"] == 2 * was.loc[there, "people"]).all()
    assert (now.loc[there, "people_75"] == 2 * was.loc[there, "people_75"]).all()
    assert (now.loc[~there, "people"] == was.loc[~there, "people"]).all()


def test_an_office_closes_from_its_day_only(country):
    office = country.offices["office"].iloc[0]
    late = OfficeServes(kind="office_serves", office=office, serves="none", from_day=dt.date(2030, 1, 1))
    assert resolve(country, Settings(), [late])[0].offices["serves"].equals(country.offices["serves"])
    now = OfficeServes(kind="office_serves", office=office, serves="none")
    assert resolve(country, Settings(), [now])[0].offices["serves"].iloc[0] == "none"


def test_all_that_is_wrong_comes_at_once(country):
    _, _, findings = resolve(
        country,
        Settings(),
        [
            SiteStatus(kind="site_status", site="nowhere", status="required"),
            OfficeServes(kind="office_serves", office="none", serves="none"),
            AgencyServes(kind="agency_serves", agency="NOBODY", municipalities=("091",), serves="remote"),
            People(kind="people", factor=1.1, region="99"),
            Setting(kind="setting", name="standard.minuts", value=1),
            Setting(kind="setting", name="standard.minutes", value=-1),
            AddSite(kind="add_site", site=str(country.sites["site"].iloc[0]), lon=25, lat=62),
        ],
    )
    assert [f.row for f in findings] == [1, 2, 3, 4, 5, 6, 7]
    assert all(f.what_to_do.text("fi") for f in findings)


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("[[patch]]\nkind = 'site_status'\nsite = 'a'\nstatus = 'perhaps'", 1, "status"),
        ("[[patch]]\nkind = 'site_status'\nstatus = 'required'", 1, "site"),
        ("[[patch]]\nkind = 'open_all'", 1, "kind"),
        ("[[patch]]\nsite = 'a'", 1, "kind"),
        ("[[patch]]\nkind = 'add_site'\nsite = 'a'\nlon = 250\nlat = 62", 1, "lon"),
        ("colour = 'red'", None, "colour"),
        ("[[patch]\n", 1, None),
    ],
)
def test_a_wrong_scenario_is_told(text, row, column):
    _, findings = read_scenario("talvi", text)
    assert [(f.row, f.column) for f in findings] == [(row, column)]


def test_a_sound_scenario_is_read():
    scenario, findings = read_scenario(
        "talvi", "description = 'x'\n[[patch]]\nkind='setting'\nname='speeds.season'\nvalue='winter'"
    )
    assert not findings
    assert len(scenario.patches) == 1
