"""The first page: how the service stands, in figures that can be taken away as a file."""

import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from fastapi.responses import Response

from bot.console import record_words
from bot.console.gate import Console
from bot.console.visit import Desk, not_found
from bot.console.words import Words
from bot.spreadsheet import csv_of
from bot.web.site import attachment
from law.catalogue import stale
from locales import taipei_day
from models import message, overview, quota
from models.message import Lane
from models.operator import Role
from models.overview import By, Line
from models.quota import Account

KEPT_SECONDS = 60.0
"""Counting a million permits takes a second or two: not for every look at the page."""
TABLES: dict[str, Words] = {
    "ending": Words("各月屆滿的聘僱許可", "Permits that end, by month"),
    By.NATIONALITY: Words("依國籍", "By nationality"),
    By.COUNTY: Words("依縣市", "By county"),
    By.WORK: Words("依工作類別", "By kind of work"),
}
NAMED = {By.NATIONALITY: record_words.nationality, By.WORK: record_words.work}
"""What is a code in the record; files keep the codes."""


def add_overview(console: Console, account: Account) -> None:
    """The overview, for everybody who works here."""
    kept = _Kept()

    @console.page("/", *Role)
    def start(desk: Desk) -> Response:
        today = taipei_day(desk.now)
        figures = kept.get("figures", lambda: overview.figures(desk.session, desk.now, today))
        tables = {name: kept.get(name, _counted(desk, name, today)) for name in TABLES}
        flow = _flow(desk, account)
        return desk.page(
            "overview.html",
            figures=figures,
            tables=tables,
            titles=TABLES,
            named=NAMED,
            unread_law=len(stale(today)),
            **flow,
        )

    @console.page("/overview/{table}", *Role, writes=True)
    def file(desk: Desk) -> Response:
        name = str(desk.request.path_params["table"]).removesuffix(".csv")
        if name not in TABLES:
            raise not_found()
        lines: Sequence[Line] = _counted(desk, name, taipei_day(desk.now))()
        desk.log("exported", f"overview {name}", rows=len(lines))
        heads = (desk.say(TABLES[name]), desk.say(Words("移工", "Workers")), desk.say(Words("已連結", "Linked")))
        table = csv_of(heads, ((line.name, line.workers, line.linked) for line in lines))
        return attachment(table, "text/csv; charset=utf-8", f"{name}.csv")


def _counted(desk: Desk, name: str, today: date) -> Callable[[], Sequence[Line]]:
    if name == "ending":
        return lambda: overview.ending_by_month(desk.session, today)
    return lambda: overview.counted_by(desk.session, By(name), today)


def _flow(desk: Desk, account: Account) -> dict[str, Any]:
    """What waits at this moment, and how the month stands."""
    month = quota.standing(desk.session, account.channel, desk.now)
    waits_since = message.oldest_due(desk.session, desk.now, Lane.REPLY)
    return {
        "month": month,
        "reserve": month.reserve(account.reserve_percent) if month else 0,
        "waits": int((desk.now - waits_since).total_seconds()) if waits_since else 0,
    }


class _Kept:
    """What was counted a moment ago, for all operators of this process."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, Any]] = {}

    def get(self, name: str, count: Callable[[], Any]) -> Any:
        at, value = self._found.get(name, (float("-inf"), None))
        if time.monotonic() - at > KEPT_SECONDS:
            at, value = time.monotonic(), count()
            self._found[name] = (at, value)
        return value
