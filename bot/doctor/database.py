"""Examines the database: reachable, durable, up to date, and its cells readable with our keys."""

import shutil
from pathlib import Path

from sqlalchemy import insert, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from bot.doctor.finding import Finding, Level, is_local, skew
from bot.settings import Settings
from models import sealed_cells
from models.rate import Rate
from models.secrets import Keyring

OLDEST_POSTGRESQL = 14
ROOM_WANTED, ROOM_NEEDED = 2 * 1024**3, 200 * 1024**2
NETWORK_DISKS = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.")


def examine_database(settings: Settings, clock: Clock) -> list[Finding]:
    file = settings.sqlite_file
    if file is not None and not file.exists():
        mend = "create it: python -m bot migrate (or restore a backup)"
        return [Finding(Level.BAD, f"there is no database at {file}", mend)]
    database = Database(settings.database_url, settings.keyring)
    try:
        with database.reading() as session:
            session.execute(select(1))
        if database.behind():
            mend = "python -m bot migrate (with the newest program, not an older one)"
            return [Finding(Level.BAD, "the tables are not those of this program", mend)]
        found = [Finding(Level.OK, "the database answers, and its tables are up to date")]
        found += _writable(database)
        with database.reading() as session:
            found += _sqlite(session, file) if file else _postgresql(session, settings, clock)
            found += _cells(session, settings.keyring)
    except (SQLAlchemyError, OSError) as error:
        return [Finding(Level.BAD, f"the database cannot be used: {_reason(error, settings)}", _REACH)]
    finally:
        database.close()
    return found


_REACH = "is BOT_DATABASE_URL right, is the server running, may this machine and user connect, is the disk sound?"


def _reason(error: Exception, settings: Settings) -> str:
    """The error's first line without the password, which some drivers repeat."""
    cause = getattr(error, "orig", None) or error
    said = next(iter(str(cause).splitlines()), type(cause).__name__)
    url = make_url(settings.database_url)
    for hidden in (url.password, url.query.get("password")):
        if isinstance(hidden, str) and hidden:
            said = said.replace(hidden, "***")
    return said[:200]


def _writable(database: Database) -> list[Finding]:
    try:
        with Session(database.engine) as session:
            session.execute(insert(Rate).values(name="doctor", arrival=0))
            session.rollback()
    except SQLAlchemyError as error:
        mend = "may this user write the file and its folder, is the disk full, is it a read-only replica?"
        kind = type(getattr(error, "orig", None) or error).__name__
        return [Finding(Level.BAD, f"the database takes no writes ({kind})", mend)]
    return [Finding(Level.OK, "the database takes writes")]


def _sqlite(session: Session, file: Path) -> list[Finding]:
    found = []
    for pragma, wanted in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
        value = session.execute(text(f"PRAGMA {pragma}")).scalar()
        if value != wanted:
            mend = "put the file on a local disk that SQLite can lock"
            found.append(Finding(Level.BAD, f"SQLite's {pragma} is {value}, not {wanted}", mend))
    kind = filesystem_of(file.resolve(), _mounts())
    if kind and kind.startswith(NETWORK_DISKS):
        mend = "move it to a local disk, or use PostgreSQL: SQLite's locks do not hold over a network"
        found.append(Finding(Level.BAD, f"the database lies on a network disk ({kind})", mend))
    free = shutil.disk_usage(file.parent).free
    if free < ROOM_WANTED:
        level = Level.BAD if free < ROOM_NEEDED else Level.WARN
        found.append(Finding(level, f"only {free // 1024**2} MiB are free beside the database", "make room"))
    if file.stat().st_mode & 0o006 and file.resolve().parent.stat().st_mode & 0o001:
        mend = f"chmod 600 {file}; chmod 700 {file.parent}"
        found.append(Finding(Level.WARN, "every user of this machine can read the database file", mend))
    return found or [Finding(Level.OK, "SQLite is durable, and on a local disk")]


def _mounts() -> str:
    try:
        return Path("/proc/mounts").read_text()
    except OSError:  # not Linux: then we do not know
        return ""


def filesystem_of(file: Path, mounts: str) -> str | None:
    """The kind of disk a file lies on, by the lines of /proc/mounts; None where they do not say."""
    best, kind = "", None
    for line in mounts.splitlines():
        words = line.split()
        if len(words) < 3:
            continue
        place = words[1].replace("\\040", " ")
        if file.is_relative_to(place) and len(place) >= len(best):  # of two on one place, the later one counts
            best, kind = place, words[2]
    return kind


_ABOUT_POSTGRESQL = text(
    "SELECT current_setting('server_version_num')::int / 10000 AS version, clock_timestamp() AS now,"
    " current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,"
    " current_setting('synchronous_commit') AS synchronous_commit, current_setting('autovacuum') AS autovacuum,"
    " coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS tls"
)


def _postgresql(session: Session, settings: Settings, clock: Clock) -> list[Finding]:
    about, found = session.execute(_ABOUT_POSTGRESQL).one(), []
    if about.version < OLDEST_POSTGRESQL:
        what = f"PostgreSQL {about.version} is no longer maintained"
        found.append(Finding(Level.WARN, what, f"upgrade to {OLDEST_POSTGRESQL} or newer"))
    for name in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
        if getattr(about, name) == "off":
            level = Level.WARN if name == "autovacuum" else Level.BAD
            mend = f"set {name} = on in postgresql.conf, and for this database and user, then reload"
            found.append(Finding(level, f"PostgreSQL's {name} is off: what LINE was told is safe may be lost", mend))
    if not about.tls and not is_local(make_url(settings.database_url).host):
        found.append(Finding(Level.BAD, "PostgreSQL is reached without TLS", "add ?sslmode=verify-full to its address"))
    return [*found, skew(about.now - clock.now(), "the database's")]


def _cells(session: Session, ring: Keyring) -> list[Finding]:
    if wrong := sealed_cells.unreadable_columns(session):
        ids = ", ".join(str(one) for one in sorted(set().union(*wrong.values())))
        mend = "find the key and put it behind the newest one in BOT_KEYS; change nothing before that"
        return [Finding(Level.BAD, f"{', '.join(wrong)}: key {ids} is missing or not the right one", mend)]
    counts = sealed_cells.progress(session)
    if old := sealed_cells.old_cells(counts, ring):
        mend = "python -m bot keys rotate (the service may go on running)"
        return [Finding(Level.WARN, f"{old} cells are still sealed by an older key", mend)]
    spare = ", ".join(str(key.id) for key in ring.keys[1:])
    also = f"; key {spare} is needed for backups only and may leave BOT_KEYS" if spare else ""
    return [Finding(Level.OK, f"all cells are sealed by the newest key{also}")]
