"""When an absence may be reported, by when, and whether a contact on record leaves the report without a ground."""

from collections.abc import Mapping
from typing import Annotated

from bot.calculators.answers import MOVES, Calculator, Line, Result, Unanswerable, because, day, office_day, result, yes
from bot.calculators.fields import Asked, Day, Days, Inputs
from bot.two_languages import Words
from law.missing_reports import Contact, ContactOffice, employers_notice_due, lost_contact, third_missed_day

OFFICES: Mapping[ContactOffice, Words] = {
    ContactOffice.HOTLINE: Words("1955", "1955"),
    ContactOffice.MINISTRY: Words("勞動部", "the ministry"),
    ContactOffice.LOCAL_AUTHORITY: Words("地方政府", "a local authority"),
    ContactOffice.SHELTER: Words("安置單位", "a shelter"),
    ContactOffice.HOME_OFFICE: Words("移工原籍國駐臺機構", "the office of the worker's own country in Taiwan"),
}
ALL_OFFICES = Words(
    "、".join(OFFICES[office].zh for office in ContactOffice), ", ".join(OFFICES[office].en for office in ContactOffice)
)


class Absence(Inputs):
    """Only days on which the worker was to work count."""

    absent_from: Annotated[Day, Asked(Words("曠職首日", "Absent from"))]
    scheduled: Annotated[
        Days,
        Asked(
            Words("排定的工作日", "Days on which the worker was to work"),
            Words(
                "不含休息日、例假與請假，例如 2026-03-02 2026-03-03 2026-03-04",
                "Without rest days and leave, such as 2026-03-02 2026-03-03 2026-03-04",
            ),
        ),
    ]
    contact_on: Annotated[
        Day | None,
        Asked(
            Words("有紀錄的聯繫日", "Day of a contact on record"),
            Words(f"聯繫下列任一單位：{ALL_OFFICES.zh}", f"With any of these: {ALL_OFFICES.en}"),
        ),
    ] = None
    place_known: Annotated[
        bool,
        Asked(
            Words(
                "聯繫時已告知住處與聯絡方式，或由安置單位登記",
                "The contact told where the worker stays, or a shelter knows",
            )
        ),
    ] = False
    employer_knows_place: Annotated[
        bool,
        Asked(
            Words(
                "期間內雇主或仲介知道住處且聯繫得上",
                "In those days the employer or agency knew where the worker stays and could reach the worker",
            )
        ),
    ] = False


def missing(given: Absence) -> Result:
    _must_go_together(given)
    third = third_missed_day(given.absent_from, given.scheduled)
    if third is None:
        return result([_three_days(False, _FEWER)], _THREE)
    contacts = [] if given.contact_on is None else [Contact(given.contact_on, given.place_known)]
    knows = given.employer_knows_place
    lost = lost_contact(given.absent_from, third, contacts, employer_knows_place=knows)
    is_later = given.contact_on is not None and given.contact_on > third
    note = {True: _LATER if is_later else _LOOK_FIRST, False: _NOT_LOST, None: _EARLIER}[lost]
    lines = [
        _three_days(True),
        day("third_missed", "曠職第三日", "Third day missed", third),
        yes("contact", "期間內有聯繫紀錄", "A contact in those days", lost is False, note),
    ]
    if lost is False:
        return result(lines, _THREE, _LOST)
    due = office_day("notice_due", "書面通知期限", "Notice in writing by", employers_notice_due(third))
    return result([*lines, due], _THREE, _LOST, _NOTICE, MOVES)


def _must_go_together(given: Absence) -> None:
    """What would be left out in silence could cost the worker her permit."""
    if min(given.scheduled) != given.absent_from:
        raise Unanswerable(
            Words(
                "曠職首日須是排定工作日中的第一日。",
                "The first day of the absence has to be the first of the days on which the worker was to work.",
            )
        )
    if given.place_known and given.contact_on is None:
        raise Unanswerable(
            Words(
                "請填寫聯繫日，或安置單位登記之日。",
                "Give the day of the contact, or from which a shelter knew of her.",
            )
        )


def _three_days(missed: bool, note: Words | None = None) -> Line:
    return yes("three_days", "連續曠職三個排定工作日", "Three days of work missed in a row", missed, note)


# The proviso lets an employer ask for a search at once, and the end of an employment is notified too.
_NO_REPORT = Words(
    "不得為連續曠職三日失聯之通報；但書之協尋及聘僱關係終止之通知另計。",
    "no report of three days' absence with contact lost may be made. A request to search under the proviso, and the "
    "notice that the employment ended, are apart from it.",
)
_FEWER = Words(f"未滿三個排定工作日，{_NO_REPORT.zh}", f"Fewer than three days of work: {_NO_REPORT.en}")
_NOT_LOST = Words(f"不是失去聯繫，{_NO_REPORT.zh}", f"Contact was not lost: {_NO_REPORT.en}")
_EARLIER = Words(
    "曠職首日前已告知住處，可能仍算有聯繫；通報前先向該機關查證。",
    "A place told before the first day missed may still count as contact: ask that office before reporting.",
)
_LATER = Words(
    "第三日後才聯繫，機關仍可能採認；通報前先向該機關查證。",
    "A contact after the third day may still be accepted: ask that office before reporting.",
)
_LOOK_FIRST = Words(
    f"須同時失去聯繫始得通報；通報前先查證是否有聯繫紀錄：{ALL_OFFICES.zh}。",
    f"Only who lost contact as well may be reported: first ask whether one of these heard from her: {ALL_OFFICES.en}.",
)
_THREE = because(
    third_missed_day,
    Words("連續曠職三日，只計排定的工作日。", "Three days in a row; only days on which work was due count."),
)
_LOST = because(
    lost_contact,
    Words(
        "三日內曾聯繫機關並可知其住處，或雇主、仲介仍知其住處且聯繫得上者，不是失去聯繫；不實通報可以申訴更正。",
        "Who turned to an authority in those days and can be found, or whom the employer or agency can still reach, "
        "has not lost contact. A false report can be undone.",
    ),
)
_NOTICE = because(
    employers_notice_due,
    Words(
        "第三日的次日起三日內，書面通知地方政府、移民署與警察機關。",
        "Within three days from the day after, in writing to the local authority, immigration and police.",
    ),
)

CALCULATOR = Calculator(
    "missing-report",
    Words("失聯通報期限", "Missing-worker notification"),
    Words("連續曠職三日的計算與書面通知期限。", "The third day missed, and by when the notice is due."),
    Absence,
    missing,
    {"absent_from": "2026-03-02", "scheduled": ["2026-03-02", "2026-03-03", "2026-03-04"]},
)
