"""The points of 2021: each criterion, the order, and the lots among those whom points and visa date do not part."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from law.entry_lottery import Lottery, commitment
from law.entry_points import (
    DORMITORY,
    FIRST_RANKED,
    LAST_DAY,
    ORDER,
    ORIGIN,
    VACCINE,
    Decider,
    Dormitory,
    Doubt,
    Entrant,
    Kind,
    Room,
    rank,
    score,
)
from law.source import NotInForce

DAY = date(2021, 11, 20)
VISA = date(2021, 11, 1)
SEED = b"made up for the tests"
LOTTERY = Lottery(SEED, commitment(SEED))
GOOD_ROOM = Room(Dormitory.ALL_SUITES, suite=True, people=2)


def industry(
    worker: str = "A1",
    *,
    doses: int = 2,
    one_dose: bool = False,
    cases: str = "4999",
    room: Room = GOOD_ROOM,
    visa: date = VISA,
) -> Entrant:
    return Entrant(worker, Kind.INDUSTRY, doses, one_dose, Decimal(cases), room, visa)


def household(worker: str = "H1", *, doses: int = 2, one_dose: bool = False, cases: str = "4999") -> Entrant:
    return Entrant(worker, Kind.HOUSEHOLD, doses, one_dose, Decimal(cases), None, VISA)


ROOMS = st.builds(Room, st.just(Dormitory.MIXED), st.booleans(), st.integers(1, 12))
ENTRANTS = st.sampled_from([(Kind.INDUSTRY, ROOMS), (Kind.HOUSEHOLD, st.none())]).flatmap(
    lambda kind: st.builds(
        Entrant,
        worker=st.integers(0, 60).map("A{}".format),
        kind=st.just(kind[0]),
        doses=st.integers(0, 3),
        one_dose_is_complete=st.booleans(),
        origin_cases=st.sampled_from([Decimal(4999), Decimal(7000), Decimal(20000)]),
        room=kind[1],
        visa_on=st.sampled_from([VISA, VISA + timedelta(days=2)]),
    )
)
LISTS = st.lists(ENTRANTS, max_size=8, unique_by=lambda entrant: entrant.worker)


@pytest.mark.parametrize(
    ("entrant", "parts", "total"),
    [
        pytest.param(industry(), (55, 10, 20, 25), 110, id="complete, 4,999, all suites, two in a suite"),
        pytest.param(
            industry(doses=1, cases="5001", room=Room(Dormitory.MIXED, suite=False, people=4)),
            (45, 5, 15, 8),
            73,
            id="one dose, 5,001, mixed, four in another room",
        ),
        pytest.param(
            industry(doses=0, cases="10001", room=Room(Dormitory.NO_SUITES, suite=False, people=9)),
            (0, 0, 10, 0),
            10,
            id="none, 10,001, no suites, nine in a room",
        ),
        pytest.param(household(doses=1, one_dose=True, cases="4000"), (55, 10, 0, 0), 65, id="household, 1 J&J"),
    ],
)
def test_worked_examples(entrant: Entrant, parts: tuple[int, ...], total: int) -> None:
    found = score(DAY, entrant)
    assert (found.vaccine, found.origin, found.dormitory, found.room) == parts
    assert found.total == total


def test_nine_in_a_room_may_void_the_dormitory_too_and_both_readings_are_told() -> None:
    crowded = score(DAY, industry(doses=0, cases="10001", room=Room(Dormitory.NO_SUITES, suite=False, people=9)))
    assert (crowded.total, crowded.total_if_full_room_voids, crowded.doubts) == (10, 0, (Doubt.FULL_ROOM,))
    eight = score(DAY, industry(room=Room(Dormitory.NO_SUITES, suite=False, people=8)))
    assert (eight.total_if_full_room_voids, eight.doubts) == (eight.total, ())


@pytest.mark.parametrize(
    ("doses", "one_dose", "points"),
    [(0, False, 0), (1, False, 45), (2, False, 55), (3, False, 55), (0, True, 0), (1, True, 55), (2, True, 55)],
)
def test_the_vaccine(doses: int, one_dose: bool, points: int) -> None:
    assert score(DAY, household(doses=doses, one_dose=one_dose)).vaccine == points


@pytest.mark.parametrize(
    ("cases", "points", "doubts"),
    [
        ("0", 10, ()),
        ("4999.9", 10, ()),
        ("5000", 10, (Doubt.EXACTLY_5000,)),
        ("5000.0", 10, (Doubt.EXACTLY_5000,)),
        ("5000.5", 5, (Doubt.BETWEEN_5000_AND_5001,)),
        ("5001", 5, ()),
        ("10000", 5, ()),
        ("10000.1", 0, ()),
        ("10001", 0, ()),
    ],
)
def test_the_epidemic_in_her_country(cases: str, points: int, doubts: tuple[Doubt, ...]) -> None:
    found = score(DAY, household(cases=cases))
    assert (found.origin, found.doubts) == (points, doubts)


@pytest.mark.parametrize(
    ("dormitory", "suite", "points"), [("all_suites", True, 20), ("mixed", True, 15), ("no_suites", False, 10)]
)
def test_the_dormitory(dormitory: str, suite: bool, points: int) -> None:
    assert score(DAY, industry(room=Room(Dormitory(dormitory), suite, 2))).dormitory == points


@pytest.mark.parametrize(
    ("people", "in_a_suite", "in_another_room"),
    [
        (1, 25, 10),
        (2, 25, 10),
        (3, 15, 8),
        (4, 15, 8),
        (5, 7, 5),
        (6, 7, 5),
        (7, 3, 1),
        (8, 3, 1),
        (9, 0, 0),
        (40, 0, 0),
    ],
)
def test_the_room(people: int, in_a_suite: int, in_another_room: int) -> None:
    for suite, points in ((True, in_a_suite), (False, in_another_room)):
        assert score(DAY, industry(room=Room(Dormitory.MIXED, suite, people))).room == points


def test_a_score_says_which_criteria_it_rests_on() -> None:
    assert score(DAY, industry()).sources == (VACCINE, ORIGIN, DORMITORY)
    assert score(DAY, household()).sources == (VACCINE, ORIGIN)
    assert str(VACCINE) == "移工專案引進第一階段積分制（疫苗接種）"


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="herself"):
        Room(Dormitory.MIXED, suite=True, people=0)
    with pytest.raises(ValueError, match="without suites"):
        Room(Dormitory.NO_SUITES, suite=True, people=1)
    with pytest.raises(ValueError, match="suites only"):
        Room(Dormitory.ALL_SUITES, suite=False, people=1)
    with pytest.raises(ValueError, match="never below nothing"):
        household(doses=-1)
    with pytest.raises(ValueError, match="never below nothing"):
        household(cases="-1")
    with pytest.raises(ValueError, match="has a room"):
        replace(industry(), room=None)
    with pytest.raises(ValueError, match="asked for none"):
        replace(household(), room=GOOD_ROOM)


def test_most_points_go_first() -> None:
    few, most = industry("A", doses=0), industry("B")
    placed = rank(DAY, [few, most], None)
    assert [(one.entrant.worker, one.place, one.decided_by) for one in placed] == [
        ("B", 1, Decider.POINTS),
        ("A", 2, Decider.POINTS),
    ]
    assert {one.source for one in placed} == {ORDER}


def test_the_earlier_visa_goes_first_among_equals() -> None:
    room = Room(Dormitory.MIXED, suite=False, people=4)
    a = industry("A", room=room)
    b = industry("B", room=room, visa=date(2021, 11, 3))
    assert score(DAY, a).total == score(DAY, b).total == 88
    assert [(one.entrant.worker, one.place, one.decided_by) for one in rank(DAY, [b, a], None)] == [
        ("A", 1, Decider.VISA_DATE),
        ("B", 2, Decider.VISA_DATE),
    ]


def test_lots_are_drawn_among_those_with_the_same_visa_date() -> None:
    tied = [industry(worker) for worker in "ABCDEFGH"]
    placed = rank(DAY, tied, LOTTERY)
    assert [one.place for one in placed] == list(range(1, 9))
    assert {one.decided_by for one in placed} == {Decider.LOTTERY}
    drawn = [one.entrant.worker for one in placed]
    assert drawn == sorted("ABCDEFGH", key=LOTTERY.draw)
    assert drawn != list("ABCDEFGH")


def test_without_a_seed_they_share_a_place_and_the_next_comes_after_all_of_them() -> None:
    tied = [industry("B"), industry("A"), industry("C", doses=1), industry("D", visa=VISA + timedelta(days=1))]
    assert [(one.entrant.worker, one.place, one.decided_by) for one in rank(DAY, tied, None)] == [
        ("A", 1, Decider.LOTTERY_PENDING),
        ("B", 1, Decider.LOTTERY_PENDING),
        ("D", 3, Decider.VISA_DATE),
        ("C", 4, Decider.POINTS),
    ]


def test_each_kind_has_places_of_its_own_too() -> None:
    placed = rank(DAY, [industry("A"), household("H"), industry("B", doses=0)], None)
    assert [(one.entrant.worker, one.place, one.place_in_kind) for one in placed] == [
        ("A", 1, 1),
        ("H", 2, 1),
        ("B", 3, 2),
    ]


def test_nobody_is_ranked_twice() -> None:
    with pytest.raises(ValueError, match="more than once: A1"):
        rank(DAY, [industry(), industry(doses=1)], LOTTERY)


@pytest.mark.parametrize("day", [FIRST_RANKED, LAST_DAY])
def test_the_system_ranks_from_its_first_to_its_last_day(day: date) -> None:
    assert rank(day, [industry()], None)[0].score.total == 110


@pytest.mark.parametrize("day", [FIRST_RANKED - date.resolution, LAST_DAY + date.resolution, date(2026, 11, 22)])
def test_the_system_is_off_before_and_after(day: date) -> None:
    with pytest.raises(NotInForce):
        score(day, industry())
    with pytest.raises(NotInForce):
        rank(day, [], None)


def test_it_answers_on_every_day_of_its_life() -> None:
    for offset in range((LAST_DAY - FIRST_RANKED).days + 1):
        assert score(FIRST_RANKED + timedelta(days=offset), household()).total == 65


@settings(max_examples=50)
@given(LISTS, st.randoms(use_true_random=False), st.sampled_from([LOTTERY, None]))
def test_the_order_of_the_list_changes_nothing(
    entrants: list[Entrant], chance: Random, lottery: Lottery | None
) -> None:
    placed = rank(DAY, entrants, lottery)
    chance.shuffle(entrants)
    assert rank(DAY, entrants, lottery) == placed


@settings(max_examples=50)
@given(LISTS)
def test_a_lottery_leaves_no_place_shared_and_keeps_points_and_dates_in_order(entrants: list[Entrant]) -> None:
    placed = rank(DAY, entrants, LOTTERY)
    assert [one.place for one in placed] == list(range(1, len(entrants) + 1))
    keys = [(-one.score.total, one.entrant.visa_on) for one in placed]
    assert keys == sorted(keys)
    for kind in Kind:
        own = [one.place_in_kind for one in placed if one.entrant.kind is kind]
        assert own == list(range(1, len(own) + 1))


@settings(max_examples=50)
@given(LISTS)
def test_the_draw_only_parts_those_who_shared_a_place(entrants: list[Entrant]) -> None:
    shared = {one.entrant.worker: one for one in rank(DAY, entrants, None)}
    for one in rank(DAY, entrants, LOTTERY):
        before = shared[one.entrant.worker]
        assert one.place >= before.place
        pending = before.decided_by is Decider.LOTTERY_PENDING
        assert (one.decided_by is Decider.LOTTERY) is pending
        assert pending or one.place == before.place


@settings(max_examples=50)
@given(LISTS, st.integers(0, 7))
def test_who_else_is_on_the_list_changes_nothing_between_two(entrants: list[Entrant], left_out: int) -> None:
    gone = entrants[left_out].worker if left_out < len(entrants) else ""
    everybody = [one.entrant.worker for one in rank(DAY, entrants, LOTTERY)]
    without = rank(DAY, [entrant for entrant in entrants if entrant.worker != gone], LOTTERY)
    assert [one.entrant.worker for one in without] == [worker for worker in everybody if worker != gone]


@given(ENTRANTS)
def test_points_stay_within_what_the_criteria_give(entrant: Entrant) -> None:
    found = score(DAY, entrant)
    assert 0 <= found.total_if_full_room_voids <= found.total <= (110 if entrant.room else 65)
    more = score(DAY, replace(entrant, doses=entrant.doses + 1))
    assert more.total >= found.total
