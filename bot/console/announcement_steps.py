"""What is done with an announcement once it is written: handed in, approved, stopped, corrected."""

from collections.abc import Callable

from fastapi.responses import Response

from bot.console.announcement_check import costed
from bot.console.announcement_words import REFUSALS
from bot.console.door import Door
from bot.console.gate import Console
from bot.console.step_up import ask_again, proved
from bot.console.visit import Desk, Refused, whole_number
from bot.console.words import Words
from models.announcements import moves
from models.announcements.announcement import Announcement, Follows
from models.announcements.moves import MoveRefused, Wrong
from models.operator import Role
from models.quota import Account

NOT_DONE = Words("沒有執行", "Not done")
NOT_READY = Words(
    "公告仍有錯誤必須修正，或發送量超過本月可用額度（已扣除緊急保留量）。詳見公告頁面上的檢查結果。",
    "Something must be mended first, or it does not fit into the month above what is kept for what is urgent. "
    "Its page says what.",
)
NOBODY = Words(
    "目前沒有人會收到這則公告，不能送審。請檢查對象。",
    "Nobody would get it, so it cannot be submitted. Look at whom it is for.",
)
EITHER = (Role.WRITER, Role.APPROVER)


def refused(wrong: Wrong) -> Refused:
    """The page for a step that was not taken."""
    return Refused(403 if wrong in (Wrong.OWN_WORK, Wrong.ROLE) else 409, NOT_DONE, REFUSALS[wrong])


def expected_version(desk: Desk) -> int:
    """The version that was on the page when the form was opened; 0, which there never is, for nonsense."""
    return whole_number(desk.text("version"))


def add_steps(console: Console, door: Door, account: Account) -> None:
    """One action a step, each for those who may take it."""

    @console.act("/announcements/{id}/submit", Role.WRITER)
    def submit(desk: Desk) -> Response:
        row = _ready(desk, account, somebody=True)
        _try(lambda: moves.submit(desk.session, row, expected_version(desk), desk.operator, desk.now))
        return _done(desk, "submitted")

    @console.act("/announcements/{id}/approve", Role.APPROVER)
    def approve(desk: Desk) -> Response:
        row = _ready(desk, account)
        if not proved(door, desk):
            return ask_again(desk, NOT_DONE, f"/announcements/{row}")
        _try(lambda: moves.approve(desk.session, row, expected_version(desk), desk.operator, desk.now))
        return _done(desk, "approved")

    @console.act("/announcements/{id}/return", Role.APPROVER)
    def give_back(desk: Desk) -> Response:
        row, version, why = desk.row(Announcement).id, expected_version(desk), desk.text("why")
        _try(lambda: moves.return_for_edit(desk.session, row, version, desk.operator, why, desk.now))
        return _done(desk, "returned", why=why)

    @console.act("/announcements/{id}/cancel", *EITHER)
    def cancel(desk: Desk) -> Response:
        row, why = desk.row(Announcement).id, desk.text("why")
        _try(lambda: moves.cancel(desk.session, row, desk.operator, why, desk.now))
        return _done(desk, "cancelled", why=why)

    @console.act("/announcements/{id}/stop", *EITHER)
    def stop(desk: Desk) -> Response:
        row = desk.row(Announcement).id
        _try(lambda: moves.stop(desk.session, row, desk.operator, desk.now))
        return _done(desk, "stopped")

    @console.act("/announcements/{id}/resume", *EITHER)
    def resume(desk: Desk) -> Response:
        row, why = desk.row(Announcement).id, desk.text("why")
        _try(lambda: moves.resume(desk.session, row, desk.operator, why, desk.now))
        return _done(desk, "resumed", why=why)

    _add_following(console)


def _add_following(console: Console) -> None:
    @console.act("/announcements/{id}/correct", Role.WRITER)
    def correct(desk: Desk) -> Response:
        return _follow(desk, Follows.CORRECTION)

    @console.act("/announcements/{id}/withdraw", Role.WRITER)
    def withdraw(desk: Desk) -> Response:
        return _follow(desk, Follows.WITHDRAWAL)


def _follow(desk: Desk, kind: Follows) -> Response:
    row, why = desk.row(Announcement).id, desk.text("why")
    made = _try(lambda: moves.follow(desk.session, row, desk.operator, kind, why, desk.now))
    desk.log("announcement_written", f"announcement {made.id}", version=1, why=why, follows=kind.value, of=row)
    return desk.go(f"/announcements/{made.id}/edit")


def _ready(desk: Desk, account: Account, *, somebody: bool = False) -> int:
    """The announcement's row, if nothing stands against its going on, and there is `somebody` to get it."""
    announcement = desk.row(Announcement)
    check = costed(desk.session, account, announcement, desk.now)
    if check.blocked:
        raise Refused(409, NOT_DONE, NOT_READY)
    if somebody and check.reaches_nobody:
        raise Refused(409, NOT_DONE, NOBODY)
    return announcement.id


def _try(step: Callable[[], Announcement]) -> Announcement:
    try:
        return step()
    except MoveRefused as no:
        raise refused(no.wrong) from no


def _done(desk: Desk, what: str, **details: str) -> Response:
    announcement = desk.row(Announcement)
    desk.log(f"announcement_{what}", f"announcement {announcement.id}", version=announcement.version, **details)
    return desk.go(f"/announcements/{announcement.id}", done=f"announcement_{what}")
