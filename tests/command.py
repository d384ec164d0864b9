"""`python -m bot …` as it is typed on the machine, with settings that name the test's database."""

import base64
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app

Command = Callable[..., Result]
"""Takes the words that are typed; gives what was printed and how it ended."""


def command_line(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Command:
    settings = {
        "BOT_DATABASE_URL": database_url,
        "BOT_KEYS": "1:" + base64.b64encode(bytes(range(32))).decode(),
        "BOT_LINE_CHANNEL_SECRET": "a-secret-for-tests-only",
        "BOT_LINE_CHANNEL_ID": "1000000001",
        "BOT_PUBLIC_URL": "https://bot.example.org",
        "COLUMNS": "200",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("bot.__main__.log.configure", lambda _level: None)  # its output ends with the command
    return lambda *words: CliRunner().invoke(app, list(map(str, words)))
