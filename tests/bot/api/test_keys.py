"""The `api-keys` command as an operator uses it, and what of a key stays in the database."""

import base64
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.api.gate import Admitted, Gate
from bot.clock import Clock
from bot.database import Database
from models.api_key import ApiKey, Scope

SECRET = re.compile(r"(live|test)_[0-9a-f]{8}_[A-Za-z0-9_-]{43}")

Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    settings = {
        "BOT_DATABASE_URL": database_url,
        "BOT_KEYS": "1:" + base64.b64encode(bytes(range(32))).decode(),
        "BOT_LINE_CHANNEL_SECRET": "a-secret-for-tests-only",
        "BOT_LINE_CHANNEL_ID": "1000000001",
        "COLUMNS": "200",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("bot.__main__.log.configure", lambda _level: None)

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["api-keys", *words])

    return run


@pytest.fixture
def admits(database: Database) -> Callable[[str, Scope], bool]:
    gate = Gate(database, Clock(), 1_000)
    return lambda secret, scope: isinstance(gate.admit(f"Bearer {secret}", scope), Admitted)


def prefix_of(secret: str) -> str:
    return "_".join(secret.split("_")[:2])


def created(run: Run, *words: str) -> str:
    result = run("create", "permit system", *words)
    assert result.exit_code == 0, result.output
    secret = result.stdout.strip()
    assert SECRET.fullmatch(secret)
    return secret


def test_a_new_key_opens_its_scopes_and_its_secret_is_shown_once(
    run: Run, admits: Callable[[str, Scope], bool], database: Database
) -> None:
    secret = created(run, "--scope", "permits")
    assert admits(secret, Scope.PERMITS)
    assert not admits(secret, Scope.EVENTS)
    listed = run("list").output
    assert prefix_of(secret) in listed
    assert "permit system" in listed
    assert secret not in listed
    with database.reading() as session:
        [key] = session.scalars(select(ApiKey))
        kept = b"\x00".join(
            value if isinstance(value, bytes) else str(value).encode()
            for value in (getattr(key, column.name) for column in ApiKey.__table__.columns)
        )
    assert secret.encode() not in kept
    assert secret.split("_", 2)[2].encode() not in kept


def test_a_test_key_says_so(run: Run) -> None:
    assert created(run, "--scope", "events", "--test").startswith("test_")


def test_a_key_needs_a_scope_that_exists(run: Run) -> None:
    assert run("create", "x").exit_code == 2
    assert run("create", "x", "--scope", "everything").exit_code == 2


def test_a_rotated_key_holds_for_the_overlap_and_its_successor_opens_the_same(
    run: Run, admits: Callable[[str, Scope], bool]
) -> None:
    old = created(run, "--scope", "events")
    new = run("rotate", prefix_of(old), "--overlap-hours", "2").stdout.strip()
    assert SECRET.fullmatch(new)
    assert new != old
    assert admits(old, Scope.EVENTS)
    assert admits(new, Scope.EVENTS)
    assert not admits(new, Scope.PERMITS)
    assert "in force until" in run("list").output
    assert run("rotate", prefix_of(old), "--overlap-hours", "0").exit_code == 0
    assert not admits(old, Scope.EVENTS)
    refused = run("rotate", prefix_of(old))
    assert (refused.exit_code, refused.stdout) == (1, "")


def test_a_revoked_key_opens_nothing_at_once(run: Run, admits: Callable[[str, Scope], bool]) -> None:
    secret = created(run, "--scope", "events")
    assert admits(secret, Scope.EVENTS)
    assert run("revoke", prefix_of(secret)).exit_code == 0
    assert not admits(secret, Scope.EVENTS)
    assert "revoked" in run("list").output


def test_a_key_that_is_not_there_is_not_revoked(run: Run) -> None:
    assert run("revoke", "live_00000000").exit_code == 1
    assert run("rotate", "live_00000000").exit_code == 1


def test_the_list_tells_when_a_key_was_last_used(run: Run, admits: Callable[[str, Scope], bool]) -> None:
    secret = created(run, "--scope", "events")
    assert "never" in run("list").output
    before = Clock().now()
    assert admits(secret, Scope.EVENTS)
    minutes = {f"{at:%Y-%m-%d %H:%M}" for at in (before, Clock().now())}
    listed = run("list").output
    assert any(minute in listed for minute in minutes)
