"""Tables of the work database: people and their roles, projects, plans and their versions, what was said and done."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Boolean, DateTime, Dialect, ForeignKey, Index, Integer, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Utc(TypeDecorator[dt.datetime]):
    """A moment in UTC, the same in every database: SQLite keeps no time zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Store without a zone."""
        return None if value is None else value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Read in UTC."""
        return None if value is None else value.replace(tzinfo=dt.UTC)


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """A person with an account."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(300))  # argon2 hash; none for people of an identity provider
    issuer: Mapped[str | None] = mapped_column(String(300))
    subject: Mapped[str | None] = mapped_column(String(300))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    made_at: Mapped[dt.datetime] = mapped_column(Utc)

    __table_args__ = (Index("users_subject", "issuer", "subject", unique=True),)


class Membership(Base):
    """A role of a person, in one project or all, one region or all, one agency or all."""

    __tablename__ = "memberships"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(30))
    region: Mapped[str | None] = mapped_column(String(30))
    agency: Mapped[str | None] = mapped_column(String(100))


class Login(Base):
    """An open session of a person; the key itself is only in their browser."""

    __tablename__ = "logins"
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[dt.datetime] = mapped_column(Utc)
    ends_at: Mapped[dt.datetime] = mapped_column(Utc)


class Attempt(Base):
    """A failed login, for slowing down guessing; kept an hour."""

    __tablename__ = "attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[dt.datetime] = mapped_column(Utc)


class ProjectRow(Base):
    """A project: its tables lie in a folder of the data directory."""

    __tablename__ = "projects"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    folder: Mapped[str] = mapped_column(String(1000))
    public: Mapped[bool] = mapped_column(Boolean, default=False)
    made_at: Mapped[dt.datetime] = mapped_column(Utc)


class PlanRow(Base):
    """A plan in the making: its changes on the baseline, its network, its state."""

    __tablename__ = "plans"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(300))
    region: Mapped[str | None] = mapped_column(String(30))
    state: Mapped[str] = mapped_column(String(20), default="draft")
    version: Mapped[int] = mapped_column(Integer, default=1)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)  # patches and points
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # figures of the last finished run, with its version
    frozen: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # what was put to hearing or decided
    frozen_hash: Mapped[str | None] = mapped_column(String(64))
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[dt.datetime] = mapped_column(Utc)
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[dt.datetime | None] = mapped_column(Utc)

    __table_args__ = (Index("plans_name", "project_id", "name", unique=True),)


class PlanVersion(Base):
    """One version of a plan: what a change did; the first one holds what the plan was, the others follow from it."""

    __tablename__ = "plan_versions"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    changes: Mapped[list[Any]] = mapped_column(JSON)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON, nullable=False)  # JSON's null in all but the first
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[dt.datetime] = mapped_column(Utc)

    __table_args__ = (Index("plan_versions_of", "plan_id", "version", unique=True),)


class Request(Base):
    """A request for a body's statement on a plan."""

    __tablename__ = "statement_requests"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), index=True)
    body: Mapped[str] = mapped_column(String(200))
    agency: Mapped[str | None] = mapped_column(String(100))
    deadline: Mapped[dt.datetime] = mapped_column(Utc)
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[dt.datetime] = mapped_column(Utc)
    stand: Mapped[str | None] = mapped_column(String(20))
    statement: Mapped[str | None] = mapped_column(Text)
    given_by: Mapped[str | None] = mapped_column(String(200))
    given_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[str | None] = mapped_column(String(200))
    answered_at: Mapped[dt.datetime | None] = mapped_column(Utc)


class Comment(Base):
    """A comment on a plan, a row of a table or a view of the map; from the project group or the public."""

    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), index=True)
    bound: Mapped[dict[str, Any]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[dt.datetime] = mapped_column(Utc)
    public: Mapped[bool] = mapped_column(Boolean, default=False)
    shown: Mapped[str] = mapped_column(String(20), default="shown")  # waiting, shown, hidden
    keep_until: Mapped[dt.datetime | None] = mapped_column(Utc, index=True)
    key_hash: Mapped[str | None] = mapped_column(String(64))  # of the key with which its writer can delete it


class Audit(Base):
    """One entry of the trail of what was done: each holds the digest of the one before it."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Utc)
    by: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(String(60))
    project_id: Mapped[int | None] = mapped_column(Integer, index=True)
    plan_id: Mapped[int | None] = mapped_column(Integer, index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))


class Decision(Base):
    """One row of the decision log: what was decided, by whom and why."""

    __tablename__ = "decisions"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plans.id", ondelete="SET NULL"))
    at: Mapped[dt.datetime] = mapped_column(Utc)
    by: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    record: Mapped[str] = mapped_column(String(200))


class Job(Base):
    """Work that takes longer than a page: what is asked, how far it is, what came of it."""

    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20), default="queued", index=True)
    what: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # the message of what is being done, packed
    done: Mapped[float | None] = mapped_column()
    best: Mapped[float | None] = mapped_column()
    bound: Mapped[float | None] = mapped_column()
    cancel: Mapped[bool] = mapped_column(Boolean, default=False)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[dt.datetime] = mapped_column(Utc)
    alive_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
