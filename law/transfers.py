"""The clocks of changing the employer, for workers of types B and C: 轉換雇主或工作程序準則 of art. 59(2) 就業服務法.

Read as of 2024-01-04; of the articles here none had changed since 2022-04-30. What the amendment of 2024-11-18
changed was not read article by article. A last day for filing with an office moves to the working day after it.
How a search ends that found nobody is in law.departures.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from law.citations import REWRITTEN, transfer
from law.dates import days_after, days_before, months_before, window_opens
from law.employer_clocks import Due
from law.source import Source, rule
from law.working_days import deadline

UNREAD = "The amendment of 2024-11-18 was not read article by article."
FOR_EVERY_SEARCH = 60
TO_REGISTER = 14

ART_4, ART_10, ART_11 = transfer("4", "2"), transfer("10", "5"), transfer("11", "1")
ART_13, ART_19, ART_20 = transfer("13", "1"), transfer("19", "1"), transfer("20", "2")
ART_26, ART_28, ART_29 = transfer("26", "1"), transfer("28", "1"), transfer("29", "1")
ART_34 = transfer("34")
CARE_RECIPIENT = Source(
    "就業服務法",
    article="59",
    paragraph="1",
    url="https://lrsc.wda.gov.tw/HiredManagement/Detail/a10610b5-8334-447e-b097-74ec4b9de409",
    checked=date(2026, 11, 22),
)


@rule(
    ART_4,
    in_force_from=REWRITTEN,
    decided_by="letter_received_on",
    doubt=(
        "The article leaves the days to the ministry's letter, which may set fewer; fourteen days are what the labour "
        f"agency is reported to name. {UNREAD}"
    ),
)
def registered_by(letter_received_on: date) -> Due:
    """「原雇主應於中央主管機關所定期限內……向公立就業服務機構辦理轉換登記。」

    Who is in a shelter under these acts is not bound to it (但書).
    """
    return Due(deadline(days_after(letter_received_on, TO_REGISTER)), ART_4)


@dataclass(frozen=True)
class Search:
    """The days in which the employment office looks for a new employer, and in which more time is asked for.

    `ask_from` is sure; some offices may count `ask_from_earliest` as within the fourteen days too. `may_ask`
    says whether an extension is left at all; the ministry decides.
    """

    ends: date
    ask_from: date
    ask_from_earliest: date
    ask_until: date
    extended_to: date
    may_ask: bool
    source: Source


@rule(ART_11, in_force_from=REWRITTEN, decided_by="registered_on", doubt=UNREAD)
def search_for_employer(registered_on: date, *, extensions_used: int = 0, harmed: bool = False) -> Search:
    """「自原雇主依第四條第二項規定辦理轉換登記之翌日起六十日內……得延長轉換作業期間六十日，並以一次為限」

    More time is asked for 「應於原轉換作業期間屆滿前十四日內」 (第5項): fourteen days counted back with or without
    the last one. `harmed`: by the employer, his people or the person cared for (第2項), who has no limit. The
    period itself ends on its day, whatever day of the week; to ask, do not wait for it.
    """
    ends = days_after(registered_on, FOR_EVERY_SEARCH * (1 + extensions_used))
    return Search(
        ends=ends,
        ask_from=days_before(ends, 13),
        ask_from_earliest=days_before(ends, 14),
        ask_until=ends,
        extended_to=days_after(ends, FOR_EVERY_SEARCH),
        may_ask=harmed or extensions_used == 0,
        source=ART_11,
    )


@rule(ART_10, in_force_from=REWRITTEN, decided_by="meeting_on", doubt=UNREAD)
def gives_up_transfer(meeting_on: date, *, attended: bool, good_reason: bool) -> bool:
    """「外國人無正當理由不到場者，視同放棄轉換雇主或工作。」: of the employment office's weekly meeting."""
    return not (attended or good_reason)


def _filed(day: date, days: int, source: Source) -> Due:
    return Due(deadline(days_after(day, days)), source)


class Way(StrEnum):
    """How a worker comes to a new employer while her permit runs."""

    OFFICE = "office"  # art. 7: through the employment office, with its certificate
    TWO_SIDES = "two_sides"  # art. 17(1)5: worker and new employer, 雙方合意
    THREE_SIDES = "three_sides"  # art. 17(1)6: and the former one, 三方合意
    RELATIVE = "relative"  # art. 17(1)1: a relative takes over after death or emigration


_DAYS_TO_APPLY = {
    Way.OFFICE: (15, ART_13),
    Way.TWO_SIDES: (15, ART_19),
    Way.THREE_SIDES: (15, ART_19),
    Way.RELATIVE: (60, ART_19),
}
_DAYS_TO_NOTIFY = {Way.OFFICE: 3, Way.TWO_SIDES: 3, Way.THREE_SIDES: 3, Way.RELATIVE: 60}


@rule(ART_19, in_force_from=REWRITTEN, decided_by="happened_on", doubt=UNREAD)
def permit_applied_for_by(happened_on: date, way: Way) -> Due:
    """「應於雙方或三方合意接續聘僱之翌日起十五日內提出」, 「應於事由發生日起六十日內提出」 (a relative).

    Through the office 「取得接續聘僱證明書之翌日起十五日內」 (第13條). The sixty days are counted like all others,
    from the day after.
    """
    days, source = _DAYS_TO_APPLY[way]
    return _filed(happened_on, days, source)


@rule(ART_20, in_force_from=REWRITTEN, decided_by="happened_on", doubt=UNREAD)
def local_authority_notified_by(happened_on: date, way: Way) -> Due:
    """「發給接續聘僱證明書之日起三日內」, 「雙方或三方合意接續聘僱日起三日內」, a relative 「事由發生日起六十日內」."""
    return _filed(happened_on, _DAYS_TO_NOTIFY[way], ART_20)


@dataclass(frozen=True)
class CompletionTransfer:
    """Changing the employer when the permit ends (期滿轉換). There is no more time after `done_by`."""

    opens: date
    last_safe_day: date
    done_by: date
    leaves_by: date
    source: Source


@rule(ART_26, in_force_from=REWRITTEN, decided_by="ends_on", doubt=UNREAD)
def completion_transfer(ends_on: date) -> CompletionTransfer:
    """「至聘僱許可期間屆滿前十四日內，辦理轉換作業。前項所定轉換作業期間，不得申請延長。」

    Applied for 「屆滿前二個月至四個月內」 (第23條), as in law.employment_permits. Reading: the work ends fourteen
    days before the permit; read literally it might go on within those days. Without a new employer she is sent
    home by the permit's last day (第3項).
    """
    return CompletionTransfer(
        window_opens(ends_on, 4), months_before(ends_on, 2), days_before(ends_on, 14), ends_on, ART_26
    )


@rule(ART_28, in_force_from=REWRITTEN, decided_by="agreed_on", doubt=UNREAD)
def completion_notified_by(agreed_on: date) -> Due:
    """「與外國人簽署雙方合意接續聘僱證明文件之日」起三日內, to the local authority; the notice cannot be withdrawn."""
    return _filed(agreed_on, 3, ART_28)


@rule(ART_29, in_force_from=REWRITTEN, decided_by="agreed_on", doubt=UNREAD)
def completion_permit_applied_for_by(agreed_on: date) -> Due:
    """「應於簽署雙方合意接續聘僱證明文件之翌日起十五日內……申請核發接續聘僱許可」"""
    return _filed(agreed_on, 15, ART_29)


@dataclass(frozen=True)
class CatchUp:
    """Until when a missed notice or application of these rules may be made up for; `allowed` says whether at all."""

    allowed: bool
    due: Due

    def allows(self, filed_on: date) -> bool:
        return self.allowed and filed_on <= self.due.by.day


@rule(ART_34, in_force_from=REWRITTEN, decided_by="was_due", doubt=UNREAD)
def transfer_catch_up(was_due: date, *, approved: bool, earlier_catch_ups: int) -> CatchUp:
    """「經中央主管機關認可後，得於所定期限屆滿後十五日內，補行通知或申請。……以一次為限。」"""
    return CatchUp(approved and earlier_catch_ups == 0, _filed(was_due, 15, ART_34))


_ON_THE_PAGE = "The days stand on the labour agency's page and in its letters, not in an article that we found."


@rule(CARE_RECIPIENT, in_force_from=date(2025, 2, 21), decided_by="died_on", doubt=_ON_THE_PAGE)
def death_of_care_recipient_reported_by(died_on: date) -> Due:
    """“自被看護者往生事實發生日30日內向勞動部辦理通報”: the employer does."""
    return _filed(died_on, 30, CARE_RECIPIENT)


@rule(CARE_RECIPIENT, in_force_from=date(2025, 2, 21), decided_by="letter_received_on", doubt=_ON_THE_PAGE)
def helped_on_after_death_by(letter_received_on: date) -> Due:
    """“收到廢止聘僱許可函14日內依家庭看護技術工之意願協助轉換雇主或返回母國”: as she wishes, not as he does."""
    return _filed(letter_received_on, 14, CARE_RECIPIENT)
