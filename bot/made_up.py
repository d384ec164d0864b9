"""Made-up workers for demonstration, tests and benchmarks: plausible, repeatable, and nobody's.

Taiwan reserves no telephone numbers for fiction, so phones come from 0940-0949, where libphonenumber knows no
operator. A made-up ARC or passport number may still happen to be somebody's: never send this to a live system.
"""

import csv
import random
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

from bot.made_up_names import made_up_name
from models.identity import arc_check_digit
from models.permit_row import COLUMNS

# Workers per thousand by country and work. Countries: end of March 2024, scaled late 2025. Work: November 2025,
# split by hand so that care leans to Indonesia and factories to Viet Nam, as they do.
_STOCK = (
    *(("ID", "household_care", 206), ("ID", "manufacturing", 108), ("ID", "construction", 20)),
    *(("ID", "fishing", 14), ("ID", "agriculture", 12), ("ID", "institution_care", 7)),
    *(("VN", "manufacturing", 262), ("VN", "household_care", 25), ("VN", "construction", 24)),
    *(("VN", "agriculture", 15), ("VN", "institution_care", 14), ("VN", "fishing", 4)),
    *(("PH", "manufacturing", 151), ("PH", "household_care", 38), ("PH", "institution_care", 4)),
    *(("PH", "fishing", 2), ("PH", "construction", 2), ("PH", "agriculture", 1)),
    *(("TH", "manufacturing", 70), ("TH", "construction", 15), ("TH", "agriculture", 4)),
    *(("TH", "household_care", 1), ("MY", "manufacturing", 1)),
)
_STOCK_WEIGHTS = tuple(accumulate(weight for _, _, weight in _STOCK))
# Women per hundred; welfare work is done by women almost alone.
_WOMEN = {
    "household_care": 99,
    "institution_care": 98,
    "manufacturing": 34,
    "construction": 2,
    "fishing": 1,
    "agriculture": 40,
}
# The rest of a thousand is type B; what A, D and E work as replaces the work above.
_TYPES = (("A", 8, "professional"), ("C", 52, None), ("D", 6, "student_work"), ("E", 4, "other"))

# County, its letter in ARC numbers, and weight.
_COUNTIES = (
    *(("桃園市", "H", 165), ("臺中市", "B", 140), ("新北市", "F", 130), ("高雄市", "E", 85), ("臺南市", "D", 85)),
    *(("彰化縣", "N", 75), ("新竹縣", "J", 55), ("臺北市", "A", 60), ("苗栗縣", "K", 35), ("屏東縣", "T", 35)),
    *(("雲林縣", "P", 30), ("新竹市", "O", 25), ("宜蘭縣", "G", 25), ("南投縣", "M", 20), ("嘉義縣", "Q", 20)),
    *(("基隆市", "C", 10), ("花蓮縣", "U", 8), ("嘉義市", "I", 7), ("臺東縣", "V", 6), ("澎湖縣", "X", 4)),
)
_COUNTY_WEIGHTS = tuple(accumulate(weight for *_, weight in _COUNTIES))

_FACTORIES = ("精密", "電子", "紡織", "金屬", "塑膠", "食品", "光電", "橡膠", "機械", "紙業")
_SURNAMES = "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐"

# Numbers walk through their whole range in steps that share no factor with it, so none comes twice.
_ARC_NUMBERS, _ARC_STEP = 7_000_000, 4_567_891  # third digit 0-6: a foreigner with a passport
_TEN_MILLION, _PASSPORT_STEP, _PHONE_STEP = 10_000_000, 6_180_339, 3_819_661

_OLD_ARC_IN_A_HUNDRED = 8
_MONTH_END_IN_A_HUNDRED = 25
_EVERY_TENTH_ENDS_WITHIN = 124  # days, so that a small demonstration has reminders to show


def made_up_workers(count: int, seed: int, today: date) -> Iterator[dict[str, str]]:
    """`count` rows in the columns of the permit file; the same seed and day give the same rows."""
    if count > _ARC_NUMBERS:
        raise ValueError(f"there are only {_ARC_NUMBERS:,} made-up numbers to give out")
    chance = random.Random(seed)
    first = chance.randrange(_ARC_NUMBERS)
    for index in range(count):
        yield _worker(index, first + index, chance, today)


def canary_workers() -> list[dict[str, str]]:
    """Three workers whose every value is so odd that finding one of them anywhere proves a leak."""
    return [
        {
            "worker_ref": f"CANARY-{number}",
            "passport_no": f"ZQXJ9753{number}",
            "arc_no": _arc("X", "F" if number < 3 else "M", 975_310 + number, old=number == 2),
            "name": f"ZYXQUVARK {middle} KWOZJIBEX",
            "birth_date": f"1961-11-2{number}",
            "phone": f"+88694975310{number}",
            "nationality": nationality,
            "sex": "F" if number < 3 else "M",
            "permit_no": f"CANARY-PERMIT-{number}",
            "permit_type": "B",
            "work": "manufacturing",
            "employer_name": f"金絲雀測試雇主{number}",
            "county": "澎湖縣",
            "starts_on": "2025-01-01",
            "ends_on": "2027-12-31",
            "arc_expires_on": "2027-12-31",
            "entered_on": "2025-01-01",
        }
        for number, middle, nationality in ((1, "UNO", "ID"), (2, "DUE", "VN"), (3, "TRE", "PH"))
    ]


def write_csv(path: Path, rows: Iterable[Mapping[str, str]]) -> int:
    """Writes RFC 4180 in UTF-8 and gives back how many rows; not guarded for opening in a spreadsheet."""
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\r\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(row)
            written += 1
    return written


def _worker(index: int, serial: int, chance: random.Random, today: date) -> dict[str, str]:
    nationality, work, _ = chance.choices(_STOCK, cum_weights=_STOCK_WEIGHTS)[0]
    county, letter, _ = chance.choices(_COUNTIES, cum_weights=_COUNTY_WEIGHTS)[0]
    sex = "F" if chance.random() * 100 < _WOMEN[work] else "M"
    kind, work = _type(work, chance)
    starts, ends = _permit(index, kind, chance, today)
    born = starts - timedelta(days=chance.randrange(20 * 366, (28 if kind == "D" else 51) * 365))
    old_arc = chance.random() * 100 < _OLD_ARC_IN_A_HUNDRED
    return {
        "worker_ref": f"W{index + 1:06d}",
        "passport_no": _passport(nationality, serial, chance),
        "arc_no": _arc(letter, sex, serial * _ARC_STEP % _ARC_NUMBERS, old=old_arc),
        "name": made_up_name(nationality, sex, chance),
        "birth_date": born.isoformat(),
        "phone": f"+88694{serial * _PHONE_STEP % _TEN_MILLION:07d}",
        "nationality": nationality,
        "sex": sex,
        "permit_no": f"DEMO-{starts.year}-{index + 1:06d}",
        "permit_type": kind,
        "work": work,
        "employer_name": _employer(work, chance),
        "county": county,
        "starts_on": starts.isoformat(),
        "ends_on": ends.isoformat(),
        "arc_expires_on": _arc_expiry(ends, chance, today).isoformat(),
        "entered_on": _entry(born, starts, chance).isoformat(),
    }


def _type(work: str, chance: random.Random) -> tuple[str, str]:
    drawn = chance.randrange(1000)
    for kind, share, other_work in _TYPES:
        if drawn < share:
            return kind, other_work or work
        drawn -= share
    return "B", work


def _permit(index: int, kind: str, chance: random.Random, today: date) -> tuple[date, date]:
    """First and last day of a permit that runs today; a quarter of them end with a month."""
    months = 6 if kind == "D" else chance.choice((36, 36, 36, 36, 24, 12))
    longest = _EVERY_TENTH_ENDS_WITHIN if index % 10 == 0 else months * 30
    ends = today + timedelta(days=chance.randrange(longest))
    if chance.random() * 100 < _MONTH_END_IN_A_HUNDRED:
        at_month_end = ends.replace(day=monthrange(ends.year, ends.month)[1])
        if _months_before(at_month_end + timedelta(days=1), months) <= today:
            ends = at_month_end
    return _months_before(ends + timedelta(days=1), months), ends


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _arc_expiry(ends: date, chance: random.Random, today: date) -> date:
    """Mostly the permit's own end; where the passport ran out first, some months before it."""
    if chance.random() < 0.8:
        return ends
    return min(ends, max(ends - timedelta(days=chance.randrange(30, 180)), today + timedelta(days=14)))


def _entry(born: date, starts: date, chance: random.Random) -> date:
    """The first day of this permit, or of an earlier one if she was twenty by then."""
    earlier = starts - timedelta(days=365 * chance.choice((0, 0, 0, 3, 3, 6, 9)))
    return earlier if earlier >= born + timedelta(days=20 * 366) else starts


def _arc(letter: str, sex: str, number: int, *, old: bool) -> str:
    kind = {"M": "C", "F": "D"}[sex] if old else {"M": "8", "F": "9"}[sex]
    stem = f"{letter}{kind}{number:07d}"
    return f"{stem}{arc_check_digit(stem)}"


def _passport(nationality: str, serial: int, chance: random.Random) -> str:
    """The commonest pattern of each country; the number alone is unique."""
    number = f"{serial * _PASSPORT_STEP % _TEN_MILLION:07d}"
    match nationality:
        case "ID":
            return chance.choice("ABCEX") + number
        case "VN":
            return chance.choice("BCKN") + number
        case "PH":
            return f"P{number}{chance.choice('ABC')}"
        case "TH":
            return f"A{chance.choice('ABC')}{number}"
        case _:
            return chance.choice("AHK") + number + chance.choice("0123456789")


def _employer(work: str, chance: random.Random) -> str:
    if work in {"household_care", "other"}:
        return f"{chance.choice(_SURNAMES)}{chance.choice(('女士', '先生'))}（示範家庭）"
    kind = {
        "institution_care": "示範長照中心",
        "construction": "示範營造股份有限公司",
        "fishing": "示範漁船",
        "agriculture": "示範農場",
        "professional": "示範科技股份有限公司",
        "student_work": "示範餐飲店",
    }.get(work) or f"示範{chance.choice(_FACTORIES)}股份有限公司"
    return f"{kind}{chance.randrange(1, 400):03d}"
