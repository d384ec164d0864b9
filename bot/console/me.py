"""An operator's own account: password, recovery codes, language, and the browsers they are signed in with."""

from fastapi.responses import Response

from bot.console.door import Door, browser_of
from bot.console.gate import Console
from bot.console.set_up import refused_password
from bot.console.sign_in import sign_in_again
from bot.console.visit import Desk, not_found
from bot.console.words import Words
from locales import LANGUAGES, Language
from models import credential, password, sign_in
from models import operator as operators
from models.credential import Credential
from models.operator import Role

NOT_YOU = Words("目前的密碼或驗證碼不正確。", "The present password or the code is wrong.")
SPOKEN = {one.value: LANGUAGES[one] for one in (Language.ZH_HANT, Language.EN)}


def add_me(console: Console, door: Door) -> None:
    """The routes under /me, for everybody."""
    _add_account(console)
    _add_proofs(console, door)
    _add_sessions(console)


def _add_account(console: Console) -> None:
    @console.page("/me", *Role)
    def account(desk: Desk) -> Response:
        theirs = desk.session.get(Credential, desk.operator.id)
        this = operators.session_of(desk.session, desk.token, desk.now)
        return desk.page(
            "me.html",
            has_password=theirs is not None and theirs.password is not None,
            codes_left=credential.recovery_codes_left(desk.session, desk.operator.id),
            sessions=operators.sessions_of(desk.session, desk.operator.id, desk.now),
            this=this.id if this is not None else None,
            languages=tuple(SPOKEN.items()),
        )

    @console.act("/me/language", *Role)
    def language(desk: Desk) -> Response:
        if desk.text("language") in SPOKEN:
            desk.operator.language = desk.text("language")
            desk.log("language_chosen", f"operator {desk.operator.id}", language=desk.operator.language)
        return desk.go("/me", done="saved")


def _add_proofs(console: Console, door: Door) -> None:
    @console.page("/me/password", *Role)
    def asked_for_password(desk: Desk) -> Response:
        return desk.page("me_password.html", weak=None, not_you=None)

    @console.act("/me/password", *Role)
    def new_password(desk: Desk) -> Response:
        weak = refused_password(desk, desk.operator)
        if weak is not None:
            return desk.page("me_password.html", 422, weak=weak, not_you=None)
        theirs = _proved(door, desk)
        if theirs is None:
            return desk.page("me_password.html", 403, weak=None, not_you=NOT_YOU)
        return _change_password(console, desk, theirs)

    @console.page("/me/recovery-codes", *Role)
    def asked_for_codes(desk: Desk) -> Response:
        return desk.page("me_recovery_codes.html", not_you=None)

    @console.act("/me/recovery-codes", *Role)
    def new_codes(desk: Desk) -> Response:
        if _proved(door, desk) is None:
            return desk.page("me_recovery_codes.html", 403, not_you=NOT_YOU)
        codes = credential.new_recovery_codes(desk.session, desk.operator.id)
        desk.log("recovery_codes_made", f"operator {desk.operator.id}")
        return desk.page("recovery_codes.html", codes=codes)


def _add_sessions(console: Console) -> None:
    @console.act("/me/sessions/end", *Role)
    def end_all(desk: Desk) -> Response:
        _end_all(desk)
        desk.log("signed_out_everywhere", f"operator {desk.operator.id}")
        return console.let_out(sign_in_again(desk, "signed_out"))

    @console.act("/me/sessions/{id}/end", *Role)
    def end_one(desk: Desk) -> Response:
        theirs = {one.id: one for one in operators.sessions_of(desk.session, desk.operator.id, desk.now)}
        ended = theirs.get(desk.number())
        if ended is None:
            raise not_found()
        ended.ended_at = desk.now
        desk.log("session_ended", f"operator {desk.operator.id}", number=ended.id, browser=ended.browser)
        return desk.go("/me", done="session_ended")


def _proved(door: Door, desk: Desk) -> Credential | None:
    """Theirs, if they who sit at this session also know the password and hold the second factor; tries are counted."""
    tries = door.tries(desk, f"operator {desk.operator.id}")
    theirs = credential.of(desk.session, desk.operator.id)
    fits = password.fits(theirs.password if theirs else None, desk.text("current"))
    if theirs is None or not fits or credential.use_code(desk.session, theirs, desk.text("code"), desk.now) is None:
        door.wrong(desk, tries, desk.operator, "while_signed_in")
        return None
    tries.forgive(desk.now)
    return theirs


def _change_password(console: Console, desk: Desk, theirs: Credential) -> Response:
    """Whoever else knew the old one is out; this browser goes on with a new token."""
    theirs.password = password.hashed(desk.text("password"))
    _end_all(desk)
    token = operators.begin(desk.session, desk.operator, desk.now, browser_of(desk))
    desk.log("password_changed", f"operator {desk.operator.id}")
    return console.let_in(desk.go("/me", done="password_changed"), token)


def _end_all(desk: Desk) -> None:
    operators.end(desk.session, desk.operator.id, desk.now)
    sign_in.forget_browsers(desk.session, desk.operator.id)
    sign_in.forget_steps(desk.session, desk.operator.id)
