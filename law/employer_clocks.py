"""By when an employer must recruit, bring in, notify and apply: 雇主聘僱外國人許可及管理辦法, arts. 7 to 47.

What is handed to an office on its last day moves from a day off to the next working day (民法第122條); what is
not handed to an office, such as entering the country, does not move.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from law.citations import AMENDED_2023, REWRITTEN, SKILLED_WORKERS_REGULATION, permission
from law.dates import days_after, days_before, last_day_of_period, months_after
from law.source import Dated, Source, rule
from law.working_days import Deadline, deadline


@dataclass(frozen=True)
class Due:
    """The last day, inclusive, on which a duty is done in time, and the article that says so."""

    by: Deadline
    source: Source


def _office_due(event: date, days: int, source: Source) -> Due:
    return Due(deadline(days_after(event, days)), source)


ART_7 = permission("7", "3")


@rule(ART_7, in_force_from=REWRITTEN, decided_by="filed_on")
def originals_kept_until(filed_on: date) -> Due:
    """「申請文件書面原本，應自行保存至少五年。」 (the paper originals of what was filed online, at least five years)"""
    return Due(Deadline(months_after(filed_on, 60), certain=True), ART_7)


ART_15 = permission("15")


@rule(ART_15, in_force_from=REWRITTEN, decided_by="leave_from")
def unpaid_leave_notice_due(leave_from: date) -> Due:
    """「第一類外國人，依法有留職停薪之情事，應於三日內以書面通知中央主管機關。」

    Unpaid leave that keeps the post (留職停薪), not any leave of absence as the English has it.
    """
    return _office_due(leave_from, 3, ART_15)


ART_17 = permission("17", "1")


@dataclass(frozen=True)
class RecruitmentDays:
    """For how many days at least domestic workers are sought, after the advertisement or after the newspapers."""

    after_advertisement: int
    newspaper_days: int
    after_newspapers: int


RECRUITMENT_DAYS = Dated(ART_17, {REWRITTEN: RecruitmentDays(21, 3, 14), AMENDED_2023: RecruitmentDays(7, 2, 3)})


@rule(
    ART_17,
    in_force_from=REWRITTEN,
    decided_by="advertised_on",
    doubt="Art. 17 was amended again on 2025-07-30; that text was not read. Live-in care follows art. 18 instead.",
)
def domestic_recruitment_ends(advertised_on: date, newspapers_from: date | None = None) -> Due:
    """「自登載之次日起至少七日辦理招募本國勞工。但同時於……新聞紙中選定一家連續刊登二日者，自刊登期滿之次日起至少三日」

    The first day on which the least recruitment is over is the day after `by`. `newspapers_from` is the first of
    the days in a row in one newspaper; the shorter way counts only from their end. Raises ValueError where they were
    over before the advertisement.
    """
    days = RECRUITMENT_DAYS.on(advertised_on)
    if newspapers_from is None:
        return Due(Deadline(days_after(advertised_on, days.after_advertisement), certain=True), ART_17)
    printed_until = newspapers_from + timedelta(days=days.newspaper_days - 1)
    if printed_until < advertised_on:
        raise ValueError("the newspapers run along with the advertisement, not before it")
    return Due(Deadline(days_after(printed_until, days.after_newspapers), certain=True), ART_17)


ART_20 = permission("20", "1")


@rule(ART_20, in_force_from=REWRITTEN, decided_by="recruitment_ended")
def recruitment_certificate_due(recruitment_ended: date) -> Due:
    """「得於同條第一項所定招募期滿次日起十五日內……申請求才證明書。」

    Counted from the end of the recruitment; the English counts from the last advertising day, an earlier day.
    """
    return _office_due(recruitment_ended, 15, ART_20)


ART_21_1 = permission("21-1", "1")


@rule(ART_21_1, in_force_from=AMENDED_2023, decided_by="recruitment_ended")
def earlier_recruitment_certificate_due(recruitment_ended: date) -> Due:
    """「雇主曾以下列方式之一招募本國勞工……得自招募期滿次日起六十日內……申請求才證明書」

    For at least seven days of recruiting that were done before thinking of foreign workers.
    """
    return _office_due(recruitment_ended, 60, ART_21_1)


ART_30_2, ART_30_3, ART_30_4 = permission("30", "2"), permission("30", "3"), permission("30", "4")


@dataclass(frozen=True)
class EntryTerm:
    """Until when a recruited worker must have entered, and between which days more time may be asked for, once."""

    enter_by: date
    ask_from: date
    ask_until: Deadline
    source: Source
    extension_source: Source


NAMED_DAY_COUNTS = "Whether the day named in the notice counts is not said: it is counted, which gives the safe day."


@rule(ART_30_2, in_force_from=REWRITTEN, decided_by="permit_dated", doubt=NAMED_DAY_COUNTS)
def entry_term(permit_dated: date) -> EntryTerm:
    """「自許可通知所定之日起六個月內……完成外國人入國手續。」
    「許可引進屆滿之日前後三十日內……申請延長，並以一次為限。」 (第3項)

    Only for 「不可抗力或其他不可歸責雇主之事由」 (第3項: force majeure or another cause that is not the employer's);
    the English makes the extension automatic. `permit_dated` is the day named in the permit notice; more time may be
    asked for on the days that both ways of counting allow.
    """
    enter_by = last_day_of_period(permit_dated, 6)
    ask_from = days_before(months_after(permit_dated, 6), 30)
    return EntryTerm(enter_by, ask_from, deadline(days_after(enter_by, 30)), ART_30_2, ART_30_3)


@rule(ART_30_4, in_force_from=REWRITTEN, decided_by="approval_dated", doubt=NAMED_DAY_COUNTS)
def extended_entry_due(approval_dated: date) -> Due:
    """「前項許可經核准延長者，應於核准通知所定之日起三個月內引進。」"""
    return Due(Deadline(last_day_of_period(approval_dated, 3), certain=True), ART_30_4)


ART_33 = permission("33", "5")


@rule(ART_33, in_force_from=REWRITTEN, decided_by="changed_on")
def lodging_change_notice_due(changed_on: date) -> Due:
    """「於第二項第五款規定事項有變更時，應於變更後七日內，通知……當地主管機關。」

    The lodging and the care staff (住宿地點及生活照顧服務人員).
    """
    return _office_due(changed_on, 7, ART_33)


ART_34 = permission("34", "1")


@rule(
    ART_34,
    in_force_from=REWRITTEN,
    decided_by="entered_on",
    doubt="That a last day off moves (民法第122條) is our reading for this notice.",
)
def arrival_notice_due(entered_on: date) -> Due:
    """「應於外國人入國後三日內，檢附下列文件通知當地主管機關實施檢查」

    Not for renewals, nor for household workers whose papers go together five days before entry (art. 34-3).
    """
    return _office_due(entered_on, 3, ART_34)


ART_36 = permission("36")


@rule(ART_36, in_force_from=REWRITTEN, decided_by="entered_on")
def permit_application_due(entered_on: date) -> Due:
    """「雇主於所招募之第二類外國人入國後十五日內，應備下列文件申請聘僱許可」"""
    return _office_due(entered_on, 15, ART_36)


ART_37 = permission("37", "2")


@dataclass(frozen=True)
class PermitSpan:
    """A permit for the days that passed although the employment was refused; both days inclusive."""

    first_day: date
    last_day: date
    source: Source


@rule(ART_37, in_force_from=REWRITTEN, decided_by="began_on")
def permit_despite_refusal(began_on: date, refused_on: date) -> PermitSpan:
    """「自外國人入國日起至不予核發聘僱許可之日。」「自期滿續聘日起至不予核發聘僱許可之日。」

    What the ministry may give (得核發) where the application was missing, late or wrong. Raises ValueError for a
    refusal before the employment began.
    """
    if refused_on < began_on:
        raise ValueError("a permit cannot be refused before the employment began")
    return PermitSpan(began_on, refused_on, ART_37)


ART_47 = permission("47", "1")
BEFORE_THE_SKILLED_REGULATION = SKILLED_WORKERS_REGULATION - timedelta(days=1)


@rule(
    ART_47,
    in_force_from=REWRITTEN,
    until=BEFORE_THE_SKILLED_REGULATION,
    decided_by="event",
    doubt="The regulation of 2026 on skilled workers names no such notice; what replaced it was not found.",
)
def skilled_worker_notice_due(event: date) -> Due:
    """「由國外引進……於外國人入國後三日內。」「於國內聘僱……自申請聘僱許可日起三日內。」

    `event` is the arrival, or the application for one who is in Taiwan. Nothing is due from an employer who
    applies for a worker of his own (art. 47(3)).
    """
    return _office_due(event, 3, ART_47)


ART_70 = permission("70")


@dataclass(frozen=True)
class CatchUp:
    allowed: bool
    source: Source


@rule(ART_70, in_force_from=REWRITTEN, decided_by="missed_on")
def may_catch_up_duty(
    missed_on: date, filed_on: date, *, approved_until: date | None, earlier_catch_ups: int
) -> CatchUp:
    """「經中央主管機關認可後，得於核准所定期限內，補行通知或申請。……就同一通知或申請案別，以一次為限。」

    `missed_on` is the last day that was missed, `approved_until` the last day the ministry gave, None without one.
    """
    in_time = approved_until is not None and missed_on < filed_on <= approved_until
    return CatchUp(in_time and earlier_catch_ups == 0, ART_70)
