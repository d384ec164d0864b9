"""LINE's token endpoints: stateless channel tokens, their check, and ID tokens of LINE Login (ES256)."""

import base64
import hmac
import json
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from bot.simulator.calls import Answer, Call, Endpoint, Refused
from bot.simulator.clock import milliseconds
from bot.simulator.site import Site
from bot.simulator.store import Connection, save_setting, setting

TOKEN_LIFE = timedelta(minutes=15)
ID_TOKEN_LIFE = timedelta(hours=1)
_ISSUER = "https://access.line.me"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_KEY_ID = "simulator-1"


def issue_id_token(site: Site, db: Connection, user_id: str, name: str, nonce: str | None = None) -> str:
    """What liff.getIDToken() would give a page that this person opened."""
    issued = int(site.clock.now().timestamp())
    claims = {
        "iss": _ISSUER,
        "sub": user_id,
        "aud": site.config.audience,
        "iat": issued,
        "exp": issued + int(ID_TOKEN_LIFE.total_seconds()),
        "amr": ["linesso"],
        "name": name,
    }
    if nonce is not None:
        claims["nonce"] = nonce
    head = {"alg": "ES256", "typ": "JWT", "kid": _KEY_ID}
    signed = f"{_encode(orjson.dumps(head))}.{_encode(orjson.dumps(claims))}"
    r, s = utils.decode_dss_signature(_key(db).sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{_encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _key(db: Connection) -> ec.EllipticCurvePrivateKey:
    pem = setting(db, "id_token_key")
    if pem is None:
        key = ec.generate_private_key(ec.SECP256R1())
        stored = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        save_setting(db, "id_token_key", stored.decode())
        return key
    stored_key = serialization.load_pem_private_key(pem.encode(), password=None)
    assert isinstance(stored_key, ec.EllipticCurvePrivateKey)
    return stored_key


def _form(call: Call) -> dict[str, str]:
    try:
        return dict(parse_qsl(call.raw.decode("ascii"), keep_blank_values=True, max_num_fields=50))
    except ValueError:
        raise _oauth_error("invalid_request", "The form could not be read") from None


def _oauth_error(error: str, description: str) -> Refused:
    refused = Refused(400, description)
    refused.content = {"error": error, "error_description": description}
    return refused


def _issue_stateless(call: Call) -> Answer:
    form, config = _form(call), call.site.config
    if form.get("grant_type") != "client_credentials":
        raise _oauth_error("unsupported_grant_type", "grant_type must be client_credentials")
    if "client_assertion" in form:
        _check_assertion(call, form)
    elif form.get("client_id") != config.channel_id or not hmac.compare_digest(
        form.get("client_secret", "").encode(), config.channel_secret.encode()
    ):
        raise _oauth_error("invalid_client", "invalid client credentials")
    token = secrets.token_urlsafe(96)
    call.db.execute("DELETE FROM access_token WHERE expires_at <= ?", (call.at,))
    call.db.execute("INSERT INTO access_token VALUES (?, ?)", (token, milliseconds(call.now + TOKEN_LIFE)))
    return Answer({"token_type": "Bearer", "access_token": token, "expires_in": int(TOKEN_LIFE.total_seconds())})


def _check_assertion(call: Call, form: dict[str, str]) -> None:
    """The form and claims of the JWT; its signature is not checked, as no console registered a public key."""
    if form.get("client_assertion_type") != _ASSERTION:
        raise _oauth_error("invalid_request", "unknown client_assertion_type")
    head, claims, _ = _parts(form["client_assertion"])
    channel, now = call.site.config.channel_id, call.now.timestamp()
    expires = claims.get("exp")
    if (
        head.get("alg") != "RS256"
        or not head.get("kid")
        or claims.get("iss") != channel
        or claims.get("sub") != channel
        or claims.get("aud") != "https://api.line.me/"
        or not isinstance(expires, int)
        or not now < expires <= now + 30 * 60
    ):
        raise _oauth_error("invalid_client", "Invalid client_assertion")


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    try:
        head, claims, signature = token.split(".")
        decoded = json.loads(_decode(head)), json.loads(_decode(claims))
        if not all(isinstance(each, dict) for each in decoded):
            raise ValueError("not objects")
        return *decoded, _decode(signature)
    except ValueError:
        raise _oauth_error("invalid_request", "Malformed JWT") from None


def _verify_access_token(call: Call) -> Answer:
    token, config = call.query.get("access_token", ""), call.site.config
    row = call.db.execute("SELECT expires_at FROM access_token WHERE token = ?", (token,)).fetchone()
    left = 0 if row is None else (row["expires_at"] - call.at) // 1000
    if token == config.channel_access_token:
        left = 365 * 24 * 3600
    if left <= 0:
        raise _oauth_error("invalid_request", "access token expired")
    return Answer({"client_id": config.channel_id, "expires_in": left, "scope": ""})


def _verify_id_token(call: Call) -> Answer:
    form = _form(call)
    _, claims, signature = _parts(form.get("id_token", ""))
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        _key(call.db).public_key().verify(
            utils.encode_dss_signature(r, s),
            form["id_token"].rpartition(".")[0].encode(),
            ec.ECDSA(hashes.SHA256()),
        )
    except InvalidSignature:
        raise _oauth_error("invalid_request", "Invalid IdToken.") from None
    if claims["exp"] <= call.now.timestamp():
        raise _oauth_error("invalid_request", "IdToken expired.")
    if form.get("client_id") != claims["aud"]:
        raise _oauth_error("invalid_request", "Invalid IdToken Audience.")
    if "nonce" in form and form["nonce"] != claims.get("nonce"):
        raise _oauth_error("invalid_request", "Invalid IdToken Nonce.")
    if "user_id" in form and form["user_id"] != claims["sub"]:
        raise _oauth_error("invalid_request", "Invalid IdToken Subject Identifier.")
    return Answer(claims)


def _certificates(call: Call) -> Answer:
    numbers = _key(call.db).public_key().public_numbers()
    point = {"x": _encode(numbers.x.to_bytes(32, "big")), "y": _encode(numbers.y.to_bytes(32, "big"))}
    return Answer({"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": _KEY_ID, **point}]})


ENDPOINTS = (
    Endpoint("POST", "/oauth2/v3/token", _issue_stateless, needs_token=False),
    Endpoint("GET", "/oauth2/v2.1/verify", _verify_access_token, needs_token=False),
    Endpoint("POST", "/oauth2/v2.1/verify", _verify_id_token, needs_token=False),
    Endpoint("GET", "/oauth2/v2.1/certs", _certificates, needs_token=False),
)
