"""What can't be dimensioned is told as findings: where, what is wrong and what to do."""

import pandas as pd
import pytest
from tests.story.commands import TOML

from tunti.errors import InputError
from tunti.inputs.checks.remote import remote_findings
from tunti.inputs.day import clock, half_hour
from tunti.inputs.frames import typed
from tunti.inputs.schemas import SCHEMAS
from tunti.settings import Settings, read_settings


def table(name, **columns):
    return typed(pd.DataFrame(columns), SCHEMAS[name])


def told(country, settings=None, **tables):
    for name, frame in tables.items():
        country = country.with_table(name, frame)
    found = list(remote_findings(country, settings or Settings()))
    for f in found:
        for language in ("fi", "sv", "en"):
            assert f.what.text(language)
            assert f.what_to_do.text(language)
    return {(f.level.value, f.table, f.row, f.column) for f in found}


def set_to(text):
    settings, found = read_settings(text)
    assert not found
    return settings


def test_nothing_is_wrong_with_the_defaults(country):
    assert told(country) == set()


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("answered_share = 1.0", "remote.answered_share"),
        ('opens = "16:00"\ncloses = "9:00"', "remote.closes"),
        ('opens = "nine"', "remote.opens"),
        ("weekday_weights = [0, 0, 0, 0, 0, 0, 0]", "remote.weekday_weights"),
        ("hour_weights = {9 = 0.0}", "remote.hour_weights"),
        ("hour_weights = {noon = 1.0}", "remote.hour_weights"),
        ("channels = {phone = 0.7, digital = 0.7}", "remote.channels"),
        ("languages = {ru = 0.0}", "remote.languages"),
        ('skills = {nothing = "law"}', "remote.skills"),
        ('pool_scopes = {NOBODY = "point"}', "remote.pool_scopes"),
    ],
)
def test_settings_that_cannot_be(country, text, column):
    assert ("error", "project.toml", None, column) in told(country, set_to(f"[remote]\n{text}\n"))


def test_tables_that_cannot_be(country):
    service = str(country.services["service"].iloc[0])
    site = str(country.sites["site"].iloc[0])
    assert told(
        country,
        opening_hours=table(
            "opening_hours",
            site=[site, site, "nowhere"],
            weekday=[1, 2, 3],
            opens=["16:00", "early", "9:00"],
            closes=["9:00", "15:00", "15:00"],
        ),
        visit_hours=table(
            "visit_hours", service=[service, "odd"], weekday=[1, 1], hour=["9:00", "25:00"], visits=[0, 3]
        ),
        visit_months=table("visit_months", service=[service], month=[3], visits=[0]),
        channels=table("channels", service=[service] * 2, channel=["phone", "digital"], share=[0.8, 0.7]),
        languages=table(
            "languages", language=["la", "ru", "ar"], region=["*", "*", "99999"], share_people=[0, 0.7, 0.6]
        ),
    ) == {
        ("error", "opening_hours", 2, "closes"),
        ("error", "opening_hours", 3, "opens"),
        ("error", "opening_hours", 4, "site"),
        ("error", "visit_hours", 2, "visits"),
        ("error", "visit_hours", 3, "hour"),
        ("error", "visit_hours", 3, "service"),
        ("error", "visit_months", 2, "visits"),
        ("error", "channels", 2, "share"),
        ("warning", "languages", 2, "share_people"),
        ("error", "languages", 4, "region"),
    }


def refused(project, **question):
    with pytest.raises(InputError) as stopped:
        project.remote(**question)
    return {(f.table, f.row, f.column) for f in stopped.value.findings}


def test_a_rate_of_zero(project_of, country):
    services = country.services.assign(visits_year=0.0)
    assert ("services", None, "visits_year") in refused(project_of(services=services))


def test_no_services(project_of, country):
    assert ("services", None, None) in refused(project_of(services=country.services[:0]))


@pytest.mark.parametrize(
    ("patch", "column"),
    [
        ('kind = "remote_room"\nsite = "nowhere"', "site"),
        ('kind = "pool_language"\nlanguage = "la"', "language"),
        ('kind = "opening_hours"\nopens = "15:00"\ncloses = "9:00"', "closes"),
        ('kind = "opening_hours"\nopens = "soon"\ncloses = "9:00"', "opens"),
        ('kind = "opening_hours"\nsite = "nowhere"\nopens = "8:00"\ncloses = "9:00"', "site"),
        ('kind = "channel"\nservice = "nothing"\nchannel = "phone"\nshare = 0.1', "service"),
        ('kind = "channel"\nchannel = "phone"\nshare = 1.5', "share"),
        ('kind = "opening_hours"\nweekdays = [8]\nopens = "8:00"\ncloses = "9:00"', "weekdays.0"),
    ],
)
def test_changes_that_cannot_be(project_of, patch, column):
    project = project_of(scenarios={"bad": f"[[patch]]\n{patch}\n"})
    assert ("scenario", 1, column) in refused(project, scenario="bad")


def test_a_promise_to_all_by_scenario(project_of):
    text = '[[patch]]\nkind = "setting"\nname = "remote.answered_share"\nvalue = 1.0\n'
    project = project_of(scenarios={"all": text})
    assert ("project.toml", None, "remote.answered_share") in refused(project, scenario="all")


def test_too_few_rooms_and_a_silent_language_are_told(project_of, country):
    points = project_of().remote().points
    busy = points.sort_values("rooms", ascending=False).iloc[0]
    assert busy["rooms"] > 1
    project = project_of(
        remote_rooms=table("remote_rooms", site=[busy["site"]], rooms=[1]),
        toml=TOML + "\n[remote]\nrepeat_share = 0.1\n",
    )
    found = project.remote()
    assert any(f.table == "remote_rooms" and f.column == "rooms" for f in found.findings)


@pytest.mark.parametrize(
    ("text", "half"),
    [("9:00", 18), ("9.30", 19), ("klo 9", 18), ("0930", 19), ("24:00", 48), ("00:00", 0), ("09:30:00", 19),
     ("25", None), ("nine", None), ("24:30", None), ("9:75", None), ("", None)],
)  # fmt: skip
def test_times_of_day(text, half):
    assert half_hour(text) == half


def test_clock():
    assert [clock(h) for h in (0, 19, 48)] == ["0:00", "9:30", "24:00"]
