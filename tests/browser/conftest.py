"""A server on a port of this machine and a browser that looks at it, skipped with a word when they can't be."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from tests.story.commands import write_project

import tunti
from tunti.inputs.invent import invent

TOML = """
[project]
name = "Keksitty maa"
illustrative = true

[standard]
minutes = 20
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser") / "maa"
    write_project(folder, invent(seed=3, cells=300, sites=25, regions=3), TOML)
    port = free_port()
    log = folder.parent / "server.log"
    with log.open("w") as out:
        run = subprocess.Popen(
            [sys.executable, "-m", "tunti", "serve", str(folder), "--port", str(port)], stdout=out, stderr=out
        )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                with urllib.request.urlopen(base + "/ready", timeout=2) as answer:
                    if answer.status == 200 and b'"ok"' in answer.read():
                        break
            except OSError:
                pass
            assert run.poll() is None, log.read_text()
            time.sleep(0.5)
        yield base
    finally:
        run.terminate()
        run.wait(20)


@pytest.fixture(scope="session")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as p:
        opened = p.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--use-gl=swiftshader", "--enable-unsafe-swiftshader"]
        )
        yield opened
        opened.close()


@pytest.fixture
def built_map():
    if not (Path(tunti.__file__).parent / "web" / "static" / "map" / "map.js").is_file():
        pytest.skip("the map is not built: make web")
