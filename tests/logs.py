"""The logs as the service writes them, caught in a buffer."""

import contextlib
import logging
import sys
import threading
from collections.abc import Iterator
from io import StringIO

import structlog

from bot import log


@contextlib.contextmanager
def written_logs(level: str = "info") -> Iterator[StringIO]:
    """What the configured logs write meanwhile; afterwards everything is as before."""
    out, stdout = StringIO(), sys.stdout
    handlers, threshold = logging.root.handlers[:], logging.root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    before = structlog.get_config()
    sys.stdout = out
    try:
        log.configure(level)
        # Else our loggers keep this buffer for ever.
        structlog.configure(cache_logger_on_first_use=False)
        yield out
    finally:
        sys.stdout = stdout
        logging.root.handlers[:] = handlers
        logging.root.setLevel(threshold)
        logging.captureWarnings(capture=False)
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        structlog.configure(**before)
