"""PostgreSQL: by its own programs, whose arguments hold no password."""

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import URL, create_engine, exists, inspect, literal, make_url, select, table
from sqlalchemy.exc import SQLAlchemyError

from bot.backup.files import HOUSEKEEPING, BackupRefused, not_empty

STARTS = b"PGDMP"


def dump(database_url: str, part: Path) -> None:
    _run("pg_dump", database_url, "--format=custom", "--no-owner", "--no-privileges", f"--file={part}")
    _listed(part)


def restore(source: Path, database_url: str, *, force: bool) -> None:
    there, holding = _tables(database_url)
    if holding and not force:
        raise BackupRefused(not_empty("the database"))
    strange = there - _listed(source)
    if strange:
        raise BackupRefused(
            "the database has tables that the backup does not know: create an empty database, restore into that one, "
            "then run: python -m bot migrate"
        )
    _run(
        "pg_restore",
        database_url,
        *("--single-transaction", "--exit-on-error", "--clean", "--if-exists", "--no-owner", "--no-privileges"),
        str(source),
    )


def _tables(database_url: str) -> tuple[set[str], set[str]]:
    """The names of all tables, and of those in which somebody is known."""
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            names = set(inspect(connection).get_table_names())
            has_row = {
                name: select(exists(select(literal(1)).select_from(table(name)))) for name in names - HOUSEKEEPING
            }
            return names, {name for name, question in has_row.items() if connection.execute(question).scalar_one()}
    except SQLAlchemyError as error:
        raise BackupRefused(
            f"the database cannot be reached ({type(error).__name__}): try python -m bot doctor"
        ) from None
    finally:
        engine.dispose()


def _listed(dump: Path) -> set[str]:
    """The tables in a dump; raises BackupRefused if pg_restore cannot read it."""
    listing = _run("pg_restore", None, "--list", str(dump))
    lines = (line.split() for line in listing.splitlines() if not line.startswith(";"))
    # 215; 1259 16389 TABLE public contact owner
    return {words[5] for words in lines if len(words) > 5 and words[3] == "TABLE" and words[4] != "DATA"}


def _run(program: str, database_url: str | None, *arguments: str) -> str:
    """What one of PostgreSQL's programs prints. The password goes by environment: everybody sees arguments."""
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(
            f"{program} is not installed: install PostgreSQL's client programs, of the server's version or newer "
            "(Debian: apt install postgresql-client)"
        )
    environment = dict(os.environ)
    if database_url is not None:
        url, password = _without_password(database_url)
        arguments = (f"--dbname={url}", *arguments)
        if password:
            environment["PGPASSWORD"] = password
    done = subprocess.run([found, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        # Only the error itself: the lines after it may quote rows.
        errors = (line for line in done.stderr.splitlines() if "error: " in line)
        why = next(errors, "no reason given")
        raise BackupRefused(f"{program} failed, nothing was changed: {why[:300]}")
    return done.stdout


def _without_password(database_url: str) -> tuple[str, str | None]:
    """The address as PostgreSQL's programs take it, and the password."""
    url = make_url(database_url).set(drivername="postgresql")
    in_query = url.query.get("password")
    password = url.password or (in_query if isinstance(in_query, str) else None)
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return bare.difference_update_query(["password"]).render_as_string(hide_password=False), password
