"""What a revocation means is said from the law's rules, and says the same at once and in answer to her."""

from datetime import date

import pytest

from law.employment_permits import PermitType
from law.missing_reports import ReasonCode
from law.revocations import NewEmployer
from locales import Language, say
from models import revocation_advice
from models.revocation_advice import CHANGE_OF_EMPLOYER, MUST_LEAVE, leaving

REVOKED_ON = date(2026, 3, 9)
STAYS = "For this reason the law does not make you leave at once. Ask the NIA about your ARC."
ASK_THE_LETTER = "The letter says whether and until when you must leave or find an employer. Read it with 1955."


@pytest.mark.parametrize(
    ("permit_type", "reason", "said"),
    [
        pytest.param("B", "absent_3_days", MUST_LEAVE.msgid, id="article 73"),
        pytest.param("D", "absent_3_days", STAYS, id="a student, by the first five grounds of article 73"),
        pytest.param("D", "law_broken", MUST_LEAVE.msgid, id="a student who broke another law"),
        pytest.param("D", "false_data", MUST_LEAVE.msgid, id="a student whose data were false"),
        pytest.param("D", "other", ASK_THE_LETTER, id="a student whose reason we do not know"),
        pytest.param("E", "law_broken", STAYS, id="who is outside the article"),
        pytest.param("B", "employer_closed", ASK_THE_LETTER, id="no ground of article 73"),
        pytest.param("B", "contract_ended", ASK_THE_LETTER, id="whoever ended it"),
        pytest.param("A", "employer_violation", ASK_THE_LETTER, id="a professional"),
    ],
)
def test_who_is_told_that_she_must_leave(permit_type: str, reason: str, said: str) -> None:
    assert leaving(REVOKED_ON, PermitType(permit_type), ReasonCode(reason)).msgid == said


@pytest.mark.parametrize(
    ("served_on", "today", "said"),
    [
        (
            None,
            date(2026, 3, 11),
            "You can appeal within 30 days after the letter is delivered. Ask which day that was.",
        ),
        (date(2026, 3, 10), date(2026, 4, 9), "You can appeal until April 9, 2026. It must arrive by that day"),
        (date(2026, 3, 10), date(2026, 4, 10), "a late appeal may be possible. Ask 1955 today."),
        (date(2026, 3, 10), date(2027, 4, 9), "a late appeal may be possible. Ask 1955 today."),
        (date(2026, 3, 10), date(2027, 4, 10), "More than a year later the law allows no late appeal."),
    ],
)
def test_until_when_she_can_appeal(served_on: date | None, today: date, said: str) -> None:
    assert said in " ".join(say(each, Language.EN) for each in revocation_advice.appeal(served_on, today))


def test_every_answer_of_the_law_about_a_new_employer_has_its_words_and_a_way_to_go_on() -> None:
    assert set(CHANGE_OF_EMPLOYER) == set(NewEmployer)
    for advice in CHANGE_OF_EMPLOYER.values():
        assert "1955" in " ".join(each.msgid for each in (*advice.means, *advice.steps))
