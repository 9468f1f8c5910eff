"""Languages of service at a point: whoever tells of them, tables, documents or the public's pages, says the same."""

from types import SimpleNamespace

import pandas as pd
import pytest

from tunti.inputs.spoken import in_order, languages_at, languages_by_municipality
from tunti.web.places import spoken

TOWNS = pd.DataFrame(
    {
        "municipality": ["1", "2", "3", "4"],
        "languages": ["fi", "sv fi", pd.NA, "fi"],
        "sami_homeland": [False, pd.NA, False, True],
    }
)


def test_the_law_by_municipality():
    assert languages_by_municipality(TOWNS) == {"1": {"fi"}, "2": {"fi", "sv"}, "3": {"fi"}, "4": {"fi", "se"}}


@pytest.mark.parametrize(
    ("official", "remotely", "told"),
    [((), False, ("fi",)), (("sv",), False, ("sv",)), (("fi",), True, ("fi", "se", "sv"))],
)
def test_at_a_point_remote_service_adds_the_others(official, remotely, told):
    assert languages_at(official, remotely=remotely) == told


def test_finnish_and_swedish_are_told_first():
    assert in_order(("se", "sv", "en", "fi")) == ("fi", "sv", "en", "se")


def test_pages_and_tables_say_the_same_of_every_point(found, country):
    ready = SimpleNamespace(inputs=country, kept={})
    modes = found.duties[found.duties["mode"] != "none"].groupby("site")["mode"].agg(list)
    remotely = 0
    for point in found.points.to_dict("records"):
        told = spoken(ready, point["municipality"], modes.get(point["site"], ()))
        assert set(told) == set(str(point["languages"]).split())
        remotely += "remote" in modes.get(point["site"], ())
    assert remotely > 0
    for duty in found.duties[found.duties["mode"] != "none"].to_dict("records"):
        town = country.sites.set_index("site").loc[duty["site"], "municipality"]
        assert set(spoken(ready, town, [duty["mode"]])) == set(str(duty["languages"]).split())
    assert spoken(ready, None) == ()
