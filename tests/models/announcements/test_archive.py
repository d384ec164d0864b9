"""The archive holds what has left in the last year and still holds."""

from datetime import datetime, timedelta

import pytest

from bot.database import Database
from locales import Language, taipei_day
from models.announcements.announcement import AnnouncementState, Category, Follows
from models.announcements.archive import KEPT, categories, correction_of, in_category, readable, withdrawal_of
from tests.announced import announced

HOUR = timedelta(hours=1)


def test_the_newest_of_a_category_come_first_and_page_by_page(database: Database, now: datetime) -> None:
    with database.writing() as session:
        hours = {announced(session, now + number * HOUR).id: number for number in (3, 1, 2)}
        same_hour = announced(session, now + 2 * HOUR).id
        other = announced(session, now, category=Category.DRUGS).id

        def page(skip: int, limit: int) -> list[int]:
            return [one.id for one in in_category(session, Category.WEATHER, now + 4 * HOUR, skip, limit)]

        first, second, third = sorted(hours, key=lambda row: -hours[row])
        assert page(0, 9) == [first, same_hour, second, third]
        assert page(1, 2) == [same_hour, second]
        assert page(4, 5) == []
        assert categories(session, now) == {Category.DRUGS: 1, Category.WEATHER: 4}
        assert other not in page(0, 9)


@pytest.mark.parametrize("state", AnnouncementState)
def test_only_what_has_left_can_be_read(database: Database, now: datetime, state: AnnouncementState) -> None:
    with database.writing() as session:
        one = announced(session, now, state=state)
        left = state in (AnnouncementState.SENDING, AnnouncementState.STOPPED, AnnouncementState.DONE)
        assert (readable(session, one.id, now) is not None) == left
        one.planned_at = None
        session.flush()
        assert readable(session, one.id, now) is None
        assert categories(session, now) == {}


def test_it_is_read_as_its_last_version_says_it(database: Database, now: datetime) -> None:
    with database.writing() as session:
        one = announced(session, now, languages=[Language.TH], link_url="https://example.org/x")
        found = readable(session, one.id, now)
        assert found is not None
        assert found.texts.bodies[Language.TH].title == "Heat (th)"
        assert (found.texts.link_url, found.category, found.sent_on) == (
            "https://example.org/x",
            Category.WEATHER,
            taipei_day(now),
        )


def test_it_can_be_read_for_a_year(database: Database, now: datetime) -> None:
    with database.writing() as session:
        one = announced(session, now)
        assert readable(session, one.id, now + KEPT - HOUR) is not None
        assert readable(session, one.id, now + KEPT) is None
        assert in_category(session, Category.WEATHER, now + KEPT, 0, 5) == []


def test_what_was_corrected_stays_and_knows_its_newest_correction(database: Database, now: datetime) -> None:
    with database.writing() as session:
        one = announced(session, now)
        assert correction_of(session, one.id, now) is None
        announced(session, now + HOUR, follows=Follows.CORRECTION, of=one)
        last = announced(session, now + 2 * HOUR, follows=Follows.CORRECTION, of=one)
        announced(session, now + 3 * HOUR, follows=Follows.CORRECTION, of=one, state=AnnouncementState.CANCELLED)
        found = correction_of(session, one.id, now + 3 * HOUR)
        assert found is not None
        assert (found.id, found.follows, found.follows_id) == (last.id, Follows.CORRECTION, one.id)
        assert readable(session, one.id, now + 3 * HOUR) is not None
        announced(session, now + 4 * HOUR, follows=Follows.WITHDRAWAL, of=last)
        before = correction_of(session, one.id, now + 4 * HOUR)
        assert before is not None
        assert before.id != last.id


@pytest.mark.parametrize("state", [AnnouncementState.SENDING, AnnouncementState.DONE, AnnouncementState.EXPIRED])
def test_what_was_taken_back_is_gone(database: Database, now: datetime, state: AnnouncementState) -> None:
    with database.writing() as session:
        one = announced(session, now)
        withdrawal = announced(session, now + HOUR, follows=Follows.WITHDRAWAL, of=one, state=state)
        assert readable(session, one.id, now + HOUR) is None
        found = withdrawal_of(session, one.id, now + HOUR)
        assert (found.id if found else None) == (None if state is AnnouncementState.EXPIRED else withdrawal.id)


def test_a_withdrawal_that_has_not_left_takes_nothing_back(database: Database, now: datetime) -> None:
    with database.writing() as session:
        one = announced(session, now)
        announced(
            session, now + HOUR, follows=Follows.WITHDRAWAL, of=one, state=AnnouncementState.CANCELLED
        ).planned_at = None
        session.flush()
        assert readable(session, one.id, now + HOUR) is not None
        assert withdrawal_of(session, one.id, now + HOUR) is None
