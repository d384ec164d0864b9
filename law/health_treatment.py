"""What follows a bad health examination, and when it counts as failed: 受聘僱外國人健康檢查管理辦法, arts. 7, 9, 10."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from law.dates import days_after
from law.health_examinations import IN_FORCE_FROM, NEW_TEXT_UNREAD, regulation
from law.source import Rule, Source, rule

READ = date(2026, 11, 22)
ART_7, ART_9, ART_10 = regulation("7", "2", READ), regulation("9", "", READ), regulation("10", "", READ)
DAYS_TO_ASK_FOR_TREATMENT = 15
MISSED_DAYS_THAT_FAIL = 15


class BadResult(StrEnum):
    CHEST_XRAY = "chest_xray"  # 疑似肺結核或無法確認診斷
    LEPROSY = "leprosy"  # 疑似漢生病
    SYPHILIS = "syphilis"  # 梅毒
    PARASITES = "parasites"  # 腸內寄生蟲


@dataclass(frozen=True)
class AfterBadResult:
    """By `due` she has been examined again, or holds the proof that the article asks for."""

    due: date
    source: Source


@rule(ART_7, in_force_from=IN_FORCE_FROM, decided_by="received_on", doubt=NEW_TEXT_UNREAD)
def examined_again(received_on: date) -> AfterBadResult:
    """「自收受健康檢查證明之次日起十五日內，至指定機構再檢查」

    Of the lungs (item 1) and for leprosy (item 2). The certificate itself is handed to the worker (第1項).
    """
    return AfterBadResult(days_after(received_on, 15), ART_7)


@rule(ART_7, in_force_from=IN_FORCE_FROM, decided_by="received_on", doubt=NEW_TEXT_UNREAD)
def treated_for_syphilis(received_on: date) -> AfterBadResult:
    """「於收受健康檢查證明之次日起三十日內，取得完成治療證明」"""
    return AfterBadResult(days_after(received_on, 30), ART_7)


@rule(ART_7, in_force_from=IN_FORCE_FROM, decided_by="received_on", doubt=NEW_TEXT_UNREAD)
def free_of_parasites(received_on: date) -> AfterBadResult:
    """「於收受健康檢查證明之次日起六十五日內，至指定醫院治療後再檢查並取得陰性之證明；經確診為痢疾阿米巴原蟲陽性者，
    須取得治療後再檢查三次均為陰性之證明」

    Treated, examined again and holding the proof by then: who goes on the last day is too late.
    """
    return AfterBadResult(days_after(received_on, 65), ART_7)


AFTER: Mapping[BadResult, Rule[[date], AfterBadResult]] = {
    BadResult.CHEST_XRAY: examined_again,
    BadResult.LEPROSY: examined_again,
    BadResult.SYPHILIS: treated_for_syphilis,
    BadResult.PARASITES: free_of_parasites,
}


@dataclass(frozen=True)
class TreatmentRequest:
    """The last day on which the employer asks the city or county for the treatment."""

    due: date
    source: Source


@rule(ART_9, in_force_from=IN_FORCE_FROM, decided_by="diagnosis_received_on", doubt=NEW_TEXT_UNREAD)
def treatment_asked_for(diagnosis_received_on: date) -> TreatmentRequest:
    """「確診為肺結核、結核性肋膜炎或漢生病者，除多重抗藥性個案外，雇主應於收受診斷證明書之次日起十五日內」
    「受聘僱外國人於完成前項都治服務藥物治療，且經直轄市、縣（市）衛生主管機關認定完成治療者，視為合格。」

    With her written consent; the employer must ask.
    """
    return TreatmentRequest(days_after(diagnosis_received_on, DAYS_TO_ASK_FOR_TREATMENT), ART_9)


@dataclass(frozen=True)
class Failed:
    """Whether she failed the examination in the sense of 就業服務法第73條第4款."""

    failed: bool
    source: Source


@rule(ART_10, in_force_from=IN_FORCE_FROM, decided_by="decided_on", doubt=NEW_TEXT_UNREAD)
def failed_examination(
    decided_on: date,
    *,
    resistant_tuberculosis: bool = False,
    second_examination_missed_or_failed: bool = False,
    days_of_treatment_missed: int = 0,
) -> Failed:
    """「受聘僱外國人經確認診斷為多重抗藥性結核病。」「受聘僱外國人未依第七條第二項規定完成再檢查或再檢查不合格。」
    「受聘僱外國人未依第九條規定配合結核病或漢生病都治服務累計達十五日以上。」

    Items 1, 3 and 4; item 2 (a vaccination) is not for migrant workers.
    """
    too_much_missed = days_of_treatment_missed >= MISSED_DAYS_THAT_FAIL
    return Failed(resistant_tuberculosis or second_examination_missed_or_failed or too_much_missed, ART_10)
