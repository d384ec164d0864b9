"""The questions of “Am I entitled to trade-adjustment support?”."""

from handlers.conversation import Answers
from handlers.self_checks.asking import LONG_AGO, NO, Asking
from handlers.self_checks.check import Check, talk_name
from handlers.self_checks.trade_answer import JOBLESS, LOSSES, NEW_JOB, STATUS, TIES, WORK_NOW, find
from law.trade_adjustment import Status, Tie
from law.trade_adjustment_damage import AVERAGE_MONTHS, CUT_MONTHS, Loss
from locales import _, ngettext

_NAME = "trade"
_HIGHEST_WAGE = 1_000_000


def _may_be_for_her(answers: Answers) -> bool:
    return answers.get("status") in (Status.SPOUSE, Status.CITIZEN)


def _is_tied(answers: Answers) -> bool:
    return _may_be_for_her(answers) and answers.get("tie", NO) != NO


def _has_notice(answers: Answers) -> bool:
    return _is_tied(answers) and answers["tie"] == Tie.DAMAGED_WORKER


def _has_loss(answers: Answers) -> bool:
    return _may_be_for_her(answers) and answers.get("tie") == NO and answers.get("loss", NO) != NO


def _had_wage_cut(answers: Answers) -> bool:
    return _has_loss(answers) and answers["loss"] == Loss.WAGE_CUT


# Nothing of her record answers these: the ministry's file does not say whom she married.
_ask = Asking(talk_name(_NAME))
TRADE = Check(
    _NAME,
    _("Support if imports hit my work?"),
    (
        _ask.choice(
            "status",
            _("Which of these are you?"),
            STATUS,
            _("This is about a law for work that is lost because of more imports. It does not apply yet."),
            _("Tap “Husband or wife” only if you may live and work here because of your marriage."),
        ),
        _ask.day(
            "born_on",
            _("On which day were you born?"),
            when=lambda answers: answers.get("status") == Status.CITIZEN,
            past=True,
            earliest=LONG_AGO,
        ),
        _ask.choice(
            "tie",
            _("How is your work hit by imports?"),
            TIES,
            _("The Ministry of Labor lists such industries and gives such notices."),
            when=_may_be_for_her,
        ),
        _ask.choice("work", _("Do you still work there?"), WORK_NOW, when=_is_tied),
        _ask.day(
            "left_on",
            _("On which day did you leave?"),
            when=lambda answers: (
                _is_tied(answers) and not _has_notice(answers) and answers.get("work") in (JOBLESS, NEW_JOB)
            ),
            past=True,
        ),
        _ask.day("decided_on", _("Which day is printed on the notice?"), when=_has_notice, past=True),
        _ask.day(
            "works_again_on",
            _("On which day did the new job begin?"),
            when=lambda answers: _has_notice(answers) and answers.get("work") == NEW_JOB,
            past=True,
        ),
        _ask.choice(
            "loss",
            _("What happened to your work?"),
            LOSSES,
            when=lambda answers: _may_be_for_her(answers) and answers.get("tie") == NO,
        ),
        _ask.day("happened_on", _("On which day did it begin?"), when=_has_loss, may_not_know=True, past=True),
        _ask.day(
            "firm_since",
            _("Since when is the company registered?"),
            when=_has_loss,
            may_not_know=True,
            past=True,
            earliest=LONG_AGO,
        ),
        _ask.number(
            "wage_before",
            ngettext(
                "How much was your insured wage a month, on average, in the {n} month before?",
                "How much was your insured wage a month, on average, in the {n} months before?",
                AVERAGE_MONTHS,
            ),
            1,
            _HIGHEST_WAGE,
            _("In NT$. It stands in your labour insurance record."),
            when=_had_wage_cut,
        ),
        _ask.number(
            "wage_since",
            ngettext(
                "How much was it in the first {n} month after? Write the highest.",
                "How much was it in the first {n} months after? Write the highest.",
                CUT_MONTHS,
            ),
            0,
            _HIGHEST_WAGE,
            when=_had_wage_cut,
        ),
    ),
    find,
)
