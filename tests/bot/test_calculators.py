"""The calculators as another system asks them: the law's worked examples, with their reasons, over the API's edge."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from shutil import copy
from typing import Any

import httpx
import jsonschema_rs
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.api.calls import Calls
from bot.api.description import openapi
from bot.api.gate import Gate
from bot.api.law import MOST_BYTES, add_law
from bot.calculators.answers import Calculator, Line, Measure, Result, Unanswerable
from bot.calculators.catalogue import CALCULATORS
from bot.calculators.doubts import CHINESE, in_words
from bot.calculators.fields import EARLIEST, LATEST, Described, Kind
from bot.calculators.missing import OFFICES
from bot.calculators.printed import as_json, exactly, shown
from bot.clock import Clock
from bot.database import Database
from bot.law_handbook import entries
from bot.two_languages import Words
from law.missing_reports import ContactOffice, NoticeItem, Office
from law.source import STALE_AFTER, NotInForce
from models import api_key
from models.api_key import Scope
from models.secrets import Keyring

NOON = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
TODAY = date(2026, 12, 1)


class Agency:
    """A caller with a key for the law."""

    def __init__(self, database: Database) -> None:
        self.clock = Clock()
        self.clock.move(NOON)
        self._database = database
        self._app = FastAPI()
        add_law(self._app, Gate(database, self.clock, 1_000), Calls(), self.clock)
        self.key = self.new_key(Scope.LAW)

    def new_key(self, *scopes: Scope) -> str:
        with self._database.writing() as session:
            return api_key.create(session, "agency", scopes, NOON, test=False)[1]

    def asks(self, method: str, path: str, key: str | None = None, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key or self.key}", **more.pop("headers", {})}

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                return await client.request(method, path, headers=headers, **more)

        return asyncio.run(ask())

    def calculates(self, name: str, facts: Mapping[str, object]) -> dict[str, Any]:
        answer = self.asks("POST", f"/api/v1/law/{name}", json=facts)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def refusal(self, name: str, content: object) -> tuple[int, dict[str, Any]]:
        answer = self.asks("POST", f"/api/v1/law/{name}", json=content)
        return answer.status_code, answer.json()


@pytest.fixture(scope="module")
def copied(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, keyring: Keyring) -> Iterator[Database]:
    """A database for keys only: no engine matters to what the law says."""
    file = tmp_path_factory.mktemp("calculators") / "bot.sqlite"
    copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}", keyring)
    yield database
    database.close()


@pytest.fixture
def agency(copied: Database) -> Agency:
    return Agency(copied)


def values(body: Mapping[str, Any]) -> dict[str, Any]:
    return {line["name"]: line["value"] for line in body["result"]}


QUOTA = {"applied_on": "2026-11-22", "level": "A", "employees": "100"}
FEES = {"applied_on": "2026-11-22", "add_on": "paid", "employees": "100", "ordinary": 20, "added": 8}
FEE = {
    "in_quarter": "2026-01-01",
    "work": "manufacturing",
    "beginning": "entry",
    "begins_on": "2026-02-10",
    "permit_ends": "2028-12-31",
}
STAFF = {"counted_on": "2026-11-22", "workers": 100}
CLOCK = {"event": "entered", "happened_on": "2026-03-02"}
WINDOW = {"permit_type": "B", "ends_on": "2026-08-31"}
HEALTH = {"permit_starts": "2026-01-15"}
LEFT = {"ground": "departed", "event_on": "2026-03-31", "permit_ends": "2028-12-31"}
AGAIN = {"ends_on": "2026-08-31"}
CHECK = {"checked_on": "2026-05-10", "level": "B", "employees": "100", "foreign": "61/3"}
WAIVER = {"investment": "new", "approval_asked_on": "2014-06-01", "add_on": "5"}
PAID = {"entered_on": "2026-01-10", "revoked_on": "2026-07-01"}
FIRST = {"applied_on": "2026-11-22", "plan": "overseas", "permitted": 41, "planned_locals": 20, "hired_locals": 9}
NOTICE = {"noticed_on": "2026-03-09"}
LATE = {"missed": "permission", "was_due": "2026-03-17", "filed_on": "2026-03-30"}
CARER = {"counted_on": "2026-11-22"}


def absent(*days: str) -> dict[str, object]:
    """From the first of these days of work on."""
    return {"absent_from": days[0], "scheduled": list(days)}


ABSENT = absent("2026-03-02", "2026-03-03", "2026-03-04")


def example(label: str, calculator: str, facts: Mapping[str, object], **expected: object) -> Any:
    return pytest.param(calculator, facts, expected, id=label)


@pytest.mark.parametrize(
    ("calculator", "facts", "expected"),
    [
        example(
            "arts. 25-1 and 26: A with 5 and 15 is cut to 40",
            "manufacturing-quota",
            QUOTA | {"transferees": 5, "paid": "15", "foreign": 38},
            total="40",
            granted_paid="10",
            granted_transferees="5",
            places=40,
            left=2,
            over_by=0,
        ),
        example(
            "art. 34: C with 33 employees", "manufacturing-quota", QUOTA | {"level": "C", "employees": 33}, places=4
        ),
        example(
            "art. 34: B, 21 of 100 are one too many",
            "manufacturing-quota",
            QUOTA | {"level": "B", "foreign": 21},
            places=20,
            left=0,
            over_by=1,
            ceiling="40",
        ),
        example(
            "art. 25-2: over 40 up to 45",
            "manufacturing-quota",
            QUOTA | {"paid": "15", "wage_raises": "10", "employees": "1613/12"},
            total="45",
            ceiling="45",
            places=60,
        ),
        example(
            "art. 26: eight added workers, both readings",
            "manufacturing-fees",
            FEES,
            add_on_percent="8",
            tier="5000",
            base="56000",
            extra_all_in="40000",
            total_all_in="96000",
            extra_marginal="30000",
            total_marginal="86000",
        ),
        example(
            "art. 26: the boundary is the lower tier's",
            "manufacturing-fees",
            FEES | {"added": 5},
            tier="3000",
            extra_all_in="15000",
            extra_marginal="15000",
        ),
        example(
            "art. 26: more than twenty percent",
            "manufacturing-fees",
            FEES | {"added": 7, "employees": 34},
            allowed=False,
            add_on_percent="350/17",
        ),
        example(
            "art. 25-2: wage raises add ten percent at the most",
            "manufacturing-fees",
            FEES | {"add_on": "wage_raises", "added": 11},
            allowed=False,
            total="no such line",
        ),
        example(
            "art. 25-2: ten percent for wage raises",
            "manufacturing-fees",
            FEES | {"add_on": "wage_raises", "added": 10},
            allowed=True,
            total="60000",
        ),
        example(
            "art. 31: five percent for the returning since the print of 2024",
            "manufacturing-fees",
            FEES | {"add_on": "returning", "added": 100_000},
            allowed=False,
            add_on_percent="100000",
        ),
        example(
            "art. 26: 35 and 6 of 100 are over the ceiling",
            "manufacturing-fees",
            FEES | {"ordinary": 35, "added": 6},
            allowed=False,
            total_all_in="no such line",
        ),
        example(
            "art. 25-2: 35 and 10 of 100 are not",
            "manufacturing-fees",
            FEES | {"add_on": "wage_raises", "ordinary": 35, "added": 10},
            allowed=True,
        ),
        example(
            "art. 28: the third tier for investment abroad",
            "manufacturing-fees",
            FEES | {"add_on": "overseas", "added": 3},
            tier="7000",
            extra="21000",
            total="67000",
        ),
        example(
            "the plan of 2025 to 2027: not known",
            "manufacturing-fees",
            FEES | {"add_on": "further_returning"},
            tier=None,
            total=None,
            base="56000",
        ),
        example(
            "art. 71: entry on 2026-02-10",
            "security-fee",
            FEE,
            month_1="0",
            month_2="1206",
            month_3="2000",
            amount="3206",
            due="2026-05-25",
        ),
        example(
            "art. 55(5): the same, paid on 2026-07-05",
            "security-fee",
            FEE | {"paid_on": "2026-07-05"},
            grace_ends="2026-06-24",
            late_days=10,
            late_fee="96.18",
            late_fee_cap="961.8",
            together="3302.18",
        ),
        example(
            "art. 71: continued from 2026-04-01",
            "security-fee",
            FEE | {"in_quarter": "2026-06-30", "beginning": "continued", "begins_on": "2026-04-01"},
            amount="6000",
            due="2026-08-25",
        ),
        example(
            "art. 71: the quarter before the entry",
            "security-fee",
            FEE | {"begins_on": "2026-04-01"},
            owed=False,
            amount="no such line",
            due="no such line",
        ),
        example(
            "art. 71: revoked on the day of the entry",
            "security-fee",
            FEE | {"revoked_on": "2026-02-10"},
            owed=False,
        ),
        example(
            "art. 71: revoked on 2026-03-11",
            "security-fee",
            FEE | {"begins_on": "2026-01-01", "beginning": "continued", "revoked_on": "2026-03-11"},
            month_3="670",
        ),
        example(
            "art. 55(3): a household in need",
            "security-fee",
            FEE | {"work": "family_care", "household_in_need": True},
            owed=False,
        ),
        example("arts. 60, 61 and 64: 9", "support-staff", STAFF | {"workers": 9}, care=0, agency_care=0, bilingual=0),
        example("arts. 60, 61 and 64: 100", "support-staff", STAFF, care=3, agency_care=3, bilingual=2),
        example("arts. 60, 61 and 64: 1000", "support-staff", STAFF | {"workers": 1000}, care=12, bilingual=11),
        example(
            "arts. 34 and 36: entered on 2026-03-02",
            "employer-clocks",
            CLOCK,
            notice_due="2026-03-05",
            application_due="2026-03-17",
        ),
        example(
            "art. 34: the third day is a Sunday",
            "employer-clocks",
            CLOCK | {"happened_on": "2026-04-30"},
            notice_due="2026-05-04",
        ),
        example(
            "art. 33: lodging changed on 2026-05-01",
            "employer-clocks",
            {"event": "lodging_changed", "happened_on": "2026-05-01"},
            notice_due="2026-05-08",
        ),
        example(
            "art. 69: left after revocation on 2026-03-31",
            "employer-clocks",
            {"event": "left", "happened_on": "2026-03-31"},
            report_due="2026-04-30",
        ),
        example(
            "arts. 17 and 20: advertised on 2026-03-02",
            "employer-clocks",
            {"event": "advertised", "happened_on": "2026-03-02"},
            recruitment_ends="2026-03-09",
            certificate_due="2026-03-24",
        ),
        example(
            "art. 30: permitted on 2026-01-15",
            "employer-clocks",
            {"event": "recruitment_permitted", "happened_on": "2026-01-15"},
            enter_by="2026-07-14",
            ask_from="2026-06-15",
            ask_until="2026-08-13",
        ),
        example(
            "art. 37: refused on 2026-03-20",
            "employer-clocks",
            {"event": "refused", "happened_on": "2026-03-02", "second_day": "2026-03-20"},
            first_day="2026-03-02",
            last_day="2026-03-20",
        ),
        example(
            "arts. 39 and 40: type B, the first late day",
            "permit-windows",
            WINDOW | {"asked_on": "2026-07-01"},
            renewal_opens="2026-05-01",
            renewal_last_safe_day="2026-06-30",
            renewal_closes="2026-08-31",
            renewal_standing="late",
            transfer_standing="late",
        ),
        example(
            "art. 41: a major project",
            "permit-windows",
            {"permit_type": "B", "ends_on": "2026-12-31", "major_project": True, "asked_on": "2026-10-31"},
            project_extension_opens="2026-11-01",
            project_extension_standing="not_yet",
        ),
        example(
            "art. 11: type A of 120 days",
            "permit-windows",
            {"permit_type": "A", "starts_on": "2026-01-01", "ends_on": "2026-04-30"},
            extension_opens="2026-03-22",
        ),
        example(
            "art. 11: type A without its first day",
            "permit-windows",
            WINDOW | {"permit_type": "A", "asked_on": "2026-07-15"},
            extension_opens=None,
            extension_standing="unknown",
        ),
        example(
            "art. 61 of the skilled: extension still open, transfer late",
            "permit-windows",
            WINDOW | {"permit_type": "C", "asked_on": "2026-07-15"},
            extension_standing="open",
            transfer_standing="late",
        ),
        example(
            "art. 54: students",
            "permit-windows",
            WINDOW | {"permit_type": "D"},
            new_application_opens=None,
            new_application_last_safe_day=None,
        ),
        example("art. 57: type E", "permit-windows", WINDOW | {"permit_type": "E"}, extension_opens="2026-07-02"),
        example(
            "art. 5: 6, 18 and 30 months",
            "health-examinations",
            HEALTH | {"entered_on": "2026-03-02"},
            month_6_target="2026-07-15",
            month_6_opens="2026-06-15",
            month_6_closes="2026-08-14",
            entry_due="2026-03-05",
            entry_catch_up="2026-03-10",
        ),
        example(
            "arts. 7 and 11: syphilis, and examined over a year ago",
            "health-examinations",
            HEALTH | {"bad_result": "syphilis", "received_on": "2026-07-15", "last_examined_on": "2025-01-14"},
            second_due="2026-08-14",
            extra_due="2026-01-22",
        ),
        example(
            "art. 11: examined within a year",
            "health-examinations",
            HEALTH | {"last_examined_on": "2025-06-01"},
            extra_due=None,
        ),
        example(
            "art. 24: left on 2026-03-31",
            "replacement",
            LEFT,
            opens="2026-03-31",
            closes="2026-09-30",
            works_until="2028-12-31",
        ),
        example(
            "art. 58(1): notified missing on 2026-01-15",
            "replacement",
            LEFT | {"ground": "missing", "event_on": "2026-01-15"},
            opens="2026-04-15",
            closes="2026-10-15",
        ),
        example(
            "art. 58(2)1: carer missing at the airport",
            "replacement",
            LEFT | {"ground": "carer_missing_on_the_way", "event_on": "2026-01-31"},
            opens="2026-01-31",
            closes="2026-07-31",
        ),
        example(
            "art. 58(2)2: both readings of the month",
            "replacement",
            LEFT | {"ground": "carer_missing_from_home", "event_on": "2026-01-31", "notified_on": "2026-02-05"},
            reading_1_opens="2026-03-05",
            reading_2_opens="2026-02-28",
            opens="2026-03-05",
            closes="2026-08-28",
        ),
        example(
            "art. 58(2)3: revoked, taken over by nobody",
            "replacement",
            LEFT | {"ground": "carer_not_taken_over", "event_on": "2026-03-10"},
            opens="2026-04-11",
        ),
        example("art. 58(1): died", "replacement", LEFT | {"ground": "deceased"}, closes="2026-09-30"),
        example("art. 58(2)3: taken over", "replacement", LEFT | {"ground": "carer_taken_over"}, opens="2026-03-31"),
        example(
            "art. 58(3): five months left",
            "replacement",
            LEFT | {"permit_ends": "2026-08-31"},
            allowed=False,
        ),
        example(
            "art. 37: a second application",
            "re-recruitment",
            AGAIN | {"asked_on": "2026-05-01", "earlier_applications": 1},
            opens="2026-05-01",
            closes="2026-08-31",
            allowed=False,
        ),
        example("art. 37: in time", "re-recruitment", AGAIN | {"asked_on": "2026-05-01"}, allowed=True),
        example(
            "art. 37(2): only eight of ten had come",
            "re-recruitment",
            AGAIN | {"permitted": 10, "entered_or_continued": 8},
            places=8,
        ),
        example(
            "art. 56: the notice is due on a Saturday",
            "missing-report",
            ABSENT,
            three_days=True,
            contact=False,
            third_missed="2026-03-04",
            notice_due="2026-03-09",
        ),
        example(
            "art. 56: Friday and Monday are two days of work",
            "missing-report",
            {"absent_from": "2026-03-06", "scheduled": ["2026-03-06", "2026-03-09"]},
            three_days=False,
        ),
        example(
            "art. 56: one day named thrice is one day",
            "missing-report",
            ABSENT | {"scheduled": ["2026-03-02"] * 3},
            three_days=False,
        ),
        example(
            "art. 56: she called 1955 on the second day",
            "missing-report",
            ABSENT | {"contact_on": "2026-03-03", "place_known": True},
            contact=True,
            third_missed="2026-03-04",
        ),
        example(
            "art. 56: her agency could reach her",
            "missing-report",
            ABSENT | {"employer_knows_place": True},
            contact=True,
            third_missed="2026-03-04",
        ),
        example(
            "art. 56: she was in a shelter from the day before",
            "missing-report",
            ABSENT | {"contact_on": "2026-03-01", "place_known": True},
            contact=False,
            third_missed="2026-03-04",
            notice_due="2026-03-09",
        ),
        example(
            "art. 34: May counts January to March, 20 1/3 of 100 are one too many",
            "manufacturing-inspection",
            CHECK | {"entered_on": "2026-02-10"},
            base_month="2026-03-01",
            month_1="2026-01-01",
            month_2="2026-02-01",
            month_3="2026-03-01",
            cap="20",
            lawful=False,
            over_by=1,
            first_check="2026-05-10",
        ),
        example(
            "art. 34: 64 in three months are two too many",
            "manufacturing-inspection",
            CHECK | {"foreign": "64/3"},
            over_by=2,
            locals_missing=False,
        ),
        example(
            "art. 34(2): one month without a local worker",
            "manufacturing-inspection",
            CHECK | {"level": "D", "employees": "10", "foreign": 1, "locals_1": 9, "locals_2": 0, "locals_3": 9},
            over_by=0,
            locals_missing=True,
            lawful=False,
        ),
        example(
            "art. 34(7): two were still too many",
            "manufacturing-inspection",
            CHECK | {"improve_by": "2026-07-01", "excess": 2},
            revoked=2,
            still_counted=2,
        ),
        example(
            "art. 34(7): within the share, but no local worker beside the single one",
            "manufacturing-inspection",
            CHECK
            | {"foreign": 1, "locals_1": 0, "locals_2": 0, "locals_3": 0}
            | {"improve_by": "2026-07-01", "excess": 1},
            lawful=False,
            revoked=1,
        ),
        example("art. 27: three years for five percent", "fee-waiver", WAIVER, waived=True, years=3),
        example("art. 27: ten percent are too much", "fee-waiver", WAIVER | {"add_on": "10"}, waived=False, years=0),
        example(
            "art. 27: but not for a large one",
            "fee-waiver",
            WAIVER | {"add_on": 10, "investment": "large_new"},
            years=3,
        ),
        example("art. 28: 20 abroad", "fee-waiver", WAIVER | {"add_on": 20, "investment": "overseas"}, years=5),
        example(
            "art. 28: headquarters", "fee-waiver", WAIVER | {"add_on": "15.01", "investment": "headquarters"}, years=0
        ),
        example(
            "art. 35: the first inspection",
            "fee-pay-back",
            PAID | {"monthly_extra": 5000},
            first_day="2026-01-11",
            last_day="2026-06-30",
            days=171,
            amount="28500",
        ),
        example(
            "art. 35: a later one, in since 2025",
            "fee-pay-back",
            {"entered_on": "2025-03-01", "revoked_on": "2026-09-01", "improvement_told_on": "2026-06-15"},
            first_day="2026-06-16",
            last_day="2026-08-31",
            amount="no such line",
        ),
        example(
            "art. 35: revoked the day after the entry",
            "fee-pay-back",
            PAID | {"revoked_on": "2026-01-11", "monthly_extra": 9000},
            days=0,
            amount="0",
            first_day="no such line",
        ),
        example("art. 29: 9 of 20 hired", "first-entries", FIRST, places=20),
        example("art. 29: 10 of 20 hired", "first-entries", FIRST | {"hired_locals": 10}, places=41),
        example("art. 33: returning", "first-entries", FIRST | {"plan": "returning", "permitted": 40}, places=20),
        example(
            "art. 68(3): no permit number, and the ministry had no copy",
            "missing-notice",
            NOTICE
            | {f"has_{item}": item != "permit_number" for item in NoticeItem}
            | {f"told_{office}": office != "ministry" for office in Office},
            complete=False,
            lacks_permit_number=True,
            untold_ministry=True,
            lacks_name="no such line",
            untold_police="no such line",
        ),
        example(
            "art. 68(3): complete",
            "missing-notice",
            NOTICE | {f"has_{item}": True for item in NoticeItem} | {f"told_{office}": True for office in Office},
            complete=True,
        ),
        example(
            "art. 70: on the last day that the ministry gave",
            "catch-up",
            LATE | {"approved": True, "approved_until": "2026-03-30"},
            allowed=True,
        ),
        example(
            "art. 70: a day too late",
            "catch-up",
            LATE | {"approved": True, "approved_until": "2026-03-29"},
            allowed=False,
        ),
        example("art. 70: without approval", "catch-up", LATE | {"approved_until": "2026-03-30"}, allowed=False),
        example(
            "art. 34 of the transfers: the fifteenth day",
            "catch-up",
            LATE | {"missed": "transfer", "approved": True, "filed_on": "2026-04-01"},
            allowed=True,
            due="2026-04-01",
        ),
        example(
            "art. 34 of the transfers: the day after",
            "catch-up",
            LATE | {"missed": "transfer", "approved": True, "filed_on": "2026-04-02"},
            allowed=False,
        ),
        example(
            "art. 34 of the transfers: once",
            "catch-up",
            LATE | {"missed": "transfer", "approved": True, "earlier_catch_ups": 1},
            allowed=False,
        ),
        example(
            "art. 60(2): the certificate", "care-staff-qualification", CARER | {"certificate": True}, qualified=True
        ),
        example("art. 60(2): 23 months", "care-staff-qualification", CARER | {"care_months": 23}, qualified=False),
        example("art. 60(2): two years", "care-staff-qualification", CARER | {"care_months": 24}, qualified=True),
        example(
            "art. 60(2): a degree and eleven months",
            "care-staff-qualification",
            CARER | {"graduate": True, "work_months": 11},
            qualified=False,
        ),
    ],
)
def test_the_worked_examples_of_the_law(
    agency: Agency, calculator: str, facts: Mapping[str, object], expected: Mapping[str, object]
) -> None:
    body = agency.calculates(calculator, facts)
    found = values(body)
    assert {name: found.get(name, "no such line") for name in expected} == expected
    assert body["calculator"] == calculator


def test_who_came_after_the_notice_to_improve_is_told_that_the_entry_counts(agency: Agency) -> None:
    first, *_others = agency.calculates("fee-pay-back", PAID | {"improvement_told_on": "2026-01-09"})["result"]
    assert (first["value"], first["note"]["zh"]) == ("2026-01-11", "通知時尚未入國，自入國翌日起。")
    first, *_others = agency.calculates("fee-pay-back", PAID | {"improvement_told_on": "2026-01-10"})["result"]
    assert (first["value"], first["note"]) == ("2026-01-11", None)


def test_what_is_not_rounded_says_so(agency: Agency) -> None:
    lines = {
        line["name"]: line for line in agency.calculates("security-fee", FEE | {"paid_on": "2026-07-05"})["result"]
    }
    for name in ("late_fee", "late_fee_cap", "together"):
        assert lines[name]["label"]["zh"].endswith("（未進位）")
        assert lines[name]["label"]["en"].endswith("not rounded")


@pytest.mark.parametrize(
    ("measure", "value", "figure", "exact"),
    [
        (Measure.MONEY, Fraction(459_500, 3), "NT$153,166.67", "Rounded; exactly 459,500 / 3"),
        (Measure.PERCENT, Fraction(2400, 403), "5.96%", "Rounded; exactly 2,400 / 403"),
        (Measure.PERCENT, Fraction(7, 2), "3.50%", None),
        (Measure.MONEY, Decimal("4167.8"), "NT$4,167.80", None),
    ],
)
def test_a_page_shows_an_amount_to_read_and_its_fraction_apart(
    measure: Measure, value: Decimal | Fraction, figure: str, exact: str | None
) -> None:
    line = Line("amount", Words("金額", "Amount"), measure, value)
    assert shown(line).en == figure
    assert getattr(exactly(line), "en", None) == exact


def test_both_readings_of_the_extra_fee_are_labelled(agency: Agency) -> None:
    lines = {line["name"]: line for line in agency.calculates("manufacturing-fees", FEES)["result"]}
    assert lines["extra_all_in"]["note"]["en"].startswith("Reading 1")
    assert lines["extra_marginal"]["note"]["zh"].startswith("讀法二")


def test_a_share_that_was_cut_says_what_was_asked_for(agency: Agency) -> None:
    body = agency.calculates("manufacturing-quota", QUOTA | {"transferees": 5, "paid": 15})
    [cut] = [line for line in body["result"] if line["name"] == "granted_paid"]
    assert cut["note"]["en"].startswith("15% asked for; this add-on has at most 20%")


def test_every_reason_has_its_article_its_words_and_its_day(agency: Agency) -> None:
    body = agency.calculates("security-fee", FEE | {"paid_on": "2026-07-05"})
    late = body["reasons"][-1]
    assert late["citation"] == "就業服務法第55條第5項"
    assert late["url"].startswith("https://law.moj.gov.tw/")
    assert date.fromisoformat(late["checked"]) < TODAY
    assert late["quotes"][0].startswith("得寬限三十日")
    assert "Rounding" in late["doubt"]["en"]
    assert "進位" in late["doubt"]["zh"]
    assert {source["citation"] for source in body["sources"]} == {reason["citation"] for reason in body["reasons"]}


def test_an_answer_cites_the_article_of_the_plan_and_the_kind_of_investment(agency: Agency) -> None:
    def cited(name: str, facts: Mapping[str, object]) -> str:
        return str(agency.calculates(name, facts)["reasons"][0]["citation"])

    assert cited("first-entries", FIRST).endswith("第29條第2項")
    assert cited("first-entries", FIRST | {"plan": "offshore_wind"}).endswith("第33條第2項")
    assert cited("fee-waiver", WAIVER | {"investment": "large_new"}).endswith("第27條第4項")
    assert cited("fee-waiver", WAIVER | {"investment": "headquarters"}).endswith("第28條第4項")


def test_a_complete_notice_is_not_called_true(agency: Agency) -> None:
    [why] = agency.calculates("missing-notice", NOTICE)["reasons"]
    assert "不代表通報屬實" in why["means"]["zh"]
    assert "does not make it true" in why["means"]["en"]
    assert "無法聯繫的事證" in why["doubt"]["zh"]


def test_the_laws_words_and_a_doubt_are_told_once(agency: Agency) -> None:
    body = agency.calculates("manufacturing-quota", QUOTA | {"transferees": 5, "paid": 15})
    quotes = [quote for reason in body["reasons"] for quote in reason["quotes"]]
    doubts = [reason["doubt"]["en"] for reason in body["reasons"] if reason["doubt"]]
    assert len(quotes) == len(set(quotes)) > 1
    assert len(doubts) == len(set(doubts)) > 1
    assert body["reasons"][-1]["means"]["en"] == "For an extra fee (art. 26): 10% are granted."


def test_the_laws_words_are_never_shown_under_another_article(agency: Agency) -> None:
    old = agency.calculates("permit-windows", WINDOW | {"permit_type": "C", "ends_on": "2025-08-31"})
    assert [(one["citation"][-7:], one["quotes"]) for one in old["reasons"]] == [
        ("第48條第1項", []),
        ("第48條第2項", []),
    ]
    new = agency.calculates("permit-windows", WINDOW | {"permit_type": "C"})
    assert all(one["quotes"] for one in new["reasons"])


def test_type_e_is_told_who_needs_no_employer(agency: Agency) -> None:
    cited = [one["citation"] for one in agency.calculates("permit-windows", WINDOW | {"permit_type": "E"})["reasons"]]
    assert cited == ["就業服務法第51條第2項", "雇主聘僱外國人許可及管理辦法第57條"]


def test_an_answer_says_when_its_sources_were_not_read_for_180_days(agency: Agency) -> None:
    body = agency.calculates("support-staff", STAFF)
    assert [source["stale"] for source in body["sources"]] == [False] * 3
    assert len(body["warnings"]) == 1
    checked = min(date.fromisoformat(source["checked"]) for source in body["sources"])
    agency.clock.ahead += checked + STALE_AFTER - TODAY - timedelta(days=1)
    assert len(agency.calculates("support-staff", STAFF)["warnings"]) == 1
    agency.clock.ahead += timedelta(days=1)
    stale = agency.calculates("support-staff", STAFF)
    assert all(source["stale"] for source in stale["sources"])
    assert f"last read on {checked}" in stale["warnings"][1]["en"]
    assert str(checked) in stale["warnings"][1]["zh"]


def test_a_last_day_in_a_year_without_an_office_calendar_says_so(agency: Agency) -> None:
    [notice, _application] = agency.calculates("employer-clocks", CLOCK | {"happened_on": "2031-03-03"})["result"]
    assert "office calendar" in notice["note"]["en"]
    [known, _application] = agency.calculates("employer-clocks", CLOCK)["result"]
    assert known["note"] is None


@pytest.mark.parametrize(
    ("calculator", "facts", "law", "day"),
    [
        ("manufacturing-quota", QUOTA | {"applied_on": "2022-04-29"}, "審查標準第26條第1項", "2022-04-29"),
        ("manufacturing-quota", QUOTA | {"applied_on": "2025-12-31", "wage_raises": 1}, "第25-2條", "2025-12-31"),
        ("manufacturing-fees", FEES | {"applied_on": "2020-01-01"}, "審查標準第26條第1項", "2020-01-01"),
        ("security-fee", FEE | {"in_quarter": "2015-01-01"}, "就業服務法第55條第1項", "2015-01-01"),
        ("support-staff", STAFF | {"counted_on": "2022-04-29"}, "管理辦法第60條第1項", "2022-04-29"),
        ("employer-clocks", {"event": "skilled_begins", "happened_on": "2026-01-01"}, "第47條第1項", "2026-01-01"),
        ("permit-windows", WINDOW | {"ends_on": "2022-04-29"}, "管理辦法第39條", "2022-04-29"),
        ("health-examinations", {"permit_starts": "2022-04-29"}, "健康檢查管理辦法第5條第1項", "2022-04-29"),
        ("replacement", LEFT | {"event_on": "2023-05-31"}, "就業服務法第58條第1項", "2023-05-31"),
        ("re-recruitment", {"ends_on": "2022-04-29"}, "審查標準第37條第1項", "2022-04-29"),
        ("manufacturing-inspection", CHECK | {"checked_on": "2022-04-29"}, "審查標準第34條第4項", "2022-04-29"),
        ("fee-waiver", WAIVER | {"approval_asked_on": "2015-01-01"}, "審查標準第27條第4項", "2015-01-01"),
        ("fee-pay-back", {"entered_on": "2022-01-01", "revoked_on": "2022-04-29"}, "第35條第2項", "2022-04-29"),
        ("first-entries", FIRST | {"applied_on": "2022-04-29"}, "審查標準第29條第2項", "2022-04-29"),
        ("missing-notice", {"noticed_on": "2022-04-29"}, "管理辦法第68條第3項", "2022-04-29"),
        ("catch-up", LATE | {"was_due": "2022-04-29"}, "管理辦法第70條", "2022-04-29"),
        ("care-staff-qualification", {"counted_on": "2022-04-29"}, "管理辦法第60條第2項", "2022-04-29"),
        ("missing-report", absent("2018-06-03", "2018-06-04", "2018-06-05"), "就業服務法第56條第1項", "2018-06-03"),
        ("missing-report", absent("2013-12-26", "2013-12-27", "2013-12-28"), "就業服務法第56條第1項", "2013-12-26"),
    ],
)
def test_a_day_on_which_it_was_not_the_law_is_refused_by_its_name(
    agency: Agency, calculator: str, facts: Mapping[str, object], law: str, day: str
) -> None:
    status, refused = agency.refusal(calculator, facts)
    assert (status, refused["error"]) == (422, "not_in_force")
    assert law in refused["message"]
    assert law in refused["message_zh"]
    assert day in refused["message"]
    assert day in refused["message_zh"]


@pytest.mark.parametrize(
    ("calculator", "facts", "why"),
    [
        ("security-fee", FEE | {"permit_ends": "2026-02-09"}, "before the employment begins"),
        ("employer-clocks", {"event": "refused", "happened_on": "2026-03-02"}, "Give the day of the refusal"),
        (
            "employer-clocks",
            {"event": "advertised", "happened_on": "2026-03-02", "second_day": "2026-03-01"},
            "newspapers do not begin before",
        ),
        ("permit-windows", WINDOW | {"starts_on": "2026-09-01"}, "starts after it ends"),
        (
            "manufacturing-inspection",
            CHECK | {"foreign": 1, "locals_1": 1, "locals_2": 1},
            "locals of all three months",
        ),
        ("manufacturing-inspection", CHECK | {"foreign": 101}, "more foreign workers than employees"),
        ("manufacturing-inspection", CHECK | {"excess": 1}, "Give both"),
        ("manufacturing-inspection", CHECK | {"improve_by": "2026-05-09", "excess": 1}, "before the check"),
        (
            "manufacturing-inspection",
            CHECK | {"employees": "1612/12", "improve_by": "2026-12-04", "excess": 10},
            "nothing to improve",
        ),
        ("security-fee", FEE | {"revoked_on": "2026-02-09"}, "revoked before the employment begins"),
        ("fee-pay-back", PAID | {"revoked_on": "2026-01-10"}, "after the entry"),
        ("fee-pay-back", PAID | {"improvement_told_on": "2026-07-01"}, "not before the day the permit was revoked"),
        ("catch-up", LATE | {"filed_on": "2026-03-17"}, "not late"),
        ("catch-up", LATE | {"approved": True, "approved_until": "2026-03-17"}, "not after the one that was missed"),
        (
            "catch-up",
            LATE | {"missed": "transfer", "approved": True, "approved_until": "2026-03-29"},
            "before the day it is made up for",
        ),
        ("catch-up", LATE | {"approved": True}, "last day that the ministry gave"),
        ("health-examinations", HEALTH | {"bad_result": "syphilis"}, "Give both"),
        ("replacement", LEFT | {"ground": "carer_missing_from_home"}, "needs the day of the notice"),
        (
            "replacement",
            LEFT | {"ground": "carer_missing_from_home", "notified_on": "2026-03-30"},
            "before the day of the event",
        ),
        ("replacement", LEFT | {"notified_on": "2020-01-01"}, "before the day of the event"),
    ],
)
def test_facts_that_do_not_go_together_are_refused(
    agency: Agency, calculator: str, facts: Mapping[str, object], why: str
) -> None:
    status, refused = agency.refusal(calculator, facts)
    assert (status, refused["error"]) == (422, "unanswerable")
    assert why in refused["message"]
    assert refused["message_zh"]


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("applied_on", "2026-02-30"),
        ("applied_on", "1767225600"),
        ("applied_on", 1767225600),
        ("applied_on", "2026-11-22T00:00:00"),
        ("applied_on", "0001-01-01"),
        ("applied_on", "２０２６-11-22"),
        ("applied_on", None),
        ("level", "E"),
        ("level", 1),
        ("employees", "0"),
        ("employees", -1),
        ("employees", 100.5),
        ("employees", "1/0"),
        ("employees", "1e3"),
        ("employees", "100\n"),
        ("employees", True),
        ("foreign", 1.0),
        ("foreign", "1"),
        ("foreign", True),
        ("foreign", 100_001),
        ("foreign", 2**70),
        ("paid", 0.1),
        ("paid", "100.01"),
        ("paid", "-1"),
        ("paid", "NaN"),
        ("paid", ["1"]),
    ],
)
def test_a_field_that_does_not_fit_is_named_and_not_repeated(agency: Agency, field: str, given: object) -> None:
    status, refused = agency.refusal("manufacturing-quota", QUOTA | {field: given})
    assert (status, refused["error"]) == (422, "invalid_request")
    assert [one["field"] for one in refused["fields"]] == [field]
    assert refused["fields"][0]["message"].keys() == {"zh", "en"}


def test_what_is_missing_and_what_nobody_knows_is_said(agency: Agency) -> None:
    status, refused = agency.refusal("support-staff", {"workers": 5, "SITI": "A800000014"})
    assert status == 422
    assert [(one["field"], one["message"]["en"]) for one in refused["fields"]] == [
        ("counted_on", "This is needed"),
        ("", "There is a field that this calculator does not know"),
    ]
    assert "SITI" not in str(refused)
    assert "A800000014" not in str(refused)


@pytest.mark.parametrize("body", [[], "x", 7])
def test_a_body_that_is_no_object_is_refused(agency: Agency, body: object) -> None:
    status, refused = agency.refusal("support-staff", body)
    assert (status, refused["message"]) == (422, "The body must be an object.")


@pytest.mark.parametrize(("ends_on", "months"), [("2024-08-27", "6"), ("2026-08-31", "12")])
def test_students_are_told_the_months_of_the_law_and_its_doubt(agency: Agency, ends_on: str, months: str) -> None:
    reasons = agency.calculates("permit-windows", WINDOW | {"permit_type": "D", "ends_on": ends_on})["reasons"]
    longest, again = reasons
    assert f"最長 {months} 個月" in longest["means"]["zh"]
    assert f" {months} months at the most" in longest["means"]["en"]
    assert "school year on 30 September" in longest["doubt"]["en"]
    assert "9 月 30 日" in longest["doubt"]["zh"]
    assert longest["quotes"]
    assert not again["quotes"], "the old text's six months are never shown without the doubt"
    said = "".join(reason["means"]["zh"] + reason["means"]["en"] for reason in reasons)
    assert set(re.findall(r"\d+", said)) == {months}


def test_who_keeps_a_contact_on_record_is_told_as_the_law_lists_it(agency: Agency) -> None:
    [asked] = [
        field
        for calculator in agency.asks("GET", "/api/v1/law").json()["calculators"]
        for field in calculator["fields"]
        if field["name"] == "contact_on"
    ]
    assert all(OFFICES[office].zh in asked["hint"]["zh"] for office in ContactOffice)
    assert "原籍國駐臺機構" in asked["hint"]["zh"]
    assert "移民署" not in asked["hint"]["zh"]
    [contact] = [line for line in agency.calculates("missing-report", ABSENT)["result"] if line["name"] == "contact"]
    assert all(OFFICES[office].en in contact["note"]["en"] for office in ContactOffice)


@pytest.mark.parametrize(
    ("given", "line", "note"),
    [
        pytest.param({"scheduled": ["2026-03-02"]}, "three_days", "但書之協尋及聘僱關係終止之通知另計", id="two days"),
        pytest.param({"employer_knows_place": True}, "contact", "但書之協尋及聘僱關係終止之通知另計", id="reached"),
        pytest.param({"contact_on": "2026-03-01", "place_known": True}, "contact", "可能仍算有聯繫", id="earlier"),
        pytest.param({"contact_on": "2026-03-06", "place_known": True}, "contact", "機關仍可能採認", id="later"),
    ],
)
def test_only_the_report_of_three_days_is_barred(agency: Agency, given: dict[str, Any], line: str, note: str) -> None:
    [found] = [one for one in agency.calculates("missing-report", ABSENT | given)["result"] if one["name"] == line]
    assert note in found["note"]["zh"]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"absent_from": "2020-02-24"}, id="absent long before the first day of work"),
        pytest.param({"absent_from": "2026-03-03"}, id="a day of work before the absence"),
        pytest.param({"place_known": True}, id="a place told, and no day"),
    ],
)
def test_an_absence_whose_days_do_not_go_together_is_not_judged(agency: Agency, given: dict[str, Any]) -> None:
    status, refused = agency.refusal("missing-report", ABSENT | given)
    assert (status, refused["error"]) == (422, "unanswerable")


@pytest.mark.parametrize("depth", [3, 253, 254, 900])
def test_a_body_nested_deeply_is_refused(agency: Agency, depth: int) -> None:
    nested = "[" * depth + "]" * depth
    sent = f'{{"counted_on": "2026-11-22", "workers": {nested}}}'.encode()
    answer = agency.asks("POST", "/api/v1/law/support-staff", content=sent)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")


def test_other_bodies_keys_and_calculators_are_refused_in_the_apis_own_form(agency: Agency) -> None:
    path = "/api/v1/law/support-staff"
    feed = agency.new_key(Scope.PERMITS, Scope.EVENTS)
    answers = [
        agency.asks("POST", path, content=b"{"),
        agency.asks("POST", path, content=b'{"workers": NaN}'),
        agency.asks("POST", path, key="live_00000000_guess", json=STAFF),
        agency.asks("POST", path, key=feed, json=STAFF),
        agency.asks("GET", "/api/v1/law", key=feed),
        agency.asks("POST", "/api/v1/law/nothing", json=STAFF),
        agency.asks("POST", path, content=b"{}" + b" " * MOST_BYTES),
        agency.asks("POST", path, content=b"{}", headers={"Content-Type": "text/plain"}),
    ]
    found = [(answer.status_code, answer.json()["error"]) for answer in answers]
    assert found == [
        (400, "not_json"),
        (400, "not_json"),
        (401, "unauthorized"),
        (403, "forbidden"),
        (403, "forbidden"),
        (404, "not_found"),
        (413, "too_large"),
        (415, "not_json"),
    ]


def test_the_list_says_what_each_calculator_is_asked(agency: Agency) -> None:
    listed = agency.asks("GET", "/api/v1/law").json()["calculators"]
    assert [each["name"] for each in listed] == list(CALCULATORS)
    fields = {field["name"]: field for field in listed[0]["fields"]}
    assert fields["level"]["options"]["A+"]["zh"] == "A+ 級（35%）"
    assert (fields["employees"]["kind"], fields["employees"]["required"]) == ("average", True)
    assert not fields["paid"]["required"]


def test_the_guide_to_the_api_names_every_calculator() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    assert set(re.findall(r"^\| `([a-z-]+)` \|", guide, re.MULTILINE)) >= CALCULATORS.keys()


def test_every_answer_and_every_list_fits_the_description(agency: Agency) -> None:
    components = {"components": openapi()["components"]}

    def fits(schema: str) -> jsonschema_rs.Draft202012Validator:
        described = {"$ref": f"#/components/schemas/{schema}"} | components
        return jsonschema_rs.Draft202012Validator(described, validate_formats=True)

    fits("Calculators").validate(agency.asks("GET", "/api/v1/law").json())
    for name, calculator in CALCULATORS.items():
        facts = calculator.example
        fits("Calculated").validate(agency.calculates(name, facts))
        assert jsonschema_rs.is_valid(_body(name), dict(facts)), name
        assert not jsonschema_rs.is_valid(_body(name), dict(facts) | {"surprise": 1})
        fits("LawRefusal").validate(agency.refusal(name, {})[1])
        fits("LawRefusal").validate(agency.refusal(name, {"surprise": 1})[1])


def _body(name: str) -> dict[str, Any]:
    operation = openapi()["paths"][f"/api/v1/law/{name}"]["post"]
    schema: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["schema"]
    return schema


DAYS = st.dates(date(2022, 1, 1), date(2035, 12, 31)).map(str)
NUMBERS = st.integers(0, 100_000)
GIVEN: Mapping[Kind, st.SearchStrategy[Any]] = {
    Kind.DAY: st.one_of(DAYS, st.sampled_from((str(EARLIEST), str(LATEST)))),
    Kind.DAYS: st.lists(DAYS, min_size=1, max_size=5),
    Kind.NUMBER: NUMBERS,
    Kind.PERCENT: st.decimals(0, 100, places=2).map(lambda percent: f"{percent.normalize():f}"),
    Kind.AVERAGE: st.builds("{}/{}".format, st.integers(1, 9_999), st.integers(1, 12)),
    Kind.YES: st.booleans(),
}


def _facts(fields: tuple[Described, ...]) -> st.SearchStrategy[dict[str, Any]]:
    kinds = {
        field.name: st.sampled_from([str(option) for option in field.options]) if field.options else GIVEN[field.kind]
        for field in fields
    }
    needed = {field.name: kinds[field.name] for field in fields if field.required}
    return st.fixed_dictionaries(needed, optional={name: kinds[name] for name in kinds.keys() - needed.keys()})


CALLS = st.sampled_from(list(CALCULATORS.values())).flatmap(lambda each: st.tuples(st.just(each), _facts(each.fields)))


@given(CALLS)
def test_whatever_fits_is_answered_exactly_or_refused_with_a_reason(
    call: tuple[Calculator[Any], dict[str, Any]],
) -> None:
    calculator, facts = call
    try:
        result = calculator.answer(calculator.inputs.model_validate(facts))
    except (NotInForce, Unanswerable):
        return
    assert not [one for one in _leaves(as_json(result, TODAY)) if isinstance(one, float)]
    assert len({line.name for line in result.lines}) == len(result.lines)
    for line in result.lines:
        assert isinstance(line.value, date | int | Decimal | Fraction | StrEnum | str | None)
        assert shown(line).zh
        assert line.value is not None or line.note, f"{line.name} has no value and does not say why"
    _is_all_in_chinese(result)


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _leaves(part)
    else:
        yield value


def _is_all_in_chinese(result: Result) -> None:
    """Nothing that the Chinese says is English."""
    said = [reason.means for reason in result.reasons] + [line.label for line in result.lines]
    said += [reason.doubt for reason in result.reasons if reason.doubt] + [
        line.note for line in result.lines if line.note
    ]
    assert [words.zh for words in said if re.search(r"[A-Za-z]{3}", words.zh)] == []


def test_every_sentence_of_doubt_is_still_one_of_the_laws() -> None:
    doubts = " ".join(entry.rule.doubt or "" for entry in entries())
    assert [sentence for sentence in CHINESE if sentence not in doubts] == []
    assert re.search("[a-z]{3}", in_words("Something new. Rounding is not known.").zh), "what is new stays visible"


@pytest.mark.parametrize("name", CALCULATORS)
def test_a_form_that_says_nothing_is_told_what_is_needed(name: str) -> None:
    calculator = CALCULATORS[name]
    with pytest.raises(ValidationError):
        calculator.inputs.model_validate({})
    assert any(field.required for field in calculator.fields)
