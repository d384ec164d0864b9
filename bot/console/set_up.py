"""Setting up how one signs in: the code that was handed over, a password, an app for one-time codes, recovery codes."""

import pyotp
import segno
from fastapi.responses import Response

from bot.console import words
from bot.console.door import AGAIN, AGAIN_WHY, Door
from bot.console.gate import Console
from bot.console.sign_in import WRONG_CODE, login_of
from bot.console.visit import Refused, Visit
from bot.console.words import Words
from models import audit, credential, password, sign_in
from models import operator as operators
from models.operator import Operator
from models.password import LONGEST, SHORTEST, Weakness
from models.sign_in import SignInStep, Stage

WRONG = Words("帳號或設定碼不正確，或設定碼已過期。", "The login or the code is wrong, or the code is too old.")
DIFFERENT = Words("兩次輸入的密碼不同。", "The two passwords differ.")
WEAK = {
    Weakness.SHORT: Words(f"密碼至少要 {SHORTEST} 個字元。", f"A password has at least {SHORTEST} characters."),
    Weakness.LONG: Words(f"密碼最多 {LONGEST} 個字元。", f"A password has at most {LONGEST} characters."),
    Weakness.COMMON: Words(
        "這個密碼太常見，容易被猜到。請用幾個不相關的詞組成。",
        "That password is among those guessed first. Put together a few words that have nothing to do with each other.",
    ),
    Weakness.YOURS: Words("密碼不可包含您的帳號或姓名。", "A password must not contain your login or your name."),
}


def add_set_up(console: Console, door: Door) -> None:
    """The routes for whoever was given a set-up code."""

    @console.open_page("/set-up")
    def asked(visit: Visit) -> Response:
        return visit.page("set_up.html", wrong=None)

    @console.open_act("/set-up")
    def with_code(visit: Visit) -> Response:
        login = login_of(visit)
        whose = door.whose_tries(visit, login)
        door.check(visit, whose)
        tries = door.tries(visit, whose)
        operator = credential.may_set_up(visit.session, login, visit.text("code"), visit.now)
        if operator is None:
            door.wrong(visit, tries, None, "set_up_code")
            return visit.page("set_up.html", 403, wrong=WRONG)
        step = sign_in.begin_step(visit.session, Stage.SET_UP, visit.now, operator=operator, kept={"whose": whose})
        return door.begin(visit, step, "/set-up/password")

    @console.open_page("/set-up/password")
    def asked_for_password(visit: Visit) -> Response:
        return visit.page("set_up_password.html", operator=door.step(visit, Stage.SET_UP)[1], wrong=None)

    @console.open_act("/set-up/password")
    def with_password(visit: Visit) -> Response:
        step, operator = door.step(visit, Stage.SET_UP)
        wrong = refused_password(visit, operator)
        if wrong is not None:
            return visit.page("set_up_password.html", 422, operator=operator, wrong=wrong)
        chosen = {"password": password.hashed(visit.text("password")), "totp": pyotp.random_base32()}
        step.kept = step.kept | chosen
        return door.to(visit, "/set-up/code")

    @console.open_page("/set-up/code")
    def asked_for_code(visit: Visit) -> Response:
        step, operator = door.step(visit, Stage.SET_UP)
        return _enrolling(visit, step, operator) if "totp" in step.kept else door.to(visit, "/set-up/password")

    @console.open_act("/set-up/code")
    def with_first_code(visit: Visit) -> Response:
        return _finish(door, visit)


def refused_password(visit: Visit, operator: Operator) -> Words | None:
    """Why the password typed twice is not taken, if it is not."""
    chosen = visit.text("password")
    weak = password.weakness(chosen, operator.login, operator.name)
    if weak is not None:
        return WEAK[weak]
    return None if chosen == visit.text("again") else DIFFERENT


def _enrolling(visit: Visit, step: SignInStep, operator: Operator, wrong: Words | None = None) -> Response:
    secret = str(step.kept["totp"])
    # In English: not every app reads anything else there.
    address = pyotp.TOTP(secret).provisioning_uri(name=operator.login, issuer_name=words.TITLE.en)
    picture = segno.make(address, error="m").png_data_uri(scale=5, border=4)
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    status = 200 if wrong is None else 403
    return visit.page("set_up_code.html", status, picture=picture, secret=groups, wrong=wrong)


def _finish(door: Door, visit: Visit) -> Response:
    step, operator = door.step(visit, Stage.SET_UP)
    if "totp" not in step.kept:
        return door.to(visit, "/set-up/password")
    whose = str(step.kept["whose"])
    tries = door.tries(visit, whose)
    secret, typed = str(step.kept["totp"]), "".join(visit.text("code").split())
    used = credential.step_of(secret, typed, visit.now)
    if used is None:
        door.wrong(visit, tries, operator, "first_code")
        return _enrolling(visit, step, operator, WRONG_CODE)
    codes = credential.complete(visit.session, operator, str(step.kept["password"]), secret, used)
    if codes is None:
        raise Refused(403, AGAIN, AGAIN_WHY)
    # Whoever was signed in with what they had before no longer is.
    sign_in.forget_browsers(visit.session, operator.id)
    operators.end(visit.session, operator.id, visit.now)
    operator.language = visit.language.value
    audit.record(visit.session, operator, "set_up", f"operator {operator.id}", visit.now)
    return door.enter(visit, operator, whose, lambda: visit.page("recovery_codes.html", codes=codes), how="set_up")
