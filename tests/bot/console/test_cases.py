"""The caseworkers' queue and the work on a case, from the browser to what the worker is sent."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.database import Database
from models import binding, case, case_note, evidence, linking, lookup
from models.audit import AuditEntry
from models.case import Case, CaseKind
from models.case_note import CaseNote, NoteKind
from models.case_viewing import CaseViewing
from models.contact import Contact
from models.evidence import Evidence
from models.message import OWED, Lane, Message, MessageState
from models.operator import Role
from tests.office import Clerk, Office
from tests.records import add_worker

NOON = datetime(2026, 3, 11, 4, tzinfo=UTC)
ASKED = "May my employer keep my passport?"


@pytest.fixture
def office(database: Database) -> Office:
    clock = Clock()
    clock.move(NOON)
    return Office(database, clock)


@pytest.fixture
def lin(office: Office) -> Clerk:
    return office.clerk(Role.CASEWORKER, login="lin")


@pytest.fixture
def wang(office: Office) -> Clerk:
    return office.clerk(Role.CASEWORKER, login="wang")


def opened(
    office: Office, kind: CaseKind = CaseKind.QUESTION, said: dict[str, str] | None = None, *, language: str = "en"
) -> int:
    """A case of a new account that is linked to a worker."""
    now = office.clock.now()
    with office.database.writing() as session:
        number = len(session.scalars(select(Contact)).all())
        contact = Contact(line_user_id=f"U{number:032}", language=language, reachable=True, created_at=now)
        session.add(contact)
        worker = add_worker(session, now, f"W{number}", name="SITI NURHALIZA")
        session.flush()
        binding.bind(session, contact.id, worker.id, now)
        found, _new = case.open_case(
            session,
            kind,
            f"contact {contact.id}",
            now,
            worker_id=worker.id,
            contact_id=contact.id,
            answers=said or {"question": ASKED},
        )
        return found.id


def done(office: Office) -> list[tuple[str, str]]:
    with office.database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(entry.action, entry.about) for entry in entries if entry.action != "signed_in"]


def messages(office: Office) -> Sequence[Message]:
    with office.database.reading() as session:
        return session.scalars(select(Message).order_by(Message.id)).all()


def notes(office: Office, number: int) -> list[tuple[str, str | None]]:
    with office.database.reading() as session:
        return [(note.kind, note.words) for note in case_note.notes_of(session, number)]


def taken(clerk: Clerk, number: int) -> None:
    assert clerk.post(f"/cases/{number}/take", {"owner": ""}).status_code == 303


def answers(clerk: Clerk, number: int, **form: str) -> int:
    return clerk.post(f"/cases/{number}/answer", {"seen": "0", **form}).status_code


# --- the queue


def test_what_is_due_first_stands_first_and_overdue_is_said(office: Office, lin: Clerk) -> None:
    opened(office, CaseKind.DISPUTE, {"where": "work"})
    opened(office, CaseKind.HELP, {})
    office.waits(hours=2)
    lin = office.clerk(Role.CASEWORKER)
    page = lin.get("/cases").text
    assert page.index("/console/cases/2") < page.index("/console/cases/1")
    words = lin.read("/cases")
    assert "overdue 1" in words
    assert words.count("Overdue") == 1
    assert ASKED not in words
    assert "SITI" not in words


def test_the_queue_is_filtered_by_kind_and_by_owner(office: Office, lin: Clerk, wang: Clerk) -> None:
    mine, theirs, dispute = opened(office), opened(office), opened(office, CaseKind.DISPUTE)
    taken(lin, mine)
    taken(wang, theirs)

    def listed(query: str) -> set[int]:
        page = lin.get(f"/cases?{query}").text
        return {number for number in (mine, theirs, dispute) if f'/console/cases/{number}"' in page}

    assert listed("") == {mine, theirs, dispute}
    assert listed("whose=mine") == {mine}
    assert listed("whose=nobody") == {dispute}
    assert listed("kind=question") == {mine, theirs}
    assert listed("kind=question&whose=mine") == {mine}
    assert listed("state=closed") == set()
    assert listed("kind=nonsense&whose=nonsense&page=-1") == {mine, theirs, dispute}


def test_a_long_queue_has_pages(office: Office, lin: Clerk) -> None:
    numbers = [opened(office) for _case in range(27)]
    first, second = lin.get("/cases").text, lin.get("/cases?page=2").text
    assert f'/console/cases/{numbers[-1]}"' not in first
    assert f'/console/cases/{numbers[-1]}"' in second
    assert "Next page" in first
    assert "Next page" not in second


# --- looking


def test_somebody_elses_case_opens_only_with_a_reason_which_is_kept(office: Office, lin: Clerk) -> None:
    number = opened(office)
    assert ASKED not in lin.read(f"/cases/{number}")
    assert lin.post(f"/cases/{number}/look", {"reason": "curious"}).status_code == 422
    assert lin.post(f"/cases/{number}/look", {"reason": "asked", "more": "her sister"}).status_code == 303
    assert ASKED in lin.read(f"/cases/{number}")
    with office.database.reading() as session:
        [look] = session.scalars(select(CaseViewing))
        assert (look.by, look.reason) == ("lin", "移工或 1955 來電詢問：her sister")
    assert done(office) == [("case_seen", f"case {number}")]


def test_a_reason_does_not_last_for_ever(office: Office, lin: Clerk) -> None:
    number = opened(office)
    lin.post(f"/cases/{number}/look", {"reason": "queue"})
    office.waits(minutes=20)
    assert ASKED in lin.read(f"/cases/{number}")
    office.waits(minutes=11)
    assert ASKED not in lin.read(f"/cases/{number}")


def test_every_look_at_ones_own_case_is_kept_once_in_half_an_hour(office: Office, lin: Clerk) -> None:
    number = opened(office)
    taken(lin, number)
    for _look in range(3):
        assert ASKED in lin.read(f"/cases/{number}")
    office.waits(minutes=29)
    lin.read(f"/cases/{number}")
    office.waits(minutes=2)
    lin.read(f"/cases/{number}")
    assert done(office).count(("case_seen", f"case {number}")) == 2


def test_her_name_is_masked_and_her_answers_are_in_both_languages(office: Office, lin: Clerk) -> None:
    number = opened(office, CaseKind.DISPUTE, {"where": "hospital", "call": "0912345678"})
    taken(lin, number)
    words = lin.read(f"/cases/{number}")
    assert "S••• N•••" in words
    assert "SITI" not in words
    assert "醫院" in words
    assert "In hospital" in words
    assert "0912345678" in words


def test_a_photo_is_shown_to_who_may_see_the_case_and_every_look_is_logged(office: Office, lin: Clerk) -> None:
    number, other = opened(office, CaseKind.DISPUTE), opened(office, CaseKind.DISPUTE)
    with office.database.writing() as session:
        session.add(Evidence(case_id=number, line_message_id="1", sent_at=NOON))
        session.flush()
        evidence.keep(session, 1, b"\xff\xd8 made up", "image/jpeg")
    assert lin.get(f"/cases/{number}/photos/1").status_code == 403
    for one in (number, other):
        taken(lin, one)
    assert lin.get(f"/cases/{other}/photos/1").status_code == 404
    assert lin.get(f"/cases/{number}/photos/99").status_code == 404
    photo = lin.get(f"/cases/{number}/photos/1")
    assert (photo.content, photo.headers["content-type"]) == (b"\xff\xd8 made up", "image/jpeg")
    assert photo.headers["cache-control"] == "no-store"
    assert photo.headers["x-content-type-options"] == "nosniff"
    assert done(office)[-1] == ("photo_seen", f"case {number}")


def test_what_is_no_picture_a_browser_shows_is_only_saved(office: Office, lin: Clerk) -> None:
    number = opened(office, CaseKind.DISPUTE)
    taken(lin, number)
    with office.database.writing() as session:
        session.add(Evidence(case_id=number, line_message_id="1", sent_at=NOON))
        session.flush()
        evidence.keep(session, 1, b"<script>alert(1)</script>", "text/html")
    photo = lin.get(f"/cases/{number}/photos/1")
    assert photo.headers["content-type"] == "application/octet-stream"
    assert photo.headers["content-disposition"].startswith("attachment")


def test_nobody_looks_at_one_colleagues_case_after_another(office: Office, lin: Clerk, wang: Clerk) -> None:
    number = opened(office)
    with office.database.writing() as session:
        for _look in range(lookup.AN_HOUR):
            assert lookup.may_look_at_case(session, lin.operator.id)
    refused = lin.post(f"/cases/{number}/look", {"reason": "queue"})
    assert refused.status_code == 429
    assert done(office) == [("look_refused", f"case {number}")]
    assert ASKED not in lin.get(f"/cases/{number}").text
    assert wang.post(f"/cases/{number}/look", {"reason": "queue"}).status_code == 303
    taken(lin, number)
    assert ASKED in lin.read(f"/cases/{number}")


def test_a_case_says_that_another_account_claims_the_same_worker(office: Office, lin: Clerk) -> None:
    number = opened(office)
    taken(lin, number)
    warning = "tell neither about the other"
    assert warning not in lin.read(f"/cases/{number}")
    now = office.clock.now()
    with office.database.writing() as session:
        hers = session.get_one(Case, number)
        broker = Contact(line_user_id=f"U{77:032}", language="zh-Hant", reachable=True, created_at=now)
        session.add(broker)
        session.flush()
        claim = binding.bind(session, broker.id, hers.worker_id or 0, now)
        case.open_case(session, CaseKind.HELP, "theirs", now, worker_id=hers.worker_id, contact_id=broker.id)
    page = lin.read(f"/cases/{number}")
    assert warning in page
    assert "Another account" in page
    with office.database.writing() as session:
        binding.unbind(session.get_one(binding.Binding, claim.id), now)
    assert warning not in lin.read(f"/cases/{number}")


@pytest.mark.parametrize("path", ["/cases/99", f"/cases/{10**17}", "/cases/x", "/cases/reviews/99"])
def test_a_case_that_is_not_there_is_not_found(lin: Clerk, path: str) -> None:
    assert lin.get(path).status_code == 404


# --- working


def test_two_who_take_a_case_at_once_do_not_take_it_from_each_other(office: Office, lin: Clerk, wang: Clerk) -> None:
    number = opened(office)
    taken(lin, number)
    assert wang.post(f"/cases/{number}/take", {"owner": ""}).status_code == 409
    assert wang.post(f"/cases/{number}/take", {"owner": "lin"}).status_code == 303
    assert lin.post(f"/cases/{number}/take", {"owner": "lin"}).status_code == 409
    assert done(office) == [("case_taken", f"case {number}")] * 2
    [told] = messages(office)
    assert told.what == f"case {number} taken"
    assert office.woken == 2


def test_a_case_is_handed_over_to_a_caseworker_and_to_nobody_else(office: Office, lin: Clerk, wang: Clerk) -> None:
    number = opened(office)
    office.clerk(Role.VIEWER, login="viewer")
    taken(lin, number)
    for to in ("viewer", "lin", "nobody", ""):
        assert lin.post(f"/cases/{number}/hand-over", {"to": to, "words": "please"}).status_code == 422
    assert lin.post(f"/cases/{number}/hand-over", {"to": "wang", "words": ""}).status_code == 422
    assert wang.post(f"/cases/{number}/hand-over", {"to": "wang", "words": "mine"}).status_code == 403
    assert lin.post(f"/cases/{number}/hand-over", {"to": "wang", "words": "She speaks Javanese."}).status_code == 303
    assert notes(office, number) == [("handed_over", "→ wang\nShe speaks Javanese.")]
    assert "She speaks Javanese." in wang.read(f"/cases/{number}")
    assert done(office)[1] == ("case_handed_over", f"case {number}")


def test_a_case_that_a_colleague_takes_over_says_so_in_its_history(office: Office, lin: Clerk, wang: Clerk) -> None:
    number = opened(office)
    taken(lin, number)
    assert notes(office, number) == []
    assert wang.post(f"/cases/{number}/take", {"owner": "lin"}).status_code == 303
    assert notes(office, number) == [("handed_over", "lin → wang")]
    assert "lin → wang" in wang.read(f"/cases/{number}")


def test_notes_and_calls_are_added_and_never_reach_her(office: Office, lin: Clerk) -> None:
    number = opened(office)
    assert lin.post(f"/cases/{number}/note", {"words": "unseen"}).status_code == 403
    lin.post(f"/cases/{number}/look", {"reason": "queue"})
    assert lin.post(f"/cases/{number}/note", {"words": ""}).status_code == 422
    assert lin.post(f"/cases/{number}/note", {"words": "Asked the city."}).status_code == 303
    assert lin.post(f"/cases/{number}/call", {"outcome": "shouted"}).status_code == 422
    for wrong in ("2026-03-12T12:00", "2020-01-01T12:00", "yesterday"):
        assert lin.post(f"/cases/{number}/call", {"outcome": "no_answer", "called_at": wrong}).status_code == 422
    call = {"outcome": "reached", "called_at": "2026-03-11T10:30", "words": "She is well."}
    assert lin.post(f"/cases/{number}/call", call).status_code == 303
    with office.database.reading() as session:
        called = session.scalars(select(CaseNote).where(CaseNote.kind == "call")).one()
        assert called.called_at == datetime(2026, 3, 11, 2, 30, tzinfo=UTC)
    words = lin.read(f"/cases/{number}")
    assert "Asked the city." in words
    assert "Spoke to her" in words
    assert messages(office) == []
    assert [action for action, _about in done(office)] == ["case_seen", "case_noted", "call_logged"]


def test_closing_tells_her_and_needs_an_ending_of_its_kind(office: Office, lin: Clerk, wang: Clerk) -> None:
    number = opened(office, CaseKind.HELP, {})
    taken(lin, number)
    close = f"/cases/{number}/close"
    assert wang.post(close, {"result": "helped", "seen": "0"}).status_code == 403
    assert lin.post(close, {"result": "answered", "seen": "0"}).status_code == 422
    assert lin.post(close, {"result": "helped", "seen": "0", "words": "In a shelter now."}).status_code == 303
    assert lin.post(close, {"result": "helped", "seen": "1"}).status_code == 409
    assert [one.what for one in messages(office)] == [f"case {number} taken", f"case {number} closed"]
    assert done(office)[-1] == ("case_closed", f"case {number}")
    assert f'/console/cases/{number}"' in lin.get("/cases?state=closed").text


def test_a_question_that_nobody_answered_cannot_end_as_answered(office: Office, lin: Clerk) -> None:
    number = opened(office)
    taken(lin, number)
    close = f"/cases/{number}/close"
    assert lin.post(close, {"result": "answered", "seen": "0"}).status_code == 422
    assert answers(lin, number, canned="call_1955") == 303
    assert lin.post(close, {"result": "answered", "seen": "1"}).status_code == 303


def test_what_came_in_since_the_page_was_opened_must_be_read_before_closing(office: Office, lin: Clerk) -> None:
    number = opened(office, CaseKind.HELP, {})
    taken(lin, number)
    with office.database.writing() as session:
        case_note.add(session, number, NoteKind.HERS, "Please wait", NOON)
    assert lin.post(f"/cases/{number}/close", {"result": "helped", "seen": "0"}).status_code == 409
    assert lin.post(f"/cases/{number}/close", {"result": "helped", "seen": "1"}).status_code == 303


# --- answering


def test_a_canned_answer_is_seen_before_it_leaves_and_kept_as_she_reads_it(office: Office, lin: Clerk) -> None:
    number = opened(office)
    taken(lin, number)
    shown = lin.post(f"/cases/{number}/preview", {"canned": "call_1955", "seen": "0"})
    assert shown.status_code == 200
    assert "Please call 1955 now" in shown.text
    assert f"your case number is {number}" in shown.text
    assert [one.what for one in messages(office)] == [f"case {number} taken"]
    assert answers(lin, number, canned="call_1955") == 303
    _taken, sent = messages(office)
    assert (sent.lane, sent.kind, sent.what) == (Lane.REPLY, OWED, f"reply case {number} answer 1")
    assert "Please call 1955 now" in str(sent.content)
    [(kind, words)] = notes(office, number)
    assert kind == "answer"
    assert words is not None
    assert words.startswith("Please call 1955 now")
    assert "Waiting to leave" in lin.read(f"/cases/{number}")


def test_an_answer_in_a_dispute_leaves_as_urgent(office: Office, lin: Clerk) -> None:
    number = opened(office, CaseKind.DISPUTE)
    taken(lin, number)
    assert answers(lin, number, canned="danger") == 303
    assert messages(office)[-1].lane == Lane.URGENT


def test_own_words_need_the_chinese_and_hold_no_links(office: Office, lin: Clerk) -> None:
    number = opened(office, language="id")
    taken(lin, number)

    def said(**form: str) -> str:
        shown = lin.post(f"/cases/{number}/preview", {"seen": "0", **form})
        assert shown.status_code == 200
        return shown.text

    send = f'action="/console/cases/{number}/answer"'
    assert send not in said(hers="Silakan datang.")
    assert send not in said(original="請過來。")
    assert send not in said(hers="x" * 1_001, original="請過來。")
    links = ("https://example.org", "line.me/ti/p/x", "Lihat bit.ly/abc.", "WWW.example", "http：//a.tw", "mol.gov.tw")
    for link in links:
        assert send not in said(hers=link, original="請看網頁。"), link
    assert send in said(hers="Gaji Rp1.500.000.Silakan datang pukul 9.30, no.5/2.", original="請過來。")
    assert send not in said(hers="Silakan datang.", original="請過來。", canned="wages")
    assert send not in said(canned="nonsense")
    assert answers(lin, number, hers="Silakan datang.") == 409


def test_own_words_are_sent_as_they_stand_and_kept_with_the_chinese(office: Office, lin: Clerk) -> None:
    number = opened(office)
    taken(lin, number)
    form = {"hers": "Please come on Friday at 10.", "original": "請於週五十點過來。"}
    assert 'action="/console/cases/1/answer"' in lin.post(f"/cases/{number}/preview", {"seen": "0", **form}).text
    assert answers(lin, number, **form) == 303
    assert "Please come on Friday at 10." in str(messages(office)[-1].content)
    with office.database.reading() as session:
        [note] = case_note.notes_of(session, number)
        assert (note.by, note.words, note.original) == ("lin", form["hers"], form["original"])
    assert done(office)[-1] == ("case_answered", f"case {number}")


def test_the_same_thing_is_not_answered_twice(office: Office, lin: Clerk) -> None:
    number = opened(office)
    taken(lin, number)
    assert answers(lin, number, canned="wages") == 303
    again = lin.post(f"/cases/{number}/answer", {"seen": "0", "canned": "wages"})
    assert again.status_code == 409
    assert "Something new has come since you opened the case" in again.text
    assert len(notes(office, number)) == 1
    assert answers(lin, number, seen="1", canned="transfer") == 303


def test_only_the_owner_answers_and_only_who_can_be_reached(office: Office, lin: Clerk, wang: Clerk) -> None:
    number = opened(office)
    assert answers(lin, number, canned="wages") == 403
    taken(lin, number)
    assert answers(wang, number, canned="wages") == 403
    with office.database.writing() as session:
        found = session.get_one(Case, number)
        assert found.contact is not None
        found.contact.reachable = False
    assert answers(lin, number, canned="wages") == 409
    assert "LINE cannot reach her now" in lin.read(f"/cases/{number}")


def test_the_fate_of_an_answer_is_shown(office: Office, lin: Clerk) -> None:
    number = opened(office)
    taken(lin, number)
    answers(lin, number, canned="wages")
    with office.database.writing() as session:
        for message in session.scalars(select(Message).where(Message.kind == OWED)):
            message.end(MessageState.UNDELIVERABLE)
    assert "Could not be delivered" in lin.read(f"/cases/{number}")


def test_what_she_wrote_since_is_marked_in_the_queue(office: Office, lin: Clerk) -> None:
    number = opened(office)
    mark = 'badge wait">She wrote'
    assert mark not in lin.get("/cases").text
    with office.database.writing() as session:
        case_note.add(session, number, NoteKind.HERS, "One thing more", NOON)
    assert mark in lin.get("/cases").text
    taken(lin, number)
    assert "One thing more" in lin.read(f"/cases/{number}")
    answers(lin, number, seen="1", canned="received")
    assert mark not in lin.get("/cases").text


# --- whoever is gone


def unlinked(office: Office, number: int, *, erased: bool) -> None:
    with office.database.writing() as session:
        contact_id = session.get_one(Case, number).contact_id or 0
        link = binding.in_force(session, contact_id)
        assert link is not None
        linking.unlink(session, link, NOON)
        if erased:
            binding.erase(link, NOON)
            linking.forget_told(session, [contact_id])


def blocked(office: Office, number: int) -> None:
    with office.database.writing() as session:
        contact = session.get_one(Case, number).contact
        assert contact is not None
        contact.reachable = False


@pytest.mark.parametrize(
    ("leave", "said"),
    [
        (partial(unlinked, erased=False), "Unlinked"),
        (partial(unlinked, erased=True), "Unlinked"),
        (blocked, "Cannot be reached"),
    ],
    ids=["unlinked", "erased", "blocked"],
)
def test_the_queue_says_of_whom_nobody_reads_an_answer_and_the_case_can_be_closed(
    office: Office, lin: Clerk, leave: Callable[[Office, int], None], said: str
) -> None:
    number, other = opened(office), opened(office)
    taken(lin, number)
    assert said not in lin.read("/cases")
    leave(office, number)
    assert lin.read("/cases").count(said) == 1
    page = lin.get(f"/cases/{number}").text
    assert "lose it as “not reached”" in page
    assert '<option value="not_reached" selected>' in page
    assert '<option value="not_reached" selected>' not in lin.get(f"/cases/{other}").text
    before = len(messages(office))
    assert lin.post(f"/cases/{number}/close", {"result": "not_reached", "seen": "0"}).status_code == 303
    assert len(messages(office)) == before
    assert f'/console/cases/{number}"' not in lin.get("/cases").text


def test_nobody_is_told_in_vain_of_a_case_whose_account_is_gone(office: Office, lin: Clerk, wang: Clerk) -> None:
    gone, away = opened(office, CaseKind.HELP), opened(office, CaseKind.HELP)
    unlinked(office, gone, erased=True)
    blocked(office, away)
    for number in (gone, away):
        taken(lin, number)
        assert lin.post(f"/cases/{number}/close", {"result": "helped", "seen": "0"}).status_code == 303
    assert messages(office) == []


def test_an_event_that_no_account_could_be_told_of_is_not_said_to_be_unlinked(office: Office, lin: Clerk) -> None:
    with office.database.writing() as session:
        worker = add_worker(session, NOON)
        case.open_case(session, CaseKind.NOT_TOLD, "event 1", NOON, worker_id=worker.id)
    assert "Unlinked" not in lin.read("/cases")
