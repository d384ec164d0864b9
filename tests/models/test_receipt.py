"""Receipts: what is signed can be checked by anybody, what was changed is found, and the chain never forks."""

import hashlib
import json
import multiprocessing
import threading
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.database import Database
from models import receipt, rotation
from models.case import KEPT_CLOSED, Case, CaseKind, Result, close, open_case
from models.receipt import (
    ALPHABET,
    CODE_LENGTH,
    FIRST,
    LONGEST_COPY,
    NotGenuine,
    Receipt,
    ReceiptChain,
    copy_of,
    details_hold,
    forget_details,
    forget_old,
    grouped,
    issue,
    plain_code,
    public_key,
    verify,
    with_code,
)
from models.receipt_chain import broken_links, end, stands_between
from models.secrets import Key, Keyring, SealError

NOW = datetime(2026, 3, 11, 4, 0, 0, 123456, tzinfo=UTC)
OTHER_KEYS = Keyring([Key(9, bytes(range(50, 82)))])
FACTS = {"kind": "reported_missing", "reported_on": "2026-03-10", "letter_no": "勞動發事字第1號", "permit": "••••0001"}
DETAILS = {"where": "hospital", "since": "2026-03-02", "call": "+886912345678"}


def issued(database: Database, count: int = 1, case_id: int | None = None) -> list[Receipt]:
    with database.writing() as session:
        return [
            issue(session, "not_missing", FACTS, DETAILS, NOW + timedelta(minutes=number), case_id=case_id)
            for number in range(count)
        ]


def key_of(database: Database) -> Ed25519PublicKey:
    with database.reading() as session:
        key = public_key(session)
    assert key is not None
    return key


def broken(database: Database) -> list[str]:
    with database.reading() as session:
        return broken_links(session)


def handed_out(found: Receipt) -> dict[str, Any]:
    return json.loads(copy_of(found).to_json())  # type: ignore[no-any-return]


# --- one receipt


def test_a_copy_is_genuine_for_whoever_has_the_public_key_and_nothing_else(database: Database) -> None:
    [one] = issued(database)
    says = verify(copy_of(one).to_json(), key_of(database))
    assert says == {
        **FACTS,
        "version": "1",
        "code": one.code,
        "at": "2026-03-11T04:00:00+00:00",
        "statement": "not_missing",
        "details_sha256": says["details_sha256"],
    }


def test_a_copy_can_be_checked_by_the_steps_of_the_manual_without_any_code_of_ours(database: Database) -> None:
    [one] = issued(database)
    parts = handed_out(one)
    record = json.dumps(parts["record"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    digest = hashlib.sha256(bytes.fromhex(parts["previous"]) + record).digest()
    key_of(database).verify(bytes.fromhex(parts["signature"]), digest)


def test_what_she_told_in_detail_is_in_no_copy_and_cannot_be_guessed_from_its_digest(database: Database) -> None:
    first, second = issued(database, 2)
    for said in DETAILS.values():
        assert said.encode() not in copy_of(first).to_json()
    assert first.says["details_sha256"] != second.says["details_sha256"]  # salted
    plain = orjson.dumps(DETAILS, option=orjson.OPT_SORT_KEYS)
    assert first.says["details_sha256"] != hashlib.sha256(plain).hexdigest()
    assert details_hold(first)


def test_details_that_were_changed_or_erased_no_longer_hold(database: Database) -> None:
    [one] = issued(database)
    assert one.details is not None
    one.details = {**one.details, "where": "at home"}
    assert not details_hold(one)
    one.details = None
    assert not details_hold(one)


def test_the_records_own_names_cannot_be_taken_by_a_fact(database: Database) -> None:
    with database.writing() as session:
        one = issue(
            session, "not_missing", {"code": "X", "at": "X", "statement": "X", "version": "X"}, {}, NOW, case_id=None
        )
    assert (one.says["code"], one.says["statement"], one.says["version"]) == (one.code, "not_missing", "1")
    assert broken(database) == []


def test_a_record_too_long_to_be_handed_out_is_not_issued(database: Database) -> None:
    with pytest.raises(ValueError, match="too long"), database.writing() as session:
        issue(session, "not_missing", {"letter_no": "x" * LONGEST_COPY}, {}, NOW, case_id=None)
    assert broken(database) == []
    with database.writing() as session:
        long = issue(session, "not_missing", {"letter_no": '"' * (LONGEST_COPY // 6)}, {}, NOW, case_id=None)
    assert verify(copy_of(long).to_json(), key_of(database))["letter_no"] == '"' * (LONGEST_COPY // 6)


def test_a_moment_without_a_time_zone_is_not_recorded(database: Database) -> None:
    with pytest.raises(Exception, match="time zone"), database.writing() as session:
        issue(session, "not_missing", FACTS, {}, NOW.replace(tzinfo=None), case_id=None)


def test_a_receipt_outlives_its_case(database: Database) -> None:
    with database.writing() as session:
        opened, _new = open_case(session, CaseKind.DISPUTE, "event 1", NOW)
    [one] = issued(database, case_id=opened.id)
    with database.writing() as session:
        session.delete(session.get_one(Case, opened.id))
    with database.reading() as session:
        kept = session.scalars(select(Receipt)).one()
        assert (kept.case_id, kept.code) == (None, one.code)
    assert broken(database) == []


def test_details_are_forgotten_long_after_the_case_was_closed_and_the_receipt_stays_genuine(database: Database) -> None:
    with database.writing() as session:
        cases = [open_case(session, CaseKind.DISPUTE, f"event {number}", NOW)[0] for number in range(3)]
        close(cases[0], Result.STANDS, NOW)
        close(cases[1], Result.STANDS, NOW + timedelta(days=5))
    old, newer, still_open = (issued(database, case_id=case.id)[0] for case in cases)
    [without] = issued(database)
    for after, expected in ((KEPT_CLOSED - timedelta(seconds=1), 0), (KEPT_CLOSED + timedelta(seconds=1), 2)):
        with database.writing() as session:
            assert forget_old(session, NOW + after, 10) == expected
    with database.reading() as session:
        kept = {one.code for one in session.scalars(select(Receipt)) if one.details is not None}
        assert kept == {newer.code, still_open.code}
        again = with_code(session, old.code)
        assert again is not None
        assert verify(copy_of(again).to_json(), key_of(database))["code"] == old.code
    assert broken(database) == []
    assert without.code not in kept


def test_details_that_she_takes_back_are_forgotten_at_once_and_only_hers(database: Database) -> None:
    with database.writing() as session:
        cases = [open_case(session, CaseKind.DISPUTE, f"event {number}", NOW)[0] for number in range(2)]
    hers, others = (issued(database, case_id=case.id)[0] for case in cases)
    with database.writing() as session:
        forget_details(session, [cases[0].id])
    with database.reading() as session:
        kept = [one.code for one in session.scalars(select(Receipt)) if one.details is not None]
    assert kept == [others.code]
    assert hers.code not in kept
    assert broken(database) == []


# --- codes


def test_a_code_is_found_however_it_was_typed(database: Database) -> None:
    [one] = issued(database)
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in one.code)
    with database.reading() as session:
        for typed in (one.code, one.code.lower(), grouped(one.code), f"  {one.code[:5]} {one.code[5:]}\n", full_width):
            found = with_code(session, typed)
            assert found is not None, typed
            assert found.code == one.code
        assert with_code(session, one.code[:-1]) is None
        assert with_code(session, "2" * CODE_LENGTH) is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "A" * 11,
        "A" * 13,
        "0OIL1UVOIL1U",
        "A" * 200,
        "ABCD-EFGH-JKM'",
        "\x00" * 12,
        "ﷺ" * 50,
        "Ａ" * 101,
        "ÄBCDEFGHJKMN",
    ],
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert plain_code(typed) is None


@given(st.text(max_size=200))
def test_a_code_is_twelve_of_our_letters_or_none(typed: str) -> None:
    code = plain_code(typed)
    assert code is None or (len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) and plain_code(code) == code)


def test_codes_have_no_letters_that_sound_or_look_like_others() -> None:
    assert not set(ALPHABET) & set("01OILUV")
    assert len(set(ALPHABET)) == len(ALPHABET) == 29
    assert grouped("ABCDEFGHJKMN") == "ABCD-EFGH-JKMN"


# --- copies that are not genuine


@pytest.mark.parametrize(
    "name", ["code", "at", "statement", "kind", "reported_on", "letter_no", "permit", "details_sha256", "version"]
)
def test_no_word_of_a_copy_can_be_changed_dropped_or_renamed(database: Database, name: str) -> None:
    [one] = issued(database)
    key = key_of(database)
    for change in ("changed", "dropped", "renamed"):
        parts = handed_out(one)
        said = parts["record"].pop(name)
        if change == "changed":
            parts["record"][name] = said[:-1] + ("0" if said[-1] != "0" else "1")
        elif change == "renamed":
            parts["record"][name + " "] = said
        with pytest.raises(NotGenuine, match="signature does not fit"):
            verify(json.dumps(parts).encode(), key)


def test_nothing_can_be_added_to_a_copy(database: Database) -> None:
    [one] = issued(database)
    parts = handed_out(one)
    parts["record"]["granted"] = "yes"
    with pytest.raises(NotGenuine):
        verify(json.dumps(parts).encode(), key_of(database))
    with pytest.raises(NotGenuine, match="not a receipt"):
        verify(json.dumps({**handed_out(one), "granted": "yes"}).encode(), key_of(database))


def test_a_signature_or_a_place_in_the_chain_of_another_receipt_does_not_fit(database: Database) -> None:
    first, second = (handed_out(one) for one in issued(database, 2))
    for name in ("signature", "previous", "record"):
        with pytest.raises(NotGenuine):
            verify(json.dumps({**first, name: second[name]}).encode(), key_of(database))


def test_another_key_does_not_make_a_receipt_of_ours(database: Database) -> None:
    [one] = issued(database)
    parts = handed_out(one)
    record = orjson.dumps(parts["record"], option=orjson.OPT_SORT_KEYS)
    forger = Ed25519PrivateKey.generate()
    parts["signature"] = forger.sign(hashlib.sha256(bytes.fromhex(parts["previous"]) + record).digest()).hex()
    forged = json.dumps(parts).encode()
    with pytest.raises(NotGenuine):
        verify(forged, key_of(database))
    assert verify(forged, forger.public_key())["code"] == one.code


def test_a_name_that_stands_twice_is_refused_whichever_of_them_is_true(database: Database) -> None:
    [one] = issued(database)
    genuine = json.dumps(handed_out(one), ensure_ascii=False)
    verify(genuine.encode(), key_of(database))
    lie, truth = '"statement": "i_left"', '"statement": "not_missing"'
    assert truth in genuine
    for doubled in (
        genuine.replace(truth, f"{lie}, {truth}"),
        genuine.replace(truth, f"{truth}, {lie}"),
        genuine.replace(truth, f'{truth}, "state\\u006dent": "i_left"'),
        genuine.replace('"previous"', '"previous": "00", "previous"'),
    ):
        assert json.loads(doubled)  # nothing else is wrong with it
        with pytest.raises(NotGenuine, match="not a receipt"):
            verify(doubled.encode(), key_of(database))


def test_how_a_copy_is_laid_out_does_not_matter(database: Database) -> None:
    [one] = issued(database)
    parts = handed_out(one)
    backwards = {name: parts[name] for name in reversed(parts)}
    backwards["record"] = dict(reversed(parts["record"].items()))
    for copy in (
        json.dumps(backwards, indent=8).encode(),
        json.dumps(parts, ensure_ascii=True).encode(),
        b"\xef\xbb\xbf" + json.dumps(parts).replace("{", "{\r\n").encode(),  # as an editor on Windows may save it
    ):
        assert verify(copy, key_of(database))["code"] == one.code


ODD: Mapping[str, bytes] = {
    "empty": b"",
    "not JSON": b"%PDF-1.7",
    "a list": b"[]",
    "a number": b"1",
    "a huge number": b"9" * 10_000,
    "null": b"null",
    "not text": b'{"record": {"a": 1}, "previous": "' + b"00" * 32 + b'", "signature": "' + b"00" * 64 + b'"}',
    "a list as record": b'{"record": ["a"], "previous": "' + b"00" * 32 + b'", "signature": ""}',
    "no hexadecimal": b'{"record": {}, "previous": "zz", "signature": "zz"}',
    "numbers for hexadecimal": b'{"record": {}, "previous": 1, "signature": 2}',
    "a lone surrogate": b'{"record": {"a": "\\ud800"}, "previous": "' + b"00" * 32 + b'", "signature": ""}',
    "a short link": b'{"record": {}, "previous": "00", "signature": "00"}',
    "no UTF-8": b'{"record": {"a": "\xff"}, "previous": "00", "signature": "00"}',
    "UTF-16": '{"record": {}}'.encode("utf-16"),
    "too deep": b'{"record": ' + b"[" * 9_000 + b"]" * 9_000 + b"}",
    "not a number": b'{"record": NaN}',
    "zeros": bytes(1_000),
}


@pytest.mark.parametrize("copy", ODD.values(), ids=ODD.keys())
def test_what_is_no_copy_at_all_is_refused_in_plain_words(copy: bytes) -> None:
    with pytest.raises(NotGenuine):
        verify(copy, Ed25519PrivateKey.generate().public_key())


def test_a_huge_copy_is_refused_also_when_its_beginning_is_genuine(database: Database) -> None:
    [one] = issued(database)
    copy = copy_of(one).to_json()
    verify(copy + b" " * (LONGEST_COPY - len(copy)), key_of(database))
    for rest in (b" " * LONGEST_COPY, b" " * LONGEST_COPY + b"{}"):
        with pytest.raises(NotGenuine):
            verify(copy + rest, key_of(database))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_check(copy: bytes) -> None:
    with pytest.raises(NotGenuine):
        verify(copy, KEY)


KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()


@given(st.dictionaries(st.text(), st.text(), max_size=8))
def test_the_signed_bytes_are_those_that_any_json_library_writes(record: dict[str, str]) -> None:
    try:
        ours = receipt._canonical(record)
    except TypeError:
        return  # a lone surrogate: it has no UTF-8
    assert ours == json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert receipt._canonical(dict(reversed(json.loads(ours).items()))) == ours


def test_the_signed_bytes_never_change_form() -> None:
    # Receipts of years ago must stay genuine: whoever changes these bytes takes them all away.
    record = {"version": "1", "code": "ABCDEFGHJKMN", "permit": "••••0001", "letter_no": '第1號 "/\\ \t\x7f\u2028'}
    assert hashlib.sha256(receipt._canonical(record)).hexdigest() == (
        "b32dc73c8eff62a7edf5a334029a15274a4220f0e34daab813253cd292d9bd32"
    )


# --- the chain


def test_every_receipt_follows_the_one_before(database: Database) -> None:
    links = issued(database, 3) + issued(database, 2)
    assert links[0].previous == FIRST
    assert all(after.previous == before.digest for before, after in pairwise(links))
    with database.reading() as session:
        assert (end(session).length, end(session).head) == (5, links[-1].digest.hex())
        assert all(stands_between(session, one) for one in links)
    assert broken(database) == []


def test_an_empty_chain_holds_and_has_no_key(database: Database) -> None:
    assert broken(database) == []
    with database.reading() as session:
        assert public_key(session) is None
        assert end(session).length == 0


def test_what_is_rolled_back_leaves_no_gap(database: Database) -> None:
    issued(database)
    with database.rehearsing() as session:
        issue(session, "not_missing", FACTS, DETAILS, NOW, case_id=None)
    issued(database)
    assert broken(database) == []


def test_threads_that_issue_at_once_make_one_chain(database: Database) -> None:
    together = threading.Barrier(6)

    def run() -> None:
        together.wait()
        for _ in range(5):
            issued(database)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _one_chain(database, 30)


def test_processes_that_issue_at_once_make_one_chain(database: Database, database_url: str, keyring: Keyring) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        secret = keyring.newest.secret
        assert sum(pool.map(_issue_in_a_process, [database_url] * 2, [secret] * 2, [15] * 2)) == 30
    _one_chain(database, 30)


def _issue_in_a_process(database_url: str, secret: bytes, count: int) -> int:
    database = Database(database_url, Keyring([Key(1, secret)]))
    for _ in range(count):
        issued(database)
    database.close()
    return count


def _one_chain(database: Database, length: int) -> None:
    assert broken(database) == []
    with database.reading() as session:
        links = session.scalars(select(Receipt).order_by(Receipt.id)).all()
        assert len({one.previous for one in links}) == len(links) == end(session).length == length
        # One key, although every process may have tried to make the first.
        assert session.scalar(text("SELECT count(*) FROM receipt_chain")) == 1


def test_the_database_itself_refuses_a_fork(database: Database) -> None:
    first, _second = issued(database, 2)
    with database.rehearsing() as session:
        session.execute(update(ReceiptChain).values(head=first.digest))
        with pytest.raises(IntegrityError):
            issue(session, "not_missing", FACTS, DETAILS, NOW, case_id=None)
    assert broken(database) == []


def test_a_check_that_runs_while_receipts_are_issued_finds_nothing_wrong(database: Database) -> None:
    issued(database, 3)
    done = threading.Event()
    found: list[str] = []

    def check() -> None:
        while not done.is_set():
            found.extend(broken(database))

    checking = threading.Thread(target=check)
    checking.start()
    for _ in range(20):
        issued(database)
    done.set()
    checking.join()
    assert found == []


# --- somebody at the database


TAMPERED: Mapping[str, str] = {
    "code": "UPDATE receipt SET code = '222222222222' WHERE id = 2",
    "issued_at": "UPDATE receipt SET issued_at = '2025-01-01 00:00:00' WHERE id = 2",
    "record": "UPDATE receipt SET record = (SELECT other.record FROM receipt AS other WHERE other.id = 1) WHERE id = 2",
    "record that nobody can open": "UPDATE receipt SET record = details WHERE id = 2",
    "record that is no cell": "UPDATE receipt SET record = substr(record, 1, 5) WHERE id = 2",
    "details": "UPDATE receipt SET details = (SELECT other.details FROM receipt AS other WHERE other.id = 1)"
    " WHERE id = 2",
    "details that nobody can open": "UPDATE receipt SET details = record WHERE id = 2",
    "digest": "UPDATE receipt SET digest = substr(signature, 1, 32) WHERE id = 2",
    "signature": "UPDATE receipt SET signature = (SELECT other.signature FROM receipt AS other WHERE other.id = 1)"
    " WHERE id = 2",
    "previous": "UPDATE receipt SET previous = substr(signature, 1, 32) WHERE id = 2",
}


@pytest.mark.parametrize("statement", TAMPERED.values(), ids=TAMPERED.keys())
def test_every_column_that_is_changed_is_found_at_its_receipt(database: Database, statement: str) -> None:
    links = issued(database, 3)
    with database.writing() as session:
        session.execute(text(statement))
    # A changed digest also shows at the receipt that follows it.
    code = "222222222222" if "SET code" in statement else links[1].code
    assert broken(database) == ([code, links[2].code] if "SET digest" in statement else [code])


def _swap(session: Session, one: int, other: int) -> None:
    for source, target in ((one, 1_000), (other, one), (1_000, other)):
        session.execute(
            text("UPDATE receipt SET id = :target WHERE id = :source"), {"source": source, "target": target}
        )


def test_receipts_that_were_dropped_swapped_or_inserted_are_found(database: Database) -> None:
    links = issued(database, 5)
    for mischief, expected in (
        ("DELETE FROM receipt WHERE id = 1", [links[1].code, "head"]),
        ("DELETE FROM receipt WHERE id = 3", [links[3].code, "head"]),
        ("DELETE FROM receipt WHERE id = 5", ["head"]),
        ("DELETE FROM receipt", ["head"]),
        ("DELETE FROM receipt_chain", [*(one.code for one in links), "head"]),
    ):
        with database.rehearsing() as session:
            session.execute(text(mischief))
            assert broken_links(session) == expected, mischief
    with database.rehearsing() as session:
        _swap(session, 2, 4)
        assert broken_links(session) == [links[at].code for at in (3, 2, 1, 4)]
    with database.rehearsing() as session:
        doubled = (
            "INSERT INTO receipt (id, code, issued_at, record, details, previous, digest, signature) SELECT 6,"
            " '333333333333', issued_at, record, details, digest, substr(signature, 1, 32), signature"
            " FROM receipt WHERE id = 5"
        )
        session.execute(text(doubled))
        assert broken_links(session) == ["333333333333", "head"]
    assert broken(database) == []


def test_a_neighbour_that_is_gone_shows_at_a_single_receipt_too(database: Database) -> None:
    links = issued(database, 3)
    for gone, lonely in ((1, links[1]), (2, links[0]), (2, links[2]), (3, links[1])):
        with database.rehearsing() as session:
            session.execute(text(f"DELETE FROM receipt WHERE id = {gone}"))
            assert not stands_between(session, lonely), gone


def test_a_chain_cut_off_with_its_head_holds_in_itself_but_not_against_what_was_noted_elsewhere(
    database: Database,
) -> None:
    links = issued(database, 3)
    with database.reading() as session:
        noted = end(session)
    with database.writing() as session:
        session.execute(text("DELETE FROM receipt WHERE id = 3"))
        session.execute(update(ReceiptChain).values(head=links[1].digest, length=2))
        assert broken_links(session) == []
        assert end(session) != noted
    # Whoever holds the copy can still prove it.
    assert verify(copy_of(links[2]).to_json(), key_of(database))["code"] == links[2].code


def test_a_head_or_a_key_that_was_exchanged_is_found(database: Database) -> None:
    links = issued(database, 2)
    with database.rehearsing() as session:
        session.execute(update(ReceiptChain).values(length=3))
        assert broken_links(session) == ["head"]
    with database.rehearsing() as session:
        session.execute(update(ReceiptChain).values(head=links[0].digest))
        assert broken_links(session) == ["head"]
    thief = Ed25519PrivateKey.generate()
    with database.rehearsing() as session:
        session.execute(update(ReceiptChain).values(public_key=thief.public_key().public_bytes_raw()))
        # The thief signs all of it anew, and still cannot put a private key there without BOT_KEYS.
        for one in session.scalars(select(Receipt)):
            one.signature = thief.sign(one.digest)
        session.flush()
        assert broken_links(session) == ["key"]


def test_whoever_has_the_database_without_its_keys_can_neither_read_nor_sign(
    database: Database, database_url: str
) -> None:
    issued(database)
    thief = Database(database_url, OTHER_KEYS)
    with pytest.raises(SealError), thief.writing() as session:
        issue(session, "not_missing", {}, {}, NOW, case_id=None)
    with pytest.raises(SealError), thief.reading() as session:
        session.scalars(select(Receipt)).one()
    with thief.reading() as session:
        assert public_key(session) == key_of(database)  # it is public
        row = session.execute(text("SELECT * FROM receipt, receipt_chain")).one()
    stored = b" ".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    for said in (*FACTS.values(), *DETAILS.values(), "not_missing"):
        assert said.encode() not in stored
    thief.close()
    assert broken(database) == []


def test_receipts_stay_genuine_when_the_keys_are_rotated(
    database: Database, database_url: str, keyring: Keyring
) -> None:
    [before] = issued(database)
    copy, key = copy_of(before).to_json(), key_of(database)
    new = Key(2, bytes(range(100, 132)))
    rotating = Database(database_url, Keyring([new, keyring.newest]))
    done = rotation.rotate_all(rotating.writing)
    assert (done.cells, done.left, done.unreadable) == (3, 0, 0)  # record, details, and the key that signs
    rotating.close()
    after = Database(database_url, Keyring([new]))
    issued(after)
    assert broken(after) == []
    assert key_of(after) == key
    assert verify(copy, key)["code"] == before.code
    with after.reading() as session:
        again = with_code(session, before.code)
        assert again is not None
        assert copy_of(again).to_json() == copy
        assert details_hold(again)
    after.close()
