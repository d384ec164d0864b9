"""The ministry's own sign-in instead of a password: OpenID Connect, code flow with PKCE, state and nonce."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import structlog
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]
from fastapi.responses import RedirectResponse, Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from bot.console.door import Door, browser_of
from bot.console.gate import Console, next_of
from bot.console.visit import PREFIX, Refused, Visit
from bot.console.words import Words
from bot.log import where
from bot.settings import Settings
from bot.web.site import HEADERS
from models import audit, credential, sign_in
from models.sign_in import Stage

BACK = "/sign-in/provider/back"
TIMEOUT_SECONDS = 5
METADATA_HOLDS = timedelta(hours=1)
LEFT_ALONE = timedelta(seconds=15)
"""A provider that did not answer is not asked again so soon: whoever waits for it holds one of our few threads."""
LEEWAY_SECONDS = 60
SIGNED_WITH = frozenset(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"))
"""Never with a secret that others share, and never with nothing."""
UNUSABLE = (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError)
"""Whatever a provider may answer that is not what the standard says."""

FAILED = Words("單一登入沒有成功", "Signing in with the ministry's account did not work")
NOT_REACHED = Words(
    "機關的登入服務沒有正確回應。請稍後再試，或改用密碼登入。",
    "The ministry's sign-in did not answer as it should. Try again later, or use your password.",
)
NOT_KNOWN = Words(
    "登入服務確認了您的身分，但這裡沒有對應且啟用中的帳號，或尚未設定驗證器。請洽系統管理員。",
    "It says who you are, but no active account here belongs to that, or it has no authenticator app yet. "
    "Ask an administrator.",
)

log = structlog.get_logger()

T = TypeVar("T")


@dataclass(frozen=True)
class Proof:
    """What the provider says of whoever signed in there."""

    subject: str
    login: str
    second_factor: bool


class Provider:
    """The ministry's identity provider, over HTTP; what it says of itself is kept for an hour."""

    def __init__(self, settings: Settings) -> None:
        self.issuer = settings.oidc_issuer or ""
        self._client_id = settings.oidc_client_id or ""
        self._secret = settings.oidc_client_secret
        self._login_claim = settings.oidc_login_claim
        self._trusted = settings.oidc_trust_mfa
        self._back = f"{settings.public_url}{PREFIX}{BACK}"
        self._kept: tuple[datetime, Mapping[str, Any]] | None = None
        self._failed_at: datetime | None = None

    def address(self, now: datetime, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes to sign in."""
        return str(
            prepare_grant_uri(
                self._metadata(now)["authorization_endpoint"],
                self._client_id,
                "code",
                redirect_uri=self._back,
                scope="openid profile",
                state=state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
            )
        )

    def proof(self, now: datetime, code: str, nonce: str, verifier: str) -> Proof:
        """Who it is, in exchange for the code that the browser brought; raises one of UNUSABLE."""
        secret = self._secret.get_secret_value() if self._secret else ""
        metadata = self._metadata(now)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": verifier,
        }
        # RFC 6749, 2.3.1: encoded as in a form before it goes into the header.
        basic = httpx.BasicAuth(quote(self._client_id, safe=""), quote(secret, safe=""))
        with self._http() as http:
            answer = http.post(metadata["token_endpoint"], data=form, auth=basic).raise_for_status().json()
            keys = http.get(metadata["jwks_uri"]).raise_for_status().json()
        claims = self._claims(now, _id_token(answer, keys, metadata), nonce, answer)
        return Proof(
            subject=_word(claims["sub"]),
            login=_word(claims.get(self._login_claim, "")).lower(),
            second_factor=self._trusted or "mfa" in (claims.get("amr") or ()),
        )

    def _claims(self, now: datetime, token: jwt.Token, nonce: str, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self._client_id},
                "sub": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            },
            {"nonce": nonce, "client_id": self._client_id, "access_token": answer["access_token"]},
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
        return claims  # type: ignore[no-any-return]

    def _metadata(self, now: datetime) -> Mapping[str, Any]:
        kept, failed_at = self._kept, self._failed_at
        if kept is not None and now - kept[0] < METADATA_HOLDS:
            return kept[1]
        if failed_at is not None and now - failed_at < LEFT_ALONE:
            raise ValueError("the provider did not answer a moment ago")
        try:
            with self._http() as http:
                found: Mapping[str, Any] = (
                    http.get(get_well_known_url(self.issuer, external=True)).raise_for_status().json()
                )
            if found["issuer"] != self.issuer:
                raise ValueError("the provider calls itself something else")
        except UNUSABLE:
            self._failed_at = now
            raise
        self._kept = now, found
        return found

    @staticmethod
    def _http() -> httpx.Client:
        return httpx.Client(timeout=TIMEOUT_SECONDS)


def add_oidc(console: Console, door: Door, settings: Settings) -> None:
    """The routes, if the settings name a provider.

    The provider is asked outside of every transaction: it may be slow, and our tables are not to wait for it.
    """
    if settings.oidc_issuer is None:
        return
    provider = Provider(settings)

    @console.open_page("/sign-in/provider")
    def away(visit: Visit) -> Response:
        door.spend()
        state, nonce, verifier = (secrets.token_urlsafe(48) for _number in range(3))
        address = _asked(lambda: provider.address(visit.now, state, nonce, verifier))
        kept = {"state": state, "nonce": nonce, "verifier": verifier}
        with door.database.writing() as session:
            token = sign_in.begin_step(session, Stage.PROVIDER, visit.now, going_to=next_of(visit), kept=kept)
        return door.carrying(RedirectResponse(address, HTTPStatus.SEE_OTHER, dict(HEADERS)), token)

    @console.open_page(BACK)
    def back(visit: Visit) -> Response:
        step = door.take(visit, Stage.PROVIDER)
        said = visit.request.query_params
        if not secrets.compare_digest(said.get("state", "").encode(), str(step.kept["state"]).encode()):
            raise Refused(403, FAILED, NOT_REACHED)
        code, nonce, verifier = said.get("code", ""), str(step.kept["nonce"]), str(step.kept["verifier"])
        proof = _asked(lambda: provider.proof(visit.now, code, nonce, verifier))
        with door.database.writing() as session:
            return _came_back(door, replace(visit, session=session), provider.issuer, proof, step.going_to)


def _came_back(door: Door, visit: Visit, issuer: str, proof: Proof, going_to: str) -> Response:
    """In, or to the second factor where the provider has not asked for one."""
    session = visit.session
    operator = credential.with_subject(session, issuer, proof.subject)
    if operator is None and (operator := credential.bind_subject(session, issuer, proof.subject, proof.login)):
        audit.record(session, operator, "provider_bound", f"operator {operator.id}", visit.now)
    theirs = credential.of(session, operator.id) if operator is not None and operator.may else None
    if operator is None or theirs is None or not (proof.second_factor or theirs.totp_secret):
        about = f"operator {operator.id}" if operator is not None else "nobody"
        audit.record(session, None, "sign_in_failed", about, visit.now, how="provider", browser=browser_of(visit))
        return visit.page("refused.html", 403, title=FAILED, why=NOT_KNOWN)
    whose = door.whose_tries(visit, operator.login)
    if proof.second_factor:
        return door.enter(visit, operator, whose, lambda: visit.go(going_to), how="provider")
    kept = {"how": "provider", "whose": whose}
    step = sign_in.begin_step(session, Stage.CODE, visit.now, operator=operator, going_to=going_to, kept=kept)
    return door.begin(visit, step, "/sign-in/code")


def _id_token(answer: Mapping[str, Any], keys: Any, metadata: Mapping[str, Any]) -> jwt.Token:
    """The token, if the provider has signed it in a way that only it can."""
    offered = set(metadata.get("id_token_signing_alg_values_supported") or ("RS256",))
    registry = JWSRegistry(algorithms=sorted(SIGNED_WITH & offered), strict_check_header=False)
    return jwt.decode(answer["id_token"], KeySet.import_key_set(keys), registry=registry)


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a claim that names somebody is not a word")
    return value


def _asked(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except UNUSABLE as wrong:
        log.warning("console_provider_failed", error=where(wrong))
        raise Refused(502, FAILED, NOT_REACHED) from None
