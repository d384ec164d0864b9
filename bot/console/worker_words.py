"""What the workers' pages call reasons, fields, states and kinds of messages, in the office's two languages."""

from collections.abc import Mapping

from bot.console.case_facts import EVENTS
from bot.console.words import Words
from models import link_decision, trial_phone
from models.look import Reason, Seen
from models.lookup import By
from models.message import ANSWER, OWED, MessageState
from models.notice import SEVERAL
from models.permit_event import EventKind
from models.reminder import TRACK_OF
from models.reminder_calendar import ARC, END
from models.told import AGAIN
from models.worker_timeline import Kind
from scheduler import cases

NUMBERS: Mapping[By, Words] = {
    By.PERMIT: Words("聘僱許可文號", "Permit number"),
    By.ARC: Words("居留證統一證號", "ARC number"),
    By.PASSPORT: Words("護照號碼", "Passport number"),
    By.PHONE: Words("手機號碼", "Mobile number"),
    By.WORKER_REF: Words("移工代碼", "Worker reference"),
}
REASONS: Mapping[Reason, Words] = {
    Reason.CASE: Words("辦理案件", "Work on a case"),
    Reason.ASKED: Words("本人或其代理人詢問", "She asked, or somebody for her"),
    Reason.MESSAGES: Words("查詢訊息是否送達", "Whether a message reached her"),
    Reason.RECORD: Words("核對或更正資料", "Check or correct the record"),
    Reason.LINK: Words("查核帳號連結", "Check a link to an account"),
    Reason.OTHER: Words("其他公務", "Other official duty"),
}
FIELDS: Mapping[Seen, Words] = {
    Seen.NAME: Words("姓名", "Name"),
    Seen.BIRTH_DATE: Words("出生日期", "Birth date"),
    Seen.PHONE: Words("手機號碼", "Mobile number"),
    Seen.PASSPORT: Words("護照號碼", "Passport number"),
    Seen.ARC: Words("居留證統一證號", "ARC number"),
}
MOMENTS: Mapping[Kind, Words] = {
    Kind.LINKED: Words("帳號連結", "Account linked"),
    Kind.UNLINKED: Words("帳號解除連結", "Account unlinked"),
    Kind.MINISTRY: Words("收到許可事件", "Event of a permit received"),
    Kind.MESSAGE: Words("訊息", "Message"),
    Kind.ANNOUNCEMENT: Words("公告", "Announcement"),
    Kind.CASE_OPENED: Words("立案", "Case opened"),
    Kind.CASE_TAKEN: Words("案件已承辦", "Case taken"),
    Kind.CASE_CLOSED: Words("結案", "Case closed"),
    Kind.REVIEW_OPENED: Words("連結列入查核", "Link put on the list to be checked"),
    Kind.REVIEW_CLOSED: Words("連結查核完成", "Link checked"),
}
MEANINGS: Mapping[MessageState, Words] = {
    MessageState.PLANNED: Words(
        "時間到了就會送出；內容在送出時產生。", "It leaves when its time has come and is composed then."
    ),
    MessageState.LEASED: Words("正在傳給 LINE。", "It is being handed to LINE."),
    MessageState.SENT: Words("LINE 不告知是否已讀。", "LINE does not say whether it was read."),
    MessageState.SUPERSEDED: Words(
        "送出前內容已不適用，沒有送出。", "It was no longer true before it left, so it was not sent."
    ),
    MessageState.UNDELIVERABLE: Words(
        "LINE 拒收，或帳號已封鎖我們。", "LINE refused it, or the account has blocked us."
    ),
    MessageState.UNKNOWN: Words(
        "LINE 沒有回覆，可能已送達，也可能沒有。", "LINE never answered: it may have arrived, or not."
    ),
}
"""What became of a message, for whoever has to act on it."""

_OTHER_MESSAGES: Mapping[str, Words] = {
    SEVERAL: Words("多項許可通知", "Several events of permits"),
    AGAIN: Words("再次通知", "Told again"),
    cases.KIND: Words("案件進度", "About a case"),
    link_decision.KIND: Words("連結查核結果", "What came of a check of her link"),
    ANSWER: Words("回覆", "Answer"),
    OWED: Words("必要回覆", "Answer that is owed"),
    trial_phone.KIND: Words("公告測試", "Test of an announcement"),
}


def message_kind(kind: str) -> Words:
    """What the message is about; the kind itself where we have no words for it."""
    if kind in list(EventKind):
        return EVENTS[EventKind(kind)]
    if kind in TRACK_OF:
        if TRACK_OF[kind] is END:
            return Words("聘僱許可到期提醒", "Reminder: permit ends")
        if TRACK_OF[kind] is ARC:
            return Words("居留證到期提醒", "Reminder: ARC ends")
        return Words("健康檢查提醒", "Reminder: health examination")
    return _OTHER_MESSAGES.get(kind, Words(kind, kind))
