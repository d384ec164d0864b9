"""The caseworkers' queue, and a case's page: every look is kept, and a look at somebody else's case needs a reason."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi.responses import Response

from bot.console import case_facts, case_work
from bot.console.case_answers import CANNED_NAMES, add_answers
from bot.console.case_reviews import add_reviews, reviews_page
from bot.console.door import Door
from bot.console.gate import Console
from bot.console.visit import Desk, Refused, not_found
from bot.console.words import Words
from bot.web.site import HEADERS
from locales import LANGUAGES
from models import case_viewing, lookup
from models import operator as operators
from models.case import ENDINGS, Case, CaseKind
from models.case_queue import Wanted, queue
from models.evidence import Evidence
from models.operator import Role
from models.reminder import ReminderRules
from scheduler.cases import can_be_answered

PAGE = 25
LONGEST_REASON = 200
REASONS: Mapping[str, Words] = {
    "queue": Words("處理待辦案件", "Working on the queue"),
    "cover": Words("代理承辦人", "Standing in for its owner"),
    "asked": Words("移工或 1955 來電詢問", "She or 1955 called about it"),
    "checking": Words("主管查核", "Checking the work"),
}
OWN = Words("本人承辦", "Her own caseworker")
SHOWN_AS = frozenset(("image/jpeg", "image/png", "image/webp"))
"""Pictures that a browser shows; anything else is only ever saved."""


def add_cases(console: Console, door: Door, rules: ReminderRules, messages_are_due: Callable[[], None]) -> None:
    """The queue, the pages of cases and checks of links, and the work on them."""

    @console.page("/cases", Role.CASEWORKER)
    def waiting(desk: Desk) -> Response:
        return reviews_page(desk) if desk.asked("kind") == "review" else _queue_page(desk)

    @console.page("/cases/{id}", Role.CASEWORKER, writes=True)
    def show(desk: Desk) -> Response:
        case = case_work.wanted(desk)
        if not case_work.in_sight(desk, case):
            kind = case_facts.KINDS[CaseKind(case.kind)]
            return desk.page("case_reason.html", case=case, kind=kind, reasons=list(REASONS.items()))
        if not case_work.looked_lately(desk, case):
            _look(desk, case, OWN.zh)
        return desk.page("case.html", **case_facts.facts(desk.session, case), **_forms(desk, case))

    console.act("/cases/{id}/look", Role.CASEWORKER)(_give_a_reason)
    console.page("/cases/{id}/photos/{photo}", Role.CASEWORKER, writes=True)(_photo)
    case_work.add_work(console, messages_are_due)
    add_answers(console, messages_are_due)
    add_reviews(console, door, rules, messages_are_due)


_WHY_A_REASON = Words(
    "這不是您承辦的案件。調閱原因會留存，並供事後查核。",
    "This is not your case. The reason is kept and can be checked later.",
)


_SLOWLY = Words("調閱太頻繁", "Too many looks")
_SLOWLY_WHY = Words(
    f"他人承辦的案件，每人每小時最多調閱 {lookup.AN_HOUR} 次。請稍後再試，或先受理案件。",
    f"{lookup.AN_HOUR} looks an hour at cases of others are the most for one person. Try later, or take the case.",
)


def _give_a_reason(desk: Desk) -> Response:
    case = case_work.wanted(desk)
    reason = REASONS.get(desk.text("reason"))
    if reason is None:
        raise Refused(422, Words("請選擇調閱原因", "Choose why you need to see it"), _WHY_A_REASON)
    if not lookup.may_look_at_case(desk.session, desk.operator.id):
        desk.log("look_refused", f"case {case.id}")
        return desk.page("refused.html", 429, title=_SLOWLY, why=_SLOWLY_WHY)
    more = desk.text("more")[:LONGEST_REASON]
    _look(desk, case, f"{reason.zh}：{more}" if more else reason.zh)
    return desk.go(f"/cases/{case.id}")


def _photo(desk: Desk) -> Response:
    case = case_work.wanted(desk)
    case_work.must_be_in_sight(desk, case)
    found = desk.session.get(Evidence, desk.number("photo"))
    if found is None or found.case_id != case.id or found.content is None:
        raise not_found()
    desk.log("photo_seen", f"case {case.id}", photo=found.id)
    shown = found.media_type in SHOWN_AS
    kept = {"Content-Disposition": "inline" if shown else f'attachment; filename="case-{case.id}-{found.id}.bin"'}
    media_type = found.media_type if shown else "application/octet-stream"
    return Response(found.content, 200, {**HEADERS, **kept}, media_type)


def _look(desk: Desk, case: Case, reason: str) -> None:
    """One look lasts some minutes: whoever works on a case opens its page again after every step."""
    case_viewing.view(desk.session, case, desk.operator.login, reason, desk.now)
    desk.log("case_seen", f"case {case.id}", reason=reason)


def _queue_page(desk: Desk) -> Response:
    kind, whose, number = desk.asked("kind"), desk.asked("whose"), desk.page_number
    owner = {"mine": desk.operator.login, "nobody": ""}.get(whose)
    wanted = Wanted(CaseKind(kind) if kind in list(CaseKind) else None, owner, desk.asked("state") == "closed")
    found = queue(desk.session, wanted, PAGE + 1, (number - 1) * PAGE)
    return desk.page(
        "cases.html",
        found=found[:PAGE],
        results=case_facts.RESULTS,
        gone_words=case_facts.GONE,
        wanted=wanted,
        whose=whose if whose in ("mine", "nobody") else "",
        page=number,
        more=len(found) > PAGE,
        now=desk.now,
        languages=LANGUAGES,
        **case_facts.heads(desk.session, desk.now),
    )


def _forms(desk: Desk, case: Case) -> dict[str, Any]:
    """What the page's forms offer."""
    others = [
        one
        for one in operators.everybody(desk.session)
        if Role.CASEWORKER in one.may and one.login not in (case.owner, desk.operator.login)
    ]
    return {
        "mine": case.owner == desk.operator.login,
        "now": desk.now,
        "answerable": can_be_answered(case),
        "canned": list(CANNED_NAMES.items()),
        "languages": LANGUAGES,
        "outcomes": [(outcome.value, desk.say(words)) for outcome, words in case_facts.OUTCOMES.items()],
        "endings": [(result.value, desk.say(case_facts.RESULTS[result])) for result in ENDINGS[CaseKind(case.kind)]],
        "others": [(one.login, f"{one.name} ({one.login})") for one in others],
    }
