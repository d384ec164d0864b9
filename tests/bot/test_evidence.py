"""Photos for cases: fetched from LINE however it stumbles, sealed, and only when they are photos."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from models import case, evidence
from models.case import CaseKind
from models.contact import contact_of
from models.evidence import Evidence
from tests.town import Phone, Town, wait_until

NOW = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xe0 a made-up photo of a dormitory"


@pytest.fixture(autouse=True)
def _looks_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.evidence.IDLE_SECONDS", 0.1)


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with Town(database_url, tmp_path, NOW) as opened:
        yield opened


def sends(town: Town, phone: Phone, photo: bytes, **fault: int) -> int:
    """A photo that is kept for a case of hers; the row's number."""
    phone.do("image", base64=base64.b64encode(photo).decode())
    said = [entry for entry in town.get(f"users/{phone.user_id}/messages?after=0") if entry["from"] == "user"]
    if fault:
        town.post("faults", {"path": f"/v2/bot/message/{said[-1]['id']}/content", **fault})
    with town.service.database.writing() as session:
        contact = contact_of(session, phone.user_id)
        assert contact
        opened, _new = case.open_case(
            session, CaseKind.DISPUTE, "event 1", NOW, contact_id=contact.id, answers={"proof": evidence.PHOTO}
        )
        evidence.keep_sources(session, opened, {"proof": said[-1]["id"]}, town.clock.now())
        return session.scalars(select(Evidence.id).order_by(Evidence.id.desc())).first() or 0


def kept(town: Town, evidence_id: int) -> tuple[bytes | None, str | None, bool]:
    """The photo, its kind, and whether it is still to be fetched."""
    with town.service.database.reading() as session:
        found = session.get_one(Evidence, evidence_id)
        return found.content, found.media_type, found.fetch_after is not None


@pytest.fixture
def phone(town: Town) -> Phone:
    phone = town.phone()
    phone.follow()
    return phone


def test_a_photo_is_fetched_and_sealed(town: Town, phone: Phone) -> None:
    number = sends(town, phone, JPEG)
    wait_until(lambda: kept(town, number) == (JPEG, "image/jpeg", False), "the photo")
    with town.service.database.reading() as session:
        stored = session.execute(text("SELECT content FROM evidence")).scalar_one()
    assert b"dormitory" not in bytes(stored)


def test_a_photo_that_line_cannot_give_out_yet_comes_later(town: Town, phone: Phone) -> None:
    number = sends(town, phone, JPEG, next=2, status=500)
    wait_until(lambda: attempts(town, number) == 1, "the first try")
    assert kept(town, number) == (None, None, True)
    wait_until(lambda: kept(town, number)[0] == JPEG or later(town), "the photo", 40)
    assert attempts(town, number) == 3


@pytest.mark.parametrize("status", [401, 403])
def test_a_photo_is_not_given_up_because_our_channel_is_set_wrongly(town: Town, phone: Phone, status: int) -> None:
    number = sends(town, phone, JPEG, next=2, status=status)
    wait_until(lambda: attempts(town, number) == 1, "the first try")
    wait_until(lambda: kept(town, number)[0] == JPEG or later(town), "the photo", 40)


def test_an_answer_of_line_that_nobody_foresaw_stops_neither_the_photo_nor_the_service(
    town: Town, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(self: object, message_id: str) -> bytes:
        raise ValueError(message_id)

    with monkeypatch.context() as broken:
        broken.setattr("bot.evidence.Evidence._download", fails)
        number = sends(town, phone, JPEG)
        wait_until(lambda: attempts(town, number) == 1, "the first try")
    wait_until(lambda: kept(town, number)[0] == JPEG or later(town), "the photo", 40)


def later(town: Town) -> bool:
    town.clock.move(town.clock.now() + timedelta(minutes=2))
    return False


def attempts(town: Town, number: int) -> int:
    with town.service.database.reading() as session:
        return session.get_one(Evidence, number).attempts


@pytest.mark.parametrize(("photo", "status"), [(JPEG, 404), (b"<script>not a photo</script>", None)])
def test_what_is_gone_or_no_photo_is_not_tried_for_ever(
    town: Town, phone: Phone, photo: bytes, status: int | None
) -> None:
    number = sends(town, phone, photo, **({"status": status} if status else {}))
    wait_until(lambda: kept(town, number) == (None, None, False), "the end of trying")
    assert attempts(town, number) == 1


def test_one_case_takes_no_more_than_ten_photos(town: Town, phone: Phone) -> None:
    for _ in range(12):
        sends(town, phone, JPEG)
    with town.service.database.reading() as session:
        assert len(session.scalars(select(Evidence.id)).all()) == evidence.MOST_PHOTOS


def test_photos_of_cases_closed_long_ago_are_erased(town: Town, phone: Phone) -> None:
    number = sends(town, phone, JPEG)
    wait_until(lambda: kept(town, number)[0], "the photo")
    with town.service.database.writing() as session:
        closed = session.get_one(Evidence, number).case
        assert case.close(closed, case.Result.STANDS, NOW)
        assert evidence.forget_old(session, NOW + case.KEPT_CLOSED - timedelta(seconds=1), 10) == 0
        assert evidence.forget_old(session, NOW + case.KEPT_CLOSED, 10) == 1
    assert kept(town, number)[0] is None
