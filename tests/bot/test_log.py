"""A log line names what happened and where, and never quotes what anybody wrote."""

import asyncio
import gc
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot import log
from tests.logs import written_logs

ROOT = Path(__file__).parents[2]
HERS = "ZYXQUVARK-C1234567"


@pytest.fixture
def written() -> Iterator[StringIO]:
    with written_logs() as out:
        yield out


def lines(out: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def raised() -> ValueError:
    try:
        raise ValueError(f"cannot read {HERS}")
    except ValueError as error:
        return error


def test_an_event_is_one_line_of_json_in_utc(written: StringIO) -> None:
    structlog.get_logger().warning("event_parked", event_id=7)
    [line] = lines(written)
    assert line["timestamp"].endswith("Z")
    assert (line["event"], line["level"], line["event_id"]) == ("event_parked", "warning", 7)


def test_a_log_on_a_full_disk_does_not_break_the_work_that_it_tells_of() -> None:
    full = "import structlog; from bot import log; log.configure('info'); structlog.get_logger().info('started')"
    with open("/dev/full", "w") as disk:
        ran = subprocess.run(
            [sys.executable, "-c", f"{full}; import os; os._exit(7)"], stdout=disk, stderr=subprocess.PIPE, cwd=ROOT
        )
    assert (ran.returncode, ran.stderr) == (7, b"")


def test_a_log_whose_output_was_closed_does_not_break_the_work_that_it_tells_of() -> None:
    with written_logs() as out:
        out.close()
        structlog.get_logger().info("started")


def test_a_librarys_line_that_cannot_be_written_is_not_quoted_elsewhere(capfd: pytest.CaptureFixture[str]) -> None:
    with written_logs() as out:
        out.close()
        logging.getLogger("a.library").error("in %s", HERS)
    assert HERS not in "".join(capfd.readouterr())


def test_a_line_break_in_a_value_makes_no_second_line(written: StringIO) -> None:
    structlog.get_logger().info("started", worker='x\n{"event":"forged"}\u2028')
    assert len(written.getvalue().splitlines()) == 1


def test_what_is_below_the_level_is_not_written(written: StringIO) -> None:
    structlog.get_logger().debug("webhook_unreadable", size=1)
    logging.getLogger("a.library").info("hello")
    assert written.getvalue() == ""


def test_a_librarys_line_tells_who_and_how_bad_but_not_what_it_said(written: StringIO) -> None:
    logging.getLogger("asyncio").warning("Executing %s took too long", HERS)
    logging.getLogger("a.server").error("in %s", HERS, exc_info=raised())
    logging.getLogger("a.library").error(HERS, exc_info=(ValueError, raised(), None), stack_info=True)
    logging.getLogger("a.library").critical(HERS, exc_info=True)  # with nothing being handled
    found = lines(written)
    assert [(line["logger"], line["level"]) for line in found] == [
        ("asyncio", "warning"),
        ("a.server", "error"),
        ("a.library", "error"),
        ("a.library", "critical"),
    ]
    assert found[1]["error"].startswith("ValueError at test_log.py:")
    assert HERS not in written.getvalue()


def test_where_gives_type_and_place_only() -> None:
    assert log.where(raised()).startswith("ValueError at test_log.py:")
    assert log.where(KeyError(HERS)) == "KeyError"
    try:
        try:
            raise raised()
        except ValueError as error:
            raise RuntimeError(HERS) from error
    except RuntimeError as error:
        told = log.where(error)
    assert told.startswith("RuntimeError at ")
    assert HERS not in told


def test_where_of_a_database_error_holds_no_parameter() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection, pytest.raises(SQLAlchemyError) as refused:
        connection.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": HERS})
    engine.dispose()
    assert HERS not in log.where(refused.value)
    assert log.where(refused.value).startswith("OperationalError at ")


def test_a_thread_that_dies_says_where_and_not_with_what(written: StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    def die() -> None:
        raise ValueError(HERS)

    thread = threading.Thread(target=die, name=f"inbox-writer {HERS}")
    thread.start()
    thread.join()
    [line] = lines(written)
    assert line["error"].startswith("ValueError at test_log.py:")
    assert HERS not in written.getvalue() + "".join(capfd.readouterr())


def test_an_error_while_something_is_thrown_away_is_not_quoted(
    written: StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    class Unwilling:
        def __del__(self) -> None:
            raise ValueError(HERS)

    Unwilling()
    gc.collect()
    [line] = lines(written)
    assert (line["event"], line["level"]) == ("error_ignored", "critical")
    assert HERS not in written.getvalue() + "".join(capfd.readouterr())


def test_a_task_that_nobody_waits_for_says_where_and_not_with_what(written: StringIO) -> None:
    async def fail() -> None:
        raise ValueError(HERS)

    async def main() -> None:
        task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task

    asyncio.run(main())
    assert any((line["error"] or "").startswith("ValueError") for line in lines(written))
    assert HERS not in written.getvalue()


def test_a_warning_says_of_what_kind_it_is_and_no_more(written: StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)  # once more, over what catches warnings here
        warnings.warn(f"cannot decode {HERS}", UserWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert [line["logger"] for line in lines(written)] == ["py.warnings"]
    assert HERS not in written.getvalue() + "".join(capfd.readouterr())


def test_a_process_that_dies_says_where_and_not_with_what() -> None:
    program = f"from bot import log; log.configure('info'); raise ValueError({HERS!r})"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert HERS not in done.stderr + done.stdout
    assert json.loads(done.stdout.splitlines()[-1])["error"].startswith("ValueError")


@pytest.mark.parametrize("level", ["debug", "INFO", "Warning", "error", "critical"])
def test_every_level_of_the_settings_is_one_of_the_logs(level: str) -> None:
    with written_logs(level) as out:
        structlog.get_logger().critical("line_monthly_limit_reached")
        structlog.get_logger().debug("started")
    assert len(lines(out)) == 1 + (level == "debug")
