"""Every page meets WCAG 2.1 AA as axe judges it, in three languages, and can be walked with a keyboard."""

from pathlib import Path

import pytest

AXE = Path(__file__).parents[2] / "map" / "node_modules" / "axe-core" / "axe.min.js"
PUBLIC = ("/", "/?place=1", "/accessibility", "/privacy", "/data", "/comment", "/nowhere")
WORK = "/work/project"
PLAN = f"{WORK}/plans/plan"
PAGES = (
    *PUBLIC,
    "/work",
    WORK,
    f"{WORK}/findings",
    f"{WORK}/rows/offices?number=3",
    f"{WORK}/compare",
    f"{WORK}/log",
    f"{WORK}/national",
    PLAN,
    *(f"{PLAN}/{name}" for name in ("map", "choices", "services", "programme", "money", "remote", "documents")),
    *(f"{PLAN}/{name}" for name in ("statements", "comments", "tables/sites", "tables/offices")),
)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


@pytest.fixture(scope="module")
def context(browser):
    # axe is put into the page from outside, which the page's own policy would rightly refuse.
    opened = browser.new_context(bypass_csp=True)
    yield opened
    opened.close()


@pytest.mark.skipif(not AXE.is_file(), reason="axe is not installed: make web")
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_axe_finds_nothing(server, context, language):
    page = context.new_page()
    page.goto(f"{server}{PLAN}/comments")
    form = {"csrf": page.locator('input[name="csrf"]').first.input_value(), "text": "Silta", "x": "25", "y": "62"}
    assert page.request.post(f"{server}{PLAN}/comments", form=form).ok
    wrong = []
    for path in PAGES:
        answer = page.goto(f"{server}{path}{'&' if '?' in path else '?'}lang={language}")
        assert answer.status in (200, 404), path
        assert page.locator("html").get_attribute("lang") == language
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("rules => axe.run(document, rules)", RULES)
        wrong += [(path, v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]]
    page.close()
    assert not wrong


def test_the_keyboard_reaches_the_search_and_its_answer(server, context):
    page = context.new_page()
    page.goto(f"{server}/?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')").startswith("#")  # past the menus
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name || document.activeElement.tagName")
        seen.add(name)
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none" or name == "BODY", name
    assert {"A", "INPUT"} & {s.upper() for s in seen} or "q" in seen
    page.close()
