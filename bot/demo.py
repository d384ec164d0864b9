"""What `make run` starts: the whole service beside a LINE look-alike, with made-up workers and no account."""

import asyncio
import base64
import contextlib
import csv
import os
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import structlog
from fastapi import FastAPI
from rich.console import Console

from bot import demo_office
from bot.app import Edge, Service, create_app
from bot.channel import WEBHOOK_PATH, line_client
from bot.clock import Clock
from bot.imports import import_permits
from bot.line import richmenus
from bot.line.answers import LineError
from bot.made_up import made_up_workers, write_csv
from bot.serving import check_port, serve
from bot.settings import Settings, load
from bot.simulator.app import Simulator
from bot.simulator.config import SimulatorConfig
from locales import TAIPEI, taipei_day
from models import api_key
from models.api_key import Scope

WORKERS = 200
SEED = 1955
API_KEY = "api_key"
OPERATORS = "operators.txt"
STARTS_AT = time(10, 5)
"""The demo's first moment in Taipei: reminders leave by day, whenever somebody tries this."""
WEB_ROOT = Path(__file__).with_name("web")

log = structlog.get_logger()


def demo_settings(folder: Path, host: str, port: int) -> Settings:
    """Settings with secrets made up once and kept in the folder, all calls staying on this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    address = f"http://127.0.0.1:{port}"
    return load(
        database_url=os.environ.get("BOT_DATABASE_URL", f"sqlite:///{folder / 'bot.sqlite'}"),
        keys="1:" + _kept(folder / "key"),
        line_channel_secret=_kept(folder / "channel_secret"),
        line_channel_id="1000000001",
        line_channel_access_token=None,
        line_api_url=address,
        line_data_url=address,
        public_url=address,
        host=host,
        port=port,
    )


def _kept(file: Path) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    return file.read_text()


def create_demo(settings: Settings, folder: Path) -> Edge:
    """The service with the look-alike's routes beside its own, both on one clock."""
    clock = _clock(folder / "ahead")
    people = folder / "made-up-permits.csv"
    new = not people.exists()
    if new:
        write_csv(people, made_up_workers(WORKERS, SEED, taipei_day(clock.now())))
    with people.open(encoding="utf-8", newline="") as file:
        workers = list(csv.DictReader(file))
    edge = create_app(settings, clock)
    simulator = Simulator(
        SimulatorConfig(
            channel_id=settings.line_channel_id or "",
            channel_secret=settings.line_channel_secret.get_secret_value(),
            webhook_url=settings.public_url + WEBHOOK_PATH,
            database=str(folder / "line.sqlite"),
            clock=clock,
            cards=lambda: workers,
            web_root=WEB_ROOT,
            bot_name="移點通",
        )
    )
    service = edge.api.state.service
    service.database.migrate()
    if new:  # through the same import as the ministry's file
        import_permits(service.database, people, settings.reminder_rules, clock, max_rows=WORKERS)
        _make_api_key(service, folder / API_KEY)
    with service.database.writing() as session:
        demo_office.open_office(session, folder / OPERATORS, clock.now())
    demo_office.add_codes(edge.api, service.database, clock, folder / OPERATORS)
    edge.api.router.routes.extend(simulator.routes)
    _also(edge.api, simulator, settings, folder)
    return edge


def _clock(kept: Path) -> Clock:
    """The demo's clock, which never goes back: what it was first set ahead by is kept with the demo."""
    clock = Clock()
    if not kept.exists():
        clock.move(datetime.combine(taipei_day(clock.now()), STARTS_AT, TAIPEI).astimezone(UTC))
        kept.write_text(str(clock.ahead.total_seconds()))
    clock.ahead = timedelta(seconds=float(kept.read_text()))
    return clock


def _also(api: FastAPI, simulator: Simulator, settings: Settings, folder: Path) -> None:
    inner = api.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with inner(app):
            publishing = asyncio.create_task(_publish_menus(settings, folder))
            yield
            publishing.cancel()
        await simulator.close()

    api.router.lifespan_context = lifespan


def _make_api_key(service: Service, file: Path) -> None:
    """With which to play the ministry's system: see docs/api.md."""
    with service.database.writing() as session:
        _, secret = api_key.create(session, "demo", tuple(Scope), service.clock.now(), test=False)
    file.touch(mode=0o600)
    file.write_text(secret)


async def _publish_menus(settings: Settings, folder: Path) -> None:
    """Draw and publish the rich menus as an operator would, once our own server answers."""
    async with line_client(settings) as line:
        for _attempt in range(60):
            try:
                await richmenus.publish(line, folder / "richmenus")
            except LineError:
                await asyncio.sleep(0.5)
            else:
                return


def run(host: str, port: int) -> None:
    """Start and serve until stopped; raises PortTaken before anything is made."""
    check_port(host, port)
    folder = Path("var/demo")
    settings = demo_settings(folder, host, port)
    edge = create_demo(settings, folder)
    out = Console(stderr=True)
    out.print(f"[bold]A phone to try it with:[/bold] {settings.public_url}/simulator/")
    out.print(f"[bold]The operators' console:[/bold] {settings.public_url}/console/")
    logins = ", ".join(login for login, _name, _roles in demo_office.PEOPLE)
    out.print(f"Sign in as {logins}: passwords and codes on {settings.public_url}{demo_office.PATH}")
    out.print(f"Webhook {settings.public_url}{WEBHOOK_PATH} · health {settings.public_url}/readyz")
    out.print(
        f"The ministry's events: {settings.public_url}/api/v1/events with the key in {folder / API_KEY} (docs/api.md)"
    )
    out.print(f"Everything is made up and stays in {folder}/; delete that folder to start again. Stop with Ctrl+C.")
    serve(edge, host, port)
