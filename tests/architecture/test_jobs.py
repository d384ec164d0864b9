"""Every job is on one list, has a name of its own, and comes due again only in the future."""

import ast
from datetime import UTC, datetime, timedelta

import pytest

from bot.database import Database
from models.reminder import ReminderRules
from models.schedule import Schedule, ensure
from scheduler.jobs import JOBS, Job
from tests.source import product

MOMENTS = [datetime(2026, 2, 28, tzinfo=UTC) + timedelta(minutes=17 * step) for step in range(200)]


def test_names_are_unique_and_fit_their_column() -> None:
    names = [job.name for job in JOBS]
    assert len(set(names)) == len(names)
    longest = Schedule.__table__.c["name"].type.length  # type: ignore[attr-defined]
    assert all(0 < len(name) <= longest for name in names)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_the_next_run_lies_ahead_and_within_a_day(job: Job) -> None:
    for now in MOMENTS:
        assert now < job.next_run(now) <= now + timedelta(days=1)
        assert job.next_run(now).tzinfo is not None


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_job_runs_on_empty_tables_and_twice(job: Job, database: Database, now: datetime) -> None:
    for _time in range(2):
        with database.writing() as session:
            ensure(session, job.name, now)
            job.run(session, ReminderRules(), now)
    with database.reading() as session:
        assert session.get(Schedule, job.name) is not None


def test_every_job_is_on_the_list() -> None:
    made = [module.where for module in product() for node in module.nodes() if _calls(node, "Job")]
    assert made == ["scheduler/jobs.py"] * len(JOBS)


WRITERS = {"bot/simulator/store.py", "bot/stores.py"}
"""Their threads wait for work, and not for a time."""


def test_only_the_ticks_knock() -> None:
    # Whatever else a thread did from time to time would be done in every process at once.
    started = {
        module.where
        for module in product()
        for node in module.nodes()
        if isinstance(node, ast.Attribute) and node.attr in ("Thread", "Timer", "add_job", "scheduled_job")
    }
    assert started - WRITERS == {"bot/ticks.py"}


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
