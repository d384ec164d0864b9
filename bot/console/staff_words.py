"""What the console calls its roles, what is asked for them, and why something cannot be decided."""

from collections.abc import Mapping

from bot.console.words import Words
from models.api_key import Scope
from models.operator import Role
from models.staff_change import Decision, Kind
from models.staff_decision import Obstacle

ROLES: Mapping[Role, tuple[Words, Words]] = {
    Role.VIEWER: (
        Words("檢視者", "Viewer"),
        Words(
            "看得到總覽與公告，看不到任何移工的個人資料。",
            "Sees the overview and the announcements, and nothing about any single worker.",
        ),
    ),
    Role.WRITER: (
        Words("撰稿者", "Writer"),
        Words(
            "撰寫公告並送審，不能核准自己寫的公告。",
            "Writes announcements and submits them; never approves their own.",
        ),
    ),
    Role.APPROVER: (
        Words("核准者", "Approver"),
        Words(
            "核准或退回別人寫的公告與異常的匯入，並可停止發送。",
            "Approves or returns announcements and unusual imports of others, and can stop what is being sent.",
        ),
    ),
    Role.CASEWORKER: (
        Words("個案人員", "Caseworker"),
        Words(
            "查詢移工並處理案件；每次查看都會記錄，移工本人看得到。",
            "Looks workers up and works on cases; every look is logged and shown to the worker.",
        ),
    ),
    Role.IMPORTER: (
        Words("匯入人員", "Importer"),
        Words("上傳聘僱許可檔案，先試算再確認。", "Uploads files of permits: a trial first, then for good."),
    ),
    Role.ADMINISTRATOR: (
        Words("系統管理員", "Administrator"),
        Words(
            "管理人員、角色與 API 金鑰，並查閱稽核紀錄；給予權限需要另一位系統管理員核准。",
            "Looks after people, roles, API keys and the audit log; giving power needs another administrator.",
        ),
    ),
}
"""The name of each role and what it may do."""

KINDS: Mapping[Kind, Words] = {
    Kind.NEW_PERSON: Words("新增人員", "New person"),
    Kind.ROLES: Words("變更角色", "Other roles"),
    Kind.REACTIVATION: Words("恢復使用", "Reactivation"),
    Kind.SIGN_IN: Words("重設登入方式", "New sign-in"),
    Kind.API_KEY: Words("新增 API 金鑰", "New API key"),
}
DECISIONS: Mapping[Decision, tuple[Words, str]] = {
    Decision.APPROVED: (Words("已核准", "Approved"), "good"),
    Decision.REFUSED: (Words("已否決", "Refused"), "bad"),
    Decision.WITHDRAWN: (Words("已撤回", "Withdrawn"), "plain"),
}
SCOPES: Mapping[Scope, Words] = {
    Scope.PERMITS: Words("傳送聘僱許可資料", "Send permits"),
    Scope.EVENTS: Words("傳送廢止、失聯等事件", "Send events such as revocations"),
    Scope.LAW: Words("使用法規試算", "Use the law calculators"),
}

NOTHING_DONE = Words("沒有執行任何動作", "Nothing was done")
OBSTACLES: Mapping[Obstacle, Words] = {
    Obstacle.DECIDED: Words("這個申請已經有結果了。", "This has been decided already."),
    Obstacle.EXPIRED: Words("這個申請超過七天未處理，已失效。請重新提出。", "It waited over seven days. Ask anew."),
    Obstacle.NOT_ADMINISTRATOR: Words("您已不是系統管理員。", "You are no longer an administrator."),
    Obstacle.OWN_PROPOSAL: Words(
        "這是您自己提出的申請，必須由另一位系統管理員決定。",
        "You asked for this yourself: another administrator decides.",
    ),
    Obstacle.NOT_THE_ASKER: Words("只有提出申請的人可以撤回。", "Only whoever asked for it can withdraw it."),
    Obstacle.ABOUT_YOURSELF: Words(
        "這個申請與您本人有關，必須由另一位系統管理員決定。", "This is about yourself: another administrator decides."
    ),
    Obstacle.MOVED_ON: Words(
        "提出申請之後，這個人的資料已經變更。請否決後重新提出。",
        "The person has changed since this was asked for. Refuse it and ask anew.",
    ),
    Obstacle.CANNOT_BE_OPENED: Words(
        "金鑰只能由申請人在核准後七天內開啟一次。",
        "A key is opened once, by whoever asked for it, within seven days of its approval.",
    ),
}
LAST_ADMINISTRATOR = Words(
    "除此之外沒有其他能登入的系統管理員，之後將無人能再給予權限。請先新增另一位系統管理員。",
    "No other administrator can sign in, so nobody could ever give a right again. Add another administrator first.",
)
SAY_WHY = Words("請說明理由，這會留在稽核紀錄中。", "Say why: it is kept in the audit log.")
AT_LEAST_ONE_ROLE = Words(
    "請至少選擇一個角色；若要停止使用，請停用此人。", "Choose at least one role, or deactivate them."
)
SAME_ROLES = Words("這些就是目前的角色。", "These are the roles they have.")
DEACTIVATED = Words("此人已停用，請先申請恢復使用。", "They are deactivated: ask for their reactivation first.")
WRONG_LOGIN = Words(
    "請用 2 至 64 個小寫英文字母、數字或 . _ - @，以字母或數字開頭。",
    "2 to 64 small letters, digits or . _ - @, beginning with a letter or a digit.",
)
LOGIN_TAKEN = Words("已有人使用或正在申請這個帳號。", "Somebody has this login, or it has been asked for.")
REVOKED_ALREADY = Words("這個金鑰已經撤銷。", "This key was revoked already.")
MISSING = Words("請填寫。", "Fill this in.")
CHOOSE = Words("請至少選擇一項。", "Choose at least one.")

DEEDS: Mapping[str, Words] = {
    "staff_change_asked": Words("提出申請", "Asked for"),
    "staff_change_approved": Words("核准", "Approved"),
    "staff_change_refused": Words("否決", "Refused"),
    "staff_change_withdrawn": Words("撤回", "Withdrew"),
    "operator_deactivated": Words("停用", "Deactivated"),
    "operator_narrowed": Words("減少角色", "Took roles away"),
}
"""What is done with a person, as the log calls it and as their page does."""
