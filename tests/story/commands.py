"""The command line as a user calls it, and project folders for it."""

import os
import subprocess
import sys

from tunti.inputs.schemas import SCHEMAS

TOML = """
[project]
name = "Keksitty maa"
illustrative = true
languages = ["fi"]

[standard]
minutes = 20
"""


def tunti(*words, code=0, env=None):
    run = subprocess.run(
        [sys.executable, "-m", "tunti", *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "TUNTI_LANG": "en", "COLUMNS": "200", **(env or {})},
        check=False,
    )
    assert run.returncode == code, run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    return run


def write_project(folder, country, toml=TOML):
    folder.mkdir(exist_ok=True)
    (folder / "project.toml").write_text(toml, encoding="utf-8")
    for name in SCHEMAS:
        frame = getattr(country, name)
        if len(frame):
            frame.drop(columns=["lon", "lat"], errors="ignore").to_csv(folder / f"{name}.csv", index=False)
