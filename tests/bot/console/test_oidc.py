"""Signing in with the ministry's own provider: a real one on loopback, and what it must not get past us."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pyotp
import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.console.oidc import BACK
from bot.database import Database
from bot.settings import SettingsRefused
from models import credential, password
from models import operator as operators
from models.audit import AuditEntry
from models.operator import Operator, Role
from models.sign_in import SignInStep
from tests.identity_provider import IdentityProvider
from tests.office import ADDRESS, Browser, Office, words_of
from tests.town import town_settings

CHEN = {"sub": "248289761001", "preferred_username": "Chen", "amr": ["pwd", "mfa"]}
SECRET = pyotp.random_base32()


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with IdentityProvider(f"{ADDRESS}/console{BACK}", dict(CHEN)) as running:
        yield running


@pytest.fixture
def office(database: Database, provider: IdentityProvider) -> Office:
    office = Office(database, Clock(), **provider.settings())
    add(office, "chen")
    return office


def add(office: Office, login: str, *, with_app: bool = False) -> int:
    now = office.clock.now()
    with office.database.writing() as session:
        operator = operators.add(session, login, f"Made-up {login}", [Role.VIEWER], now)
        operator.language = "en"
        if with_app:
            credential.give_setup_code(session, operator, now)
            credential.complete(session, operator, password.hashed("seven quiet buffaloes"), SECRET, 0)
        return operator.id


def away(browser: Browser, next_page: str = "/console/me") -> str:
    answer = browser.get(f"/sign-in/provider?next={next_page}&lang=en")
    assert answer.status_code == 303, words_of(answer)
    return answer.headers["location"]


def back(browser: Browser, address: str) -> httpx.Response:
    assert address.startswith(f"{ADDRESS}/console/")
    return browser.get(address.removeprefix(ADDRESS))


def sign_in(browser: Browser, provider: IdentityProvider) -> httpx.Response:
    return back(browser, provider.visit(away(browser)))


def is_out(browser: Browser) -> bool:
    return browser.get("/me").status_code == 303


def test_whom_the_provider_knows_is_in(office: Office, provider: IdentityProvider) -> None:
    browser = office.visitor()
    assert "/console/sign-in/provider?next=/console/me" in browser.get("/sign-in?next=/console/me").text
    answer = sign_in(browser, provider)
    assert answer.headers["location"] == "/console/me"
    assert "the ministry's account is used" in browser.read("/me")
    with office.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "signed_in")).one()
        assert entry.details["how"] == "provider"
        assert session.scalars(select(SignInStep)).all() == []


def test_what_is_asked_of_the_provider_holds_state_nonce_and_a_challenge(office: Office) -> None:
    asked = httpx.URL(away(office.visitor())).params
    assert (asked["response_type"], asked["scope"], asked["code_challenge_method"]) == (
        "code",
        "openid profile",
        "S256",
    )
    assert asked["redirect_uri"] == f"{ADDRESS}/console/sign-in/provider/back"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    again = httpx.URL(away(office.visitor())).params
    assert {asked[name] for name in ("state", "nonce", "code_challenge")}.isdisjoint(again.values())


def test_only_the_provider_s_own_name_counts_once_it_is_bound(office: Office, provider: IdentityProvider) -> None:
    sign_in(office.visitor(), provider)
    add(office, "lin")
    provider.user = CHEN | {"preferred_username": "lin"}
    browser = office.visitor()
    sign_in(browser, provider)
    with office.database.reading() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "provider_bound")).all()) == 1
    assert "chen" in browser.read("/me")
    provider.user = CHEN | {"sub": "another"}
    browser = office.visitor()
    refused = sign_in(browser, provider)
    assert refused.status_code == 403
    assert is_out(browser)


def test_nobody_comes_in_who_was_not_added_or_was_deactivated(office: Office, provider: IdentityProvider) -> None:
    sign_in(office.visitor(), provider)
    with office.database.writing() as session:
        session.scalars(select(Operator)).one().deactivated_at = office.clock.now()
    add(office, "lin")
    provider.user = CHEN | {"preferred_username": "lin"}  # a colleague's login does not help either
    assert sign_in(office.visitor(), provider).status_code == 403
    provider.user = {"sub": "2", "preferred_username": "stranger", "amr": ["mfa"]}
    assert sign_in(office.visitor(), provider).status_code == 403
    with office.database.reading() as session:
        failed = session.scalars(select(AuditEntry).where(AuditEntry.action == "sign_in_failed")).all()
        assert len(failed) == 2
        assert "stranger" not in str([one.details for one in failed])


def test_without_a_second_factor_there_our_own_is_asked_for(office: Office, provider: IdentityProvider) -> None:
    provider.user = {"sub": "3", "preferred_username": "wu", "amr": ["pwd"]}
    add(office, "wu", with_app=True)
    browser = office.visitor()
    assert sign_in(browser, provider).headers["location"] == "/console/sign-in/code"
    assert is_out(browser)
    assert browser.post("/sign-in/code", {"code": "000000"}).status_code == 403
    answer = browser.post("/sign-in/code", {"code": pyotp.TOTP(SECRET).at(office.clock.now())})
    assert answer.headers["location"] == "/console/me"


def test_without_any_second_factor_nobody_comes_in(office: Office, provider: IdentityProvider) -> None:
    provider.user = CHEN | {"amr": ["pwd"]}
    browser = office.visitor()
    assert sign_in(browser, provider).status_code == 403
    assert is_out(browser)


def test_a_provider_that_always_asks_for_one_may_be_trusted(database: Database, provider: IdentityProvider) -> None:
    office = Office(database, Clock(), **provider.settings(oidc_trust_mfa=True, oidc_login_claim="employee"))
    add(office, "0417")
    provider.user = {"sub": "4", "employee": "0417"}
    assert sign_in(office.visitor(), provider).headers["location"] == "/console/me"


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"aud": ["another-client"]},
        {"aud": ["line-bot", "another-client"]},
        {"iss": "https://another.example"},
        {"exp": int(time.time()) - 3600},
        {"iat": int(time.time()) + 36000},
        {"at_hash": "wrong"},
        {"sub": ""},
        {"sub": ["a", "list"]},
        {"amr": "mfa"},
    ],
    ids=lambda wrong: "-".join(wrong),
)
def test_a_token_that_says_something_wrong_is_refused(
    office: Office, provider: IdentityProvider, wrong: dict[str, Any]
) -> None:
    provider.wrong = wrong
    browser = office.visitor()
    assert sign_in(browser, provider).status_code == 502
    assert is_out(browser)


@pytest.mark.parametrize("how", ["forge", "sign_symmetrically"])
def test_a_token_that_the_provider_did_not_sign_is_refused(
    office: Office, provider: IdentityProvider, how: str
) -> None:
    getattr(provider, how)()
    browser = office.visitor()
    assert sign_in(browser, provider).status_code == 502
    assert is_out(browser)


def test_the_answer_counts_once_and_only_in_the_browser_that_asked(office: Office, provider: IdentityProvider) -> None:
    asking, other = office.visitor(), office.visitor()
    address = provider.visit(away(asking))
    assert back(other, address).status_code == 403
    away(other)  # its own step, but another state
    assert back(other, address).status_code == 403
    assert back(asking, address).status_code == 303
    assert back(asking, address).status_code == 403


def test_a_code_without_its_verifier_is_of_no_use(office: Office, provider: IdentityProvider) -> None:
    first, second = office.visitor(), office.visitor()
    stolen = httpx.URL(provider.visit(away(first))).params["code"]
    own = httpx.URL(provider.visit(away(second)))
    assert back(second, str(own.copy_merge_params({"code": stolen}))).status_code == 502
    assert is_out(second)


def test_an_answer_is_too_late_after_five_minutes(office: Office, provider: IdentityProvider) -> None:
    browser = office.visitor()
    address = provider.visit(away(browser))
    office.waits(minutes=5, seconds=1)
    assert back(browser, address).status_code == 403


def test_a_provider_that_says_no_or_is_away_or_is_another_is_told_as_such(
    office: Office, provider: IdentityProvider
) -> None:
    browser = office.visitor()
    state = httpx.URL(away(browser)).params["state"]
    denied = browser.get(f"/sign-in/provider/back?error=access_denied&state={state}")
    assert denied.status_code == 502
    assert "access_denied" not in denied.text
    office.waits(hours=2)
    provider.calls_itself = "https://another.example"
    refused = browser.get("/sign-in/provider?lang=en")
    assert refused.status_code == 502
    assert "use your password" in words_of(refused)
    provider.calls_itself = ""
    assert browser.get("/sign-in/provider").status_code == 502  # not asked again at once
    office.waits(seconds=15)
    assert browser.get("/sign-in/provider").status_code == 303
    office.waits(hours=2)
    provider.__exit__()
    assert browser.get("/sign-in/provider").status_code == 502


def test_without_a_provider_there_is_no_such_way_in(database: Database) -> None:
    office = Office(database, Clock())
    # As every address that there is not: whoever is not signed in is asked to, and nothing is told.
    assert office.visitor().get("/sign-in/provider").status_code == 303
    assert "provider" not in office.visitor().get("/sign-in").text


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"oidc_client_id": None}, "BOT_OIDC_CLIENT_ID"),
        ({"oidc_client_secret": None}, "BOT_OIDC_CLIENT_SECRET"),
        ({"oidc_issuer": "http://sign-in.example.org"}, "BOT_OIDC_ISSUER"),
        ({"oidc_issuer": "https://sign-in.example.org/?realm=one"}, "BOT_OIDC_ISSUER"),
        ({"oidc_login_claim": "preferred username"}, "BOT_OIDC_LOGIN_CLAIM"),
    ],
)
def test_settings_that_leave_a_gap_are_refused_by_name(wrong: dict[str, object], named: str) -> None:
    right = {"oidc_issuer": "https://sign-in.example.org", "oidc_client_id": "us", "oidc_client_secret": "secret"}
    assert town_settings("sqlite:///var/bot.sqlite", 443, **right).oidc_issuer == "https://sign-in.example.org"
    with pytest.raises(SettingsRefused, match=named):
        town_settings("sqlite:///var/bot.sqlite", 443, **(right | wrong))
