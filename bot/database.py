"""The open database: sessions for the shell, and its tables brought up to date."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.base import open_engine
from models.secrets import Keyring

MIGRATIONS = Path(__file__).parent.parent / "migrations"


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
        self._reading = self.engine.execution_options(reading=True)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose work is committed at the end, or nothing of it."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def rehearsing(self) -> Iterator[Session]:
        """A session like `writing`, of whose work nothing is ever kept."""
        with Session(self.engine, expire_on_commit=False) as session:
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
        """Whether migrations are missing."""
        with self.engine.connect() as connection:
            have = MigrationContext.configure(connection).get_current_revision()
        return have != ScriptDirectory.from_config(_alembic()).get_current_head()

    def close(self) -> None:
        self.engine.dispose()


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
