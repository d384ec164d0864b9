"""The command line: `python -m bot COMMAND`."""

import asyncio
import os
import re
import signal
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from bot import backup as backups
from bot import doctor as diagnosis
from bot import log, serving
from bot.api.keys import commands as api_keys
from bot.app import Service, create_app
from bot.audit_commands import commands as audits
from bot.callback_commands import commands as callbacks
from bot.casework import commands as cases
from bot.channel import line_client
from bot.clock import Clock
from bot.database import Database
from bot.import_commands import commands as imports
from bot.law_commands import commands as laws
from bot.line import richmenus
from bot.menus import people_who_see
from bot.operator_commands import commands as operators
from bot.points_commands import commands as points
from bot.review_commands import commands as reviews
from bot.settings import Settings, SettingsRefused, load
from bot.terminal import out, problems
from bot.verifying import Verifier
from models import rotation, sending
from models.announcements import outcome as announcement_outcome

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
menus = typer.Typer(no_args_is_help=True, help="The menus under the chat.")
keys = typer.Typer(no_args_is_help=True, help="The keys that personal data is sealed with.")
app.add_typer(imports, name="import")
app.add_typer(reviews, name="reviews")
app.add_typer(audits, name="audit")
app.add_typer(menus, name="richmenus")
app.add_typer(keys, name="keys")
app.add_typer(api_keys, name="api-keys")
app.add_typer(callbacks, name="callbacks")
app.add_typer(cases, name="cases")
app.add_typer(operators, name="operators")
app.add_typer(laws, name="law")
app.add_typer(points, name="points")


def _settings() -> Settings:
    try:
        settings = load()
    except SettingsRefused as refused:
        problems.print(f"[red]Cannot start:[/red]\n{refused}\nSee docs/operations.md, or try: python -m bot demo")
        raise typer.Exit(2) from None
    log.configure(settings.log_level)
    return settings


@imports.callback()
@api_keys.callback()
@callbacks.callback()
@cases.callback()
@operators.callback()
@reviews.callback()
@audits.callback()
def _hand_settings_on(ctx: typer.Context) -> None:
    ctx.obj = _settings  # read only by a command that runs, not for its help


def _serve(settings: Settings, host: str | None, port: int | None, *, worker: bool) -> None:
    try:
        serving.serve(create_app(settings, worker=worker), host or settings.host, port or settings.port)
    except serving.PortTaken as taken:
        problems.print(str(taken))
        raise typer.Exit(1) from None


Host = Annotated[str | None, typer.Option(help="Address to listen on (BOT_HOST)")]
Port = Annotated[int | None, typer.Option(help="Port to listen on (BOT_PORT)")]


@app.command()
def serve(host: Host = None, port: Port = None) -> None:
    """Web, inbox, jobs and outbox in one process."""
    _serve(_settings(), host, port, worker=True)


@app.command()
def web(host: Host = None, port: Port = None) -> None:
    """Only the web: takes webhooks for worker processes to handle."""
    _serve(_settings(), host, port, worker=False)


@app.command()
def worker() -> None:
    """Only the work: handles events, plans reminders and sends; as many processes as you like (PostgreSQL)."""
    uvloop.run(_work(_settings()))


async def _work(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with Service(settings, Clock(), web=False, worker=True).running():
        await stop.wait()


@app.command()
def demo(
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="BOT_PORT", min=1, max=65535, help="Port to listen on")] = 8000,
) -> None:
    """Everything, beside a LINE look-alike with made-up workers; needs no account."""
    from bot import demo as demonstration

    log.configure("warning")
    try:
        demonstration.run(host, port)
    except serving.PortTaken as taken:
        problems.print(str(taken))
        raise typer.Exit(1) from None


@app.command()
def migrate() -> None:
    """Create the tables or bring them up to date."""
    settings = _settings()
    database = Database(settings.database_url, settings.keyring)
    database.migrate()
    out.print("The database is up to date.")


@menus.command("build")
def menus_build(folder: Annotated[Path, typer.Option(help="Where the pictures go")] = Path("var/richmenus")) -> None:
    """Draw the menus' pictures, to be looked at before they are published."""
    for (language, bound), picture in richmenus.build(folder).items():
        out.print(f"{language.value:8} {'linked' if bound else 'not linked':10} {picture}")


@menus.command("publish")
def menus_publish(folder: Annotated[Path, typer.Option(help="Where the pictures are")] = Path("var/richmenus")) -> None:
    """Give LINE the menus that are new, and everybody the right one; may be run again at any time."""
    settings = _settings()
    published = asyncio.run(_publish(settings, folder))
    out.print(f"{len(published)} menus are published.")


async def _publish(settings: Settings, folder: Path) -> dict[richmenus.Kind, str]:
    database = Database(settings.database_url, settings.keyring)

    async with line_client(settings) as line:

        async def relink(menu_ids: dict[richmenus.Kind, str]) -> None:
            for kind, menu_id in menu_ids.items():
                for people in await asyncio.to_thread(people_who_see, database, richmenus.alias(*kind)):
                    await line.bulk_link(people, menu_id)

        return await richmenus.publish(line, folder, relink=relink)


@keys.command("new")
def keys_new(taken: Annotated[list[int] | None, typer.Option(help="Ids that are in use already")] = None) -> None:
    """Make a key for BOT_KEYS. Keep it outside the database and its backups."""
    in_use = [int(number) for number in re.findall(r"(?:^|,)\s*(\d+):", os.environ.get("BOT_KEYS", ""))]
    typer.echo(rotation.new_key([*in_use, *(taken or ())]))


@keys.command("rotate")
def keys_rotate() -> None:
    """Seal everything anew with the first key of BOT_KEYS, while the service runs; may be stopped and run again."""
    settings = _settings()
    done = rotation.rotate_all(Database(settings.database_url, settings.keyring).writing)
    out.print(f"{done.cells} cells sealed anew, {done.left} left under older keys, {done.unreadable} unreadable.")
    raise typer.Exit(1 if done.left else 0)


@app.command()
def verify(
    receipt: Annotated[str | None, typer.Argument(help="The file of a copy, or the code of a receipt")] = None,
    public_key: Annotated[
        str | None, typer.Option(help="In hexadecimal, or a file with it or a PEM key; a copy then needs nothing else")
    ] = None,
    chain: Annotated[bool, typer.Option("--chain", help="Check all receipts in the database too")] = False,
) -> None:
    """Whether a receipt is genuine. Exit status 0: it is; 1: it is not; 2: this cannot be told."""

    def open_database() -> Database:
        settings = _settings()
        return Database(settings.database_url, settings.keyring)

    raise typer.Exit(Verifier(out, open_database, public_key).run(receipt, chain=chain))


@app.command()
def doctor() -> None:
    """Check settings, database, LINE and clock, and say how to mend what is wrong."""
    try:
        findings = asyncio.run(diagnosis.examine(load()))
    except SettingsRefused as refused:
        findings = diagnosis.refused(refused)
    marks = {diagnosis.Level.OK: "[green]ok  [/green]", diagnosis.Level.WARN: "[yellow]warn[/yellow]"}
    for finding in findings:
        out.print(f"{marks.get(finding.level, '[red]bad [/red]')} {finding.what}")
        if finding.mend and finding.level is not diagnosis.Level.OK:
            out.print(f"     → {finding.mend}")
    raise typer.Exit(diagnosis.exit_status(findings))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="Where the backup goes")]) -> None:
    """Copy the whole database while it is in use. The keys are not in it: keep them elsewhere."""
    try:
        made = backups.backup(_settings().database_url, file)
    except backups.BackupRefused as refused:
        problems.print(str(refused))
        raise typer.Exit(1) from None
    out.print(f"{made.file} ({made.size} bytes), checksum in {made.checksum_file}\n{backups.KEYS_NOT_INSIDE}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace a database that is not empty")] = False,
) -> None:
    """Put a backup in the place of the database, whole or not at all."""
    settings = _settings()
    try:
        backups.restore(file, settings.database_url, force=force)
    except backups.BackupRefused as refused:
        problems.print(str(refused))
        raise typer.Exit(1) from None
    database = Database(settings.database_url, settings.keyring)
    database.migrate()
    with database.writing() as session:
        # What waited when the copy was made may have been sent since: it must not count as never tried.
        now = Clock().now()
        backup_at = sending.last_change(session) or now
        sending.doubt_since(session, backup_at, now)
        announcement_outcome.doubt_since(session, backup_at, now)
    out.print("Restored and up to date. You can start the service.")


if __name__ == "__main__":
    app()
