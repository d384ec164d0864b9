"""When residence may be extended: 外國人停留居留及永久居留辦法.

The date on the residence card is not the whole truth: since 2024-08-31 the immigration agency extends pending
cases by 30 days without a new card. Whoever shows these days says "ask the immigration agency" next to them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from law.dates import days_after, days_before, window_opens
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


PENDING = Source(
    "外國人停留居留及永久居留辦法",
    article="9",
    paragraph="1",
    url="https://xifu.com.tw/news/display/4780",
    checked=date(2026, 11, 22),
)


@dataclass(frozen=True)
class PendingExtension:
    """No new card shows `until`; only whoever filed hears of it, by e-mail. Say: ask the immigration agency."""

    until: date
    source: Source


@rule(
    PENDING,
    in_force_from=date(2024, 8, 31),
    decided_by="expires_on",
    doubt="The agency's announcement of 2024-07-12 was read in an employment agency's report of it.",
)
def pending_extension(expires_on: date) -> PendingExtension:
    """“於居留效期最後1日下午5時前仍未核准居留，於屆期日當日下午5時，由系統自動延期30日”

    Only for a case filed through the one-stop service (在臺移工一站式申請聘僱及居留服務) and still undecided at
    17:00 of the last day; it repeats until the decision. Skilled workers (type C) cannot use that service. After
    a refusal or withdrawal the last day so reached stands, and she must have left by it.
    """
    return PendingExtension(days_after(expires_on, 30), PENDING)


ART_20 = Source(
    "外國人停留居留及永久居留辦法",
    article="20",
    paragraph="",
    url="https://law.moj.gov.tw/LawClass/LawSingle.aspx?pcode=D0080129&flno=20",
    checked=date(2026, 11, 22),
)
_ON_THE_CARD = Dated(ART_20, {date(2013, 10, 4): False, date(2024, 1, 1): True})


@dataclass(frozen=True)
class ReEntry:
    """Whether the card of a type B worker lets her come back; if not, she asks for a permit before she leaves."""

    on_the_card: bool
    source: Source


@rule(
    ART_20,
    in_force_from=date(2013, 10, 4),
    decided_by="card_issued_on",
    doubt="The change of 2024-01-01 was read in the labour agency's notice of it, not in the article's own text.",
)
def re_entry(card_issued_on: date) -> ReEntry:
    """Since 2024 on the card; until 2023 「依……第八款至第十款來臺工作者，應申請單次重入國許可」.

    An older card gets it when it is next extended or changed.
    """
    return ReEntry(_ON_THE_CARD.on(card_issued_on), ART_20)
