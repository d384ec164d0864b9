"""The audit log as administrators read it: who did what with which thing, and whether the log still holds."""

from fastapi.responses import Response

from bot.console.gate import Console
from bot.console.visit import Desk, whole_number
from bot.spreadsheet import csv_of
from bot.web.site import attachment
from locales import TAIPEI
from models import audit
from models import operator as operators
from models.operator import Role

PORTION = 50
MOST_EXPORTED = 100_000
LARGEST_ENTRY = 2**63 - 1


def add_audit_log(console: Console) -> None:
    """Reading the log leaves a trace in it too."""

    @console.page("/audit", Role.ADMINISTRATOR, writes=True)
    def listing(desk: Desk) -> Response:
        wanted = _wanted(desk)
        before = whole_number(desk.asked("before"), LARGEST_ENTRY) or None
        found = audit.entries(desk.session, wanted, PORTION + 1, before=before)
        if before is None:
            desk.log("audit_read", "audit", **wanted.said())
        return desk.page(
            "audit.html",
            entries=found[:PORTION],
            older=found[PORTION - 1].id if len(found) > PORTION else None,
            wanted=wanted,
            action=next(iter(wanted.actions), ""),
            people_options=[(str(one.id), one.login) for one in operators.everybody(desk.session)],
            action_options=[(action, action) for action in audit.actions(desk.session)],
            in_words=in_words,
            end=audit.end(desk.session),
        )

    @console.page("/audit/export.csv", Role.ADMINISTRATOR, writes=True)
    def export(desk: Desk) -> Response:
        wanted = _wanted(desk)
        desk.log("exported", "audit", **wanted.said())
        heads = ("entry", "at (Taipei)", "login", "action", "about", "details", "sha256")
        rows = (
            (
                entry.id,
                f"{entry.at.astimezone(TAIPEI):%Y-%m-%d %H:%M:%S}",
                entry.operator.login if entry.operator else "",
                entry.action,
                entry.about,
                in_words(entry),
                entry.digest.hex(),
            )
            for entry in audit.entries(desk.session, wanted, MOST_EXPORTED)
        )
        return attachment(csv_of(heads, rows), "text/csv; charset=utf-8", "audit.csv")


def in_words(entry: audit.AuditEntry) -> str:
    """The entry's details in one line."""
    return "; ".join(f"{name}: {value}" for name, value in entry.details.items())


def _wanted(desk: Desk) -> audit.Wanted:
    action = desk.asked("action")[:40]
    return audit.Wanted(whole_number(desk.asked("by")) or None, (action,) if action else (), desk.asked("about")[:64])
