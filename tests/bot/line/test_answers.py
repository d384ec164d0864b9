"""The status table: what each of LINE's answers means, and what is kept of its words."""

import orjson
import pytest

from bot.line.answers import (
    MULTICAST,
    PUSH,
    REPLY,
    Answer,
    LineError,
    LineRefused,
    LineUnavailable,
    Outcome,
    Quota,
    Response,
    detail_of,
    read_answer,
    read_error,
    tell_limits_apart,
)

VALIDATE_REPLY = "/v2/bot/message/validate/reply"


@pytest.mark.parametrize(
    ("endpoint", "status", "outcome"),
    [
        (PUSH, 200, Outcome.ACCEPTED),
        (PUSH, 202, Outcome.ACCEPTED),
        (REPLY, 200, Outcome.ACCEPTED),
        (PUSH, 302, Outcome.UNKNOWN),
        (PUSH, 400, Outcome.REFUSED),
        (MULTICAST, 400, Outcome.REFUSED),
        (REPLY, 400, Outcome.BAD_REPLY_TOKEN),
        (VALIDATE_REPLY, 400, Outcome.REFUSED),
        (PUSH, 401, Outcome.UNAUTHORISED),
        (PUSH, 403, Outcome.FORBIDDEN),
        (PUSH, 404, Outcome.REFUSED),
        (PUSH, 408, Outcome.UNKNOWN),
        (PUSH, 409, Outcome.CONFLICT_WITHOUT_ID),
        (PUSH, 410, Outcome.REFUSED),
        (PUSH, 413, Outcome.REFUSED),
        (PUSH, 415, Outcome.REFUSED),
        (PUSH, 429, Outcome.RATE_LIMITED),
        (PUSH, 500, Outcome.UNKNOWN),
        (PUSH, 502, Outcome.UNKNOWN),
        (PUSH, 503, Outcome.UNKNOWN),
        (PUSH, 504, Outcome.UNKNOWN),
    ],
)
def test_status_and_endpoint_decide_the_outcome(endpoint: str, status: int, outcome: Outcome) -> None:
    assert read_answer(endpoint, Response(status)).outcome is outcome


def test_a_conflict_that_names_the_accepted_request_is_a_success() -> None:
    body = b'{"message":"The retry key is already accepted","sentMessages":[{"id":"461230966842064897"}]}'
    answer = read_answer(PUSH, Response(409, body, "req-2", "req-1"))
    assert answer == Answer(Outcome.ALREADY_ACCEPTED, 409, "req-2", "req-1")
    assert answer.accepted


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{", b'{"sentMessages": 7}', b'{"sentMessages": [1, {"id": null}, {}]}', b"\xff\xfe"],
)
def test_a_success_whose_body_deviates_is_still_a_success(body: bytes) -> None:
    answer = read_answer(PUSH, Response(200, body))
    assert answer.outcome is Outcome.ACCEPTED


def test_a_reply_whose_messages_are_faulted_is_refused_not_late() -> None:
    body = b'{"message":"The request body has 1 error(s)","details":[{"property":"messages[0].text"}]}'
    answer = read_answer(REPLY, Response(400, body))
    assert (answer.outcome, answer.at_fault) == (Outcome.REFUSED, ("messages[0].text",))


def test_a_multicast_names_the_bad_recipient_by_place_and_never_by_id() -> None:
    bad = "U" + "ab" * 16
    body = orjson.dumps({"message": f"{bad} is bad", "details": [{"message": bad, "property": "to[3]"}]})
    answer = read_answer(MULTICAST, Response(400, body), orjson.dumps({"to": [bad]}))
    assert answer.at_fault == ("to[3]",)
    assert bad not in repr(answer)


LIMITED = Answer(Outcome.RATE_LIMITED, 429, detail="The API rate limit has been exceeded. Try again later.")
MONTHLY = Answer(Outcome.RATE_LIMITED, 429, detail="You have reached your monthly limit.")


@pytest.mark.parametrize(
    ("answer", "quota", "outcome"),
    [
        (LIMITED, Quota(limit=3000, used=10), Outcome.RATE_LIMITED),
        (LIMITED, Quota(limit=3000, used=3000), Outcome.MONTHLY_LIMIT),
        (LIMITED, None, Outcome.RATE_LIMITED),
        (MONTHLY, None, Outcome.MONTHLY_LIMIT),
        (MONTHLY, Quota(limit=3000, used=2990), Outcome.MONTHLY_LIMIT),
        (MONTHLY, Quota(limit=None, used=9_000_000), Outcome.RATE_LIMITED),
        (Answer(Outcome.REFUSED, 400), Quota(limit=1, used=1), Outcome.REFUSED),
    ],
)
def test_the_quota_tells_the_two_429s_apart_and_words_count_only_where_it_is_silent(
    answer: Answer, quota: Quota | None, outcome: Outcome
) -> None:
    assert tell_limits_apart(answer, quota).outcome is outcome


def test_a_detail_keeps_line_words_and_property_names() -> None:
    body = orjson.dumps(
        {
            "message": "The property, 'to', in the request body is invalid (line: -, column: -)",
            "details": [{"message": "May not be empty", "property": "messages[0].text"}],
        }
    )
    detail = detail_of(body)
    assert detail == "The property, 'to', in the request body is invalid (line: -, column: -) messages[0].text"


@pytest.mark.parametrize(
    "echo",
    [
        "Your permit ends on 3 May.",
        "Siti",
        "สมหญิง",
        "AB1234567",
        "+886912345678",
        "siti@example.org",
        "https://bot.example/p/abc",
        "U" + "0f" * 16,
    ],
)
def test_a_detail_never_repeats_what_we_sent_even_if_line_does(echo: str) -> None:
    sent = orjson.dumps({"messages": [{"type": "text", "text": echo}]})
    unquoted = orjson.dumps({"message": f"cannot send {echo} to anyone"})
    assert detail_of(unquoted, sent) == "cannot send … to anyone"


@pytest.mark.parametrize("quoted", ['"Your permit"', "'Siti'", "“Siti”"])
def test_a_detail_masks_values_in_quotes_even_if_we_do_not_know_them(quoted: str) -> None:
    assert detail_of(orjson.dumps({"message": f"value {quoted} is bad"})) == "value … is bad"


def test_a_detail_drops_properties_that_are_not_names_and_is_cut_short() -> None:
    body = orjson.dumps({"message": "x " * 900, "details": [{"property": "Siti binti Made Up"}, {"property": 3}]})
    detail = detail_of(body)
    assert len(detail) == 300
    assert "Siti" not in detail


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"<html>502</html>", b'{"message": 5}', b"[1]"])
def test_an_error_body_of_another_kind_is_only_measured(body: bytes) -> None:
    assert detail_of(body) == f"{len(body)} bytes that are no LINE error"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, LineRefused),
        (404, LineRefused),
        (202, LineUnavailable),
        (302, LineUnavailable),
        (408, LineUnavailable),
        (429, LineUnavailable),
        (500, LineUnavailable),
        (503, LineUnavailable),
    ],
)
def test_other_calls_tell_come_back_later_from_no(status: int, kind: type[LineError]) -> None:
    error = read_error("/v2/bot/profile/{userId}", Response(status, b'{"message":"Not found"}', "req-9"))
    assert type(error) is kind
    assert str(error) == f"/v2/bot/profile/{{userId}}: {status}: Not found"
    assert error.request_id == "req-9"
