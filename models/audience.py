"""Whom an announcement is for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.announcements.announcement import Muted
from models.binding import IN_FORCE, Binding
from models.contact import Contact
from models.permit import Permit, PermitStatus
from models.worker import Worker


@dataclass(frozen=True, slots=True)
class Audience:
    """Who matches every line that is not empty. Whoever is not linked has a language, and nothing else is known."""

    languages: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()
    works: tuple[str, ...] = ()
    permit_types: tuple[str, ...] = ()
    linked_only: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def asks_for_a_worker(self) -> bool:
        """Whether it can only be answered for somebody who is linked."""
        return self.linked_only or any((self.nationalities, self.counties, self.works, self.permit_types))


LINES = ("languages", "nationalities", "counties", "works", "permit_types")


def audience_of(stored: Mapping[str, Any]) -> Audience:
    """What `Audience.to_json` gave."""
    lines = {name: tuple(stored[name]) for name in LINES}
    return Audience(**lines, linked_only=stored["linked_only"])


def recipients(audience: Audience, category: str, today: date) -> Select[int, str]:
    """Contacts that can be reached and want the category, each once: their row and their language."""
    return select(Contact.id, Contact.language).where(
        *_matching(audience, today), Contact.reachable.is_(True), ~_muted(category)
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """How many an announcement would go to, by language, and how many match but will not get it."""

    by_language: Mapping[str, int]
    unreachable: int
    muted: int

    @property
    def count(self) -> int:
        return sum(self.by_language.values())


def reach(session: Session, audience: Audience, category: str, today: date) -> Reach:
    """The counts of this moment; recipients are settled only when it is sent."""
    muted = _muted(category).label("muted")
    rows = session.execute(
        select(Contact.language, Contact.reachable, muted, func.count())
        .where(*_matching(audience, today))
        .group_by(Contact.language, Contact.reachable, muted)
    ).all()
    by_language: dict[str, int] = {}
    for language, reachable, is_muted, n in rows:
        if reachable and not is_muted:
            by_language[language] = by_language.get(language, 0) + n
    return Reach(
        by_language,
        unreachable=sum(n for _language, reachable, _is_muted, n in rows if not reachable),
        muted=sum(n for _language, reachable, is_muted, n in rows if reachable and is_muted),
    )


CHOICES: Mapping[str, InstrumentedAttribute[str]] = {
    "nationalities": Worker.nationality,
    "counties": Permit.county,
    "works": Permit.work,
    "permit_types": Permit.permit_type,
}


def choices(session: Session) -> Mapping[str, list[str]]:
    """What there is to choose from, as the ministry's files have it."""
    return {
        line: [value for value in session.scalars(select(column).distinct().order_by(column)) if value]
        for line, column in CHOICES.items()
    }


def _matching(audience: Audience, today: date) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if audience.languages:
        wanted.append(Contact.language.in_(audience.languages))
    if audience.asks_for_a_worker:
        wanted.append(_linked(audience, today).exists())
    return wanted


def _muted(category: str) -> ColumnElement[bool]:
    return select(Muted.contact_id).where(Muted.contact_id == Contact.id, Muted.category == category).exists()


def _linked(audience: Audience, today: date) -> Select[int]:
    linked = select(Binding.id).where(Binding.contact_id == Contact.id, *IN_FORCE)
    if audience.nationalities:
        worker = select(Worker.id).where(Worker.id == Binding.worker_id, Worker.nationality.in_(audience.nationalities))
        linked = linked.where(worker.exists())
    permit: list[ColumnElement[bool]] = []
    if audience.counties:
        permit.append(Permit.county.in_(audience.counties))
    if audience.works:
        permit.append(Permit.work.in_(audience.works))
    if audience.permit_types:
        permit.append(Permit.permit_type.in_(audience.permit_types))
    if permit:
        current = (
            Permit.worker_id == Binding.worker_id,
            Permit.status == PermitStatus.ACTIVE.value,
            Permit.ends_on >= today,
        )
        linked = linked.where(select(Permit.id).where(*current, *permit).exists())
    return linked
