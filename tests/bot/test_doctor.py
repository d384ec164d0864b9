"""The doctor finds what is wrong, says how to mend it, and never tells a secret."""

import asyncio
import base64
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text

from bot.app import Edge, create_app
from bot.channel import line_client
from bot.clock import Clock
from bot.database import Database
from bot.doctor import Finding, Level, examine, exit_status, refused
from bot.doctor.database import filesystem_of
from bot.doctor.finding import is_local
from bot.doctor.machine import weak
from bot.line import richmenus
from bot.settings import Settings, SettingsRefused, load
from bot.simulator.app import Simulator
from bot.simulator.config import SimulatorConfig
from law.catalogue import sources, stale
from locales import TAIPEI
from models.contact import meet
from models.conversation import Progress, keep
from models.secrets import Key, Keyring

KEY = "1:" + base64.b64encode(bytes((number * 37 + number**2) % 256 for number in range(32))).decode()
OTHER_KEY = "2:" + base64.b64encode(bytes((number * 53 + number**3 + 9) % 256 for number in range(32))).decode()
CHANNEL_SECRET, TOKEN, PASSWORD = "hidden-channel-secret", "hidden-access-token", "hidden-password"
OPERATIONS = Path(__file__).parent.parent.parent / "docs" / "operations.md"


class Served:
    """An ASGI application behind a real uvicorn."""

    def __init__(self, app: Any, listening: socket.socket) -> None:
        self._listening = listening
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=5))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]})
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._listening.close()


@dataclass
class Place:
    """A running service beside its LINE, and the doctor that examines both."""

    settings: Settings
    url: str

    def examined(self, clock: Clock | None = None, **changed: Any) -> list[Finding]:
        """What the doctor says; in every test, no secret may be in it."""
        given = {name: getattr(self.settings, name) for name in self.settings.model_fields_set}
        settings = load(**{**given, **changed})
        found = asyncio.run(examine(settings, clock))
        said = repr(found)
        secrets = [key.get_secret_value().partition(":")[2] for key in settings.keys]
        for secret in (CHANNEL_SECRET, TOKEN, PASSWORD, *secrets):
            assert secret not in said
        for one in found:
            assert one.what
            assert one.mend or one.level is Level.OK
        return found

    def control(self, path: str, body: Any) -> None:
        answer = httpx.post(f"{self.url}/simulator/api/{path}", json=body, trust_env=False)
        assert answer.status_code < 300, answer.text

    def line(self, method: str, path: str, body: Any = None) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = httpx.request(method, f"{self.url}/v2/bot/{path}", json=body, headers=headers, trust_env=False)
        assert answer.status_code < 300, answer.text


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [one for one in os.environ if one.startswith("BOT_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def place(database_url: str, request: pytest.FixtureRequest) -> Iterator[Place]:
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    settings = load(
        database_url=database_url,
        keys=KEY,
        line_channel_secret=CHANNEL_SECRET,
        line_channel_access_token=TOKEN,
        line_api_url=url,
        line_data_url=url,
        public_url=url,
    )
    given = getattr(request, "param", {})
    config = {"channel_secret": CHANNEL_SECRET, "channel_access_token": TOKEN, "webhook_url": f"{url}/line/webhook"}
    edge = create_app(settings, worker=False)
    _put_line_beside(edge, SimulatorConfig(**{**config, **given}))
    served = Served(edge, listening)
    yield Place(settings, url)
    served.stop()


def _put_line_beside(edge: Edge, config: SimulatorConfig) -> None:
    line, ours = Simulator(config), edge.api.router.lifespan_context

    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        async with ours(api):
            yield
        await line.close()

    edge.api.router.routes.extend(line.routes)
    edge.api.router.lifespan_context = lifespan


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("richmenus")
    richmenus.build(folder)
    return folder


def publish(place: Place, pictures: Path) -> None:
    async def published() -> None:
        async with line_client(place.settings) as line:
            await richmenus.publish(line, pictures)

    asyncio.run(published())


def about(found: list[Finding], words: str, level: Level) -> Finding:
    """The one finding with these words; it must be of this level."""
    (one,) = [one for one in found if words in one.what]
    assert one.level is level, one
    return one


def is_sqlite(place: Place) -> bool:
    return place.settings.sqlite_file is not None


only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def test_a_sound_service_has_nothing_bad(place: Place, pictures: Path) -> None:
    publish(place, pictures)
    found = place.examined()
    # The tests' own PostgreSQL does not wait for the disk (tests/conftest.py), and rightly does not pass.
    hasty = [one for one in found if "is off: what LINE was told is safe may be lost" in one.what]
    # These run on the day that it is: some day nobody has read the law for long, whatever else is sound.
    aged = [one for one in found if "sources of law were not read" in one.what]
    assert {one.what for one in found if one.level is not Level.OK} - {one.what for one in (*hasty, *aged)} == {
        "BOT_PUBLIC_URL is not https: LINE would not call us"
    }
    assert exit_status([one for one in found if one not in hasty]) == 0
    for words in ("tables are up to date", "takes writes", "newest key", "takes our token", "rich menus are published"):
        about(found, words, Level.OK)
    about(found, "seen from here", Level.OK)
    about(found, "agrees with LINE's", Level.OK)
    about(found, "SQLite is durable" if is_sqlite(place) else "agrees with the database's", Level.OK)


@only_sqlite
def test_menus_that_are_missing_old_or_not_the_default_are_named(place: Place, pictures: Path) -> None:
    assert "richmenus publish" in about(place.examined(), "rich menus are not published", Level.BAD).mend
    publish(place, pictures)
    place.line("DELETE", "user/all/richmenu")
    about(place.examined(), "not the newest", Level.WARN)
    publish(place, pictures)
    about(place.examined(), "12 rich menus are published", Level.OK)


@only_sqlite
def test_law_that_nobody_has_read_for_long_is_told_with_the_command_that_lists_it(place: Place) -> None:
    read_on = min(source.checked for source in sources())
    clock = Clock()
    clock.move(datetime.combine(read_on + timedelta(days=179), time_of_day(12), TAIPEI))
    about(place.examined(clock), "all sources of law were read within 180 days", Level.OK)
    clock.move(datetime.combine(read_on + timedelta(days=180), time_of_day(12), TAIPEI))
    one = about(place.examined(clock), "sources of law were not read for 180 days", Level.WARN)
    assert f"law list --stale {read_on + timedelta(days=180)}" in one.mend
    assert one.what.split()[0] == str(len(stale(read_on + timedelta(days=180))))


@only_sqlite
def test_a_webhook_that_goes_elsewhere_or_nowhere_is_bad(place: Place) -> None:
    one = about(place.examined(public_url="https://bot.example"), "LINE sends events", Level.BAD)
    assert "https://bot.example/line/webhook" in one.what
    assert "Webhook" in one.mend


@only_sqlite
@pytest.mark.parametrize("place", [{"webhook_url": None}], indirect=True)
def test_a_webhook_that_was_never_set_is_bad(place: Place) -> None:
    about(place.examined(), "LINE sends events nowhere", Level.BAD)


@only_sqlite
def test_a_webhook_that_is_switched_off_is_bad(place: Place) -> None:
    off = {"endpoint": f"{place.url}/line/webhook", "active": False}
    place.control("faults", {"path": "/v2/bot/channel/webhook/endpoint", "status": 200, "body": off})
    about(place.examined(), "switched off", Level.BAD)


@only_sqlite
@pytest.mark.parametrize(
    ("place", "sent", "level"),
    [({"monthly_limit": 5}, 0, Level.OK), ({"monthly_limit": 5}, 4, Level.WARN), ({"monthly_limit": 5}, 5, Level.BAD)],
    indirect=["place"],
)
def test_the_months_messages_are_counted(place: Place, sent: int, level: Level) -> None:
    answer = httpx.post(f"{place.url}/simulator/api/users", json={"display_name": "Made Up"}, trust_env=False)
    user_id = answer.json()["user_id"]
    place.control(f"users/{user_id}/follow", {})
    for number in range(sent):
        place.line("POST", "message/push", {"to": user_id, "messages": [{"type": "text", "text": f"{number}"}]})
    about(place.examined(), f"{sent} of this month's 5 messages", level)


@only_sqlite
def test_a_refused_token_is_bad_and_ends_the_questions_to_line(place: Place) -> None:
    found = place.examined(line_channel_access_token="another-token")
    assert "BOT_LINE_CHANNEL" in about(found, "LINE refuses our access", Level.BAD).mend
    assert not [one for one in found if "messages" in one.what or "rich menus" in one.what]
    assert exit_status(found) == 1


@only_sqlite
def test_one_question_that_fails_does_not_hide_the_others(place: Place) -> None:
    place.control("faults", {"path": "/v2/bot/message/quota", "status": 500})
    found = place.examined()
    about(found, "LINE gave no usable answer (/v2/bot/message/quota: 500)", Level.WARN)
    about(found, "rich menus", Level.BAD)


@only_sqlite
def test_line_out_of_reach_is_bad(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    assert "DNS" in about(place.examined(line_api_url=f"http://127.0.0.1:{port}"), "cannot be reached", Level.BAD).mend


@pytest.fixture
def untrusted() -> Iterator[str]:
    """An https address whose certificate nobody vouches for."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.1)
    ended = threading.Event()

    def answer() -> None:
        while not ended.is_set():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            connection.settimeout(2)
            try:
                with context.wrap_socket(connection, server_side=True):
                    pass
            except OSError:
                connection.close()

    thread = threading.Thread(target=answer)
    thread.start()
    yield f"https://localhost:{listening.getsockname()[1]}"
    ended.set()
    thread.join()
    listening.close()


@only_sqlite
def test_certificates_that_nobody_trusts_are_bad_on_both_sides(place: Place, untrusted: str) -> None:
    found = place.examined(line_api_url=untrusted, public_url=untrusted)
    about(found, f"{untrusted.removeprefix('https://')} has no certificate", Level.BAD)
    about(found, "/line/webhook has no certificate", Level.BAD)


@only_sqlite
def test_a_silent_or_strange_public_address_is_noticed(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    about(place.examined(public_url=f"http://127.0.0.1:{port}"), "nothing answers", Level.WARN)
    about(place.examined(public_url=f"{place.url}/elsewhere"), "answered by something else", Level.WARN)


@only_sqlite
def test_calling_line_or_being_called_without_tls_is_bad(place: Place) -> None:
    found = place.examined(line_api_url="http://line.invalid", public_url="http://bot.invalid")
    about(found, "without TLS", Level.BAD)
    about(found, "is not https", Level.BAD)


@only_sqlite
def test_a_database_that_is_not_there_is_bad_and_is_not_created(place: Place, tmp_path: Path) -> None:
    found = place.examined(database_url=f"sqlite:///{tmp_path / 'var' / 'none.sqlite'}")
    assert "migrate" in about(found, "there is no database", Level.BAD).mend
    assert not (tmp_path / "var").exists()


@only_sqlite
def test_a_file_that_is_no_database_is_bad(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "letter.sqlite"
    file.write_text("Dear database, " * 500)
    about(place.examined(database_url=f"sqlite:///{file}"), "cannot be used", Level.BAD)


def test_missing_migrations_are_bad(place: Place) -> None:
    database = Database(place.settings.database_url, place.settings.keyring)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    database.close()
    assert "migrate" in about(place.examined(), "not those of this program", Level.BAD).mend


def test_looking_changes_nothing(place: Place) -> None:
    place.examined()
    database = Database(place.settings.database_url, place.settings.keyring)
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM rate")) == 0
    database.close()


@only_postgresql
def test_an_unreachable_server_is_bad_and_its_password_stays_hidden(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    for url in (
        f"postgresql://me:{PASSWORD}@127.0.0.1:{port}/bot",
        f"postgresql://me@127.0.0.1:{port}/bot?password={PASSWORD}",
        f"postgresql://me:{PASSWORD}@127.0.0.1:{port}/bot?nonsense={PASSWORD}",
    ):
        about(place.examined(database_url=url), "the database cannot be used", Level.BAD)


@only_postgresql
def test_a_server_that_forgets_or_takes_no_writes_is_bad(place: Place) -> None:
    database = Database(place.settings.database_url, place.settings.keyring)
    with database.writing() as session:
        name = session.scalar(text("SELECT current_database()"))
        session.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
        session.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    database.close()
    found = place.examined()
    assert "synchronous_commit = on" in about(found, "synchronous_commit is off", Level.BAD).mend
    about(found, "takes no writes", Level.BAD)


@pytest.mark.parametrize(("ahead", "level"), [(5, Level.WARN), (-3600, Level.BAD)])
def test_a_wrong_clock_is_noticed_by_the_databases_and_by_lines(place: Place, ahead: int, level: Level) -> None:
    found = place.examined(Clock(timedelta(seconds=ahead)))
    about(found, f"{'ahead of' if ahead > 0 else 'behind'} LINE's", level)
    if not is_sqlite(place):
        about(found, f"{'ahead of' if ahead > 0 else 'behind'} the database's", level)


def add_cell(place: Place, keys: str) -> None:
    database = Database(place.settings.database_url, Keyring([Key.read(keys)]))
    now = Clock().now()
    with database.writing() as session:
        contact = meet(session, "U" + "1" * 32, None, now)
        keep(session, contact.id, Progress("binding", {}, now, now), now)
    database.close()


def test_cells_under_an_older_key_are_named_until_they_are_rotated(place: Place) -> None:
    add_cell(place, KEY)
    about(place.examined(), "all cells are sealed by the newest key", Level.OK)
    one = about(place.examined(keys=f"{OTHER_KEY},{KEY}"), "1 cells are still sealed by an older key", Level.WARN)
    assert "keys rotate" in one.mend
    assert (
        "key 2 is needed for backups only" in about(place.examined(keys=f"{KEY},{OTHER_KEY}"), "newest", Level.OK).what
    )


def test_a_missing_or_wrong_key_is_bad(place: Place) -> None:
    add_cell(place, KEY)
    wrong = "1:" + OTHER_KEY.partition(":")[2]
    for keys in (OTHER_KEY, wrong):
        about(place.examined(keys=keys), "conversation.answers: key 1 is missing or not the right one", Level.BAD)


@only_sqlite
def test_guessable_and_doubled_keys_are_bad(place: Place) -> None:
    typed = "3:" + base64.b64encode(b"correct horse battery staple 123").decode()
    doubled = "4:" + KEY.partition(":")[2]
    found = place.examined(keys=f"{KEY},{typed},{doubled}")
    about(found, "key 3 was not made by chance", Level.BAD)
    about(found, "the same under two ids", Level.BAD)


@pytest.mark.parametrize(
    "secret",
    [bytes(32), bytes(range(32)), b"\x01\x02" * 16, bytes(range(0, 256, 8)), b"correct horse battery staple 123"],
)
def test_patterns_and_words_are_weak_keys(secret: bytes) -> None:
    assert weak(secret)


def test_chance_makes_no_weak_keys() -> None:
    assert not any(weak(os.urandom(32)) for _ in range(5000))


@only_sqlite
def test_misspelt_variables_and_an_open_env_file_are_noticed(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOT_LINE_CHANEL_SECRET", CHANNEL_SECRET)
    (tmp_path / ".env").write_text("BOT_REMINDER_OUR=9\n")
    (tmp_path / ".env").chmod(0o644)
    found = place.examined()
    about(found, "BOT_LINE_CHANEL_SECRET is no setting", Level.WARN)
    about(found, "BOT_REMINDER_OUR is no setting", Level.WARN)
    assert about(found, "can be read by others", Level.BAD).mend == "chmod 600 .env"
    (tmp_path / ".env").chmod(0o600)
    assert not [one for one in place.examined() if "read by others" in one.what]


@only_sqlite
def test_a_database_file_open_to_every_user_is_noticed(place: Place, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    file = place.settings.sqlite_file
    assert file is not None
    file.chmod(0o644)
    about(place.examined(), "every user of this machine", Level.WARN)


def test_settings_that_were_refused_become_findings() -> None:
    with pytest.raises(SettingsRefused) as caught:
        load(line_channel_secret=CHANNEL_SECRET, port=0)
    found = refused(caught.value)
    assert exit_status(found) == 1
    assert {one.what.partition(":")[0] for one in found} == {"BOT_KEYS", "BOT_LINE_CHANNEL_ID", "BOT_PORT"}
    assert CHANNEL_SECRET not in repr(found)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("/srv/bot/bot.sqlite", "ext4"),
        ("/srv/shared/bot.sqlite", "nfs4"),
        ("/srv/shared disk/bot.sqlite", "cifs"),
        ("/srv/sharedx/bot.sqlite", "ext4"),
        ("/over/bot.sqlite", "tmpfs"),
    ],
)
def test_the_disk_of_a_file_is_the_deepest_mount_above_it(file: str, kind: str) -> None:
    mounts = (
        "/dev/vda1 / ext4 rw 0 0\nserver:/x /srv/shared nfs4 rw 0 0\n//s/d /srv/shared\\040disk cifs rw 0 0\n"
        "/dev/vdb /over xfs rw 0 0\nnone /over tmpfs rw 0 0\nbroken\n"
    )
    assert filesystem_of(Path(file), mounts) == kind
    assert filesystem_of(Path(file), "") is None


@pytest.mark.parametrize(
    ("host", "local"), [(None, True), ("/run/postgresql", True), ("localhost", True), ("db.example", False)]
)
def test_only_this_machine_needs_no_tls(host: str | None, local: bool) -> None:
    assert is_local(host) is local


def test_the_operations_page_has_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(BOT_\w+)` \| ([^|]*) \|", OPERATIONS.read_text(), re.MULTILINE))
    fields = Settings.model_fields
    assert set(rows) == {f"BOT_{name.upper()}" for name in fields}
    for name, field in fields.items():
        written = rows[f"BOT_{name.upper()}"].strip()
        if field.is_required():
            assert written == "**required**"
        elif field.default in (None, ()):
            assert written == "–"
        else:
            default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
            assert written == f"`{default}`"


def test_the_operations_page_explains_every_alarm() -> None:
    page = OPERATIONS.read_text()
    root = OPERATIONS.parent.parent
    sources = [file for folder in ("bot", "handlers", "scheduler", "models") for file in (root / folder).rglob("*.py")]
    alarms = {
        name
        for file in sources
        if "simulator" not in file.parts
        for name in re.findall(r'log\.(?:error|critical)\(\s*"(\w+)"', file.read_text())
    }
    assert alarms
    assert not {name for name in alarms if f"`{name}`" not in page}
