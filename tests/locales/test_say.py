"""A sentence becomes words of one language with its values as they are, or it becomes nothing at all."""

import json
from datetime import UTC, date, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales import (
    LANGUAGES,
    Language,
    MissingTranslationError,
    Text,
    _,
    language_named,
    language_of_profile,
    long_date,
    ngettext,
    pgettext,
    say,
    verbatim,
)
from locales.text import from_json, to_json

ENDS = "This permit ended on {date}."
LEFT = ("Your work permit ends in {n} day", "Your work permit ends in {n} days")

words = st.text(max_size=40)
instants = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))])
)
plain_values = st.one_of(words, st.integers(), st.dates(), instants)
names = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
texts = st.recursive(
    st.builds(Text, words, st.dictionaries(names, plain_values, max_size=3)),
    lambda inner: (
        st.builds(Text, words, st.dictionaries(names, inner, max_size=3), context=st.none() | words)
        | st.builds(
            Text, words, st.dictionaries(names, plain_values | inner, max_size=3), words, st.integers(0, 10_000)
        )
    ),
    max_leaves=4,
)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "unknown",
    [
        Text("A sentence that no catalogue has."),
        Text("Menu"),  # there only with a context
        Text("Cancel", context="rich menu"),  # there only without one
        _("This is too short. {what}", what=Text("A sentence that no catalogue has.")),
        Text(""),  # gettext keeps the header of the file under the empty msgid
    ],
    ids=["unknown", "context missing", "context too many", "inside another", "empty"],
)
def test_a_sentence_without_words_is_never_said_in_another_language(language: Language, unknown: Text) -> None:
    with pytest.raises(MissingTranslationError):
        say(unknown, language)


def test_the_error_names_language_and_sentence_but_no_value() -> None:
    with pytest.raises(MissingTranslationError) as error:
        say(Text("Hello {name}.", {"name": "Somebody"}), Language.VI)
    assert "vi" in str(error.value)
    assert "Hello {name}." in str(error.value)
    assert "Somebody" not in str(error.value)


@given(value=words)
def test_whatever_stands_in_a_value_is_said_as_it_is(value: str) -> None:
    assert say(verbatim(value), Language.TH) == value
    for language in Language:
        around = say(_("This is too long. {what}", what="\u0000"), language)
        assert say(_("This is too long. {what}", what=value), language) == around.replace("\u0000", value)


@pytest.mark.parametrize("value", ["{date}", "{n}", "{{}}", "{", "}", "{0.__class__}", "%s", "%(date)s", r"\1 \g<0>"])
def test_braces_in_a_value_are_inert(value: str) -> None:
    assert say(_(ENDS, date=value), Language.EN) == f"This permit ended on {value}."


def test_a_sentence_without_its_value_stops_the_message() -> None:
    with pytest.raises(KeyError):
        say(_(ENDS), Language.EN)


@pytest.mark.parametrize(
    ("n", "filipino"),
    [
        (1, "1 araw na lang bago matapos ang permiso mo sa pagtatrabaho"),
        (4, "4 na araw na lang bago matapos ang permiso mo sa pagtatrabaho"),
        (7, "7 araw na lang bago matapos ang permiso mo sa pagtatrabaho"),
        (14, "14 na araw na lang bago matapos ang permiso mo sa pagtatrabaho"),
    ],
)
def test_the_count_chooses_the_form(n: int, filipino: str) -> None:
    assert say(ngettext(*LEFT, n), Language.FIL) == filipino
    assert say(ngettext(*LEFT, n), Language.EN) == f"Your work permit ends in {n} day{'' if n == 1 else 's'}"
    assert str(n) in say(ngettext(*LEFT, n), Language.TH)


def test_the_context_tells_two_places_apart() -> None:
    assert say(pgettext("menu", "My permit"), Language.TH) == "ใบอนุญาตของฉัน"
    assert say(pgettext("rich menu", "My permit"), Language.TH) == "ใบอนุญาต\nของฉัน"


def test_a_sentence_inside_another_is_in_the_same_language() -> None:
    inner = _("Cancel")
    for language in Language:
        assert say(inner, language) in say(_("This is too short. {what}", what=inner), language)


def test_a_day_is_written_in_the_readers_calendar_wherever_it_stands() -> None:
    day = date(2026, 7, 5)
    for language in Language:
        assert say(verbatim(day), language) == long_date(day, language)
        assert long_date(day, language) in say(_(ENDS, date=day), language)


@given(text=texts)
def test_json_keeps_a_sentence_whole(text: Text) -> None:
    assert from_json(json.loads(json.dumps(to_json(text)))) == text


@given(text=texts)
def test_json_keeps_the_type_of_every_value(text: Text) -> None:
    back = from_json(json.loads(json.dumps(to_json(text))))
    assert [type(value) for value in back.values.values()] == [type(value) for value in text.values.values()]


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        *((name, language) for language, name in LANGUAGES.items()),
        ("TIẾNG VIỆT", Language.VI),
        ("tieng viet", Language.VI),
        ("Việt", Language.VI),
        (" english ", Language.EN),
        ("Bahasa", Language.ID),
        ("tagalog", Language.FIL),
        ("ภาษาไทย", Language.TH),
        ("泰文", Language.TH),
        ("國語", Language.ZH_HANT),
        ("Ｅnglish", Language.EN),
        ("my permit", None),
        ("", None),
        ("ไท", None),
    ],
)
def test_a_language_is_known_by_the_names_people_give_it(typed: str, language: Language | None) -> None:
    assert language_named(typed) is language


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh-Hant-TW", Language.ZH_HANT),
        ("zh_TW", Language.ZH_HANT),
        ("en-US", Language.EN),
        ("in", Language.ID),
        ("id-ID", Language.ID),
        ("tl", Language.FIL),
        ("fil", Language.FIL),
        ("VI", Language.VI),
        ("th-TH-u-ca-buddhist", Language.TH),
        ("ja", None),
        ("", None),
        (None, None),
    ],
)
def test_the_language_of_a_line_profile_is_read_as_line_and_old_phones_write_it(
    tag: str | None, language: Language | None
) -> None:
    assert language_of_profile(tag) is language
