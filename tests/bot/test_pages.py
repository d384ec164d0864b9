"""The pages about receipts: what they show to whoever has a code, what they never show, and what they send along."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from fastapi import FastAPI
from sqlalchemy import select, text, update

from bot.clock import Clock
from bot.database import Database
from bot.pages import routes, words
from bot.pages.receipt_facts import facts_of
from bot.pages.routes import add_pages
from bot.web.site import HEADERS
from locales import LANGUAGES, Language, say, verbatim
from models import receipt
from models.rate import Rate
from models.receipt import Receipt, ReceiptChain, grouped, verify
from models.secrets import Keyring
from tests.logs import written_logs

NOON = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
FACTS = {
    "kind": "reported_missing",
    "reported_on": "2026-03-10",
    "letter_no": "勞動發事字第1號",
    "permit": "••••0001",
    "linked": "claimed",
}
DETAILS = {"where": "hospital", "since": "2026-03-02", "proof": "place 24.15,120.67", "call": "+886912345678"}


@dataclass
class Site:
    """The pages, as a browser asks for them."""

    database: Database
    api: FastAPI

    def issue(self, facts: Mapping[str, str] = FACTS, statement: str = "not_missing") -> Receipt:
        with self.database.writing() as session:
            return receipt.issue(session, statement, facts, DETAILS, NOON, case_id=None)

    def get(self, path: str, **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.api)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(ask())

    def read(self, path: str, **headers: str) -> str:
        """The words of a page, as a reader finds them."""
        return words_of(self.get(path, **headers))


def words_of(answer: httpx.Response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
def site(database: Database) -> Site:
    clock = Clock()
    clock.move(NOON + timedelta(days=2))
    api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_pages(api, database, clock, "https://bot.example.org")
    return Site(database, api)


# --- the record


def test_a_receipt_says_what_was_recorded_and_that_it_is_genuine(site: Site) -> None:
    one = site.issue()
    answer = site.get(f"/pages/receipts/{one.code}?lang=en")
    assert answer.status_code == 200
    shown = words_of(answer)
    for expected in (
        grouped(one.code),
        "Genuine",
        "I am not missing. The report about me is wrong.",
        "March 11, 2026 12:00 PM (Taipei time)",
        "The employer reported three days of absence and lost contact.",
        "March 10, 2026",
        "勞動發事字第1號",
        "••••0001",
        "No office has checked the person yet.",
        "It is not a decision, and it does not end the report.",
        "The signature was checked at March 13, 2026 12:00 PM (Taipei time).",
        "https://bot.example.org/pages/receipts",
        one.signature.hex(),
        one.previous.hex(),
    ):
        assert expected in shown, expected


def test_nothing_that_she_told_in_confidence_is_on_any_page(site: Site) -> None:
    one = site.issue()
    for path in (one.code, f"{one.code}.json", f"{one.code}?lang=vi"):
        shown = site.get(f"/pages/receipts/{path}").text
        for secret in DETAILS.values():
            assert secret not in shown


@pytest.mark.parametrize("language", Language)
def test_every_page_is_in_the_readers_language_and_in_chinese(site: Site, language: Language) -> None:
    one = site.issue()
    for path, sentence in (
        ("", words.FIND_LEAD),
        ("?code=abc", words.NUMBER_LOOKS_LIKE),
        ("/key", words.KEY_LEAD),
        (f"/{one.code}", words.GENUINE),
        ("/222222222222", words.NOT_FOUND),
    ):
        answer = site.get(f"/pages/receipts{path}{'&' if '?' in path else '?'}lang={language.value}")
        assert f'<html lang="{language.value}">' in answer.text
        for reader in (language, Language.ZH_HANT):
            assert say(sentence, reader) in words_of(answer), (path, reader)
        # Nothing is said twice to whoever reads Chinese.
        assert ('class="said too"' in answer.text) == (language is not Language.ZH_HANT)


@pytest.mark.parametrize(
    ("query", "accepted", "expected"),
    [
        ("?lang=vi", "th", Language.VI),
        ("?lang=VI", "", Language.VI),
        ("?lang=zh-TW", "th", Language.ZH_HANT),
        ("?lang=tl", "", Language.FIL),
        ("?lang=xx", "th-TH,en;q=0.5", Language.TH),
        ("?lang=", "", Language.ZH_HANT),
        ("", "en;q=0.3, id;q=0.9, *;q=0.1", Language.ID),
        ("", "de-DE, de;q=0.9, en;q=0.8", Language.EN),
        ("", "in", Language.ID),
        ("", "en;q=0, th;q=0.1", Language.TH),
        ("", "en;q=nan, th;q=infinity, vi;q=-1, fil;q=x", Language.ZH_HANT),
        ("", ",;,;;q=,=" * 500, Language.ZH_HANT),
        ("", "", Language.ZH_HANT),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_browsers_else_chinese(
    site: Site, query: str, accepted: str, expected: Language
) -> None:
    answer = site.get(f"/pages/receipts{query}", **{"Accept-Language": accepted})
    assert f'<html lang="{expected.value}">' in answer.text


def test_the_switch_leads_to_the_same_page_in_every_language(site: Site) -> None:
    one = site.issue()
    shown = site.get(f"/pages/receipts/{one.code}?lang=th").text
    for language, name in LANGUAGES.items():
        assert f'<a href="/pages/receipts/{one.code}?lang={language.value}" lang="{language.value}"' in shown
        assert name in shown
    assert shown.count('aria-current="true"') == 1


def test_a_fact_that_we_do_not_know_yet_is_shown_as_it_was_signed(site: Site) -> None:
    odd = {
        "kind": "another_kind",
        "reported_on": "last week",
        "linked": "by_seal",
        "office": '<script>alert("1")</script>',
        "zone": "{at} & {verbatim}",
    }
    one = site.issue(odd, statement="something_new")
    answer = site.get(f"/pages/receipts/{one.code}?lang=en")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    for expected in (*odd, "something_new"):
        if expected not in ("kind", "reported_on", "linked"):
            assert expected in words_of(answer)
    for said in odd.values():
        assert re.sub(r"<[^>]+>", "", said) in re.sub(r"<[^>]+>", "", words_of(answer))


def test_a_record_with_hardly_anything_in_it_can_be_read() -> None:
    assert facts_of({}).rows == ()
    assert facts_of({"at": "yesterday"}).at == verbatim("yesterday")


# --- the form and the code


def test_a_typed_code_leads_to_its_receipt_in_the_same_language(site: Site) -> None:
    one = site.issue()
    answer = site.get(f"/pages/receipts?code=+{grouped(one.code).lower()}+&lang=vi")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/pages/receipts/{one.code}?lang=vi")
    assert site.get(f"/pages/receipts?code={one.code}").headers["location"] == f"/pages/receipts/{one.code}"
    injected = site.get(f"/pages/receipts?code={one.code}&lang=vi%0d%0aX-Evil:1")
    assert injected.headers["location"] in (f"/pages/receipts/{one.code}", f"/pages/receipts/{one.code}?lang=vi")
    assert "x-evil" not in injected.headers


def test_what_is_no_code_is_asked_for_again_and_stays_in_the_field(site: Site) -> None:
    answer = site.get('/pages/receipts?code=abc"><script>&lang=en')
    assert answer.status_code == 422
    assert "A receipt number has 12 letters and digits" in words_of(answer)
    assert 'value="abc&#34;&gt;&lt;script&gt;"' in answer.text
    assert len(site.get("/pages/receipts?code=" + "x" * 5_000).text) < 10_000


def test_a_code_may_be_written_in_groups_also_in_the_address(site: Site) -> None:
    one = site.issue()
    assert site.get(f"/pages/receipts/{grouped(one.code).lower()}").status_code == 200


@pytest.mark.parametrize(
    "code", ["222222222222", "x", "0OIL1UVOIL1U", "%00", "%ff%fe", "..%2f..", "A" * 3_000, "key.json", ".json"]
)
def test_an_unknown_code_is_not_found(site: Site, code: str) -> None:
    site.issue()
    answer = site.get(f"/pages/receipts/{code}?lang=en")
    assert answer.status_code == 404
    if "there is no receipt" not in words_of(answer).lower():
        assert code == "..%2f.."  # no route of ours
    assert site.get(f"/pages/receipts/{code}.json").status_code == 404


def test_wrong_codes_are_answered_only_so_often_and_right_ones_always(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "UNKNOWN_CODES_PER_MINUTE", 3)
    one = site.issue()
    statuses = [site.get(f"/pages/receipts/{code * 12}").status_code for code in "234567"]
    assert statuses == [404, 404, 404, 429, 429, 429]
    refused = site.get("/pages/receipts/888888888888?lang=en")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "wait a minute" in words_of(refused)
    assert site.get(f"/pages/receipts/{one.code}").status_code == 200
    # A slip that cannot be a code costs nothing.
    assert site.get("/pages/receipts/abc").status_code == 404


def test_while_nothing_is_granted_the_database_is_not_written_to(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "UNKNOWN_CODES_PER_MINUTE", 1)
    for code in "234":
        site.get(f"/pages/receipts/{code * 12}")
    with site.database.writing() as session:
        session.execute(update(Rate).values(arrival=0))  # as if a minute had passed there
    assert site.get("/pages/receipts/555555555555").status_code == 429
    with site.database.reading() as session:
        assert session.scalars(select(Rate.arrival)).one() == 0


# --- copies and keys


def test_the_copy_to_keep_can_be_checked_with_the_key_to_keep(site: Site) -> None:
    one = site.issue()
    copy = site.get(f"/pages/receipts/{one.code}.json")
    assert copy.headers["content-type"] == "application/json"
    assert copy.headers["content-disposition"] == f'attachment; filename="receipt-{grouped(one.code)}.json"'
    file = site.get("/pages/receipts/key.pem")
    assert "attachment" in file.headers["content-disposition"]
    key = load_pem_public_key(file.content)
    assert isinstance(key, Ed25519PublicKey)
    assert verify(copy.content, key) == {**json.loads(copy.content)["record"]}
    shown = site.get("/pages/receipts/key").text
    assert key.public_bytes_raw().hex() in shown
    assert file.text.splitlines()[1] in shown


def test_before_the_first_receipt_there_is_no_key_and_the_page_says_so(site: Site) -> None:
    for path in ("key", "key.pem"):
        answer = site.get(f"/pages/receipts/{path}?lang=en")
        assert answer.status_code == 404
        assert "There is no key yet" in words_of(answer)
    assert site.get("/pages/receipts/222222222222").status_code == 404


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE receipt SET signature = previous",
        "UPDATE receipt SET previous = digest",
        "UPDATE receipt SET record = details",
        "UPDATE receipt_chain SET public_key = (SELECT digest FROM receipt)",
    ],
)
def test_a_receipt_that_was_changed_in_the_database_is_not_shown_but_warned_of(site: Site, tampering: str) -> None:
    one = site.issue()
    with site.database.writing() as session:
        session.execute(text(tampering))
    for path in (one.code, f"{one.code}.json"):
        with written_logs() as logs:
            answer = site.get(f"/pages/receipts/{path}?lang=en")
        assert answer.status_code == 409
        assert "Do not rely on it" in words_of(answer)
        assert "••••0001" not in answer.text
        assert "receipt_does_not_fit" in logs.getvalue()


def test_a_receipt_under_another_receipts_code_is_not_shown(site: Site) -> None:
    first, second = site.issue(), site.issue()
    with site.database.writing() as session:
        session.execute(update(Receipt).where(Receipt.code == first.code).values(code="222222222222"))
        session.execute(update(Receipt).where(Receipt.code == second.code).values(code=first.code))
    assert site.get(f"/pages/receipts/{first.code}").status_code == 409


def test_without_a_database_the_page_asks_to_come_back(keyring: Keyring) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing", keyring)
    site = Site(nowhere, FastAPI())
    add_pages(site.api, nowhere, Clock(), "https://bot.example.org")
    with written_logs() as logs:
        answer = site.get("/pages/receipts/222222222222?lang=en")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "Please try again" in words_of(answer)
    assert "pages_database_down" in logs.getvalue()
    assert "222222222222" not in logs.getvalue()
    assert site.get("/pages/receipts").status_code == 200
    nowhere.close()


# --- what is sent along


def test_every_answer_keeps_the_code_to_itself(site: Site) -> None:
    one = site.issue()
    paths = (
        "",
        "?code=x",
        "?code=222222222222",
        "/key",
        "/key.pem",
        f"/{one.code}",
        f"/{one.code}.json",
        "/222222222222",
    )
    for path in paths:
        headers = site.get(f"/pages/receipts{path}").headers
        assert {name: headers[name] for name in HEADERS} == HEADERS
        assert "set-cookie" not in headers


def test_the_policy_allows_no_inline_script_or_style_and_the_pages_have_none(site: Site) -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    one = site.issue()
    for path in ("", f"/{one.code}", "/key"):
        shown = site.get(f"/pages/receipts{path}").text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=)", shown)
        # Nothing is fetched from anywhere else.
        assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*', shown) == []


def test_style_sheets_and_scripts_may_be_kept_and_nothing_else_is_served(site: Site) -> None:
    shown = site.get("/pages/receipts").text
    found = re.findall(r'"(/pages/static/[^"]+)"', shown)
    assert len(found) == 2
    for address in found:
        answer = site.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].split(";")[0] in ("text/css", "text/javascript")
    for name in ("routes.py", "..%2froutes.py", "%2e%2e/looks.py", ""):
        assert site.get(f"/pages/static/{name}").status_code == 404


def test_the_chain_row_alone_shows_the_key_without_opening_the_one_that_signs(site: Site) -> None:
    site.issue()
    with site.database.writing() as session:
        session.execute(text("UPDATE receipt_chain SET private_key = head"))
        assert session.scalar(select(ReceiptChain.length)) == 1
    assert site.get("/pages/receipts/key").status_code == 200
