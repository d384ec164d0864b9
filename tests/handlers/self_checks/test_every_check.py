"""What holds for every self-check: few questions, an answer with steps and law, and no promise."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from bot.database import Database
from handlers.context import Context, Rules
from handlers.event import Did, Event
from handlers.self_checks.check import Check
from handlers.self_checks.finding import Finding
from handlers.self_checks.listed import CHECKS
from models.contact import meet
from tests.handlers.conftest import NOON
from tests.locales import checks_walked

QUESTIONS = 8


@pytest.fixture
def session(desk_database: Database) -> Iterator[Session]:
    with desk_database.reading() as opened:
        yield opened


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS.keys())
def test_no_way_is_long_and_every_answer_has_steps_and_law_and_promises_nothing(check: Check, session: Session) -> None:
    contact = meet(session, "U" + "0" * 32, None, NOON)
    ctx = Context(session, contact, Event("every check", Did.OTHER, NOON), NOON, Rules())
    found = 0
    for walk in checks_walked.walks(ctx, check):
        assert len(walk.answers) <= QUESTIONS, walk.answers
        if isinstance(walk.found, Finding):
            found += 1
            assert walk.found.result, walk.answers
            assert walk.found.next_steps, walk.answers
            assert walk.found.reasons, walk.answers
            told = " ".join(checks_walked.sentences(walk.found)).casefold()
            assert "you are safe" not in told
            assert "you need not worry" not in told
    assert found > 100
