"""What can be wrong with a line of permits, said to operators in Chinese and English without repeating the cell."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

# What an operator's page must not repeat beside a problem.
PERSONAL_COLUMNS = frozenset(("passport_no", "arc_no", "name", "birth_date", "phone"))

Language = Literal["zh-Hant", "en"]


class Code(StrEnum):
    """What is the matter with a cell or a line; the names of identity.Reason keep their meaning."""

    MISSING = "missing"
    NO_DOCUMENT = "no_document"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    CHARACTERS = "characters"
    FORMAT = "format"
    CONTROL_CHARACTERS = "control_characters"
    NOT_A_DATE = "not_a_date"
    ENDS_BEFORE_STARTS = "ends_before_starts"
    BORN_AFTER_START = "born_after_start"
    NOT_A_COUNTRY = "not_a_country"
    NOT_A_SEX = "not_a_sex"
    NOT_A_PERMIT_TYPE = "not_a_permit_type"
    # found while reading a file, before any cell is understood
    TOO_FEW_CELLS = "too_few_cells"
    TOO_MANY_CELLS = "too_many_cells"
    BROKEN_QUOTES = "broken_quotes"
    FORMULA_CELL = "formula_cell"
    ERROR_CELL = "error_cell"
    # found by looking at other lines and at what is stored
    DUPLICATE = "duplicate"
    OTHER_WORKER = "other_worker"
    CONTRADICTS_LINE = "contradicts_line"
    # found in events
    NOT_A_KIND = "not_a_kind"
    NOT_A_MOMENT = "not_a_moment"
    NOT_A_NUMBER = "not_a_number"
    IN_THE_FUTURE = "in_the_future"
    UNKNOWN_PERMIT = "unknown_permit"
    OTHER_BODY = "other_body"
    RESERVED = "reserved"
    # warnings: the line is taken
    CHECK_DIGIT = "check_digit"
    PHONE_NOT_USED = "phone_not_used"
    UNKNOWN_WORK = "unknown_work"
    LOOKS_LIKE_FORMULA = "looks_like_formula"
    UNKNOWN_REASON = "unknown_reason"
    UNKNOWN_COLUMN = "unknown_column"


@dataclass(frozen=True, slots=True)
class Problem:
    """`column` is empty where the whole line is meant; `value_shown` says whether a page may show the cell."""

    column: str
    code: Code
    value_shown: bool
    other_line: int | None = None


def problem(column: str, code: Code, other_line: int | None = None) -> Problem:
    return Problem(column, code, bool(column) and column not in PERSONAL_COLUMNS, other_line)


def describe(problem: Problem, language: Language) -> str:
    """One sentence for an operator; it names columns and never contains what stood in the cell."""
    chinese, english = _SENTENCES[problem.code]
    if language == "en":
        return english.format(column=problem.column or "the line", line=problem.other_line)
    return chinese.format(column=CHINESE_COLUMNS.get(problem.column, "此列"), line=problem.other_line)


CHINESE_COLUMNS = {
    "worker_ref": "移工編號",
    "passport_no": "護照號碼",
    "arc_no": "居留證號碼",
    "name": "姓名",
    "birth_date": "出生日期",
    "phone": "手機號碼",
    "nationality": "國籍",
    "sex": "性別",
    "permit_no": "許可文號",
    "permit_type": "許可類別",
    "work": "工作類別",
    "employer_name": "雇主名稱",
    "county": "縣市",
    "starts_on": "開始日",
    "ends_on": "結束日",
    "arc_expires_on": "居留證到期日",
    "entered_on": "入境日",
    "event_id": "事件編號",
    "kind": "事件類別",
    "occurred_at": "發生時間",
    "sequence": "事件順序",
    "letter_no": "公文文號",
    "served_on": "送達日",
    "reason_code": "原因代碼",
}

_SENTENCES: dict[Code, tuple[str, str]] = {
    Code.MISSING: ("{column}未填", "{column} is missing"),
    Code.NO_DOCUMENT: (
        "護照號碼與居留證號碼至少須填一項",
        "passport_no or arc_no must be given, at least one of them",
    ),
    Code.TOO_SHORT: ("{column}太短", "{column} is too short"),
    Code.TOO_LONG: ("{column}太長", "{column} is too long"),
    Code.CHARACTERS: ("{column}含有不該出現的字元", "{column} has characters that do not belong there"),
    Code.FORMAT: ("{column}的格式不符", "{column} does not have the form it should have"),
    Code.CONTROL_CHARACTERS: (
        "{column}含有控制字元或換行",
        "{column} has control characters or a line break in it",
    ),
    Code.NOT_A_DATE: (
        "{column}不是有效日期，請用西元年-月-日，例如 2026-08-31",
        "{column} is not a date; write year-month-day, for example 2026-08-31",
    ),
    Code.ENDS_BEFORE_STARTS: ("結束日早於開始日", "ends_on is before starts_on"),
    Code.BORN_AFTER_START: ("出生日期不早於開始日", "birth_date is not before starts_on"),
    Code.NOT_A_COUNTRY: (
        "國籍須為兩個字母的國家代碼，例如 ID、VN、PH、TH",
        "nationality must be a two-letter country code such as ID, VN, PH or TH",
    ),
    Code.NOT_A_SEX: ("性別須為 M 或 F", "sex must be M or F"),
    Code.NOT_A_PERMIT_TYPE: ("許可類別須為 A、B、C、D 或 E", "permit_type must be A, B, C, D or E"),
    Code.TOO_FEW_CELLS: ("此列的欄位比標題列少", "the line has fewer cells than the header"),
    Code.TOO_MANY_CELLS: ("此列的欄位比標題列多", "the line has more cells than the header"),
    Code.BROKEN_QUOTES: ("此列的引號不成對", "the quotation marks of the line do not match"),
    Code.FORMULA_CELL: (
        "{column}是公式，請改貼為值",
        "{column} is a formula; paste it as a value",
    ),
    Code.ERROR_CELL: ("{column}是試算表的錯誤值", "{column} is a spreadsheet error"),
    Code.DUPLICATE: ("{column}與第 {line} 列重複", "{column} is the same as in line {line}"),
    Code.OTHER_WORKER: (
        "{column}已登記於另一位移工名下，未移轉",
        "{column} is already on record for another worker; it was not moved",
    ),
    Code.CONTRADICTS_LINE: (
        "{column}與第 {line} 列同一移工的資料不同",
        "{column} is not what line {line} says of the same worker",
    ),
    Code.NOT_A_KIND: ("{column}不在清單中", "{column} is not one of the kinds we know"),
    Code.NOT_A_MOMENT: (
        "{column}不是有效時間，請寫明時區，例如 2026-08-31T09:30:00+08:00",
        "{column} is not a moment; write it with its time zone, for example 2026-08-31T09:30:00+08:00",
    ),
    Code.NOT_A_NUMBER: (
        "{column}須為零或正整數",
        "{column} must be a whole number, zero or more",
    ),
    Code.IN_THE_FUTURE: ("{column}在未來", "{column} lies in the future"),
    Code.UNKNOWN_PERMIT: (
        "查無此許可文號，請先送出許可資料",
        "we hold no permit with this permit_no; send the permit first",
    ),
    Code.OTHER_BODY: (
        "此事件編號先前已收到不同的內容，未收下；更正請用新的事件編號",
        "an event with this event_id said something else before; it was not taken, send a correction as a new event",
    ),
    Code.RESERVED: (
        "此事件編號的開頭保留給本系統使用，請換一個編號",
        "an event_id must not begin like the ones that we make ourselves; use another",
    ),
    Code.CHECK_DIGIT: (
        "{column}的檢查碼不符，請核對；資料已收下",
        "the check digit of {column} does not fit; please compare, the line was taken",
    ),
    Code.PHONE_NOT_USED: (
        "手機號碼不是可用的臺灣手機，未收下此號碼",
        "phone is not a Taiwan mobile number we can use; the line was taken without it",
    ),
    Code.UNKNOWN_WORK: (
        "工作類別不在清單中，已照原文收下",
        "work is not in the list; it was taken as it stands",
    ),
    Code.LOOKS_LIKE_FORMULA: (
        "{column}以 =、+、- 或 @ 開頭，已當作文字收下",
        "{column} starts like a formula with =, +, - or @; it was taken as text",
    ),
    Code.UNKNOWN_REASON: (
        "原因代碼不在清單中，已收下；訊息將請移工看公文",
        "reason_code is not in the list; it was taken, and the message refers to the letter",
    ),
    Code.UNKNOWN_COLUMN: (
        "此列有未知的欄位，已略過該欄位",
        "the line has a column that we do not know; that column was ignored",
    ),
}
