"""Puts the simulator's routes together, for an application of their own or beside a host's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.simulator import account, insight, messaging, oauth, quota, richmenu_use, richmenus
from bot.simulator.config import SimulatorConfig
from bot.simulator.control import ControlApi
from bot.simulator.phones_api import PhonesApi
from bot.simulator.site import Site

_STATIC = Path(__file__).with_name("static")
_NEIGHBOURS = "http://127.0.0.1:* http://localhost:*"
_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "font-src 'self'",
            f"img-src 'self' https: data: blob: {_NEIGHBOURS}",
            f"media-src 'self' https: blob: {_NEIGHBOURS}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class Simulator:
    """One simulated LINE channel. A host adds `routes` to its own and awaits `close()` at its end."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.site = Site(config)
        self.routes = _routes(self.site)

    async def close(self) -> None:
        await self.site.close()


def create_app(config: SimulatorConfig) -> Starlette:
    simulator = Simulator(config)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await simulator.close()

    app = Starlette(routes=simulator.routes, lifespan=lifespan)
    app.state.simulator = simulator
    return app


def _routes(site: Site) -> list[BaseRoute]:
    # Starlette tries routes in order: the busiest first, the catch-all of LINE's surface last.
    surface = (
        *messaging.ENDPOINTS,
        *quota.ENDPOINTS,
        *insight.ENDPOINTS,
        *account.ENDPOINTS,
        *richmenu_use.ENDPOINTS,
        *richmenus.ENDPOINTS,
        *oauth.ENDPOINTS,
    )
    return [
        *(endpoint.route(site) for endpoint in surface),
        account.webhook_test_route(site),
        *(endpoint.route(site) for endpoint in account.ANYTHING_ELSE),
        *PhonesApi(site).routes(),
        *ControlApi(site).routes(),
        *_pages(site.config.web_root),
    ]


def _pages(web_root: Path | None) -> list[BaseRoute]:
    pages: list[BaseRoute] = [
        Route("/simulator", _to_page, methods=["GET"]),
        Route("/simulator/", _page, methods=["GET"]),
        Mount("/simulator/static", _WithHeaders(StaticFiles(directory=_STATIC, check_dir=False))),
    ]
    if web_root is not None:
        pages.append(Mount("/simulator/web", _WithHeaders(StaticFiles(directory=web_root))))
    return pages


async def _to_page(request: Request) -> Response:
    return RedirectResponse("/simulator/")


async def _page(request: Request) -> Response:
    return FileResponse(_STATIC / "index.html", headers=_HEADERS)


class _WithHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)
