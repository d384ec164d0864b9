"""What stands at addresses of the console where there is nothing: the way in, or a page that says so."""

import asyncio
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.routing import compile_path
from starlette.types import Receive, Scope, Send

from bot.clock import Clock
from bot.console import words
from bot.console.gate import Console
from bot.console.refusals import database_down
from bot.console.visit import PREFIX, Refused
from bot.database import DATABASE_DOWN, Database
from models import operator as operators


def add_nowhere(console: Console, api: FastAPI, database: Database, clock: Clock) -> None:
    """Whatever no other route below the prefix takes, by its address or its method; to be added last."""

    def answer(request: Request) -> Response:
        path = request.scope["path"]
        methods = {route.method for route in console.routes if compile_path(route.path)[0].match(path)}
        status = HTTPStatus.METHOD_NOT_ALLOWED if methods else HTTPStatus.NOT_FOUND
        allowed = {"Allow": ", ".join(sorted(methods))} if methods else {}
        if path.startswith(f"{PREFIX}/static/"):
            return Response(status_code=404 if request.method == "GET" else 405)
        try:
            with database.reading() as session:
                known = operators.session_of(session, console.token_of(request), clock.now())
                if known is None:
                    return console.sign_in_first(session, request, f"{PREFIX}/")
        except DATABASE_DOWN as failure:
            return database_down(request, failure)
        page = console.refuse(request, Refused(status, words.NOT_FOUND, words.NOT_FOUND_WHY))
        page.headers.update(allowed)
        return page

    async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
        await (await asyncio.to_thread(answer, Request(scope)))(scope, receive, send)

    api.mount(PREFIX, nowhere)
