"""Accounts: people with a password or an identity provider, their roles and their open sessions."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.store.models import Attempt, Login, Membership, User
from tunti.work.audit import now, record
from tunti.work.roles import Grant, Person, Role

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("nobody has this password")
"""Checked when there is no such account, so that the answer takes as long."""

SHORTEST_PASSWORD = 12
"""Characters of a password. NIST SP 800-63B asks for at least 8; longer, for there is no second factor."""


def add_user(session: Session, by: str, login: str, name: str, password: str | None = None) -> User:
    """Make an account.

    Parameters
    ----------
    session : Session
    by : str
        Who makes it.
    login : str
        Name to log in with.
    name : str
    password : str, optional
        Without one the person can't log in with a password.

    Returns
    -------
    User

    Raises
    ------
    TuntiError
        The name is taken or the password is too short.
    """
    login = login.strip().casefold()
    if not login or session.execute(select(User).where(User.login == login)).first():
        raise TuntiError(say("The login {login} is empty or taken. Choose another.", login=login))
    user = User(login=login, name=name.strip() or login, made_at=now(), active=True)
    if password is not None:
        set_password(user, password)
    session.add(user)
    session.flush()
    record(session, by, "account made", user=user.id)
    return user


def set_password(user: User, password: str) -> None:
    """Give an account a new password, kept as an argon2 hash only.

    Raises
    ------
    TuntiError
        It is too short.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise TuntiError(say("A password has at least {n} characters.", n=SHORTEST_PASSWORD))
    user.password = _HASHER.hash(password)


def grant(
    session: Session,
    by: str,
    user: User,
    role: Role,
    *,
    project: int | None = None,
    region: str | None = None,
    agency: str | None = None,
) -> None:
    """Give a person a role, in one project, region and agency, or in all where None."""
    session.add(Membership(user_id=user.id, project_id=project, role=role.value, region=region, agency=agency))
    record(session, by, "role given", project=project, user=user.id, role=role.value, region=region, agency=agency)


def person_of(session: Session, user: User) -> Person:
    """Give a person with all their roles."""
    rows = session.execute(select(Membership).where(Membership.user_id == user.id)).scalars()
    return Person(user.name, tuple(Grant(Role(m.role), m.project_id, m.region, m.agency) for m in rows), user=user.id)


def log_in(session: Session, login: str, password: str, *, who: str, most_failures: int) -> User | None:
    """Check a login and password; too many failures of the account or the address in an hour close it for a while.

    Parameters
    ----------
    session : Session
        Writing: failures are kept.
    login, password : str
    who : str
        Where the attempt comes from.
    most_failures : int

    Returns
    -------
    User or None
        None when it failed, whatever the reason.
    """
    marks = [_hash(f"{kind}:{value}") for kind, value in (("login", login.strip().casefold()), ("from", who))]
    since = now() - dt.timedelta(hours=1)
    session.execute(delete(Attempt).where(Attempt.at < since))
    failures = session.execute(
        select(Attempt.who, func.count()).where(Attempt.who.in_(marks)).group_by(Attempt.who)
    ).all()
    if any(n >= most_failures for _, n in failures):
        return None
    user = session.execute(select(User).where(User.login == login.strip().casefold())).scalar()
    try:
        _HASHER.verify(_NOBODY if user is None or user.password is None else user.password, password)
    except (VerifyMismatchError, InvalidHashError):
        user = None
    if user is None or user.password is None or not user.active:
        session.add_all(Attempt(who=mark, at=now()) for mark in marks)
        return None
    if _HASHER.check_needs_rehash(user.password):
        user.password = _HASHER.hash(password)
    return user


def user_of_provider(session: Session, issuer: str, subject: str, name: str) -> User:
    """Give the account of a person that an identity provider vouches for; the first time it is made, without roles."""
    user = session.execute(select(User).where(User.issuer == issuer, User.subject == subject)).scalar()
    if user is None:
        user = add_user(session, "identity provider", f"{_hash(issuer)[:8]}:{subject}"[:200], name)
        user.issuer, user.subject = issuer, subject
    return user


def open_session(session: Session, user: User, *, hours: float) -> str:
    """Open a session and give its key, which only the person's browser keeps."""
    key = secrets.token_urlsafe(32)
    session.execute(delete(Login).where(Login.ends_at < now()))
    session.add(Login(key_hash=_hash(key), user_id=user.id, made_at=now(), ends_at=now() + dt.timedelta(hours=hours)))
    record(session, user.name, "logged in", user=user.id)
    return key


def user_of_session(session: Session, key: str) -> User | None:
    """Give the person of an open session, None when it has ended or the account is closed."""
    found = session.execute(
        select(User).join(Login, Login.user_id == User.id).where(Login.key_hash == _hash(key), Login.ends_at > now())
    ).scalar()
    return found if found is not None and found.active else None


def close_session(session: Session, key: str) -> None:
    """End a session."""
    session.execute(delete(Login).where(Login.key_hash == _hash(key)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
