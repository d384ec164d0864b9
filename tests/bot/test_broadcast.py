"""From an approved announcement to the LINE look-alike: who wants it gets it once, whatever LINE answers."""

import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from structlog.testing import capture_logs

from bot import broadcast as broadcast_module
from bot import broadcast_answers
from bot.database import Database
from bot.health import Health
from bot.line.answers import MULTICAST, Answer, Outcome
from locales import Language
from models import muting, rate
from models.announcements import outcome as announcement_outcome
from models.announcements import plan, sending
from models.announcements.announcement import Announcement, AnnouncementState, Category
from models.announcements.chunk import AnnouncementChunk, AnnouncementFailure
from models.announcements.plan import Due
from models.contact import Contact
from models.content import Content
from models.secrets import Keyring
from tests.post import ACCOUNT, CHANNEL, Post
from tests.station import Station, plainly

SOON = timedelta(minutes=15)
"""Longer than the longest pause before another try."""


@pytest.fixture
def station(post: Post, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setattr(plan, "CHUNK", 2)
    return Station(post)


def test_everybody_gets_it_once_in_their_language(station: Station) -> None:
    english, thai = station.people(5), station.people(3, Language.TH)
    station.people(1, Language.VI)
    station.post.person(reachable=False)
    announcement_id = station.approved((Language.EN, Language.TH))
    station.broadcast()
    assert station.told() == Counter([*english, *thai])
    for entry in station.multicasts():
        language = "en" if entry["body"]["to"][0] in english else "th"
        assert entry["body"]["messages"][0]["text"] == f"Stay inside ({language})"
        assert set(entry["body"]["to"]) <= set(english if language == "en" else thai)
        assert entry["body"]["customAggregationUnits"] == [f"announcement_{announcement_id}"]
    ended = station.announcement(announcement_id)
    assert (ended.state, ended.recipients, ended.ended_at is not None) == ("done", 8, True)
    seen = station.progress(announcement_id)
    assert (seen.recipients, seen.accepted, seen.waiting) == (8, 8, 0)
    assert {language: one.accepted for language, one in seen.by_language.items()} == {"en": 5, "th": 3}


def test_it_leaves_at_its_time_and_not_before(station: Station) -> None:
    station.people(1)
    at = station.post.clock.now() + timedelta(hours=2)
    announcement_id = station.approved(send_at=at)
    station.broadcast()
    assert (station.asked(), station.announcement(announcement_id).state) == ([], "approved")
    station.broadcast(later=[timedelta(hours=2)])
    assert (station.asked(), station.announcement(announcement_id).state) == ([200], "done")


@pytest.mark.parametrize(
    ("fault", "answers"),
    [
        ({"status": 500}, [500, 200]),
        ({"status": 503, "accept": True}, [503, 409]),
        ({"reset": "before"}, [None, 200]),
        ({"reset": "after"}, [None, 409]),
        ({"status": 429}, [429, 200]),
        ({"status": 403}, [403, 200]),
    ],
    ids=str,
)
def test_what_may_have_failed_is_tried_again_with_the_same_key_and_body(
    station: Station, fault: dict[str, Any], answers: list[int | None]
) -> None:
    phones = station.people(2)
    announcement_id = station.approved()
    station.post.fault(MULTICAST, **fault)
    station.broadcast(later=[timedelta(), SOON])
    asked = station.post.requests(MULTICAST)
    assert [one["status"] for one in asked] == answers
    assert len({one["retry_key"] for one in asked}) == 1
    assert all(one["same_body"] for one in asked if one["status"] == 409)
    assert station.told() == Counter(phones)
    assert station.announcement(announcement_id).state == "done"


def test_a_retry_goes_to_the_same_people_even_if_one_of_them_has_muted_meanwhile(station: Station) -> None:
    phones = station.people(2)
    station.approved()
    station.post.fault(MULTICAST, status=503, accept=True)
    station.broadcast()
    with station.post.database.writing() as session:
        muting.mute(session, station.phones[phones[0]], Category.WEATHER)
    station.broadcast(later=[SOON])
    assert [one["same_body"] for one in station.post.requests(MULTICAST)] == [None, True]
    assert station.states() == {"sent": 1}


def test_who_mutes_or_blocks_between_plan_and_sending_does_not_get_it(station: Station) -> None:
    phones = station.people(4)
    announcement_id = station.approved()
    station.plan()
    with station.post.database.writing() as session:
        muting.mute(session, station.phones[phones[0]], Category.WEATHER)
        gone = [station.phones[phone] for phone in phones[2:]]
        session.execute(update(Contact).where(Contact.id.in_(gone)).values(reachable=False))
    station.broadcast()
    assert station.told() == Counter(phones[1:2])
    assert station.states() == {"sent": 1, "superseded": 1}
    seen = station.progress(announcement_id)
    assert (seen.recipients, seen.accepted, seen.superseded) == (4, 1, 3)


# Recipients whom LINE refuses

BAD = "Uthis-is-no-line-user-id"


def _spoil(station: Station, phone: str, line_user_id: str) -> None:
    with station.post.database.writing() as session:
        contact = session.get_one(Contact, station.phones[phone])
        contact.line_user_id = line_user_id


def test_a_recipient_whom_line_names_is_left_out_and_the_others_get_it_under_a_new_key(station: Station) -> None:
    phones = station.people(4)
    _spoil(station, phones[1], BAD)
    announcement_id = station.approved()
    station.broadcast()
    assert station.told() == Counter([phones[0], *phones[2:]])
    asked = station.post.requests(MULTICAST)
    assert Counter(one["status"] for one in asked) == {400: 1, 200: 2}
    assert len({one["retry_key"] for one in asked}) == 3
    with station.post.database.reading() as session:
        [failure] = session.scalars(select(AnnouncementFailure))
        assert failure.contact_id == station.phones[phones[1]]
        assert BAD not in failure.error
    seen = station.progress(announcement_id)
    assert (seen.accepted, seen.undeliverable, seen.recipients) == (3, 1, 4)


def test_a_recipient_whom_line_does_not_name_is_found_by_halves(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "CHUNK", 16)
    phones = station.people(9)
    announcement_id = station.approved()
    failed = {"message": "Failed to send messages"}
    station.post.fault(MULTICAST, status=400, body=failed, to=phones[4], next=50)
    station.broadcast(later=[timedelta()] * 2)
    assert station.told() == Counter(phone for phone in phones if phone != phones[4])
    with station.post.database.reading() as session:
        assert [one.contact_id for one in session.scalars(select(AnnouncementFailure))] == [station.phones[phones[4]]]
    seen = station.progress(announcement_id)
    assert (seen.accepted, seen.undeliverable, seen.recipients) == (8, 1, 9)
    assert station.announcement(announcement_id).state == "done"


def test_words_that_line_refuses_are_not_tried_on_everybody(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast_module, "BATCH", 1)
    station.people(6)
    announcement_id = station.approved()
    details = [{"message": "May not be empty", "property": "messages[0].text"}]
    station.post.fault(MULTICAST, status=400, body={"message": "The request body has 1 error(s)", "details": details})
    station.broadcast_until(lambda: station.announcement(announcement_id).state == "done")
    assert station.asked().count(400) == 1
    assert set(station.states()) <= {"undeliverable", "sent"}
    assert station.states()["undeliverable"] >= 1


def test_when_line_refuses_every_half_it_is_not_asked_for_each_person(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "CHUNK", 500)
    now = station.post.clock.now()
    rows = [
        {"line_user_id": f"U{n:032x}", "language": "en", "reachable": True, "created_at": now} for n in range(1_500)
    ]
    with station.post.database.writing() as session:
        session.execute(insert(Contact), rows)
    announcement_id = station.approved()
    station.plan()
    asked, now = 0, station.post.clock.now()
    while True:
        with station.post.database.writing() as session:
            found = sending.claim(session, "me", now, 1, None)
            broadcast_answers.mark(session, CHANNEL, [(one, Answer(Outcome.REFUSED, 400)) for one in found], now)
        if not found:
            break
        asked += 1
    assert asked == 1 + announcement_outcome.HOPELESS_AFTER
    assert station.progress(announcement_id).undeliverable == 1_500


def test_nobody_can_know_when_a_refusal_follows_an_unclear_answer(station: Station) -> None:
    station.people(2)
    announcement_id = station.approved()
    station.post.fault(MULTICAST, status=500)
    station.post.fault(MULTICAST, status=400, body={"message": "Failed to send messages"})
    station.broadcast(later=[timedelta(), SOON])
    assert (station.asked(), station.states()) == ([500, 400], {"unknown": 1})
    assert station.progress(announcement_id).unknown == 2


def test_a_conflict_that_names_nothing_is_left_to_a_human(station: Station) -> None:
    station.people(2)
    station.approved()
    station.post.fault(MULTICAST, status=409)
    station.broadcast(later=[timedelta(), SOON])
    assert (station.asked(), station.states()) == ([409], {"unknown": 1})


# Stopping and the end of its validity


def test_nothing_leaves_after_it_was_stopped_and_the_rest_leaves_when_it_goes_on(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast_module, "LOOKS_AGAIN_SECONDS", 0.0)
    phones = station.people(8)
    announcement_id = station.approved()
    station.plan()
    station.stop(announcement_id)
    station.broadcast()
    assert station.asked() == []
    station.resume(announcement_id)
    station.post.fault(MULTICAST, delay_seconds=0.5, next=4)
    _slowly(station)

    def stopped_after_the_first() -> bool:
        if not station.asked():
            return False
        station.stop(announcement_id)
        return True

    station.broadcast_until(stopped_after_the_first)
    before = len(station.asked())
    assert before < 4
    station.broadcast()
    assert len(station.asked()) == before
    station.resume(announcement_id)
    station.broadcast(later=[timedelta(), SOON])
    assert station.told() == Counter(phones)
    assert station.announcement(announcement_id).state == "done"


def _slowly(station: Station) -> None:
    """As if LINE took only two multicasts a second."""
    rate.PER_SECOND["multicast"] = 2


@pytest.fixture(autouse=True)
def _lines_own_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "PER_SECOND", dict(rate.PER_SECOND))


def test_it_is_planned_when_it_goes_on_after_it_was_stopped_unplanned(station: Station) -> None:
    phones = station.people(1)
    announcement_id = station.approved()
    with station.post.database.writing() as session:
        announcement_outcome.doubt_since(session, station.post.clock.now(), station.post.clock.now())
    station.broadcast()
    assert (station.asked(), station.announcement(announcement_id).state) == ([], "stopped")
    station.resume(announcement_id)
    station.broadcast()
    assert station.told() == Counter(phones)


def test_nothing_leaves_once_its_validity_has_ended(station: Station) -> None:
    station.people(3)
    announcement_id = station.approved(hours=1)
    station.plan()
    station.broadcast(later=[timedelta(hours=1)])
    assert station.asked() == []
    assert station.announcement(announcement_id).state == "expired"
    seen = station.progress(announcement_id)
    assert (seen.superseded, seen.waiting) == (3, 0)


def test_a_request_that_waited_for_its_slot_past_the_end_does_not_leave(station: Station) -> None:
    station.people(8)
    announcement_id = station.approved(hours=1)
    station.plan()
    _slowly(station)
    # At two a second the last of the four chunks has its slot after the end.
    ends_at = station.announcement(announcement_id).valid_until
    station.post.clock.move(ends_at - timedelta(seconds=1))
    station.broadcast_until(lambda: station.announcement(announcement_id).state == "expired" and station.is_quiet())
    assert all(datetime.fromisoformat(entry["at"]) < ends_at for entry in station.multicasts())
    assert 1 <= len(station.asked()) <= 3
    assert station.states() == {"sent": len(station.asked()), "superseded": 4 - len(station.asked())}


def test_what_line_never_answered_ends_as_unknown_when_its_time_is_over(station: Station) -> None:
    station.people(2)
    announcement_id = station.approved(hours=1)
    station.post.fault(MULTICAST, status=500, next=99)
    station.broadcast(later=[timedelta(), timedelta(minutes=30), timedelta(minutes=30)])
    assert set(station.asked()) == {500}
    assert (station.states(), station.announcement(announcement_id).state) == ({"unknown": 1}, "expired")


def test_a_retry_key_that_line_has_forgotten_is_not_used_again(station: Station) -> None:
    station.people(2)
    station.approved(hours=72)
    station.post.fault(MULTICAST, status=500)
    station.broadcast(later=[timedelta(), timedelta(hours=24)])
    assert (station.asked(), station.states()) == ([500], {"unknown": 1})


# The month's messages


def test_announcements_leave_the_reserve_alone(station: Station) -> None:
    phones = station.people(6)
    station.post.api("quota", {"limit": 5})
    assert station.post.read_quota()
    announcement_id = station.approved()
    station.broadcast_until(lambda: len(station.asked()) == 2 and _nothing_on_its_way(station))
    # A tenth of five is one message; a third pair would take it.
    time.sleep(0.7)
    assert len(station.asked()) == 2
    assert sum(station.told().values()) == 4
    station.post.api("quota", {"limit": 100})
    station.post.clock.ahead += timedelta(minutes=20)
    assert station.post.read_quota()
    station.broadcast()
    assert station.told() == Counter(phones)
    assert station.announcement(announcement_id).state == "done"


def _nothing_on_its_way(station: Station) -> bool:
    return not station.states()["leased"]


def test_when_line_says_that_the_month_is_used_up_one_chunk_asks_again(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast_module, "ASK_AGAIN_SECONDS", 0.3)
    phones = station.people(2)
    station.approved()
    station.post.fault(MULTICAST, quota=True, next=2)
    with capture_logs() as logs:
        station.broadcast_until(lambda: station.asked() == [429, 429, 200] and station.is_quiet())
    assert station.told() == Counter(phones)
    assert [one["event"] for one in logs].count("announcements_wait_for_quota") == 2


# Several at once, and after a death


def test_two_senders_on_one_database_plan_and_send_everything_once(
    station: Station, database_url: str, keyring: Keyring
) -> None:
    phones = station.people(15)
    announcement_id = station.approved()
    others = [Station(Post(Database(database_url, keyring), station.post.clock, station.post.url)) for _ in range(2)]
    threads = [threading.Thread(target=other.broadcast) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    station.broadcast()
    for other in others:
        other.post.close()
        other.post.database.close()
    assert station.told() == Counter(phones)
    assert station.asked() == [200] * 8
    assert station.announcement(announcement_id).recipients == 15


def test_what_a_dead_sender_held_is_asked_for_again_with_the_same_key(station: Station) -> None:
    phones = station.people(2)
    station.approved()
    station.broadcast()
    with station.post.database.writing() as session:
        # As it was when LINE had taken it and we died before noting it.
        session.execute(
            update(AnnouncementChunk).values(
                state="leased", in_doubt=True, leased_by="dead", lease_until=station.post.clock.now(), sent_at=None
            )
        )
        session.execute(update(Announcement).values(state=AnnouncementState.SENDING.value, ended_at=None))
    station.broadcast()
    assert station.asked() == [200, 409]
    assert station.told() == Counter(phones)
    assert station.states() == {"sent": 1}


def test_an_announcement_that_cannot_be_said_does_not_keep_another_from_leaving(station: Station) -> None:
    phones = station.people(1)
    first, second = station.approved(), station.approved()

    def says(due: Due, language: Language) -> Content:
        if due.announcement_id == first:
            raise KeyError("no such word")
        return plainly(due, language)

    station.says = says
    with capture_logs() as logs:
        station.broadcast_until(lambda: station.announcement(second).state == "done")
    assert station.told() == Counter(phones)
    assert [one["announcement"] for one in logs if one["event"] == "announcement_cannot_be_said"] == [first]
    assert station.announcement(first).state == "approved"


def test_metrics_tell_what_became_of_the_chunks(station: Station) -> None:
    station.people(3)
    station.approved()
    health = Health(station.post.database, station.post.clock, ACCOUNT)
    assert b'bot_announcement_chunks{state="sent"} 0.0' in health.metrics()
    station.plan()
    assert b"bot_announcements_sending 1.0" in health.metrics()
    station.broadcast()
    figures = health.metrics()
    assert b'bot_announcement_chunks{state="sent"} 2.0' in figures
    assert b"bot_announcements_sending 0.0" in figures
