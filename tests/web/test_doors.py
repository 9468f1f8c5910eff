"""Who gets in where: every route against every role, and the tricks that must not work."""

import io
import re
import zipfile

import pytest
from fastapi.routing import APIRoute

from tunti.web.app import create_app
from tunti.web.guard import ROUTES, SESSION
from tunti.web.settings import ServeSettings
from tunti.work.roles import RIGHTS, Act, Role

from .conftest import PASSWORD, PEOPLE, TestClient, csrf, log_in, send, work

PLAN = "/work/maa/plans/ehdotus"
API = "/api/projects/maa/plans/ehdotus"


def routes(app):
    found = []

    def walk(items):
        for route in items:
            if isinstance(route, APIRoute):
                found.extend((m, route.path) for m in route.methods)
            inner = getattr(route, "original_router", None)
            if inner is not None:
                walk(inner.routes)

    walk(app.router.routes)
    return set(found)


def test_every_route_is_in_the_table_and_the_other_way_round(alone):
    assert routes(alone.app) == set(ROUTES)


FILLED = {
    "project": "maa",
    "plan": "ehdotus",
    "table": "sites",
    "file": "plan.fi.html",
    "number": "1",
    "user": "1",
    "collection": "points",
    "item": "x",
    "job": "1",
    "row": "0",
    "site": "x",
}


def test_every_route_against_every_role(planned):
    """A role that lacks the right is refused, one that has it is not; without an account only public pages open."""
    client = planned
    for name in [None, *PEOPLE]:
        if name is None:
            client.cookies.clear()
            role = None
        else:
            log_in(client, name)
            role, where = PEOPLE[name]
        for (method, path), rule in sorted(ROUTES.items(), key=str):
            if path in ("/logout", "/login/provider"):
                continue
            url = re.sub(r"\{(\w+)\}", lambda m: FILLED[m[1]], path)
            answer = client.request(method, url, follow_redirects=False)
            status = answer.status_code
            assert status < 500, (name, method, path)
            if rule == "anyone":
                assert status != 401, (name, path)
                assert status != 403 or method == "POST", (name, path)
            elif name is None:
                assert status == 401, (path, status)
            elif rule == "person":
                assert status == 200, (name, path, status)
            elif "{project}" in path and role is None:
                assert status == 404, (name, path, "what one may not see is not there")
            elif role is None or rule not in RIGHTS[role]:
                finer = path.endswith(("/state", "/statements/{number}")) and role is not None
                assert status in ((403, 422, 404) if finer else (403,)), (name, method, path, status)
            elif not where and method == "GET":
                # Some have nothing to show here: no such choice, no file that waits, no row that is named.
                bare = any(k in path for k in ("{file}", "{number}", "{job}", "/waiting", "/rows/"))
                assert status == 200 or (bare and status in (303, 404, 422)), (name, path, status)
            elif not where:
                # The right is there: without the form's token or fields it still goes no further.
                assert status in (400, 403, 404, 422, 200, 202), (name, path, status)


def test_a_role_of_a_region_ends_at_its_border(planned):
    log_in(planned, "region")
    assert planned.get("/work/maa").status_code == 200
    page = planned.get(PLAN)
    assert page.status_code == 200, "a plan of all regions is read by everyone in the project"
    version = planned.get(API).json()["version"]
    token = planned.get("/api/projects").json()["csrf"]
    change = {"version": version, "changes": [{"do": "points", "points": None}]}
    assert planned.post(f"{API}/changes", json=change, headers={"X-CSRF-Token": token}).status_code == 403
    assert send(planned, "/work/maa/plans", {"title": "Oma", "region": "01"}, at="/work/maa").status_code == 400
    assert send(planned, "/work/maa/plans", {"title": "Oma", "region": "02"}, at="/work/maa").status_code == 303
    log_in(planned, "editor")
    send(planned, "/work/maa/plans", {"title": "Toisen", "region": "01"}, at="/work/maa")
    log_in(planned, "region")
    assert planned.get("/work/maa/plans/toisen").status_code == 404
    assert "Toisen" not in planned.get("/work/maa").text


def test_an_agency_changes_its_own_offices_only_and_sees_no_other_rents(planned):
    log_in(planned, "agency")
    path = PLAN + "/tables/offices"
    version = planned.get(API).json()["version"]
    for office, status in (("t0000", 303), ("t0001", 403)):
        value = {"do": "value", "table": "offices", "row": office, "column": "staff", "value": "3", "version": version}
        token = csrf(planned.get(PLAN + "/comments").text)
        assert planned.post(path, data={**value, "csrf": token}, follow_redirects=False).status_code == status, office
    own, other = planned.get(path, params={"row": "t0000"}).text, planned.get(path, params={"row": "t0001"}).text
    assert 'id="c-rent_eur_year"' in own
    assert 'id="c-rent_eur_year"' not in other
    assert "54333" not in other.replace("\xa0", "")
    log_in(planned, "viewer")
    text = planned.get(path).text.replace("\xa0", "")
    assert "32977" not in text
    assert "54333" not in text


def test_restricted_columns_leave_by_no_door(busy, country):
    """Rents of the invented offices are on no page, in no answer and no file for those who may not see them."""
    rents = {str(int(v)) for v in country.offices["rent_eur_year"].dropna() if v > 10_000}
    work(busy.app)
    for name in (None, "viewer", "national"):
        if name is None:
            busy.cookies.clear()
        else:
            log_in(busy, name)
        for method, path in ROUTES:
            if method != "GET" or path.endswith(("export.zip", "/provider")):
                continue
            url = re.sub(r"\{(\w+)\}", lambda m: {**FILLED, "table": "offices"}[m[1]], path)
            text = re.sub(r"(?<=\d)[\s\u00a0\u202f](?=\d)", "", busy.get(url).text)
            leaked = {r for r in rents if re.search(rf"(?<!\d){r}(?!\d)", text)}
            assert not leaked, (name, path, leaked)


def test_forms_need_the_token_of_the_session(planned):
    log_in(planned, "editor")
    for token in ("", "0" * 64, planned.app.state.service.sign("form", "other")):
        answer = planned.post(PLAN + "/jobs", data={"kind": "plan", "csrf": token}, follow_redirects=False)
        assert answer.status_code == 403
    for headers in ({}, {"X-CSRF-Token": "x"}):
        assert planned.post(f"{API}/jobs", json={"kind": "plan"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "http://127.0.0.1.evil.example"},
    ],
)
def test_other_sites_can_send_nothing(alone, headers):
    token = csrf(alone.get("/work/project").text)
    data = {"title": "x", "csrf": token}
    assert alone.post("/work/project/plans", data=data, headers=headers).status_code == 403


def test_one_folder_answers_to_this_machine_only(alone):
    assert alone.get("/health", headers={"host": "evil.example"}).status_code == 400
    assert alone.get("/work/project", headers={"host": "evil.example"}).status_code == 400


def test_headers_of_every_answer(alone):
    for path in ("/", "/none", "/health", "/collections", "/static/tunti.css", "/work/project"):
        headers = alone.get(path).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers
    assert alone.get("/work/project").headers["cache-control"] == "no-store"
    assert alone.get("/collections").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in alone.get("/api/projects").headers


def test_cookies(url, tmp_path):
    from tunti.store.database import open_database
    from tunti.work import accounts

    db = open_database(url)
    with db.writing() as session:
        accounts.add_user(session, "test", "viewer", "Viewer", PASSWORD)
    db.close()
    app = create_app(ServeSettings(database=url, data=tmp_path / "d"), jobs=False)
    with TestClient(app, base_url="https://testserver") as client:
        page = client.get("/login")
        assert "set-cookie" not in page.headers, "no cookie before one logs in"
        answer = client.post(
            "/login",
            data={"login": "viewer", "password": PASSWORD, "csrf": csrf(page.text)},
            follow_redirects=False,
        )
        cookie = answer.headers["set-cookie"].lower()
        assert SESSION in cookie
        for word in ("httponly", "secure", "samesite=lax"):
            assert word in cookie
        assert client.get("/work").headers["strict-transport-security"]


def test_the_public_gets_no_cookie(alone):
    for path in ("/", "/?q=x", "/data", "/privacy", "/collections"):
        assert "set-cookie" not in alone.get(path).headers


def test_guessing_is_slowed_and_names_are_not_told(shared):
    answers = []
    for login in ("viewer", "nobody-at-all"):
        token = csrf(shared.get("/login").text)
        answer = shared.post("/login", data={"login": login, "password": "x" * 20, "csrf": token})
        answers.append(re.sub(r'value="[^"]*"', "", answer.text))
    assert answers[0] == answers[1], "the answer does not tell whether the name exists"
    for _ in range(5):
        token = csrf(shared.get("/login").text)
        shared.post("/login", data={"login": "viewer", "password": "x" * 20, "csrf": token})
    token = csrf(shared.get("/login").text)
    good = {"login": "viewer", "password": PASSWORD, "csrf": token}
    assert shared.post("/login", data=good, follow_redirects=False).status_code == 400


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/work//evil.example", "/\\evil", "javascript:x"]
)
def test_the_way_on_after_login_stays_here(shared, to):
    assert f'value="{to}"' not in shared.get("/login", params={"to": to}).text


def test_a_closed_account_is_out_at_once(shared):
    log_in(shared, "viewer")
    key = shared.cookies[SESSION]
    log_in(shared, "admin")
    number = re.search(r"/users/(\d+)/close[^>]*>(?:(?!/form).)*Viewer", shared.get("/users").text, re.S)[1]
    assert send(shared, f"/users/{number}/close", {}, at="/users").status_code == 303
    shared.cookies.clear()
    shared.cookies.set(SESSION, key)
    assert shared.get("/work").status_code == 401


def test_logging_out_ends_the_session(shared):
    log_in(shared, "viewer")
    key = shared.cookies[SESSION]
    send(shared, "/logout", {}, at="/work")
    shared.cookies.clear()
    shared.cookies.set(SESSION, key)
    assert shared.get("/work").status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        PLAN.replace("maa", "project").replace("ehdotus", "plan") + "/documents/..%2f..%2fproject.toml",
        "/work/project/plans/plan/documents/.writing-x",
        "/work/..%2f..%2fetc/passwd",
        "/work/project/plans/..%2fplan",
        "/point/..%2f..%2fproject.toml",
    ],
)
def test_paths_lead_nowhere_else(alone, path):
    answer = alone.get(path)
    assert answer.status_code in (404, 405)
    assert "[project]" not in answer.text


def test_big_bodies_are_stopped(shared):
    log_in(shared, "admin")
    big = b"x" * 4_000_000
    answer = send(shared, "/work", {"slug": "x"}, at="/work", files={"file": ("x.zip", big, "application/zip")})
    assert answer.status_code == 413

    def endless():
        for _ in range(100):
            yield b"x" * 100_000

    assert shared.post(
        "/login", content=endless(), headers={"content-type": "application/x-www-form-urlencoded"}
    ).status_code in (400, 413)
    assert shared.get("/work").status_code == 200


def test_zip_bombs_and_traversal_are_refused_in_words(shared):
    log_in(shared, "admin")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("project.toml", "")
        packed.writestr("cells.csv", b"0" * 400_000_000)
    assert bomb.tell() < 3_000_000
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("../../etc/cells.csv", "x")
    for content in (bomb.getvalue(), out.getvalue(), b"PK"):
        answer = send(shared, "/work", {"slug": "x"}, at="/work", files={"file": ("x.zip", content, "application/zip")})
        assert answer.status_code == 400
        assert "zip" in answer.text


def test_xml_in_a_workbook_reads_nothing_from_the_machine(alone, tmp_path):
    """External entities in an Excel file are not followed, and nesting does not fill the memory."""
    secret = tmp_path / "secret.txt"
    secret.write_text("top-secret-words")
    evil = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file://{secret}">'
        + "".join(f'<!ENTITY b{k} "{("&b" + str(k - 1) + ";") * 10 if k else "lol"}">' for k in range(10))
        + ']><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&a;&b9;</t></si></sst>'
    )
    import xlsxwriter

    path = tmp_path / "offices.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("offices")
    sheet.write_row(0, 0, ["office", "agency", "municipality"])
    sheet.write_row(1, 0, ["x", "MALLI", "005"])
    book.close()
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as packed:
        for entry in source.namelist():
            packed.writestr(entry, evil if entry == "xl/sharedStrings.xml" else source.read(entry))
    answer = send(
        alone, "/work/project/tables", {}, at="/work/project", files={"file": ("offices.xlsx", out.getvalue(), "x")}
    )
    assert answer.status_code in (303, 400)
    assert "top-secret-words" not in answer.text + alone.get("/work/project/findings").text


TRICKS = [
    "{{ 7*191 }}",
    "{% for x in ().__class__ %}",
    "<img src=x onerror=alert(1)>",
    "'; DROP TABLE plans; --",
    '"><b>',
]


@pytest.mark.parametrize("text", TRICKS)
def test_what_people_write_is_text(alone, text):
    send(alone, "/work/project/plans", {"title": text}, at="/work/project")
    send(alone, "/work/project/plans/plan/comments", {"text": text}, at="/work/project/plans/plan/comments")
    send(alone, "/work/project/log", {"what": text, "why": text}, at="/work/project/log")
    for path in ("/work/project", "/work/project/plans/plan/comments", "/work/project/log", "/work/project/compare"):
        answer = alone.get(path)
        assert answer.status_code == 200
        assert "1337" not in answer.text
        assert "<img src=x" not in answer.text
        assert "<b>" not in answer.text


def test_formulas_stay_text_in_spreadsheets(alone):
    send(alone, "/work/project/plans/plan/comments", {"text": "=1+1"}, at="/work/project/plans/plan/comments")
    assert ",'=1+1," in alone.get("/work/project/plans/plan/comments.csv").text


def test_numbers_of_other_plans_are_not_reached(planned):
    """A number in the address that belongs to another plan is not there."""
    log_in(planned, "editor")
    send(planned, "/work/maa/plans", {"title": "Toinen"}, at="/work/maa")
    send(planned, PLAN + "/comments", {"text": "Hei"}, at=PLAN + "/comments")
    number = re.search(r'/comments/(\d+)"', planned.get(PLAN + "/comments").text)[1]
    other = "/work/maa/plans/toinen"
    assert send(planned, f"{other}/comments/{number}", {"do": "delete"}, at=other + "/comments").status_code == 404
    assert send(planned, f"{other}/jobs/1/cancel", {}, at=other + "/comments").status_code == 404
    assert "Hei" in planned.get(PLAN + "/comments").text


def test_public_comments_are_limited(planned):
    log_in(planned, "approver")
    version = planned.get(API).json()["version"]
    send(planned, PLAN + "/jobs", {"kind": "plan"}, at=PLAN)
    work(planned.app, but=("stages",))
    assert send(planned, PLAN + "/state", {"to": "proposed", "version": version}, at=PLAN).status_code == 303
    log_in(planned, "steering")
    assert send(planned, PLAN + "/state", {"to": "heard", "version": version}, at=PLAN).status_code == 303
    planned.cookies.clear()
    statuses = []
    for _ in range(5):
        key = re.search(r'name="form_key" value="([^"]+)"', planned.get("/comment").text)[1]
        statuses.append(planned.post("/comment", data={"text": "x", "form_key": key}).status_code)
    assert statuses == [200, 200, 200, 400, 400]
    assert planned.post("/comment", data={"text": "x", "form_key": "1.abc"}).status_code == 400


def test_secrets_are_not_logged(shared, capsys):
    from tunti.web.logs import start_logs

    start_logs()
    log_in(shared, "viewer")
    key = shared.cookies[SESSION]
    shared.get("/?q=my-private-place")
    shared.get("/work")
    log = capsys.readouterr().err
    assert '"path": "/work"' in log
    for secret in (PASSWORD, key, "my-private-place", shared.app.state.service.settings.secret.get_secret_value()):
        assert secret not in log


def test_rights_are_apart():
    """Nobody but the steering group decides; an administrator sees to accounts and moderates only."""
    assert {r for r in Role if Act.DECIDE in RIGHTS[r]} == {Role.STEERING}
    assert not {Act.EDIT, Act.PROPOSE, Act.HEAR, Act.DECIDE} & RIGHTS[Role.ADMINISTRATOR]
