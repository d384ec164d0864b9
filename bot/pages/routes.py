"""The pages about receipts: look one up by its code, see the record with its signature checked, take a copy."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from bot.clock import Clock
from bot.database import DATABASE_DOWN, Database
from bot.log import where
from bot.pages import words
from bot.pages.calendar import add_calendar
from bot.pages.looks import PREFIX, STATIC, page
from bot.pages.receipt_facts import facts_of
from bot.web.site import HEADERS, attachment
from locales import Text, language_of_profile
from models import rate
from models.receipt import (
    LONGEST_TYPED,
    RECEIPTS_PATH,
    Copy,
    NotGenuine,
    copy_of,
    grouped,
    plain_code,
    public_key,
    verify,
    with_code,
)
from models.secrets import SealError, keyring_on

UNKNOWN_CODES_PER_MINUTE = 60
"""For all callers together. Codes have 58 bits: guessing is hopeless anyway, and shall not cost us either."""
RETRY_SECONDS = "30"
KEY_FILE = "receipts-public-key.pem"

log = structlog.get_logger()


def add_pages(api: FastAPI, database: Database, clock: Clock, public_url: str) -> None:
    """The routes under /pages, and calendar files. They set no cookie, and everything works without a script."""
    add_calendar(api, keyring_on(database.engine), clock)
    receipts = ReceiptPages(database, clock, public_url)

    @api.get(f"{PREFIX}/static/{{name}}")
    def static(name: str) -> Response:
        return STATIC.answer(name)

    @api.get(RECEIPTS_PATH)
    def find(request: Request) -> Response:
        return receipts.find(request)

    @api.get(f"{RECEIPTS_PATH}/key")
    def key(request: Request) -> Response:
        return _answer(request, lambda: receipts.key(request))

    @api.get(f"{RECEIPTS_PATH}/key.pem")
    def key_file(request: Request) -> Response:
        return _answer(request, lambda: receipts.key_file(request))

    @api.get(f"{RECEIPTS_PATH}/{{code}}.json")
    def copy(request: Request, code: str) -> Response:
        return _answer(request, lambda: receipts.copy(request, code))

    @api.get(f"{RECEIPTS_PATH}/{{code}}")
    def receipt(request: Request, code: str) -> Response:
        return _answer(request, lambda: receipts.receipt(request, code))


def _answer(request: Request, work: Callable[[], Response]) -> Response:
    try:
        return work()
    except DATABASE_DOWN as failure:
        log.error("pages_database_down", error=where(failure))
        answer = page("notice.html", request, 503, title=words.NOT_NOW, sentences=[words.TRY_LATER])
        answer.headers["Retry-After"] = RETRY_SECONDS
        return answer


@dataclass(frozen=True)
class Genuine:
    """A receipt that was just checked."""

    copy: Copy
    record: Mapping[str, str]


class ReceiptPages:
    """What the pages show. A code that exists is always answered; wrong ones are counted."""

    def __init__(self, database: Database, clock: Clock, public_url: str) -> None:
        self._database = database
        self._clock = clock
        self._where = words.check_here(public_url + RECEIPTS_PATH)
        # Until then nothing is granted: the database need not be asked again, which would have to write.
        self._closed_until = 0.0

    def find(self, request: Request) -> Response:
        """The form, and what was typed into it sent on to where the receipt is."""
        typed = request.query_params.get("code", "").strip()
        code = plain_code(typed)
        if code is None:
            title = words.NUMBER_LOOKS_LIKE if typed else words.FIND
            return self._form(request, 422 if typed else 200, title, words.FIND_LEAD, typed=typed)
        asked = language_of_profile(request.query_params.get("lang"))
        query = f"?lang={asked.value}" if asked else ""
        return RedirectResponse(f"{RECEIPTS_PATH}/{code}{query}", 303, dict(HEADERS))

    def receipt(self, request: Request, code: str) -> Response:
        """The record in words, its signature checked at this moment."""
        found = self._genuine(request, code)
        if isinstance(found, Response):
            return found
        facts, checked = facts_of(found.record), words.checked(self._clock.now())
        return page("receipt.html", request, facts=facts, copy=found.copy, checked=checked, where=self._where)

    def copy(self, request: Request, code: str) -> Response:
        """The signed copy as a file."""
        found = self._genuine(request, code)
        if isinstance(found, Response):
            return found
        name = f"receipt-{grouped(found.record['code'])}.json"
        return attachment(found.copy.to_json(), "application/json", name)

    def key(self, request: Request) -> Response:
        """The key to check copies with, as people compare it and as programs read it."""
        key = self._public_key()
        if key is None:
            return page("notice.html", request, 404, title=words.NO_KEY, sentences=[])
        hexadecimal = key.public_bytes_raw().hex()
        return page("key.html", request, hexadecimal=hexadecimal, pem=_pem(key))

    def key_file(self, request: Request) -> Response:
        """The key as a file for OpenSSL."""
        key = self._public_key()
        return self.key(request) if key is None else attachment(_pem(key).encode(), "application/x-pem-file", KEY_FILE)

    def _public_key(self) -> Ed25519PublicKey | None:
        with self._database.reading() as session:
            return public_key(session)

    def _genuine(self, request: Request, code: str) -> Genuine | Response:
        plain = plain_code(code)
        try:
            with self._database.reading() as session:
                found = with_code(session, plain) if plain else None
                key = public_key(session)
                copy = copy_of(found) if found else None
            if copy is None or key is None:
                return self._unknown(request, plain)
            record = verify(copy.to_json(), key)
            if record["code"] != plain:
                raise NotGenuine("it stands under another number")
        except (NotGenuine, SealError):
            log.error("receipt_does_not_fit")
            sentences = [words.DO_NOT_RELY, words.YOUR_COPY]
            return page("notice.html", request, 409, title=words.CHANGED, sentences=sentences)
        return Genuine(copy, record)

    def _unknown(self, request: Request, code: str | None) -> Response:
        # What cannot be a code was a slip, and costs us nothing.
        seconds = self._seconds_to_wait() if code else 0
        if not seconds:
            return self._form(request, 404, words.NOT_FOUND, words.COMPARE)
        answer = page("notice.html", request, 429, title=words.TOO_MANY, sentences=[words.WAIT])
        answer.headers["Retry-After"] = str(seconds)
        return answer

    def _seconds_to_wait(self) -> int:
        """Count one wrong code: 0, or the seconds in which no more of them is answered."""
        left = self._closed_until - time.monotonic()
        if left > 0:
            return math.ceil(left)
        with self._database.writing() as session:
            allowance = rate.spend(session, "pages/unknown_codes", UNKNOWN_CODES_PER_MINUTE)
        if allowance.granted:
            return 0
        self._closed_until = time.monotonic() + allowance.reset_seconds
        return allowance.reset_seconds

    def _form(self, request: Request, status: int, title: Text, lead: Text, *, typed: str = "") -> Response:
        shown = typed[:LONGEST_TYPED]
        return page("find.html", request, status, title=title, lead=lead, typed=shown)


def _pem(key: Ed25519PublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
