"""What each reminder says on the day it leaves: the law's dates, who must act, and what she can do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.database import Database
from law.dates import months_before, window_opens
from law.employment_permits import PermitType, windows_for
from law.health_examinations import examinations
from law.windows import Purpose
from locales import LANGUAGES, Language, MissingTranslationError, Text, long_date, say
from models.binding import bind
from models.contact import Contact
from models.content import Call, Card, Content, Postback, Tone
from models.message import Lane, Message, MessageState
from models.permit import Permit, PermitStatus
from models.worker import Worker
from scheduler.reminders import compose
from tests.records import add_permit, add_worker

DAY = timedelta(days=1)
ENDS_ON = date(2026, 8, 31)
KNOWN_AT = datetime(2026, 3, 1, 4, tzinfo=UTC)


def words_of(content: Content | None) -> str:
    """Every English word of the one card."""
    card = card_of(content)
    parts = [card.title, *card.lead, *card.notes]
    rows = [f"{in_english(row.label)}: {in_english(row.value)}" for row in card.rows]
    return "\n".join([*map(in_english, parts), *rows])


def card_of(content: Content | None) -> Card:
    assert content is not None
    [card] = content.bubbles
    assert isinstance(card, Card)
    return card


def in_english(text: Text) -> str:
    return say(text, Language.EN)


def spelt(day: date) -> str:
    return long_date(day, Language.EN)


@dataclass
class Case:
    """One bound worker with one permit, and reminders about it."""

    session: Session
    contact: Contact
    worker: Worker

    def permit(self, kind: str, ends_on: date = ENDS_ON, no: str = "P-100", starts_on: date | None = None) -> Permit:
        return add_permit(self.session, self.worker, no, ends_on, starts_on, kind)

    def message(self, kind: str, about_on: date, permit: Permit | None) -> Message:
        message = Message(
            contact_id=self.contact.id,
            what=f"{kind} {about_on}",
            kind=kind,
            lane=Lane.REMINDER.value,
            permit_id=permit.id if permit else None,
            about_on=about_on,
            not_before=KNOWN_AT,
            state=MessageState.PLANNED.value,
            created_at=KNOWN_AT,
        )
        self.session.add(message)
        self.session.flush()
        return message

    def said(self, kind: str, permit: Permit, today: date) -> str:
        """The English words of a reminder of the permit's end."""
        return words_of(compose(self.session, self.message(kind, permit.ends_on, permit), today))


@pytest.fixture
def case(database: Database) -> Iterator[Case]:
    with database.writing() as session:
        worker = add_worker(session, KNOWN_AT, arc_expires_on=ENDS_ON)
        contact = Contact(line_user_id=f"U{0:032}", language="en", reachable=True, created_at=KNOWN_AT)
        session.add(contact)
        session.flush()
        bind(session, contact.id, worker.id, KNOWN_AT)
        yield Case(session, contact, worker)


def window(permit: Permit, purpose: Purpose) -> tuple[date | None, date | None, date]:
    found = windows_for(PermitType(permit.permit_type), permit.starts_on, permit.ends_on)
    [one] = [window for window in found if window.purpose is purpose]
    return one.opens, one.last_safe_day, one.closes


# --- the end of a permit, by type


def test_type_b_learns_four_months_before_when_her_employer_must_choose(case: Case) -> None:
    permit = case.permit("B")
    said = case.said("end_4m", permit, date(2026, 4, 30))
    opens, last, _ = window(permit, Purpose.TRANSFER)
    assert (opens, last) == (date(2026, 5, 1), date(2026, 6, 30))
    assert f"Time to plan: your work permit ends on {spelt(ENDS_ON)}" in said
    assert "From May 1, 2026 to June 30, 2026 your employer must choose and apply" in said
    assert "change employer (transfer)" in said
    assert "Permit number: P-100" in said
    assert "Renewal or transfer: apply from: May 1, 2026" in said
    assert "Transfer or renewal: last safe day: June 30, 2026" in said
    assert "This is what the Ministry's file said on March 1, 2026." in said


@pytest.mark.parametrize(
    ("today", "title", "expected"),
    [
        (date(2026, 6, 30), "June 30, 2026 is the last safe day", "Your employer must apply today."),
        (date(2026, 7, 1), "Your work permit ends in 61 days", "The normal time to apply for renewal or transfer was"),
        (date(2026, 8, 1), "Your work permit ends in 30 days", "one late application may still be approved before"),
    ],
)
def test_type_b_is_told_on_and_after_the_last_safe_day_that_it_is_so(
    case: Case, today: date, title: str, expected: str
) -> None:
    said = case.said("end_2m", case.permit("B"), today)
    assert said.startswith(title)
    assert expected in said
    assert "1955" in said
    assert ("last safe day to apply for renewal or transfer" in said) is (today == date(2026, 6, 30))


def test_type_b_is_told_while_the_window_is_open_what_to_ask_for(case: Case) -> None:
    said = case.said("end_4m", case.permit("B"), date(2026, 5, 20))
    assert "Your employer must apply now, until June 30, 2026 at the latest" in said
    assert "ask for a copy of the application" in said
    assert "If your employer does not answer you or refuses, call 1955." in said


@pytest.mark.parametrize(("kind", "today"), [("end_14d", date(2026, 8, 17)), ("end_7d", date(2026, 8, 24))])
def test_type_b_is_told_in_the_last_days_who_helps_her_leave_or_stay(case: Case, kind: str, today: date) -> None:
    said = case.said(kind, case.permit("B"), today)
    assert f"Your work permit ends in {(ENDS_ON - today).days} days" in said
    assert "your employer must help you leave before the permit ends" in said
    assert "call 1955 today" in said
    assert "August 31, 2026" in said


def test_a_single_day_is_said_as_one(case: Case) -> None:
    assert case.said("end_7d", case.permit("B"), date(2026, 8, 30)).startswith("Your work permit ends in 1 day\n")


def test_type_a_learns_from_when_her_employer_can_extend(case: Case) -> None:
    permit = case.permit("A")
    said = case.said("end_4m", permit, date(2026, 4, 30))
    assert "From May 1, 2026 to August 31, 2026 your employer can apply to extend your permit." in said
    assert "transfer" not in said.lower()
    later = case.said("end_2m", permit, date(2026, 6, 30))
    assert "Your employer can apply now to extend your permit, until August 31, 2026 at the latest." in later
    assert "last safe day" not in later


def test_type_a_with_a_short_permit_learns_that_two_thirds_must_have_passed(case: Case) -> None:
    permit = case.permit("A", ends_on=date(2026, 5, 29), starts_on=date(2026, 3, 1))
    said = case.said("end_2m", permit, date(2026, 3, 29))
    assert window(permit, Purpose.EXTENSION)[0] == date(2026, 4, 30)
    assert "From April 30, 2026 to May 29, 2026 your employer can apply" in said
    assert "Extension: apply from: April 30, 2026" in said


def test_type_c_learns_of_the_extension_and_of_the_transfer_behind_it(case: Case) -> None:
    permit = case.permit("C")
    opening = case.said("end_4m", permit, date(2026, 4, 30))
    assert "From May 1, 2026 to August 31, 2026 your employer can apply to extend" in opening
    assert "a transfer to a new employer must be applied for by June 30, 2026" in opening
    assert "must be applied for by June 30, 2026" in case.said("end_2m", permit, date(2026, 6, 30))
    late = case.said("end_14d", permit, date(2026, 8, 17))
    assert "Your employer can apply now to extend your permit, until August 31, 2026" in late
    assert "The normal time to apply for a transfer was until June 30, 2026." in late
    assert "1955" in late


def test_type_d_learns_that_a_new_permit_is_needed_and_nobody_must_leave(case: Case) -> None:
    permit = case.permit("D", starts_on=date(2026, 3, 1))
    for kind, today in (("end_4m", date(2026, 4, 30)), ("end_7d", date(2026, 8, 24))):
        said = case.said(kind, permit, today)
        assert "A student work permit is not extended." in said
        assert "apply for a new permit before that day. Your school can help you." in said
        assert "help you leave" not in said
        assert "last safe day" not in said


def test_type_e_learns_of_the_sixty_days(case: Case) -> None:
    permit = case.permit("E")
    opens, _, _ = window(permit, Purpose.EXTENSION)
    assert opens == date(2026, 7, 2)
    assert "From July 2, 2026 to August 31, 2026 your employer can apply" in case.said(
        "end_2m", permit, date(2026, 6, 30)
    )
    last_days = case.said("end_14d", permit, date(2026, 8, 17))
    assert "Your employer can apply now to extend your permit, until August 31, 2026" in last_days
    assert "help you leave" not in last_days


@pytest.mark.parametrize("ends_on", [date(2026, 6, 30), date(2028, 6, 29), date(2027, 2, 28)], ids=str)
def test_the_dates_on_the_card_are_the_laws(case: Case, ends_on: date) -> None:
    permit = case.permit("B", ends_on)
    said = case.said("end_4m", permit, months_before(ends_on, 4))
    assert f"apply from: {spelt(window_opens(ends_on, 4))}" in said
    assert f"last safe day: {spelt(months_before(ends_on, 2))}" in said
    assert f"Your permit ends on: {spelt(ends_on)}" in said


def test_a_later_permit_is_mentioned_first_unless_it_was_revoked(case: Case) -> None:
    permit = case.permit("B")
    later = case.permit("B", date(2029, 8, 31), "P-200")
    message = case.message("end_14d", ENDS_ON, permit)
    first = card_of(compose(case.session, message, date(2026, 8, 17))).lead[0]
    assert in_english(first).startswith("We also hold a permit of yours until August 31, 2029.")
    later.status = PermitStatus.REVOKED.value
    assert "We also hold" not in words_of(compose(case.session, message, date(2026, 8, 17)))


def test_an_earlier_permit_is_not_a_next_one(case: Case) -> None:
    case.permit("B", date(2026, 8, 30), "P-099")
    assert "We also hold" not in case.said("end_14d", case.permit("B"), date(2026, 8, 17))


# --- cards and examinations


@pytest.mark.parametrize(("kind", "days"), [("arc_3m", 92), ("arc_30d", 30), ("arc_14d", 14), ("arc_7d", 7)])
def test_the_residence_card_says_its_date_and_where_to_check_it(case: Case, kind: str, days: int) -> None:
    content = compose(case.session, case.message(kind, ENDS_ON, None), ENDS_ON - days * DAY)
    said = words_of(content)
    assert said.startswith(f"Your ARC (residence card) ends in {days} days")
    assert "Date on your ARC: August 31, 2026" in said
    assert "Extension: apply from: June 1, 2026" in said
    assert "Check with the NIA." in said
    assert "Ask your employer who will apply" in said
    assert card_of(content).tone is (Tone.URGENT if kind == "arc_7d" else Tone.NOTICE)


@pytest.mark.parametrize("months", [6, 18, 30])
def test_an_examination_says_its_window_and_who_arranges_it(case: Case, months: int) -> None:
    starts_on = date(2025, 8, 31)
    permit = case.permit("B", date(2028, 8, 30), starts_on=starts_on)
    [exam] = [one for one in examinations(starts_on) if one.months == months]
    for stage, today in (
        ("opens", exam.opens),
        ("target", exam.target),
        ("10d", exam.closes - 10 * DAY),
        ("5d", exam.closes - 5 * DAY),
    ):
        message = case.message(f"exam_{months}_{stage}", starts_on, permit)
        said = words_of(compose(case.session, message, today))
        assert said.startswith(f"Health examination: {(exam.closes - today).days} days left")
        assert f"must be done from {spelt(exam.opens)} to {spelt(exam.closes)}." in said
        assert f"{months}-month" in said
        assert "Your employer must arrange it." in said


# --- what every reminder has


ALL_KINDS = [
    ("end_4m", date(2026, 4, 30)),
    ("end_2m", date(2026, 6, 30)),
    ("end_14d", date(2026, 8, 17)),
    ("end_7d", date(2026, 8, 24)),
    ("arc_3m", date(2026, 5, 31)),
    ("arc_7d", date(2026, 8, 24)),
    ("exam_30_opens", date(2026, 1, 30)),
]


@pytest.mark.parametrize(("kind", "today"), ALL_KINDS)
def test_every_reminder_can_be_answered_and_offers_1955(case: Case, kind: str, today: date) -> None:
    permit = case.permit("B", starts_on=date(2023, 9, 1))
    about = {"end": ENDS_ON, "arc": ENDS_ON, "exa": permit.starts_on}[kind[:3]]
    message = case.message(kind, about, None if kind.startswith("arc") else permit)
    buttons = card_of(compose(case.session, message, today)).buttons
    assert [button.data for button in buttons if isinstance(button, Postback)] == [
        f"understood:{message.id}",
        f"need_help:{message.id}",
    ]
    assert [button.number for button in buttons if isinstance(button, Call)] == ["1955"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", "ABCDE")
def test_every_reminder_can_be_said_in_every_language(case: Case, kind: str, language: Language) -> None:
    permit = case.permit(kind, starts_on=date(2023, 9, 1))
    case.permit(kind, date(2029, 8, 31), "P-200")
    for stage, first in (("end_4m", "2026-04-30"), ("end_2m", "2026-06-30"), ("end_14d", "2026-08-17")):
        message = case.message(stage, ENDS_ON, permit)
        for later in (0, 1):
            card = card_of(compose(case.session, message, date.fromisoformat(first) + later * DAY))
            labels = [text for row in card.rows for text in (row.label, row.value)]
            for text in (card.title, *card.lead, *card.notes, *labels, *(button.label for button in card.buttons)):
                try:
                    assert say(text, language)
                except MissingTranslationError:
                    pytest.skip(f"the {language.value} catalogue is not complete yet")


@pytest.mark.parametrize(("kind", "today"), ALL_KINDS)
def test_nothing_is_composed_for_somebody_who_is_no_longer_linked(case: Case, kind: str, today: date) -> None:
    permit = case.permit("B", starts_on=date(2023, 9, 1))
    about = {"end": ENDS_ON, "arc": ENDS_ON, "exa": permit.starts_on}[kind[:3]]
    message = case.message(kind, about, None if kind.startswith("arc") else permit)
    assert compose(case.session, message, today) is not None
    case.contact.reachable = False
    assert compose(case.session, message, today) is None
