"""`reviews` as it is typed on the machine: a closed claim leaves a trace, and no decision of the console is lost."""

from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.database import Database
from models import audit
from models import operator as operators
from models.audit import AuditEntry
from models.contact import meet
from models.operator import Role
from models.review import Decision, Review, ReviewReason, open_review
from tests.command import Command
from tests.records import add_worker


@pytest.fixture
def run(command: Command) -> Command:
    return partial(command, "reviews")


@pytest.fixture(autouse=True)
def doubted(database: Database) -> None:
    """The account 1 claims the record of the worker 1."""
    now = Clock().now()
    with database.writing() as session:
        contact = meet(session, f"U{1:032x}", None, now)
        open_review(session, contact.id, add_worker(session, now).id, ReviewReason.NAME, now)


def logged(database: Database) -> Iterator[AuditEntry]:
    with database.reading() as session:
        assert list(audit.broken(session)) == []
        yield from session.scalars(select(AuditEntry).order_by(AuditEntry.id))


def test_a_claim_is_closed_with_a_reason_that_the_log_keeps(run: Command, database: Database) -> None:
    assert run("close", 1).exit_code == 2
    assert run("close", 1, "--why", " ").exit_code == 2
    assert list(logged(database)) == []
    assert run("close", 1, "--why", "The school's training account").exit_code == 0
    [entry] = logged(database)
    assert (entry.action, entry.about, entry.operator_id) == ("case_closed", "review 1", None)
    assert entry.details == {"by": "command", "note": "The school's training account"}
    assert "name" not in run("list").output
    assert run("close", 1, "--why", "Again").exit_code == 1
    assert len(list(logged(database))) == 1


def test_what_waits_for_a_second_person_is_not_closed_by_command(run: Command, database: Database) -> None:
    now = Clock().now()
    with database.writing() as session:
        waiting = session.get_one(Review, 1)
        waiting.decision = Decision.NOT_HERS.value
        waiting.asked_by_id = operators.add(session, "lin", "Lin", [Role.CASEWORKER], now).id
    refused = run("close", 1, "--why", "Looked at")
    assert refused.exit_code == 1
    assert "second person" in refused.output
    assert list(logged(database)) == []
    with database.reading() as session:
        assert session.get_one(Review, 1).asked is Decision.NOT_HERS
