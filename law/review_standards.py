"""When a manufacturer may recruit again before a permit ends.

外國人從事就業服務法第四十六條第一項第八款至第十一款工作資格及審查標準, read in the official English of 2024.
"""

from datetime import date

from law.dates import window_opens
from law.source import Source, rule
from law.windows import ApplicationWindow, Purpose, Standing, standing

IN_FORCE_FROM = date(2022, 4, 30)
ART_37 = Source(
    "外國人從事就業服務法第四十六條第一項第八款至第十一款工作資格及審查標準",
    article="37",
    paragraph="1",
    url="https://law.moj.gov.tw/LawClass/LawSingle.aspx?pcode=N0090029&flno=37",
    checked=date(2026, 11, 21),
)
RENUMBERING = "Whether the December 2025 amendment moved this article was not confirmed."


@rule(ART_37, in_force_from=IN_FORCE_FROM, decided_by="ends_on", doubt=RENUMBERING)
def re_recruit(ends_on: date) -> ApplicationWindow:
    """One application, from four months before the worker's permit ends until it ends."""
    return ApplicationWindow(window_opens(ends_on, 4), ends_on, ends_on, Purpose.RE_RECRUITMENT, ART_37)


@rule(ART_37, in_force_from=IN_FORCE_FROM, decided_by="ends_on", doubt=RENUMBERING)
def may_re_recruit(ends_on: date, asked_on: date, *, earlier_applications: int) -> bool:
    in_time = standing(re_recruit(ends_on), asked_on) in (Standing.OPEN, Standing.LAST_SAFE_DAY)
    return in_time and earlier_applications == 0


@rule(ART_37, in_force_from=IN_FORCE_FROM, decided_by="ends_on", doubt=RENUMBERING)
def re_recruitment_places(ends_on: date, *, permitted: int, entered_or_continued: int) -> int:
    """Art. 37(2): at most as many as came in or stayed on under the previous permit.

    Both numbers are those of one labour-insurance number.
    """
    return min(permitted, entered_or_continued)
