import pytest

from tunti.findings import Share, say
from tunti.settings import Settings, read_settings


def test_an_empty_file_gives_the_defaults():
    settings, findings = read_settings("")
    assert settings == Settings()
    assert not findings
    assert settings.standard.share is None
    assert settings.standard.population_base is None
    assert settings.speeds.season == "summer"


@pytest.mark.parametrize(
    ("text", "column", "word"),
    [
        ("[standard]\nminutes = -3", "standard.minutes", "not above"),
        ("[standard]\nminutes = 'sixty'", "standard.minutes", "number"),
        ("[standard]\nshare = 95", "standard.share", "above 1"),
        ("[plan]\ngoal = 'best'", "plan.goal", "fewest"),
        ("[plan]\npoints = 2.5", "plan.points", "number"),
        ("[project]\nas_of = 'soon'", "project.as_of", "date"),
        ("[project]\nillustrative = 'perhaps'", "project.illustrative", "true or false"),
        ("[standrad]\nminutes = 60", "standrad", "standard"),
        ("[standard]\nminuts = 60", "standard.minuts", "minutes"),
    ],
)
def test_a_wrong_setting_is_told_with_its_name_and_remedy(text, column, word):
    _, findings = read_settings(text)
    assert [f.column for f in findings] == [column]
    assert word in str(findings[0].what) + str(findings[0].what_to_do)
    assert "Input should" not in str(findings[0].what)


def test_broken_toml_is_told_with_its_line():
    _, findings = read_settings("[plan]\ngoal = fewest\n")
    assert findings[0].row == 2


def test_all_wrong_settings_come_at_once():
    assert len(read_settings("[standard]\nminutes = 0\nshare = 2\n[plan]\ngap = 7\n")[1]) == 3


def test_one_speed_may_change_alone():
    settings, _ = read_settings("[speeds.summer]\nmain = 80\n")
    assert settings.speeds.summer["main"] == 80
    assert settings.speeds.summer["national"] == 92


def test_numbers_in_sentences_follow_the_language():
    message = say("{n} and {s}", n=1234.5, s=Share(0.995))
    assert message.text("fi").replace("\N{NO-BREAK SPACE}", " ") == "1 234,5 and 99,5 %"
    assert message.text("en") == "1,234.5 and 99.5%"
