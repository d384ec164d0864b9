"""`operators` as it is typed on the machine: the first administrators, and what happens once there are two."""

import re
from functools import partial

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from typer.testing import Result

from bot.clock import Clock
from bot.database import Database
from models import audit, credential
from models import operator as operators
from models.audit import AuditEntry
from models.operator import Role
from tests.command import Command

CODE = re.compile(r"^[2-9a-z]{4}(-[2-9a-z]{4}){3}$", re.MULTILINE)


@pytest.fixture
def run(command: Command) -> Command:
    return partial(command, "operators")


def added(run: Command, login: str, *more: str) -> Result:
    return run("add", login, "--name", f"Made-up {login}", "--role", "administrator", *more)


def code_in(result: Result) -> str:
    found = CODE.search(result.output)
    assert found, result.output
    return found[0]


def can_sign_in(database: Database, login: str) -> None:
    with database.writing() as session:
        operator = operators.with_login(session, login)
        assert operator is not None
        assert credential.complete(session, operator, "$argon2id$made-up", "A" * 32, 0)


def entries(database: Database) -> list[tuple[str, dict[str, object]]]:
    with database.reading() as session:
        assert list(audit.broken(session)) == []
        return [(one.action, one.details) for one in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def test_the_first_administrator_gets_a_code_that_opens_the_set_up(run: Command, database: Database) -> None:
    result = added(run, "Chen")
    assert result.exit_code == 0, result.output
    assert "https://bot.example.org/console/set-up" in result.output
    code, now = code_in(result), Clock().now()
    with database.reading() as session:
        operator = credential.may_set_up(session, "chen", code.upper(), now)
        assert operator is not None
        assert operator.may == {Role.ADMINISTRATOR}
        assert credential.may_set_up(session, "chen", credential.new_code(), now) is None
        assert credential.may_set_up(session, "lin", code, now) is None
        assert credential.may_set_up(session, "chen", code, now + credential.SET_UP_HOLDS) is None
    listed = run("list").output
    assert "Made-up Chen" in listed
    assert "not set up yet" in listed
    assert code not in listed


def test_with_two_administrators_who_can_sign_in_the_command_adds_nobody(run: Command, database: Database) -> None:
    for login in ("chen", "lin"):
        assert added(run, login).exit_code == 0
        can_sign_in(database, login)
    refused = added(run, "friend")
    assert refused.exit_code == 1
    assert not CODE.search(refused.output)
    assert "friend" not in run("list").output
    assert [action for action, _details in entries(database)] == ["operator_added"] * 2


def test_administrators_who_cannot_sign_in_yet_do_not_count(run: Command, database: Database) -> None:
    for login in ("chen", "lin", "wu"):
        assert added(run, login).exit_code == 0
    can_sign_in(database, "chen")
    viewer = run("add", "viewer", "--name", "Made-up", "--role", "viewer")
    assert viewer.exit_code == 0
    can_sign_in(database, "viewer")
    assert added(run, "one-more").exit_code == 0


def test_an_emergency_is_possible_and_loud(run: Command, database: Database) -> None:
    for login in ("chen", "lin"):
        added(run, login)
        can_sign_in(database, login)
    with capture_logs() as lines:
        assert added(run, "third", "--emergency", "both are in hospital").exit_code == 0
    assert [(line["event"], line["log_level"]) for line in lines] == [("operator_emergency", "warning")]
    assert "hospital" not in str(lines)
    action, details = entries(database)[-1]
    assert (action, details["emergency"]) == ("operator_added", "both are in hospital")


def test_a_reset_takes_everything_away_and_needs_a_reason(run: Command, database: Database) -> None:
    added(run, "chen")
    can_sign_in(database, "chen")
    now = Clock().now()
    with database.writing() as session:
        chen = operators.with_login(session, "chen")
        assert chen is not None
        token = operators.begin(session, chen, now)
    assert run("reset", "chen").exit_code == 2
    assert run("reset", "chen", "--emergency", " ").exit_code == 2
    code = code_in(run("reset", "CHEN", "--emergency", "lost the telephone and the sheet"))
    with database.reading() as session:
        assert operators.session_of(session, token, now) is None
        assert credential.password_of(session, "chen") is None
        assert credential.recovery_codes_left(session, chen.id) == 0
        assert credential.may_set_up(session, "chen", code, now)
        assert credential.administrators_set_up(session) == 0
    assert entries(database)[-1][0] == "operator_reset"
    assert run("reset", "nobody", "--emergency", "why not").exit_code == 1


@pytest.mark.parametrize("login", ["a", "two words", "-dash", "x" * 65, "名字"])
def test_a_login_that_nobody_can_type_is_refused(run: Command, login: str) -> None:
    assert added(run, login).exit_code == 2


def test_a_login_is_given_once(run: Command) -> None:
    assert added(run, "chen").exit_code == 0
    assert added(run, "CHEN").exit_code == 1
