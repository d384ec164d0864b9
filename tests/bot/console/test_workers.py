"""Looking a worker up: for a reason, by a number, masked, kept for good; and all that happened with her."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.database import Database
from locales import Language, Text, verbatim
from models import lookup
from models.announcements.chunk import AnnouncementChunk, AnnouncementFailure, ChunkState
from models.audit import AuditEntry, broken
from models.binding import Binding, bind, unbind
from models.case import CaseKind, Result, close, open_case, take
from models.contact import Contact, meet
from models.content import Card, Content, Row, to_json
from models.event_row import Told
from models.message import Lane, Message, MessageState
from models.operator import Role
from models.permit_event import EventKind
from models.reaction import Reaction
from models.reminder import ReminderRules
from models.review import ReviewReason, open_review
from models.secrets import keyring_of
from models.worker import IdentityNumber, NumberKind, Worker, index_column
from models.worker_timeline import PAGE
from tests import station
from tests.office import Clerk, Office, words_of
from tests.records import add_permit, add_worker, record

LINE_ID = "U" + "a" * 32
PHONE = "+886912345678"
SECRETS = ("SITI MADE UP", "1990-05-21", "C1234567", "A800000014", "912345678", "912-345", LINE_ID)
BY_ARC = {"kind": "arc", "value": "A800000014", "reason": "record", "words": "her new passport"}


@dataclass
class Known:
    """One worker in the office's database, by the numbers of her rows."""

    office: Office
    worker: int
    account: int
    other: int

    def clerk(self) -> Clerk:
        return self.office.clerk(Role.CASEWORKER)

    def opened_by(self, clerk: Clerk) -> str:
        """Her page, after a look-up."""
        clerk.post("/workers", BY_ARC)
        return clerk.read(f"/workers/{self.worker}")

    def log(self) -> list[tuple[str, str, Any]]:
        with self.office.database.reading() as session:
            assert not list(broken(session))
            entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            return [(entry.action, entry.about, entry.details.get("seen")) for entry in entries]

    @property
    def hers(self) -> str:
        return f"worker {self.worker}"


@pytest.fixture
def known(database: Database, now: datetime) -> Known:
    clock = Clock()
    clock.move(now)
    office = Office(database, clock)
    with database.writing() as session:
        ring = keyring_of(session)
        worker = add_worker(session, now, phone=PHONE, phone_index=ring.index(PHONE, "worker.phone"))
        for kind, number in ((NumberKind.PASSPORT, "C1234567"), (NumberKind.ARC, "A800000014")):
            index = ring.index(number, index_column(kind))
            worker.numbers.append(IdentityNumber(kind=kind.value, number=number, number_index=index, first_seen=now))
        add_permit(session, worker, "P-100")
        other = add_worker(session, now, "W2", name="SOMEBODY ELSE")
        contact = meet(session, LINE_ID, None, now)
        bind(session, contact.id, worker.id, now)
        return Known(office, worker.id, contact.id, other.id)


def say(known: Known, says: str | Text | None, state: MessageState, at: datetime, **more: Any) -> int:
    """One message of hers that came to this end."""
    title = says if isinstance(says, Text) else verbatim(says or "")
    card = Card(title=title, rows=(Row(verbatim("Fact"), verbatim("its value")),))
    with known.office.database.writing() as session:
        row = Message(
            contact_id=known.account,
            what=f"test {uuid4()}",
            content=to_json(Content((card,))) if says else None,
            not_before=at,
            created_at=at,
            state=state.value,
            attempts=1,
            in_doubt=False,
            **{"kind": "end_2m", "lane": Lane.REMINDER.value} | more,
        )
        session.add(row)
        session.flush()
        return row.id


# --- looking up


def test_she_is_found_for_a_reason_and_shown_masked(known: Known) -> None:
    answer = known.clerk().post("/workers", BY_ARC)
    assert answer.status_code == 200
    assert "S••• M••• U•••" in words_of(answer)
    assert f'href="/console/workers/{known.worker}"' in answer.text
    assert not [secret for secret in SECRETS if secret in answer.text]
    assert known.log() == [("searched", known.hers, ["found"])]


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"reason": ""}, "Choose why you look."),
        ({"reason": "curiosity"}, "Choose why you look."),
        ({"words": " "}, "Say why in 4 to 500 letters."),
        ({"words": "x" * 501}, "Say why in 4 to 500 letters."),
        ({"reason": "case"}, "There is no case with this number."),
        ({"case": "12"}, "There is no case with this number."),
        ({"case": "12; --"}, "There is no case with this number."),
        ({"kind": "name"}, "Choose what the number is of."),
        ({"value": ""}, "This is no such number."),
        ({"value": "C1234567"}, "This is no such number."),
        ({"value": "<b>A800000014"}, "This is no such number."),
    ],
)
def test_without_a_reason_or_a_number_nothing_is_looked_up(known: Known, changed: dict[str, str], wrong: str) -> None:
    answer = known.clerk().post("/workers", BY_ARC | changed)
    assert answer.status_code == 422
    assert wrong in words_of(answer)
    assert "A800000014" not in answer.text
    assert known.log() == []


def test_nobody_found_is_kept_too_but_not_the_number(known: Known) -> None:
    answer = known.clerk().post("/workers", BY_ARC | {"value": "A800000005"})
    assert "Nobody matches" in words_of(answer)
    with known.office.database.reading() as session:
        [entry] = session.scalars(select(AuditEntry))
        assert (entry.action, entry.about) == ("searched", "workers")
        assert "A800000005" not in str(entry.details)


def test_after_sixty_look_ups_an_hour_there_are_no_more(known: Known) -> None:
    clerk = known.clerk()
    with known.office.database.writing() as session:
        for _ in range(lookup.AN_HOUR):
            assert lookup.may_search(session, clerk.operator.id)
    answer = clerk.post("/workers", BY_ARC)
    assert answer.status_code == 429
    assert "S•••" not in answer.text
    assert known.log() == [("search_refused", "workers", None)]
    assert known.clerk().post("/workers", BY_ARC).status_code == 200


def test_fields_in_full_and_reasons_from_a_case_have_their_limit_too(known: Known) -> None:
    clerk = known.clerk()
    known.opened_by(clerk)
    with known.office.database.writing() as session:
        for _ in range(lookup.AN_HOUR):
            lookup.may_search(session, clerk.operator.id)
            lookup.may_reveal(session, clerk.operator.id)
    shown = clerk.post(f"/workers/{known.worker}/reveal", {"field": "name", "words": "she calls"})
    asked = clerk.post(f"/workers/{known.worker}/reason", {"reason": "other", "words": "she calls"})
    assert (shown.status_code, asked.status_code) == (429, 429)
    assert "SITI" not in shown.text
    assert [action for action, _about, _seen in known.log()][-2:] == ["reveal_refused", "search_refused"]


def test_a_case_is_no_reason_to_look_at_somebody_else(known: Known) -> None:
    with known.office.database.writing() as session:
        hers, _new = open_case(session, CaseKind.HELP, "hers", known.office.clock.now(), worker_id=known.worker)
        others, _new = open_case(session, CaseKind.HELP, "other", known.office.clock.now(), worker_id=known.other)
        numbers = hers.id, others.id
    for number, found in zip(numbers, (True, False), strict=True):
        form = BY_ARC | {"reason": "case", "case": str(number), "words": ""}
        assert ("S•••" in known.clerk().post("/workers", form).text) is found


# --- whose page opens


def test_a_guessed_number_asks_for_a_reason_and_shows_nothing_whoever_has_it(known: Known) -> None:
    clerk = known.clerk()
    pages = [clerk.get(f"/workers/{number}") for number in (known.worker, known.other, 999_999)]
    assert {page.status_code for page in pages} == {200}
    bare = {
        page.text.replace(f"{number}", "N")
        for page, number in zip(pages, (known.worker, known.other, 999_999), strict=True)
    }
    assert all("Give the reason first" in page and "S•••" not in page for page in bare)
    assert known.log() == []


def test_a_reason_alone_opens_no_page_that_no_work_leads_to(known: Known) -> None:
    clerk = known.clerk()
    for number in (known.worker, 999_999):
        answer = clerk.post(f"/workers/{number}/reason", {"reason": "other", "words": "just so"})
        assert answer.status_code == 404
        assert "Look her up by a number" in words_of(answer)
        assert "Give the reason first" in clerk.read(f"/workers/{number}")
    assert {(action, about) for action, about, _ in known.log()} == {("searched", "workers")}


def test_from_a_colleagues_case_a_reason_opens_her_page(known: Known) -> None:
    with known.office.database.writing() as session:
        case, _new = open_case(session, CaseKind.HELP, "hers", known.office.clock.now(), worker_id=known.worker)
        other, _new = open_case(session, CaseKind.HELP, "other", known.office.clock.now(), worker_id=known.other)
        number, others = str(case.id), str(other.id)
    clerk = known.clerk()
    wrong = clerk.post(f"/workers/{known.worker}/reason", {"reason": "case", "case": others})
    assert wrong.status_code == 404
    given = clerk.post(f"/workers/{known.worker}/reason", {"reason": "case", "case": number})
    assert given.headers["location"] == f"/console/workers/{known.worker}"
    assert "S••• M••• U•••" in clerk.read(f"/workers/{known.worker}")
    assert known.log()[1:] == [("searched", known.hers, ["found"]), ("looked", known.hers, ["record"])]


def test_who_has_her_case_opens_her_page_at_once(known: Known) -> None:
    clerk = known.clerk()
    with known.office.database.writing() as session:
        case, _new = open_case(session, CaseKind.HELP, "hers", known.office.clock.now(), worker_id=known.worker)
        take(case, clerk.operator.login, known.office.clock.now())
    assert "S••• M••• U•••" in clerk.read(f"/workers/{known.worker}")
    assert "Give the reason first" in known.clerk().read(f"/workers/{known.worker}")


def test_the_page_closes_after_an_hour(known: Known) -> None:
    clerk = known.clerk()
    known.opened_by(clerk)
    for _ in range(3):
        known.office.waits(minutes=19)
        assert "S•••" in clerk.read(f"/workers/{known.worker}")
    known.office.waits(minutes=4)
    assert "Give the reason first" in clerk.read(f"/workers/{known.worker}")


def test_a_look_up_of_one_worker_does_not_open_another(known: Known) -> None:
    clerk = known.clerk()
    known.opened_by(clerk)
    assert "Give the reason first" in clerk.read(f"/workers/{known.other}")


# --- what it shows


def test_the_page_shows_what_is_needed_and_no_number_in_full(known: Known) -> None:
    clerk = known.clerk()
    clerk.post("/workers", BY_ARC)
    answer = clerk.get(f"/workers/{known.worker}")
    shown = words_of(answer)
    for words in ("1990-••-••", "••4567", "••0014", "••678", "W1", "P-100", "Made-up Works", "Claimed", "Reachable"):
        assert words in shown
    assert "Renewal or transfer: apply from" in shown
    assert not [secret for secret in SECRETS if secret in answer.text]
    assert known.log()[-1] == ("looked", known.hers, ["record"])


@pytest.mark.parametrize(
    ("field", "value", "seen"),
    [
        ("name", "SITI MADE UP", "name"),
        ("birth_date", "1990-05-21", "birth_date"),
        ("phone", PHONE, "phone"),
        ("number:passport", "C1234567", "passport"),
        ("number:arc", "A800000014", "arc"),
    ],
)
def test_one_field_is_shown_in_full_once_and_kept(known: Known, field: str, value: str, seen: str) -> None:
    clerk = known.clerk()
    known.opened_by(clerk)
    if field.startswith("number:"):
        field = f"number:{number_row(known, field.removeprefix('number:'))}"
    answer = clerk.post(f"/workers/{known.worker}/reveal", {"field": field, "words": "she calls from there"})
    assert answer.status_code == 200
    assert [secret for secret in (*SECRETS, PHONE) if secret in answer.text and secret not in value] == []
    assert value in words_of(answer)
    assert known.log()[-1] == ("revealed", known.hers, [seen])
    assert value not in clerk.get(f"/workers/{known.worker}").text


def number_row(known: Known, kind: str, worker_id: int | None = None) -> int:
    with known.office.database.reading() as session:
        worker = session.get_one(Worker, worker_id or known.worker)
        return next(number.id for number in worker.numbers if number.kind == kind)


def test_nothing_is_shown_in_full_without_a_look_up_a_reason_or_a_field_of_hers(known: Known) -> None:
    clerk = known.clerk()
    path = f"/workers/{known.worker}/reveal"
    number = number_row(known, "arc")
    assert clerk.post(path, {"field": "name", "words": "because"}).status_code == 403
    assert clerk.post("/workers/999999/reveal", {"field": "name", "words": "because"}).status_code == 403
    known.opened_by(clerk)
    before = known.log()
    assert clerk.post(path, {"field": "name", "words": "x"}).status_code == 422
    assert clerk.post(path, {"field": "worker_ref", "words": "because"}).status_code == 404
    assert clerk.post(path, {"field": "number:0", "words": "because"}).status_code == 404
    assert known.log() == before
    clerk.post("/workers", BY_ARC | {"kind": "worker_ref", "value": "W2"})
    stolen = clerk.post(f"/workers/{known.other}/reveal", {"field": f"number:{number}", "words": "because"})
    assert stolen.status_code == 404


def test_her_cases_and_checks_are_named_without_what_she_said(known: Known) -> None:
    now = known.office.clock.now()
    with known.office.database.writing() as session:
        case, _new = open_case(
            session, CaseKind.DISPUTE, "hers", now, worker_id=known.worker, answers={"where": "a made-up place"}
        )
        take(case, "somebody", now + timedelta(hours=1))
        close(case, Result.HELPED, now + timedelta(hours=2))
        open_review(session, known.account, known.worker, ReviewReason.NAME, now)
        number = case.id
    known.office.waits(hours=3)
    shown = known.opened_by(known.clerk())
    for words in ("Disputed report", "She was helped", "The name does not quite fit", "To be checked", "Case taken"):
        assert words in shown
    assert f"#{number}" in shown
    assert "a made-up place" not in shown


# --- what happened


def test_all_that_happened_is_told_newest_first(known: Known) -> None:
    now = known.office.clock.now()
    with known.office.database.writing() as session:
        told = Told("E1", EventKind.REPORTED_MISSING, "P-100", now - timedelta(days=2), letter_no="L-9")
        record(session, told, ReminderRules(), now + timedelta(minutes=1))
    say(known, "A reminder", MessageState.SENT, now + timedelta(minutes=2), sent_at=now + timedelta(minutes=3))
    with known.office.database.writing() as session:
        unbind(session.scalars(select(Binding)).one(), now + timedelta(minutes=4))
    known.office.waits(minutes=5)
    shown = known.opened_by(known.clerk())
    places = [
        shown.index(words)
        for words in ("Account unlinked", "Reminder: permit ends", "Letter L-9", "Account linked Account")
    ]
    assert places == sorted(places)
    assert "Reported missing" in shown
    assert "Unlinked; can be undone for 72 hours" in shown


@pytest.mark.parametrize(
    ("state", "means"),
    [
        (MessageState.PLANNED, "It leaves when its time has come"),
        (MessageState.LEASED, "It is being handed to LINE."),
        (MessageState.SENT, "LINE does not say whether it was read."),
        (MessageState.SUPERSEDED, "so it was not sent."),
        (MessageState.UNDELIVERABLE, "the account has blocked us."),
        (MessageState.UNKNOWN, "it may have arrived, or not."),
    ],
)
def test_every_fate_of_a_message_is_said_in_words(known: Known, state: MessageState, means: str) -> None:
    say(known, "A reminder", state, known.office.clock.now(), error="why-code")
    shown = known.opened_by(known.clerk())
    assert means in shown
    assert ("Code why-code" in shown) is (state is not MessageState.SENT)


def test_announcements_to_her_account_and_their_fate_are_told_too(known: Known) -> None:
    now = known.office.clock.now()
    with known.office.database.writing() as session:
        number = station.approved(session, now, tuple(Language))
    assert station.freeze(known.office.database, now)
    clerk = known.clerk()
    assert f"Announcement Waiting to leave #{number} Typhoon" in known.opened_by(clerk)
    with known.office.database.writing() as session:
        [chunk] = session.scalars(select(AnnouncementChunk)).all()
        chunk.sent_at = now
        chunk.end(ChunkState.SENT)
        session.add(AnnouncementFailure(announcement_id=number, contact_id=known.account, at=now, error="400"))
    shown = clerk.read(f"/workers/{known.worker}")
    assert f"Announcement Accepted by LINE #{number} Typhoon" in shown
    assert f"Announcement Could not be delivered #{number} Typhoon" in shown


@pytest.mark.parametrize("answer", list(Reaction))
def test_what_she_answered_is_told(known: Known, answer: Reaction) -> None:
    now = known.office.clock.now()
    say(known, "A reminder", MessageState.SENT, now, sent_at=now, answer=answer.value, answered_at=now)
    assert "She answered “" in known.opened_by(known.clerk())


def test_what_messages_say_is_shown_when_asked_for_and_kept_as_a_look(known: Known) -> None:
    now = known.office.clock.now()
    say(known, "Your permit ends soon", MessageState.SENT, now, sent_at=now)
    say(known, None, MessageState.SENT, now - timedelta(0), sent_at=now, kind="case", lane=Lane.URGENT.value)
    clerk = known.clerk()
    assert "Your permit ends soon" not in known.opened_by(clerk)
    shown = clerk.read(f"/workers/{known.worker}?words=yes")
    assert "Your permit ends soon" in shown
    assert "Fact: its value" in shown
    assert "What it said is not kept." in shown
    assert known.log()[-1] == ("looked", known.hers, ["record", "messages"])


def test_a_message_that_waits_is_shown_as_it_would_leave_in_chinese(known: Known) -> None:
    now = known.office.clock.now()
    with known.office.database.writing() as session:
        told = Told("E1", EventKind.PERMIT_REVOKED, "P-100", now, letter_no="L-9")
        record(session, told, ReminderRules(), now)
    clerk = known.office.clerk(Role.CASEWORKER, language="zh-Hant")
    clerk.post("/workers", BY_ARC)
    shown = clerk.read(f"/workers/{known.worker}?words=yes")
    assert "待發送" in shown
    assert "廢止" in shown
    assert "What it said is not kept." not in shown
    assert "內容未保存" not in shown


def test_a_sentence_that_the_catalogues_have_lost_is_read_in_english(known: Known) -> None:
    old = Text("An old sentence about {what} of {n}", {"what": verbatim("the permit"), "n": 3})
    say(known, old, MessageState.SENT, known.office.clock.now())
    clerk = known.office.clerk(Role.CASEWORKER, language="zh-Hant")
    clerk.post("/workers", BY_ARC)
    assert "An old sentence about the permit of 3" in clerk.read(f"/workers/{known.worker}?words=yes")


def test_what_the_account_was_told_before_it_was_hers_is_not_shown(known: Known) -> None:
    say(known, "Of somebody else", MessageState.SENT, known.office.clock.now() - timedelta(days=1))
    clerk = known.clerk()
    known.opened_by(clerk)
    assert "Of somebody else" not in clerk.read(f"/workers/{known.worker}?words=yes")


def test_older_things_are_on_the_next_pages_each_once(known: Known) -> None:
    now = known.office.clock.now()
    for number in range(2 * PAGE):
        at = now + timedelta(seconds=number + 1)
        say(known, f"Message no. {number:03}.", MessageState.SENT, at, sent_at=at)
    clerk = known.clerk()
    known.opened_by(clerk)
    pages = [clerk.read(f"/workers/{known.worker}?words=yes&page={page}") for page in (1, 2, 3, 4)]
    found = [numbers(page) for page in pages]
    assert [len(one) for one in found] == [PAGE, PAGE, 0, 0]
    assert found[0] + found[1] == [f"{number:03}" for number in reversed(range(2 * PAGE))]
    assert ["Older" in page for page in pages] == [True, True, False, False]
    assert ["Newer" in page for page in pages] == [False, True, True, True]
    assert "Account linked" in pages[2]


def numbers(page: str) -> list[str]:
    return [part[:3] for part in page.split("Message no. ")[1:]]


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "٣", "1001"])
def test_a_strange_page_number_is_no_error(known: Known, page: str) -> None:
    clerk = known.clerk()
    known.opened_by(clerk)
    assert clerk.get(f"/workers/{known.worker}?page={page}").status_code == 200


def test_an_account_that_blocks_us_is_told_from_one_that_does_not(known: Known) -> None:
    with known.office.database.writing() as session:
        session.get_one(Contact, known.account).reachable = False
    assert "Blocked us: cannot be reached" in known.opened_by(known.clerk())


def test_only_caseworkers_look_people_up(known: Known) -> None:
    for role in set(Role) - {Role.CASEWORKER}:
        clerk = known.office.clerk(role)
        assert clerk.get("/workers").status_code == 403
        assert clerk.post("/workers", BY_ARC).status_code == 403
        assert clerk.get(f"/workers/{known.worker}").status_code == 403
    assert known.log() == []
