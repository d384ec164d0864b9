"""Examines this machine: settings, secrets and time-zone data."""

import os
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values

from bot.doctor.finding import Finding, Level, is_local
from bot.settings import Settings
from models.secrets import Keyring


def examine_machine(settings: Settings) -> list[Finding]:
    """Of what the operator has set, and of what the operating system must bring."""
    return [*_settings(settings), *_time_zone(), *_keys(settings.keyring)]


def _settings(settings: Settings) -> list[Finding]:
    known = {f"BOT_{name.upper()}" for name in Settings.model_fields}
    ours = sorted(name for name in {*os.environ, *dotenv_values(".env")} if name.upper().startswith("BOT_"))
    found = [
        Finding(Level.WARN, f"{name} is no setting of ours", "is it misspelt? (docs/operations.md)")
        for name in ours
        if name.upper() not in known
    ]
    env = Path(".env")
    if env.exists() and env.stat().st_mode & 0o077:
        found.append(Finding(Level.BAD, ".env, which holds secrets, can be read by others", "chmod 600 .env"))
    live = not is_local(urlsplit(settings.line_api_url).hostname)
    if live and urlsplit(settings.line_api_url).scheme != "https":
        found.append(
            Finding(Level.BAD, "LINE would be called without TLS", "BOT_LINE_API_URL must begin with https://")
        )
    if urlsplit(settings.public_url).scheme != "https":
        level = Level.BAD if live else Level.WARN
        mend = "give the service a name with a certificate, and put https://… into BOT_PUBLIC_URL"
        found.append(Finding(level, "BOT_PUBLIC_URL is not https: LINE would not call us", mend))
    return found or [Finding(Level.OK, "the settings are complete")]


def _time_zone() -> list[Finding]:
    try:
        offset = datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Taipei")).utcoffset()
    except ZoneInfoNotFoundError:
        offset = None
    if offset == timedelta(hours=8):
        return [Finding(Level.OK, "the time zone Asia/Taipei is known")]
    return [Finding(Level.BAD, "the time zone Asia/Taipei is unknown", "install tzdata (apt install tzdata)")]


def _keys(ring: Keyring) -> list[Finding]:
    mend = "make a new one (python -m bot keys new), put it first in BOT_KEYS, and rotate (docs/operations.md)"
    found = [
        Finding(Level.BAD, f"key {key.id} was not made by chance: it can be guessed", mend)
        for key in ring.keys
        if weak(key.secret)
    ]
    if len({key.secret for key in ring.keys}) < len(ring.keys):
        found.append(Finding(Level.BAD, "two keys in BOT_KEYS are the same under two ids", mend))
    return found or [Finding(Level.OK, f"{len(ring.keys)} key(s); new cells are sealed by key {ring.newest.id}")]


def weak(secret: bytes) -> bool:
    """Whether 32 bytes are typed words or a pattern; chance makes such ones less than once in a billion."""
    steps = {(after - before) % 256 for before, after in pairwise(secret)}
    return len(set(secret)) < 16 or len(steps) < 8 or (secret.isascii() and secret.decode().isprintable())
