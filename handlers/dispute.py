"""“I am here, this is wrong”: a few taps under a missing report become a case and a receipt that she can show."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from handlers import assistance, permit
from handlers import dispute_cards as cards
from handlers.context import Context, Reply
from handlers.conversation import (
    Answers,
    Conversation,
    Question,
    Refused,
    Understood,
    begin,
)
from handlers.typed import means_no, means_yes
from locales import _, taipei_day
from models import case, evidence, notice, receipt
from models.binding import Binding, in_force
from models.case import Case, CaseKind
from models.conversation import Answer
from models.evidence import PHOTO
from models.identity import Unusable, day, mobile
from models.message import answer as note_answer
from models.permit import Permit
from models.permit_event import PermitEvent, states
from models.reaction import Reaction
from models.receipt import Receipt

SHOWN_OF_PERMIT = 4
MOST_RECEIPTS = 10
"""Of one case in 24 hours: they are kept for good, and each makes the chain longer that everybody checks."""


def start(ctx: Context, about: str) -> Reply | None:
    """Open the case at once, and ask the rest; None when `about` (message:event) is no report that she was told of.

    What she says counts from this tap on, also when she is kept from going on.
    """
    report = _report_told(ctx, about)
    if report is None:
        return None
    _lock(ctx, report)
    if _link_to(ctx, report) is None:
        return _cannot(ctx)
    message_id = int(about.split(":")[0])
    note_answer(ctx.session, ctx.contact.id, message_id, Reaction.DISPUTED.value, ctx.now)
    if _standing(ctx, report) is None:
        return Reply(cards.no_longer())
    _opened(ctx, report, message_id)
    return begin(ctx, DISPUTE, {"about": about})


def _report_told(ctx: Context, about: str) -> PermitEvent | None:
    told = notice.reports_told(ctx.session, ctx.contact.id)
    return next((one.event for one in told if f"{one.message_id}:{one.event_id}" == about), None)


def _lock(ctx: Context, report: PermitEvent) -> None:
    """As whoever records an event does: a withdrawal comes either before our look at it, or after the case is open."""
    ctx.session.scalar(select(Permit.id).where(Permit.id == report.permit_id).with_for_update())


def _link_to(ctx: Context, report: PermitEvent) -> Binding | None:
    """Her link to whom the report is about; None when there is none now, or to somebody else."""
    binding = in_force(ctx.session, ctx.contact.id)
    return binding if binding and binding.worker_id == report.permit.worker_id else None


def _cannot(ctx: Context) -> Reply:
    """That she is not linked says nothing of the report: it may stand."""
    linked = in_force(ctx.session, ctx.contact.id) is not None
    return assistance.not_understood(ctx) if linked else Reply(permit.not_linked())


def _standing(ctx: Context, report: PermitEvent) -> PermitEvent | None:
    """The report, or a newer one of its kind that took its place; None when nothing but a withdrawal did."""
    state = states(ctx.session, [report.permit_id])[report.permit_id]
    if state.matter_of(report.id) is not None:
        return report
    return next((matter.event for matter in state.standing if matter.event.kind == report.kind), None)


def _opened(ctx: Context, report: PermitEvent, message_id: int, answers: Answers | None = None) -> Case:
    # Each account speaks for itself: somebody else may have linked the same record.
    found, _new = case.open_case(
        ctx.session,
        CaseKind.DISPUTE,
        f"event {report.id} contact {ctx.contact.id}",
        ctx.now,
        worker_id=report.permit.worker_id,
        contact_id=ctx.contact.id,
        event_id=report.id,
        message_id=message_id,
        answers=answers,
    )
    return found


# --- the answers


def _understand_where(ctx: Context, said: str) -> Understood:
    if said not in cards.WHERE:
        raise Refused(_("Please tap the button that fits best."))
    return Understood(said)


def _understand_since(ctx: Context, said: str) -> Understood:
    if said in ("today", cards.UNKNOWN):
        # The day on which she tapped, not the one on which we come to it.
        today = taipei_day(min(ctx.event.at, ctx.now))
        return Understood(today.isoformat() if said == "today" else cards.UNKNOWN)
    try:
        since = day(said)
    except Unusable:
        raise Refused(
            _("This is not a date we can read. Tap “Choose the date”, or write it like this: 2026-05-21")
        ) from None
    if not ctx.today - cards.LONGEST_AGO <= since <= ctx.today:
        raise Refused(_("This day is in the future, or more than a year ago. Please check it."))
    return Understood(since.isoformat())


def _understand_proof(ctx: Context, said: str) -> Understood:
    if said == cards.NO or means_no(said):
        return Understood(cards.NO)
    raise Refused(_("Please send a photo or your place, or tap “Go on without”."))


def _receive_proof(ctx: Context) -> Understood | None:
    if ctx.event.is_photo:
        return Understood(PHOTO)
    # A place's name may hold anything, and a caseworker reads it on a terminal.
    place = "".join(one if one.isprintable() else " " for one in ctx.event.place)
    return Understood(f"{cards.PLACE} {place}") if place else None


def _understand_call(ctx: Context, said: str) -> Understood:
    if said == cards.NO or means_no(said):
        return Understood(cards.NO)
    try:
        return Understood(mobile(said))
    except Unusable:
        raise Refused(_("A mobile number in Taiwan begins with 09 and has 10 digits, like 0912345678.")) from None


def _understand_summary(ctx: Context, said: str) -> Understood:
    if said == cards.YES or means_yes(said):
        return Understood(cards.YES)
    raise Refused(_("Please tap “Yes, record it”, or change what is wrong."))


# --- the receipt


def _finish(ctx: Context, given: Mapping[str, Answer]) -> Reply:
    about = given["about"].value
    report = _report_told(ctx, about)
    link = None if report is None else _link_to(ctx, report)
    if report is None or link is None:
        return _cannot(ctx)
    _lock(ctx, report)
    standing = _standing(ctx, report)
    if standing is None:
        return Reply(cards.no_longer())
    answers = {question: given[question].value for question in ("where", "since", "proof", "call")}
    opened = _opened(ctx, report, int(about.split(":")[0]), answers)
    # What she unsends later must be found where it is kept.
    evidence.keep_sources(ctx.session, opened, {name: answer.message_id for name, answer in given.items()}, ctx.now)
    today = receipt.issued_since(ctx.session, opened.id, ctx.now - timedelta(days=1))
    issued = today[0] if len(today) >= MOST_RECEIPTS else _issued(ctx, standing, opened, link, answers)
    return Reply(cards.recorded(ctx, opened, issued), owed=True)


def _issued(ctx: Context, report: PermitEvent, opened: Case, link: Binding, answers: Answers) -> Receipt:
    facts = {
        "kind": report.kind,
        "reported_on": taipei_day(report.occurred_at).isoformat(),
        "permit": "••••" + report.permit.permit_no[-SHOWN_OF_PERMIT:],
        # Somebody with her papers could have linked the record: whoever reads the receipt must know how sure we are.
        "linked": link.trust,
    }
    if report.letter_no:
        facts["letter_no"] = report.letter_no
    return receipt.issue(ctx.session, "not_missing", facts, answers, ctx.now, case_id=opened.id)


DISPUTE = Conversation(
    name=cards.NAME,
    questions=(
        Question("where", cards.ask_where, _understand_where, cards.WHERE_TAPS),
        Question("since", cards.ask_since, _understand_since, cards.SINCE_TAPS),
        Question("proof", cards.ask_proof, _understand_proof, cards.PROOF_TAPS, _receive_proof),
        Question("call", cards.ask_call, _understand_call, cards.CALL_TAPS),
        Question("summary", cards.ask_summary, _understand_summary, {**cards.SEND_TAPS, **cards.CHANGE_TAPS}),
    ),
    finish=_finish,
    stopped=_("Stopped. We keep only what your first tap said. You can go on at any time with the same button."),
)
