"""Tokens: stateless ones with their quarter of an hour, and ID tokens of people."""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def assertion(now: int, **changes: Any) -> str:
    claims = {"iss": "1000000001", "sub": "1000000001", "aud": "https://api.line.me/", "exp": now + 600}
    return f"{part({'alg': 'RS256', 'kid': 'k'})}.{part({**claims, **changes})}.{part('signature')}"


def by_secret(line: Any, secret: str = "a-test-channel-secret") -> Any:
    form = {"grant_type": "client_credentials", "client_id": "1000000001", "client_secret": secret}
    return line.post("/oauth2/v3/token", data=form)


def test_a_stateless_token_works_for_15_minutes(line: Any) -> None:
    issued = by_secret(line).json()
    assert (issued["token_type"], issued["expires_in"]) == ("Bearer", 900)
    line.headers["Authorization"] = f"Bearer {issued['access_token']}"
    assert line.get("/v2/bot/info").status_code == 200
    checked = line.get("/oauth2/v2.1/verify", params={"access_token": issued["access_token"]}).json()
    assert checked["client_id"] == "1000000001"
    assert 0 < checked["expires_in"] <= 900
    line.api("clock", {"advance": {"minutes": 15}})
    assert line.get("/v2/bot/info").status_code == 401


def test_a_wrong_secret_gets_no_token(line: Any) -> None:
    answer = by_secret(line, "wrong")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


@pytest.mark.parametrize(
    ("changes", "status"), [({}, 200), ({"iss": "2"}, 400), ({"exp": 1}, 400), ({"aud": "elsewhere"}, 400)]
)
def test_a_jwt_assertion_is_accepted_by_its_claims(line: Any, changes: dict[str, Any], status: int) -> None:
    now = int(datetime.fromisoformat(line.look("clock")["now"]).timestamp())
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION,
        "client_assertion": assertion(now, **changes),
    }
    assert line.post("/oauth2/v3/token", data=form).status_code == status


def test_an_id_token_is_verified_as_lines(start: Callable[..., Any]) -> None:
    line = start(login_channel_id="2000000002")
    siti = line.phone("Siti")
    token = line.api(f"users/{siti}/id-token", {"nonce": "n-1"})["id_token"]

    def verify(**form: str) -> Any:
        return line.post("/oauth2/v2.1/verify", data={"id_token": token, "client_id": "2000000002", **form})

    claims = verify().json()
    assert (claims["sub"], claims["aud"], claims["iss"]) == (siti, "2000000002", "https://access.line.me")
    assert verify(nonce="n-1", user_id=siti).status_code == 200
    wrong = {
        "Invalid IdToken Audience.": verify(client_id="1000000001"),
        "Invalid IdToken Nonce.": verify(nonce="n-2"),
        "Invalid IdToken Subject Identifier.": verify(user_id="U" + "0" * 32),
        "Invalid IdToken.": verify(id_token=token[:-6] + "AAAAAA"),
        "Malformed JWT": verify(id_token="nothing"),
    }
    assert {why: answer.json()["error_description"] for why, answer in wrong.items()} == {w: w for w in wrong}
    assert line.get("/oauth2/v2.1/certs").json()["keys"][0]["crv"] == "P-256"
    line.api("clock", {"advance": {"hours": 1}})
    assert verify().json()["error_description"] == "IdToken expired."
