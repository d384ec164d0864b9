"""Cases: one a matter, each with a clock, and closed or forgotten when it is time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.database import Database
from models import case
from models.case import CLOCKS, ENDINGS, KEPT_CLOSED, Case, CaseKind, Result, open_case
from models.case_viewing import view, viewings
from models.contact import Contact
from models.event_row import Told
from models.permit_event import EventKind, PermitEvent
from models.reminder import ReminderRules
from models.worker import Worker
from tests.records import add_permit, add_worker, record

NOW = datetime(2026, 3, 11, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as opened:
        opened.add(Contact(line_user_id=f"U{0:032}", language="en", reachable=True, created_at=NOW))
        add_permit(opened, add_worker(opened, NOW))
        yield opened


def tells(session: Session, number: int, kind: EventKind, days: int, **more: object) -> PermitEvent:
    told = Told(f"E{number}", kind, "P1", NOW - timedelta(days=20 - days), **more)  # type: ignore[arg-type]
    record(session, told, ReminderRules(), NOW)
    return session.scalars(select(PermitEvent).where(PermitEvent.event_id == f"E{number}")).one()


def opened(session: Session, kind: CaseKind = CaseKind.DISPUTE, matter: str = "event 1", at: datetime = NOW) -> Case:
    return open_case(session, kind, matter, at)[0]


def test_the_same_matter_is_one_open_case_and_newer_answers_count(session: Session) -> None:
    first, new = open_case(session, CaseKind.DISPUTE, "event 1", NOW, answers={"where": "work"})
    assert new
    again, new = open_case(session, CaseKind.DISPUTE, "event 1", NOW + HOUR, answers={"where": "shelter"})
    assert (again.id, new, again.answers) == (first.id, False, {"where": "shelter"})
    assert again.due_at == NOW + CLOCKS[CaseKind.DISPUTE]
    unchanged, _ = open_case(session, CaseKind.DISPUTE, "event 1", NOW + HOUR)
    assert unchanged.answers == {"where": "shelter"}
    other, new = open_case(session, CaseKind.HELP, "event 1", NOW)
    assert new
    assert other.due_at == NOW + HOUR


def test_a_matter_can_be_opened_anew_after_it_was_closed(session: Session) -> None:
    first = opened(session)
    assert case.close(first, Result.NOT_REACHED, NOW)
    session.flush()
    assert opened(session).id != first.id


def test_the_database_itself_keeps_a_second_open_case_out(session: Session) -> None:
    opened(session)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Case).values(kind="dispute", matter="event 1", opened_at=NOW, due_at=NOW))


def test_it_is_taken_by_one_and_then_by_another_and_not_once_closed(session: Session) -> None:
    found = opened(session)
    assert case.take(found, "Lin", NOW)
    assert not case.take(found, "Lin", NOW + HOUR)
    assert found.taken_at == NOW
    assert case.take(found, "Wang", NOW + HOUR)
    assert case.close(found, Result.STANDS, NOW)
    assert not case.close(found, Result.WITHDRAWN, NOW)
    assert not case.take(found, "Chen", NOW)
    session.flush()
    assert (found.owner, found.result) == ("Wang", "stands")


def test_what_is_due_first_stands_first_and_kinds_are_queues(session: Session) -> None:
    late = opened(session, CaseKind.DISPUTE, "a", NOW)
    urgent = opened(session, CaseKind.HELP, "b", NOW + HOUR)
    done = opened(session, CaseKind.HELP, "c", NOW)
    case.close(done, Result.HELPED, NOW)
    session.flush()
    assert case.open_cases(session, 10) == [urgent, late]
    assert case.open_cases(session, 10, CaseKind.DISPUTE) == [late]
    assert case.counts(session, NOW + 3 * HOUR) == {("dispute", False): 1, ("help", True): 1}


def test_run_late_waits_for_the_day_except_with_help_that_nobody_took(session: Session) -> None:
    dispute = opened(session, CaseKind.DISPUTE, "a")
    helpless = opened(session, CaseKind.HELP, "b")
    taken = opened(session, CaseKind.HELP, "c")
    opened(session, CaseKind.NOT_TOLD, "d")
    case.take(taken, "Lin", NOW)
    session.flush()
    at = NOW + timedelta(days=2)
    assert case.run_late(session, at, 10, by_day=False) == [helpless]
    assert case.run_late(session, at, 10, by_day=True) == [helpless, dispute]
    assert case.run_late(session, NOW, 10, by_day=True) == []
    helpless.late_said_at = at
    session.flush()
    assert case.run_late(session, at, 10, by_day=True) == [dispute]


def test_a_withdrawal_closes_the_disputes_about_the_report_and_nothing_else(session: Session) -> None:
    report = tells(session, 1, EventKind.REPORTED_MISSING, 1)
    revoked = tells(session, 2, EventKind.PERMIT_REVOKED, 2)
    dispute, _ = open_case(session, CaseKind.DISPUTE, "a", NOW, event_id=report.id)
    untold, _ = open_case(session, CaseKind.NOT_TOLD, "b", NOW, event_id=report.id)
    other, _ = open_case(session, CaseKind.NOT_TOLD, "c", NOW, event_id=revoked.id)
    help_, _ = open_case(session, CaseKind.HELP, "d", NOW, event_id=report.id)
    tells(session, 3, EventKind.MISSING_REPORT_WITHDRAWN, 3)
    assert (dispute.result, untold.result) == ("withdrawn", "withdrawn")
    assert (other.result, help_.result) == (None, None)


def test_a_newer_report_in_its_place_leaves_a_dispute_open_until_the_withdrawal(session: Session) -> None:
    report = tells(session, 1, EventKind.REPORTED_MISSING, 1)
    dispute, _ = open_case(session, CaseKind.DISPUTE, "a", NOW, event_id=report.id)
    tells(session, 2, EventKind.REPORTED_MISSING, 2, letter_no="L-2")
    assert dispute.result is None
    tells(session, 3, EventKind.MISSING_REPORT_WITHDRAWN, 3)
    assert dispute.result == "withdrawn"


def test_an_unlinked_account_leaves_no_trace_in_cases_but_what_she_said_stays(session: Session) -> None:
    contact = session.scalars(select(Contact)).one()
    worker = session.scalars(select(Worker)).one()
    linked, _ = open_case(
        session, CaseKind.DISPUTE, "a", NOW, worker_id=worker.id, contact_id=contact.id, answers={"where": "work"}
    )
    hers, _ = open_case(session, CaseKind.HELP, "b", NOW, contact_id=contact.id)
    case.forget_links(session, [contact.id])
    session.expire_all()
    assert (linked.contact_id, linked.worker_id, linked.answers) == (None, worker.id, {"where": "work"})
    assert hers.contact_id == contact.id  # it names no worker


def test_what_was_said_is_forgotten_long_after_the_closing_and_that_it_was_is_not(session: Session) -> None:
    old, _ = open_case(session, CaseKind.DISPUTE, "a", NOW, answers={"where": "work"})
    still, _ = open_case(session, CaseKind.DISPUTE, "b", NOW, answers={"where": "shelter"})
    case.close(old, Result.STANDS, NOW)
    session.flush()
    assert case.forget_old(session, NOW + KEPT_CLOSED - HOUR, 10) == 0
    assert case.forget_old(session, NOW + KEPT_CLOSED, 10) == 1
    assert case.forget_old(session, NOW + KEPT_CLOSED, 10) == 0
    session.expire_all()
    assert (old.answers, old.result, still.answers) == (None, "stands", {"where": "shelter"})


def test_what_she_said_and_why_somebody_looked_are_sealed(session: Session) -> None:
    found, _ = open_case(session, CaseKind.DISPUTE, "a", NOW, answers={"where": "shelter"})
    view(session, found, "Lin", "a call from her sister", NOW)
    assert [(one.by, one.reason) for one in viewings(session, found)] == [("Lin", "a call from her sister")]
    [answers] = session.execute(text("SELECT answers FROM casework")).scalars()
    [reason] = session.execute(text("SELECT reason FROM case_viewing")).scalars()
    assert b"shelter" not in bytes(answers)
    assert b"sister" not in bytes(reason)


def test_every_kind_has_endings_and_can_end_without_success() -> None:
    assert set(ENDINGS) == set(CaseKind)
    assert all(Result.NOT_REACHED in endings for endings in ENDINGS.values())
