"""What a host decides about the simulator before it starts."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.simulator.clock import Clock, OffsetClock, real_time


@dataclass(frozen=True)
class SimulatorConfig:
    channel_id: str = "1000000001"
    channel_secret: str = "simulated-channel-secret"
    channel_access_token: str = "simulated-channel-access-token"
    webhook_url: str | None = None
    database: str = ":memory:"
    clock: Clock = field(default_factory=lambda: OffsetClock(real_time))
    # A fresh process restores the moved clock from the database; a host whose own clock remembers says no.
    restore_clock: bool = True
    cards: Callable[[], list[dict[str, Any]]] = list
    web_root: Path | None = None
    login_channel_id: str | None = None
    bot_name: str = "LINE look-alike"
    monthly_limit: int | None = None
    enforce_rate_limits: bool = False
    user_action_wait_seconds: float = 2.0
    redelivery_seconds: float = 0.5
    redelivery_attempts: int = 5

    @property
    def bot_user_id(self) -> str:
        return "U" + hashlib.sha256(f"bot {self.channel_id}".encode()).hexdigest()[:32]

    @property
    def audience(self) -> str:
        """The channel that ID tokens are issued for."""
        return self.login_channel_id or self.channel_id
