"""Time passing: a thread only knocks; the database decides which process runs a job, and when it is due."""

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.database import Database
from bot.log import where
from models import inbox, schedule, sending
from models.announcements import outcome as announcement_outcome
from models.reminder import ReminderRules
from scheduler.jobs import JOBS, Job

KNOCK_SECONDS = 1
AFTER_FAILURE = timedelta(seconds=30)
CLOCKS_AGREE_WITHIN = timedelta(minutes=5)
"""Machines with a working time service differ by less; a job that waits longer was put off by a wrong clock."""

LONGEST_WORK_SECONDS = 60
"""What was begun before a clock went back may be written with the wrong time after it."""

log = structlog.get_logger()


class Ticks:
    """One knock a second in every process; a job that came due meanwhile, also days ago, runs once."""

    def __init__(self, database: Database, clock: Clock, rules: ReminderRules, jobs: Sequence[Job] = JOBS) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules
        self._jobs = jobs
        self._not_before: dict[str, datetime] = {}
        self._still_wrong_until = float("-inf")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._knock_forever, name="ticks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let a running job end first."""
        self._stopped.set()
        self._thread.join()

    def _knock_forever(self) -> None:
        """By a clock that nobody can set: a scheduler that waits for a time of day stands still when that goes back."""
        while not self._stopped.wait(KNOCK_SECONDS):
            self._knock()

    def _knock(self) -> None:
        try:
            self.run_due()
        except (SQLAlchemyError, OSError) as failure:
            log.error("jobs_wait_for_database", error=where(failure))

    def run_due(self) -> list[str]:
        """Run every job that is due and that no other process has taken; the names of those that succeeded."""
        now = self._clock.now()
        with self._database.reading() as session:
            known = schedule.times(session)
        if self._clock_went_back(known, now):
            log.error("clock_went_back")
            self._still_wrong_until = time.monotonic() + LONGEST_WORK_SECONDS
            with self._database.writing() as session:
                schedule.clock_went_back(session, now)
            self._not_before.clear()
            known = {}
        if time.monotonic() < self._still_wrong_until:
            self._put_right(now)
        return [job.name for job in self._jobs if known.get(job.name, now) <= now and self._tried(job, now)]

    def _clock_went_back(self, known: Mapping[str, datetime], now: datetime) -> bool:
        """Whether a job waits for a later moment than anybody could have chosen by now."""
        latest = now + CLOCKS_AGREE_WITHIN
        return any(known.get(job.name, now) > job.next_run(latest) for job in self._jobs)

    def _put_right(self, now: datetime) -> None:
        """Nothing shall wait for the tomorrow of a clock that ran ahead."""
        with self._database.writing() as session:
            sending.clock_went_back(session, now)
            inbox.clock_went_back(session, now)
            announcement_outcome.clock_went_back(session, now)

    def _tried(self, job: Job, now: datetime) -> bool:
        """One job's fault does not keep the others from running; it is tried again a little later."""
        if self._not_before.get(job.name, now) > now:
            return False
        try:
            return self._run(job, now)
        except Exception as failure:
            log.error("job_failed", job=job.name, error=where(failure))
            self._not_before[job.name] = now + AFTER_FAILURE
            return False

    def _run(self, job: Job, now: datetime) -> bool:
        more: bool | None = True
        while more:
            # A portion of the work and the job's next date are one transaction: a crash repeats it, whole.
            with self._database.writing() as session:
                schedule.ensure(session, job.name, now)
                if not schedule.take(session, job.name, now, job.next_run(now)):
                    return False
                more = job.run(session, self._rules, now)
                if more:
                    schedule.give_back(session, job.name, now)
        log.info("job_done", job=job.name)
        return True
