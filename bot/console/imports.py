"""Imports in the console: a file is uploaded, its dry run is looked at, it is confirmed, and its import is watched."""

from datetime import datetime
from functools import partial
from typing import Literal

from fastapi.responses import Response

from bot.console.gate import MOST_BYTES, Console
from bot.console.looks import SEES_IMPORTS
from bot.console.visit import Desk, Refused, local_moment, not_found, whole_number
from bot.console.words import Words
from bot.full_import import MEANINGS
from bot.permit_file import FileRefused, Why
from bot.settings import Settings
from bot.upload_files import LONGEST_LIST
from bot.web.site import attachment
from locales import Language
from models import upload as uploads
from models import upload_piece
from models.full_file import Difference
from models.operator import Role
from models.permit_problem import CHINESE_COLUMNS, describe
from models.upload import OPEN, Upload, UploadState
from models.upload_piece import PIECE, Part

ON_A_PAGE = 50
DECIDES = (Role.IMPORTER, Role.APPROVER)
LISTS = (Part.ERRORS, Part.DIFFERENCES)
STATES = {
    UploadState.CHECKING: (Words("檢查中", "Being checked"), "plain"),
    UploadState.CHECKED: (Words("待確認", "To be confirmed"), "wait"),
    UploadState.AWAITING: (Words("待第二人核准", "Waits for a second person"), "wait"),
    UploadState.IMPORTING: (Words("匯入中", "Being imported"), "plain"),
    UploadState.IMPORTED: (Words("已匯入", "Imported"), "good"),
    UploadState.REFUSED: (Words("檔案無法使用", "Refused"), "bad"),
    UploadState.FAILED: (Words("處理失敗", "Failed"), "bad"),
    UploadState.CANCELLED: (Words("已取消", "Cancelled"), "plain"),
    UploadState.EXPIRED: (Words("逾期未確認", "Not confirmed in time"), "plain"),
}

NO_FILE = Words("請選擇一個檔案。", "Choose a file.")
EMPTY = Words("檔案是空的。", "The file is empty.")
NO_MOMENT = Words(
    "全量檔請填寫製作時間，且不得晚於現在。", "Say when the full file was made; that cannot be in the future."
)
CHANGED = Words("狀態已變更", "It has changed meanwhile")
CHANGED_WHY = Words(
    "這個檔案的狀態或檢查結果已不同，沒有執行任何動作。請回上一頁重新整理，看過最新結果再決定。",
    "The file is no longer as you saw it, so nothing was done. Go back, reload and look again before you decide.",
)
NOT_YOU = Words("須由另一人核准", "Another person must approve it")
NOT_YOU_WHY = Words(
    "上傳或確認這個檔案的人不能自行核准。", "Whoever uploaded or confirmed the file cannot approve it as well."
)


def add_imports(console: Console, settings: Settings) -> None:
    """The pages of imports; what they ask for is done by `bot.uploads`."""
    most_bytes = settings.upload_max_bytes + MOST_BYTES
    console.page("/imports", *SEES_IMPORTS)(lambda desk: _overview(desk, settings))
    console.act("/imports", Role.IMPORTER, most_bytes=most_bytes)(lambda desk: _upload(desk, settings))
    console.page("/imports/{id}", *SEES_IMPORTS)(_one)
    console.act("/imports/{id}/confirm", Role.IMPORTER)(_confirm)
    console.act("/imports/{id}/approve", Role.APPROVER)(_approve)
    console.act("/imports/{id}/cancel", *DECIDES)(_cancel)
    for part in LISTS:
        console.page(f"/imports/{{id}}/{part.value}.csv", *DECIDES, writes=True)(partial(_list, part))


def _upload(desk: Desk, settings: Settings) -> Response:
    file, as_of = desk.file("file"), _as_of(desk)
    wrong: dict[str, Words] = {}
    if desk.chosen("full") and as_of is None:
        wrong["as_of"] = NO_MOMENT
    if file is None or not file.size:
        wrong["file"] = NO_FILE if file is None else EMPTY
    if file is None or wrong:
        return _overview(desk, settings, wrong)
    content = iter(lambda: file.file.read(PIECE), b"")
    stored = upload_piece.store(desk.session, desk.operator, file.filename or "", content, desk.now, as_of=as_of)
    desk.log("upload_added", _about(stored), digest=stored.digest, size=stored.size, full=stored.is_full)
    return desk.go(f"/imports/{stored.id}", done="uploaded")


def _confirm(desk: Desk) -> Response:
    stored = _as_seen(desk, UploadState.CHECKED)
    if not stored.found.good:
        raise Refused(409, CHANGED, CHANGED_WHY)
    begins = uploads.confirm(stored, desk.operator, desk.now)
    desk.log("upload_confirmed", _about(stored), digest=stored.digest, **_counts(stored))
    return desk.go(f"/imports/{stored.id}", done="import_begins" if begins else "import_awaits")


def _approve(desk: Desk) -> Response:
    stored = _as_seen(desk, UploadState.AWAITING)
    if not uploads.may_approve(stored, desk.operator):
        raise Refused(403, NOT_YOU, NOT_YOU_WHY)
    uploads.approve(stored, desk.operator, desk.now)
    desk.log("upload_approved", _about(stored), digest=stored.digest, **_counts(stored))
    return desk.go(f"/imports/{stored.id}", done="import_begins")


def _cancel(desk: Desk) -> Response:
    stored = _there(uploads.locked(desk.session, desk.number()))
    if stored.state not in OPEN:
        raise Refused(409, CHANGED, CHANGED_WHY)
    uploads.cancel(stored, desk.operator, desk.now)
    desk.log("upload_cancelled", _about(stored), digest=stored.digest)
    return desk.go(f"/imports/{stored.id}", done="import_cancelled")


def _list(part: Part, desk: Desk) -> Response:
    stored = _there(uploads.known(desk.session, desk.number()))
    content = upload_piece.whole(desk.session, stored.id, part)
    if not content:
        raise not_found()
    desk.log(f"upload_{part.value}_downloaded", _about(stored))
    return attachment(content, "text/csv; charset=utf-8", f"import-{stored.id}-{part.value}.csv")


def _overview(desk: Desk, settings: Settings, wrong: dict[str, Words] | None = None) -> Response:
    found = uploads.history(desk.session, whole_number(desk.asked("before")) or None, ON_A_PAGE + 1)
    return desk.page(
        "imports.html",
        422 if wrong else 200,
        uploads=found[:ON_A_PAGE],
        older=found[ON_A_PAGE - 1].id if len(found) > ON_A_PAGE else None,
        states=STATES,
        may_upload=Role.IMPORTER in desk.may,
        most_megabytes=max(1, settings.upload_max_bytes // 1024**2),
        wrong=wrong or {},
        is_full=bool(desk.chosen("full")),
        as_of=desk.text("as_of"),
    )


def _one(desk: Desk) -> Response:
    stored = _there(uploads.known(desk.session, desk.number()))
    session, state = desk.session, UploadState(stored.state)
    may_decide = bool(desk.may & set(DECIDES))
    spoken: Literal["zh-Hant", "en"] = "en" if desk.language is Language.EN else "zh-Hant"
    refusal = stored.refusal and FileRefused(Why[stored.refusal["why"]], **stored.refusal["facts"])
    return desk.page(
        "import.html",
        upload=stored,
        state=state,
        badge=STATES[state],
        found=stored.found,
        refusal=refusal and refusal.describe(spoken),
        problems=[
            (line, one.column if spoken == "en" else CHINESE_COLUMNS.get(one.column, ""), describe(one, spoken))
            for line, one in stored.first_problems
        ],
        differences=[
            (Words(*MEANINGS[what]), stored.found.differences[what.value])
            for what in Difference
            if what.value in stored.found.differences
        ],
        ahead=uploads.ahead_of(session, stored) if state is UploadState.IMPORTING else 0,
        same=uploads.same_file(session, stored),
        lists={part.value for part in LISTS if upload_piece.has(session, stored.id, part)},
        may_confirm=state is UploadState.CHECKED and Role.IMPORTER in desk.may and stored.found.good > 0,
        may_approve=(
            state is UploadState.AWAITING and Role.APPROVER in desk.may and uploads.may_approve(stored, desk.operator)
        ),
        may_cancel=state in OPEN and may_decide,
        may_fetch=may_decide,
        longest=LONGEST_LIST,
    )


def _as_seen(desk: Desk, state: UploadState) -> Upload:
    """The upload, locked, if it is still in this state and its dry run is the one that the page showed."""
    stored = _there(uploads.locked(desk.session, desk.number()))
    if stored.state != state or stored.seen_as != desk.text("seen"):
        raise Refused(409, CHANGED, CHANGED_WHY)
    return stored


def _there(stored: Upload | None) -> Upload:
    if stored is None:
        raise not_found()
    return stored


def _as_of(desk: Desk) -> datetime | None:
    """When a full file was made."""
    if not desk.chosen("full"):
        return None
    moment = local_moment(desk.text("as_of"))
    return moment if moment is not None and moment <= desk.now else None


def _about(stored: Upload) -> str:
    return f"upload {stored.id}"


def _counts(stored: Upload) -> dict[str, int]:
    found = stored.found
    return {"rows": found.rows, "bad": found.bad, "new": found.new, "changed": found.changed}
