"""By when an employer must recruit, bring in, notify and apply, counted from one event."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

from bot.calculators.answers import MOVES, Calculator, Result, Unanswerable, because, day, office_day, result
from bot.calculators.fields import Asked, Day, Inputs
from bot.two_languages import Words
from law.departures import DepartureCause, departure_report
from law.employer_clocks import (
    Due,
    arrival_notice_due,
    domestic_recruitment_ends,
    earlier_recruitment_certificate_due,
    entry_term,
    extended_entry_due,
    lodging_change_notice_due,
    originals_kept_until,
    permit_application_due,
    permit_despite_refusal,
    recruitment_certificate_due,
    skilled_worker_notice_due,
    unpaid_leave_notice_due,
)
from law.source import Rule


class Event(StrEnum):
    """What starts the clocks."""

    ADVERTISED = "advertised"
    RECRUITMENT_ENDED = "recruitment_ended"
    RECRUITMENT_PERMITTED = "recruitment_permitted"
    EXTENSION_APPROVED = "extension_approved"
    ENTERED = "entered"
    SKILLED_BEGINS = "skilled_begins"
    LODGING_CHANGED = "lodging_changed"
    UNPAID_LEAVE = "unpaid_leave"
    REFUSED = "refused"
    LEFT = "left"
    FILED_ONLINE = "filed_online"


EVENTS: Mapping[Event, Words] = {
    Event.ADVERTISED: Words("刊登求才", "Advertised for domestic workers"),
    Event.RECRUITMENT_ENDED: Words("國內招募期滿", "The domestic recruitment ended"),
    Event.RECRUITMENT_PERMITTED: Words("招募許可通知所定之日", "Day named in the recruitment permit"),
    Event.EXTENSION_APPROVED: Words("延長引進核准通知所定之日", "Day named in the approval of more time to bring in"),
    Event.ENTERED: Words("第二類外國人入國", "A type B worker entered"),
    Event.SKILLED_BEGINS: Words(
        "中階技術人力入國或申請聘僱許可", "A skilled worker entered, or was applied for in Taiwan"
    ),
    Event.LODGING_CHANGED: Words("住宿地點或生活照顧人員變更", "Lodging or care staff changed"),
    Event.UNPAID_LEAVE: Words("第一類外國人留職停薪", "Unpaid leave of a type A worker began"),
    Event.REFUSED: Words(
        "聘僱開始（許可遭不予核發，另填該日）", "Employment began, and the permit was refused (second day)"
    ),
    Event.LEFT: Words(
        "廢止、體檢不合格或無許可後出國", "Left after revocation, a failed examination or without a permit"
    ),
    Event.FILED_ONLINE: Words("線上申請", "Filed online"),
}


class EmployerEvent(Inputs):
    """One event; two of them need a second day."""

    event: Annotated[Event, Asked(Words("事件", "Event"), options=EVENTS)]
    happened_on: Annotated[Day, Asked(Words("事件日", "Day of the event"))]
    second_day: Annotated[
        Day | None,
        Asked(
            Words("另一日期", "Second day"),
            Words(
                "刊登求才：連續刊登新聞紙的首日；不予核發：不予核發之日",
                "Advertised: first day in the newspapers. Refused: day of the refusal",
            ),
        ),
    ] = None


def employer_duties(given: EmployerEvent) -> Result:
    match given.event:
        case Event.ADVERTISED:
            return _advertised(given.happened_on, given.second_day)
        case Event.RECRUITMENT_PERMITTED:
            return _permitted(given.happened_on)
        case Event.REFUSED:
            return _refused(given.happened_on, given.second_day)
        case Event.LEFT:
            return _left(given.happened_on)
    duties = _DUTIES[given.event]
    lines = [office_day(name, label.zh, label.en, rule(given.happened_on).by) for name, rule, label, _means in duties]
    moves = () if given.event in _UNMOVED else (MOVES,)
    return result(lines, *(because(rule, means) for _name, rule, _label, means in duties), *moves)


_DUTIES: Mapping[Event, tuple[tuple[str, Rule[..., Due], Words, Words], ...]] = {
    Event.RECRUITMENT_ENDED: (
        (
            "certificate_due",
            recruitment_certificate_due,
            Words("求才證明書申請期限", "Apply for the recruitment certificate by"),
            Words("招募期滿次日起 15 日內。", "Within 15 days from the day after the recruitment ended."),
        ),
        (
            "earlier_certificate_due",
            earlier_recruitment_certificate_due,
            Words("曾自行招募者，求才證明書申請期限", "The same, for recruitment that was done before"),
            Words("曾自行招募本國勞工者，60 日內。", "Within 60 days, where domestic workers were sought before."),
        ),
    ),
    Event.EXTENSION_APPROVED: (
        (
            "enter_by",
            extended_entry_due,
            Words("引進期限", "Bring in by"),
            Words("核准延長後三個月內引進；末日不順延。", "Within three months; the last day does not move."),
        ),
    ),
    Event.ENTERED: (
        (
            "notice_due",
            arrival_notice_due,
            Words("入國通報期限（地方政府）", "Notice to the local authority by"),
            Words("入國後三日內通知當地主管機關。", "Within three days after the entry."),
        ),
        (
            "application_due",
            permit_application_due,
            Words("聘僱許可申請期限", "Apply for the employment permit by"),
            Words("入國後 15 日內申請聘僱許可。", "Within 15 days after the entry."),
        ),
    ),
    Event.SKILLED_BEGINS: (
        (
            "notice_due",
            skilled_worker_notice_due,
            Words("通報期限（地方政府）", "Notice to the local authority by"),
            Words("入國後或申請之日起三日內。", "Within three days after the entry, or after applying."),
        ),
    ),
    Event.LODGING_CHANGED: (
        (
            "notice_due",
            lodging_change_notice_due,
            Words("變更通知期限", "Notice of the change by"),
            Words("變更後七日內通知當地主管機關。", "Within seven days after the change."),
        ),
    ),
    Event.UNPAID_LEAVE: (
        (
            "notice_due",
            unpaid_leave_notice_due,
            Words("留職停薪通知期限", "Notice of the leave by"),
            Words("三日內以書面通知中央主管機關。", "In writing to the ministry within three days."),
        ),
    ),
    Event.FILED_ONLINE: (
        (
            "kept_until",
            originals_kept_until,
            Words("文件原本保存至", "Keep the originals until"),
            Words("書面原本至少保存五年。", "Paper originals are kept for at least five years."),
        ),
    ),
}
_UNMOVED = frozenset((Event.EXTENSION_APPROVED, Event.FILED_ONLINE))


def _advertised(on: date, newspapers_from: date | None) -> Result:
    if newspapers_from is not None and newspapers_from < on:
        raise Unanswerable(Words("新聞紙不得早於求才登載日。", "The newspapers do not begin before the advertisement."))
    ends = domestic_recruitment_ends(on, newspapers_from).by.day
    certificate = recruitment_certificate_due(ends).by
    lines = [
        day("recruitment_ends", "最短招募期滿日", "Least recruitment is over after", ends),
        office_day("certificate_due", "求才證明書申請期限", "Apply for the recruitment certificate by", certificate),
    ]
    shortest = Words(
        "登載次日起至少七日；同時連續刊登新聞紙者，自刊登期滿次日起至少三日。",
        "At least seven days from the day after, or three after two days in a row in a newspaper.",
    )
    within = Words("招募期滿次日起 15 日內。", "Within 15 days from the day after the recruitment ended.")
    return result(
        lines, because(domestic_recruitment_ends, shortest), because(recruitment_certificate_due, within), MOVES
    )


def _permitted(on: date) -> Result:
    term = entry_term(on)
    lines = [
        day("enter_by", "引進期限", "Bring in by", term.enter_by),
        day("ask_from", "可申請延長自", "More time may be asked for from", term.ask_from),
        office_day("ask_until", "可申請延長至", "More time may be asked for until", term.ask_until),
    ]
    within = Words("許可通知所定之日起六個月內入國；入國期限不順延。", "Within six months; that day does not move.")
    more = Words(
        "僅限不可抗力或不可歸責於雇主的事由，於屆滿前後 30 日內申請，一次為限。",
        "Once, for force majeure or a cause that is not the employer's, within 30 days before or after.",
    )
    return result(lines, because(entry_term, within), because(entry_term, more, term.extension_source), MOVES)


def _refused(began_on: date, refused_on: date | None) -> Result:
    if refused_on is None or refused_on < began_on:
        raise Unanswerable(
            Words("請填不予核發之日，且不得早於聘僱開始日。", "Give the day of the refusal, not before the beginning.")
        )
    span = permit_despite_refusal(began_on, refused_on)
    lines = [
        day("first_day", "許可起日", "Permit from", span.first_day),
        day("last_day", "許可迄日", "Permit until", span.last_day),
    ]
    means = Words("主管機關得就已聘僱期間核發許可。", "The ministry may permit the days that have passed.")
    return result(lines, because(permit_despite_refusal, means))


def _left(on: date) -> Result:
    report = departure_report(on, DepartureCause.REVOKED)
    lines = (
        [] if report.due is None else [office_day("report_due", "出國通知期限", "Report the departure by", report.due)]
    )
    means = Words(
        "出國後 30 日內通知；許可屆滿出國或經驗證終止者免。",
        "Within 30 days; not after expiry, nor after a termination that was verified.",
    )
    return result(lines, because(departure_report, means, report.source), MOVES)


CALCULATOR = Calculator(
    "employer-clocks",
    Words("雇主應辦事項期限", "Employer clocks"),
    Words("招募、引進、入國通報、申請聘僱許可等期限。", "Recruiting, bringing in, notices, permit applications."),
    EmployerEvent,
    employer_duties,
    {"event": "entered", "happened_on": "2026-03-02"},
)
