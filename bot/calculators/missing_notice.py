"""What the notice that a worker is missing must say, and to whom it goes."""

from collections.abc import Mapping
from typing import Annotated

from bot.calculators.answers import Calculator, Result, because, result, yes
from bot.calculators.fields import Asked, Day, Inputs
from bot.two_languages import Words
from law.missing_reports import NoticeItem, Office, notice_lacks

ITEMS: Mapping[NoticeItem, Words] = {
    NoticeItem.NAME: Words("姓名", "Name"),
    NoticeItem.SEX: Words("性別", "Sex"),
    NoticeItem.AGE: Words("年齡", "Age"),
    NoticeItem.NATIONALITY: Words("國籍", "Nationality"),
    NoticeItem.ENTERED_ON: Words("入國日期", "Day of entry"),
    NoticeItem.EMPLOYMENT_PERIOD: Words("工作期限", "Period of employment"),
    NoticeItem.PERMIT_NUMBER: Words("招募許可或聘僱許可文號", "Number of the recruitment or employment permit"),
    NoticeItem.RESIDENCE_CARD_COPY: Words("外僑居留證影本", "Copy of the residence card"),
}
OFFICES: Mapping[Office, Words] = {
    Office.LOCAL_AUTHORITY: Words("當地主管機關", "Local authority"),
    Office.IMMIGRATION: Words("入出國管理機關", "Immigration agency"),
    Office.POLICE: Words("警察機關", "Police"),
    Office.MINISTRY: Words("中央主管機關（副知）", "The ministry, by a copy"),
}


def _says(item: NoticeItem) -> Asked:
    return Asked(Words(f"載明{ITEMS[item].zh}", f"It says: {ITEMS[item].en}"))


def _told(office: Office) -> Asked:
    return Asked(Words(f"已通知{OFFICES[office].zh}", f"It went to: {OFFICES[office].en}"))


class Notice(Inputs):
    """What stands in the notice and who had it, by the names that the law's lists have for them."""

    noticed_on: Annotated[Day, Asked(Words("通知日", "Day of the notice"))]
    has_name: Annotated[bool, _says(NoticeItem.NAME)] = False
    has_sex: Annotated[bool, _says(NoticeItem.SEX)] = False
    has_age: Annotated[bool, _says(NoticeItem.AGE)] = False
    has_nationality: Annotated[bool, _says(NoticeItem.NATIONALITY)] = False
    has_entered_on: Annotated[bool, _says(NoticeItem.ENTERED_ON)] = False
    has_employment_period: Annotated[bool, _says(NoticeItem.EMPLOYMENT_PERIOD)] = False
    has_permit_number: Annotated[bool, _says(NoticeItem.PERMIT_NUMBER)] = False
    has_residence_card_copy: Annotated[bool, _says(NoticeItem.RESIDENCE_CARD_COPY)] = False
    told_local_authority: Annotated[bool, _told(Office.LOCAL_AUTHORITY)] = False
    told_immigration: Annotated[bool, _told(Office.IMMIGRATION)] = False
    told_police: Annotated[bool, _told(Office.POLICE)] = False
    told_ministry: Annotated[bool, _told(Office.MINISTRY)] = False


def notice(given: Notice) -> Result:
    items = [item for item in NoticeItem if getattr(given, f"has_{item.value}")]
    told = [office for office in Office if getattr(given, f"told_{office.value}")]
    lacks = notice_lacks(given.noticed_on, items, told)
    lines = [
        yes("complete", "通知完整", "The notice is complete", not (lacks.items or lacks.offices)),
        *(
            yes(f"lacks_{item.value}", f"缺：{ITEMS[item].zh}", f"Lacks: {ITEMS[item].en}", True)
            for item in lacks.items
        ),
        *(
            yes(f"untold_{office.value}", f"未通知：{OFFICES[office].zh}", f"Not told: {OFFICES[office].en}", True)
            for office in lacks.offices
        ),
    ]
    return result(lines, _ALL)


_ALL = because(
    notice_lacks,
    Words(
        "書面載明所列事項，通知當地主管機關、入出國管理機關及警察機關，並副知中央主管機關；內容完整不代表通報屬實。",
        "In writing with all of these, to the local authority, immigration and police, with a copy to the ministry. "
        "That it is complete does not make it true.",
    ),
)

CALCULATOR = Calculator(
    "missing-notice",
    Words("失聯通知內容", "Contents of a missing-worker notice"),
    Words("書面通知缺少哪些事項、未通知哪些機關。", "What a notice lacks, and which offices were not told."),
    Notice,
    notice,
    {"noticed_on": "2026-03-09", "has_name": True, "has_nationality": True, "told_police": True},
)
