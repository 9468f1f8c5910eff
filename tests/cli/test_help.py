"""The help of every command is there in the user's language."""

import pytest

from tunti.cli.app import app
from tunti.cli.help import texts, translated
from tunti.locale import _catalogue


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_help_text_is_translated(language):
    assert not texts(app) - set(_catalogue(language))


def test_a_help_page_is_in_one_language(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        translated(app, "fi")(["locate", "--help"], prog_name="tunti")
    page = capsys.readouterr().out
    assert "Etsi paras pisteiden verkko" in page
    assert "Pisteiden määrä." in page
    assert not [text for text in texts(app) if text in page and len(text) > 20]
    with pytest.raises(SystemExit):
        translated(app, "en")(["locate", "--help"], prog_name="tunti")
    assert "Find the best network of points" in capsys.readouterr().out
