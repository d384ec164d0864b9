"""Whom an announcement is for: every line narrows it, and nobody is counted who cannot or will not have it."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.database import Database
from locales import Language, taipei_day
from models import operator as operators
from models import quota
from models.announcements import cost as announcement_cost
from models.announcements.announcement import AnnouncementState, Muted
from models.announcements.moves import Draft, create
from models.announcements.text import Texts
from models.audience import Audience, audience_of, choices, reach, recipients
from models.binding import Binding
from models.contact import Contact, meet
from models.operator import Role
from models.permit import PermitStatus, permits_of
from models.quota import Account
from tests.records import add_permit, add_worker

ACCOUNT = Account("line", 10)


def friend(session: Session, name: str, language: Language, now: datetime) -> Contact:
    return meet(session, name.ljust(33, "0"), language, now)


def link(session: Session, contact: Contact, now: datetime, *, county: str, ends_on: date, nationality: str) -> Binding:
    """A worker with one permit, linked to this account."""
    worker = add_worker(session, now, f"W{contact.id}", nationality=nationality)
    permit = add_permit(session, worker, f"P{contact.id}", ends_on=ends_on)
    permit.county = county
    binding = Binding(contact_id=contact.id, worker_id=worker.id, bound_at=now)
    session.add(binding)
    session.flush()
    return binding


@pytest.fixture
def town(database: Database, now: datetime) -> Database:
    """Thu and Tik are linked, Eve is not, Gone has blocked us, Mute does not want the weather."""
    today = taipei_day(now)
    with database.writing() as session:
        thu, tik = friend(session, "thu", Language.VI, now), friend(session, "tik", Language.TH, now)
        friend(session, "eve", Language.EN, now)
        gone, mute = friend(session, "gone", Language.VI, now), friend(session, "mute", Language.VI, now)
        gone.unfollow(now)
        session.add(Muted(contact_id=mute.id, category="weather"))
        link(session, thu, now, county="Taoyuan", ends_on=today, nationality="VN")
        link(session, tik, now, county="Tainan", ends_on=today + timedelta(days=9), nationality="TH")
    return database


def names(database: Database, audience: Audience, now: datetime, category: str = "weather") -> set[str]:
    with database.reading() as session:
        rows = session.execute(recipients(audience, category, taipei_day(now))).all()
        assert len({row.id for row in rows}) == len(rows)
        return {session.get_one(Contact, row.id).line_user_id.rstrip("0") for row in rows}


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (Audience(), {"thu", "tik", "eve"}),
        (Audience(languages=("vi",)), {"thu"}),
        (Audience(languages=("vi", "en")), {"thu", "eve"}),
        (Audience(linked_only=True), {"thu", "tik"}),
        (Audience(nationalities=("TH",)), {"tik"}),
        (Audience(counties=("Taoyuan",)), {"thu"}),
        (Audience(works=("manufacturing",), languages=("th",)), {"tik"}),
        (Audience(permit_types=("A",)), set()),
        (Audience(nationalities=("VN",), counties=("Tainan",)), set()),
    ],
)
def test_every_line_narrows_it(town: Database, audience: Audience, expected: set[str], now: datetime) -> None:
    assert names(town, audience, now) == expected
    assert audience_of(audience.to_json()) == audience


def test_the_counts_are_those_of_the_recipients(town: Database, now: datetime) -> None:
    with town.reading() as session:
        everybody = reach(session, Audience(), "weather", taipei_day(now))
        linked = reach(session, Audience(linked_only=True), "weather", taipei_day(now))
        drugs = reach(session, Audience(), "drugs", taipei_day(now))
    assert (everybody.by_language, everybody.unreachable, everybody.muted) == ({"vi": 1, "th": 1, "en": 1}, 1, 1)
    assert (linked.count, linked.unreachable, linked.muted) == (2, 0, 0)
    assert (drugs.by_language["vi"], drugs.muted) == (2, 0)
    assert everybody.count == len(names(town, Audience(), now))


def test_a_permit_that_is_over_or_revoked_and_a_cut_link_do_not_count(town: Database, now: datetime) -> None:
    in_taoyuan = Audience(counties=("Taoyuan",))
    assert names(town, in_taoyuan, now + timedelta(days=1)) == set()
    with town.writing() as session:
        for binding in session.query(Binding):
            binding.unbound_at = now
    assert names(town, Audience(linked_only=True), now) == set()
    with town.writing() as session:
        for binding in session.query(Binding):
            binding.unbound_at = None
            assert binding.worker is not None
            permits_of(session, binding.worker.id)[0].status = PermitStatus.REVOKED.value
    assert names(town, in_taoyuan, now) == set()
    assert names(town, Audience(linked_only=True), now) == {"thu", "tik"}


def test_choices_are_what_the_records_have(town: Database) -> None:
    with town.reading() as session:
        offered = choices(session)
    assert offered["nationalities"] == ["TH", "VN"]
    assert sorted(offered["counties"]) == ["Tainan", "Taoyuan"]
    assert (offered["works"], offered["permit_types"]) == (["manufacturing"], ["B"])


def test_the_cost_leaves_the_reserve_and_what_is_promised_alone(town: Database, now: datetime) -> None:
    draft = Draft("weather", Texts({}), Audience(), None, now + timedelta(days=1))
    with town.writing() as session:
        assert not announcement_cost.cost_of(session, ACCOUNT, draft, now).known
        quota.note(session, "line", 100, 84, now)
        alone = announcement_cost.cost_of(session, ACCOUNT, draft, now)
        writer = operators.add(session, "w", "W", [Role.WRITER], now)
        approver = operators.add(session, "a", "A", [Role.APPROVER], now)
        other = create(session, writer, draft, "new", now)
        other.approved_by, other.state = approver.id, AnnouncementState.APPROVED.value
        session.flush()
        second = announcement_cost.cost_of(session, ACCOUNT, draft, now)
        itself = announcement_cost.cost_of(session, ACCOUNT, draft, now, but=other.id)
    assert (alone.left, alone.reserve, alone.promised, alone.free, alone.fits) == (16, 10, 0, 6, True)
    assert (second.promised, second.free, second.fits) == (3, 3, True)
    assert itself == alone
    with town.writing() as session:
        quota.note(session, "line", 100, 85, now)
        assert not announcement_cost.cost_of(session, ACCOUNT, draft, now).fits
        quota.note(session, "line", None, 85, now)
        unlimited = announcement_cost.cost_of(session, ACCOUNT, draft, now)
    assert (unlimited.known, unlimited.free, unlimited.fits) == (True, None, True)
