"""An announcement on an operator's own phone: the phone is linked by a code, and gets what it is sent as a test."""

from collections.abc import Callable

import orjson
from fastapi.responses import Response

from bot.console.announcement_steps import EITHER, NOT_DONE
from bot.console.gate import Console
from bot.console.visit import Desk, Refused
from bot.console.words import Words
from bot.line.render import UnsendableError, render
from locales import Language, MissingTranslationError, _
from models import rate, trial_phone
from models.announcements.announcement import Announcement
from models.announcements.moves import draft_of
from models.content import words
from scheduler.announcements import content_of

TESTS_A_DAY = 30
"""Each costs a message of the month."""
NO_PHONE = Words("您尚未設定測試手機，或該手機已封鎖本帳號。", "You have no phone for tests yet, or it has blocked us.")
NO_WORDS = Words("這個語言還沒有可以發送的內容。", "There is nothing to send in this language yet.")
ENOUGH = Words("今天的測試次數已用完，請明天再試。", "No more tests today: each costs a message of the month.")
# Translators: above an announcement that somebody of the office sends to their own phone to look at it.
TEST = _("This is a test. Nobody else gets it.")


def add_trials(console: Console, messages_are_due: Callable[[], None]) -> None:
    """Whoever writes or approves may try it."""

    @console.page("/announcements/phone", *EITHER)
    def phone(desk: Desk) -> Response:
        return desk.page("announcement_phone.html", phone=_phone(desk), code=None)

    @console.act("/announcements/phone", *EITHER)
    def new_code(desk: Desk) -> Response:
        code = trial_phone.new_code(desk.session, desk.operator, desk.now)
        desk.log("phone_code_given", f"operator {desk.operator.id}")
        return desk.page("announcement_phone.html", phone=_phone(desk), code=code)

    @console.act("/announcements/phone/forget", *EITHER)
    def forget(desk: Desk) -> Response:
        trial_phone.unlink(desk.session, desk.operator.id)
        desk.log("phone_forgotten", f"operator {desk.operator.id}")
        return desk.go("/announcements/phone", done="saved")

    @console.act("/announcements/{id}/test", *EITHER)
    def test(desk: Desk) -> Response:
        announcement, phone = desk.row(Announcement), _phone(desk)
        if phone is None or phone.contact is None or not phone.contact.reachable:
            raise Refused(409, NOT_DONE, NO_PHONE)
        language = desk.text("language")
        body = _rendered(announcement, language)
        if not rate.spend(desk.session, f"announcement tests/{desk.operator.id}", TESTS_A_DAY, seconds=86_400).granted:
            raise Refused(429, NOT_DONE, ENOUGH)
        what = f"announcement {announcement.id} test {announcement.version} {language} {desk.now.isoformat()}"
        trial_phone.send_test(desk.session, phone, body, desk.now, what=what)
        desk.log(
            "announcement_tested", f"announcement {announcement.id}", version=announcement.version, language=language
        )
        return desk.go(f"/announcements/{announcement.id}", done="announcement_tested", then=messages_are_due)


def _phone(desk: Desk) -> trial_phone.TrialPhone | None:
    return trial_phone.phone_of(desk.session, desk.operator.id)


def _rendered(announcement: Announcement, language: str) -> bytes:
    draft = draft_of(announcement)
    try:
        tried = Language(language)
        content = content_of(announcement.id, draft.category, draft.texts, tried, announcement.follows)
        return orjson.dumps(render(words(TEST) + content, tried))
    except (ValueError, KeyError, UnsendableError, MissingTranslationError):
        raise Refused(409, NOT_DONE, NO_WORDS) from None
