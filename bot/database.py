"""The open database: sessions for the shell, and its tables brought up to date."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from bot.turns import Turns
from models.base import open_engine
from models.secrets import Keyring

DATABASE_DOWN = (OperationalError, InterfaceError, InternalError, NoConnectionFree, OSError)
"""What is raised while the database is away, or has cut us off for standing still (PostgreSQL's InternalError)."""
MIGRATIONS = Path(__file__).parent.parent / "migrations"
WAITS_SECONDS = 30
"""So long a writer waits for those before it, as SQLite itself does for other processes."""
STANDS_STILL_SECONDS = 10
"""So long PostgreSQL waits for our next statement. A machine that stops in the middle of a transaction must not keep
what it holds, such as the limiter's row, from all the others."""


class Database:
    """One engine; `writing` commits, `reading` does not."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        if url.startswith("sqlite:///"):
            file = Path(url.removeprefix("sqlite:///"))
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                file.touch(mode=0o600)
        self.url = url
        self.engine: Engine = open_engine(url, keyring)
        if self.engine.name == "postgresql":
            event.listen(self.engine, "do_connect", _connecting)
        # PostgreSQL has no one lock for all.
        self._turn: AbstractContextManager[None] = (
            Turns(WAITS_SECONDS) if self.engine.name == "sqlite" else nullcontext()
        )
        self._reading = self.engine.execution_options(reading=True)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose work is committed at the end, or nothing of it."""
        with self._turn, Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def rehearsing(self) -> Iterator[Session]:
        """A session like `writing`, of whose work nothing is ever kept."""
        with self._turn, Session(self.engine, expire_on_commit=False) as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that changes nothing and, on SQLite, waits for no writer."""
        with Session(self._reading) as session:
            yield session

    def migrate(self) -> None:
        """Create or upgrade the tables; safe to run again, and while another process does."""
        with self.engine.begin() as connection:
            config = _alembic()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def behind(self) -> bool:
        """Whether migrations are missing. Where a newer program has made more, the older one works on beside it."""
        with self.engine.connect() as connection:
            have = MigrationContext.configure(connection).get_current_revision()
        head = ScriptDirectory.from_config(_alembic()).get_current_head()
        assert head is not None
        return have is None or have < head  # revisions are numbered

    def close(self) -> None:
        self.engine.dispose()


# A server that has lost its power says nothing: without these the kernel would wait for it for many minutes.
_GIVES_UP_AFTER = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "tcp_user_timeout": 20_000}


def _connecting(dialect: object, record: object, arguments: object, parameters: dict[str, Any]) -> None:
    for name, value in _GIVES_UP_AFTER.items():
        parameters.setdefault(name, value)
    given = parameters.get("options", "")
    parameters["options"] = f"{given} -c idle_in_transaction_session_timeout={STANDS_STILL_SECONDS}s".lstrip()


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
