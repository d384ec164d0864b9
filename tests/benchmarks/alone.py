"""A measurement in a process that has core 0 to itself, with log and garbage collector as in a service."""

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

from bot import log
from bot.app import GARBAGE_THRESHOLD

Run = TypeVar("Run")
Result = TypeVar("Result")


def alone(measure: Callable[[Run], Result], run: Run) -> Result:
    """What `measure` gives back there; what it raises is raised here."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _start) as process:
        return process.submit(measure, run).result()


def filled() -> None:
    """What is to be measured begins now: as a service does, let the collector forget what was there before."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)


def _start() -> None:
    os.sched_setaffinity(0, {0})
    # The log is written as in a service, only not to the terminal.
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  as long as the process
    log.configure("info")
