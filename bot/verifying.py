"""`python -m bot verify`: whether a receipt is genuine, from a copy alone or from the database, and whether all are."""

import re
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from enum import IntEnum
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from rich.console import Console
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.database import Database
from locales import TAIPEI
from models.receipt import (
    LONGEST_COPY,
    NotGenuine,
    Receipt,
    copy_of,
    details_hold,
    grouped,
    plain_code,
    public_key,
    verify,
    with_code,
)
from models.receipt_chain import broken_links, end, stands_between
from models.secrets import SealError

LONGEST_KEY_FILE = 10_000


class Verdict(IntEnum):
    """How the command ends."""

    GENUINE = 0
    NOT_GENUINE = 1
    CANNOT_TELL = 2


class CannotTell(Exception):  # noqa: N818  reads as what it says where it is caught
    """Something to check with, or to be checked, is missing; the text says what."""


class Verifier:
    """Says on `out` what it finds. The database is opened only when it is needed: a copy and a key are enough."""

    def __init__(self, out: Console, open_database: Callable[[], Database], given_key: str | None = None) -> None:
        self._out = out
        self._open_database = open_database
        self._given_key = given_key
        self._key: Ed25519PublicKey | None = None

    def run(self, receipt: str | None, *, chain: bool) -> Verdict:
        """What comes of all that was asked for: one receipt, the whole chain, or both."""
        if receipt is None and not chain:
            return self._cannot_tell("give the file or the code of a receipt, or --chain.")
        try:
            self._key = None if self._given_key is None else read_key(self._given_key)
            if receipt is not None:
                self._receipt(receipt)
            if chain:
                self._chain()
        except NotGenuine as refused:
            self._say(f"NOT GENUINE: {refused}.")
            return Verdict.NOT_GENUINE
        except CannotTell as why:
            return self._cannot_tell(str(why))
        except SealError:
            return self._cannot_tell("what is stored cannot be opened; it was changed, or BOT_KEYS lack its key.")
        except DBAPIError:
            return self._cannot_tell("the database cannot be read. See: python -m bot doctor")
        except OSError as error:
            return self._cannot_tell(f"the file cannot be read ({error.strerror}).")
        return Verdict.GENUINE

    def _cannot_tell(self, why: str) -> Verdict:
        self._say(f"Cannot tell: {why}")
        return Verdict.CANNOT_TELL

    def _receipt(self, receipt: str) -> None:
        file, code = Path(receipt), plain_code(receipt)
        if file.is_file():
            self._copy(_beginning_of(file, LONGEST_COPY + 1))
        elif code is None:
            raise CannotTell("there is no such file, and a code has 12 letters and digits, like ABCD-EFGH-JKMN.")
        else:
            self._stored(code)

    def _copy(self, copy: bytes) -> None:
        if self._key is not None:
            self._genuine(verify(copy, self._key))
            return
        with closing(self._open_database()) as database, database.reading() as session:
            record = verify(copy, _stored_key(session))
            self._genuine(record)
            if with_code(session, record["code"]) is None:
                self._say(
                    "But this database does not hold it: it was issued elsewhere, or after the backup that was "
                    "restored here, or somebody removed it. Try --chain, and keep the copy."
                )

    def _stored(self, code: str) -> None:
        with closing(self._open_database()) as database, database.reading() as session:
            found = with_code(session, code)
            if found is None:
                raise CannotTell("there is no receipt with this code.")
            record = verify(copy_of(found).to_json(), self._key or _stored_key(session))
            if record["code"] != code:
                raise NotGenuine("it stands under another receipt's code")
            if not stands_between(session, found):
                raise NotGenuine("a receipt before or after it was removed, added or changed; see --chain")
            details = _details(found)
            self._genuine(record)
            self._say(details)

    def _chain(self) -> None:
        with closing(self._open_database()) as database, database.reading() as session:
            if self._key is not None and self._key != _stored_key(session):
                raise NotGenuine("the database has another public key than the one given")
            last, broken = end(session), broken_links(session)
        if broken:
            raise NotGenuine(f"the chain does not hold at {', '.join(_place(place) for place in broken)}")
        self._say(f"The chain holds: {last.length} receipts. Note this elsewhere, to know later that none was cut off:")
        self._say(f"{last.length} {last.head}")

    def _genuine(self, record: Mapping[str, str]) -> None:
        self._say(f"GENUINE: recorded at {_in_taipei(record.get('at', ''))} and not changed since.")
        for name, said in sorted(record.items()):
            self._say(f"  {name}: {said}")

    def _say(self, line: str) -> None:
        self._out.print(line, markup=False, highlight=False, soft_wrap=True)


def read_key(given: str) -> Ed25519PublicKey:
    """The public key written as 64 hexadecimal digits, or in a file as such or as PEM. Raises CannotTell."""
    try:
        file = Path(given)
        written = _beginning_of(file, LONGEST_KEY_FILE).decode("utf-8-sig") if file.is_file() else given
        if "-----BEGIN" in written:
            key = load_pem_public_key(written.encode())
            if isinstance(key, Ed25519PublicKey):
                return key
        elif re.fullmatch(r"[0-9a-fA-F]{64}", "".join(written.split())):
            return Ed25519PublicKey.from_public_bytes(bytes.fromhex(written))
    except (OSError, ValueError, UnsupportedAlgorithm):
        pass
    raise CannotTell("the public key must be 64 hexadecimal digits, or a file with them or with a PEM key.")


def _stored_key(session: Session) -> Ed25519PublicKey:
    key = public_key(session)
    if key is None:
        raise CannotTell("there is no key in this database yet; give one with --public-key.")
    return key


def _details(found: Receipt) -> str:
    if found.details is None:
        return "The details that were told are no longer kept."
    if not details_hold(found):
        raise NotGenuine("the details that we keep are not the ones that were told")
    return "The details that we keep are the ones that were told, and the receipts before and after it stand."


def _place(place: str) -> str:
    return {"head": "its end", "key": "its public key (or BOT_KEYS are not those of this database)"}.get(
        place
    ) or grouped(place)


def _in_taipei(at: str) -> str:
    try:
        return f"{datetime.fromisoformat(at).astimezone(TAIPEI):%Y-%m-%d %H:%M:%S} in Taipei"
    except ValueError:
        return at


def _beginning_of(file: Path, size: int) -> bytes:
    with file.open("rb") as opened:
        return opened.read(size)
