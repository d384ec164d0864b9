"""“I am here, this is wrong”: from the button under a report to a case, evidence and a receipt."""

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.database import Database
from handlers.context import Context, Rules
from handlers.dispute import DISPUTE, MOST_RECEIPTS
from handlers.event import Did, Event
from locales import LANGUAGES, Language, Text, long_date, say
from models import receipt
from models.case import Case, CaseKind
from models.contact import Contact, contact_of
from models.event_row import Told
from models.evidence import Evidence
from models.message import Lane, Message, MessageState
from models.permit import Permit
from models.permit_event import EventKind, PermitEvent
from models.reaction import Reaction
from models.receipt import Receipt
from models.receipt_chain import broken_links
from models.reminder import ReminderRules
from tests.handlers.conftest import NOON, NewCaller
from tests.handlers.person import MENU, Caller, Person, Worker, event
from tests.records import record
from tests.town import Town, buttons_of, words_of

WRONG = Text("I am here, this is wrong")
WHERE = Text("1 of 4: Where are you now?")
SINCE = Text("2 of 4: Since when are you there?")
PROOF = Text("3 of 4: Do you want to add a photo, or your place on the map?")
CALL = Text("4 of 4: May 1955 call you?")
SUMMARY = Text("Shall we record this?")
NOTED = Text("We have noted that you say this report is wrong, and when. Please answer four short questions.")
PHOTO = base64.b64encode(b"\xff\xd8\xff\xe0 a made-up photo").decode()

Report = Callable[..., str]


@pytest.fixture
def report(town: Town) -> Report:
    """Lets the ministry report this worker, and gives the event's id."""

    def tell(
        worker: Worker,
        kind: EventKind = EventKind.REPORTED_MISSING,
        *,
        hours_ago: int = 1,
        letter_no: str = "L-2026-1",
    ) -> str:
        event_id = f"{kind.value} {worker['permit_no']} {letter_no}"
        happened = town.clock.now() - timedelta(hours=hours_ago)
        told = Told(event_id, kind, worker["permit_no"], happened, letter_no=letter_no)
        with town.service.database.writing() as session:
            record(session, told, ReminderRules(), town.clock.now())
        return event_id

    return tell


@pytest.fixture
def reported(caller: Caller, worker: Worker, report: Report) -> Caller:
    """Somebody whose phone shows a missing report."""
    return told(caller, worker, report)


def told(caller: Caller, worker: Worker, report: Report) -> Caller:
    caller.links(worker)
    caller.phone.new()
    report(worker)
    caller.screen = caller.phone.wait("the report")
    return caller


def answers(caller: Caller) -> None:
    """All four questions, by the shortest way."""
    caller.taps(Text("At work"))
    caller.taps(Text("I do not know"))
    caller.taps(Text("Go on without"))
    caller.taps(Text("No calls"))


def cases(town: Town, caller: Caller, kind: CaseKind = CaseKind.DISPUTE) -> list[Case]:
    with town.service.database.reading() as session:
        contact = contact_of(session, caller.phone.user_id)
        assert contact is not None
        found = list(session.scalars(select(Case).where(Case.contact_id == contact.id, Case.kind == kind.value)))
        for case in found:
            assert case.contact
        session.expunge_all()
        return found


def receipts(town: Town, case: Case) -> list[Receipt]:
    with town.service.database.reading() as session:
        found = list(session.scalars(select(Receipt).where(Receipt.case_id == case.id).order_by(Receipt.id)))
        session.expunge_all()
        return found


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_a_few_taps_become_a_receipt_in_her_language(
    town: Town, new_caller: NewCaller, worker: Worker, report: Report, language: Language
) -> None:
    caller = told(new_caller(language), worker, report)
    caller.taps(WRONG)
    caller.reads(NOTED, WHERE)
    caller.taps(Text("In hospital"))
    caller.reads(SINCE)
    caller.sends("answer:dispute:since:", date="2026-03-08")
    caller.reads(PROOF)
    caller.does("image", base64=PHOTO)
    caller.reads(CALL)
    caller.says("0912 345 678")
    caller.reads(SUMMARY, Text("In hospital"), Text("A photo"))
    assert long_date(date(2026, 3, 8), language) in words_of(list(caller.screen))
    caller.taps(Text("Yes, record it"))

    [case] = cases(town, caller)
    assert case.answers == {"where": "hospital", "since": "2026-03-08", "proof": "photo", "call": "+886912345678"}
    [issued] = receipts(town, case)
    code = receipt.grouped(issued.code)
    caller.reads(Text("Recorded. Your receipt number is {code}", {"code": code}), Text("In hospital"))
    [page] = [button["uri"] for button in buttons_of(list(caller.screen)) if button.get("uri", "").startswith("http")]
    assert page.endswith(f"/pages/receipts/{issued.code}?lang={language.value}")
    assert "tel:1955" in [button.get("uri") for button in buttons_of(list(caller.screen))]


def test_what_the_receipt_says_can_be_checked_and_does_not_say_where_she_is(town: Town, reported: Caller) -> None:
    reported.taps(WRONG)
    answers(reported)
    reported.taps(Text("Yes, record it"))
    [case] = cases(town, reported)
    with town.service.database.reading() as session:
        [issued] = session.scalars(select(Receipt).where(Receipt.case_id == case.id))
        key = receipt.public_key(session)
        assert key is not None
        said = receipt.verify(receipt.copy_of(issued).to_json(), key)
        assert receipt.details_hold(issued)
    assert said["statement"] == "not_missing"
    assert said["kind"] == "reported_missing"
    assert said["letter_no"] == "L-2026-1"
    assert said["linked"] == "claimed"
    assert datetime.fromisoformat(said["at"]) - NOON < timedelta(minutes=5)
    assert "work" not in said.values()
    assert set(said) == {
        *("statement", "kind", "reported_on", "permit", "linked", "letter_no"),
        *("version", "code", "at", "details_sha256"),
    }


def test_the_first_tap_opens_the_case_also_when_she_cannot_go_on(town: Town, reported: Caller) -> None:
    reported.taps(WRONG)
    [case] = cases(town, reported)
    assert case.answers is None
    assert case.due_at - case.opened_at == timedelta(hours=24)
    with town.service.database.reading() as session:
        message = session.get_one(Message, case.message_id)
        assert message.answer == Reaction.DISPUTED.value
    reported.says(Text("Cancel"))
    reported.reads(DISPUTE.stopped)
    assert [one.closed_at for one in cases(town, reported)] == [None]
    reported.sends(disputing(reported))
    answers(reported)
    reported.taps(Text("Yes, record it"))
    [case] = cases(town, reported)
    assert case.answers is not None


def disputing(caller: Caller) -> str:
    """What the button under the report sends, wherever it is in her chat."""
    chat = caller.town.get(f"users/{caller.phone.user_id}/messages?after=0")
    found = [button["data"] for button in buttons_of(chat) if button.get("data", "").startswith("disputed:")]
    return str(found[-1])


def test_answering_twice_keeps_one_case_and_gives_a_second_receipt(town: Town, reported: Caller) -> None:
    reported.taps(WRONG)
    answers(reported)
    reported.taps(Text("Yes, record it"))
    reported.sends(disputing(reported))
    reported.taps(Text("In a shelter"))
    reported.taps(Text("Since today"))
    reported.taps(Text("Go on without"))
    reported.taps(Text("No calls"))
    reported.taps(Text("Yes, record it"))
    [case] = cases(town, reported)
    assert case.answers is not None
    assert (case.answers["where"], case.answers["since"]) == ("shelter", "2026-03-11")
    first, second = receipts(town, case)
    assert first.code != second.code
    with town.service.database.reading() as session:
        assert broken_links(session) == []


def test_her_place_on_the_map_is_taken_and_a_voice_message_is_not(town: Town, reported: Caller) -> None:
    reported.taps(WRONG)
    reported.taps(Text("At a new address"))
    reported.says("yesterday")
    reported.reads(
        Text("This is not a date we can read. Tap “Choose the date”, or write it like this: 2026-05-21"), SINCE
    )
    reported.says("2027-01-01")
    reported.reads(Text("This day is in the future, or more than a year ago. Please check it."), SINCE)
    reported.says("8 March 2026")
    reported.reads(PROOF)
    reported.does("audio", base64=PHOTO, duration=2000)
    reported.reads_nothing_of(say(CALL, Language.EN))
    reported.sends("talk:go_on")
    reported.does("location", title="Dormitory", address="Road 1", latitude=25.03, longitude=121.56)
    reported.reads(CALL)
    reported.says("12")
    reported.reads(Text("A mobile number in Taiwan begins with 09 and has 10 digits, like 0912345678."), CALL)
    reported.taps(Text("No calls"))
    reported.reads(SUMMARY, Text("Your place"))
    reported.taps(Text("Yes, record it"))
    [case] = cases(town, reported)
    assert case.answers is not None
    assert case.answers["proof"] == "place 25.030000,121.560000 Dormitory Road 1"


def test_a_photo_sent_at_another_moment_is_not_kept(town: Town, reported: Caller) -> None:
    reported.taps(WRONG)
    reported.does("image", base64=PHOTO)
    reported.reads(
        Text(
            "Thank you, but we cannot look at pictures, recordings or files here, and we have not kept it. "
            "Please write it."
        )
    )


def test_what_she_unsends_is_gone_from_the_case(town: Town, reported: Caller) -> None:
    reported.taps(WRONG)
    reported.taps(Text("At work"))
    reported.taps(Text("Since today"))
    reported.does("image", base64=PHOTO)
    photo = reported.said_message_id()
    reported.says("0912345678")
    number = reported.said_message_id()
    reported.taps(Text("Yes, record it"))
    [case] = cases(town, reported)
    with town.service.database.reading() as session:
        assert session.scalar(select(Evidence.line_message_id).where(Evidence.case_id == case.id)) == photo
    reported.unsends(photo)
    reported.unsends(number)
    [case] = cases(town, reported)
    assert case.answers == {"where": "work", "since": "2026-03-11"}
    with town.service.database.reading() as session:
        assert session.scalar(select(Evidence.id).where(Evidence.case_id == case.id)) is None


def test_only_the_account_that_was_told_may_dispute(
    town: Town, new_caller: NewCaller, reported: Caller, worker: Worker
) -> None:
    data = disputing(reported)
    stranger = new_caller()
    stranger.is_delivered(postback(town, stranger, data))
    stranger.reads(Text("Sorry, we did not understand that. Please tap one of these buttons."))
    assert cases(town, stranger) == []


@pytest.mark.parametrize("odd", ["", "1", "1:2:3", "x:y", "-1:-1", "9" * 40])
def test_a_button_that_we_never_made_is_not_understood(person: Person, odd: str) -> None:
    person.sends(f"disputed:{odd}")
    person.reads(Text("Sorry, we did not understand that. Please tap one of these buttons."))


def postback(town: Town, caller: Caller, data: str) -> dict[str, object]:
    return event(caller.phone.user_id, town.clock.now(), "postback", postback={"data": data})


def test_a_report_that_was_withdrawn_needs_no_dispute(
    town: Town, reported: Caller, worker: Worker, report: Report
) -> None:
    data = disputing(reported)
    report(worker, EventKind.MISSING_REPORT_WITHDRAWN, hours_ago=0)
    reported.screen = reported.phone.wait("the withdrawal")
    reported.sends(data)
    reported.reads(
        Text("This report no longer stands"),
        Text("It was withdrawn. If anybody still treats you as missing, call 1955."),
    )
    assert cases(town, reported) == []


def test_a_report_that_is_withdrawn_while_she_answers_gives_no_receipt(
    town: Town, reported: Caller, worker: Worker, report: Report
) -> None:
    reported.taps(WRONG)
    answers(reported)
    send = next(button["data"] for button in buttons_of(list(reported.screen)) if "summary" in button.get("data", ""))
    report(worker, EventKind.MISSING_REPORT_WITHDRAWN, hours_ago=0)
    reported.phone.wait("the withdrawal")
    reported.sends(send)
    reported.reads(Text("It was withdrawn. If anybody still treats you as missing, call 1955."))
    assert [receipts(town, case) for case in cases(town, reported)] == [[]]


def sends_it(caller: Caller) -> None:
    """All four questions and the summary."""
    answers(caller)
    caller.taps(Text("Yes, record it"))


def test_a_report_in_whose_place_a_newer_one_came_was_not_withdrawn(
    town: Town, reported: Caller, worker: Worker, report: Report
) -> None:
    data = disputing(reported)
    report(worker, hours_ago=0, letter_no="L-2026-2")
    reported.phone.wait("the second report")
    reported.sends(data)
    reported.reads(NOTED, WHERE)
    sends_it(reported)
    [case] = cases(town, reported)
    with town.service.database.reading() as session:
        [issued] = session.scalars(select(Receipt).where(Receipt.case_id == case.id))
        assert issued.says["letter_no"] == "L-2026-2"


def test_what_she_answers_while_a_newer_report_comes_is_recorded(
    town: Town, reported: Caller, worker: Worker, report: Report
) -> None:
    reported.taps(WRONG)
    answers(reported)
    send = next(button["data"] for button in buttons_of(list(reported.screen)) if "summary" in button.get("data", ""))
    report(worker, hours_ago=0, letter_no="L-2026-2")
    reported.phone.wait("the second report")
    reported.sends(send)
    [case] = cases(town, reported)
    assert case.answers is not None
    assert len(receipts(town, case)) == 1


@pytest.mark.parametrize("midway", [False, True], ids=["before the first tap", "before the last"])
def test_somebody_who_has_unlinked_is_not_told_that_the_report_is_over(
    town: Town, reported: Caller, midway: bool
) -> None:
    data = disputing(reported)
    if midway:
        reported.taps(WRONG)
        answers(reported)
        data = next(one["data"] for one in buttons_of(list(reported.screen)) if "summary" in one.get("data", ""))
    reported.sends("unbind:yes")
    reported.sends(data)
    # What she had answered went with the link.
    reported.reads(MENU if midway else Text("Your record is not linked yet"))
    reported.reads_nothing_of("no longer stands", "withdrawn")
    assert [receipts(town, case) for case in cases(town, reported)] == [[]] * midway


def test_nothing_is_promised_for_a_time_that_is_over(town: Town, reported: Caller) -> None:
    reported.taps(Text("I need help or am unsafe"))
    reported.reads(Text("In danger? Call 110 now"))
    reported.sends(disputing(reported))
    with town.service.database.writing() as session:
        contact = contact_of(session, reported.phone.user_id)
        assert contact is not None
        for case in session.scalars(select(Case).where(Case.contact_id == contact.id)):
            case.due_at = NOON - timedelta(hours=1)
    sends_it(reported)
    reported.reads_nothing_of("A person is to read")
    reported.says(Text("I need help or am unsafe"))
    reported.reads(Text("In danger? Call 110 now"))
    reported.reads_nothing_of("asked a person")


@pytest.mark.parametrize(
    ("tapped", "day"),
    [
        (datetime(2026, 3, 11, 15, 59, tzinfo=UTC), "2026-03-11"),
        (datetime(2026, 3, 11, 16, 0, tzinfo=UTC), "2026-03-12"),
    ],
)
def test_since_today_means_the_day_on_which_she_tapped(desk_database: Database, tapped: datetime, day: str) -> None:
    since = next(question for question in DISPUTE.questions if question.name == "since")
    with desk_database.reading() as session:
        contact = Contact(line_user_id="U" + 32 * "0", language="en", created_at=tapped)
        late = Context(session, contact, Event("e", Did.POSTBACK, tapped), tapped + timedelta(minutes=31), Rules())
        assert since.understand(late, "today").value == day


def test_ten_receipts_a_day_are_enough_for_one_case(town: Town, reported: Caller) -> None:
    reported.taps(WRONG)
    [case] = cases(town, reported)
    said = {"where": "hospital", "since": "unknown", "proof": "no", "call": "no"}
    with town.service.database.writing() as session:
        for _ in range(MOST_RECEIPTS):
            last = receipt.issue(session, "not_missing", {}, said, town.clock.now(), case_id=case.id).code
    sends_it(reported)
    reported.reads(
        Text("Recorded. Your receipt number is {code}", {"code": receipt.grouped(last)}), Text("In hospital")
    )
    assert len(receipts(town, case)) == MOST_RECEIPTS
    [case] = cases(town, reported)
    assert case.answers is not None
    assert case.answers["where"] == "work"


def test_what_she_unsends_of_an_earlier_time_is_gone_from_its_receipt_too(town: Town, reported: Caller) -> None:
    reported.taps(WRONG)
    reported.taps(Text("At work"))
    reported.taps(Text("I do not know"))
    reported.taps(Text("Go on without"))
    reported.says("0912345678")
    number = reported.said_message_id()
    reported.taps(Text("Yes, record it"))
    reported.sends(disputing(reported))
    sends_it(reported)
    reported.unsends(number)
    [case] = cases(town, reported)
    assert case.answers == {"where": "work", "since": "unknown", "proof": "no", "call": "no"}
    assert [one.details for one in receipts(town, case)] == [None, None]


def test_the_name_of_a_place_brings_no_control_characters(town: Town, reported: Caller) -> None:
    reported.taps(WRONG)
    reported.taps(Text("At work"))
    reported.taps(Text("I do not know"))
    reported.does("location", title="Dorm\x1b[2J\n\u202e1", address="Road 1", latitude=25.03, longitude=121.56)
    reported.taps(Text("No calls"))
    reported.taps(Text("Yes, record it"))
    [case] = cases(town, reported)
    assert case.answers is not None
    assert case.answers["proof"] == "place 25.030000,121.560000 Dorm [2J  1 Road 1"


def test_typing_that_she_is_unsafe_opens_the_case_also_after_a_reminder(town: Town, reported: Caller) -> None:
    with town.service.database.writing() as session:
        contact = contact_of(session, reported.phone.user_id)
        assert contact is not None
        later = town.clock.now() + timedelta(seconds=1)
        reminder = Message(contact_id=contact.id, what="reminder", kind="reminder", lane=Lane.REMINDER.value)
        reminder.not_before = reminder.created_at = reminder.sent_at = later
        reminder.state = MessageState.SENT.value
        session.add(reminder)
    reported.says(Text("I need help or am unsafe"))
    reported.reads(Text("In danger? Call 110 now"))
    assert len(cases(town, reported, CaseKind.HELP)) == 1


def test_typing_that_it_is_wrong_means_the_report_that_stands(
    town: Town, reported: Caller, worker: Worker, report: Report
) -> None:
    report(worker, EventKind.SEARCH_REQUESTED, hours_ago=3)
    reported.phone.wait("the other report, which is older")
    report(worker, EventKind.MISSING_REPORT_WITHDRAWN, hours_ago=2)
    reported.says(WRONG)
    reported.reads(NOTED, WHERE)
    [case] = cases(town, reported)
    with town.service.database.reading() as session:
        assert session.get_one(PermitEvent, case.event_id).kind == EventKind.REPORTED_MISSING


def test_a_call_for_help_belongs_to_whom_the_account_is_linked_to_now(
    town: Town, reported: Caller, unclaimed: Iterator[Worker], report: Report
) -> None:
    reported.taps(Text("I need help or am unsafe"))
    reported.sends("unbind:yes")
    other = next(unclaimed)
    told(reported, other, report)
    reported.taps(Text("I need help or am unsafe"))
    [case] = cases(town, reported, CaseKind.HELP)
    with town.service.database.reading() as session:
        permit = session.scalars(select(Permit).where(Permit.permit_no == other["permit_no"])).one()
        assert case.worker_id == permit.worker_id


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_the_words_of_the_button_can_be_typed(
    town: Town, new_caller: NewCaller, worker: Worker, report: Report, language: Language
) -> None:
    caller = told(new_caller(language), worker, report)
    caller.says(WRONG)
    caller.reads(NOTED, WHERE)


def test_asking_for_help_under_a_report_opens_an_urgent_case_and_shows_whom_to_call(
    town: Town, reported: Caller
) -> None:
    reported.taps(Text("I need help or am unsafe"))
    reported.reads(Text("In danger? Call 110 now"), Text("113, free, day and night"))
    calls = {button.get("uri") for button in buttons_of(list(reported.screen))}
    assert {"tel:110", "tel:1955", "tel:113"} <= calls
    [case] = cases(town, reported, CaseKind.HELP)
    assert case.due_at - case.opened_at == timedelta(hours=1)
    reported.says(Text("I need help or am unsafe"))
    assert len(cases(town, reported, CaseKind.HELP)) == 1


def test_the_day_is_the_one_in_taipei(town: Town, reported: Caller) -> None:
    reported.taps(WRONG)
    answers(reported)
    reported.taps(Text("Yes, record it"))
    assert "12:0" in words_of(list(reported.screen))
    assert datetime(2026, 3, 11, 4, 0, tzinfo=UTC) == NOON
