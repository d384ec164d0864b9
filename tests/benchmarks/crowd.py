"""Very many people, and an announcement to all of them: for the benchmarks that send one."""

from datetime import timedelta

from sqlalchemy import text

from bot.clock import Clock
from bot.database import Database
from locales import LANGUAGES
from models import operator, rate
from models.announcements import moves as announcement_moves
from models.announcements.announcement import Category
from models.announcements.moves import Draft
from models.announcements.text import Body, Texts
from models.audience import Audience
from models.operator import Role

CHANNEL = "benchmark"
LETTER = "The typhoon comes on Friday. Stay inside, keep water and a lamp at hand, and call 119 if you need help. " * 5

_PEOPLE = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
    " INSERT INTO contact (id, line_user_id, language, reachable, created_at)"
    " SELECT i, printf('U%032x', i), {language}, 1, '2026-01-01 00:00:00.000000' FROM n",
    "postgresql": "INSERT INTO contact (id, line_user_id, language, reachable, created_at)"
    " SELECT i, 'U' || lpad(to_hex(i), 32, '0'), {language}, true, now() FROM generate_series(1, :count) AS n(i)",
}


def people(database: Database, count: int) -> None:
    """Contacts 1 to `count`, who read our languages in turn."""
    names = " ".join(f"WHEN {place} THEN '{language.value}'" for place, language in enumerate(LANGUAGES))
    statement = _PEOPLE[database.engine.name].format(language=f"CASE i % {len(LANGUAGES)} {names} END")
    with database.writing() as session:
        session.execute(text(statement), {"count": count})
        rate.reserve(session, CHANNEL, "multicast", 1)


def analyse(database: Database) -> None:
    """What PostgreSQL does of itself a minute later."""
    with database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()


def approved(database: Database) -> int:
    """An announcement to everybody, which may leave at once."""
    now = Clock().now()
    texts = Texts({language: Body("Typhoon", LETTER) for language in LANGUAGES})
    draft = Draft(Category.WEATHER.value, texts, Audience(), None, now + timedelta(days=1))
    with database.writing() as session:
        writer = operator.add(session, "writer", "Made-up Writer", [Role.WRITER], now)
        approver = operator.add(session, "approver", "Made-up Approver", [Role.APPROVER], now)
        announcement = announcement_moves.create(session, writer, draft, "Storm", now)
        announcement_moves.submit(session, announcement.id, 1, writer, now)
        announcement_moves.approve(session, announcement.id, 1, approver, now)
        return announcement.id
