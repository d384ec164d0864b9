"""What the announcements' pages call states, categories, steps and faults, in the office's two languages."""

from collections.abc import Mapping

from bot.console import record_words
from bot.console.looks import moment
from bot.console.words import Words
from locales import LANGUAGES, Language
from models.announcements.announcement import AnnouncementState, Category, Follows
from models.announcements.lint import Code, Finding
from models.announcements.moves import Draft, Wrong
from models.audience import LINES, Audience

STATES: Mapping[AnnouncementState, tuple[Words, str]] = {
    AnnouncementState.DRAFT: (Words("草稿", "Draft"), "plain"),
    AnnouncementState.SUBMITTED: (Words("待核准", "Waits for approval"), "wait"),
    AnnouncementState.APPROVED: (Words("已核准", "Approved"), "good"),
    AnnouncementState.SENDING: (Words("發送中", "Being sent"), "wait"),
    AnnouncementState.STOPPED: (Words("已停止", "Stopped"), "bad"),
    AnnouncementState.DONE: (Words("已完成", "Done"), "good"),
    AnnouncementState.EXPIRED: (Words("已逾期", "Expired"), "bad"),
    AnnouncementState.CANCELLED: (Words("已取消", "Cancelled"), "plain"),
}
"""By state: its name and its tone."""

CATEGORIES: Mapping[Category, Words] = {
    Category.EPIDEMIC: Words("防疫", "Epidemics and health"),
    Category.LABOUR_RIGHTS: Words("勞動權益", "Rights at work"),
    Category.WAGES_AND_LEAVE: Words("工資與休假", "Wages and leave"),
    Category.TRAFFIC_SAFETY: Words("交通安全", "Traffic safety"),
    Category.SWINE_FEVER: Words("防範非洲豬瘟", "Swine fever"),
    Category.DRUGS: Words("毒品防制", "Drugs"),
    Category.ELECTRICAL_SAFETY: Words("用電安全", "Electrical safety"),
    Category.WEATHER: Words("天氣與災害", "Weather"),
    Category.OTHER: Words("其他", "Other"),
}
FOLLOWS: Mapping[Follows, tuple[Words, Words]] = {
    Follows.CORRECTION: (Words("更正", "Corrects"), Words("已由此公告更正", "Corrected by")),
    Follows.WITHDRAWAL: (Words("撤回", "Withdraws"), Words("已由此公告撤回", "Withdrawn by")),
}
"""Of the one that follows, and of the one that it follows."""

_COMMA = Words("、", ", ")
LINE_NAMES: Mapping[str, Words] = {
    "languages": Words("語言", "Languages"),
    "nationalities": Words("國籍", "Nationalities"),
    "counties": Words("縣市", "Counties"),
    "works": Words("工作類別", "Kinds of work"),
    "permit_types": Words("聘僱許可類別", "Permit types"),
}
KINDS: Mapping[str, Words] = {
    "dates": Words("日期", "dates"),
    "numbers": Words("數字或時間", "numbers or times"),
    "phones": Words("電話", "telephone numbers"),
    "links": Words("網址", "links"),
    "placeholders": Words("代換欄位", "placeholders"),
}
_FAULTS: Mapping[Code, Words] = {
    Code.MISSING: Words(
        "尚無內容。請翻譯，或在「缺少語言的理由」說明原因。",
        "no words yet. Translate it, or say under “Why a language is left out” why not.",
    ),
    Code.LEFT_OUT: Words("不提供此語言（已說明理由）。", "left out, with a reason."),
    Code.NO_TITLE: Words("沒有標題。", "no title."),
    Code.NO_TEXT: Words("沒有內文。", "no text."),
    Code.LONG_TITLE: Words("標題過長，手機上會占去大半畫面。", "the title is so long that it fills a phone's screen."),
    Code.SAME_TEXT: Words("內文與另一語言完全相同：{what}。", "the same text as in another language: {what}."),
    Code.UNSAID: Words("請勿使用這些字詞：{what}。", "words that we never use: {what}."),
    Code.LACKS: Words(
        "缺少中文版的{kind}：{what}。各語言請都用阿拉伯數字。",
        "the Chinese has {kind} that are missing here: {what}. Write digits in every language.",
    ),
    Code.ADDS: Words("有中文版沒有的{kind}：{what}。", "{kind} that the Chinese does not have: {what}."),
    Code.PLACEHOLDER: Words(
        "{what} 會照原樣顯示，不會代換。", "{what} will be shown as it stands: nothing is filled in."
    ),
    Code.NOT_HTTPS: Words("網址必須以 https:// 開頭：{what}", "an address must begin with https://: {what}"),
    Code.LABEL_WITHOUT_LINK: Words("有連結文字但沒有網址。", "a label for a link, but no link."),
    Code.LINE_REFUSES: Words("LINE 不接受這則訊息：{what}", "LINE would refuse it: {what}"),
    Code.LOCK_SCREEN: Words("鎖定畫面會顯示公告內容。", "the lock screen would show what it says."),
}
REFUSALS: Mapping[Wrong, Words] = {
    Wrong.ROLE: Words("您的角色不包含這個步驟。", "None of your roles includes this step."),
    Wrong.STATE: Words(
        "公告目前的狀態不能執行這個步驟，可能已有人處理。請重新整理後查看。",
        "It cannot be done in the state the announcement is in; somebody may have been quicker. Reload its page.",
    ),
    Wrong.CHANGED: Words(
        "您開啟後已有人修改這則公告，您的動作沒有執行。請重新查看最新版本。",
        "Somebody changed it after you opened it, so nothing was done. Look at the newest version first.",
    ),
    Wrong.OWN_WORK: Words(
        "撰寫或送審的人不能核准，請由另一位核准人員辦理。",
        "Whoever wrote or submitted it cannot approve it. Ask another approver.",
    ),
    Wrong.OVER: Words(
        "有效期限已過，或距離發送時間不到 15 分鐘。請延長有效期限。",
        "Its validity is over, or ends within 15 minutes of sending. Give it more time.",
    ),
    Wrong.WHY: Words("請填寫理由。", "Give a reason."),
    Wrong.STILL_SENDING: Words("請先停止發送，再撤回。", "Stop sending it first, then withdraw it."),
}


def language_name(language: Language | str) -> str:
    return LANGUAGES[Language(language)]


def option_name(line: str, value: str, language: Language) -> str:
    """What a line of the audience calls this value; as it stands where we have no name for it."""
    if line == "languages":
        return language_name(value)
    return record_words.NAMED[line](value, language) if line in record_words.NAMED else value


def audience_in_words(audience: Audience, language: Language) -> list[tuple[str, str]]:
    """Each line as its name and what is chosen."""
    whom = Words("已連結聘僱資料的移工", "Workers whose account is linked")
    everybody = Words("所有好友", "All friends")
    said = [(Words("對象", "Who").in_(language), (whom if audience.asks_for_a_worker else everybody).in_(language))]
    for line in LINES:
        if chosen := getattr(audience, line):
            names = _COMMA.in_(language).join(option_name(line, value, language) for value in chosen)
            said.append((LINE_NAMES[line].in_(language), names))
    return said


def fault(finding: Finding, language: Language) -> str:
    """One finding as a sentence."""
    quoted = [language_name(each) if finding.code is Code.SAME_TEXT else each for each in finding.what]
    what = _COMMA.in_(language).join(quoted)
    kind = KINDS[finding.kind].in_(language) if finding.kind else ""
    # What is quoted comes last, so that braces in it stay what they are.
    return _FAULTS[finding.code].in_(language).replace("{kind}", kind).replace("{what}", what)


def in_words(draft: Draft, language: Language) -> list[tuple[str, str]]:
    """A version as pairs of a field's name and its words, for reading and for comparing."""
    facts = [(Words("類別", "Category").in_(language), CATEGORIES[Category(draft.category)].in_(language))]
    facts += audience_in_words(draft.audience, language)
    at_once = Words("核准後立即", "As soon as it is approved").in_(language)
    times = (
        (
            Words("發送時間", "Sent"),
            at_once if draft.send_at is None else moment(draft.send_at),
        ),
        (Words("有效至", "Valid until"), moment(draft.valid_until)),
        (Words("圖片", "Picture"), draft.texts.image_url),
        (Words("連結", "Link"), draft.texts.link_url),
        (Words("按鈕", "Button"), Words("撥打 1955", "Call 1955").in_(language) if draft.texts.offers_1955 else ""),
        (Words("缺少語言的理由", "Why a language is left out"), draft.texts.missing),
    )
    facts += [(name.in_(language), value) for name, value in times if value]
    for each in Language:
        if body := draft.texts.bodies.get(each):
            words = "\n".join(part for part in (body.title, body.text, body.link_label) if part)
            facts.append((language_name(each), words))
    return facts
