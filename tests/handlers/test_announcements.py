"""Announcements in the chat: read again by category, each in her language, and switched off and on."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from bot.database import Database
from locales import LANGUAGES, Language, Text, say, verbatim
from models.announcements.announcement import Announcement, AnnouncementState, Category, Follows
from models.announcements.card import CATEGORY_NAMES
from models.contact import contact_of
from models.muting import muted_of
from tests.announced import announced
from tests.handlers.conftest import NOON, NewCaller, NewPerson
from tests.handlers.person import NOT_UNDERSTOOD, Person
from tests.town import buttons_of

WEATHER, DRUGS = CATEGORY_NAMES[Category.WEATHER], CATEGORY_NAMES[Category.DRUGS]
NONE_YET = Text("There are no announcements yet.")
GONE = Text("We do not have this announcement any more")
OTHER_LANGUAGE = Text("This announcement is not in your language")
HOUR = timedelta(hours=1)
YESTERDAY = NOON - timedelta(days=1)


@pytest.fixture(autouse=True)
def nothing_else_announced(desk_database: Database) -> Iterator[None]:
    """What one test has announced is not in the next one's archive."""
    yield
    with desk_database.writing() as session:
        for one in session.query(Announcement).order_by(Announcement.id.desc()):
            one.state = AnnouncementState.EXPIRED.value


def announce(database: Database, title: str, at: datetime = YESTERDAY, **more: object) -> int:
    """One that has left; its row."""
    with database.writing() as session:
        of = session.get(Announcement, more.pop("of", 0))
        return announced(session, at, title, of=of, **more).id  # type: ignore[arg-type]


def data_on(person: Person, start: str) -> list[str]:
    """What the buttons before her say to us that begin with this."""
    return [str(button["data"]) for button in buttons_of(list(person.screen)) if start in button.get("data", "")]


def muted(person: Person) -> frozenset[Category]:
    with person.database.reading() as session:
        contact = contact_of(session, person.phone.user_id)
        assert contact is not None
        return muted_of(session, contact.id)


def test_without_announcements_she_is_told_so(person: Person) -> None:
    person.is_told(("announcements", NONE_YET), ("公告", NONE_YET))
    person.sends("announcements:in:weather:0")
    person.reads(NONE_YET)


@pytest.mark.parametrize("language", Language)
def test_she_reads_one_in_her_language_from_the_menu_on(
    new_person: NewPerson, desk_database: Database, language: Language
) -> None:
    announce(desk_database, "Heat", link_url="https://example.org/heat", image_url="https://example.org/heat.png")
    person = new_person(language)
    person.says(Text("Announcements", context="menu"))
    person.reads(Text("What do you want to read about?"), WEATHER)
    person.reads_nothing_of(say(DRUGS, language))
    [category] = data_on(person, "announcements:in")
    person.sends(category)
    person.reads(WEATHER, verbatim(f"Heat ({language})"))
    [one] = data_on(person, "announcements:read")
    person.sends(one)
    person.reads(
        WEATHER,
        verbatim(f"Heat ({language})"),
        verbatim("First of Heat"),
        verbatim("Second"),
        Text("We sent this on {date}.", {"date": YESTERDAY.date()}),
        Text("Read more"),
    )
    [entry] = person.screen
    assert entry["message"]["contents"]["hero"]["url"] == "https://example.org/heat.png"


def test_five_are_shown_at_a_time_and_all_can_be_reached(person: Person, desk_database: Database) -> None:
    rows = [announce(desk_database, f"Heat {n}", YESTERDAY - n * HOUR) for n in range(12)]
    person.sends("announcements:in:weather:0")
    found, pages = data_on(person, "announcements:read"), 1
    while more := data_on(person, "announcements:in:weather"):
        person.sends(more[0])
        found += data_on(person, "announcements:read")
        pages += 1
    assert pages == 3
    assert found == [f"announcements:read:{row}" for row in rows]


def test_somebody_who_comes_later_reads_what_she_was_never_sent(new_person: NewPerson, desk_database: Database) -> None:
    row = announce(desk_database, "Heat", NOON - timedelta(days=300))
    late = new_person(Language.VI)
    late.sends(f"announcements:read:{row}")
    late.reads(verbatim("Heat (vi)"))


def test_another_language_is_offered_and_never_shown_unasked(new_person: NewPerson, desk_database: Database) -> None:
    row = announce(desk_database, "Heat", languages=[Language.ZH_HANT, Language.ID])
    person = new_person(Language.TH)
    person.sends("announcements:in:weather:0")
    day, languages = YESTERDAY.date(), "中文, Bahasa Indonesia"
    person.reads(Text("{date}: only in {languages}", {"date": day, "languages": languages}))
    person.reads_nothing_of("Heat")
    person.sends(f"announcements:read:{row}")
    person.reads(OTHER_LANGUAGE, verbatim(LANGUAGES[Language.ZH_HANT]), verbatim(LANGUAGES[Language.ID]))
    person.reads_nothing_of("Heat", LANGUAGES[Language.EN])
    person.sends(f"announcements:read:{row}:id")
    person.reads(WEATHER, verbatim("Heat (id)"), Text("We sent this on {date}.", {"date": day}))
    person.sends(f"announcements:read:{row}:vi")
    person.reads(OTHER_LANGUAGE)


def test_a_correction_and_what_it_corrects_lead_to_each_other(person: Person, desk_database: Database) -> None:
    wrong = announce(desk_database, "Heat on Monday")
    right = announce(desk_database, "Heat on Tuesday", YESTERDAY + HOUR, follows=Follows.CORRECTION, of=wrong)
    person.sends(f"announcements:read:{wrong}")
    person.reads(Text("This was corrected on {date}. Read the correction too.", {"date": YESTERDAY.date()}))
    assert f"announcements:read:{right}" in data_on(person, "read")
    person.sends(f"announcements:read:{right}")
    person.reads(Text("This corrects something that we told you before."), verbatim("Heat on Tuesday (en)"))
    person.taps(Text("Read what it corrects"))
    person.reads(verbatim("Heat on Monday (en)"))


def test_what_was_taken_back_cannot_be_read_and_she_can_learn_why(person: Person, desk_database: Database) -> None:
    row = announce(desk_database, "Heat")
    correction = announce(desk_database, "Less heat", follows=Follows.CORRECTION, of=row)
    withdrawal = announce(desk_database, "No heat", YESTERDAY + HOUR, follows=Follows.WITHDRAWAL, of=row)
    person.sends("announcements:in:weather:0")
    reads = [f"announcements:read:{number}" for number in (withdrawal, correction)]
    assert data_on(person, "announcements:read") == reads
    person.sends(f"announcements:read:{row}")
    person.reads(Text("This announcement is not valid any more"))
    person.reads_nothing_of("First of Heat")
    person.taps(Text("Read why"))
    person.reads(Text("Something that we told you before is not valid any more."), verbatim("No heat (en)"))
    person.sends(f"announcements:read:{correction}")
    assert f"announcements:read:{row}" not in data_on(person, "read")


@pytest.mark.parametrize("state", [AnnouncementState.DRAFT, AnnouncementState.APPROVED, AnnouncementState.CANCELLED])
def test_what_has_not_left_is_not_there(person: Person, desk_database: Database, state: AnnouncementState) -> None:
    row = announce(desk_database, "Secret", state=state)
    for data in (f"read:{row}", f"read:{row}:en"):
        person.sends(f"announcements:{data}")
        person.reads(GONE)
        person.reads_nothing_of("Secret")
    person.says("announcements")
    person.reads(NONE_YET)


def test_every_category_is_on_until_she_switches_it_off(new_person: NewPerson) -> None:
    person = new_person(Language.FIL)
    person.says(Text("Choose what you get", context="menu"))
    person.reads(
        Text("Messages about your own permit always come, whatever you choose here."),
        *(Text("{category}: is on. Switch off", {"category": name}) for name in CATEGORY_NAMES.values()),
    )
    assert data_on(person, "announcements:on") == []
    person.sends("announcements:off:drugs")
    person.reads(DRUGS, Text("You do not get these announcements."))
    assert muted(person) == {Category.DRUGS}
    person.says("settings")
    person.reads(Text("{category}: is off. Switch on", {"category": DRUGS}))
    assert data_on(person, "announcements:on") == ["announcements:on:drugs"]
    person.sends("announcements:on:drugs")
    person.reads(DRUGS, Text("You get these announcements."))
    assert muted(person) == frozenset()


def test_an_announcement_leads_to_the_switch_of_its_own_category(person: Person, desk_database: Database) -> None:
    row = announce(desk_database, "Pills", category=Category.DRUGS)
    person.sends(f"announcements:like:{row}")
    person.reads(DRUGS, Text("You get these announcements."))
    person.sends(data_on(person, "announcements:off")[0])
    assert muted(person) == {Category.DRUGS}
    person.sends("announcements:like:999999")
    person.reads(Text("Which announcements do you want?"))


@pytest.mark.parametrize(
    "data",
    ["in:nothing:0", "off:nothing", "on:", "nothing", "", "in", "off:weather:now"],
)
def test_what_no_button_of_ours_says_changes_nothing(person: Person, data: str) -> None:
    person.sends(f"announcements:{data}")
    person.reads(NOT_UNDERSTOOD)
    assert muted(person) == frozenset()


@pytest.mark.parametrize("data", ["read:", "read:x", "read:-1", "read:²", f"read:{'9' * 30}", "read:1e3:xx"])
def test_a_number_that_is_none_finds_nothing(person: Person, data: str) -> None:
    person.sends(f"announcements:{data}")
    person.reads(GONE)


def test_the_whole_service_answers_on_a_phone(new_caller: NewCaller) -> None:
    caller = new_caller(Language.TH)
    with caller.database.writing() as session:
        announced(session, caller.town.clock.now(), "Heat", image_url="https://example.org/heat.png")
    caller.says(Text("Announcements", context="menu"))
    caller.sends("announcements:in:weather:0")
    [one] = data_on(caller, "announcements:read")
    caller.sends(one)
    caller.reads(verbatim("Heat (th)"))
    caller.sends("announcements:choose")
    caller.sends("announcements:off:weather")
    assert muted(caller) == {Category.WEATHER}


def test_the_longest_one_can_still_be_read_with_all_that_is_said_around_it(
    new_person: NewPerson, desk_database: Database
) -> None:
    long, address = "𠀋" * 4_900 + "\n\n." * 33, "https://example.org/" + "a" * 970
    row = announce(
        desk_database,
        "𠀋" * 190,
        text=long,
        link_url=address,
        image_url=address,
        follows=Follows.CORRECTION,
        of=announce(desk_database, "Heat"),
    )
    announce(desk_database, "Less heat", follows=Follows.CORRECTION, of=row)
    person = new_person(Language.TH)
    person.sends(f"announcements:read:{row}")
    person.reads(Text("Read the correction"), Text("Read what it corrects"))
    person.sends("announcements:in:weather:0")
    person.reads_nothing_of("𠀋" * 121)
