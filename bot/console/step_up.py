"""What is worth a second look at who sits there: a one-time code in the form, unless one was given just now."""

from datetime import timedelta

from fastapi.responses import Response

from bot.console.door import Door
from bot.console.sign_in import WRONG_CODE
from bot.console.visit import PREFIX, Desk
from bot.console.words import Words
from models import credential
from models import operator as operators
from models.credential import Credential

FRESH = timedelta(minutes=5)
"""So long after a code, or after signing in, no other is asked for."""
_NO_CODE = Words(
    "距離上次輸入驗證碼已超過 5 分鐘。請回到頁面，輸入驗證碼後再操作一次。",
    "You gave the last code more than five minutes ago. Go back, and do it again with a new one.",
)


def asks_for_code(desk: Desk) -> bool:
    """Whether the form must hold a code. Whoever has no app comes in only by way of a provider that asks for one."""
    theirs = desk.session.get(Credential, desk.operator.id)
    if theirs is None or theirs.totp_secret is None:
        return False
    known = operators.session_of(desk.session, desk.token, desk.now)
    return known is None or desk.now - (known.proved_at or known.began_at) > FRESH


def proved(door: Door, desk: Desk) -> bool:
    """Whether no code is asked for, or the form holds one that counts; wrong ones are counted."""
    if not asks_for_code(desk):
        return True
    if not desk.text("code"):  # the form was opened when none was asked for yet: nobody is guessing
        return False
    tries = door.tries(desk, f"operator {desk.operator.id}")
    theirs = credential.of(desk.session, desk.operator.id)
    if theirs is None or credential.use_code(desk.session, theirs, desk.text("code"), desk.now) is None:
        door.wrong(desk, tries, desk.operator, "while_signed_in")
        return False
    tries.forgive(desk.now)
    known = operators.session_of(desk.session, desk.token, desk.now)
    if known is not None:
        known.proved_at = desk.now
    return True


def ask_again(desk: Desk, title: Words, path: str) -> Response:
    """Back to the form, which has a field for a code now. A page and no refusal: that a try was wrong is kept."""
    why = WRONG_CODE if desk.text("code") else _NO_CODE
    return desk.page("refused.html", 403, title=title, why=why, back=PREFIX + path)
