"""What of a permit's events an account has yet to hear."""

from collections.abc import Collection, Iterable
from datetime import date

from models.message import MessageState
from models.permit import Permit
from models.permit_event import EventKind, Matter, State

REACHED = (MessageState.SENT.value, MessageState.UNKNOWN.value, MessageState.LEASED.value)
"""How a message stands that she may have seen: what is in doubt may have reached her."""


def known_of(told: Iterable[tuple[int, str]]) -> tuple[set[int], set[int]]:
    """Of events with the state of a message about each: those that are planned or told, and those she may know of."""
    told = list(told)
    return {event for event, _ in told}, {event for event, state in told if state in REACHED}


def to_tell(
    state: State, permit: Permit, planned: Collection[int], known: Collection[int], today: date
) -> list[Matter]:
    """What stands, is still worth telling, and is not told or planned yet (`known_of`)."""
    found = []
    for matter in state.standing:
        over = matter.event.what is EventKind.PERMIT_ISSUED and permit.ends_on < today
        if over or not matter.ids.isdisjoint(planned):
            continue
        if matter.event.what is EventKind.MISSING_REPORT_WITHDRAWN and not any(
            not withdrawn.ids.isdisjoint(known) for withdrawn in state.withdrawn
        ):
            continue  # who never heard of the report need not hear that it is gone
        found.append(matter)
    return found
