"""How the console looks: its templates, in the operator's language, around one menu."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse

from bot.console import record_words, words
from bot.console.words import Words
from bot.web.site import HEADERS, Static, templates
from locales import TAIPEI, Language
from models.operator import Role

FOLDER = Path(__file__).parent
STATIC = Static("/console/static", FOLDER / "static", FOLDER.parent / "web")


@dataclass(frozen=True)
class Entry:
    """One entry of the menu, for whoever has one of the roles."""

    path: str
    name: Words
    roles: frozenset[Role]


SEES_IMPORTS = frozenset({Role.IMPORTER, Role.APPROVER, Role.ADMINISTRATOR})
MENU: tuple[Entry, ...] = (
    Entry("/", Words("總覽", "Overview"), frozenset(Role)),
    Entry("/announcements", Words("公告", "Announcements"), frozenset(Role)),
    Entry("/imports", Words("匯入", "Imports"), SEES_IMPORTS),
    Entry("/workers", Words("移工", "Workers"), frozenset({Role.CASEWORKER})),
    Entry("/cases", Words("案件", "Cases"), frozenset({Role.CASEWORKER})),
    Entry("/law", Words("法規試算", "Law"), frozenset(Role)),
    Entry("/people", Words("人員", "People"), frozenset({Role.ADMINISTRATOR})),
    Entry("/audit", Words("稽核", "Audit"), frozenset({Role.ADMINISTRATOR})),
)

DONE: Mapping[str, Words] = {
    "saved": Words("已儲存。", "Saved."),
    "announcement_submitted": Words("已送審，等待另一位人員核准。", "Submitted: another person approves it."),
    "announcement_approved": Words("已核准。", "Approved."),
    "announcement_returned": Words("已退回修改。", "Returned for edit."),
    "announcement_cancelled": Words("已取消。", "Cancelled."),
    "announcement_stopped": Words("已停止，不再送出下一批。", "Stopped: no further batch leaves."),
    "announcement_resumed": Words("繼續發送。", "It is being sent again."),
    "announcement_tested": Words("測試訊息即將送到您的手機。", "The test is on its way to your phone."),
    "uploaded": Words("檔案已收到，開始檢查。", "The file is here, and is being checked."),
    "import_begins": Words("已確認，開始匯入。", "Confirmed: it is being imported."),
    "import_awaits": Words("已確認，等候第二人核准。", "Confirmed: it waits for a second person."),
    "import_cancelled": Words("已取消，沒有變更任何資料。", "Cancelled; nothing was changed."),
    "asked": Words("已提出申請，等待另一位系統管理員決定。", "Asked for. Another administrator decides."),
    "approved": Words("已核准。", "Approved."),
    "refused": Words("已否決。", "Refused."),
    "withdrawn": Words("已撤回。", "Withdrawn."),
    "roles_taken": Words("角色已減少，立即生效。", "Those roles are taken away, at once."),
    "deactivated": Words("已停用，所有裝置已登出。", "Deactivated, and signed out everywhere."),
    "revoked": Words("金鑰已撤銷。", "The key is revoked."),
    "signed_out": Words("您已登出。", "You are signed out."),
    "session_ended": Words("已登出該瀏覽器。", "That browser is signed out."),
    "password_changed": Words(
        "密碼已變更，其他瀏覽器均已登出。", "Your password is changed; you are signed out everywhere else."
    ),
    "case_taken": Words("已由您承辦。", "It is yours now."),
    "case_handed_over": Words("已移交。", "Handed over."),
    "case_noted": Words("已新增紀錄。", "The note was added."),
    "call_logged": Words("已新增電話紀錄。", "The call was logged."),
    "case_answered": Words("答覆已送出。", "The answer is on its way."),
    "case_closed": Words("已結案。", "Closed."),
    "review_asked": Words("已提請，等待另一位個案承辦人確認。", "Asked for: another caseworker confirms."),
    "review_sent_back": Words("已退回，連結未變更。", "Sent back: the link is as it was."),
    "review_taken_back": Words("已撤回，連結未變更。", "Taken back: the link is as it was."),
}
"""What the page after an action says, by the word in its address."""

PAGE_HEADERS = {**HEADERS, "Referrer-Policy": "same-origin"}
"""With no referrer at all, browsers hide also from us which site a form comes from (they send `Origin: null`)."""

_templates = templates(FOLDER / "templates")


def moment(value: datetime | None) -> str:
    """A moment in Taiwan, to the minute."""
    return "–" if value is None else f"{value.astimezone(TAIPEI):%Y-%m-%d %H:%M}"


def day(value: date | None) -> str:
    return "–" if value is None else value.isoformat()


def count(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


_templates.filters |= {"moment": moment, "day": day, "count": count}
_templates.globals |= {"static": STATIC.addresses, "words": words, "record": record_words}


def here(path: str) -> str:
    """The menu entry that a page belongs to."""
    inside = path.removeprefix("/console") or "/"
    return max((entry.path for entry in MENU if inside.startswith(entry.path)), key=len, default="/")


def page(
    template: str, language: Language, status: int = 200, may: frozenset[Role] = frozenset(), **values: Any
) -> HTMLResponse:
    """The page for somebody with these roles.

    In it, `t` says a Words, or the Chinese and the English that it is given, in the operator's language.
    """

    def t(zh: str | Words, en: str = "") -> str:
        return zh.in_(language) if isinstance(zh, Words) else Words(zh, en).in_(language)

    values |= {
        "language": language,
        "t": t,
        "menu": [entry for entry in MENU if entry.roles & may],
        "here": here(values["path"]),
        "sentences": DONE,
    }
    return HTMLResponse(_templates.get_template(template).render(values), status, PAGE_HEADERS)
