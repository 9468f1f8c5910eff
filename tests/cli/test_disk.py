"""What the disk refuses is said in words, and not as a fault of the program."""

import errno

import pytest

from tunti import cli
from tunti.cli import main


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "Levy on täynnä"), (errno.EACCES, "maa/plans"), (errno.EIO, "virhe 5")],
)
def test_what_the_disk_refuses_is_said_in_words(number, said, monkeypatch, capsys):
    def refuse(*words, **options):
        raise OSError(number, "an engine's words", "maa/plans")

    monkeypatch.setattr(cli, "translated", lambda app, language: refuse)
    with pytest.raises(SystemExit) as ended:
        main(["plan", "maa", "--lang", "fi"])
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert said in told
    assert "engine" not in told
    assert "Tuntissa" not in told
