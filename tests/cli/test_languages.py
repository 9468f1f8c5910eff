"""A language that the product does not have is refused in words, by every command."""

import pytest

from tunti.cli import main
from tunti.cli.app import app
from tunti.cli.options import known
from tunti.errors import TuntiError


@pytest.mark.parametrize(("asked", "meant"), [("se", "sv"), ("svenska", "sv"), ("FI", "fi"), ("uk", "en")])
def test_the_language_that_was_meant_is_suggested(asked, meant):
    with pytest.raises(TuntiError, match=f"no language '{asked}'. Did you mean {meant}"):
        known(asked)


def test_known_languages_and_none_are_let_through(monkeypatch):
    monkeypatch.delenv("TUNTI_LANG", raising=False)
    assert [known(w) for w in ("fi", "sv", "en", "fi_FI", None)] == ["fi", "sv", "en", "fi_FI", None]
    with pytest.raises(TuntiError, match="fi \\(Finnish\\), sv \\(Swedish\\) and en"):
        known("xx")
    monkeypatch.setenv("TUNTI_LANG", "se")
    with pytest.raises(TuntiError, match="sv"):
        known(None)


def _commands():
    return [c.name or c.callback.__name__.replace("_", "-") for c in app.registered_commands]


@pytest.mark.parametrize("command", [c for c in _commands() if c not in ("account",)])
def test_every_command_refuses_it_before_it_does_anything(command, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("TUNTI_LANG", "fi")
    with pytest.raises(SystemExit) as ended:
        main([command, str(tmp_path / "ei"), "--lang", "se"])
    said = " ".join("".join(capsys.readouterr()).split())
    assert ended.value.code in (1, 2)
    assert "Kieltä ”se” ei ole. Tarkoititko: sv?" in said
    assert not (tmp_path / "ei").exists()
