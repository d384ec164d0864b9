"""Her dates as a file for the calendar of her phone, which others may look at: it says when, and never what."""

from collections.abc import Iterable
from datetime import date

from handlers.context import Context
from locales import _
from models.calendar_link import CALENDAR_PATH, MOST_DAYS, token_for
from models.content import Open
from models.secrets import keyring_of


def calendar_buttons(ctx: Context, deadlines: Iterable[date]) -> tuple[Open, ...]:
    """For a card's buttons: empty when none of the days is still to come."""
    link = calendar_link(ctx, deadlines)
    return (Open(_("Put in my calendar"), link),) if link else ()


def calendar_link(ctx: Context, deadlines: Iterable[date]) -> str | None:
    """Where the file with the days after today is found, the nearest ones if they are too many."""
    ahead = sorted({day for day in deadlines if day > ctx.today})[:MOST_DAYS]
    if not ahead:
        return None
    token = token_for(keyring_of(ctx.session), ctx.contact.speaks, ahead)
    # Only the phone's own browser hands a file on to the calendar.
    return f"{ctx.rules.public_url}{CALENDAR_PATH}/{token}.ics?openExternalBrowser=1"
