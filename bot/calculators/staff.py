"""How many care staff and bilingual workers an employer or an agency needs."""

from typing import Annotated

from bot.calculators.answers import Calculator, Result, because, people, result
from bot.calculators.fields import Asked, Day, Inputs, Number
from bot.two_languages import Words
from law.support_staff import agency_care_staff, bilingual_staff, care_staff


class SupportStaff(Inputs):
    """Workers of institutional care, designated and skilled work; households do not count."""

    counted_on: Annotated[Day, Asked(Words("計算日", "Day counted"))]
    workers: Annotated[
        Number,
        Asked(
            Words("移工人數", "Foreign workers"),
            Words("不含家庭看護與家庭幫傭", "Without live-in carers and household helpers"),
        ),
    ]


def support_staff(given: SupportStaff) -> Result:
    day, workers = given.counted_on, given.workers
    care, agency, bilingual = (
        needed(day, workers).minimum for needed in (care_staff, agency_care_staff, bilingual_staff)
    )
    lines = [
        people("care", "生活照顧服務人員（雇主）", "Care staff, of an employer", care),
        people("agency_care", "生活照顧服務人員（受委任的仲介）", "Care staff, of an agency entrusted with it", agency),
        people("bilingual", "雙語人員", "Bilingual workers", bilingual),
    ]
    return result(lines, _CARE, _AGENCY, _BILINGUAL)


_CARE = because(
    care_staff,
    Words(
        "10 人起一人、50 人起二人、100 人起三人，之後每增加 100 人增置一人。",
        "One from 10 workers, two from 50, three from 100, and one more for each 100 more.",
    ),
)
_AGENCY = because(
    agency_care_staff,
    Words("受雇主委任的仲介，依其服務的移工總數計算。", "An agency counts all the workers that it serves."),
)
_BILINGUAL = because(
    bilingual_staff,
    Words(
        "30 人起一人、100 人起二人、200 人起三人，之後每增加 100 人增置一人；由所聘移工中配置。",
        "One from 30 workers, two from 100, three from 200, and one more for each 100 more; they are among them.",
    ),
)

CALCULATOR = Calculator(
    "support-staff",
    Words("生活照顧與雙語人員", "Care and bilingual staff"),
    Words("依移工人數應設置的人數。", "How many are needed for a number of workers."),
    SupportStaff,
    support_staff,
    {"counted_on": "2026-11-22", "workers": 100},
)
