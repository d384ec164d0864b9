"""What she hears of her case: each step once, neutrally, with the number to call, and no outcome promised."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.line.render import PREVIEW, render
from locales import Language, say
from models.case import Case, CaseKind, Result, open_case
from models.contact import Contact
from models.message import Lane, Message
from models.reminder import ReminderRules
from scheduler.cases import close, say_late, take
from scheduler.composing import compose

NOON = datetime(2026, 3, 11, 4, tzinfo=UTC)
NIGHT = datetime(2026, 3, 12, 19, tzinfo=UTC)
RULES = ReminderRules()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as opened:
        opened.add(Contact(line_user_id=f"U{0:032}", language="en", reachable=True, created_at=NOON))
        opened.flush()
        yield opened


def opened(session: Session, kind: CaseKind = CaseKind.DISPUTE) -> Case:
    contact = session.scalars(select(Contact)).one()
    return open_case(session, kind, f"contact {contact.id}", NOON, contact_id=contact.id)[0]


def said(session: Session) -> list[str]:
    """The title of each message, in order."""
    found = []
    for message in session.scalars(select(Message).order_by(Message.id)):
        assert message.lane == Lane.URGENT
        content = compose(session, message, date(2026, 3, 11))
        assert content
        [rendered] = render(content, Language.EN)
        assert rendered["altText"] == say(PREVIEW, Language.EN)
        assert "tel:1955" in str(rendered)
        found.append(say(content.bubbles[0].title, Language.EN))  # type: ignore[union-attr]
    return found


def test_taking_is_told_once_also_when_it_changes_hands(session: Session) -> None:
    case = opened(session)
    assert take(session, case, "Lin", NOON)
    assert not take(session, case, "Lin", NOON)
    assert take(session, case, "Wang", NOON)
    assert said(session) == ["Somebody is now looking at what you told us"]


@pytest.mark.parametrize(
    ("kind", "result", "title"),
    [
        (CaseKind.DISPUTE, Result.WITHDRAWN, "The report about you no longer stands"),
        (CaseKind.DISPUTE, Result.STANDS, "Call 1955 and ask what you can do: the report still stands"),
        (CaseKind.DISPUTE, Result.HELPED, "We have closed your case, because somebody helped you"),
        (CaseKind.HELP, Result.HELPED, "We have closed your case, because somebody helped you"),
    ],
)
def test_how_it_ended_is_told_once(session: Session, kind: CaseKind, result: Result, title: str) -> None:
    case = opened(session, kind)
    assert close(session, case, result, NOON)
    assert not close(session, case, result, NOON)
    assert said(session) == [title]


def test_who_was_not_reached_hears_nothing_of_that(session: Session) -> None:
    case = opened(session)
    assert close(session, case, Result.NOT_REACHED, NOON)
    other = opened(session, CaseKind.NOT_TOLD)
    assert take(session, other, "Lin", NOON)
    assert close(session, other, Result.REACHED, NOON)
    assert said(session) == []


def test_a_case_cannot_end_as_another_kind_does(session: Session) -> None:
    case = opened(session, CaseKind.HELP)
    with pytest.raises(ValueError, match="cannot end as withdrawn"):
        close(session, case, Result.WITHDRAWN, NOON)
    assert case.closed_at is None


def test_who_blocked_us_or_is_gone_is_written_nothing(session: Session) -> None:
    case = opened(session)
    assert case.contact
    case.contact.reachable = False
    assert take(session, case, "Lin", NOON)
    case.contact = None
    assert close(session, case, Result.STANDS, NOON)
    assert said(session) == []


def test_who_waits_longer_than_we_said_hears_it_once_and_by_day(session: Session) -> None:
    opened(session)
    assert not say_late(session, RULES, NOON + timedelta(hours=23))
    say_late(session, RULES, NIGHT)
    assert said(session) == []
    for hours in (24, 48, 72):
        say_late(session, RULES, NOON + timedelta(hours=hours + 24))
    assert said(session) == ["Call 1955 if you cannot wait: it takes longer than we said"]


def test_a_call_for_help_that_nobody_took_is_answered_at_night_too(session: Session) -> None:
    opened(session, CaseKind.HELP)
    say_late(session, RULES, NIGHT)
    assert len(said(session)) == 1


def test_a_call_for_help_that_somebody_took_needs_no_excuse(session: Session) -> None:
    take(session, opened(session, CaseKind.HELP), "Lin", NOON)
    say_late(session, RULES, NOON + timedelta(days=1))
    assert said(session) == ["Somebody is now looking at what you told us"]
