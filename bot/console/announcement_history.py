"""What was done with an announcement, by whom and why, and what each version changed."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bot.console.announcement_words import in_words
from bot.console.visit import Desk
from bot.console.words import Words
from models import audit
from models.announcements.announcement import Announcement
from models.announcements.moves import said_in

Piece = tuple[str, str]
"""How some words fared, `same`, `gone` or `new`, and the words."""

_STEPS: Mapping[str, Words] = {
    "announcement_written": Words("撰寫", "Written"),
    "announcement_edited": Words("修改", "Edited"),
    "announcement_submitted": Words("送審", "Submitted"),
    "announcement_approved": Words("核准", "Approved"),
    "announcement_returned": Words("退回修改", "Returned for edit"),
    "announcement_cancelled": Words("取消", "Cancelled"),
    "announcement_stopped": Words("停止發送", "Stopped"),
    "announcement_resumed": Words("繼續發送", "Resumed"),
    "announcement_tested": Words("傳送測試", "Test sent"),
}
_VERSIONS = ("announcement_written", "announcement_edited")


@dataclass(frozen=True)
class Done:
    """One line of the history."""

    at: datetime
    words: Words
    version: int | None
    who: str
    why: str
    changed: Sequence[tuple[str, Sequence[Piece]]]


def history(desk: Desk, announcement: Announcement) -> list[Done]:
    """All of it, the newest first; people's steps are those of the audit log."""
    changes = _changes(desk, announcement)
    told = []
    steps = audit.Wanted(about=f"announcement {announcement.id}", actions=_STEPS)
    for entry in audit.entries(desk.session, steps):
        version = entry.details.get("version")
        changed = changes.get(version, []) if entry.action in _VERSIONS else []
        who = entry.operator.name if entry.operator else "–"
        told.append(Done(entry.at, _STEPS[entry.action], version, who, str(entry.details.get("why", "")), changed))
    return told


def _changes(desk: Desk, announcement: Announcement) -> Mapping[int | None, Sequence[tuple[str, Sequence[Piece]]]]:
    changes: dict[int | None, Sequence[tuple[str, Sequence[Piece]]]] = {}
    earlier: Mapping[str, str] | None = None
    for version in announcement.versions:
        now = dict(in_words(said_in(version), desk.language))
        if earlier is not None:
            names = {**earlier, **now}
            differing = [name for name in names if earlier.get(name, "") != now.get(name, "")]
            changes[version.number] = [
                (name, differences(earlier.get(name, ""), now.get(name, ""))) for name in differing
            ]
        earlier = now
    return changes


@lru_cache(maxsize=512)  # a page that shows progress is asked for every other second
def differences(before: str, after: str) -> Sequence[Piece]:
    """Word by word, and sign by sign in Chinese."""
    old, new = (re.findall(r"[\u3400-\u9fff]|\w+|\s+|.", words) for words in (before, after))
    pieces: list[Piece] = []
    for how, i, j, k, m in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if how == "equal":
            pieces.append(("same", "".join(old[i:j])))
        else:
            pieces += [("gone", "".join(old[i:j])), ("new", "".join(new[k:m]))]
    return [(how, words) for how, words in pieces if words]
