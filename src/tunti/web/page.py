"""Makes pages: language, texts and figures in it, the template, and what every page has."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from tunti.errors import TuntiError
from tunti.findings import Finding, Message, unpack
from tunti.locale import LANGUAGES, N_
from tunti.report.words import ILLUSTRATIVE, Words, words_for
from tunti.web.clock import local
from tunti.web.guard import csrf
from tunti.web.said import who_of
from tunti.web.state import service_of
from tunti.work.changes import key_of
from tunti.work.roles import PUBLIC, ROLE_WORDS, Act, may
from tunti.work.statements import STANDS
from tunti.work.states import STATE_WORDS

LANGUAGE_NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
"""What each language calls itself."""

MODE_WORDS = {
    "staffed": N_("staff on the spot"),
    "visiting": N_("staff on some days"),
    "remote": N_("remote service room"),
    "assisted": N_("help from the point's own staff"),
    "none": N_("no service"),
}
"""How an agency serves, in plain words."""

STATUS_WORDS = {
    "existing": N_("Existing point"),
    "required": N_("Must open"),
    "forbidden": N_("Must not open"),
    "candidate": N_("May open"),
    "new": N_("New point"),
    "stays": N_("Office that stays beside the joint points"),
    "neighbour": N_("Point of another region that the plan counts on"),
}

SPOKEN = {"fi": N_("Finnish"), "sv": N_("Swedish"), "se": N_("Sámi"), "sami": N_("Sámi"), "en": N_("English")}


VARY = "Accept, Accept-Language, Cookie"
"""What of a request a page depends on besides its address."""


@cache
def environment() -> jinja2.Environment:
    """Give the templates: everything is escaped, and a name that is not there is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(files("tunti.web") / "templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["spoken_words"] = lambda codes, names, t: [t(names.get(c, c)) for c in codes]
    return made


def language_of(request: Request) -> str:
    """Give the reader's language: the one asked for, the one chosen before, the browser's, else Finnish."""
    for asked in (request.query_params.get("lang"), request.cookies.get("tunti-lang")):
        if asked in LANGUAGES:
            return str(asked)
    for part in request.headers.get("accept-language", "").split(","):
        if part.strip()[:2].lower() in LANGUAGES:
            return part.strip()[:2].lower()
    return "fi"


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Make a page from a template.

    Parameters
    ----------
    request : Request
    template : str
    status : int
    **values
        What the template names.

    Returns
    -------
    HTMLResponse
    """
    language = language_of(request)
    words: Words = values.pop("words", None) or words_for(language)
    asked = getattr(request.state, "asked", None)
    person = PUBLIC if asked is None else asked.person
    service = service_of(request)

    def here(**change: str) -> str:
        kept = [(k, v) for k, v in request.query_params.multi_items() if k not in change]
        return "?" + urlencode([*kept, *change.items()])

    def can(act: str, agency: str | None = None) -> bool:
        if asked is None or asked.project is None:
            return may(person, Act(act))
        region = None if asked.plan is None else asked.plan.region
        return may(person, Act(act), project=asked.project.id, region=region, agency=agency)

    who = who_of(service.settings.alone)

    def named(by: str) -> str:
        return words.text(who.get(by, by) if by else N_("Anonymous"))

    shared = {
        "local": local,
        "moment": lambda at: f"{words.date(local(at).date())} {local(at):%H:%M}",
        "named": named,
        "lang": language,
        "languages": LANGUAGE_NAMES,
        "t": words.text,
        "words": words,
        "tell": lambda m: words.message(m) if isinstance(m, Message) else str(m),
        "unpacked": lambda m: words.message(unpack(m)) if m else "",
        "here": here,
        "can": can,
        "person": person,
        "alone": service.settings.alone,
        "project": None if asked is None else asked.project,
        "plan": None if asked is None else asked.plan,
        "path": request.url.path,
        "csrf": csrf(request),
        "sign_illustrative": words.text(ILLUSTRATIVE),
        "state_words": STATE_WORDS,
        "role_words": ROLE_WORDS,
        "mode_words": MODE_WORDS,
        "status_words": STATUS_WORDS,
        "stands": STANDS,
        "key_of": key_of,
        "feedback": service.settings.feedback,
        "workspace": False,
    }
    # A project of invented figures says so on every page, also where a plan has none yet.
    values["illustrative"] = bool(values.get("illustrative")) or _illustrative(request)
    text = environment().get_template(template).render({**shared, **values})
    response = HTMLResponse(text, status_code=status)
    if request.query_params.get("lang") == language:
        response.set_cookie(
            "tunti-lang",
            language,
            max_age=365 * 86400,
            samesite="lax",
            httponly=True,
            secure=service.settings.secure_cookies and not service.settings.alone,
        )
    response.headers["Content-Language"] = language
    response.headers["Vary"] = VARY
    return response


def _illustrative(request: Request) -> bool:
    """Tell whether the project that a page is about holds invented figures."""
    asked = getattr(request.state, "asked", None)
    if asked is None or asked.project is None:
        return False
    try:
        return service_of(request).ground(asked.project).baseline()[1].project.illustrative
    except TuntiError:  # a folder that is no project any more is told of elsewhere
        return False


def part(template: str, language: str, **values: Any) -> Markup:
    """Make a part of a page that is the same for every reader of a language, so that it can be kept.

    Parameters
    ----------
    template : str
    language : {"fi", "sv", "en"}
    **values
        What the template names.

    Returns
    -------
    Markup
        Goes into a page as it is: the template has escaped what it was given.
    """
    words = words_for(language)
    shared = {"lang": language, "t": words.text, "words": words, "state_words": STATE_WORDS, "local": local}
    return Markup(environment().get_template(template).render({**shared, **values}))


def away(to: str) -> RedirectResponse:
    """Send the browser to another page after a form was taken."""
    return RedirectResponse(to, status_code=303)


def found_in(findings: list[Finding], words: Words) -> list[dict[str, Any]]:
    """Say findings in the reader's language."""
    return [
        {
            "level": f.level.value,
            "table": f.table,
            "row": "" if f.row is None else str(f.row),
            "column": f.column or "",
            "what": words.message(f.what),
            "what_to_do": words.message(f.what_to_do),
        }
        for f in findings
    ]
