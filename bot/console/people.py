"""The people of the console: who they are, and what one administrator may ask for or do at once."""

from fastapi.responses import Response

from bot.console import staff_words as words
from bot.console.gate import Console
from bot.console.visit import Desk, Refused
from bot.console.words import Words
from models import audit, credential, staff, staff_change
from models import operator as operators
from models.operator import Operator, Role
from models.staff_change import StaffChange

LONGEST_NAME = 80
LONGEST_WHY = 500


def add_people(console: Console) -> None:
    """The pages of people; deciding what was asked for is on pages of its own."""
    console.page("/people", Role.ADMINISTRATOR)(people)
    console.page("/people/new", Role.ADMINISTRATOR)(new)
    console.act("/people/new", Role.ADMINISTRATOR)(ask_for_person)
    console.page("/people/{id}", Role.ADMINISTRATOR)(person)
    console.act("/people/{id}/roles", Role.ADMINISTRATOR)(roles)
    console.act("/people/{id}/deactivate", Role.ADMINISTRATOR)(deactivate)
    console.act("/people/{id}/sign-in", Role.ADMINISTRATOR)(sign_in)


def people(desk: Desk) -> Response:
    return desk.page(
        "people.html",
        people=operators.everybody(desk.session),
        set_up=credential.set_up_already(desk.session),
        seen=staff.last_seen(desk.session),
        waiting=staff_change.waiting(desk.session, desk.now),
        to_open=staff_change.keys_to_open(desk.session, desk.operator, desk.now),
        alone=credential.administrators_set_up(desk.session) < credential.ADMINISTRATORS_NEEDED,
        said=words,
    )


def new(desk: Desk) -> Response:
    return _new_person(desk, {})


def ask_for_person(desk: Desk) -> Response:
    wrong = _wrong_with_person(desk)
    if wrong:
        return _new_person(desk, wrong)
    change = staff_change.ask_for_person(
        desk.session,
        desk.operator,
        desk.text("login"),
        desk.text("name"),
        _chosen_roles(desk),
        desk.text("why"),
        desk.now,
    )
    return asked(desk, change)


def person(desk: Desk) -> Response:
    who = desk.row(Operator)
    return desk.page(
        "people_person.html",
        who=who,
        set_up=who.id in credential.set_up_already(desk.session),
        seen=staff.last_seen(desk.session).get(who.id),
        held=who.held,
        waiting=[change for change in staff_change.waiting(desk.session, desk.now) if change.operator_id == who.id],
        deeds=audit.entries(desk.session, audit.Wanted(about=f"operator {who.id}", actions=words.DEEDS)),
        said=words,
    )


def roles(desk: Desk) -> Response:
    who, wanted, why = desk.row(Operator), _chosen_roles(desk), why_of(desk)
    if who.deactivated_at is not None:
        raise refusal(words.DEACTIVATED)
    if wanted == who.may:
        raise refusal(words.SAME_ROLES)
    if not wanted:
        raise refusal(words.AT_LEAST_ONE_ROLE)
    if not wanted < who.may:
        return asked(desk, staff_change.ask_for_roles(desk.session, desk.operator, who, wanted, why, desk.now))
    taken = sorted(role.value for role in who.may - wanted)
    try:
        staff.narrow(desk.session, who, wanted, desk.now)
    except staff.LastAdministratorError:
        raise refusal(words.LAST_ADMINISTRATOR) from None
    desk.log("operator_narrowed", f"operator {who.id}", taken=taken, why=why)
    return desk.go(f"/people/{who.id}", done="roles_taken")


def deactivate(desk: Desk) -> Response:
    who, why = desk.row(Operator), why_of(desk)
    if who.deactivated_at is not None:
        raise refusal(words.DEACTIVATED)
    try:
        staff.deactivate(desk.session, who, desk.now)
    except staff.LastAdministratorError:
        raise refusal(words.LAST_ADMINISTRATOR) from None
    desk.log("operator_deactivated", f"operator {who.id}", why=why)
    return desk.go(f"/people/{who.id}", done="deactivated")


def sign_in(desk: Desk) -> Response:
    who, why = desk.row(Operator), why_of(desk)
    return asked(desk, staff_change.ask_for_sign_in(desk.session, desk.operator, who, why, desk.now))


def asked(desk: Desk, change: StaffChange) -> Response:
    """On to the page where another administrator decides this."""
    desk.log("staff_change_asked", change.about, change=change.id, kind=change.kind, why=change.why, **change.payload)
    return desk.go(f"/people/changes/{change.id}", done="asked")


def why_of(desk: Desk) -> str:
    """The reason, which is not left out."""
    why = desk.text("why")
    if not 0 < len(why) <= LONGEST_WHY:
        raise refusal(words.SAY_WHY)
    return why


def refusal(why: Words) -> Refused:
    return Refused(422, words.NOTHING_DONE, why)


def _new_person(desk: Desk, wrong: dict[str, Words]) -> Response:
    status = 422 if wrong else 200
    return desk.page("people_new.html", status, wrong=wrong, ticked=desk.chosen("roles"), said=words)


def _wrong_with_person(desk: Desk) -> dict[str, Words]:
    """What is wrong, by field."""
    login, wrong = desk.text("login").lower(), {}
    if not operators.LOGIN.fullmatch(login):
        wrong["login"] = words.WRONG_LOGIN
    elif operators.with_login(desk.session, login) or staff_change.asked_for_login(desk.session, login, desk.now):
        wrong["login"] = words.LOGIN_TAKEN
    if not 0 < len(desk.text("name")) <= LONGEST_NAME:
        wrong["name"] = words.MISSING
    if not _chosen_roles(desk):
        wrong["roles"] = words.CHOOSE
    if not 0 < len(desk.text("why")) <= LONGEST_WHY:
        wrong["why"] = words.SAY_WHY
    return wrong


def _chosen_roles(desk: Desk) -> frozenset[Role]:
    return frozenset(role for role in Role if role.value in desk.chosen("roles"))
