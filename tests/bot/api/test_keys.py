"""The `api-keys` command as an operator uses it, and what of a key stays in the database."""

import re
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from bot.api.gate import Admitted, Gate
from bot.clock import Clock
from bot.database import Database
from models.api_key import ApiKey, Scope
from tests.command import Command

SECRET = re.compile(r"(live|test)_[0-9a-f]{8}_[A-Za-z0-9_-]{43}")


@pytest.fixture
def run(command: Command) -> Command:
    return partial(command, "api-keys")


@pytest.fixture
def admits(database: Database) -> Callable[[str, Scope], bool]:
    gate = Gate(database, Clock(), 1_000)
    return lambda secret, scope: isinstance(gate.admit(f"Bearer {secret}", scope), Admitted)


def prefix_of(secret: str) -> str:
    return "_".join(secret.split("_")[:2])


def created(run: Command, *words: str) -> str:
    result = run("create", "permit system", *words)
    assert result.exit_code == 0, result.output
    secret = result.stdout.strip()
    assert SECRET.fullmatch(secret)
    return secret


def test_a_new_key_opens_its_scopes_and_its_secret_is_shown_once(
    run: Command, admits: Callable[[str, Scope], bool], database: Database
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


def test_a_test_key_says_so(run: Command) -> None:
    assert created(run, "--scope", "events", "--test").startswith("test_")


def test_a_key_needs_a_scope_that_exists(run: Command) -> None:
    assert run("create", "x").exit_code == 2
    assert run("create", "x", "--scope", "everything").exit_code == 2


def test_a_rotated_key_holds_for_the_overlap_and_its_successor_opens_the_same(
    run: Command, admits: Callable[[str, Scope], bool]
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


def test_a_revoked_key_opens_nothing_at_once(run: Command, admits: Callable[[str, Scope], bool]) -> None:
    secret = created(run, "--scope", "events")
    assert admits(secret, Scope.EVENTS)
    assert run("revoke", prefix_of(secret)).exit_code == 0
    assert not admits(secret, Scope.EVENTS)
    assert "revoked" in run("list").output


def test_a_key_that_is_not_there_is_not_revoked(run: Command) -> None:
    assert run("revoke", "live_00000000").exit_code == 1
    assert run("rotate", "live_00000000").exit_code == 1


def test_the_list_tells_when_a_key_was_last_used(run: Command, admits: Callable[[str, Scope], bool]) -> None:
    secret = created(run, "--scope", "events")
    assert "never" in run("list").output
    before = Clock().now()
    assert admits(secret, Scope.EVENTS)
    minutes = {f"{at:%Y-%m-%d %H:%M}" for at in (before, Clock().now())}
    listed = run("list").output
    assert any(minute in listed for minute in minutes)
