"""Every self-check walked in breadth: what its questions take, and the answers that different walks lead to."""

import itertools
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.context import Context
from handlers.conversation import Answers, Question, Refused
from handlers.self_checks.asking import Facts
from handlers.self_checks.check import Check, DaysDoNotFit
from handlers.self_checks.finding import Finding
from handlers.talk_controls import go_on_button
from law.dates import days_after, days_before
from law.source import NotInForce
from locales import Text
from models.content import Content, words

FIRST_WALKS, WALKS_EACH = 400, 6
"""Of each check, and then on from each value of each question: broad, and still a matter of seconds."""

# Around today, around the months and years that the law counts, and before any law that we have read.
_AGO = (*range(11), 14, 15, 20, 29, 30, 31, 40, 45, 60, 65, 90, 150, *range(181, 185), 365, 730, 1000, 1500, 4300)
_AHEAD = (1, 3, 7, 13, 14, 15, 30, 45, 59, 60, 61, 90, 119, 120, 123, 150, 200, 400, 900)
_NUMBERS = (*range(15), 19, 20, 21, 24, 30, 36, 40, 48, 100, 1_000, 1_501, 1_801, 25_000, 31_000, 60_000)
NONSENSE = ("perhaps", "soon", "1901-01-01", "2041-01-01", "2040-12-31", "999999999", "-1", "")


def typed(today: date) -> tuple[str, ...]:
    """What people may write: days around today, days of other times, numbers."""
    days = (*(days_before(today, n) for n in _AGO), *(days_after(today, n) for n in _AHEAD), date(1995, 1, 1))
    return (*(day.isoformat() for day in days), *(str(number) for number in _NUMBERS))


def takes(ctx: Context, question: Question) -> list[str]:
    """Everything that the question may be answered with: its taps, one or several, and what it takes of `typed`."""
    taps = [data.split(":", 3)[3] for data in question.taps]
    if question.is_open(""):
        return list(_several(question, taps))
    found = [*taps]
    for said in typed(ctx.today):
        try:
            found.append(question.understand(ctx, said).value)
        except Refused:
            continue
    return found


def _several(question: Question, taps: Sequence[str]) -> Iterator[str]:
    """None, each alone, all, all but one: tapped one after the other, and then ended."""
    ends = [tap for tap in taps if not question.is_open(question.join("", tap))]
    options = [tap for tap in taps if tap not in ends]
    yield from (question.join("", end) for end in ends)
    for chosen in (*((one,) for one in options), options, *itertools.combinations(options, len(options) - 1)):
        value = ""
        for tap in (*chosen, ends[-1]):
            value = question.join(value, tap)
        yield value


@dataclass(frozen=True)
class Walk:
    """The answers that somebody gave, and what was found, or why nothing was."""

    answers: Answers
    found: Finding | NotInForce | DaysDoNotFit


def walks(ctx: Context, check: Check) -> Iterator[Walk]:
    """Many ways through the check, among them some with each value of each question; the same at every run."""
    chance = random.Random(check.name)
    choices = {one.name: takes(ctx, one) for one in check.questions}
    leading_to: dict[str, list[Answers]] = defaultdict(list)
    for _walk in range(FIRST_WALKS):
        answers = _completed(check, {}, choices, chance)
        for place, name in enumerate(answers):
            leading_to[name].append(dict(itertools.islice(answers.items(), place)))
        yield _found(ctx, check, answers)
    for name, before in leading_to.items():
        for value, _again in itertools.product(choices[name], range(WALKS_EACH)):
            begun = {**chance.choice(before), name: value}
            yield _found(ctx, check, _completed(check, begun, choices, chance))


def _completed(
    check: Check, begun: Answers, choices: Mapping[str, Sequence[str]], chance: random.Random
) -> dict[str, str]:
    """Answers to all that is asked after what was answered; a tap is as likely as something typed."""
    answers = dict(begun)
    for question in check.questions:
        if question.name not in answers and question.when(answers):
            every = choices[question.name]
            taps = every[: len(question.taps)]
            answers[question.name] = chance.choice(taps if taps and chance.random() < 0.4 else every)
    return answers


def _found(ctx: Context, check: Check, answers: Answers) -> Walk:
    try:
        return Walk(answers, check.find(ctx, Facts(answers)))
    except (NotInForce, DaysDoNotFit) as nothing:
        return Walk(answers, nothing)


def telling(ctx: Context, check: Check) -> Iterator[Answers]:
    """So few of the walks that every sentence of all of them is in one of these."""
    heard: set[str] = set()
    for walk in walks(ctx, check):
        new = (sentences(walk.found) | walk.answers.keys()) - heard
        if new:
            yield walk.answers
        heard |= new


def sentences(found: Finding | NotInForce | DaysDoNotFit) -> frozenset[str]:
    """By what one answer differs from another: its sentences, whatever days and numbers stand in them."""
    if not isinstance(found, Finding):
        return frozenset({type(found).__name__})
    rows = itertools.chain.from_iterable((row.label, row.value) for row in found.rows)
    means = (reason.means for reason in found.reasons)
    told = (found.title, *found.result, *means, *found.next_steps, *found.doubts, *rows)
    return frozenset(one.msgid for text in told for one in (text, *_within(text)))


def _within(text: Text) -> Iterator[Text]:
    for value in text.values.values():
        if isinstance(value, Text):
            yield value
            yield from _within(value)


def questions(ctx: Context, check: Check, answers: Answers) -> Iterator[Content]:
    """Each question on the way, as it is asked; one that takes several answers, with them too."""
    so_far: dict[str, str] = {}
    for question in check.questions:
        if question.name in answers:
            yield _asked(ctx, question, so_far)
            so_far[question.name] = answers[question.name]
            if question.is_open(""):
                yield _asked(ctx, question, so_far)


def _asked(ctx: Context, question: Question, so_far: Answers) -> Content:
    asked = question.ask(ctx, so_far)
    return Content(asked.bubbles, (*asked.quick, go_on_button()))


def refusals(ctx: Context, question: Question) -> Iterator[Content]:
    """What she reads after each kind of nonsense that the question refuses."""
    refused: dict[str, Text] = {}
    for said in NONSENSE:
        try:
            question.understand(ctx, said)
        except Refused as why:
            refused.setdefault(why.why.msgid, why.why)
    return (words(why) + _asked(ctx, question, {}) for why in refused.values())
