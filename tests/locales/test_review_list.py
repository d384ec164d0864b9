"""The list of sentences that await a native speaker names only sentences that the bot says."""

import re
from collections import Counter
from pathlib import Path

from locales.languages import Language
from locales.update import extracted

ROOT = Path(__file__).parents[2]
TRANSLATED = [language.value for language in Language if language is not Language.EN]
SIGNED = re.compile(r"☑ .*\S \d{4}-\d{2}-\d{2}")


def _table_lines() -> list[list[str]]:
    lines = (ROOT / "locales" / "REVIEW.md").read_text("utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def _rows() -> list[list[str]]:
    """The sentence of each line and then its cells, one a language."""
    return [cells for cells in _table_lines() if not cells[0].startswith(("sentence (English msgid)", "---"))]


def _listed() -> list[str]:
    return [sentence for sentence, *_cells in _rows()]


def _sentences_of_the_code() -> set[str]:
    return {message.id if isinstance(message.id, str) else message.id[0] for message in extracted(ROOT)}


def test_every_sentence_on_the_list_is_still_said_by_the_code() -> None:
    gone = sorted(set(_listed()) - _sentences_of_the_code())
    assert not gone, f"no longer in the code, take them off locales/REVIEW.md or write them as they are now: {gone}"


def test_the_lock_screen_line_the_last_safe_day_and_the_hotline_are_on_the_list() -> None:
    # The list cannot be emptied, or its table be lost to a change of format, without anybody noticing.
    assert {
        "You have a message from the foreign worker service. Tap to read it.",
        "{date} is the last safe day to apply for renewal or transfer",
        "Your work permit was revoked",
        "Call 1955",
        "We never ask for money, passwords or bank details.",
    } <= set(_listed())


def test_no_sentence_is_on_the_list_twice() -> None:
    assert [sentence for sentence, times in Counter(_listed()).items() if times > 1] == []


def test_each_table_has_a_column_for_each_language_we_translate_into() -> None:
    headings = [cells for cells in _table_lines() if cells[0].startswith("sentence")]
    assert headings
    assert all(sorted(languages) == sorted(TRANSLATED) for _sentence, *languages in headings)


def test_each_cell_is_an_empty_box_or_a_name_with_a_date() -> None:
    for sentence, *cells in _rows():
        assert len(cells) == len(TRANSLATED), sentence
        assert all(cell == "☐" or SIGNED.fullmatch(cell) for cell in cells), sentence
