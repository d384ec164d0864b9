"""The demo's operators, what they have announced, and the page that says how to sign in as one of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from bot.demo_announcements import ANNOUNCEMENTS
from models import credential, password
from models import operator as operators
from models.announcements import moves
from models.announcements.announcement import AnnouncementState
from models.announcements.moves import Draft
from models.audience import Audience
from models.credential import STEP_SECONDS, Credential
from models.operator import Operator, Role
from models.sign_in import SignInStep, Stage

PATH = "/simulator/operators"
APART = timedelta(days=6)
"""So long ago was the last announcement sent, and each before it so much earlier."""

PEOPLE: Sequence[tuple[str, str, tuple[Role, ...]]] = (
    ("writer", "林示範 Lin", (Role.WRITER, Role.IMPORTER)),
    ("approver", "陳示範 Chen", (Role.APPROVER, Role.ADMINISTRATOR)),
    ("caseworker", "張示範 Chang", (Role.CASEWORKER,)),
    # Beside her: one asks for a link to be cut or made, the other confirms.
    ("caseworker2", "李示範 Li", (Role.CASEWORKER,)),
    # Beside the approver: one asks for a new person or key, the other gives it.
    ("administrator", "王示範 Wang", (Role.ADMINISTRATOR,)),
)


def open_office(session: Session, file: Path, now: datetime) -> None:
    """The first time: the operators and what they have announced; only the file says their passwords."""
    if operators.everybody(session):
        return
    file.touch(mode=0o600)
    file.write_text("\n".join(_let_in(session, login, name, roles, now) for login, name, roles in PEOPLE) + "\n")
    for number, (category, texts) in enumerate(ANNOUNCEMENTS.items()):
        at = now - APART * (len(ANNOUNCEMENTS) - number)
        _announce(session, Draft(category.value, texts, Audience(), None, at + timedelta(days=1)), at)


def add_codes(api: FastAPI, database: Database, clock: Clock, file: Path) -> None:
    """A page with the codes of this moment: the demo's clock is not the one that an app on a telephone goes by."""

    @api.get(PATH, include_in_schema=False)
    def codes() -> PlainTextResponse:
        now = clock.now()
        with database.reading() as session:
            found = [
                f"{operator.login}: {code_of(session, operator, now)}" for operator in operators.everybody(session)
            ]
        left = STEP_SECONDS - int(now.timestamp()) % STEP_SECONDS
        parts = (
            "Made-up operators of this demo. Sign in at /console/ with a login, its password and its code.",
            "\n".join(found),
            f"These codes hold for {left} seconds and count once; then load this page again.",
            file.read_text(),
        )
        return PlainTextResponse("\n\n".join(parts), headers={"Cache-Control": "no-store"})


def code_of(session: Session, operator: Operator, now: datetime) -> str:
    """The code to sign in with at this moment, or to finish setting that up; none before it has begun."""
    begun = select(SignInStep).where(SignInStep.operator_id == operator.id, SignInStep.stage == Stage.SET_UP.value)
    steps = session.scalars(begun.order_by(SignInStep.id.desc())).all()
    theirs = session.get(Credential, operator.id)
    secrets = [step.kept.get("totp") for step in steps] + [theirs.totp_secret if theirs else None]
    secret = next((one for one in secrets if one), None)
    return pyotp.TOTP(secret, interval=STEP_SECONDS).at(now) if secret else "not set up yet"


def _let_in(session: Session, login: str, name: str, roles: Sequence[Role], now: datetime) -> str:
    """A new operator who has set up how to sign in, as at /console/set-up; what they would have written down."""
    operator = operators.add(session, login, name, roles, now)
    credential.give_setup_code(session, operator, now)
    secret, typed = pyotp.random_base32(), credential.new_code()
    recovery = credential.complete(session, operator, password.hashed(typed), secret, 0)
    assert recovery is not None, "it was given a moment ago"
    may = ", ".join(role.value for role in roles)
    return f"{login} ({may})\n  password {typed}\n  TOTP secret {secret}\n  recovery codes {' '.join(recovery)}"


def _announce(session: Session, draft: Draft, at: datetime) -> None:
    """Written, approved and sent before anybody was there to get it."""
    writer, approver = (operators.with_login(session, login) for login, _name, _roles in PEOPLE[:2])
    assert writer is not None
    assert approver is not None
    made = moves.create(session, writer, draft, "示範 A demo", at)
    moves.submit(session, made.id, made.version, writer, at)
    moves.approve(session, made.id, made.version, approver, at)
    made.state, made.recipients = AnnouncementState.DONE.value, 0
    made.planned_at = made.ended_at = at
    session.flush()
