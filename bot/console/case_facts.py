"""What a case's page shows: who she is, masked, what happened, what was said, and what became of every message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot import case_words
from bot.console.words import Words
from models import binding, case_note, case_queue, case_viewing, evidence, notice, receipt, review
from models import case as cases
from models.binding import Trust
from models.case import Case, CaseKind, Result
from models.case_note import CallOutcome, CaseNote, NoteKind
from models.case_queue import Gone
from models.identity import masked_name
from models.message import Message, MessageState, messages_that_are
from models.permit_event import EventKind

KINDS: Mapping[CaseKind, Words] = {
    CaseKind.HELP: Words("求助", "Help"),
    CaseKind.DISPUTE: Words("否認失聯", "Disputed report"),
    CaseKind.NOT_TOLD: Words("未能告知", "Not told"),
    CaseKind.QUESTION: Words("提問", "Question"),
}
RESULTS: Mapping[Result, Words] = {
    Result.WITHDRAWN: Words("通報已撤銷", "The report was withdrawn"),
    Result.STANDS: Words("通報維持", "The report stands"),
    Result.HELPED: Words("已協助", "She was helped"),
    Result.REACHED: Words("已另行告知", "She was told by other means"),
    Result.NOT_REACHED: Words("聯絡不上", "She was not reached"),
    Result.ANSWERED: Words("已答覆", "Her question was answered"),
}
GONE: Mapping[Gone, Words] = {
    Gone.UNLINKED: Words("已解除連結", "Unlinked"),
    Gone.BLOCKED: Words("無法送達", "Cannot be reached"),
}
OUTCOMES: Mapping[CallOutcome, Words] = {
    CallOutcome.REACHED: Words("已接通本人", "Spoke to her"),
    CallOutcome.NO_ANSWER: Words("無人接聽", "Nobody answered"),
    CallOutcome.WRONG_NUMBER: Words("號碼錯誤或非本人", "Wrong number or person"),
    CallOutcome.REFUSED: Words("不便通話", "She could not speak"),
}
EVENTS: Mapping[EventKind, Words] = {
    EventKind.PERMIT_ISSUED: Words("核發聘僱許可", "Permit issued"),
    EventKind.PERMIT_REVOKED: Words("廢止聘僱許可", "Permit revoked"),
    EventKind.REPORTED_MISSING: Words("雇主通報失聯", "Reported missing"),
    EventKind.SEARCH_REQUESTED: Words("請求協尋", "Search requested"),
    EventKind.MISSING_REPORT_WITHDRAWN: Words("撤銷失聯通報", "Missing report withdrawn"),
}
TRUST: Mapping[Trust, Words] = {
    Trust.CLAIMED: Words("自行申報", "Claimed"),
    Trust.VERIFIED: Words("已查證", "Verified"),
}
NOTES: Mapping[NoteKind, Words] = {
    NoteKind.NOTE: Words("內部紀錄", "Note"),
    NoteKind.CALL: Words("電話紀錄", "Call"),
    NoteKind.ANSWER: Words("答覆移工", "Answer to her"),
    NoteKind.HERS: Words("移工來訊", "She wrote"),
    NoteKind.HANDED_OVER: Words("移交", "Handed over"),
    NoteKind.CLOSED: Words("結案", "Closed"),
}
FATES: Mapping[MessageState, tuple[Words, str]] = {
    MessageState.PLANNED: (Words("待發送", "Waiting to leave"), "wait"),
    MessageState.LEASED: (Words("發送中", "On its way"), "wait"),
    MessageState.SENT: (Words("LINE 已收件", "Accepted by LINE"), "good"),
    MessageState.SUPERSEDED: (Words("未發送", "Not sent"), "bad"),
    MessageState.UNDELIVERABLE: (Words("無法送達", "Could not be delivered"), "bad"),
    MessageState.UNKNOWN: (Words("結果不明", "Nobody knows"), "bad"),
}
SAID: Mapping[str, Words] = {
    "taken": Words("告知已有人受理", "She was told that somebody looks at it"),
    "late": Words("告知將延後處理", "She was told that it takes longer"),
    "closed": Words("告知結案結果", "She was told how it ended"),
}
"""What we tell her at each step, by the end of what the message is."""
MOST_EARLIER = 20


@dataclass(frozen=True)
class Step:
    """One line of what happened in the case."""

    at: datetime
    what: Words
    note: CaseNote | None = None
    fate: tuple[Words, str] | None = None
    outcome: Words | None = None


def facts(session: Session, case: Case) -> dict[str, Any]:
    """Everything on the page besides the forms."""
    return {
        "case": case,
        "kind": KINDS[CaseKind(case.kind)],
        "result": RESULTS[Result(case.result)] if case.result else None,
        "name": masked_name(case.worker.name) if case.worker else None,
        "link": binding.linked(session, case.contact_id) if case.contact_id else None,
        "gone": case_queue.gone(session, case),
        "gone_words": GONE,
        "trust": TRUST,
        "rivals": _rivals(session, case),
        "event": EVENTS[case.event.what] if case.event else None,
        "answers": [
            (case_words.asked(one), case_words.answered(one, said)) for one, said in (case.answers or {}).items()
        ],
        "photos": evidence.of_case(session, case.id),
        "receipts": [receipt.grouped(code) for code in receipt.codes_of(session, case.id)],
        "told": _told(session, case),
        "earlier": [(one, KINDS[CaseKind(one.kind)]) for one in case_queue.earlier_of(session, case, MOST_EARLIER)],
        "steps": _steps(session, case),
        "viewings": case_viewing.viewings(session, case),
        "seen": case_note.latest(session, case.id),
    }


def heads(session: Session, now: datetime) -> dict[str, Any]:
    """How many of each kind wait, and how many too long."""
    counted = cases.counts(session, now)
    late = {kind: counted.get((kind.value, True), 0) for kind in CaseKind}
    return {
        "kinds": KINDS,
        "open": {kind: counted.get((kind.value, False), 0) + late[kind] for kind in CaseKind},
        "late": late,
        "reviews": review.reviews_waiting(session),
    }


def _rivals(session: Session, case: Case) -> int:
    """How many other accounts are linked to the same worker: a broker's may be among them, or be this one."""
    if case.worker_id is None or case.contact_id is None:
        return 0
    return sum(one.contact_id != case.contact_id for one in binding.bindings_of(session, case.worker_id))


def step_of(note: CaseNote) -> Step:
    fate = FATES[MessageState(note.message.state)] if note.message else None
    outcome = OUTCOMES[CallOutcome(note.outcome)] if note.outcome else None
    return Step(note.at, NOTES[NoteKind(note.kind)], note, fate, outcome)


def _told(session: Session, case: Case) -> list[tuple[Message, tuple[Words, str]]]:
    """The messages that told her account of the event."""
    if case.event_id is None or case.contact_id is None:
        return []
    about = notice.messages_about(session, case.event_id, case.contact_id)
    return [(one, FATES[MessageState(one.state)]) for one in about]


def _steps(session: Session, case: Case) -> list[Step]:
    steps = [Step(case.opened_at, Words("開案", "Opened"))]
    steps += [step_of(note) for note in case_note.notes_of(session, case.id)]
    if case.contact_id is not None:
        names = {f"case {case.id} {step}": said for step, said in SAID.items()}
        steps += [
            Step(one.created_at, names[one.what], fate=FATES[MessageState(one.state)])
            for one in messages_that_are(session, case.contact_id, names)
        ]
    return sorted(steps, key=lambda step: step.at)
