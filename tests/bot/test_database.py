"""The open database: what it says of migrations, and how long it waits for who stands still."""

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from bot import database as opened
from bot.database import Database
from models.secrets import Keyring


def revise(database: Database, to: str) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": to})


def test_a_database_of_an_older_program_is_behind(database: Database) -> None:
    assert not database.behind()
    revise(database, "0001")
    assert database.behind()


def test_a_database_of_a_newer_program_is_not_behind_so_that_both_may_run_during_an_upgrade(database: Database) -> None:
    revise(database, "9999")
    assert not database.behind()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_stands_still_in_a_transaction_is_cut_off_and_works_on_with_a_new_connection(
    database_url: str, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "STANDS_STILL_SECONDS", 1)
    with_option = make_url(database_url).update_query_dict({"options": "-c statement_timeout=7s"})
    database = Database(with_option.render_as_string(hide_password=False), keyring)
    with database.reading() as session:
        assert session.scalar(text("SHOW statement_timeout")) == "7s", "what the operator wrote there stays"
        with database.reading() as another:
            another.execute(text("SELECT pg_sleep(2)"))
        with pytest.raises(DBAPIError) as cut_off:
            session.execute(text("SELECT 1"))
    assert cut_off.value.connection_invalidated
    with database.reading() as session:
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "1s"
    database.close()
