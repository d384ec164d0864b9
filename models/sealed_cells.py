"""Which cells of the database are sealed, and which keys sealed them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnClause, LargeBinary, TableClause, column, func, literal_column, or_, select, table
from sqlalchemy.orm import Session

from models.secrets import Keyring, Sealed, SealError, keyring_of
from models.tables import metadata


@dataclass(frozen=True)
class Vault:
    """A table with sealed columns, as the database sees it: its cells are plain bytes here."""

    raw: TableClause
    key: ColumnClause[int]
    cells: Mapping[str, Sealed]

    def older_than(self, key_id: int) -> Any:
        return or_(*(_key_byte(self.raw.c[cell]) != bytes((key_id,)) for cell in self.cells))


@cache
def vaults() -> dict[str, Vault]:
    """By the names of their tables, in order."""
    found = {}
    for name, ours in sorted(metadata.tables.items()):
        cells = {one.name: one.type for one in ours.columns if isinstance(one.type, Sealed)}
        if not cells:
            continue
        (key,) = ours.primary_key.columns
        raw = table(name, *(column(one.name, LargeBinary() if one.name in cells else one.type) for one in ours.columns))
        found[name] = Vault(raw, raw.c[key.name], cells)
    return found


def progress(session: Session) -> dict[str, dict[int, int]]:
    """How many cells each key has sealed, by column and key id."""
    found: dict[str, dict[int, int]] = {}
    for vault in vaults().values():
        for cell, sealed in vault.cells.items():
            key_byte = _key_byte(vault.raw.c[cell])
            counted = select(key_byte, func.count()).where(vault.raw.c[cell].is_not(None)).group_by(key_byte)
            found[sealed.column] = {_key_id(byte): count for byte, count in session.execute(counted)}
    return found


def old_cells(counts: Mapping[str, Mapping[int, int]], ring: Keyring) -> int:
    """How many of the cells counted by `progress` are not under the newest key."""
    return sum(count for keys in counts.values() for key_id, count in keys.items() if key_id != ring.newest.id)


def still_needed(session: Session, key_id: int) -> bool:
    """Whether any cell can be opened only with this key. Backups may need it for longer."""
    return any(
        session.execute(select(vault.key).where(_key_byte(vault.raw.c[cell]) == bytes((key_id,))).limit(1)).first()
        for vault in vaults().values()
        for cell in vault.cells
    )


def unreadable_columns(session: Session) -> dict[str, set[int]]:
    """Columns with the ids of keys that are missing or wrong, tried on one cell of each key."""
    ring, wrong = keyring_of(session), dict[str, set[int]]()
    counts = progress(session)
    for vault in vaults().values():
        for cell, sealed in vault.cells.items():
            raw = vault.raw.c[cell]
            for key_id in counts[sealed.column]:
                one = session.scalars(select(raw).where(_key_byte(raw) == bytes((key_id,))).limit(1)).first()
                try:
                    ring.open(bytes(one or b""), sealed.column)
                except SealError:
                    wrong.setdefault(sealed.column, set()).add(key_id)
    return wrong


def _key_byte(cell: Any) -> Any:
    """The cell's first byte: the id of the key that sealed it. Literals, or PostgreSQL would not group by it."""
    return func.substr(cell, literal_column("1"), literal_column("1"), type_=LargeBinary())


def _key_id(byte: bytes) -> int:
    return bytes(byte)[0] if byte else 0
