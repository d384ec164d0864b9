"""The form in which an announcement is written: from what was typed to a draft, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.console.visit import Desk, local_moment
from bot.console.words import Words
from locales import TAIPEI, Language
from models.announcements.announcement import Category
from models.announcements.moves import Draft
from models.announcements.text import Body, Texts
from models.audience import LINES, Audience

USUAL_VALIDITY = timedelta(days=7)
TITLE_LENGTH, TEXT_LENGTH, LABEL_LENGTH, ADDRESS_LENGTH, REASON_LENGTH = 200, 5_000, 40, 1_000, 1_000
MOST_CHOSEN, LONGEST_CHOICE = 100, 64
_PARTS = {"title": TITLE_LENGTH, "text": TEXT_LENGTH, "link_label": LABEL_LENGTH}
_TYPED = {"image_url": ADDRESS_LENGTH, "link_url": ADDRESS_LENGTH, "missing": REASON_LENGTH, "why": REASON_LENGTH}
_SHORT = ("category", "who", "when", "send_at", "valid_until", "offers_1955")
_LOCAL = "%Y-%m-%dT%H:%M"

NOT_A_TIME = Words("請輸入日期與時間。", "Give a date and a time.")
NOT_A_CATEGORY = Words("請選擇類別。", "Choose a category.")
TOO_LONG = Words("文字太長。", "That is too long.")
OVER_BEFORE = Words("有效期限必須晚於發送時間。", "It must be valid until after it is sent.")
NO_REASON = Words("請寫下這次修改的原因。", "Say why you write or change it.")


@dataclass(frozen=True)
class Entered:
    """What stands in the form's fields, by their names; `wrong` says what cannot be taken."""

    typed: Mapping[str, str]
    ticked: Mapping[str, Sequence[str]]
    wrong: dict[str, Words] = field(default_factory=dict)

    def draft(self, *, why: bool = True) -> Draft | None:
        """What it makes, or None with what is wrong; without `why` also before a reason is given."""
        limits = _TYPED | {f"{part}-{one.value}": most for part, most in _PARTS.items() for one in Language}
        self.wrong.update({name: TOO_LONG for name, most in limits.items() if len(self.typed[name]) > most})
        if self.typed["category"] not in set(Category):
            self.wrong["category"] = NOT_A_CATEGORY
        send_at = self._moment("send_at") if self.typed["when"] == "at" else None
        valid_until = self._moment("valid_until")
        if valid_until and send_at and valid_until <= send_at:
            self.wrong["valid_until"] = OVER_BEFORE
        if why and not self.typed["why"]:
            self.wrong["why"] = NO_REASON
        if self.wrong or valid_until is None:
            return None
        return Draft(self.typed["category"], self._texts(), self._audience(), send_at, valid_until)

    def _moment(self, name: str) -> datetime | None:
        moment = local_moment(self.typed[name][:16])
        if moment is None:
            self.wrong[name] = NOT_A_TIME
        return moment

    def _texts(self) -> Texts:
        bodies = {}
        for language in Language:
            body = Body(**{part: self.typed[f"{part}-{language.value}"] for part in _PARTS})
            if body.title or body.text or body.link_label:
                bodies[language] = body
        offers_1955 = self.typed["offers_1955"] == "yes"
        return Texts(bodies, self.typed["image_url"], self.typed["link_url"], self.typed["missing"], offers_1955)

    def _audience(self) -> Audience:
        return Audience(**{line: tuple(self.ticked[line]) for line in LINES}, linked_only=self.typed["who"] == "linked")


def entered(desk: Desk) -> Entered:
    """What was sent with the form."""
    names = (*_SHORT, *_TYPED, *(f"{part}-{language.value}" for part in _PARTS for language in Language))
    typed = {name: desk.text(name) for name in names}
    ticked = {
        line: [value for value in desk.chosen(line)[:MOST_CHOSEN] if len(value) <= LONGEST_CHOICE] for line in LINES
    }
    ticked["languages"] = [value for value in ticked["languages"] if value in set(Language)]
    return Entered(typed, ticked)


def blank(now: datetime) -> Entered:
    """Before anything was typed."""
    typed = dict.fromkeys((*_SHORT, *_TYPED), "") | {
        f"{part}-{language.value}": "" for part in _PARTS for language in Language
    }
    usual = {"when": "now", "who": "all", "valid_until": _local(now + USUAL_VALIDITY)}
    return Entered(typed | usual, {line: [] for line in LINES})


def of_draft(draft: Draft, now: datetime) -> Entered:
    """The form as it was filled for this draft; why it is changed is asked anew."""
    typed = dict(blank(now).typed)
    typed |= {
        "category": draft.category,
        "who": "linked" if draft.audience.linked_only else "all",
        "when": "now" if draft.send_at is None else "at",
        "send_at": "" if draft.send_at is None else _local(draft.send_at),
        "valid_until": _local(draft.valid_until),
        "image_url": draft.texts.image_url,
        "link_url": draft.texts.link_url,
        "missing": draft.texts.missing,
        "offers_1955": "yes" if draft.texts.offers_1955 else "",
    }
    for language, body in draft.texts.bodies.items():
        typed |= {f"{part}-{language.value}": getattr(body, part) for part in _PARTS}
    return Entered(typed, {line: list(getattr(draft.audience, line)) for line in LINES})


def _local(moment: datetime) -> str:
    return moment.astimezone(TAIPEI).strftime(_LOCAL)
