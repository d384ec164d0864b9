"""The only wiring: settings in, a running service out."""

import asyncio
import contextlib
import gc
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from bot.anchor import Anchor
from bot.api.calls import Calls
from bot.api.feed import Feed
from bot.api.gate import Gate
from bot.api.law import add_law
from bot.api.routes import add_routes
from bot.broadcast import Broadcasts, said
from bot.callbacks import Callbacks
from bot.channel import WEBHOOK_PATH as WEBHOOK_PATH
from bot.channel import line_client
from bot.clock import Clock
from bot.console.gate import Console
from bot.console.routes import add_console
from bot.database import Database
from bot.evidence import Evidence
from bot.health import Health
from bot.inbox import Inbox
from bot.insights import Insights
from bot.line.client import LineClient
from bot.log import where
from bot.menus import Menus
from bot.outbox import Outbox
from bot.pages.routes import add_pages
from bot.quota import QuotaReader
from bot.settings import Settings
from bot.ticks import Ticks
from bot.upload_steps import Limits
from bot.uploads import Uploads
from bot.webhook import Receive, Scope, Send, Webhook, Writer
from handlers.context import Rules
from scheduler.composing import compose

GARBAGE_THRESHOLD = 20_000
"""Most of the slowest answers come from Python's collector running too often (docs/benchmarks.md)."""

log = structlog.get_logger()


class Service:
    """Everything of one process. `web` takes webhooks, `worker` handles, plans and sends; one may do both."""

    def __init__(self, settings: Settings, clock: Clock, *, web: bool = True, worker: bool = True) -> None:
        self.settings = settings
        self.clock = clock
        self.database = Database(settings.database_url, settings.keyring)
        self._web, self._worker = web, worker
        self.inbox: Inbox | None = None
        self.outbox: Outbox | None = None
        self.writer = Writer(self.database.engine, self._events_arrived)
        self.webhook = Webhook(settings.line_channel_secret.get_secret_value(), self.writer, clock)

    @property
    def rules(self) -> Rules:
        """What the operator has set, as the handlers take it."""
        return Rules(
            self.settings.reminder_rules,
            timedelta(seconds=self.settings.binding_answer_seconds),
            self.settings.public_url,
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start, and on the way out finish what is in hand."""
        gc.freeze()
        gc.set_threshold(GARBAGE_THRESHOLD)
        async with contextlib.AsyncExitStack() as stack:
            if self._worker:
                line = await stack.enter_async_context(line_client(self.settings))
                await stack.enter_async_context(self._working(line))
            log.info("started", web=self._web, worker=self._worker)
            yield
        if self._web:
            await self.writer.stop()
        self.database.close()
        log.info("stopped")

    @contextlib.asynccontextmanager
    async def _working(self, line: LineClient) -> AsyncIterator[None]:
        outbox = Outbox(
            self.database,
            self.clock,
            line,
            self.settings.account,
            hours=self.settings.hours,
            compose=compose,
        )
        reader = QuotaReader(self.database, self.clock, line, self.settings.account)
        broadcasts = Broadcasts(self.database, self.clock, line, self.settings.account, said)
        insights = Insights(self.database, self.clock, line)
        photos = Evidence(self.database, self.clock, line)
        self.outbox = outbox
        menus = Menus(self.database, line)
        self.inbox = Inbox(self.database, self.clock, line, menus, self.rules, outbox.wake)
        ticks = Ticks(self.database, self.clock, self.rules.reminders)
        ticks.start()
        limits = Limits(self.settings.import_max_rows, self.settings.upload_second_person_percent)
        uploads = Uploads(self.database, self.clock, self.rules.reminders, limits, outbox.wake)
        anchor = Anchor(self.database, self.clock, self.settings.audit_anchor_file)
        loops = [
            asyncio.create_task(one.run())
            for one in (self.inbox, outbox, reader, broadcasts, insights, photos, uploads, anchor, menus)
        ]
        if self.settings.callback_url is not None:
            told = Callbacks(self.database, self.clock, self.settings.callback_url, self.settings.callback_secrets)
            loops.append(asyncio.create_task(told.run()))
        for loop in loops:
            loop.add_done_callback(_must_not_end)
        try:
            yield
        finally:
            await asyncio.to_thread(ticks.stop)
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)

    def _events_arrived(self) -> None:
        if self.inbox is not None:
            self.inbox.wake()

    def messages_are_due(self) -> None:
        """Send at once, where this process sends; may be called from any thread."""
        if self.outbox is not None:
            self.outbox.wake()


def _must_not_end(loop: asyncio.Task[None]) -> None:
    """A loop that has died silently would look like peace: end the process, so that it is started anew."""
    if not loop.cancelled() and loop.exception() is not None:
        log.critical("loop_died", error=where(loop.exception() or RuntimeError()))
        os.kill(os.getpid(), signal.SIGTERM)


class Edge:
    """The ASGI application: webhooks go straight to their endpoint, everything else through FastAPI.

    FastAPI's route machinery costs more than signature, parsing and commit together (docs/benchmarks.md).
    """

    def __init__(self, webhook: Webhook, api: FastAPI, console: Console) -> None:
        self._webhook = webhook
        self.api = api
        self.console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == WEBHOOK_PATH:
            await self._webhook(scope, receive, send)
        else:
            await self.api(scope, receive, send)


def create_app(settings: Settings, clock: Clock | None = None, *, worker: bool = True) -> Edge:
    """The service as an ASGI application; `worker=False` leaves handling and sending to other processes."""
    service = Service(settings, clock or Clock(), web=True, worker=worker)

    @contextlib.asynccontextmanager
    async def lifespan(_api: FastAPI) -> AsyncIterator[None]:
        async with service.running():
            yield

    api = FastAPI(
        title="Migrant worker LINE bot",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    api.state.service = service
    health = Health(service.database, service.clock, settings.account)

    @api.exception_handler(RequestValidationError)
    async def refused(_request: Request, error: RequestValidationError) -> JSONResponse:
        """Says where the request is wrong, without repeating it: what was sent may be personal."""
        wrong = [{"where": list(one["loc"]), "what": one["type"]} for one in error.errors()]
        return JSONResponse({"error": "invalid_request", "details": wrong}, status_code=422)

    @api.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @api.get("/readyz")
    def readyz() -> JSONResponse:
        ready, report = health.ready()
        return JSONResponse(report, status_code=200 if ready else 503)

    calls = Calls()

    @api.get("/metrics")
    def metrics() -> Response:
        return Response(health.metrics() + calls.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    gate = Gate(service.database, service.clock, settings.api_calls_per_minute)
    feed = Feed(service.database, service.clock, service.rules.reminders, service.messages_are_due)
    add_routes(api, gate, feed, calls)
    add_law(api, gate, calls, service.clock)
    add_pages(api, service.database, service.clock, settings.public_url)
    console = add_console(api, service.database, service.clock, settings, service.messages_are_due)
    return Edge(service.webhook, api, console)
