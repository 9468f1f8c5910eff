"""The command line as a user calls it, and project folders for it."""

import contextlib
import io
import os
import subprocess
import sys
from types import SimpleNamespace
from unittest import mock

from tunti.cli import main, show
from tunti.inputs.schemas import SCHEMAS

TOML = """
[project]
name = "Keksitty maa"
illustrative = true
languages = ["fi"]

[standard]
minutes = 20
"""


def tunti(*words, code=0, env=None, process=False):
    """Run a command and give what it printed; as a process of its own where that is what the test is about.

    In this process by default: a start costs seconds of imports, and a story has many commands.
    """
    words = [*map(str, words)]
    world = {**os.environ, "TUNTI_LANG": "en", "COLUMNS": "200", **(env or {})}
    if process:
        run = subprocess.run(
            [sys.executable, "-m", "tunti", *words],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=world,
            check=False,
        )
    else:
        said, told = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
        with (
            mock.patch.dict(os.environ, world),
            mock.patch.object(sys, "argv", ["tunti", *words]),
            # What is printed is as wide as asked, whatever another test made of the consoles.
            mock.patch.object(show.out, "_width", int(world["COLUMNS"])),
            mock.patch.object(show.err, "_width", int(world["COLUMNS"])),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(told),
        ):
            try:
                main()
            except SystemExit as ended:
                exit_code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        texts = []
        for stream in (said, told):
            stream.flush()
            texts.append(stream.buffer.getvalue().decode())
        run = SimpleNamespace(returncode=exit_code, stdout=texts[0], stderr=texts[1])
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
