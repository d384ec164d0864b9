"""One worker's page: what we hold of her, masked, her links and cases, and all that happened."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi.responses import Response

from bot import said
from bot.console import worker_words
from bot.console.case_facts import KINDS, RESULTS, TRUST
from bot.console.case_reviews import DOUBTS
from bot.console.visit import Desk
from bot.console.words import Words
from bot.console.worker_moments import entry
from locales import taipei_day
from models import look
from models.binding import UNDO_FOR, Binding, Trust, links_of
from models.case import Case, CaseKind, Result
from models.case_queue import cases_of
from models.identity import masked, masked_name, masked_phone
from models.look import Seen, Why
from models.permit import Permit, PermitStatus, permits_of
from models.permit_advice import window_rows
from models.review import Review, ReviewReason, reviews_of
from models.worker import NumberKind, Worker
from models.worker_timeline import timeline

_PERMIT_ENDED = (Words("已到期", "Ended"), "plain")
_PERMIT_RUNS = (Words("有效", "In force"), "good")
_PERMIT_REVOKED = (Words("已廢止", "Revoked"), "bad")


def show(desk: Desk, worker: Worker, why: Why) -> Response:
    """The page, and the look in the log. The words of messages are shown only when asked for."""
    number, with_words = desk.page_number, desk.asked("words") == "yes"
    seen = (Seen.RECORD, Seen.MESSAGES) if with_words else (Seen.RECORD,)
    desk.log(look.LOOKED, look.about(worker.id), **look.details(why, *seen), page=number)
    moments, more = timeline(desk.session, worker.id, number)
    return desk.page(
        "worker.html",
        worker=worker,
        name=masked_name(worker.name),
        phone=masked_phone(worker.phone) if worker.phone else "",
        numbers=[(one, _number_name(one.kind), masked(one.number)) for one in worker.numbers],
        permits=[_permit(desk, permit) for permit in permits_of(desk.session, worker.id)],
        links=_links(desk, worker.id),
        cases=_cases(desk, worker.id),
        reviews=_reviews(desk, worker.id),
        entries=[entry(desk, moment, with_words) for moment in moments],
        page=number,
        more=more,
        with_words=with_words,
        why=why,
        reason=worker_words.REASONS[why.reason],
        fields=_fields(desk, worker),
    )


def _number_name(kind: str) -> Words:
    return worker_words.FIELDS[Seen.PASSPORT if kind == NumberKind.PASSPORT else Seen.ARC]


def _fields(desk: Desk, worker: Worker) -> list[tuple[str, str]]:
    """What can be shown in full, each by its own choice."""
    simple = [Seen.NAME, Seen.BIRTH_DATE, *([Seen.PHONE] if worker.phone else [])]
    numbers = [(f"number:{one.id}", _number_name(one.kind), masked(one.number)) for one in worker.numbers]
    return [(one.value, desk.say(worker_words.FIELDS[one])) for one in simple] + [
        (value, f"{desk.say(name)} {end}") for value, name, end in numbers
    ]


@dataclass(frozen=True)
class PermitLine:
    permit: Permit
    state: Words
    tone: str
    windows: Sequence[tuple[str, str]]


def _permit(desk: Desk, permit: Permit) -> PermitLine:
    over = permit.ends_on < taipei_day(desk.now)
    state, tone = _PERMIT_ENDED if over else _PERMIT_RUNS
    if permit.status == PermitStatus.REVOKED:
        state, tone = _PERMIT_REVOKED
    rows = () if tone != "good" else window_rows(permit)
    windows = [(said.said(row.label, desk.language), said.said(row.value, desk.language)) for row in rows]
    return PermitLine(permit, state, tone, windows)


@dataclass(frozen=True)
class LinkLine:
    binding: Binding
    trust: Words
    state: Words
    tone: str


def _links(desk: Desk, worker_id: int) -> list[LinkLine]:
    """Accounts by our own number: whose they are at LINE is nobody's business here."""
    found = []
    for binding in links_of(desk.session, worker_id):
        state, tone = Words("可送達", "Reachable"), "good"
        if binding.unbound_at is not None:
            state, tone = Words("已解除，72 小時內可復原", "Unlinked; can be undone for 72 hours"), "wait"
            if desk.now >= binding.unbound_at + UNDO_FOR:
                state, tone = Words("已解除", "Unlinked"), "plain"
        elif not binding.contact.reachable:
            state, tone = Words("已封鎖，無法送達", "Blocked us: cannot be reached"), "bad"
        found.append(LinkLine(binding, TRUST[Trust(binding.trust)], state, tone))
    return found


def _cases(desk: Desk, worker_id: int) -> list[tuple[Case, Words, Words | None]]:
    """Without what she told us: that is in the case, where looking at it is a look of its own."""
    return [
        (case, KINDS[CaseKind(case.kind)], RESULTS[Result(case.result)] if case.result else None)
        for case in cases_of(desk.session, worker_id)
    ]


def _reviews(desk: Desk, worker_id: int) -> list[tuple[Review, Words]]:
    return [(one, DOUBTS[ReviewReason(one.reason)]) for one in reviews_of(desk.session, worker_id)]
