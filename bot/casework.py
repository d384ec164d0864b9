"""The commands for caseworkers: what is due first, what she told us, taking a case and closing it."""

import getpass
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.table import Column, Table
from rich.text import Text
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import case_words
from bot.clock import Clock
from bot.console.case_facts import NOTES, OUTCOMES
from bot.terminal import out, problems, reading, writing
from locales import TAIPEI, taipei_day
from models import case, case_note, case_viewing, evidence, told_gaps
from models.case import Case, CaseKind, Result
from models.case_note import CallOutcome, CaseNote, NoteKind
from models.worker import Worker
from scheduler import cases

PORTION = 1_000
LONGEST_NAME = 64

log = structlog.get_logger()
commands = typer.Typer(no_args_is_help=True, help="What a person must look after: disputes, help, silence, questions.")

Number = Annotated[int, typer.Argument(help="As `cases list` shows it")]

_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/heic": ".heic"}


@commands.command("list")
def list_cases(
    ctx: typer.Context,
    kind: Annotated[CaseKind | None, typer.Option(help="Only these")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, what is due first")] = 50,
) -> None:
    """Open cases, what is due first. Times are Taiwan's."""
    now = Clock().now()
    table = Table(Column("case", no_wrap=True), "kind", "since", "due", "language", "owner")
    table.add_column("worker_ref", no_wrap=True)  # to be looked up elsewhere: never in parts
    with reading(ctx) as session:
        for one in case.open_cases(session, limit, kind):
            late = " OVERDUE" if one.due_at <= now else ""
            language = one.contact.language if one.contact else ""
            worker_ref = one.worker.worker_ref if one.worker else ""
            due = f"{_at(one.due_at)}{late}"
            table.add_row(
                str(one.id), one.kind, _at(one.opened_at), due, language, _plain(one.owner or ""), _plain(worker_ref)
            )
    out.print(table)


@commands.command("show")
def show(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option(help="Why you need to see it; kept with the case")],
    by: Annotated[str, typer.Option(help="Who looks; your login name unless given")] = "",
    photos: Annotated[Path | None, typer.Option(file_okay=False, help="Save her photos into this folder")] = None,
) -> None:
    """What she told us: it can say where she is. Every look is kept, with its reason."""
    who = _said(by or getpass.getuser(), "--by")
    why = _said(reason, "--reason")
    with writing(ctx) as session:
        found = _known(session, number)
        earlier = case_viewing.viewings(session, found)
        viewing = case_viewing.view(session, found, who, why, Clock().now())
        seen = [(_at(one.at), one.by, one.reason) for one in earlier]
        table = _shown(found, seen, case_note.notes_of(session, found.id))
        pictures = evidence.of_case(session, found.id)
        saved = [(one.media_type, one.content) for one in pictures if one.content is not None] if photos else []
    # Only when the look itself is safely on record.
    log.warning("case_shown", case=number, viewing=viewing.id)
    out.print(table)
    if pictures:
        fetched = sum(one.digest is not None for one in pictures)
        out.print(f"Photos 照片: {fetched} of {len(pictures)} fetched from LINE; save them with --photos FOLDER.")
    if photos:
        _save(photos, number, saved)


def _shown(found: Case, seen: list[tuple[str, str, str]], notes: Sequence[CaseNote]) -> Table:
    table = Table("", "", title=f"Case {found.id}: {found.kind}")
    table.add_row("worker_ref", _plain(found.worker.worker_ref if found.worker else "–"))
    table.add_row("Event 事件", _plain(f"{found.event.kind} {found.event.event_id}" if found.event else "–"))
    table.add_row("Language 語言", found.contact.language if found.contact else "–")
    table.add_row("Opened, due 開案、期限", f"{_at(found.opened_at)}, {_at(found.due_at)}")
    if found.owner and found.taken_at:
        table.add_row("Taken by 承辦", _plain(f"{found.owner}, {_at(found.taken_at)}"))
    if found.closed_at:
        table.add_row("Closed 結案", f"{found.result}, {_at(found.closed_at)}")
    for question, answer in (found.answers or {}).items():
        table.add_row(case_words.asked(question), _plain(case_words.answered(question, answer)))
    for note in notes:
        kind = NOTES[NoteKind(note.kind)]
        table.add_row(f"{kind.en} {kind.zh}", _plain(_noted(note)))
    for at, by, reason in seen:
        table.add_row("Looked at 調閱", _plain(f"{at} {by}: {reason}"))
    return table


def _noted(note: CaseNote) -> str:
    """When and by whom, what came of a call, the words, and an answer also in Chinese; words may be erased by now."""
    outcome = OUTCOMES[CallOutcome(note.outcome)] if note.outcome else None
    called = f"{_at(note.called_at)} {outcome.en} {outcome.zh}" if note.called_at and outcome else ""
    said = " / ".join(filter(None, (called, note.words, note.original)))
    return f"{_at(note.at)} {note.by or ''}".rstrip() + (f": {said}" if said else "")


def _plain(words: str) -> Text:
    """What people wrote, as it stands: no markup of the terminal's, and nothing that moves its cursor."""
    return Text("".join(character if character.isprintable() else " " for character in words))


def _save(folder: Path, number: int, saved: list[tuple[str | None, bytes]]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place, (media_type, content) in enumerate(saved, 1):
        file = folder / f"case-{number}-{place}{_SUFFIXES.get(media_type or '', '.bin')}"
        file.touch(mode=0o600)
        file.write_bytes(content)
        out.print(f"{file}")


@commands.command("take")
def take(
    ctx: typer.Context,
    number: Number,
    by: Annotated[str, typer.Option(help="Whose it is from now on")],
) -> None:
    """Somebody looks after it from now on; she hears that, but not who."""
    owner = _said(by, "--by")
    with writing(ctx) as session:
        found = _known(session, number)
        taken = cases.take(session, found, owner, Clock().now())
        closed = found.closed_at is not None
    if not taken:
        problems.print("The case is closed." if closed else f"It is {owner}'s already.")
        raise typer.Exit(1)
    out.print("Taken.")


@commands.command("close")
def close(
    ctx: typer.Context,
    number: Number,
    result: Annotated[Result, typer.Option(help="How it ended")],
) -> None:
    """It is done. She hears how it ended; of `reached` and `not_reached` she hears nothing from us."""
    with writing(ctx) as session:
        found = _known(session, number)
        endings = case.ENDINGS[CaseKind(found.kind)]
        if result not in endings:
            problems.print(f"A case of the kind {found.kind} ends as one of: {', '.join(endings)}.")
            raise typer.Exit(2)
        closed = cases.close(session, found, result, Clock().now())
    if not closed:
        problems.print(f"It was closed already, as {found.result}.")
        raise typer.Exit(1)
    out.print("Closed.")


@commands.command("untold")
def untold(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="How many")] = 1_000,
) -> None:
    """Events that a worker must know of and that no linked account can tell her: serve them on paper."""
    with reading(ctx) as session:
        found = told_gaps.untold(session, taipei_day(Clock().now()), limit, PORTION)
        refs = _refs(session, sorted({worker_id for _event_id, worker_id in found}))
    for event_id, worker_id in found:
        typer.echo(f"{event_id}\t{refs.get(worker_id, '')}")
    problems.print(f"{len(found)} events{' and perhaps more (--limit)' if len(found) == limit else ''}.")


def _refs(session: Session, worker_ids: list[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(worker_ids), PORTION):
        some = worker_ids[start : start + PORTION]
        rows = session.execute(select(Worker.id, Worker.worker_ref).where(Worker.id.in_(some)))
        found |= dict(rows.all())
    return found


def _known(session: Session, number: int) -> Case:
    found = session.get(Case, number, with_for_update={"of": Case})
    if found is None:
        problems.print("There is no case with this number; see `cases list`.")
        raise typer.Exit(1)
    return found


def _said(value: str, option: str) -> str:
    words = " ".join(value.split())
    if not words or (option == "--by" and len(words) > LONGEST_NAME):
        problems.print(f"{option} must say something" + (f" of up to {LONGEST_NAME} letters." if words else "."))
        raise typer.Exit(2)
    return words


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(TAIPEI):%Y-%m-%d %H:%M}"
