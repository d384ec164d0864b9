"""Brings the catalogues up to date with the code: `python -m locales.update` (a tool; nothing imports it)."""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from locales.catalogue import po_file
from locales.dates import BABEL_LOCALES
from locales.languages import Language

SOURCES = ("bot", "handlers", "models", "scheduler")
KEYWORDS = {"_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def extracted(root: Path) -> Catalog:
    """Every sentence in the code, straight from it."""
    found = Catalog(charset="utf-8")
    for folder in SOURCES:
        for file, line, msgid, comments, context in extract_from_dir(
            root / folder,
            method_map=[("**.py", "python")],
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        ):
            found.add(msgid, None, [(f"{folder}/{file}", line)], auto_comments=comments, context=context)
    return found


def update(language: Language, template: Catalog) -> None:
    """Add what is new, drop what is gone, keep what is translated; English says what the code says."""
    file = po_file(language)
    locale = BABEL_LOCALES[language]
    # A new catalogue begins with our header, so that its plural forms are right from the first entry on.
    ours = read_po(BytesIO(file.read_bytes() if file.exists() else _header(language).encode()), locale=locale)
    ours.update(template, no_fuzzy_matching=True)
    ours.obsolete.clear()
    ours.fuzzy = False
    if language is Language.EN:
        for message in ours:
            if message.id:
                message.string = message.id
    out = BytesIO()
    write_po(out, ours, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True, width=0)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_header(language).encode() + out.getvalue())


# Babel's own headers are wrong for Indonesian and Filipino; a test compares these with CLDR by value.
_ONE_FORM = "nplurals=1; plural=0;"
PLURAL_FORMS = {
    Language.ZH_HANT: _ONE_FORM,
    Language.EN: "nplurals=2; plural=(n != 1);",
    Language.ID: _ONE_FORM,
    Language.VI: _ONE_FORM,
    Language.TH: _ONE_FORM,
    Language.FIL: "nplurals=2; plural=(n % 10 == 4 || n % 10 == 6 || n % 10 == 9);",
}


def _header(language: Language) -> str:
    return (
        f"# {language.value}: what the service says. Sentences that await a native speaker: locales/REVIEW.md.\n"
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Language: {BABEL_LOCALES[language]}\\n"\n'
        f'"Plural-Forms: {PLURAL_FORMS[language]}\\n"\n\n'
    )


def main() -> None:
    for language in Language:
        update(language, extracted(Path(__file__).parent.parent))


if __name__ == "__main__":
    main()
