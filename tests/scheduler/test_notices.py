"""What she is told at once: first what she can do and until when, then the facts; and nothing that is no longer so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from locales import LANGUAGES, TAIPEI, Language, Text, say
from models.binding import bind, unbind
from models.contact import Contact
from models.content import Call, Card, Content, Postback, Tone
from models.event_row import Told
from models.message import Lane, Message, MessageState
from models.notice import events_told_by
from models.permit import Permit
from models.permit_event import REPORTS, EventKind
from models.reminder import ReminderRules
from scheduler.composing import compose
from tests.records import add_permit, add_worker, record

NOW = datetime(2026, 3, 11, 4, tzinfo=UTC)
TODAY = date(2026, 3, 11)


@dataclass
class Desk:
    """One linked worker, and what the ministry tells of her permit."""

    session: Session
    contact: Contact
    permit: Permit
    number: int = 0

    def told(self, kind: EventKind, occurred_on: date = date(2026, 3, 9), **more: object) -> Message:
        """The message that this event has become."""
        self.number += 1
        at = datetime(occurred_on.year, occurred_on.month, occurred_on.day, 10, tzinfo=TAIPEI)
        told = Told(f"E{self.number}", kind, "P-100", at, **more)  # type: ignore[arg-type]
        record(self.session, told, ReminderRules(), NOW)
        latest = select(Message).where(Message.state == MessageState.PLANNED.value, Message.lane == Lane.URGENT.value)
        return self.session.scalars(latest.order_by(Message.id.desc()).limit(1)).one()

    def said(self, message: Message, today: date = TODAY) -> list[str]:
        """The English words of the one card, in the order in which they are read."""
        return words_of(compose(self.session, message, today))


def card_of(content: Content | None) -> Card:
    assert content is not None
    [card] = content.bubbles
    assert isinstance(card, Card)
    return card


def words_of(content: Content | None, language: Language = Language.EN) -> list[str]:
    card = card_of(content)

    def in_words(text: Text) -> str:
        return say(text, language)

    rows = [f"{in_words(row.label)}: {in_words(row.value)}" for row in card.rows]
    return [in_words(card.title), *map(in_words, card.lead), *rows, *map(in_words, card.notes)]


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with database.writing() as session:
        worker = add_worker(session, NOW)
        contact = Contact(line_user_id=f"U{0:032}", language="en", reachable=True, created_at=NOW)
        session.add(contact)
        session.flush()
        permit = add_permit(session, worker, "P-100")
        bind(session, contact.id, worker.id, NOW)
        yield Desk(session, contact, permit)


REVOKED = EventKind.PERMIT_REVOKED


def test_a_revocation_begins_with_the_last_day_of_the_appeal(desk: Desk) -> None:
    message = desk.told(REVOKED, letter_no="L-1", served_on=date(2026, 3, 10), reason_code="false_data")
    title, *rest = desk.said(message)
    assert title == "You can appeal until April 9, 2026: your work permit was revoked"
    assert "Reason given: Information was refused or not true" in rest
    assert {"Letter number: L-1", "Letter delivered on: March 10, 2026"} <= set(rest)


@pytest.mark.parametrize(
    ("served_on", "last"),
    [(date(2026, 4, 2), "May 4, 2026"), (date(2026, 12, 2), "January 4, 2027"), (date(2026, 3, 10), "April 9, 2026")],
)
def test_a_last_day_on_a_day_off_moves_to_the_next_working_day(desk: Desk, served_on: date, last: str) -> None:
    message = desk.told(REVOKED, served_on=served_on)
    assert f"You can appeal until {last}:" in desk.said(message, served_on)[0]


def test_on_the_last_day_it_is_still_said_and_on_the_day_after_what_can_be_done_instead(desk: Desk) -> None:
    message = desk.told(REVOKED, served_on=date(2026, 3, 10))
    assert desk.said(message, date(2026, 4, 9))[0].startswith("You can appeal until April 9, 2026")
    late = desk.said(message, date(2026, 4, 10))
    assert late[0] == "Call 1955 today: your work permit was revoked"
    assert "If the letter reached you later, the days run from then." in " ".join(late)
    assert "a late appeal may be possible" in " ".join(late)


def test_without_a_day_of_service_the_safe_day_is_counted_from_the_decision(desk: Desk) -> None:
    words = " ".join(desk.said(desk.told(REVOKED, date(2026, 3, 9))))
    assert "You can appeal within 30 days after the letter is delivered. Ask which day that was." in words
    assert "appeal by April 8, 2026" in words


@pytest.mark.parametrize("reason", ["employer_quota", "employer_violation", "patient_died", "wages_unpaid"])
def test_where_the_employer_is_the_reason_she_is_told_of_her_right_to_transfer(desk: Desk, reason: str) -> None:
    assert "You have the right to ask for a new employer" in " ".join(desk.said(desk.told(REVOKED, reason_code=reason)))


@pytest.mark.parametrize(("reason", "kind"), [("false_data", "B"), ("employer_quota", "A"), ("employer_quota", "D")])
def test_a_right_to_transfer_is_promised_to_nobody_else(desk: Desk, reason: str, kind: str) -> None:
    desk.permit.permit_type = kind
    words = " ".join(desk.said(desk.told(REVOKED, reason_code=reason)))
    assert "right to ask for a new employer" not in words
    assert "tell 1955 so today" in words


@pytest.mark.parametrize("reason", ["other_employer_work", "unassigned_work"])
def test_who_worked_elsewhere_may_have_been_sent_and_is_not_told_that_no_way_is_open(desk: Desk, reason: str) -> None:
    words = " ".join(desk.said(desk.told(REVOKED, reason_code=reason)))
    assert "If your employer or broker sent you to that work, tell 1955 so." in words
    assert "If the reason is not your fault, you may be able to change employer." in words
    assert "the law opens no change of employer" not in words
    assert "If your employer or broker sent you" not in " ".join(
        desk.said(desk.told(REVOKED, reason_code="false_data"))
    )


MUST_LEAVE = "After a revocation the law usually asks you to leave Taiwan."


@pytest.mark.parametrize(
    ("kind", "reason", "must"),
    [
        pytest.param("B", "absent_3_days", True, id="art. 74(1)"),
        pytest.param("D", "absent_3_days", False, id="art. 74(3): not a student"),
        pytest.param("D", "law_broken", True, id="art. 74(3) does not spare a student who broke another law"),
        pytest.param("D", "false_data", True, id="nor one whose data were false"),
        pytest.param("B", "employer_closed", False, id="art. 59 is not the article before 74"),
    ],
)
def test_who_must_leave_is_told_so_by_the_law_and_not_by_the_kind_of_permit(
    desk: Desk, kind: str, reason: str, must: bool
) -> None:
    desk.permit.permit_type = kind
    words = " ".join(desk.said(desk.told(REVOKED, reason_code=reason)))
    assert (MUST_LEAVE in words) is ("ask in writing that the decision waits" in words) is must
    assert "Ask 1955 before you decide anything." in words


@pytest.mark.parametrize(
    ("reason", "decided_on", "may_complain"),
    [
        pytest.param("absent_3_days", date(2026, 3, 9), True, id="art. 56(2)"),
        pytest.param("absent_3_days", date(2018, 11, 29), False, id="the day before art. 56(2)"),
        pytest.param("false_data", date(2026, 3, 9), False, id="not after a report"),
    ],
)
def test_a_permit_lost_by_a_report_of_absence_can_be_won_back_by_a_complaint(
    desk: Desk, reason: str, decided_on: date, may_complain: bool
) -> None:
    words = " ".join(desk.said(desk.told(REVOKED, decided_on, reason_code=reason)))
    assert ("the Ministry must take back the revocation" in words) is may_complain
    assert ("Complain to the labour office of your city or county." in words) is may_complain


@pytest.mark.parametrize("long_ago", [date(2012, 5, 8), date(1999, 5, 8)])
def test_a_revocation_from_before_the_law_that_we_have_read_is_told_without_a_guess(desk: Desk, long_ago: date) -> None:
    words = desk.said(desk.told(REVOKED, long_ago, served_on=long_ago))
    assert words[:2] == [
        "Call 1955 today: your work permit was revoked",
        "Call 1955 today and ask what you can do. It is free, day and night, in your language.",
    ]


def test_a_late_appeal_is_not_held_out_more_than_a_year_later(desk: Desk) -> None:
    words = " ".join(desk.said(desk.told(REVOKED, date(2024, 3, 9), served_on=date(2024, 3, 10))))
    assert "More than a year later the law allows no late appeal." in words
    assert "may be possible" not in words


def test_the_two_reports_begin_alike_and_differ_in_what_they_mean(desk: Desk) -> None:
    missing = desk.said(desk.told(EventKind.REPORTED_MISSING))
    search = desk.said(desk.told(EventKind.SEARCH_REQUESTED))
    assert missing[0] == search[0] == "Act today: if you are not missing, say so here and call 1955"
    assert "lead to the loss of your permit" in " ".join(missing)
    assert "This is not the three-day report" in " ".join(search)
    assert "police" not in " ".join(missing)
    assert "to go with you" in " ".join(search)


def test_a_withdrawal_is_silent_when_the_report_never_reached_her(desk: Desk) -> None:
    report = desk.told(EventKind.REPORTED_MISSING)
    report.state = MessageState.LEASED.value
    withdrawal = desk.told(EventKind.MISSING_REPORT_WITHDRAWN, date(2026, 3, 10))
    assert "The report of March 9, 2026" in " ".join(desk.said(withdrawal))
    report.end(MessageState.UNDELIVERABLE)
    assert compose(desk.session, withdrawal, TODAY) is None


def test_a_withdrawal_after_a_revocation_says_that_the_permit_is_still_revoked(desk: Desk) -> None:
    desk.told(EventKind.REPORTED_MISSING).end(MessageState.SENT)
    desk.told(REVOKED)
    withdrawal = desk.told(EventKind.MISSING_REPORT_WITHDRAWN, date(2026, 3, 10))
    card = card_of(compose(desk.session, withdrawal, TODAY))
    assert "Your permit is still revoked" in " ".join(words_of(Content((card,))))
    assert card.tone is Tone.URGENT


def test_an_issued_permit_says_its_new_dates_and_what_they_mean(desk: Desk) -> None:
    words = desk.said(desk.told(EventKind.PERMIT_ISSUED))
    assert words[0] == "You have a work permit until August 31, 2027"
    assert "your employer must choose and apply" in words[1]


def test_what_is_no_longer_so_is_not_said(desk: Desk) -> None:
    issued = desk.told(EventKind.PERMIT_ISSUED)
    assert compose(desk.session, issued, date(2027, 9, 1)) is None
    desk.told(REVOKED, date(2026, 3, 10))
    assert compose(desk.session, issued, TODAY) is None


def test_who_has_unlinked_is_told_nothing(desk: Desk) -> None:
    message = desk.told(REVOKED)
    binding = bind(desk.session, desk.contact.id, desk.permit.worker_id, NOW)
    unbind(binding, NOW + timedelta(seconds=1))
    assert compose(desk.session, message, TODAY) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind is not EventKind.MISSING_REPORT_WITHDRAWN])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_can_be_said_and_answered_in_every_language(
    desk: Desk, kind: EventKind, language: Language
) -> None:
    message = desk.told(kind)
    content = compose(desk.session, message, TODAY)
    assert all(words_of(content, language))
    buttons = card_of(content).buttons
    assert [one.number for one in buttons if isinstance(one, Call)] == ["1955"]
    answers = [one.data for one in buttons if isinstance(one, Postback)]
    usual = [f"need_help:{message.id}", f"understood:{message.id}"]
    [event] = events_told_by(desk.session, message)
    assert answers == [f"disputed:{message.id}:{event.id}", *usual] if event.what in REPORTS else usual
