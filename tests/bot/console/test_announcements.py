"""The announcements' pages: written, read by another person, approved, stopped and corrected."""

from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import httpx
import orjson
from sqlalchemy import select

from locales import TAIPEI, Language
from models import audit, quota, trial_phone
from models.announcements import moves, stats
from models.announcements.announcement import Announcement, AnnouncementState
from models.contact import Contact, meet
from models.message import Message
from models.operator import Role
from tests.office import ADDRESS, Clerk, Office, words_of

TITLE = "Typhoon on Saturday"


def filled(**more: Any) -> dict[str, Any]:
    """The form of an announcement in English, which says why the others are left out."""
    return {
        "category": "weather",
        "title-en": TITLE,
        "text-en": "Stay at home on 14 March 2026. Call 1955 for help.",
        "missing": "Translations come with the next warning",
        "who": "all",
        "when": "now",
        "valid_until": "2026-03-15T18:00",
        "why": "The weather office warns",
    } | more


def write(clerk: Clerk, **more: Any) -> str:
    """The path of a new announcement."""
    answer = clerk.post("/announcements/new", filled(**more))
    assert answer.status_code == 303, words_of(answer)
    return answer.headers["location"].split("?")[0].removeprefix("/console")


def step(clerk: Clerk, path: str, name: str, **form: Any) -> httpx.Response:
    return clerk.post(f"{path}/{name}", {"version": "1", **form})


def state(office: Office) -> str:
    with office.database.reading() as session:
        return session.scalars(select(Announcement.state)).one()


def set_state(office: Office, to: AnnouncementState) -> None:
    """As the engine does."""
    with office.database.writing() as session:
        announcement = session.scalars(select(Announcement)).one()
        announcement.state = to.value


def add_friend(office: Office, user: str, language: Language = Language.EN, **more: Any) -> int:
    with office.database.writing() as session:
        contact = meet(session, user.ljust(33, "0"), language, office.clock.now())
        for name, value in more.items():
            setattr(contact, name, value)
        return contact.id


def test_an_announcement_is_written_submitted_and_approved_by_another_person(office: Office) -> None:
    add_friend(office, "Uone")
    writer, approver = office.clerk(Role.WRITER), office.clerk(Role.APPROVER)
    path = write(writer)
    assert TITLE in writer.read("/announcements")
    assert "Draft" in writer.read(path)
    assert step(writer, path, "submit").status_code == 303
    assert "Approve and send" not in writer.read(path)
    assert "Approve and send" in approver.read(path)
    assert step(approver, path, "approve").status_code == 303
    assert state(office) == "approved"
    with office.database.reading() as session:
        steps = [entry.action for entry in audit.entries(session, audit.Wanted(about="announcement 1"))]
    assert steps == ["announcement_approved", "announcement_submitted", "announcement_written"]


def test_nobody_approves_what_they_wrote_or_submitted(office: Office) -> None:
    add_friend(office, "Uone")
    writer, both = office.clerk(Role.WRITER), office.clerk(Role.WRITER, Role.APPROVER)
    path = write(both)
    step(writer, path, "submit")
    answer = step(both, path, "approve")
    assert answer.status_code == 403
    assert "Ask another approver" in words_of(answer)
    assert "another approver must approve it" in both.read(path)
    assert state(office) == "submitted"
    approver = office.clerk(Role.APPROVER)
    assert step(approver, path, "return", why="Say which county").status_code == 303
    assert step(both, path, "submit").status_code == 303
    assert step(both, path, "approve").status_code == 403


def test_the_second_of_two_editors_is_told_and_the_first_edit_stays(office: Office) -> None:
    add_friend(office, "Uone")
    one, other = office.clerk(Role.WRITER), office.clerk(Role.WRITER)
    path = write(one)
    form = filled(version="1", why="Shorter")
    assert one.post(f"{path}/edit", form | {"title-en": "Typhoon"}).status_code == 303
    late = other.post(f"{path}/edit", form | {"title-en": "Storm"}, referer=f"{ADDRESS}/console{path}/edit")
    assert late.status_code == 409
    assert "Somebody changed it" in words_of(late)
    assert f'href="/console{path}/edit"' in late.text
    page = one.get(path).text
    assert "Storm" not in page
    assert "<del> on Saturday</del>" in page
    assert "Shorter" in page
    assert step(one, path, "submit", version="1").status_code == 409
    assert step(one, path, "submit", version="2").status_code == 303


def test_what_is_wrong_with_the_form_is_said_and_what_was_typed_stays(office: Office) -> None:
    writer = office.clerk(Role.WRITER)
    answer = writer.post("/announcements/new", filled(valid_until="soon", why="", category="gossip"))
    page = words_of(answer)
    assert answer.status_code == 400
    assert "Give a date and a time" in page
    assert "Say why you write" in page
    assert "Choose a category" in page
    assert TITLE in answer.text
    early = filled(when="at", send_at="2026-03-16T09:00")
    assert "valid until after it is sent" in words_of(writer.post("/announcements/new", early))


def test_an_announcement_with_faults_is_not_submitted(office: Office) -> None:
    writer = office.clerk(Role.WRITER)
    path = write(writer, missing="", **{"text-zh-Hant": "3月15日請勿外出，撥打1955。", "title-zh-Hant": "颱風"})
    page = writer.read(path)
    assert "To be mended first" in page
    assert "Tiếng Việt : no words yet" in page
    assert "the Chinese has dates that are missing here: --03-15" in page
    assert "Submit for approval" not in page
    assert step(writer, path, "submit").status_code == 409
    assert state(office) == "draft"


def test_why_there_is_no_time_left_to_send_it_is_said(office: Office) -> None:
    add_friend(office, "Uone")
    writer, approver = office.clerk(Role.WRITER), office.clerk(Role.APPROVER)
    path = write(writer, valid_until=f"{office.clock.now().astimezone(TAIPEI) + timedelta(minutes=20):%Y-%m-%dT%H:%M}")
    assert "Submit for approval" in writer.read(path)
    assert "Give it more time" not in writer.read(path)
    step(writer, path, "submit")
    office.waits(minutes=10)
    assert "Give it more time" in approver.read(path)
    assert "Approve" not in approver.read(path)
    step(approver, path, "return", why="Too late")
    assert "Give it more time" in writer.read(path)
    assert "Give it more time" not in office.clerk(Role.VIEWER).read(path)


def test_what_should_have_left_already_leaves_on_approval_and_the_button_says_so(office: Office) -> None:
    add_friend(office, "Uone")
    at = office.clock.now().astimezone(TAIPEI) + timedelta(minutes=5)
    path = write(office.clerk(Role.WRITER, login="lin"), when="at", send_at=f"{at:%Y-%m-%dT%H:%M}")
    approver, other = office.clerk(Role.APPROVER), office.clerk(Role.WRITER)
    step(other, path, "submit")
    assert "Approve and send" not in approver.read(path)
    office.waits(minutes=6)
    assert "Approve and send" in approver.read(path)


def test_what_does_not_fit_into_the_month_is_refused_with_the_figures(office: Office) -> None:
    account = office.settings.account
    with office.database.writing() as session:
        quota.note(session, account.channel, 200, 178, office.clock.now())
    for number in range(3):
        add_friend(office, f"U{number}")
    add_friend(office, "Ugone", reachable=False)
    writer = office.clerk(Role.WRITER)
    path = write(writer)
    page = writer.read(path)
    assert "3 would get it" in page
    assert "1 have blocked us" in page
    assert "22 messages left this month" in page
    assert "it needs 3 messages, free are 2" in page
    assert step(writer, path, "submit").status_code == 409
    with office.database.writing() as session:
        session.get_one(quota.LineQuota, account.channel).used = 177
    assert step(writer, path, "submit").status_code == 303


def test_it_is_stopped_by_one_click_and_resumed_with_a_reason(office: Office) -> None:
    add_friend(office, "Uone")
    writer, approver = office.clerk(Role.WRITER), office.clerk(Role.APPROVER)
    path = write(writer)
    step(writer, path, "submit")
    step(approver, path, "approve")
    assert step(writer, path, "stop").status_code == 409
    set_state(office, AnnouncementState.SENDING)
    assert 'data-refresh="2"' in writer.get(path).text
    assert step(writer, path, "stop").status_code == 303
    assert state(office) == "stopped"
    assert step(approver, path, "resume").status_code == 409
    assert step(approver, path, "resume", why="The number was right").status_code == 303
    assert state(office) == "sending"
    assert "The number was right" in writer.read(path)


def test_what_line_counts_stands_beside_what_it_took(office: Office) -> None:
    writer = office.clerk(Role.WRITER)
    path = write(writer)
    with office.database.writing() as session:
        session.scalars(select(Announcement)).one().planned_at = office.clock.now()
        stats.keep(session, 1, 1234, None, office.clock.now())
    page = writer.read(path)
    assert "1,234 have seen it, as LINE counts" in page
    assert "– tapped its link, as LINE counts" in page


def test_a_correction_is_linked_to_the_original_on_both_pages(office: Office) -> None:
    add_friend(office, "Uone")
    writer, approver = office.clerk(Role.WRITER), office.clerk(Role.APPROVER)
    path = write(writer)
    step(writer, path, "submit")
    step(approver, path, "approve")
    set_state(office, AnnouncementState.DONE)
    answer = step(writer, path, "correct", why="The wrong day")
    assert answer.headers["location"] == "/console/announcements/2/edit"
    assert TITLE in writer.get("/announcements/2/edit").text
    assert "Corrects announcement #1" in writer.read("/announcements/2")
    assert "Corrected by announcement #2" in writer.read(path)
    withdrawal = step(writer, path, "withdraw", why="The storm turned away")
    assert TITLE not in writer.get(withdrawal.headers["location"]).text


def test_the_preview_shows_what_line_would_get_and_saves_nothing(office: Office) -> None:
    writer = office.clerk(Role.WRITER)
    hostile = "<script>window.bad = 1</script> & 'quoted' \" {name}"
    answer = writer.post("/announcements/preview", filled(why="", **{"text-en": hostile}))
    assert answer.status_code == 200
    assert "<script>window" not in answer.text
    assert "{name} will be shown as it stands" in words_of(answer)
    with office.database.reading() as session:
        assert session.scalars(select(Announcement)).all() == []
    [shown] = _messages(answer)
    assert shown["type"] == "flex"
    assert TITLE not in shown["altText"]
    assert hostile in [part["text"] for part in shown["contents"]["body"]["contents"] if "text" in part]


class _Screens(HTMLParser):
    """What each drawn phone of a page is handed."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "data-messages":
                self.messages += orjson.loads(value or "[]")


def _messages(answer: httpx.Response) -> list[dict[str, Any]]:
    screens = _Screens()
    screens.feed(answer.text)
    return screens.messages


def test_a_button_that_calls_1955_is_put_under_it_where_it_was_ticked(office: Office) -> None:
    writer = office.clerk(Role.WRITER)
    for ticked in ({}, {"offers_1955": "yes"}):
        shown = writer.post("/announcements/preview", filled(**ticked))
        assert all(("tel:1955" in str(message)) is bool(ticked) for message in _messages(shown))
    path = write(writer, offers_1955="yes")
    assert "Button Call 1955" in writer.read(path)
    assert 'value="yes" checked' in writer.get(f"{path}/edit").text


def test_an_operator_tries_it_on_a_phone_that_sent_the_code(office: Office) -> None:
    friend = add_friend(office, "Uphone", Language.TH)
    writer = office.clerk(Role.WRITER)
    path = write(writer)
    assert step(writer, path, "test", language="en").status_code == 409
    page = words_of(writer.post("/announcements/phone"))
    code = page.split("TEST ")[1].split()[0]
    with office.database.writing() as session:
        contact = session.get_one(Contact, friend)
        assert not trial_phone.link(session, "0" * 10, contact, office.clock.now())
        assert trial_phone.link(session, code, contact, office.clock.now())
        assert not trial_phone.link(session, code, contact, office.clock.now())
    assert step(writer, path, "test", language="en").status_code == 303
    assert step(writer, path, "test", language="vi").status_code == 409
    with office.database.reading() as session:
        message = session.scalars(select(Message)).one()
    test, announcement = orjson.loads(message.body or b"")
    assert test["text"] == "This is a test. Nobody else gets it."
    assert TITLE in orjson.dumps(announcement).decode()
    assert office.woken == 1


def test_a_code_is_worth_nothing_after_ten_minutes(office: Office) -> None:
    friend = add_friend(office, "Uphone")
    page = words_of(office.clerk(Role.WRITER).post("/announcements/phone"))
    code = page.split("TEST ")[1].split()[0]
    office.waits(minutes=11)
    with office.database.writing() as session:
        assert not trial_phone.link(session, code, session.get_one(Contact, friend), office.clock.now())


def test_the_list_is_filtered_by_state_and_category(office: Office) -> None:
    writer = office.clerk(Role.WRITER)
    write(writer)
    write(writer, category="drugs", **{"title-en": "Never carry parcels"})
    assert "Never carry parcels" in writer.read("/announcements?category=drugs")
    assert TITLE not in writer.read("/announcements?category=drugs")
    assert "There is no such announcement" in writer.read("/announcements?state=done")
    assert "There is no such announcement" in writer.read("/announcements?page=2")
    assert TITLE in writer.read("/announcements?page=x")


def test_who_only_reads_is_offered_nothing_to_do(office: Office) -> None:
    path = write(office.clerk(Role.WRITER))
    viewer = office.clerk(Role.VIEWER)
    page = viewer.get(path).text
    assert TITLE in page
    assert f'action="/console{path}' not in page
    assert viewer.post(f"{path}/submit", {"version": "1"}).status_code == 403
    assert viewer.get("/announcements/new").status_code == 403


def test_an_audience_is_shown_in_words_and_counted(office: Office) -> None:
    add_friend(office, "Uth", Language.TH)
    add_friend(office, "Uen", Language.EN)
    writer = office.clerk(Role.WRITER)
    path = write(writer, languages=["th", "klingon"])
    page = writer.read(path)
    assert "Languages ไทย" in page
    assert "1 would get it" in page
    assert "klingon" not in page
    with office.database.reading() as session:
        assert moves.draft_of(session.get_one(Announcement, 1)).audience.languages == ("th",)


def test_what_nobody_would_get_cannot_be_submitted_but_may_be_approved_once_everybody_left(office: Office) -> None:
    writer, approver = office.clerk(Role.WRITER), office.clerk(Role.APPROVER)
    path = write(writer)
    page = writer.read(path)
    assert "Nobody would get it" in page
    assert "Submit for approval" not in page
    assert "Nobody would get it" in words_of(step(writer, path, "submit"))
    assert state(office) == "draft"
    friend = add_friend(office, "Uone")
    assert "Nobody would get it" not in writer.read(path)
    assert step(writer, path, "submit").status_code == 303
    with office.database.writing() as session:
        session.get_one(Contact, friend).reachable = False
    assert "Nobody would get it" in approver.read(path)
    assert step(approver, path, "approve").status_code == 303
