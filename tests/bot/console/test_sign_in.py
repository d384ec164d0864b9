"""The ways into the console, through its pages: set-up, sign-in, what a guesser is up against, and the way out."""

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from bot.clock import Clock
from bot.console.door import UNKNOWN_TRIES
from bot.database import Database
from models import audit, credential, password
from models import operator as operators
from models.audit import AuditEntry
from models.credential import RecoveryCode
from models.operator import Operator, OperatorSession, Role
from models.sign_in import FREE_TRIES, KnownBrowser, SignInStep, WrongTries
from tests.office import ADDRESS, Browser, Clerk, Office, words_of

CHOSEN = "seven quiet buffaloes"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


class Person:
    """Somebody with a telephone and a good memory."""

    def __init__(self, office: Office, login: str, *roles: Role) -> None:
        self.office = office
        self.login = login
        with office.database.writing() as session:
            operator = operators.add(session, login, "Chen Made-up", roles or [Role.ADMINISTRATOR], office.clock.now())
            operator.language = "en"
            self.id = operator.id
            self.set_up_code = credential.give_setup_code(session, operator, office.clock.now())
        self.secret = ""
        self.recovery_codes: Sequence[str] = ()

    def set_up(self, browser: Browser) -> httpx.Response:
        answer = browser.post("/set-up?lang=en", {"login": self.login, "code": self.set_up_code})
        assert answer.headers["location"] == "/console/set-up/password?lang=en", words_of(answer)
        answer = browser.post("/set-up/password?lang=en", {"password": CHOSEN, "again": CHOSEN})
        assert answer.headers["location"] == "/console/set-up/code?lang=en", words_of(answer)
        page = browser.get("/set-up/code?lang=en")
        self.secret = re.sub(" ", "", re.search(r'class="code">([A-Z2-7 ]+)<', page.text)[1])  # type: ignore[index]
        done = browser.post("/set-up/code?lang=en", {"code": self.code()})
        self.recovery_codes = re.findall(r"<li>([0-9a-z-]{19})</li>", done.text)
        self.office.waits(seconds=30)  # the code just used is not taken again
        return done

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.office.clock.now())

    def sign_in(self, browser: Browser, typed: str = CHOSEN, code: str | None = None) -> httpx.Response:
        answer = browser.post("/sign-in?lang=en", {"login": self.login, "password": typed})
        if answer.status_code != 303:
            return answer
        return browser.post("/sign-in/code?lang=en", {"code": self.code() if code is None else code})


@pytest.fixture(autouse=True)
def hashing_is_cheap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What it costs in service is looked at in tests/models/test_password.py; here it is done hundreds of times."""
    monkeypatch.setattr(password, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    password._of_nobody.cache_clear()
    yield
    password._of_nobody.cache_clear()


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database, Clock())


@pytest.fixture
def chen(office: Office) -> Person:
    person = Person(office, "chen")
    person.set_up(office.visitor())
    return person


def inside(browser: Browser) -> bool:
    return browser.get("/me").status_code == 200


def signed(browser: Browser) -> Clerk:
    """The same browser, with the forms of the session it has now."""
    token = browser.cookies[browser.office.console.cookie]
    with browser.office.database.reading() as session:
        known = operators.session_of(session, token, browser.office.clock.now())
        assert known is not None
        session.expunge_all()
    clerk = Clerk(browser.office, known.operator, token)
    clerk.cookies = browser.cookies
    return clerk


def actions(office: Office) -> list[str]:
    with office.database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_whoever_has_the_code_sets_up_a_password_and_an_app_and_is_in(office: Office) -> None:
    chen, browser = Person(office, "chen"), office.visitor()
    done = chen.set_up(browser)
    assert done.status_code == 200
    assert len(set(chen.recovery_codes)) == 10
    assert inside(browser)
    with office.database.reading() as session:
        kept = credential.password_of(session, "chen")
        digests = session.scalars(select(RecoveryCode.digest)).all()
        assert list(audit.broken(session)) == []
    assert kept is not None
    assert kept.startswith("$argon2id$")
    assert len(set(digests)) == 10
    assert actions(office) == ["set_up", "signed_in"]


def test_the_picture_for_the_app_holds_the_same_as_the_text(office: Office) -> None:
    chen, browser = Person(office, "chen"), office.visitor()
    browser.post("/set-up", {"login": "chen", "code": chen.set_up_code})
    browser.post("/set-up/password", {"password": CHOSEN, "again": CHOSEN})
    page = browser.get("/set-up/code")
    assert 'src="data:image/png;base64,' in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_password_that_is_easily_guessed_is_not_taken_nor_repeated(office: Office) -> None:
    chen, browser = Person(office, "chen"), office.visitor()
    browser.post("/set-up?lang=en", {"login": chen.login, "code": chen.set_up_code})
    for typed, again, said in (
        ("password123456", "password123456", "among those guessed first"),
        ("this is Chen Made-up talking", "this is Chen Made-up talking", "your login or your name"),
        (CHOSEN, CHOSEN.upper(), "differ"),
    ):
        answer = browser.post("/set-up/password?lang=en", {"password": typed, "again": again})
        assert answer.status_code == 422
        assert said in words_of(answer)
        assert typed not in answer.text
    assert browser.get("/set-up/code").headers["location"] == "/console/set-up/password"


def test_a_set_up_code_holds_for_three_days_and_once(office: Office) -> None:
    chen, late = Person(office, "chen"), Person(office, "late")
    chen.set_up(office.visitor())
    again = office.visitor().post("/set-up", {"login": "chen", "code": chen.set_up_code})
    assert again.status_code == 403
    office.waits(hours=72)
    assert office.visitor().post("/set-up", {"login": "late", "code": late.set_up_code}).status_code == 403


def test_a_newer_set_up_code_stops_whoever_began_with_the_older_one(office: Office) -> None:
    chen, thief = Person(office, "chen"), office.visitor()
    thief.post("/set-up", {"login": "chen", "code": chen.set_up_code})
    with office.database.writing() as session:
        operator = session.get_one(Operator, chen.id)
        credential.give_setup_code(session, operator, office.clock.now())
    assert thief.post("/set-up/password", {"password": CHOSEN, "again": CHOSEN}).status_code == 403


def test_setting_up_anew_ends_what_was_signed_in_before(office: Office, chen: Person) -> None:
    before = office.visitor()
    chen.sign_in(before)
    with office.database.writing() as session:
        operator = session.get_one(Operator, chen.id)
        chen.set_up_code = credential.give_setup_code(session, operator, office.clock.now())
    assert inside(before)
    chen.set_up(office.visitor())
    assert not inside(before)


def test_password_and_code_open_the_page_that_was_asked_for(office: Office, chen: Person) -> None:
    browser = office.visitor()
    to_sign_in = browser.get("/me")
    assert to_sign_in.headers["location"] == "/console/sign-in?next=/console/me"
    answer = browser.post("/sign-in", {"login": " CHEN ", "password": CHOSEN, "next": "/console/me"})
    assert answer.headers["location"] == "/console/sign-in/code"
    assert not inside(browser)
    assert browser.post("/sign-in/code", {"code": chen.code()}).headers["location"] == "/console/me"
    assert inside(browser)


def test_whoever_was_signed_out_while_writing_comes_back_to_the_form_in_their_language(office: Office) -> None:
    clerk = office.clerk(Role.WRITER, Role.ADMINISTRATOR)
    office.waits(minutes=31)
    answer = clerk.post("/announcements/new", {}, referer=f"{ADDRESS}/console/announcements/new?from=menu")
    assert answer.headers["location"] == "/console/sign-in?next=/console/announcements/new&ended=yes&lang=en"
    assert "Your session has ended" in clerk.read(answer.headers["location"])
    assert 'href="/console/sign-in?next=/console/announcements/new"' in clerk.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    "referer",
    [
        "https://evil.example/console/me",
        f"{ADDRESS}/console/people/1/roles",  # a form goes there, and nobody can look at it
        f"{ADDRESS}/console/../other",
        f"{ADDRESS}/console//evil.example",
        "https://[",
        "",
    ],
)
def test_nobody_comes_back_to_what_is_no_page_of_ours(office: Office, referer: str) -> None:
    clerk = office.clerk(Role.WRITER, language="zh-Hant")
    office.waits(minutes=31)
    answer = clerk.post("/announcements/new", {}, referer=referer)
    assert answer.headers["location"] == "/console/sign-in?next=/console/&ended=yes"


def test_nobody_is_sent_elsewhere_after_signing_in(office: Office, chen: Person) -> None:
    too_long = "/console/" + "x" * 300
    for elsewhere in ("https://evil.example/", "//evil.example/", "/console//evil.example", "/other", too_long):
        browser = office.visitor()
        browser.post("/sign-in", {"login": "chen", "password": CHOSEN, "next": elsewhere})
        assert browser.post("/sign-in/code", {"code": chen.code()}).headers["location"] == "/console/"
        office.waits(seconds=31)


def test_every_sign_in_has_a_token_of_its_own_and_ends_the_one_before_it(office: Office, chen: Person) -> None:
    browser = office.visitor()
    chen.sign_in(browser)
    first = browser.cookies[office.console.cookie]
    office.waits(seconds=60)
    chen.sign_in(browser)
    assert browser.cookies[office.console.cookie] != first
    with office.database.reading() as session:
        assert operators.session_of(session, first, office.clock.now()) is None
        assert not session.scalars(select(SignInStep)).all()


def test_cookies_stay_with_this_host_over_https_and_away_from_scripts(office: Office, chen: Person) -> None:
    browser = office.visitor()
    answers = [browser.post("/sign-in", {"login": "chen", "password": CHOSEN})]
    answers.append(browser.post("/sign-in/code", {"code": chen.code()}))
    cookies = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    assert len(cookies) == 4
    for cookie in cookies:
        assert cookie.startswith("__Host-console")
        assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


def test_an_unknown_login_is_told_the_same_and_costs_as_much(
    office: Office, chen: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str | None] = []
    fits = password.fits

    def counted(kept: str | None, typed: str) -> bool:
        hashed.append(kept)
        return fits(kept, typed)

    monkeypatch.setattr(password, "fits", counted)
    wrong = office.visitor().post("/sign-in", {"login": "chen", "password": "not the password"})
    unknown = office.visitor().post("/sign-in", {"login": "nobody", "password": "not the password"})
    assert (wrong.status_code, wrong.text) == (unknown.status_code, unknown.text)
    assert wrong.status_code == 403
    assert len(hashed) == 2
    assert hashed[1] is None


def test_a_code_is_taken_once_and_one_step_of_time_beside(office: Office, chen: Person) -> None:
    browser = office.visitor()
    code = chen.code()
    assert chen.sign_in(browser, code=code).status_code == 303
    assert chen.sign_in(office.visitor(), code=code).status_code == 403
    office.waits(seconds=60)
    late = pyotp.TOTP(chen.secret).at(office.clock.now() - timedelta(seconds=30))
    assert chen.sign_in(office.visitor(), code=late).status_code == 303
    office.waits(minutes=5)
    too_late = pyotp.TOTP(chen.secret).at(office.clock.now() - timedelta(seconds=60))
    assert chen.sign_in(office.visitor(), code=too_late).status_code == 403


def test_a_recovery_code_is_used_up(office: Office, chen: Person) -> None:
    code = chen.recovery_codes[3].upper().replace("-", " ")
    assert chen.sign_in(office.visitor(), code=code).status_code == 303
    assert chen.sign_in(office.visitor(), code=code).status_code == 403
    assert "recovery_used" in actions(office)


@pytest.mark.parametrize("login", ["chen", "nobody"])
def test_after_five_wrong_tries_each_waits_longer_whoever_it_is(office: Office, chen: Person, login: str) -> None:
    waits = []
    for _number in range(FREE_TRIES + 8):
        assert office.visitor().post("/sign-in", {"login": login, "password": "a wrong password"}).status_code == 403
        with office.database.writing() as session:
            tries = session.scalars(select(WrongTries).order_by(WrongTries.last_at.desc())).first()
            assert tries is not None
            waits.append(max(0, round((tries.wait_until - tries.last_at).total_seconds())))
        if waits[-1]:
            refused = office.visitor().post("/sign-in?lang=en", {"login": login, "password": CHOSEN})
            assert refused.status_code == 429
            assert "Try again in about" in words_of(refused)
        office.waits(seconds=waits[-1] + 1)
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900]


def test_wrong_codes_count_as_wrong_tries_and_the_right_password_forgives_none(office: Office, chen: Person) -> None:
    for _number in range(FREE_TRIES):
        assert chen.sign_in(office.visitor(), code="000000").status_code == 403
    assert chen.sign_in(office.visitor()).status_code == 429
    office.waits(seconds=31)
    assert chen.sign_in(office.visitor()).status_code == 303
    with office.database.reading() as session:
        assert session.scalars(select(WrongTries.count)).all() == [0]


def test_a_browser_we_know_is_not_held_up_by_what_others_try(office: Office, chen: Person) -> None:
    hers = office.visitor()
    assert chen.sign_in(hers).status_code == 303
    for _number in range(FREE_TRIES):
        office.visitor().post("/sign-in", {"login": "chen", "password": "a wrong password"})
    office.waits(seconds=29)
    assert chen.sign_in(office.visitor()).status_code == 429
    assert chen.sign_in(hers).status_code == 303
    with office.database.reading() as session:
        assert session.scalars(select(KnownBrowser.operator_id).distinct()).all() == [chen.id]


def test_a_browser_known_for_one_operator_is_unknown_for_another(office: Office, chen: Person) -> None:
    browser = office.visitor()
    chen.sign_in(browser)
    for _number in range(FREE_TRIES):
        browser.post("/sign-in", {"login": "lin", "password": "a wrong password"})
    assert office.visitor().post("/sign-in", {"login": "lin", "password": "a wrong password"}).status_code == 429


def test_all_unknown_browsers_together_have_so_many_tries_a_minute(office: Office, chen: Person) -> None:
    hers = office.visitor()
    chen.sign_in(hers)
    statuses = [
        office.visitor().post("/set-up", {"login": f"guess{number}", "code": "x"}).status_code
        for number in range(UNKNOWN_TRIES + 1)
    ]
    assert statuses[0] == 403
    assert statuses[-1] == 429
    office.waits(seconds=30)
    assert chen.sign_in(hers).status_code == 303


def test_half_a_way_in_ends_after_five_minutes(office: Office, chen: Person) -> None:
    browser = office.visitor()
    browser.post("/sign-in", {"login": "chen", "password": CHOSEN})
    assert browser.get("/sign-in/code").status_code == 200
    office.waits(minutes=5, seconds=1)
    assert browser.get("/sign-in/code").status_code == 403
    assert browser.post("/sign-in/code", {"code": chen.code()}).status_code == 403


def test_the_step_of_a_set_up_opens_no_second_factor(office: Office, chen: Person) -> None:
    lin, browser = Person(office, "lin"), office.visitor()
    browser.post("/set-up", {"login": "lin", "code": lin.set_up_code})
    assert browser.get("/sign-in/code").status_code == 403
    other = office.visitor()
    other.post("/sign-in", {"login": "chen", "password": CHOSEN})
    assert (
        other.post("/set-up/password", {"password": "another password", "again": "another password"}).status_code == 403
    )


def test_a_session_ends_when_idle_after_a_day_s_work_and_with_the_operator(office: Office, chen: Person) -> None:
    browser = office.visitor()
    chen.sign_in(browser)
    for _number in range(24):
        office.waits(minutes=29)
        assert inside(browser)
    office.waits(minutes=29)
    assert not inside(browser)
    chen.sign_in(browser)
    office.waits(minutes=31)
    assert not inside(browser)
    chen.sign_in(browser)
    with office.database.writing() as session:
        session.execute(update(Operator).values(deactivated_at=office.clock.now()))
    assert not inside(browser)
    assert chen.sign_in(office.visitor()).status_code == 403


def test_signing_out_ends_the_session_on_our_side(office: Office, chen: Person) -> None:
    browser = office.visitor()
    chen.sign_in(browser)
    kept = httpx.Cookies(browser.cookies)
    assert signed(browser).post("/sign-out").headers["location"] == "/console/sign-in?lang=en&done=signed_out"
    browser.cookies = kept
    assert not inside(browser)
    assert actions(office)[-1] == "signed_out"


def test_one_s_sessions_are_listed_and_ended_one_by_one_or_all(office: Office, chen: Person) -> None:
    here, there = office.visitor(), office.visitor()
    chen.sign_in(here)
    office.waits(seconds=31)
    there.post("/sign-in", {"login": "chen", "password": CHOSEN}, **{"User-Agent": WINDOWS})
    there.post("/sign-in/code", {"code": chen.code()}, **{"User-Agent": WINDOWS})
    page = here.get("/me")
    assert "Chrome, Windows" in words_of(page)
    paths = re.findall(r'action="(/console/me/sessions/\d+/end)"', page.text)
    assert len(paths) == 2  # where she set up, and there; not where she is
    ended = [signed(here).post(path).headers["location"] for path in paths]
    assert ended == ["/console/me?done=session_ended"] * 2
    assert inside(here)
    assert not inside(there)
    office.waits(seconds=31)
    chen.sign_in(there)
    signed(here).post("/me/sessions/end")
    assert not inside(here)
    assert not inside(there)


def test_nobody_ends_another_s_session(office: Office, chen: Person) -> None:
    browser = office.visitor()
    chen.sign_in(browser)
    clerk = office.clerk(Role.ADMINISTRATOR)
    with office.database.reading() as session:
        theirs = session.scalars(select(OperatorSession.id).where(OperatorSession.operator_id == chen.id)).all()
    assert {clerk.post(f"/me/sessions/{one}/end").status_code for one in [*theirs, 0, 999]} == {404}
    assert inside(browser)


def test_a_new_password_needs_the_old_one_and_a_code_and_ends_all_other_sessions(office: Office, chen: Person) -> None:
    here, there = office.visitor(), office.visitor()
    chen.sign_in(here)
    office.waits(seconds=31)
    chen.sign_in(there)
    office.waits(seconds=31)
    new = {"password": "eight loud buffaloes", "again": "eight loud buffaloes"}
    clerk = signed(here)
    refused = [
        clerk.post("/me/password", {"current": "not this one", "code": chen.code()} | new),
        clerk.post("/me/password", {"current": CHOSEN, "code": "000000"} | new),
        clerk.post("/me/password", {"current": CHOSEN, "code": chen.code(), "password": "short", "again": "short"}),
    ]
    assert [answer.status_code for answer in refused] == [403, 403, 422]
    assert clerk.post("/me/password", {"current": CHOSEN, "code": chen.code()} | new).status_code == 303
    assert inside(clerk)
    assert not inside(here)
    assert not inside(there)
    office.waits(seconds=31)
    assert chen.sign_in(office.visitor()).status_code == 403
    assert chen.sign_in(office.visitor(), "eight loud buffaloes").status_code == 303


def test_a_stolen_session_cannot_guess_the_password(office: Office, chen: Person) -> None:
    browser = office.visitor()
    chen.sign_in(browser)
    clerk = signed(browser)
    guesses = [clerk.post("/me/recovery-codes", {"current": f"guess {one}", "code": "1"}) for one in range(6)]
    assert [answer.status_code for answer in guesses] == [403] * 5 + [429]


def test_new_recovery_codes_replace_the_old_ones(office: Office, chen: Person) -> None:
    browser = office.visitor()
    chen.sign_in(browser)
    office.waits(seconds=31)
    page = signed(browser).post("/me/recovery-codes", {"current": CHOSEN, "code": chen.code()})
    fresh = re.findall(r"<li>([0-9a-z-]{19})</li>", page.text)
    assert len(fresh) == 10
    assert chen.sign_in(office.visitor(), code=chen.recovery_codes[0]).status_code == 403
    assert chen.sign_in(office.visitor(), code=fresh[0]).status_code == 303


def test_the_pages_speak_the_language_that_was_chosen(office: Office, chen: Person) -> None:
    browser = office.visitor()
    assert "登入" in words_of(browser.get("/sign-in"))
    assert "Sign in" in words_of(browser.get("/sign-in?lang=en"))
    chen.sign_in(browser)
    signed(browser).post("/me/language", {"language": "zh-Hant"})
    assert "我的帳號" in browser.read("/me")
    signed(browser).post("/me/language", {"language": "xx"})
    assert "我的帳號" in browser.read("/me")


def test_a_hash_of_older_costs_is_renewed_at_the_next_sign_in(office: Office, chen: Person) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(CHOSEN)
    with office.database.writing() as session:
        theirs = credential.of(session, chen.id)
        assert theirs is not None
        theirs.password = cheap
    assert chen.sign_in(office.visitor()).status_code == 303
    with office.database.reading() as session:
        kept = credential.password_of(session, "chen")
    assert kept is not None
    assert kept != cheap
    assert not password.is_outdated(kept)


def test_who_tried_in_vain_and_who_came_in_is_in_the_log(office: Office, chen: Person) -> None:
    chen.sign_in(office.visitor(), "a wrong password")
    chen.sign_in(office.visitor(), code="000000")
    office.visitor().post("/sign-in", {"login": "A secret typed here", "password": "x"})
    with office.database.reading() as session:
        failed = session.scalars(select(AuditEntry).where(AuditEntry.action == "sign_in_failed")).all()
        assert [(one.about, one.operator_id) for one in failed] == [
            (f"operator {chen.id}", None),
            (f"operator {chen.id}", None),
            ("nobody", None),
        ]
        assert not [one for one in failed if "secret" in str(one.details)]


def test_another_site_cannot_sign_somebody_in(office: Office, chen: Person) -> None:
    form = {"login": "chen", "password": CHOSEN}
    assert office.visitor().post("/sign-in", form, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert office.visitor().post("/sign-in", form, Origin="https://evil.example").status_code == 403


def at_once(browsers: Sequence[Browser], ask: Callable[[Browser], httpx.Response]) -> list[int]:
    """What they are answered when all ask at the same moment."""
    with ThreadPoolExecutor(len(browsers)) as threads:
        return sorted(answer.status_code for answer in threads.map(ask, browsers))


def test_guessing_at_the_same_moment_gives_no_more_tries(office: Office, chen: Person) -> None:
    form = {"login": "chen", "password": "a wrong password"}
    guessers = [office.visitor() for _one in range(9)]
    statuses = at_once(guessers, lambda browser: browser.post("/sign-in", form))
    assert statuses == [403] * FREE_TRIES + [429] * (9 - FREE_TRIES)


def test_one_code_lets_one_in_though_two_bring_it_at_the_same_moment(office: Office, chen: Person) -> None:
    browsers = [office.visitor(), office.visitor()]
    for browser in browsers:
        browser.post("/sign-in", {"login": "chen", "password": CHOSEN})
    code = chen.code()
    assert at_once(browsers, lambda browser: browser.post("/sign-in/code", {"code": code})) == [303, 403]
