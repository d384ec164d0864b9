"""Scripted misbehaviour: how the next requests to a path are to fail."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

RATE_LIMIT_MESSAGE = "The API rate limit has been exceeded. Try again later."
MONTHLY_LIMIT_MESSAGE = "You have reached your monthly limit."


@dataclass
class Fault:
    """What happens to the next `next` requests whose path begins with `path`.

    `accept` says whether the request takes effect all the same; left open, it does unless the fault answers
    with a status of its own or cuts the connection before. `to` narrows the fault to one recipient's id.
    """

    path: str
    next: int = 1
    status: int | None = None
    delay_seconds: float = 0.0
    delay: Literal["before", "after"] = "after"
    reset: Literal["before", "after"] | None = None
    quota: bool = False
    accept: bool | None = None
    to: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None

    def __post_init__(self) -> None:
        if not self.path.startswith("/"):
            raise ValueError("path must begin with /")
        if self.next < 1:
            raise ValueError("next must be at least 1")
        if self.quota and self.status is None:
            self.status = 429
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError("status must be between 200 and 599")

    @property
    def takes_effect(self) -> bool:
        if self.accept is not None:
            return self.accept
        return self.reset == "after" or (self.status is None and self.reset is None)

    @property
    def kind(self) -> str:
        """A word for the log of attempts."""
        return f"reset {self.reset}" if self.reset else f"status {self.status}" if self.status else "delay"

    def answer_body(self) -> Any:
        if self.body is not None:
            return self.body
        if self.status == 429:
            return {"message": MONTHLY_LIMIT_MESSAGE if self.quota else RATE_LIMIT_MESSAGE}
        return {"message": f"simulated fault {self.status}"}


class Faults:
    """The faults still to happen. In memory: they belong to one test, not to the history."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        # After a "monthly limit" answer the quota endpoints must agree with it until a send succeeds.
        self.quota_shown_as_used = False

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)
        self.quota_shown_as_used |= fault.quota

    def clear(self) -> None:
        self._waiting.clear()
        self.quota_shown_as_used = False

    def listed(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._waiting]

    def take(self, path: str, body: bytes) -> Fault | None:
        """The fault for this request, counted down."""
        for fault in self._waiting:
            if path.startswith(fault.path) and (fault.to is None or fault.to.encode() in body):
                fault.next -= 1
                if fault.next == 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def send_accepted(self) -> None:
        if self.quota_shown_as_used and not any(fault.quota for fault in self._waiting):
            self.quota_shown_as_used = False
