"""The workers' pages: finding one by a number, for a reason; every look is kept, and she can see it."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi.responses import Response

from bot.console import worker_page
from bot.console.gate import Console
from bot.console.visit import Desk, Refused, not_found, whole_number
from bot.console.words import Words
from bot.console.worker_words import FIELDS, NUMBERS, REASONS
from models import look, lookup
from models.case import Case
from models.identity import Unusable, masked_name
from models.look import Reason, Seen, Why
from models.lookup import By
from models.operator import Role
from models.worker import NumberKind, Worker

SHORTEST_WORDS, LONGEST_WORDS = 4, 500

_UNUSABLE = Words("這不是有效的號碼。請核對種類與號碼。", "This is no such number. Check its kind and every digit.")
_NO_KIND = Words("請選擇號碼種類。", "Choose what the number is of.")
_NO_REASON = Words("請選擇調閱理由。", "Choose why you look.")
_NO_WORDS = Words("請說明調閱理由（4 到 500 字）。", "Say why in 4 to 500 letters.")
_NO_CASE = Words("沒有這個編號的案件。", "There is no case with this number.")
_SLOWLY = Words("查詢太頻繁", "Too many look-ups")
_SLOWLY_WHY = Words(
    f"每人每小時最多 {lookup.AN_HOUR} 次。請稍後再試；急件請洽同仁。",
    f"{lookup.AN_HOUR} an hour are the most for one person. Try later; if it is urgent, ask a colleague.",
)
_BY_NUMBER = Words("請以號碼查詢", "Look her up by a number")
_BY_NUMBER_WHY = Words(
    "沒有待辦的案件或查核與這個頁面有關。請以本人提供的號碼查詢。",
    "No open case or check leads to this page. Look the worker up by a number that you were given.",
)
_REASON_FIRST = Words("請先填寫調閱理由", "Give the reason first")
_REASON_FIRST_WHY = Words(
    "您的查詢已超過一小時。請回上一頁重新填寫理由。",
    "Your look-up is more than an hour old. Go back and give the reason again.",
)


def add_workers(console: Console) -> None:
    """The routes under /console/workers."""

    @console.page("/workers", Role.CASEWORKER)
    def form(desk: Desk) -> Response:
        return _search_page(desk)

    @console.act("/workers", Role.CASEWORKER)
    def search(desk: Desk) -> Response:
        return _search(desk)

    @console.page("/workers/{id}", Role.CASEWORKER, writes=True)
    def worker(desk: Desk) -> Response:
        why = look.right_to_look(desk.session, desk.operator, desk.number(), desk.now)
        found = desk.session.get(Worker, desk.number())
        if why is None or found is None:
            return _reason_page(desk)
        return worker_page.show(desk, found, why)

    @console.act("/workers/{id}/reason", Role.CASEWORKER)
    def reason(desk: Desk) -> Response:
        return _give_reason(desk)

    @console.act("/workers/{id}/reveal", Role.CASEWORKER)
    def reveal(desk: Desk) -> Response:
        return _reveal(desk)


@dataclass(frozen=True)
class _Given:
    """The reason as it was typed, or what is wrong with it by field."""

    why: Why | None
    case: Case | None
    wrong: Mapping[str, Words]


def _reason_given(desk: Desk) -> _Given:
    words, number = desk.text("words"), desk.text("case")
    wrong: dict[str, Words] = {}
    if desk.text("reason") not in set(Reason):
        return _Given(None, None, {"reason": _NO_REASON})
    reason = Reason(desk.text("reason"))
    case = None
    if number or reason is Reason.CASE:
        case = desk.session.get(Case, whole_number(number))
        if case is None:
            wrong["case"] = _NO_CASE
    if len(words) > LONGEST_WORDS or (reason is not Reason.CASE and len(words) < SHORTEST_WORDS):
        wrong["words"] = _NO_WORDS
    why = None if wrong else Why(reason, words, case.id if case else None)
    return _Given(why, case, wrong)


def _search(desk: Desk) -> Response:
    given = _reason_given(desk)
    wrong = dict(given.wrong)
    if desk.text("kind") not in set(By):
        wrong["kind"] = _NO_KIND
    if wrong or given.why is None:
        return _search_page(desk, 422, wrong=wrong)
    if not lookup.may_search(desk.session, desk.operator.id):
        desk.log("search_refused", "workers")
        return _search_page(desk, 429, refused=(_SLOWLY, _SLOWLY_WHY))
    by = By(desk.text("kind"))
    try:
        found = lookup.find(desk.session, by, desk.text("value"))
    except Unusable:
        return _search_page(desk, 422, wrong={"value": _UNUSABLE})
    if given.case is not None and given.case.worker_id is not None:
        # A case is no reason to look at somebody else.
        found = [worker for worker in found if worker.id == given.case.worker_id]
    shown = found[: lookup.SHOWN]
    for worker in shown:
        desk.log(look.SEARCHED, look.about(worker.id), **look.details(given.why, Seen.FOUND), by=by.value)
    if not shown:
        desk.log(look.SEARCHED, "workers", **look.details(given.why), by=by.value)
    results = [(worker.id, masked_name(worker.name), worker.nationality, worker.birth_date.year) for worker in shown]
    return _search_page(desk, results=results, more=len(found) > len(shown))


def _search_page(
    desk: Desk,
    status: int = 200,
    *,
    wrong: Mapping[str, Words] | None = None,
    refused: tuple[Words, Words] | None = None,
    results: list[tuple[int, str, str, int]] | None = None,
    more: bool = False,
) -> Response:
    kinds = [(by.value, desk.say(words)) for by, words in NUMBERS.items()]
    values = {"kinds": kinds, "reasons": _reasons(desk), "wrong": wrong or {}, "results": results, "more": more}
    return desk.page("worker_search.html", status, refused=refused, **values)


def _reasons(desk: Desk) -> list[tuple[str, str]]:
    chosen = [("", desk.say(Words("請選擇", "Choose")))]
    return chosen + [(reason.value, desk.say(words)) for reason, words in REASONS.items()]


def _reason_page(desk: Desk, status: int = 200, wrong: Mapping[str, Words] | None = None) -> Response:
    """The same for every number, whether somebody has it or not."""
    return desk.page(
        "worker_reason.html", status, worker_id=desk.number(), reasons=_reasons(desk), wrong=wrong or {}, refused=None
    )


def _give_reason(desk: Desk) -> Response:
    """From a case or a check, without a number: only where there is one about this worker."""
    given = _reason_given(desk)
    if given.why is None:
        return _reason_page(desk, 422, given.wrong)
    worker_id = desk.number()
    if not lookup.may_search(desk.session, desk.operator.id):
        desk.log("search_refused", "workers")
        return _search_page(desk, 429, refused=(_SLOWLY, _SLOWLY_WHY))
    about_her = given.case is None or given.case.worker_id == worker_id
    if not (about_her and lookup.waits_for_somebody(desk.session, worker_id)):
        desk.log(look.SEARCHED, "workers", **look.details(given.why), by="page")
        return _search_page(desk, 404, refused=(_BY_NUMBER, _BY_NUMBER_WHY))
    desk.log(look.SEARCHED, look.about(worker_id), **look.details(given.why, Seen.FOUND), by="page")
    return desk.go(f"/workers/{worker_id}")


def _reveal(desk: Desk) -> Response:
    worker = desk.session.get(Worker, desk.number())
    right = look.right_to_look(desk.session, desk.operator, desk.number(), desk.now)
    if worker is None or right is None:
        raise Refused(403, _REASON_FIRST, _REASON_FIRST_WHY)
    words = desk.text("words")
    if not SHORTEST_WORDS <= len(words) <= LONGEST_WORDS:
        raise Refused(422, _NO_WORDS, _REASON_FIRST)
    field, value = _in_full(desk, worker)
    if not lookup.may_reveal(desk.session, desk.operator.id):
        desk.log("reveal_refused", look.about(worker.id))
        return _search_page(desk, 429, refused=(_SLOWLY, _SLOWLY_WHY))
    why = Why(right.reason, words, right.case)
    desk.log(look.REVEALED, look.about(worker.id), **look.details(why, field))
    return desk.page("worker_revealed.html", worker_id=worker.id, name=FIELDS[field], value=value)


def _in_full(desk: Desk, worker: Worker) -> tuple[Seen, str]:
    """The field that was chosen, or one of her numbers by its row; never another worker's."""
    chosen = desk.text("field")
    simple = {
        Seen.NAME.value: worker.name,
        Seen.BIRTH_DATE.value: worker.birth_date.isoformat(),
        Seen.PHONE.value: worker.phone,
    }
    value = simple.get(chosen)
    if value is not None:
        return Seen(chosen), value
    number = next((one for one in worker.numbers if chosen == f"number:{one.id}"), None)
    if number is None:
        raise not_found()
    return (Seen.PASSPORT if number.kind == NumberKind.PASSPORT else Seen.ARC), number.number
