"""What can be known of an announcement before it is sent: how it looks, what is wrong with it, and what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session

from bot.line.render import UnsendableError, render
from locales import Language, MissingTranslationError
from models.announcements.announcement import Announcement
from models.announcements.cost import Cost, cost_of
from models.announcements.lint import Code, Finding, findings
from models.announcements.moves import Draft, draft_of
from models.announcements.text import Body, Texts
from models.quota import Account
from scheduler.announcements import content_of


@dataclass(frozen=True)
class Preview:
    """One language as LINE shows it: the message objects, what the lock screen says, and the plain words."""

    language: Language
    messages: str
    lock_screen: str
    body: Body


@dataclass(frozen=True)
class Check:
    """All of it; no cost where it was not asked for, as counting a million people takes a moment."""

    previews: Sequence[Preview]
    findings: Sequence[Finding]
    cost: Cost | None

    @property
    def blocked(self) -> bool:
        """Whether it may not go on as it is."""
        return (self.cost is not None and not self.cost.fits) or any(finding.blocks for finding in self.findings)

    @property
    def reaches_nobody(self) -> bool:
        """A mistake while it is written; once it was approved everybody may have unsubscribed."""
        return self.cost is not None and self.cost.reach.count == 0


def costed(session: Session, account: Account, announcement: Announcement, now: datetime) -> Check:
    """All that is known of it as things stand now."""
    draft = draft_of(announcement)
    looked_at = look(draft, announcement.id, announcement.follows)
    return replace(looked_at, cost=cost_of(session, account, draft, now, but=announcement.id))


def look(draft: Draft, about: int, follows: str | None) -> Check:
    """How it looks and what is wrong; `about` is the announcement's row, 0 while it has none."""
    found = list(findings(draft.texts))
    draft = replace(draft, texts=_drawable(draft.texts, found))
    previews = []
    for language, body in draft.texts.bodies.items():
        drawn = _drawn(about, draft, language, follows)
        if isinstance(drawn, Finding):
            # A missing title or text is said already, in other words.
            if body.title and body.text:
                found.append(drawn)
            continue
        lock_screen = str(drawn[0].get("altText", drawn[0].get("text", "")))
        if body.title in lock_screen or body.text in lock_screen:
            found.append(Finding(Code.LOCK_SCREEN, language))
        previews.append(Preview(language, orjson.dumps(drawn).decode(), lock_screen, body))
    order = list(Language)
    previews.sort(key=lambda preview: order.index(preview.language))
    return Check(previews, found, None)


def _drawable(texts: Texts, found: Sequence[Finding]) -> Texts:
    """Without the addresses that were found wrong already, so that the words can be seen all the same."""
    wrong = {address for finding in found if finding.code is Code.NOT_HTTPS for address in finding.what}
    return replace(
        texts,
        image_url="" if texts.image_url in wrong else texts.image_url,
        link_url="" if texts.link_url in wrong else texts.link_url,
    )


def _drawn(about: int, draft: Draft, language: Language, follows: str | None) -> Sequence[Mapping[str, Any]] | Finding:
    try:
        return render(content_of(about, draft.category, draft.texts, language, follows), language)
    except (UnsendableError, MissingTranslationError) as fault:
        return Finding(Code.LINE_REFUSES, language, what=(str(fault),))
