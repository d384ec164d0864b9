"""Permits brought in again and again: nothing twice, nothing moved, nothing forgotten, reminders kept true."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database import Database
from locales import Language
from models import identity
from models.binding import bind, bindings_of, unbind
from models.contact import meet
from models.message import Message, MessageState
from models.permit import Permit, PermitStatus
from models.permit_import import Counts, refusals, upsert
from models.permit_problem import Code, describe
from models.permit_row import PermitRow
from models.reminder import ReminderRules
from models.secrets import Key, Keyring, attach, keyring_of
from models.worker import IdentityNumber, NumberKind, Worker, workers_with

RULES = ReminderRules(health_examinations=False)
LATER = timedelta(days=1)
SITI = PermitRow(
    worker_ref="W1",
    passport_no="B1234567",
    arc_no="A900000001",
    name="SITI MADE UP",
    birth_date=date(1990, 5, 17),
    phone="+886940000001",
    nationality="ID",
    sex="F",
    permit_no="P1",
    permit_type="B",
    work="household_care",
    employer_name="示範家庭",
    county="桃園市",
    starts_on=date(2024, 4, 1),
    ends_on=date(2027, 3, 31),
    arc_expires_on=date(2027, 3, 31),
    entered_on=date(2024, 4, 1),
)
LINH = replace(SITI, worker_ref="W2", permit_no="P2", name="LINH MADE UP", passport_no="C7654321", arc_no=None)

Bring = Callable[..., Counts]


@pytest.fixture
def bring(database: Database, now: datetime) -> Bring:
    def bring(*rows: PermitRow, at: datetime = now) -> Counts:
        with database.writing() as session:
            return upsert(session, rows, RULES, at)

    return bring


def worker(session: Session, ref: str = "W1") -> Worker:
    return session.scalars(select(Worker).where(Worker.worker_ref == ref)).one()


def permit(session: Session, number: str = "P1") -> Permit:
    return session.scalars(select(Permit).where(Permit.permit_no == number)).one()


def bind_somebody(database: Database, now: datetime, ref: str = "W1") -> None:
    with database.writing() as session:
        bind(session, meet(session, "U" + "1" * 32, Language.ID, now).id, worker(session, ref).id, now)


def reminders(database: Database, state: MessageState = MessageState.PLANNED) -> list[tuple[str, date | None]]:
    with database.reading() as session:
        found = session.scalars(select(Message).where(Message.state == state.value).order_by(Message.id))
        return [(message.kind, message.about_on) for message in found]


def test_everything_in_a_row_is_stored(database: Database, bring: Bring, now: datetime) -> None:
    assert bring(SITI, LINH) == Counts(new_workers=2, new_permits=2, changed=0, unchanged=0)
    with database.reading() as session:
        siti, hers = worker(session), permit(session)
        for fact in ("name", "birth_date", "phone", "nationality", "sex", "arc_expires_on", "entered_on"):
            assert getattr(siti, fact) == getattr(SITI, fact), fact
        for fact in ("permit_type", "work", "employer_name", "county", "starts_on", "ends_on"):
            assert getattr(hers, fact) == getattr(SITI, fact), fact
        assert hers.worker_id == siti.id
        assert hers.status == PermitStatus.ACTIVE
        assert siti.as_of == hers.as_of == now
        assert workers_with(session, NumberKind.PASSPORT, "B1234567") == {siti.id}
        assert workers_with(session, NumberKind.ARC, "A900000001") == {siti.id}


def test_a_row_with_only_what_is_required_is_stored(database: Database, bring: Bring) -> None:
    bare = replace(SITI, arc_no=None, phone=None, sex=None, work=None, employer_name=None, county=None)
    assert bring(replace(bare, arc_expires_on=None, entered_on=None)).new_permits == 1
    with database.reading() as session:
        assert (worker(session).phone, worker(session).phone_index) == (None, None)
        assert (permit(session).work, permit(session).employer_name, permit(session).county) == ("", "", "")


def test_rows_with_and_without_the_same_cell_go_together(database: Database, bring: Bring) -> None:
    bring(replace(SITI, phone=None, work=None), LINH)
    with database.reading() as session:
        assert (worker(session).phone, worker(session, "W2").phone) == (None, LINH.phone)
        assert worker(session, "W2").phone_index == keyring_of(session).index("+886940000001", "worker.phone")
        assert (permit(session).work, permit(session, "P2").work) == ("", LINH.work)
    assert bring(SITI, LINH) == Counts(0, 0, changed=1, unchanged=1)


def test_the_same_rows_again_change_nothing_but_when_they_were_seen(
    database: Database, bring: Bring, now: datetime
) -> None:
    def cells() -> list[tuple[object, ...]]:
        with database.reading() as session:
            return [
                *map(tuple, session.execute(select(Worker.__table__).order_by(Worker.id))),
                *map(tuple, session.execute(select(Permit.__table__).order_by(Permit.id))),
                *map(tuple, session.execute(select(IdentityNumber.__table__).order_by(IdentityNumber.id))),
            ]

    bring(SITI, LINH)
    before = cells()
    assert bring(SITI, LINH) == Counts(0, 0, changed=0, unchanged=2)
    assert cells() == before
    bring(SITI, at=now + LATER)
    with database.reading() as session:
        assert worker(session).as_of == permit(session).as_of == now + LATER
        assert worker(session, "W2").as_of == permit(session, "P2").as_of == now


def test_what_is_different_is_written_and_counted(database: Database, bring: Bring) -> None:
    bring(SITI, LINH)
    new_phone = replace(SITI, phone="+886940000002", employer_name="另一個示範家庭")
    assert bring(new_phone, LINH) == Counts(0, 0, changed=1, unchanged=1)
    with database.reading() as session:
        assert worker(session).phone == "+886940000002"
        assert permit(session).employer_name == "另一個示範家庭"
    assert bring(new_phone) == Counts(0, 0, changed=0, unchanged=1)


def test_an_empty_cell_takes_nothing_away(database: Database, bring: Bring) -> None:
    bring(SITI)
    assert bring(replace(SITI, phone=None, arc_no=None, county=None, arc_expires_on=None)).unchanged == 1
    with database.reading() as session:
        assert worker(session).phone == SITI.phone
        assert worker(session).arc_expires_on == SITI.arc_expires_on
        assert permit(session).county == SITI.county


def test_a_renewed_document_is_added_and_the_old_one_still_finds_her(database: Database, bring: Bring) -> None:
    bring(replace(SITI, arc_no=identity.arc_no("AD00000001")))
    bring(replace(SITI, passport_no="B7654321"))
    bring(replace(SITI, passport_no="B7654321"))
    with database.reading() as session:
        her = {worker(session).id}
        for kind, number in (
            *((NumberKind.PASSPORT, "B1234567"), (NumberKind.PASSPORT, "B7654321")),
            *((NumberKind.ARC, "AD00000001"), (NumberKind.ARC, "A900000001")),
        ):
            assert workers_with(session, kind, number) == her, number
        assert session.scalar(select(func.count()).select_from(IdentityNumber)) == 4


def test_one_worker_may_have_several_permits_in_one_slice(database: Database, bring: Bring) -> None:
    following = replace(SITI, permit_no="P9", starts_on=date(2027, 4, 1), ends_on=date(2030, 3, 31))
    assert bring(SITI, following) == Counts(new_workers=1, new_permits=2, changed=0, unchanged=0)
    with database.reading() as session:
        assert permit(session, "P9").worker_id == permit(session).worker_id


def test_a_permit_never_moves_to_another_worker(database: Database, bring: Bring) -> None:
    bring(SITI)
    for taker in ("W2", "W3"):
        counts = bring(LINH, replace(LINH, worker_ref=taker, permit_no="P1"))
        assert {place: (found.column, found.code) for place, found in counts.refused.items()} == {
            1: ("permit_no", Code.OTHER_WORKER)
        }
    with database.reading() as session:
        assert permit(session).worker_id == worker(session).id
        assert session.scalar(select(func.count()).select_from(Worker)) == 2
        assert refusals(session, [replace(SITI, worker_ref="W3")])[0].code is Code.OTHER_WORKER
        assert refusals(session, [SITI]) == {}


def test_the_second_of_the_same_permit_is_refused_by_its_place(bring: Bring) -> None:
    counts = bring(LINH, SITI, replace(SITI, ends_on=date(2028, 1, 1)))
    assert (counts.new_permits, list(counts.refused)) == (2, [2])
    assert describe(counts.refused[2], "en") == "permit_no is the same as in line 2"
    assert describe(counts.refused[2], "zh-Hant") == "許可文號與第 2 列重複"


def test_a_revoked_permit_stays_revoked(database: Database, bring: Bring) -> None:
    bring(SITI)
    with database.writing() as session:
        permit(session).status = PermitStatus.REVOKED.value
    assert bring(replace(SITI, ends_on=date(2028, 3, 31))).changed == 1
    with database.reading() as session:
        assert permit(session).status == PermitStatus.REVOKED
        assert permit(session).ends_on == date(2028, 3, 31)


def test_a_new_end_date_replaces_the_reminder_of_a_bound_worker(
    database: Database, bring: Bring, now: datetime
) -> None:
    soon, later = date(2026, 3, 20), date(2026, 6, 1)
    bring(replace(SITI, ends_on=soon, arc_expires_on=None))
    bind_somebody(database, now)
    bring(replace(SITI, ends_on=later, arc_expires_on=None))
    first = reminders(database)
    assert [about for _, about in first] == [later]
    bring(replace(SITI, ends_on=soon, arc_expires_on=None))
    assert [about for _, about in reminders(database)] == [soon]
    assert reminders(database, MessageState.SUPERSEDED) == first
    bring(replace(SITI, ends_on=date(2029, 1, 1), arc_expires_on=None))
    assert reminders(database) == []


def test_a_new_permit_or_card_date_of_a_bound_worker_is_planned_at_once(
    database: Database, bring: Bring, now: datetime
) -> None:
    bring(SITI)
    bind_somebody(database, now)
    bring(SITI, replace(SITI, permit_no="P9", ends_on=date(2026, 4, 1)))
    assert [about for _, about in reminders(database)] == [date(2026, 4, 1)]
    bring(replace(SITI, arc_expires_on=date(2026, 4, 7)))
    assert sorted(about for _, about in reminders(database) if about) == [date(2026, 4, 1), date(2026, 4, 7)]


def test_nothing_is_planned_for_somebody_who_has_unbound(database: Database, bring: Bring, now: datetime) -> None:
    bring(SITI)
    bind_somebody(database, now)
    with database.writing() as session:
        unbind(bindings_of(session, worker(session).id)[0], now)
    bring(replace(SITI, ends_on=date(2026, 4, 1)))
    assert reminders(database) == []


def test_objects_the_session_already_holds_see_what_was_stored(database: Database, now: datetime) -> None:
    with database.writing() as session:
        upsert(session, [SITI], RULES, now)
        held = worker(session)
        assert held.nationality == "ID"
        upsert(session, [replace(SITI, nationality="PH")], RULES, now)
        assert held.nationality == "PH"


def test_while_keys_are_rotated_known_numbers_and_phones_are_not_taken_for_new(
    database: Database, bring: Bring, keyring: Keyring
) -> None:
    bring(SITI)
    attach(database.engine, Keyring([Key(2, b"2" * 32), *keyring.keys]))
    assert bring(SITI) == Counts(0, 0, changed=0, unchanged=1)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(IdentityNumber)) == 2
