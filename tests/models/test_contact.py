"""A contact keeps the newest fact, whatever order LINE delivers events in."""

from datetime import datetime, timedelta

from bot.database import Database
from locales import Language
from models.contact import GONE_KEPT, contact_of, forget_gone, meet

HOUR = timedelta(hours=1)


def test_a_late_unfollow_does_not_undo_a_newer_follow(database: Database, now: datetime) -> None:
    with database.writing() as session:
        contact = meet(session, "U" + "1" * 32, Language.TH, now)
        assert contact.follow(now + HOUR)
        assert not contact.unfollow(now)
    with database.reading() as session:
        kept = contact_of(session, "U" + "1" * 32)
        assert kept is not None
        assert kept.reachable
        assert kept.follow_changed_at == now + HOUR


def test_the_profile_language_never_overrides_a_choice(database: Database, now: datetime) -> None:
    spoken = []
    with database.writing() as session:
        contact = meet(session, "U" + "2" * 32, None, now)
        spoken.append(contact.speaks)
        meet(session, "U" + "2" * 32, Language.VI, now)
        spoken.append(contact.speaks)
        contact.choose_language(Language.ID, now)
        meet(session, "U" + "2" * 32, Language.TH, now)
        spoken.append(contact.speaks)
        assert not contact.choose_language(Language.EN, now - HOUR)
    assert spoken == [Language.EN, Language.VI, Language.ID]


def test_somebody_who_blocked_us_long_ago_is_forgotten(database: Database, now: datetime) -> None:
    with database.writing() as session:
        gone, back = meet(session, "U" + "3" * 32, None, now), meet(session, "U" + "4" * 32, None, now)
        for contact in (gone, back):
            contact.unfollow(now)
        back.follow(now + HOUR)
        session.flush()
        assert forget_gone(session, now + GONE_KEPT - HOUR, 10) == 0
        assert forget_gone(session, now + GONE_KEPT, 10) == 1
        assert contact_of(session, "U" + "3" * 32) is None
        assert contact_of(session, "U" + "4" * 32) is not None
