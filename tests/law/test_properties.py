"""What holds for every rule of law/: it answers all its life, feels each change, goes forward, opens before closing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.law_handbook import entries, versions
from law.manufacturing_fees import Owed
from law.replacements import Replacement
from law.source import Dated, NotInForce
from law.working_days import CERTAIN_FROM, CERTAIN_UNTIL, Deadline
from tests.law.facts import TRIES, Facts, answer_or_refusal, answered, days_in, parts

ONE_DAY = timedelta(days=1)
LAST_DAY = date(2035, 12, 31)
RULES = {entry.name: entry.rule for entry in entries()}
EVERY_RULE = pytest.mark.parametrize("name", RULES)
# The only rule that is silent within its life: no calendar of offices is out for other years, and the last one ends
# on a day off.
WITH_A_CALENDAR = {"working_days.next_working_day": (CERTAIN_FROM, CERTAIN_UNTIL - ONE_DAY)}
BOUNDED = settings(derandomize=True, deadline=None, database=None)


def life(name: str) -> tuple[date, date]:
    rule = RULES[name]
    return WITH_A_CALENDAR.get(name, (rule.in_force_from, min(rule.until or LAST_DAY, LAST_DAY)))


def months(first_day: date, last_day: date) -> Iterator[date]:
    """The first day and the first of every month up to the last day."""
    day = first_day
    while day <= last_day:
        yield day
        day = (day.replace(day=1) + timedelta(days=31)).replace(day=1)


@EVERY_RULE
def test_a_rule_answers_in_every_month_of_its_life_and_refuses_only_as_it_says(name: str) -> None:
    rule = RULES[name]
    for day in months(*life(name)):
        answers = (
            answer_or_refusal(rule, day, Facts((name, day, number), day).beside(rule)) for number in range(TRIES)
        )
        refused = []
        for answer in answers:
            if answer is not NotInForce and answer is not ValueError:
                break
            refused.append(answer.__name__)
        else:
            pytest.fail(f"{name} has no answer on {day}")
        assert all(refusal in (rule.__doc__ or "") for refusal in refused), f"{name} does not say why it refuses"


@EVERY_RULE
def test_a_rule_is_silent_on_the_day_before_its_life_and_on_the_day_after(name: str) -> None:
    rule = RULES[name]
    outside = [rule.in_force_from - ONE_DAY] + ([rule.until + ONE_DAY] if rule.until else [])
    for day in outside:
        with pytest.raises(NotInForce):
            answered(rule, day, Facts(name, day).beside(rule))


CHANGES = [
    pytest.param(name, dated, first_day, id=f"{name}: {dated.source} on {first_day}")
    for name, rule in RULES.items()
    for dated in versions(rule)
    for first_day in list(dated.versions)[1:]
    if life(name)[0] < first_day <= life(name)[1]
]


@pytest.mark.parametrize(("name", "dated", "first_day"), CHANGES)
def test_a_change_of_the_law_is_felt_from_its_first_day_and_not_a_day_before(
    name: str, dated: Dated[Any], first_day: date
) -> None:
    rule, felt = RULES[name], False
    unchanged = {day: value for day, value in dated.versions.items() if day != first_day}
    for number in range(20 * TRIES):
        beside = Facts((name, number), first_day).beside(rule)
        before, after = (answer_or_refusal(rule, day, beside) for day in (first_day - ONE_DAY, first_day))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dated, "versions", unchanged)
            assert answer_or_refusal(rule, first_day - ONE_DAY, beside) == before
            felt = felt or answer_or_refusal(rule, first_day, beside) != after
        if felt and number >= TRIES:
            return
    pytest.fail("nothing in the answers shows the change")


@dataclass(frozen=True)
class Turn:
    """Where a later day gives an earlier one, why that is the law, and two calls that show it."""

    path: str
    why: str
    earlier: Mapping[str, Any]
    later: Mapping[str, Any]


BACKWARDS: Mapping[str, Turn] = {
    "appeals.late_appeal_until": Turn(
        ".day",
        "art. 15 excuses only who was hindered until her time was over: a later service may leave her time enough",
        {"served_on": date(2026, 3, 10), "hindrance_ended_on": date(2026, 4, 10)},
        {"served_on": date(2026, 3, 11), "hindrance_ended_on": date(2026, 4, 10)},
    ),
    "employer_clocks.domestic_recruitment_ends": Turn(
        ".by.day",
        "the amendment of 2023-06-01 cut the recruitment from twenty-one days to seven; the employer waits less",
        {"advertised_on": date(2023, 5, 31)},
        {"advertised_on": date(2023, 6, 1)},
    ),
    "employment_permits.extend_type_a": Turn(
        ".opens",
        "art. 11 opens a permit under six months only after two thirds, and any longer one four months before its end",
        {"ends_on": date(2026, 6, 29), "starts_on": date(2026, 1, 1)},
        {"ends_on": date(2026, 6, 30), "starts_on": date(2026, 1, 1)},
    ),
    "residence.extend_residence": Turn(
        ".opens",
        "since 2024-01-01 residence may be extended from three months before its end, and not only from thirty days",
        {"expires_on": date(2023, 12, 31)},
        {"expires_on": date(2024, 1, 1)},
    ),
}


@pytest.mark.parametrize("name", BACKWARDS)
def test_what_may_turn_back_does_and_why_is_known(name: str) -> None:
    turn, rule = BACKWARDS[name], RULES[name]
    assert turn.later[rule.decided_by] > turn.earlier[rule.decided_by]
    assert days_in(rule(**turn.later))[turn.path] < days_in(rule(**turn.earlier))[turn.path]


def turned_back(name: str, earlier: date, later: date, seed: object) -> list[str]:
    """Which days of the answer are earlier for the later day, all other facts being the same."""
    rule, allowed = RULES[name], BACKWARDS[name].path if name in BACKWARDS else None
    beside = Facts((name, seed), earlier).beside(rule)
    before, after = (days_in(answer_or_refusal(rule, day, beside)) for day in (earlier, later))
    return [path for path in before.keys() & after.keys() - {allowed} if before[path] > after[path]]


def tells_a_day(name: str) -> bool:
    day = life(name)[0]
    beside = (Facts((name, number), day).beside(RULES[name]) for number in range(TRIES))
    return any(days_in(answer_or_refusal(RULES[name], day, facts)) for facts in beside)


TELLING_A_DAY = [name for name in RULES if tells_a_day(name)]


def test_most_rules_tell_a_day_and_are_held_to_go_forward() -> None:
    assert BACKWARDS.keys() <= set(TELLING_A_DAY)
    assert len(TELLING_A_DAY) > 85


@pytest.mark.parametrize("name", TELLING_A_DAY)
@settings(BOUNDED, max_examples=20)
@given(data=st.data())
def test_a_later_day_never_gives_an_earlier_one(name: str, data: st.DataObject) -> None:
    first_day, last_day = life(name)
    earlier = data.draw(st.dates(first_day, last_day))
    later = data.draw(
        st.dates(earlier, min(last_day, earlier + timedelta(days=data.draw(st.sampled_from([40, 4000])))))
    )
    assert turned_back(name, earlier, later, data.draw(st.integers(0, 1000))) == []


@pytest.mark.parametrize("name", TELLING_A_DAY)
def test_the_next_day_never_gives_an_earlier_one_where_months_years_and_versions_meet(name: str) -> None:
    first_day, last_day = life(name)
    firsts = {date(month // 12, month % 12 + 1, 1) for month in range(2026 * 12, 2028 * 12 + 4)}
    firsts |= {day for dated in versions(RULES[name]) for day in dated.versions}
    days = {first + timedelta(days=number) for first in firsts for number in range(-4, 3)}
    for day in days:
        if first_day <= day < last_day:
            assert turned_back(name, day, day + ONE_DAY, day) == [], day


# Fields that must follow each other, in the answers that have two of them or more.
IN_ORDER = (
    ("opens", "target", "closes"),
    ("opens", "last_safe_day", "closes"),
    ("opens", "last_safe_day", "done_by", "leaves_by"),
    ("ask_from_earliest", "ask_from", "ask_until", "extended_to"),
    ("ask_from", "enter_by", "ask_until"),
    ("first_day", "last_day"),
    ("decided_on", "last_day"),
    ("due", "catch_up"),
)


def disorder(answer: object) -> Iterator[object]:
    """What an answer holds that closes before it opens, or is safe for longer than it is open."""
    for _, part in parts(answer):
        refused = isinstance(part, Replacement) and not part.allowed
        if is_dataclass(part) and not refused and not (isinstance(part, Owed) and part.days == 0):
            for names in IN_ORDER:
                told = [getattr(part, name, None) for name in names]
                days = [each.day if isinstance(each, Deadline) else each for each in told if each is not None]
                if days != sorted(days):
                    yield part


@pytest.mark.parametrize("name", TELLING_A_DAY)
@settings(BOUNDED, max_examples=20)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_whatever_opens_does_so_before_it_closes(name: str, data: st.DataObject, seed: int) -> None:
    day = data.draw(st.dates(*life(name)))
    answer = answer_or_refusal(RULES[name], day, Facts((name, seed), day).beside(RULES[name]))
    assert list(disorder(answer)) == []


# Days that no day off moves, and why: they are certain in every year.
NEVER_MOVED = {
    "appeals.late_appeal_until": "the year of art. 15 is cut off on its day",
    "employer_clocks.domestic_recruitment_ends": "nothing is handed to an office on that day",
    "employer_clocks.extended_entry_due": "entering the country is no act before an office",
    "employer_clocks.originals_kept_until": "papers are kept, not handed in",
}


@EVERY_RULE
def test_a_deadline_is_certain_in_the_years_whose_calendar_is_known_and_in_no_other(name: str) -> None:
    for day in months(max(date(2021, 1, 1), life(name)[0]), min(date(2030, 12, 31), life(name)[1])):
        answer = answer_or_refusal(RULES[name], day, Facts((name, day), day).beside(RULES[name]))
        for _, told in parts(answer):
            if isinstance(told, Deadline) and name not in NEVER_MOVED:
                assert told.certain is (CERTAIN_FROM <= told.day < CERTAIN_UNTIL), (day, told)
            elif isinstance(told, Deadline) and name != "appeals.late_appeal_until":
                assert told.certain
