"""What a worker hears of her case: that somebody looks at it, what they answer, that it takes longer, how it ended."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from locales import Text, _
from models import canned_answer, case_note
from models import case as casework
from models.canned_answer import Answer
from models.case import Case, CaseKind, Result
from models.case_note import CaseNote, NoteKind
from models.content import Card, Content, Tone
from models.message import OWED, Message, add_reply, add_urgent
from models.reaction import CALL_1955
from models.reminder import ReminderRules

KIND = "case"
"""The kind of all messages about a case."""
PORTION = 200


def take(session: Session, case: Case, owner: str, now: datetime) -> bool:
    """Somebody looks after it from now on, and the first time she hears so; False when closed or theirs already."""
    first = case.owner is None
    if not casework.take(case, owner, now):
        return False
    if first:
        _tell(session, case, "taken", _TAKEN, now)
    return True


def close(session: Session, case: Case, result: Result, now: datetime) -> bool:
    """It is done, and she hears how it ended where that is news to her; False when it was done already.

    Raises ValueError when a case of this kind cannot end so.
    """
    if result not in casework.ENDINGS[CaseKind(case.kind)]:
        raise ValueError(f"a case of the kind {case.kind} cannot end as {result.value}")
    if not casework.close(case, result, now):
        return False
    if result in _CLOSED:
        _tell(session, case, "closed", _CLOSED[result], now)
    return True


def answer(
    session: Session, case: Case, by: str, said: Answer, words: str, original: str | None, now: datetime
) -> CaseNote:
    """Send her what a caseworker says, and write it into the case as she reads it and in Chinese.

    Raises ValueError where nobody can be told.
    """
    contact = case.contact
    if contact is None or not can_be_answered(case):
        raise ValueError(f"case {case.id} is closed, or nobody can be reached in it")
    note = case_note.add(session, case.id, NoteKind.ANSWER, words, now, by=by, original=original)
    content, what = Content((canned_answer.card(case, said),)), f"case {case.id} answer {note.id}"
    if CaseKind(case.kind) in _AT_ONCE:
        add_urgent(session, contact, content, now, what=what, kind=KIND)
    else:
        add_reply(session, contact, content, now, event_id=what, kind=OWED)
        what = f"reply {what}"
    note.message_id = session.scalars(
        select(Message.id).where(Message.contact_id == contact.id, Message.what == what)
    ).one()
    session.flush()
    return note


def can_be_answered(case: Case) -> bool:
    return case.closed_at is None and case.contact is not None and case.contact.reachable


_AT_ONCE = (CaseKind.DISPUTE, CaseKind.HELP)
"""Answers that may use what is kept of the month's messages for urgent ones."""


def say_late(session: Session, rules: ReminderRules, now: datetime) -> bool:
    """Tell those whose clock has run out that they are not forgotten, and whether there may be more.

    Once a case. A call for help that nobody has taken is answered at any hour: she must not wait for us.
    """
    found = casework.run_late(session, now, PORTION, by_day=rules.hours.allow(now))
    for case in found:
        case.late_said_at = now
        _tell(session, case, "late", _LATE, now)
    session.flush()
    return len(found) == PORTION


def _tell(session: Session, case: Case, step: str, card: Card, now: datetime) -> None:
    """Somebody we could not tell has told us nothing, so there is nothing to say back."""
    contact = case.contact
    if case.kind == CaseKind.NOT_TOLD or contact is None or not contact.reachable:
        return
    add_urgent(session, contact, Content((card,)), now, what=f"case {case.id} {step}", kind=KIND)


def _card(title: Text, *lead: Text, tone: Tone = Tone.NOTICE) -> Card:
    """Shown on the lock screen as nothing but that there is a message."""
    return Card(title=title, lead=lead, notes=(_NOBODY_ELSE,), buttons=(CALL_1955,), tone=tone)


_NOBODY_ELSE = _("Your employer and broker do not get this message.")
_FREE = _("You can call 1955 at any time. It is free, day and night.")

_TAKEN = _card(_("Somebody is now looking at what you told us"), _("We write to you here when there is news."), _FREE)
_LATE = _card(
    _("Call 1955 if you cannot wait: it takes longer than we said"),
    _("We have not forgotten what you told us."),
    _("1955 is free, day and night, and somebody speaks your language. In danger, call 110."),
)
_CLOSED: Mapping[Result, Card] = {
    Result.WITHDRAWN: _card(
        _("The report about you no longer stands"),
        _("Keep this message and your receipt. If anybody still treats you as missing, show them and call 1955."),
    ),
    Result.STANDS: _card(
        _("Call 1955 and ask what you can do: the report still stands"),
        _("Somebody has looked at what you told us. What you said stays on record, and your receipt stays valid."),
        _("If a letter takes your permit away, you can appeal within 30 days after it is delivered."),
        _("1955 tells you where and how. It is free, day and night."),
        tone=Tone.URGENT,
    ),
    Result.HELPED: _card(
        _("We have closed your case, because somebody helped you"),
        _("If that is not so, or you need help again, call 1955. In danger, call 110."),
    ),
    Result.ANSWERED: _card(
        _("Your question is closed: we have answered it here"),
        _("You can ask a new question here at any time, or call 1955."),
    ),
}
