"""One line of JSON an event, in UTC, without anybody's data."""

import contextlib
import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import TextIO

import structlog


def configure(level: str) -> None:
    """Let structlog and the libraries' loggers write to standard output from this level on."""
    output: TextIO = _Unbreakable(sys.stdout)  # type: ignore[assignment]
    threshold = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper("iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=output),
        cache_logger_on_first_use=True,
    )
    # Other people's log lines may quote what they failed on, so only their severe ones pass, without values.
    handler = logging.StreamHandler(output)
    handler.setFormatter(_TypeOnly())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # Python's own last words go to standard error and quote what an exception says.
    sys.excepthook = _process_died
    threading.excepthook = lambda died: _last_words("thread_died", died.exc_value)
    sys.unraisablehook = lambda ignored: _last_words("error_ignored", ignored.exc_value)


def _process_died(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        sys.__excepthook__(kind, error, at)  # somebody pressed Ctrl+C; there is nothing in it
    else:
        _last_words("process_died", error)


def _last_words(event: str, error: BaseException | None) -> None:
    structlog.get_logger().critical(event, error=where(error) if error else None)


class _Unbreakable:
    """An output that when it is full or closed loses the line, and not the work that was to be told of."""

    def __init__(self, output: TextIO) -> None:
        self._output = output

    def write(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._output.write(line)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._output.flush()


class _TypeOnly(logging.Formatter):
    """The logger, the level, and the place and type of an exception: never a message that may hold values."""

    def format(self, record: logging.LogRecord) -> str:
        error = where(record.exc_info[1]) if record.exc_info and record.exc_info[1] else None
        return structlog.processors.JSONRenderer()(  # type: ignore[return-value]
            None, "", {"event": "library_log", "logger": record.name, "level": record.levelname.lower(), "error": error}
        )


def where(error: BaseException) -> str:
    """The exception's type and the line that raised it: its text may quote what a worker wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
