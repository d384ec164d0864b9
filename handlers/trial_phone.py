"""An operator links the phone that they try announcements on: the code from their page, sent in the chat."""

import re

from handlers.context import Context, Reply
from locales import _
from models import trial_phone
from models.content import words

_CODE = re.compile(r"test\s+([0-9a-f]{10})", re.IGNORECASE)


def typed(ctx: Context, said: str) -> Reply | None:
    """The answer to a code; None for anything else, and for a code that nobody waits for."""
    match = _CODE.fullmatch(said)
    if match is None or not trial_phone.link(ctx.session, match[1], ctx.contact, ctx.now):
        return None
    return Reply(words(_("This phone now gets the tests that you send from the console.")))
