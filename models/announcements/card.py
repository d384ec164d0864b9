"""How an announcement looks to a worker: one card in her language, whether it arrives or is read again."""

import re
from collections.abc import Mapping, Sequence

from locales import Language, Text, _, verbatim
from models.announcements.announcement import Category, Follows
from models.announcements.text import Texts
from models.content import Button, Card, Open
from models.reaction import CALL_1955

# Translators: what an announcement is about; also the names that workers choose from.
CATEGORY_NAMES: Mapping[Category, Text] = {
    Category.EPIDEMIC: _("Diseases and health"),
    Category.LABOUR_RIGHTS: _("Rights at work"),
    Category.WAGES_AND_LEAVE: _("Wages and days off"),
    Category.TRAFFIC_SAFETY: _("Safety on the road"),
    Category.SWINE_FEVER: _("No meat from abroad (swine fever)"),
    Category.DRUGS: _("Warning about drugs"),
    Category.ELECTRICAL_SAFETY: _("Safe use of electricity"),
    Category.WEATHER: _("Typhoon, heat and other weather"),
    Category.OTHER: _("Other news"),
}

_FOLLOWS: Mapping[Follows, Text] = {
    Follows.CORRECTION: _("This corrects something that we told you before."),
    Follows.WITHDRAWAL: _("Something that we told you before is not valid any more."),
}
MOST_PARAGRAPHS = 20
"""Set apart; what follows stands in the last one as it was written. So LINE's limit is left to the words."""
_BETWEEN_PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")


def card_of(
    category: str,
    texts: Texts,
    language: Language,
    follows: str | None = None,
    *,
    first: tuple[Text, ...] = (),
    notes: tuple[Text, ...] = (),
    buttons: Sequence[Button] = (),
) -> Card:
    """The card in this language, with `first` above its text; raises KeyError when it is not said in the language."""
    body = texts.bodies[language]
    if follows is not None:
        first = (_FOLLOWS[Follows(follows)], *first)
    link: tuple[Button, ...] = ()
    if texts.link_url:
        link = (Open(verbatim(body.link_label) if body.link_label else _("Read more"), texts.link_url),)
    return Card(
        title=verbatim(body.title),
        lead=(*first, *(verbatim(paragraph) for paragraph in _paragraphs(body.text))),
        notes=notes,
        buttons=(*link, *((CALL_1955,) if texts.offers_1955 else ()), *buttons),
        topic=CATEGORY_NAMES[Category(category)],
        picture=texts.image_url,
    )


def _paragraphs(text: str) -> list[str]:
    return _BETWEEN_PARAGRAPHS.split(text.replace("\r\n", "\n").strip(), MOST_PARAGRAPHS - 1)
