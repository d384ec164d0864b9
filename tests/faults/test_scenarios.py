"""Whatever breaks around the bot, it heals by itself and loses or doubles nothing; more of it: `make prove`."""

from pathlib import Path

import pytest

from tests.faults.scenarios import SCENARIOS, Scenario

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


@pytest.mark.parametrize(
    ("scenario", "database_url"),
    [pytest.param(one, one.engines[0], id=f"{one.name}, {one.engines[0]}") for one in SCENARIOS if one.in_suite],
    indirect=["database_url"],
)
def test_nothing_is_lost_or_doubled(scenario: Scenario, database_url: str, tmp_path: Path) -> None:
    count = scenario.run(database_url, tmp_path, scale=1)
    assert count.expected > 0
    assert count.is_good, count
    assert count.unknown <= scenario.unknown, count
