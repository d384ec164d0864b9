"""The way in: login and password, then a second factor, then the console; and the way out."""

from fastapi.responses import Response

from bot.console.door import Door
from bot.console.gate import Console, next_of
from bot.console.visit import Desk, Visit
from bot.console.words import Words
from bot.settings import Settings
from locales import Language
from models import audit, credential, password, sign_in
from models import operator as operators
from models.operator import Role
from models.sign_in import Stage

WRONG = Words(
    "帳號、密碼不正確，或帳號尚未設定完成。", "The login or the password is wrong, or the account is not set up."
)
WRONG_CODE = Words("驗證碼不正確或已使用過。", "The code is wrong or was used already.")
LONGEST_LOGIN = 64


def add_sign_in(console: Console, door: Door, settings: Settings) -> None:
    """The routes of the way in by password, and out; the first page also leads to a provider that the settings name."""
    provider = settings.oidc_issuer is not None

    @console.open_page("/sign-in")
    def asked(visit: Visit) -> Response:
        return _form(visit, provider)

    @console.open_act("/sign-in")
    def with_password(visit: Visit) -> Response:
        login, typed = login_of(visit), visit.text("password")
        whose = door.whose_tries(visit, login)
        door.check(visit, whose)
        with door.database.reading() as session:
            kept = credential.password_of(session, login)
        fits = password.fits(kept, typed)  # slow: nothing is locked meanwhile
        renewed = password.hashed(typed) if fits and kept and password.is_outdated(kept) else None
        tries = door.tries(visit, whose)
        operator = operators.with_login(visit.session, login)
        if not fits or operator is None:
            door.wrong(visit, tries, operator, "password")
            return _form(visit, provider, WRONG)
        if renewed is not None and (theirs := credential.of(visit.session, operator.id)) is not None:
            theirs.password = renewed
        proved = {"how": "password", "whose": whose}
        step = sign_in.begin_step(
            visit.session, Stage.CODE, visit.now, operator=operator, going_to=next_of(visit), kept=proved
        )
        return door.begin(visit, step, "/sign-in/code")

    @console.open_page("/sign-in/code")
    def asked_for_code(visit: Visit) -> Response:
        door.step(visit, Stage.CODE)
        return visit.page("sign_in_code.html", wrong=None)

    @console.open_act("/sign-in/code")
    def with_code(visit: Visit) -> Response:
        return _second(door, visit)

    @console.act("/sign-out", *Role)
    def out(desk: Desk) -> Response:
        operators.end(desk.session, desk.operator.id, desk.now, token=desk.token)
        desk.log("signed_out", f"operator {desk.operator.id}")
        return console.let_out(sign_in_again(desk, "signed_out"))


def login_of(visit: Visit) -> str:
    return visit.text("login").lower()[:LONGEST_LOGIN]


def sign_in_again(desk: Desk, done: str) -> Response:
    """To the way in, in the language of whoever was signed in."""
    return desk.go("/sign-in?lang=en" if desk.language is Language.EN else "/sign-in", done=done)


def _form(visit: Visit, provider: bool, wrong: Words | None = None) -> Response:
    status = 200 if wrong is None else 403
    return visit.page("sign_in.html", status, wrong=wrong, provider=provider, going_to="/console" + next_of(visit))


def _second(door: Door, visit: Visit) -> Response:
    step, operator = door.step(visit, Stage.CODE)
    whose, how, going_to = str(step.kept["whose"]), str(step.kept["how"]), step.going_to
    tries = door.tries(visit, whose)
    theirs = credential.of(visit.session, operator.id)
    used = credential.use_code(visit.session, theirs, visit.text("code"), visit.now) if theirs is not None else None
    if used is None:
        door.wrong(visit, tries, operator, "code")
        return visit.page("sign_in_code.html", 403, wrong=WRONG_CODE)
    if used == "recovery":
        left = credential.recovery_codes_left(visit.session, operator.id)
        audit.record(visit.session, operator, "recovery_used", f"operator {operator.id}", visit.now, left=left)
    return door.enter(visit, operator, whose, lambda: visit.go(going_to), how=how, code=used)
