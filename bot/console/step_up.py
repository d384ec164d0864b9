"""What is worth a second look at who sits there: a one-time code in the form, unless one was given just now."""

from datetime import timedelta

from bot.console.door import Door
from bot.console.visit import Desk
from models import credential
from models import operator as operators
from models.credential import Credential

FRESH = timedelta(minutes=5)
"""So long after a code, or after signing in, no other is asked for."""


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
