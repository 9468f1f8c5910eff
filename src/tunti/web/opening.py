"""Listens at once and opens the service behind it: loading what plans need takes a few seconds."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import uvicorn
from starlette.types import Receive, Scope, Send

from tunti.errors import TuntiError
from tunti.findings import say

if TYPE_CHECKING:
    from fastapi import FastAPI


class Opening:
    """Answers that the service is on its way until it is there, then passes everything on to it.

    Parameters
    ----------
    make : callable
        Makes the service; called beside the listening.
    """

    def __init__(self, make: Callable[[], FastAPI]) -> None:
        self.make = make
        self.app: FastAPI | None = None
        self.problem: BaseException | None = None
        self.server: uvicorn.Server | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or follow the server's start and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self.app is not None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            health = scope["path"] == "/health"
            body = json.dumps({"status": "starting"}).encode()
            headers = [(b"content-type", b"application/json"), (b"retry-after", b"2")]
            await send({"type": "http.response.start", "status": 200 if health else 503, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            task = asyncio.create_task(self._open(stack))
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await asyncio.wait([task])
        await send({"type": "lifespan.shutdown.complete"})

    async def _open(self, stack: AsyncExitStack) -> None:
        try:
            app = await asyncio.to_thread(self.make)
            await stack.enter_async_context(app.router.lifespan_context(app))
        except (TuntiError, OSError) as problem:
            # Told by the command when the server has ended.
            self.problem = problem
            if self.server is not None:
                self.server.should_exit = True
        else:
            self.app = app


def run(make: Callable[[], FastAPI], host: str, port: int, config: dict[str, object]) -> None:
    """Listen until the process is asked to end.

    Parameters
    ----------
    make : callable
        Makes the service.
    host, port : str, int
        Where to listen.
    config : dict
        Of :class:`uvicorn.Config`.

    Raises
    ------
    TuntiError
        The port is taken, or the service could not be opened.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as problem:
        listener.close()
        raise TuntiError(
            say(
                "Nothing can listen at {host}, port {port} ({reason}). Choose another with --port.",
                host=host,
                port=str(port),
                reason=problem.strerror or type(problem).__name__,
            )
        ) from None
    opening = Opening(make)
    opening.server = uvicorn.Server(uvicorn.Config(opening, **config))  # type: ignore[arg-type]
    opening.server.run(sockets=[listener])
    if opening.problem is not None:
        raise opening.problem
