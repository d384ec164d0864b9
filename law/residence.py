"""When residence may be extended: 外國人停留居留及永久居留辦法.

The date on the residence card is not the whole truth: since 2024-08-31 the immigration agency extends pending
cases by 30 days without a new card. Whoever shows these days says "ask the immigration agency" next to them.
"""

from collections.abc import Callable
from datetime import date

from law.dates import days_before, window_opens
from law.source import Dated, Source, rule
from law.windows import ApplicationWindow, Purpose

ART_9 = Source(
    "外國人停留居留及永久居留辦法",
    article="9",
    paragraph="1",
    url="https://law.moj.gov.tw/LawClass/LawSingle.aspx?pcode=D0080129&flno=9",
    checked=date(2026, 11, 21),
)
_OPENS: Dated[Callable[[date], date]] = Dated(
    ART_9,
    {
        date(2008, 8, 1): lambda expires_on: days_before(expires_on, 30),  # 「屆滿前三十日內」, then art. 8
        date(2024, 1, 1): lambda expires_on: window_opens(expires_on, 3),  # 「屆滿前三個月內」
    },
)


@rule(ART_9, in_force_from=date(2008, 8, 1), decided_by="expires_on")
def extend_residence(expires_on: date) -> ApplicationWindow:
    """「申請延期居留者，應於居留期限屆滿前三個月內……向移民署申請」"""
    opens = _OPENS.on(expires_on)(expires_on)
    return ApplicationWindow(opens, expires_on, expires_on, Purpose.RESIDENCE_EXTENSION, ART_9)
