"""The parts of one running simulator, put together."""

import time
from datetime import timedelta

from bot.simulator.clock import Clock
from bot.simulator.config import SimulatorConfig
from bot.simulator.faults import Faults
from bot.simulator.limits import Buckets
from bot.simulator.store import Connection, Store, save_setting, setting
from bot.simulator.stream import Hub
from bot.simulator.webhook import Webhook


class Site:
    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.clock: Clock = config.clock
        self.store = Store(config.database)
        self.hub = Hub()
        self.faults = Faults()
        self.buckets = Buckets()
        self.webhook = Webhook(config, self.store, self.clock)
        self._loading: dict[str, float] = {}
        self.store.run_now(self._recall)

    def _recall(self, db: Connection) -> None:
        """Take up the settings of an earlier run; what the configuration says explicitly goes first."""
        if self.config.webhook_url is not None:
            save_setting(db, "webhook_url", self.config.webhook_url)
        if self.config.monthly_limit is not None:
            save_setting(db, "monthly_limit", str(self.config.monthly_limit))
        moved = setting(db, "clock_moved_seconds")
        if moved is not None and self.config.restore_clock:
            self.clock.move(self.clock.now() + timedelta(seconds=float(moved)))

    def show_loading(self, user_id: str, seconds: int) -> None:
        self._loading[user_id] = time.monotonic() + seconds

    def end_loading(self, user_id: str) -> None:
        self._loading.pop(user_id, None)

    def loading_seconds(self, user_id: str) -> float:
        """How long the loading animation still shows, in real time."""
        return max(0.0, self._loading.get(user_id, 0.0) - time.monotonic())

    async def close(self) -> None:
        """Stop deliveries and streams, commit what was handed in, close the file; may be called twice."""
        self.hub.close()
        await self.webhook.close()
        self.store.close()
