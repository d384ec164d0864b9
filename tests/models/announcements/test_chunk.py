"""Recipients frozen into chunks, and what the chunks tell."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from bot.database import Database
from locales import Language
from models import muting, operator
from models.announcements import moves, outcome, plan, sending
from models.announcements.announcement import Announcement, Category
from models.announcements.chunk import AnnouncementChunk, AnnouncementRecipients, Progress, chunks_of, progress
from models.audience import Audience
from models.contact import Contact
from tests import station
from tests.station import freeze

WORDING = b'[{"type":"text","text":"Stay inside"}]'


def people(database: Database, now: datetime, count: int, languages: Sequence[Language]) -> None:
    rows = [
        {
            "id": n,
            "line_user_id": f"U{n:032x}",
            "language": languages[n % len(languages)].value,
            "reachable": True,
            "created_at": now,
        }
        for n in range(1, count + 1)
    ]
    with database.writing() as session:
        session.execute(insert(Contact), rows)


def approved(database: Database, now: datetime, languages: Sequence[Language], audience: Audience | None = None) -> int:
    with database.writing() as session:
        return station.approved(session, now, languages, audience=audience)


def told(database: Database, announcement_id: int) -> Progress:
    with database.reading() as session:
        return progress(session, announcement_id)


def test_chunks_hold_at_most_500_of_one_language_each_person_once_in_order(database: Database, now: datetime) -> None:
    people(database, now, 2_600, (Language.TH, Language.EN, Language.VI))
    announcement_id = approved(database, now, (Language.TH, Language.EN))
    assert freeze(database, now)
    with database.reading() as session:
        rows = session.scalars(select(AnnouncementRecipients)).all()
        sizes = {chunk.id: chunk.size for chunk in session.scalars(select(AnnouncementChunk))}
        spoken = {one.id: one.language for one in session.scalars(select(Contact))}
    assert sizes == {row.id: len(row.contacts) for row in rows}
    assert max(sizes.values()) == 500
    assert all(row.contacts == sorted(row.contacts) for row in rows)
    assert all({spoken[one] for one in row.contacts} == {row.language} for row in rows)
    frozen = Counter(one for row in rows for one in row.contacts)
    assert frozen == Counter(one for one, language in spoken.items() if language in ("th", "en"))
    assert {(row.language, row.number) for row in rows} == {("th", 0), ("th", 1), ("en", 0), ("en", 1)}
    assert told(database, announcement_id).recipients == len(frozen)


def test_the_chunk_of_one_account_is_found_among_all_also_after_a_halving(database: Database, now: datetime) -> None:
    people(database, now, 1_700, (Language.TH, Language.EN))
    announcement_id = approved(database, now, (Language.TH, Language.EN))
    assert freeze(database, now)
    for halved in (False, True):
        if halved:
            with database.writing() as session:
                for chunk in session.scalars(select(AnnouncementChunk)).all():
                    outcome.halve(session, chunk, now)
        with database.reading() as session:
            for contact_id in (1, 2, 998, 999, 1_000, 1_001, 1_700):
                [chunk] = chunks_of(session, contact_id, now)
                assert contact_id in session.get_one(AnnouncementRecipients, chunk.id).contacts
                assert chunk.announcement_id == announcement_id
            assert chunks_of(session, 1_701, now) == []
            assert chunks_of(session, 1, now + timedelta(seconds=1)) == []


def test_planning_again_changes_nothing(database: Database, now: datetime) -> None:
    people(database, now, 3, (Language.EN,))
    announcement_id = approved(database, now, (Language.EN,))
    with database.reading() as session:
        due = plan.next_due(session, now)
    assert due is not None
    for first in (True, False):
        with database.writing() as session:
            assert plan.begin_sending(session, due, {Language.EN: WORDING}, now) is first
    assert not freeze(database, now)
    assert told(database, announcement_id).recipients == 3


def test_a_planner_that_dies_leaves_nothing_behind(database: Database, now: datetime) -> None:
    people(database, now, 3, (Language.EN,))
    announcement_id = approved(database, now, (Language.EN,))
    with database.reading() as session:
        due = plan.next_due(session, now)
    assert due is not None
    with database.rehearsing() as session:
        assert plan.begin_sending(session, due, {Language.EN: WORDING}, now)
    assert told(database, announcement_id).recipients == 0
    assert freeze(database, now)
    assert told(database, announcement_id).recipients == 3


def test_what_was_returned_for_an_edit_after_it_was_read_is_not_frozen(database: Database, now: datetime) -> None:
    people(database, now, 3, (Language.EN,))
    announcement_id = approved(database, now, (Language.EN,))
    with database.reading() as session:
        due = plan.next_due(session, now)
    assert due is not None
    with database.writing() as session:
        approver = next(one for one in operator.everybody(session) if one.login == "approver")
        moves.return_for_edit(session, announcement_id, 1, approver, "A wrong number", now)
    with database.writing() as session:
        assert not plan.begin_sending(session, due, {Language.EN: WORDING}, now)


def test_only_whom_it_is_for_is_frozen(database: Database, now: datetime) -> None:
    people(database, now, 4, (Language.EN, Language.TH))
    with database.writing() as session:
        muting.mute(session, 2, Category.WEATHER)
        session.get_one(Contact, 4).reachable = False
    announcement_id = approved(database, now, (Language.EN, Language.TH), Audience(languages=("en",)))
    freeze(database, now)
    assert told(database, announcement_id).recipients == 0
    with database.writing() as session:
        outcome.end(session, now)
        assert session.get_one(Announcement, announcement_id).state == "done"


def test_a_chunk_is_leased_by_one_sender_until_the_lease_ends(database: Database, now: datetime) -> None:
    people(database, now, 3, (Language.EN,))
    approved(database, now, (Language.EN,))
    freeze(database, now)
    taken = []
    for sender, later in (("one", 0), ("two", 1), ("two", 60)):
        with database.writing() as session:
            found = sending.claim(session, sender, now + timedelta(seconds=later), 10, None)
            taken.append([(one.chunk_id, one.attempt, one.retry_key, tuple(one.to)) for one in found])
    [first], nothing, [again] = taken
    assert nothing == []
    assert (again[0], again[2:]) == (first[0], first[2:])
    assert (first[1], again[1]) == (1, 2)


def test_only_as_many_chunks_leave_as_there_is_room_for(database: Database, now: datetime) -> None:
    people(database, now, 1_400, (Language.EN,))
    approved(database, now, (Language.EN,))
    freeze(database, now)
    with database.writing() as session:
        assert [len(one.to) for one in sending.claim(session, "me", now, 10, 950)] == [500, 400]


def test_a_chunk_that_is_too_big_for_what_is_left_waits(database: Database, now: datetime) -> None:
    people(database, now, 500, (Language.EN,))
    approved(database, now, (Language.EN,))
    freeze(database, now)
    with database.writing() as session:
        assert sending.claim(session, "me", now, 10, 499) == []
    with database.writing() as session:
        assert len(sending.claim(session, "me", now, 10, 500)) == 1


def test_progress_tells_rate_and_what_is_left(database: Database, now: datetime) -> None:
    people(database, now, 1_500, (Language.EN,))
    announcement_id = approved(database, now, (Language.EN,))
    freeze(database, now)
    assert told(database, announcement_id).seconds_left is None
    for seconds in (0, 10):
        with database.writing() as session:
            [one] = sending.claim(session, "me", now, 1, None)
            outcome.accept(session, {one.chunk_id: None}, now + timedelta(seconds=seconds))
    seen = told(database, announcement_id)
    assert (seen.accepted, seen.waiting, seen.rate, seen.seconds_left) == (1_000, 500, 100.0, 5.0)
    assert (seen.first_sent_at, seen.last_sent_at) == (now, now + timedelta(seconds=10))


@pytest.mark.parametrize("state", ["planned", "leased"])
def test_after_a_restored_backup_a_person_decides_and_the_same_requests_are_repeated(
    database: Database, now: datetime, state: str
) -> None:
    people(database, now, 3, (Language.EN,))
    announcement_id = approved(database, now, (Language.EN,))
    freeze(database, now)
    with database.writing() as session:
        [first] = sending.claim(session, "me", now, 1, None)
        if state == "planned":
            _as_if_never_tried(session)
    with database.writing() as session:
        outcome.doubt_since(session, now, now)
    later = now + timedelta(minutes=1)
    with database.writing() as session:
        assert sending.claim(session, "me", later, 1, None) == []
        approver = next(one for one in operator.everybody(session) if one.login == "approver")
        moves.resume(session, announcement_id, approver, "LINE was asked", later)
    with database.writing() as session:
        [again] = sending.claim(session, "me", later, 1, None)
    assert (again.retry_key, again.to, again.doubted) == (first.retry_key, first.to, True)


def _as_if_never_tried(session: Session) -> None:
    session.execute(
        text(
            "UPDATE announcement_chunk SET state = 'planned', in_doubt = :never, first_tried_at = NULL, attempts = 0,"
            " leased_by = NULL, lease_until = NULL"
        ),
        {"never": False},
    )


def test_who_got_an_announcement_is_forgotten_long_after_its_end(database: Database, now: datetime) -> None:
    people(database, now, 600, (Language.EN,))
    announcement_id = approved(database, now, (Language.EN,))
    freeze(database, now)
    with database.writing() as session:
        for one in sending.claim(session, "me", now, 10, None):
            outcome.accept(session, {one.chunk_id: None}, now)
        outcome.end(session, now)
    for days, forgotten in ((399, 0), (400, 1), (400, 1), (400, 0)):
        with database.writing() as session:
            assert outcome.forget_old(session, now + timedelta(days=days), 1) == forgotten
    assert told(database, announcement_id).accepted == 600
