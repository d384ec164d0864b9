"""Keys of the ministry's systems: live or test, for some of the API, kept only as digests."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Instant

SECRET_BYTES = 32
PREFIX_LENGTH = 8


class Scope(StrEnum):
    """What a key may be used for."""

    PERMITS = "permits"
    EVENTS = "events"
    LAW = "law"


class ApiKey(Base):
    """One key. Its secret has 256 random bits, so a plain digest of it cannot be guessed back."""

    __tablename__ = "api_key"
    __table_args__ = (CheckConstraint("mode IN ('live','test')", name="mode"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    # What a test key sends is judged like the real thing and never kept.
    mode: Mapped[str] = mapped_column(String(4))
    scopes: Mapped[str] = mapped_column(String(64))
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def is_test(self) -> bool:
        return self.mode == "test"

    def may(self, scope: Scope) -> bool:
        return scope.value in self.scopes.split()

    def holds(self, now: datetime) -> bool:
        """Whether it is in force."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def create(
    session: Session,
    name: str,
    scopes: Collection[Scope],
    now: datetime,
    *,
    test: bool,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key, and its secret: the only time that anybody sees it."""
    mode = "test" if test else "live"
    prefix = f"{mode}_{secrets.token_hex(PREFIX_LENGTH // 2)}"
    secret = f"{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}"
    key = ApiKey(
        name=name,
        mode=mode,
        scopes=" ".join(sorted(scope.value for scope in set(scopes))),
        prefix=prefix,
        digest=_digest(secret),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(key)
    session.flush()
    return key, secret


def rotate(session: Session, key: ApiKey, overlap: timedelta, now: datetime) -> tuple[ApiKey, str]:
    """A key like this one, which itself holds only for the overlap: time enough to change it in the other system."""
    made = create(
        session,
        key.name,
        [Scope(scope) for scope in key.scopes.split()],
        now,
        test=key.is_test,
        expires_at=key.expires_at,
    )
    ends = now + overlap
    key.expires_at = ends if key.expires_at is None else min(key.expires_at, ends)
    return made


def revoke(key: ApiKey, now: datetime) -> None:
    """From now on it opens nothing."""
    key.revoked_at = key.revoked_at or now


def key_of(session: Session, secret: str, now: datetime) -> ApiKey | None:
    """The key in force with this secret, or None for every other reason."""
    key = session.scalar(select(ApiKey).where(ApiKey.digest == _digest(secret)))
    return key if key is not None and key.holds(now) else None


def key_with_prefix(session: Session, prefix: str) -> ApiKey | None:
    """The key that is listed under this prefix."""
    return session.scalar(select(ApiKey).where(ApiKey.prefix == prefix))


def all_keys(session: Session) -> Sequence[ApiKey]:
    """Every key there ever was, the oldest first."""
    return session.scalars(select(ApiKey).order_by(ApiKey.id)).all()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
