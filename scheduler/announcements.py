"""What an announcement says when it arrives: the card of its words, and the way to choose what one gets."""

from locales import Language, _
from models.announcements.card import card_of
from models.announcements.text import Texts
from models.content import Content, Postback

# Translators: the button under an announcement; it leads to what she gets and to switching it off.
SETTINGS = _("More like this: settings")


def content_of(
    announcement_id: int, category: str, texts: Texts, language: Language, follows: str | None = None
) -> Content:
    """The message in this language, as everybody gets it who reads it; its lock screen says nothing of it.

    Raises KeyError when it is not said in this language. What LINE would refuse, such as too many words for one card
    or an address that is none, is refused where it is rendered: `bot.line.render.UnsendableError` says what.
    """
    settings = Postback(SETTINGS, f"announcements:like:{announcement_id}", said=SETTINGS)
    return Content((card_of(category, texts, language, follows, buttons=(settings,)),))
