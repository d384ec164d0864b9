"""The large message of the benchmarks: as long as the reminder of two weeks."""

from bot.clock import Clock
from locales import _, verbatim
from models.content import Button, Call, Card, Content, Postback, Row, Tone


def reminder() -> Content:
    """A card with facts and three buttons."""
    buttons: tuple[Button, ...] = (
        Postback(_("Understood"), "understood:1", said=_("Understood")),
        Postback(_("I need help"), "need_help:1", said=_("I need help")),
        Call(_("Call 1955"), "1955"),
    )
    today = Clock().now().date()
    card = Card(
        title=_("Time to plan: your work permit ends on {date}", date=today),
        lead=(
            _("If you will go home, your employer must help you leave before the permit ends."),
            _("If you have no answer about your next permit, call 1955 today. Do not wait until the last day."),
        ),
        rows=(
            Row(_("Permit number"), verbatim("DEMO-2026-000001")),
            Row(_("Your permit ends on"), verbatim(today)),
        ),
        buttons=buttons,
        tone=Tone.NOTICE,
    )
    return Content((card,))
