"""The section on remote service: three languages, what the public may see, and a picture that stays the same."""

from dataclasses import replace

import numpy as np
import pytest

from tunti.inputs.invent import invent
from tunti.remote.service import dimension
from tunti.report.document import Figure, KeyFigures, Table
from tunti.report.sections.context import context_for
from tunti.report.sections.remote import remote_section
from tunti.report.words import words_for
from tunti.settings import Settings


@pytest.fixture(scope="module")
def remote():
    from tunti.access.times import TravelTimes

    made = invent(seed=2, cells=60, sites=6, regions=2)
    cells = made.cells.assign(
        region=made.cells["municipality"].map(made.municipalities.set_index("municipality")["region"])
    )
    sites = made.sites.assign(
        region=made.sites["municipality"].map(made.municipalities.set_index("municipality")["region"]),
        tier=["centre", *["small"] * 5],
    )
    n, m = len(sites), len(cells)
    seconds = np.random.default_rng(1).integers(60, 6000, (n, m)).astype(np.uint16)
    times = TravelTimes(
        tuple(sites["site"]), tuple(cells["cell"]), np.arange(n + 1) * m, np.tile(np.arange(m), n).astype(np.int32),
        seconds.ravel(), 109.0,
    )  # fmt: skip
    return dimension(times, cells, sites, made, Settings(), open_sites=np.ones(n, bool))[0]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("audience", ["project", "public"])
def test_the_section_in_every_language(plan, remote, language, audience):
    context = context_for(plan, words_for(language, plan.settings.project.names), audience=audience)
    section = remote_section(context, remote)
    tables = {b.name: b for b in section.blocks if isinstance(b, Table)}
    assert set(tables) == {"remote-channels", "remote-clerks", "remote-interpreters", "remote-points"}
    points = tables["remote-points"]
    for k, column in enumerate(points.columns):
        if column.adds:
            assert sum(row[k] for row in points.rows) == pytest.approx(points.total[k])
    euros = [c.title for t in tables.values() for c in t.columns if "€" in c.title]
    assert bool(euros) == (audience == "project")
    figure = next(b for b in section.blocks if isinstance(b, Figure))
    assert figure.draw() == figure.draw()
    assert b"<svg" in figure.draw()
    assert any(isinstance(b, KeyFigures) for b in section.blocks)


def test_a_region_without_remote_service_has_its_section(plan, remote):
    context = context_for(plan, words_for("fi", plan.settings.project.names), audience="project")
    bare = replace(remote, clerks=remote.clerks[:0], interpreters=remote.interpreters[:0], load=remote.load[:0])
    assert remote_section(context, bare).blocks
