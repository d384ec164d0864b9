"""What an operator sets, from the environment or `.env`; anything wrong is refused by name before we start."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from models.delivery_hours import DeliveryHours
from models.secrets import Key, KeyFormatError, Keyring


class SettingsRefused(Exception):  # noqa: N818  reads as what it says where it is caught
    """The settings cannot be used; the text names each variable and what to do, never its value."""


class Settings(BaseSettings):
    """One frozen object, unpacked in `bot/app.py`. Every field is a variable `BOT_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="BOT_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = "sqlite:///var/bot.sqlite"
    keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        description="Field keys, newest first: id:base64 of 32 bytes, separated by commas. "
        "Make one with: python -m bot keys new"
    )
    line_channel_secret: SecretStr
    line_channel_access_token: SecretStr | None = None
    line_channel_id: str | None = None
    line_api_url: str = "https://api.line.me"
    line_data_url: str = "https://api-data.line.me"
    line_login_channel_id: str | None = None
    liff_id: str | None = None
    public_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    log_level: str = "info"

    reminder_hour: int = Field(10, ge=0, le=23, description="Hour in Taipei at which reminders leave")
    quiet_before: int = Field(9, ge=0, le=23, description="No reminder before this hour in Taipei")
    quiet_from: int = Field(20, ge=1, le=24, description="No reminder from this hour on in Taipei")
    remind_arc_card: bool = True
    remind_health_examinations: bool = True
    binding_answer_seconds: float = Field(5, ge=0, le=40, description="Every binding is answered after this time")
    import_max_rows: int = Field(2_000_000, ge=1)

    @field_validator("keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @model_validator(mode="after")
    def _belongs_together(self) -> "Settings":
        if self.line_channel_access_token is None and self.line_channel_id is None:
            raise ValueError("set BOT_LINE_CHANNEL_ID (stateless tokens) or BOT_LINE_CHANNEL_ACCESS_TOKEN")
        if not self.quiet_before <= self.reminder_hour < self.quiet_from:
            raise ValueError("BOT_REMINDER_HOUR must lie between BOT_QUIET_BEFORE and BOT_QUIET_FROM")
        _keyring(self.keys)
        return self

    @property
    def keyring(self) -> Keyring:
        return _keyring(self.keys)

    @property
    def hours(self) -> DeliveryHours:
        return DeliveryHours(at=self.reminder_hour, first=self.quiet_before, last=self.quiet_from)

    @property
    def sqlite_file(self) -> Path | None:
        """The database file of the embedded engine, or None for PostgreSQL."""
        prefix = "sqlite:///"
        return Path(self.database_url.removeprefix(prefix)) if self.database_url.startswith(prefix) else None


def _keyring(keys: tuple[SecretStr, ...]) -> Keyring:
    try:
        return Keyring(Key.read(key.get_secret_value()) for key in keys)
    except KeyFormatError as wrong:
        raise ValueError(f"BOT_KEYS: {wrong}") from None


def load(**given: object) -> Settings:
    """The settings of this process; raises SettingsRefused naming every variable that is wrong or missing."""
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as wrong:
        lines = []
        for error in wrong.errors(include_input=False, include_url=False):
            field = ".".join(str(part) for part in error["loc"])
            variable = f"BOT_{field.upper()}: " if field else ""
            missing = "is not set" if error["type"] == "missing" else error["msg"].removeprefix("Value error, ")
            lines.append(f"{variable}{missing}")
        raise SettingsRefused("\n".join(lines)) from None
