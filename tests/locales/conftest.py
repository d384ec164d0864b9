"""Everything the product can say, gathered by driving its real handlers and composers."""

import itertools
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.database import Database
from handlers import dispatch, dispute_cards, menu
from handlers.context import Context, Rules
from handlers.conversation import answer_data
from handlers.event import Did, Event
from handlers.permit import WORKS
from handlers.self_checks.check import Check, talk_name
from handlers.self_checks.listed import CHECKS
from law.dates import days_after, days_before
from law.employment_permits import PermitType, windows_for
from law.missing_reports import ReasonCode
from locales import TAIPEI, Language
from models import audit, case_note, event_record, link_decision, look, notice, operator
from models import content as contents
from models.announcements.announcement import Announcement, Category, Follows
from models.announcements.text import texts_of
from models.binding import in_force
from models.canned_answer import CANNED, own_words
from models.case import ENDINGS, Case, CaseKind, Result, open_case
from models.case_note import NoteKind
from models.contact import Contact, meet
from models.content import Content
from models.conversation import Answer
from models.event_row import Told
from models.message import Lane, Message, MessageState, add_reply
from models.permit import Permit, PermitStatus
from models.permit_event import EventKind
from models.permit_import import upsert
from models.permit_row import KNOWN_WORK, PermitRow, read_row
from models.reminder_calendar import ARC, END, EXAM_6, EXAM_18, EXAM_30, Anchor, Track, schedule, stage_on
from models.review import Decision, Review
from models.secrets import Keyring
from models.worker import Worker
from scheduler import cases, reminders
from scheduler.announcements import content_of
from scheduler.composing import compose
from scheduler.told import follow_up
from tests.announced import announced
from tests.locales import checks_walked
from tests.records import record

TODAY = date(2026, 3, 11)
ENDS = date(2027, 7, 31)
LONG_EMPLOYER = "示範股份有限公司" * 12 + "示範工廠"
LONG_NAME = "MARIA CRISTINA DELOS SANTOS-VILLANUEVA Y"


@dataclass(frozen=True)
class Said:
    """One content, the lane it leaves in, the day on which it was true, and what led to it."""

    content: Content
    lane: Lane
    today: date
    because: str


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), TAIPEI)


@dataclass
class Chat:
    """One phone, driven without a network; everything it is told goes into `said`."""

    session: Session
    said: list[Said]
    now: datetime
    name: str
    events: Iterator[int] = field(default_factory=itertools.count)

    @property
    def contact(self) -> Contact:
        return meet(self.session, self.name, None, self.now)

    def does(self, did: Did, **what: Any) -> Content | None:
        self.now += timedelta(seconds=1)
        number = f"{self.name} {next(self.events)}"
        event = Event(number, did, self.now, message_id=number, **what)
        ctx = Context(self.session, self.contact, event, self.now, Rules())
        reply = dispatch.answer(ctx)
        self.session.flush()
        if reply is None:
            return None
        self.said.append(Said(reply.content, Lane.REPLY, ctx.today, f"{did} {what}"))
        return reply.content

    def writes(self, *texts: str) -> None:
        for text in texts:
            assert self.does(Did.TEXT, text=text) is not None

    def taps(self, *data: str) -> None:
        for one in data:
            assert self.does(Did.POSTBACK, data=one) is not None

    def binds_as(self, row: PermitRow) -> None:
        self.taps("bind", "answer:binding:consent:yes")
        self.writes(row.passport_no or "", row.arc_no or "", row.name, row.birth_date.isoformat())
        self.taps("answer:binding:phone:none", "answer:binding:summary:yes")
        assert in_force(self.session, self.contact.id) is not None


def a_row(number: int, kind: str, starts_on: date, ends_on: date, **more: str) -> PermitRow:
    row = read_row(
        {
            "worker_ref": f"W{number}",
            "passport_no": f"C12345{number:02}",
            "arc_no": "A800000014",
            "name": LONG_NAME,
            "birth_date": "1990-05-21",
            "nationality": "PH",
            "permit_no": f"{number:02}" + "勞動發管字第" * 10,
            "permit_type": kind,
            "work": "manufacturing",
            "employer_name": LONG_EMPLOYER,
            "county": "桃園市觀音區示範工業區一路二段三巷四弄五號之六七樓之八後棟右側",
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat(),
        }
        | more
    )
    assert isinstance(row, PermitRow), row
    return row


class Story:
    """Plays every situation; each on a savepoint of its own that is taken back afterwards."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.said: list[Said] = []
        self.people = (f"U{number:032x}" for number in itertools.count())

    def chat(self, day: date = TODAY) -> Chat:
        return Chat(self.session, self.said, noon(day), next(self.people))

    def knows(self, *rows: PermitRow) -> None:
        assert not upsert(self.session, rows, Rules().reminders, noon(TODAY)).refused

    def apart(self, play: Callable[[], None]) -> None:
        savepoint = self.session.begin_nested()
        play()
        self.session.flush()
        savepoint.rollback()
        self.session.expire_all()

    def play(self) -> list[Said]:
        for scene in (
            self.strangers,
            self.questions,
            self.going_back_and_away,
            self.too_many_tries,
            self.linking_and_unlinking,
            self.several_permits,
            self.no_permit_any_more,
            self.every_permit_on_every_turning_day,
            self.every_reminder,
            self.every_notice,
            self.disputes,
            self.a_person_is_asked,
            self.announcements,
            self.viewings,
            self.a_doubtful_link,
            self.self_checks,
        ):
            self.apart(scene)
        return self.said

    def strangers(self) -> None:
        chat = self.chat()
        chat.does(Did.FOLLOW)
        for language in Language:
            chat.taps(f"language:{language}")
        chat.does(Did.UNFOLLOW)
        chat.does(Did.FOLLOW)
        self.wishes(chat)

    def wishes(self, chat: Chat) -> None:
        chat.taps("permit", "messages", "language", "help", "menu", "unbind", "unbind:no", "unbind:undo", "nonsense")
        chat.writes("menu", "what is this?")
        chat.does(Did.STICKER)
        chat.does(Did.ATTACHMENT)
        chat.does(Did.LOCATION)
        assert chat.does(Did.OTHER) is None

    def questions(self) -> None:
        chat = self.chat()
        chat.taps("bind")
        chat.writes("what?", "no")
        chat.taps("bind")
        chat.writes("yes")
        chat.writes("C1", "C1234567890123", "PASSPORT", "C9999999")
        chat.writes("A1", "A80000001499", "80000000145", "A800000015")
        chat.writes("1234", LONG_NAME)
        chat.writes("soon", "3/4/1990", "2050-01-01", "2020-01-01", "1901-01-01", "x" * 100, "1990-05-21")
        chat.writes("+62 812 3456 7890", "12", "0" * 60, "0912345678")
        chat.writes("perhaps")
        for question in ("passport_no", "arc_no", "name", "birth_date", "phone"):
            chat.taps(f"talk:change:{question}")
            chat.writes(
                {
                    "passport_no": "C9999999",
                    "arc_no": "A800000014",
                    "name": LONG_NAME,
                    "birth_date": "1990-05-21",
                    "phone": "0912345678",
                }[question]
            )
        chat.writes("yes")

    def going_back_and_away(self) -> None:
        chat = self.chat()
        chat.taps("bind", "answer:binding:consent:yes")
        chat.writes("C9999999")
        chat.taps("answer:binding:arc_no:none", "talk:back", "answer:binding:arc_no:none")
        self.wishes(chat)
        chat.taps("talk:go_on", "language:th")
        chat.now += timedelta(days=2)
        chat.writes(LONG_NAME, LONG_NAME)
        chat.does(Did.POSTBACK, data="answer:binding:birth_date:", picked="1990-05-21")
        chat.taps("answer:binding:phone:none", "talk:cancel", "talk:go_on")

    def too_many_tries(self) -> None:
        chat = self.chat()
        for day in range(3):
            for _try in range(3 if day == 0 else 1):
                chat.taps("bind", "answer:binding:consent:yes")
                chat.writes("C9999999", "A800000014", LONG_NAME, "1990-05-21", "0912345678", "yes")
            chat.taps("bind")
            chat.now += timedelta(days=1, hours=1)
        chat.taps("bind")

    def linking_and_unlinking(self) -> None:
        row = a_row(1, "B", date(2024, 8, 1), ENDS)
        self.knows(row)
        chat = self.chat()
        chat.binds_as(row)
        chat.taps("bind")
        chat.does(Did.FOLLOW)
        self.wishes(chat)
        self.reminded(chat)
        chat.taps("unbind", "unbind:yes", "permit", "unbind:yes", "unbind:undo", "unbind:undo", "unbind:yes")
        chat.now += timedelta(hours=73)
        chat.taps("unbind:undo")

    def reminded(self, chat: Chat) -> None:
        """Reactions to what she was sent, and the list of it, as full as it gets."""
        sample = Content((self.reminder_card(chat),))
        for number in range(12):
            add_reply(self.session, chat.contact, sample, chat.now, event_id=f"sent {number}", kind="end_2m")
        sent = self.session.query(Message).filter_by(contact_id=chat.contact.id).all()
        for message in sent:
            message.lane, message.sent_at = Lane.REMINDER.value, chat.now
            message.end(MessageState.SENT)
        self.session.flush()
        chat.taps("messages", f"understood:{sent[0].id}", f"need_help:{sent[1].id}")

    def reminder_card(self, chat: Chat) -> contents.Bubble:
        binding = in_force(self.session, chat.contact.id)
        assert binding is not None
        assert binding.worker is not None
        permit = self.session.query(Permit).filter_by(worker_id=binding.worker.id).one()
        day = stage_days(END, permit.ends_on)[1]
        composed = reminders.compose(self.session, planned(self.session, chat, END, permit, day), day)
        assert composed is not None
        return composed.bubbles[0]

    def several_permits(self) -> None:
        rows = [a_row(n, "B", date(2024, 8, n), days_after(ENDS, n)) for n in range(2, 7)]
        rows = [replace(row, worker_ref="W2", passport_no=rows[0].passport_no) for row in rows]
        self.knows(*(replace(row, arc_expires_on=days_after(TODAY, 80)) for row in rows))
        chat = self.chat()
        chat.binds_as(rows[0])
        chat.taps("permit")
        chat.now = noon(days_after(TODAY, 90))
        chat.taps("permit")
        permit = self.session.query(Permit).filter_by(permit_no=rows[0].permit_no).one()
        for day in stage_days(END, permit.ends_on):
            self.reminder(chat, END, permit, day)

    def no_permit_any_more(self) -> None:
        row = a_row(1, "B", date(2024, 8, 1), ENDS)
        self.knows(row)
        chat = self.chat()
        chat.binds_as(row)
        self.session.query(Permit).delete()
        chat.taps("permit")

    def every_permit_on_every_turning_day(self) -> None:
        for kind in PermitType:
            row = a_row(1, kind.value, date(2024, 8, 1), ENDS)
            self.apart(lambda row=row: self.permit_cards(row))  # type: ignore[misc]

    def permit_cards(self, row: PermitRow) -> None:
        self.knows(row)
        chat = self.chat()
        chat.binds_as(row)
        for day in turning_days(row):
            chat.now = noon(day)
            chat.taps("permit")
        permit = self.session.query(Permit).one()
        works: Sequence[str] = (*sorted(KNOWN_WORK | WORKS.keys()), "", "a kind of work that the ministry has added")
        for work in works:
            permit.work = work
            chat.taps("permit")
        permit.county = permit.employer_name = ""
        chat.taps("permit")
        permit.status = PermitStatus.REVOKED.value
        chat.taps("permit")

    def every_reminder(self) -> None:
        for kind, started in itertools.product(PermitType, (date(2024, 8, 1), date(2024, 8, 31))):
            row = a_row(1, kind.value, started, ENDS, arc_expires_on=ENDS.isoformat())
            self.apart(lambda row=row: self.reminders_of(row))  # type: ignore[misc]

    def reminders_of(self, row: PermitRow) -> None:
        self.knows(row)
        chat = self.chat()
        chat.binds_as(row)
        permit = self.session.query(Permit).one()
        for track, anchor in (
            (END, row.ends_on),
            (ARC, row.ends_on),
            *((exam, row.starts_on) for exam in (EXAM_6, EXAM_18, EXAM_30) if row.permit_type == "B"),
        ):
            wanted = [kind for kind, _due in schedule(track, anchor)]
            days = {*stage_days(track, anchor), *(turning_days(row) if track is END else ())}
            found = {self.reminder(chat, track, permit, day) for day in sorted(days)}
            assert found - {None} == set(wanted)

    def every_notice(self) -> None:
        for kind in PermitType:
            row = a_row(1, kind.value, date(2024, 8, 1), ENDS)
            self.apart(lambda row=row: self.notices_of(row))  # type: ignore[misc]

    def notices_of(self, row: PermitRow) -> None:
        self.knows(row)
        chat = self.chat()
        chat.binds_as(row)
        told = Told("E", EventKind.PERMIT_REVOKED, row.permit_no, noon(days_before(TODAY, 40)), letter_no="L" * 64)
        served = [None, *(days_before(TODAY, days) for days in (0, 29, 39))]
        revoked = [replace(told, reason_code=reason.value, served_on=served[1]) for reason in ReasonCode]
        revoked += [replace(told, served_on=day) for day in served]
        revoked += [replace(told, served_on=None, occurred_at=noon(days_before(TODAY, 1)))]
        for one in revoked:
            self.apart(lambda one=one: self.notices(chat, one))  # type: ignore[misc]
        report = replace(told, event_id="M", kind=EventKind.REPORTED_MISSING)
        search = replace(told, event_id="S", kind=EventKind.SEARCH_REQUESTED, letter_no=None)
        for one in (report, search):
            gone = replace(one, event_id="W", kind=EventKind.MISSING_REPORT_WITHDRAWN, occurred_at=noon(TODAY))
            self.apart(lambda one=one, gone=gone: self.notices(chat, one, gone))  # type: ignore[misc]
            self.apart(lambda one=one, gone=gone: self.notices(chat, one, told, gone))  # type: ignore[misc]
        issued = replace(told, kind=EventKind.PERMIT_ISSUED)
        self.apart(lambda: self.notices(chat, issued, report, search))
        self.apart(lambda: self.waited_for(row, issued, report, search))

    def disputes(self) -> None:
        """A report is answered in every way, nobody answers in time, a person does, and the report is withdrawn."""
        row = a_row(1, "B", date(2024, 8, 1), ENDS)
        self.knows(row)
        chat = self.chat()
        chat.binds_as(row)
        report = Told("M", EventKind.REPORTED_MISSING, row.permit_no, noon(days_before(TODAY, 1)), letter_no="L" * 64)
        gone = replace(report, event_id="W", kind=EventKind.MISSING_REPORT_WITHDRAWN, occurred_at=noon(TODAY))
        self.notices(chat, report)
        told = self.session.query(notice.Notice).one()
        chat.taps(f"need_help:{told.message_id}")
        disputed = f"disputed:{told.message_id}:{told.event_id}"
        chat.taps(disputed, "talk:cancel")
        for where, proof in zip(dispute_cards.WHERE, itertools.cycle(("photo", "place", "none")), strict=False):
            self.disputed(chat, disputed, where, proof)
        self.apart(lambda: self.withdrawn_meanwhile(chat, disputed, gone))
        for case in self.session.query(Case).all():
            for result in ENDINGS[CaseKind(case.kind)]:
                self.apart(lambda case=case, result=result: self.case_ends(chat, case, result))  # type: ignore[misc]
        told.message.answer = told.message.answered_at = None
        told.message.sent_at, told.message.check_told_at = noon(TODAY), noon(days_after(TODAY, 1))
        self.session.flush()
        follow_up(self.session, Rules().reminders, noon(days_after(TODAY, 2)))
        self.urgent(chat, "silence")

    def announcements(self) -> None:
        """Every category, what corrects and takes back, one in two languages only, and each switch off and on."""
        chat = self.chat()
        chat.taps("announcements")
        sent = [announced(self.session, noon(days_before(TODAY, 9)), category=category) for category in Category]
        first, second = sent[0], sent[1]
        correction = announced(self.session, noon(TODAY), follows=Follows.CORRECTION, of=first)
        withdrawal = announced(
            self.session, noon(TODAY), follows=Follows.WITHDRAWAL, of=second, link_url="https://a.tw"
        )
        foreign = announced(self.session, noon(TODAY), "示範" * 70, languages=(Language.ZH_HANT, Language.ID))
        for number in range(5):
            announced(self.session, noon(days_before(TODAY, number)), "A typhoon comes " * 9)
        for one in (foreign, correction, withdrawal):
            self.arrives(one)
        for language in (Language.EN, Language.ID):
            chat.taps(f"language:{language}", "announcements", "announcements:choose")
            chat.taps(*(f"announcements:in:{category}:{skip}" for category in Category for skip in (0, 5)))
            chat.taps(*(f"announcements:read:{one.id}" for one in (*sent, correction, foreign)))
            chat.taps(f"announcements:read:{foreign.id}:zh-Hant", "announcements:read:0", "announcements:nothing")
            chat.taps(f"announcements:like:{foreign.id}", "announcements:like:0")
        for category in Category:
            chat.taps(f"announcements:off:{category}", "announcements:choose", f"announcements:on:{category}")

    def arrives(self, one: Announcement) -> None:
        """It is pushed to people of every language that it is said in."""
        texts = texts_of(one.versions[-1].texts)
        for language in texts.bodies:
            said = content_of(one.id, one.category, texts, language, one.follows)
            self.said.append(Said(said, Lane.ANNOUNCEMENT, TODAY, f"announcement {one.id} in {language}"))

    def viewings(self) -> None:
        """Who looked at her data: nobody yet; then as many as are shown, for every reason and at everything."""
        stranger = self.chat()
        stranger.taps("looks")
        row = a_row(1, "B", date(2024, 8, 1), ENDS)
        self.knows(row)
        chat = self.chat()
        chat.binds_as(row)
        chat.taps("help", "looks")
        binding = in_force(self.session, chat.contact.id)
        assert binding is not None
        assert binding.worker_id is not None
        case, _new = open_case(self.session, CaseKind.HELP, "hers", chat.now, contact_id=chat.contact.id)
        found = look.about(binding.worker_id)
        for day, reason in zip(range(10), itertools.cycle(look.Reason), strict=False):
            seen = look.details(look.Why(reason, case=case.id), *(look.Seen if day else (look.Seen.FOUND,)))
            audit.record(self.session, None, look.LOOKED, found, chat.now + timedelta(days=day), **seen)
        chat.taps("looks")

    def self_checks(self) -> None:
        """Each one begun, answered by nothing, from her record, and in every way that leads to another answer."""
        row = a_row(1, "B", date(2024, 8, 1), ENDS)
        self.knows(row)
        linked, stranger = self.chat(), self.chat()
        linked.binds_as(row)
        for check in CHECKS.values():
            linked.taps(menu.CHECKS, check.data, answer_data(talk_name(check.name), "record", "yes"), "talk:cancel")
            stranger.taps(check.data, "talk:cancel")
            self.found(stranger, check)
        stranger.taps("checks:renewal", "answer:check_renewal:type:B", "checks:years", "talk:cancel")
        self.found(self.chat(days_after(TODAY, 900)), next(iter(CHECKS.values())))  # nobody read that law lately

    def found(self, chat: Chat, check: Check) -> None:
        event = Event(f"check {check.name}", Did.OTHER, chat.now)
        ctx = Context(self.session, chat.contact, event, chat.now, Rules())
        for answers in checks_walked.telling(ctx, check):
            given = {name: Answer(value) for name, value in answers.items()}
            told = [*checks_walked.questions(ctx, check, answers), check.conversation.finish(ctx, given).content]
            self.said += [Said(content, Lane.REPLY, ctx.today, f"{check.name} {answers}") for content in told]
        for question in check.questions:
            for content in checks_walked.refusals(ctx, question):
                self.said.append(Said(content, Lane.REPLY, ctx.today, f"{check.name} refuses {question.name}"))

    def disputed(self, chat: Chat, button: str, where: str, proof: str) -> None:
        chat.taps(button)
        chat.writes("here")
        chat.taps(f"answer:dispute:where:{where}")
        chat.writes("soon", "2099-01-01")
        chat.does(Did.POSTBACK, data="answer:dispute:since:", picked=TODAY.isoformat())
        chat.writes("see below")
        if proof == "photo":
            chat.does(Did.ATTACHMENT, is_photo=True)
        elif proof == "place":
            chat.does(Did.LOCATION, place="25.033000,121.565400 " + "示範宿舍" * 60)
        else:
            chat.taps("talk:back", "answer:dispute:since:unknown", "answer:dispute:proof:no")
        chat.writes("12", "0912345678", "perhaps")
        chat.taps("talk:change:call", "answer:dispute:call:no", "answer:dispute:summary:yes")

    def withdrawn_meanwhile(self, chat: Chat, button: str, gone: Told) -> None:
        chat.taps(button, "answer:dispute:where:work", "answer:dispute:since:today", "answer:dispute:proof:no")
        chat.taps("answer:dispute:call:no")
        self.notices(chat, gone)
        chat.taps("answer:dispute:summary:yes", button)

    def a_person_is_asked(self) -> None:
        """A question is answered in every prepared way, she writes back, and it ends."""
        chat = self.chat()
        chat.taps("question")
        chat.writes("x" * 1_001, " ", "Why was my wage cut?", "perhaps")
        chat.taps("talk:cancel", "question")
        chat.writes("W" * 1_000)
        chat.taps("answer:question:send:yes")
        asked = self.session.query(Case).one()
        for name, said in {**CANNED, "own words": own_words("W" * 1_000)}.items():
            note = cases.answer(self.session, asked, "somebody", said, name, None, noon(TODAY))
            content = compose(self.session, self.session.get_one(Message, note.message_id), TODAY)
            assert content is not None
            self.said.append(Said(content, Lane.REPLY, TODAY, f"answer {name}"))
        back = f"case_answer:{asked.id}"
        chat.taps(back)
        chat.writes("x" * 1_001, " ", "One thing more", "perhaps")
        chat.taps("answer:case:send:yes")
        for result in ENDINGS[CaseKind.QUESTION]:
            self.apart(lambda result=result: self.case_ends(chat, asked, result))  # type: ignore[misc]
        for number in range(2):
            chat.taps("question")
            chat.writes(f"question {number}")
            chat.taps("answer:question:send:yes")
        chat.taps("question")
        for _note in range(20):
            case_note.add(self.session, asked.id, NoteKind.HERS, "x", noon(TODAY))
        chat.taps(back)
        cases.close(self.session, asked, Result.NOT_REACHED, noon(TODAY))
        chat.taps(back)

    def a_doubtful_link(self) -> None:
        """Two people cut it, its account asks for it back and claims again, and they find that it is hers."""
        row = a_row(1, "B", date(2024, 8, 1), ENDS)
        self.knows(row)
        chat = self.chat()
        chat.binds_as(row)
        lin, wang = (
            operator.add(self.session, name, name, [operator.Role.CASEWORKER], noon(TODAY)) for name in ("l", "w")
        )
        link = in_force(self.session, chat.contact.id)
        assert link is not None
        for decision in (Decision.NOT_HERS, Decision.HERS):
            doubt = Review(
                contact_id=link.contact_id, worker_id=link.worker_id, reason="numbers", opened_at=noon(TODAY)
            )
            self.session.add(doubt)
            self.session.flush()
            assert not link_decision.decide(self.session, doubt, decision, lin, Rules().reminders, noon(TODAY))
            link_decision.confirm(self.session, doubt, wang, Rules().reminders, noon(TODAY))
            self.urgent(chat, f"the link is {decision}")
            chat.taps("unbind:undo")

    def case_ends(self, chat: Chat, case: Case, result: Result) -> None:
        cases.say_late(self.session, Rules().reminders, noon(days_after(TODAY, 3)))
        cases.take(self.session, case, "somebody", noon(TODAY))
        cases.close(self.session, case, result, noon(TODAY))
        self.urgent(chat, f"case {case.kind} {result}")

    def notices(self, chat: Chat, *told: Told) -> None:
        """Each of these events in turn, as she is told of it."""
        for one in told:
            recorded = record(self.session, one, Rules().reminders, noon(TODAY))
            assert recorded is event_record.RECORDED
            self.urgent(chat, one.kind.value)

    def waited_for(self, row: PermitRow, *told: Told) -> None:
        """All of these events at once, for an account that is linked only now."""
        for one in told:
            record(self.session, one, Rules().reminders, noon(TODAY))
        late = self.chat()
        late.binds_as(row)
        late.now += timedelta(minutes=1)
        self.urgent(late, notice.SEVERAL)

    def urgent(self, chat: Chat, because: str) -> None:
        waiting = self.session.query(Message).filter_by(
            contact_id=chat.contact.id, lane=Lane.URGENT.value, state=MessageState.PLANNED.value
        )
        for message in waiting.all():
            content = compose(self.session, message, TODAY)
            assert content is not None, because
            self.said.append(Said(content, Lane.URGENT, TODAY, because))
            message.end(MessageState.SENT)
        self.session.flush()

    def reminder(self, chat: Chat, track: Track, permit: Permit, day: date) -> str | None:
        """The reminder of this track that is true that day; its kind, or None when there is none."""
        anchor = anchor_of(track, permit)
        if stage_on(track, anchor, day) is None:
            return None
        message = planned(self.session, chat, track, permit, day)
        content = reminders.compose(self.session, message, day)
        assert content is not None, (message.kind, day)
        self.said.append(Said(content, Lane.REMINDER, day, f"{message.kind} of type {permit.permit_type} on {day}"))
        return message.kind


def anchor_of(track: Track, permit: Permit) -> date:
    match track.anchor:
        case Anchor.PERMIT_ENDS:
            return permit.ends_on
        case Anchor.PERMIT_STARTS:
            return permit.starts_on
        case Anchor.ARC_EXPIRES:
            assert isinstance(permit.worker, Worker)
            assert permit.worker.arc_expires_on is not None
            return permit.worker.arc_expires_on


def planned(session: Session, chat: Chat, track: Track, permit: Permit, day: date) -> Message:
    """The row of the reminder that is due then, as planning writes it."""
    anchor = anchor_of(track, permit)
    stage = stage_on(track, anchor, day)
    assert stage is not None
    message = Message(
        contact_id=chat.contact.id,
        what=f"{stage.kind} {day} {chat.name} {permit.id}",
        kind=stage.kind,
        lane=Lane.REMINDER.value,
        permit_id=None if track is ARC else permit.id,
        about_on=anchor,
        not_before=noon(day),
        state=MessageState.PLANNED.value,
        created_at=noon(day),
    )
    session.add(message)
    session.flush()
    return message


def stage_days(track: Track, anchor: date) -> list[date]:
    """Each stage's day, the day after it, and the last day before the track is over."""
    dues = [due for _kind, due in schedule(track, anchor)]
    return [*dues, *(days_after(due, 1) for due in dues), days_before(track.over(anchor), 1)]


def turning_days(row: PermitRow) -> list[date]:
    """The days on which what is true of a permit changes, each with its neighbours."""
    turns = {row.starts_on, row.ends_on}
    for window in windows_for(PermitType(row.permit_type), row.starts_on, row.ends_on):
        turns |= {day for day in (window.opens, window.last_safe_day, window.closes) if day is not None}
    return sorted({day for turn in turns for day in (days_before(turn, 1), turn, days_after(turn, 1))})


@pytest.fixture(scope="session")
def said(sqlite_template: Path, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory) -> list[Said]:
    """Everything the product can say; the database it was said from is gone again."""
    file = tmp_path_factory.mktemp("said") / "bot.sqlite"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}", keyring)
    try:
        with database.writing() as session:
            return Story(session).play()
    finally:
        database.close()
