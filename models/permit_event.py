"""What the ministry told us about a permit, in the order in which it happened, whatever order it arrived in."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, undefer

from law.missing_reports import ReasonCode
from locales import taipei_day
from models.base import Base, Instant
from models.permit import Permit, PermitStatus
from models.secrets import sealed_bytes


class EventKind(StrEnum):
    """The two missing reports differ in law: the three-day notice can end in revocation (Employment Service Act
    art. 56(1)); by the proviso an employer may at once ask police and immigration to search."""

    PERMIT_ISSUED = "permit_issued"
    PERMIT_REVOKED = "permit_revoked"
    REPORTED_MISSING = "reported_missing"
    SEARCH_REQUESTED = "search_requested"
    MISSING_REPORT_WITHDRAWN = "missing_report_withdrawn"


REPORTS = (EventKind.REPORTED_MISSING, EventKind.SEARCH_REQUESTED)
MUST_BE_KNOWN = (EventKind.PERMIT_REVOKED, *REPORTS)
"""What costs her a right when she does not hear of it, so that silence is followed up. A permit that was issued is
good news, which she can look up, and a withdrawal ends what was to be done."""
DERIVED = "full-"
"""How the names of events begin that we made ourselves, of what a full file says and the feed had not told us."""
FEED_CATCHES_UP = timedelta(days=30)
"""A sender that was away may date what it sends late by the day of sending."""


class PermitEvent(Base):
    """One event as the sender named it; the same name with another content is refused."""

    __tablename__ = "permit_event"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('permit_issued','permit_revoked','reported_missing','search_requested',"
            "'missing_report_withdrawn')",
            name="kind",
        ),
        Index(
            "ix_permit_event_unreported",
            "id",
            sqlite_where=text("callbacks IS NULL"),
            postgresql_where=text("callbacks IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(64), unique=True)
    # What it said, as a digest: enough to know a repetition from a contradiction. Sealed, because a permit's columns
    # are so few that who has the digest could guess them.
    fingerprint: Mapped[bytes] = mapped_column(sealed_bytes("permit_event.fingerprint"), deferred=True)
    kind: Mapped[str] = mapped_column(String(32))
    permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id", ondelete="CASCADE"), index=True)
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    letter_no: Mapped[str | None] = mapped_column(String(64))
    served_on: Mapped[date | None]
    reason_code: Mapped[str | None] = mapped_column(String(32))
    # Of a permit that was issued, where the event said so: news is what has another date.
    ends_on: Mapped[date | None]
    received_at: Mapped[datetime] = mapped_column(Instant)
    # How much its sender was told of what became of it; nothing until we have looked for the first time.
    callbacks: Mapped[int | None]

    permit: Mapped[Permit] = relationship()

    @property
    def what(self) -> EventKind:
        return EventKind(self.kind)

    @property
    def reason(self) -> ReasonCode:
        """The reason given; one that we do not know, or none, must be read in the letter."""
        try:
            return ReasonCode(self.reason_code or ReasonCode.OTHER)
        except ValueError:
            return ReasonCode.OTHER

    @property
    def derived(self) -> bool:
        """Whether we concluded it from a full file; then it is always of a permit that was issued."""
        return self.event_id.startswith(DERIVED)

    def says_the_same_as(self, other: "PermitEvent") -> bool:
        """Whether a person told of the other, which came before in order, has nothing new to learn."""
        if self.derived:  # something differed from all that we knew then, or there would be no such event
            return other.derived and self._derived_from == other._derived_from
        if other.derived and self.kind == other.kind:  # the feed tells what the full file had shown
            same_end = self.ends_on is None or self.ends_on == other.ends_on
            return same_end and self.occurred_at - other.occurred_at <= FEED_CATCHES_UP
        return self._news == other._news

    @property
    def _derived_from(self) -> str:
        """A keyed digest of what the file said of the permit."""
        return self.event_id.rpartition("-")[2]

    @property
    def _news(self) -> tuple[object, ...]:
        # Without a letter's number, two events of one day are the same one.
        letter = self.letter_no or taipei_day(self.occurred_at)
        return self.kind, letter, self.served_on, self.reason_code, self.ends_on


@dataclass(frozen=True)
class Matter:
    """One thing that happened, under every name under which we were told of it: one stands for all."""

    events: tuple[PermitEvent, ...]

    @property
    def event(self) -> PermitEvent:
        """The first that the ministry told us of, for it may name a letter; else the first that we concluded."""
        return next((event for event in self.events if not event.derived), self.events[0])

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(event.id for event in self.events)

    def and_again(self, event: PermitEvent) -> "Matter":
        """With one event more: the same said again, or else something newer in its place."""
        return Matter((*self.events, event)) if event.says_the_same_as(self.event) else Matter((event,))


@dataclass(frozen=True)
class State:
    """What all events of a permit say together: its status, what stands, and what a standing withdrawal took back."""

    status: PermitStatus
    standing: tuple[Matter, ...]
    withdrawn: tuple[Matter, ...]

    def matter_of(self, event_id: int) -> Matter | None:
        """The standing matter to which the event belongs, by its row's number."""
        return next((matter for matter in self.standing if event_id in matter.ids), None)


def in_order(events: Iterable[PermitEvent]) -> list[PermitEvent]:
    """By the sender's sequence where all have one, else by when they happened; arrival never decides.

    What we concluded from a full file has no sequence and takes none away: it stands after the last event that
    had happened when the file was made.
    """
    found = list(events)
    ordered = [event for event in found if not event.derived]
    if any(event.sequence is None for event in ordered):
        ordered.sort(key=lambda event: (event.occurred_at, event.sequence or 0, event.event_id))
    else:
        ordered.sort(key=lambda event: (event.sequence or 0, event.occurred_at, event.event_id))
    derived = sorted((e for e in found if e.derived), key=lambda event: (event.occurred_at, event.event_id))
    for event in derived:
        before = [place for place, one in enumerate(ordered, 1) if one.occurred_at <= event.occurred_at]
        ordered.insert(max(before, default=0), event)
    return ordered


# What a new event of a kind puts an end to, besides an older one of its own kind.
_ENDS: Mapping[EventKind, Collection[EventKind]] = {
    EventKind.PERMIT_ISSUED: (EventKind.PERMIT_REVOKED,),
    EventKind.PERMIT_REVOKED: (EventKind.PERMIT_ISSUED,),
    EventKind.REPORTED_MISSING: (EventKind.MISSING_REPORT_WITHDRAWN,),
    EventKind.SEARCH_REQUESTED: (EventKind.MISSING_REPORT_WITHDRAWN,),
    EventKind.MISSING_REPORT_WITHDRAWN: REPORTS,
}


def fold(events: Iterable[PermitEvent]) -> State:
    """The state after all events; the same for every order of arrival.

    A withdrawal of a report that nobody sent us says nothing, until the report comes too. It does not bring a
    revoked permit back: that takes an event of its own. Nor does a full file: who made it may not have heard yet.
    """
    now: dict[EventKind, Matter] = {}
    withdrawn: tuple[Matter, ...] = ()
    for event in in_order(events):
        kind = event.what
        if event.derived and EventKind.PERMIT_REVOKED in now:
            continue
        ended = tuple(now.pop(other) for other in _ENDS[kind] if other in now)
        if kind is EventKind.MISSING_REPORT_WITHDRAWN:
            if not ended and kind not in now:
                continue
            withdrawn = ended or withdrawn
        now[kind] = now[kind].and_again(event) if kind in now else Matter((event,))
    if EventKind.MISSING_REPORT_WITHDRAWN not in now:
        withdrawn = ()
    revoked = EventKind.PERMIT_REVOKED in now
    place = {event.id: place for place, event in enumerate(in_order(m.event for m in now.values()))}
    return State(
        PermitStatus.REVOKED if revoked else PermitStatus.ACTIVE,
        tuple(sorted(now.values(), key=lambda matter: place[matter.event.id])),
        withdrawn,
    )


def states(session: Session, permit_ids: Collection[int]) -> dict[int, State]:
    """The state of each of these permits."""
    found = session.scalars(
        select(PermitEvent).where(PermitEvent.permit_id.in_(permit_ids)).order_by(PermitEvent.permit_id)
    )
    folded = {permit_id: fold(events) for permit_id, events in groupby(found, lambda event: event.permit_id)}
    return {permit_id: folded.get(permit_id) or fold(()) for permit_id in permit_ids}


def events_named(session: Session, event_ids: Collection[str]) -> dict[str, PermitEvent]:
    """The events with these ids of the sender's."""
    wanted = select(PermitEvent).where(PermitEvent.event_id.in_(event_ids)).options(undefer(PermitEvent.fingerprint))
    found = session.scalars(wanted)
    return {event.event_id: event for event in found}
