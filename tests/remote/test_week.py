"""A simulated week of a whole network: the same every time, and what goes wrong lengthens waits."""

import time

import numpy as np
import pytest

from tunti.errors import TuntiError
from tunti.remote.simulate import read_outage, simulate, simulated_frame
from tunti.settings_remote import RemoteSettings
from tunti.stages import Stages

CALM = RemoteSettings(no_show_share=0.0, overrun_share=0.0, sick_share=0.0)


@pytest.fixture(scope="module")
def detail(tmp_path_factory, country):
    from tests.story.commands import write_project

    from tunti.project import Project

    services = country.services.assign(visits_year=country.services["visits_year"] * 20)
    folder = tmp_path_factory.mktemp("week") / "project"
    write_project(folder, country.with_table("services", services))
    project = Project(folder)
    inputs, settings, _ = project.baseline()
    return Stages(project.store, inputs, settings, lambda *_: None).remote_detail()


def mean(found, what, kind="clerks"):
    rows = [k for k, name in enumerate(found.kinds) if name == kind]
    return float(np.average(getattr(found, what)[:, rows], weights=found.customers[:, rows]))


def test_the_same_seed_gives_the_same_weeks(detail):
    one, again = (simulated_frame([simulate(detail, RemoteSettings(), weeks=2)]) for _ in range(2))
    assert one.equals(again)
    other = simulated_frame([simulate(detail, RemoteSettings(seed=7), weeks=2)])
    assert not one.equals(other)


def test_everybody_who_comes_is_counted(detail):
    found = simulate(detail, CALM, weeks=4)
    asked = sum(detail.visits.visits[c].sum() for c in ("remote_room", "home_video", "phone", "counter"))
    week = detail.calendar.month[0, found.month - 1] * asked
    assert found.customers[:, 0].mean() == pytest.approx(week, rel=0.1)
    assert (found.lost == 0).all()
    away = simulate(detail, CALM.model_copy(update={"no_show_share": 0.5}), weeks=4)
    assert away.customers[:, 0].mean() < found.customers[:, 0].mean()


def test_the_calm_week_keeps_the_promise(detail):
    found = simulate(detail, CALM, weeks=6)
    assert mean(found, "answered") >= CALM.answered_share - 0.03
    assert mean(found, "answered", "rooms") >= CALM.answered_share - 0.03
    planned = detail.clerk_staff.occupancy
    assert mean(found, "occupancy") <= planned.max() + 0.05


@pytest.mark.parametrize(
    "change", [{"sick_share": 0.4}, {"overrun_share": 0.9, "overrun_factor": 2.0}], ids=["sick", "overruns"]
)
def test_what_goes_wrong_lengthens_waits(detail, change):
    calm = simulate(detail, CALM, weeks=4)
    wrong = simulate(detail, CALM.model_copy(update=change), weeks=4)
    assert mean(wrong, "mean_wait") > mean(calm, "mean_wait")
    assert mean(wrong, "answered") < mean(calm, "answered")


def test_a_link_that_is_down_keeps_clerks_and_rooms(detail):
    calm = simulate(detail, CALM, weeks=4)
    down = simulate(detail, CALM, weeks=4, outage=read_outage("2@10:00+120"))
    assert mean(down, "mean_wait") > mean(calm, "mean_wait")
    assert mean(down, "mean_wait", "rooms") > mean(calm, "mean_wait", "rooms")
    assert (down.customers == calm.customers).all()


def test_some_give_up(detail):
    found = simulate(detail, CALM.model_copy(update={"patience_minutes": 2.0, "sick_share": 0.5}), weeks=2)
    assert mean(found, "lost") > 0


def test_seasons_differ(detail):
    july, january = (simulate(detail, CALM, weeks=3, month=m).customers[:, 0].mean() for m in (7, 1))
    assert july < january


def test_outages_are_read():
    assert read_outage("2@10:00+90") == (1440 + 600, 1440 + 690)
    for text in ("8@10:00+9", "2@noon+9", "2@10:00", ""):
        with pytest.raises(TuntiError):
            read_outage(text)


def test_a_week_is_simulated_quickly(detail):
    begins = time.process_time()
    found = simulate(detail, RemoteSettings(), weeks=2)
    spent = time.process_time() - begins
    # The country's ten weeks hold 700,000 customers and have a minute on two cores.
    assert spent / found.customers[:, 0].sum() * 700_000 < 60


def test_days_add_up_to_the_week(detail):
    found = simulate(detail, CALM, weeks=2)
    days = [k for k, kind in enumerate(found.kinds) if kind == "day"]
    assert len(days) == 7
    assert (found.customers[:, days].sum(axis=1) == found.customers[:, 0]).all()
    assert (found.customers[:, days[5:]] == 0).all()  # closed at weekends


def test_a_week_without_remote_service_has_its_counters(project_of, country):
    project = project_of(services=country.services.assign(modes="staffed"))
    found = project.simulate_remote(weeks=2)[0]
    assert found.customers[:, found.kinds.index("counters")].sum() > 0
    assert found.customers[:, found.kinds.index("rooms")].sum() == 0
