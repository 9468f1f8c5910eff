"""Settings of the service: from a TOML file, from the environment (``TUNTI_...``) and from the command line."""

from __future__ import annotations

import re
import secrets
import tomllib
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from tunti.errors import InputError
from tunti.findings import Finding, Message, error, say
from tunti.settings import misfit, toml_line

_FILE: ContextVar[Path | None] = ContextVar("file", default=None)
"""The file that settings are being read from."""


class ServeSettings(BaseSettings):
    """How the service runs. Every default is one of this product unless its description names a source."""

    model_config = SettingsConfigDict(env_prefix="TUNTI_", env_nested_delimiter="__", frozen=True, extra="ignore")

    folder: Path | None = Field(None, description="The one project that is served without accounts.")
    database: SecretStr | None = Field(
        None, description="Address of the work database of a shared service, sqlite:///... or postgresql://..."
    )
    data: Path = Field(Path("tunti-data"), description="Directory of the projects of a shared service.")
    host: str = Field("127.0.0.1", description="Address to listen at; others than this machine need a shared service.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen at.")
    hosts: tuple[str, ...] = Field(
        (), description="Names by which the service is reached; requests to others are refused."
    )
    proxies: str = Field("", description="Addresses of proxies whose X-Forwarded-* headers are believed.")
    secure_cookies: bool = Field(True, description="Cookies over HTTPS only; off for one project on this machine.")
    secret: SecretStr = Field(
        default_factory=lambda: SecretStr(secrets.token_urlsafe(32)),
        description="Key that signs forms; made anew at each start when not set, so set it for several servers.",
    )
    session_hours: float = Field(10.0, gt=0, le=720, description="Hours after which one logs in again.")
    login_failures: int = Field(10, ge=1, description="Failed logins of a name or an address in an hour.")
    least_people: int = Field(
        10, ge=1, description="Head count under which people of a cell or a place are not told to the public."
    )
    comments_hour: int = Field(5, ge=0, description="Comments of the public from one address in an hour.")
    comment_days: int = Field(365, ge=1, description="Days that comments of the public are kept.")
    upload_megabytes: int = Field(100, ge=1, description="Biggest upload.")
    unpacked_megabytes: int = Field(500, ge=1, description="Biggest project, unpacked.")
    workers: int = Field(1, ge=0, le=32, description="Processes that do jobs.")
    feedback: str = Field("", description="Where feedback on accessibility goes, an e-mail or web address.")
    oidc_issuer: str = Field("", description="Address of the identity provider (OpenID Connect).")
    oidc_client: str = Field("", description="Name of this service at the identity provider.")
    oidc_secret: SecretStr = Field(SecretStr(""), description="Key of this service at the identity provider.")
    oidc_name: str = Field("", description="What the login button calls the identity provider.")
    address: str = Field("", description="Public address of the service, for the identity provider's way back.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line before environment before file."""
        file = TomlConfigSettingsSource(settings_cls, _FILE.get())
        return init_settings, env_settings, file

    @property
    def alone(self) -> bool:
        """Whether one project is served to the person at this machine, without accounts."""
        return self.folder is not None and self.database is None


def read_serve_settings(file: Path | None = None, **given: object) -> ServeSettings:
    """Read the settings of the service.

    Parameters
    ----------
    file : Path, optional
        A TOML file.
    **given
        Of the command line; None is not given.

    Returns
    -------
    ServeSettings

    Raises
    ------
    InputError
        With every setting that is not known or does not fit; the values of secrets are not told.
    """
    wrong = [] if file is None else list(_unknown(file))
    token = _FILE.set(file)
    try:
        settings = ServeSettings(**{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
    except ValidationError as problem:
        for detail in problem.errors():
            name = str(detail["loc"][0])
            secret = "Secret" in str(ServeSettings.model_fields[name].annotation)
            wrong.append(_misfit(name, misfit({**detail, "input": "***" if secret else detail["input"]})))
        raise InputError(wrong) from None
    except SettingsError as problem:
        # A list in the environment that is not written as one.
        found = re.search(r'field "(\w+)"', str(problem))
        name = found[1] if found else "-"
        raise InputError([*wrong, _misfit(name, say('it is not a list of the form ["a", "b"]'))]) from None
    finally:
        _FILE.reset(token)
    if wrong:
        raise InputError(wrong)
    return settings


def _unknown(file: Path) -> Iterator[Finding]:
    """Find what a file sets that is no setting: a misspelt one would leave its default in force unseen."""
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        what_to_do = say(
            "Mend the line: a setting is written as name = value, texts need quotation marks, "
            "and the decimal mark is a point."
        )
        line = toml_line(problem)
        read = say("The settings can't be read from this line on.")
        raise InputError([error(file.name, line, None, read, what_to_do)]) from None
    known = ServeSettings.model_fields
    for name in told:
        if name not in known:
            what_to_do = say("Remove it or correct its name; the section knows: {names}.", names=", ".join(known))
            yield error(file.name, None, name, say("There is no setting {name}.", name=name), what_to_do)


def _misfit(name: str, reason: Message) -> Finding:
    what = say("The setting {name} does not fit: {reason}.", name=name, reason=reason)
    what_to_do = say("Write a value that the setting takes; the settings page of the documentation lists them.")
    return error("tunti serve", None, name, what, what_to_do)
