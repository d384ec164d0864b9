"""A console with something on every page: two rows of each kind, in which everything that is free text says `said`."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copy

import httpx
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.console.gate import Route
from bot.database import Database
from locales import Language
from models import api_key, case, evidence, staff, staff_change, upload_piece
from models.announcements import moves as announcement_moves
from models.announcements.announcement import Category
from models.announcements.moves import Draft
from models.announcements.text import Body, Texts
from models.api_key import Scope
from models.audience import Audience
from models.binding import bind
from models.case import CaseKind
from models.case_note import NoteKind, add
from models.contact import meet
from models.operator import Operator, Role
from models.review import ReviewReason, open_review
from models.secrets import Keyring
from models.worker import Worker
from tests.office import Office
from tests.records import add_permit, add_worker

PROVIDER = {"oidc_issuer": "https://id.example.org", "oidc_client_id": "console", "oidc_client_secret": "made up"}
"""So that also the pages of the ministry's own sign-in are there."""
ROWS = (1, 2)
ABSENT = ("999999999", "0", "none")
OTHER_PARAMETERS: Mapping[str, str] = {"table": "ending.csv", "calculator": "manufacturing-quota"}
"""What stands in an address that is not the number of a row."""


def addresses(route: Route, *rows: str) -> list[str]:
    """The route's address with each of these rows, or just itself."""
    names = re.findall(r"\{(\w+)\}", route.path)
    given = [
        {name: row if row in ABSENT else OTHER_PARAMETERS.get(name, row) for name in names}
        for row in (rows if names else rows[:1])
    ]
    return [route.path.format(**each) for each in given]


AWAY = "/console/sign-in/provider"
"""Its pages ask the provider, which there is not."""


def pages(office: Office) -> Iterator[tuple[str, httpx.Response]]:
    """Every page there is, as somebody sees it who may see everything, and before signing in."""
    clerk = office.clerk(*Role)
    for route in office.console.routes:
        if route.method == "GET" and not route.path.startswith(AWAY):
            path = addresses(route, "1")[0]
            yield path, (clerk if route.roles else office.visitor()).get(path)


@contextmanager
def furnished_office(template: Path, folder: Path, keyring: Keyring, said: str) -> Iterator[Office]:
    """One on a copy of the migrated database, for tests that need no second engine."""
    file = folder / "bot.sqlite"
    copy(template, file)
    database = Database(f"sqlite:///{file}", keyring)
    office = Office(database, Clock(), **PROVIDER)
    furnish(office, said)
    yield office
    database.close()


def furnish(office: Office, said: str) -> None:
    """Each row 1 is by one operator and about one worker, each row 2 by and about another."""
    now = office.clock.now()
    everything = tuple(Role)
    writers = [office.clerk(*everything, login=f"furniture{number}").operator for number in ROWS]
    with office.database.writing() as session:
        for number, writer in zip(ROWS, writers, strict=True):
            operator = session.get_one(Operator, writer.id)
            operator.name = said
            session.flush()
            _people(session, operator, said, now)
            _announcement(session, operator, said, now)
            upload_piece.store(session, operator, said, [b"worker_ref\n", said.encode()], now)
            _worker(session, number, said, now)


def _people(session: Session, operator: Operator, said: str, now: datetime) -> None:
    staff_change.ask_for_person(session, operator, f"{operator.login}.new", said, [Role.VIEWER], said, now)
    api_key.create(session, said[:64], list(Scope), now, test=True, expires_at=now + timedelta(days=30))
    assert operator.id in staff.administrators(session)


def _announcement(session: Session, operator: Operator, said: str, now: datetime) -> None:
    bodies = {language: Body(title=said, text=said, link_label=said) for language in Language}
    texts = Texts(bodies, link_url="https://example.org/", missing=said)
    draft = Draft(Category.WEATHER.value, texts, Audience(), None, now + timedelta(days=7))
    announcement_moves.create(session, operator, draft, said, now)


def _worker(session: Session, number: int, said: str, now: datetime) -> None:
    worker: Worker = add_worker(session, now, f"W{number}", name=said)
    permit = add_permit(session, worker, f"P{number}")
    permit.employer_name = said
    contact = meet(session, "U" + hashlib.sha256(str(number).encode()).hexdigest()[:32], Language.TH, now)
    bind(session, contact.id, worker.id, now)
    answers = {"why": said, "proof": "photo"}
    opened, _new = case.open_case(
        session, CaseKind.HELP, f"matter {number}", now, worker_id=worker.id, contact_id=contact.id, answers=answers
    )
    add(session, opened.id, NoteKind.NOTE, said, now, by=said[:64])
    evidence.keep_sources(session, opened, {"proof": f"photo{number}"}, now)
    open_review(session, contact.id, worker.id, ReviewReason.TRIES_USED_UP, now)
    session.flush()
