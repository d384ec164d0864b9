"""The steps of an announcement: who may take which, when, and that four eyes see what leaves."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.database import Database
from locales import Language
from models import operator as operators
from models.announcements import moves
from models.announcements.announcement import Announcement, AnnouncementState, AnnouncementVersion, Follows
from models.announcements.moves import Draft, Move, MoveRefused, Wrong, draft_of, moves_open_to
from models.announcements.text import Body, Texts
from models.audience import Audience
from models.operator import Operator, Role

S = AnnouncementState


@pytest.fixture
def draft(now: datetime) -> Draft:
    texts = Texts({Language.EN: Body("Title", "Text")}, missing="Urgent")
    return Draft("weather", texts, Audience(), None, now + timedelta(days=1))


def people(session: Session, now: datetime) -> tuple[Operator, Operator]:
    """A writer and an approver."""
    return (
        operators.add(session, "writer", "Writer", [Role.WRITER], now),
        operators.add(session, "approver", "Approver", [Role.APPROVER], now),
    )


def refused(wrong: Wrong, step: Callable[[], object]) -> None:
    with pytest.raises(MoveRefused) as refusal:
        step()
    assert refusal.value.wrong is wrong


def test_every_edit_is_a_version_and_versions_are_kept(database: Database, draft: Draft, now: datetime) -> None:
    later = Draft("drugs", Texts({}), Audience(languages=("th",)), now + timedelta(hours=1), now + timedelta(days=2))
    with database.writing() as session:
        writer, _approver = people(session, now)
        made = moves.create(session, writer, draft, "new", now)
        moves.edit(session, made.id, 1, writer, later, "changed", now)
    with database.reading() as session:
        kept = session.scalars(select(Announcement)).one()
        assert [(version.number, version.why) for version in kept.versions] == [(1, "new"), (2, "changed")]
        assert moves.said_in(kept.versions[0]) == draft
        assert draft_of(kept) == later
        assert (kept.category, kept.valid_until, kept.send_at) == (later.category, later.valid_until, later.send_at)


def test_an_edit_of_what_somebody_else_changed_is_refused(database: Database, draft: Draft, now: datetime) -> None:
    with database.writing() as session:
        writer, approver = people(session, now)
        made = moves.create(session, writer, draft, "new", now)
        moves.edit(session, made.id, 1, writer, draft, "first", now)
        refused(Wrong.CHANGED, lambda: moves.edit(session, made.id, 1, writer, draft, "second", now))
        refused(Wrong.CHANGED, lambda: moves.submit(session, made.id, 1, writer, now))
        moves.submit(session, made.id, 2, writer, now)
        refused(Wrong.CHANGED, lambda: moves.approve(session, made.id, 1, approver, now))


def test_whoever_wrote_any_version_or_submitted_cannot_approve(database: Database, draft: Draft, now: datetime) -> None:
    with database.writing() as session:
        both = [operators.add(session, f"p{n}", "P", [Role.WRITER, Role.APPROVER], now) for n in range(4)]
        made = moves.create(session, both[0], draft, "new", now)
        moves.edit(session, made.id, 1, both[1], draft, "other words", now)
        moves.submit(session, made.id, 2, both[2], now)
        for own in both[:3]:
            refused(Wrong.OWN_WORK, lambda own=own: moves.approve(session, made.id, 2, own, now))  # type: ignore[misc]
            assert Move.APPROVE not in moves_open_to(made, own, now)
        assert Move.APPROVE in moves_open_to(made, both[3], now)
        moves.approve(session, made.id, 2, both[3], now)
        assert made.state == S.APPROVED


def test_the_database_too_lets_nobody_approve_their_own(database: Database, draft: Draft, now: datetime) -> None:
    with database.writing() as session:
        writer, _approver = people(session, now)
        made = moves.create(session, writer, draft, "new", now)
        moves.submit(session, made.id, 1, writer, now)
        session.flush()
        made.state, made.approved_by, made.approved_at = S.APPROVED.value, writer.id, now
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_what_was_approved_can_be_returned_until_it_leaves(database: Database, draft: Draft, now: datetime) -> None:
    with database.writing() as session:
        writer, approver = people(session, now)
        made = moves.create(session, writer, draft, "new", now)
        moves.submit(session, made.id, 1, writer, now)
        moves.approve(session, made.id, 1, approver, now)
        moves.return_for_edit(session, made.id, 1, approver, "wrong day", now)
        assert (made.state, made.approved_by, made.submitted_by) == (S.DRAFT, None, None)
        moves.submit(session, made.id, 1, writer, now)
        moves.approve(session, made.id, 1, approver, now)
        made.state = S.SENDING.value
        refused(Wrong.STATE, lambda: moves.return_for_edit(session, made.id, 1, approver, "late", now))
        refused(Wrong.STATE, lambda: moves.cancel(session, made.id, approver, "late", now))


def test_nothing_is_submitted_or_resumed_when_its_validity_is_over(
    database: Database, draft: Draft, now: datetime
) -> None:
    with database.writing() as session:
        writer, approver = people(session, now)
        made = moves.create(session, writer, draft, "new", now)
        soon = draft.valid_until - timedelta(minutes=5)
        refused(Wrong.OVER, lambda: moves.submit(session, made.id, 1, writer, soon))
        moves.submit(session, made.id, 1, writer, now)
        refused(Wrong.OVER, lambda: moves.approve(session, made.id, 1, approver, soon))
        moves.approve(session, made.id, 1, approver, now)
        made.state = S.SENDING.value
        moves.stop(session, made.id, writer, now)
        refused(Wrong.OVER, lambda: moves.resume(session, made.id, writer, "go on", draft.valid_until))
        moves.resume(session, made.id, writer, "go on", soon)
        assert made.state == S.SENDING


def test_a_withdrawal_waits_until_the_original_is_stopped(database: Database, draft: Draft, now: datetime) -> None:
    with database.writing() as session:
        writer, approver = people(session, now)
        made = moves.create(session, writer, draft, "new", now)
        refused(Wrong.STATE, lambda: moves.follow(session, made.id, writer, Follows.CORRECTION, "why", now))
        moves.submit(session, made.id, 1, writer, now)
        moves.approve(session, made.id, 1, approver, now)
        made.state = S.SENDING.value
        refused(Wrong.STILL_SENDING, lambda: moves.follow(session, made.id, writer, Follows.WITHDRAWAL, "why", now))
        moves.stop(session, made.id, approver, now)
        withdrawal = moves.follow(session, made.id, writer, Follows.WITHDRAWAL, "it was wrong", now)
        assert (withdrawal.follows_id, withdrawal.state) == (made.id, S.DRAFT)
        assert draft_of(withdrawal).texts == Texts({})
        correction = moves.follow(session, made.id, writer, Follows.CORRECTION, "it was wrong", now)
        assert draft_of(correction).texts == draft.texts
        assert moves.followers(session, made.id) == [withdrawal, correction]


_NEEDS_A_ROLE = {
    Move.EDIT: {Role.WRITER},
    Move.SUBMIT: {Role.WRITER},
    Move.RETURN: {Role.APPROVER},
    Move.APPROVE: {Role.APPROVER},
    Move.CANCEL: {Role.WRITER, Role.APPROVER},
    Move.STOP: {Role.WRITER, Role.APPROVER},
    Move.RESUME: {Role.WRITER, Role.APPROVER},
    Move.CORRECT: {Role.WRITER},
    Move.WITHDRAW: {Role.WRITER},
}
_NEEDS_A_STATE = {
    S.DRAFT: {Move.EDIT, Move.SUBMIT, Move.CANCEL},
    S.SUBMITTED: {Move.RETURN, Move.APPROVE, Move.CANCEL},
    S.APPROVED: {Move.RETURN, Move.CANCEL},
    S.SENDING: {Move.STOP, Move.CORRECT},
    S.STOPPED: {Move.RESUME, Move.CORRECT, Move.WITHDRAW},
    S.DONE: {Move.CORRECT, Move.WITHDRAW},
    S.EXPIRED: {Move.CORRECT, Move.WITHDRAW},
    S.CANCELLED: set(),
}


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("role", Role)
def test_each_step_is_open_to_exactly_its_roles_in_exactly_its_states(
    state: AnnouncementState, role: Role, now: datetime
) -> None:
    texts, audience = Texts({}).to_json(), Audience().to_json()
    version = AnnouncementVersion(number=1, by=1, texts=texts, audience=audience)
    announcement = Announcement(
        state=state.value, created_by=1, submitted_by=1, valid_until=now + timedelta(days=1), versions=[version]
    )
    somebody = Operator(id=2, roles=role.value)
    expected = {move for move in _NEEDS_A_STATE[state] if role in _NEEDS_A_ROLE[move]}
    assert set(moves_open_to(announcement, somebody, now)) == expected


def test_steps_that_cannot_be_taken_back_need_a_reason(database: Database, draft: Draft, now: datetime) -> None:
    with database.writing() as session:
        writer, approver = people(session, now)
        refused(Wrong.WHY, lambda: moves.create(session, writer, draft, " ", now))
    with database.writing() as session:
        made = moves.create(session, session.get_one(Operator, writer.id), draft, "new", now)
        refused(Wrong.WHY, lambda: moves.cancel(session, made.id, approver, "", now))
        refused(Wrong.ROLE, lambda: moves.create(session, approver, draft, "new", now))
        moves.cancel(session, made.id, approver, "not needed", now)
        assert (made.state, made.ended_at) == (S.CANCELLED, now)
