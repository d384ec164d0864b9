"""What all the ways into the console share: cookies on the way, who must wait, and the moment somebody is in."""

import secrets
from collections.abc import Callable
from datetime import timedelta

from fastapi.responses import Response

from bot.console.gate import Console
from bot.console.visit import Refused, Visit
from bot.console.words import Words
from bot.database import Database
from models import audit, rate, sign_in
from models import operator as operators
from models.operator import TOKEN_BYTES, Operator
from models.sign_in import KNOWN_FOR, SETTING_UP_HOLDS, SignInStep, Stage, WrongTries

UNKNOWN_TRIES = 30
"""So many a minute from all browsers that we do not know, together; those that we know have room of their own."""
LONGEST_COOKIE = 100
BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)

AGAIN = Words("請重新開始登入", "Please begin again")
AGAIN_WHY = Words(
    "這次登入已逾時或已在別處完成，因此沒有執行任何動作。",
    "This way in took too long or was finished elsewhere, so nothing was done.",
)
WAIT = Words("嘗試次數太多", "Too many tries")


class Door:
    """One for all pages that are open to whoever has not signed in."""

    def __init__(self, console: Console, database: Database) -> None:
        self.console = console
        self.database = database
        self._secure = console.cookie.startswith("__Host-")

    def whose_tries(self, visit: Visit, login: str) -> str:
        """Under which name wrong tries count: a browser the operator is known by has tries of its own."""
        token = self._cookie(visit, "browser")
        with self.database.reading() as session:
            known = bool(token) and sign_in.knows(session, token, login, visit.now)
        return f"browser {token} {login}" if known else f"login {login}"

    def check(self, visit: Visit, whose: str) -> None:
        """Refuse whoever must wait, before anything that costs us time is done for them."""
        with self.database.reading() as session:
            wait = sign_in.wait(session, whose, visit.now)
        if wait is not None:
            raise must_wait(wait)
        if whose.startswith("login "):
            self.spend()

    def spend(self) -> None:
        """Count one against what all unknown browsers may do together."""
        with self.database.writing() as session:
            allowance = rate.spend(session, "console/sign-in", UNKNOWN_TRIES)
        if not allowance.granted:
            raise must_wait(timedelta(seconds=allowance.reset_seconds))

    def tries(self, visit: Visit, whose: str) -> WrongTries:
        """Their tries, held; whoever tried at the same moment may have used up the last one."""
        tries = sign_in.tries(visit.session, whose, visit.now)
        if visit.now < tries.wait_until:
            raise must_wait(tries.wait_until - visit.now)
        return tries

    def wrong(self, visit: Visit, tries: WrongTries, operator: Operator | None, how: str) -> None:
        """Somebody tried in vain to come in as the operator, or as somebody there is not."""
        tries.add(visit.now)
        about = f"operator {operator.id}" if operator is not None else "nobody"
        audit.record(visit.session, None, "sign_in_failed", about, visit.now, how=how, browser=browser_of(visit))

    def begin(self, visit: Visit, token: str, path: str) -> Response:
        """On to the next page of the way in."""
        return self.carrying(self.to(visit, path), token)

    def carrying(self, answer: Response, token: str) -> Response:
        """Let the browser keep the token of its step."""
        return self._keep(answer, "step", token, SETTING_UP_HOLDS)

    def step(self, visit: Visit, stage: Stage) -> tuple[SignInStep, Operator]:
        """How far the browser has come, and as whom; it must begin again where that no longer counts."""
        token = self._cookie(visit, "step")
        step = sign_in.step_with(visit.session, token, stage, visit.now) if token else None
        if step is None or step.operator is None:
            raise Refused(403, AGAIN, AGAIN_WHY)
        return step, step.operator

    def take(self, visit: Visit, stage: Stage) -> SignInStep:
        """A step before it is known as whom; whatever comes of it, it is taken once."""
        token = self._cookie(visit, "step")
        with self.database.writing() as session:
            step = sign_in.take_step(session, token, stage, visit.now) if token else None
        if step is None:
            raise Refused(403, AGAIN, AGAIN_WHY)
        return step

    def enter(
        self, visit: Visit, operator: Operator, whose: str, answer: Callable[[], Response], **how: str
    ) -> Response:
        """They have proved who they are: a session with a token of its own, and no trace of the way here."""
        session, now = visit.session, visit.now
        before = visit.request.cookies.get(self.console.cookie, "")[:LONGEST_COOKIE]
        if before:
            operators.end(session, operator.id, now, token=before)
        token = operators.begin(session, operator, now, browser_of(visit))
        browser = self._cookie(visit, "browser") or secrets.token_urlsafe(TOKEN_BYTES)
        sign_in.know(session, browser, operator, now)
        sign_in.tries(session, whose, now).forgive(now)
        sign_in.forget_steps(session, operator.id)
        sign_in.forget_old(session, now)
        audit.record(session, operator, "signed_in", f"operator {operator.id}", now, browser=browser_of(visit), **how)
        made = self._keep(self.console.let_in(answer(), token), "browser", browser, KNOWN_FOR)
        made.delete_cookie(self._name("step"), path="/", secure=self._secure, httponly=True, samesite="lax")
        return made

    def to(self, visit: Visit, path: str) -> Response:
        """To another of these pages, in the same language."""
        return visit.go(path + ("?lang=en" if visit.request.query_params.get("lang") == "en" else ""))

    def _name(self, what: str) -> str:
        return f"{self.console.cookie}-{what}"

    def _cookie(self, visit: Visit, what: str) -> str:
        return visit.request.cookies.get(self._name(what), "")[:LONGEST_COOKIE]

    def _keep(self, answer: Response, what: str, token: str, lasts: timedelta) -> Response:
        seconds = int(lasts.total_seconds())
        answer.set_cookie(
            self._name(what), token, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="lax"
        )
        return answer


def must_wait(wait: timedelta) -> Refused:
    minutes = max(1, -(-int(wait.total_seconds()) // 60))
    return Refused(
        429,
        WAIT,
        Words(
            f"請約 {minutes} 分鐘後再試。曾經登入過的瀏覽器不受他人錯誤嘗試影響。",
            f"Try again in about {minutes} min. A browser you signed in with before is not held up by others' tries.",
        ),
    )


def browser_of(visit: Visit) -> str:
    """What kind of browser this is, from what it says of itself; nothing of that is repeated."""
    said = visit.request.headers.get("user-agent", "")
    browser = next((name for sign, name in BROWSERS if sign in said), "?")
    system = next((name for sign, name in SYSTEMS if sign in said), "?")
    return f"{browser}, {system}"
