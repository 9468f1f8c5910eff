"""Remote service of an invented country: nothing is lost, sharing helps, changes do what they say."""

import numpy as np
import pandas as pd
import pytest
from tests.story.commands import TOML

from tunti.errors import Infeasible
from tunti.findings import Level, say
from tunti.inputs.columns import MODES
from tunti.remote.channels import CHANNELS, modes_from_duties, modes_of
from tunti.remote.region import of_region
from tunti.settings_remote import RemoteSettings
from tunti.stages import Stages


@pytest.fixture
def found(project_of):
    return project_of().remote()


def test_every_visit_goes_somewhere(project_of, country):
    found = project_of().remote()
    asked = country.services["visits_year"].sum()
    repeats = 1 / (1 - RemoteSettings().repeat_share)
    by_channel = found.channels.set_index("channel")["visits"]
    first = by_channel.copy()
    for channel in ("remote_room", "home_video", "phone"):
        first[channel] /= repeats
    assert first.sum() + found.totals["unreached_visits"] == pytest.approx(asked, rel=1e-9)
    assert found.points[list(CHANNELS)].sum().sum() == pytest.approx(by_channel.sum())
    assert found.services[list(CHANNELS)].sum().sum() == pytest.approx(by_channel.sum())
    assert found.channels["share"].sum() == pytest.approx(1)


def test_the_promise_is_kept_and_sharing_helps(found):
    level = RemoteSettings()
    for pool in (found.clerks, found.interpreters):
        assert len(pool)
        assert (pool["answered"] >= level.answered_share - 1e-9).all()
        # Erlang: people at work exceed the load.
    assert (found.clerks["clerks"] > found.clerks["peak_load"]).all()
    assert (found.clerks["occupancy"] <= level.occupancy + 1e-9).all()
    assert (found.clerks["clerks"] <= found.clerks["clerks_alone"]).all()
    assert (found.interpreters["interpreters"] <= found.interpreters["interpreters_alone"]).all()
    assert found.totals["clerks"] < found.totals["clerks_unpooled"]
    assert found.totals["interpreters_interchangeable"] <= found.totals["interpreters"]
    assert (found.clerks["cents_year"] <= found.clerks["cents_alone"]).all()
    assert (found.load["clerks_on_duty"] >= found.load["clerks_needed"]).all()


def test_money_and_figures_add_up(found):
    totals = found.totals
    assert totals["rooms"] == found.points["rooms"].sum()
    assert totals["clerk_cents"] == found.clerks["cents_year"].sum()
    assert totals["travel_minutes_saved"] == pytest.approx(
        found.points["minutes_saved"].sum() + found.points["home_minutes_saved"].sum()
    )
    assert totals["interpreter_cents"] < totals["interpreter_cents_on_site"]
    rooms = found.points[found.points["rooms"] > 0]
    pays = rooms[rooms["break_even_visits"].notna()]
    # A point pays exactly from its break-even demand on.
    gain = pays["value_cents"] - pays["host_cents"] - pays["room_cents"]
    assert ((gain > 0) == (pays["remote_room"] > pays["break_even_visits"])).all()


def test_regions_add_up(project_of, country):
    project = project_of()
    whole = project.remote()
    regions = sorted(set(country.municipalities["region"]))
    parts = [of_region(whole, r) for r in regions]
    for name in ("rooms", "travel_minutes_saved", "clerk_person_years", "remote_visits", "km_saved"):
        assert sum(p.totals[name] for p in parts) == pytest.approx(whole.totals[name])
    assert all(p.totals["clerks"] <= whole.totals["clerks"] for p in parts)
    assert all(p.channels["share"].sum() == pytest.approx(1) for p in parts)


@pytest.mark.parametrize("alone", [False, True])
def test_the_plan_remote_service_and_premises_say_the_same_of_each_point(project_of, country, alone):
    project = project_of()
    region = sorted(set(country.municipalities["region"]))[0] if alone else None
    plan = project.plan(region=region, full=True)
    remote, premises, services = (ask(region=region) for ask in (project.remote, project.premises, project.services))
    assert set(remote.points["site"]) == set(plan.points["site"]) == set(services.points["site"])
    pd.testing.assert_frame_equal(remote.points, plan.remote.points)
    said = premises.points.set_index("site")
    sized = remote.points.set_index("site").loc[said.index]
    assert (said["remote_rooms"] == sized["rooms"]).all()
    assert (said["counters"] == sized["counters"].clip(lower=1)).all()
    pd.testing.assert_frame_equal(premises.points, plan.premises.points)
    # Rooms are where agencies serve remotely, whatever the tier of the point.
    remotely = set(services.duties.loc[services.duties["mode"] == "remote", "site"])
    assert set(remote.points.loc[remote.points["rooms"] > 0, "site"]) <= remotely
    assert remotely


def test_tiers_say_who_serves_where_services_can_not(project_of, monkeypatch):
    project = project_of()
    everywhere = project.remote(duties=pd.DataFrame(columns=["site", "agency", "mode"], dtype="string"))

    def refused(self, region=None):
        raise Infeasible([say("No network keeps all the rules.")])

    monkeypatch.setattr(Stages, "services", refused)
    found = project.remote()
    assert "No network keeps all the rules." in found.findings[0].what.text("en")
    assert found.findings[0].level is Level.WARNING
    pd.testing.assert_frame_equal(found.points, everywhere.points)


def test_a_kept_answer_is_the_same(project_of):
    project = project_of()
    one, again = project.remote(), project.remote()
    for name in ("points", "clerks", "interpreters", "channels", "services", "load", "shifts", "by_region"):
        a, b = (getattr(x, name).astype(object).where(getattr(x, name).notna(), None) for x in (one, again))
        pd.testing.assert_frame_equal(a, b, check_dtype=False)
    assert one.totals == again.totals
    assert [f.what.text("fi") for f in one.findings] == [f.what.text("fi") for f in again.findings]


@pytest.mark.parametrize(
    ("change", "better"),
    [
        ('[[patch]]\nkind = "opening_hours"\nopens = "8:00"\ncloses = "17:00"\n', "clerks"),
        ('[[patch]]\nkind = "setting"\nname = "remote.answered_share"\nvalue = 0.6\n', "clerks"),
        ('[[patch]]\nkind = "channel"\nchannel = "digital"\nshare = 0.4\n', "rooms"),
        ('[[patch]]\nkind = "pool_language"\nlanguage = "ru"\npool = "east"\n'
         '[[patch]]\nkind = "pool_language"\nlanguage = "uk"\npool = "east"\n', "interpreters"),
    ],
)  # fmt: skip
def test_changes_that_spare_people(project_of, change, better):
    project = project_of(scenarios={"change": change})
    now, then = project.remote(), project.remote(scenario="change")
    assert then.totals[better] <= now.totals[better]
    assert then.totals != now.totals


@pytest.mark.parametrize("scope", ["region", "point"])
def test_less_sharing_needs_more(project_of, scope):
    change = (
        f'[[patch]]\nkind = "setting"\nname = "remote.pool_scope"\nvalue = "{scope}"\n'
        f'[[patch]]\nkind = "pool_language"\nlanguage = "ru"\nscope = "{scope}"\n'
    )
    project = project_of(scenarios={"apart": change})
    now, then = project.remote(), project.remote(scenario="apart")
    assert then.totals["clerks"] >= now.totals["clerks"]
    assert then.totals["interpreters"] >= now.totals["interpreters"]
    assert len(then.clerks) > len(now.clerks)
    assert set(then.clerks["region"]) <= set(now.points["region"])
    if scope == "point":
        assert then.totals["clerks"] == then.totals["clerks_unpooled"]


def test_a_room_opens_where_there_is_no_point(project_of, country):
    project = project_of()
    now = project.remote()
    closed = next(s for s in country.sites["site"] if s not in set(now.points["site"]))
    text = f'[[patch]]\nkind = "remote_room"\nsite = "{closed}"\nrooms = 3\n'
    project = project_of(scenarios={"room": text})
    then = project.remote(scenario="room").points.set_index("site")
    assert then.loc[closed, "rooms"] >= 3
    assert then.loc[closed, "counter"] == 0


def test_duties_say_who_serves_where(project_of, country):
    project = project_of()
    points = project.remote().points["site"].tolist()
    agencies = country.services["agency"].unique()
    duties = pd.DataFrame(
        [(s, a, "staffed" if i == 0 else "remote", 10.0) for i, s in enumerate(points) for a in agencies],
        columns=["site", "agency", "mode", "hours_week"],
    )
    found = project.remote(duties=duties).points.set_index("site")
    assert found.loc[points[0], "remote_room"] == 0
    assert (found.loc[points[1:], "counter"] == 0).all()
    assert found.loc[points[1:], "remote_room"].sum() > 0


def test_modes_follow_tiers_rooms_and_what_services_allow():
    services = pd.DataFrame(
        {"service": ["a", "b", "c"], "agency": ["A", "A", "B"], "modes": ["staffed remote", "staffed", "assisted"]}
    )
    sites = pd.DataFrame({"site": ["j", "k", "m"], "tier": ["centre", "small", pd.NA]})
    rooms = pd.DataFrame({"site": ["j", "k"], "rooms": pd.array([1, 0], dtype="Int64")})
    said = [[MODES[v] for v in row] for row in modes_of(services, sites, RemoteSettings())]
    assert said == [["staffed", "remote", "staffed"], ["staffed", "none", "staffed"], ["assisted"] * 3]
    said = [[MODES[v] for v in row] for row in modes_of(services, sites, RemoteSettings(), rooms=rooms)]
    assert said[0] == ["staffed", "none", "staffed"]
    duties = pd.DataFrame(
        {
            "site": ["j", "j", "k", "elsewhere"],
            "agency": ["A", "A", "B", "A"],
            "service": [pd.NA, "b", pd.NA, pd.NA],
            "mode": ["remote", "staffed", "visiting", "staffed"],
            "hours_per_week": [10.0, np.nan, 4.0, 1.0],
        }
    )
    mode, hours, days = modes_from_duties(duties.assign(days_week=[1.0, 2.0, np.nan, 5.0]), services, ("j", "k"))
    assert [[MODES[v] for v in row] for row in mode] == [["remote", "none"], ["staffed", "none"], ["none", "none"]]
    assert hours[0, 0] == 10
    assert np.isnan(hours[1, 0])
    assert days[0, 0] == 1
    assert np.isnan(days[2, 1])


def test_without_remote_services_only_counters_are_sized(project_of, country):
    found = project_of(services=country.services.assign(modes="staffed")).remote()
    assert found.clerks.empty
    assert found.totals["rooms"] == found.totals["clerks"] == found.totals["clerks_unpooled"] == 0
    assert found.totals["travel_minutes_saved"] == 0
    assert found.points["counters"].sum() > 0
    assert found.interpreters["interpreters"].sum() > 0
    assert any(f.column == "modes" for f in found.findings)


def test_without_languages_nobody_interprets(project_of):
    found = project_of(toml=TOML + "\n[remote]\nlanguages = {}\n").remote()
    assert found.interpreters.empty
    assert found.totals["interpreters"] == found.totals["interpreters_interchangeable"] == 0
    assert found.clerks["clerks"].sum() > 0


def test_empty_tables_are_told_as_illustrative(found):
    told = {f.table for f in found.findings if f.level is Level.NOTE}
    assert told == {"visit_hours", "visit_months", "channels", "languages", "opening_hours"}


def test_who_gives_up_is_told_when_somebody_does(project_of):
    now = project_of().remote()
    then = project_of(toml=TOML + "\n[remote]\npatience_minutes = 10\n").remote()
    assert (now.clerks["lost"] == 0).all()
    assert ((then.clerks["lost"] > 0) & (then.clerks["lost"] < 0.2)).all()


def test_speakers_of_the_grid_scale_the_languages(project_of, country):
    cells = country.cells.copy()
    cells["speakers_fi"] -= cells["speakers_other"]
    cells["speakers_other"] = cells["speakers_other"] * 2
    now, then = project_of().remote(), project_of(cells=cells).remote()
    assert then.totals["interpretations"] == pytest.approx(2 * now.totals["interpretations"], rel=0.05)
    none = project_of(cells=cells.assign(speakers_other=pd.array([pd.NA] * len(cells), dtype="Int64"))).remote()
    assert none.totals["interpretations"] > 0


def test_hosts_stand_by_where_rooms_are(found):
    assert (found.points.loc[found.points["rooms"] > 0, "hosts"] > 0).all()
    assert found.totals["hosts"] == found.points["hosts"].sum()
