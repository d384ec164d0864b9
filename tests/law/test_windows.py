"""How windows stand to each other: which share their days, and which never meet."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from law.dates import months_after, months_before
from law.employment_permits import (
    PermitType,
    extend_major_project,
    extend_type_c,
    extend_type_e,
    renew_type_b,
    transfer_type_b,
    transfer_type_c,
    windows_for,
)
from law.health_examinations import examinations
from law.review_standards import re_recruit

PERMITS_END = st.dates(date(2022, 4, 30), date(2035, 12, 31))
BOUNDED = settings(derandomize=True, deadline=None, database=None)


@settings(BOUNDED)
@given(PERMITS_END)
def test_windows_that_the_law_opens_together_share_their_days(ends_on: date) -> None:
    renewal, transfer = renew_type_b(ends_on), transfer_type_b(ends_on)
    assert (renewal.opens, renewal.last_safe_day, renewal.closes) == (
        transfer.opens,
        transfer.last_safe_day,
        transfer.closes,
    ), "arts. 39 and 40: the employer chooses within the same days"
    assert renewal.last_safe_day == months_before(ends_on, 2)
    extension, other = extend_type_c(ends_on), transfer_type_c(ends_on)
    assert (extension.opens, extension.closes) == (other.opens, other.closes) == (renewal.opens, ends_on)
    assert (other.last_safe_day, extension.last_safe_day) == (renewal.last_safe_day, ends_on)
    assert re_recruit(ends_on).opens == renewal.opens, "art. 37 of the review standards: the same four months"
    for window in (extend_type_e(ends_on), extend_major_project(ends_on)):
        assert (window.opens, window.closes) == (ends_on - timedelta(days=60), ends_on)


@settings(BOUNDED)
@given(st.sampled_from(PermitType), PERMITS_END, st.integers(6, 36))
def test_the_windows_of_one_permit_are_over_before_those_of_the_next_begin(
    permit_type: PermitType, ends_on: date, length: int
) -> None:
    begins = ends_on + timedelta(days=1)
    now = windows_for(permit_type, months_before(ends_on, 36), ends_on)
    following = windows_for(permit_type, begins, months_after(ends_on, length))
    for before, after in zip(now, following, strict=True):
        assert before.closes < (after.opens or begins)


@settings(BOUNDED)
@given(PERMITS_END)
def test_no_examination_window_touches_the_next(starts_on: date) -> None:
    assert all(one.closes < other.opens for one, other in pairwise(examinations(starts_on)))
