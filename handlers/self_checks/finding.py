"""What a self-check found, as cards: the result and its days, what to do, and the law to show to an officer."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers import menu
from handlers.calendar import calendar_buttons
from handlers.context import Context, Reply
from law.source import Rule, Source
from locales import Text, _, verbatim
from models.binding import in_force
from models.content import Button, Card, Content, Row, Tone
from models.reaction import CALL_1955


@dataclass(frozen=True)
class Reason:
    """What a rule means for her, in plain words; its article and its Chinese words are taken from the rule."""

    means: Text
    rule: Rule[Any, Any]


@dataclass(frozen=True)
class Finding:
    """The answer of a self-check. No sentence of it may promise that she is safe."""

    title: Text
    result: tuple[Text, ...]
    reasons: tuple[Reason, ...]
    next_steps: tuple[Text, ...]
    rows: tuple[Row, ...] = ()
    doubts: tuple[Text, ...] = ()
    tone: Tone = Tone.NOTICE
    deadlines: tuple[date, ...] = ()
    # What she can do here at once, before she calls.
    actions: tuple[Button, ...] = ()


def told(ctx: Context, finding: Finding, again: Button) -> Reply:
    """The finding as an answer in the chat: the result comes last, because LINE shows the newest bubble."""
    linked = in_force(ctx.session, ctx.contact.id) is not None
    answer = Card(
        title=finding.title,
        lead=finding.result,
        rows=finding.rows,
        notes=(
            _("This is what the law says for what you told us. The office decides, not we."),
            _("Above it: what you can do now, and the law to show to an office."),
        ),
        buttons=(*calendar_buttons(ctx, finding.deadlines), CALL_1955),
        tone=finding.tone,
    )
    steps = Card(title=_("What you can do now"), lead=finding.next_steps, buttons=(*finding.actions, CALL_1955))
    return Reply(Content((_why(ctx, finding, again), steps, answer), menu.main_buttons(bound=linked)))


def _why(ctx: Context, finding: Finding, again: Button) -> Card:
    """The law's own words stay Chinese: an officer reads them, and they decide."""
    quoted: dict[Source, dict[str, None]] = {}
    for reason in finding.reasons:
        # Several rules may stand in one article; each of its words is shown once.
        quoted.setdefault(reason.rule.source, {}).update(dict.fromkeys(reason.rule.quotes))
    rows = tuple(
        Row(verbatim(str(source)), verbatim(" ".join(f"「{words}」" for words in quotes)))
        for source, quotes in quoted.items()
        if quotes
    )
    return Card(
        title=_("Why: the law, to show to an office"),
        lead=tuple(reason.means for reason in finding.reasons),
        rows=rows,
        notes=(*finding.doubts, *_read_on(ctx, finding)),
        buttons=(again, menu.button(menu.CHECKS)),
    )


def _read_on(ctx: Context, finding: Finding) -> tuple[Text, ...]:
    """How old our reading of the law is; the oldest counts."""
    checked = min(reason.rule.source.checked for reason in finding.reasons)
    older = [reason.rule.source.text_of for reason in finding.reasons if reason.rule.source.text_of is not None]
    if older:
        return (
            _(
                "We have read the law as it stood on {date}. It may have changed since: "
                "ask 1955 before you rely on it.",
                date=min(older),
            ),
        )
    if any(reason.rule.source.is_stale(ctx.today) for reason in finding.reasons):
        return (
            _(
                "We last read this law on {date}. It may have changed since: ask 1955 before you rely on it.",
                date=checked,
            ),
        )
    return (_("We last read this law on {date}.", date=checked),)
