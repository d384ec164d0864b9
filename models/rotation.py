"""Moves personal data to the newest key, slice by slice, while the service runs."""

import base64
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, Row, bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from models.sealed_cells import Vault, old_cells, progress, vaults
from models.secrets import KeyFormatError, Keyring, SealError, keyring_of
from models.worker import IdentityNumber, NumberKind, Worker, index_column

SLICE = 1_000
"""Rows looked at in one transaction: the service waits for one no longer than a few hundredths of a second."""
SHORTEST_PAUSE = 0.02
MOST_PASSES = 5
MOST_TRIES = 3


@dataclass(frozen=True)
class BlindIndex:
    """A column that finds equal values of a sealed one. `twins` are the columns that make it unique in its table."""

    cell: str
    index: str
    name: Callable[[Row[Any]], str]
    twins: tuple[str, ...] = ()


BLIND_INDEXES: Mapping[str, BlindIndex] = {
    Worker.__tablename__: BlindIndex("phone", "phone_index", lambda _row: "worker.phone"),
    IdentityNumber.__tablename__: BlindIndex(
        "number", "number_index", lambda row: index_column(NumberKind(row.kind)), twins=("worker_id", "kind")
    ),
}


@dataclass(frozen=True)
class Cursor:
    """How far a rotation has come: the table, and the last of its rows that was looked at."""

    table: str
    row: int | None = None


@dataclass(frozen=True)
class Slice:
    """What one transaction did. `after` is where the next one begins, None at the end of the last table."""

    after: Cursor | None
    cells: int = 0
    # Cells that no key in BOT_KEYS opens; they stay as they are.
    unreadable: int = 0
    # Numbers that a process with other keys had stored a second time.
    twins: int = 0


@dataclass(frozen=True)
class Rotation:
    """What a whole rotation did; `left` are the cells still under an older key."""

    cells: int
    unreadable: int
    twins: int
    left: int


def start() -> Cursor:
    """Where every rotation begins; one that was stopped may as well begin here again."""
    return Cursor(next(iter(vaults())))


def rotate(session: Session, at: Cursor, limit: int = SLICE) -> Slice:
    """Seal what the next `limit` rows hold under the newest key, and index it anew. Commit after each call.

    The rows are locked while they change, so nothing that the service writes is overwritten. A row that
    somebody else has locked is passed over (PostgreSQL): who never waits can be part of no deadlock.
    """
    vault = vaults()[at.table]
    last, final = _window(session, vault, at.row, limit)
    after = _following(at.table) if final else Cursor(at.table, last)
    if last is None:
        return Slice(after)
    ring = keyring_of(session)
    wanted = select(vault.raw).where(vault.key <= last, vault.older_than(ring.newest.id))
    if at.row is not None:
        wanted = wanted.where(vault.key > at.row)
    rows = session.execute(wanted.order_by(vault.key).with_for_update(key_share=True, skip_locked=True)).all()
    return _reseal(session, vault, rows, ring, after)


def rotate_all(
    writing: Callable[[], AbstractContextManager[Session]],
    *,
    limit: int = SLICE,
    told: Callable[[Slice], None] = lambda _slice: None,
) -> Rotation:
    """Rotate every table in transactions of `writing`, again while something is left and gets less.

    As long between two slices as in one, so that the service always gets its turn.
    """
    cells = unreadable = twins = left = 0
    for _pass in range(MOST_PASSES):
        at: Cursor | None = start()
        done = unreadable = 0
        while at is not None:
            began = time.perf_counter()
            one = _tried(writing, at, limit)
            done += one.cells
            unreadable += one.unreadable
            twins += one.twins
            told(one)
            at = one.after
            time.sleep(max(SHORTEST_PAUSE if one.cells else 0, time.perf_counter() - began))
        cells += done
        with writing() as session:
            left = old_cells(progress(session), keyring_of(session))
        if left <= unreadable:
            break
    return Rotation(cells, unreadable, twins, left)


def new_key(taken: Iterable[int] = ()) -> str:
    """A new key as it is written in BOT_KEYS, with an id that is not taken."""
    used = set(taken)
    above = max(used, default=0) + 1
    free = [above] if above <= 255 else [key_id for key_id in range(1, 256) if key_id not in used]
    if not free:
        raise KeyFormatError("all 255 key ids are taken")
    return f"{free[0]}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _following(name: str) -> Cursor | None:
    names = list(vaults())
    place = names.index(name) + 1
    return Cursor(names[place]) if place < len(names) else None


def _window(session: Session, vault: Vault, after: int | None, limit: int) -> tuple[int | None, bool]:
    """The last of the next `limit` rows, None when there is no more row, and whether it ends the table."""
    beyond = [] if after is None else [vault.key > after]
    full = select(vault.key).where(*beyond).order_by(vault.key).offset(limit - 1).limit(1)
    last = session.scalars(full).one_or_none()
    if last is not None:
        return last, False
    return session.scalars(select(func.max(vault.key)).where(*beyond)).one(), True


@dataclass(frozen=True)
class _Change:
    """What a row's sealed columns and its index are to hold."""

    row: int
    values: Mapping[str, Any]
    cells: int
    unreadable: int


def _reseal(session: Session, vault: Vault, rows: Sequence[Row[Any]], ring: Keyring, after: Cursor | None) -> Slice:
    index = BLIND_INDEXES.get(vault.raw.name)
    changes = {change.row: change for change in (_change(vault, index, row, ring) for row in rows)}
    doubled = _twins(session, vault, index, rows, changes) if index and index.twins else set()
    if doubled:
        session.execute(delete(vault.raw).where(vault.key.in_(doubled)))
    kept = [change for change in changes.values() if change.row not in doubled]
    if kept:
        new = {vault.raw.c[name]: bindparam(f"new_{name}", type_=LargeBinary()) for name in kept[0].values}
        statement = update(vault.raw).where(vault.key == bindparam("this_row")).values(new)
        parameters = [
            {"this_row": change.row} | {f"new_{name}": value for name, value in change.values.items()}
            for change in kept
        ]
        session.connection().execute(statement, parameters)
    unreadable = sum(change.unreadable for change in kept)
    return Slice(after, sum(change.cells for change in kept), unreadable, len(doubled))


def _change(vault: Vault, index: BlindIndex | None, row: Row[Any], ring: Keyring) -> _Change:
    values = {name: getattr(row, name) for name in vault.cells}
    if index:
        values[index.index] = getattr(row, index.index)
    sealed = unreadable = 0
    for name, kind in vault.cells.items():
        cell = values[name]
        if cell is None:
            continue
        try:
            plain = ring.open(bytes(cell), kind.column)
        except SealError:
            unreadable += 1
            continue
        if cell[0] != ring.newest.id:
            values[name] = ring.seal(plain, kind.column)
            sealed += 1
        if index and name == index.cell:
            values[index.index] = ring.index(plain.decode(), index.name(row))
    return _Change(getattr(row, vault.key.name), values, sealed, unreadable)


def _twins(
    session: Session, vault: Vault, index: BlindIndex, rows: Sequence[Row[Any]], changes: Mapping[int, _Change]
) -> set[int]:
    """Rows that say what an earlier row says already, as the same index would now show.

    A process that does not know the newest key yet cannot see that a number is stored, and stores it again.
    """
    ids_by_meaning: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        row_id = getattr(row, vault.key.name)
        meaning = (*(getattr(row, name) for name in index.twins), changes[row_id].values[index.index])
        ids_by_meaning.setdefault(meaning, []).append(row_id)
    indexes = {meaning[-1] for meaning in ids_by_meaning}
    columns = [vault.raw.c[name] for name in (*index.twins, index.index)]
    for row_id, *found in session.execute(select(vault.key, *columns).where(columns[-1].in_(indexes))):
        if row_id not in changes and tuple(found) in ids_by_meaning:
            ids_by_meaning[tuple(found)].append(row_id)
    return {row_id for ids in ids_by_meaning.values() for row_id in ids if row_id != min(ids)}


def _tried(writing: Callable[[], AbstractContextManager[Session]], at: Cursor, limit: int) -> Slice:
    """One slice, begun again when another process changed the same rows at the same moment."""
    for tries_left in reversed(range(MOST_TRIES)):
        try:
            with writing() as session:
                return rotate(session, at, limit)
        except (IntegrityError, OperationalError):
            if not tries_left:
                raise
    raise AssertionError("the last try either returned or raised")
