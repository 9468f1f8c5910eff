"""Accounts: passwords are kept as hashes, guessing is slowed, sessions end."""

import pytest
from sqlalchemy import select, text

from tunti.errors import TuntiError
from tunti.store.database import open_database
from tunti.store.models import Login, User
from tunti.work import accounts
from tunti.work.roles import Role

PASSWORD = "correct horse battery"


@pytest.fixture
def user(db):
    with db.writing() as session:
        made = accounts.add_user(session, "test", " Anna ", "Anna", PASSWORD)
        accounts.grant(session, "test", made, Role.EDITOR, region="11")
    return made.id


def log_in(db, login, password, who="1.2.3.4"):
    with db.writing() as session:
        return accounts.log_in(session, login, password, who=who, most_failures=3)


def test_login(db, user):
    assert log_in(db, "ANNA", PASSWORD).id == user
    assert log_in(db, "anna", "wrong") is None
    assert log_in(db, "nobody", PASSWORD) is None


def test_passwords_are_kept_as_argon2_only(db, user):
    with db.reading() as session:
        kept = session.get(User, user).password
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_guessing_is_slowed_by_account_and_by_address(db, user):
    for _ in range(3):
        assert log_in(db, "anna", "wrong") is None
    assert log_in(db, "anna", PASSWORD, who="5.6.7.8") is None
    with db.writing() as session:
        accounts.add_user(session, "test", "bertil", "Bertil", PASSWORD)
    assert log_in(db, "bertil", PASSWORD) is None, "the address that guessed waits too"
    assert log_in(db, "bertil", PASSWORD, who="5.6.7.8") is not None


def test_sessions(db, user):
    with db.writing() as session:
        key = accounts.open_session(session, session.get(User, user), hours=1)
        over = accounts.open_session(session, session.get(User, user), hours=-1)
    with db.writing() as session:
        assert accounts.user_of_session(session, key).id == user
        assert accounts.user_of_session(session, over) is None
        assert accounts.user_of_session(session, "") is None
        assert key not in session.execute(select(Login.key_hash)).scalars().all()
        session.get(User, user).active = False
    with db.writing() as session:
        assert accounts.user_of_session(session, key) is None
        session.get(User, user).active = True
        accounts.close_session(session, key)
        assert accounts.user_of_session(session, key) is None


def test_refused_accounts(db, user):
    for login, password in (("anna", PASSWORD), ("", PASSWORD), ("carl", "short")):
        with pytest.raises(TuntiError), db.writing() as session:
            accounts.add_user(session, "test", login, "x", password)


def test_people_of_a_provider_get_one_account_each(db):
    with db.writing() as session:
        a = accounts.user_of_provider(session, "https://a", "1", "Anna")
        again = accounts.user_of_provider(session, "https://a", "1", "Anna B")
        other = accounts.user_of_provider(session, "https://b", "1", "Anna")
        assert a.id == again.id != other.id
        assert accounts.person_of(session, a).grants == ()


@pytest.mark.parametrize(
    "url", ["nonsense", "oracle://x", "postgresql://u:secret-word@127.0.0.1:1/none", "sqlite:////proc/none/x.sqlite"]
)
def test_a_database_that_can_not_be_used_is_told_without_its_password(url):
    with pytest.raises(TuntiError) as told:
        open_database(url)
    assert "secret-word" not in str(told.value)


def test_sql_in_names_is_text(db):
    with db.writing() as session:
        accounts.add_user(session, "x'; DROP TABLE users; --", "a'; DROP TABLE users; --", "n", PASSWORD)
    assert log_in(db, "' OR 1=1 --", "' OR 1=1 --") is None
    with db.reading() as session:
        assert session.execute(text("SELECT count(*) FROM users")).scalar() == 1
