"""A question to a person: asked in chat, answered from the office, and answered back, all in one case."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.question import LONGEST, MOST_ADDED, MOST_OPEN
from locales import Text, say
from models import case_note
from models.canned_answer import CANNED, own_words
from models.case import Case, CaseKind, Result, due_at
from models.case_note import CaseNote, NoteKind
from models.contact import contact_of
from models.message import Lane, Message, MessageState
from scheduler import cases
from tests.handlers.conftest import NewPerson
from tests.handlers.person import NOT_UNDERSTOOD, Caller, Person, Worker
from tests.town import buttons_of, words_of

ASK = Text("What is your question?")
SURE = Text("Shall we send this?")
SEND = Text("Yes, send it")
ADD = Text("What do you want to add?")
STOPPED = Text("Stopped. Nothing was sent.")
TOO_MANY = Text("We have not answered all your questions yet")
CLOSED = Text("This case is closed")
QUESTION = "My boss keeps my passport. What can I do?"


def asks(person: Person, words: str = QUESTION) -> None:
    person.sends("question")
    person.reads(ASK)
    person.says(words)
    person.reads(SURE)
    person.sends("answer:question:send:yes")


def cases_of(person: Person) -> list[Case]:
    with person.database.reading() as session:
        contact = contact_of(session, person.phone.user_id)
        assert contact is not None
        return list(session.scalars(select(Case).where(Case.contact_id == contact.id).order_by(Case.id)))


def hers(person: Person, number: int) -> list[str | None]:
    with person.database.reading() as session:
        return [note.words for note in case_note.notes_of(session, number) if note.kind == NoteKind.HERS]


def is_answered(caller: Caller, number: int, words: str = "Please come on Friday.") -> CaseNote:
    """A caseworker writes to her, and she sees it."""
    caller.phone.new()
    with caller.database.writing() as session:
        found, now = session.get_one(Case, number), caller.town.clock.now()
        note = cases.answer(session, found, "lin", own_words(words), words, "中文", now)
    caller.town.service.messages_are_due()
    caller.screen = caller.phone.wait("the answer")
    return note


def closes(person: Person, number: int, result: Result = Result.ANSWERED) -> None:
    with person.database.writing() as session:
        found = session.get_one(Case, number)
        assert cases.close(session, found, result, found.opened_at)


def test_a_question_becomes_a_case_with_a_number_and_a_clock(caller: Caller) -> None:
    asks(caller)
    [found] = cases_of(caller)
    assert (found.kind, found.answers, found.worker_id) == ("question", {"question": QUESTION}, None)
    assert found.due_at == due_at(CaseKind.QUESTION, found.opened_at)
    caller.reads(
        Text("We have your question. Your case number is {number}", {"number": found.id}),
        Text("A person is to answer you here by {at}.", {"at": found.due_at}),
    )
    assert caller.kept() is None


def test_who_is_linked_asks_as_the_worker(caller: Caller, worker: Worker) -> None:
    caller.links(worker)
    asks(caller)
    [found] = cases_of(caller)
    assert found.worker_id is not None


def test_she_learns_who_reads_it_before_she_writes_and_may_stop(person: Person) -> None:
    person.sends("question")
    person.reads(
        Text("The Ministry's staff read it and answer you here. Your employer and broker do not see it."),
        Text("Is it urgent? Call 1955, free, day and night. In danger call 110."),
    )
    person.says(QUESTION)
    person.taps(Text("Cancel"))
    person.reads(STOPPED)
    assert cases_of(person) == []


def test_she_can_write_it_again_before_it_is_sent(person: Person) -> None:
    person.sends("question")
    person.says("first words")
    person.taps(Text("Back"))
    person.reads(ASK)
    person.says("better words")
    person.taps(SEND)
    assert [found.answers for found in cases_of(person)] == [{"question": "better words"}]


def test_what_is_too_long_or_no_words_is_asked_for_again(person: Person) -> None:
    person.sends("question")
    person.says("x" * (LONGEST + 1))
    person.reads(Text("This is too long for one message. Please write the most important things first."), ASK)
    person.does("image")
    person.reads_nothing_of(say(SURE, person.language))
    person.says("\x00\u200b")
    person.reads(Text("Please write it in words."), ASK)
    person.says("x" * LONGEST)
    person.reads(SURE)
    person.says("perhaps")
    person.reads(Text("Please tap “Yes, send it”, or “Back” to write it again."))
    person.says("yes")
    assert len(cases_of(person)) == 1


def test_help_never_waits_for_the_question(person: Person) -> None:
    person.sends("question")
    person.says("help")
    person.reads(Text("Help: call 1955"))


@pytest.mark.parametrize("typed", ["Ask a question", "我要提問", "hỏi"])
def test_the_wish_can_be_typed(person: Person, typed: str) -> None:
    person.says(typed)
    person.reads(ASK)


def test_three_questions_may_be_open_and_another_once_one_is_answered(person: Person) -> None:
    for number in range(MOST_OPEN):
        asks(person, f"question {number}")
    person.sends("question")
    person.reads(TOO_MANY)
    assert person.kept() is None
    closes(person, cases_of(person)[0].id)
    asks(person, "one more")
    assert len(cases_of(person)) == MOST_OPEN + 1


def test_a_fourth_that_was_begun_before_is_not_taken_either(person: Person) -> None:
    for number in range(MOST_OPEN - 1):
        asks(person, f"question {number}")
    person.sends("question")
    person.says("the last one")
    with person.database.writing() as session:
        first = session.get_one(Case, cases_of(person)[0].id)
        more = Case(kind="question", matter="x", contact_id=first.contact_id)
        more.opened_at, more.due_at = first.opened_at, first.due_at
        session.add(more)
    person.sends("answer:question:send:yes")
    person.reads(TOO_MANY)
    assert len(cases_of(person)) == MOST_OPEN


def test_the_answer_comes_as_a_card_and_she_writes_back_into_the_case(caller: Caller) -> None:
    asks(caller)
    [found] = cases_of(caller)
    note = is_answered(caller, found.id)
    caller.reads(Text("An answer from the foreign worker service"))
    assert "Please come on Friday." in words_of(list(caller.screen))
    assert all("Friday" not in str(entry["message"].get("altText")) for entry in caller.screen)
    caller.taps(Text("Answer"))
    caller.reads(ADD)
    caller.says("At what time?")
    caller.reads(SURE)
    caller.taps(SEND)
    caller.reads(Text("We have added this to your case"))
    assert hers(caller, found.id) == ["At what time?"]
    caller.town.settle()
    with caller.database.reading() as session:
        sent = session.get_one(Message, note.message_id)
        assert (sent.state, sent.lane) == (MessageState.SENT, Lane.REPLY)


def test_the_button_under_an_answer_is_of_no_use_once_the_case_is_closed(caller: Caller) -> None:
    asks(caller)
    [found] = cases_of(caller)
    is_answered(caller, found.id)
    answered = caller.screen
    closes(caller, found.id)
    caller.town.service.messages_are_due()
    caller.phone.wait("how it ended")
    caller.screen = answered
    caller.taps(Text("Answer"))
    caller.reads(CLOSED)
    assert caller.kept() is None


@pytest.mark.parametrize("number", ["theirs", "", "0", "x", "9" * 30, "-1"])
def test_a_case_that_is_not_hers_does_not_exist_for_her(person: Person, new_person: NewPerson, number: str) -> None:
    asks(person)
    theirs = str(cases_of(person)[0].id)
    other = new_person()
    other.sends(f"case_answer:{theirs if number == 'theirs' else number}")
    other.reads(NOT_UNDERSTOOD)
    assert other.kept() is None


def test_she_may_add_much_but_not_without_end(person: Person) -> None:
    asks(person)
    [found] = cases_of(person)
    with person.database.writing() as session:
        for _note in range(MOST_ADDED):
            case_note.add(session, found.id, NoteKind.HERS, "x", found.opened_at)
    person.sends(f"case_answer:{found.id}")
    person.reads(Text("Please call 1955 now"))


def test_a_case_that_is_closed_while_she_writes_takes_nothing_more(person: Person) -> None:
    asks(person)
    [found] = cases_of(person)
    person.sends(f"case_answer:{found.id}")
    person.says("one thing more")
    closes(person, found.id)
    person.sends("answer:case:send:yes")
    person.reads(CLOSED)
    assert hers(person, found.id) == []


def test_what_she_unsends_is_erased_from_the_case(caller: Caller) -> None:
    caller.sends("question")
    caller.says(QUESTION)
    asked = caller.said_message_id()
    caller.taps(SEND)
    [found] = cases_of(caller)
    caller.sends(f"case_answer:{found.id}")
    caller.says("more of it")
    added = caller.said_message_id()
    caller.taps(SEND)
    assert hers(caller, found.id) == ["more of it"]
    caller.unsends(added)
    assert hers(caller, found.id) == [None]
    caller.unsends(asked)
    assert cases_of(caller)[0].answers == {}


def test_every_canned_answer_can_be_sent_and_says_the_number_where_it_names_one(caller: Caller) -> None:
    asks(caller)
    [found] = cases_of(caller)
    for name, canned in CANNED.items():
        caller.phone.new()
        with caller.database.writing() as session:
            cases.answer(session, session.get_one(Case, found.id), "lin", canned, name, None, caller.town.clock.now())
        caller.town.service.messages_are_due()
        caller.screen = caller.phone.wait(name)
        caller.reads(canned.title)
        caller.reads_nothing_of("{number}")
        assert f"case_answer:{found.id}" in [button.get("data") for button in buttons_of(list(caller.screen))]


def test_who_waits_longer_than_we_said_hears_so_once_and_by_day(caller: Caller) -> None:
    asks(caller)
    [found] = cases_of(caller)
    night = found.due_at.replace(hour=18)
    morning = night + timedelta(hours=8)
    for at, said in ((night, 0), (morning, 1), (morning + timedelta(days=1), 1)):
        with caller.database.writing() as session:
            cases.say_late(session, caller.town.service.rules.reminders, at)
            late = select(Message).where(Message.what == f"case {found.id} late")
            assert len(session.scalars(late).all()) == said


def test_she_hears_how_it_ended(caller: Caller) -> None:
    asks(caller)
    [found] = cases_of(caller)
    caller.phone.new()
    closes(caller, found.id)
    caller.town.service.messages_are_due()
    assert "Your question is closed: we have answered it here" in words_of(caller.phone.wait("how it ended"))
