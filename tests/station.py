"""Announcements between a real database and the LINE look-alike over HTTP, without the rest of the service."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.broadcast import Broadcasts, Says
from bot.database import Database
from bot.line.answers import MULTICAST
from locales import Language, verbatim
from models import operator
from models.announcements import moves as announcement_moves
from models.announcements import plan as announcement_plan
from models.announcements.announcement import Announcement, Category
from models.announcements.chunk import AnnouncementChunk, ChunkState, Progress, progress
from models.announcements.moves import Draft
from models.announcements.plan import Due
from models.announcements.text import Body, Texts
from models.audience import Audience
from models.content import Content, words
from models.operator import Operator, Role
from tests.post import ACCOUNT, Post


def plainly(due: Due, language: Language) -> Content:
    """The text alone: the words around it are tested elsewhere."""
    return words(verbatim(due.draft.texts.bodies[language].text))


@dataclass
class Station:
    """People, announcements to them, and senders that come and go."""

    post: Post
    says: Says = plainly
    phones: dict[str, int] = field(default_factory=dict)

    def people(self, count: int, language: Language = Language.EN) -> list[str]:
        found = [self.post.person(language) for _ in range(count)]
        self.phones |= {phone: contact for contact, phone in found}
        return [phone for _contact, phone in found]

    def approved(self, languages: Sequence[Language] = (Language.EN,), hours: float = 1, **more: Any) -> int:
        with self.post.database.writing() as session:
            return approved(session, self.post.clock.now(), languages, hours, **more)

    def stop(self, announcement_id: int) -> None:
        with self.post.database.writing() as session:
            _writer, approver = staff(session, self.post.clock.now())
            announcement_moves.stop(session, announcement_id, approver, self.post.clock.now())

    def resume(self, announcement_id: int) -> None:
        with self.post.database.writing() as session:
            _writer, approver = staff(session, self.post.clock.now())
            announcement_moves.resume(session, announcement_id, approver, "Go on", self.post.clock.now())

    def broadcast(self, *, later: Sequence[timedelta] = (timedelta(),)) -> None:
        """At each of these times after now, let a new sender send what is due."""
        for pause in later:
            self.post.clock.ahead += pause
            self.broadcast_until(self.is_quiet)

    def broadcast_until(self, done: Callable[[], Any]) -> None:
        asyncio.run(self._run(done))

    async def _run(self, done: Callable[[], Any]) -> None:
        async with self.post.line(self.post.url) as line:
            broadcasts = Broadcasts(self.post.database, self.post.clock, line, ACCOUNT, self.says)
            running = asyncio.create_task(broadcasts.run())
            try:
                until = time.monotonic() + 20
                while not await asyncio.to_thread(done):
                    assert time.monotonic() < until, f"waited in vain: {self.chunks()}"
                    assert not running.done(), running
                    await asyncio.sleep(0.02)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    def is_quiet(self) -> bool:
        now = self.post.clock.now()
        waits = (Announcement.send_at.is_(None)) | (Announcement.send_at <= now)
        with self.post.database.reading() as session:
            unplanned = select(Announcement.id).where(
                ((Announcement.state == "approved") & waits)
                | ((Announcement.state == "sending") & Announcement.planned_at.is_(None))
                | (Announcement.state.in_(("approved", "sending", "stopped")) & (Announcement.valid_until <= now))
            )
            due = (
                select(AnnouncementChunk.id)
                .join(Announcement, Announcement.id == AnnouncementChunk.announcement_id)
                .where(
                    (AnnouncementChunk.state == ChunkState.LEASED.value)
                    | (
                        (AnnouncementChunk.state == ChunkState.PLANNED.value)
                        & (AnnouncementChunk.not_before <= now)
                        & Announcement.state.in_(("sending", "expired"))
                    )
                )
            )
            nothing_left = (
                ~select(AnnouncementChunk.id)
                .where(
                    AnnouncementChunk.announcement_id == Announcement.id,
                    AnnouncementChunk.state.in_(("planned", "leased")),
                )
                .exists()
            )
            unended = select(Announcement.id).where(Announcement.state == "sending", nothing_left)
            return not any(session.scalars(one).first() for one in (unplanned, due, unended))

    def plan(self) -> None:
        """Freeze what is due, without sending."""
        assert freeze(self.post.database, self.post.clock.now())

    # What is seen

    def told(self) -> Counter[str]:
        """How often LINE took a message for each phone."""
        return Counter(to for entry in self.multicasts() for to in entry["body"]["to"])

    def multicasts(self) -> list[dict[str, Any]]:
        return [entry for entry in self.post.ledger() if entry["path"] == MULTICAST]

    def asked(self) -> list[int | None]:
        """How LINE answered each request."""
        return [one["status"] for one in self.post.requests(MULTICAST)]

    def chunks(self) -> Sequence[AnnouncementChunk]:
        with self.post.database.reading() as session:
            return session.scalars(select(AnnouncementChunk).order_by(AnnouncementChunk.id)).all()

    def states(self) -> Counter[str]:
        return Counter(chunk.state for chunk in self.chunks())

    def announcement(self, announcement_id: int) -> Announcement:
        with self.post.database.reading() as session:
            return session.get_one(Announcement, announcement_id)

    def progress(self, announcement_id: int) -> Progress:
        with self.post.database.reading() as session:
            return progress(session, announcement_id)


def staff(session: Session, now: datetime) -> tuple[Operator, Operator]:
    known = {one.login: one for one in operator.everybody(session)}
    if not known:
        return (
            operator.add(session, "writer", "Made-up Writer", [Role.WRITER], now),
            operator.add(session, "approver", "Made-up Approver", [Role.APPROVER], now),
        )
    return known["writer"], known["approver"]


def approved(
    session: Session,
    now: datetime,
    languages: Sequence[Language] = (Language.EN,),
    hours: float = 1,
    *,
    send_at: datetime | None = None,
    audience: Audience | None = None,
) -> int:
    """An announcement that one person wrote and another approved."""
    texts = Texts({one: Body("Typhoon", f"Stay inside ({one.value})") for one in languages})
    valid_until = (send_at or now) + timedelta(hours=hours)
    draft = Draft(Category.WEATHER.value, texts, audience or Audience(), send_at, valid_until)
    writer, approver = staff(session, now)
    announcement = announcement_moves.create(session, writer, draft, "Storm", now)
    announcement_moves.submit(session, announcement.id, 1, writer, now)
    announcement_moves.approve(session, announcement.id, 1, approver, now)
    return announcement.id


def freeze(database: Database, now: datetime) -> bool:
    """Whether an announcement was due; its recipients are in chunks then."""
    with database.reading() as session:
        due = announcement_plan.next_due(session, now)
    if due is None:
        return False
    wording = dict.fromkeys(due.draft.texts.bodies, b'[{"type":"text","text":"Stay inside"}]')
    with database.writing() as session:
        return announcement_plan.begin_sending(session, due, wording, now)
