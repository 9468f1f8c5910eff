"""The description of the interface in OpenAPI 3.0, the version that the standard of the open data names."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
"""Media type of the description."""


def described(app: FastAPI) -> dict[str, Any]:
    """Describe the interface's routes, once.

    Parameters
    ----------
    app : FastAPI

    Returns
    -------
    dict
    """
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            openapi_version="3.0.3",
            description=app.description,
            routes=app.routes,
        )
        app.openapi_schema = _older(made)
    return app.openapi_schema


def describe(request: Request) -> Response:
    """Give the description to programs."""
    return JSONResponse(request.app.openapi(), media_type=OPENAPI)


def _older(part: Any) -> Any:
    """Say in the words of version 3.0 what newer ones say with ``null``, ``const`` and ``prefixItems``."""
    if isinstance(part, list):
        return [_older(p) for p in part]
    if not isinstance(part, dict):
        return part
    told = {k: _older(v) for k, v in part.items()}
    choices = told.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        left = [c for c in choices if c != {"type": "null"}]
        del told["anyOf"]
        told = {**(left[0] if len(left) == 1 else {"anyOf": left}), **told, "nullable": True}
    if "const" in told and not isinstance(told["const"], dict):
        told["enum"] = [told.pop("const")]
    if isinstance(given := told.pop("prefixItems", None), list):
        told["items"] = given[0] if all(g == given[0] for g in given) else {"anyOf": given}
    return told
