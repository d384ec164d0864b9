"""Checks of links: whose account it is that claims a record, and what two people then do about it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fastapi.responses import Response

from bot.console import case_facts, case_work
from bot.console.door import Door
from bot.console.gate import Console
from bot.console.step_up import ask_again, asks_for_code, proved
from bot.console.visit import Desk, Refused
from bot.console.words import Words
from models import audit, binding, link_decision
from models import review as reviews
from models.contact import Contact
from models.identity import masked_name
from models.link_standing import Standing, standings
from models.operator import Operator, Role
from models.reminder import ReminderRules
from models.review import Decision, Review, ReviewReason

MOST = 200
DOUBTS: Mapping[ReviewReason, Words] = {
    ReviewReason.NAME: Words("姓名不完全相符", "The name does not quite fit"),
    ReviewReason.NUMBERS: Words("證號部分相符", "Only some of the numbers fit"),
    ReviewReason.SEVERAL_CLAIMS: Words("多個帳號或多位移工", "Several accounts, or several workers"),
    ReviewReason.TRIES_USED_UP: Words("嘗試次數已用完", "All tries are used up"),
    ReviewReason.CUT_BEFORE: Words("曾因非本人而解除，再次申請", "Unlinked as not hers, and tries again"),
}
STANDINGS: Mapping[Standing, Words] = {
    Standing.LINKED: Words("目前已連結這位移工", "Linked to this record now"),
    Standing.NOT_LINKED: Words("目前沒有連結", "Not linked now"),
    Standing.ELSEWHERE: Words("目前連結另一位移工", "Linked to another record now"),
}
DECISIONS: Mapping[Decision, Words] = {
    Decision.IN_ORDER: Words("查無異常", "Nothing is wrong"),
    Decision.PASSED_ON: Words("已通報權責單位", "Passed on to who can act"),
    Decision.HERS: Words("已向本人確認，是她的帳號", "She was asked, and the account is hers"),
    Decision.NOT_HERS: Words("不是本人的帳號", "The account is not hers"),
}
_STAYS, _NONE_MADE = Words("連結不變", "the link stays as it is"), Words("不建立連結", "no link is made")
_WHILE_LINKED: Mapping[Decision, Words] = {
    Decision.IN_ORDER: _STAYS,
    Decision.PASSED_ON: _STAYS,
    Decision.HERS: Words("連結改為已確認", "the link is trusted as verified"),
    Decision.NOT_HERS: Words("解除連結", "cut its link"),
}
_WHILE_NOT: Mapping[Decision, Words] = {
    Decision.IN_ORDER: _NONE_MADE,
    Decision.PASSED_ON: _NONE_MADE,
    Decision.HERS: Words("建立連結", "link it"),
    Decision.NOT_HERS: _NONE_MADE,
}
_NOT_TOLD = Words("未告知使用者有查核", "Whoever uses it was not told of the check")
_TOLD = Words("已告知使用者無法連結", "Whoever uses it was told that it could not be linked")
ASKED, SENT_BACK, TAKEN_BACK, CLOSED = "review_asked", "review_sent_back", "review_taken_back", "case_closed"
_NOT_DONE = Words("沒有執行任何動作", "Nothing was done")
_MISSING = Words("內容不完整", "Something is missing")
_CHANGED = Words("已由他人處理，請重新整理頁面。", "Somebody has dealt with it. Reload the page.")
_OWN = Words("須由另一位個案承辦人確認。", "Another caseworker must confirm it.")
_ANOTHER = Words(
    "這個帳號目前連結另一位移工，請先查核該連結。", "The account is linked to another worker: check that link first."
)


def add_reviews(console: Console, door: Door, rules: ReminderRules, messages_are_due: Callable[[], None]) -> None:
    """A claim's page, what one person decides about it, and what the second one says to that."""

    @console.page("/cases/reviews/{id}", Role.CASEWORKER, writes=True)
    def show(desk: Desk) -> Response:
        review = desk.row(Review)
        desk.log("case_seen", f"review {review.id}")
        return desk.page("case_review.html", **_facts(desk, review))

    @console.act("/cases/reviews/{id}/close", Role.CASEWORKER)
    def close(desk: Desk) -> Response:
        review = _open(desk, asked=False)
        decision, note = _decision(desk, review), case_work.written(desk)
        with _obstacles_said():
            done = link_decision.decide(desk.session, review, decision, desk.operator, rules, desk.now)
        desk.log(CLOSED if done else ASKED, f"review {review.id}", decision=decision.value, note=note)
        return desk.go("/cases?kind=review", done="case_closed" if done else "review_asked")

    @console.act("/cases/reviews/{id}/confirm", Role.CASEWORKER)
    def confirm(desk: Desk) -> Response:
        review = _open(desk, asked=True)
        note = case_work.written(desk)
        if not proved(door, desk):
            return ask_again(desk, _NOT_DONE, f"/cases/reviews/{review.id}")
        with _obstacles_said():
            link_decision.confirm(desk.session, review, desk.operator, rules, desk.now)
        desk.log(CLOSED, f"review {review.id}", decision=review.decision, asked_by=review.asked_by_id, note=note)
        return desk.go("/cases?kind=review", done="case_closed", then=messages_are_due)

    @console.act("/cases/reviews/{id}/send-back", Role.CASEWORKER)
    def send_back(desk: Desk) -> Response:
        review = _open(desk, asked=True)
        what = TAKEN_BACK if review.asked_by_id == desk.operator.id else SENT_BACK
        desk.log(what, f"review {review.id}", decision=review.decision, note=case_work.written(desk))
        link_decision.send_back(review)
        return desk.go(f"/cases/reviews/{review.id}", done=what)


def reviews_page(desk: Desk) -> Response:
    """All that wait, oldest first."""
    found = reviews.open_reviews(desk.session, MOST)
    return desk.page(
        "case_reviews.html",
        found=[(review, DOUBTS[ReviewReason(review.reason)], _told(review)) for review in found],
        standings=standings(desk.session, found),
        standing_words=STANDINGS,
        **case_facts.heads(desk.session, desk.now),
    )


def _open(desk: Desk, *, asked: bool) -> Review:
    """The review, locked, if it is still at the step that its page showed."""
    review = desk.row(Review, with_for_update={"of": Review}, populate_existing=True)
    seen = desk.text("asked") if asked else None
    if review.closed_at is not None or review.asked != seen:
        raise Refused(409, _NOT_DONE, _CHANGED)
    return review


def _decision(desk: Desk, review: Review) -> Decision:
    said = desk.text("decision")
    if said not in _offered(review, _standing(desk, review)):
        raise Refused(422, _MISSING, Words("請選擇處理結果。", "Choose what came of it."))
    return Decision(said)


def _standing(desk: Desk, review: Review) -> Standing:
    return standings(desk.session, [review])[review.id]


def _told(review: Review) -> Words:
    """Only this doubt is about a link that was made at once; of all others the claim was turned down in the chat."""
    return _NOT_TOLD if review.reason == ReviewReason.SEVERAL_CLAIMS else _TOLD


def _offered(review: Review, standing: Standing) -> list[Decision]:
    """Without a record nothing is hers, and an account belongs to one record at a time."""
    without = (Decision.HERS, Decision.NOT_HERS) if review.worker_id is None else ()
    if standing is Standing.ELSEWHERE:
        without = (*without, Decision.HERS)
    return [one for one in DECISIONS if one not in without]


def _choices(desk: Desk, review: Review, standing: Standing) -> list[tuple[str, str, bool]]:
    """What may be decided: its value, its words with what comes of it, and whether a second person must confirm it."""
    comes = _WHILE_LINKED if standing is Standing.LINKED else _WHILE_NOT
    return [
        (
            one.value,
            desk.say(Words(f"{DECISIONS[one].zh}：{comes[one].zh}", f"{DECISIONS[one].en}: {comes[one].en}")),
            link_decision.takes_two(desk.session, review, one),
        )
        for one in _offered(review, standing)
    ]


@contextmanager
def _obstacles_said() -> Iterator[None]:
    try:
        yield
    except link_decision.OwnProposal:
        raise Refused(403, _NOT_DONE, _OWN) from None
    except link_decision.LinkedToAnother:
        raise Refused(409, _NOT_DONE, _ANOTHER) from None


def _facts(desk: Desk, review: Review) -> dict[str, Any]:
    contact = desk.session.get_one(Contact, review.contact_id)
    claims = binding.links_of(desk.session, review.worker_id) if review.worker_id is not None else ()
    standing = _standing(desk, review)
    steps = audit.entries(desk.session, audit.Wanted(about=f"review {review.id}", actions=_STEPS))
    return {
        "review": review,
        "doubt": DOUBTS[ReviewReason(review.reason)],
        "contact": contact,
        "name": masked_name(review.worker.name) if review.worker else None,
        "failed": binding.failed_tries(desk.session, contact.id),
        "claims": claims[::-1],
        "trust": case_facts.TRUST,
        "words_of": DECISIONS,
        "linked": standing is Standing.LINKED,
        "standing": STANDINGS[standing],
        "told": _told(review),
        "choices": _choices(desk, review, standing),
        "asked_by": desk.session.get(Operator, review.asked_by_id) if review.asked_by_id else None,
        "asks_for_code": asks_for_code(desk),
        "steps": [(one, _STEPS[one.action]) for one in reversed(steps)],
    }


_STEPS: Mapping[str, Words] = {
    ASKED: Words("提請第二人確認", "Asked a second person"),
    SENT_BACK: Words("退回", "Sent back"),
    TAKEN_BACK: Words("撤回提請", "Taken back"),
    CLOSED: Words("結束查核", "Dealt with"),
}
