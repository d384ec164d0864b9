"""Doubtful bindings: who claims which record and why that should be looked at, without judging anybody by it."""

from collections.abc import Mapping
from typing import Any

from fastapi.responses import Response
from sqlalchemy import func, select

from bot.console import case_facts, case_work
from bot.console.gate import Console
from bot.console.visit import Desk, Refused
from bot.console.words import Words
from models import binding
from models.binding import Attempt, Binding, Review, ReviewReason
from models.contact import Contact
from models.identity import masked_name
from models.operator import Role

MOST = 200
DOUBTS: Mapping[ReviewReason, Words] = {
    ReviewReason.NAME: Words("姓名不完全相符", "The name does not quite fit"),
    ReviewReason.NUMBERS: Words("證號部分相符", "Only some of the numbers fit"),
    ReviewReason.SEVERAL_CLAIMS: Words("多個帳號或多位移工", "Several accounts, or several workers"),
    ReviewReason.TRIES_USED_UP: Words("嘗試次數已用完", "All tries are used up"),
}
DECISIONS: Mapping[str, Words] = {
    "in_order": Words("查無異常", "Nothing is wrong"),
    "reached": Words("已聯絡本人確認", "She was asked and confirms it"),
    "passed_on": Words("已通報權責單位", "Passed on to who can act"),
}


def add_reviews(console: Console) -> None:
    """A claim's page, and closing it with a decision."""

    @console.page("/cases/reviews/{id}", Role.CASEWORKER, writes=True)
    def show(desk: Desk) -> Response:
        review = _wanted(desk)
        desk.log("case_seen", f"review {review.id}")
        return desk.page("case_review.html", **_facts(desk, review))

    @console.act("/cases/reviews/{id}/close", Role.CASEWORKER)
    def close(desk: Desk) -> Response:
        review, decision = _wanted(desk), desk.text("decision")
        if decision not in DECISIONS:
            why = Words("請選擇處理結果。", "Choose what came of it.")
            raise Refused(422, Words("內容不完整", "Something is missing"), why)
        note = case_work.written(desk)
        if not binding.close_review(desk.session, review.id, desk.now):
            done = Words("已由他人處理", "Somebody has dealt with it")
            raise Refused(409, done, Words("沒有執行任何動作。", "Nothing was done."))
        desk.log("case_closed", f"review {review.id}", decision=decision, note=note)
        return desk.go("/cases?kind=review", done="case_closed")


def reviews_page(desk: Desk) -> Response:
    """All that wait, oldest first."""
    found = binding.open_reviews(desk.session, MOST)
    return desk.page(
        "case_reviews.html",
        found=[(review, DOUBTS[ReviewReason(review.reason)]) for review in found],
        **case_facts.heads(desk.session, desk.now),
    )


def _wanted(desk: Desk) -> Review:
    return desk.row(Review, with_for_update={"of": Review})


def _facts(desk: Desk, review: Review) -> dict[str, Any]:
    contact = desk.session.get_one(Contact, review.contact_id)
    tries = select(func.count()).where(Attempt.contact_id == contact.id, Attempt.matched.is_(False))
    claims = (
        desk.session.scalars(select(Binding).where(Binding.worker_id == review.worker_id).order_by(Binding.bound_at))
        if review.worker_id is not None
        else ()
    )
    return {
        "review": review,
        "doubt": DOUBTS[ReviewReason(review.reason)],
        "contact": contact,
        "name": masked_name(review.worker.name) if review.worker else None,
        "failed": desk.session.scalars(tries).one(),
        "claims": list(claims),
        "trust": case_facts.TRUST,
        "decisions": [(key, desk.say(words)) for key, words in DECISIONS.items()],
    }
