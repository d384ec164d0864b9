"""Wrong or missing settings stop the start, each named, none of them repeated."""

import base64
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsRefused, load
from models.delivery_hours import DeliveryHours

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(range(32, 64))).decode()
CALLBACK_SECRET = f"whsec_{OTHER_KEY}"
SECRETS: Mapping[str, str] = {
    "BOT_KEYS": f"1:{KEY}",
    "BOT_LINE_CHANNEL_SECRET": "s3cret-of-the-channel",
    "BOT_LINE_CHANNEL_ACCESS_TOKEN": "t0ken-of-the-channel",
    "BOT_DATABASE_URL": "postgresql://bot:p4ssword@db.example/bot",
}
RIGHT: Mapping[str, str] = {
    "BOT_KEYS": f"1:{KEY}",
    "BOT_LINE_CHANNEL_SECRET": "s3cret-of-the-channel",
    "BOT_LINE_CHANNEL_ID": "1000000001",
}


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.upper().startswith("BOT_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def started(monkeypatch: pytest.MonkeyPatch, **more: str | None) -> Settings:
    """The settings of an environment that is right but for these variables (None takes one away)."""
    for name, value in {**RIGHT, **more}.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    return load()


def test_three_variables_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = started(monkeypatch)
    assert settings.database_url == "sqlite:///var/bot.sqlite"
    assert settings.sqlite_file == Path("var/bot.sqlite")
    assert settings.line_api_url == "https://api.line.me"
    assert settings.line_channel_access_token is None
    assert settings.hours == DeliveryHours(at=10, first=9, last=20)
    assert [key.id for key in settings.keyring.keys] == [1]


def test_a_long_lived_token_does_instead_of_the_channel_id(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = started(monkeypatch, BOT_LINE_CHANNEL_ID=None, BOT_LINE_CHANNEL_ACCESS_TOKEN="token")
    assert settings.line_channel_access_token is not None


def test_a_variable_that_is_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = started(monkeypatch, BOT_LINE_CHANNEL_ACCESS_TOKEN="", BOT_PORT="", BOT_DATABASE_URL="")
    assert settings.line_channel_access_token is None
    assert settings.port == 8000
    assert settings.database_url == "sqlite:///var/bot.sqlite"


def test_the_env_file_counts_and_the_environment_goes_before_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = [*(f"{name}={value}" for name, value in RIGHT.items()), "BOT_PORT=8001", "BOT_HOST=0.0.0.0", "OTHER=1"]
    (tmp_path / ".env").write_text("\n".join(lines))
    monkeypatch.setenv("BOT_PORT", "8002")
    settings = load()
    assert (settings.port, settings.host) == (8002, "0.0.0.0")


@pytest.mark.parametrize("name", ["BOT_KEYS", "BOT_LINE_CHANNEL_SECRET"])
@pytest.mark.parametrize("value", [None, ""])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str | None) -> None:
    with pytest.raises(SettingsRefused) as refused:
        started(monkeypatch, **{name: value})
    assert str(refused.value) == f"{name}: is not set"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_PORT", "0"),
        ("BOT_PORT", "65536"),
        ("BOT_PORT", "eighty-something"),
        ("BOT_DATABASE_URL", "mysql://u:unguessable@db/x"),
        ("BOT_DATABASE_URL", "unguessable"),
        ("BOT_DATABASE_URL", "sqlite:///"),
        ("BOT_DATABASE_URL", "sqlite:///:memory:"),
        ("BOT_DATABASE_URL", "postgresql://u:unguessable@db:notaport/x"),
        ("BOT_LINE_CHANNEL_SECRET", "   "),
        ("BOT_LINE_CHANNEL_SECRET", "un guess able"),
        ("BOT_LINE_CHANNEL_ACCESS_TOKEN", "unguessable\nX-Header: 1"),
        ("BOT_LINE_CHANNEL_ACCESS_TOKEN", "unguessablé"),
        ("BOT_LINE_CHANNEL_ID", "unguessable"),
        ("BOT_LINE_API_URL", "api.line.me"),
        ("BOT_LINE_API_URL", "ftp://unguessable"),
        ("BOT_LINE_API_URL", "https://"),
        ("BOT_LINE_DATA_URL", "unguessable"),
        ("BOT_PUBLIC_URL", "https://unguessable.example/?x=1"),
        ("BOT_LOG_LEVEL", "unguessable"),
        ("BOT_REMINDER_HOUR", "24"),
        ("BOT_REMINDER_HOUR", "-1"),
        ("BOT_REMINDER_HOUR", "10:30"),
        ("BOT_REMINDER_HOUR", "20"),
        ("BOT_QUIET_BEFORE", "11"),
        ("BOT_QUIET_FROM", "25"),
        ("BOT_REMIND_ARC_CARD", "perhaps"),
        ("BOT_BINDING_ANSWER_SECONDS", "41"),
        ("BOT_BINDING_ANSWER_SECONDS", "nan"),
        ("BOT_IMPORT_MAX_ROWS", "0"),
        ("BOT_CALLBACK_URL", "unguessable"),
        ("BOT_CALLBACK_URL", "http://unguessable.example/told"),
        ("BOT_CALLBACK_URL", "ftp://unguessable.example/told"),
        ("BOT_CALLBACK_URL", "https://somebody:unguessable@name.example/told"),
        ("BOT_CALLBACK_URL", "https://name.example:notaport/told"),
        ("BOT_CALLBACK_URL", "https://name.example/unguessable#part"),
        ("BOT_CALLBACK_URL", "https:///unguessable"),
        ("BOT_CALLBACK_SECRET", "unguessable"),
        ("BOT_CALLBACK_SECRET", "whsec_unguessable"),
        ("BOT_CALLBACK_SECRET", "whsec_AAAA"),
        ("BOT_CALLBACK_SECRET", f"{CALLBACK_SECRET},whsec_unguessable"),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        started(monkeypatch, **{name: value})
    said = str(refused.value)
    assert name in said
    assert len(said.splitlines()) == 1
    for part in ("unguessable", "mysql", "eighty", "perhaps", "notaport", ":memory:"):
        assert part not in said


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ("", "is not set"),
        (",", "at least one key"),
        (KEY, "id:base64"),
        (f"0:{KEY}", "from 1 to 255"),
        (f"256:{KEY}", "from 1 to 255"),
        (f"x:{KEY}", "id:base64"),
        ("1:" + base64.b64encode(bytes(16)).decode(), "32 bytes"),
        ("1:" + base64.b64encode(bytes(33)).decode(), "32 bytes"),
        ("1:abc", "base64"),
        (f"1:{KEY},1:{OTHER_KEY}", "same id"),
        (f"1:{KEY},2:broken!", "id:base64"),
    ],
)
def test_a_wrong_key_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch, keys: str, why: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        started(monkeypatch, BOT_KEYS=keys)
    said = str(refused.value)
    assert said.startswith("BOT_KEYS: ")
    assert why in said
    assert KEY not in said
    assert OTHER_KEY not in said


@pytest.mark.parametrize(
    ("keys", "ids"),
    [
        (f"1:{KEY}", [1]),
        (f"2:{OTHER_KEY},1:{KEY}", [2, 1]),
        (f" 2:{OTHER_KEY} , 1:{KEY} ,", [2, 1]),
        (f"255:{OTHER_KEY.replace('+', '-').replace('/', '_')}", [255]),
    ],
)
def test_keys_are_read_newest_first(monkeypatch: pytest.MonkeyPatch, keys: str, ids: list[int]) -> None:
    assert [key.id for key in started(monkeypatch, BOT_KEYS=keys).keyring.keys] == ids


def test_everything_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsRefused) as refused:
        started(
            monkeypatch,
            BOT_KEYS="1:abc",
            BOT_LINE_CHANNEL_SECRET=None,
            BOT_LINE_CHANNEL_ID=None,
            BOT_PORT="0",
            BOT_REMINDER_HOUR="22",
        )
    named = [line.split(":")[0] for line in str(refused.value).splitlines()]
    assert sorted(named) == sorted(
        ["BOT_KEYS", "BOT_LINE_CHANNEL_SECRET", "BOT_LINE_CHANNEL_ID", "BOT_PORT", "BOT_REMINDER_HOUR"]
    )


def test_the_last_hour_may_be_midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    hours = started(monkeypatch, BOT_QUIET_BEFORE="0", BOT_REMINDER_HOUR="23", BOT_QUIET_FROM="24").hours
    assert hours == DeliveryHours(at=23, first=0, last=24)


@pytest.mark.parametrize(
    "url", ["https://name.example/told?from=bot", "http://127.0.0.1:9000/told", "http://[::1]:9000", "http://localhost"]
)
def test_callbacks_need_an_address_that_cannot_be_overheard_and_a_secret(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    with pytest.raises(SettingsRefused, match=r"^BOT_CALLBACK_SECRET: is not set, though BOT_CALLBACK_URL is"):
        started(monkeypatch, BOT_CALLBACK_URL=url)
    both = f"{CALLBACK_SECRET}, whsec_{KEY}"
    settings = started(monkeypatch, BOT_CALLBACK_URL=url, BOT_CALLBACK_SECRET=both)
    assert settings.callback_url == url
    assert settings.callback_secrets == (bytes(range(32, 64)), bytes(range(32)))
    assert url not in repr(settings)
    assert OTHER_KEY not in repr(settings)


def test_an_address_may_end_in_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(monkeypatch, BOT_LINE_API_URL="https://api.line.me/").line_api_url == "https://api.line.me"


def test_neither_repr_nor_str_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = started(monkeypatch, **SECRETS)
    for shown in (repr(settings), str(settings), repr(settings.keyring)):
        for secret in (KEY, repr(bytes(range(32))), "s3cret", "t0ken", "p4ssword"):
            assert secret not in shown


def test_settings_cannot_be_changed_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = started(monkeypatch)
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


def test_the_command_line_says_what_to_do_and_exits_with_2(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root), "BOT_LINE_CHANNEL_SECRET": "s3cret"}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "serve"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "BOT_KEYS: is not set" in done.stderr
    assert "Traceback" not in done.stderr
    assert "s3cret" not in done.stderr + done.stdout
