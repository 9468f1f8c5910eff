"""The HTML documents meet WCAG 2.1 AA as axe judges them, in three languages, on a screen, a phone and on paper."""

import itertools
from dataclasses import replace

import pytest
from tests.report.invented_together import STATEMENTS, make_comparison, make_national
from tests.story.commands import write_project

from tunti.inputs.invent import invent
from tunti.project import Project
from tunti.report import regional_document
from tunti.report.comparison import comparison_document
from tunti.report.national import national_document
from tunti.report.writers.html import write_html
from tunti.work.hearing import Hearing

from .conftest import TOML
from .test_accessible import AXE, RULES

LANGUAGES = ("fi", "sv", "en")


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """Make a region's plan with all its stages and a round of statements."""
    folder = tmp_path_factory.mktemp("documents") / "maa"
    write_project(folder, invent(seed=3, cells=300, sites=25, regions=3), TOML)
    project = Project(folder)
    made = project.plan(region=next(iter(project.regions())), full=True)
    assert not made.lacking
    return replace(made, hearing=Hearing("one", state="heard", statements=STATEMENTS))


@pytest.fixture(scope="module")
def context(browser):
    opened = browser.new_context(bypass_csp=True)
    yield opened
    opened.close()


@pytest.mark.skipif(not AXE.is_file(), reason="axe is not installed: make web")
@pytest.mark.parametrize(("kind", "language"), list(itertools.product(("region", "national", "comparison"), LANGUAGES)))
def test_axe_finds_nothing(context, plan, tmp_path, kind, language):
    made = {
        "region": lambda: regional_document(plan, language=language),
        "national": lambda: national_document(make_national(), language=language),
        "comparison": lambda: comparison_document(make_comparison(), language=language),
    }[kind]()
    (tmp_path / "paper.html").write_bytes(write_html(made))
    page = context.new_page()
    wrong = []
    for width, media in ((1200, "screen"), (360, "screen"), (1200, "print")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(media=media)
        page.goto((tmp_path / "paper.html").as_uri())
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("rules => axe.run(document, rules)", RULES)
        wrong += [(width, media, v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]]
        # Tables that are wider than the screen scroll in a box of their own; the page itself never does.
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (width, media)
    assert page.locator("html").get_attribute("lang") == language
    page.close()
    assert not wrong
