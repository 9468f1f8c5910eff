"""``tunti serve`` and ``tunti account`` as called: quick to answer, clear when they can't, gone when they end."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from tunti.store.database import open_database, sqlite_url
from tunti.work import accounts

from .conftest import PASSWORD


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def command(*words):
    return [sys.executable, "-m", "tunti", *map(str, words)]


def start(folder, port):
    process = subprocess.Popen(
        command("serve", folder, "--port", port), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    began = time.monotonic()
    while time.monotonic() - began < 60:
        try:
            if httpx2.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200:
                return process, time.monotonic() - began
        except httpx2.TransportError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError(process.communicate())


def workers_of(pid):
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        if b"tunti.web.worker" in words and parent == pid:
            found.append(int(entry.name))
    return found


def gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def wait(what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.1)
    return False


def up(port):
    def asked():
        return httpx2.get(f"http://127.0.0.1:{port}/ready", timeout=5).status_code == 200

    return asked


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked up in /proc")
@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_it_answers_at_once_and_leaves_no_process_behind(folder, way):
    port = free_port()
    process, seconds = start(folder, port)
    try:
        assert seconds < 10 * max(1, os.getloadavg()[0] / 2)
        assert wait(up(port), 60)
        assert wait(lambda: workers_of(process.pid))
        workers = workers_of(process.pid)
        base = f"http://127.0.0.1:{port}"
        assert httpx2.get(base + "/").status_code == 200
        assert httpx2.get(base + "/collections").status_code == 200
        assert httpx2.get(base + "/openapi.json").status_code == 200
        process.send_signal(way)
        process.wait(timeout=30)
        assert wait(lambda: all(gone(w) for w in workers)), "a worker outlived its server"
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("serve",), "Give a project folder"),
        (("serve", "/none/such"), "There is no folder"),
        (("serve", "--database", "postgresql://u:hidden-word@127.0.0.1:1/x", "--port", "0"), "can't be reached"),
        (("serve", "--config", "/none/such"), "There is no file"),
    ],
)
def test_what_can_not_be_served_is_told(words, said):
    run = subprocess.run(
        command(*words),
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "TUNTI_LANG": "en"},
        check=False,
    )
    assert run.returncode == 1, run.stderr
    assert said in run.stderr
    assert "Traceback" not in run.stderr
    assert "hidden-word" not in run.stderr + run.stdout


def test_one_folder_is_served_to_this_machine_only(folder):
    run = subprocess.run(
        command("serve", folder, "--host", "0.0.0.0"),
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "TUNTI_LANG": "en"},
        check=False,
    )
    assert run.returncode == 1
    assert "Without accounts" in run.stderr


def test_accounts_from_the_command_line(tmp_path):
    url = sqlite_url(tmp_path / "work.sqlite")
    words = command("account", "Anna", "--role", "administrator")
    env = {**os.environ, "TUNTI_DATABASE": url}
    made = subprocess.run(
        words, input=PASSWORD + "\n", capture_output=True, text=True, env=env, timeout=120, check=False
    )
    assert made.returncode == 0, made.stderr
    assert PASSWORD not in made.stdout + made.stderr
    db = open_database(url)
    with db.writing() as session:
        user = accounts.log_in(session, "anna", PASSWORD, who="x", most_failures=3)
        assert [g.role for g in accounts.person_of(session, user).grants] == ["administrator"]
    db.close()
