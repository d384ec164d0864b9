"""The orientation of household workers and its certificate: 雇主聘僱外國人許可及管理辦法, arts. 34-1 and 34-4."""

from dataclasses import dataclass
from datetime import date

from law.citations import permission
from law.dates import days_after, days_before, months_after
from law.source import Source, rule

IN_FORCE_FROM = date(2023, 1, 1)  # art. 73(2): the articles issued on 2022-12-26
ART_34_1 = permission("34-1")
ART_34_4_1, ART_34_4_2 = permission("34-4", "1"), permission("34-4", "2")


@dataclass(frozen=True)
class LastDay:
    """The last day, inclusive. No day off moves it: nothing here is handed to an office on that day."""

    by: date
    source: Source


@rule(
    ART_34_1,
    in_force_from=IN_FORCE_FROM,
    decided_by="enters_on",
    doubt="Whether five full days must lie between is not said; we count back five, without the day of entry.",
)
def orientation_request_due(enters_on: date) -> LastDay:
    """「從事家庭幫傭或家庭看護之工作者，應於外國人入國日五日前，向中央主管機關申請」

    A day off on that day does not move it: counted backwards a later day would be too late.
    """
    return LastDay(days_before(enters_on, 5), ART_34_1)


@rule(
    ART_34_4_1,
    in_force_from=IN_FORCE_FROM,
    decided_by="completed_on",
    doubt="It is not said whether the certificate must still hold on the next entry or on the application for it.",
)
def orientation_certificate_valid_until(completed_on: date) -> LastDay:
    """「完成……入國講習後，由中央主管機關發給五年效期之完訓證明。」 (a certificate good for five years)

    The day of completion is not counted (民法第120條), so the fifth anniversary is still a good day.
    """
    return LastDay(months_after(completed_on, 60), ART_34_4_1)


@rule(
    ART_34_4_2,
    in_force_from=IN_FORCE_FROM,
    decided_by="entered_on",
    doubt="The text speaks only of the household workers of art. 34-1. With the day of entry counted it is a day less.",
)
def online_course_due(entered_on: date) -> LastDay:
    """「因故未完成入國講習者，雇主應安排其於入國日起九十日內，至……入國講習網站參加入國講習」

    The employer's duty, not the worker's.
    """
    return LastDay(days_after(entered_on, 90), ART_34_4_2)
