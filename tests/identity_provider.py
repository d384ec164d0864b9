"""A real OpenID Connect provider on loopback, of authlib's server side, that can be told to go wrong."""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import httpx
from authlib.oauth2.rfc6749 import (  # type: ignore[import-untyped]
    AuthorizationServer,
    ClientMixin,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload  # type: ignore[import-untyped]
from authlib.oauth2.rfc6750 import BearerTokenGenerator  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import CodeChallenge  # type: ignore[import-untyped]
from authlib.oidc.core import AuthorizationCodeMixin, UserInfo  # type: ignore[import-untyped]
from authlib.oidc.core.grants import OpenIDCode  # type: ignore[import-untyped]
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from joserfc.jwk import OctKey, RSAKey

from tests.town import Server, free_port

CLIENT_ID = "line-bot"
CLIENT_SECRET = "a-secret+of/the-client for tests"


class Client(ClientMixin):  # type: ignore[misc]
    """The one relying party that the provider knows."""

    client_id = CLIENT_ID

    def __init__(self, back: str) -> None:
        self._back = back

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self._back

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self._back

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method, endpoint) == ("client_secret_basic", "token")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    """What a browser carries to the client."""

    asked: Mapping[str, str]
    user: Mapping[str, Any]

    @property
    def code_challenge(self) -> str:
        return self.asked["code_challenge"]

    @property
    def code_challenge_method(self) -> str:
        return self.asked["code_challenge_method"]

    def get_redirect_uri(self) -> str:
        return self.asked["redirect_uri"]

    def get_scope(self) -> str:
        return self.asked["scope"]

    def get_nonce(self) -> str:
        return self.asked["nonce"]

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Asked(OAuth2Request):  # type: ignore[misc]
    """A request as authlib takes it; the TLS before a provider is left out on loopback."""

    def __init__(self, method: str, uri: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> None:
        super().__init__(method, uri.replace("http://", "https://"), headers=headers)
        self.payload = BasicOAuth2Payload(dict(fields))

    @property
    def args(self) -> Mapping[str, str]:
        return dict(parse_qsl(urlsplit(self.uri).query))

    @property
    def form(self) -> Mapping[str, str]:
        return self.payload.data  # type: ignore[no-any-return]


@dataclass
class IdentityProvider(AbstractContextManager["IdentityProvider"]):
    """Signs in whoever `user` says it is, as soon as a browser comes."""

    back: str
    user: Mapping[str, Any]
    port: int = field(default_factory=free_port)
    codes: dict[str, Code] = field(default_factory=dict)
    # What its ID tokens say other than they should.
    wrong: Mapping[str, Any] = field(default_factory=dict)
    calls_itself: str = ""

    def __post_init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.signs_with: RSAKey | OctKey = self.key
        self.algorithm = "RS256"
        self.api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        self.oauth = _Server(self)
        self._add_routes()

    def __enter__(self) -> Self:
        self._server = Server(self.api, self.port)
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self, **more: object) -> dict[str, object]:
        """How a service is told of this provider."""
        named = {"oidc_issuer": self.issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET}
        return named | more

    def forge(self) -> None:
        """From now on sign with a key of somebody else's, under the name of ours."""
        self.signs_with = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})

    def sign_symmetrically(self) -> None:
        """From now on sign with what everybody knows: the public key, taken for a secret."""
        public = self.key.as_dict(private=False)["n"]
        self.algorithm, self.signs_with = "HS256", OctKey.import_key({"kty": "oct", "k": public, "kid": "one"})

    def visit(self, address: str) -> str:
        """A browser comes to sign in: the address that it is sent back to."""
        answer = httpx.get(address)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def _add_routes(self) -> None:
        @self.api.get("/.well-known/openid-configuration")
        def metadata() -> dict[str, Any]:
            return {
                "issuer": self.calls_itself or self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "HS256"],
            }

        @self.api.get("/keys")
        def keys() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        @self.api.get("/authorize")
        def authorize(request: Request) -> Response:
            asked = Asked("GET", str(request.url), dict(request.query_params), request.headers)
            grant = self.oauth.get_consent_grant(asked, end_user=self.user)
            return self.oauth.create_authorization_response(asked, grant_user=self.user, grant=grant)  # type: ignore[no-any-return]

        @self.api.post("/token")
        async def token(request: Request) -> Response:
            fields = {name: str(value) for name, value in (await request.form()).items()}
            return self.oauth.create_token_response(  # type: ignore[no-any-return]
                Asked("POST", str(request.url), fields, request.headers)
            )


class _Server(AuthorizationServer):  # type: ignore[misc]
    def __init__(self, provider: IdentityProvider) -> None:
        super().__init__(scopes_supported=["openid", "profile"])
        self._client = Client(provider.back)
        self.register_token_generator("default", BearerTokenGenerator(lambda *_args, **_more: "an-access-token"))

        class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
            TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

            def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
                provider.codes[code] = Code(request.payload.data, request.user)

            def query_authorization_code(self, code: str, _client: Client) -> Code | None:
                return provider.codes.get(code)

            def delete_authorization_code(self, used: Code) -> None:
                provider.codes = {code: one for code, one in provider.codes.items() if one is not used}

            def authenticate_user(self, code: Code) -> Mapping[str, Any]:
                return code.user

        class Tokens(OpenIDCode):  # type: ignore[misc]
            def exists_nonce(self, nonce: str, _request: OAuth2Request) -> bool:
                return any(one.asked["nonce"] == nonce for one in provider.codes.values())

            def resolve_client_private_key(self, _client: Client) -> Any:
                return provider.signs_with

            def get_client_algorithm(self, _client: Client) -> str:
                return provider.algorithm

            def get_encode_header(self, _client: Client) -> dict[str, str]:
                return {"alg": provider.algorithm, "kid": "one"}

            def get_client_claims(self, _client: Client) -> dict[str, str]:
                return {"iss": provider.issuer}

            def generate_user_info(self, user: Mapping[str, Any], _scope: str) -> UserInfo:
                return UserInfo(**{**user, **provider.wrong})

        self.register_grant(Grant, [Tokens(require_nonce=True), CodeChallenge(required=True)])

    def query_client(self, client_id: str) -> Client | None:
        return self._client if client_id == CLIENT_ID else None

    def save_token(self, _token: Mapping[str, Any], _request: OAuth2Request) -> None:
        """Nothing behind this provider asks for one."""

    def create_oauth2_request(self, request: Asked) -> Asked:
        return request

    def send_signal(self, _name: str, *_args: object, **_more: object) -> None:
        """Nobody listens."""

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        return JSONResponse(body, status, dict(headers))
