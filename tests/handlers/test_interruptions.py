"""What happens to a conversation when messages come late, twice or not at all, and when time passes."""

import shutil
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from locales import Language, Text
from models.conversation import ConversationRow
from tests.handlers.conftest import NOON, NewCaller
from tests.handlers.person import (
    ARC,
    BIRTH_DATE,
    CONSENT,
    LINKED,
    MENU,
    NAME,
    PASSPORT,
    PHONE,
    SUMMARY,
    Caller,
    Worker,
    text_event,
)
from tests.town import Phone, Town

WELCOME_BACK = Text("Welcome back. This is where we stopped.")


def answered_until_the_name(caller: Caller, worker: Worker) -> None:
    caller.is_told(("link", CONSENT), ("yes", PASSPORT), (worker["passport_no"], ARC), (worker["arc_no"], NAME))


def test_other_questions_say_that_those_from_before_are_stopped(caller: Caller, worker: Worker) -> None:
    stopped = Text("We have stopped the questions from before. Ask for them again whenever you want.")
    answered_until_the_name(caller, worker)
    caller.sends("checks:renewal")
    caller.reads(stopped, Text("What kind of work is your permit for?"))
    caller.sends("checks:years")  # nothing of hers was lost
    caller.reads_nothing_of("We have stopped")
    caller.sends("checks:renewal")
    caller.sends("checks:renewal")
    caller.reads_nothing_of("We have stopped")


def test_a_button_under_an_older_question_answers_nothing_else(caller: Caller, worker: Worker) -> None:
    caller.is_told(("link", CONSENT), ("yes", PASSPORT))
    caller.sends("answer:binding:consent:yes")
    caller.reads(PASSPORT)
    caller.is_told((worker["passport_no"], ARC))
    for late in ("answer:binding:consent:no", "answer:binding:phone:none", "answer:binding:summary:yes"):
        caller.sends(late)
        caller.reads(ARC)
    caller.sends("answer:binding:birth_date:", date="1990-05-21")
    caller.reads(ARC)
    caller.is_told((worker["arc_no"], NAME))
    caller.sends("answer:binding:arc_no:none")
    caller.reads(NAME)


def test_two_answers_in_a_row_answer_two_questions(caller: Caller, worker: Worker) -> None:
    caller.is_told(("link", CONSENT), ("yes", PASSPORT))
    now = caller.town.clock.now()
    first = text_event(caller.phone.user_id, now, worker["passport_no"])
    second = text_event(caller.phone.user_id, now + timedelta(milliseconds=300), worker["arc_no"])
    caller.is_delivered(first, second)
    caller.reads(ARC, NAME)


def test_words_written_before_the_question_are_no_answer_to_it(caller: Caller, worker: Worker) -> None:
    start = caller.town.clock.now()
    caller.is_told(("link", CONSENT), ("yes", PASSPORT))
    # LINE delivers what she wrote earlier only now, the later of the two first; neither is an answer.
    for seconds in (2, 1):
        late = text_event(caller.phone.user_id, start - timedelta(seconds=seconds), "C7654321")
        caller.is_delivered(late | {"deliveryContext": {"isRedelivery": True}})
        caller.reads(PASSPORT)
    between = text_event(caller.phone.user_id, start - timedelta(seconds=1.5), "C7654321")
    caller.is_delivered(between)
    caller.reads(PASSPORT)
    caller.is_told((worker["passport_no"], ARC))


def test_the_same_event_delivered_again_answers_once(caller: Caller, worker: Worker) -> None:
    caller.is_told(("link", CONSENT), ("yes", PASSPORT))
    event = text_event(caller.phone.user_id, caller.town.clock.now(), worker["passport_no"])
    caller.is_delivered(event)
    caller.reads(ARC)
    before = len(caller.town.ledger())
    caller.town.post("webhook", {"events": [event | {"deliveryContext": {"isRedelivery": True}}]})
    caller.town.settle()
    assert len(caller.town.ledger()) == before
    caller.is_told((worker["arc_no"], NAME))


def test_an_event_from_the_future_does_not_stop_the_conversation(caller: Caller) -> None:
    caller.is_told(("link", CONSENT))
    caller.is_delivered(text_event(caller.phone.user_id, caller.town.clock.now() + timedelta(days=400), "yes"))
    caller.reads(PASSPORT)
    caller.is_told(("C1234567", ARC))


def test_an_answer_she_unsends_is_forgotten_and_asked_again(caller: Caller, worker: Worker) -> None:
    caller.is_told(("link", CONSENT), ("yes", PASSPORT), ("C0000001", ARC))
    passport_message = caller.said_message_id()
    caller.is_told((worker["arc_no"], NAME), (worker["name"], BIRTH_DATE))
    before = len(caller.town.ledger())
    caller.unsends(passport_message)
    assert len(caller.town.ledger()) == before, "an unsent message is not worth a push"
    row = caller.kept()
    assert row is not None
    assert "passport_no" not in row.answers
    # What she writes now was meant for the birth date: it must not become her passport number.
    caller.is_told(("1990-05-21", PASSPORT), (worker["passport_no"], BIRTH_DATE), (worker["birth_date"], PHONE))


def test_unsending_something_else_changes_nothing(caller: Caller, worker: Worker) -> None:
    caller.is_told(("link", CONSENT), ("yes", PASSPORT), ("rubbish", PASSPORT))
    rubbish = caller.said_message_id()
    caller.is_told((worker["passport_no"], ARC))
    caller.unsends(rubbish)
    caller.is_told((worker["arc_no"], NAME))


def test_other_wishes_in_the_middle_offer_the_way_back(caller: Caller, worker: Worker) -> None:
    answered_until_the_name(caller, worker)
    for wish in ("Help", "1955", "my permit", "Menu", "unlink me"):
        caller.says(wish)
        if "Continue" in str(caller.screen):
            caller.sends("talk:go_on")
            caller.reads(NAME)
        else:
            caller.is_told(("back", NAME))  # "unlink me" and "my permit" might be anybody's name
    caller.does("sticker")
    caller.taps(Text("Continue"))
    caller.reads(NAME)
    caller.sends("no such button")
    caller.taps(Text("Continue"))
    caller.reads(NAME)
    caller.phone.unfollow()
    caller.does("follow")
    caller.taps(Text("Continue"))
    caller.reads(NAME)


def test_a_conversation_survives_a_restart_and_a_pause_of_days_but_not_a_week(
    database_url: str, tmp_path: Path, many_workers: list[Worker]
) -> None:
    worker = many_workers[0]
    with Town(database_url, tmp_path, NOON) as town:
        town.know(worker)
        phone = town.phone()
        caller = Caller(phone, town.service.database, Language.EN, phone.follow(), town=town)
        caller.sends("language:en")
        answered_until_the_name(caller, worker)
        clock, port = town.clock, town.port
    later = clock.now() + timedelta(days=3)
    with Town(database_url, tmp_path, later, port=port) as town:
        again = Phone(town, phone.user_id, phone.seen)
        caller = Caller(again, town.service.database, Language.EN, town=town)
        caller.is_told(("thai?", WELCOME_BACK))
        caller.reads(NAME)
        caller.is_told((worker["name"], BIRTH_DATE), (worker["birth_date"], PHONE))
        town.pass_days(3)
        caller.sends("answer:binding:phone:none")  # a button says what it answers, also after days
        caller.reads(SUMMARY)
        town.pass_days(7)
        with town.service.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(ConversationRow)) == 0
        caller.sends("answer:binding:summary:yes")
        caller.reads(MENU)
        caller.links(worker)
        caller.reads(LINKED)


def test_after_a_pause_a_wish_is_a_wish(new_caller: NewCaller, worker: Worker) -> None:
    caller = new_caller()
    answered_until_the_name(caller, worker)
    caller.town.pass_days(2)
    caller.language = Language.TH
    caller.is_told(("thai", NAME))  # her name, had she written it at once
    caller.language = Language.EN
    caller.town.pass_days(2)
    caller.says("english")
    caller.reads(NAME)


def test_answers_can_never_be_read_in_the_database_file(
    sqlite_template: Path, tmp_path: Path, many_workers: list[Worker]
) -> None:
    worker = many_workers[0]
    shutil.copy(sqlite_template, tmp_path / "bot.sqlite")
    with Town(f"sqlite:///{tmp_path}/bot.sqlite", tmp_path, NOON) as town:
        phone = town.phone()
        caller = Caller(phone, town.service.database, Language.EN, phone.follow(), town=town)
        caller.answers(worker)
        private = [worker[cell] for cell in ("passport_no", "arc_no", "name", "birth_date", "phone")]
        assert not readable(tmp_path, private)
        caller.says("Cancel")
        assert not readable(tmp_path, private)
    assert not readable(tmp_path, private)


def readable(folder: Path, private: list[str]) -> list[str]:
    """Which of these stand somewhere in the database's files, in any likely spelling."""
    files = b"".join(file.read_bytes() for file in folder.glob("bot.sqlite*"))
    assert len(files) > 100_000
    spellings = {
        spelling: value
        for value in private
        for spelling in (
            value.encode(),
            value.lower().encode(),
            value.encode("utf-16-le"),
            value.encode().hex().encode(),
        )
    }
    return [value for spelling, value in spellings.items() if spelling in files]
