"""Starts the processes that do jobs beside the server, and starts them again when one dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from threading import Event, Thread

from tunti.web.logs import tell
from tunti.web.settings import ServeSettings


class Workers:
    """Processes that do jobs; they end with the server, however it ends.

    Parameters
    ----------
    settings : ServeSettings
    """

    def __init__(self, settings: ServeSettings) -> None:
        self.settings = settings
        self._over = Event()
        self._running: list[subprocess.Popen[bytes]] = []
        self._threads = [Thread(target=self._keep, daemon=True, name="keep") for _ in range(settings.workers)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the processes; what they were doing waits for the next start."""
        self._over.set()
        for process in self._running:
            process.terminate()
        for thread in self._threads:
            thread.join(timeout=10)

    def _keep(self) -> None:
        pause = 0.5
        while not self._over.is_set():
            process = subprocess.Popen(
                [sys.executable, "-m", "tunti.web.worker"],
                stdin=subprocess.PIPE,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )
            self._running.append(process)
            assert process.stdin is not None
            try:
                # The address of the database may hold a password: it goes through the pipe, not the command line. The
                # pipe stays open: when the server dies the worker sees its end.
                process.stdin.write(told(self.settings).encode() + b"\n")
                process.stdin.flush()
            except OSError:
                pass
            code = process.wait()
            self._running.remove(process)
            if not self._over.is_set():
                tell("worker ended", code=code)
                self._over.wait(pause)
                pause = min(pause * 2, 30.0)


def told(settings: ServeSettings) -> str:
    """Give what a worker has to know, as one line."""
    database = None if settings.database is None else settings.database.get_secret_value()
    folder = None if settings.folder is None else str(settings.folder.absolute())
    return json.dumps({"folder": folder, "database": database, "least_people": settings.least_people})
