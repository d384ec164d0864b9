"""The page that says what was not done: with the menu for whoever is signed in, and without a database too."""

from datetime import datetime

import structlog
from fastapi import Request
from fastapi.responses import Response

from bot.console import looks, words
from bot.console.visit import PREFIX, Desk, Refused
from bot.database import DATABASE_DOWN, Database
from bot.log import where
from locales import Language
from models import operator as operators

OVERVIEW = f"{PREFIX}/"
_PAGE = "refused.html"

log = structlog.get_logger()


def language_of(request: Request) -> Language:
    """Of somebody who is not signed in: English for whoever asks for it, else Chinese."""
    return Language.EN if request.query_params.get("lang") == "en" else Language.ZH_HANT


def refusal(
    database: Database, request: Request, token: str, now: datetime, refused: Refused, back: str = OVERVIEW
) -> Response:
    """In a transaction of its own: that of what was refused is undone."""
    try:
        with database.reading() as session:
            known = operators.session_of(session, token, now) if token else None
            if known is not None:
                language = Language(known.operator.language)
                desk = Desk(request, session, now, language, operator=known.operator, token=token)
                return desk.page(_PAGE, refused.status, title=refused.title, why=refused.why, back=back)
    except DATABASE_DOWN as failure:
        return database_down(request, failure)
    return _without_menu(request, refused, back)


def database_down(request: Request, failure: Exception) -> Response:
    log.error("console_database_down", error=where(failure))
    answer = _without_menu(request, Refused(503, words.NOT_NOW, words.NOT_NOW_WHY), OVERVIEW)
    answer.headers["Retry-After"] = "30"
    return answer


def _without_menu(request: Request, refused: Refused, back: str) -> Response:
    language = getattr(request.state, "language", None) or language_of(request)
    title, why = refused.title, refused.why
    return looks.page(_PAGE, language, refused.status, title=title, why=why, back=back, visit=None, path="")
