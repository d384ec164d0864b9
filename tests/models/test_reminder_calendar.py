"""The reminder calendar: the right stage on the right day, once, over leap years and after any downtime."""

import os
import random
import time
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.health_examinations import examinations
from models.reminder_calendar import (
    ARC,
    END,
    EXAM_6,
    EXAM_18,
    EXAM_30,
    TRACKS,
    Anchor,
    DueRange,
    Stage,
    Track,
    newly_due,
    schedule,
    stage_on,
)

DAY = timedelta(days=1)


def kind_on(track: Track, anchor: date, today: date) -> str | None:
    stage = stage_on(track, anchor, today)
    return stage.kind if stage else None


@pytest.mark.parametrize(
    ("ends_on", "due_days"),
    [
        ("2026-08-31", ["2026-04-30", "2026-06-30", "2026-08-17", "2026-08-24"]),
        ("2026-06-30", ["2026-02-28", "2026-04-30", "2026-06-16", "2026-06-23"]),
        ("2028-06-29", ["2028-02-29", "2028-04-29", "2028-06-15", "2028-06-22"]),
        ("2026-03-01", ["2025-11-01", "2026-01-01", "2026-02-15", "2026-02-22"]),
        ("2027-08-31", ["2027-04-30", "2027-06-30", "2027-08-17", "2027-08-24"]),
    ],
)
def test_a_permits_end_is_announced_four_times(ends_on: str, due_days: list[str]) -> None:
    kinds = ["end_4m", "end_2m", "end_14d", "end_7d"]
    expected = list(zip(kinds, map(date.fromisoformat, due_days), strict=True))
    assert schedule(END, date.fromisoformat(ends_on)) == expected


def test_a_residence_cards_end_is_announced_four_times() -> None:
    assert schedule(ARC, date(2026, 5, 31)) == [
        ("arc_3m", date(2026, 2, 28)),
        ("arc_30d", date(2026, 5, 1)),
        ("arc_14d", date(2026, 5, 17)),
        ("arc_7d", date(2026, 5, 24)),
    ]


@pytest.mark.parametrize("starts_on", [date(2026, 1, 15), date(2025, 8, 31), date(2025, 10, 31)], ids=str)
def test_examination_stages_follow_the_windows_of_the_law(starts_on: date) -> None:
    for track, examination in zip((EXAM_6, EXAM_18, EXAM_30), examinations(starts_on), strict=True):
        name = f"exam_{examination.months}"
        assert schedule(track, starts_on) == [
            (f"{name}_opens", examination.opens),
            (f"{name}_target", examination.target),
            (f"{name}_10d", examination.closes - 10 * DAY),
            (f"{name}_5d", examination.closes - 5 * DAY),
        ]
        assert kind_on(track, starts_on, examination.closes) == f"{name}_5d"
        assert kind_on(track, starts_on, examination.closes + DAY) is None


def test_each_track_says_which_date_it_counts_from() -> None:
    assert [track.anchor for track in TRACKS] == [
        Anchor.PERMIT_ENDS,
        Anchor.ARC_EXPIRES,
        Anchor.PERMIT_STARTS,
        Anchor.PERMIT_STARTS,
        Anchor.PERMIT_STARTS,
    ]


@pytest.mark.parametrize(
    ("ends_on", "bound_on", "expected"),
    [
        pytest.param(date(2026, 8, 31), date(2026, 1, 1), None, id="bound long before"),
        pytest.param(date(2026, 6, 30), date(2026, 3, 10), "end_4m", id="bound after the four months' day"),
        pytest.param(date(2026, 6, 30), date(2026, 6, 25), "end_7d", id="bound after all four days"),
        pytest.param(date(2026, 8, 31), date(2026, 8, 24), "end_7d", id="bound on a due day"),
        pytest.param(date(2026, 8, 31), date(2026, 8, 30), "end_7d", id="bound a day before the end"),
        pytest.param(date(2026, 8, 31), date(2026, 8, 31), None, id="bound on the permit's last day"),
        pytest.param(date(2026, 8, 31), date(2027, 1, 1), None, id="bound after the permit"),
    ],
)
def test_a_late_binder_gets_the_one_most_useful_stage(ends_on: date, bound_on: date, expected: str | None) -> None:
    assert kind_on(END, ends_on, bound_on) == expected


def test_an_extended_permit_leaves_its_old_days_and_gets_new_ones() -> None:
    extended_on, old_end, new_end = date(2026, 8, 20), date(2026, 8, 31), date(2027, 8, 31)
    assert kind_on(END, old_end, extended_on) == "end_14d"
    assert kind_on(END, new_end, extended_on) is None
    assert schedule(END, new_end)[0] == ("end_4m", date(2027, 4, 30))


def test_an_ordinary_day_reminds_one_end_date_per_stage() -> None:
    today = date(2026, 7, 15)
    assert newly_due(END, today - DAY, today) == [
        DueRange("end_4m", date(2026, 11, 15), date(2026, 11, 15)),
        DueRange("end_2m", date(2026, 9, 15), date(2026, 9, 15)),
        DueRange("end_14d", date(2026, 7, 29), date(2026, 7, 29)),
        DueRange("end_7d", date(2026, 7, 22), date(2026, 7, 22)),
    ]


def test_the_last_of_february_reminds_several_end_dates_and_some_month_ends_none() -> None:
    february = newly_due(END, date(2026, 2, 27), date(2026, 2, 28))
    assert february[0] == DueRange("end_4m", date(2026, 6, 28), date(2026, 6, 30))
    october = newly_due(END, date(2026, 10, 30), date(2026, 10, 31))
    assert [due.kind for due in october] == ["end_2m", "end_14d", "end_7d"]


def test_after_a_downtime_only_the_most_useful_stage_goes_out() -> None:
    due = newly_due(END, date(2026, 8, 16), date(2026, 8, 24))
    of_permit = [found.kind for found in due if found.first_anchor <= date(2026, 8, 31) <= found.last_anchor]
    assert of_permit == ["end_7d"]


def test_planning_no_days_reminds_nobody_and_backwards_is_refused() -> None:
    today = date(2026, 2, 28)
    assert all(newly_due(track, today, today) == [] for track in TRACKS)
    with pytest.raises(ValueError, match="must not run backwards"):
        newly_due(END, today, today - DAY)


def steps_of(track: Track) -> list[int]:
    return list(range(1, 11)) if track is END else [1, 3, 10]


def walks(track: Track, first: date, last: date) -> Iterator[tuple[date, date]]:
    """The spans a planner covers: in steps of so many days, then with random downtimes."""
    chance = random.Random(20260101)
    for step in [*steps_of(track), None]:
        after = first
        while after < last:
            through = after + timedelta(days=step or chance.choice([1, 1, 1, 2, 5, 20, 60, 150]))
            yield after, through
            after = through


@pytest.mark.parametrize(
    ("track", "years"),
    [(END, 10), (ARC, 4), (EXAM_6, 4), (EXAM_18, 2), (EXAM_30, 2)],
    ids=["end", "arc", "exam_6", "exam_18", "exam_30"],
)
def test_ranges_hold_exactly_the_permits_that_are_asked_one_by_one(track: Track, years: int) -> None:
    first, last = date(2023, 7, 1), date(2023 + years, 7, 1)
    latest = last + timedelta(days=151)
    wanted: dict[date, dict[date, Stage]] = {}
    anchor, end = first - timedelta(days=1000), latest + timedelta(days=130)
    while anchor <= end:
        today = max(track.stages[0].due(anchor), first)
        while today <= latest and (stage := stage_on(track, anchor, today)):
            wanted.setdefault(today, {})[anchor] = stage
            today += DAY
        anchor += DAY
    due_days = {(stage.kind, anchor): stage.due(anchor) for found in wanted.values() for anchor, stage in found.items()}
    for after, through in walks(track, first, last):
        expected = {
            anchor: stage.kind
            for anchor, stage in wanted.get(through, {}).items()
            if due_days[stage.kind, anchor] > after
        }
        planned = [
            (date.fromordinal(ordinal), due.kind)
            for due in newly_due(track, after, through)
            for ordinal in range(due.first_anchor.toordinal(), due.last_anchor.toordinal() + 1)
        ]
        assert len(planned) == len(dict(planned)), "the ranges of one track overlap"
        assert dict(planned) == expected


@given(st.sampled_from(TRACKS), *[st.dates(date(1990, 1, 1), date(2099, 12, 31))] * 2)
def test_a_later_anchor_is_never_due_earlier(track: Track, one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    for due in [*(stage.due for stage in track.stages), track.over]:
        assert due(earlier) <= due(later)


@given(st.sampled_from(TRACKS), st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_the_stages_of_a_track_are_in_order_and_before_it_is_over(track: Track, anchor: date) -> None:
    due_days = [due for _, due in schedule(track, anchor)]
    assert due_days == sorted(set(due_days))
    assert due_days[-1] < track.over(anchor)


@given(
    st.sampled_from(TRACKS),
    st.dates(date(2015, 1, 1), date(2060, 1, 1)),
    st.integers(0, 400),
    st.integers(0, 400),
)
def test_planning_in_two_steps_forgets_nobody(track: Track, after: date, first: int, second: int) -> None:
    middle = after + timedelta(days=first)
    through = middle + timedelta(days=second)

    def reminded(spans: list[tuple[date, date]]) -> set[int]:
        return {
            ordinal
            for start, end in spans
            for due in newly_due(track, start, end)
            for ordinal in range(due.first_anchor.toordinal(), due.last_anchor.toordinal() + 1)
        }

    assert reminded([(after, through)]) <= reminded([(after, middle), (middle, through)])


@pytest.fixture
def server_time_zone() -> Iterator[None]:
    before = os.environ.get("TZ")
    yield
    os.environ.pop("TZ", None)
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("server_time_zone")
def test_ten_years_of_reminders_do_not_depend_on_the_servers_time_zone() -> None:
    zones = ["UTC", "Asia/Taipei", "Pacific/Kiritimati", "America/New_York", "Asia/Kathmandu"]
    days = [date(2024, 1, 1) + timedelta(days=offset) for offset in range(3653)]

    def calendar() -> list[object]:
        due_days = [schedule(track, day) for track in TRACKS for day in days]
        sent = [newly_due(END, day - DAY, day) for day in days]
        return [*due_days, *sent]

    calendars = []
    for zone in zones:
        os.environ["TZ"] = zone
        time.tzset()
        calendars.append(calendar())
    assert all(other == calendars[0] for other in calendars)
