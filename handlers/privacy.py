"""What must be said before anybody gives us personal data (Personal Data Protection Act, art. 8)."""

from locales import _
from models.content import Card, Row


def notice() -> Card:
    """Who collects what, why, how long, where, for whom; her rights; and what happens if she says no."""
    return Card(
        title=_("Before we start: your personal data"),
        lead=(
            _("To find your permit we need five things: passport number, ARC number, name, birth date and phone."),
            _("You may say no. You then still get general information, and 1955 still helps you."),
        ),
        rows=(
            Row(_("Who asks"), _("Ministry of Labor, Workforce Development Agency (Taiwan)")),
            Row(_("Why"), _("To find your permit, show it to you and remind you in time")),
            Row(
                _("What we keep"),
                _(
                    "The link between this LINE account and your record. What you type for the check is encrypted "
                    "and deleted as soon as it is done."
                ),
            ),
            Row(
                _("How long"),
                _(
                    "The link: until you unlink, or six months after your last permit ends. "
                    "The rest: until six months after you block this account."
                ),
            ),
            Row(
                _("Where and who"),
                _(
                    "In Taiwan, by the Ministry's staff and by LINE, which carries the messages. Never your employer "
                    "or broker."
                ),
            ),
            Row(
                _("Your rights"),
                _(
                    "You can see, copy, correct, stop or delete your data at any time: here with “Unlink”, or by "
                    "calling 1955."
                ),
            ),
        ),
        notes=(_("We never ask for money, passwords or bank details."),),
    )
