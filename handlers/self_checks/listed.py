"""Every self-check, as she chooses one."""

from collections.abc import Mapping

from handlers import menu
from handlers.context import Context, Reply
from handlers.self_checks import health, missing, payslip, renewal, skilled, student, trade, transfer, years
from handlers.self_checks.asking import KEPT_A_WEEK
from handlers.self_checks.check import Check
from handlers.typed import is_label
from locales import _
from models.binding import in_force
from models.content import Card, Content

CHECKS: Mapping[str, Check] = {
    check.name: check
    for check in (
        renewal.RENEWAL,
        skilled.SKILLED,
        years.YEARS,
        missing.MISSING,
        payslip.PAYSLIP,
        transfer.TRANSFER,
        health.HEALTH,
        student.STUDENT,
        trade.TRADE,
    )
}


def show(ctx: Context) -> Reply:
    """What she can ask the law."""
    card = Card(
        title=_("Check your rights"),
        lead=(_("A few short questions, then you see what the law says, with the article. What do you want to know?"),),
        notes=(
            _("No employer or broker hears of it from us."),
            KEPT_A_WEEK,
            _("The answers stay in this chat. Delete it if others use your phone."),
        ),
        buttons=tuple(check.button for check in CHECKS.values()),
    )
    return Reply(Content((card,), menu.main_buttons(bound=in_force(ctx.session, ctx.contact.id) is not None)))


def start(ctx: Context, name: str) -> Reply | None:
    """The first question of the self-check of that name; None when there is none."""
    check = CHECKS.get(name)
    return None if check is None else check.start(ctx)


def typed(said: str) -> str | None:
    """What the button of the self-check sends whose words somebody typed."""
    return next((check.data for check in CHECKS.values() if is_label(said, check.title)), None)
