"""Who was let in first by points while the border opened, from November 2021 to February 2022; history, not law today.

Nothing official was published in full: this is the ministry's plan as newspapers told it. How lots were drawn nobody
wrote; here they are drawn so that everybody can check it (law.entry_lottery).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from law.entry_lottery import Lottery
from law.source import Source, rule

CHECKED = date(2026, 11, 22)
FIRST_RANKED = date(2021, 11, 15)  # the first day on which we read that it had ranked (nownews.com/news/5444803)
LAST_DAY = date(2022, 2, 14)  # 「自今年2月15日起，取消第一階段積分制引進方式」 (epochtimes.com.tw/n368021)
NOT_OFFICIAL = "The ministry's own text was never found; newspapers of November 2021 agree on the points."
FULL_ROOM = 9


class Announcement(Source):
    """A plan that has criteria where a statute has articles."""

    def __str__(self) -> str:
        return f"{self.statute}（{self.article}）"


def _criterion(name: str) -> Announcement:
    return Announcement(
        "移工專案引進第一階段積分制", name, "", "https://chinapost.nownews.com/20211108-2887297", CHECKED
    )


VACCINE, ORIGIN, DORMITORY = _criterion("疫苗接種"), _criterion("來源國疫情"), _criterion("雇主宿舍")
ORDER = _criterion("排序")


class Kind(StrEnum):
    INDUSTRY = "industry"  # 產業類
    HOUSEHOLD = "household"  # 社福類: lives where she works, so the dormitory does not count


class Dormitory(StrEnum):
    """What rooms the employer offers; a suite (套房) has its own bathroom."""

    ALL_SUITES = "all_suites"
    MIXED = "mixed"
    NO_SUITES = "no_suites"


@dataclass(frozen=True)
class Room:
    """Her own room; `people` counts her too."""

    dormitory: Dormitory
    suite: bool
    people: int

    def __post_init__(self) -> None:
        if self.people < 1:
            raise ValueError("a room has at least the worker herself in it")
        if self.suite and self.dormitory is Dormitory.NO_SUITES:
            raise ValueError("a suite in a dormitory without suites")
        if not self.suite and self.dormitory is Dormitory.ALL_SUITES:
            raise ValueError("a room that is no suite in a dormitory of suites only")


@dataclass(frozen=True)
class Entrant:
    """`doses` of vaccines on the list of the WHO or with Taiwan's EUA, mixed or boosters alike; others do not count.

    `one_dose_is_complete` for Johnson & Johnson. `origin_cases` is the seven-day average of new cases in her country.
    """

    worker: str
    kind: Kind
    doses: int
    one_dose_is_complete: bool
    origin_cases: Decimal
    room: Room | None
    visa_on: date

    def __post_init__(self) -> None:
        if self.doses < 0 or self.origin_cases < 0:
            raise ValueError("doses and cases are never below nothing")
        if (self.room is None) is not (self.kind is Kind.HOUSEHOLD):
            raise ValueError("an industry worker has a room, and a household worker is asked for none")


class Doubt(StrEnum):
    """Where the reports do not decide; the reading taken stands beside each."""

    EXACTLY_5000 = "exactly_5000"  # "under 5,000" and "5,001 or more": ten points, as "5,000 or below" elsewhere
    BETWEEN_5000_AND_5001 = "between_5000_and_5001"  # five points
    FULL_ROOM = "full_room"  # nine people or more: nothing for the room, or nothing for the dormitory either


@dataclass(frozen=True)
class Score:
    """`total_if_full_room_voids` is the other reading of "rooms that will house nine people or above … will not receive
    any points"; it differs from `total` only under Doubt.FULL_ROOM.
    """

    vaccine: int
    origin: int
    dormitory: int
    room: int
    doubts: tuple[Doubt, ...]
    sources: tuple[Source, ...]

    @property
    def total(self) -> int:
        return self.vaccine + self.origin + self.dormitory + self.room

    @property
    def total_if_full_room_voids(self) -> int:
        return self.total - (self.dormitory if Doubt.FULL_ROOM in self.doubts else 0)


_DORMITORY_POINTS = {Dormitory.ALL_SUITES: 20, Dormitory.MIXED: 15, Dormitory.NO_SUITES: 10}
# People in the room, at most: points for a suite, and for another room.
_ROOM_POINTS = {2: (25, 10), 4: (15, 8), 6: (7, 5), 8: (3, 1)}


def _vaccine(entrant: Entrant) -> int:
    if entrant.doses >= (1 if entrant.one_dose_is_complete else 2):
        return 55
    return 45 if entrant.doses else 0


def _origin(cases: Decimal) -> tuple[int, tuple[Doubt, ...]]:
    if cases <= 5000:
        return 10, (Doubt.EXACTLY_5000,) if cases == 5000 else ()
    if cases <= 10000:
        return 5, (Doubt.BETWEEN_5000_AND_5001,) if cases < 5001 else ()
    return 0, ()


def _room(room: Room) -> int:
    points = next((points for most, points in _ROOM_POINTS.items() if room.people <= most), (0, 0))
    return points[0] if room.suite else points[1]


@rule(
    VACCINE,
    in_force_from=FIRST_RANKED,
    until=LAST_DAY,
    decided_by="ranked_on",
    doubt=f"{NOT_OFFICIAL} The worker's own room is counted, in the column of what that room is.",
)
def score(ranked_on: date, entrant: Entrant) -> Score:
    """By points (積分制): vaccine and epidemic for all, for industry workers the dormitory and the room as well."""
    origin, doubts = _origin(entrant.origin_cases)
    room = entrant.room
    if room is None:
        return Score(_vaccine(entrant), origin, 0, 0, doubts, (VACCINE, ORIGIN))
    if room.people >= FULL_ROOM:
        doubts = (*doubts, Doubt.FULL_ROOM)
    return Score(
        _vaccine(entrant),
        origin,
        _DORMITORY_POINTS[room.dormitory],
        _room(room),
        doubts,
        (VACCINE, ORIGIN, DORMITORY),
    )


class Decider(StrEnum):
    """What settled her place among those with as many points."""

    POINTS = "points"  # nobody has as many
    VISA_DATE = "visa_date"
    LOTTERY = "lottery"
    LOTTERY_PENDING = "lottery_pending"  # no seed was told yet: the place is shared


@dataclass(frozen=True)
class Placed:
    """`place_in_kind`: among workers of her kind, should there be two lists; nobody wrote whether there is one."""

    place: int
    place_in_kind: int
    entrant: Entrant
    score: Score
    decided_by: Decider
    source: Source


_Scored = tuple[Entrant, Score]


@rule(
    ORDER,
    in_force_from=FIRST_RANKED,
    until=LAST_DAY,
    decided_by="ranked_on",
    doubt="That the earlier visa goes first is our reading of its date deciding; one paper has it of the application.",
)
def rank(ranked_on: date, entrants: Iterable[Entrant], lottery: Lottery | None) -> tuple[Placed, ...]:
    """Most points first, then the earlier visa, then the draw, in whatever order they are handed in.

    Without a lottery those whom only a draw could part share a place. Raises ValueError for a worker named twice.
    """
    scored = [(entrant, score(ranked_on, entrant)) for entrant in entrants]
    twice = [worker for worker, times in Counter(entrant.worker for entrant, _ in scored).items() if times > 1]
    if twice:
        raise ValueError(f"named more than once: {', '.join(twice)}")

    def key(one: _Scored) -> tuple[int, date, str]:
        return *_before_the_draw(one), lottery.draw(one[0].worker) if lottery else ""

    # Without a draw the worker's number orders the list, but not the places: else the file's order would show.
    ordered = sorted(scored, key=lambda one: (key(one), one[0].worker))
    places = _places((entrant.worker, key((entrant, result))) for entrant, result in ordered)
    in_kind: dict[str, int] = {}
    for kind in Kind:
        own = [one for one in ordered if one[0].kind is kind]
        in_kind |= _places((entrant.worker, key((entrant, result))) for entrant, result in own)
    totals = Counter(result.total for _, result in scored)
    ties = Counter(_before_the_draw(one) for one in scored)
    drawn = Decider.LOTTERY if lottery else Decider.LOTTERY_PENDING

    def decided_by(one: _Scored) -> Decider:
        if totals[one[1].total] == 1:
            return Decider.POINTS
        return Decider.VISA_DATE if ties[_before_the_draw(one)] == 1 else drawn

    return tuple(
        Placed(places[one[0].worker], in_kind[one[0].worker], one[0], one[1], decided_by(one), ORDER) for one in ordered
    )


def _before_the_draw(one: _Scored) -> tuple[int, date]:
    entrant, result = one
    return -result.total, entrant.visa_on


def _places(sorted_keys: Iterable[tuple[str, object]]) -> dict[str, int]:
    """1, 2, 2, 4: those with equal keys share the place of the first of them."""
    places: dict[str, int] = {}
    last_key, place = None, 0
    for number, (worker, key) in enumerate(sorted_keys, 1):
        place = place if key == last_key else number
        last_key = key
        places[worker] = place
    return places
