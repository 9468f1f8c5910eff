"""What a planner reads when a key ended the search."""

from dataclasses import dataclass

import pytest

from tunti.cli import show


@dataclass
class Ended:
    interrupted: bool = True
    proven: bool = False
    gap: float = 0.123


@pytest.mark.parametrize(
    ("network", "language", "told"),
    [
        (Ended(), "en", "Interrupted: the best plan so far, gap to the bound 12.3%."),
        (Ended(), "fi", "Keskeytetty: paras tähän mennessä löydetty suunnitelma"),
        (Ended(gap=float("inf")), "en", "no bound is known yet"),
        (Ended(proven=True, gap=0.0), "sv", "antalet är bevisat"),
        (Ended(interrupted=False), "en", ""),
    ],
)
def test_it_is_said_in_words(network, language, told, capsys, monkeypatch):
    said = []
    monkeypatch.setattr(show, "tell", said.append)
    show.tell_interrupted(network, language)
    assert told in "".join(said)
    assert bool(said) == network.interrupted
