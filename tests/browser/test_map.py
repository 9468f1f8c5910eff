"""The map island in a real browser: it draws, answers a what-if at once and keeps a change."""

import re
import time

import pytest

PLAN = "/work/project/plans/plan"


@pytest.fixture
def page(server, browser):
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    faults = []
    opened.on("pageerror", lambda e: faults.append(str(e)))
    opened.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    yield opened
    opened.close()
    assert not faults


def open_map(page, server, language="fi"):
    for _ in range(90):  # drive times are worked out by a job the first time
        if page.request.get(f"{server}/api/projects/project/plans/plan/cells").status == 200:
            break
        time.sleep(1)
    page.goto(f"{server}{PLAN}/map?lang={language}")
    page.wait_for_selector('#map[data-ready="yes"]', timeout=60_000)


def test_a_what_if_answers_in_the_readers_language(page, server, built_map):
    for language, told in (("fi", "Matka lyhenee"), ("sv", "Resan blir kortare"), ("en", "The trip gets shorter")):
        open_map(page, server, language)
        page.locator("button[data-site]").first.click()
        page.wait_for_selector(".map-panel table")
        panel = page.locator(".map-panel").inner_text()
        assert told in panel
        assert not re.search(r"\b(if_opened|people_outside|effects|undefined|NaN)\b", panel)


def test_a_change_on_the_map_is_in_the_plan(page, server, built_map):
    open_map(page, server, "en")
    before = page.locator('[data-figure="points"]').inner_text()
    page.locator("tr:has(td:text-is('not open'))").first.locator("button[data-site]").click()
    page.wait_for_selector(".map-panel .map-buttons")
    page.get_by_role("button", name="Open", exact=True).first.click()
    for _ in range(100):
        after = page.locator('[data-figure="points"]').inner_text()
        if after != before:
            break
        time.sleep(0.1)
    assert int(after) == int(before) + 1
    page.reload()
    assert page.locator('[data-figure="points"]').inner_text() == after


def test_the_map_is_drawn_and_explained(page, server, built_map):
    open_map(page, server, "en")
    legend = page.locator(".map-legend").inner_text()
    assert "outside the standard" in legend
    assert "15–20 min" in legend
    assert page.locator("#map canvas").count() == 1
    colours = page.evaluate("() => document.querySelectorAll('.map-legend circle').length")
    assert colours == 9


def test_a_dragged_place_is_told_at_once_and_has_its_times_when_kept(page, server, built_map):
    open_map(page, server, "en")
    page.get_by_role("button", name="New site").click()
    panel = page.locator(".map-panel")
    page.wait_for_selector(".map-panel table", timeout=30_000)  # the road network is joined the first time
    first = panel.locator("table").inner_text()
    mark = page.locator(".maplibregl-marker-draggable").bounding_box()
    page.mouse.move(mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2)
    page.mouse.down()
    page.mouse.move(mark["x"] + 60, mark["y"] + 90, steps=5)
    page.mouse.up()
    for _ in range(100):
        if panel.locator("table").count() and panel.locator("table").inner_text() != first:
            break
        time.sleep(0.1)
    assert panel.locator("table").inner_text() != first
    assert "Cost" not in panel.locator("table").inner_text(), "nobody has said what it costs"
    page.get_by_label("Cost of the site").fill("90000")
    page.get_by_label("Name of the new site").fill("Uusi paikka")
    panel.locator("th", has_text="Cost in a year").wait_for()
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text("The site is in the plan").wait_for()
    found = page.request.get(f"{server}/api/projects/project/plans/plan/sites").json()
    assert "Uusi paikka" in {f["properties"]["site"] for f in found["features"]}


def comment(page, server, text, lon, lat, zoom):
    page.goto(f"{server}{PLAN}/comments?lang=en")
    token = page.locator('input[name="csrf"]').first.input_value()
    form = {"csrf": token, "text": text, "x": str(lon), "y": str(lat), "zoom": str(zoom)}
    return page.request.post(f"{server}{PLAN}/comments", form=form).status


def middle(page):
    """Where an address says that the map is: zoom, latitude, longitude."""
    return [float(v) for v in page.url.split("#")[1].split("/")]


def test_comments_on_a_view_are_marks_and_a_list_that_moves_the_map(page, server, built_map):
    open_map(page, server)
    first = page.locator("#map button.mark").count() + 1
    second = first + 1
    sites = page.request.get(f"{server}/api/projects/project/plans/plan/sites").json()["features"]
    (one, two), said = [f["geometry"]["coordinates"] for f in sites[:2]], '<img src=x onerror="alert(1)"> & silta'
    assert comment(page, server, said, *one, 9.5) == 200
    assert comment(page, server, "Toinen\nrivi", *two, 8) == 200
    assert comment(page, server, "Nowhere", 500, 95, 8) == 422
    open_map(page, server, "en")
    marks, panel, rows = page.locator("#map button.mark"), page.locator(".map-panel"), page.locator("[data-comment]")
    assert sorted(map(int, marks.all_inner_texts())) == list(range(1, second + 1))
    assert page.locator("img[src=x]").count() == 0
    assert "comment on a view" in page.locator(".map-legend").inner_text()
    # From the list, with the keyboard: the map goes to the view, and the reader to what was said.
    rows.nth(first - 1).get_by_role("link").focus()
    page.keyboard.press("Enter")
    panel.get_by_role("heading", name=f"Comment {first}").wait_for()
    assert said in panel.inner_text()
    assert page.evaluate("document.activeElement.className") == "map-panel"
    page.wait_for_url(re.compile(r"#9\.5"))
    assert middle(page) == pytest.approx([9.5, one[1], one[0]], abs=0.01)
    # The mark is where the comment was made, and answers to a click.
    box, mark = page.locator("#map").bounding_box(), page.get_by_role("button", name=f"Comment {first}", exact=True)
    place = mark.bounding_box()
    assert abs(place["x"] + place["width"] / 2 - box["x"] - box["width"] / 2) < 3
    assert abs(place["y"] + place["height"] / 2 - box["y"] - box["height"] / 2) < 3
    rows.nth(second - 1).get_by_role("link").click()
    panel.get_by_role("heading", name=f"Comment {second}").wait_for()
    assert "Toinen\nrivi" in panel.inner_text()
    mark = page.get_by_role("button", name=f"Comment {second}", exact=True)
    page.get_by_role("button", name="Zoom in").click()
    mark.click()
    assert mark.get_attribute("aria-pressed") == "true"
    # The page of comments names the same number and opens the map at the view, with the comment beside it.
    page.goto(f"{server}{PLAN}/comments?lang=en")
    assert page.locator("img[src=x]").count() == 0
    page.get_by_role("link", name=f"a view of the map {first}", exact=True).click()
    page.wait_for_selector('#map[data-ready="yes"]', timeout=60_000)
    assert middle(page) == pytest.approx([9.5, one[1], one[0]], abs=0.01)
    assert said in panel.inner_text()


def test_a_comment_made_on_the_map_is_drawn_at_once(page, server, built_map):
    open_map(page, server, "en")
    before = page.locator("#map button.mark").count()
    page.get_by_role("button", name="Comment on this view").click()
    page.get_by_label("Your comment").fill("Tässä on silta poikki.")
    page.locator(".map-panel").get_by_role("button", name="Comment", exact=True).click()
    page.get_by_text("The comment is kept").wait_for()
    assert page.locator("#map button.mark").count() == before + 1
    assert page.locator("[data-comment] .mark").all_inner_texts() == [str(n + 1) for n in range(before + 1)]
