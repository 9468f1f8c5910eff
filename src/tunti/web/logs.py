"""Logs: one JSON object a line, without what people send and without secrets."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
from typing import Any

LOG = logging.getLogger("tunti.web")


class JsonLines(logging.Formatter):
    """Writes an entry as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line; of an error inside the program only its kind and where it was."""
        entry: dict[str, Any] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "what": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            entry["error"] = record.exc_info[0].__name__
            trace = record.exc_info[2]
            places = []
            while trace is not None:
                places.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
                trace = trace.tb_next
            entry["where"] = places[-6:]
        return json.dumps(entry, ensure_ascii=False)


def start_logs() -> None:
    """Send all logs of the service to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name, level in (("tunti.web", logging.INFO), ("uvicorn", logging.WARNING), ("uvicorn.error", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)


def tell(what: str, **told: Any) -> None:
    """Write an entry."""
    LOG.info(what, extra={"told": told})
