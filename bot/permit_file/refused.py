"""Why a whole file was refused, said to operators in Chinese and English without repeating anything in it."""

from enum import Enum

from models.permit_problem import Language


class Why(Enum):
    """Each with its sentence in Chinese and in English."""

    EMPTY = ("檔案是空的", "the file is empty")
    ENCODING = (
        "無法辨識文字編碼，請另存為「CSV UTF-8」",
        "the text encoding is not known; please save the file as CSV UTF-8",
    )
    NO_HEADER = (
        "第一列須為欄位名稱，例如 {columns}",
        "the first line must hold the column names, for example {columns}",
    )
    UNKNOWN_COLUMNS = (
        "第 {positions} 欄的欄位名稱不在規格內",
        "the names of these columns (counted from the left) are not known: {positions}",
    )
    DUPLICATE_COLUMNS = ("欄位重複：{columns}", "these columns occur more than once: {columns}")
    MISSING_COLUMNS = ("缺少欄位：{columns}", "these columns are missing: {columns}")
    LINE_TOO_LONG = (
        "第 {line} 行過長，可能不是 CSV 檔",
        "line {line} is far too long; perhaps this is not a CSV file",
    )
    TOO_MANY_ROWS = ("超過 {limit} 列，請分成數個檔案", "more than {limit} rows; please split the file")
    OLD_EXCEL = (
        "這是舊版 Excel 檔 (.xls)，請另存為 .xlsx 或「CSV UTF-8」",
        "this is an old Excel file (.xls); please save it as .xlsx or CSV UTF-8",
    )
    LOCKED = (
        "檔案有密碼保護，請移除密碼後另存",
        "the file is protected by a password; please save it without one",
    )
    MACROS = (
        "檔案含有巨集，請另存為不含巨集的 .xlsx",
        "the file has macros; please save it as .xlsx without them",
    )
    NOT_XLSX = (
        "這不是 .xlsx 檔，請另存為 .xlsx 或「CSV UTF-8」",
        "this is not an .xlsx file; please save it as .xlsx or CSV UTF-8",
    )
    NESTED = (
        "檔案內嵌其他檔案，請移除後另存",
        "the file has other files inside it; please save it without them",
    )
    UNPACKS_TOO_LARGE = (
        "檔案解壓縮後過大，請改用 CSV 或分成數個檔案",
        "the file would be too large once unpacked; please use CSV or split it",
    )
    DAMAGED = ("檔案損壞，無法讀取", "the file is damaged and cannot be read")


class FileRefused(Exception):  # noqa: N818  reads as what it says where it is caught
    """Nothing of the file can be used. Its text names columns, positions and limits, never a cell."""

    def __init__(self, why: Why, **facts: object) -> None:
        self.why = why
        self.facts = facts
        super().__init__(self.describe("en"))

    def describe(self, language: Language) -> str:
        chinese, english = self.why.value
        return (english if language == "en" else chinese).format(**self.facts)
