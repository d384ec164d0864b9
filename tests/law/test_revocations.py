"""What a false report undoes, and for whom and for which reasons a change of employer may be asked for."""

from datetime import date

import pytest

from law.employment_permits import PermitType
from law.missing_reports import ReasonCode
from law.revocations import NewEmployer, Undone, change_of_employer, false_report, may_be_ordered_to_leave_first
from law.source import NotInForce

DAY = date(2026, 3, 11)


def test_article_56_has_the_ministry_take_back_the_revocation_and_the_order_to_leave_when_a_report_is_false() -> None:
    assert false_report(DAY, found_false=True).undone == {Undone.REVOCATION, Undone.DEPARTURE_ORDER}
    assert not false_report(DAY, found_false=False).undone
    assert str(false_report.source) == "就業服務法第56條第2項"
    [whole] = false_report.quotes
    assert whole.startswith("受聘僱外國人有遭受雇主不實之")
    assert whole.endswith("限令出國之行政處分。")


def test_article_56_knew_no_complaint_before_the_end_of_2018() -> None:
    with pytest.raises(NotInForce):
        false_report(date(2018, 11, 29), found_false=True)
    assert false_report(date(2018, 11, 30), found_false=True).undone


@pytest.mark.parametrize(
    ("permit_type", "reason", "expected"),
    [
        pytest.param("B", "patient_died", NewEmployer.MAY_ASK, id="59(1)1, the person cared for died"),
        pytest.param("C", "employer_closed", NewEmployer.MAY_ASK, id="59(1)3, skilled worker"),
        pytest.param("B", "employer_quota", NewEmployer.MAY_ASK, id="72, more workers than allowed"),
        pytest.param("B", "absent_3_days", NewEmployer.NOT_FOR_THIS_REASON, id="73(3), absence"),
        pytest.param("B", "contract_ended", NewEmployer.MUST_BE_ASKED, id="73(3), the employment ended"),
        pytest.param("C", "other", NewEmployer.MUST_BE_ASKED, id="the letter must be read"),
        pytest.param("A", "employer_closed", NewEmployer.OTHER_WORK, id="professional"),
        pytest.param("D", "patient_died", NewEmployer.OTHER_WORK, id="student"),
        pytest.param("E", "absent_3_days", NewEmployer.OTHER_WORK, id="family member"),
    ],
)
def test_article_59_opens_a_change_of_employer(permit_type: str, reason: str, expected: NewEmployer) -> None:
    assert change_of_employer(DAY, PermitType(permit_type), ReasonCode(reason)).new_employer is expected


@pytest.mark.parametrize(
    ("reason", "was_sent", "expected"),
    [
        pytest.param("other_employer_work", None, NewEmployer.MUST_BE_ASKED, id="nobody asked her"),
        pytest.param("unassigned_work", True, NewEmployer.MUST_BE_ASKED, id="73(2) is not for who was sent"),
        pytest.param("unassigned_work", False, NewEmployer.NOT_FOR_THIS_REASON, id="73(2), she went herself"),
        pytest.param("rules_broken", True, NewEmployer.NOT_FOR_THIS_REASON, id="73(5) is about other things"),
    ],
)
def test_article_59_stays_open_to_who_was_sent_to_work_elsewhere(
    reason: str, was_sent: bool | None, expected: NewEmployer
) -> None:
    change = change_of_employer(DAY, PermitType.B, ReasonCode(reason), was_sent=was_sent)
    assert change.new_employer is expected


@pytest.mark.parametrize("reason", ReasonCode)
def test_article_59_has_the_same_answer_for_both_types_of_its_work_and_none_for_the_others(reason: ReasonCode) -> None:
    found = {each: change_of_employer(DAY, each, reason).new_employer for each in PermitType}
    assert found[PermitType.B] is found[PermitType.C] is not NewEmployer.OTHER_WORK
    assert {found[each] for each in (PermitType.A, PermitType.D, PermitType.E)} == {NewEmployer.OTHER_WORK}


def test_article_59_is_silent_before_it_was_read_as_it_is() -> None:
    with pytest.raises(NotInForce):
        change_of_employer(date(2013, 12, 26), PermitType.B, ReasonCode.OTHER)


def test_article_74_lets_her_be_ordered_to_leave_before_the_revocation_only_when_contact_was_lost() -> None:
    assert may_be_ordered_to_leave_first(DAY, contact_lost=True)
    assert not may_be_ordered_to_leave_first(DAY, contact_lost=False)
