"""What somebody does not want is kept as long as they are known, and not longer."""

from datetime import datetime

from sqlalchemy import func, select

from bot.database import Database
from locales import taipei_day
from models.announcements.announcement import Category, Muted
from models.audience import Audience, recipients
from models.contact import GONE_KEPT, forget_gone, meet
from models.muting import mute, muted_of, unmute


def test_a_category_is_switched_off_and_on_however_often_it_is_tapped(database: Database, now: datetime) -> None:
    with database.writing() as session:
        mine, other = (meet(session, f"U{number:032}", None, now).id for number in (1, 2))
        assert muted_of(session, mine) == frozenset()
        for _tap in range(2):
            mute(session, mine, Category.DRUGS)
        mute(session, mine, Category.WEATHER)
        assert muted_of(session, mine) == {Category.DRUGS, Category.WEATHER}
        assert muted_of(session, other) == frozenset()
        for _tap in range(2):
            unmute(session, mine, Category.DRUGS)
        assert muted_of(session, mine) == {Category.WEATHER}


def test_who_has_switched_a_category_off_is_no_recipient_of_it_and_of_nothing_else(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        contact = meet(session, "U" + "1" * 32, None, now)
        mute(session, contact.id, Category.DRUGS)

        def reached(category: Category) -> list[int]:
            return [row.id for row in session.execute(recipients(Audience(), category, taipei_day(now)))]

        assert reached(Category.DRUGS) == []
        assert reached(Category.WEATHER) == [contact.id]


def test_what_somebody_did_not_want_is_forgotten_with_them(database: Database, now: datetime) -> None:
    with database.writing() as session:
        contact = meet(session, "U" + "1" * 32, None, now)
        mute(session, contact.id, Category.DRUGS)
        contact.unfollow(now)
        session.flush()
        assert forget_gone(session, now + GONE_KEPT, 10) == 1
        assert session.scalar(select(func.count()).select_from(Muted)) == 0
