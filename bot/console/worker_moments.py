"""One line of a worker's timeline, in an operator's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot import said
from bot.console import looks, worker_words
from bot.console.case_facts import EVENTS, FATES, KINDS
from bot.console.case_reviews import DOUBTS
from bot.console.visit import Desk
from bot.console.words import Words
from locales import Language, taipei_day
from models.announcements.announcement import Announcement
from models.announcements.chunk import AnnouncementChunk, AnnouncementFailure
from models.announcements.moves import draft_of
from models.binding import Binding
from models.case import Case, CaseKind
from models.message import Lane, Message, MessageState
from models.permit_event import PermitEvent
from models.reaction import LABELS, Reaction
from models.review import Review, ReviewReason
from models.worker_timeline import Moment
from scheduler.composing import compose

_LANES = {
    Lane.URGENT: Words("緊急", "Urgent"),
    Lane.REPLY: Words("回覆", "Reply"),
    Lane.REMINDER: Words("提醒", "Reminder"),
    Lane.ANNOUNCEMENT: Words("公告", "Announcement"),
}


@dataclass(frozen=True)
class Entry:
    """What happened, its details, and for a message its fate, what that means and what it said."""

    at: datetime
    what: Words
    details: Sequence[str]
    badge: tuple[Words, str] | None = None
    means: Words | None = None
    words: Sequence[str] | None = None
    case: int | None = None


def entry(desk: Desk, moment: Moment, with_words: bool) -> Entry:
    """The line; what messages say only where it was asked for."""
    what, row = worker_words.MOMENTS[moment.kind], moment.row
    match row:
        case Message():
            return _message(desk, moment.at, row, with_words)
        case AnnouncementChunk() | AnnouncementFailure():
            return _announcement(desk, moment, row)
        case PermitEvent():
            return _event(desk, moment.at, what, row)
        case Binding():
            return Entry(moment.at, what, [_account(desk, row.contact_id)])
        case Review():
            reason = DOUBTS[ReviewReason(row.reason)]
            return Entry(moment.at, what, [desk.say(reason), _account(desk, row.contact_id)])
        case Case():
            return Entry(moment.at, what, [desk.say(KINDS[CaseKind(row.kind)])], case=row.id)


def _event(desk: Desk, at: datetime, what: Words, event: PermitEvent) -> Entry:
    details = [
        _fact(desk, Words("發生時間", "Happened"), event.occurred_at),
        _fact(desk, Words("許可文號", "Permit"), event.permit.permit_no),
        _fact(desk, Words("公文文號", "Letter"), event.letter_no),
        _fact(desk, Words("送達日", "Served"), event.served_on),
        _fact(desk, Words("許可迄日", "Permit until"), event.ends_on),
        desk.say(Words("由完整檔比對得知", "Concluded from a full file")) if event.derived else "",
    ]
    return Entry(at, what, list(filter(None, details)), (EVENTS[event.what], "plain"))


def _message(desk: Desk, at: datetime, message: Message, with_words: bool) -> Entry:
    state = MessageState(message.state)
    details = [
        desk.say(_LANES[Lane(message.lane)]),
        _account(desk, message.contact_id),
        _fact(desk, Words("排定", "Planned for"), message.not_before),
        _fact(desk, Words("送出", "Sent"), message.sent_at),
        _fact(desk, Words("代碼", "Code"), message.error if state is not MessageState.SENT else None),
    ]
    if message.answer:
        answer = said.said(LABELS[Reaction(message.answer)][0], desk.language)
        quoted = desk.say(Words(f"「{answer}」", f"“{answer}”"))
        answered = f"{quoted} {looks.moment(message.answered_at)}"
        details.append(_fact(desk, Words("本人回應", "She answered"), answered))
    words = _words(desk, message) if with_words else None
    kind, means = worker_words.message_kind(message.kind), worker_words.MEANINGS[state]
    return Entry(at, kind, list(filter(None, details)), FATES[state], means, words)


def _announcement(desk: Desk, moment: Moment, row: AnnouncementChunk | AnnouncementFailure) -> Entry:
    """Its title in Chinese, or in the only languages that it was written in."""
    bodies = draft_of(desk.session.get_one(Announcement, row.announcement_id)).texts.bodies
    title = bodies.get(Language.ZH_HANT, next(iter(bodies.values()))).title
    state = MessageState(row.state) if isinstance(row, AnnouncementChunk) else MessageState.UNDELIVERABLE
    what = worker_words.MOMENTS[moment.kind]
    return Entry(moment.at, what, [f"#{row.announcement_id} {title}"], FATES[state], worker_words.MEANINGS[state])


def _words(desk: Desk, message: Message) -> list[str]:
    """What it said; of what waits, what it would say now. Nothing where the words are no longer kept."""
    content = message.says
    if content is None and message.state == MessageState.PLANNED:
        content = compose(desk.session, message, taipei_day(desk.now))
    return [] if content is None else said.lines(content, desk.language)


def _account(desk: Desk, contact_id: int) -> str:
    return _fact(desk, Words("帳號", "Account"), str(contact_id))


def _fact(desk: Desk, name: Words, value: datetime | date | str | None) -> str:
    """The fact with its name; empty where there is none."""
    if not value:
        return ""
    if isinstance(value, datetime):
        return f"{desk.say(name)} {looks.moment(value)}"
    return f"{desk.say(name)} {value}"
