"""The solver HiGHS, started without its banner."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from typing import Any

import highspy


def quiet_highs() -> Any:
    """Make a solver without its banner, which goes to the process's output before any option can stop it."""
    sys.stdout.flush()
    kept = os.dup(1)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 1)
        h: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        h.setOptionValue("output_flag", False)
        h.setOptionValue("threads", 1)  # one number for all runs: the solver refuses a second one in the same process
        with contextlib.suppress(OSError, TypeError, AttributeError):
            ctypes.CDLL(None).fflush(None)
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(null)
    return h


def run(h: Any) -> bool:
    """Run the solver so that Ctrl-C ends it in good order; tell whether that happened."""
    h.HandleUserInterrupt = True
    h.startSolve()
    interrupted = False
    while True:
        try:
            if h.wait(0.2)[0]:
                return interrupted
        except KeyboardInterrupt:
            interrupted = True
            h.cancelSolve()
