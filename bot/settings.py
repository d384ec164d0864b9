"""What an operator sets, from the environment or `.env`; anything wrong is refused by name before we start."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.callback_signature import SecretFormatError, read_secret
from models.delivery_hours import DeliveryHours
from models.quota import RESERVE_PERCENT, Account
from models.reminder import ReminderRules
from models.secrets import Key, KeyFormatError, Keyring

LOOPBACK = ("127.0.0.1", "::1", "localhost")
LEVELS = ("debug", "info", "warning", "error", "critical")


class SettingsRefused(Exception):  # noqa: N818  reads as what it says where it is caught
    """The settings cannot be used; the text names each variable and what to do, never its value."""


class Settings(BaseSettings):
    """One frozen object, unpacked in `bot/app.py`. Every field is a variable `BOT_<NAME>`."""

    # Empty is not set: an empty channel secret would let anybody sign events.
    model_config = SettingsConfigDict(
        env_prefix="BOT_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, validate_default=True
    )

    database_url: str = Field("sqlite:///var/bot.sqlite", repr=False)  # it may hold a password
    keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        description="Field keys, newest first: id:base64 of 32 bytes, separated by commas. "
        "Make one with: python -m bot keys new"
    )
    line_channel_secret: SecretStr
    line_channel_access_token: SecretStr | None = None
    line_channel_id: str | None = Field(None, pattern=r"^[0-9]+$")
    line_api_url: str = "https://api.line.me"
    line_data_url: str = "https://api-data.line.me"
    line_login_channel_id: str | None = None
    liff_id: str | None = None
    public_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    log_level: str = "info"

    quiet_before: int = Field(9, ge=0, le=23, description="No reminder before this hour in Taipei")
    quiet_from: int = Field(20, ge=1, le=24, description="No reminder from this hour on in Taipei")
    reminder_hour: int = Field(10, ge=0, le=23, description="Hour in Taipei at which reminders leave")
    remind_arc_card: bool = True
    remind_health_examinations: bool = True
    binding_answer_seconds: float = Field(5, ge=0, le=40, description="Every binding is answered after this time")
    import_max_rows: int = Field(2_000_000, ge=1)
    audit_anchor_file: Path = Field(
        Path("var/audit-ends.txt"), description="Where the end of the audit log is noted every day"
    )
    upload_max_bytes: int = Field(200 * 1024 * 1024, ge=1024, description="The largest file the console takes")
    upload_second_person_percent: int = Field(
        10, ge=0, le=100, description="Share of a file's rows that may change or be refused without a second person"
    )
    quota_reserve_percent: int = Field(
        RESERVE_PERCENT, ge=0, le=90, description="Share of LINE's monthly messages kept for what is urgent"
    )
    api_calls_per_minute: int = Field(120, ge=1, le=60_000, description="How often each API key may call")
    callback_url: str | None = Field(None, repr=False)  # it may hold a password too
    callback_secret: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="Secrets that sign callbacks, newest first. Make one with: python -m bot callbacks secret"
    )

    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_login_claim: str = Field("preferred_username", pattern=r"^[A-Za-z0-9_]{1,40}$")
    oidc_trust_mfa: bool = Field(False, description="The provider always asks for a second factor itself")

    @field_validator("keys", "callback_secret", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("keys")
    @classmethod
    def _readable(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        _keyring(value)
        return value

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        try:
            name = make_url(value).database
        except (ArgumentError, ValueError):
            raise ValueError("cannot be read; a password's special characters are written as %XX") from None
        if value.startswith("sqlite") and name in (None, "", ":memory:"):
            raise ValueError("must name a file: in memory, everything would be lost")
        return value

    @field_validator("line_channel_secret", "line_channel_access_token")
    @classmethod
    def _goes_into_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        written = value.get_secret_value() if value else "-"
        if not written or not written.isascii() or not written.isprintable() or " " in written:
            raise ValueError("must be letters, digits and signs without a space, as LINE shows it")
        return value

    @field_validator("line_api_url", "line_data_url", "public_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an address like https://name.example, without ? and #")
        return value.rstrip("/")

    @field_validator("callback_url")
    @classmethod
    def _receiver(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            known = parts.hostname is not None and parts.port != 0
        except ValueError:
            known = False
        if not known or not value.isascii() or not value.isprintable() or " " in value or parts.fragment:
            raise ValueError("must be an address like https://name.example/path")
        if parts.username is not None or parts.password is not None:
            raise ValueError("must not hold a user or a password: the signature is what proves us")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("must begin with https://, except on this machine itself")
        return value

    @field_validator("callback_secret")
    @classmethod
    def _signs(cls, value: tuple[SecretStr, ...], info: ValidationInfo) -> tuple[SecretStr, ...]:
        try:
            for secret in value:
                read_secret(secret.get_secret_value())
        except SecretFormatError as wrong:
            raise ValueError(str(wrong)) from None
        if not value and info.data.get("callback_url") is not None:
            raise ValueError("is not set, though BOT_CALLBACK_URL is: see python -m bot callbacks secret")
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _provider(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if not safe or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be the provider's issuer, an address with https:// and without ? and #")
        return value

    @field_validator("oidc_client_id", "oidc_client_secret")
    @classmethod
    def _known_to_provider(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.data.get("oidc_issuer") is not None:
            raise ValueError("is not set, though BOT_OIDC_ISSUER is: the provider hands it out")
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.lower() not in LEVELS:
            raise ValueError(f"must be one of {', '.join(LEVELS)}")
        return value.lower()

    @field_validator("line_channel_id")
    @classmethod
    def _some_access(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("line_channel_access_token", "wrong") is None:
            raise ValueError("is not set (for stateless tokens), nor is BOT_LINE_CHANNEL_ACCESS_TOKEN")
        return value

    @field_validator("reminder_hour")
    @classmethod
    def _by_day(cls, value: int, info: ValidationInfo) -> int:
        if not info.data.get("quiet_before", 0) <= value < info.data.get("quiet_from", 24):
            raise ValueError("must lie between BOT_QUIET_BEFORE and BOT_QUIET_FROM")
        return value

    @property
    def callback_secrets(self) -> tuple[bytes, ...]:
        return tuple(read_secret(secret.get_secret_value()) for secret in self.callback_secret)

    @property
    def keyring(self) -> Keyring:
        return _keyring(self.keys)

    @property
    def account(self) -> Account:
        return Account(self.line_channel_id or "line", self.quota_reserve_percent)

    @property
    def hours(self) -> DeliveryHours:
        return DeliveryHours(at=self.reminder_hour, first=self.quiet_before, last=self.quiet_from)

    @property
    def reminder_rules(self) -> ReminderRules:
        """Which reminders the operator wants, and when they leave."""
        return ReminderRules(self.hours, self.remind_arc_card, self.remind_health_examinations)

    @property
    def sqlite_file(self) -> Path | None:
        """The database file of the embedded engine, or None for PostgreSQL."""
        prefix = "sqlite:///"
        return Path(self.database_url.removeprefix(prefix)) if self.database_url.startswith(prefix) else None


def _keyring(keys: tuple[SecretStr, ...]) -> Keyring:
    try:
        return Keyring(Key.read(key.get_secret_value()) for key in keys)
    except KeyFormatError as wrong:
        raise ValueError(str(wrong)) from None


def load(**given: object) -> Settings:
    """The settings of this process; raises SettingsRefused naming every variable that is wrong or missing."""
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as wrong:
        lines = []
        for error in wrong.errors(include_input=False, include_url=False):
            missing = error["type"] == "missing"
            why = "is not set" if missing else error["msg"].removeprefix("Value error, ")
            lines.append(f"BOT_{str(error['loc'][0]).upper()}: {why}")
        raise SettingsRefused("\n".join(lines)) from None
