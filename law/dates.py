"""How the Civil Code counts days and months, forwards from an event and backwards from a last day.

Every day here is inclusive: a permit that ends on 31 August is good on 31 August.
"""

from calendar import monthrange
from datetime import date, timedelta

from law.source import Source, rule

CHECKED = date(2026, 11, 21)
IN_FORCE_FROM = date(1929, 10, 10)


def _civil_code(article: str, paragraph: str) -> Source:
    url = f"https://law.moj.gov.tw/LawClass/LawSingle.aspx?pcode=B0000001&flno={article}"
    return Source("民法", article, paragraph, url, CHECKED)


FIRST_DAY_NOT_COUNTED = _civil_code("120", "2")  # 「以日、星期、月或年定期間者，其始日不算入。」
CORRESPONDING_DAY = _civil_code("121", "2")
BY_CALENDAR = _civil_code("123", "1")  # 「稱月或年者，依曆計算。」


def _months_later(day: date, months: int) -> tuple[date, bool]:
    """The corresponding day that many months later, and whether that month has such a day."""
    year, month_before = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month_before + 1)[1]
    return date(year, month_before + 1, min(day.day, last)), day.day <= last


@rule(CORRESPONDING_DAY, in_force_from=IN_FORCE_FROM, decided_by="day")
def months_before(day: date, months: int) -> date:
    """「但以月或年定期間，於最後之月，無相當日者，以其月之末日，為期間之末日。」

    The simple reading backwards: the same day of an earlier month, or that month's last day. We remind on
    it, and treat it as the last safe day of whatever closes that many months before.
    """
    return _months_later(day, -months)[0]


@rule(CORRESPONDING_DAY, in_force_from=IN_FORCE_FROM, decided_by="day")
def window_opens(day: date, months: int) -> date:
    """The first day surely within the last so many months before `day`.

    No statute defines the counting back. This is the health authority's published method (2017-08-01 less
    five months is 2017-03-02): one day after the corresponding day, or after the month's last day where there
    is none. It opens a day later than the simple reading, so nobody is told that a window is open when an
    office may disagree.
    """
    return _months_later(day, -months)[0] + timedelta(days=1)


@rule(BY_CALENDAR, in_force_from=IN_FORCE_FROM, decided_by="day")
def months_after(day: date, months: int) -> date:
    """The same day so many calendar months later, or that month's last day (arts. 121(2), 123(1))."""
    return _months_later(day, months)[0]


@rule(CORRESPONDING_DAY, in_force_from=IN_FORCE_FROM, decided_by="first_day")
def last_day_of_period(first_day: date, months: int) -> date:
    """「以最後之星期、月或年與起算日相當日之前一日，為期間之末日。」

    `first_day` belongs to the period: six months from 1 January end on 30 June. Where the last month has no
    corresponding day, its last day is the end.
    """
    corresponding, exists = _months_later(first_day, months)
    return corresponding - timedelta(days=1) if exists else corresponding


@rule(FIRST_DAY_NOT_COUNTED, in_force_from=IN_FORCE_FROM, decided_by="day")
def days_before(day: date, days: int) -> date:
    return day - timedelta(days=days)


@rule(FIRST_DAY_NOT_COUNTED, in_force_from=IN_FORCE_FROM, decided_by="day")
def days_after(day: date, days: int) -> date:
    """The last of so many days counted from the day after `day`."""
    return day + timedelta(days=days)
