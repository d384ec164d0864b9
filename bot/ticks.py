"""Time passing: APScheduler only knocks; the database decides which process runs a job, and when it is due."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from bot.log import where
from models import schedule
from models.reminder import ReminderRules
from scheduler.jobs import JOBS, Job

KNOCK_SECONDS = 1
AFTER_FAILURE = timedelta(seconds=30)

log = structlog.get_logger()


class Ticks:
    """One knock a second in every process; a job that came due meanwhile, also days ago, runs once."""

    def __init__(self, database: Database, clock: Clock, rules: ReminderRules, jobs: Sequence[Job] = JOBS) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules
        self._jobs = jobs
        self._not_before: dict[str, datetime] = {}
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def start(self) -> None:
        self._scheduler.add_job(self._knock, "interval", seconds=KNOCK_SECONDS, max_instances=1, coalesce=True)
        self._scheduler.start()

    def stop(self) -> None:
        """Let a running job end first."""
        self._scheduler.shutdown(wait=True)

    def _knock(self) -> None:
        try:
            self.run_due()
        except (SQLAlchemyError, OSError) as failure:
            log.error("jobs_wait_for_database", error=where(failure))

    def run_due(self) -> list[str]:
        """Run every job that is due and that no other process has taken; the names of those that succeeded."""
        now = self._clock.now()
        with self._database.reading() as session:
            due = [job for job in self._jobs if self._is_due(session, job, now)]
        return [job.name for job in due if self._tried(job, now)]

    def _is_due(self, session: Session, job: Job, now: datetime) -> bool:
        row = session.get(schedule.Schedule, job.name)
        return row is None or row.next_run <= now

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
