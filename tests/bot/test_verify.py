"""`python -m bot verify`: three clear answers, from a file alone or from the database, and never her details."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rich.console import Console
from sqlalchemy import text

from bot.database import Database
from bot.verifying import Verdict, Verifier
from models.receipt import Receipt, copy_of, grouped, issue, public_key
from models.secrets import Key, Keyring
from tests.source import ROOT

NOON = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
DETAILS = {"where": "hospital", "since": "2026-03-02", "call": "+886912345678"}
GENUINE, NOT_GENUINE, CANNOT_TELL = Verdict


@dataclass
class Office:
    """Somebody at the command line, with or without our database."""

    database_url: str
    keyring: Keyring
    folder: Path

    def database(self) -> Database:
        return Database(self.database_url, self.keyring)

    def issue(self, count: int = 1) -> list[Receipt]:
        database = self.database()
        with database.writing() as session:
            facts = {"kind": "reported_missing", "permit": "••••0001"}
            made = [issue(session, "not_missing", facts, DETAILS, NOON, case_id=None) for _ in range(count)]
        database.close()
        return made

    def do(self, statement: str) -> None:
        database = self.database()
        with database.writing() as session:
            session.execute(text(statement))
        database.close()

    def file(self, content: bytes | Receipt) -> str:
        file = self.folder / "receipt.json"
        file.write_bytes(content if isinstance(content, bytes) else copy_of(content).to_json())
        return str(file)

    def key(self) -> Ed25519PublicKey:
        database = self.database()
        with database.reading() as session:
            found = public_key(session)
        database.close()
        assert found is not None
        return found

    def asks(self, receipt: str | None, key: str | None = None, *, chain: bool = False) -> tuple[Verdict, str]:
        said = StringIO()
        verdict = Verifier(Console(file=said, width=80), self.database, key).run(receipt, chain=chain)
        return verdict, said.getvalue()

    def asks_offline(self, receipt: str, key: str) -> tuple[Verdict, str]:
        def no_database() -> Database:
            raise AssertionError("a copy and a key are enough")

        said = StringIO()
        return Verifier(Console(file=said, width=80), no_database, key).run(receipt, chain=False), said.getvalue()


@pytest.fixture
def office(database_url: str, keyring: Keyring, tmp_path: Path) -> Office:
    return Office(database_url, keyring, tmp_path)


def pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def desk(keyring: Keyring, tmp_path: Path) -> Office:
    """Somebody who has no database at all."""
    return Office(f"sqlite:///{tmp_path / 'none' / 'none.sqlite'}", keyring, tmp_path)


# --- a copy


def test_a_copy_and_a_key_are_enough(office: Office) -> None:
    [one] = office.issue()
    verdict, said = office.asks_offline(office.file(one), office.key().public_bytes_raw().hex())
    assert verdict is GENUINE
    assert "GENUINE: recorded at 2026-03-11 12:00:00 in Taipei" in said
    for name, value in one.says.items():
        assert f"{name}: {value}" in said
    assert not any(secret in said for secret in DETAILS.values())


def test_the_key_may_be_hexadecimal_or_in_a_file_or_pem(office: Office) -> None:
    [one] = office.issue()
    key, file = office.key(), office.folder / "key"
    hexadecimal = key.public_bytes_raw().hex()
    for content in (hexadecimal.encode(), hexadecimal.upper().encode() + b"\r\n", b"\xef\xbb\xbf" + pem(key), pem(key)):
        file.write_bytes(content)
        assert office.asks_offline(office.file(one), str(file))[0] is GENUINE
    assert office.asks_offline(office.file(one), f"{hexadecimal[:32]} {hexadecimal[32:]}")[0] is GENUINE


@pytest.mark.parametrize(
    "written",
    [
        "",
        "00" * 31,
        "zz" * 32,
        "no/such/file",
        "-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----",
        X25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    ],
)
def test_what_is_no_key_cannot_tell(desk: Office, written: str) -> None:
    verdict, said = desk.asks_offline(desk.file(b"{}"), written)
    assert verdict is CANNOT_TELL
    assert "64 hexadecimal digits" in said


def test_a_changed_copy_or_a_strange_key_is_not_genuine(office: Office) -> None:
    [one] = office.issue()
    hexadecimal = office.key().public_bytes_raw().hex()
    parts = json.loads(copy_of(one).to_json())
    parts["record"]["at"] = "2026-03-01T04:00:00+00:00"
    assert office.asks_offline(office.file(json.dumps(parts).encode()), hexadecimal)[0] is NOT_GENUINE
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    verdict, said = office.asks_offline(office.file(one), stranger)
    assert verdict is NOT_GENUINE
    assert "another key signed it" in said
    assert "not_missing" not in said  # nothing of it is repeated as if it were true


@pytest.mark.parametrize("content", [b"", b"[]", b"\x1b[2J" * 10_000, b"\x00" * 50])
def test_any_other_file_is_not_genuine(desk: Office, content: bytes) -> None:
    verdict, said = desk.asks_offline(desk.file(content), "00" * 32)
    assert verdict is NOT_GENUINE
    assert "\x1b" not in said


def test_without_a_key_the_databases_own_is_taken_and_whether_it_holds_the_receipt_is_said(office: Office) -> None:
    first, second = office.issue(2)
    verdict, said = office.asks(office.file(second))
    assert verdict is GENUINE
    assert "does not hold it" not in said
    office.do("DELETE FROM receipt WHERE id = 2")
    verdict, said = office.asks(office.file(second))
    assert verdict is GENUINE  # the signature still proves it
    assert "does not hold it" in said
    assert office.asks(office.file(first))[0] is GENUINE


# --- a code


def test_a_code_is_looked_up_with_its_details_and_neighbours(office: Office) -> None:
    one = office.issue(3)[1]
    for typed in (one.code, grouped(one.code).lower()):
        verdict, said = office.asks(typed)
        assert verdict is GENUINE
        assert "The details that we keep are the ones that were told" in said
        assert not any(secret in said for secret in DETAILS.values())


def test_a_code_can_be_held_against_a_key_that_was_noted_before(office: Office) -> None:
    [one] = office.issue()
    assert office.asks(one.code, office.key().public_bytes_raw().hex())[0] is GENUINE
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    assert office.asks(one.code, stranger)[0] is NOT_GENUINE
    assert office.asks(None, stranger, chain=True)[0] is NOT_GENUINE


@pytest.mark.parametrize(
    ("tampering", "why"),
    [
        ("UPDATE receipt SET signature = previous WHERE id = 2", "signature does not fit"),
        ("UPDATE receipt SET record = (SELECT other.record FROM receipt AS other WHERE other.id = 1) WHERE id = 2", ""),
        ("UPDATE receipt SET details = (SELECT other.details FROM receipt AS other WHERE other.id = 1)", "details"),
        ("DELETE FROM receipt WHERE id = 1", "before or after"),
        ("DELETE FROM receipt WHERE id = 3", "before or after"),
    ],
)
def test_what_was_changed_at_or_around_a_receipt_makes_it_not_genuine(office: Office, tampering: str, why: str) -> None:
    one = office.issue(3)[1]
    office.do(tampering)
    verdict, said = office.asks(one.code)
    assert verdict is NOT_GENUINE
    assert why in said


def test_a_receipt_under_another_code_is_not_genuine(office: Office) -> None:
    office.issue()
    office.do("UPDATE receipt SET code = '222222222222'")
    assert office.asks("222222222222")[0] is NOT_GENUINE


def test_erased_details_do_not_make_a_receipt_less_genuine(office: Office) -> None:
    [one] = office.issue()
    office.do("UPDATE receipt SET details = NULL")
    verdict, said = office.asks(one.code)
    assert verdict is GENUINE
    assert "no longer kept" in said


@pytest.mark.parametrize("receipt", ["222222222222", "abc", "no/such/file.json", "", "x" * 5_000, "\x00", None])
def test_what_is_not_there_cannot_be_told(office: Office, receipt: str | None) -> None:
    assert office.asks(receipt)[0] is CANNOT_TELL
    assert office.asks(receipt, "00" * 32)[0] is CANNOT_TELL


def test_cells_that_cannot_be_opened_cannot_be_told(office: Office) -> None:
    [one] = office.issue()
    office.keyring = Keyring([Key(7, bytes(32))])
    verdict, said = office.asks(one.code)
    assert verdict is CANNOT_TELL
    assert "BOT_KEYS" in said


def test_a_database_without_tables_cannot_tell(keyring: Keyring, tmp_path: Path) -> None:
    office = Office(f"sqlite:///{tmp_path / 'empty.sqlite'}", keyring, tmp_path)
    for receipt, chain in (("222222222222", False), (None, True)):
        verdict, said = office.asks(receipt, chain=chain)
        assert verdict is CANNOT_TELL
        assert "doctor" in said


# --- the chain


def test_a_whole_chain_says_what_to_note_down(office: Office) -> None:
    last = office.issue(3)[-1]
    verdict, said = office.asks(None, chain=True)
    assert verdict is GENUINE
    assert f"3 {last.digest.hex()}" in said
    verdict, said = office.asks(last.code, chain=True)
    assert verdict is GENUINE
    assert "GENUINE" in said
    assert "The chain holds: 3 receipts" in said


def test_an_empty_chain_holds(office: Office) -> None:
    verdict, said = office.asks(None, chain=True)
    assert verdict is GENUINE
    assert "0 receipts" in said


def test_a_broken_chain_names_the_places(office: Office) -> None:
    links = office.issue(4)
    office.do("DELETE FROM receipt WHERE id = 2")
    office.do("UPDATE receipt_chain SET public_key = head")
    verdict, said = office.asks(None, chain=True)
    assert verdict is NOT_GENUINE
    assert grouped(links[2].code) in said
    assert "its end" in said
    assert "its public key" in said
    # One receipt may be whole in a broken chain; the worse answer counts.
    assert office.asks(office.file(links[0]), chain=True)[0] is NOT_GENUINE


# --- as a program


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command in an empty folder, with no settings at all unless given."""

    def started(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
        return subprocess.run(
            [sys.executable, "-m", "bot", "verify", *arguments],
            cwd=tmp_path,
            env={**clean, "PYTHONPATH": str(ROOT), **settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return started


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_needs_no_settings_for_a_copy_and_a_key(
    office: Office, run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    [one] = office.issue()
    copy, key = office.file(one), tmp_path / "key.pem"
    key.write_bytes(pem(office.key()))
    before = sorted(tmp_path.iterdir())
    done = run(copy, "--public-key", str(key))
    assert (done.returncode, done.stderr) == (0, "")
    assert "GENUINE" in done.stdout
    refused = run(copy, "--public-key", "00" * 32)
    assert refused.returncode == 1
    assert "NOT GENUINE" in refused.stdout
    assert run(copy).returncode == 2  # no key, and no settings to find one with
    assert run().returncode == 2
    assert sorted(tmp_path.iterdir()) == before


# --- by the manual


@pytest.mark.skipif(shutil.which("openssl") is None, reason="NO OPENSSL on this machine")
def test_the_steps_of_the_manual_work_with_python_and_openssl_alone(office: Office, tmp_path: Path) -> None:
    [one] = office.issue()
    office.file(one)
    (tmp_path / "receipts-public-key.pem").write_bytes(pem(office.key()))
    manual = (ROOT / "docs" / "receipts.md").read_text("utf-8")
    steps = manual.split("```sh\n")[1].split("```")[0]
    assert "openssl" in steps
    steps = steps.replace("python3", sys.executable)
    done = subprocess.run(["sh", "-ec", steps], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Verified Successfully" in done.stdout
    copy = tmp_path / "receipt.json"
    copy.write_text(copy.read_text("utf-8").replace("not_missing", "not_missinG"), "utf-8")
    done = subprocess.run(["sh", "-ec", steps], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert "Verified Successfully" not in done.stdout
