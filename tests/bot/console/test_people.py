"""People of the console: what one administrator does at once, and what takes two."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from models import audit, credential, staff_change
from models.credential import Credential
from models.operator import Operator, Role, with_login
from models.staff_change import LASTS, StaffChange
from tests.office import Clerk, Form, Office, words_of

WHY: Form = {"why": "Joins the team"}
NEW: dict[str, str | Sequence[str]] = {"login": "Chen.Yiling", "name": "陳怡伶", "roles": ["writer", "viewer"], **WHY}


def administrator(office: Office, login: str = "") -> Clerk:
    """Who has set up how to sign in, and so counts as somebody who can give rights."""
    clerk = office.clerk(Role.ADMINISTRATOR, login=login)
    with office.database.writing() as session:
        session.add(Credential(operator_id=clerk.operator.id, password="made up", totp_secret="made up"))
    return clerk


@pytest.fixture
def ann(office: Office) -> Clerk:
    return administrator(office, "ann")


@pytest.fixture
def ben(office: Office) -> Clerk:
    return administrator(office, "ben")


def operator(office: Office, login: str) -> Operator:
    with office.database.reading() as session:
        found = with_login(session, login)
        assert found is not None
        return found


def asked(clerk: Clerk, path: str, form: Form = WHY) -> str:
    """The address of the proposal that was made."""
    answer = clerk.post(path, form)
    assert answer.status_code == 303, words_of(answer)
    return answer.headers["location"].partition("?")[0]


def log_of(office: Office, about: str) -> list[str]:
    with office.database.reading() as session:
        return [entry.action for entry in reversed(audit.entries(session, audit.Wanted(about=about)))]


def test_a_new_person_needs_a_second_administrator_who_is_handed_the_set_up_code(
    office: Office, ann: Clerk, ben: Clerk
) -> None:
    change = asked(ann, "/people/new", NEW)
    refused = ann.post(f"{change}/approve")
    assert (refused.status_code, "another administrator decides" in words_of(refused)) == (422, True)
    with office.database.reading() as session:
        assert with_login(session, "chen.yiling") is None

    approved = ben.post(f"{change}/approve")
    assert approved.status_code == 200
    code = re.search(r"[a-z0-9]{4}(-[a-z0-9]{4}){3}", words_of(approved))
    assert code is not None
    with office.database.reading() as session:
        made = credential.may_set_up(session, "chen.yiling", code[0], office.clock.now())
        assert made is not None
        assert made.name == "陳怡伶"
        assert made.may == {Role.WRITER, Role.VIEWER}
    assert ben.post(f"{change}/approve").status_code == 422
    assert code[0] not in ben.get(change).text + ann.get(change).text


def test_whoever_asks_cannot_decide_even_past_the_console(office: Office, ann: Clerk, ben: Clerk) -> None:
    asked(ann, "/people/new", NEW)
    decided = "UPDATE staff_change SET decision = 'approved', decided_at = asked_at, decided_by_id = :who"
    with office.database.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text(decided), {"who": ann.operator.id})


def test_more_roles_take_two_and_fewer_take_one(office: Office, ann: Clerk, ben: Clerk) -> None:
    clerk = office.clerk(Role.WRITER, Role.VIEWER, login="lin")
    path = f"/people/{clerk.operator.id}"
    more = asked(ann, f"{path}/roles", {"roles": ["writer", "approver"], **WHY})
    assert operator(office, "lin").may == {Role.WRITER, Role.VIEWER}
    page = ben.read(more)
    assert "Roles until now Viewer Writer" in page
    assert "Roles afterwards Writer Approver" in page
    assert ben.post(f"{more}/approve").status_code == 303
    assert operator(office, "lin").may == {Role.WRITER, Role.APPROVER}

    fewer = ann.post(f"{path}/roles", {"roles": ["writer"], "why": "Moved on"})
    assert fewer.headers["location"] == f"/console{path}?done=roles_taken"
    assert operator(office, "lin").may == {Role.WRITER}
    about = f"operator {clerk.operator.id}"
    assert log_of(office, about) == ["staff_change_asked", "staff_change_approved", "operator_narrowed"]


def test_nobody_approves_a_change_about_themselves(office: Office, ann: Clerk, ben: Clerk) -> None:
    change = asked(ann, f"/people/{ben.operator.id}/roles", {"roles": ["administrator", "approver"], **WHY})
    assert "about yourself" in ben.read(change)
    assert [ben.post(f"{change}/{verb}").status_code for verb in ("approve", "refuse")] == [422, 422]
    assert operator(office, "ben").may == {Role.ADMINISTRATOR}


def test_own_roles_upward_need_another(office: Office, ann: Clerk, ben: Clerk) -> None:
    change = asked(ann, f"/people/{ann.operator.id}/roles", {"roles": ["administrator", "approver"], **WHY})
    assert ann.post(f"{change}/approve").status_code == 422
    assert operator(office, "ann").may == {Role.ADMINISTRATOR}


def test_a_proposal_that_the_person_has_outgrown_is_not_approved(office: Office, ann: Clerk, ben: Clerk) -> None:
    lin = office.clerk(Role.WRITER, Role.VIEWER, login="lin")
    change = asked(ann, f"/people/{lin.operator.id}/roles", {"roles": ["writer", "approver", "viewer"], **WHY})
    ben.post(f"/people/{lin.operator.id}/roles", {"roles": ["viewer"], **WHY})
    answer = ben.post(f"{change}/approve")
    assert (answer.status_code, "has changed since" in words_of(answer)) == (422, True)
    assert operator(office, "lin").may == {Role.VIEWER}


def test_a_proposal_holds_for_a_week(office: Office, ann: Clerk, ben: Clerk) -> None:
    change = asked(ann, "/people/new", NEW)
    with office.database.reading() as session:
        wanted = session.scalars(select(StaffChange)).one()
        assert staff_change.waiting(session, wanted.asked_at + LASTS - timedelta(seconds=1)) == [wanted]
        assert not staff_change.waiting(session, wanted.asked_at + LASTS)
    office.clock.ahead += LASTS
    late = administrator(office)
    answer = late.post(f"{change}/approve")
    assert (answer.status_code, "over seven days" in words_of(answer)) == (422, True)


def test_a_refused_or_withdrawn_proposal_stays_undone(office: Office, ann: Clerk, ben: Clerk) -> None:
    refused, withdrawn = asked(ann, "/people/new", NEW), asked(ann, "/people/new", NEW | {"login": "wang"})
    assert ben.post(f"{withdrawn}/withdraw").status_code == 422
    assert ann.post(f"{refused}/refuse").status_code == 422
    assert ben.post(f"{refused}/refuse").status_code == 303
    assert ann.post(f"{withdrawn}/withdraw").status_code == 303
    assert [ben.post(f"{change}/approve").status_code for change in (refused, withdrawn)] == [422, 422]
    with office.database.reading() as session:
        assert with_login(session, "wang") is None


def test_deactivation_works_at_once_and_takes_two_to_undo(office: Office, ann: Clerk, ben: Clerk) -> None:
    lin = office.clerk(Role.ADMINISTRATOR, login="lin")
    theirs = asked(lin, "/people/new", NEW)
    path = f"/people/{lin.operator.id}"
    assert ann.post(f"{path}/deactivate").status_code == 422, "a reason is needed"
    assert ann.post(f"{path}/deactivate", WHY).status_code == 303
    assert lin.get("/people").headers["location"].startswith("/console/sign-in")
    assert ben.post(f"{theirs}/approve").status_code == 422, "what they had asked for is void"

    change = asked(ann, f"{path}/sign-in")
    assert ben.post(f"{change}/approve").status_code == 200
    assert operator(office, "lin").may == {Role.ADMINISTRATOR}
    assert lin.get("/people").status_code == 303, "no session of before lives again"


def test_a_lost_telephone_ends_what_they_were_signed_in_with(office: Office, ann: Clerk, ben: Clerk) -> None:
    lin = office.clerk(Role.VIEWER, Role.ADMINISTRATOR, login="lin")
    change = asked(ann, f"/people/{lin.operator.id}/sign-in")
    assert lin.get("/people").status_code == 200
    assert ben.post(f"{change}/approve").status_code == 200
    assert lin.get("/people").status_code == 303


def test_the_last_administrator_who_can_sign_in_stays(office: Office, ann: Clerk) -> None:
    office.clerk(Role.ADMINISTRATOR, login="never-set-up")
    path = f"/people/{ann.operator.id}"
    with office.database.writing() as session:
        found = session.get(Operator, ann.operator.id)
        assert found is not None
        found.roles = "administrator viewer"
    for answer in (ann.post(f"{path}/deactivate", WHY), ann.post(f"{path}/roles", {"roles": ["viewer"], **WHY})):
        assert (answer.status_code, "No other administrator" in words_of(answer)) == (422, True)
    assert operator(office, "ann").may == {Role.ADMINISTRATOR, Role.VIEWER}
    assert "Fewer than two administrators" in ann.read("/people")


def test_two_administrators_who_deactivate_each_other_at_once_leave_one(office: Office, ann: Clerk, ben: Clerk) -> None:
    with ThreadPoolExecutor(2) as both:
        pairs = ((ann, ben), (ben, ann))
        answers = both.map(lambda pair: pair[0].post(f"/people/{pair[1].operator.id}/deactivate", WHY), pairs)
        done = [answer for answer in answers if answer.headers.get("location", "").endswith("done=deactivated")]
    assert len(done) == 1
    assert sorted(bool(operator(office, login).deactivated_at) for login in ("ann", "ben")) == [False, True]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("login", "a b", "2 to 64 small letters"),
        ("login", "ann", "Somebody has this login"),
        ("login", "x" * 65, "2 to 64 small letters"),
        ("name", "", "Fill this in"),
        ("name", "n" * 81, "Fill this in"),
        ("roles", ["emperor"], "Choose at least one"),
        ("why", "", "Say why"),
    ],
)
def test_what_is_wrong_with_a_new_person_is_said_beside_it(
    office: Office, ann: Clerk, field: str, value: str, said: str
) -> None:
    answer = ann.post("/people/new", NEW | {field: value})
    assert (answer.status_code, said in words_of(answer)) == (422, True)
    with office.database.reading() as session:
        assert not session.scalars(select(StaffChange)).all()


def test_a_login_is_asked_for_once(office: Office, ann: Clerk, ben: Clerk) -> None:
    asked(ann, "/people/new", NEW)
    assert "Somebody has this login" in words_of(ben.post("/people/new", NEW))


def test_the_page_shows_everybody_what_waits_and_what_roles_mean(office: Office, ann: Clerk) -> None:
    office.clerk(Role.CASEWORKER, login="lin")
    asked(ann, "/people/new", NEW)
    page = ann.read("/people")
    for words in ("Made-up lin", "Not set up yet", "New person", "陳怡伶", "every look is logged"):
        assert words in page


def test_what_was_done_with_a_person_is_on_their_page(office: Office, ann: Clerk, ben: Clerk) -> None:
    lin = office.clerk(Role.WRITER, Role.VIEWER, login="lin")
    ben.post(f"/people/{lin.operator.id}/roles", {"roles": ["viewer"], "why": "Left the desk"})
    page = ann.read(f"/people/{lin.operator.id}")
    assert "Made-up ben: Took roles away Writer Left the desk" in page


def test_names_and_reasons_are_not_readable_in_the_database(office: Office, ann: Clerk) -> None:
    asked(ann, "/people/new", NEW | {"why": "Because of CANARY"})
    with office.database.engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM staff_change")).one()
    assert not any(secret in repr(tuple(row)) for secret in ("CANARY", "chen.yiling"))
