"""Types A to E by the work's subparagraph, the longest permit of each, and article 67."""

from datetime import date

import pytest

from law.employment_permits import PermitType
from law.source import NotInForce
from law.worker_types import family_may_stay, longest_permit, longest_project_extension, worker_type

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("article", "subparagraphs", "permit_type"),
    [
        pytest.param(46, range(1, 7), PermitType.A, id="46(1)1 to 6: professionals to artists"),
        pytest.param(46, range(7, 8), None, id="46(1)7: the crews of ships are of no type"),
        pytest.param(46, range(8, 11), PermitType.B, id="46(1)8 to 10: fishing, households, designated work"),
        pytest.param(46, range(11, 12), PermitType.C, id="46(1)11: skilled workers"),
        pytest.param(46, (0, 12), None, id="46(1): no such subparagraph"),
        pytest.param(50, (1, 2), PermitType.D, id="50: students"),
        pytest.param(50, (0, 3), None, id="50: no such subparagraph"),
        pytest.param(51, range(1, 5), PermitType.E, id="51(1)1 to 4: refugees to permanent residents"),
        pytest.param(51, (0, 5), None, id="51(1): no such subparagraph"),
        pytest.param(48, (1, 2), None, id="another article"),
    ],
)
def test_article_2_gives_each_work_its_type_and_the_rest_none(
    article: int, subparagraphs: tuple[int, ...] | range, permit_type: PermitType | None
) -> None:
    for subparagraph in subparagraphs:
        assert worker_type(TODAY, article, subparagraph).permit_type is permit_type


@pytest.mark.parametrize(
    ("permit_type", "ends_by", "source"),
    [
        pytest.param(PermitType.A, date(2029, 3, 1), "就業服務法第52條第1項", id="A: three years"),
        pytest.param(PermitType.B, date(2029, 3, 1), "就業服務法第52條第2項", id="B: three years"),
        pytest.param(PermitType.C, date(2029, 3, 1), "就業服務法第52條第1項", id="C: three years"),
        pytest.param(PermitType.D, date(2027, 3, 1), "雇主聘僱外國人許可及管理辦法第54條第1項", id="D: a year"),
    ],
)
def test_article_52_limits_each_permit(permit_type: PermitType, ends_by: date, source: str) -> None:
    longest = longest_permit(TODAY, permit_type)
    assert longest is not None
    assert (longest.ends_by, str(longest.source)) == (ends_by, source)


def test_article_54_gave_students_six_months_before() -> None:
    longest = longest_permit(date(2024, 8, 27), PermitType.D)
    assert longest is not None
    assert (longest.months, longest.ends_by) == (6, date(2025, 2, 26))


def test_article_51_frees_type_e_from_article_52() -> None:
    assert longest_permit(TODAY, PermitType.E) is None


def test_article_52_extends_a_major_project_by_six_months_at_most() -> None:
    assert longest_project_extension(date(2026, 12, 31)).ends_by == date(2027, 6, 30)
    assert longest_project_extension(date(2026, 8, 31)).ends_by == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("permit_type", "born_here", "can_support", "may"),
    [
        pytest.param(PermitType.B, True, True, True, id="born here, and she has the means"),
        pytest.param(PermitType.B, True, False, False, id="born here, without the means"),
        pytest.param(PermitType.B, False, True, False, id="brought along"),
        pytest.param(PermitType.C, False, True, None, id="the article is about type B"),
    ],
)
def test_article_67_is_about_type_b_where_the_english_has_type_2(
    permit_type: PermitType, born_here: bool, can_support: bool, may: bool | None
) -> None:
    stay = family_may_stay(TODAY, permit_type, child_born_here_while_employed=born_here, can_support=can_support)
    assert (stay.may, stay.source.article) == (may, "67")


def test_the_types_are_told_from_the_rewritten_regulation_on() -> None:
    assert worker_type(date(2022, 4, 30), 46, 8).permit_type is PermitType.B
    with pytest.raises(NotInForce):
        worker_type(date(2022, 4, 29), 46, 8)
    with pytest.raises(NotInForce):
        longest_permit(date(2022, 4, 29), PermitType.B)
