"""Files that operators bring to the console, with and without errors, and the process that works on them."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import httpx

from bot.clock import Clock
from bot.database import Database
from bot.made_up import made_up_workers
from bot.upload_steps import Limits
from bot.uploads import Uploads
from models import upload as uploads
from models.permit_row import COLUMNS
from models.reminder import ReminderRules
from models.upload import Upload
from tests.office import Clerk

Row = dict[str, str]


def made_up_rows(count: int, seed: int = 1, today: date = date(2026, 3, 11)) -> list[Row]:
    return list(made_up_workers(count, seed, today))


def with_errors(rows: Iterable[Row]) -> list[Row]:
    """Every tenth row, from the third on, with an error of a kind of its own."""
    wrong = (
        {"ends_on": "31/12/2027"},
        {"birth_date": "1990-13-01"},
        {"nationality": "Viet Nam"},
        {"sex": "X"},
        {"permit_no": ""},
        {"passport_no": "", "arc_no": ""},
        {"ends_on": "2001-01-01"},
    )
    return [row | wrong[place // 10 % len(wrong)] if place % 10 == 2 else dict(row) for place, row in enumerate(rows)]


def csv_of(rows: Iterable[Mapping[str, str]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def processing(
    database: Database, clock: Clock, *, rows: int = 100_000, percent: int = 10, wake: Callable[[], None] = lambda: None
) -> Uploads:
    """A process that checks and imports what is uploaded."""
    return Uploads(database, clock, ReminderRules(), Limits(rows, percent), wake)


def worked(process: Uploads) -> None:
    """Everything is done that can be done now."""
    for _ in range(100):
        if not process.turn():
            return
    raise AssertionError("there is always something left to do")


def bring(clerk: Clerk, content: bytes, name: str = "permits.csv", **form: str) -> httpx.Response:
    return clerk.post("/imports", form, {"file": (name, content, "text/csv")})


def brought(clerk: Clerk, content: bytes, name: str = "permits.csv", **form: str) -> int:
    """The number of the new upload."""
    answer = bring(clerk, content, name, **form)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].partition("?")[0].rpartition("/")[2])


def upload_of(database: Database, upload_id: int) -> Upload:
    with database.reading() as session:
        found = uploads.known(session, upload_id)
        assert found is not None
        session.expunge_all()
        return found


def decide(clerk: Clerk, upload_id: int, what: str = "confirm", seen: str | None = None) -> httpx.Response:
    """Press the button of the page as it is now, or as it was seen."""
    shown = upload_of(clerk.office.database, upload_id).seen_as if seen is None else seen
    return clerk.post(f"/imports/{upload_id}/{what}", {"seen": shown})
