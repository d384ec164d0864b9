"""What `make prove` writes is what was counted, and it says no when anything is lost, doubled, stuck or never met."""

from collections import Counter
from datetime import date

import pytest

from tests.faults import phases
from tests.faults.count import Count
from tests.faults.prove import KILLS, Lived, Proof, met

GOOD = Count(kills=20, bites=Counter({"pwrite64 in send": 12, "any moment in mark + plan": 8}), expected=220)


def a_proof(killed: Count, *lived: Lived) -> Proof:
    return Proof(date(2026, 3, 11), 4.0, {"sqlite": killed}, {"sqlite": "SQLite 3"}, lived)


def test_the_numbers_written_are_those_counted() -> None:
    proof = a_proof(GOOD, Lived("disk full", "sqlite", Count(expected=16, recovered=3), 7.4))
    written = proof.written()
    assert "| sqlite | 20 | 220 | 0 | 0 | 0 | 0 | 0 | 0 | 0.0 s |" in written
    assert "| pwrite64 in send | 12 |" in written
    assert "| at a random moment | 8 |" in written
    assert "| disk full | sqlite | 16 | 0 | 0 | 0 | 3 | 0 | 0 | 7 |  |" in written
    assert "**holds**" in written
    assert proof.holds


@pytest.mark.parametrize("bad", [Count(lost=1), Count(doubled=1), Count(unexpected=1), Count(stuck=1)])
def test_one_wrong_message_is_enough(bad: Count) -> None:
    assert not a_proof(GOOD + bad).holds
    assert not a_proof(GOOD, Lived("disk full", "sqlite", bad, 1.0)).holds
    assert "does not hold" in a_proof(GOOD + bad).written()


def test_a_scenario_that_breaks_off_is_no_proof_and_one_that_cannot_run_here_says_so() -> None:
    assert not a_proof(GOOD, Lived("disk full", "sqlite", Count(), 1.0, "AssertionError: waited in vain")).holds
    assert a_proof(GOOD, Lived("disk full", "sqlite", Count(), 1.0, "skipped: no strace")).holds


def test_a_thousand_kills_that_never_met_a_phase_are_no_proof() -> None:
    assert met(GOOD) == Counter({phases.SEND: 12, phases.MARK: 8, phases.PLAN: 8})
    thousand = Count(kills=KILLS, bites=GOOD.bites)
    assert a_proof(thousand).missed == ["receive on sqlite"]
    assert not a_proof(thousand).holds


def test_counts_add_up_and_the_longest_resume_stays() -> None:
    total = Count(kills=1, lost=2, longest_resume=3.0) + Count(kills=4, lost=5, longest_resume=1.0)
    assert (total.kills, total.lost, total.longest_resume) == (5, 7, 3.0)
