"""Statistics per aggregation unit."""

from typing import Any

import pytest

PATH = "/v2/bot/insight/message/event/aggregation"


def ask(line: Any, **query: str) -> Any:
    return line.get(PATH, params={"customAggregationUnit": "storm", "from": "20260301", "to": "20260331"} | query)


@pytest.mark.parametrize(
    "wrong",
    [
        {"customAggregationUnit": "no spaces"},
        {"customAggregationUnit": "x" * 31},
        {"from": "2026-03-01"},
        {"to": "20260401"},
        {"to": "20260228"},
    ],
    ids=str,
)
def test_what_line_does_not_take_is_refused(line: Any, wrong: dict[str, str]) -> None:
    assert ask(line, **wrong).status_code == 400


@pytest.mark.parametrize(("people", "seen"), [(19, None), (20, 20)])
def test_fewer_than_20_people_are_not_told_of(line: Any, people: int, seen: int | None) -> None:
    to = [line.phone() for _ in range(people)]
    body = {"to": to, "messages": [{"type": "text", "text": "Halo"}], "customAggregationUnits": ["storm"]}
    assert line.line("message/multicast", body).status_code == 200
    [entry] = line.look("ledger")
    day = entry["at"][:10].replace("-", "")
    answer = ask(line, **{"from": day, "to": str(int(day) + 1) if day[-2:] < "28" else day})
    assert answer.json()["overview"]["uniqueImpression"] == seen
