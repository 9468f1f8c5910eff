"""Logging in by a real OpenID provider: npm's oidc-provider, started here on this machine."""

import re
import shutil
import socket
import subprocess
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest

from tunti.store.database import open_database, sqlite_url
from tunti.web.app import create_app
from tunti.web.settings import ServeSettings

from .conftest import TestClient

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("there is no Node on this machine")
    folder = tmp_path_factory.mktemp("provider")
    got = subprocess.run(
        [npm, "install", "--silent", "--no-audit", "--no-fund", "oidc-provider@9"],
        cwd=folder,
        capture_output=True,
        timeout=180,
        check=False,
    )
    if got.returncode:
        pytest.skip("npm could not install oidc-provider")
    shutil.copy(Path(__file__).with_name("provider.mjs"), folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([node, "provider.mjs", str(port)], cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline().strip() == "ready"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def client(provider, tmp_path):
    url = sqlite_url(tmp_path / "work.sqlite")
    open_database(url).close()
    settings = ServeSettings(
        database=url,
        data=tmp_path / "data",
        secure_cookies=False,
        address="http://testserver",
        oidc_issuer=provider,
        oidc_client="tunti",
        oidc_secret="provider-secret",
        oidc_name="Testi",
    )
    with TestClient(create_app(settings, jobs=False), base_url="http://testserver") as opened:
        yield opened


def form_of(page):
    action = re.search(r'<form[^>]*action="([^"]+)"', page.text)[1]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', page.text))
    return urljoin(str(page.url), action), hidden


def at_provider(client, login):
    """Walk through the provider's pages and give the address that it sends the browser back to."""
    to = client.get("/login/provider", follow_redirects=False).headers["location"]
    with httpx2.Client(follow_redirects=False) as browser:
        answer = browser.get(to)
        for _ in range(20):
            if answer.is_redirect:
                where = urljoin(str(answer.url), answer.headers["location"])
                if where.startswith("http://testserver/"):
                    return where
                answer = browser.get(where)
            else:
                action, hidden = form_of(answer)
                answer = browser.post(action, data={**hidden, "login": login, "password": "x"})
    raise AssertionError("the provider did not send the browser back")


def test_login(client):
    assert "Testi" in client.get("/login").text
    back = client.get(at_provider(client, "anna"), follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, "/work"), back.text
    page = client.get("/work").text
    assert "anna" in page
    assert client.get("/users").status_code == 403, "a new person has no roles"


@pytest.mark.parametrize("change", ["state", "code", "cookie", "nonce"])
def test_a_way_back_that_was_tampered_with_lets_nobody_in(client, change):
    where = at_provider(client, "anna")
    if change == "cookie":
        client.cookies.clear()
    elif change == "nonce":
        # The answer to another question: state and nonce of a second try do not fit the first.
        at_provider(client, "anna")
    else:
        where = re.sub(rf"{change}=[^&]+", f"{change}=other", where)
    answer = client.get(where, follow_redirects=False)
    assert answer.status_code == 400
    assert client.get("/work").status_code == 401


def test_a_provider_that_is_not_there_is_told(tmp_path):
    settings = ServeSettings(
        database=sqlite_url(tmp_path / "work.sqlite"),
        data=tmp_path / "data",
        address="http://testserver",
        oidc_issuer="http://127.0.0.1:9",
        oidc_client="tunti",
    )
    with TestClient(create_app(settings, jobs=False), base_url="http://testserver") as opened:
        assert opened.get("/login/provider", follow_redirects=False).status_code == 503
