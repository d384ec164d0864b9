"""What the console says, in the office's two languages; Chinese unless an operator chooses English."""

from bot.two_languages import Words as Words  # the whole console has it from here

TITLE = Words("移工 LINE 通知服務", "Migrant worker LINE service")
SIGN_IN = Words("登入", "Sign in")
LINK_CHECKS = Words("連結查核", "Checks of links")

NOT_FOUND = Words("找不到這個頁面", "There is no such page")
NOT_FOUND_WHY = Words("網址可能有誤，或資料已刪除。", "The address may be wrong, or what it showed was deleted.")
NOT_ALLOWED = Words("您沒有這項權限", "You may not do this")
NOT_ALLOWED_WHY = Words(
    "您的角色不包含這項工作。如有需要，請洽系統管理員。",
    "None of your roles includes it. If you need it, ask an administrator.",
)
OLD_FORM = Words("請重新操作一次", "Please do that again")
OLD_FORM_WHY = Words(
    "這個表單已過期或不是從本網站送出，因此沒有執行任何動作。請回上一頁重新整理後再試。",
    "This form was too old or did not come from this site, so nothing was done. Go back, reload and try again.",
)
TOO_LARGE = Words("送出的資料太大", "That is too large")
TOO_LARGE_WHY = Words("請縮小檔案或內容後再試。", "Make the file or the text smaller and try again.")
NOT_NOW = Words("系統暫時無法使用", "Not available at this moment")
NOT_NOW_WHY = Words(
    "資料庫暫時沒有回應，沒有執行任何動作。請稍後再試。",
    "The database does not answer; nothing was done. Try again in a moment.",
)
