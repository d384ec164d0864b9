"""The law's calculators as pages: for every role, each field by its kind, results with reasons, and what is wrong."""

import re
from datetime import date, timedelta

from bot.calculators.catalogue import CALCULATORS
from bot.calculators.fields import Kind
from law.source import STALE_AFTER
from models.operator import Role
from tests.office import Clerk, Office, words_of

FEES = {"applied_on": "2026-11-22", "add_on": "paid", "employees": "100", "ordinary": "20", "added": "8"}
ABSENT = {"absent_from": "2026-03-02", "scheduled": "2026-03-02, 2026-03-03、2026-03-04"}
CARER = {
    "ground": "carer_missing_from_home",
    "event_on": "2026-01-31",
    "notified_on": "2026-02-05",
    "permit_ends": "2028-12-31",
}


def told(clerk: Clerk, calculator: str, form: dict[str, str]) -> tuple[int, str]:
    answer = clerk.post(f"/law/{calculator}", form)
    return answer.status_code, words_of(answer)


FOCUSED = 'tabindex="-1" autofocus'
INPUTS = {Kind.DAY: "date", Kind.NUMBER: "number", Kind.YES: "checkbox"}


def test_every_role_finds_every_calculator_from_the_menu(office: Office) -> None:
    for role in Role:
        clerk = office.clerk(role)
        assert '<a href="/console/law"' in clerk.get("/me").text
        page = clerk.get("/law").text
        assert [name for name in CALCULATORS if f'href="/console/law/{name}"' not in page] == []


def test_every_field_has_its_label_and_the_input_of_its_kind(office: Office) -> None:
    clerk = office.clerk(Role.VIEWER, language="zh-Hant")
    for name, calculator in CALCULATORS.items():
        answer = clerk.get(f"/law/{name}")
        for field in calculator.fields:
            assert field.label.zh in words_of(answer)
            tags = [tag for tag in re.findall(r"<(?:input|select)[^>]*>", answer.text) if f'name="{field.name}"' in tag]
            wanted = "<select" if field.kind is Kind.CHOICE else f'type="{INPUTS.get(field.kind, "text")}"'
            assert [wanted in tag for tag in tags] == [True], (name, field.name)
            assert field.kind is Kind.YES or f'for="{field.name}"' in answer.text


def test_both_readings_of_the_extra_fee_stand_beside_each_other_with_the_article(office: Office) -> None:
    status, page = told(office.clerk(Role.VIEWER), "manufacturing-fees", FEES)
    assert status == 200
    assert "NT$40,000 Reading 1" in page
    assert "NT$30,000 Reading 2" in page
    assert "「提高比率至百分之五者" in page
    assert "Not confirmed:" in page
    assert "第26條第1項 read 2026-" in page


def test_in_chinese_nothing_is_said_in_english(office: Office) -> None:
    page = told(office.clerk(Role.CASEWORKER, language="zh-Hant"), "replacement", CARER)[1]
    assert "新臺幣" not in page
    assert "可申請遞補 是" in page
    assert "截止日（雇主聘僱外國人許可及管理辦法第24條第2項） 2026-08-28" in page
    assert "未能確認：" in page
    assert "Not confirmed" not in page


def test_days_may_be_typed_with_commas_and_a_box_that_is_not_ticked_says_no(office: Office) -> None:
    clerk = office.clerk(Role.CASEWORKER)
    assert "Notice in writing by 2026-03-09" in told(clerk, "missing-report", ABSENT)[1]
    called = ABSENT | {"contact_on": "2026-03-03"}
    assert "A contact in those days No" in told(clerk, "missing-report", called)[1]
    assert (
        "A contact in those days Yes Contact was not lost"
        in told(clerk, "missing-report", called | {"place_known": "yes"})[1]
    )


def test_a_rounded_share_is_shown_with_its_fraction_beside_it(office: Office) -> None:
    page = told(office.clerk(Role.VIEWER), "manufacturing-fees", FEES | {"employees": "99"})[1]
    assert "8.08% Rounded; exactly 800 / 99" in page


def test_what_does_not_fit_is_marked_and_what_was_typed_stays(office: Office) -> None:
    clerk = office.clerk(Role.VIEWER)
    answer = clerk.post("/law/manufacturing-fees", FEES | {"employees": "many", "added": ""})
    assert answer.status_code == 422
    assert 'value="many"' in answer.text
    assert "An average above 0" in words_of(answer)
    assert "This is needed" in words_of(answer)
    assert answer.text.count('aria-invalid="true"') == 2
    assert 'id="result"' not in answer.text
    assert [FOCUSED in tag for tag in re.findall(r"<[^>]*autofocus[^>]*>", answer.text)] == [True]
    assert re.search(rf'<p class="alarm"[^>]*{FOCUSED}>', answer.text)


def test_the_result_has_the_focus_and_a_form_that_was_only_opened_has_not(office: Office) -> None:
    clerk = office.clerk(Role.VIEWER)
    assert "autofocus" not in clerk.get("/law/manufacturing-fees").text
    answer = clerk.post("/law/manufacturing-fees", FEES)
    assert re.findall(r"<([^>]*)autofocus", answer.text) == [
        'section class="card" aria-labelledby="result" tabindex="-1" '
    ]


def test_a_choice_that_is_none_is_refused(office: Office) -> None:
    status, page = told(office.clerk(Role.VIEWER), "manufacturing-fees", FEES | {"add_on": "bribe"})
    assert status == 422
    assert "One of the choices" in page


def test_a_day_before_the_law_and_facts_that_do_not_fit_together_are_told(office: Office) -> None:
    clerk = office.clerk(Role.VIEWER, language="zh-Hant")
    status, page = told(clerk, "manufacturing-fees", FEES | {"applied_on": "2022-04-29"})
    assert status == 422
    assert "第26條第1項於 2022-04-29 尚未施行或已不適用" in page
    status, page = told(clerk, "replacement", CARER | {"notified_on": ""})
    assert (status, "這個事由須填寫通知日。" in page) == (422, True)


def test_a_result_whose_sources_were_not_read_for_180_days_says_so(office: Office) -> None:
    clerk = office.clerk(Role.VIEWER)
    checked = date(2026, 11, 22)
    today = office.clock.now().date()
    assert "check the present text" not in told(clerk, "support-staff", {"counted_on": "2026-11-22", "workers": "9"})[1]
    office.waits(days=(checked + STALE_AFTER - today + timedelta(days=1)).days)
    late = office.clerk(Role.VIEWER)
    page = told(late, "support-staff", {"counted_on": "2026-11-22", "workers": "9"})[1]
    assert "last read on 2026-11-22, over 180 days ago" in page


def test_there_is_no_other_calculator(office: Office) -> None:
    clerk = office.clerk(*Role)
    assert clerk.get("/law/nothing").status_code == 404
    assert clerk.post("/law/nothing").status_code == 404
