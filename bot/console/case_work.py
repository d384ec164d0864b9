"""What caseworkers do with a case besides answering: take it, hand it over, note, log a call, close it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from fastapi.responses import Response

from bot.console.gate import Console
from bot.console.visit import Desk, Refused, local_moment
from bot.console.words import Words
from models import case_note, case_viewing
from models import operator as operators
from models.case import ENDINGS, Case, CaseKind, Result
from models.case_note import CallOutcome, NoteKind
from models.operator import Role
from scheduler import cases

LOOK = timedelta(minutes=30)
"""So long a reason counts; then it is asked for again."""
LONGEST_NOTE = 4_000
LONGEST_AGO = timedelta(days=60)
CLOCKS_DIFFER = timedelta(minutes=10)

_NOT_YOURS = Words("這不是您承辦的案件", "This is not your case")
_NOT_YOURS_WHY = Words("請先受理案件，再進行這項動作。", "Take the case first, then do that.")
_NOT_SEEN = Words("請先說明調閱原因", "Say first why you need to see it")
_NOT_SEEN_WHY = Words("請回到案件頁面選擇調閱原因。", "Go back to the case's page and choose a reason.")
_NEWS = Words("案件有新內容，沒有執行任何動作", "Something new is in the case; nothing was done")
_NEWS_WHY = Words(
    "您開啟頁面之後，移工或其他承辦人新增了內容。請回到案件頁面，看過後再操作一次。",
    "She or another caseworker has added something since you opened the page. Go back, read it and do it again.",
)
_CLOSED = Words("案件已結案", "The case is closed")
_CLOSED_WHY = Words("沒有執行任何動作。", "Nothing was done.")
_SAY_MORE = Words("內容不完整", "Something is missing")


def add_work(console: Console, messages_are_due: Callable[[], None]) -> None:
    """The actions on a case's page."""

    def act(path: str, key: str, work: Callable[[Desk], Case]) -> None:
        @console.act(f"/cases/{{id}}/{path}", Role.CASEWORKER)
        def acted(desk: Desk) -> Response:
            return desk.go(f"/cases/{work(desk).id}", done=key, then=messages_are_due)

    act("take", "case_taken", _take)
    act("hand-over", "case_handed_over", _hand_over)
    act("note", "case_noted", _note)
    act("call", "call_logged", _call)
    act("close", "case_closed", _close)


def _take(desk: Desk) -> Case:
    case = wanted(desk, lock=True)
    before = case.owner
    if desk.text("owner") != (before or ""):  # two who take it at once do not take it from each other
        raise Refused(409, _NEWS, _NEWS_WHY)
    if not cases.take(desk.session, case, desk.operator.login, desk.now):
        raise Refused(409, _CLOSED if case.closed_at else Words("您已受理", "It is yours already"), _CLOSED_WHY)
    if before is not None:  # the history says whose it was, as when it is handed over
        moved = f"{before} → {desk.operator.login}"
        case_note.add(desk.session, case.id, NoteKind.HANDED_OVER, moved, desk.now, by=desk.operator.login)
    desk.log("case_taken", f"case {case.id}", before=before)
    return case


def _hand_over(desk: Desk) -> Case:
    case = mine(desk)
    to = operators.with_login(desk.session, desk.text("to"))
    if to is None or Role.CASEWORKER not in to.may or to.id == desk.operator.id:
        raise Refused(422, _SAY_MORE, Words("請選擇另一位個案承辦人。", "Choose another caseworker."))
    why = written(desk)
    case_note.add(desk.session, case.id, NoteKind.HANDED_OVER, f"→ {to.login}\n{why}", desk.now, by=desk.operator.login)
    cases.take(desk.session, case, to.login, desk.now)
    desk.log("case_handed_over", f"case {case.id}", to=to.id)
    return case


def _note(desk: Desk) -> Case:
    case = wanted(desk, lock=True)
    must_be_in_sight(desk, case)
    case_note.add(desk.session, case.id, NoteKind.NOTE, written(desk), desk.now, by=desk.operator.login)
    desk.log("case_noted", f"case {case.id}")
    return case


def _call(desk: Desk) -> Case:
    case = wanted(desk, lock=True)
    must_be_in_sight(desk, case)
    said = desk.text("outcome")
    if said not in list(CallOutcome):
        raise Refused(422, _SAY_MORE, Words("請選擇通話結果。", "Choose what came of the call."))
    case_note.add(
        desk.session,
        case.id,
        NoteKind.CALL,
        desk.text("words")[:LONGEST_NOTE],
        desk.now,
        by=desk.operator.login,
        outcome=CallOutcome(said),
        called_at=_called_at(desk),
    )
    desk.log("call_logged", f"case {case.id}", outcome=said)
    return case


def _close(desk: Desk) -> Case:
    case = mine(desk)
    must_have_read(desk, case)
    result = _ending(desk, case)
    cases.close(desk.session, case, result, desk.now)
    why = desk.text("words")[:LONGEST_NOTE]
    case_note.add(desk.session, case.id, NoteKind.CLOSED, why, desk.now, by=desk.operator.login)
    desk.log("case_closed", f"case {case.id}", result=result.value)
    return case


def wanted(desk: Desk, *, lock: bool = False) -> Case:
    """The case in the path; locked for whoever changes it, so that two do not do so at once."""
    fresh = {"with_for_update": {"of": Case}, "populate_existing": True} if lock else {}
    return desk.row(Case, **fresh)


def mine(desk: Desk) -> Case:
    """The open case in the path, locked, if it is the operator's own."""
    case = wanted(desk, lock=True)
    if case.closed_at is not None:
        raise Refused(409, _CLOSED, _CLOSED_WHY)
    if case.owner != desk.operator.login:
        raise Refused(403, _NOT_YOURS, _NOT_YOURS_WHY)
    return case


def looked_lately(desk: Desk, case: Case) -> bool:
    """Whether this operator's last look is so fresh that it need not be kept again."""
    looks = case_viewing.viewings(desk.session, case)
    return any(one.by == desk.operator.login and one.at > desk.now - LOOK for one in looks)


def in_sight(desk: Desk, case: Case) -> bool:
    """Whether the operator may see what is in it: it is theirs, or they have said why."""
    return case.owner == desk.operator.login or looked_lately(desk, case)


def must_be_in_sight(desk: Desk, case: Case) -> None:
    if not in_sight(desk, case):
        raise Refused(403, _NOT_SEEN, _NOT_SEEN_WHY)


def must_have_read(desk: Desk, case: Case) -> None:
    """Refuse what was decided on a page that has grown old."""
    if desk.text("seen") != str(case_note.latest(desk.session, case.id)):
        raise Refused(409, _NEWS, _NEWS_WHY)


def written(desk: Desk) -> str:
    said = desk.text("words")
    if not said or len(said) > LONGEST_NOTE:
        raise Refused(
            422, _SAY_MORE, Words("請填寫說明，4,000 字以內。", "Write what is to be noted, up to 4,000 characters.")
        )
    return said


def _called_at(desk: Desk) -> datetime:
    """When the call was, in Taiwan; now when nothing is said."""
    said = desk.text("called_at")
    if not said:
        return desk.now
    wrong = Refused(422, _SAY_MORE, Words("通話時間不正確。", "That is no time at which the call can have been."))
    at = local_moment(said)
    if at is None or not desk.now - LONGEST_AGO <= at <= desk.now + CLOCKS_DIFFER:
        raise wrong
    return at


def _ending(desk: Desk, case: Case) -> Result:
    said = desk.text("result")
    if said not in ENDINGS[CaseKind(case.kind)]:
        raise Refused(422, _SAY_MORE, Words("請選擇結案原因。", "Choose how it ended."))
    result = Result(said)
    if result is Result.ANSWERED and not case_note.count(desk.session, case.id, NoteKind.ANSWER):
        why = Words(
            "尚未答覆移工，不能以「已答覆」結案。", "Nobody has answered her yet, so it cannot end as answered."
        )
        raise Refused(422, _SAY_MORE, why)
    return result
