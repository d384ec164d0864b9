"""What holds for every self-check: few questions, an answer with steps and law, and no promise."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from bot.database import Database
from handlers.context import Context, Rules
from handlers.event import Did, Event
from handlers.self_checks.asking import KEPT_A_WEEK
from handlers.self_checks.check import Check
from handlers.self_checks.finding import Finding
from handlers.self_checks.listed import CHECKS
from locales import Text, say
from models.contact import meet
from models.conversation import KEPT_FOR
from tests.handlers.conftest import NOON
from tests.handlers.person import ARC, BIRTH_DATE, MENU, NAME, PASSPORT, Person
from tests.locales import checks_walked

QUESTIONS = 8
RENEWAL = CHECKS["renewal"].title
KIND = Text("What kind of work is your permit for?")
ENDS = Text("On which day does your permit end?")
PROMISES = ("is not lost", "cannot lose", "you may stay", "you are safe", "not worry")


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
            assert not [promise for promise in PROMISES if promise in told], walk.answers
    assert found > 100


def test_before_the_first_question_she_reads_what_is_kept_and_where(person: Person) -> None:
    person.says("rights")
    person.reads(
        Text("No employer or broker hears of it from us."),
        KEPT_A_WEEK,
        Text("The answers stay in this chat. Delete it if others use your phone."),
    )
    assert f"kept for {KEPT_FOR.days} days" in say(KEPT_A_WEEK, person.language)
    person.reads_nothing_of("Nobody else sees this")


def test_who_takes_up_a_check_that_was_begun_on_this_phone_can_start_again(person: Person) -> None:
    person.is_told((RENEWAL, KIND), ("Student", ENDS), ("menu", MENU), (RENEWAL, ENDS))
    person.taps(Text("Start again"))
    person.reads(KIND)
    person.reads_nothing_of("Start again")
    kept = person.kept()
    assert kept is not None
    assert "type" not in kept.answers
    person.is_told(("Student", ENDS), ("start again", KIND))


def test_start_again_is_an_answer_like_any_other_where_it_is_no_button(person: Person) -> None:
    person.says("link")
    person.is_told(("yes", PASSPORT), ("C1234567", ARC), ("A800000014", NAME))
    person.reads_nothing_of("Start again")
    person.is_told(("start again", BIRTH_DATE))
