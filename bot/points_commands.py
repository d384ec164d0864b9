"""The commands about the entry points of 2021: they rank a file of workers, and make the seed for drawing lots."""

import os
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.points_file import COLUMNS, Read, read_entrants
from bot.spreadsheet import csv_of
from bot.terminal import problems
from law.entry_lottery import Lottery, commitment
from law.entry_points import FIRST_RANKED, LAST_DAY, Decider, Placed, rank
from law.source import NotInForce

MOST_SHOWN = 20
MOST_BYTES = 64 * 1024 * 1024  # far more than all who ever came
RANKED = (
    "place",
    "place_in_kind",
    "worker",
    "kind",
    "total",
    "vaccine",
    "origin",
    "dormitory",
    "room",
    "total_if_full_room_voids",
    "visa_date",
    "decided_by",
    "doubts",
)

commands = typer.Typer(no_args_is_help=True, help="The entry points of 2021, ended on 2022-02-14: history, not law.")


def _refuse(said: str, status: int) -> NoReturn:
    problems.print(said, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(status)


@commands.command("rank")
def rank_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=f"CSV in UTF-8: {', '.join(COLUMNS)}")],
    ranked_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day while the system was in force")
    ] = None,
    seed_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The seed that lots are drawn with")
    ] = None,
    committed: Annotated[str | None, typer.Option(help="The SHA-256 of the seed, as published before")] = None,
    to: Annotated[Path | None, typer.Option(help="Where the ranked CSV goes; else it is printed")] = None,
) -> None:
    """Rank the workers of a file, or say row by row why not. Ends with 1 for a faulty file, 2 for wrong options."""
    if ranked_on is None:
        _refuse(
            f"積分制已於{LAST_DAY}結束，請用 --ranked-on 指定當時的日期。/ The points ended on {LAST_DAY}; "
            f"name a day from {FIRST_RANKED} on with --ranked-on.",
            2,
        )
    lottery = _lottery(seed_file, committed)
    day = ranked_on.date()
    if to is not None and to.exists() and any(to.samefile(kept) for kept in (file, seed_file) if kept):
        _refuse("排序結果不得覆蓋原檔或種子。/ The ranking must not take the place of the file or of the seed.", 2)
    read = read_entrants(_content(file), day)
    if read.problems:
        _refuse(_told(read), 1)
    try:
        ranked = rank(day, read.entrants, lottery)
    except NotInForce as outside:
        _refuse(f"該日積分制未施行。/ {outside}", 2)
    if any(placed.decided_by is Decider.LOTTERY_PENDING for placed in ranked):
        problems.print(
            "有移工須抽籤，名次暫列相同；請以 --seed-file 及 --committed 重新排序。/ Some share a place until lots are "
            "drawn: run again with --seed-file and --committed.",
            markup=False,
            soft_wrap=True,
        )
    table = csv_of(RANKED, _rows(ranked))
    if to is None:
        typer.echo(table, nl=False)
        return
    try:
        to.write_bytes(table)
    except OSError as wrong:
        _refuse(f"無法寫入排序結果。/ The ranking cannot be written: {wrong.strerror}.", 2)


def _content(file: Path) -> bytes:
    with file.open("rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        _refuse(f"檔案超過{MOST_BYTES}位元組。/ The file has more than {MOST_BYTES} bytes.", 1)
    return content


def _lottery(seed_file: Path | None, committed: str | None) -> Lottery | None:
    if seed_file is None and committed is None:
        return None
    if seed_file is None or committed is None:
        _refuse("抽籤須同時有種子與其SHA-256。/ To draw lots, give both the seed and its SHA-256.", 2)
    try:
        return Lottery(_content(seed_file).strip(), committed)
    except ValueError as wrong:
        _refuse(f"種子與公布的SHA-256不符或太短。/ The lots cannot be drawn: {wrong}.", 2)


def _told(read: Read) -> str:
    lines = [str(problem) for problem in read.problems[:MOST_SHOWN]]
    if (more := len(read.problems) - MOST_SHOWN) > 0:
        lines.append(f"另有{more}個問題 / and {more} more")
    return "\n".join([*lines, "沒有排序。/ Nothing was ranked."])


def _rows(ranked: Sequence[Placed]) -> Iterator[tuple[object, ...]]:
    for placed in ranked:
        entrant, score = placed.entrant, placed.score
        yield (
            placed.place,
            placed.place_in_kind,
            entrant.worker,
            entrant.kind.value,
            score.total,
            score.vaccine,
            score.origin,
            score.dormitory,
            score.room,
            score.total_if_full_room_voids,
            entrant.visa_on,
            placed.decided_by.value,
            " ".join(doubt.value for doubt in score.doubts),
        )


@commands.command("seed")
def new_seed(file: Annotated[Path, typer.Argument(help="Where the seed goes; it must not exist yet")]) -> None:
    """Make a seed nobody can guess, and print its SHA-256: publish that before the list, and the seed after."""
    seed = secrets.token_hex(32).encode()
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
            kept.write(seed)
    except OSError as wrong:
        _refuse(f"無法寫入種子。/ The seed cannot be written: {wrong.strerror}.", 2)
    typer.echo(commitment(seed))
