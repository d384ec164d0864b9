"""Personal data at rest: AES-GCM cells with a key id, and keyed indexes to find them by."""

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Dialect, Engine, LargeBinary
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

NONCE = 12
INDEX_BYTES = 16


class SealError(Exception):
    """A cell cannot be opened: it was moved, changed, or its key is missing."""


class KeyFormatError(ValueError):
    """A key is not `id:base64`, with an id of 1-255 and 32 bytes."""


@dataclass(frozen=True)
class Key:
    """One 256-bit key and the number that every cell it sealed begins with."""

    id: int
    secret: bytes = field(repr=False)

    @classmethod
    def read(cls, written: str) -> "Key":
        """The key written as `id:base64`, as in `BOT_KEYS`."""
        match = re.fullmatch(r"(\d{1,3}):([A-Za-z0-9+/_=-]+)", written.strip())
        if not match or not 1 <= int(match[1]) <= 255:
            raise KeyFormatError("a key is written id:base64, with an id from 1 to 255")
        try:
            secret = base64.b64decode(match[2].replace("-", "+").replace("_", "/"), validate=True)
        except ValueError:
            raise KeyFormatError("the part after the colon is not base64") from None
        if len(secret) != 32:
            raise KeyFormatError("a key has 32 bytes")
        return cls(int(match[1]), secret)

    @cached_property
    def cipher(self) -> AESGCM:
        return AESGCM(self._derived(b"cells"))

    def index_key(self, column: str) -> bytes:
        return self._derived(b"index:" + column.encode())

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=purpose).derive(self.secret)


class Keyring:
    """The keys, newest first: new cells are sealed by the first, old ones are opened by theirs."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self.keys = tuple(keys)
        if not self.keys:
            raise KeyFormatError("at least one key is needed")
        self._by_id = {key.id: key for key in self.keys}
        if len(self._by_id) != len(self.keys):
            raise KeyFormatError("two keys have the same id")
        self._index_keys: dict[tuple[int, str], bytes] = {}

    @property
    def newest(self) -> Key:
        return self.keys[0]

    def seal(self, plain: bytes, column: str) -> bytes:
        """key id · nonce · ciphertext and tag, bound to the column it belongs to."""
        nonce = os.urandom(NONCE)
        return bytes((self.newest.id,)) + nonce + self.newest.cipher.encrypt(nonce, plain, column.encode())

    def open(self, cell: bytes, column: str) -> bytes:
        """The plain bytes; raises SealError for a strange key, a changed cell or another column's."""
        key = self._by_id.get(cell[0]) if cell else None
        if key is None:
            raise SealError(f"{column}: no key for this cell is in BOT_KEYS")
        try:
            return key.cipher.decrypt(cell[1 : 1 + NONCE], cell[1 + NONCE :], column.encode())
        except InvalidTag:
            raise SealError(f"{column}: the cell is damaged or belongs to another column") from None

    def index(self, value: str, column: str) -> bytes:
        """What to store beside a cell so that an equal value can be found (HMAC-SHA-256, 128 bits)."""
        return self._index(value, column, self.newest)

    def indexes(self, value: str, column: str) -> list[bytes]:
        """The index under every key, for a search while a rotation is on its way."""
        return [self._index(value, column, key) for key in self.keys]

    def _index(self, value: str, column: str, key: Key) -> bytes:
        secret = self._index_keys.get((key.id, column))
        if secret is None:
            secret = self._index_keys[key.id, column] = key.index_key(column)
        return hmac.digest(secret, value.encode(), hashlib.sha256)[:INDEX_BYTES]


def attach(engine: Engine, keyring: Keyring) -> None:
    """Let the engine's sealed columns use this keyring (a dialect belongs to one engine only)."""
    engine.dialect.keyring = keyring  # type: ignore[attr-defined]


def keyring_of(session: Session) -> Keyring:
    """The keyring of the session's engine."""
    return session.get_bind().dialect.keyring  # type: ignore[attr-defined, no-any-return]


def keyring_on(engine: Engine) -> Keyring:
    """The keyring attached to the engine."""
    return engine.dialect.keyring  # type: ignore[attr-defined, no-any-return]


class Sealed(TypeDecorator[Any]):
    """A column that is encrypted in the database; its name is authenticated with each cell."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str, write: Callable[[Any], bytes], read: Callable[[bytes], Any]) -> None:
        super().__init__()
        self.column = column
        self.write = write
        self.read = read

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else _ring(dialect).seal(self.write(value), self.column)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.read(_ring(dialect).open(bytes(value), self.column))


def sealed_text(column: str) -> Sealed:
    """A column for words that nobody may read in the database."""
    return Sealed(column, str.encode, bytes.decode)


def sealed_date(column: str) -> Sealed:
    """A column for a day that nobody may read in the database: a birth date."""
    return Sealed(column, _date_to_bytes, _date_from_bytes)


def sealed_json(column: str) -> Sealed:
    """A column for JSON data that nobody may read in the database."""
    return Sealed(column, orjson.dumps, orjson.loads)


def sealed_bytes(column: str) -> Sealed:
    """A column for bytes that nobody may read in the database: a request that is ready to send."""
    return Sealed(column, bytes, bytes)


def _date_to_bytes(day: date) -> bytes:
    return day.isoformat().encode()


def _date_from_bytes(plain: bytes) -> date:
    return date.fromisoformat(plain.decode())


def _ring(dialect: Dialect) -> Keyring:
    return dialect.keyring  # type: ignore[attr-defined, no-any-return]
