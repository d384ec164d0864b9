"""What is planned to be told: once, in order, to everybody who is linked, and to late binders what still stands."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from models.binding import bind, unbind
from models.contact import Contact
from models.event_record import Outcome, Verdict, record_all
from models.event_row import Told
from models.message import Lane, Message, MessageState, forget_reminders
from models.notice import Notice, forget
from models.notice_plan import catch_up
from models.permit import Permit, PermitStatus
from models.permit_event import EventKind, PermitEvent
from models.permit_problem import Code
from models.permit_row import PermitRow, read_row
from models.reminder import ReminderRules
from models.reminder import catch_up as remind
from models.worker import Worker
from tests.records import add_permit, add_worker, record

ISSUED, REVOKED, MISSING, SEARCH, WITHDRAWN = (
    EventKind.PERMIT_ISSUED,
    EventKind.PERMIT_REVOKED,
    EventKind.REPORTED_MISSING,
    EventKind.SEARCH_REQUESTED,
    EventKind.MISSING_REPORT_WITHDRAWN,
)


@dataclass
class Office:
    """The ministry, one worker with one permit, and her accounts."""

    session: Session
    now: datetime
    worker: Worker
    permit: Permit
    accounts: list[Contact] = field(default_factory=list)

    def account(self, *, bound: bool = True, reachable: bool = True) -> Contact:
        number = len(self.accounts)
        contact = Contact(line_user_id=f"U{number:032}", language="en", reachable=reachable, created_at=self.now)
        self.session.add(contact)
        self.session.flush()
        self.accounts.append(contact)
        if bound:
            bind(self.session, contact.id, self.worker.id, self.now)
        return contact

    def tells(self, number: int, kind: EventKind, days: int = 0, **more: object) -> Verdict:
        return record(self.session, self.told(number, kind, days, **more), ReminderRules(), self.now)

    def told(self, number: int, kind: EventKind, days: int = 0, **more: object) -> Told:
        at = self.now - timedelta(days=30 - days)
        said: dict[str, object] = {"permit_no": "P1", **more}
        return Told(event_id=f"E{number}", kind=kind, occurred_at=at, **said)  # type: ignore[arg-type]

    def messages(self, *states: MessageState) -> list[Message]:
        wanted = [state.value for state in states or (MessageState.PLANNED,)]
        urgent = select(Message).where(Message.lane == Lane.URGENT.value, Message.state.in_(wanted))
        return list(self.session.scalars(urgent.order_by(Message.id)))

    def kinds(self, *states: MessageState) -> list[str]:
        return [message.kind for message in self.messages(*states)]

    def sends(self) -> None:
        for message in self.messages():
            message.sent_at = self.now
            message.end(MessageState.SENT)
        self.session.flush()


def build(session: Session, now: datetime) -> Office:
    worker = add_worker(session, now)
    return Office(session, now, worker, add_permit(session, worker))


@pytest.fixture
def office(database: Database, now: datetime) -> Iterator[Office]:
    with database.writing() as session:
        yield build(session, now)


def row(permit_no: str = "P1", ends_on: str = "2029-08-31", worker_ref: str = "W1") -> PermitRow:
    read = read_row(
        {
            "worker_ref": worker_ref,
            "passport_no": "C1234567",
            "name": "SITI MADE UP",
            "birth_date": "1990-05-21",
            "nationality": "ID",
            "permit_no": permit_no,
            "permit_type": "B",
            "starts_on": "2024-09-01",
            "ends_on": ends_on,
        }
    )
    assert isinstance(read, PermitRow)
    return read


def test_an_event_becomes_one_urgent_message_to_each_linked_account_that_we_reach(office: Office) -> None:
    one, other = office.account(), office.account()
    office.account(reachable=False)
    office.account(bound=False)
    assert office.tells(1, REVOKED).outcome is Outcome.RECORDED
    assert [message.contact_id for message in office.messages()] == [one.id, other.id]
    assert {(m.kind, m.not_before, m.what) for m in office.messages()} == {("permit_revoked", office.now, "event E1")}


def test_the_same_event_again_changes_nothing(office: Office) -> None:
    office.account()
    office.tells(1, REVOKED, letter_no="L1")
    assert office.tells(1, REVOKED, letter_no="L1").outcome is Outcome.REPEATED
    assert office.kinds() == ["permit_revoked"]


def test_the_same_event_id_with_another_body_is_refused(office: Office) -> None:
    office.tells(1, REVOKED, letter_no="L1")
    verdict = office.tells(1, REVOKED, letter_no="L2")
    assert verdict.why is not None
    assert (verdict.outcome, verdict.why.code) == (Outcome.REFUSED, Code.OTHER_BODY)
    assert office.session.scalars(select(PermitEvent.letter_no)).all() == ["L1"]


def test_a_revocation_told_twice_under_two_names_is_one_message_also_after_it_was_sent(office: Office) -> None:
    office.account()
    office.tells(2, REVOKED, days=2, letter_no="L1")
    office.sends()
    office.tells(1, REVOKED, days=1, letter_no="L1")
    assert office.kinds(MessageState.PLANNED, MessageState.SENT) == ["permit_revoked"]


def test_an_unknown_permit_is_refused_and_the_others_are_taken(office: Office) -> None:
    told = [office.told(1, REVOKED, permit_no="P9"), office.told(2, MISSING)]
    refused, recorded = record_all(office.session, told, ReminderRules(), office.now)
    assert refused.why is not None
    assert (refused.why.code, recorded.outcome) == (Code.UNKNOWN_PERMIT, Outcome.RECORDED)


def test_a_revoked_permit_is_marked_and_its_reminders_are_cancelled(office: Office) -> None:
    office.permit.ends_on = (office.now + timedelta(days=50)).date()
    remind(office.session, ReminderRules(), office.account(), office.now)
    waiting = select(Message.state).where(Message.lane == Lane.REMINDER.value, Message.kind.startswith("end_"))
    assert office.session.scalars(waiting).all() == ["planned"]
    office.tells(1, REVOKED)
    assert office.permit.status == PermitStatus.REVOKED
    assert office.session.scalars(waiting.execution_options(populate_existing=True)).all() == ["superseded"]


def test_an_older_event_that_comes_late_does_not_undo_a_newer_one(office: Office) -> None:
    office.account()
    office.tells(2, ISSUED, sequence=2)
    office.tells(1, REVOKED, sequence=1)
    assert office.permit.status == PermitStatus.ACTIVE
    assert office.kinds() == ["permit_issued"]


def test_what_no_longer_stands_is_cancelled_while_it_waits(office: Office) -> None:
    office.account()
    office.tells(1, REVOKED, days=1)
    office.tells(2, ISSUED, days=2)
    assert office.kinds() == ["permit_issued"]
    assert office.kinds(MessageState.SUPERSEDED) == ["permit_revoked"]


def test_a_withdrawal_is_told_to_who_was_told_of_the_report(office: Office) -> None:
    office.account()
    office.tells(1, MISSING, days=1)
    office.sends()
    office.tells(2, WITHDRAWN, days=2)
    assert office.kinds() == ["missing_report_withdrawn"]


def test_a_report_withdrawn_before_it_left_is_not_told_at_all(office: Office) -> None:
    office.account()
    office.tells(1, MISSING, days=1)
    office.tells(2, WITHDRAWN, days=2)
    assert office.kinds() == []
    assert office.kinds(MessageState.SUPERSEDED) == ["reported_missing"]


def test_a_withdrawal_that_overtook_its_report_waits_for_it_in_silence(office: Office) -> None:
    office.account()
    office.tells(2, WITHDRAWN, days=2)
    office.tells(1, MISSING, days=1)
    assert office.kinds() == []


def test_a_report_in_doubt_counts_as_told(office: Office) -> None:
    office.account()
    office.tells(1, SEARCH, days=1)
    [message] = office.messages()
    message.in_doubt = True
    office.tells(2, WITHDRAWN, days=2)
    assert office.kinds() == ["missing_report_withdrawn"]


def test_an_issued_permit_brings_its_new_dates_and_an_older_one_that_comes_late_does_not(office: Office) -> None:
    office.account()
    office.tells(2, ISSUED, days=2, permit=row(ends_on="2029-08-31"))
    office.tells(1, ISSUED, days=1, permit=row(ends_on="2028-08-31"))
    office.session.refresh(office.permit)
    assert office.permit.ends_on == date(2029, 8, 31)
    assert [message.what for message in office.messages()] == ["event E2"]


def test_an_issued_permit_that_we_did_not_know_is_stored(office: Office) -> None:
    office.account()
    assert office.tells(1, ISSUED, permit_no="P2", permit=row("P2")).outcome is Outcome.RECORDED
    assert office.kinds() == ["permit_issued"]


def test_a_permit_never_moves_to_another_worker(office: Office) -> None:
    verdict = office.tells(1, ISSUED, permit=row(worker_ref="W2"))
    assert verdict.why is not None
    assert verdict.why.code is Code.OTHER_WORKER
    assert office.session.scalars(select(PermitEvent)).all() == []


def test_who_binds_late_gets_one_message_of_all_that_stands(office: Office) -> None:
    office.tells(1, ISSUED, days=1)
    office.tells(2, MISSING, days=2)
    office.tells(3, REVOKED, days=3)
    assert office.messages() == []
    contact = office.account()
    catch_up(office.session, contact, office.now)
    catch_up(office.session, contact, office.now)
    [message] = office.messages()
    assert message.kind == "events"
    told = office.session.scalars(select(PermitEvent.kind).join(Notice).order_by(PermitEvent.occurred_at)).all()
    assert told == ["reported_missing", "permit_revoked"]


def test_who_binds_late_is_not_told_of_a_report_that_was_withdrawn_before(office: Office) -> None:
    office.tells(1, MISSING, days=1)
    office.tells(2, WITHDRAWN, days=2)
    catch_up(office.session, office.account(), office.now)
    assert office.messages() == []


def test_who_binds_again_is_not_told_again(office: Office) -> None:
    contact = office.account()
    office.tells(1, REVOKED)
    office.sends()
    unbind(bind(office.session, contact.id, office.worker.id, office.now), office.now)
    bind(office.session, contact.id, office.worker.id, office.now)
    catch_up(office.session, contact, office.now)
    assert office.messages() == []


def test_of_more_than_fit_a_permit_gives_way_to_what_she_can_act_on(office: Office) -> None:
    for number in range(2, 9):
        office.tells(number, ISSUED, days=number, permit_no=f"P{number}", permit=row(f"P{number}"))
    office.tells(1, REVOKED, days=0)
    catch_up(office.session, office.account(), office.now)
    told = office.session.scalars(select(PermitEvent.event_id).join(Notice).order_by(PermitEvent.occurred_at)).all()
    assert told == ["E1", "E5", "E6", "E7", "E8"]


def test_who_is_linked_to_nobody_any_more_leaves_no_trace_of_what_she_was_told(office: Office) -> None:
    contact = office.account()
    office.tells(1, REVOKED)
    office.sends()
    forget_reminders(office.session, [contact.id])
    forget(office.session, [contact.id])
    assert office.session.scalars(select(Notice)).all() == []
    office.session.expire_all()
    [message] = office.messages(MessageState.SENT)
    assert (message.permit_id, message.content, "E1" in message.what) == (None, None, False)


Played = tuple[str, list[tuple[str, str]]]


@pytest.fixture
def played(database: Database, now: datetime) -> Callable[[Sequence[Told]], Played]:
    def play(arriving: Sequence[Told]) -> Played:
        with database.rehearsing() as session:
            office = build(session, now)
            office.account()
            for told in arriving:
                record(session, told, ReminderRules(), now)
            return office.permit.status, sorted((message.kind, message.what) for message in office.messages())

    return play


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_order_of_arrival_ends_with_the_same_status_and_the_same_notices(
    played: Callable[[Sequence[Told]], Played], now: datetime, data: st.DataObject
) -> None:
    told = [
        Told(
            f"E{number}",
            data.draw(st.sampled_from(EventKind)),
            "P1",
            now - timedelta(days=data.draw(st.integers(1, 3))),
            letter_no=data.draw(st.sampled_from((None, "L1"))),
        )
        for number in range(data.draw(st.integers(1, 4)))
    ]
    assert played(told) == played(data.draw(st.permutations(told)))
