"""What a foreign site, an oversized body, an unreadable form or a disguised address can do to the console: nothing."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.datastructures import FormData
from starlette.types import Message

from bot.console import looks
from bot.console.gate import MOST_BYTES, Console, next_of
from bot.console.visit import Desk, Visit
from models.operator import Role, form_token
from models.secrets import Keyring
from tests.furnished import AWAY, furnished_office, pages
from tests.office import ADDRESS, Browser, Office, words_of

MARK = "zq7"


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, keyring: Keyring) -> Iterator[Office]:
    with furnished_office(sqlite_template, tmp_path_factory.mktemp("security"), keyring, "Made up") as office:
        yield office


def test_every_answer_carries_the_headers_that_let_nothing_else_in(office: Office) -> None:
    clerk, stranger = office.clerk(Role.VIEWER), office.visitor()
    refusals = [
        ("303", stranger.get("/me")),
        ("403", clerk.get("/people")),
        ("403", clerk.post("/me/language", {"form": ""})),
        ("404", office.clerk(*Role).get("/people/999999999")),
        ("413", clerk.post("/me/language", {"x": "x" * MOST_BYTES})),
    ]
    assert [name for name, answer in refusals] == [str(answer.status_code) for _name, answer in refusals]
    for name, answer in [*pages(office), *refusals]:
        policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
        assert policy.pop("default-src") == "'none'", name
        assert {policy[part] for part in ("script-src", "style-src", "connect-src", "form-action")} == {"'self'"}, name
        assert {policy[part] for part in ("frame-ancestors", "base-uri")} == {"'none'"}, name
        assert "unsafe" not in answer.headers["content-security-policy"], name
        assert answer.headers["x-content-type-options"] == "nosniff", name
        assert answer.headers["x-frame-options"] == "DENY", name
        assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer"), name
        assert answer.headers["cache-control"] == "no-store", name
        assert "noindex" in answer.headers["x-robots-tag"], name


def test_the_cookie_stays_with_this_host_https_and_http(office: Office) -> None:
    answer = office.console.let_in(Response(), "made-up-token")
    name, *flags = answer.headers["set-cookie"].lower().split("; ")
    assert name == "__host-console=made-up-token"
    assert {"secure", "httponly", "samesite=lax", "path=/"} == set(flags), "kept until the browser closes, no domain"
    plain = Console(FastAPI(), office.database, office.clock, "http://127.0.0.1:8000")
    assert plain.let_in(Response(), "t").headers["set-cookie"].lower() == "console=t; httponly; path=/; samesite=lax"


FOREIGN: tuple[dict[str, str], ...] = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
    {"origin": "https://console.example.org.evil.example"},
    {"origin": "null"},
)


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda headers: next(iter(headers.values())))
@pytest.mark.parametrize("path", ["/me/language", "/sign-in"])
def test_what_another_sites_page_sends_is_refused(office: Office, path: str, headers: dict[str, str]) -> None:
    clerk = office.clerk(Role.VIEWER, language="en")
    answer = clerk.post(path, {"language": "zh-Hant"}, **headers)
    assert answer.status_code == 403
    assert 'lang="en"' in clerk.get("/me").text, "nothing was changed"


def test_what_our_own_page_sends_is_taken(office: Office) -> None:
    clerk = office.clerk(Role.VIEWER, language="en")
    ours = {"sec-fetch-site": "same-origin", "origin": ADDRESS}
    assert clerk.post("/me/language", {"language": "zh-Hant"}, **ours).status_code == 303
    page = clerk.get("/me")
    assert 'lang="zh-Hant"' in page.text
    # Under `no-referrer` browsers send `Origin: null` with our own forms too.
    assert page.headers["referrer-policy"] == "same-origin"


def test_a_refusal_is_in_the_operators_language(office: Office) -> None:
    assert "You may not do this" in words_of(office.clerk(Role.VIEWER, language="en").get("/people"))
    assert "您沒有這項權限" in words_of(office.clerk(Role.VIEWER, language="zh-Hant").get("/people"))


def pour(office: Office, path: str, cookie: str, *, declared: int | None = None) -> tuple[int, int]:
    """Send a body that has no end, piece by piece: the status of the answer, and how many bytes were taken."""
    taken, statuses = 0, []
    headers = [(b"host", b"console.example.org"), (b"cookie", cookie.encode())]
    headers += [(b"content-type", b"application/x-www-form-urlencoded")]
    headers += [] if declared is None else [(b"content-length", str(declared).encode())]

    async def receive() -> Message:
        nonlocal taken
        taken += 65_536
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": f"/console{path}",
        "raw_path": f"/console{path}".encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "server": ("console.example.org", 443),
        "client": ("192.0.2.1", 1),
    }
    asyncio.run(office.api(scope, receive, send))
    return statuses[0], taken


@pytest.mark.parametrize("declared", [None, 10, MOST_BYTES + 1, 10**15])
def test_an_oversized_body_is_refused_before_it_has_come(office: Office, declared: int | None) -> None:
    clerk = office.clerk(*Role)
    cookie = f"{office.console.cookie}={clerk.token}"
    status, taken = pour(office, "/me/language", cookie, declared=declared)
    assert status == 413
    assert taken <= (MOST_BYTES + 65_536 if declared in (None, 10) else 0)


def test_nothing_is_read_of_what_somebody_sends_who_may_not(office: Office) -> None:
    viewer = office.clerk(Role.VIEWER)
    uploads = [route.path.removeprefix("/console") for route in office.console.routes if route.most_bytes > MOST_BYTES]
    for path in [*uploads, "/people/new"]:
        assert pour(office, path, "") == (303, 0)
        assert pour(office, path, f"{office.console.cookie}={viewer.token}") == (403, 0)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n" + MARK.encode()),
        ("application/x-www-form-urlencoded", b"&".join(b"%s%d=1" % (MARK.encode(), n) for n in range(500))),
        ("application/x-www-form-urlencoded", b"language=%ED%A0%80%00%FF" + MARK.encode()),
        ("application/json", b'{"x":"zq7"}'),
        ("text/plain", b"\xff\xfezq7"),
    ],
)
def test_a_form_that_cannot_be_read_is_refused_without_echo(office: Office, content_type: str, body: bytes) -> None:
    clerk = office.clerk(*Role)
    answer = clerk.ask("POST", "/me/language", content=body, headers={"content-type": content_type})
    assert answer.status_code in (400, 403)
    assert answer.headers["content-security-policy"]
    assert MARK not in answer.text


@pytest.mark.parametrize("address", ["/announcements?state=%00", "/people/1%00", "/people?done=a%00b"])
def test_there_is_no_page_at_an_address_with_a_nul(office: Office, address: str) -> None:
    answer = office.clerk(*Role).get(address)
    assert (answer.status_code, "There is no such page" in words_of(answer)) == (404, True)


def test_what_no_keyboard_types_is_left_out_and_lines_end_as_everywhere() -> None:
    form = FormData([("why", " a\x00b\x1b[31m\r\nc\td "), ("roles", "view\x00er")])
    visit = Visit(Request({"type": "http"}), None, None, None, form)  # type: ignore[arg-type]
    assert (visit.text("why"), visit.chosen("roles")) == ("ab[31m\nc\td", ["viewer"])


def test_no_refusal_repeats_what_was_sent(office: Office) -> None:
    repeated = []
    for route in office.console.routes:
        if route.path.startswith(AWAY):
            continue
        browser: Browser = office.clerk(*Role) if route.roles else office.visitor()
        address = re.sub(r"\{\w+\}", "CANARY", route.path)
        sent = {"strange": "CANARY"}
        answer = browser.get(f"{address}?x=CANARY") if route.method == "GET" else browser.post(address, sent)
        if answer.status_code >= 400 and "CANARY" in answer.text:
            repeated.append((route.method, route.path, answer.status_code))
    assert repeated == []


def test_a_fault_of_ours_says_nothing_of_what_was_sent(office: Office) -> None:
    faulty = Office(office.database, office.clock)

    @faulty.console.act("/faulty", Role.VIEWER)
    def fails(desk: Desk) -> Response:
        raise RuntimeError(desk.text("name"))

    routes = faulty.api.router.routes
    routes.insert(0, routes.pop())  # the last one takes all that is left
    clerk = faulty.clerk(Role.VIEWER)

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=faulty.api, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, cookies=clerk.cookies) as client:
            return await client.post("/console/faulty", data={"name": "CANARY", "form": form_token(clerk.token)})

    answer = asyncio.run(asked())
    assert answer.status_code == 500
    assert "CANARY" not in answer.text


@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(["/", "..", ".", "console", "\\", "%2e%2e", "//", "a", "@", "\t"])).map("".join),
    )
)
@example("/console/../evil")
@example("/console/%2e%2e/evil")
@example("/console//evil.example")
@example("//evil.example")
@example("https://evil.example/console/")
@example("/console/\\evil.example")
@example("/console/a?next=//evil.example")
@example("/console/announcements/3/edit")
@example("/console")
def test_whatever_is_asked_for_after_signing_in_lies_in_the_console(wanted: str) -> None:
    request = Request({"type": "http", "method": "GET", "headers": [], "query_string": b"", "path": "/"})
    visit = Visit(request, None, None, None, {"next": wanted})  # type: ignore[arg-type]
    place = urlsplit(urljoin(f"{ADDRESS}/console/sign-in", visit.go(next_of(visit)).headers["location"]))
    assert f"{place.scheme}://{place.netloc}" == ADDRESS
    assert place.path.startswith("/console/")
    assert ".." not in unquote(place.path).split("/")


def test_whoever_signs_in_goes_on_to_where_they_wanted() -> None:
    request = Request({"type": "http", "method": "GET", "headers": [], "query_string": b"", "path": "/"})
    for inside in ("/", "/announcements", "/announcements/3/edit", "/people/changes/17"):
        visit = Visit(request, None, None, None, {"next": f"/console{inside}"})  # type: ignore[arg-type]
        assert next_of(visit) == inside


@pytest.mark.parametrize("name", ["..", "../gate.py", "../../settings.py", "/etc/passwd", "gate.py", "base.html", ""])
def test_only_files_of_ours_are_served_and_only_by_their_names(office: Office, name: str) -> None:
    disguised = quote(name, safe="").replace(".", "%2e") or "%20"
    assert looks.STATIC.answer(name).status_code == 404
    assert office.visitor().ask("GET", f"/console/static/{disguised}").status_code == 404


def test_a_file_of_ours_is_served_as_what_it_is(office: Office) -> None:
    served = office.visitor().get("/console/static/console.css")
    assert (served.status_code, served.headers["x-content-type-options"]) == (200, "nosniff")
