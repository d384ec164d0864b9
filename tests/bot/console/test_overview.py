"""The first page: what it counts is what there is, and its tables can be taken away."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from law.catalogue import sources
from models import quota
from models.binding import bind
from models.case import CaseKind, open_case
from models.contact import Contact
from models.message import Lane, Message, MessageState
from models.operator import Role
from tests.office import Office
from tests.records import add_permit, add_worker

HOUR = timedelta(hours=1)


@pytest.fixture
def office(database: Database, now: datetime) -> Office:
    """Three workers with permits in force, two of them linked, and one whose permit has ended."""
    clock = Clock()
    clock.move(now)
    with database.writing() as session:
        for number, (nationality, ends_on) in enumerate(
            [("ID", date(2026, 8, 31)), ("ID", date(2027, 1, 5)), ("VN", date(2026, 8, 1)), ("TH", date(2026, 1, 31))]
        ):
            worker = add_worker(session, now, f"W{number}", nationality=nationality)
            add_permit(session, worker, f"P{number}", ends_on)
            if number in (0, 2):
                line_user_id = f"U{number:032}"
                contact = Contact(line_user_id=line_user_id, language="en", reachable=number == 0, created_at=now)
                session.add(contact)
                session.flush()
                bind(session, contact.id, worker.id, now)
                _sent(contact.id, now, session)
        open_case(session, CaseKind.NOT_TOLD, "event 1", now)
    return Office(database, clock)


def _sent(contact_id: int, now: datetime, session: Session) -> None:
    for what, lane, answered_at in (
        ("reminder", Lane.REMINDER, None),
        ("report", Lane.URGENT, now),
        ("search", Lane.URGENT, None),
    ):
        message = Message(
            contact_id=contact_id, what=what, kind="test", lane=lane.value, state=MessageState.SENT.value,
            not_before=now - HOUR, created_at=now - HOUR, sent_at=now - HOUR, answered_at=answered_at,
        )  # fmt: skip
        session.add(message)


@pytest.mark.parametrize("role", Role)
def test_everybody_sees_the_figures(office: Office, role: Role) -> None:
    shown = office.clerk(role).read("/")
    for expected in (
        "3 workers with a permit in force",
        "2 of them linked to LINE",
        "1 / 2 linked accounts that can be reached",
        "2 reminders in 30 days",
        "2 / 4 urgent messages answered, of those sent in 30 days",
        "1 people we could not tell",
        "– LINE messages left",
    ):
        assert expected in shown


def test_the_months_and_the_groups_stand_in_tables(office: Office) -> None:
    shown = office.clerk(Role.VIEWER).read("/")
    assert "2026-08 2 2" in shown
    assert "2027-01 1 0" in shown
    assert "2026-01" not in shown, "that permit has ended"
    assert "Indonesia 2 1" in shown
    assert "Vietnam 1 1" in shown
    assert "Manufacturing 3 2" in shown
    assert "not given 3 2" in shown, "their county"


def test_a_table_can_be_taken_away_and_that_is_on_record(office: Office) -> None:
    clerk = office.clerk(Role.VIEWER)
    answer = clerk.get("/overview/nationality.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="nationality.csv"'
    assert list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))) == [
        ["By nationality", "Workers", "Linked"], ["ID", "2", "1"], ["VN", "1", "1"],
    ]  # fmt: skip
    auditor = office.clerk(Role.ADMINISTRATOR)
    assert "exported overview nationality rows: 2" in auditor.read("/audit")
    assert clerk.get("/overview/passports.csv").status_code == 404


def test_administrators_are_told_when_nobody_has_read_the_law_for_long(office: Office) -> None:
    told = "sources of law were not read for 180 days"
    assert told not in office.clerk(Role.ADMINISTRATOR).read("/")
    office.clock.move(datetime(2100, 1, 1, 4, tzinfo=UTC))
    assert f"{len(sources())} {told}" in office.clerk(Role.ADMINISTRATOR).read("/")
    assert told not in office.clerk(Role.CASEWORKER).read("/")


def test_who_looks_again_in_the_same_minute_costs_no_second_count(office: Office) -> None:
    clerk = office.clerk(Role.VIEWER)
    clerk.read("/")
    with office.database.writing() as session:
        add_permit(session, add_worker(session, office.clock.now(), "W9"), "P9")
    assert "3 workers with a permit in force" in clerk.read("/")


def test_when_only_the_reserve_is_left_everybody_is_warned(office: Office) -> None:
    with office.database.writing() as session:
        quota.note(session, office.settings.account.channel, 200, 185, office.clock.now())
    shown = office.clerk(Role.VIEWER).read("/")
    assert "Only the reserve for urgent messages is left" in shown
    assert "15 LINE messages left this month (20 kept)" in shown
