"""Who may look after an employer's foreign workers as care staff."""

from typing import Annotated

from bot.calculators.answers import Calculator, Result, because, result, yes
from bot.calculators.fields import Asked, Day, Inputs, Number
from bot.two_languages import Words
from law.support_staff import may_be_care_staff


class CareQualification(Inputs):
    """One person; any one of the three is enough."""

    counted_on: Annotated[Day, Asked(Words("計算日", "Day counted"))]
    certificate: Annotated[
        bool, Asked(Words("有就業服務專業人員證書", "Certificate of an employment service professional"))
    ] = False
    care_months: Annotated[
        Number, Asked(Words("生活照顧服務工作月數", "Months of work as care staff for foreign workers"))
    ] = 0
    graduate: Annotated[bool, Asked(Words("大專校院畢業", "College or university degree"))] = False
    work_months: Annotated[Number, Asked(Words("工作經驗月數", "Months of any work"))] = 0


def qualification(given: CareQualification) -> Result:
    found = may_be_care_staff(
        given.counted_on,
        certificate=given.certificate,
        care_months=given.care_months,
        graduate=given.graduate,
        work_months=given.work_months,
    )
    return result([yes("qualified", "符合資格", "Qualified", found.yes)], _ONE_OF_THREE)


_ONE_OF_THREE = because(
    may_be_care_staff,
    Words(
        "具備其一即可：就業服務專業人員證書、生活照顧服務工作二年以上，或大專畢業並有一年以上工作經驗。",
        "One is enough: the certificate, two years of such care work, or a degree and a year of work.",
    ),
)

CALCULATOR = Calculator(
    "care-staff-qualification",
    Words("生活照顧服務人員資格", "Qualification of care staff"),
    Words("一個人是否符合資格。", "Whether a person may be care staff."),
    CareQualification,
    qualification,
    {"counted_on": "2026-11-22", "graduate": True, "work_months": 12},
)
