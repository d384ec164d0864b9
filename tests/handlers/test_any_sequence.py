"""Whatever somebody does in whatever order: always an answer, never a crash, never more than LINE takes."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from bot.clock import Clock
from bot.database import Database
from locales import LANGUAGES, Language
from models import conversation
from models.binding import Binding
from tests.handlers.conftest import NOON
from tests.handlers.person import Desk, Entries, Worker, event, text_event
from tests.town import buttons_of

WORDS = st.one_of(
    st.sampled_from(["link", "help", "menu", "unlink", "Yes, unlink", "Link again", "back", "cancel", "continue"]),
    st.sampled_from(["C1234567", "A800000014", "Thái", "1990-05-21", "0912345678", "yes", "no", "", " ", "\x00", "?"]),
    st.sampled_from([*LANGUAGES.values(), "thai", "bahasa", "x" * 5000, "{date}", "answer:binding:summary:yes"]),
    st.text(max_size=40),
)
STALE = st.sampled_from(
    (
        *("permit", "messages", "bind", "language", "help", "unbind", "menu", "unbind:yes", "unbind:undo", "unbind:no"),
        *("talk:back", "talk:cancel", "talk:go_on", "talk:change:name", "talk:change:nothing", "answer:other:x:y"),
        *("answer:binding:consent:yes", "answer:binding:summary:yes", "understood:1", "language:fil", "", "{0}"),
        *("announcements", "announcements:choose", "announcements:off:drugs", "announcements:on:drugs"),
        *("question", "answer:question:send:yes", "answer:case:send:yes", "case_answer:1", "case_answer:x"),
        *("checks", "checks:missing", "checks:skilled", "checks:payslip", "checks:nothing", "talk:start_again"),
        *("answer:check_missing:where:long", "answer:check_skilled:record:yes", "answer:check_payslip:about:slip"),
        *("announcements:in:drugs:5", "announcements:read:1:th", "announcements:like:1", "announcements:"),
    )
)


class AnySequence(RuleBasedStateMachine):
    """One person at the handlers' desk; `database` and `worker` are given by the test."""

    database: Database
    worker: Worker

    @initialize()
    def meet(self) -> None:
        self.clock = Clock()
        self.clock.move(NOON)
        self.desk = Desk(self.database, self.clock, Language.EN)
        self.screen: Entries = self.answered(self.desk.do("follow"))
        self.said: list[str] = []

    def answered(self, entries: Entries) -> Entries:
        assert 1 <= len(entries) <= 5
        self.screen = entries
        with self.database.reading() as session:
            linked = session.query(Binding).filter(Binding.erased_at.is_(None)).all()
            assert len({binding.contact_id for binding in linked}) == len(linked)
        return entries

    @rule(words=WORDS)
    def say(self, words: str) -> None:
        raw = text_event(self.desk.user_id, self.clock.now(), words)
        self.said.append(raw["message"]["id"])
        self.answered(self.desk.handle(raw))

    @rule(chosen=st.integers(0, 20))
    def tap_what_is_on_the_screen(self, chosen: int) -> None:
        buttons = [button for button in buttons_of(list(self.screen)) if "data" in button]
        if buttons:
            button = buttons[chosen % len(buttons)]
            picked = {"date": "1990-05-21"} if button["type"] == "datetimepicker" else {}
            self.answered(self.desk.tap(button["data"], **picked))

    @rule(data=STALE)
    def tap_an_old_button(self, data: str) -> None:
        self.answered(self.desk.tap(data))

    @rule(cell=st.sampled_from(["passport_no", "arc_no", "name", "birth_date", "phone"]))
    def answer_truly(self, cell: str) -> None:
        self.answered(self.desk.say(self.worker[cell]))

    @rule(kind=st.sampled_from(["sticker", "image", "audio", "location", "file", "new"]))
    def send_something_else(self, kind: str) -> None:
        self.answered(self.desk.do(kind))

    @rule(seconds=st.integers(1, 100_000), words=WORDS)
    def say_something_that_comes_late(self, seconds: int, words: str) -> None:
        late = self.clock.now() - timedelta(seconds=seconds)
        self.answered(self.desk.handle(text_event(self.desk.user_id, late, words)))

    @precondition(lambda self: self.said)
    @rule(which=st.integers(0, 50))
    def unsend(self, which: int) -> None:
        unsent = {"messageId": self.said[which % len(self.said)]}
        assert self.desk.handle(event(self.desk.user_id, self.clock.now(), "unsend", unsend=unsent)) == []

    @rule()
    def block_and_come_back(self) -> None:
        assert self.desk.do("unfollow") == []
        self.clock.move(self.clock.now() + timedelta(seconds=1))
        self.answered(self.desk.do("follow"))

    @rule(minutes=st.sampled_from([1, 60, 24 * 60 + 1, 73 * 60, 8 * 24 * 60]))
    def wait(self, minutes: int) -> None:
        self.clock.move(self.clock.now() + timedelta(minutes=minutes))
        with self.database.writing() as session:
            conversation.forget_old(session, self.clock.now())


@pytest.mark.timeout(180)
def test_no_sequence_of_events_is_met_with_silence_a_crash_or_too_many_messages(
    desk_database: Database, many_workers: list[Worker]
) -> None:
    AnySequence.database, AnySequence.worker = desk_database, many_workers[0]
    run_state_machine_as_test(
        AnySequence,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
