"""What every answer carries and every request keeps to: headers, sizes and a line in the log."""

from __future__ import annotations

import time
import uuid
from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tunti.web.logs import tell

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self' blob:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No inline script or style, nothing from elsewhere; blob workers are the map's."""

_HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(self), microphone=()",
}

_OPEN = ("/collections", "/conformance", "/openapi.json", "/api")


def is_open(path: str) -> bool:
    """Tell whether a path is one of the open data, which pages of other sites may read."""
    return path in _OPEN or path.startswith("/collections/")


class TooBig(Exception):
    """The body grew past the limit while it came in."""


class Door:
    """Adds the security headers, stops bodies that are too big, and writes one line a request.

    Parameters
    ----------
    app : ASGIApp
    most : int
        Bytes of an upload.
    https : bool
        Tell browsers to come over HTTPS only.
    """

    def __init__(self, app: ASGIApp, *, most: int, https: bool) -> None:
        self.app, self.most, self.https = app, most, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status, number = time.perf_counter(), 500, uuid.uuid4().hex[:12]
        headers = dict(scope["headers"])
        path, method = scope["path"], scope["method"]
        if method == "HEAD":
            # Load balancers and link checkers ask so: the same answer without its body.
            scope = {**scope, "method": "GET"}
        # Forms are small; only uploads of tables and projects may be big.
        most = self.most if path.startswith("/work") else 256_000
        taken = 0
        sent = False

        async def count() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise TooBig
            return message

        async def dress(message: MutableMapping[str, Any]) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status, sent = message["status"], True
                extra = dict(_HEADERS)
                if self.https:
                    extra["strict-transport-security"] = "max-age=31536000"
                known = {k for k, _ in message["headers"]}
                if is_open(path):
                    extra["access-control-allow-origin"] = "*"
                if b"cache-control" not in known:
                    extra["cache-control"] = _kept(path)
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in extra.items()),
                    (b"x-request-id", number.encode()),
                ]
            elif method == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        try:
            declared = headers.get(b"content-length", b"0")
            if not declared.isdigit() or int(declared) > most:
                await _too_big(dress)
                return
            await self.app(scope, count, dress)
        except TooBig:
            if not sent:
                await _too_big(dress)
        finally:
            if not path.startswith(("/static", "/health")):
                tell(
                    "request",
                    method=method,
                    path=path,
                    status=status,
                    ms=round((time.perf_counter() - start) * 1000, 1),
                    id=number,
                )


def _kept(path: str) -> str:
    """Tell how long browsers may keep what is at a path."""
    if path.startswith("/static/"):
        return "max-age=600"
    return "no-store" if path.startswith(("/work", "/api/", "/users")) else "no-cache"


async def _too_big(send: Send) -> None:
    body = b"The request is too big."
    await send(
        {
            "type": "http.response.start",
            "status": 413,
            "headers": [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())],
        }
    )
    await send({"type": "http.response.body", "body": body})
